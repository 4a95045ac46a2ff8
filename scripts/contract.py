"""Send every operation of the REST API's contract to a real Home Assistant and print what it answers.

    scripts/contract [--keep FOLDER]

Home Assistant is started for this, with the demo home, in a temporary folder. Ends with 1 if an answer is not
the one expected, or if an operation of the contract was left out.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import http.client
import json
from pathlib import Path
import re
import sys
import tempfile
from typing import Any, Final

from scripts.develop import has_cycled
from scripts.hass_process import HOST, HassProcess

OPERATIONS: Final = 51
PASSWORD: Final = "passWord1234!"  # noqa: S105 - of an instance that is gone in a minute
WEEK: Final = {"weekdays": [1, 2, 3, 4, 5], "time": "07:00", "tz": "Europe/Berlin", "soc": 80, "active": True}

NOBODY: Final = "nobody"  # no credentials
COOKIE: Final = "cookie"  # after the login
ADMIN: Final = "administrator"  # the token of a user of Home Assistant


@dataclass(frozen=True, slots=True)
class Request:
    """One request and the status that is expected; `result`: also what the envelope holds."""

    method: str
    path: str
    status: int
    result: Any = ...
    body: Any = None
    who: str = ADMIN


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    cookie: str


def _numbers(path: str, good: str, bad: str, *, known: int = 400) -> Iterator[Request]:
    """Yield a good number, one that only looks like one, and something else."""
    yield Request("POST", f"{path}/{good}", 200, json.loads(good))
    yield Request("POST", f"{path}/{bad}", known)
    yield Request("POST", f"{path}/abc", 404)


def _deleted(path: str, result: Any) -> Iterator[Request]:
    yield Request("DELETE", path, 200, result)
    yield Request("DELETE", path, 401, who=NOBODY)


def _site() -> Iterator[Request]:
    yield Request("GET", "/health", 200)
    yield Request("GET", "/health", 401, who=NOBODY)
    yield Request("GET", "/state", 200)
    yield Request("GET", "/state?jq=.loadpoints%5B0%5D.title", 200)
    yield Request("GET", "/state?jq=.loadpoints%5B", 400)
    for tariff, status in (("grid", 200), ("feedin", 200), ("co2", 200), ("planner", 200), ("foo", 404)):
        yield Request("GET", f"/tariff/{tariff}", status)
    yield Request("POST", "/batterydischargecontrol/true", 200, result=True)
    yield Request("POST", "/batterydischargecontrol/0", 200, result=False)
    yield Request("POST", "/batterydischargecontrol/fee", 400)
    yield Request("POST", "/batterydischargecontrol/on", 404)
    yield from _numbers("/batterygridchargelimit", "-0.05", "1.2.3")
    yield from _deleted("/batterygridchargelimit", None)
    yield from _numbers("/prioritysoc", "20", "900")
    yield from _numbers("/buffersoc", "80", "10")
    yield from _numbers("/bufferstartsoc", "90", "70")
    yield from _numbers("/residualpower", "-50.5", "1.2.3")
    yield from _numbers("/smartcostlimit", "0.25", "1..2")
    yield from _deleted("/smartcostlimit", None)


def _loadpoint(car: str) -> Iterator[Request]:
    lp = "/loadpoints/1"
    yield Request("POST", f"{lp}/mode/pv", 200, "pv")
    yield Request("POST", f"{lp}/mode/eco", 400)
    yield Request("POST", f"{lp}/mode/PV", 404)
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
    yield from _deleted(f"{lp}/smartcostlimit", None)
    yield from _deleted(f"{lp}/vehicle", {})
    yield Request("PATCH", f"{lp}/vehicle", 200, {})
    yield Request("PATCH", "/loadpoints/9/vehicle", 404)
    yield Request("POST", f"{lp}/vehicle/{car}", 200)
    yield Request("POST", f"{lp}/vehicle/nope", 400)
    yield Request("PUT", f"{lp}/vehicle", 405)


def _plans(car: str, future: str, past: str) -> Iterator[Request]:
    lp, vehicle = "/loadpoints/1", f"/vehicles/{car}"
    yield Request("GET", f"{lp}/plan", 200)
    yield Request("GET", "/loadpoints/3/plan", 404)
    yield Request("POST", f"{lp}/plan/energy/10/{future}", 200)
    yield Request("POST", f"{lp}/plan/energy/10/{past}", 400)
    yield from _deleted(f"{lp}/plan/energy", {})
    preview = f"{lp}/plan/static/preview"
    yield Request("GET", f"{preview}/soc/90/{future}", 200)
    yield Request("GET", f"{preview}/energy/5/{future}", 400)
    preview = f"{lp}/plan/repeating/preview/90"
    yield Request("GET", f"{preview}/1,3/23:30/Europe%2FBerlin", 200)
    yield Request("GET", f"{preview}/1,,3/07:00/UTC", 400)
    yield Request("GET", f"{preview}/7/07:00/UTC", 404)
    for limit in ("limitsoc", "minsoc"):
        yield Request("POST", f"{vehicle}/{limit}/50", 200, {"soc": 50})
        yield Request("POST", f"/vehicles/nope/{limit}/50", 400)
        yield Request("POST", f"{vehicle}/{limit}/-1", 404)
    yield Request("POST", f"{vehicle}/plan/soc/80/{future}", 200)
    yield Request("POST", f"{vehicle}/plan/soc/80/{past}", 400)
    yield Request("GET", f"{lp}/plan", 200)
    yield from _deleted(f"{vehicle}/plan/soc", {})
    yield Request("POST", f"{vehicle}/plan/repeating", 200, body={"plans": [WEEK]})
    yield Request("POST", f"{vehicle}/plan/repeating", 400, body={"plans": [{**WEEK, "weekdays": [9]}]})
    yield Request("POST", f"{vehicle}/plan/repeating", 200, {"plans": []}, {"plans": []})


def _rest() -> Iterator[Request]:
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


def requests(car: str) -> Iterator[Request]:
    """Yield all requests in their order; `car` is the name of the vehicle at loadpoint 1."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    future, past = hour + timedelta(hours=8), hour - timedelta(days=1)
    yield from _site()
    yield from _loadpoint(car)
    yield from _plans(car, f"{future:%Y-%m-%dT%H:%M:%SZ}", f"{past:%Y-%m-%dT%H:%M:%SZ}")
    yield from _rest()


