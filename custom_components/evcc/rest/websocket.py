"""Two ways to hear of every change: `/ws` as the original has it, and a command of Home Assistant's websocket."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from aiohttp import WSCloseCode, WSMsgType, web
import voluptuous as vol

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.messages import construct_event_message
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_ENVELOPE, DOMAIN
from ..coordinator import EvccRuntime
from . import access, answers
from .feed import FEEDS, Feed
from .options import option
from .refusals import Refused
from .server import enveloped, require_reading, running

PATH: Final = "/ws"
MAX_CLIENTS: Final = 100
MAX_MESSAGES: Final = 1024
MAX_BYTES: Final = 4 * 1024 * 1024
"""How much may wait for one client. Who is slower than that is better off with the state as it is later."""
WRITE_LIMIT: Final = 10.0  # s for one message
CLOSE_LIMIT: Final = 2.0  # s that a client has to say good-bye
MAX_RECEIVED: Final = 4096  # bytes of a message that is refused anyway

TOO_SLOW: Final = b"connection too slow to keep up with messages"
UNEXPECTED: Final = b"this connection takes no messages"
WITHDRAWN: Final = b"not authorized any more"

_CLIENTS: HassKey[set[Client]] = HassKey(f"{DOMAIN}_websockets")


class Client:
    """One connection. Messages wait in a queue, which one task sends; closing is its task as well."""

    def __init__(self, request: web.Request, may_read: Callable[[], bool]) -> None:
        """Prepare a connection that is not open yet. `may_read` is asked before each message."""
        self._request = request
        self._may_read = may_read
        # no pings: there is always something to send before long, which shows whether somebody is there
        self.socket = web.WebSocketResponse(compress=False, timeout=CLOSE_LIMIT, max_msg_size=MAX_RECEIVED)
        self._queue: deque[bytes] = deque()
        self._waiting = 0  # bytes in the queue
        self._wake = asyncio.Event()
        self._parting: tuple[int, bytes] | None = None
        self._deaf: CALLBACK_TYPE | None = None

    @callback
    def listen(self, feed: Feed) -> None:
        """Send on what this feed tells, until it is time to leave."""
        self._deaf = feed.listen(self.push)
        if self._parting is not None:  # the very first message was too long
            self._deaf()

    @callback
    def push(self, message: bytes) -> None:
        """Send a message as soon as possible; give a client up that cannot follow."""
        if self._parting is not None:
            return
        if not self._may_read():
            self.leave(WSCloseCode.POLICY_VIOLATION, WITHDRAWN)
            return
        if len(self._queue) >= MAX_MESSAGES or self._waiting + len(message) > MAX_BYTES:
            self.leave(WSCloseCode.POLICY_VIOLATION, TOO_SLOW)
            return
        self._queue.append(message)
        self._waiting += len(message)
        self._wake.set()

    @callback
    def leave(self, code: int, reason: bytes = b"") -> None:
        """Close the connection soon; what waits is not sent any more. The first reason counts."""
        if self._parting is None:
            self._parting = (code, reason)
        if self._deaf is not None:
            self._deaf()
        self._queue.clear()
        self._waiting = 0
        self._wake.set()

    async def read(self) -> None:
        """Wait for the end. Pings are answered meanwhile; whoever says something is shown the door."""
        async for message in self.socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                self.leave(WSCloseCode.POLICY_VIOLATION, UNEXPECTED)

    async def write(self) -> None:
        """Send what is pushed until it is time to leave."""
        transport = self._request.transport
        try:
            await self._send()
            code, reason = self._parting or (WSCloseCode.OK, b"")
            async with asyncio.timeout(WRITE_LIMIT):
                await self.socket.close(code=code, message=reason)
        except ConnectionError, TimeoutError:
            self.leave(WSCloseCode.ABNORMAL_CLOSURE)
            if transport is not None:
                transport.abort()  # closing waits for what was sent to be read

    async def _send(self) -> None:
        while self._parting is None:
            self._wake.clear()
            while self._queue:
                message = self._queue.popleft()
                self._waiting -= len(message)
                async with asyncio.timeout(WRITE_LIMIT):
                    await self.socket.send_frame(message, WSMsgType.TEXT)
            await self._wake.wait()


async def serve_socket(hass: HomeAssistant, request: web.Request) -> web.StreamResponse:
    """Answer a request for `/ws`: refuse it, or tell the state until one side has enough."""
    try:
        runtime = await _admit(hass, request)
    except Refused as refusal:
        return answers.refused(refusal)
    client = Client(request, partial(access.may_still_read, request, runtime))
    feed = hass.data[FEEDS][not enveloped(request, runtime)]
    clients = hass.data[_CLIENTS]
    clients.add(client)
    try:
        await client.socket.prepare(request)
        client.listen(feed)
        writer = hass.async_create_background_task(client.write(), "evcc websocket")
        try:
            await client.read()
        finally:
            client.leave(WSCloseCode.OK)
        await writer
    finally:
        clients.discard(client)
    return client.socket


async def _admit(hass: HomeAssistant, request: web.Request) -> EvccRuntime:
    """Return the site that a client is told of; refuse who may not read the state.

    Browsers let every page open a websocket to everywhere; `access` tells the foreign ones.
    """
    runtime = running(hass)
    if runtime is None:
        raise Refused(503, "evcc is not running")
    await require_reading(request, access.identify(request, runtime))
    if not web.WebSocketResponse().can_prepare(request):
        raise Refused(400, "Bad Request", plain=True)
    if len(hass.data[_CLIENTS]) >= MAX_CLIENTS:
        raise Refused(503, "too many connections")
    return runtime


@callback
def async_close(hass: HomeAssistant) -> None:
    """Say good-bye to all clients of `/ws`, without waiting for them; they come again when we do."""
    clients: set[Client] = hass.data[_CLIENTS]
    for client in clients:
        client.leave(WSCloseCode.GOING_AWAY, b"evcc stops or is being reloaded")


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the command; nobody is connected yet."""
    hass.data[_CLIENTS] = set()
    websocket_api.async_register_command(hass, _subscribe)


@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/subscribe", vol.Optional(CONF_ENVELOPE): bool}
)
@callback
def _subscribe(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send the whole state and then what changes, as on `/ws`; after a reload the whole state again."""
    if not connection.user.permissions.access_all_entities(POLICY_READ):
        raise Unauthorized(permission=POLICY_READ)
    runtime = running(hass)
    if runtime is None:
        connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "evcc is not running")
        return
    legacy = msg.get(CONF_ENVELOPE, option(runtime, CONF_ENVELOPE, default=True))

    @callback
    def send(message: bytes) -> None:
        connection.send_message(construct_event_message(msg["id"], message))

    connection.send_result(msg["id"])
    connection.subscriptions[msg["id"]] = hass.data[FEEDS][not legacy].listen(send)
