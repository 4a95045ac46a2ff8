"""A vehicle comes, charges, pauses and goes: events, and what each of them resets."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core import commands, estimator
from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.events import EventKind
from custom_components.evcc.core.memory import LoadpointMemory, Timer
from custom_components.evcc.core.model import EPOCH, Boost, Feature, Mode, PvAction, Status, StatusReason
from custom_components.evcc.core.parts import Loadpoint
from custom_components.evcc.core.session import Accounting, SessionRecord
from custom_components.evcc.core.settings import Scope

from .plant import Bench, Done
from .wiring import FIXED, START, TICK, A, B, C

CARS = (VehicleConfig(name="car", capacity=60, has_status=True),)
WITH_DEFAULT = LoadpointConfig(name="lp1", default_vehicle="car")
UNKNOWN = Status.UNKNOWN


def changed(old: Status, new: Status, *, connected_for: tuple[float, float] | None = None) -> list[str]:
    """Return the events of a change, in order."""
    bench = Bench()
    m = bench.put(mode=Mode.OFF, status=old).memory
    bench.sockets[0].status = new
    if connected_for is not None:
        m.connected_for, bench.sockets[0].more = connected_for[0], {"connected_for": connected_for[1]}
    bench.cycle(0)
    return [str(e.kind) for e in bench.outcome.events]


@pytest.mark.parametrize(
    ("old", "new", "events"),
    [
        pytest.param(UNKNOWN, A, [], id="start-up, nothing there"),
        pytest.param(UNKNOWN, B, [], id="start-up, connected"),
        pytest.param(UNKNOWN, C, ["start"], id="start-up, charging"),
        pytest.param(A, B, ["connect"], id="plugged in"),
        pytest.param(A, C, ["start", "connect"], id="plugged in and charging: connect waits for the vehicle"),
        pytest.param(B, C, ["start"], id="starts"),
        pytest.param(C, B, ["stop"], id="stops"),
        pytest.param(C, A, ["stop", "disconnect"], id="torn off"),
        pytest.param(B, A, ["disconnect"], id="unplugged"),
        pytest.param(B, B, [], id="nothing new"),
    ],
)
def test_events(old: Status, new: Status, events: list[str]) -> None:
    assert changed(old, new) == events


@pytest.mark.parametrize(
    ("old", "new", "times", "events"),
    [
        pytest.param(B, B, (600, 20), ["disconnect", "connect"], id="connected again"),
        pytest.param(C, C, (600, 20), ["stop", "disconnect", "start", "connect"], id="charging again"),
        pytest.param(B, C, (600, 20), ["disconnect", "start", "connect"], id="another one charges"),
        pytest.param(B, B, (600, 630), [], id="time goes on"),
        pytest.param(B, B, (600, 600), [], id="time stands still"),
        pytest.param(B, A, (600, 0), ["disconnect"], id="gone is gone once"),
        pytest.param(A, B, (600, 0), ["connect"], id="came is came once"),
    ],
)
def test_connection_timer_that_runs_backwards(
    old: Status, new: Status, times: tuple[float, float], events: list[str]
) -> None:
    assert changed(old, new, connected_for=times) == events


def test_replug_is_noticed_every_time() -> None:
    bench = Bench()
    bench.put(mode=Mode.OFF)
    seen = []
    for seconds in (600, 20, 50, 10):
        bench.sockets[0].more = {"connected_for": seconds}
        bench.cycle(0)
        seen.append(len(bench.outcome.events))
    assert seen == [0, 2, 0, 2]


def test_connect_is_announced_when_the_vehicle_is_known() -> None:
    bench = Bench(vehicles=CARS)
    bench.put(mode=Mode.OFF, status=A)
    bench.sockets[0].status = B
    assert bench.cycle(0).events == []
    commands.select_vehicle(bench.site, 0, "car", bench.now)
    events = bench.cycle(0).events
    assert [(e.kind, e.vehicle) for e in events] == [(EventKind.CONNECT, "car")]
    bench.sockets[0].status = A
    assert [(e.kind, e.vehicle) for e in bench.cycle(0).events] == [(EventKind.DISCONNECT, "car")]


def test_vehicle_that_leaves_unknown_is_not_announced_at_all() -> None:
    bench = Bench(vehicles=CARS)
    bench.put(mode=Mode.OFF, status=A)
    for status in (B, A):
        bench.sockets[0].status = status
        assert bench.cycle(0).events == []


def busy(
    charger: ChargerTraits = FIXED, *, default: str | None = None, **put: Any
) -> tuple[Bench, Loadpoint]:
    """Return a loadpoint of which everything that an event may reset is set."""
    bench = Bench(LoadpointConfig(name="lp1", charger=charger, default_vehicle=default), vehicles=CARS)
    lp = bench.put(vehicle="car", limit_soc=80, limit_energy=5, battery_boost=True, **put)
    m = lp.memory
    m.pv_timer = Timer(since=bench.now - timedelta(seconds=20), action=PvAction.DISABLE)
    m.measured_phases = 1
    m.soc_polled, m.soc, m.range, m.odometer, m.vehicle_limit_soc = bench.now, 50.0, 200, 1000, 90
    m.estimator = replace(estimator.start(60), step=500)
    m.session = SessionRecord(id=3, created=START - timedelta(hours=1), soc_start=20)
    m.accounting = Accounting(segments=2, total=2.0, duration=600)
    m.boost = Boost.HOLD
    m.identifier = "tag"
    m.connected_since = bench.now - timedelta(minutes=5)
    m.wake_attempts, m.wake_since = 4, bench.now
    m.status_reason = StatusReason.WAITING_FOR_AUTHORIZATION
    return bench, lp


def test_connect() -> None:
    bench, lp = busy(default="car", mode=Mode.OFF, status=A)
    lp.memory.session = None
    bench.sockets[0].status = B
    bench.cycle(0)
    m = lp.memory
    assert m.pv_timer.since is EPOCH
    assert (m.accounting.integrated, m.accounting.duration, m.accounting.total) == (0, 0, 0)
    assert m.connected_since == bench.now - TICK
    assert m.soc_polled is not None  # asked in this very turn
    assert m.soc == 50  # the same vehicle
    assert m.estimator is not None
    assert m.estimator.step != 500
    assert m.session == SessionRecord(
        loadpoint="lp1", loadpoint_name="lp1", identifier="tag", vehicle="car", odometer=1000
    )
    assert (lp.settings.limit_soc, m.measured_phases, m.boost) == (80, 1, Boost.HOLD)


def test_connect_without_default_vehicle_begins_to_look() -> None:
    bench, lp = busy(mode=Mode.OFF, status=A)
    lp.use_vehicle(None)
    lp.memory.vehicle = None
    bench.sockets[0].status = B
    bench.cycle(0)
    assert lp.memory.detection_since == bench.now - TICK


def test_start() -> None:
    bench, lp = busy(mode=Mode.MINPV, status=B, offered=6, enabled=True)
    lp.memory.session = SessionRecord()
    bench.sockets[0].status = C
    bench.cycle(2500)
    m = lp.memory
    assert (m.wake_since, m.wake_attempts) == (None, 0)
    assert m.status_reason is StatusReason.UNKNOWN
    assert m.session is not None
    assert (m.session.id, m.session.created, m.session.soc_start) == (1, bench.now - TICK, 50)
    assert m.accounting.running
    assert m.pv_timer.since == START - timedelta(seconds=20)
    assert [s.id for s in bench.outcome.sessions] == [1]


def test_stop() -> None:
    bench, lp = busy(mode=Mode.MINPV, status=C, offered=6)
    lp.memory.accounting.running, lp.memory.accounting.started = True, bench.now - TICK
    bench.sockets[0].status = B
    bench.cycle(2500)
    m = lp.memory
    assert m.pv_timer.since is None
    assert not m.accounting.running
    assert m.session is not None
    assert m.session.finished == bench.now - TICK
    assert (m.session.charged_energy, m.session.charge_duration) == (2, 630)
    assert (m.session.soc_end, m.session.added_range) == (50, 120)
    assert (m.measured_phases, m.boost) == (1, Boost.HOLD)
    assert [s.finished for s in bench.outcome.sessions] == [m.session.finished]


@pytest.mark.parametrize("default", ["car", None])
def test_disconnect(default: str | None) -> None:
    bench, lp = busy(default=default, mode=Mode.PV, status=B, offered=6, enabled=True, default_mode=Mode.OFF)
    m = lp.memory
    m.plan_active = True
    bench.sockets[0].status = A
    done = bench.turn(0)
    assert (m.session, m.measured_phases, m.identifier, m.boost) == (None, 0, "", Boost.OFF)
    assert (m.plan_active, m.detection_since, m.connected_since) == (False, None, None)
    assert m.connected_duration == 300
    assert (lp.settings.limit_soc, lp.settings.limit_energy, lp.settings.mode) == (0, 0, Mode.OFF)
    assert not lp.settings.battery_boost
    assert m.accounting.total == 2  # figures are kept
    assert m.vehicle == default
    assert (m.soc, m.soc_polled) == (50 if default else None, None)
    assert (m.estimator is not None) is (default is not None)
    assert done.enable is False
    assert m.wake_since is None


@pytest.mark.parametrize(
    ("default", "soc"),
    [pytest.param(None, None, id="a guest"), pytest.param("car", 50, id="the default vehicle")],
)
def test_soc_that_the_charger_told_leaves_with_the_guest(default: str | None, soc: float | None) -> None:
    bench = Bench(LoadpointConfig(name="lp1", default_vehicle=default), vehicles=CARS)
    m = bench.put(mode=Mode.OFF, vehicle=default).memory
    m.soc = 50
    bench.sockets[0].status = A
    bench.cycle(0)
    assert m.soc == soc


def test_integrated_device_keeps_mode_and_limits_on_disconnect() -> None:
    integrated = ChargerTraits(features=frozenset({Feature.INTEGRATED_DEVICE}))
    bench, lp = busy(integrated, mode=Mode.PV, status=B, default_mode=Mode.OFF)
    bench.sockets[0].status = A
    bench.cycle(0)
    assert (lp.settings.mode, lp.settings.limit_soc, lp.settings.limit_energy) == (Mode.PV, 80, 5)


def test_change_of_the_enabled_phases_clears_timer_and_measurement() -> None:
    bench, lp = busy(mode=Mode.OFF)
    lp.memory.phase_timer = bench.timer(("scale1p", 30))
    commands.change(bench.site, Scope.LOADPOINT, 0, "phasesConfigured", 1, bench.now)
    assert (lp.memory.phases, lp.memory.measured_phases, lp.memory.phase_timer.since) == (1, 0, None)


def test_another_vehicle_is_known_nothing_of() -> None:
    bench, lp = busy(mode=Mode.OFF)
    commands.select_vehicle(bench.site, 0, None, bench.now)
    m = lp.memory
    assert (m.soc, m.range, m.odometer, m.vehicle_limit_soc, m.climater) == (None,) * 5
    assert (m.estimator, m.soc_polled) == (None, bench.now)
    commands.select_vehicle(bench.site, 0, "car", bench.now)
    assert m.soc_polled is None
    assert m.session is not None
    assert m.session.vehicle == "car"


@pytest.mark.parametrize(
    ("distance", "added"), [pytest.param(None, None, id="unknown"), pytest.param(0, None, id="none at all")]
)
def test_range_that_is_not_known_was_not_added(distance: float | None, added: float | None) -> None:
    bench, lp = busy(mode=Mode.OFF, status=C, offered=6)
    lp.memory.range = distance
    bench.sockets[0].status = B
    (record,) = bench.cycle(0).sessions
    assert (record.soc_end, record.added_range) == (50, added)


def test_last_energy_of_the_counter_is_added_on_disconnect() -> None:
    """A session counter of the charger may grow after the stop; the end of charging stays when it was."""
    bench = Bench(ChargerTraits(has_session_energy=True))
    bench.put(mode=Mode.OFF, status=A, reading={"session_energy": 0.0})
    bench.cycle(0)
    for status, energy in ((C, 0.5), (C, 2.0), (B, 2.0), (B, 2.0)):
        bench.sockets[0].status, bench.sockets[0].more = status, {"session_energy": energy}
        bench.cycle(0)
    stopped = bench.now - 2 * TICK
    bench.sockets[0].status, bench.sockets[0].more = A, {"session_energy": 2.1}
    (record,) = bench.cycle(0).sessions
    assert record.charged_energy == pytest.approx(2.1)
    assert record.finished == stopped


@pytest.mark.parametrize(
    ("charger", "fleet", "elsewhere", "welcome"),
    [
        pytest.param(True, False, False, True, id="the charger wants it"),
        pytest.param(False, True, False, True, id="a free vehicle may want it"),
        pytest.param(False, True, True, False, id="that vehicle is elsewhere"),
        pytest.param(False, False, False, False, id="nobody"),
    ],
)
def test_welcome_charge(charger: bool, fleet: bool, elsewhere: bool, welcome: bool) -> None:
    wants = frozenset({Feature.WELCOME_CHARGE})
    traits = ChargerTraits(features=wants if charger else frozenset())
    bench = Bench(
        traits, FIXED, vehicles=(VehicleConfig(name="car", features=wants if fleet else frozenset()),)
    )
    bench.put(1, mode=Mode.OFF, vehicle="car" if elsewhere else None)
    bench.put(0, mode=Mode.OFF, status=A)
    bench.sockets[0].status = B
    assert (bench.turn(0).enable is True) is welcome


def test_welcome_of_the_default_vehicle_and_not_at_start_up() -> None:
    wants = VehicleConfig(name="car", features=frozenset({Feature.WELCOME_CHARGE}))
    for old, welcome in ((A, True), (UNKNOWN, False)):
        bench = Bench(WITH_DEFAULT, vehicles=(wants,))
        bench.put(mode=Mode.OFF, status=old, vehicle="car")
        bench.sockets[0].status = B
        assert (bench.turn(0).enable is True) is welcome


def test_no_welcome_for_integrated_devices() -> None:
    wants = VehicleConfig(name="car", features=frozenset({Feature.WELCOME_CHARGE}))
    bench = Bench(ChargerTraits(features=frozenset({Feature.INTEGRATED_DEVICE})), vehicles=(wants,))
    bench.put(mode=Mode.OFF, status=A)
    bench.sockets[0].status = B
    assert bench.turn(0) == Done(pv="elapsed")


def test_reason_of_the_charger_is_shown_while_it_waits() -> None:
    bench = Bench(ChargerTraits(has_status_reason=True))
    m = bench.put(mode=Mode.OFF, reading={"status_reason": StatusReason.WAITING_FOR_AUTHORIZATION}).memory
    bench.cycle(0)
    assert m.status_reason is StatusReason.WAITING_FOR_AUTHORIZATION
    assert isinstance(m, LoadpointMemory)
