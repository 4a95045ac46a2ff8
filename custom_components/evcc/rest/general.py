"""Is it alive, and what does it know: health and state."""

from typing import Final

from aiohttp import web

from . import answers
from .call import Call
from .route import Route


async def _health(call: Call) -> web.StreamResponse:
    if not call.runtime.runner.alive:
        return answers.empty(500)
    return answers.text("OK\n")


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET", path="/health", handle=_health, tag="General", summary="Health check", answer="Health"
    ),
)
