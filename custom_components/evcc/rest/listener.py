"""A port of its own, for clients that know nothing of Home Assistant's: the same paths under the same rules."""

from functools import partial
import logging
import os
from typing import Any, Final

from aiohttp import web

from homeassistant.components.http.ban import KEY_BAN_MANAGER, KEY_FAILED_LOGIN_ATTEMPTS, KEY_LOGIN_THRESHOLD
from homeassistant.components.http.const import KEY_HASS
from homeassistant.components.http.server import MAX_CLIENT_SIZE, MAX_LINE_SIZE
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import issue_registry as ir

from ..const import (
    CONF_LISTEN,
    CONF_LISTEN_HOST,
    CONF_LISTEN_PORT,
    DEFAULT_LISTEN_HOST,
    DEFAULT_LISTEN_PORT,
    DOMAIN,
)
from ..coordinator import EvccConfigEntry
from . import answers
from .options import option
from .refusals import not_found
from .server import PREFIX, serve
from .websocket import PATH, serve_socket

_LOGGER = logging.getLogger(__name__)

ISSUE: Final = "port_unavailable"
SHUTDOWN_LIMIT: Final = 3.0  # s that requests have to come to their end

_SHARED: Final[tuple[web.AppKey[Any], ...]] = (
    KEY_HASS,
    KEY_BAN_MANAGER,
    KEY_FAILED_LOGIN_ATTEMPTS,
    KEY_LOGIN_THRESHOLD,
)
"""What Home Assistant's middlewares look for in their application: one list of bans for both ports."""


async def async_listen(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Open the port if the options want it, until the entry is unloaded or Home Assistant stops.

    A port that cannot be had is an issue for the user, not an error of the site, which goes on without.
    """
    runtime = entry.runtime_data
    if not option(runtime, CONF_LISTEN, default=False):
        return
    host: str = option(runtime, CONF_LISTEN_HOST, default=DEFAULT_LISTEN_HOST)
    port: int = option(runtime, CONF_LISTEN_PORT, default=DEFAULT_LISTEN_PORT)
    runner = web.AppRunner(_application(hass), access_log=None, shutdown_timeout=SHUTDOWN_LIMIT)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as err:
        await runner.cleanup()
        _complain(hass, host, port, os.strerror(err.errno) if err.errno else str(err))
        entry.async_on_unload(partial(ir.async_delete_issue, hass, DOMAIN, ISSUE))
        return
    _LOGGER.info("The REST API also listens on %s, port %s", host, port)

    async def stop(_event: Event | None = None) -> None:
        await runner.cleanup()

    entry.async_on_unload(stop)
    entry.async_on_unload(hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, stop))


def _application(hass: HomeAssistant) -> web.Application:
    """Return what serves our paths and nothing else, behind what guards Home Assistant's own server.

    Tokens, bans and trusted proxies mean the same on both: the middlewares are the very same objects.
    """
    theirs = hass.http.app
    app = web.Application(
        middlewares=list(theirs.middlewares),
        client_max_size=MAX_CLIENT_SIZE,
        handler_args={"max_line_size": MAX_LINE_SIZE, "max_field_size": MAX_LINE_SIZE},
    )
    for key in _SHARED:
        if key in theirs:
            app[key] = theirs[key]

    async def api(request: web.Request) -> web.StreamResponse:
        return await serve(hass, request)

    async def socket(request: web.Request) -> web.StreamResponse:
        return await serve_socket(hass, request)

    async def other(request: web.Request) -> web.StreamResponse:
        return answers.refused(not_found())

    async def load_bans(app: web.Application) -> None:
        """Load the banned addresses, which Home Assistant's own server may do a little later."""
        if (bans := app.get(KEY_BAN_MANAGER)) is not None:
            await bans.async_load()

    app.on_startup.append(load_bans)
    app.router.add_get(PATH, socket)
    app.router.add_route("*", f"{PREFIX}/{{tail:.*}}", api)
    app.router.add_route("*", "/{tail:.*}", other)
    return app


def _complain(hass: HomeAssistant, host: str, port: int, reason: str) -> None:
    _LOGGER.error("The REST API cannot listen on %s, port %s: %s", host, port, reason)
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE,
        translation_placeholders={"host": host, "port": str(port), "error": reason},
    )
