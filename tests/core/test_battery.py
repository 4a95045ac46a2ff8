"""The home battery: what several of them are as one, and who decides on their mode."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core import battery, commands
from custom_components.evcc.core.config import BatteryConfig, MeterConfig
from custom_components.evcc.core.memory import SiteMemory
from custom_components.evcc.core.model import BatteryMode, Boost, Failure, Mode
from custom_components.evcc.core.ports import BatteryReading, ExternalLimit, MeterReading

from .plant import Bench, Done
from .wiring import SINGLE, START, SWITCHABLE, TICK, B, C, now_costs

UNKNOWN, NORMAL, HOLD, CHARGE = BatteryMode.UNKNOWN, BatteryMode.NORMAL, BatteryMode.HOLD, BatteryMode.CHARGE
HOLDCHARGE = BatteryMode.HOLDCHARGE
NOTHING = BatteryReading(failure=Failure.UNAVAILABLE)


def read(configs: tuple[BatteryConfig, ...], *readings: tuple[BatteryReading, ...]) -> battery.Batteries:
    """Return all batteries as one after these readings, one set a cycle."""
    bench = Bench(batteries=configs)
    for each in readings:
        bench.world["batteries"] = each
        bench.cycle(0)
    return bench.site.batteries


def two(first: float | None, second: float | None, **limits: Any) -> tuple[BatteryConfig, ...]:
    return (BatteryConfig(name="a", capacity=first, **limits), BatteryConfig(name="b", capacity=second))


@pytest.mark.parametrize(
    ("configs", "socs", "soc", "capacity"),
    [
        pytest.param(two(10, 5), (50, 80), 60, 15, id="weighted by capacity"),
        pytest.param(two(10, None), (50, 80), 65, 10, id="one capacity is missing: plain mean"),
        pytest.param(two(None, None), (50, 80), 65, None, id="both are missing"),
        pytest.param(two(10, 5), (None, 80), 80, 15, id="one SoC is missing: left out"),
        pytest.param(two(10, 5), (None, None), None, 15, id="no SoC at all"),
        pytest.param(two(10, 5), (-1, 101), None, 15, id="out of range is missing"),
        pytest.param(two(10, 5), (0, 0), 0, 15, id="empty is not missing"),
        pytest.param(two(0, 5), (50, 80), 65, 5, id="no capacity is none"),
    ],
)
def test_state_of_charge(
    configs: tuple[BatteryConfig, ...],
    socs: tuple[float | None, ...],
    soc: float | None,
    capacity: float | None,
) -> None:
    found = read(configs, tuple(BatteryReading(power=0, soc=s) for s in socs))
    assert (found.soc, found.capacity) == (soc, capacity)


def test_power_and_energy_are_sums_of_what_is_known() -> None:
    found = read(two(10, 5), (BatteryReading(power=1500, energy=100.0), BatteryReading(power=-200)))
    assert (found.power, found.energy) == (1300, 100)
    assert read(two(10, 5), (NOTHING, NOTHING)) == battery.Batteries(capacity=15)


@pytest.mark.parametrize(
    ("limits", "power"),
    [
        pytest.param((3000, 2000), 5000, id="sum"),
        pytest.param((3000, None), 0, id="one unknown makes it unknown"),
        pytest.param((3000, 0), 3000, id="a limit of 0 adds nothing"),
    ],
)
def test_max_discharge_power(limits: tuple[float | None, ...], power: float) -> None:
    configs = tuple(BatteryConfig(name=str(i), max_discharge_power=p) for i, p in enumerate(limits))
    assert read(configs, (NOTHING, NOTHING)).max_discharge == power


@pytest.mark.parametrize(
    ("cycles", "power"), [pytest.param(2, 1500, id="60 s: kept"), pytest.param(3, 0, id="90 s: zero")]
)
def test_lost_power_and_kept_soc(cycles: int, power: float) -> None:
    good = (BatteryReading(power=1500, soc=50), BatteryReading(power=0, soc=50))
    found = read(two(10, 5), good, *[(NOTHING, NOTHING)] * cycles)
    assert (found.power, found.soc) == (power, 50)


@pytest.mark.parametrize(
    ("current", "external", "until", "wishes", "expected"),
    [
        pytest.param(UNKNOWN, UNKNOWN, False, {}, None, id="nothing to do"),
        pytest.param(NORMAL, UNKNOWN, False, {}, None, id="normal already"),
        pytest.param(HOLD, UNKNOWN, False, {}, NORMAL, id="end of hold"),
        pytest.param(CHARGE, UNKNOWN, False, {}, NORMAL, id="end of charge"),
        pytest.param(HOLDCHARGE, UNKNOWN, False, {}, NORMAL, id="end of holdcharge"),
        pytest.param(NORMAL, UNKNOWN, False, {"grid_charge": True}, CHARGE, id="charge"),
        pytest.param(CHARGE, UNKNOWN, False, {"grid_charge": True}, None, id="charging already"),
        pytest.param(NORMAL, UNKNOWN, False, {"hold": True}, HOLD, id="hold"),
        pytest.param(HOLD, UNKNOWN, False, {"hold": True}, None, id="held already"),
        pytest.param(HOLD, UNKNOWN, False, {"hold": True, "grid_charge": True}, CHARGE, id="charge first"),
        pytest.param(NORMAL, HOLDCHARGE, True, {"grid_charge": True}, HOLDCHARGE, id="external first"),
        pytest.param(HOLD, HOLD, True, {}, None, id="external already"),
        pytest.param(HOLD, UNKNOWN, True, {"hold": True}, NORMAL, id="end of external: one normal"),
        pytest.param(NORMAL, UNKNOWN, False, {"grid_charge": True, "dimmed": True}, HOLD, id="dimmed: hold"),
        pytest.param(
            CHARGE, UNKNOWN, False, {"grid_charge": True, "dimmed": True}, HOLD, id="dimmed while charging"
        ),
        pytest.param(NORMAL, CHARGE, True, {"dimmed": True}, HOLD, id="dimmed beats external charge"),
        pytest.param(NORMAL, UNKNOWN, False, {"dimmed": True}, None, id="dimmed alone is nothing"),
    ],
)
def test_decide(
    current: BatteryMode,
    external: BatteryMode,
    until: bool,
    wishes: dict[str, bool],
    expected: BatteryMode | None,
) -> None:
    memory = SiteMemory(battery_mode=current, battery_mode_external=external)
    memory.external_until = START + TICK if until else None
    wanted = {"grid_charge": False, "hold": False, "dimmed": False} | wishes
    assert battery.decide(memory, START, **wanted) is expected


@pytest.mark.parametrize(
    ("limit", "rate", "active"),
    [
        pytest.param(0.15, 0.15, True, id="inclusive"),
        pytest.param(0.15, 0.16, False, id="above"),
        pytest.param(None, -1.0, False, id="no limit"),
        pytest.param(0.15, None, False, id="no rate"),
        pytest.param(0.0, -0.1, True, id="0 is a limit"),
    ],
)
def test_charging_from_the_grid(limit: float | None, rate: float | None, active: bool) -> None:
    assert battery.charging_from_grid(limit, rate) is active


@pytest.mark.parametrize(
    ("state", "plan", "held"),
    [
        pytest.param({"mode": Mode.NOW, "status": C}, False, True, id="now"),
        pytest.param({"mode": Mode.NOW, "status": B}, False, False, id="now, not charging"),
        pytest.param({"mode": Mode.PV, "status": C}, False, False, id="pv"),
        pytest.param({"mode": Mode.PV, "status": C}, True, True, id="plan"),
        pytest.param({"mode": Mode.PV, "status": C, "smart_cost_limit": 0.2}, False, True, id="cheap"),
        pytest.param({"mode": Mode.PV, "status": C, "smart_cost_limit": 0.1}, False, False, id="dear"),
    ],
)
def test_discharge_control(state: dict[str, Any], plan: bool, held: bool) -> None:
    bench = Bench()
    lp = bench.put(**state)
    lp.memory.plan_active = plan
    assert battery.discharge_controlled([lp], 0.2) is held


def test_minimum_soc_holds_the_battery_too() -> None:
    bench = Bench()
    lp = bench.put(mode=Mode.PV, status=C, min_soc=50)
    lp.memory.soc = 30
    assert battery.discharge_controlled([lp], None)


def controlled() -> Bench:
    bench = Bench(batteries=(BatteryConfig(name="battery", controllable=True),))
    bench.world["batteries"] = (BatteryReading(power=0, soc=50),)
    return bench


@pytest.mark.parametrize(
    ("consumption", "mode"),
    [
        pytest.param(4200, HOLD, id="a limit"),
        pytest.param(0, CHARGE, id="no limit"),
        pytest.param(None, CHARGE, id="no statement"),
    ],
)
def test_external_limit_dims_the_charging_from_the_grid(consumption: float | None, mode: BatteryMode) -> None:
    bench = controlled()
    bench.site.settings.battery_grid_charge_limit = 0.2
    bench.tariffs = now_costs(0.1)
    bench.world["external"] = ExternalLimit(consumption=consumption)
    assert [c.mode for c in bench.cycle(0).batteries] == [mode]


def test_watchdog_of_the_external_mode_is_wound_up_by_repetition() -> None:
    bench = controlled()
    for _ in range(6):
        commands.set_external_battery_mode(bench.site, HOLDCHARGE, bench.now)
        bench.cycle(0)
        assert bench.site.memory.battery_mode is HOLDCHARGE
    for _ in range(3):
        bench.cycle(0)
    assert (bench.site.memory.battery_mode, bench.site.memory.external_until) == (NORMAL, None)


def test_readable_battery_is_never_told_anything() -> None:
    bench = Bench(batteries=(BatteryConfig(name="a"), BatteryConfig(name="b", controllable=True)))
    bench.site.settings.battery_discharge_control = True
    bench.world["batteries"] = (BatteryReading(power=0, soc=50),) * 2
    bench.put(mode=Mode.NOW, status=C, offered=16)
    assert [c.battery for c in bench.cycle(0).batteries] == [1]


@pytest.mark.parametrize(
    ("battery_power", "max_discharge", "current"),
    [
        pytest.param(0, None, 16, id="all that the loadpoint can"),
        pytest.param(0, 1000, 12, id="what the battery can"),
        pytest.param(-200, 1000, 13, id="a charging battery can stop as well"),
        pytest.param(1000, 1000, 12, id="it gives all already"),
    ],
)
def test_boost_asks_for_what_there_is(
    battery_power: float, max_discharge: float | None, current: float
) -> None:
    bench = Bench(SINGLE, batteries=(BatteryConfig(name="battery", max_discharge_power=max_discharge),))
    bench.world["batteries"] = (BatteryReading(power=battery_power, soc=50),)
    bench.put(status=C, offered=8).memory.boost = Boost.START
    assert bench.turn(0) == Done(current=current, pv="inactive")


def test_boost_switches_phases_at_once() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=16, phases=1).memory.boost = Boost.START
    assert bench.turn(0) == Done(phases=3)


def test_boosting_loadpoint_is_not_bound_by_the_priority_of_the_battery() -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),), pv=(MeterConfig(name="pv"),))
    bench.site.settings.priority_soc = 80
    m = bench.put(status=C, offered=6).memory
    m.boost = Boost.HOLD
    bench.run(
        {
            "grid": MeterReading(power=0),
            "batteries": (BatteryReading(power=-2760, soc=50),),
            "pv": (MeterReading(power=7000),),
        }
    )
    assert m.offered_current == 10


def test_external_mode_ends_just_after_its_time() -> None:
    memory = SiteMemory(battery_mode_external=HOLD, external_until=START)
    assert battery.external_mode(memory, START) is HOLD
    assert battery.external_mode(memory, START + timedelta(seconds=1)) is UNKNOWN
