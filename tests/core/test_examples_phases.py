"""Worked examples 39 to 52: switching and recognising phases."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, VehicleConfig
from custom_components.evcc.core.model import Failure, Reason
from custom_components.evcc.core.ports import ChargerResult

from .plant import Bench, Done
from .wiring import FIXED, SWITCHABLE, C

ON_THREE = {"status": C, "offered": 6, "phases": 3}
ON_ONE = {"status": C, "offered": 16, "phases": 1}
DOWN = "scale1p"
UP = "scale3p"
CARS = (VehicleConfig(name="one", phases=1), VehicleConfig(name="two", phases=2))


@pytest.mark.parametrize(
    ("state", "site", "expected"),
    [
        pytest.param(ON_THREE, 700, Done(phase="scale1p 180"), id="ex39"),
        pytest.param(ON_THREE, 2700, Done(phase="scale1p 180"), id="one phase will just be enough"),
        pytest.param(ON_THREE, 2900, Done(phase="scale1p 180", pv="disable 180"), id="ex41"),
        pytest.param(ON_ONE, -900, Done(phase="scale3p 60"), id="ex42"),
        pytest.param(ON_ONE | {"phase": (UP, 65)}, -900, Done(phases=3, current=6), id="ex43"),
        pytest.param(ON_ONE, -300, Done(), id="ex44"),
        pytest.param({"phases": 3}, -2000, Done(phases=1, pv="enable 60"), id="ex45"),
        pytest.param({"phases": 1}, -5000, Done(phases=3, pv="enable 60"), id="ex46"),
        pytest.param(
            ON_ONE | {"phase": (UP, 100), "vehicle": "two"}, -500, Done(phases=3, current=9), id="ex47"
        ),
        pytest.param(ON_THREE | {"phases_configured": 3}, 1200, Done(pv="disable 180"), id="ex48"),
        pytest.param(ON_ONE | {"vehicle": "one"}, -4000, Done(), id="ex49"),
    ],
)
def test_scaling(state: dict[str, Any], site: float, expected: Done) -> None:
    bench = Bench(SWITCHABLE, vehicles=CARS)
    bench.put(**state)
    assert bench.turn(site) == expected


def test_while_the_phases_are_about_to_change_that_is_the_reason_with_its_end() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(**ON_THREE).memory
    end = bench.now + timedelta(seconds=180)
    bench.turn(700)
    assert (m.why.reason, m.why.until) == (Reason.WAITING_FOR_PHASES, end)


def test_ex40_switching_down_frees_current_in_the_next_turn() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(**ON_THREE, phase=(DOWN, 180))
    assert bench.turn(700) == Done(phases=1, pv="disable 180")
    bench.sockets[0].power = 1380
    assert bench.turn(-2060) == Done(current=14)


def test_ex50_mend_12_pitfall_20_refused_switch_keeps_current_and_timer() -> None:
    """Deviates (mend 12): the reference takes the failure for a switch to three phases and divides the current."""
    bench = Bench(SWITCHABLE)
    m = bench.put(**ON_THREE, phase=(DOWN, 180)).memory
    since = m.phase_timer.since
    bench.turn(700)
    bench.site.report([ChargerResult(0, phases=Failure.REFUSED)], bench.now)
    assert (m.phases, m.offered_current, m.enabled) == (3, 6, True)
    assert m.phase_timer.since == since
    assert m.phases_switched is None
    again = bench.turn(700)
    assert (again.phases, again.current, again.enable) == (1, None, None)


def test_ex51_phases_are_counted_from_currents_above_one_ampere() -> None:
    bench = Bench(ChargerTraits(phase_switching=True, has_currents=True))
    m = bench.put(status=C, offered=10, power=2300, reading={"currents": (10.1, 0.9, 1.0)}).memory
    m.phases_switched = bench.now - timedelta(seconds=70)
    bench.turn(0)
    assert m.measured_phases == 1


@pytest.mark.parametrize(
    ("before", "voltages", "phases"),
    [
        pytest.param(1, (3, 231, 2), 3, id="ex52"),
        pytest.param(3, (231, 3, 2), 1, id="only L1 is one phase"),
        pytest.param(1, (231, 207, 206.9), 3, id="two of three"),
        pytest.param(1, (2, 3, 2), 1, id="none tells nothing"),
    ],
)
def test_voltages_tell_the_phases(before: int, voltages: tuple[float, ...], phases: int) -> None:
    bench = Bench(FIXED)
    lp = bench.put(reading={"voltages": voltages}, phases=before)
    bench.turn(0)
    assert lp.memory.phases == phases
