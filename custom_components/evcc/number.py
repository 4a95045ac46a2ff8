"""Settings that are numbers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import plan_controls, presentation
from .coordinator import EvccConfigEntry, EvccRuntime
from .core.rates import TariffKind
from .core.settings import Kind, Scope, Setting
from .core.state import LoadpointState, SiteState, VehicleState
from .entity import EvccDescription, EvccEntity, PlatformSetup, SettingDescription, SettingEntity
from .errors import user_errors
from .owners import owners
from .presentation import Look
from .sensor_descriptions import CO2_PER_KWH, heats, price_unit

PARALLEL_UPDATES = 1

UNITS: Final[dict[str, dict[str, Any]]] = {
    "W": {"device_class": NumberDeviceClass.POWER, "native_unit_of_measurement": "W"},
    "A": {"device_class": NumberDeviceClass.CURRENT, "native_unit_of_measurement": "A"},
    "s": {"device_class": NumberDeviceClass.DURATION, "native_unit_of_measurement": "s"},
    "kWh": {"device_class": NumberDeviceClass.ENERGY, "native_unit_of_measurement": "kWh"},
    "°C": {"device_class": NumberDeviceClass.TEMPERATURE, "native_unit_of_measurement": "°C"},
    "%": {"native_unit_of_measurement": "%"},
    "": {},
}


@dataclass(frozen=True, kw_only=True)
class NumberDescription[S](NumberEntityDescription, SettingDescription[S]):
    """A setting that is a number; `unit_fn` tells its unit where that depends on the site."""

    unit_fn: Callable[[SiteState], str] | None = None


def _rate_unit(site: SiteState) -> str:
    """Return the unit of what limits on rates are compared with."""
    return CO2_PER_KWH if site.smart_cost_type == TariffKind.CO2 else price_unit(site)


def _describe[S](setting: Setting, look: Look[S]) -> NumberDescription[S]:
    kind: dict[str, Any]
    if setting.unit == "price":
        feed_in = setting.name == "smart_feed_in_priority_limit"
        kind = {"unit_fn": price_unit if feed_in else _rate_unit}
    else:
        kind = UNITS[look.unit or setting.unit]
    return NumberDescription(
        native_min_value=setting.low if look.low is None else look.low,
        native_max_value=setting.high if look.high is None else look.high,
        native_step=setting.step if look.step is None else look.step,
        mode=NumberMode.SLIDER if look.slider else NumberMode.BOX,
        **kind,
        **presentation.common(setting, look),
    )


def _table[S](scope: Scope, *tables: dict[str, Look[S]]) -> tuple[NumberDescription[S], ...]:
    return tuple(
        _describe(setting, look)
        for table in tables
        for setting, look in presentation.looks(scope, {Kind.NUMBER, Kind.INTEGER}, table)
    )


SITE: Final = _table(Scope.SITE, presentation.SITE_SETTINGS)
BATTERY: Final = _table(Scope.SITE, presentation.BATTERY_SETTINGS)
LOADPOINT: Final = _table(Scope.LOADPOINT, presentation.LOADPOINT_SETTINGS, presentation.HEATING_SETTINGS)
VEHICLE: Final = _table(Scope.VEHICLE, presentation.VEHICLE_SETTINGS)


@dataclass(frozen=True, kw_only=True)
class PlanNumberDescription[S](NumberEntityDescription, EvccDescription[S]):
    """A number of a plan."""

    value_fn: Callable[[S], float]
    set_fn: Callable[[EvccRuntime, S, float], Awaitable[None]]


LOADPOINT_PLAN: Final = (
    PlanNumberDescription[LoadpointState](
        key="plan_energy",
        exists_fn=lambda lp, _: not heats(lp),
        value_fn=lambda lp: lp.plan_energy,
        set_fn=plan_controls.async_set_energy,
        native_max_value=200,
        native_step=0.1,
        mode=NumberMode.BOX,
        entity_registry_enabled_default=False,
        **UNITS["kWh"],
    ),
)
VEHICLE_PLAN: Final = (
    PlanNumberDescription[VehicleState](
        key="plan_soc",
        value_fn=lambda vehicle: 0 if vehicle.plan is None else vehicle.plan.soc,
        set_fn=plan_controls.async_set_soc,
        native_step=5,
        mode=NumberMode.SLIDER,
        **UNITS["%"],
    ),
    PlanNumberDescription[VehicleState](
        key="plan_precondition",
        value_fn=lambda vehicle: round(vehicle.plan_strategy.precondition / 60, 1),
        set_fn=plan_controls.async_set_precondition,
        native_max_value=240,
        native_step=5,
        mode=NumberMode.BOX,
        device_class=NumberDeviceClass.DURATION,
        native_unit_of_measurement="min",
        entity_category=EntityCategory.CONFIG,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the numbers of all devices."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.NUMBER)
    setup.add((of.site,), SITE, EvccNumber)
    setup.add(of.battery_settings, BATTERY, EvccNumber)
    setup.add(of.loadpoints, LOADPOINT, EvccNumber)
    setup.add(of.vehicles, VEHICLE, EvccNumber)
    setup.add(of.loadpoints, LOADPOINT_PLAN, PlanNumber)
    setup.add(of.vehicles, VEHICLE_PLAN, PlanNumber)


class EvccNumber[S: (SiteState, LoadpointState, VehicleState)](SettingEntity[S], NumberEntity):
    """A setting that is a number. A limit that is off shows as unknown."""

    entity_description: NumberDescription[S]

    @property
    @override
    def native_value(self) -> float | None:
        value: float | None = self.setting_value
        return value

    @property
    @override
    def native_min_value(self) -> float:
        # What came in by another way is shown as it is, not at the end of the slider.
        low, value = super().native_min_value, self.native_value
        return low if value is None else min(low, value)

    @property
    @override
    def native_max_value(self) -> float:
        high, value = super().native_max_value, self.native_value
        return high if value is None else max(high, value)

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        unit_fn = self.entity_description.unit_fn
        return super().native_unit_of_measurement if unit_fn is None else unit_fn(self.coordinator.data)

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.async_change(value)


class PlanNumber[S](EvccEntity[S], NumberEntity):
    """A number of a plan. A target of 0 means that there is none; `core.plan_entry` tells what a new one means."""

    entity_description: PlanNumberDescription[S]

    @property
    @override
    def native_value(self) -> float | None:
        part = self.part
        return None if part is None else self.entity_description.value_fn(part)

    @property
    @override
    def native_max_value(self) -> float:
        # What came in by another way is shown as it is, not at the end of the slider.
        high, value = super().native_max_value, self.native_value
        return high if value is None else max(high, value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        if (part := self.part) is not None:
            with user_errors():
                await self.entity_description.set_fn(self.runtime, part, value)
