"""The REST API with the paths of evcc's own, on Home Assistant's web server and, if wished, on a port of its own.

A new path is one line in the module of its tag; `table` collects them.
"""

from functools import partial
from typing import override

from aiohttp import web

from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback

from ..coordinator import EvccConfigEntry
from . import websocket
from .feed import async_follow, async_setup_feeds
from .listener import async_listen
from .server import PREFIX, serve
from .table import stems


class _Stem(HomeAssistantView):
    """All paths below one beginning. Who may call is decided per path, not by Home Assistant's middleware."""

    requires_auth = False

    def __init__(self, hass: HomeAssistant, stem: str) -> None:
        """Name the beginning of the paths."""
        self.hass = hass
        self.path = self.url = f"{PREFIX}{stem}"
        self.name = f"api:evcc{stem.replace('/', ':')}"

    @override
    def register(self, hass: HomeAssistant, app: web.Application, router: web.UrlDispatcher) -> None:
        """Take all methods: what is not possible is answered as the contract says."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await serve(hass, request)

        router.add_route("*", self.path, handle)
        router.add_route("*", f"{self.path}/{{tail:.*}}", handle)


class _Socket(HomeAssistantView):
    """The websocket at the root."""

    url = websocket.PATH
    name = "evcc:ws"
    requires_auth = False

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Tell the state, if the caller may know it."""
        return await websocket.serve_socket(request.app[KEY_HASS], request)


@callback
def async_setup_rest(hass: HomeAssistant) -> None:
    """Register the API, once per process: a web server forgets no path. Each request looks for the site."""
    for stem in stems():
        hass.http.register_view(_Stem(hass, stem))
    hass.http.register_view(_Socket)
    async_setup_feeds(hass)
    websocket.async_setup_websocket(hass)

    @callback
    def stop(_event: Event) -> None:
        _end(hass)

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)


async def async_start_rest(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Tell of a site and open its port, until the entry is unloaded."""
    async_follow(hass, entry.runtime_data)
    entry.async_on_unload(partial(_end, hass))
    await async_listen(hass, entry)


@callback
def _end(hass: HomeAssistant) -> None:
    """Tell nothing any more: clients of `/ws` come again, those of Home Assistant's websocket wait."""
    async_follow(hass, None)
    websocket.async_close(hass)
