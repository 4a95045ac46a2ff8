"""What is mended around vehicles and their state of charge: mends 20, 22 and 24 to 31 with their pitfalls."""

from typing import Any

import pytest

from custom_components.evcc.core import commands, estimator
from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.events import EventKind
from custom_components.evcc.core.memory import dump
from custom_components.evcc.core.model import Boost, Failure, Mode, Reason, Status
from custom_components.evcc.core.ports import VehicleReading
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.core.vehicle import matches

from .plant import Bench, Done
from .wiring import FIXED, A, B, C

CARS = (
    VehicleConfig(name="big", capacity=60, has_status=True, identifiers=("Tag-1",)),
    VehicleConfig(name="unknown", identifiers=("TAG*",)),
)
AT_HOME = LoadpointConfig(name="lp1", default_vehicle="big")


def kinds(bench: Bench) -> list[EventKind]:
    return [e.kind for e in bench.outcome.events]


def test_mend_20_dimmed_charger_is_watched_but_left_alone() -> None:
    bench = Bench(vehicles=CARS)
    m = bench.put(mode=Mode.NOW, status=A, reading={"dimmed": True, "soc": 44.0}).memory
    bench.sockets[0].status = C
    assert bench.turn(0).enable is None
    assert kinds(bench)[0] is EventKind.START
    assert (m.status, m.soc, m.why.reason) == (C, 44, Reason.DIMMED)
    assert m.session is not None


def restarted(bench: Bench) -> Bench:
    """Return the same site after a restart: settings and memory stored and read back."""
    again = Bench(*bench.site.config.loadpoints, vehicles=bench.site.config.vehicles)
    assert again.site.restore(bench.site.dump_settings(), dump(bench.site.memory)) == []
    again.now, again.sockets = bench.now, bench.sockets
    return again


def test_mend_22_pitfall_24_restart_is_no_connect() -> None:
    bench = Bench(AT_HOME, vehicles=CARS)
    bench.put(mode=Mode.NOW, status=A, vehicle="big")
    bench.sockets[0].status = B
    bench.cycle(0)
    commands.change(bench.site, commands.Scope.LOADPOINT, 0, "limitSoc", 80, bench.now)
    bench.sockets[0].status, bench.sockets[0].power = C, 11_040
    bench.cycle(0)
    bench.cycle(0)
    before = bench.site.loadpoints[0]
    after = restarted(bench)
    lp = after.site.loadpoints[0]
    after.cycle(0)
    assert kinds(after) == []
    assert after.outcome.chargers == []
    assert lp.settings.limit_soc == 80
    assert (lp.memory.enabled, lp.memory.offered_current) == (True, 16)
    assert lp.vehicle is after.site.vehicles["big"]
    assert lp.memory.session is not None
    assert before.memory.session is not None
    assert lp.memory.session.id == before.memory.session.id == 1
    assert lp.charged_energy == pytest.approx(before.charged_energy + 0.092)


def test_mend_22_nothing_stored_counts_as_disconnected() -> None:
    bench = Bench(vehicles=CARS)
    lp = bench.put(mode=Mode.NOW, status=Status.UNKNOWN, limit_soc=80, default_mode=Mode.PV)
    bench.sockets[0].status = A
    bench.cycle(0)
    assert (lp.settings.limit_soc, lp.settings.mode) == (0, Mode.PV)
    assert kinds(bench) == []


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        pytest.param(Failure.TIMEOUT, [0, 10, 20], id="again after five minutes"),
        pytest.param(Failure.MUST_RETRY, list(range(21)), id="it said so: at once"),
        pytest.param(Failure.NOT_AVAILABLE, [0], id="there is none"),
    ],
)
def test_mend_24_pitfall_40_unreadable_vehicle_is_asked_again(failure: Failure, asked: list[int]) -> None:
    bench = Bench(vehicles=CARS)
    m = bench.put(mode=Mode.OFF, vehicle="big").memory
    found = []
    for cycle in range(21):
        bench.world["vehicles"] = {"big": VehicleReading(range=cycle, failure=failure)}
        bench.cycle(0)
        found += [cycle] if m.range == cycle else []
    assert found == asked


@pytest.mark.parametrize(
    ("soc", "reason"),
    [
        pytest.param(0.0, Reason.MIN_SOC, id="empty"),
        pytest.param(None, Reason.FOLLOWS_SURPLUS, id="unknown, and no capacity to tell by"),
    ],
)
def test_mend_25_none_is_not_zero(soc: float | None, reason: Reason) -> None:
    bench = Bench(vehicles=CARS)
    m = bench.put(mode=Mode.PV, status=C, offered=16, vehicle="unknown").memory
    bench.site.vehicles["unknown"].settings.min_soc = 15
    bench.world["vehicles"] = {"unknown": VehicleReading(soc=soc)}
    bench.cycle(0)
    assert m.why.reason is reason
    assert snapshot(bench.site, bench.now).loadpoints[0].vehicle_soc == soc


def test_mend_26_no_power_no_duration() -> None:
    bench = Bench(vehicles=CARS)
    bench.put(status=C, offered=6, power=0, vehicle="big")
    bench.world["vehicles"] = {"big": VehicleReading(soc=40)}
    bench.cycle(0)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert state.charge_remaining_duration == 0
    assert state.charge_remaining_energy == pytest.approx(60_000 / 0.85 * 0.6)


def test_mend_27_vehicle_that_was_taken_over_is_not_free() -> None:
    bench = Bench(FIXED, FIXED, FIXED, vehicles=CARS[:1])
    for index in range(3):
        bench.put(index, mode=Mode.OFF)
    commands.select_vehicle(bench.site, 0, "big", bench.now)
    commands.select_vehicle(bench.site, 1, "big", bench.now)
    commands.detect_vehicle(bench.site, 2, bench.now)
    bench.world["vehicles"] = {"big": VehicleReading(status=B)}
    bench.cycle(0)
    assert [lp.memory.vehicle for lp in bench.site.loadpoints] == [None, "big", None]


