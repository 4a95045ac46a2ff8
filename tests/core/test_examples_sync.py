"""Worked examples 79 to 85: charger and belief, waking up, asking the vehicle."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.events import EventKind
from custom_components.evcc.core.model import Feature, Mode
from custom_components.evcc.core.ports import VehicleReading

from .plant import Bench, Done
from .wiring import START, SWITCHABLE, TICK, A, B, C

READS_BACK = ChargerTraits(milliamp=True, reads_current=True)
MEASURES = ChargerTraits(milliamp=True, has_currents=True)


@pytest.mark.parametrize(
    ("charger", "reading", "offered"),
    [
        pytest.param(READS_BACK, {"offered_current": 10.2}, 10, id="ex79 ignored"),
        pytest.param(READS_BACK, {"offered_current": 10.5}, 10.5, id="ex79 adopted"),
        pytest.param(READS_BACK, {"offered_current": 12}, 12, id="ex79 far off"),
        pytest.param(READS_BACK, {"offered_current": 8}, 8, id="ex79 less"),
        pytest.param(MEASURES, {"currents": (11.0, 10.9, 10.9)}, 10, id="ex80 ignored"),
        pytest.param(MEASURES, {"currents": (11.2, 10.9, 10.9)}, 11.2, id="ex80 adopted"),
        pytest.param(MEASURES, {"currents": (9, 9, 9)}, 10, id="ex80 less is never adopted"),
    ],
)
def test_set_point_is_read_back(charger: ChargerTraits, reading: dict[str, Any], offered: float) -> None:
    bench = Bench(charger)
    lp = bench.put(status=C, offered=10, reading=reading)
    assert bench.turn(0) == Done()
    assert lp.memory.offered_current == offered


def test_ex81_disabled_but_charging_is_taken_under_control() -> None:
    bench = Bench()
    m = bench.put(status=C, offered=6, enabled=False).memory
    m.charger_switched = bench.now - timedelta(seconds=90)
    bench.sockets[0].enabled = False
    assert bench.turn(-1500) == Done(current=8, enable=True)
    assert m.enabled


def test_ex81_decides_at_once_by_what_the_sun_yields() -> None:
    bench = Bench()
    m = bench.put(status=C, offered=6, enabled=False).memory
    m.charger_switched = bench.now - timedelta(seconds=90)
    assert bench.turn(900) == Done(enable=False)


def test_ex82_charger_that_disables_itself_to_switch_is_enabled_again() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(offered=8, enabled=True, phases=1).memory
    m.phases_switched = bench.now - timedelta(seconds=20)
    bench.sockets[0].enabled = False
    assert bench.turn(-1500).enable is True
    assert m.enabled


def test_ex83_settled_off_is_adopted_and_the_tree_decides() -> None:
    """The set-point goes out again as well (mend 15)."""
    bench = Bench()
    m = bench.put(mode=Mode.NOW, offered=16, enabled=True).memory
    bench.sockets[0].enabled = False
    assert bench.turn(0) == Done(current=16, enable=True)
    assert m.charger_switched == bench.now - timedelta(seconds=30)


def test_ex83_in_pv_it_stays_off_without_sun() -> None:
    bench = Bench()
    m = bench.put(offered=8, enabled=True).memory
    bench.sockets[0].enabled = False
    assert bench.turn(0) == Done()
    assert not m.enabled


@pytest.mark.parametrize(
    ("charger", "vehicle", "calls"),
    [
        pytest.param(True, True, "charger car charger car charger car asleep", id="ex84"),
        pytest.param(True, False, "charger - charger - charger - asleep", id="only the charger can"),
        pytest.param(False, True, "car - car - car - asleep", id="only the vehicle can"),
        pytest.param(False, False, "- - - - - - asleep", id="none can"),
    ],
)
def test_wake_up(charger: bool, vehicle: bool, calls: str) -> None:
    bench = Bench(ChargerTraits(can_wake=charger), vehicles=(VehicleConfig(name="car", can_wake=vehicle),))
    bench.put(mode=Mode.NOW, vehicle="car")
    assert bench.turn(0) == Done(current=16, enable=True)
    heard = []
    for _ in range(9):
        outcome = bench.cycle(0)
        command = outcome.chargers[0] if outcome.chargers else None
        if command is not None and command.wake_charger:
            heard.append("charger")
        elif command is not None and command.wake_vehicle:
            heard.append(command.wake_vehicle)
        elif any(e.kind is EventKind.ASLEEP for e in outcome.events):
            heard.append("asleep")
        else:
            heard.append("-")
    assert " ".join(heard) == calls + " - -"


def test_calls_are_half_a_minute_apart_however_short_the_interval() -> None:
    bench = Bench(ChargerTraits(can_wake=True), interval=10.0)
    bench.put(mode=Mode.NOW)
    called = []
    for second in range(0, 100, 10):
        bench.now = START + timedelta(seconds=second)
        called += [second for c in bench.cycle(0).chargers if c.wake_charger]
    assert called == [30, 90]


def test_vehicle_that_must_not_be_woken_is_not() -> None:
    car = VehicleConfig(name="car", can_wake=True, features=frozenset({Feature.WAKE_UP_DISABLED}))
    bench = Bench(ChargerTraits(can_wake=True), vehicles=(car,))
    bench.put(mode=Mode.NOW, vehicle="car")
    bench.cycle(0)
    assert not any(bench.cycle(0).chargers for _ in range(9))


def test_ex85_poll_mode_charging() -> None:
    """One poll after connect, none for three hours, then every turn."""
    point = LoadpointConfig(name="lp1", default_vehicle="car")
    bench = Bench(point, vehicles=(VehicleConfig(name="car"),))
    m = bench.put(mode=Mode.NOW, status=A).memory
    asked = []
    for cycle in range(366):
        bench.sockets[0].status = B if cycle <= 360 else C
        bench.world["vehicles"] = {"car": VehicleReading(soc=20 + cycle % 50)}
        bench.cycle(0)
        if m.soc == 20 + cycle % 50 and m.soc_polled == bench.now - TICK:
            asked.append(cycle)
    assert asked == [0, 361, 362, 363, 364, 365]
