"""The answers of the OpenAPI document, by the names that the route table gives them."""

from collections.abc import Mapping
from typing import Any, Final

from .answers import JSON
from .schemas import Schema, array, record, ref, words

type Responses = dict[str, Mapping[str, Any]]

_TEXT: Final = "text/plain"

_RESULTS: Final[Mapping[str, Schema]] = {
    "BooleanResult": {"type": "boolean"},
    "IntegerResult": {"type": "integer"},
    "NanoSecondsResult": {"type": "integer", "description": "Time, ns"},
    "NullResult": {"type": "object", "nullable": True, "description": "Always null"},
    "NumberResult": {"type": "number"},
    "PlanRatesResult": ref("PlanRates"),
    "SocResult": record(soc=ref("Soc")),
    "Log": array({"type": "string"}),
    "LogAreas": ref("LogAreas"),
    "Mode": ref("Mode"),
    "Phases": {"type": "number"},
    "Plan": {
        "allOf": [
            record(
                planId={
                    "type": "integer",
                    "minimum": 0,
                    "description": "0: none, 1: one time, from 2: repeating",
                }
            ),
            ref("PlanRates"),
        ]
    },
    "RepeatingPlansResult": ref("RepeatingPlansOrList"),
    "Sessions": ref("ChargingSessions"),
    "State": ref("State"),
    "EnergyPlan": ref("StaticEnergyPlan"),
    "SocPlan": ref("StaticSocPlan"),
    "PlanStrategy": ref("PlanStrategy"),
    "Tariff": record(rates=ref("Rates")),
    "VehicleMode": record(mode=ref("Mode")),
    "VehicleTitle": record(vehicle=ref("VehicleTitle")),
}
"""What is in the envelope."""

_BARE_RESULTS: Final[Mapping[str, Schema]] = {"RepeatingPlansResult": array(ref("RepeatingPlan"))}
"""What has another form where there is no envelope."""

_INSTEAD: Final[Mapping[str, Schema]] = {"State": {"description": "With jq: what the filter returns"}}
"""What is sent instead of the result if the query asks for it, never in an envelope."""

_BARE: Final[Mapping[str, Schema]] = {"OpenApi": {"type": "object"}}
"""What never is in an envelope."""

_FILES: Final[Mapping[str, str]] = {"Log": _TEXT, "Sessions": "text/csv"}
"""What may be had as a file, too."""


def _response(description: str, kind: str = "", schema: Schema | None = None) -> Mapping[str, Any]:
    if schema is None:
        return {"description": description}
    return {"description": description, "content": {kind: {"schema": schema}}}


def _text(description: str, *lines: str) -> Mapping[str, Any]:
    return _response(description, _TEXT, words(*lines) if lines else {"type": "string"})


def failed(description: str) -> Mapping[str, Any]:
    """Return an answer that says in JSON what was wrong."""
    return _response(description, JSON, ref("Error"))


def _cookie(description: str, **schema: Any) -> Mapping[str, Any]:
    header = {"description": "The cookie", "schema": {"type": "string", **schema}}
    return {"description": description, "headers": {"Set-Cookie": header}}


NOT_FOUND: Final = _text("There is no such path, or no such loadpoint")
UNAUTHORIZED: Final = _text("Log in and try again", "Unauthorized")
FORBIDDEN: Final = _text("That user may not do this", "Forbidden")
OFFLINE: Final = failed("The site is not set up, or is starting anew")
FILTERED: Final = _text("Home Assistant takes the path or its query for an attack")
REJECTED: Final = {
    "description": "A value cannot be taken: `error` tells why; text if Home Assistant takes it for an attack",
    "content": {**FILTERED["content"], **failed("")["content"]},
}
TOO_SLOW: Final = failed("The body does not come to its end in time")
TOO_LONG: Final = failed("The body is too long")

_WHOLE: Final[Mapping[str, Responses]] = {
    "BlankResponse": {"200": _response("Done")},
    "Restarting": {"204": _response("Done: the site ends and begins anew")},
    "Health": {
        "200": _text("The site is controlled: `OK`"),
        "500": _response("No control cycle has come to its end for too long"),
    },
    "LoggedIn": {
        "200": _cookie("Logged in", example="auth=…; Path=/; Expires=…; HttpOnly; SameSite=Strict"),
        "400": _text("The body is not as it should be"),
        "401": _text("Wrong password"),
        "403": _text("Not from a web page of another origin"),
        "429": _text("Too many wrong passwords; try again in a minute"),
    },
    "LoggedOut": {"200": _cookie("Logged out", enum=["auth=; Path=/; HttpOnly"])},
    "PasswordChanged": {
        "201": _response("The first password was set"),
        "202": _response("The password was changed"),
        "400": _text("Wrong password, or the body is not as it should be"),
        "401": _text("Only an administrator of Home Assistant sets the first password"),
        "429": _text("Too many wrong passwords; try again in a minute"),
        "500": _text("The new password is empty"),
        "503": _text("The password cannot be stored"),
    },
    "AuthStatus": {
        "200": _response("Whether the caller is an administrator", JSON, {"type": "boolean"}),
        "501": _text("There is no password"),
    },
}
"""Answers with more than a result: all statuses, errors of their own included."""


def successes(name: str, *, enveloped: bool) -> Responses:
    """Return what an operation with this answer may send when all is well; KeyError for an unknown name."""
    if name in _WHOLE:
        return dict(_WHOLE[name])
    if name == "EmptyResult":
        return {"200": _response("Done", JSON, {"type": "object"})}
    if name in _BARE:
        return {"200": _response("Success", JSON, _BARE[name])}
    result = _RESULTS[name]
    schema = record(result=result) if enveloped else _BARE_RESULTS.get(name, result)
    if (instead := _INSTEAD.get(name)) is not None:
        schema = {"anyOf": [schema, instead]}
    content: dict[str, Any] = {JSON: {"schema": schema}}
    if (kind := _FILES.get(name)) is not None:
        content[kind] = {"schema": {"type": "string", "format": "binary", "description": "A file"}}
    return {"200": {"description": "Success", "content": content}}
