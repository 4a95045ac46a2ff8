"""Commands that failed: what they would have changed is taken back, the rest stays."""

from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, VehicleConfig
from custom_components.evcc.core.model import Failure, Feature, Mode, Reason
from custom_components.evcc.core.phases import FAILURES_BEFORE_PAUSE
from custom_components.evcc.core.ports import ChargerResult

from .plant import Bench, Done
from .wiring import FIXED, START, SWITCHABLE, TICK, B, C

REFUSED, ABSENT = Failure.REFUSED, Failure.NOT_AVAILABLE


def failed(charger: ChargerTraits = FIXED, site: float = 0, failures: Any = None, **put: Any) -> Bench:
    """Return a site in which the commands of one cycle failed that way."""
    bench = Bench(charger, vehicles=(VehicleConfig(name="car", can_wake=True),))
    bench.put(**put)
    bench.cycle(site)
    bench.site.report([ChargerResult(0, **failures or {})], bench.now - TICK)
    return bench


def test_success_changes_nothing() -> None:
    bench = failed(mode=Mode.NOW)
    m = bench.site.loadpoints[0].memory
    assert (m.enabled, m.offered_current, m.charger_switched) == (True, 16, START)
    assert m.why.reason is Reason.MODE_NOW


def test_set_point_goes_back() -> None:
    bench = failed(site=-1500, failures={"current": REFUSED}, status=C, offered=8)
    m = bench.site.loadpoints[0].memory
    assert (m.enabled, m.offered_current) == (True, 8)
    assert m.why.reason is Reason.COMMAND_FAILED
    assert m.standing == 0
    assert bench.turn(-1500) == Done(current=10)  # and is tried again


def test_set_point_failing_drops_the_enable_too() -> None:
    bench = failed(mode=Mode.NOW, failures={"current": REFUSED, "enable": REFUSED})
    m = bench.site.loadpoints[0].memory
    assert (m.enabled, m.offered_current, m.charger_switched) == (False, 0, None)
    assert (m.wake_since, m.wake_attempts) == (None, 0)
    bench.sockets[0].enabled = False
    assert bench.turn(0) == Done(current=16, enable=True)


def test_enable_goes_back_but_the_set_point_was_taken() -> None:
    bench = failed(mode=Mode.NOW, failures={"enable": REFUSED})
    m = bench.site.loadpoints[0].memory
    assert (m.enabled, m.offered_current, m.charger_switched) == (False, 16, None)
    bench.sockets[0].enabled = False
    assert bench.turn(0) == Done(enable=True)


def test_disable_goes_back() -> None:
    bench = failed(mode=Mode.OFF, status=C, offered=9, failures={"enable": REFUSED})
    m = bench.site.loadpoints[0].memory
    assert (m.enabled, m.offered_current, m.charger_switched) == (True, 9, None)
    bench.sockets[0].enabled = True
    assert bench.turn(0) == Done(enable=False)


def test_phases_go_back_with_timer_and_measurement() -> None:
    measuring = ChargerTraits(phase_switching=True, has_currents=True)
    bench = Bench(measuring)
    m = bench.put(
        status=C,
        offered=6,
        phases=3,
        power=4140,
        phase=("scale1p", 180),
        reading={"currents": (6, 6, 6)},
    ).memory
    since = m.phase_timer.since
    assert bench.turn(700).phases == 1
    assert m.measured_phases == 0
    bench.site.report([ChargerResult(0, phases=REFUSED)], bench.now)
    assert (m.phases, m.measured_phases, m.phases_switched) == (3, 3, None)
    assert m.phase_timer.since == since
    assert m.phase_failures == 1


def test_current_for_other_phases_is_dropped_with_them() -> None:
    failures = {"phases": REFUSED, "current": REFUSED, "enable": REFUSED}
    bench = failed(SWITCHABLE, mode=Mode.NOW, phases=1, failures=failures)
    m = bench.site.loadpoints[0].memory
    assert (m.phases, m.offered_current, m.enabled) == (1, 0, False)


