"""Readings: every entity with its properties, when it is there, when it is gray."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import PropertyMock, patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.model import (
    BatteryMode,
    Failure,
    PhaseAction,
    PvAction,
    Reason,
    Status,
    StatusReason,
    Why,
)
from custom_components.evcc.core.session import Statistics
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component

from .entities_home import (
    CELLAR,
    GARAGE,
    GRID,
    GUEST,
    NOON,
    entity_id,
    exists,
    runtime_of,
    show,
    show_loadpoint,
    start,
    state,
)


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it always be the same sunny day."""
    freezer.move_to(NOON)


@pytest.fixture
def all_enabled() -> Iterator[None]:
    """Switch all entities on, those for the few too."""
    with patch.object(
        Entity, "entity_registry_enabled_default", new_callable=PropertyMock(return_value=True)
    ):
        yield


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    "platform",
    [
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.CALENDAR,
        Platform.DATETIME,
        Platform.NUMBER,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SWITCH,
    ],
)
async def test_all_entities(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion, platform: Platform
) -> None:
    with patch("custom_components.evcc.PLATFORMS", [platform]):
        entry = await start(hass)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_loadpoint_page_is_short(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> None:
    entry = await start(hass)
    shown = [
        e for e in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if e.config_subentry_id == "garage" and e.disabled_by is None
    ]  # fmt: skip
    readings = [e.unique_id for e in shown if e.domain in ("sensor", "binary_sensor")]
    daily = [
        e.unique_id for e in shown if e.domain not in ("sensor", "binary_sensor") and not e.entity_category
    ]
    config = [e.unique_id for e in shown if e.entity_category == "config"]
    assert len(readings) <= 15, readings
    assert len(daily) <= 8, daily
    assert len(config) <= 5, config


async def test_devices(hass: HomeAssistant, device_registry: dr.DeviceRegistry) -> None:
    entry = await start(hass)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    site = device_registry.async_get_device_by_identifier((DOMAIN, "site"), entry.entry_id)
    assert site is not None
    assert {(d.name, d.config_subentry_id, d.via_device_id == site.id) for d in devices} == {
        ("Home", None, False),
        ("Battery storage", None, True),
        ("Grid", "grid", True),
        ("Roof", "roof", True),
        ("Cellar", "cellar", True),
        ("Pump", "pump", True),
        ("Main", "main", True),
        ("Garage", "garage", True),
        ("Boiler", "boiler", True),
        ("Blue car", "blue", True),
        ("Blue car", "second", True),
    }


async def test_a_bare_home_has_few_entities(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, device_registry: dr.DeviceRegistry
) -> None:
    entry = await start(hass, GARAGE)
    ids = {e.unique_id for e in er.async_entries_for_config_entry(entity_registry, entry.entry_id)}
    for absent in (
        "site_grid_power",
        "site_pv_power",
        "site_battery_soc",
        "site_priority_soc",
        "site_battery_mode_external",
        "garage_battery_boost",
        "garage_vehicle",
        "garage_detect_vehicle",
        "garage_charge_voltage_l1",
    ):
        assert absent not in ids
    assert {"site_home_power", "garage_reason", "garage_mode", "garage_phases_configured"} <= ids
    assert device_registry.async_get_device_by_identifier((DOMAIN, "site_battery"), entry.entry_id) is None


async def test_a_battery_without_control_has_no_modes(hass: HomeAssistant) -> None:
    data = {**CELLAR["data"], "controllable": False}
    await start(hass, GRID, {**CELLAR, "data": data}, GARAGE)
    assert exists(hass, "number", "site_priority_soc")
    assert not exists(hass, "select", "site_battery_mode_external")
    assert not exists(hass, "switch", "site_battery_discharge_control")
    assert not exists(hass, "sensor", "site_battery_mode")
    assert not exists(hass, "binary_sensor", "site_battery_grid_charge_active")


async def test_an_entity_appears_with_its_first_value_and_stays(hass: HomeAssistant) -> None:
    entry = await start(hass)
    assert not exists(hass, "sensor", "garage_charge_voltage_l1")
    await show_loadpoint(hass, entry, charge_voltages=(230.0, 231.0, 229.0))
    assert exists(hass, "sensor", "garage_charge_voltage_l1")
    assert not exists(hass, "binary_sensor", "garage_climater_active")
    await show_loadpoint(hass, entry, vehicle_climater_active=True)
    assert exists(hass, "binary_sensor", "garage_climater_active")

    er.async_get(hass).async_update_entity(
        entity_id(hass, "sensor", "garage_charge_voltage_l1"), disabled_by=None
    )
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    # the value is missing after the reload, the entity is not
    assert state(hass, "sensor", "garage_charge_voltage_l1") == STATE_UNKNOWN


async def test_price_entities_come_with_a_tariff(hass: HomeAssistant) -> None:
    entry = await start(hass, GARAGE, GUEST)
    await show(hass, entry, smart_cost_available=False)
    assert exists(hass, "number", "garage_smart_cost_limit")  # the plant's tariff was there at once
    assert state(hass, "number", "garage_smart_cost_limit") == STATE_UNKNOWN


async def test_the_reason_with_its_numbers(hass: HomeAssistant) -> None:
    entry = await start(hass)
    now = runtime_of(entry).coordinator.data.at
    until = now + timedelta(seconds=45)
    why = Why(Reason.WAITING_TO_ENABLE, need=1380, have=1500.12345, until=until)
    await show_loadpoint(hass, entry, why=why)
    found = hass.states.get(entity_id(hass, "sensor", "garage_reason"))
    assert found is not None
    assert found.state == "waiting_to_enable"
    shown = {k: found.attributes.get(k) for k in ("need", "have", "limit", "actual", "until", "device")}
    assert shown == {
        "need": 1380,
        "have": 1500.123,
        "limit": None,
        "actual": None,
        "until": until,
        "device": None,
    }
    assert state(hass, "sensor", "garage_decision_until") == until.isoformat()

    await show_loadpoint(hass, entry, why=Why(Reason.DEVICE_UNAVAILABLE, device="Garage"))
    found = hass.states.get(entity_id(hass, "sensor", "garage_reason"))
    assert found is not None
    assert found.attributes["device"] == "Garage"
    assert "need" not in found.attributes
    assert state(hass, "sensor", "garage_decision_until") == STATE_UNKNOWN


@pytest.mark.parametrize(
    ("status", "waits", "shown"),
    [
        (Status.UNKNOWN, StatusReason.UNKNOWN, STATE_UNKNOWN),
        (Status.A, StatusReason.UNKNOWN, "disconnected"),
        (Status.B, StatusReason.UNKNOWN, "connected"),
        (Status.B, StatusReason.WAITING_FOR_AUTHORIZATION, "waitingforauthorization"),
        (Status.B, StatusReason.DISCONNECT_REQUIRED, "disconnectrequired"),
        (Status.C, StatusReason.WAITING_FOR_AUTHORIZATION, "charging"),
    ],
)
async def test_status(hass: HomeAssistant, status: Status, waits: StatusReason, shown: str) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, status=status, charger_status_reason=waits)
    assert state(hass, "sensor", "garage_status") == shown


