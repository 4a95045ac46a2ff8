"""Every way to change a running site, and every refusal."""

from typing import Any

import pytest

from custom_components.evcc.core import commands
from custom_components.evcc.core.commands import change, detect_vehicle, select_vehicle, set_limit_for_all
from custom_components.evcc.core.config import BatteryConfig, ChargerTraits, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.model import BatteryMode, Boost, Feature, Mode
from custom_components.evcc.core.settings import Scope, SettingError

from .plant import Bench
from .wiring import FIXED, SINGLE, START, SWITCHABLE, TICK, B

SITE, LOADPOINT, VEHICLE = Scope.SITE, Scope.LOADPOINT, Scope.VEHICLE
HEATER = ChargerTraits(features=frozenset({Feature.INTEGRATED_DEVICE}))
CONTROLLED = (BatteryConfig(name="battery", controllable=True),)
ONLY_READ = (BatteryConfig(name="battery"),)


def house(*chargers: Any, batteries: Any = CONTROLLED) -> Bench:
    return Bench(
        *(chargers or (FIXED,)), batteries=batteries, vehicles=(VehicleConfig(name="car", capacity=60),)
    )


@pytest.mark.parametrize(
    ("scope", "target", "key", "value", "wakes"),
    [
        pytest.param(SITE, None, "residualPower", 100, False, id="site"),
        pytest.param(SITE, None, "batteryGridChargeLimit", 0.1, False, id="grid charge limit"),
        pytest.param(SITE, None, "batteryDischargeControl", True, False, id="discharge control"),
        pytest.param(LOADPOINT, 0, "mode", "pv", True, id="mode"),
        pytest.param(LOADPOINT, "lp1", "mode", "pv", True, id="loadpoint by name"),
        pytest.param(LOADPOINT, 0, "phasesConfigured", 1, True, id="phases"),
        pytest.param(LOADPOINT, 0, "limitSoc", 80, True, id="SoC limit"),
        pytest.param(LOADPOINT, 0, "minSoc", 20, True, id="minimum SoC"),
        pytest.param(LOADPOINT, 0, "limitEnergy", 5, True, id="energy limit"),
        pytest.param(LOADPOINT, 0, "socPollMode", "always", True, id="poll mode"),
        pytest.param(LOADPOINT, 0, "enableThreshold", -500, True, id="threshold"),
        pytest.param(LOADPOINT, 0, "enableDelay", 30, False, id="delay"),
        pytest.param(LOADPOINT, 0, "minCurrent", 8, False, id="minimum current"),
        pytest.param(LOADPOINT, 0, "maxCurrent", 10, False, id="maximum current"),
        pytest.param(LOADPOINT, 0, "maxCurrent", 6, False, id="maximum that is the minimum"),
        pytest.param(LOADPOINT, 0, "minCurrent", 16, False, id="minimum that is the maximum"),
        pytest.param(LOADPOINT, 0, "priority", 2, False, id="priority"),
        pytest.param(LOADPOINT, 0, "smartCostLimit", 0.2, False, id="smart cost limit"),
        pytest.param(LOADPOINT, 0, "batteryBoostLimit", 50, False, id="boost limit"),
        pytest.param(VEHICLE, "car", "minSoc", 20, False, id="vehicle"),
        pytest.param(VEHICLE, "car", "mode", "now", False, id="mode of a vehicle"),
    ],
)
def test_change(scope: Scope, target: Any, key: str, value: Any, wakes: bool) -> None:
    bench = house()
    assert change(bench.site, scope, target, key, value, START) is wakes
    assert change(bench.site, scope, target, key, value, START) is False  # nothing new
    dumped = bench.site.dump_settings()
    stored = {
        SITE: dumped["site"],
        LOADPOINT: dumped["loadpoints"]["lp1"],
        VEHICLE: dumped["vehicles"]["car"],
    }
    assert stored[scope][key] == value


