"""The REST API answers as the cases of the contract say, one by one."""

from collections import Counter
from collections.abc import Mapping
import json
from typing import Any, Final

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.evcc.rest import listener

from .cases import PASSWORD, Case, differences, fill, load, look_up, placeholders
from .home import BATTERY, RestHome

CASES: Final = load()

IMPOSSIBLE: Final[Mapping[str, str]] = {
    "demo mode": "no operation is locked in a demo home: it is a home like others",
    "authentication disabled": "there is no such option: who may call is decided by Home Assistant's users",
}
"""What cannot be given here, and why."""

CHOSEN: Final[Mapping[str, int]] = {
    "state-get-6": 200,  # a slash at the end is accepted: a redirected POST would become a GET
    "prioritysoc-post-2": 400,  # no percentage is above 100
    "loadpoints-limitsoc-post-3": 200,  # the contract says number; whole percent are kept
    "loadpoints-limitsoc-post-4": 400,
    "vehicles-plan-soc-post-6": 200,
}
"""Where the contract leaves a choice: the status that is given here."""

BY_ADMINISTRATOR: Final = {"auth-password-put-3"}
"""Only an administrator of Home Assistant sets the first password; else whoever is first owned the house."""

POSSIBLE: Final = [case for case in CASES if case.given not in IMPOSSIBLE]


def test_all_cases_run_but_those_that_cannot_be_given() -> None:
    left_out = Counter(case.given for case in CASES if case.given in IMPOSSIBLE)
    assert left_out == {"demo mode": 3, "authentication disabled": 1}
    assert len(POSSIBLE) + left_out.total() == len(CASES) == 232
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_choice_is_one_of_those_that_the_contract_leaves() -> None:
    open_cases = {case.name: case.statuses for case in CASES if len(case.statuses) > 1}
    assert set(open_cases) == set(CHOSEN)
    assert all(CHOSEN[name] in statuses for name, statuses in open_cases.items())


class Sender:
    """Sends requests exactly as they are spelled: no dots resolved, nothing encoded anew."""

    def __init__(self, client: TestClient[Any, Any], words: Mapping[str, str]) -> None:
        self.client = client
        self.words = words
        self.headers: dict[str, str] = {}

    async def send(self, request: Mapping[str, Any]) -> ClientResponse:
        request = fill(dict(request), self.words)
        url = URL(f"{self.client.make_url('/api')}{request['path']}", encoded=True)
        if "query" in request:
            url = url.with_query(request["query"])
        data = request.get("raw_body")
        if "body" in request:
            data = json.dumps(request["body"])
        headers = self.headers | ({"Content-Type": "application/json"} if data is not None else {})
        return await self.client.session.request(
            request["method"], url, data=data, headers=headers, allow_redirects=False
        )


@pytest.fixture
def home_without(case: Case) -> frozenset[str]:
    return frozenset({BATTERY}) if case.given == "site without battery" else frozenset()


@pytest.fixture
async def sender(
    case: Case,
    home: RestHome,
    client: TestClient[Any, Any],
    stranger: TestClient[Any, Any],
    aiohttp_client: ClientSessionGenerator,
) -> Sender:
    """Return the client that a case asks for, in a home that is as it says."""
    words = placeholders(home.runtime.runner.now())
    if case.given.startswith("the control loop has not completed a cycle"):
        home.runtime.runner._completed = None
    if case.given != "no password configured" and _needs_password(case):
        body = {"current": "", "new": PASSWORD}
        response = await client.put("/api/auth/password", json=body)
        assert response.status == 201
    if case.name == "unknown-get-1":  # a path of nobody: ours to answer on the port of our own only
        return Sender(await aiohttp_client(listener._application(home.hass)), words)
    sender = Sender(client if case.name in BY_ADMINISTRATOR else stranger, words)
    if case.data.get("auth") == "cookie":
        response = await stranger.post("/api/auth/login", json={"password": PASSWORD})
        assert response.status == 200
        token = response.headers["Set-Cookie"].partition(";")[0]
        stranger.session.cookie_jar.clear()
        sender.headers["Cookie"] = token
    return sender


def _needs_password(case: Case) -> bool:
    return "auth" in case.data or case.data["path"].startswith(("/auth", "/system"))


@pytest.mark.parametrize("case", POSSIBLE, ids=lambda case: case.name)
async def test_a_request_is_answered_as_its_case_says(case: Case, home: RestHome, sender: Sender) -> None:
    for request in case.data.get("setup", ()):
        prepared = await sender.send(request)
        assert prepared.status < 300, f"{request}: {prepared.status} {await prepared.text()}"

    response = await sender.send(case.data)

    body = await response.read()
    assert response.status == CHOSEN.get(case.name, case.statuses[0]), body
    _check_headers(case, response)
    _check_body(case, body, sender.words)
    if "then" in case.data:
        await _check_state(case, home, sender)


def _check_headers(case: Case, response: ClientResponse) -> None:
    if "type" in case.data:
        assert response.content_type == case.data["type"]
    for name, wanted in case.data.get("header_expect", {}).items():
        assert not differences(response.headers.get(name), wanted, subset=False, at=name)


def _check_body(case: Case, body: bytes, words: Mapping[str, str]) -> None:
    if case.data.get("empty"):
        assert body == b""
    if "text" in case.data:
        assert body.decode() == case.data["text"]
    if "text_starts" in case.data:
        assert body.decode().startswith(case.data["text_starts"])
    if "json" in case.data:
        subset = case.data.get("match") == "subset"
        assert not differences(json.loads(body), fill(case.data["json"], words), subset=subset)
    if "expect_ids" in case.data:
        wanted = [int(number) for number in fill(case.data["expect_ids"], words)]
        assert [row["id"] for row in json.loads(body)["result"]] == wanted


async def _check_state(case: Case, home: RestHome, sender: Sender) -> None:
    """Look at the state as it is now, and if need be after the next cycle."""
    wanted = fill(case.data["then"]["state"], sender.words)

    async def compare() -> list[str]:
        response = await sender.send({"method": "GET", "path": "/state"})
        state = (await response.json())["result"]
        return [
            d
            for path, w in wanted.items()
            for d in differences(look_up(state, path), w, subset=False, at=path)
        ]

    if await compare():
        await home.cycle()
        assert not await compare()
