"""Is it alive, and what does it know: health and state."""

from functools import lru_cache
from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy

from . import answers, jq_filter, published
from .call import Call
from .route import Route


async def _health(call: Call) -> web.StreamResponse:
    if not call.runtime.runner.alive:
        return answers.empty(500)
    return answers.text("OK\n")


_PLAIN: Final = CIMultiDictProxy(
    CIMultiDict({hdrs.CONTENT_TYPE: "application/json; charset=UTF-8", hdrs.VARY: hdrs.ACCEPT_ENCODING})
)
_GZIP: Final = CIMultiDictProxy(CIMultiDict({**_PLAIN, hdrs.CONTENT_ENCODING: "gzip"}))


async def _state(call: Call) -> web.StreamResponse:
    kept = published.of(call.runtime)
    modern = not call.enveloped
    if call.request.query_string and (program := call.query.get("jq")):
        found = await jq_filter.run(call.hass, program, kept.bare(modern))
        return web.Response(body=found.rstrip() + b"\n", headers=_PLAIN)
    if accepts_gzip(call.request.headers.get(hdrs.ACCEPT_ENCODING, "")):
        return web.Response(body=kept.compressed(modern), headers=_GZIP)
    return web.Response(body=kept.body(modern), headers=_PLAIN)


@lru_cache(maxsize=64)
def accepts_gzip(header: str) -> bool:
    """Return whether a client that says this in `Accept-Encoding` can read gzip."""
    wishes: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        wishes[name] = not any(_is_zero(parameter) for parameter in parameters)
    return wishes.get("gzip", wishes.get("*", False))


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and not value.strip().strip("0.")


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET", path="/health", handle=_health, tag="General", summary="Health check", answer="Health"
    ),
    Route(
        method="GET",
        path="/state",
        handle=_state,
        tag="General",
        summary="System state",
        answer="State",
        query=("jq",),
    ),
)
