"""A small home with one of everything, and ways to look at its entities and to change its state."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.coordinator import EvccRuntime
from custom_components.evcc.core.state import LoadpointState, SiteState
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

NOON = "2026-06-15 10:00:00+00:00"
SIMULATED = {"source": "simulated"}


def subentry(
    subentry_id: str, kind: str, title: str, data: Mapping[str, Any], *, simulated: bool = True
) -> ConfigSubentryData:
    """Return a subentry, of the simulated plant if nothing else is said."""
    return ConfigSubentryData(  # type: ignore[typeddict-unknown-key]
        data={**(SIMULATED if simulated else {}), **data},
        subentry_type=kind,
        title=title,
        unique_id=None,
        subentry_id=subentry_id,
    )


GRID = subentry("grid", "meter", "Grid", {"usage": "grid"})
ROOF = subentry("roof", "meter", "Roof", {"usage": "pv", "peak_power": 9000.0})
CELLAR = subentry(
    "cellar",
    "meter",
    "Cellar",
    {
        "usage": "battery",
        "capacity": 10.0,
        "soc": 50.0,
        "max_charge_power": 5000.0,
        "max_discharge_power": 5000.0,
        "controllable": True,
    },
)
PUMP = subentry(
    "pump",
    "meter",
    "Pump",
    {"source": "entity", "usage": "consumer", "power": "sensor.pump_power", "energy": "sensor.pump_energy"},
    simulated=False,
)
MAIN = subentry("main", "circuit", "Main", {"max_power": 20_000.0, "max_current": 35.0}, simulated=False)
GARAGE = subentry(
    "garage",
    "loadpoint",
    "Garage",
    {"number": 1, "phases": 3, "phase_switching": True, "current_step": 0.1, "circuit": "main"},
)
BOILER = subentry(
    "boiler",
    "loadpoint",
    "Boiler",
    {
        "number": 2,
        "phases": 1,
        "phase_switching": False,
        "current_step": 1.0,
        "features": ["Heating", "IntegratedDevice"],
    },
)
BLUE = subentry(
    "blue",
    "vehicle",
    "Blue car",
    {"capacity": 60.0, "soc": 40.0, "phases": 3, "max_current": 16.0, "home_loadpoint": 1},
)
GUEST = subentry("second", "vehicle", "Blue car", {"capacity": 40.0}, simulated=False)

EVERYTHING = (GRID, ROOF, CELLAR, PUMP, MAIN, GARAGE, BOILER, BLUE, GUEST)


async def start(hass: HomeAssistant, *subentries: ConfigSubentryData) -> MockConfigEntry:
    """Set the home up, with everything or with these parts only."""
    hass.states.async_set("sensor.pump_power", "750", {"unit_of_measurement": "W", "device_class": "power"})
    hass.states.async_set(
        "sensor.pump_energy", "12.5", {"unit_of_measurement": "kWh", "device_class": "energy"}
    )
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="site",
        title="Home",
        data={"demo": True, "speed": 1},
        subentries_data=list(subentries or EVERYTHING),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def runtime_of(entry: MockConfigEntry) -> EvccRuntime:
    """Return what runs."""
    runtime: EvccRuntime = entry.runtime_data
    return runtime


def entity_id(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return the entity with that unique id."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None, f"there is no {platform} {unique_id}"
    return found


def exists(hass: HomeAssistant, platform: str, unique_id: str) -> bool:
    """Return whether there is such an entity."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id) is not None


def state(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return the state of the entity with that unique id."""
    found = hass.states.get(entity_id(hass, platform, unique_id))
    assert found is not None, f"{platform} {unique_id} has no state"
    return found.state


async def show(hass: HomeAssistant, entry: MockConfigEntry, **site: Any) -> SiteState:
    """Publish the present snapshot with some other values."""
    coordinator = runtime_of(entry).coordinator
    coordinator.async_set_updated_data(replace(coordinator.data, **site))
    await hass.async_block_till_done()
    return coordinator.data


async def show_loadpoint(
    hass: HomeAssistant, entry: MockConfigEntry, index: int = 0, **values: Any
) -> LoadpointState:
    """Publish the present snapshot with other values at a loadpoint."""
    loadpoints = list(runtime_of(entry).coordinator.data.loadpoints)
    loadpoints[index] = replace(loadpoints[index], **values)
    await show(hass, entry, loadpoints=tuple(loadpoints))
    return loadpoints[index]
