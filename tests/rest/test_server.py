"""From a request to its answer: paths, methods, and everything that goes wrong."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc.core.settings import SettingError
from custom_components.evcc.errors import StoreError
from custom_components.evcc.rest import answers, server, shapes, table
from custom_components.evcc.rest.call import Call
from custom_components.evcc.rest.route import Route
from homeassistant.core import HomeAssistant

from .home import RestHome

type Client = TestClient[Any, Any]
type Handle = Callable[[Call], Awaitable[web.StreamResponse]]

NOT_FOUND = (404, "text/plain", "404 page not found\n")
CLOSED = {"open_local": False}


async def told(client: Client, method: str, path: str, **more: Any) -> tuple[int, str | None, str]:
    """Return status, type and text of an answer; every one has to say how long it is."""
    answer = await client.request(method, f"/api{path}", allow_redirects=False, **more)
    body = await answer.read()
    if method != "HEAD":
        assert int(answer.headers["Content-Length"]) == len(body)
    kind = answer.content_type if "Content-Type" in answer.headers else None
    return answer.status, kind, body.decode()


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handle], None]:
    """Return what makes `POST /api/health/x` do something, and a path that names a loadpoint."""

    def put(handle: Handle) -> None:
        route = Route(method="POST", path="/health/x", handle=handle, tag="", summary="", answer="")
        monkeypatch.setitem(table._FIXED, "/health/x", {"POST": route})
        of_loadpoint = Route(
            method="GET",
            path="/loadpoints/{id}/x",
            handle=handle,
            tag="",
            summary="",
            answer="",
            shapes={"id": shapes.NUMBERED},
        )
        routes = [*table._SHAPED.get("loadpoints", []), (of_loadpoint.pattern, of_loadpoint)]
        monkeypatch.setitem(table._SHAPED, "loadpoints", routes)

    return put


async def done(call: Call) -> web.StreamResponse:
    return answers.text("done\n")


# Paths and methods


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/health", (200, "text/plain", "OK\n")),
        ("GET", "/health/", (200, "text/plain", "OK\n")),
        ("POST", "/health/x", (200, "text/plain", "done\n")),
        ("POST", "/health/x/", (200, "text/plain", "done\n")),
        ("HEAD", "/health", (405, None, "")),
        ("POST", "/health", (405, None, "")),
        ("DELETE", "/health", (405, None, "")),
        ("TRACE", "/health", (405, None, "")),
        ("GET", "/health/x", (405, None, "")),
        ("HEAD", "/auth/login", (405, None, "")),
        ("GET", "/health/y", NOT_FOUND),
        ("GET", "/health/%2f", (301, None, "")),
        ("POST", "/health/%00", NOT_FOUND),
    ],
)
async def test_paths_and_methods(
    home: RestHome,
    stranger: Client,
    serving: Callable[[Handle], None],
    method: str,
    path: str,
    expected: tuple[int, str | None, str],
) -> None:
    serving(done)
    assert await told(stranger, method, path) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1", (200, "text/plain", "done\n")),
        ("2", (200, "text/plain", "done\n")),
        ("3", NOT_FOUND),
        ("0", NOT_FOUND),
        ("01", NOT_FOUND),
        ("-1", NOT_FOUND),
        ("9" * 20, NOT_FOUND),
        ("9" * 5000, NOT_FOUND),
    ],
)
async def test_loadpoints_that_are_there(
    stranger: Client,
    serving: Callable[[Handle], None],
    number: str,
    expected: tuple[int, str | None, str],
) -> None:
    serving(done)
    assert await told(stranger, "GET", f"/loadpoints/{number}/x") == expected
    if expected == NOT_FOUND:
        assert await told(stranger, "POST", f"/loadpoints/{number}/x") == NOT_FOUND
    else:
        assert await told(stranger, "POST", f"/loadpoints/{number}/x") == (405, None, "")


@pytest.mark.parametrize("home_options", [CLOSED])
@pytest.mark.parametrize(
    "path", ["/health", "/health/y", "/loadpoints/1/x", "/loadpoints/9/x", "/loadpoints"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_strangers_learn_nothing(
    stranger: Client, serving: Callable[[Handle], None], method: str, path: str
) -> None:
    serving(done)
    assert await told(stranger, method, path) == (401, "text/plain", "Unauthorized\n")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/api/health//x", "/api/health/x"),
        ("/api/health//x/?a=1&b=%2F", "/api/health/x?a=1&b=/"),
        ("/api/health//", "/api/health"),
        ("/api/health/%2e%2fx", "/api/health/x"),
        ("/api/health//ä b", "/api/health/%C3%A4%20b"),
    ],
)
async def test_paths_that_are_not_clean_are_sent_elsewhere(
    stranger: Client, path: str, location: str
) -> None:
    answer = await stranger.get(path, allow_redirects=False)
    assert (answer.status, await answer.read()) == (301, b"")
    assert answer.headers["Location"] == location


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("/api/state", "/api/state"),
        ("/api/state/.", "/api/state"),
        ("/api/a/../state", "/api/state"),
        ("/api/../..//evil.example/", "/evil.example"),
        ("//evil.example", "/evil.example"),
        ("/", "/"),
    ],
)
def test_a_cleaned_path_stays_on_this_server(path: str, clean: str) -> None:
    assert server._cleaned(path) == clean


# What goes wrong


class Secret(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Secret("details"), (500, '{"error":"internal error"}\n')),
        (ConnectionRefusedError("charger"), (500, '{"error":"internal error"}\n')),
        (TimeoutError("details"), (500, '{"error":"internal error"}\n')),
        (SettingError("vehicle_unknown", vehicle="x"), (400, '{"error":"not found: x"}\n')),
        (StoreError("details"), (400, '{"error":"database offline"}\n')),
    ],
)
async def test_errors_of_ours_are_logged_and_told_without_details(
    stranger: Client,
    serving: Callable[[Handle], None],
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    expected: tuple[int, str],
) -> None:
    async def fail(_call: Call) -> web.StreamResponse:
        raise error

    serving(fail)
    status, kind, text = await told(stranger, "POST", "/health/x")
    assert ((status, text), kind) == (expected, "application/json")
    said = [r for r in caplog.records if r.name == server.__name__]
    assert len(said) == (0 if isinstance(error, SettingError) else 1)
    assert all((r.levelno == logging.ERROR) is (status == 500) for r in said)
    caplog.clear()  # else the log itself fails the test


async def test_an_answer_that_breaks_off_is_not_completed_with_another(
    stranger: Client, serving: Callable[[Handle], None], caplog: pytest.LogCaptureFixture
) -> None:
    async def half(call: Call) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(call.request)
        await response.write(b"half")
        raise Secret

    serving(half)
    answer = await stranger.post("/api/health/x")
    with pytest.raises(Exception, match=r"not completed|payload"):
        await answer.read()
    assert len([r for r in caplog.records if r.name == server.__name__]) == 1
    caplog.clear()


async def raw(client: Client, request: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    server_ = client.server
    reader, writer = await asyncio.open_connection("127.0.0.1", server_.port)
    writer.write(request.encode())
    await writer.drain()
    return reader, writer


async def test_a_client_that_goes_away_makes_no_noise(
    stranger: Client, serving: Callable[[Handle], None], caplog: pytest.LogCaptureFixture
) -> None:
    began, gone = asyncio.Event(), asyncio.Event()

    async def wait(call: Call) -> web.StreamResponse:
        began.set()
        try:
            await call.body()
        finally:
            gone.set()
        return answers.text("nobody reads this")

    serving(wait)
    _, writer = await raw(
        stranger, "POST /api/health/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"
    )
    await asyncio.wait_for(began.wait(), 5)
    writer.close()
    await asyncio.wait_for(gone.wait(), 5)
    await asyncio.sleep(0)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_a_body_that_is_cut_wrongly_is_refused(
    stranger: Client, serving: Callable[[Handle], None], caplog: pytest.LogCaptureFixture
) -> None:
    async def read(call: Call) -> web.StreamResponse:
        await call.body()
        return answers.text("read")

    serving(read)
    reader, writer = await raw(
        stranger,
        "POST /api/health/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    )
    assert (await asyncio.wait_for(reader.readline(), 5)).split()[1] == b"400"
    writer.close()
    assert [r for r in caplog.records if r.name == server.__name__] == []


async def test_a_body_that_does_not_come_is_not_waited_for(
    stranger: Client, serving: Callable[[Handle], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(call: Call) -> web.StreamResponse:
        await call.body()
        return answers.text("read")

    serving(read)
    monkeypatch.setattr("custom_components.evcc.rest.call.BODY_LIMIT", 0.01)
    reader, writer = await raw(
        stranger, "POST /api/health/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"
    )
    assert (await asyncio.wait_for(reader.readline(), 5)).split()[1] == b"408"
    writer.close()


# The entry


@pytest.mark.parametrize("home_options", [CLOSED])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("POST", "/auth/login"), ("GET", "/health//x"), ("HEAD", "/health")],
)
async def test_while_the_entry_is_not_loaded(
    hass: HomeAssistant, home: RestHome, stranger: Client, method: str, path: str
) -> None:
    assert await hass.config_entries.async_unload(home.entry.entry_id)
    text = "" if method == "HEAD" else '{"error":"evcc is not running"}\n'
    answer = await stranger.request(method, f"/api{path}", allow_redirects=False)
    assert (answer.status, answer.content_type, await answer.text()) == (503, "application/json", text)
    assert await hass.config_entries.async_setup(home.entry.entry_id)
    assert (await stranger.get("/api/auth/status")).status == 501


async def test_all_the_time_of_a_reload_there_is_an_answer(
    hass: HomeAssistant, home: RestHome, stranger: Client
) -> None:
    reload = hass.async_create_task(hass.config_entries.async_reload(home.entry.entry_id))
    seen = set()
    while not reload.done():
        seen.add((await stranger.get("/api/health")).status)
    assert seen <= {200, 500, 503}
    await hass.async_block_till_done()
    assert (await stranger.get("/api/health")).status == 200
