"""A source that the tests hold in their hands, and a keeper of it."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed_exact

from custom_components.evcc.core.rates import Slot, TariffKind
from custom_components.evcc.tariffs.charges import Charges
from custom_components.evcc.tariffs.keeper import TariffKeeper
from custom_components.evcc.tariffs.model import SiteTime, SourceError, Usage
from homeassistant.core import HomeAssistant

from .sources import BERLIN

TEN = datetime(2026, 11, 20, 9, tzinfo=UTC)  # ten o'clock in Berlin
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)

LOST = SourceError("service_unreachable", retry=True, service="X", error="no route")
REFUSED = SourceError("service_refused", service="X", status=503)


def hourly(begin: datetime, *values: float) -> tuple[Slot, ...]:
    """Return slots of an hour."""
    return tuple(Slot(begin + i * HOUR, begin + (i + 1) * HOUR, v) for i, v in enumerate(values))


class FakeSource:
    """Answers `answer`: slots, or an error that is raised. `reads` are the moments it was asked at."""

    def __init__(
        self,
        answer: Iterable[Slot] | Exception = (),
        kind: TariffKind = TariffKind.PRICE_FORECAST,
        interval: timedelta = HOUR,
        entity_ids: tuple[str, ...] = (),
    ) -> None:
        """Answer at once, unless `gate` is set to an event to wait for."""
        self.answer = answer
        self.kind = kind
        self.interval = interval
        self.entity_ids = entity_ids
        self.reads: list[datetime] = []
        self.gate: asyncio.Event | None = None

    async def async_read(self, now: datetime) -> tuple[Slot, ...]:
        """Answer."""
        self.reads.append(now)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return tuple(self.answer)


def keeper_of(
    hass: HomeAssistant,
    source: FakeSource,
    usage: Usage = Usage.GRID,
    *,
    name: str = "prices",
    charges: Charges | None = None,
    changed: Callable[[], None] = lambda: None,
    time: SiteTime | None = None,
) -> TariffKeeper:
    """Return a keeper that has not read yet."""
    more: dict[str, Any] = {
        "charges": charges,
        "zone": BERLIN,
        "changed": changed,
        "time": time or SiteTime(),
    }
    return TariffKeeper(hass, name=name, title=name.title(), usage=usage, source=source, **more)


async def settle(hass: HomeAssistant) -> None:
    """Let what is under way come to its end."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, by: timedelta) -> None:
    """Let time pass and what is due happen."""
    freezer.tick(by)
    async_fire_time_changed_exact(hass)
    await settle(hass)
