"""Worked examples 67 to 70: higher and lower priorities."""

from typing import Any

import pytest

from custom_components.evcc.core.loadpoint import flexible_power
from custom_components.evcc.core.model import Mode

from .plant import Bench, Done
from .wiring import SINGLE, C, V


def two() -> Bench:
    bench = Bench(SINGLE, SINGLE)
    bench.put(0, priority=2)
    bench.put(1, status=C, offered=16)
    bench.cycle(-200)
    return bench


def test_ex67_what_a_lower_priority_draws_is_surplus() -> None:
    bench = two()
    assert bench.done(0) == Done(pv="enable 60")
    assert bench.site.loadpoints[0].memory.why.have == 3880


def test_ex68_a_higher_priority_about_to_start_is_made_room_for() -> None:
    """Both in one cycle here: the higher priority has had its turn before (13.1)."""
    bench = two()
    assert bench.done(1) == Done(current=6, pv="disable 180")
    assert bench.site.loadpoints[1].memory.why.have == pytest.approx(16 * V - 3480)


@pytest.mark.parametrize(
    ("state", "plan_active", "flexible"),
    [
        pytest.param({"mode": Mode.MINPV, "power": 6000}, False, 1860, id="ex69"),
        pytest.param({"mode": Mode.PV, "power": 6000}, True, 0, id="ex70"),
        pytest.param({"mode": Mode.PV, "power": 6000}, False, 6000, id="pv: all of it"),
        pytest.param({"mode": Mode.OFF, "power": 6000}, False, 1860, id="off and still charging"),
        pytest.param({"mode": Mode.NOW, "power": 6000}, False, 0, id="now"),
        pytest.param({"mode": Mode.PV, "power": 6000, "min_soc": 50}, False, 6000, id="nobody to have a SoC"),
        pytest.param({"mode": Mode.MINPV, "power": 4000}, False, 0, id="below its minimum"),
    ],
)
def test_flexible_power(state: dict[str, Any], plan_active: bool, flexible: float) -> None:
    bench = Bench()
    lp = bench.put(status=C, offered=16, **state)
    lp.memory.plan_active = plan_active
    lp.power = lp.memory.charge_power
    assert flexible_power(lp, V) == flexible
