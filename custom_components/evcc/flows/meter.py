"""Meters: grid connection, solar power, home battery, and consumers that count for themselves."""

from typing import ClassVar, Final, override

from homeassistant.helpers.selector import BooleanSelector

from ..const import (
    CONF_SOURCE,
    CONF_USAGE,
    SOURCE_ENTITY,
    SOURCE_SIMULATED,
    SUBENTRY_METER,
    USAGE_AUX,
    USAGE_BATTERY,
    USAGE_CONSUMER,
    USAGE_GRID,
    USAGE_PV,
)
from ..devices.entity.roles import Kind
from .base import DeviceFlow
from .forms import Detail, choice, number, option_details

USAGES: Final = (USAGE_GRID, USAGE_PV, USAGE_BATTERY, USAGE_AUX, USAGE_CONSUMER)

BATTERY: Final = ("capacity", "min_soc", "max_soc", "max_charge_power", "max_discharge_power")

# What a simulated device has to know. Powers in W, capacity in kWh, state of charge in %.
_SIMULATED_PV: Final = (
    Detail(key="peak_power", selector=number(100, 1_000_000, 100, "W"), required=True, default=9000),
)
_SIMULATED_BATTERY: Final = (
    Detail(key="capacity", selector=number(0.5, 1000, 0.1, "kWh"), required=True, default=10),
    Detail(key="soc", selector=number(0, 100, 1, "%"), required=True, default=50),
    Detail(key="max_charge_power", selector=number(100, 1_000_000, 100, "W"), required=True, default=5000),
    Detail(key="max_discharge_power", selector=number(100, 1_000_000, 100, "W"), required=True, default=5000),
    Detail(key="controllable", selector=BooleanSelector(), required=True, default=True),
)


class MeterFlow(DeviceFlow):
    """Add or change a meter. What it is used for stays; of the grid there can be only one."""

    sources: ClassVar = (SOURCE_ENTITY, SOURCE_SIMULATED)
    elsewhere: ClassVar = frozenset(BATTERY)

    @property
    @override
    def kind(self) -> Kind:
        return Kind(self.values[CONF_USAGE])

    @override
    def basics(self) -> list[Detail]:
        if self.own_id is not None:
            return []
        has_grid = any(s.data[CONF_USAGE] == USAGE_GRID for s in self.others(SUBENTRY_METER))
        default = USAGE_PV if has_grid else USAGE_GRID
        selector = choice(USAGES, "meter_usage")
        return [Detail(key=CONF_USAGE, selector=selector, required=True, default=default)]

    @override
    def refusal(self) -> str | None:
        taken = any(s.data[CONF_USAGE] == USAGE_GRID for s in self.others(SUBENTRY_METER))
        return "already_configured" if taken and self.values[CONF_USAGE] == USAGE_GRID else None

    @override
    def complaints_of_basics(self) -> dict[str, str]:
        plain = self.values[CONF_USAGE] in (USAGE_AUX, USAGE_CONSUMER)
        if plain and self.values[CONF_SOURCE] == SOURCE_SIMULATED:
            return {CONF_SOURCE: "not_simulated"}
        return {}

    @override
    def complaints(self) -> dict[str, str]:
        low, high = self.values.get("min_soc"), self.values.get("max_soc")
        if low is not None and high is not None and low >= high:
            return {"max_soc": "soc_range"}
        return {}

    @override
    def details(self) -> list[Detail]:
        usage = self.values[CONF_USAGE]
        if usage == USAGE_BATTERY:
            if self.by_entities:
                return option_details(Kind.BATTERY, BATTERY)
            return list(_SIMULATED_BATTERY)
        return list(_SIMULATED_PV) if usage == USAGE_PV and not self.by_entities else []

    @override
    def unique_id(self) -> str | None:
        return "meter_grid" if self.values[CONF_USAGE] == USAGE_GRID else None
