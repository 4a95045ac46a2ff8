"""How a source inside Home Assistant can be read: by an action, attributes, its energy platform or a state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry

from ..core.rates import TariffKind
from .model import Usage
from .questions import Arguments

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Action:
    """An action that answers. `factor` makes currency/kWh or W of its numbers."""

    name: str
    arguments: Arguments
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of entities; `marker` is the one that holds rates.

    `ends` are ends of unique ids: an entity whose id ends like the first is read together with those that
    end like the others. `factor` is None where the unit of the entity tells it.
    """

    marker: str
    ends: tuple[str, ...] = ()
    factor: float | None = None
    hours: bool = False  # one attribute for each hour of the day


@dataclass(frozen=True, slots=True)
class Energy:
    """The forecast that an integration gives to Home Assistant's energy dashboard."""


@dataclass(frozen=True, slots=True)
class Current:
    """A sensor that knows what holds now, and no more; `ends` is how its unique id ends."""

    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One line of the table. `parts` tells the areas or channels of an entry, of which one is to be chosen."""

    domain: str
    usages: frozenset[Usage]
    how: Action | Attributes | Energy | Current
    kind: TariffKind = TariffKind.PRICE_FORECAST
    interval: timedelta = _HOUR
    currency: str | None = None
    parts: Callable[[ConfigEntry], list[str]] | None = None
    export: str | None = None  # part of a unique id that tells what is sold from what is bought
    note: str = ""  # what tells several lines of an integration apart, in its own words
