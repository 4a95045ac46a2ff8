"""The OpenAPI document of what is served, made from the route table."""

from collections.abc import Iterable, Mapping
import re
from typing import Any, Final

from . import responses
from .answers import JSON
from .parameters import of_path, of_query
from .responses import Responses
from .route import Route
from .schemas import SCHEMAS, Schema, record, ref

VERSION: Final = "3.0.3"

REPAIRS: Final = (
    "HourMinuteTime: the hours 20 to 23 are times, too; patterns are those of the whole text",
    "Rate: `value` beside `price`, which may be negative",
    "residualpower and the thresholds take negative powers",
    "limitenergy, plan/energy, StaticEnergyPlan and the goal of an energy plan are energies in kWh",
    "goal: anyOf, since a number may be a state of charge and an energy",
    "planId may be 0, plan may be null, and plans tell `precondition`",
    "Delay has no negative values; level and areas of the log need not be there",
    "GET /auth/status answers JSON",
    "PUT /auth/password answers 201 to the first password",
    "POST …/plan/repeating also takes the list of plans alone, or null for none",
    "query precondition, which clients send with plans",
    "PUT /session/{id} takes any title of a vehicle; sessions tell `identifier` and the newer figures",
    "figures of a session that are not known are null",
    "tariff solar",
    "GET /state with jq answers what the filter returns",
    "answers to what is refused: 400, 401, 403, 404, 413, 429, 500, 501 and 503",
)
"""In what the document differs from the published contract, and the server always did."""

_ABOUT: Final = """\
Coordinates solar surplus charging inside Home Assistant. A long-lived access token of Home Assistant, or the
cookie of the login, opens everything that its user may do; the local network needs neither if the options of
the integration say so. `?envelope=0` or the header `X-Evcc-Api: 2` leaves the envelope `result` away,
`?envelope=1` or `X-Evcc-Api: 1` asks for it."""

_BODIES: Final[Mapping[str, Schema]] = {
    "ChangePassword": ref("ChangePassword"),
    "Login": record(password=ref("Password")),
    "RepeatingPlans": ref("RepeatingPlansOrList"),
    "SessionTitles": ref("SessionTitles"),
    "PlanStrategy": ref("PlanStrategy"),
}

_TEXT_TAG: Final = "Auth"  # its errors are text
_JSON_404: Final = {"/tariff/{type}"}


def document(routes: Iterable[Route], version: str, *, enveloped: bool) -> dict[str, Any]:
    """Return the document: all routes, with the outer form of answers that is configured."""
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, None] = {}
    for route in routes:
        tags[route.tag] = None
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, enveloped=enveloped)
    return {
        "openapi": VERSION,
        "info": {
            "title": "evcc for Home Assistant",
            "version": version,
            "description": _ABOUT,
            "x-repairs": list(REPAIRS),
        },
        "servers": [{"url": "/api"}],
        "tags": [{"name": tag} for tag in tags],
        "security": [{"token": []}, {"cookie": []}, {}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "auth"},
            },
        },
    }


def _operation(route: Route, *, enveloped: bool) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", route.path)
    operation: dict[str, Any] = {
        "operationId": _identifier(route),
        "summary": route.summary,
        "tags": [route.tag],
        "responses": dict(sorted(_responses(route, enveloped=enveloped).items())),
    }
    if names or route.query:
        operation["parameters"] = [
            *(of_path(route, name) for name in names),
            *(of_query(route, name) for name in route.query),
        ]
    if route.body:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _BODIES[route.body]}}}
    if route.open:
        operation["security"] = []
    elif route.protected:
        operation["security"] = [{"token": []}, {"cookie": []}]
    if not route.contract:
        operation["x-beyond-contract"] = True
    return operation


def _identifier(route: Route) -> str:
    words = [word.capitalize() for word in re.findall(r"\w+", route.path)]
    return route.method.lower() + "".join(words)


def _responses(route: Route, *, enveloped: bool) -> Responses:
    inputs = bool(route.shapes or route.body or route.query)
    found: Responses = {"400": responses.REJECTED if inputs else responses.FILTERED, "503": responses.OFFLINE}
    if route.shapes:
        found["404"] = _not_found(route)
    if not route.open:
        found |= {"401": responses.UNAUTHORIZED, "403": responses.FORBIDDEN}
    if route.body and route.tag != _TEXT_TAG:
        found |= {"408": responses.TOO_SLOW, "413": responses.TOO_LONG}
    return found | responses.successes(route.answer, enveloped=enveloped)


def _not_found(route: Route) -> Mapping[str, Any]:
    if route.path not in _JSON_404:
        return responses.NOT_FOUND
    content = {**responses.NOT_FOUND["content"], JSON: {"schema": ref("Error")}}
    return {"description": "There is no such tariff", "content": content}
