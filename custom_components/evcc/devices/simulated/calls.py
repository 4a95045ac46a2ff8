"""REST calls of a scenario, carried out on the site without a web server.

The same commands as behind the real paths, with the same shapes of values; what no row of the table
fits does not exist.
"""

from collections.abc import Callable
from datetime import datetime
import re
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from ...core import commands
from ...core.model import BatteryMode
from ...core.settings import Scope, SettingError
from ...core.site import Site
from . import plan_calls
from .call import (
    BAD_REQUEST,
    LOADPOINT,
    NAME,
    NOT_FOUND,
    NUMBER,
    VEHICLE,
    WRONG_METHOD,
    RefusedCallError,
    Request,
)
from .fields import describe

_SIGNED: Final = r"-?[0-9.]+"
_INTEGER: Final = r"[0-9]+"
_BOOLEAN: Final = r"[01truefalse]+"
_WORD: Final = r"[a-z]+"

type _Action = Callable[[Request], object]


def _set(scope: Scope, key: str) -> _Action:
    def act(r: Request) -> object:
        return commands.change(r.site, scope, r.target, key, r.value, r.now)

    return act


def _set_all(key: str) -> _Action:
    def act(r: Request) -> object:
        return commands.set_limit_for_all(r.site, key, r.value, r.now)

    return act


def _battery_mode(r: Request) -> object:
    word = r.value or BatteryMode.UNKNOWN
    mode = next((m for m in BatteryMode if m == word), None)
    if mode is None:
        raise RefusedCallError(BAD_REQUEST, f"invalid value: {word}")
    return commands.set_external_battery_mode(r.site, mode, r.now)


def _select_vehicle(r: Request) -> object:
    return commands.select_vehicle(r.site, r.index, r.value, r.now)


def _detect_vehicle(r: Request) -> object:
    return commands.detect_vehicle(r.site, r.index, r.now)


# Last part of the path, shape of the value, setting. None: DELETE clears it as well.
_SITE: Final = (
    ("residualpower", _SIGNED, "residualPower"),
    ("prioritysoc", NUMBER, "prioritySoc"),
    ("buffersoc", NUMBER, "bufferSoc"),
    ("bufferstartsoc", NUMBER, "bufferStartSoc"),
    ("batterydischargecontrol", _BOOLEAN, "batteryDischargeControl"),
    ("batterygridchargelimit", _SIGNED, "batteryGridChargeLimit"),
)
_LOADPOINT: Final = (
    ("mode", _WORD, "mode"),
    ("priority", _INTEGER, "priority"),
    ("phases", _INTEGER, "phasesConfigured"),
    ("mincurrent", NUMBER, "minCurrent"),
    ("maxcurrent", NUMBER, "maxCurrent"),
    ("limitsoc", _INTEGER, "limitSoc"),
    ("limitenergy", NUMBER, "limitEnergy"),
    ("mintemp", _INTEGER, "minSoc"),
    ("smartcostlimit", _SIGNED, "smartCostLimit"),
    ("smartfeedinprioritylimit", _SIGNED, "smartFeedInPriorityLimit"),
    ("batteryboost", _BOOLEAN, "batteryBoost"),
    ("batteryboostlimit", _INTEGER, "batteryBoostLimit"),
    ("enable/threshold", _SIGNED, "enableThreshold"),
    ("enable/delay", _INTEGER, "enableDelay"),
    ("disable/threshold", _SIGNED, "disableThreshold"),
    ("disable/delay", _INTEGER, "disableDelay"),
)
_VEHICLE: Final = (
    ("minsoc", _INTEGER, "minSoc"),
    ("limitsoc", _INTEGER, "limitSoc"),
)
_CLEARED: Final = ("smartCostLimit", "smartFeedInPriorityLimit", "batteryGridChargeLimit")


def _rows() -> list[tuple[str, re.Pattern[str], _Action]]:
    rows: list[tuple[str, str, _Action]] = [
        ("POST", r"/batterymode/(?P<value>[a-z]+)", _battery_mode),
        ("DELETE", r"/batterymode", _battery_mode),
        ("POST", rf"{LOADPOINT}/vehicle/(?P<value>{NAME})", _select_vehicle),
        ("DELETE", rf"{LOADPOINT}/vehicle", _select_vehicle),
        ("PATCH", rf"{LOADPOINT}/vehicle", _detect_vehicle),
        *plan_calls.ROWS,
    ]
    for key in ("smartCostLimit", "smartFeedInPriorityLimit"):
        rows.append(("POST", rf"/{key.lower()}/(?P<value>{_SIGNED})", _set_all(key)))
        rows.append(("DELETE", rf"/{key.lower()}", _set_all(key)))
    for scope, prefix, settings in (
        (Scope.SITE, "", _SITE),
        (Scope.LOADPOINT, LOADPOINT, _LOADPOINT),
        (Scope.VEHICLE, VEHICLE, _VEHICLE),
    ):
        for path, shape, key in settings:
            rows.append(("POST", rf"{prefix}/{path}/(?P<value>{shape})", _set(scope, key)))
            if key in _CLEARED:
                rows.append(("DELETE", rf"{prefix}/{path}", _set(scope, key)))
    return [(method, re.compile(pattern), action) for method, pattern, action in rows]


_TABLE: Final = _rows()


def carry_out(site: Site, method: str, path: str, now: datetime, body: Any = None) -> None:
    """Make one call; raise RefusedCallError if the coordinator does not take it."""
    wrong_method = False
    path, _, query = path.partition("?")
    path = unquote(path)
    for allowed, pattern, action in _TABLE:
        if (found := pattern.fullmatch(path)) is None:
            continue
        if allowed != method:
            wrong_method = True
            continue
        parts = {key: part for key, part in found.groupdict().items() if part is not None}
        target = _target(site, parts)
        request = Request(
            site=site, now=now, target=target, values=parts, query=dict(parse_qsl(query)), body=body
        )
        try:
            action(request)
        except SettingError as err:
            raise RefusedCallError(BAD_REQUEST, describe(err)) from err
        return
    if wrong_method:
        raise RefusedCallError(WRONG_METHOD, f"{method} is not possible here")
    raise RefusedCallError(NOT_FOUND, "404 page not found")


def _target(site: Site, parts: dict[str, str]) -> int | str | None:
    """Return loadpoint (from 0) or vehicle of a path."""
    if (number := parts.get("loadpoint")) is not None:
        index = int(number) - 1
        if not 0 <= index < len(site.loadpoints):
            raise RefusedCallError(NOT_FOUND, "404 page not found")
        return index
    if (name := parts.get("vehicle")) is not None and name not in site.vehicles:
        raise RefusedCallError(BAD_REQUEST, f"not found: {name}")
    return name
