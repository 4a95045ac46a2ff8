"""Who is on the local network, and what only looks like it.

An address alone does not tell: a proxy lends its own to the whole internet, and a browser at home sends
what a page from elsewhere makes it send. In doubt a request comes from outside.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from aiohttp import hdrs, web
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.hassio import get_supervisor_ip
from homeassistant.helpers.network import is_cloud_connection
from homeassistant.util.network import is_local as is_local_address

_LOCAL_ENDINGS: Final = (
    # names that nobody can register in the internet, and so no page can point at an address of the home
    ".fritz.box",
    ".home",
    ".home.arpa",
    ".internal",
    ".lan",
    ".local",
    ".localdomain",
    ".localhost",
)

_PROXIED: Final = (
    # what proxies add of which Home Assistant takes no notice
    hdrs.FORWARDED,
    hdrs.VIA,
    "CDN-Loop",
    "CF-Connecting-IP",
    "CF-Ray",
    "True-Client-IP",
    "X-Client-IP",
    "X-Forwarded",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Forwarded-Ssl",
    "X-Real-IP",
)

_INGRESS: Final = ("X-Hass-Source", "X-Ingress-Path")  # what the Supervisor adds

_FETCH_SITE: Final = "Sec-Fetch-Site"


def is_local(hass: HomeAssistant, request: web.Request) -> bool:
    """Return whether a device of the local network asks, of its own accord."""
    return (
        not is_cloud_connection(hass)
        and _is_near(hass, request)
        and not _is_passed_on(request)
        and _names_home(hass, request)
        and not is_foreign(hass, request)
    )


def _is_near(hass: HomeAssistant, request: web.Request) -> bool:
    """Look at the address, as Home Assistant has found it out: never at what a header says of it.

    The address of a proxy stands for anybody, as it does for Home Assistant's trusted networks.
    """
    address = _address(request.remote)
    if address is None or str(address) == get_supervisor_ip():
        return False
    return is_local_address(address) and not any(address in network for network in hass.http.trusted_proxies)


def _is_passed_on(request: web.Request) -> bool:
    """Return whether something between passed the request on that Home Assistant does not know of.

    What a trusted proxy says of the sender has replaced the address of the connection.
    """
    if any(name in request.headers for name in _INGRESS):
        return True
    if hdrs.X_FORWARDED_FOR in request.headers:
        peer = request.get_extra_info("peername")
        return peer is None or _address(peer[0]) == _address(request.remote)
    return any(name in request.headers for name in _PROXIED)


def _names_home(hass: HomeAssistant, request: web.Request) -> bool:
    """Return whether the server is called what only the home calls it.

    A page may let its own name lead to an address of the home; then the browser takes it for the same
    origin, and only the name shows it. Home Assistant's name in the internet is no proof either.
    """
    if hdrs.HOST not in request.headers:
        return True  # no browser
    try:
        host = (URL(f"http://{request.host}").host or "").rstrip(".").casefold()
    except ValueError:
        return False
    if _address(host) is not None or host == _own(hass.config.internal_url).host:
        return True
    return bool(host) and ("." not in host or host.endswith(_LOCAL_ENDINGS))


def is_foreign(hass: HomeAssistant, request: web.Request) -> bool:
    """Return whether a browser sends this for a page that is neither ours nor Home Assistant's."""
    if request.headers.get(_FETCH_SITE) == "cross-site":
        return True
    if (origin := request.headers.get(hdrs.ORIGIN)) is None:
        return False
    try:
        authority = URL(origin).authority.casefold()
    except ValueError:
        return True
    own = {_own(url).authority for url in (hass.config.internal_url, hass.config.external_url)}
    return not authority or authority not in own | {request.host.casefold()}


def _own(url: str | None) -> URL:
    return URL((url or "").casefold())


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    """Return an address; one of IPv4 that is wrapped in IPv6 unwrapped."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
