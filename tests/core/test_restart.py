"""Memory and settings through a restart: all comes back, and nothing stored can stop the house."""

from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.evcc.core.config import BatteryConfig, CircuitConfig, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.estimator import start
from custom_components.evcc.core.memory import (
    BatteryMemory,
    LoadpointMemory,
    SiteMemory,
    Timer,
    dump,
    load_loadpoint,
    load_site,
)
from custom_components.evcc.core.model import EPOCH, BatteryMode, Boost, Mode, PhaseAction, PvAction, Status
from custom_components.evcc.core.ports import BatteryReading, MeterReading
from custom_components.evcc.core.session import SessionRecord

from .plant import Bench, Done
from .wiring import FIXED, START, SWITCHABLE, TICK, B, C

CAR = VehicleConfig(name="car", capacity=60)
EVERYTHING: dict[str, Any] = {
    "vehicles": (CAR,),
    "batteries": (BatteryConfig(name="battery", controllable=True),),
    "circuits": (CircuitConfig(name="main", max_power=20_000, metered=True),),
}


def lived() -> Bench:
    """Return a site that has been through something."""
    points = [LoadpointConfig(name="lp1", charger=SWITCHABLE, circuit="main"), LoadpointConfig(name="lp2")]
    bench = Bench(*points, **EVERYTHING)
    bench.world["batteries"] = (BatteryReading(power=-500, soc=66),)
    bench.world["circuits"] = {"main": MeterReading(power=4000)}
    bench.site.settings.battery_discharge_control = True
    bench.put(0, status=B, phases=1, pv=("enable", 30), vehicle="car", follows=True, min_current=7)
    bench.put(1, mode=Mode.NOW, status=B, follows=True)
    bench.site.loadpoints[0].memory.estimator = start(60)
    for _ in range(6):
        bench.cycle(surplus=13_000)
    return bench


def again(bench: Bench) -> Bench:
    """Return the same site after a restart by way of JSON."""
    other = Bench(*bench.site.config.loadpoints, **EVERYTHING)
    stored = json.loads(json.dumps(bench.site.dump_settings()))
    assert other.site.restore(stored, json.loads(json.dumps(dump(bench.site.memory)))) == []
    other.world, other.sockets, other.now = bench.world, bench.sockets, bench.now
    return other


def test_dump_and_load_make_the_same_memory() -> None:
    memory = lived().site.memory
    for lp in memory.loadpoints.values():
        lp.why = LoadpointMemory().why  # said anew in the first turn
    assert load_site(json.loads(json.dumps(dump(memory)))) == memory


def test_decisions_go_on_as_if_nothing_had_happened() -> None:
    bench = lived()
    other = again(bench)
    for _ in range(5):
        bench.cycle(surplus=9000)
        other.cycle(surplus=9000)
        assert other.outcome == bench.outcome
        assert dump(other.site.memory) == dump(bench.site.memory)
    assert other.site.dump_settings() == bench.site.dump_settings()


def test_every_field_survives() -> None:
    """Fields without a value in ordinary life included."""
    m = LoadpointMemory(
        status=Status.C,
        pv_timer=Timer(since=EPOCH),
        phase_timer=Timer(since=START, action=PhaseAction.SCALE_1P, confirmed=START, remaining=20),
        phase_failures=2,
        phase_retry=START,
        circuit_off=START,
        identifier="tag",
        session=SessionRecord(id=4, created=START, price=1.5),
        estimator=start(52),
        boost=Boost.HOLD,
        vehicle="car",
        climater=True,
        soc=0.0,
    )
    loaded = load_loadpoint(dump(m))
    assert loaded == m
    assert loaded.pv_timer.since is EPOCH


CORRUPT = [None, 1, "text", [], {"loadpoints": 1}, {"loadpoints": {"lp1": "text"}}, {"meters": []}]


