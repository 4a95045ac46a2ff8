"""The one place where answers get their outer form: envelope, content type, error object."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import LooseHeaders
import orjson

from .refusals import Refused

JSON: Final = "application/json"
UTF8: Final = "UTF-8"


def encode(value: Any) -> bytes:
    """Return a value as one line of JSON. NaN and infinity become null, datetimes RFC 3339."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def result(value: Any, *, enveloped: bool) -> web.Response:
    """Return a success, in the envelope of the contract or bare for newer clients."""
    return document(encode({"result": value} if enveloped else value))


def bare(value: Any) -> web.Response:
    """Return a success that is never enveloped."""
    return document(encode(value))


def document(body: bytes) -> web.Response:
    """Return what is JSON already."""
    return web.Response(body=body, content_type=JSON, charset=UTF8)


def text(body: str, status: int = HTTPStatus.OK, headers: LooseHeaders | None = None) -> web.Response:
    """Return plain text; a browser must not take it for anything else."""
    response = web.Response(text=body, status=status, headers=headers)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def empty(status: int = HTTPStatus.OK, headers: LooseHeaders | None = None) -> web.Response:
    """Return an answer without a body."""
    response = web.Response(status=status, headers=headers)
    response.headers.pop("Content-Type", None)
    return response


def refused(refusal: Refused) -> web.Response:
    """Return an error: an object with the only key `error`, or a line of text. Never enveloped."""
    if refusal.plain:
        return text(f"{refusal.text}\n", refusal.status)
    return web.Response(
        body=encode({"error": refusal.text}), status=refusal.status, content_type=JSON, charset=UTF8
    )
