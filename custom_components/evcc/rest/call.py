"""One request on its way through the API: who calls, what the path said, what is asked of the site."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import StreamReader, web
from multidict import MultiMapping
import orjson

from homeassistant.core import HomeAssistant

from ..coordinator import EvccRuntime
from ..core.parts import Loadpoint
from .refusals import Refused

MAX_BODY: Final = 64 * 1024
"""bytes that a body may have: the longest that makes sense is a list of a hundred repeating plans."""

BODY_LIMIT: Final = 10.0
"""s that a body may take. Who sends none to its end would be waited for as long as the connection stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, and what that allows. `name` is for the log, `user_id` of a user of Home Assistant."""

    name: str
    user_id: str | None = None
    reads: bool = False
    writes: bool = False
    administers: bool = False


@dataclass(slots=True, kw_only=True)
class Call:
    """A request that has matched a route. `values` are the parameters of its path, parsed."""

    hass: HomeAssistant
    request: web.Request
    runtime: EvccRuntime
    caller: Caller
    enveloped: bool
    values: Mapping[str, Any]

    @property
    def query(self) -> MultiMapping[str]:
        """Return the parameters behind the question mark."""
        return self.request.query

    @property
    def index(self) -> int:
        """Return the loadpoint of the path `/loadpoints/{id}/…`, from 0."""
        index: int = self.values["id"] - 1
        return index

    @property
    def loadpoint(self) -> Loadpoint:
        """Return the loadpoint of the path."""
        return self.runtime.site.loadpoints[self.index]

    async def body(self) -> bytes:
        """Return the body; refuse one that is too long without reading it, and one that does not come."""
        if (self.request.content_length or 0) > MAX_BODY:
            raise Refused(413, "body too large")
        try:
            async with asyncio.timeout(BODY_LIMIT):
                return await self._read()
        except TimeoutError:
            raise Refused(408, "body takes too long") from None

    async def _read(self) -> bytes:
        parts = bytearray()
        stream: StreamReader = self.request.content
        async for part in stream.iter_chunked(MAX_BODY):
            parts += part
            if len(parts) > MAX_BODY:
                raise Refused(413, "body too large")
        return bytes(parts)

    async def json(self) -> Any:
        """Return what the body says as JSON; refuse what is none. The text is that of the parser."""
        try:
            return orjson.loads(await self.body())
        except orjson.JSONDecodeError as err:
            raise Refused(400, str(err)) from err