def test_configured_phases_are_adopted_where_they_cannot_be_set() -> None:
    bench = failed(SWITCHABLE, mode=Mode.NOW, phases=3, phases_configured=1, failures={"phases": ABSENT})
    m = bench.site.loadpoints[0].memory
    assert (m.phases, m.phases_switched, m.phase_failures) == (1, None, 0)
    assert m.why.reason is Reason.SWITCHING_PHASES
    assert bench.turn(0) == Done(current=16, enable=True)


def test_automatic_switch_that_is_not_available_is_given_up_at_once() -> None:
    failures = {"phases": ABSENT, "current": ABSENT, "enable": ABSENT}
    bench = failed(SWITCHABLE, mode=Mode.NOW, phases=1, failures=failures)
    m = bench.site.loadpoints[0].memory
    assert (m.phases, m.phase_failures) == (1, FAILURES_BEFORE_PAUSE)
    bench.sockets[0].phases, bench.sockets[0].enabled = 1, False
    assert bench.turn(0) == Done(current=16, enable=True)


def test_refused_command_without_a_vehicle_wakes_nobody() -> None:
    bench = failed(mode=Mode.NOW, failures={"enable": Failure.ASLEEP})
    bench.sockets[0].enabled = False
    assert bench.turn(0) == Done(enable=True)
    assert bench.outcome.chargers[0].wake_vehicle is None


@pytest.mark.parametrize(
    ("message", "device"),
    [pytest.param("no way", "lp1: no way", id="in its words"), pytest.param(None, "lp1: refused", id="none")],
)
def test_reason_names_the_device(message: str | None, device: str) -> None:
    bench = failed(mode=Mode.NOW, failures={"current": REFUSED, "message": message})
    assert bench.site.loadpoints[0].memory.why.device == device


def test_failure_of_a_repeated_enable_is_told() -> None:
    """It changed nothing that could be taken back."""
    bench = Bench(SWITCHABLE)
    m = bench.put(mode=Mode.NOW, status=B, offered=16, enabled=True, phases=1).memory
    m.phases_switched = bench.now - TICK
    bench.sockets[0].enabled = False
    assert bench.turn(0) == Done(enable=True)
    bench.site.report([ChargerResult(0, enable=REFUSED)], bench.now)
    assert m.enabled
    assert m.why.reason is Reason.COMMAND_FAILED


def test_result_of_an_older_command_is_ignored() -> None:
    bench = Bench()
    m = bench.put(mode=Mode.NOW).memory
    bench.cycle(0)
    bench.cycle(0)
    bench.site.report([ChargerResult(0, enable=REFUSED)], bench.now)
    assert (m.enabled, m.why.reason) == (True, Reason.MODE_NOW)


def test_result_without_a_command_is_ignored() -> None:
    bench = Bench()
    m = bench.put(status=C, offered=6).memory
    bench.cycle(900)
    why = m.why
    bench.site.report([ChargerResult(0, current=REFUSED)], bench.now)
    assert m.why is why


@pytest.mark.parametrize(
    ("features", "mode", "woken"),
    [
        pytest.param((), Mode.NOW, "car", id="switching on"),
        pytest.param((Feature.WAKE_UP_DISABLED,), Mode.NOW, None, id="must not be woken"),
        pytest.param((), Mode.OFF, None, id="switching off"),
    ],
)
def test_sleeping_vehicle_is_woken(features: tuple[Feature, ...], mode: Mode, woken: str | None) -> None:
    car = VehicleConfig(name="car", can_wake=True, features=frozenset(features))
    bench = Bench(vehicles=(car,))
    bench.put(mode=mode, vehicle="car", offered=6, enabled=mode is Mode.OFF)
    bench.cycle(0)
    bench.site.report([ChargerResult(0, enable=Failure.ASLEEP)], bench.now)
    bench.sockets[0].enabled = bench.site.loadpoints[0].memory.enabled
    bench.cycle(0)
    assert [c.wake_vehicle for c in bench.outcome.chargers] == [woken]
