"""Worked examples 71 to 78: the mode of the home battery, and several batteries as one."""

from typing import Any

import pytest

from custom_components.evcc.core import commands
from custom_components.evcc.core.config import BatteryConfig
from custom_components.evcc.core.model import BatteryMode, Mode
from custom_components.evcc.core.ports import BatteryCommand, BatteryReading
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench
from .wiring import B, C, now_costs

UNKNOWN, NORMAL, HOLD, CHARGE = BatteryMode.UNKNOWN, BatteryMode.NORMAL, BatteryMode.HOLD, BatteryMode.CHARGE


def controlled(mode: BatteryMode = UNKNOWN, *, soc: float = 50, **config: Any) -> Bench:
    """Return a site with a controllable battery in that mode."""
    bench = Bench(batteries=(BatteryConfig(name="battery", controllable=True, **config),))
    bench.world["batteries"] = (BatteryReading(power=0, soc=soc),)
    bench.site.memory.battery_mode = bench.site.battery_memories[0].sent = mode
    return bench


def modes(bench: Bench) -> list[BatteryMode]:
    """Run a cycle and return what was sent."""
    return [c.mode for c in bench.cycle(0).batteries]


@pytest.mark.parametrize(
    ("before", "price", "settings", "state", "sent", "after"),
    [
        pytest.param(UNKNOWN, 0.3, {}, {}, [], UNKNOWN, id="ex71"),
        pytest.param(NORMAL, 0.15, {"battery_grid_charge_limit": 0.15}, {}, [CHARGE], CHARGE, id="ex72"),
        pytest.param(
            CHARGE,
            0.20,
            {"battery_grid_charge_limit": 0.15, "battery_discharge_control": True},
            {"status": C, "mode": Mode.NOW, "offered": 16},
            [HOLD],
            HOLD,
            id="ex73",
        ),
        pytest.param(
            HOLD,
            0.20,
            {"battery_grid_charge_limit": 0.15, "battery_discharge_control": True},
            {"status": B, "mode": Mode.NOW, "offered": 16, "enabled": True},
            [NORMAL],
            NORMAL,
            id="ex74",
        ),
        pytest.param(
            NORMAL,
            0.20,
            {"battery_discharge_control": True},
            {"status": C, "offered": 16, "smart_cost_limit": 0.25},
            [HOLD],
            HOLD,
            id="ex77",
        ),
    ],
)
def test_battery_mode(
    before: BatteryMode,
    price: float,
    settings: dict[str, Any],
    state: dict[str, Any],
    sent: list[BatteryMode],
    after: BatteryMode,
) -> None:
    bench = controlled(before)
    for name, value in settings.items():
        setattr(bench.site.settings, name, value)
    bench.put(**state)
    bench.tariffs = now_costs(price)
    assert modes(bench) == sent
    assert bench.site.memory.battery_mode is after


def test_ex75_external_mode_has_to_be_repeated() -> None:
    bench = controlled(NORMAL)
    commands.set_external_battery_mode(bench.site, HOLD, bench.now)
    assert modes(bench) == [HOLD]  # t = 0
    bench.site.battery_memories[0].sent = HOLD
    assert modes(bench) == []  # 30 s
    assert modes(bench) == []  # 60 s: not over yet
    assert modes(bench) == [NORMAL]
    assert bench.site.memory.battery_mode_external is UNKNOWN


def test_ex76_full_battery_is_held_while_the_site_charges() -> None:
    """Deviates (mend 35): the reference sends `hold` every cycle, here it is sent once."""
    bench = controlled(CHARGE, soc=80, max_soc=80)
    bench.site.settings.battery_grid_charge_limit = 0.5
    bench.tariffs = now_costs(0.3)
    assert modes(bench) == [HOLD]
    bench.site.battery_memories[0].sent = HOLD
    assert modes(bench) == []
    assert snapshot(bench.site, bench.now).battery_mode is CHARGE


@pytest.mark.parametrize(
    ("first", "second", "then", "soc"),
    [
        pytest.param(10, 5, None, 60, id="ex78"),
        pytest.param(10, 5, "fails", 60, id="mend 33: the last known one goes on"),
        pytest.param(None, 5, None, 65, id="a capacity is missing: plain mean"),
    ],
)
def test_several_batteries_are_one(first: float | None, second: float, then: str | None, soc: float) -> None:
    """Deviates (mend 33): in the reference a failed SoC counts 0 %, and the capacity is the number of batteries."""
    bench = Bench(
        batteries=(BatteryConfig(name="one", capacity=first), BatteryConfig(name="two", capacity=second))
    )
    bench.world["batteries"] = (BatteryReading(power=0, soc=50), BatteryReading(power=0, soc=80))
    bench.cycle(0)
    if then is not None:
        bench.world["batteries"] = (BatteryReading(power=0, soc=50), BatteryReading(power=0))
        bench.cycle(0)
    assert bench.site.batteries.soc == soc
    assert bench.site.batteries.capacity == (first or 0) + second


def test_mend_33_pitfall_34_battery_that_never_told_its_soc_is_left_out() -> None:
    bench = Bench(batteries=(BatteryConfig(name="one", capacity=10), BatteryConfig(name="two", capacity=5)))
    bench.world["batteries"] = (BatteryReading(power=0, soc=50), BatteryReading(power=0, soc=101))
    bench.cycle(0)
    assert bench.site.batteries.soc == 50
    assert bench.site.batteries.capacity == 15
    assert [c.battery for c in bench.outcome.batteries if isinstance(c, BatteryCommand)] == []
