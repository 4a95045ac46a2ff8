"""What a browser lets pages of other origins do."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc.rest import answers, table
from custom_components.evcc.rest.call import Call
from custom_components.evcc.rest.refusals import Refused
from custom_components.evcc.rest.route import Route

type Client = TestClient[Any, Any]

ORIGIN = {"Origin": "https://page.example"}
WANTED = "Access-Control-Request-Method"
ASKED = "Access-Control-Request-Headers"
WRITE = "/health/write"


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Add an operation that writes; return what was done."""
    calls: list[str] = []

    async def handle(call: Call) -> web.StreamResponse:
        calls.append(call.caller.name)
        if call.query:
            raise Refused(400, "no")
        return answers.bare(True)

    for method in ("POST", "DELETE"):
        route = Route(method=method, path=WRITE, handle=handle, tag="", summary="", answer="")
        monkeypatch.setitem(table._FIXED, WRITE, table._FIXED.get(WRITE, {}) | {method: route})
    return calls


@pytest.mark.parametrize("home_options", [{"open_local": False}, {"open_local": True}])
@pytest.mark.parametrize(
    ("path", "headers", "status", "expected"),
    [
        (WRITE, {}, 200, {}),
        (f"{WRITE}/", {}, 200, {}),
        (WRITE, ORIGIN, 400, {}),
        (WRITE, ORIGIN | {WANTED: "POST"}, 200, {"Origin": "*", "Methods": "POST"}),
        (WRITE, ORIGIN | {WANTED: "GET"}, 200, {"Origin": "*", "Methods": "GET"}),
        (
            WRITE,
            ORIGIN | {WANTED: "POST", ASKED: "content-type, AUTHORIZATION"},
            200,
            {"Origin": "*", "Methods": "POST", "Headers": "Content-Type, Authorization"},
        ),
        (WRITE, ORIGIN | {WANTED: "POST", ASKED: "x-own"}, 403, {}),
        (WRITE, ORIGIN | {WANTED: "PUT"}, 405, {}),
        (WRITE, ORIGIN | {WANTED: "DELETE"}, 405, {}),
        (WRITE, ORIGIN | {WANTED: "PATCH"}, 405, {}),
        ("/health", ORIGIN | {WANTED: "GET"}, 405, {}),
        ("/health", {}, 405, {}),
    ],
)
async def test_preflights_need_no_token_and_do_nothing(
    stranger: Client,
    done: list[str],
    path: str,
    headers: Mapping[str, str],
    status: int,
    expected: Mapping[str, str],
) -> None:
    answer = await stranger.options(f"/api{path}", headers=headers)
    prefix = "Access-Control-Allow-"
    found = {k.removeprefix(prefix): v for k, v in answer.headers.items() if k.startswith(prefix)}
    assert (answer.status, await answer.read(), found) == (status, b"", expected)
    assert answer.headers["Content-Length"] == "0"
    assert done == []


async def test_a_preflight_of_what_is_no_path(stranger: Client) -> None:
    assert (await stranger.options("/api/health/nowhere", headers=ORIGIN)).status == 404


@pytest.mark.parametrize(
    ("token", "path", "headers", "status", "readable"),
    [
        (True, WRITE, ORIGIN, 200, True),
        (True, f"{WRITE}?refuse=1", ORIGIN, 400, True),
        (True, WRITE, {}, 200, False),
        (True, "/health/nowhere", ORIGIN, 404, False),
        (True, "/health", ORIGIN, 405, False),
        (False, WRITE, ORIGIN, 401, False),
        (False, WRITE, {}, 200, False),
    ],
)
async def test_a_page_reads_what_it_sent_a_token_for(
    client: Client,
    stranger: Client,
    token: bool,
    path: str,
    headers: Mapping[str, str],
    status: int,
    readable: bool,
) -> None:
    answer = await (client if token else stranger).post(f"/api{path}", headers=headers)
    assert answer.status == status
    assert answer.headers.get("Access-Control-Allow-Origin") == ("*" if readable else None)
    assert "Access-Control-Allow-Credentials" not in answer.headers
