"""What is mended in the decisions of one loadpoint: mends 9 to 19, 21, 23 and 32 with their pitfalls."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, VehicleConfig
from custom_components.evcc.core.memory import LoadpointMemory
from custom_components.evcc.core.model import Failure, Feature, Mode, Reason
from custom_components.evcc.core.ports import ChargerResult

from .plant import Bench, Done
from .wiring import FIXED, SWITCHABLE, A, B, C

CAREFUL = VehicleConfig(name="car", on_max_current=5)


@pytest.mark.parametrize(
    ("mode", "expected", "reason"),
    [
        pytest.param(Mode.OFF, Done(enable=False), Reason.MODE_OFF, id="switching off works"),
        pytest.param(Mode.NOW, Done(), Reason.LIMITS_CONTRADICT, id="nothing else is sent"),
    ],
)
def test_mend_09_minimum_above_maximum(mode: Mode, expected: Done, reason: Reason) -> None:
    bench = Bench(vehicles=(CAREFUL,))
    lp = bench.put(mode=mode, status=C, offered=6, vehicle="car")
    assert bench.turn(0) == expected
    assert lp.memory.why.reason is reason


def test_mend_10_pitfall_16_fractional_minimum_is_rounded_up_for_whole_amperes() -> None:
    bench = Bench()
    bench.put(mode=Mode.MINPV, min_current=6.5)
    assert bench.turn(0) == Done(current=7, enable=True)


def refuse(bench: Bench, failure: Failure = Failure.REFUSED) -> None:
    """Let the charger refuse the phase switch of the last cycle, and all that came with it."""
    command = bench.outcome.chargers[0]
    assert command.phases is not None
    bench.site.report([ChargerResult(0, phases=failure, current=failure, enable=failure)], bench.now)
    bench.sockets[0].phases, bench.sockets[0].enabled = 3, False


def test_mend_11_off_comes_before_the_phases() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(mode=Mode.OFF, status=C, offered=6, phases=3, phases_configured=1)
    assert bench.turn(0) == Done(enable=False)


def test_mend_11_charger_that_refuses_three_times_charges_on_the_phases_it_has() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(mode=Mode.NOW, phases=3, phases_configured=1)
    for _ in range(3):
        assert bench.turn(0) == Done(phases=1)
        refuse(bench)
    assert bench.turn(0) == Done(current=16, enable=True)
    tried = [bench.turn(0).phases for _ in range(10)]
    assert tried == [None] * 9 + [1]  # five minutes after the third refusal


def test_mend_11_success_forgets_the_failures() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(mode=Mode.NOW, phases=3, phases_configured=1).memory
    bench.turn(0)
    refuse(bench)
    bench.turn(0)
    bench.site.report([ChargerResult(0)], bench.now)
    assert (m.phases, m.phase_failures, m.phase_retry) == (1, 0, None)


@pytest.mark.parametrize(
    ("state", "expected", "later"),
    [
        pytest.param({"mode": Mode.NOW, "phases": 1}, Done(current=16, enable=True), 3, id="fast"),
        pytest.param({"mode": Mode.PV, "phases": 3}, Done(), 1, id="pv"),
    ],
)
def test_mend_13_no_further_switch_within_a_minute(state: dict[str, Any], expected: Done, later: int) -> None:
    bench = Bench(SWITCHABLE)
    bench.put(**state).memory.phases_switched = bench.now - timedelta(seconds=60)
    assert bench.turn(0) == expected
    assert bench.turn(0).phases == later  # after more than 60 s


def test_the_choice_of_the_user_waits_for_the_dwell_time_too() -> None:
    """The reference switches at once; contactors come first here."""
    bench = Bench(SWITCHABLE)
    m = bench.put(mode=Mode.NOW, status=C, offered=16, phases=3, phases_configured=1).memory
    m.phases_switched = bench.now - timedelta(seconds=30)
    assert bench.turn(0).phases is None
    assert bench.turn(0).phases is None  # 60 s
    assert bench.turn(0) == Done(phases=1)


def first_contact(charger: ChargerTraits, **reading: Any) -> Bench:
    """Return a site that has no memory of its charger."""
    bench = Bench(charger)
    bench.put(mode=Mode.PV, reading=reading)
    lp = bench.site.loadpoints[0]
    lp.memory = LoadpointMemory()
    return bench


@pytest.mark.parametrize(
    ("charger", "reading", "phases"),
    [
        pytest.param(ChargerTraits(phase_switching=True, reads_phases=True), {"phases": 1}, 1, id="adopted"),
        pytest.param(SWITCHABLE, {}, 0, id="without getter unknown"),
        pytest.param(FIXED, {}, 3, id="not switchable"),
        pytest.param(ChargerTraits(physical_phases=1), {}, 1, id="described"),
    ],
)
def test_mend_14_phases_are_read_at_the_start(
    charger: ChargerTraits, reading: dict[str, Any], phases: int
) -> None:
    bench = first_contact(charger, **reading)
    bench.sockets[0].status = A
    bench.turn(0)
    assert bench.site.loadpoints[0].memory.phases == phases


@pytest.mark.parametrize(
    ("charger", "reading", "expected", "offered"),
    [
        pytest.param(FIXED, {}, Done(current=6), 6, id="the minimum"),
        pytest.param(ChargerTraits(reads_current=True), {"offered_current": 9}, Done(), 9, id="read back"),
    ],
)
def test_enabled_charger_gets_a_defined_current_at_the_start(
    charger: ChargerTraits, reading: dict[str, Any], expected: Done, offered: float
) -> None:
    bench = first_contact(charger, **reading)
    bench.sockets[0].status, bench.sockets[0].enabled = C, True
    assert bench.turn(0) == expected
    assert bench.site.loadpoints[0].memory.offered_current == offered


def test_refused_first_set_point_is_sent_again() -> None:
    bench = first_contact(FIXED)
    bench.sockets[0].status, bench.sockets[0].enabled = C, True
    assert bench.turn(0) == Done(current=6)
    bench.site.report([ChargerResult(0, current=Failure.TIMEOUT)], bench.now)
    assert bench.site.loadpoints[0].memory.offered_current == 0
    assert bench.turn(-4200).current == 6


def test_mend_15_adopted_off_forgets_the_set_point() -> None:
    bench = Bench()
    m = bench.put(offered=8, enabled=True).memory
    bench.sockets[0].enabled = False
    bench.turn(1000)
    assert (m.enabled, m.offered_current) == (False, 0)


def disabled_but_charging(mode: Mode, **state: Any) -> Bench:
    bench = Bench()
    m = bench.put(mode=mode, status=C, enabled=False, **state).memory
    m.charger_switched = bench.now - timedelta(seconds=90)
    return bench


def test_mend_16_disabled_but_charging_is_switched_off_where_the_mode_wants_that() -> None:
    bench = disabled_but_charging(Mode.OFF)
    told = [bench.turn(0).enable for _ in range(6)]
    assert True not in told
    assert told[0] is False


def test_mend_16_enable_is_sent_once_a_minute_at_most() -> None:
    bench = disabled_but_charging(Mode.NOW, offered=16)
    told = []
    for _ in range(7):
        told.append(bench.turn(0).enable)
        bench.sockets[0].enabled = False  # it goes on saying so
    assert told == [True, None, None, True, None, None, True]


def test_mend_17_timer_remembers_its_direction() -> None:
    bench = Bench()
    bench.put(offered=6, enabled=True, pv=("disable", 100))
    bench.sockets[0].enabled = False  # switched off by somebody else
    assert bench.turn(-4200) == Done(pv="enable 60")


@pytest.mark.parametrize(
    ("state", "site", "expected"),
    [
        pytest.param({}, -4200, Done(current=6, enable=True), id="enable"),
        pytest.param({"status": C, "offered": 6}, 900, Done(enable=False), id="disable"),
    ],
)
def test_mend_17_marker_fits_both_directions(state: dict[str, Any], site: float, expected: Done) -> None:
    bench = Bench()
    bench.put(pv=("elapsed", 0), **state)
    assert bench.turn(site) == expected


@pytest.mark.parametrize(
    ("threshold", "site"),
    [
        pytest.param(-500, -500, id="with less than it takes"),
        pytest.param(500, 400, id="while importing"),
    ],
)
def test_mend_18_pitfall_11_threshold_looks_at_power_only(threshold: float, site: float) -> None:
    bench = Bench()
    bench.put(pv=("enable", 60), enable_threshold=threshold)
    assert bench.turn(site) == Done(current=6, enable=True)


@pytest.mark.parametrize(
    ("seconds", "adopted"),
    [pytest.param(60, False, id="60 s"), pytest.param(61, True, id="more than 60 s")],
)
@pytest.mark.parametrize("stamp", ["charger_switched", "phases_switched"])
def test_mend_19_pitfall_18_windows_go_by_the_time_of_the_cycle(
    stamp: str, seconds: float, adopted: bool
) -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(mode=Mode.OFF, enabled=False, phases=1).memory
    setattr(m, stamp, bench.now - timedelta(seconds=seconds))
    bench.sockets[0].enabled = True
    assert (bench.turn(0).enable is False) is adopted


@pytest.mark.parametrize(
    ("field", "reading", "device"),
    [
        pytest.param("status", {"failure": Failure.TIMEOUT}, "lp1: timeout", id="status"),
        pytest.param("status", {}, "lp1: unavailable", id="status, nobody knows why"),
        pytest.param("enabled", {"enabled_failure": Failure.INVALID}, "lp1: invalid", id="flag"),
        pytest.param("enabled", {}, "lp1: unavailable", id="flag, nobody knows why"),
    ],
)
def test_mend_21_pitfall_06_unreadable_charger_is_told_nothing(
    field: str, reading: dict[str, Any], device: str
) -> None:
    bench = Bench()
    m = bench.put(mode=Mode.OFF, status=C, offered=10, reading=reading).memory
    setattr(bench.sockets[0], field, None)
    assert bench.turn(0) == Done()
    assert (m.why.reason, m.why.device) == (Reason.DEVICE_UNAVAILABLE, device)


@pytest.mark.parametrize(
    ("mode", "after"),
    [
        pytest.param(Mode.OFF, Done(enable=False, pv="elapsed"), id="off"),
        pytest.param(Mode.PV, Done(pv="disable 180"), id="pv"),
    ],
)
def test_mend_23_welcome_lasts_one_turn(mode: Mode, after: Done) -> None:
    bench = Bench(ChargerTraits(features=frozenset({Feature.WELCOME_CHARGE})))
    m = bench.put(mode=mode, status=A).memory
    bench.sockets[0].status = B
    first = bench.turn(1000)
    assert (first.current, first.enable) == (6, True)
    assert m.why.reason is Reason.WELCOME_CHARGE
    assert bench.turn(1000) == after


@pytest.mark.parametrize(
    ("site", "minimum", "reason"),
    [
        pytest.param(-9000, 6, Reason.PRIORITY, id="it could start otherwise"),
        pytest.param(-5000, 10, Reason.WAITING_FOR_SURPLUS, id="it could not start anyway"),
    ],
)
def test_mend_32_higher_priority_about_to_start_idles_the_lower_one(
    site: float, minimum: float, reason: Reason
) -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, priority=1)
    bench.put(1, min_current=minimum)
    assert bench.turn(site, 1) == Done()
    assert bench.site.loadpoints[1].memory.why.reason is reason
