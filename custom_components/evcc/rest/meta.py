"""The document that describes the API itself."""

from collections.abc import Callable, Iterable
from typing import Final

from aiohttp import web

from homeassistant.loader import async_get_integration

from ..const import CONF_ENVELOPE, DOMAIN
from . import answers, openapi
from .call import Call
from .options import option
from .route import Route

PATH: Final = "/evcc/openapi.json"


def routes(every: Callable[[], Iterable[Route]]) -> tuple[Route, ...]:
    """Return the operation of the document; `every` returns the whole table, when somebody asks."""

    async def handle(call: Call) -> web.StreamResponse:
        integration = await async_get_integration(call.hass, DOMAIN)
        enveloped = bool(option(call.runtime, CONF_ENVELOPE, default=True))
        return answers.bare(openapi.document(every(), str(integration.version or ""), enveloped=enveloped))

    return (
        Route(
            method="GET",
            path=PATH,
            handle=handle,
            tag="General",
            summary="This document",
            answer="OpenApi",
            contract=False,
        ),
    )