@pytest.mark.usefixtures("all_enabled")
async def test_timers_show_when_they_end(hass: HomeAssistant) -> None:
    entry = await start(hass)
    at = runtime_of(entry).coordinator.data.at
    assert state(hass, "sensor", "garage_pv_action_at") == STATE_UNKNOWN
    assert state(hass, "sensor", "garage_phase_action_at") == STATE_UNKNOWN
    await show_loadpoint(
        hass,
        entry,
        pv_action=PvAction.ENABLE,
        pv_remaining=40.0,
        phase_action=PhaseAction.SCALE_1P,
        phase_remaining=0,
    )
    assert state(hass, "sensor", "garage_pv_action") == "enable"
    assert state(hass, "sensor", "garage_pv_action_at") == (at + timedelta(seconds=40)).isoformat()
    assert state(hass, "sensor", "garage_phase_action") == "scale1p"
    assert state(hass, "sensor", "garage_phase_action_at") == at.isoformat()


async def test_session_figures(hass: HomeAssistant) -> None:
    entry = await start(hass)
    since = runtime_of(entry).coordinator.data.at - timedelta(hours=2)
    await show_loadpoint(
        hass,
        entry,
        session_energy=12_345.6,
        session_price=2.5,
        connected_since=since,
        charge_remaining_duration=5_430.0,
    )
    energy = hass.states.get(entity_id(hass, "sensor", "garage_session_energy"))
    cost = hass.states.get(entity_id(hass, "sensor", "garage_session_price"))
    assert energy is not None
    assert cost is not None
    assert energy.state == "12.346"
    assert energy.attributes["last_reset"] == since.isoformat()
    assert (cost.state, cost.attributes["unit_of_measurement"]) == ("2.5", "EUR")
    assert state(hass, "sensor", "garage_charge_remaining_duration") == "90"
    await show_loadpoint(hass, entry, charge_remaining_duration=0.0)
    assert state(hass, "sensor", "garage_charge_remaining_duration") == STATE_UNKNOWN


