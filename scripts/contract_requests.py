"""What scripts/contract sends: each operation with good and bad inputs, and what has to come back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import json
from typing import Any, Final
from urllib.parse import quote

PASSWORD: Final = "passWord1234!"  # noqa: S105 - of an instance that is gone in a minute

NOBODY: Final = "nobody"  # no credentials
COOKIE: Final = "cookie"  # after the login
ADMIN: Final = "administrator"  # the token of a user of Home Assistant


@dataclass(frozen=True, slots=True)
class Request:
    """One request and the status that is expected.

    `result`: also what the envelope holds, or the whole answer of a filter. `holds`: what has to be so of it.
    """

    method: str
    path: str
    status: int
    result: Any = ...
    body: Any = None
    who: str = ADMIN
    holds: Callable[[Any], object] | None = None


def state(filter_: str, result: Any) -> Request:
    """Return the question for a part of the state, and what it has to be."""
    return Request("GET", f"/state?jq={quote(filter_)}", 200, result)


def deleted(path: str, result: Any) -> Iterator[Request]:
    """Yield a removal with and without credentials."""
    yield Request("DELETE", path, 200, result)
    yield Request("DELETE", path, 401, who=NOBODY)


def _numbers(path: str, good: str, bad: str, *, known: int = 400) -> Iterator[Request]:
    """Yield a good number, one that only looks like one, and something else."""
    yield Request("POST", f"{path}/{good}", 200, json.loads(good))
    yield Request("POST", f"{path}/{bad}", known)
    yield Request("POST", f"{path}/abc", 404)


def of_site() -> Iterator[Request]:
    """Yield health, state and what is set for the house."""
    yield Request("GET", "/health", 200)
    yield Request("GET", "/health", 401, who=NOBODY)
    yield Request("GET", "/state", 200)
    yield state(".loadpoints | length", 2)
    yield state(".result.loadpoints[0].title", "Garage")
    yield Request("GET", "/state?jq=.loadpoints%5B", 400)
    yield Request("POST", "/batterydischargecontrol/true", 200, result=True)
    yield Request("POST", "/batterydischargecontrol/0", 200, result=False)
    yield Request("POST", "/batterydischargecontrol/fee", 400)
    yield Request("POST", "/batterydischargecontrol/on", 404)
    yield from _numbers("/batterygridchargelimit", "-0.05", "1.2.3")
    yield from deleted("/batterygridchargelimit", None)
    yield from _numbers("/prioritysoc", "20", "900")
    yield from _numbers("/buffersoc", "80", "10")
    yield from _numbers("/bufferstartsoc", "90", "70")
    yield from _numbers("/residualpower", "-50.5", "1.2.3")
    yield from _numbers("/smartcostlimit", "0.25", "1..2")
    yield from deleted("/smartcostlimit", None)


def of_loadpoints(car: str) -> Iterator[Request]:
    """Yield what is set at a loadpoint; `car` stands at the first one."""
    lp = "/loadpoints/1"
    yield Request("POST", f"{lp}/mode/pv", 200, "pv")
    yield Request("POST", f"{lp}/mode/eco", 400)
    yield Request("POST", f"{lp}/mode/PV", 404)
    yield state(".loadpoints[0].mode", "pv")
    yield Request("POST", "/loadpoints/9/mode/pv", 404)
    yield Request("POST", f"{lp}/batteryboost/true", 200, result=True)
    yield Request("POST", f"{lp}/batteryboost/0", 200, result=False)
    yield Request("POST", f"{lp}/batteryboost/yes", 404)
    yield from _numbers(f"{lp}/enable/threshold", "-1500", "1.2.3")
    yield from _numbers(f"{lp}/disable/threshold", "200", "1.2.3")
    for what in ("enable", "disable"):
        yield Request("POST", f"{lp}/{what}/delay/60", 200, 60_000_000_000)
        yield Request("POST", f"{lp}/{what}/delay/1.5", 404)
        yield Request("POST", f"{lp}/{what}/delay/{'9' * 20}", 400)
    yield from _numbers(f"{lp}/limitenergy", "12.5", "..")
    yield from _numbers(f"{lp}/limitsoc", "80", "150")
    yield from _numbers(f"{lp}/maxcurrent", "20", "5")
    yield from _numbers(f"{lp}/mincurrent", "8", "21")
    yield from _numbers(f"{lp}/phases", "1", "2")
    yield Request("POST", "/loadpoints/2/phases/0", 400)
    yield from _numbers(f"{lp}/priority", "2", "-1", known=404)
    yield from _numbers(f"{lp}/smartcostlimit", "0.22", "0.2.2")
    yield from deleted(f"{lp}/smartcostlimit", None)
    yield from deleted(f"{lp}/vehicle", {})
    yield Request("PATCH", f"{lp}/vehicle", 200, {})
    yield Request("PATCH", "/loadpoints/9/vehicle", 404)
    yield Request("POST", f"{lp}/vehicle/{car}", 200)
    yield Request("POST", f"{lp}/vehicle/nope", 400)
    yield Request("PUT", f"{lp}/vehicle", 405)


def of_the_rest() -> Iterator[Request]:
    """Yield sessions, login and system; the last request restarts the site."""
    yield Request("GET", "/sessions", 200)
    yield Request("GET", "/sessions?format=csv&lang=de", 200)
    yield Request("GET", "/sessions", 401, who=NOBODY)
    yield Request("PUT", "/session/1", 200, body={"vehicle": "roter Roller"})
    yield Request("PUT", "/session/1", 400, body={"foo": 1})
    yield Request("DELETE", "/session/999999", 200, None)
    yield Request("DELETE", "/session/-1", 404)
    yield Request("GET", "/auth/status", 501, who=NOBODY)
    yield Request("PUT", "/auth/password", 201, body={"current": "", "new": PASSWORD})
    yield Request("PUT", "/auth/password", 400, body={"current": "wrong", "new": "x"}, who=NOBODY)
    yield Request("PUT", "/auth/password", 202, body={"current": PASSWORD, "new": PASSWORD}, who=NOBODY)
    yield Request("POST", "/auth/login", 401, body={"password": "wrong"}, who=NOBODY)
    yield Request("POST", "/auth/login", 200, body={"password": PASSWORD}, who=NOBODY)
    yield Request("GET", "/auth/status", 200, who=COOKIE)
    yield Request("POST", "/auth/logout", 200, who=NOBODY)
    yield Request("GET", "/auth/logout", 405, who=NOBODY)
    yield Request("GET", "/settings/telemetry", 200, result=False)
    yield Request("PUT", "/settings/telemetry", 405)
    yield Request("POST", "/settings/telemetry/false", 200, result=False)
    yield Request("POST", "/settings/telemetry/true", 400)
    for path in ("/system/log?level=DEBUG&count=5", "/system/log/areas"):
        yield Request("GET", path, 200, who=COOKIE)
        yield Request("GET", path, 401, who=NOBODY)
    yield Request("POST", "/system/shutdown", 401, who=NOBODY)
    yield Request("POST", "/system/shutdown", 204, who=COOKIE)
