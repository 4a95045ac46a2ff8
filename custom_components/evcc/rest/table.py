"""The route table: every operation of the API, and how a path finds its own."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Final

from . import auth, battery, general, loadpoints, meta, plans, sessions, system, tariffs, vehicles
from .route import Route

ROUTES: Final[tuple[Route, ...]] = (
    *general.ROUTES,
    *loadpoints.ROUTES,
    *plans.ROUTES,
    *vehicles.ROUTES,
    *battery.ROUTES,
    *tariffs.ROUTES,
    *sessions.ROUTES,
    *auth.ROUTES,
    *system.ROUTES,
    *meta.routes(lambda: ROUTES),
)


@dataclass(frozen=True, slots=True)
class Match:
    """The routes of one path by method, and the raw values of its parameters for each."""

    routes: Mapping[str, tuple[Route, Mapping[str, str]]]


def _index() -> tuple[dict[str, dict[str, Route]], dict[str, list[tuple[re.Pattern[str], Route]]]]:
    fixed: dict[str, dict[str, Route]] = {}
    shaped: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
    for route in ROUTES:
        if "{" in route.path:
            head = route.path.split("/", 2)[1]
            shaped.setdefault(head, []).append((route.pattern, route))
        else:
            fixed.setdefault(route.path, {})[route.method] = route
    return fixed, shaped


_FIXED, _SHAPED = _index()


def find(path: str) -> Match:
    """Return what there is under a path (decoded, below `/api`); no routes if there is nothing."""
    routes: dict[str, tuple[Route, Mapping[str, str]]] = {
        method: (route, {}) for method, route in _FIXED.get(path, {}).items()
    }
    head = path.split("/", 2)[1] if "/" in path else ""
    for pattern, route in _SHAPED.get(head, ()):
        if route.method not in routes and (found := pattern.fullmatch(path)) is not None:
            routes[route.method] = (route, found.groupdict())
    return Match(routes)


def stems() -> list[str]:
    """Return the shortest beginnings that cover all paths and nothing that may be another's."""
    found = sorted({route.stem for route in ROUTES})
    return [s for s in found if not any(s != other and s.startswith(f"{other}/") for other in found)]