@pytest.mark.parametrize(
    ("scope", "target", "key", "value", "error"),
    [
        pytest.param(SITE, None, "nonsense", 1, "unknown_setting", id="no such setting"),
        pytest.param(SITE, None, "residualPower", "x", "value_not_number", id="no number"),
        pytest.param(LOADPOINT, 5, "mode", "pv", "loadpoint_unknown", id="no such loadpoint"),
        pytest.param(LOADPOINT, "lp9", "mode", "pv", "loadpoint_unknown", id="no such name"),
        pytest.param(LOADPOINT, None, "mode", "pv", "loadpoint_unknown", id="no loadpoint at all"),
        pytest.param(LOADPOINT, False, "mode", "pv", "loadpoint_unknown", id="a boolean is no number"),
        pytest.param(VEHICLE, "truck", "minSoc", 20, "vehicle_unknown", id="no such vehicle"),
        pytest.param(LOADPOINT, 0, "minCurrent", 17, "min_above_max", id="minimum above maximum"),
        pytest.param(LOADPOINT, 0, "maxCurrent", 5, "min_above_max", id="maximum below minimum"),
        pytest.param(LOADPOINT, 0, "phasesConfigured", 0, "phases_not_switchable", id="nothing to switch"),
        pytest.param(LOADPOINT, 1, "phasesConfigured", 3, "phases_too_many", id="more than there are"),
        pytest.param(LOADPOINT, 0, "batteryBoost", True, "boost_needs_solar_mode", id="boost in mode off"),
    ],
)
def test_change_refused(scope: Scope, target: Any, key: str, value: Any, error: str) -> None:
    bench = house(FIXED, SINGLE)
    before = bench.site.dump_settings()
    with pytest.raises(SettingError) as caught:
        change(bench.site, scope, target, key, value, START)
    assert caught.value.key == error
    assert bench.site.dump_settings() == before


def test_loadpoint_is_named_by_its_number_from_one() -> None:
    with pytest.raises(SettingError) as caught:
        commands.loadpoint(house().site, 5)
    assert caught.value.placeholders == {"loadpoint": "6"}


@pytest.mark.parametrize(
    ("present", "key", "value", "refused"),
    [
        pytest.param((0, 0, 0), "prioritySoc", 90, False, id="alone"),
        pytest.param((0, 50, 0), "prioritySoc", 60, True, id="priority above buffer"),
        pytest.param((0, 50, 0), "prioritySoc", 50, False, id="equal"),
        pytest.param((60, 0, 0), "bufferSoc", 50, True, id="buffer below priority"),
        pytest.param((60, 80, 90), "bufferSoc", 95, True, id="buffer above start"),
        pytest.param((60, 80, 90), "bufferSoc", 0, False, id="off"),
        pytest.param((60, 80, 90), "bufferStartSoc", 70, True, id="start below buffer"),
        pytest.param((60, 0, 0), "bufferStartSoc", 50, True, id="start below priority"),
    ],
)
def test_order_of_battery_socs(
    present: tuple[float, float, float], key: str, value: float, refused: bool
) -> None:
    bench = house()
    s = bench.site.settings
    s.priority_soc, s.buffer_soc, s.buffer_start_soc = present
    if refused:
        with pytest.raises(SettingError, match="soc_order"):
            change(bench.site, SITE, None, key, value, START)
        assert (s.priority_soc, s.buffer_soc, s.buffer_start_soc) == present
    else:
        change(bench.site, SITE, None, key, value, START)
        assert bench.site.dump_settings()["site"][key] == value


@pytest.mark.parametrize(
    ("batteries", "key", "value", "error"),
    [
        pytest.param((), "prioritySoc", 50, "battery_missing", id="no battery"),
        pytest.param((), "batteryDischargeControl", True, "battery_not_controllable", id="none to control"),
        pytest.param(ONLY_READ, "batteryGridChargeLimit", 0.1, "battery_not_controllable", id="only read"),
    ],
)
def test_settings_that_need_a_battery(batteries: Any, key: str, value: Any, error: str) -> None:
    with pytest.raises(SettingError, match=error):
        change(house(batteries=batteries).site, SITE, None, key, value, START)


def test_boost() -> None:
    bench = house()
    lp = bench.put(mode=Mode.PV)
    boost = ("batteryBoost", True, START)
    assert change(bench.site, LOADPOINT, 0, *boost) is True
    assert (lp.memory.boost, lp.settings.battery_boost) == (Boost.START, True)
    lp.memory.boost = Boost.CONTINUE
    assert change(bench.site, LOADPOINT, 0, *boost) is False
    assert lp.memory.boost is Boost.CONTINUE
    assert change(bench.site, LOADPOINT, 0, "batteryBoost", False, START) is False
    assert (lp.memory.boost, lp.settings.battery_boost) == (Boost.OFF, False)


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.NOW, Mode.MINPV, Mode.PV])
def test_change_of_mode_ends_the_boost(mode: Mode) -> None:
    bench = house()
    lp = bench.put(mode=Mode.PV)
    lp.memory.boost, lp.settings.battery_boost = Boost.HOLD, True
    lp.memory.plan_active = True
    change(bench.site, LOADPOINT, 0, "mode", mode, START)
    assert (lp.memory.boost is Boost.HOLD) is (mode is Mode.PV)
    assert lp.memory.plan_active is (mode in (Mode.PV, Mode.MINPV))


