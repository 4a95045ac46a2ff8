"""From a request to its answer: finds the site, the caller and the route, and lets nothing else out."""

from collections.abc import Mapping
from http import HTTPStatus
import logging
from typing import Any, Final

from aiohttp import hdrs, web

from homeassistant.core import HomeAssistant

from ..const import CONF_ENVELOPE, DOMAIN
from ..coordinator import EvccConfigEntry, EvccRuntime
from ..core.settings import SettingError
from ..errors import StoreError
from . import access, answers, crossorigin, table
from .call import Call, Caller
from .options import option
from .refusals import Refused, describe, not_found
from .route import Route

_LOGGER = logging.getLogger(__name__)

PREFIX: Final = "/api"
ENVELOPE_QUERY: Final = "envelope"  # 0 or 1: overrides the option for one request
VERSION_HEADER: Final = "X-Evcc-Api"  # 1: with envelope, 2: without


def running(hass: HomeAssistant) -> EvccRuntime | None:
    """Return the site at work; None while it is not set up or being reloaded."""
    entries: list[EvccConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return entries[0].runtime_data if entries else None


async def serve(hass: HomeAssistant, request: web.Request) -> web.StreamResponse:
    """Answer a request below `/api`. Errors of ours are logged and told without their details."""
    try:
        response = await _serve(hass, request)
    except Refused as refusal:
        response = answers.refused(refusal)
    except SettingError as err:
        response = answers.refused(Refused(HTTPStatus.BAD_REQUEST, describe(err)))
    except StoreError as err:
        _LOGGER.warning("%s %s: %s", request.method, request.path, err)
        response = answers.refused(Refused(HTTPStatus.BAD_REQUEST, "database offline"))
    except ConnectionError:
        raise  # the client has gone: nobody reads an answer
    except Exception:
        _LOGGER.exception("%s %s failed; please report this", request.method, request.path)
        response = answers.refused(Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error"))
    return response


async def _serve(hass: HomeAssistant, request: web.Request) -> web.StreamResponse:
    runtime = running(hass)
    if runtime is None:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "evcc is not running")
    # without the slash at the end: the original redirects, which turns a POST into a GET
    path = request.path.removeprefix(PREFIX).removesuffix("/")
    routes = table.find(path).routes
    if request.method == hdrs.METH_OPTIONS:
        return crossorigin.preflight(request, routes)
    found = routes.get(request.method)
    caller = access.identify(request, runtime)
    if found is None:
        _require_reading(caller)
        if routes and _exists(runtime, next(iter(routes.values()))):
            return answers.empty(HTTPStatus.METHOD_NOT_ALLOWED)
        raise not_found()
    route, raw = found
    _require(caller, route)
    values = {name: route.shapes[name].parse(value) for name, value in raw.items() if name == "id"}
    if not _exists(runtime, found):
        raise not_found()
    values |= {name: route.shapes[name].parse(value) for name, value in raw.items() if name != "id"}
    call = Call(
        hass=hass,
        request=request,
        runtime=runtime,
        caller=caller,
        enveloped=enveloped(request, runtime),
        values=values,
    )
    response = await route.handle(call)
    crossorigin.allow(request, response, caller)
    return response


def _exists(runtime: EvccRuntime, found: tuple[Route, Mapping[str, Any]]) -> bool:
    """Return whether the loadpoint that a path names is there: else the path itself is not."""
    route, raw = found
    if not route.path.startswith("/loadpoints/"):
        return True
    number = raw["id"]
    return len(number) < 5 and 0 < int(number) <= len(runtime.site.loadpoints)


def _require(caller: Caller, route: Route) -> None:
    """Refuse a caller who may not do this: unknown ones as the contract says, known ones for good."""
    if route.open or caller.administers:
        return
    reading = route.method == hdrs.METH_GET
    if not route.protected and (caller.reads if reading else caller.writes):
        return
    if caller.name == access.NOBODY.name or not caller.reads:
        raise Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized", plain=True)
    raise Refused(HTTPStatus.FORBIDDEN, "Forbidden", plain=True)


def _require_reading(caller: Caller) -> None:
    """Tell strangers nothing about which paths there are."""
    if not caller.reads:
        raise Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized", plain=True)


def enveloped(request: web.Request, runtime: EvccRuntime) -> bool:
    """Return whether a success is wrapped in `{"result": …}`: as the request wishes, else as configured."""
    if request.query_string and (wish := request.query.get(ENVELOPE_QUERY)) in ("0", "1"):
        return wish == "1"
    if (version := request.headers.get(VERSION_HEADER)) in ("1", "2"):
        return version == "1"
    return bool(option(runtime, CONF_ENVELOPE, default=True))