async def test_a_lost_charger_grays_its_own_readings_only(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, charge_total_import=1234.5)
    await show_loadpoint(hass, entry, available=False, failure=Failure.TIMEOUT)
    for platform, key in (
        ("sensor", "charge_power"),
        ("sensor", "status"),
        ("sensor", "charge_total_import"),
        ("binary_sensor", "connected"),
        ("binary_sensor", "charging"),
    ):
        assert state(hass, platform, f"garage_{key}") == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor", "garage_charger_problem") == "on"
    for platform, key in (
        ("sensor", "reason"),
        ("sensor", "session_energy"),
        ("select", "mode"),
        ("select", "vehicle"),
        ("number", "limit_soc"),
        ("switch", "battery_boost"),
        ("button", "detect_vehicle"),
    ):
        assert state(hass, platform, f"garage_{key}") != STATE_UNAVAILABLE
    assert state(hass, "sensor", "site_grid_power") != STATE_UNAVAILABLE


async def test_a_charger_that_nobody_has_asked_yet_is_no_problem(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, available=False, why=Why(Reason.STARTING))
    assert state(hass, "binary_sensor", "garage_charger_problem") == STATE_UNKNOWN


async def test_lost_meters(hass: HomeAssistant) -> None:
    entry = await start(hass)
    data = runtime_of(entry).coordinator.data
    assert data.battery is not None
    cellar = replace(data.battery.devices[0], power=None, failure=Failure.UNAVAILABLE)
    await show(
        hass,
        entry,
        grid=replace(data.grid, power=None, failure=Failure.TIMEOUT),
        home_power=None,
        pv=(replace(data.pv[0], failure=Failure.TIMEOUT),),  # one lost reading is not yet a lost meter
        battery=replace(data.battery, devices=(cellar,)),
        circuits=(replace(data.circuits[0], power=None, current=None),),
    )
    assert state(hass, "sensor", "site_grid_power") == STATE_UNKNOWN
    assert state(hass, "sensor", "site_home_power") == STATE_UNKNOWN
    assert state(hass, "sensor", "grid_energy_imported") == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor", "grid_meter_problem") == "on"
    assert state(hass, "sensor", "roof_power") not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
    assert state(hass, "binary_sensor", "roof_meter_problem") == "off"
    assert state(hass, "sensor", "cellar_soc") == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor", "cellar_meter_problem") == "on"
    assert state(hass, "sensor", "main_power") == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor", "main_overloaded") == STATE_UNAVAILABLE


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    ("failure", "soc", "problem"),
    [
        (None, 50.0, "off"),
        (Failure.ASLEEP, None, "off"),
        (Failure.TIMEOUT, 50.0, "off"),
        (Failure.TIMEOUT, None, "on"),
    ],
)
async def test_vehicle_interface(
    hass: HomeAssistant, failure: Failure | None, soc: float | None, problem: str
) -> None:
    entry = await start(hass)
    vehicles = runtime_of(entry).coordinator.data.vehicles
    await show(hass, entry, vehicles=(replace(vehicles[0], failure=failure, soc=soc), *vehicles[1:]))
    assert state(hass, "binary_sensor", "blue_vehicle_problem") == problem
    assert (state(hass, "sensor", "blue_soc") == STATE_UNAVAILABLE) is (problem == "on")
    assert state(hass, "number", "blue_limit_soc") != STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("power", "current", "overloaded"),
    [
        (20_000.0, 35.0, "off"),
        (20_001.0, 10.0, "on"),
        (1_000.0, 36.0, "on"),
        (1_000.0, None, "off"),
    ],
)
async def test_overload(hass: HomeAssistant, power: float, current: float | None, overloaded: str) -> None:
    entry = await start(hass)
    main = replace(runtime_of(entry).coordinator.data.circuits[0], power=power, current=current)
    await show(hass, entry, circuits=(main,))
    assert state(hass, "binary_sensor", "main_overloaded") == overloaded


