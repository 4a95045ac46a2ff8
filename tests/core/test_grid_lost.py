"""The grid meter falls silent: hold for a minute, then the minimum, then stop; what needs no sun goes on."""

import pytest

from custom_components.evcc.core.config import VehicleConfig
from custom_components.evcc.core.memory import dump
from custom_components.evcc.core.model import Failure, Mode, Reason
from custom_components.evcc.core.ports import MeterReading, VehicleReading
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import TICK, B, C, now_costs

LOST = {"grid": MeterReading(failure=Failure.TIMEOUT)}
MINUTE = 2  # cycles


def lost(bench: Bench, cycles: int) -> list[Done]:
    """Run cycles without grid meter, after one with."""
    bench.cycle(0)
    done = []
    for _ in range(cycles):
        bench.sockets[0].draw()
        bench.run(bench.world | LOST)
        done.append(bench.done())
    return done


@pytest.mark.parametrize(
    ("mode", "cycles", "offered", "reason"),
    [
        pytest.param(Mode.PV, 1, 10, Reason.GRID_UNAVAILABLE, id="pv 30 s: held"),
        pytest.param(Mode.PV, 2, 10, Reason.GRID_UNAVAILABLE, id="pv 60 s: held"),
        pytest.param(Mode.PV, 3, 6, Reason.GRID_UNAVAILABLE, id="pv 90 s: minimum"),
        pytest.param(Mode.PV, 8, 6, Reason.GRID_UNAVAILABLE, id="pv 4 min: still the minimum"),
        pytest.param(Mode.PV, 10, 0, Reason.GRID_UNAVAILABLE, id="pv 5 min: off after the disable delay"),
        pytest.param(Mode.PV, 120, 0, Reason.GRID_UNAVAILABLE, id="pv 1 h: off"),
        pytest.param(Mode.MINPV, 1, 10, Reason.GRID_UNAVAILABLE, id="minpv 30 s: held"),
        pytest.param(Mode.MINPV, 10, 6, Reason.GRID_UNAVAILABLE, id="minpv 5 min: minimum"),
        pytest.param(Mode.MINPV, 120, 6, Reason.GRID_UNAVAILABLE, id="minpv 1 h: minimum"),
        pytest.param(Mode.NOW, 1, 16, Reason.MODE_NOW, id="now 30 s"),
        pytest.param(Mode.NOW, 10, 16, Reason.MODE_NOW, id="now 5 min"),
        pytest.param(Mode.NOW, 120, 16, Reason.MODE_NOW, id="now 1 h"),
        pytest.param(Mode.OFF, 1, 0, Reason.MODE_OFF, id="off 30 s"),
        pytest.param(Mode.OFF, 120, 0, Reason.MODE_OFF, id="off 1 h"),
    ],
)
def test_charging(mode: Mode, cycles: int, offered: float, reason: Reason) -> None:
    bench = Bench()
    m = bench.put(mode=mode, status=C, offered=10, follows=True).memory
    lost(bench, cycles)
    assert (m.offered_current if m.enabled else 0) == offered
    assert m.why.reason is reason


def test_stops_at_once_only_after_the_disable_delay() -> None:
    bench = Bench()
    bench.put(status=C, offered=10, follows=True)
    done = lost(bench, 12)
    told = {i: (d.current, d.enable) for i, d in enumerate(done, 1) if (d.current, d.enable) != (None, None)}
    assert told == {3: (6, None), 9: (None, False)}  # 90 s: minimum; 180 s later: off
    assert [d.pv for d in done[2:9]] == [f"disable {s}" for s in (180, 150, 120, 90, 60, 30)] + ["inactive"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param(Mode.PV, Done(), id="pv never starts"),
        pytest.param(Mode.MINPV, Done(current=6, enable=True), id="minpv starts at the minimum"),
        pytest.param(Mode.NOW, Done(current=16, enable=True), id="now starts"),
    ],
)
def test_not_charging(mode: Mode, expected: Done) -> None:
    bench = Bench()
    bench.put(mode=Mode.OFF, status=B)
    bench.cycle(-20_000)
    lp = bench.site.loadpoints[0]
    lp.settings.mode = mode
    bench.run(LOST)
    assert bench.done() == expected
    assert (lp.memory.why.reason is Reason.GRID_UNAVAILABLE) is (mode is not Mode.NOW)


def test_reason_tells_how_long_the_current_is_held() -> None:
    bench = Bench()
    m = bench.put(status=C, offered=10, follows=True).memory
    lost(bench, 1)
    assert m.why.until == bench.now
    assert m.why.device == "grid"


def test_now_and_cheap_hours_go_on() -> None:
    bench = Bench()
    bench.put(status=B, smart_cost_limit=0.3)
    bench.tariffs = now_costs(0.2)
    assert lost(bench, 120)[-1] == Done(pv="elapsed")
    assert bench.site.loadpoints[0].memory.offered_current == 16
    bench.site.loadpoints[0].settings.mode = Mode.OFF
    bench.run(LOST)
    assert bench.done().enable is False


def test_climate_keeps_the_minimum() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    bench.world["vehicles"] = {"car": VehicleReading(climater=True)}
    m = bench.put(status=C, offered=10, vehicle="car", follows=True).memory
    lost(bench, 60)
    assert (m.enabled, m.offered_current) == (True, 6)


def test_meter_that_never_answered_starts_nothing() -> None:
    bench = Bench()
    bench.put(status=B)
    bench.run(LOST)
    assert bench.done() == Done()
    state = snapshot(bench.site, bench.now)
    assert state.grid is not None
    assert (state.grid.power, state.grid.failure, state.home_power, state.site_power) == (
        None,
        Failure.TIMEOUT,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("cycles", "shown"), [pytest.param(2, 500, id="a minute"), pytest.param(3, None, id="longer")]
)
def test_last_value_is_shown_for_a_minute(cycles: int, shown: float | None) -> None:
    bench = Bench()
    bench.cycle(500)
    for _ in range(cycles):
        bench.run(LOST)
    state = snapshot(bench.site, bench.now - TICK)
    assert state.grid is not None
    assert state.grid.power == shown


def test_green_share_of_the_last_good_cycle_is_kept() -> None:
    bench = Bench()
    bench.cycle(500)
    share = bench.site.shares
    bench.run(LOST | {"batteries": ()})
    assert bench.site.shares is share
    again = Bench()
    again.site.restore({}, dump(bench.site.memory))
    again.run(LOST)
    assert again.site.shares == share


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(1500, Done(pv="disable 180"), id="the last value goes on"),
        pytest.param(None, Done(), id="nothing is known: 0"),
    ],
)
def test_meter_that_says_it_has_no_power(before: float | None, expected: Done) -> None:
    """Not available is no failure: control goes on with the last value."""
    bench = Bench()
    bench.put(status=C, offered=6)
    bench.sockets[0].power = 4140
    if before is not None:
        bench.put(status=B)
        bench.cycle(before)
        bench.put(status=C, offered=6)
    bench.run({"grid": MeterReading(failure=Failure.NOT_AVAILABLE)})
    assert bench.done() == expected


def test_missing_reading_is_a_lost_meter() -> None:
    bench = Bench()
    bench.put(status=C, offered=10)
    bench.cycle(0)
    bench.run({})
    assert bench.site.grid_lost_for == 30


def test_configuration_without_grid_meter_loses_nothing() -> None:
    bench = Bench(grid=None)
    bench.put(status=C, offered=10)
    bench.run({})
    assert bench.site.grid_lost_for == 0
    assert snapshot(bench.site, bench.now).grid is None