@pytest.mark.parametrize(
    ("charger", "wanted", "enabled"),
    [pytest.param(FIXED, 1, 1, id="by hand"), pytest.param(SWITCHABLE, 1, 3, id="the charger has to switch")],
)
def test_configured_phases(charger: ChargerTraits, wanted: int, enabled: int) -> None:
    bench = house(charger)
    lp = bench.put(phases=3)
    change(bench.site, LOADPOINT, 0, "phasesConfigured", wanted, START)
    assert (lp.settings.phases_configured, lp.memory.phases) == (wanted, enabled)


def test_limit_for_all() -> None:
    bench = house(FIXED, FIXED)
    assert set_limit_for_all(bench.site, "smartCostLimit", "0.25", START) is False
    assert [lp.settings.smart_cost_limit for lp in bench.site.loadpoints] == [0.25, 0.25]
    set_limit_for_all(bench.site, "smartCostLimit", None, START)
    assert [lp.settings.smart_cost_limit for lp in bench.site.loadpoints] == [None, None]


def test_select_vehicle() -> None:
    bench = house(FIXED, FIXED)
    for index in (0, 1):
        bench.put(index, mode=Mode.OFF)
    bench.site.loadpoints[0].memory.detection_since = START
    assert select_vehicle(bench.site, 0, "car", START) is False
    assert bench.site.loadpoints[0].memory.detection_since is None
    bench.site.loadpoints[0].memory.detection_since = START
    select_vehicle(bench.site, 1, "car", START)
    assert [lp.memory.vehicle for lp in bench.site.loadpoints] == [None, "car"]
    assert bench.site.loadpoints[0].memory.detection_since is None
    select_vehicle(bench.site, 1, None, START)
    assert bench.site.loadpoints[1].vehicle is None


def test_other_loadpoints_keep_their_vehicles() -> None:
    bench = Bench(FIXED, FIXED, vehicles=(VehicleConfig(name="a"), VehicleConfig(name="b")))
    bench.put(1, vehicle="b")
    bench.site.loadpoints[1].memory.detection_since = START
    select_vehicle(bench.site, 0, "a", START)
    assert [lp.memory.vehicle for lp in bench.site.loadpoints] == ["a", "b"]
    assert bench.site.loadpoints[1].memory.detection_since == START


def test_vehicle_brings_its_mode() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", on_mode=Mode.MINPV, on_priority=4),))
    lp = bench.put(mode=Mode.OFF)
    select_vehicle(bench.site, 0, "car", START)
    assert lp.settings.mode is Mode.MINPV


def test_detect_vehicle() -> None:
    bench = house()
    lp = bench.put(mode=Mode.OFF, vehicle="car")
    assert detect_vehicle(bench.site, 0, bench.now) is False
    assert (lp.vehicle, lp.memory.detection_since) == (None, bench.now)


def test_no_vehicle_at_integrated_devices() -> None:
    bench = house(HEATER)
    for refused in (
        lambda: select_vehicle(bench.site, 0, "car", START),
        lambda: detect_vehicle(bench.site, 0, START),
    ):
        with pytest.raises(SettingError, match="vehicle_not_applicable"):
            refused()


def test_nothing_to_detect_without_vehicles() -> None:
    with pytest.raises(SettingError, match="vehicle_not_applicable"):
        detect_vehicle(Bench(LoadpointConfig(name="lp1", title="Garage")).site, 0, START)


@pytest.mark.parametrize(("name", "error"), [pytest.param("truck", "vehicle_unknown", id="unknown vehicle")])
def test_select_vehicle_refused(name: str, error: str) -> None:
    with pytest.raises(SettingError, match=error):
        select_vehicle(house().site, 0, name, START)


def test_external_battery_mode() -> None:
    bench = house()
    memory = bench.site.memory
    commands.set_external_battery_mode(bench.site, BatteryMode.UNKNOWN, START)
    assert memory.external_until is None  # there was nothing to end
    commands.set_external_battery_mode(bench.site, BatteryMode.HOLD, START)
    first = memory.external_until
    assert commands.set_external_battery_mode(bench.site, BatteryMode.HOLD, START + TICK) is False
    assert first is not None
    assert memory.external_until == first + TICK
    assert memory.battery_mode_external is BatteryMode.HOLD


def test_status_is_not_touched_by_commands() -> None:
    bench = house(SWITCHABLE)
    m = bench.put(status=B, offered=9, enabled=True, phases=3).memory
    change(bench.site, LOADPOINT, 0, "mode", "off", START)
    assert (m.enabled, m.offered_current, m.phases, m.charger_switched) == (True, 9, 3, None)
