"""Worked examples M1 to M7: several loadpoints in one cycle."""

import pytest

from custom_components.evcc.core.config import ChargerTraits, CircuitConfig, LoadpointConfig
from custom_components.evcc.core.model import Mode
from custom_components.evcc.core.ports import MeterReading

from .plant import Bench, Done
from .wiring import FIXED, SINGLE, C

MEASURED = ChargerTraits(has_currents=True)


@pytest.mark.parametrize("grid", [pytest.param(-1500, id="M1")])
def test_one_loadpoint_is_alone(grid: float) -> None:
    bench = Bench()
    bench.put(status=C, offered=8)
    assert bench.turn(grid) == Done(current=10)


def test_m2_one_surplus_is_spent_once() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, status=C, offered=8)
    bench.put(1, status=C, offered=8)
    bench.cycle(-1500)
    a, b = bench.site.loadpoints
    assert (bench.done(0), a.change) == (Done(current=10), 1380)
    assert (bench.done(1), b.change) == (Done(), 0)


def test_m3_higher_priority_takes_over() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, priority=2, status=C, offered=6)
    bench.put(1, status=C, offered=10)
    bench.cycle(-100)
    high, low = bench.site.loadpoints
    assert (bench.done(0), high.change) == (Done(current=16), 6900)
    assert (bench.done(1), low.change) == (Done(current=6, pv="disable 180"), -2760)


def test_m4_lower_priority_makes_room_and_stops() -> None:
    bench = Bench(SINGLE, SINGLE)
    bench.put(0, priority=2, follows=True)
    bench.put(1, status=C, offered=16, follows=True)
    high, low = bench.site.loadpoints
    steps = {
        0: (-200, Done(pv="enable 60"), Done(current=6, pv="disable 180")),
        30: (-2500, Done(pv="enable 30"), Done(pv="disable 150")),
        60: (-2500, Done(current=6, enable=True), Done(current=10)),
        90: (-200, Done(current=16), Done(current=6, pv="disable 180")),
    }
    for second, (grid, high_does, low_does) in steps.items():
        bench.cycle(surplus=3880)
        assert bench.site.power.grid == grid, second
        assert (bench.done(0), bench.done(1)) == (high_does, low_does), second
    assert high.change == 2300
    switched = []
    for second in range(120, 600, 30):
        bench.cycle(surplus=3880)
        switched += [(second, c.loadpoint, c.enable) for c in bench.outcome.chargers if c.enable is not None]
    assert switched == [(270, 1, False)]
    assert (high.memory.offered_current, low.memory.enabled) == (16, False)
    assert bench.site.power.grid == -200


def test_m5_sleeping_vehicle_delays_the_next_once() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, priority=2)
    bench.put(1, follows=True)
    high, low = bench.site.loadpoints
    off = Done()
    steps = {
        0: (Done(pv="enable 60"), off),
        30: (Done(pv="enable 30"), off),
        60: (Done(current=6, enable=True), Done(pv="enable 60")),
        90: (Done(current=13), off),
        120: (Done(), Done(pv="enable 60")),
        150: (Done(), Done(pv="enable 30")),
        180: (Done(), Done(current=6, enable=True)),
    }
    for second, (high_does, low_does) in steps.items():
        bench.cycle(surplus=9000)
        assert (bench.done(0), bench.done(1)) == (high_does, low_does), second
        if second == 60:
            assert high.change == 4140
        if second == 90:
            assert high.change == 8970
    bench.cycle(surplus=9000)  # 210 s
    assert low.memory.offered_current == 13


def test_m6_self_limiting_vehicle_claims_nothing() -> None:
    bench = Bench(MEASURED, FIXED)
    bench.put(0, priority=2, status=C, offered=9, power=4830, reading={"currents": (7, 7, 7)})
    bench.put(1)
    high, _ = bench.site.loadpoints
    bench.cycle(-4500)
    assert (bench.done(0), high.change) == (Done(current=15), 0)
    assert bench.done(1) == Done(pv="enable 60")
    bench.cycle(-4500)
    bench.cycle(-4500)
    assert bench.done(1) == Done(current=6, enable=True)


def test_m7_headroom_of_a_circuit_is_lent_once() -> None:
    points = [LoadpointConfig(name=n, circuit="main") for n in ("a", "b")]
    bench = Bench(*points, circuits=(CircuitConfig(name="main", max_power=11_000, metered=True),))
    bench.world["circuits"] = {"main": MeterReading(power=9660)}
    for index in (0, 1):
        bench.put(index, mode=Mode.NOW, status=C, offered=7)
    bench.cycle(0)
    a, b = bench.site.loadpoints
    assert (bench.done(0), a.change) == (Done(current=8), 690)
    assert (bench.done(1), b.change) == (Done(), 0)
