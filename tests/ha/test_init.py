"""Setting the integration up and taking it down."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import evcc
from custom_components.evcc import PLATFORMS, backup
from custom_components.evcc.build import build
from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.config import LoadpointConfig, VehicleConfig
from custom_components.evcc.core.model import BatteryMode, Feature, Mode
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.flows.demo import demo_subentries
from custom_components.evcc.store.settings import MEMORY_KEY, SETTINGS_KEY
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .house import CAR, GARAGE, House, subentry


@pytest.fixture
def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> House:
    return House(hass, freezer)


@pytest.fixture
async def demo(hass: HomeAssistant) -> MockConfigEntry:
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Demo",
        data={"demo": True, "speed": 1},
        subentries_data=demo_subentries("en"),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def file_exists(hass: HomeAssistant, name: str) -> bool:
    return Path(hass.config.path(name)).exists()


# Set-up


async def test_demo_home_runs_at_once(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    assert demo.state is ConfigEntryState.LOADED
    runtime = demo.runtime_data
    assert runtime.runner.running
    assert runtime.coordinator.data.cycles == 1
    assert runtime.coordinator.data.grid.power is not None
    assert [lp.connected for lp in runtime.coordinator.data.loadpoints] == [True, True]
    assert set(runtime.statistics) == {"30d", "365d", "thisYear", "total"}
    assert hass.services.has_service(DOMAIN, "get_state")


async def test_every_platform_is_there(
    hass: HomeAssistant, demo: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, demo.entry_id)
    assert {e.domain for e in entities} == {str(p) for p in evcc.PLATFORMS}


async def test_devices_hang_on_the_site(
    hass: HomeAssistant, demo: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    devices = dr.async_entries_for_config_entry(device_registry, demo.entry_id)
    site = next(d for d in devices if (DOMAIN, demo.entry_id) in d.identifiers)
    assert {d.via_device_id for d in devices if d is not site} == {site.id}


async def test_entities_as_devices(house: House) -> None:
    await house.build()
    await house.set_up()
    state = house.runtime.coordinator.data
    assert (state.cycles, state.grid.power, state.pv_power) == (1, 500.0, 0.0)
    assert (house.garage.mode, house.garage.available) == (Mode.OFF, True)


async def test_a_command_takes_effect_at_once(house: House) -> None:
    await house.build()
    house.status = "B"
    house.show()
    await house.set_up()
    house.take_calls()
    await house.set_mode("now")
    assert house.enabled
    assert house.take_calls() == [("set_value", 16.0), ("turn_on", None)]
    assert house.runtime.coordinator.data.cycles == 2


async def test_a_setting_without_haste_is_shown_without_a_cycle(house: House) -> None:
    await house.build()
    await house.set_up()
    await house.hass.services.async_call(
        DOMAIN,
        "change_setting",
        {"loadpoint": 1, "setting": "priority", "value": 3},
        blocking=True,
    )
    assert house.garage.priority == 3
    assert house.runtime.coordinator.data.cycles == 1


async def test_initial_settings_count_only_the_first_time(house: House) -> None:
    await house.build()
    sub = house.entry.subentries[GARAGE]
    house.hass.config_entries.async_update_subentry(
        house.entry, sub, data={**sub.data, "settings": {"mode": "pv", "priority": 2}}
    )
    await house.set_up()
    assert (house.garage.mode, house.garage.priority) == (Mode.PV, 2)
    await house.set_mode("off")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert (house.garage.mode, house.garage.priority) == (Mode.OFF, 2)


async def test_wrong_wiring_is_explained(house: House, caplog: pytest.LogCaptureFixture) -> None:
    circuit = {"source": "none", "max_power": 1000.0}
    await house.build(
        subentry("circuit", "main", circuit),
        subentry("circuit", "cellar", {**circuit, "parent": "attic"}),
        subentry("circuit", "attic", {**circuit, "parent": "cellar"}),
    )
    assert not await house.hass.config_entries.async_setup(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_ERROR
    assert house.entry.error_reason_translation_key == "circuit_cycle"


@pytest.mark.parametrize(
    ("parent", "root"), [(None, "main"), ("deleted", "cellar")], ids=["a second main one", "an orphan"]
)
async def test_circuits_without_parent_hang_on_the_main_one(
    house: House, parent: str | None, root: str
) -> None:
    circuit = {"source": "none", "max_power": 1000.0}
    await house.build(
        subentry("circuit", "main", {**circuit, "parent": parent}), subentry("circuit", "cellar", circuit)
    )
    await house.set_up()
    parents = {c.config.name: c.config.parent for c in house.runtime.site.circuits}
    assert parents == {root: None, ({"main", "cellar"} - {root}).pop(): root}


async def test_wrong_wiring_after_a_reload_leaves_the_house(house: House) -> None:
    await house.build(on_stop="off")
    house.status = "B"
    house.show()
    await house.set_up()
    await house.set_mode("now")
    for name, parent in (("main", None), ("cellar", "attic"), ("attic", "cellar")):
        circuit = {"source": "none", "max_power": 1000.0, "parent": parent}
        house.hass.config_entries.async_add_subentry(
            house.entry,
            ConfigSubentry(
                data=circuit, subentry_type="circuit", title=name, unique_id=None, subentry_id=name
            ),
        )
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.SETUP_ERROR
    assert not house.enabled


async def test_a_bug_after_a_reload_leaves_the_house(house: House) -> None:
    await house.build(on_stop="off")
    house.status = "B"
    house.show()
    await house.set_up()
    await house.set_mode("now")
    with patch("custom_components.evcc.async_create", side_effect=RuntimeError("bug")):
        assert not await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_ERROR
    assert not house.enabled


async def test_a_bug_at_the_first_start_is_just_that(house: House) -> None:
    await house.build()
    with patch("custom_components.evcc.async_create", side_effect=RuntimeError("bug")):
        assert not await house.hass.config_entries.async_setup(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_ERROR


async def test_a_failing_platform_leaves_nothing_running(house: House) -> None:
    await house.build()
    with patch.object(
        house.hass.config_entries, "async_forward_entry_setups", side_effect=RuntimeError("no")
    ):
        assert not await house.hass.config_entries.async_setup(house.entry.entry_id)
    assert not house.runtime.runner.running
    assert house.runtime.sessions.closed


async def test_limits_for_all_and_looking_for_the_vehicle(demo: MockConfigEntry) -> None:
    runtime = demo.runtime_data
    await runtime.async_set_limit_for_all("smartCostLimit", 0.2)
    assert [lp.smart_cost_limit for lp in runtime.coordinator.data.loadpoints] == [0.2, 0.2]
    await runtime.async_select_vehicle(0, None)
    await runtime.async_detect_vehicle(0)
    assert runtime.coordinator.data.loadpoints[0].vehicle_detection_active


async def test_sessions_wait_while_a_backup_is_made(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    sessions = demo.runtime_data.sessions
    await backup.async_pre_backup(hass)
    await sessions.async_write([SessionRecord(id=77, created=dt_util.utcnow())])
    assert await sessions.async_get(77) is None
    await backup.async_post_backup(hass)
    assert await sessions.async_get(77) is not None


# Wiring


async def test_wiring_of_all_kinds(hass: HomeAssistant) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        options={"interval": 10, "voltage": 110},
        subentries_data=[
            subentry("loadpoint", "second", {"source": "entity", "number": 2, "enable": "switch.b"}),
            subentry(
                "loadpoint",
                "first",
                {
                    "source": "entity",
                    "number": 1,
                    "enable": "switch.a",
                    "current": "number.a",
                    "circuit": "cellar",
                    "vehicle": "bike",
                    "features": ["Heating"],
                },
            ),
            subentry("circuit", "main", {"source": "entity", "power": "sensor.main", "max_current": 35.0}),
            subentry("circuit", "cellar", {"source": "none", "parent": "main", "max_power": 11000.0}),
            subentry("meter", "roof", {"source": "entity", "usage": "pv", "power": "sensor.roof"}),
            subentry(
                "meter",
                "akku",
                {
                    "source": "entity",
                    "usage": "battery",
                    "power": "sensor.akku",
                    "soc": "sensor.soc",
                    "capacity": 10,
                },
            ),
            subentry("meter", "fridge", {"source": "entity", "usage": "aux", "power": "sensor.fridge"}),
            subentry("meter", "pool", {"source": "entity", "usage": "consumer", "power": "sensor.pool"}),
            subentry(
                "vehicle",
                "bike",
                {
                    "source": "offline",
                    "icon": "bike",
                    "capacity": 1.5,
                    "identifiers": ["04*"],
                    "on_mode": "now",
                    "on_priority": 5,
                    "on_max_power": 500,
                },
            ),
            subentry("vehicle", "van", {"source": "entity", "soc": "sensor.van", "features": ["Streaming"]}),
        ],
    )
    built = build(hass, entry)  # type: ignore[arg-type]
    config = built.config
    assert (config.title, config.interval, config.voltage, config.grid) == ("Home", 10.0, 110.0, None)
    assert [lp.name for lp in config.loadpoints] == ["first", "second"]
    first = config.loadpoints[0]
    assert (first.circuit, first.default_vehicle) == ("cellar", "bike")
    assert Feature.HEATING in first.charger.features
    assert [(c.name, c.parent, c.max_power, c.max_current, c.metered) for c in config.circuits] == [
        ("main", None, 0.0, 35.0, True),
        ("cellar", "main", 11000.0, 0.0, False),
    ]
    assert list(built.ports.circuits) == ["main"]
    assert [m.name for m in (*config.pv, *config.aux, *config.consumers)] == ["roof", "fridge", "pool"]
    assert [(b.name, b.title, b.capacity) for b in config.batteries] == [("akku", "Akku", 10.0)]
    bike, van = config.vehicles
    assert bike == VehicleConfig(
        name="bike",
        title="Bike",
        icon="bike",
        capacity=1.5,
        identifiers=("04*",),
        features=frozenset({Feature.OFFLINE}),
        on_mode=Mode.NOW,
        on_priority=5,
        on_max_power=500.0,
    )
    assert (van.name, van.features) == ("van", {Feature.STREAMING})
    assert list(built.ports.vehicles) == ["van"]
    assert len(built.ports.chargers) == 2


@pytest.mark.parametrize("data", [{"circuit": "gone", "vehicle": "gone"}, {}], ids=["deleted", "not chosen"])
async def test_what_was_deleted_counts_as_not_chosen(hass: HomeAssistant, data: Mapping[str, Any]) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            subentry("loadpoint", "lp", {"source": "entity", "number": 1, "enable": "switch.a", **data})
        ],
    )
    (loadpoint,) = build(hass, entry).config.loadpoints  # type: ignore[arg-type]
    assert isinstance(loadpoint, LoadpointConfig)
    assert (loadpoint.circuit, loadpoint.default_vehicle) == (None, None)


async def test_a_simulated_charger_takes_traits_that_were_chosen(hass: HomeAssistant) -> None:
    simulated = {"source": "simulated", "phases": 1, "phase_switching": True, "current_step": 1.0}
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            subentry("loadpoint", "lp", {**simulated, "number": 1, "features": ["WelcomeCharge"]})
        ],
    )
    (loadpoint,) = build(hass, entry).config.loadpoints  # type: ignore[arg-type]
    assert loadpoint.charger.features == {Feature.WELCOME_CHARGE}
    assert not loadpoint.charger.phase_switching


# Reload


async def test_what_is_added_in_the_ui_is_there_at_once(house: House) -> None:
    await house.build()
    await house.set_up()
    house.hass.config_entries.async_add_subentry(
        house.entry,
        ConfigSubentry(
            data={"source": "offline"},  # type: ignore[arg-type]
            subentry_type="vehicle",
            title="Guest",
            unique_id=None,
        ),
    )
    await house.hass.async_block_till_done()
    assert [v.title for v in house.runtime.coordinator.data.vehicles] == ["Car", "Guest"]
    assert house.take_calls() == []


async def test_a_virtual_plant_goes_on_unless_it_is_changed(
    hass: HomeAssistant, demo: MockConfigEntry
) -> None:
    plant = demo.runtime_data.plant
    hass.config_entries.async_update_entry(demo, options={"interval": 20})
    await hass.async_block_till_done()
    assert demo.runtime_data.plant is plant
    hass.config_entries.async_update_entry(demo, options={"voltage": 110})
    await hass.async_block_till_done()
    assert demo.runtime_data.plant is not plant


# Unload, disable, remove


async def test_unload(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    runtime = demo.runtime_data
    assert await hass.config_entries.async_unload(demo.entry_id)
    assert demo.state is ConfigEntryState.NOT_LOADED
    assert not runtime.runner.running
    assert runtime.sessions.closed


async def test_a_platform_that_does_not_unload_keeps_the_site_running(
    hass: HomeAssistant, demo: MockConfigEntry
) -> None:
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(demo.entry_id)
    assert demo.runtime_data.runner.running
    await hass.config_entries.async_unload_platforms(demo, PLATFORMS)
    await demo.runtime_data.async_pause()


@pytest.mark.parametrize(
    ("on_stop", "current", "enabled"),
    [
        pytest.param("keep", 16.0, True, id="as it was"),
        pytest.param("off", 16.0, False, id="off"),
        pytest.param("minimum", 6.0, True, id="minimum"),
    ],
)
@pytest.mark.parametrize("end", ["disable", "remove", "stop"])
async def test_the_charger_is_left_as_configured(
    house: House, on_stop: str, current: float, enabled: bool, end: str
) -> None:
    await house.build(on_stop=on_stop)
    house.status = "B"
    house.show()
    await house.set_up()
    await house.set_mode("now")
    await house.run(2)
    manager = house.hass.config_entries
    if end == "disable":
        await manager.async_set_disabled_by(house.entry.entry_id, ConfigEntryDisabler.USER)
    elif end == "remove":
        await manager.async_remove(house.entry.entry_id)
    else:
        await house.hass.async_stop(force=True)
    state = house.hass.states.get("input_number.wallbox_current")
    assert state is not None
    assert (float(state.state), house.enabled) == (current, enabled)


async def test_a_charger_that_may_not_charge_is_told_nothing(house: House) -> None:
    await house.build(on_stop="off")
    await house.set_up()
    house.take_calls()
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert house.take_calls() == []


async def test_a_charger_that_does_not_take_its_last_command_is_remembered_as_it_is(house: House) -> None:
    async def refuse(call: ServiceCall) -> None:
        raise HomeAssistantError("not now")

    await house.build(on_stop="off")
    house.status = "B"
    house.show()
    await house.set_up()
    await house.set_mode("now")
    house.hass.services.async_register("input_boolean", "turn_off", refuse)
    await house.runtime.async_leave()
    assert house.runtime.site.loadpoints[0].memory.enabled


async def test_removing_deletes_what_is_ours_but_not_the_sessions(
    house: House, hass_storage: dict[str, Any]
) -> None:
    await house.build()
    house.status = "B"
    house.show()
    await house.set_up()
    await house.set_mode("now")
    await house.run(4)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert {SETTINGS_KEY, MEMORY_KEY} <= set(hass_storage)
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert not {SETTINGS_KEY, MEMORY_KEY} & set(hass_storage)
    assert file_exists(house.hass, "evcc.db")


async def test_the_battery_is_never_left_on_hold(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    runtime = demo.runtime_data
    await runtime.async_set_battery_mode(BatteryMode.HOLD)
    await runtime.runner.async_wake()
    battery = runtime.equipment.ports.batteries[0]
    told: list[BatteryMode] = []
    set_mode = battery.async_set_mode

    async def spy(mode: BatteryMode) -> None:
        told.append(mode)
        await set_mode(mode)

    with patch.object(battery, "async_set_mode", spy):
        await hass.config_entries.async_remove(demo.entry_id)
    assert told == [BatteryMode.NORMAL]


async def test_removing_what_was_never_loaded(house: House, hass_storage: dict[str, Any]) -> None:
    await house.build()
    await house.hass.config_entries.async_set_disabled_by(house.entry.entry_id, ConfigEntryDisabler.USER)
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert house.take_calls() == []


# Versions and devices


@pytest.mark.parametrize(
    ("version", "minor", "state"),
    [
        pytest.param(1, 2, ConfigEntryState.LOADED, id="newer minor version"),
        pytest.param(2, 1, ConfigEntryState.MIGRATION_ERROR, id="newer major version"),
    ],
)
async def test_versions(house: House, version: int, minor: int, state: ConfigEntryState) -> None:
    await house.build()
    house.hass.config_entries.async_update_entry(house.entry, version=version, minor_version=minor)
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    assert house.entry.state is state


async def test_only_devices_without_a_reason_can_be_deleted(
    house: House, device_registry: dr.DeviceRegistry
) -> None:
    assert await async_setup_component(house.hass, "config", {})
    await house.build()
    await house.set_up()
    entry = house.entry
    stale = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "long gone")}
    )
    here = device_registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, CAR)})
    assert await evcc.async_remove_config_entry_device(house.hass, entry, stale)  # type: ignore[arg-type]
    assert not await evcc.async_remove_config_entry_device(house.hass, entry, here)  # type: ignore[arg-type]