@pytest.mark.parametrize(
    ("identifier", "pattern", "expected"),
    [
        pytest.param("TAG-1", "tag-1", True, id="any case"),
        pytest.param("TAG-12", "tag-1", False, id="whole, not a part"),
        pytest.param("TAG-12", "tag-1*", True, id="wildcard at the end"),
        pytest.param("x-TAG-12", "*tag*", True, id="wildcards around"),
        pytest.param("x-TAG-12", "tag*", False, id="anchored"),
        pytest.param("tagX1", "tag.1", False, id="a dot is a dot"),
        pytest.param("tag+1", "tag+1", True, id="and a plus a plus"),
        pytest.param("anything", "", False, id="an empty one matches nothing"),
        pytest.param("anything", "*", True, id="a star alone matches all"),
    ],
)
def test_mend_28_identifiers(identifier: str, pattern: str, expected: bool) -> None:
    assert matches(identifier, pattern) is expected


def test_mend_29_pitfall_41_vehicle_without_capacity_has_no_estimate() -> None:
    bench = Bench(vehicles=CARS)
    lp = bench.put(mode=Mode.OFF)
    commands.select_vehicle(bench.site, 0, "big", bench.now)
    assert lp.memory.estimator is not None
    commands.select_vehicle(bench.site, 0, "unknown", bench.now)
    assert lp.memory.estimator is None


def test_mend_30_pitfall_42_learned_gradient_is_lost_on_reconnect() -> None:
    bench = Bench(AT_HOME, vehicles=CARS)
    m = bench.put(mode=Mode.OFF, vehicle="big").memory
    m.estimator = estimator.start(60)
    m.estimator.step = 500
    for status in (A, B):
        bench.sockets[0].status = status
        bench.cycle(0)
    assert m.estimator is not None
    assert m.estimator.step == pytest.approx(705.88, abs=0.01)


def test_mend_31_boost_limit_needs_a_known_battery_soc() -> None:
    bench = Bench()
    m = bench.put(status=C, offered=6, battery_boost_limit=40).memory
    m.boost = Boost.CONTINUE
    assert bench.turn(0) == Done(current=7)
    assert m.boost is Boost.CONTINUE


def test_pitfall_25_mode_of_the_default_vehicle_wins() -> None:
    """After each disconnect over the default mode, and again on each connect."""
    bench = Bench(AT_HOME, vehicles=CARS)
    bench.site.vehicles["big"].settings.mode = Mode.MINPV
    lp = bench.put(mode=Mode.PV, vehicle="big", default_mode=Mode.OFF)
    bench.sockets[0].status = A
    bench.cycle(0)
    assert lp.settings.mode is Mode.MINPV
    lp.settings.mode = Mode.PV
    bench.sockets[0].status = B
    bench.cycle(0)
    assert lp.settings.mode is Mode.MINPV


def test_pitfall_28_energy_limit_does_not_count_where_the_soc_is_known() -> None:
    bench = Bench(vehicles=CARS)
    m = bench.put(mode=Mode.NOW, status=C, offered=16, vehicle="big", limit_energy=5).memory
    m.accounting.total = 7
    assert bench.turn(0) == Done()
    assert m.why.reason is Reason.MODE_NOW


def test_pitfall_39_charger_that_knows_the_soc_keeps_the_vehicle_unasked() -> None:
    bench = Bench(vehicles=CARS)
    m = bench.put(mode=Mode.OFF, vehicle="unknown", reading={"soc": 55.0, "limit_soc": 90.0}).memory
    bench.world["vehicles"] = {"unknown": VehicleReading(soc=44, range=200)}
    bench.cycle(0)
    assert (m.soc, m.vehicle_limit_soc, m.range, m.soc_polled) == (55, 90, None, None)


def test_pitfall_43_session_figures_survive_the_disconnect() -> None:
    bench = Bench()
    lp = bench.put(mode=Mode.OFF, status=B)
    lp.memory.session = SessionRecord()
    lp.memory.accounting.total, lp.memory.accounting.priced, lp.memory.accounting.price = 3.0, 3.0, 0.9
    states = []
    for status in (A, B):
        bench.sockets[0].status = status
        bench.cycle(0)
        state = snapshot(bench.site, bench.now).loadpoints[0]
        states.append((state.session_energy, state.session_price, state.session_price_per_kwh))
    assert states == [(3000, 0.9, pytest.approx(0.3)), (0, None, None)]


def test_pitfall_47_connected_duration_is_told_after_the_connection() -> None:
    bench = Bench()
    bench.put(mode=Mode.OFF, status=A)
    found = []
    for status in (B, B, A, A, B):
        bench.sockets[0].status = status
        bench.cycle(0)
        found.append(snapshot(bench.site, bench.now).loadpoints[0].connected_duration)
    assert found == [0, 0, 60, 60, 0]


@pytest.mark.parametrize(
    ("reading", "counter"),
    [pytest.param({"energy": 0.0}, None, id="0 is unknown"), pytest.param({"energy": 7.5}, 7.5, id="known")],
)
def test_counter_of_exactly_zero_is_unknown(reading: dict[str, Any], counter: float | None) -> None:
    bench = Bench(ChargerTraits(has_energy=True))
    m = bench.put(mode=Mode.NOW, status=A, reading=reading).memory
    bench.sockets[0].status = C
    bench.cycle(0)
    assert m.accounting.base == counter
    assert m.session is not None
    assert m.session.meter_start == counter
    assert snapshot(bench.site, bench.now).loadpoints[0].charge_total_import == counter
