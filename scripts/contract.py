"""Send every operation of the REST API's contract to a real Home Assistant and print what it answers.

    scripts/contract [--keep FOLDER]

Home Assistant is started for this, with the demo home, in a temporary folder. Ends with 1 if an answer is not
the one expected, or if an operation of the contract was left out.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import http.client
import json
from pathlib import Path
import re
import sys
import tempfile
from typing import Any, Final

from scripts.contract_plans import of_plans, of_tariffs
from scripts.contract_requests import ADMIN, COOKIE, Request, of_loadpoints, of_site, of_the_rest
from scripts.develop import has_cycled
from scripts.hass_process import HOST, HassProcess

OPERATIONS: Final = 51


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    cookie: str


def requests(car: str) -> Iterator[Request]:
    """Yield all requests in their order; `car` is the name of the vehicle at loadpoint 1."""
    yield from of_site()
    yield from of_tariffs()
    yield from of_plans(car)
    yield from of_loadpoints(car)
    yield from of_the_rest()


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
    if request.result is ... and request.holds is None:
        return True
    told = json.loads(answer.text)
    if isinstance(told, dict) and told.keys() == {"result"}:
        told = told["result"]
    return request.result in (..., told) and bool(request.holds is None or request.holds(told))


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