class Caller:
    """Sends requests, each over a connection of its own, and keeps the cookie of the login."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self._token = token
        self._cookie = ""

    def headers(self, request: Request) -> dict[str, str]:
        """Return what goes with a request."""
        headers = {} if request.body is None else {"Content-Type": "application/json"}
        if request.who == ADMIN:
            headers["Authorization"] = f"Bearer {self._token}"
        elif request.who == COOKIE:
            headers["Cookie"] = self._cookie
        return headers

    def send(self, request: Request) -> Answer:
        """Send a request and return its answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        body = None if request.body is None else json.dumps(request.body)
        try:
            connection.request(request.method, f"/api{request.path}", body, self.headers(request))
            response = connection.getresponse()
            text = response.read().decode()
            cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
        finally:
            connection.close()
        if cookie.removeprefix("auth="):
            self._cookie = cookie
        return Answer(response.status, text, cookie)


def fits(request: Request, answer: Answer) -> bool:
    """Return whether an answer is the one expected."""
    if answer.status != request.status:
        return False
    return request.result is ... or bool(json.loads(answer.text) == {"result": request.result})


def left_out(document: Mapping[str, Any], sent: list[Request]) -> list[str]:
    """Return the operations of the contract to which not both, a good and a bad request, were sent."""
    missing = []
    for path, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\{(\w+)\}", "[^/]+", path) + r"(\?.*)?")
        for method, operation in item.items():
            seen = [r.status for r in sent if r.method == method.upper() and pattern.fullmatch(r.path)]
            wrong = any(r.status >= 400 and pattern.fullmatch(r.path) for r in sent)
            if not operation.get("x-beyond-contract") and not (min(seen, default=999) < 300 and wrong):
                missing.append(f"{method.upper()} {path}")
    return missing


def curl(request: Request, answer: Answer, port: int) -> str:
    """Return a request as one would type it, and what came back."""
    parts = ["curl -s", f"-X {request.method}", '-H "Authorization: Bearer $TOKEN"']
    if request.body is not None:
        parts.append(f"-H 'Content-Type: application/json' -d '{json.dumps(request.body)}'")
    shown = answer.text.strip()
    return f"$ {' '.join(parts)} 'http://{HOST}:{port}/api{request.path}'\n{answer.status} {shown[:300]}"


def show(hass: HassProcess) -> int:
    """Send everything, print the table, return how much is not as expected."""
    caller = Caller(hass.client.port, hass.client.token or "")
    state = json.loads(caller.send(Request("GET", "/state", 200)).text)["result"]
    car = state["loadpoints"][0]["vehicleName"]
    document = json.loads(caller.send(Request("GET", "/evcc/openapi.json", 200)).text)
    sent, wrong, spoken = [], 0, []
    for request in requests(car):
        answer = caller.send(request)
        sent.append(request)
        good = fits(request, answer)
        wrong += not good
        told = "" if request.body is None else json.dumps(request.body)
        told = f"{told} {'' if request.who == ADMIN else f'({request.who})'}".strip()
        print(
            f"{'ok ' if good else 'BAD'} {request.method:6} {request.path} {told[:60]}  "
            f"expected {request.status}, got {answer.status}"
            f"{'' if good else f' {answer.text[:200]!r}, wanted {request.result!r}'}"
        )
        if request.path.endswith(("1/mode/pv", "plan/repeating")) and request.method == "POST":
            spoken.append(curl(request, answer, hass.client.port))
    missing = left_out(document, sent)
    for name in missing:
        print(f"BAD {name}: not both a good and a bad request")
    total = sum(not o.get("x-beyond-contract") for item in document["paths"].values() for o in item.values())
    print(f"\n{len(sent)} requests to {total} operations, {wrong + len(missing)} not as expected\n")
    print("\n".join(spoken[:2]))
    return wrong + len(missing) + (total != OPERATIONS)


def main() -> int:
    """Start Home Assistant, send everything, end it."""
    parser = argparse.ArgumentParser(prog="scripts/contract", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=Path, help="folder of the instance, which stays")
    keep = parser.parse_args().keep
    with (
        tempfile.TemporaryDirectory(prefix="evcc-contract-", ignore_cleanup_errors=True) as folder,
        HassProcess(keep or Path(folder)) as hass,
    ):
        hass.client.add_demo({})
        hass.wait_until("the first control cycle", lambda: has_cycled(hass), 60)
        return int(show(hass) > 0)


if __name__ == "__main__":
    sys.exit(main())
