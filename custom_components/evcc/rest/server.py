"""From a request to its answer: finds the site, the caller and the route, and lets nothing else out."""

from collections.abc import Mapping
from http import HTTPStatus
import logging
from typing import Any, Final, NoReturn

from aiohttp import hdrs, web
from yarl import URL

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

type _Found = tuple[Route, Mapping[str, Any]]


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
    except web.RequestPayloadError:
        response = answers.refused(Refused(HTTPStatus.BAD_REQUEST, "body cannot be read"))
    except Exception as err:  # noqa: BLE001 - whatever a handler does wrong ends here
        response = _failed(request, err)
    crossorigin.allow(request, response)
    return response


def _failed(request: web.Request, err: Exception) -> web.Response:
    """Log what went wrong, unless it is only that the client has gone; tell nothing of it."""
    transport = request.transport
    gone = transport is None or transport.is_closing()
    if not (gone and isinstance(err, ConnectionError)):
        _LOGGER.error("%s %s failed; please report this", request.method, request.path, exc_info=err)
    if transport is not None and request.writer.output_size:
        transport.close()  # half an answer is on its way: what came now would pass for the rest of it
    return answers.refused(Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error"))


async def _serve(hass: HomeAssistant, request: web.Request) -> web.StreamResponse:
    runtime = running(hass)
    if runtime is None:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "evcc is not running")
    plain = request.path.removesuffix("/")
    # dots may be a value, a wrong one: that is told
    if (clean := _cleaned(request.path)) != plain and not table.find(plain.removeprefix(PREFIX)).routes:
        location = URL.build(path=clean, query_string=request.query_string)
        return answers.empty(HTTPStatus.MOVED_PERMANENTLY, {hdrs.LOCATION: str(location)})
    # without the slash at the end: the original redirects, which turns a POST into a GET
    path = plain.removeprefix(PREFIX)
    routes = table.find(path).routes
    if request.method == hdrs.METH_OPTIONS:
        return crossorigin.preflight(request, routes)
    found = routes.get(request.method)
    caller = access.identify(request, runtime)
    if found is None:
        return await _without_operation(request, runtime, caller, routes)
    route, raw = found
    await _require(request, caller, route)
    if not _exists(runtime, found):
        raise not_found()
    values = {name: route.shapes[name].parse(value) for name, value in raw.items()}
    call = Call(
        hass=hass,
        request=request,
        runtime=runtime,
        caller=caller,
        enveloped=enveloped(request, runtime),
        values=values,
    )
    return await route.handle(call)


def _cleaned(path: str) -> str:
    """Return a path without empty, `.` and `..` segments; it never begins with two slashes."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


async def _without_operation(
    request: web.Request, runtime: EvccRuntime, caller: Caller, routes: Mapping[str, _Found]
) -> web.StreamResponse:
    """Answer a method that a path does not have, or a path that is none."""
    if not routes or not all(route.open for route, _ in routes.values()):
        await require_reading(request, caller)
    if routes and _exists(runtime, next(iter(routes.values()))):
        return answers.empty(HTTPStatus.METHOD_NOT_ALLOWED)
    raise not_found()


def _exists(runtime: EvccRuntime, found: _Found) -> bool:
    """Return whether the loadpoint that a path names is there: else the path itself is not."""
    route, raw = found
    if not route.path.startswith("/loadpoints/"):
        return True
    number = raw["id"]
    return len(number) < 5 and 0 < int(number) <= len(runtime.site.loadpoints)


async def _require(request: web.Request, caller: Caller, route: Route) -> None:
    """Refuse a caller who may not do this."""
    if route.open or caller.administers:
        return
    reading = route.method == hdrs.METH_GET
    if not route.protected and (caller.reads if reading else caller.writes):
        return
    await _refuse(request, caller)


async def require_reading(request: web.Request, caller: Caller) -> None:
    """Tell strangers nothing about which paths there are."""
    if not caller.reads:
        await _refuse(request, caller)


async def _refuse(request: web.Request, caller: Caller) -> NoReturn:
    """Ask an unknown caller for a login; a user of Home Assistant would not get further with another."""
    if caller.user_id is not None:
        raise Refused(HTTPStatus.FORBIDDEN, "Forbidden", plain=True)
    await access.async_note_guess(request)
    raise Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized", plain=True)


def enveloped(request: web.Request, runtime: EvccRuntime) -> bool:
    """Return whether a success is wrapped in `{"result": …}`: as the request wishes, else as configured."""
    if request.query_string and (wish := request.query.get(ENVELOPE_QUERY)) in ("0", "1"):
        return wish == "1"
    if (version := request.headers.get(VERSION_HEADER)) in ("1", "2"):
        return version == "1"
    return bool(option(runtime, CONF_ENVELOPE, default=True))
