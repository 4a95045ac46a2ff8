"""Phases: what is measured, how long a switch waits, and what circuits have to say about it."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core import phases
from custom_components.evcc.core.config import ChargerTraits, CircuitConfig, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.model import Mode
from custom_components.evcc.core.ports import MeterReading

from .plant import Bench, Done
from .wiring import FIXED, SINGLE, SWITCHABLE, TICK, B, C

MEASURED = ChargerTraits(phase_switching=True, has_currents=True)
FLEET = tuple(VehicleConfig(name=f"car{n}", phases=n) for n in range(4))


@pytest.mark.parametrize(
    ("charger", "vehicle", "enabled", "measured", "active", "most", "fewest"),
    [
        pytest.param(FIXED, 0, 3, 0, 3, 3, 3, id="nothing known"),
        pytest.param(FIXED, 2, 3, 0, 2, 2, 2, id="vehicle of two phases"),
        pytest.param(FIXED, 0, 3, 1, 1, 1, 1, id="one measured on three"),
        pytest.param(FIXED, 0, 1, 1, 1, 1, 1, id="one by hand"),
        pytest.param(SINGLE, 0, 1, 0, 1, 1, 1, id="one built in"),
        pytest.param(SWITCHABLE, 0, 1, 1, 1, 3, 1, id="one measured on one proves nothing"),
        pytest.param(SWITCHABLE, 1, 3, 0, 1, 1, 1, id="vehicle of one phase"),
        pytest.param(SWITCHABLE, 2, 1, 0, 1, 2, 1, id="vehicle of two phases on one"),
        pytest.param(SWITCHABLE, 3, 3, 2, 2, 2, 1, id="two measured"),
        pytest.param(SWITCHABLE, 3, 0, 0, 3, 3, 1, id="unknown counts as three"),
        pytest.param(
            ChargerTraits(phase_switching=True, physical_phases=1), 3, 3, 3, 1, 1, 1, id="built for one"
        ),
    ],
)
def test_numbers(
    charger: ChargerTraits, vehicle: int, enabled: int, measured: int, active: int, most: int, fewest: int
) -> None:
    lp = Bench(charger, vehicles=FLEET).put(vehicle=f"car{vehicle}")
    lp.memory.phases, lp.memory.measured_phases = enabled, measured
    if not lp.switchable:
        lp.settings.phases_configured = enabled
    assert (phases.active(lp), phases.max_active(lp), phases.min_active(lp)) == (active, most, fewest)


@pytest.mark.parametrize(
    ("currents", "status", "seconds", "measured"),
    [
        pytest.param((10, 10, 0.4), C, 90, 2, id="two"),
        pytest.param((1.0, 0.4, 0.4), C, 90, 3, id="none above 1 A: the old number stays"),
        pytest.param((10, 0, 0), B, 90, 3, id="not charging before"),
        pytest.param((10, 0, 0), C, 60, 3, id="too soon after a switch"),
        pytest.param(None, C, 90, 3, id="no currents"),
    ],
)
def test_measuring(currents: Any, status: Any, seconds: float, measured: int) -> None:
    bench = Bench(MEASURED)
    m = bench.put(mode=Mode.NOW, status=status, offered=6, phases=3, reading={"currents": currents}).memory
    m.measured_phases, m.phases_switched = 3, bench.now - timedelta(seconds=seconds)
    bench.cycle(0)
    assert m.measured_phases == measured


def test_more_measured_than_enabled_is_forgotten() -> None:
    """The charger says one phase, three were measured: one of the two is old."""
    bench = Bench(ChargerTraits(phase_switching=True, has_currents=True, reads_phases=True))
    m = bench.put(
        status=C, offered=8, phases=1, power=5500, reading={"phases": 1, "currents": (8, 8, 8)}
    ).memory
    bench.cycle(0)
    assert (m.phases, m.measured_phases) == (1, 0)


def test_surplus_that_is_low_but_there_switches_nothing() -> None:
    """Down needs a deficit while the charger is enabled."""
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=3, power=2000)
    assert bench.turn(0).phase == "inactive"


def test_one_timer_serves_both_directions() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=1, phase=("scale1p", 65))
    assert bench.turn(-3000).phases == 3
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=3, phase=("scale3p", 30))
    assert bench.turn(700).phase == "scale1p 150"


def test_turn_that_wants_neither_resets_the_timer() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=3, phase=("scale1p", 170))
    assert bench.turn(-100) == Done()
    assert bench.turn(700).phase == "scale1p 180"


@pytest.mark.parametrize(
    ("delays", "state", "site", "phase"),
    [
        pytest.param({"disable_delay": 90}, {"phases": 3, "offered": 6}, 700, "scale1p 90", id="down"),
        pytest.param({"enable_delay": 20}, {"phases": 1, "offered": 16}, -900, "scale3p 20", id="up"),
    ],
)
def test_delays(delays: dict[str, float], state: dict[str, Any], site: float, phase: str) -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, **state, **delays)
    assert bench.turn(site).phase == phase


def test_after_a_switch_nothing_moves_for_a_minute() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=3, phase=("scale1p", 180), power=4140)
    assert bench.turn(700).phases == 1
    bench.sockets[0].power = 1380
    seen = [bench.turn(-5000).phase for _ in range(3)]
    assert seen == ["inactive", "inactive", "scale3p 60"]


@pytest.mark.parametrize(
    ("limits", "currents", "power", "phase"),
    [
        pytest.param({}, (0, 0, 0), 0, "scale3p 60", id="no limit"),
        pytest.param(
            {"max_current": 10}, (16, 0, 0), 0, "scale3p 60", id="ten amperes are less than one phase has"
        ),
        pytest.param({"max_current": 5}, (16, 0, 0), 0, "inactive", id="below the minimum"),
        pytest.param({"max_power": 4000}, (0, 0, 0), 3680, "inactive", id="no room for three phases"),
        pytest.param({"max_power": 5000}, (0, 0, 0), 3680, "scale3p 60", id="room for three phases"),
    ],
)
def test_circuit_has_to_admit_three_phases(
    limits: dict[str, float], currents: Any, power: float, phase: str
) -> None:
    point = LoadpointConfig(name="lp1", charger=SWITCHABLE, circuit="main")
    bench = Bench(point, circuits=(CircuitConfig(name="main", metered=True, **limits),))
    bench.world["circuits"] = {"main": MeterReading(power=power, currents=currents)}
    bench.put(status=C, offered=16, phases=1)
    assert bench.turn(-900).phase == phase


def test_circuit_that_does_not_admit_three_phases_starts_the_way_down() -> None:
    point = LoadpointConfig(name="lp1", charger=SWITCHABLE, circuit="main")
    bench = Bench(point, circuits=(CircuitConfig(name="main", metered=True, max_power=4000),))
    bench.world["circuits"] = {"main": MeterReading(power=8000)}
    bench.put(status=C, offered=10, phases=3)
    assert bench.turn(-2000).phase == "scale1p 180"


def test_switch_to_charge_fast_may_wake_the_vehicle() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(mode=Mode.NOW, status=B, offered=16, enabled=True, phases=1).memory
    assert bench.turn(0) == Done(phases=3)
    assert (m.wake_attempts, m.wake_since) == (6, bench.now - TICK)


def test_switch_of_an_idle_vehicle_is_shown_with_nothing_remaining() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(phases=3).memory
    m.phases_switched = bench.now - 3 * TICK
    assert bench.turn(-2000) == Done(phases=1, pv="enable 60")
    assert m.wake_attempts == 6  # a switch may wake the vehicle, or put it to sleep
