"""Subtle points of the behaviour that are neither an example nor mended; the number is that of the pitfall."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core import commands, effective, phases, rules
from custom_components.evcc.core.config import BatteryConfig, ChargerTraits, VehicleConfig
from custom_components.evcc.core.loadpoint import flexible_power, starting
from custom_components.evcc.core.model import EPOCH, Mode
from custom_components.evcc.core.ports import BatteryReading
from custom_components.evcc.core.rates import limit_activity
from custom_components.evcc.core.settings import Scope
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FIXED, START, SWITCHABLE, TICK, A, B, C, V, prices

MEASURED = ChargerTraits(phase_switching=True, has_currents=True)


@pytest.mark.parametrize(
    ("surplus", "current"), [pytest.param(9000, 6, id="much"), pytest.param(4200, 6, id="just enough")]
)
def test_pitfall_07_first_current_is_the_minimum(surplus: float, current: float) -> None:
    bench = Bench()
    bench.put(pv=("enable", 60))
    assert bench.turn(-surplus) == Done(current=current, enable=True)


@pytest.mark.parametrize(
    ("timer", "since"),
    [
        pytest.param(("elapsed", 0), EPOCH, id="marker survives a charge stop"),
        pytest.param(("disable", 100), None, id="a running delay does not"),
    ],
)
def test_pitfall_08_charge_stop(timer: tuple[str, float], since: Any) -> None:
    bench = Bench()
    m = bench.put(mode=Mode.MINPV, status=C, offered=6, pv=timer).memory
    bench.sockets[0].status = B
    bench.turn(1000)
    assert m.pv_timer.since is since


@pytest.mark.parametrize("cycles", [1, 3, 20])
def test_pitfall_09_buffer_leaves_a_running_disable_delay_alone(cycles: int) -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),))
    bench.site.settings.buffer_soc = 80
    bench.put(status=C, offered=6, pv=("disable", 150))
    bench.world["batteries"] = (BatteryReading(power=0, soc=85),)
    for _ in range(cycles):
        bench.turn(900)
        assert bench.outcome.chargers == []
    bench.world["batteries"] = (BatteryReading(power=0, soc=80),)
    assert bench.turn(900) == Done(enable=False)


def test_pitfall_10_battery_start_with_enough_sun_waits_for_the_enable_delay() -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),))
    bench.site.settings.buffer_start_soc = 90
    bench.world["batteries"] = (BatteryReading(power=0, soc=95),)
    bench.put()
    assert bench.turn(-4200) == Done(pv="enable 60")


def test_pitfall_12_switch_and_stop_in_one_turn_is_a_stop() -> None:
    """Without disable delay both act at once; the switch follows when nothing flows any more."""
    bench = Bench(SWITCHABLE)
    m = bench.put(status=C, offered=6, phases=3, disable_delay=0, follows=True).memory
    assert bench.turn(surplus=3440).enable is False
    assert (bench.done().phases, m.phases, m.phases_switched) == (None, 3, None)
    assert bench.turn(surplus=3440) == Done(phases=1, pv="enable 60")


def test_pitfall_13_measured_current_keeps_the_target_from_running_away() -> None:
    bench = Bench(MEASURED)
    bench.put(status=C, offered=16, phases=3, power=4830, reading={"currents": (7, 7, 7)})
    assert bench.turn(0) == Done(current=9)
    assert bench.turn(0) == Done()


@pytest.mark.parametrize(
    ("before", "mode", "kept"),
    [
        pytest.param(Mode.MINPV, Mode.PV, True, id="pv resets nothing"),
        pytest.param(Mode.PV, Mode.MINPV, False, id="minpv"),
        pytest.param(Mode.PV, Mode.NOW, False, id="now"),
        pytest.param(Mode.PV, Mode.OFF, False, id="off"),
        pytest.param(Mode.PV, Mode.PV, True, id="the same mode does nothing"),
    ],
)
def test_pitfall_14_mode_change_resets_the_timer(before: Mode, mode: Mode, kept: bool) -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(mode=before, pv=("disable", 100), phase=("scale1p", 100)).memory
    commands.change(bench.site, Scope.LOADPOINT, 0, "mode", mode, bench.now)
    assert (m.pv_timer.since is not None) is kept
    assert (m.phase_timer.since is not None) is (mode not in (Mode.NOW, Mode.OFF))


def test_pitfall_17_unknown_phases_count_as_three_but_may_be_scaled_up() -> None:
    bench = Bench(SWITCHABLE)
    lp = bench.put()
    lp.memory.phases = 0
    assert phases.active(lp) == 3
    assert bench.turn(-5000) == Done(phases=3, pv="enable 60")


def test_pitfall_19_switch_to_the_configured_phases_leaves_the_current() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(mode=Mode.NOW, status=C, offered=6, phases=3, phases_configured=1)
    assert bench.turn(0) == Done(phases=1)
    assert bench.turn(0) == Done(current=16)


def test_pitfall_21_switchable_charger_has_a_minimum_of_one_phase() -> None:
    bench = Bench(SWITCHABLE)
    lp = bench.put(mode=Mode.MINPV, status=C, offered=8, phases_configured=3)
    lp.power = 5520
    assert effective.min_power(lp, V) == 1380
    assert flexible_power(lp, V) == 5520 - 1380


def test_pitfall_22_single_phase_vehicle_on_three_phases() -> None:
    bench = Bench(MEASURED)
    bench.put(status=C, offered=16, phases=3, power=3680, reading={"currents": (16, 0, 0)})
    lp = bench.site.loadpoints[0]
    assert bench.turn(-4000) == Done()  # no up
    assert (phases.active(lp), phases.max_active(lp)) == (1, 1)
    assert bench.turn(200).phase == "inactive"  # no down
    bench.sockets[0].status, bench.sockets[0].more = A, {}
    bench.turn(0)
    assert (phases.active(lp), phases.max_active(lp)) == (3, 3)


def test_pitfall_23_limit_of_100_never_stops_but_is_a_goal() -> None:
    bench = Bench(ChargerTraits(can_wake=True), vehicles=(VehicleConfig(name="car"),))
    lp = bench.put(vehicle="car", limit_soc=100, pv=("enable", 30))
    lp.memory.soc = 100
    assert not rules.soc_limit_reached(lp)
    assert not starting(lp)
    lp.memory.soc = 99
    assert starting(lp)


@pytest.mark.parametrize(
    ("soc", "woken"), [pytest.param(100, False, id="full"), pytest.param(99.9, True, id="nearly full")]
)
def test_pitfall_23_full_vehicle_is_not_woken(soc: float, woken: bool) -> None:
    bench = Bench(ChargerTraits(can_wake=True), vehicles=(VehicleConfig(name="car"),))
    lp = bench.put(mode=Mode.NOW, vehicle="car", limit_soc=100)
    bench.cycle(0)
    lp.memory.soc = soc
    assert any(c.wake_charger for c in bench.cycle(0).chargers) is woken


def test_pitfall_26_off_ignores_the_minimum_soc() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    lp = bench.put(mode=Mode.OFF, vehicle="car", min_soc=50)
    lp.memory.soc = 10
    assert bench.turn(-9000) == Done()
    assert snapshot(bench.site, bench.now).loadpoints[0].min_soc_not_reached


@pytest.mark.parametrize(
    ("soc", "buffered", "start"),
    [
        pytest.param(80, False, False, id="buffer is strict"),
        pytest.param(80.1, True, False, id="above"),
        pytest.param(90, True, True, id="start is inclusive"),
    ],
)
def test_pitfall_30_bounds_of_the_buffer(soc: float, buffered: bool, start: bool) -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),))
    bench.site.settings.buffer_soc, bench.site.settings.buffer_start_soc = 80, 90
    bench.world["batteries"] = (BatteryReading(power=0, soc=soc),)
    bench.cycle(0)
    assert (bench.site.power.buffered, bench.site.power.start) == (buffered, start)


def test_pitfall_44_session_energies_are_watt_hours() -> None:
    bench = Bench()
    lp = bench.put(status=C, offered=6)
    lp.memory.accounting.total = 1.5
    bench.cycle(0)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert (state.charged_energy, state.session_energy) == (1500, 1500)


def test_pitfall_48_next_start_is_in_the_future() -> None:
    tariff = prices(0.3, 0.1, 0.3, 0.1)
    assert limit_activity(tariff, 0.2, START + 2 * TICK, above=False).next_start == START + timedelta(hours=1)
    during = limit_activity(tariff, 0.2, START + timedelta(hours=1), above=False)
    assert (during.active, during.next_start) == (True, None)


def test_timer_that_runs_while_nothing_is_connected_is_overwritten_by_the_next_connect() -> None:
    bench = Bench(FIXED)
    m = bench.put(status=A, pv=("enable", 30)).memory
    bench.cycle(-9000)
    assert m.pv_timer.since is not None
    bench.sockets[0].status = B
    assert bench.turn(-9000) == Done(current=6, enable=True)
