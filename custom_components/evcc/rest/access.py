"""Who may call: users of Home Assistant, whoever knows the password, and the local network if it was opened.

Nothing is open by default. A missing or expired credential is answered and forgotten, a wrong one counts
for Home Assistant's ban of addresses.
"""

from typing import Final

from aiohttp import web

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components.http import KEY_AUTHENTICATED, KEY_HASS_USER

from ..coordinator import EvccRuntime
from .call import Caller

NOBODY: Final = Caller(name="nobody")


def identify(request: web.Request, runtime: EvccRuntime) -> Caller:
    """Return who sends a request. Home Assistant has checked its own tokens and signatures before."""
    if request.get(KEY_AUTHENTICATED):
        return _user(request[KEY_HASS_USER])
    return NOBODY


def _user(user: User) -> Caller:
    return Caller(
        name=user.name or user.id,
        reads=user.permissions.access_all_entities(POLICY_READ),
        writes=user.permissions.access_all_entities(POLICY_CONTROL),
        administers=user.is_admin,
    )
