"""What is either so or not."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EvccConfigEntry
from .core.model import Reason
from .core.state import BatteryDeviceState, CircuitState, LoadpointState, MeterState, SiteState, VehicleState
from .entity import PlatformSetup, ReadingDescription, ReadingEntity
from .owners import meter_alive, owners, vehicle_alive
from .sensor_descriptions import DETAIL, HIDDEN, controllable, takes_vehicles

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class BinaryDescription[S](BinarySensorEntityDescription, ReadingDescription[S, bool | None]):
    """Something that is either so or not; None: unknown."""


PROBLEM: Final[dict[str, Any]] = {
    "device_class": BinarySensorDeviceClass.PROBLEM,
    "entity_category": EntityCategory.DIAGNOSTIC,
}

LOADPOINT: Final[tuple[BinaryDescription[LoadpointState], ...]] = (
    BinaryDescription(
        key="connected",
        exists_fn=lambda lp, _: takes_vehicles(lp),
        device_class=BinarySensorDeviceClass.PLUG,
        value_fn=lambda lp: lp.connected,
        live=True,
    ),
    BinaryDescription(
        key="charging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        value_fn=lambda lp: lp.charging,
        live=True,
    ),
    BinaryDescription(key="enabled", value_fn=lambda lp: lp.enabled, live=True, **DETAIL),
    BinaryDescription(
        key="smart_cost_active",
        exists_fn=lambda _, site: site.smart_cost_available,
        value_fn=lambda lp: lp.smart_cost_active,
    ),
    BinaryDescription(
        key="smart_feed_in_priority_active",
        exists_fn=lambda _, site: site.smart_feed_in_priority_available,
        value_fn=lambda lp: lp.smart_feed_in_priority_active,
        **HIDDEN,
    ),
    BinaryDescription(
        key="plan_active", exists_fn=lambda lp, _: takes_vehicles(lp), value_fn=lambda lp: lp.plan_active
    ),
    BinaryDescription(key="min_soc_not_reached", value_fn=lambda lp: lp.min_soc_not_reached, **HIDDEN),
    BinaryDescription(
        key="vehicle_detection_active",
        exists_fn=lambda lp, _: takes_vehicles(lp),
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda lp: lp.vehicle_detection_active,
        **DETAIL,
    ),
    BinaryDescription(
        key="climater_active",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda lp: lp.vehicle_climater_active,
        lazy=True,
        **HIDDEN,
    ),
    BinaryDescription(key="dimmed", value_fn=lambda lp: lp.dimmed, live=True, lazy=True, **DETAIL),
    BinaryDescription(
        key="charger_problem",
        # before the first cycle nobody has asked it
        value_fn=lambda lp: None if lp.why.reason is Reason.STARTING else not lp.available,
        **PROBLEM,
    ),
)

BATTERY_CONTROL: Final[tuple[BinaryDescription[SiteState], ...]] = (
    BinaryDescription(
        key="battery_grid_charge_active",
        exists_fn=lambda site, _: controllable(site),
        value_fn=lambda site: site.battery_grid_charge_active,
    ),
)

METER: Final[tuple[BinaryDescription[MeterState], ...]] = (
    BinaryDescription(key="meter_problem", value_fn=lambda meter: not meter_alive(meter), **PROBLEM),
)

BATTERY_DEVICE: Final[tuple[BinaryDescription[BatteryDeviceState], ...]] = (
    BinaryDescription(key="meter_problem", value_fn=lambda battery: not meter_alive(battery), **PROBLEM),
)


def overloaded(circuit: CircuitState) -> bool:
    """Return whether a limit of the circuit is exceeded."""
    power, current = circuit.power or 0.0, circuit.current or 0.0
    return 0 < circuit.max_power < power or 0 < circuit.max_current < current


CIRCUIT: Final[tuple[BinaryDescription[CircuitState], ...]] = (
    BinaryDescription(
        key="overloaded",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=overloaded,
        live=True,
    ),
)

VEHICLE: Final[tuple[BinaryDescription[VehicleState], ...]] = (
    BinaryDescription(
        key="at_loadpoint",
        device_class=BinarySensorDeviceClass.PLUG,
        value_fn=lambda vehicle: vehicle.loadpoint is not None,
    ),
    BinaryDescription(
        key="vehicle_problem",
        value_fn=lambda vehicle: not vehicle_alive(vehicle),
        **{**PROBLEM, **HIDDEN},
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors of all devices."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.BINARY_SENSOR)
    setup.add(of.loadpoints, LOADPOINT, EvccBinarySensor)
    setup.add(of.battery_settings, BATTERY_CONTROL, EvccBinarySensor)
    setup.add((*of.grid, *of.pv, *of.consumers), METER, EvccBinarySensor)
    setup.add(of.batteries, BATTERY_DEVICE, EvccBinarySensor)
    setup.add(of.circuits, CIRCUIT, EvccBinarySensor)
    setup.add(of.vehicles, VEHICLE, EvccBinarySensor)


class EvccBinarySensor[S](ReadingEntity[S, bool | None], BinarySensorEntity):
    """Something that is either so or not."""

    entity_description: BinaryDescription[S]

    @property
    @override
    def is_on(self) -> bool | None:
        return self.value
