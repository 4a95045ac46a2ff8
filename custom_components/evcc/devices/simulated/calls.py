"""REST calls of a scenario, carried out on the site without a web server.

The same commands as behind the real paths, with the same shapes of values; what no row of the table
fits does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
import re
from typing import Final
from urllib.parse import unquote

from ...core import commands
from ...core.model import BatteryMode
from ...core.settings import Scope, SettingError
from ...core.site import Site
from .fields import describe

_NUMBER: Final = r"[0-9.]+"
_SIGNED: Final = r"-?[0-9.]+"
_INTEGER: Final = r"[0-9]+"
_BOOLEAN: Final = r"[01truefalse]+"
_WORD: Final = r"[a-z]+"
_NAME: Final = r"[^/]+"

_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404
_WRONG_METHOD: Final = 405


class RefusedCallError(Exception):
    """A call that the coordinator does not take. `status` is the HTTP status of the answer."""

    def __init__(self, status: int, text: str) -> None:
        """Keep the status beside the text."""
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Request:
    """A call on its way: the parts of its path that vary are `target` (loadpoint, vehicle) and `value`."""

    site: Site
    now: datetime
    target: int | str | None
    value: str | None


type _Action = Callable[[_Request], object]


def _set(scope: Scope, key: str) -> _Action:
    def act(r: _Request) -> object:
        return commands.change(r.site, scope, r.target, key, r.value, r.now)

    return act


def _set_all(key: str) -> _Action:
    def act(r: _Request) -> object:
        return commands.set_limit_for_all(r.site, key, r.value, r.now)

    return act


def _battery_mode(r: _Request) -> object:
    word = r.value or BatteryMode.UNKNOWN
    mode = next((m for m in BatteryMode if m == word), None)
    if mode is None:
        raise RefusedCallError(_BAD_REQUEST, f"invalid value: {word}")
    return commands.set_external_battery_mode(r.site, mode, r.now)


def _select_vehicle(r: _Request) -> object:
    return commands.select_vehicle(r.site, _index(r), r.value, r.now)


def _detect_vehicle(r: _Request) -> object:
    return commands.detect_vehicle(r.site, _index(r), r.now)


def _index(r: _Request) -> int:
    if not isinstance(r.target, int):
        raise TypeError("the path names no loadpoint")
    return r.target


# Last part of the path, shape of the value, setting. None: DELETE clears it as well.
_SITE: Final = (
    ("residualpower", _SIGNED, "residualPower"),
    ("prioritysoc", _NUMBER, "prioritySoc"),
    ("buffersoc", _NUMBER, "bufferSoc"),
    ("bufferstartsoc", _NUMBER, "bufferStartSoc"),
    ("batterydischargecontrol", _BOOLEAN, "batteryDischargeControl"),
    ("batterygridchargelimit", _SIGNED, "batteryGridChargeLimit"),
)
_LOADPOINT: Final = (
    ("mode", _WORD, "mode"),
    ("priority", _INTEGER, "priority"),
    ("phases", _INTEGER, "phasesConfigured"),
    ("mincurrent", _NUMBER, "minCurrent"),
    ("maxcurrent", _NUMBER, "maxCurrent"),
    ("limitsoc", _INTEGER, "limitSoc"),
    ("limitenergy", _NUMBER, "limitEnergy"),
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
_LP: Final = r"/loadpoints/(?P<loadpoint>[0-9]+)"


def _rows() -> list[tuple[str, re.Pattern[str], _Action]]:
    rows: list[tuple[str, str, _Action]] = [
        ("POST", r"/batterymode/(?P<value>[a-z]+)", _battery_mode),
        ("DELETE", r"/batterymode", _battery_mode),
        ("POST", rf"{_LP}/vehicle/(?P<value>{_NAME})", _select_vehicle),
        ("DELETE", rf"{_LP}/vehicle", _select_vehicle),
        ("PATCH", rf"{_LP}/vehicle", _detect_vehicle),
    ]
    for key in ("smartCostLimit", "smartFeedInPriorityLimit"):
        rows.append(("POST", rf"/{key.lower()}/(?P<value>{_SIGNED})", _set_all(key)))
        rows.append(("DELETE", rf"/{key.lower()}", _set_all(key)))
    for scope, prefix, settings in (
        (Scope.SITE, "", _SITE),
        (Scope.LOADPOINT, _LP, _LOADPOINT),
        (Scope.VEHICLE, rf"/vehicles/(?P<vehicle>{_NAME})", _VEHICLE),
    ):
        for path, shape, key in settings:
            rows.append(("POST", rf"{prefix}/{path}/(?P<value>{shape})", _set(scope, key)))
            if key in _CLEARED:
                rows.append(("DELETE", rf"{prefix}/{path}", _set(scope, key)))
    return [(method, re.compile(pattern), action) for method, pattern, action in rows]


_TABLE: Final = _rows()


def carry_out(site: Site, method: str, path: str, now: datetime) -> None:
    """Make one call; raise RefusedCallError if the coordinator does not take it."""
    wrong_method = False
    for allowed, pattern, action in _TABLE:
        if (found := pattern.fullmatch(path)) is None:
            continue
        if allowed != method:
            wrong_method = True
            continue
        _call(action, site, found.groupdict(), now)
        return
    if wrong_method:
        raise RefusedCallError(_WRONG_METHOD, f"{method} is not possible here")
    raise RefusedCallError(_NOT_FOUND, "404 page not found")


def _call(action: _Action, site: Site, parts: dict[str, str | None], now: datetime) -> None:
    value = parts.get("value")
    target: int | str | None = None
    if (number := parts.get("loadpoint")) is not None:
        target = int(number) - 1
        if not 0 <= target < len(site.loadpoints):
            raise RefusedCallError(_NOT_FOUND, "404 page not found")
    elif (name := parts.get("vehicle")) is not None:
        target = unquote(name)
        if target not in site.vehicles:
            raise RefusedCallError(_BAD_REQUEST, f"not found: {target}")
    try:
        action(_Request(site, now, target, None if value is None else unquote(value)))
    except SettingError as err:
        raise RefusedCallError(_BAD_REQUEST, describe(err)) from err
