"""Worked examples 53 to 58: battery boost."""

from typing import Any

import pytest

from custom_components.evcc.core.config import BatteryConfig, ChargerTraits
from custom_components.evcc.core.model import Boost
from custom_components.evcc.core.ports import BatteryReading
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FINE, FIXED, B, C


def boosted(
    charger: ChargerTraits, state: Boost, battery: float, max_discharge: float | None, **put: Any
) -> Bench:
    config = BatteryConfig(name="battery", max_discharge_power=max_discharge)
    bench = Bench(charger, batteries=(config,))
    bench.world["batteries"] = (BatteryReading(power=battery, soc=60),)
    bench.put(**put).memory.boost = state
    return bench


@pytest.mark.parametrize(
    ("before", "battery", "max_discharge", "put", "site", "expected", "after"),
    [
        pytest.param(
            Boost.START,
            0,
            None,
            {"status": C, "offered": 6},
            -100,
            Done(current=16),
            Boost.CONTINUE,
            id="ex53",
        ),
        pytest.param(
            Boost.CONTINUE,
            1500,
            None,
            {"status": C, "offered": 10},
            300,
            Done(current=12),
            Boost.CONTINUE,
            id="ex54",
        ),
        pytest.param(
            Boost.START,
            -1000,
            5000,
            {"status": B},
            -500,
            Done(current=6, enable=True),
            Boost.START,
            id="ex56",
        ),
        pytest.param(
            Boost.CONTINUE,
            3000,
            3000,
            {"status": C, "offered": 16},
            6500,
            Done(current=10),
            Boost.CONTINUE,
            id="ex57",
        ),
        pytest.param(
            Boost.CONTINUE,
            0,
            None,
            {"status": C, "offered": 6},
            4000,
            Done(),
            Boost.CONTINUE,
            id="never below the minimum while it continues",
        ),
    ],
)
def test_boost(
    before: Boost,
    battery: float,
    max_discharge: float | None,
    put: dict[str, Any],
    site: float,
    expected: Done,
    after: Boost,
) -> None:
    bench = boosted(FIXED, before, battery, max_discharge, **put)
    assert bench.turn(site) == expected
    assert bench.site.loadpoints[0].memory.boost is after


def test_ex55_fine_chargers_draw_only_the_residual_power_more() -> None:
    bench = boosted(FINE, Boost.CONTINUE, 1500, None, status=C, offered=10)
    bench.site.settings.residual_power = 200
    assert bench.turn(300) == Done(current=12.319)


def test_ex58_boost_holds_below_its_limit() -> None:
    bench = boosted(FIXED, Boost.CONTINUE, 0, None, status=C, offered=8, battery_boost_limit=40)
    bench.world["batteries"] = (BatteryReading(power=0, soc=39.5),)
    assert bench.turn(-1500) == Done(current=10)  # as without boost
    assert bench.site.loadpoints[0].memory.boost is Boost.HOLD
    assert snapshot(bench.site, bench.now).loadpoints[0].battery_boost is not Boost.OFF
