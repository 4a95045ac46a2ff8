"""What the variable parts of a path may look like.

The pattern is the first check: what it does not let through is no path of ours (404). What it lets
through but is no value is refused by the parser (400), in the words of the original's number parsers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
import math
import re
from typing import Any, Final

from .refusals import Refused

_MAX_INTEGER: Final = 2**63 - 1  # what the original's integers hold


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of path parameter. `schema` is its component in the OpenAPI document."""

    name: str
    pattern: str
    parse: Callable[[str], Any]


def _float(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        raise Refused(400, f'strconv.ParseFloat: parsing "{raw[:40]}": invalid syntax') from None
    if not math.isfinite(value):
        raise Refused(400, f'strconv.ParseFloat: parsing "{raw[:40]}": value out of range')
    return value


def _integer(raw: str) -> int:
    # a length first: converting a million digits takes long
    if len(raw) > 19 or (value := int(raw)) > _MAX_INTEGER:
        raise Refused(400, f'strconv.Atoi: parsing "{raw[:40]}": value out of range')
    return value


def _percent(raw: str) -> int:
    """Return whole percent: the contract says number, the original takes whole ones only."""
    return round(_float(raw)) if "." in raw else _integer(raw)


def _boolean(raw: str) -> bool:
    if raw in ("1", "t", "true"):
        return True
    if raw in ("0", "f", "false"):
        return False
    raise Refused(400, f'strconv.ParseBool: parsing "{raw}": invalid syntax')


def _mode(raw: str) -> str:
    """Return the mode; newer clients have another word for `pv`. Whether it is one is said by the setting."""
    return "pv" if raw == "smart" else raw


_HOUR: Final = r"([01]\d|2[0-3])"
_RFC3339: Final = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}T{_HOUR}:\d{{2}}:\d{{2}}(\.\d+)?(Z|[+-]\d{{2}}:\d{{2}})", re.ASCII
)
_YEARS: Final = range(2, 9999)
"""Years that leave room to calculate: a day more or less is still a date."""


def timestamp(raw: str) -> datetime:
    """Return the instant with its offset; microseconds at most."""
    if _RFC3339.fullmatch(raw) is None:
        layout = "2006-01-02T15:04:05Z07:00"
        raise Refused(400, f'parsing time "{raw[:80]}" as "{layout}": cannot parse as RFC 3339 with offset')
    try:
        value = datetime.fromisoformat(raw)
    except ValueError as err:
        raise Refused(400, f'parsing time "{raw[:80]}": {err}') from err
    if value.year not in _YEARS:
        raise Refused(400, f'parsing time "{raw[:80]}": year out of range')
    return value


def _weekdays(raw: str) -> tuple[int, ...]:
    """Return the days, 0 is Sunday. Digits that are glued together are no day of any week."""
    items = raw.split(",")
    if "" in items:
        raise Refused(400, "invalid weekdays format")
    days = tuple(sorted({int(item) for item in items if len(item) == 1}))
    if not days:
        raise Refused(400, "no valid weekday found")
    return days


def _clock(raw: str) -> str:
    """Return a time of day, HH:MM."""
    if raw > "23:59":
        raise Refused(400, f'invalid time format, expected HH:MM: parsing time "{raw}": hour out of range')
    return raw


NUMBER: Final = Shape("number", r"[0-9.]+", _float)
SIGNED: Final = Shape("signed", r"-?[0-9.]+", _float)
INTEGER: Final = Shape("integer", r"[0-9]+", _integer)
PERCENT: Final = Shape("percent", r"[0-9.]+", _percent)
BOOLEAN: Final = Shape("boolean", r"[01truefalse]+", _boolean)
WORD: Final = Shape("word", r"[a-z]+", str)
MODE: Final = Shape("mode", r"[a-z]+", _mode)
GOAL: Final = Shape("goal", r"soc|energy", str)
WEEKDAYS: Final = Shape("weekdays", r"[0-6,]+", _weekdays)
CLOCK: Final = Shape("hourMinuteTime", r"[0-2][0-9]:[0-5][0-9]", _clock)
TIMEZONE: Final = Shape("timezone", r"[a-zA-Z0-9_./:-]+", str)
TARIFF: Final = Shape("tariff", r"[a-z0-9]+", str)
NAME: Final = Shape("name", r"[a-zA-Z0-9_.:-]+", str)
NUMBERED: Final = Shape("id", r"[1-9][0-9]*", _integer)
DIGITS: Final = Shape("id", r"[0-9]+", _integer)
TIMESTAMP: Final = Shape("timestamp", r"[0-9TZ:.+-]+", timestamp)
"""Parsed by the handler's own order of checks where the contract has one: see `raw`."""


def raw(shape: Shape) -> Shape:
    """Return a shape that is only matched; the handler parses, in the order that the contract gives."""
    return Shape(shape.name, shape.pattern, str)
