"""The trace of a run: one JSON line a cycle, written after the coordinator has decided, and comparing two."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
import json
from typing import Any

from .run import Run

_DIGITS = 6


def line(run: Run) -> dict[str, Any]:
    """Return what there is to tell of the cycle that the run has just made.

    Power, SoC and energy are the plant's true values; enabled, current, phases and flags are the
    coordinator's, after its decision.
    """
    plant = run.plant
    document: dict[str, Any] = {
        "t": rfc3339(run.now),
        "grid": round(plant.grid, _DIGITS),
        "pv": round(plant.pv, _DIGITS),
        "home": round(plant.home, _DIGITS),
        "batteries": [
            {"power": round(b.power, _DIGITS), "soc": round(b.soc, _DIGITS), "mode": str(b.commanded)}
            for b in plant.batteries
        ],
        "loadpoints": [_loadpoint(run, index) for index in range(len(plant.sockets))],
    }
    if run.refusals:
        document["errors"] = [
            {"at": rfc3339(r.call.moment), "path": r.call.path, "status": r.status, "error": r.error}
            for r in run.refusals
        ]
    return document


def _loadpoint(run: Run, index: int) -> dict[str, Any]:
    socket = run.plant.sockets[index]
    lp = run.site.loadpoints[index]
    memory = lp.memory
    return {
        "status": str(socket.status),
        "power": round(socket.power, _DIGITS),
        "mode": str(lp.settings.mode),
        "enabled": memory.enabled,
        "current": memory.offered_current if memory.enabled else 0.0,
        "phases": memory.phases,
        "soc": None if socket.car is None else round(socket.car.soc, _DIGITS),
        "energy": round(socket.session_energy, _DIGITS),
        "planActive": memory.plan_active,
        "smartCostActive": lp.smart_cost.active,
        "reason": str(memory.why.reason),
    }


def rfc3339(moment: datetime) -> str:
    """Return a time as the trace writes it: UTC, without needless digits."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a trace file, each with its line feed."""
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    for document in lines:
        yield encode(document) + "\n"


def compare(
    first: Iterable[dict[str, Any]],
    second: Iterable[dict[str, Any]],
    *,
    limit: int = 20,
    tolerance: float = 1e-6,
) -> list[str]:
    """Return the first differences at the times that both traces have, one text each.

    Numbers within `tolerance` of each other are equal, and so are keys that only one side has at its top.
    """
    others = {_moment(d): d for d in second}
    found: list[str] = []
    for document in first:
        other = others.get(_moment(document))
        if other is None:
            continue
        for path, one, two in _differences(document, other, "", tolerance):
            if path != "t":
                found.append(f"{document['t']} {path}: {one} / {two}")
            if len(found) >= limit:
                return found
    return found


def _moment(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(document["t"])


def _differences(one: Any, two: Any, path: str, tolerance: float) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(two, dict):
        for key in (k for k in one if k in two):
            yield from _differences(one[key], two[key], f"{path}.{key}" if path else key, tolerance)
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, (left, right) in enumerate(zip(one, two, strict=True)):
            yield from _differences(left, right, f"{path}[{index + 1}]", tolerance)
    elif _number(one) and _number(two):
        if abs(one - two) > tolerance:
            yield path, one, two
    elif one != two:
        yield path, one, two


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
