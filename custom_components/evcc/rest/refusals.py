"""What the API refuses, and the words for it: those of the original, which clients may show to people."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from ..core.settings import SettingError


class Refused(Exception):  # noqa: N818 - an answer like others, not a failure of ours
    """A request that is answered with a status and a sentence. `plain`: as text, not as JSON."""

    def __init__(self, status: int, text: str, *, plain: bool = False) -> None:
        """Keep what the answer is made of."""
        super().__init__(text)
        self.status = status
        self.text = text
        self.plain = plain


def not_found() -> Refused:
    """Return the answer to a path that does not exist."""
    return Refused(HTTPStatus.NOT_FOUND, "404 page not found", plain=True)


type _Words = Mapping[str, str]


def _soc_order(p: _Words) -> str:
    priority, buffer = float(p["priority"]), float(p["buffer"])
    if p["setting"] == "prioritySoc":
        return "priority soc must be smaller or equal than buffer soc"
    if p["setting"] == "bufferStartSoc":
        return "buffer start soc must be larger than buffer soc"
    if buffer < priority:
        return "buffer soc must not be smaller than priority soc"
    return "buffer soc must be smaller or equal than buffer start soc"


def _current_order(p: _Words) -> str:
    if p["setting"] == "minCurrent":
        return "min current must be smaller or equal than max current"
    return "max current must be greater or equal than min current"


def _invalid(p: _Words) -> str:
    if p["setting"] == "phasesConfigured":
        return f"invalid number of phases: {p['value']}"
    return f"invalid value: {p['value']}"


# What the core says -> the original's sentence. Where it has none: the value and what would be right.
_TEXTS: Final[Mapping[str, Callable[[_Words], str]]] = {
    "battery_missing": lambda p: "battery not configured",
    "battery_not_controllable": lambda p: "battery control not available",
    "boost_needs_solar_mode": lambda p: "battery boost is only available in PV modes",
    "phases_not_switchable": lambda p: "charger does not support phase switching",
    "min_above_max": _current_order,
    "phases_too_many": lambda p: (
        f"cannot configure more phases than physically connected: {p['wanted']} > {p['phases']}"
    ),
    "plan_in_past": lambda p: "timestamp is in the past",
    "plan_needs_energy": lambda p: "energy planning not available for vehicles with known soc and capacity",
    "plan_needs_soc": lambda p: "soc planning only available for vehicles with known soc and capacity",
    "soc_order": _soc_order,
    "time_invalid": lambda p: f'invalid time: parsing time "{p["time"]}": expected HH:MM',
    "timezone_unknown": lambda p: f"invalid timezone: unknown time zone {p['timezone']}",
    "value_missing": lambda p: f"{p['setting']}: value missing",
    "value_not_boolean": lambda p: f'strconv.ParseBool: parsing "{p["value"]}": invalid syntax',
    "value_not_integer": lambda p: f"{p['setting']} must be a whole number: {p['value']}",
    "value_not_number": lambda p: f'strconv.ParseFloat: parsing "{p["value"]}": invalid syntax',
    "value_not_offered": _invalid,
    "value_out_of_range": lambda p: (
        f"{p['setting']} must be between {p['low']} and {p['high']}: {p['value']}"
    ),
    "vehicle_not_applicable": lambda p: "no vehicle can be assigned here",
    "vehicle_unknown": lambda p: f"not found: {p['vehicle']}",
    "weekday_out_of_range": lambda p: f"weekday out of range: {p['weekday']}",
    "weekdays_missing": lambda p: "no valid weekday found",
}


def describe(error: SettingError) -> str:
    """Return what a client reads of an error of the core."""
    text = _TEXTS.get(error.key)
    return str(error) if text is None else text(error.placeholders)
