"""What a source of a tariff is, to those who read it and to those who offer it in a form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from homeassistant.util import dt as dt_util

from ..core.rates import Slot, TariffKind


class Usage(StrEnum):
    """What a tariff is for. Values are currency/kWh (grid, feedin), g/kWh (co2) or W (solar)."""

    GRID = "grid"
    FEEDIN = "feedin"
    CO2 = "co2"
    SOLAR = "solar"
    PLANNER = "planner"


CURRENCY_DIFFERS: Final = "currency_differs"

MISTAKES: Final = frozenset(
    {
        "formula_failed",
        "hours_invalid",
        "days_invalid",
        "months_invalid",
        "unit_unknown",
        "units_differ",
        CURRENCY_DIFFERS,
        "source_incomplete",
        "source_unknown",
        "part_missing",
    }
)
"""Keys of errors that do not go by themselves: somebody has to correct what was entered."""


@dataclass(frozen=True, slots=True)
class SiteTime:
    """The time that a site lives in: `now` tells it, and it runs `speed` times as fast as that of its sources."""

    now: Callable[[], datetime] = dt_util.utcnow
    speed: float = 1.0


class SourceError(Exception):
    """A source that cannot be read, or does not say what it should. `key` leads to the text for the user.

    `retry`: trying again in a moment may help (no connection); else only the next regular reading may.
    """

    def __init__(self, key: str, *, retry: bool = False, **placeholders: object) -> None:
        """Keep the parts for translation; the message is for logs."""
        self.key = key
        self.retry = retry
        self.placeholders = {k: str(v) for k, v in placeholders.items()}
        super().__init__(f"{key}: {self.placeholders}" if placeholders else key)


class Source(Protocol):
    """Something that knows rates. What it returns is in the unit of its usage, without charges and tax."""

    @property
    def kind(self) -> TariffKind:
        """What sort of values these are."""

    @property
    def interval(self) -> timedelta:
        """How often reading makes sense."""

    async def async_read(self, now: datetime) -> tuple[Slot, ...]:
        """Return the slots known now, sorted, without overlap; raise SourceError if there are none to have."""


def check_currency(told: str, home: str) -> None:
    """Refuse prices in another currency than the house's: nothing is converted by itself."""
    if told != home:
        raise SourceError(CURRENCY_DIFFERS, currency=told, home=home)