@pytest.mark.parametrize("stored", CORRUPT)
def test_corrupt_memory_is_ignored(stored: Any) -> None:
    bench = Bench()
    bench.site.restore({}, stored)
    assert bench.turn(0) == Done()
    loaded = load_site(stored)
    assert loaded == SiteMemory(loadpoints=loaded.loadpoints)
    assert all(m == LoadpointMemory() for m in loaded.loadpoints.values())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("status", "X", id="unknown word"),
        pytest.param("status", 3, id="number for a word"),
        pytest.param("enabled", "yes", id="text for a boolean"),
        pytest.param("enabled", 1, id="number for a boolean"),
        pytest.param("offered_current", True, id="boolean for a number"),
        pytest.param("offered_current", None, id="nothing for a number"),
        pytest.param("offered_current", 1e300, id="beyond all bounds"),
        pytest.param("offered_current", float("nan"), id="not a number"),
        pytest.param("phases", "three", id="text for an integer"),
        pytest.param("identifier", 7, id="number for a text"),
        pytest.param("charger_switched", "yesterday", id="no time"),
        pytest.param("charger_switched", "2026-06-01T10:00:00", id="time without zone"),
        pytest.param("soc", [1], id="list for an optional number"),
        pytest.param("session", "text", id="text for a record"),
        pytest.param("pv_timer", 5, id="number for a timer"),
        pytest.param("accounting", None, id="nothing for a ledger"),
    ],
)
def test_unreadable_field_keeps_its_default(field: str, value: Any) -> None:
    stored = dump(LoadpointMemory(offered_current=9.0)) | {field: value}
    loaded = load_loadpoint(stored)
    expected = LoadpointMemory(offered_current=9.0)
    setattr(expected, field, getattr(LoadpointMemory(), field))
    assert loaded == expected


@pytest.mark.parametrize(
    ("stored", "timer"),
    [
        pytest.param({"since": "elapsed"}, Timer(since=EPOCH), id="marker"),
        pytest.param({"action": "disable"}, Timer(action=PvAction.DISABLE), id="pv action"),
        pytest.param({"action": "scale3p"}, Timer(action=PhaseAction.SCALE_3P), id="phase action"),
        pytest.param({"action": "jump"}, Timer(), id="unknown action"),
        pytest.param({"remaining": 20}, Timer(remaining=20.0), id="whole number"),
        pytest.param({"other": 1}, Timer(), id="unknown field"),
    ],
)
def test_timer(stored: dict[str, Any], timer: Timer) -> None:
    assert load_loadpoint({"pv_timer": stored}).pv_timer == timer


@pytest.mark.parametrize(("remembered", "phases"), [(1, 1), (0, 3)])
def test_phases_that_voltages_told_are_remembered(remembered: int, phases: int) -> None:
    other = Bench(FIXED)
    other.site.restore({}, {"loadpoints": {"lp1": {"phases": remembered}}})
    assert other.site.loadpoints[0].memory.phases == phases


def test_boost_is_never_resumed() -> None:
    bench = Bench()
    m = bench.put(status=C, offered=6).memory
    m.boost = Boost.CONTINUE
    other = Bench()
    other.site.restore(bench.site.dump_settings(), dump(bench.site.memory))
    assert other.site.loadpoints[0].memory.boost is Boost.OFF


def test_vehicle_that_is_gone_is_not_connected_any_more() -> None:
    bench = Bench(vehicles=(CAR,))
    bench.put(vehicle="car").memory.estimator = start(60)
    other = Bench()
    other.site.restore({}, dump(bench.site.memory))
    m = other.site.loadpoints[0].memory
    assert (m.vehicle, m.estimator) == (None, None)


def test_settings_of_what_is_not_wired_are_kept() -> None:
    stored = {
        "site": {"residualPower": 50},
        "loadpoints": {"lp1": {"priority": 2}, "old": {"priority": 5}},
        "vehicles": {"sold": {"minSoc": 30}},
        "nonsense": 3,
    }
    bench = Bench()
    assert bench.site.restore(stored, None) == []
    dumped = bench.site.dump_settings()
    assert dumped["loadpoints"]["lp1"]["priority"] == 2
    assert dumped["loadpoints"]["old"] == {"priority": 5}
    assert dumped["vehicles"] == {"sold": {"minSoc": 30}}
    assert dumped["site"]["residualPower"] == 50


@pytest.mark.parametrize("stored", [{}, {"site": 1, "loadpoints": [], "vehicles": None}])
def test_settings_that_are_none_are_defaults(stored: dict[str, Any]) -> None:
    bench = Bench(FIXED, SWITCHABLE)
    before = bench.site.dump_settings()
    assert bench.site.restore(stored, None) == []
    assert bench.site.dump_settings() == before


def test_refused_settings_are_told() -> None:
    bench = Bench(vehicles=(CAR,))
    errors = bench.site.restore(
        {
            "site": {"residualPower": "much"},
            "loadpoints": {"lp1": {"mode": "x"}},
            "vehicles": {"car": {"minSoc": -1}},
        },
        None,
    )
    assert [e.key for e in errors] == ["value_not_number", "value_not_offered", "value_out_of_range"]


