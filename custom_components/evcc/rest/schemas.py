"""The data types of the OpenAPI document: what goes in and out, beneath the answers themselves.

Names, types and bounds are those of the published contract but for the repairs that `openapi.REPAIRS` lists.
"""

from collections.abc import Mapping
from typing import Any, Final

type Schema = Mapping[str, Any]


def ref(name: str) -> Schema:
    """Return a reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(**properties: Schema) -> Schema:
    """Return the schema of an object with these properties."""
    return {"type": "object", "properties": properties}


def array(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def words(*choices: str) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": list(choices)}


def _number(description: str, **bounds: Any) -> Schema:
    return {"type": "number", "description": description, **bounds}


def _maybe(description: str) -> Schema:
    return _number(f"{description}; null: unknown", nullable=True)


SCHEMAS: Final[Mapping[str, Schema]] = {
    "ChangePassword": record(current=ref("Password"), new=ref("Password")),
    "ChargingSession": record(
        id=ref("Id"),
        created=ref("Timestamp"),
        finished=ref("Timestamp"),
        loadpoint=ref("LoadpointName"),
        identifier={"type": "string", "description": "What the charger read of the vehicle or its card"},
        vehicle=ref("VehicleTitle"),
        odometer=_maybe("Odometer, km"),
        meterStart=_maybe("Meter when charging began, kWh"),
        meterStop=_maybe("Meter when charging ended, kWh"),
        chargedEnergy=_number("Energy, kWh"),
        chargeDuration=_number("Time during which energy flowed, ns"),
        solarPercentage=_maybe("Share of solar energy, %"),
        price=_maybe("Price of the session"),
        pricePerKWh=_maybe("Mean price of a kWh"),
        co2PerKWh=_maybe("Mean emission of a kWh, g"),
        socStart=_maybe("State of charge when charging began, %"),
        socEnd=_maybe("State of charge when charging ended, %"),
        addedRange=_maybe("Range that was charged, km"),
        referencePricePerKWh=_maybe("Mean grid price of the day after the session began"),
        referenceCo2PerKWh=_maybe("Mean emission of the day after the session began, g"),
    ),
    "ChargingSessions": array(ref("ChargingSession")),
    "Current": _number("Current per phase, A", minimum=0, example=16),
    "Delay": {"type": "integer", "description": "Time, s", "minimum": 0, "example": 60},
    "Energy": _number("Energy, kWh", minimum=0, example=12.5),
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string"}},
        "additionalProperties": False,
    },
    "HourMinuteTime": {
        "type": "string",
        "description": "Time of day as HH:MM",
        "pattern": "^([0-1][0-9]|2[0-3]):[0-5][0-9]$",
        "example": "12:30",
    },
    "IANATimeZone": {
        "type": "string",
        "description": "Name of a time zone in the IANA database",
        "example": "Europe/Berlin",
    },
    "Id": {"type": "integer", "description": "Number, from 1", "minimum": 1, "example": 1},
    "LoadpointName": {"type": "string", "description": "Title of a loadpoint", "example": "Garage"},
    "LogArea": {"type": "string", "description": "Part of the site that a line of the log is about"},
    "LogAreas": {**array(ref("LogArea")), "example": ["lp-1", "site", "db"]},
    "LogLevel": {**words("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"), "example": "DEBUG"},
    "Mode": {**words("off", "now", "minpv", "pv"), "description": "Charge mode"},
    "Password": {"type": "string", "description": "Password of the API", "example": "passWord1234!"},
    "Phases": {
        "type": "integer",
        "description": "Phases that may be used; 0: as the site decides",
        "enum": [0, 1, 3],
        "example": 3,
    },
    "PlanRates": record(
        duration={"type": "integer", "minimum": 0, "description": "Time that charging takes, s"},
        plan={**array(ref("Rate")), "nullable": True, "description": "When to charge; null: nothing to do"},
        planTime=ref("Timestamp"),
        power=_number("Power to charge with, W", minimum=0, example=11_000),
        precondition={"type": "integer", "minimum": 0, "description": "Time at the end to charge in, s"},
    ),
    "Rate": record(
        start=ref("Timestamp"),
        end=ref("Timestamp"),
        price=_number("Price or emission of a kWh, or W of a solar forecast"),
        value=_number("The same as `price`"),
    ),
    "Rates": array(ref("Rate")),
    "RepeatingPlan": record(
        active={"type": "boolean", "description": "Whether the plan counts"},
        soc=ref("Soc"),
        time=ref("HourMinuteTime"),
        tz=ref("IANATimeZone"),
        weekdays=ref("Weekdays"),
        precondition={"type": "integer", "minimum": 0, "description": "Time at the end to charge in, s"},
    ),
    "RepeatingPlans": record(plans={**array(ref("RepeatingPlan")), "nullable": True}),
    "RepeatingPlansOrList": {
        "anyOf": [ref("RepeatingPlans"), array(ref("RepeatingPlan"))],
        "description": "Clients of older versions send and get an object, those of newer ones the list alone",
    },
    "SessionTitles": record(
        vehicle={"type": "string", "nullable": True, "maxLength": 200, "description": "Title of the vehicle"},
        loadpoint={"type": "string", "nullable": True, "maxLength": 200, "example": "Garage"},
    ),
    "SignedPower": _number("Power, W; negative: fed into the grid", example=-1500),
    "Soc": _number("State of charge, %", minimum=0, maximum=100, example=60),
    "State": {"type": "object", "description": "The whole site: its parts, settings and what they do now"},
    "StaticEnergyPlan": record(energy=ref("Energy"), time=ref("Timestamp"), precondition=ref("Delay")),
    "StaticSocPlan": record(soc=ref("Soc"), time=ref("Timestamp"), precondition=ref("Delay")),
    "PlanStrategy": record(
        continuous={"type": "boolean", "description": "Charge in one go"},
        precondition={"type": "integer", "minimum": 0, "description": "Time at the end to charge in, s"},
    ),
    "Timestamp": {
        "type": "string",
        "format": "date-time",
        "description": "Instant with its offset as RFC 3339 says",
        "example": "2025-07-19T12:30:00.000Z",
    },
    "VehicleName": {
        "type": "string",
        "description": "Name of a vehicle: a key of `vehicles` in the state",
        "minLength": 1,
        "pattern": "^[a-zA-Z0-9_.:-]+$",
        "example": "vehicle_1",
    },
    "VehicleTitle": {"type": "string", "description": "Title of a vehicle", "example": "blauer e-Golf"},
    "Weekdays": {
        **array({"type": "integer", "minimum": 0, "maximum": 6}),
        "description": "Days of the week; Sunday is 0",
        "uniqueItems": True,
        "example": [1, 3, 4],
    },
}
