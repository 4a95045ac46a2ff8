"""Answers of any length, sent piece by piece.

Only one piece is held at a time, and it is made when the one before has gone: a slow reader slows down the
reading of the file, and one that reads nothing any more is given up.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
import logging
from typing import Final

from aiohttp import hdrs, web

from ..errors import StoreError
from . import crossorigin
from .call import Call

_LOGGER = logging.getLogger(__name__)

PATIENCE: Final = 60.0
"""s that a reader has to take one piece, which is about 64 kB: it must read some kB a second."""

_ADDED: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    hdrs.SERVER: "",
}
"""What Home Assistant adds to all answers: with these it comes too late, they are on their way already."""


async def send(call: Call, headers: Mapping[str, str], pieces: AsyncGenerator[bytes]) -> web.StreamResponse:
    """Send the pieces. An error before the first one is raised; after it, only a broken connection tells."""
    async with aclosing(pieces):
        piece = await anext(pieces, None)
        response = web.StreamResponse(headers={**headers, **_ADDED})
        crossorigin.allow(call.request, response)
        try:
            await response.prepare(call.request)
            while piece is not None:
                async with asyncio.timeout(PATIENCE):
                    await response.write(piece)
                piece = await anext(pieces, None)
        except ConnectionError:
            pass  # the reader has gone
        except TimeoutError:
            _LOGGER.info("%s is given up: its reader takes nothing any more", call.request.path)
            _cut(call)
        except StoreError as err:
            _LOGGER.warning("%s ends early: %s", call.request.path, err)
            _cut(call)
        return response


def _cut(call: Call) -> None:
    """End the connection, so that nobody takes what came for the whole."""
    if (transport := call.request.transport) is not None:
        transport.abort()
