"""The parameters of the OpenAPI document, by their names in the paths; some mean something else in one path."""

from collections.abc import Mapping
from typing import Any, Final

from .route import Route
from .schemas import Schema, ref, words

_PATH: Final[Mapping[str, tuple[str, Schema]]] = {
    "cost": (
        "Price of a kWh in the site's currency, or its emission in g",
        {"type": "number", "example": 0.25},
    ),
    "current": ("Current per phase, A", ref("Current")),
    "delay": ("Time, s", ref("Delay")),
    "enable": (
        "On or off",
        {
            "oneOf": [{"type": "boolean"}, {"type": "string"}, {"type": "number"}],
            "enum": ["true", "false", 1, 0],
        },
    ),
    "goal": (
        "What is to be reached: % with the type soc, kWh with energy",
        {"anyOf": [ref("Soc"), ref("Energy")]},
    ),
    "hourMinuteTime": ("Time of day as HH:MM", ref("HourMinuteTime")),
    "id": ("Number, from 1", ref("Id")),
    "mode": ("Charge mode", ref("Mode")),
    "name": ("Name of the vehicle: a key of `vehicles` in the state", ref("VehicleName")),
    "phases": ("Phases that may be used; 0: as the site decides", ref("Phases")),
    "power": ("Energy, kWh, in spite of the name", ref("Energy")),
    "priority": (
        "Who has the larger number comes first",
        {"type": "integer", "minimum": 0, "example": 2},
    ),
    "soc": ("State of charge, %", ref("Soc")),
    "temp": ("Temperature, °C", {"type": "number", "minimum": 0, "maximum": 100, "example": 55}),
    "threshold": ("Power at the grid connection, W; negative: fed into the grid", ref("SignedPower")),
    "timestamp": ("Instant with its offset as RFC 3339 says", ref("Timestamp")),
    "timezone": ("Name of a time zone; it may contain a slash", ref("IANATimeZone")),
    "type": ("What is to be reached", words("soc", "energy")),
    "weekdays": ("Days of the week, separated by commas; Sunday is 0", ref("Weekdays")),
}

_ELSEWHERE: Final[Mapping[tuple[str, str], tuple[str, Schema]]] = {
    ("/residualpower/{power}", "power"): (
        "Power at the grid connection, W; negative: fed into the grid",
        ref("SignedPower"),
    ),
    ("/batterymode/{mode}", "mode"): (
        "What the home battery is to do",
        words("normal", "hold", "charge", "holdcharge"),
    ),
    ("/tariff/{type}", "type"): ("Tariff", words("grid", "feedin", "co2", "planner", "solar")),
}

_QUERY: Final[Mapping[str, tuple[str, Schema]]] = {
    "areas": ("Areas to list, repeated or separated by commas; `area` means the same", ref("LogAreas")),
    "count": ("Lines at most, the newest", {"type": "integer", "example": 100}),
    "format": ("How the sessions are told; JSON without it", words("csv")),
    "jq": ("Filter in the language jq: only what it returns is sent, never enveloped", {"type": "string"}),
    "lang": (
        "Language of the table; as the Accept-Language header says without it",
        {"type": "string", "example": "de"},
    ),
    "level": ("Least severity; ERROR without it", ref("LogLevel")),
    "month": ("Month of the year", {"type": "integer", "minimum": 1, "maximum": 12, "example": 2}),
    "precondition": ("Time at the end to charge in, s", {"type": "integer", "minimum": 0}),
    "year": ("Year", {"type": "integer", "example": 2025}),
}

_QUERY_ELSEWHERE: Final[Mapping[tuple[str, str], tuple[str, Schema]]] = {
    ("/system/log", "format"): ("How the lines are told; JSON without it", words("txt")),
}


def of_path(route: Route, name: str) -> Mapping[str, Any]:
    """Return a parameter in the path of an operation."""
    description, schema = _ELSEWHERE.get((route.path, name)) or _PATH[name]
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def of_query(route: Route, name: str) -> Mapping[str, Any]:
    """Return a parameter behind the question mark; none has to be there."""
    description, schema = _QUERY_ELSEWHERE.get((route.path, name)) or _QUERY[name]
    found = {"name": name, "in": "query", "description": description, "schema": schema}
    return {**found, "explode": True} if name == "areas" else found