async def test_battery_readings(hass: HomeAssistant) -> None:
    entry = await start(hass)
    data = runtime_of(entry).coordinator.data
    assert data.battery is not None
    await show(hass, entry, battery_mode=BatteryMode.UNKNOWN)
    assert state(hass, "sensor", "site_battery_mode") == STATE_UNKNOWN
    await show(hass, entry, battery_mode=BatteryMode.HOLD)
    assert state(hass, "sensor", "site_battery_mode") == "hold"
    await show(hass, entry, battery=replace(data.battery, soc=None))
    assert state(hass, "sensor", "site_battery_soc") == STATE_UNKNOWN
    await show(hass, entry, battery=None)
    assert state(hass, "sensor", "site_battery_soc") == STATE_UNAVAILABLE
    assert state(hass, "sensor", "cellar_power") == STATE_UNAVAILABLE


async def test_what_has_gone_from_the_snapshot_is_unavailable(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show(hass, entry, loadpoints=(), vehicles=(), circuits=(), grid=None, pv=())
    for platform, key in (
        ("sensor", "garage_reason"),
        ("sensor", "garage_session_energy"),
        ("select", "garage_mode"),
        ("select", "garage_vehicle"),
        ("number", "garage_limit_soc"),
        ("switch", "garage_battery_boost"),
        ("number", "blue_limit_soc"),
    ):
        assert state(hass, platform, key) == STATE_UNAVAILABLE
    assert state(hass, "sensor", "site_grid_power") == STATE_UNKNOWN


async def test_an_error_of_the_site_grays_everything(hass: HomeAssistant) -> None:
    entry = await start(hass)
    runtime_of(entry).coordinator.async_set_update_error(ValueError("bug"))
    await hass.async_block_till_done()
    assert state(hass, "sensor", "garage_reason") == STATE_UNAVAILABLE
    assert state(hass, "select", "garage_mode") == STATE_UNAVAILABLE


async def test_statistics(hass: HomeAssistant) -> None:
    entry = await start(hass)
    assert state(hass, "sensor", "site_charged_energy_30d") == STATE_UNKNOWN
    runtime = runtime_of(entry)
    runtime.statistics = {
        "30d": Statistics(solar_percentage=61.2345, charged_kwh=123.4567, avg_price=0.1234, avg_co2=200)
    }
    runtime.coordinator.async_update_listeners()
    await hass.async_block_till_done()
    assert state(hass, "sensor", "site_solar_share_30d") == "61.234"
    assert state(hass, "sensor", "site_charged_energy_30d") == "123.457"
    price = hass.states.get(entity_id(hass, "sensor", "site_average_price_30d"))
    assert price is not None
    assert (price.state, price.attributes["unit_of_measurement"]) == ("0.123", "EUR/kWh")
    assert state(hass, "sensor", "site_charged_energy_total") == STATE_UNKNOWN


async def test_asking_for_an_update_runs_a_cycle(hass: HomeAssistant) -> None:
    entry = await start(hass)
    before = runtime_of(entry).coordinator.data.cycles
    assert await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call(
        "homeassistant",
        "update_entity",
        {"entity_id": entity_id(hass, "sensor", "garage_reason")},
        blocking=True,
    )
    assert runtime_of(entry).coordinator.data.cycles == before + 1
