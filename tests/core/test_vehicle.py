"""Who is connected, and what the vehicle may be asked."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core import commands, vehicle
from custom_components.evcc.core.config import ChargerTraits, VehicleConfig
from custom_components.evcc.core.events import EventKind
from custom_components.evcc.core.memory import EstimatorMemory
from custom_components.evcc.core.model import Failure, Feature, Mode, PollMode
from custom_components.evcc.core.parts import Vehicle
from custom_components.evcc.core.ports import VehicleReading
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.core.settings import Scope
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FIXED, START, A, B, C

FLEET = (
    VehicleConfig(name="wild", identifiers=("*",)),
    VehicleConfig(name="exact", identifiers=("", "Tag-1")),
    VehicleConfig(name="other", identifiers=("tag-2*",)),
    VehicleConfig(name="none"),
)


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        pytest.param("TAG-1", "exact", id="exact before wildcard"),
        pytest.param("tag-22", "wild", id="wildcards in the order of the configuration"),
    ],
)
def test_by_identifier(identifier: str, name: str) -> None:
    found = vehicle.by_identifier(identifier, [Vehicle(c) for c in FLEET])
    assert found is not None
    assert found.config.name == name


def test_by_identifier_may_find_nobody() -> None:
    assert vehicle.by_identifier("tag-3", [Vehicle(c) for c in FLEET[1:]]) is None


def identified(*identifiers: str | None) -> tuple[Bench, list[str | None]]:
    """Let the charger read these, one a cycle; return who was connected after each."""
    bench = Bench(ChargerTraits(reads_id=True), vehicles=FLEET[1:])
    m = bench.put(mode=Mode.OFF).memory
    m.session = SessionRecord(id=7, created=START)
    found = []
    for identifier in identifiers:
        bench.sockets[0].more = {"identifier": identifier}
        bench.cycle(0)
        found.append(m.vehicle)
    return bench, found


@pytest.mark.parametrize(
    ("identifiers", "vehicles"),
    [
        pytest.param(("Tag-1",), ["exact"], id="known"),
        pytest.param(("Tag-1", ""), ["exact", "exact"], id="an empty one changes nothing"),
        pytest.param(("Tag-1", "foreign"), ["exact", "exact"], id="nor does a foreign one"),
        pytest.param(("Tag-1", "tag-23"), ["exact", "other"], id="another vehicle"),
        pytest.param((None, None), [None, None], id="cannot tell"),
    ],
)
def test_identification(identifiers: tuple[str | None, ...], vehicles: list[str | None]) -> None:
    assert identified(*identifiers)[1] == vehicles


def test_identifier_is_written_into_the_session() -> None:
    bench, _ = identified("foreign")
    assert [(s.id, s.identifier) for s in bench.outcome.sessions] == [(7, "foreign")]
    assert snapshot(bench.site, bench.now).loadpoints[0].vehicle_identity == "foreign"


@pytest.mark.parametrize("session", [None, SessionRecord()])
def test_identifier_without_a_stored_session_writes_nothing(session: SessionRecord | None) -> None:
    bench = Bench(ChargerTraits(reads_id=True), vehicles=FLEET)
    m = bench.put(mode=Mode.OFF, reading={"identifier": "Tag-1"}).memory
    m.session = session
    assert bench.cycle(0).sessions == []
    assert (m.identifier, m.vehicle) == ("Tag-1", "exact")
    assert session is None or session.identifier == "Tag-1"


def test_same_vehicle_again_does_not_apply_its_mode_again() -> None:
    bench, _ = identified("Tag-1")
    lp = bench.site.loadpoints[0]
    bench.site.vehicles["exact"].settings.mode = Mode.MINPV
    bench.sockets[0].more = {"identifier": "tag-1"}
    lp.memory.identifier = "before"
    bench.cycle(0)
    assert lp.settings.mode is Mode.OFF


TELLS = {"has_status": True}


def detected(cars: dict[str, Any], *, status: Any = B, after: float = 0, owner: str | None = None) -> Bench:
    """Return a site after a cycle in which the first of two loadpoints looks for its vehicle."""
    configs = tuple(VehicleConfig(name=n, **(TELLS | more)) for n, (_, more) in cars.items())
    bench = Bench(FIXED, FIXED, vehicles=configs)
    m = bench.put(0, mode=Mode.OFF, status=status).memory
    bench.put(1, mode=Mode.OFF, vehicle=owner)
    m.detection_since = bench.now - timedelta(seconds=after)
    bench.world["vehicles"] = {n: VehicleReading(status=s) for n, (s, _) in cars.items()}
    bench.cycle(0)
    return bench


QUIET = {"features": frozenset({Feature.AUTODETECT_DISABLED})}


@pytest.mark.parametrize(
    ("cars", "status", "owner", "found"),
    [
        pytest.param({"a": (B, {}), "b": (A, {})}, B, None, "a", id="the only one"),
        pytest.param({"a": (C, {}), "b": (B, {})}, B, None, "b", id="exact before approximate"),
        pytest.param({"a": (B, {}), "b": (B, {})}, B, None, None, id="two exact ones"),
        pytest.param({"a": (C, {}), "b": (A, {})}, B, None, "a", id="approximate"),
        pytest.param({"a": (C, {}), "b": (C, {})}, B, None, None, id="two approximate ones"),
        pytest.param({"a": (B, {}), "b": (C, {})}, C, None, "b", id="charging"),
        pytest.param({"a": (None, {}), "b": (A, {})}, B, None, None, id="nobody"),
        pytest.param({"a": (B, {}), "b": (B, {})}, B, "a", "b", id="the other one has an owner"),
        pytest.param({"a": (B, QUIET), "b": (A, {})}, B, None, None, id="must not be detected"),
        pytest.param({"a": (B, {"has_status": False}), "b": (A, {})}, B, None, None, id="cannot tell"),
    ],
)
def test_detection(cars: dict[str, Any], status: Any, owner: str | None, found: str | None) -> None:
    bench = detected(cars, status=status, owner=owner)
    m = bench.site.loadpoints[0].memory
    assert m.vehicle == found
    assert (m.detection_since is None) is (found is not None)


@pytest.mark.parametrize(
    ("after", "ends"), [pytest.param(600, False, id="10 min"), pytest.param(601, True, id="longer")]
)
def test_detection_ends_with_a_guest(after: float, ends: bool) -> None:
    bench = detected({"a": (A, {})}, after=after)
    assert (EventKind.GUEST in [e.kind for e in bench.outcome.events]) is ends
    assert snapshot(bench.site, bench.now).loadpoints[0].vehicle_detection_active is not ends


POLLS: dict[str, dict[str, Any]] = {
    "charging": {"soc_poll_mode": PollMode.CHARGING},
    "connected": {"soc_poll_mode": PollMode.CONNECTED},
    "always": {"soc_poll_mode": PollMode.ALWAYS},
}


@pytest.mark.parametrize(
    ("mode", "status", "polled", "features", "allowed"),
    [
        pytest.param("charging", C, 30, (), True, id="charging: every turn"),
        pytest.param("charging", B, None, (), True, id="connected and never asked"),
        pytest.param("charging", B, 7200, (), False, id="connected in poll mode charging"),
        pytest.param("connected", B, 3599, (), False, id="connected: too soon"),
        pytest.param("connected", B, 3600, (), True, id="connected: interval has passed"),
        pytest.param("connected", A, 7200, (), False, id="connected but gone"),
        pytest.param("always", A, 3600, (), True, id="always"),
        pytest.param("always", A, None, (), True, id="always and never asked"),
        pytest.param("always", A, 60, (), False, id="always: too soon"),
        pytest.param("charging", A, 60, (Feature.STREAMING,), True, id="streaming"),
        pytest.param("always", C, None, (Feature.OFFLINE,), False, id="offline"),
    ],
)
def test_polling(
    mode: str, status: Any, polled: float | None, features: tuple[Feature, ...], allowed: bool
) -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", features=frozenset(features)),))
    lp = bench.put(mode=Mode.OFF, status=status, vehicle="car", **POLLS[mode])
    lp.memory.soc_polled = None if polled is None else bench.now - timedelta(seconds=polled)
    assert vehicle.poll_allowed(lp, bench.now) is allowed


def test_vehicle_is_asked_once_more_after_charging() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    m = bench.put(mode=Mode.OFF, status=C, offered=6, vehicle="car").memory
    found = []
    for status, soc in ((C, 50), (B, 51), (B, 52)):
        bench.sockets[0].status = status
        bench.world["vehicles"] = {"car": VehicleReading(soc=soc)}
        bench.cycle(0)
        found.append(m.soc)
    assert found == [50, 51, 51]


def test_nobody_is_not_asked() -> None:
    bench = Bench()
    assert not vehicle.poll_allowed(bench.put(status=C), bench.now)


def asked(reading: VehicleReading, **config: Any) -> Bench:
    bench = Bench(vehicles=(VehicleConfig(name="car", **config),))
    bench.put(mode=Mode.OFF, vehicle="car").memory.session = SessionRecord(id=1, created=START)
    bench.world["vehicles"] = {"car": reading}
    bench.cycle(0)
    return bench


def test_what_a_vehicle_tells() -> None:
    reading = VehicleReading(soc=44, range=210, odometer=12_345, limit_soc=90)
    bench = asked(reading)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    told = (state.vehicle_soc, state.vehicle_range, state.vehicle_odometer, state.vehicle_limit_soc)
    assert told == (44, 210, 12_345, 90)
    session = bench.site.loadpoints[0].memory.session
    assert session is not None
    assert (session.odometer, session.soc_start) == (12_345, 44)


@pytest.mark.parametrize("soc", [-1.0, 101.0, None])
def test_unusable_soc_keeps_the_old_one(soc: float | None) -> None:
    bench = asked(VehicleReading(soc=44), capacity=60)
    m = bench.site.loadpoints[0].memory
    m.soc_polled = None
    bench.world["vehicles"] = {"car": VehicleReading(soc=soc, failure=Failure.INVALID)}
    bench.cycle(0)
    assert m.soc == 44
    assert m.soc_poll_failed


def test_estimate_moves_while_charging() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=60),))
    bench.put(mode=Mode.NOW, status=B, follows=True)
    commands.select_vehicle(bench.site, 0, "car", bench.now)
    bench.world["vehicles"] = {"car": VehicleReading(soc=40)}
    for _ in range(8):
        bench.cycle(0)
    charged = bench.site.loadpoints[0].charged_energy
    assert charged > 0.3
    assert bench.site.loadpoints[0].memory.soc == pytest.approx(40 + charged * 1000 / 705.88, abs=1e-3)


def test_what_remains_goes_by_the_learned_gradient() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=60),))
    m = bench.put(mode=Mode.OFF, vehicle="car", limit_soc=80).memory
    m.soc, m.estimator = 50.0, EstimatorMemory(capacity=60, step=800)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert state.charge_remaining_energy == pytest.approx(24_000)


def test_without_estimate_the_reading_counts() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=60),))
    lp = bench.put(mode=Mode.NOW, status=B, follows=True, soc_estimate=False)
    commands.select_vehicle(bench.site, 0, "car", bench.now)
    bench.world["vehicles"] = {"car": VehicleReading(soc=40)}
    for _ in range(8):
        bench.cycle(0)
    assert (lp.memory.estimator, lp.memory.soc) == (None, 40)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert state.charge_remaining_energy == pytest.approx(60_000 / 0.85 * 0.6)
    assert state.charge_remaining_duration > 0
    commands.change(bench.site, Scope.LOADPOINT, 0, "socEstimate", True, bench.now)
    assert lp.memory.estimator is not None


def test_temperature_of_a_heating_device_may_be_anything() -> None:
    heating = frozenset({Feature.HEATING, Feature.INTEGRATED_DEVICE})
    bench = Bench(ChargerTraits(features=heating))
    m = bench.put(mode=Mode.OFF, reading={"soc": 130.0}).memory
    bench.cycle(0)
    assert m.soc == 130


@pytest.mark.parametrize(
    ("state", "features", "known"),
    [
        pytest.param({"status": C, "offered": 6}, (), True, id="charging"),
        pytest.param({"status": B}, (), None, id="only connected"),
        pytest.param({"status": B} | POLLS["connected"], (), True, id="poll mode connected"),
        pytest.param({"status": B}, (Feature.STREAMING,), True, id="streaming"),
        pytest.param({"status": C, "offered": 6}, (Feature.CLIMATER_DISABLED,), None, id="disabled"),
    ],
)
def test_climater(state: dict[str, Any], features: tuple[Feature, ...], known: bool | None) -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", features=frozenset(features)),))
    m = bench.put(mode=Mode.MINPV, vehicle="car", **state).memory
    bench.world["vehicles"] = {"car": VehicleReading(climater=True)}
    bench.cycle(0)
    assert m.climater is known


def test_climater_is_forgotten_when_the_vehicle_leaves() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    m = bench.put(mode=Mode.OFF, status=A, vehicle="car").memory
    m.climater = True
    bench.cycle(0)
    assert m.climater is None


def test_soc_is_announced_at_every_ten_percent() -> None:
    """The first known one is announced in any case, steps that were jumped over count once."""
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    bench.put(mode=Mode.MINPV, status=C, offered=6, vehicle="car")
    announced = []
    for soc in (7, 8, 9.9, 10, 19, 35, 39, 40):
        bench.world["vehicles"] = {"car": VehicleReading(soc=soc)}
        bench.cycle(0)
        announced += [e.value for e in bench.outcome.events if e.kind is EventKind.SOC]
    assert announced == [7, 10, 35, 40]


def test_plain_vehicle_without_capacity_has_nothing_remaining() -> None:
    bench = asked(VehicleReading(soc=44))
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert (state.charge_remaining_duration, state.charge_remaining_energy) == (0, 0)


def test_limit_of_the_vehicle_shortens_what_remains() -> None:
    bench = asked(VehicleReading(soc=44, limit_soc=54), capacity=85)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert state.charge_remaining_energy == pytest.approx(10_000)
    assert bench.turn(0) == Done()
