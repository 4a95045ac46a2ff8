"""Readings of the site, its loadpoints, vehicles, batteries, meters and circuits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EvccConfigEntry, EvccRuntime
from .core.state import SiteState
from .entity import EvccEntity, PlatformSetup, ReadingEntity
from .owners import Owner, owners
from .sensor_descriptions import (
    BATTERY,
    BATTERY_CONTROL,
    BATTERY_DEVICE,
    CIRCUIT,
    CONSUMER,
    GRID,
    LOADPOINT,
    PV,
    SITE,
    STATISTICS,
    VEHICLE,
    SensorDescription,
    StatisticsDescription,
    Value,
)
from .tariff_sensors import CONFIGURED, TARIFFS, TariffSensor
from .tariffs.model import Usage

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of all devices."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.SENSOR)
    setup.add((of.site,), SITE, EvccSensor)
    setup.add((of.site,), STATISTICS, StatisticsSensor)
    setup.add((of.site,), TARIFFS, TariffSensor)
    if entry.runtime_data.tariff_keepers.has(Usage.GRID):
        setup.add((of.site,), CONFIGURED, TariffSensor)
    setup.add(of.battery, BATTERY, EvccSensor)
    setup.add(of.battery_settings, BATTERY_CONTROL, EvccSensor)
    setup.add(of.batteries, BATTERY_DEVICE, EvccSensor)
    setup.add(of.grid, GRID, EvccSensor)
    setup.add(of.pv, PV, EvccSensor)
    setup.add(of.consumers, CONSUMER, EvccSensor)
    setup.add(of.circuits, CIRCUIT, EvccSensor)
    setup.add(of.loadpoints, LOADPOINT, EvccSensor)
    setup.add(of.vehicles, VEHICLE, EvccSensor)


class EvccSensor[S](ReadingEntity[S, Value], SensorEntity):
    """A reading."""

    # What changes in every cycle would fill the data base.
    _unrecorded_attributes = frozenset(
        {"need", "have", "limit", "actual", "until", "plan_start", "plan_ready", "plan_cost", "plans"}
    )
    entity_description: SensorDescription[S]

    def __init__(self, runtime: EvccRuntime, owner: Owner[S], description: SensorDescription[S]) -> None:
        """Find out the unit if it depends on the site."""
        super().__init__(runtime, owner, description)
        if description.unit_fn is not None:
            self._attr_native_unit_of_measurement = description.unit_fn(self.coordinator.data)

    @property
    @override
    def native_value(self) -> Value:
        value = self.value
        if not isinstance(value, int | float):
            return value
        if self.entity_description.moment:
            return (self.coordinator.data.at + timedelta(seconds=value)).replace(microsecond=0)
        return round(value, 3)

    @property
    @override
    def last_reset(self) -> datetime | None:
        part = self.part
        last_reset_fn = self.entity_description.last_reset_fn
        return None if part is None or last_reset_fn is None else last_reset_fn(part)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        part = self.part
        attributes_fn = self.entity_description.attributes_fn
        return None if part is None or attributes_fn is None else attributes_fn(part)


class StatisticsSensor(EvccEntity[SiteState], SensorEntity):
    """A figure of past sessions; unknown until there is one."""

    entity_description: StatisticsDescription

    def __init__(
        self, runtime: EvccRuntime, owner: Owner[SiteState], description: StatisticsDescription
    ) -> None:
        """Find out the unit if it depends on the site."""
        super().__init__(runtime, owner, description)
        if description.unit_fn is not None:
            self._attr_native_unit_of_measurement = description.unit_fn(self.coordinator.data)

    @property
    @override
    def native_value(self) -> float | None:
        figures = self.runtime.statistics.get(self.entity_description.period)
        if figures is None or figures.charged_kwh <= 0:
            return None
        return round(self.entity_description.figure_fn(figures), 3)