@pytest.mark.parametrize(
    ("charger", "phases"), [pytest.param(FIXED, 3, id="fixed"), pytest.param(SWITCHABLE, 0, id="switchable")]
)
def test_automatic_phases_need_a_switch(charger: Any, phases: int) -> None:
    bench = Bench(charger)
    bench.site.restore({"loadpoints": {"lp1": {"phasesConfigured": 0}}}, None)
    assert bench.site.loadpoints[0].settings.phases_configured == phases


@pytest.mark.parametrize(
    ("remembered", "mode"),
    [pytest.param(False, Mode.PV, id="new"), pytest.param(True, Mode.NOW, id="remembered")],
)
def test_default_mode_is_for_the_first_start(remembered: bool, mode: Mode) -> None:
    bench = Bench()
    bench.put(mode=Mode.NOW)
    memory = dump(bench.site.memory) if remembered else None
    other = Bench()
    other.site.restore({"loadpoints": {"lp1": {"defaultMode": "pv", "mode": "now"}}}, memory)
    assert other.site.loadpoints[0].settings.mode is mode


def test_default_vehicle_is_assigned_at_the_first_contact() -> None:
    point = LoadpointConfig(name="lp1", default_vehicle="car")
    bench = Bench(point, vehicles=(CAR,))
    lp = bench.site.loadpoints[0]
    lp.memory = LoadpointMemory()
    bench.site.vehicles["car"].settings.mode = Mode.MINPV
    bench.cycle(0)
    assert (lp.memory.vehicle, lp.settings.mode) == ("car", Mode.MINPV)


def test_estimate_that_cannot_be_is_dropped() -> None:
    bench = Bench(vehicles=(CAR,))
    bench.put(vehicle="car").memory.estimator = start(0)
    other = Bench(vehicles=(CAR,))
    other.site.restore({}, dump(bench.site.memory))
    assert (other.site.loadpoints[0].memory.vehicle, other.site.loadpoints[0].memory.estimator) == (
        "car",
        None,
    )


def test_clock_that_was_wrong_makes_no_delay_last_for_ever() -> None:
    bench = Bench()
    bench.put(pv=("enable", 0))
    bench.site.loadpoints[0].memory.pv_timer.since = bench.now + timedelta(days=1)
    bench.site.loadpoints[0].memory.phase_retry = bench.now + timedelta(days=1)
    other = Bench()
    other.site.restore(bench.site.dump_settings(), dump(bench.site.memory))
    other.sockets = bench.sockets
    other.now = bench.now
    assert other.turn(-4200) == Done(pv="enable 60")
    retry = other.site.loadpoints[0].memory.phase_retry
    assert retry is not None
    assert retry <= other.now + timedelta(minutes=5)


def test_battery_memory_comes_back_by_name() -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),))
    stored = {"batteries": {"battery": {"sent": "hold", "soc": 40}, "old": {"sent": "charge"}}}
    bench.site.restore({}, stored)
    assert bench.site.battery_memories == [BatteryMemory(soc=40, sent=BatteryMode.HOLD)]


@pytest.mark.parametrize(
    ("mode", "sent"),
    [
        pytest.param(BatteryMode.HOLD, [BatteryMode.NORMAL], id="back to normal"),
        pytest.param(BatteryMode.NORMAL, [], id="normal already"),
        pytest.param(BatteryMode.UNKNOWN, [], id="never touched"),
    ],
)
def test_stop(mode: BatteryMode, sent: list[BatteryMode]) -> None:
    bench = Bench(**EVERYTHING | {"circuits": ()})
    m = bench.put(mode=Mode.NOW, status=C, offered=16, vehicle="car").memory
    m.session = SessionRecord(id=9, created=START)
    m.accounting.total = 4.0
    bench.site.memory.battery_mode = bench.site.battery_memories[0].sent = mode
    outcome = bench.site.stop(bench.now)
    assert [c.mode for c in outcome.batteries] == sent
    assert [(s.id, s.charged_energy, s.finished) for s in outcome.sessions] == [(9, 4.0, bench.now)]
    assert outcome.chargers == []


@pytest.mark.parametrize(
    ("running", "moved"),
    [pytest.param(False, False, id="it paused"), pytest.param(True, True, id="it ran again")],
)
def test_stop_of_a_session_that_had_ended_before(running: bool, moved: bool) -> None:
    bench = Bench()
    m = bench.put(mode=Mode.NOW, status=C, offered=16).memory
    m.session = SessionRecord(id=9, created=START, finished=START)
    m.accounting.running = running
    bench.now += TICK
    (record,) = bench.site.stop(bench.now).sessions
    assert record.finished == (bench.now if moved else START)


def test_stop_before_anything_was_charged() -> None:
    bench = Bench()
    bench.put().memory.session = SessionRecord()
    assert bench.site.stop(bench.now).sessions == []
