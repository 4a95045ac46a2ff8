"""Meters, home batteries and vehicles made of entities."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.evcc.core.config import BatteryConfig, VehicleConfig
from custom_components.evcc.core.model import BatteryMode, Failure, Status
from custom_components.evcc.core.ports import (
    BatteryControl,
    BatteryReading,
    MeterReading,
    NotAvailable,
    VehicleReading,
)
from custom_components.evcc.devices.entity.battery import build_battery
from custom_components.evcc.devices.entity.meter import build_meter
from custom_components.evcc.devices.entity.vehicle import build_vehicle
from homeassistant.core import HomeAssistant

PHASES = {f"power_l{n}": f"sensor.p{n}" for n in (1, 2, 3)}
CURRENTS = {f"current_l{n}": f"sensor.i{n}" for n in (1, 2, 3)}
EXPORTS = {f"power_export_l{n}": f"sensor.e{n}" for n in (1, 2, 3)}


@pytest.fixture
def house(show: Callable[..., None]) -> None:
    show("sensor.import", 1.5, "kW")
    show("sensor.export", 500, "W")
    show("sensor.energy", 12_345_678, "Wh")
    show("sensor.back", 99.5, "kWh")
    for n, (power, export, current) in enumerate([(1000, 0, 5), (-200, 50, 1), (0, 0, 0)], 1):
        show(f"sensor.p{n}", power, "W")
        show(f"sensor.e{n}", export, "W")
        show(f"sensor.i{n}", current, "A")
    show("sensor.gone", "unavailable", "W")


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param({"power": "sensor.import"}, MeterReading(power=1500), id="one sensor"),
        pytest.param(
            {"power": "sensor.import", "power_invert": True},
            MeterReading(power=-1500),
            id="the other way round",
        ),
        pytest.param(
            {"power": "sensor.import", "power_export": "sensor.export"}, MeterReading(power=1000), id="a pair"
        ),
        pytest.param(
            {"power": "sensor.import", "energy": "sensor.energy", "return_energy": "sensor.back"},
            MeterReading(power=1500, energy=12345.678, return_energy=99.5),
            id="counters",
        ),
        pytest.param(PHASES, MeterReading(power=800, powers=(1000, -200, 0)), id="the sum of the phases"),
        pytest.param(
            {**PHASES, **EXPORTS, "power_invert": True},
            MeterReading(power=-750, powers=(-1000, 250, 0)),
            id="pairs per phase",
        ),
        pytest.param(
            {**PHASES, **CURRENTS},
            MeterReading(power=800, powers=(1000, -200, 0), currents=(5, -1, 0)),
            id="currents get the sign of the power",
        ),
        pytest.param(
            {"power": "sensor.import", **CURRENTS, "power_invert": True},
            MeterReading(power=-1500, currents=(-5, -1, 0)),
            id="or that of the meter",
        ),
        pytest.param(
            {"power": "sensor.import", "current_l1": "sensor.i1"},
            MeterReading(power=1500, currents=(5, 0, 0)),
            id="a meter with one phase",
        ),
        pytest.param(
            CURRENTS, MeterReading(currents=(5, 1, 0), failure=Failure.NOT_AVAILABLE), id="currents alone"
        ),
        pytest.param({"power": "sensor.gone"}, MeterReading(failure=Failure.UNAVAILABLE), id="not available"),
        pytest.param(
            {"power": "sensor.import", "power_export": "sensor.gone"},
            MeterReading(failure=Failure.UNAVAILABLE),
            id="half a pair is nothing",
        ),
        pytest.param(
            {**PHASES, "power_l2": "sensor.gone"},
            MeterReading(failure=Failure.UNAVAILABLE),
            id="two thirds are nothing",
        ),
        pytest.param(
            {"power": "sensor.import", **CURRENTS, "current_l3": "sensor.gone"},
            MeterReading(power=1500),
            id="neither of currents",
        ),
        pytest.param(
            {"power": "sensor.energy"}, MeterReading(failure=Failure.INVALID), id="energy is no power"
        ),
    ],
)
async def test_reads_a_meter(
    hass: HomeAssistant, now: datetime, data: dict[str, Any], expected: MeterReading
) -> None:
    assert await build_meter(hass, data, "Grid").async_read(now) == expected


BATTERY = {"power": "sensor.discharge", "power_export": "sensor.charge", "soc": "sensor.soc"}


async def test_reads_a_battery(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    show("sensor.discharge", 0, "W")
    show("sensor.charge", 1.2, "kW")
    show("sensor.soc", 55, "%")
    show("sensor.out", 10, "kWh")
    show("sensor.in", 12, "kWh")
    data = {**BATTERY, "energy": "sensor.out", "return_energy": "sensor.in", "capacity": 10, "min_soc": 0}
    battery, config = build_battery(hass, data, "Battery")
    assert config == BatteryConfig(name="", title="Battery", capacity=10, min_soc=0)
    assert not isinstance(battery, BatteryControl)
    reading = BatteryReading(power=-1200, soc=55, energy=10, return_energy=12)
    assert await battery.async_read(now) == reading
    show("sensor.soc", "unknown", "%")
    hass.states.async_remove("sensor.charge")
    reading = BatteryReading(energy=10, return_energy=12, failure=Failure.UNAVAILABLE)
    assert await battery.async_read(now) == reading


async def test_a_battery_that_cannot_go_back_to_normal_is_not_controlled(hass: HomeAssistant) -> None:
    battery, config = build_battery(hass, {**BATTERY, "mode": "select.mode", "mode_hold": "hold"}, "Battery")
    assert not config.controllable
    assert not isinstance(battery, BatteryControl)


async def test_sets_the_mode_of_a_battery(hass: HomeAssistant) -> None:
    hass.states.async_set("select.mode", "zero", {"options": ["zero", "to_full"]})
    data = {**BATTERY, "mode": "select.mode", "mode_normal": "zero", "mode_charge": "to_full"}
    battery, config = build_battery(hass, data, "Battery")
    assert config.controllable
    assert isinstance(battery, BatteryControl)
    calls = async_mock_service(hass, "select", "select_option")
    await battery.async_set_mode(BatteryMode.CHARGE)
    await battery.async_set_mode(BatteryMode.NORMAL)
    assert [call.data["option"] for call in calls] == ["to_full", "zero"]
    for mode in (BatteryMode.HOLD, BatteryMode.UNKNOWN):
        with pytest.raises(NotAvailable):
            await battery.async_set_mode(mode)


async def test_runs_an_action_for_the_mode_of_a_battery(hass: HomeAssistant) -> None:
    calls = async_mock_service(hass, "script", "battery")
    action = [{"action": "script.battery", "data": {"mode": "{{ mode }}"}}]
    battery, config = build_battery(hass, {**BATTERY, "mode_action": action}, "Battery")
    assert config.controllable
    assert isinstance(battery, BatteryControl)
    await battery.async_set_mode(BatteryMode.HOLD)
    assert calls[0].data == {"mode": "hold"}


async def test_reads_a_vehicle(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    show("sensor.soc", 55, "%")
    show("sensor.range", 100, "mi")
    show("sensor.odometer", 12_000_000, "m")
    show("number.limit", 80, "%")
    show("binary_sensor.plug", "on")
    show("binary_sensor.charging", "off")
    show("climate.car", "heat_cool")
    data = {
        "soc": "sensor.soc",
        "range": "sensor.range",
        "odometer": "sensor.odometer",
        "limit_soc": "number.limit",
        "plugged": "binary_sensor.plug",
        "charging": "binary_sensor.charging",
        "climater": "climate.car",
    }
    vehicle, config = build_vehicle(hass, data, "Car")
    assert config == VehicleConfig(name="", title="Car", has_status=True)
    reading = await vehicle.async_read(now)
    assert reading.range == pytest.approx(160.9344)
    assert reading == VehicleReading(
        soc=55, range=reading.range, odometer=12_000, limit_soc=80, status=Status.B, climater=True
    )
    for entity_id in hass.states.async_entity_ids():
        hass.states.async_set(entity_id, "unavailable")
    assert await vehicle.async_read(now) == VehicleReading(failure=Failure.UNAVAILABLE)


async def test_a_vehicle_with_a_state_of_charge_only(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    show("sensor.soc", 55, "%")
    vehicle, config = build_vehicle(hass, {"soc": "sensor.soc"}, "Car")
    assert config == VehicleConfig(name="", title="Car")
    assert await vehicle.async_read(now) == VehicleReading(soc=55)
    with pytest.raises(NotAvailable):
        await vehicle.async_wake_up()


async def test_wakes_a_vehicle(hass: HomeAssistant) -> None:
    hass.states.async_set("button.wake", "unknown")
    pressed = async_mock_service(hass, "button", "press")
    vehicle, config = build_vehicle(hass, {"soc": "sensor.soc", "wake": "button.wake"}, "Car")
    assert config.can_wake
    await vehicle.async_wake_up()
    assert len(pressed) == 1

    called = async_mock_service(hass, "car", "wake")
    vehicle, config = build_vehicle(hass, {"wake_action": [{"action": "car.wake"}]}, "Car")
    assert config.can_wake
    await vehicle.async_wake_up()
    assert len(called) == 1
