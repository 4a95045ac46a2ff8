"""Who may call: users of Home Assistant, whoever knows the password, and the local network if it was opened.

Nothing is open by default. A missing or expired credential is answered and forgotten, a wrong one counts
for Home Assistant's ban of addresses.
"""

from typing import Final

from aiohttp import hdrs, web

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components.http import KEY_AUTHENTICATED, KEY_HASS_REFRESH_TOKEN_ID, KEY_HASS_USER
from homeassistant.components.http.ban import process_wrong_login

from ..const import CONF_OPEN_LOCAL
from ..coordinator import EvccRuntime
from . import tokens
from .call import Caller
from .local import is_foreign, is_local
from .options import option

COOKIE: Final = "auth"

NOBODY: Final = Caller(name="nobody")
NEIGHBOUR: Final = Caller(name="local network", reads=True, writes=True)
ADMINISTRATOR: Final = Caller(name="administrator by password", reads=True, writes=True, administers=True)


def identify(request: web.Request, runtime: EvccRuntime) -> Caller:
    """Return who sends a request. Home Assistant has checked its own tokens and signatures before."""
    if request.get(KEY_AUTHENTICATED):
        return _user(request[KEY_HASS_USER])
    if _logged_in(request, runtime):
        return ADMINISTRATOR
    if option(runtime, CONF_OPEN_LOCAL, default=False) and is_local(runtime.hass, request):
        return NEIGHBOUR
    return NOBODY


def _user(user: User) -> Caller:
    return Caller(
        name=user.name or user.id,
        user_id=user.id,
        reads=user.permissions.access_all_entities(POLICY_READ),
        writes=user.permissions.access_all_entities(POLICY_CONTROL),
        administers=user.is_admin,
    )


def may_still_read(request: web.Request, runtime: EvccRuntime) -> bool:
    """Return whether whoever sent a request, which is still being answered, might read were it sent now.

    A token may be withdrawn meanwhile, a user disabled, the password changed.
    """
    if not request.get(KEY_AUTHENTICATED):
        return identify(request, runtime).reads
    user: User = request[KEY_HASS_USER]
    token = request.get(KEY_HASS_REFRESH_TOKEN_ID)
    withdrawn = token is not None and runtime.hass.auth.async_get_refresh_token(token) is None
    return user.is_active and not withdrawn and _user(user).reads


def _logged_in(request: web.Request, runtime: EvccRuntime) -> bool:
    """Return whether a request carries a token of our own, in its header or in the cookie.

    A browser adds the cookie by itself, so it counts for our own pages only.
    """
    secret = runtime.credentials.secret
    if secret is None:
        return False
    if tokens.is_valid(_bearer(request), secret):
        return True
    cookie = request.cookies.get(COOKIE, "")
    return tokens.is_valid(cookie, secret) and not is_foreign(runtime.hass, request)


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def async_note_guess(request: web.Request) -> None:
    """Count a refused header that holds no token for the ban.

    A real token that is not good any more (expired, or of a password before) does not count: a client that
    polls with it would lock its whole house out, and nobody guesses a signature.
    """
    if (bearer := _bearer(request)) and not tokens.is_token(bearer):
        await async_note_wrong(request)


async def async_note_wrong(request: web.Request) -> None:
    """Count for Home Assistant's ban; it warns of it and tells the owner."""
    if request.remote is not None:
        await process_wrong_login(request)
