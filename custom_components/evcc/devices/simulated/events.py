"""What happens in a scenario at given times: cars come and go, people call, devices fail."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf
from typing import Any, Final

from .faults import Device, Fault, FaultKind, Group
from .fields import Fields, ScenarioError
from .outages import TARIFF, concerns
from .specs import Connection, PlantSpec

METHODS: Final = ("POST", "DELETE", "PUT", "PATCH", "GET")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A REST call, due `at` s after the start. `moment` is that time; `path` goes without /api."""

    at: float
    moment: datetime
    method: str
    path: str
    body: Any = None


def read_connections(
    top: Fields, start: datetime, sockets: int, cars: set[str]
) -> list[tuple[Connection, ...]]:
    """Return who is connected when, for each socket in order of time."""
    queues: list[list[Connection]] = [[] for _ in range(sockets)]
    by_car: dict[str, list[Connection]] = {name: [] for name in cars}
    for fields in top.items("connections", ("loadpoint", "vehicle", "from", "to", "consumes")):
        number = fields.choice("loadpoint", range(1, sockets + 1))
        car = fields.raw("vehicle")
        if car is not None and fields.text("vehicle") not in cars:
            raise ScenarioError(fields.path("vehicle"), f"there is no vehicle {car!r}; null is a guest")
        begin, end = _stretch(fields, start)
        connection = Connection(car=car, start=begin, end=end, consumes=fields.number("consumes", 0, low=0))
        queues[number - 1].append(connection)
        if car is not None:
            by_car[car].append(connection)
    for index, queue in enumerate(queues):
        _in_turn(queue, f"loadpoint {index + 1}", start)
    for name, queue in by_car.items():
        _in_turn(queue, f"vehicle {name!r}", start)
    return [tuple(queue) for queue in queues]


def _in_turn(queue: list[Connection], whose: str, start: datetime) -> None:
    """Sort by time; refuse two at once."""
    queue.sort(key=lambda c: c.start)
    for first, second in pairwise(queue):
        if second.start < first.end:
            at = (start + timedelta(seconds=second.start)).isoformat()
            raise ScenarioError("connections", f"{whose} has two at {at}; end one before the next begins")


def read_calls(top: Fields, start: datetime) -> tuple[Call, ...]:
    """Return the REST calls in file order."""
    calls = []
    for fields in top.items("commands", ("at", "method", "path", "body")):
        path = fields.text("path")
        if not path.startswith("/"):
            raise ScenarioError(fields.path("path"), f"must begin with a slash, not {path!r}")
        moment = fields.time("at")
        method = fields.choice("method", METHODS, "POST")
        at = (moment - start).total_seconds()
        calls.append(Call(at=at, moment=moment, method=method, path=path, body=fields.raw("body", None)))
    return tuple(calls)


def read_faults(top: Fields, start: datetime, plant: PlantSpec) -> tuple[Fault, ...]:
    """Return the faults of devices in file order."""
    faults = []
    for fields in top.items("faults", ("from", "to", "device", "kind")):
        if concerns(fields.text("device")):
            continue
        kind = fields.choice("kind", tuple(FaultKind))
        begin, end = _stretch(fields, start)
        faults.append(Fault(start=begin, end=end, kind=kind, devices=_devices(fields, plant)))
    return tuple(faults)


def _stretch(fields: Fields, start: datetime) -> tuple[float, float]:
    """Return `from` and `to` as s since the start; without `to` it never ends."""
    begin = fields.time("from")
    end = None if fields.raw("to", None) is None else fields.time("to")
    if end is not None and end <= begin:
        raise ScenarioError(fields.path("to"), "must be after from")
    return (begin - start).total_seconds(), inf if end is None else (end - start).total_seconds()


_NAMED: Final[dict[Group, Callable[[PlantSpec], Iterable[str]]]] = {
    Group.PV: lambda plant: [p.name for p in plant.pv],
    Group.BATTERY: lambda plant: [b.name for b in plant.batteries],
    Group.CHARGER: lambda plant: [str(i + 1) for i in range(len(plant.sockets))],
    Group.VEHICLE: lambda plant: [c.name for c in plant.cars],
}
_ALL_WITHOUT_NAME: Final = (Group.PV, Group.BATTERY)


def _devices(fields: Fields, plant: PlantSpec) -> tuple[Device, ...]:
    """Return what a word like `grid`, `pv`, `charger:1` or `vehicle:name` means."""
    word = fields.text("device")
    group, colon, name = word.partition(":")
    if word == Group.GRID:
        return ((Group.GRID, 0),)
    named = next((g for g in _NAMED if g == group), None)
    if named is not None:
        names = list(_NAMED[named](plant))
        if colon and name in names:
            return ((named, names.index(name)),)
        if not colon and named in _ALL_WITHOUT_NAME:
            return tuple((named, i) for i in range(len(names)))
    raise ScenarioError(
        fields.path("device"),
        f"there is no {word!r}; name grid, pv, pv:name, battery, battery:name, charger:number, "
        f"vehicle:name, {TARIFF} or {TARIFF}:usage",
    )
