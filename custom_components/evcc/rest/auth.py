"""Operations of the tag auth: the login of the contract, with one password and a cookie.

It is there for clients that know nothing of Home Assistant's tokens, once an administrator of Home
Assistant has set a password.
"""

from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
import time
from typing import Any, Final

from aiohttp import hdrs, web

from homeassistant.components.http.ban import process_success_login
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..errors import StoreError
from . import access, answers, tokens
from .attempts import Attempts
from .call import Call
from .local import is_foreign
from .refusals import Refused
from .route import Route

_ATTEMPTS: HassKey[Attempts] = HassKey(f"{DOMAIN}_attempts")


def _refusal(status: int, text: str) -> Refused:
    return Refused(status, text, plain=True)


async def _login(call: Call) -> web.StreamResponse:
    if is_foreign(call.hass, call.request):
        # it could not use the cookie, but get the visitor's address banned
        raise _refusal(HTTPStatus.FORBIDDEN, "Forbidden")
    body = await _body(call)
    # before the check, which takes its time: if the password changes meanwhile, this login is void as well
    secret = call.runtime.credentials.secret
    if not await _knows(call, _text(body, "password") or "") or secret is None:
        raise _refusal(HTTPStatus.UNAUTHORIZED, "Invalid password")
    expires = dt_util.utcnow() + tokens.LIFETIME
    return answers.empty(headers={hdrs.SET_COOKIE: _cookie(tokens.issue(secret, expires), expires)})


def _cookie(token: str, expires: datetime) -> str:
    """Return the header as clients know it; some read it with their own eyes."""
    date = format_datetime(expires, usegmt=True)
    return f"{access.COOKIE}={token}; Path=/; Expires={date}; HttpOnly; SameSite=Strict"


async def _logout(_call: Call) -> web.StreamResponse:
    return answers.empty(headers={hdrs.SET_COOKIE: f"{access.COOKIE}=; Path=/; HttpOnly"})


async def _password(call: Call) -> web.StreamResponse:
    """Set the password.

    The first one comes from an administrator of Home Assistant: else whoever is first would own the house.
    Later whoever knows the current one may change it, and an administrator of Home Assistant may leave
    `current` out, for a password that was forgotten.
    """
    body = await _body(call)
    current, new = _text(body, "current"), _text(body, "new") or ""
    by_owner = call.caller.administers and call.caller.user_id is not None
    credentials = call.runtime.credentials
    if not credentials.has_password:
        if not by_owner:
            raise _refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        done = HTTPStatus.CREATED
    else:
        forgotten = by_owner and current is None
        if not forgotten and not await _knows(call, current or ""):
            raise _refusal(HTTPStatus.BAD_REQUEST, "Invalid password")
        done = HTTPStatus.ACCEPTED
    try:
        await credentials.async_set_password(new)
    except ValueError as err:
        raise _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, str(err)) from err  # as the contract's server does
    except StoreError as err:
        raise _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "password cannot be stored") from err
    return answers.empty(done)


async def _status(call: Call) -> web.StreamResponse:
    if not call.caller.administers and not call.runtime.credentials.has_password:
        raise _refusal(HTTPStatus.NOT_IMPLEMENTED, "Not implemented")
    return answers.document(b"true" if call.caller.administers else b"false")


async def _knows(call: Call, password: str) -> bool:
    """Check a password. A wrong one counts, for Home Assistant's ban and for the limit of this minute."""
    request = call.request
    attempts = call.hass.data.setdefault(_ATTEMPTS, Attempts())
    if not attempts.begin(request.remote, time.monotonic()):
        raise _refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts")
    if not await call.runtime.credentials.async_check(password):
        await access.async_note_wrong(request)
        return False
    attempts.succeed(request.remote)
    if request.remote is not None:
        process_success_login(request)
    return True


async def _body(call: Call) -> dict[str, Any]:
    """Return the JSON object of the body; refusals are text here, as all of this tag's."""
    try:
        body = await call.json()
    except Refused as refusal:
        raise _refusal(refusal.status, refusal.text) from refusal
    if not isinstance(body, dict):
        raise _refusal(HTTPStatus.BAD_REQUEST, "not a JSON object")
    return body


def _text(body: dict[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise _refusal(HTTPStatus.BAD_REQUEST, f"{key} is not a string")
    return value


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="POST",
        path="/auth/login",
        handle=_login,
        tag="Auth",
        summary="Login",
        answer="LoggedIn",
        body="Login",
        open=True,
    ),
    Route(
        method="POST",
        path="/auth/logout",
        handle=_logout,
        tag="Auth",
        summary="Logout",
        answer="LoggedOut",
        open=True,
    ),
    Route(
        method="PUT",
        path="/auth/password",
        handle=_password,
        tag="Auth",
        summary="Change admin password",
        answer="PasswordChanged",
        body="ChangePassword",
        open=True,
    ),
    Route(
        method="GET",
        path="/auth/status",
        handle=_status,
        tag="Auth",
        summary="Authentication status",
        answer="AuthStatus",
        open=True,
    ),
)
