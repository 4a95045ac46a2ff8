"""Web pages of other origins: what a browser lets them do with the API.

Browsers ask first (OPTIONS) before anything but a simple request. The original lets every page of the
internet read the state of a house that a visitor's browser can reach. Here a foreign page needs a token,
which it sends itself and which no browser adds by itself; then it may read the answer.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web

from . import answers
from .refusals import not_found

_METHODS: Final = (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST)
_NO_OPERATION: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_HEADERS: Final = {"content-type": "Content-Type", "authorization": "Authorization"}


def preflight(request: web.Request, routes: Mapping[str, Any]) -> web.Response:
    """Answer OPTIONS, without doing anything: of paths that change something, as the original does."""
    if not routes:
        raise not_found()
    if set(routes) <= {hdrs.METH_GET}:
        return answers.empty(HTTPStatus.METHOD_NOT_ALLOWED)
    if hdrs.ORIGIN not in request.headers:
        return answers.empty()
    wanted = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_METHOD)
    if wanted is None:
        return answers.empty(HTTPStatus.BAD_REQUEST)
    if wanted not in _METHODS:
        return answers.empty(HTTPStatus.METHOD_NOT_ALLOWED)
    asked = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "")
    names = [name.strip().lower() for name in asked.split(",") if name.strip()]
    if not all(name in _HEADERS for name in names):
        return answers.empty(HTTPStatus.FORBIDDEN)
    headers = {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*", hdrs.ACCESS_CONTROL_ALLOW_METHODS: wanted}
    if names:
        headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = ", ".join(_HEADERS[name] for name in names)
    return answers.empty(headers=headers)


def allow(request: web.Request, response: web.StreamResponse) -> None:
    """Let the page that sent a token read the answer, also a refusal; what is no operation says nothing.

    What was sent piece by piece has its headers already.
    """
    if response.prepared or response.status in _NO_OPERATION:
        return
    if hdrs.ORIGIN in request.headers and hdrs.AUTHORIZATION in request.headers:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
