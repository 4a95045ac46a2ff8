"""Operations that set one setting: a line of a table each, and what a client is told of the new value."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from aiohttp import web

from ..core.settings import AnySettings, Scope, find
from . import answers, shapes
from .call import Call
from .document.values import exact
from .refusals import Refused
from .route import Handler, Route
from .shapes import Shape

type Told = Callable[[Any], Any]
"""From a value in force to what the answer says of it."""

_PREFIXES: Final[Mapping[Scope, str]] = {
    Scope.SITE: "",
    Scope.LOADPOINT: "/loadpoints/{id}",
    Scope.VEHICLE: "/vehicles/{name}",
}
_OWNERS: Final[Mapping[Scope, Mapping[str, Shape]]] = {
    Scope.SITE: {},
    Scope.LOADPOINT: {"id": shapes.NUMBERED},
    Scope.VEHICLE: {"name": shapes.NAME},
}


def value_as_it_is(value: Any) -> Any:
    """Tell a value itself; whole numbers have no decimals."""
    return exact(value) if isinstance(value, float) else value


def nanoseconds(seconds: float) -> int:
    """Tell a duration, in the unit that clients of the original know from here."""
    return round(seconds * 1e9)


def named(word: str) -> Told:
    """Return what tells a value as an object with one key."""
    return lambda value: {word: value_as_it_is(value)}


def require_vehicle(call: Call) -> str:
    """Return the vehicle that the path names; refuse one that there is not, as no path does."""
    name: str = call.values["name"]
    if name not in call.runtime.site.vehicles:
        raise Refused(400, f"not found: {name}")
    return name


def _target(call: Call, scope: Scope) -> int | str | None:
    match scope:
        case Scope.SITE:
            return None
        case Scope.LOADPOINT:
            return call.index
        case Scope.VEHICLE:
            return require_vehicle(call)


def _settings(call: Call, scope: Scope) -> AnySettings:
    match scope:
        case Scope.SITE:
            return call.runtime.site.settings
        case Scope.LOADPOINT:
            return call.loadpoint.settings
        case Scope.VEHICLE:
            return call.runtime.site.vehicles[call.values["name"]].settings


def _change(scope: Scope, key: str, parameter: str | None, told: Told) -> Handler:
    """Return what sets a setting to the value of a path parameter, or without one switches it off."""
    name = find(scope, key).name

    async def handle(call: Call) -> web.StreamResponse:
        target = _target(call, scope)
        value = None if parameter is None else call.values[parameter]
        await call.runtime.async_change(scope, target, key, value)
        return answers.result(told(getattr(_settings(call, scope), name)), enveloped=call.enveloped)

    return handle


def setter(
    scope: Scope,
    tag: str,
    path: str,
    key: str,
    shape: Shape,
    answer: str,
    summary: str,
    *,
    told: Told = value_as_it_is,
    contract: bool = True,
) -> Route:
    """Return the operation that sets the setting `key` to the one parameter of `path`."""
    parameter = path.partition("{")[2].rstrip("}")
    return Route(
        method="POST",
        path=f"{_PREFIXES[scope]}{path}",
        handle=_change(scope, key, parameter, told),
        tag=tag,
        summary=summary,
        answer=answer,
        shapes={**_OWNERS[scope], parameter: shape},
        contract=contract,
    )


def remover(
    scope: Scope,
    tag: str,
    path: str,
    key: str,
    answer: str,
    summary: str,
    *,
    told: Told = value_as_it_is,
    contract: bool = True,
) -> Route:
    """Return the operation that switches a setting off."""
    return Route(
        method="DELETE",
        path=f"{_PREFIXES[scope]}{path}",
        handle=_change(scope, key, None, told),
        tag=tag,
        summary=summary,
        answer=answer,
        shapes=_OWNERS[scope],
        contract=contract,
    )


of_site: Final = partial(setter, Scope.SITE, "Home Battery")
of_loadpoint: Final = partial(setter, Scope.LOADPOINT, "Loadpoints")
of_vehicle: Final = partial(setter, Scope.VEHICLE, "Vehicles")
without_of_site: Final = partial(remover, Scope.SITE, "Home Battery")
without_of_loadpoint: Final = partial(remover, Scope.LOADPOINT, "Loadpoints")
without_of_vehicle: Final = partial(remover, Scope.VEHICLE, "Vehicles")
