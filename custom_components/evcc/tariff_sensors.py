"""Sensors about the hours to come: lowest and mean price, what the sun will yield, how far prices are known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.const import EntityCategory

from .coordinator import EvccRuntime
from .core.prospect import Prospect
from .core.state import SiteState
from .entity import EvccDescription, EvccEntity
from .owners import Owner
from .sensor_descriptions import AMOUNT, DETAIL, HIDDEN, MEASUREMENT, TIME, Value, price_unit
from .tariffs.model import Usage

type Number = float | datetime | None

PRICED: Final[dict[str, Any]] = {**MEASUREMENT, "unit_fn": price_unit, "suggested_display_precision": 3}


@dataclass(frozen=True, kw_only=True)
class TariffDescription(SensorEntityDescription, EvccDescription[SiteState]):
    """A figure of what tariffs promise."""

    figure_fn: Callable[[EvccRuntime], Number]
    unit_fn: Callable[[SiteState], str] | None = None


def _promised(figure: Callable[[Prospect], Number]) -> Callable[[EvccRuntime], Number]:
    return lambda runtime: figure(runtime.prospect)


def _changing(_part: SiteState, site: SiteState) -> bool:
    return site.tariff_grid is not None and site.smart_cost_available


def _sunny(_part: SiteState, site: SiteState) -> bool:
    return site.tariff_solar is not None


def _kwh(energy: float | None) -> float | None:
    return None if energy is None else energy / 1000.0


TARIFFS: Final = (
    TariffDescription(
        key="tariff_grid_lowest",
        figure_fn=_promised(lambda p: p.lowest),
        exists_fn=_changing,
        **HIDDEN,
        **PRICED,
    ),
    TariffDescription(
        key="tariff_grid_average",
        figure_fn=_promised(lambda p: p.average),
        exists_fn=_changing,
        **HIDDEN,
        **PRICED,
    ),
    TariffDescription(
        key="tariff_grid_until",
        figure_fn=_promised(lambda p: p.until),
        exists_fn=_changing,
        entity_category=EntityCategory.DIAGNOSTIC,
        **TIME,
    ),
    TariffDescription(
        key="tariff_solar_today",
        figure_fn=_promised(lambda p: _kwh(p.solar_today)),
        exists_fn=_sunny,
        **AMOUNT,
    ),
    TariffDescription(
        key="tariff_solar_tomorrow",
        figure_fn=_promised(lambda p: _kwh(p.solar_tomorrow)),
        exists_fn=_sunny,
        **AMOUNT,
    ),
)

CONFIGURED: Final = (
    TariffDescription(
        key="tariff_grid_read_at",
        figure_fn=lambda runtime: runtime.tariff_keepers.read_at(Usage.GRID),
        **DETAIL,
        **TIME,
    ),
)
"""Of a tariff that is set up, not of one that the virtual plant brings along."""


class TariffSensor(EvccEntity[SiteState], SensorEntity):
    """A figure of what tariffs promise; unknown where they tell nothing."""

    entity_description: TariffDescription

    def __init__(self, runtime: EvccRuntime, owner: Owner[SiteState], description: TariffDescription) -> None:
        """Find out the unit if it depends on the site."""
        super().__init__(runtime, owner, description)
        if description.unit_fn is not None:
            self._attr_native_unit_of_measurement = description.unit_fn(self.coordinator.data)

    @property
    @override
    def native_value(self) -> Value:
        value = self.entity_description.figure_fn(self.runtime)
        return value if isinstance(value, datetime) or value is None else round(value, 3)
