"""The websocket `/ws`, and the same messages over Home Assistant's own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.evcc.rest import tokens, websocket
from custom_components.evcc.rest.feed import FEEDS, Feed
from custom_components.evcc.rest.websocket import TOO_SLOW, UNEXPECTED, WITHDRAWN
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .home import RestHome

type Client = TestClient[Any, Any]

CLOSED = pytest.mark.parametrize("home_options", [{"open_local": False}])
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def feed(hass: HomeAssistant) -> Feed:
    """Return the shape that is told unless a client wishes another."""
    return hass.data[FEEDS][False]


@pytest.fixture
async def ws(client: Client) -> AsyncIterator[ClientWebSocketResponse]:
    """Return a connection whose first message has not been read yet."""
    async with client.ws_connect("/ws") as connection:
        yield connection


async def closing(ws: ClientWebSocketResponse) -> tuple[int | None, bytes | str | None]:
    """Read on until the server closes; return with which code and words."""
    async with asyncio.timeout(10):
        while (message := await ws.receive()).type is WSMsgType.TEXT:
            pass
    return ws.close_code, message.extra


async def test_the_first_message_is_the_state_with_flat_keys(
    client: Client, ws: ClientWebSocketResponse
) -> None:
    first = await ws.receive_json()
    state = (await (await client.get("/api/state")).json())["result"]

    loadpoints = state.pop("loadpoints")
    flat = {f"loadpoints.{i}.{key}" for i, lp in enumerate(loadpoints) for key in lp}
    assert first.keys() == state.keys() | flat
    assert first["loadpoints.1.title"] == "Garage"
    assert first["vehicles"] == state["vehicles"]


async def test_a_change_comes_as_one_message_with_what_has_changed(
    home: RestHome, ws: ClientWebSocketResponse
) -> None:
    first = await ws.receive_json()
    assert first["loadpoints.0.mode"] == "pv"

    await home.runtime.async_change("loadpoint", 0, "priority", 3)

    changed = await ws.receive_json()
    assert changed["loadpoints.0.priority"] == 3
    assert all(first.get(key) != value for key, value in changed.items())
    assert "siteTitle" not in changed


@pytest.mark.parametrize(
    ("home_options", "query", "modern"),
    [
        ({}, "", False),
        ({}, "?envelope=0", True),
        ({"envelope": False}, "", True),
        ({"envelope": False}, "?envelope=1", False),
    ],
)
async def test_the_shape_is_that_of_the_options_or_of_the_query(
    home: RestHome, client: Client, query: str, modern: bool
) -> None:
    async with client.ws_connect(f"/ws{query}") as ws:
        first = await ws.receive_json()
    assert isinstance(first["battery"], dict) is modern


async def test_ping_is_answered(ws: ClientWebSocketResponse) -> None:
    await ws.receive_json()
    await ws.ping(b"here")
    ws._autoping = False
    assert (await ws.receive()).type is WSMsgType.PONG


@pytest.mark.parametrize("binary", [False, True])
async def test_who_sends_anything_is_disconnected(ws: ClientWebSocketResponse, binary: bool) -> None:
    await ws.receive_json()
    await (ws.send_bytes(b"{}") if binary else ws.send_str("{}"))
    assert await closing(ws) == (1008, UNEXPECTED.decode())


async def test_who_sends_too_much_is_disconnected(ws: ClientWebSocketResponse) -> None:
    await ws.receive_json()
    await ws.send_str("x" * (websocket.MAX_RECEIVED + 1))
    assert (await closing(ws))[0] == 1009


@pytest.mark.parametrize(
    ("limit", "value", "messages"),
    [("MAX_MESSAGES", 3, [b"{}"] * 5), ("MAX_BYTES", 300_000, [b"{" + b" " * 400_000 + b"}"])],
)
async def test_who_does_not_follow_is_disconnected(
    hass: HomeAssistant,
    ws: ClientWebSocketResponse,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
    messages: list[bytes],
) -> None:
    await ws.receive_json()
    monkeypatch.setattr(websocket, limit, value)

    for message in messages:  # without a chance to send one
        feed(hass)._tell(message)

    assert await closing(ws) == (1008, TOO_SLOW.decode())
    assert feed(hass).listeners == 0


async def test_who_does_not_read_is_disconnected_and_keeps_nobody_waiting(
    hass: HomeAssistant, ws: ClientWebSocketResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ws.receive_json()
    connection = ws._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()
    monkeypatch.setattr(websocket, "WRITE_LIMIT", 0.05)  # not before: the first message may take its time

    async with asyncio.timeout(30):
        while hass.data[websocket._CLIENTS]:
            feed(hass)._tell(b"{" + b" " * 1_000_000 + b"}")
            await asyncio.sleep(0.01)
    assert feed(hass).listeners == 0
    connection.transport.resume_reading()  # else it waits for a farewell that it cannot see


async def test_a_client_that_goes_is_forgotten(hass: HomeAssistant, client: Client) -> None:
    async with client.ws_connect("/ws") as ws:
        await ws.receive_json()
        assert feed(hass).listeners == 1
    await hass.async_block_till_done()
    assert (feed(hass).listeners, hass.data[websocket._CLIENTS]) == (0, set())


@CLOSED
async def test_strangers_are_refused_before_anything_is_opened(home: RestHome, stranger: Client) -> None:
    response = await stranger.get("/ws", headers=UPGRADE)
    assert (response.status, await response.text()) == (401, "Unauthorized\n")


@CLOSED
async def test_a_token_opens(home: RestHome, client: Client) -> None:
    async with client.ws_connect("/ws") as ws:
        assert "loadpoints.0.mode" in await ws.receive_json()


@CLOSED
@pytest.mark.parametrize("withdrawn", ["password", "token", "user"])
async def test_who_may_not_read_any_more_is_disconnected(
    hass: HomeAssistant, home: RestHome, stranger: Client, hass_access_token: str, withdrawn: str
) -> None:
    # not the first user, who would be the owner
    user = await hass.auth.async_create_user("somebody", group_ids=[GROUP_ID_USER])
    refresh = await hass.auth.async_create_refresh_token(user, "http://client")
    await home.runtime.credentials.async_set_password("before")
    assert home.runtime.credentials.secret is not None
    token = (
        tokens.issue(home.runtime.credentials.secret, dt_util.utcnow() + tokens.LIFETIME)
        if withdrawn == "password"
        else hass.auth.async_create_access_token(refresh)
    )
    async with stranger.ws_connect("/ws", headers={"Authorization": f"Bearer {token}"}) as ws:
        assert "loadpoints.0.mode" in await ws.receive_json()
        feed(hass)._tell(b'{"still":1}')
        assert await ws.receive_json() == {"still": 1}
        match withdrawn:
            case "password":
                await home.runtime.credentials.async_set_password("after")
            case "token":
                hass.auth.async_remove_refresh_token(refresh)
            case _:
                await hass.auth.async_update_user(user, group_ids=[])
        feed(hass)._tell(b'{"secret":1}')
        message = await asyncio.wait_for(ws.receive(), 5)
    assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 1008, WITHDRAWN.decode())
    assert feed(hass).listeners == 0


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 101),
        ("http://{host}", 101),
        ("https://{host}", 101),
        ("https://evil.example", 401),
        ("null", 401),
        ("http://[", 401),
    ],
)
async def test_pages_of_other_origins_need_a_token_of_their_own(
    home: RestHome, client: Client, stranger: Client, origin: str | None, status: int
) -> None:
    headers = {**UPGRADE}
    if origin is not None:
        headers["Origin"] = origin.format(host=f"{stranger.host}:{stranger.port}")
    response = await stranger.get("/ws", headers=headers)
    assert response.status == status
    response.close()
    response = await client.get("/ws", headers=headers)
    assert response.status == 101
    response.close()


async def test_a_plain_request_is_told_so(client: Client) -> None:
    response = await client.get("/ws")
    assert (response.status, await response.text()) == (400, "Bad Request\n")


async def test_there_is_a_limit_of_connections(
    client: Client, ws: ClientWebSocketResponse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MAX_CLIENTS", 1)
    response = await client.get("/ws", headers=UPGRADE)
    assert (response.status, await response.json()) == (503, {"error": "too many connections"})


async def test_a_reload_says_good_bye_and_the_next_connection_works(
    hass: HomeAssistant, home: RestHome, client: Client, ws: ClientWebSocketResponse
) -> None:
    await ws.receive_json()
    async with asyncio.TaskGroup() as group:
        end = group.create_task(closing(ws))
        await hass.config_entries.async_reload(home.entry.entry_id)
    assert end.result()[0] == 1001
    async with client.ws_connect("/ws") as again:
        assert (await again.receive_json())["loadpoints.0.mode"] == "pv"


async def test_without_a_site_there_is_nothing(hass: HomeAssistant, home: RestHome, client: Client) -> None:
    await hass.config_entries.async_unload(home.entry.entry_id)
    response = await client.get("/ws", headers=UPGRADE)
    assert (response.status, await response.json()) == (503, {"error": "evcc is not running"})


async def test_home_assistant_stops_without_waiting(
    hass: HomeAssistant, client: Client, ws: ClientWebSocketResponse
) -> None:
    await ws.receive_json()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    assert (await closing(ws))[0] == 1001
    assert feed(hass).listeners == 0


# Home Assistant's own websocket


async def test_the_command_sends_the_same(
    hass: HomeAssistant, home: RestHome, hass_ws_client: WebSocketGenerator, ws: ClientWebSocketResponse
) -> None:
    connection = await hass_ws_client(hass)
    await connection.send_json_auto_id({"type": "evcc/subscribe"})
    answer = await connection.receive_json()
    assert answer["success"]
    first = await connection.receive_json()
    assert (first["id"], first["type"]) == (answer["id"], "event")
    assert first["event"] == await ws.receive_json()

    await home.runtime.async_change("loadpoint", 0, "priority", 3)
    changed = await connection.receive_json()
    assert changed["event"]["loadpoints.0.priority"] == 3
    assert changed["event"] == await ws.receive_json()

    await connection.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    assert (await connection.receive_json())["success"]
    assert feed(hass).listeners == 1  # the other one


@pytest.mark.parametrize("envelope", [True, False])
async def test_the_command_has_a_choice_of_shapes(
    hass: HomeAssistant, home: RestHome, hass_ws_client: WebSocketGenerator, envelope: bool
) -> None:
    connection = await hass_ws_client(hass)
    await connection.send_json_auto_id({"type": "evcc/subscribe", "envelope": envelope})
    assert (await connection.receive_json())["success"]
    first = await connection.receive_json()
    assert isinstance(first["event"]["battery"], list) is envelope


async def test_a_subscription_goes_on_after_a_reload(
    hass: HomeAssistant, home: RestHome, hass_ws_client: WebSocketGenerator
) -> None:
    connection = await hass_ws_client(hass)
    await connection.send_json_auto_id({"type": "evcc/subscribe"})
    assert (await connection.receive_json())["success"]
    first = (await connection.receive_json())["event"]

    await hass.config_entries.async_reload(home.entry.entry_id)

    again = (await connection.receive_json())["event"]
    assert again.keys() == first.keys()
    await home.runtime.async_change("loadpoint", 0, "priority", 3)
    while "loadpoints.0.priority" not in (changed := (await connection.receive_json())["event"]):
        assert changed.keys() < first.keys()
    await connection.close()
    await hass.async_block_till_done()
    assert feed(hass).listeners == 0


async def test_the_command_needs_a_site(
    hass: HomeAssistant, home: RestHome, hass_ws_client: WebSocketGenerator
) -> None:
    connection = await hass_ws_client(hass)
    await hass.config_entries.async_unload(home.entry.entry_id)
    await connection.send_json_auto_id({"type": "evcc/subscribe"})
    answer = await connection.receive_json()
    assert answer["error"]["code"] == "not_found"
    assert answer["error"]["message"] == "evcc is not running"


@pytest.mark.parametrize(("groups", "may"), [([], False), ([GROUP_ID_USER], True)])
async def test_the_command_needs_the_right_to_read(
    hass: HomeAssistant, home: RestHome, hass_ws_client: WebSocketGenerator, groups: list[str], may: bool
) -> None:
    user = await hass.auth.async_create_user("somebody", group_ids=groups)
    refresh = await hass.auth.async_create_refresh_token(user, "http://client")
    connection = await hass_ws_client(hass, hass.auth.async_create_access_token(refresh))
    await connection.send_json_auto_id({"type": "evcc/subscribe"})
    answer = await connection.receive_json()
    assert (answer["success"], answer.get("error", {}).get("code")) == (may, None if may else "unauthorized")
