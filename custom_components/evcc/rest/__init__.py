"""The REST API with the paths of evcc's own, on Home Assistant's web server and, if wished, on a port of its own.

A new path is one line in the module of its tag; `table` collects them.
"""

from typing import override

from aiohttp import web

from homeassistant.components.http import HomeAssistantView
from homeassistant.core import HomeAssistant, callback

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


@callback
def async_setup_rest(hass: HomeAssistant) -> None:
    """Register the API, once per process: a web server forgets no path. Each request looks for the site."""
    for stem in stems():
        hass.http.register_view(_Stem(hass, stem))
