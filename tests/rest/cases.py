"""Reads the cases of `cases.yaml`, fills their placeholders in and compares answers with what they expect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
from typing import Any, Final

import yaml

from .home import OFFLINE, VEHICLE, VEHICLE_TITLE

FILE: Final = Path(__file__).with_name("cases.yaml")
PASSWORD: Final = "passWord1234!"
ABSENT: Final = object()
"""What a look-up returns for a key that is not there."""

_AHEAD: Final = timedelta(hours=8)
_ISO: Final = "%Y-%m-%dT%H:%M:%S"
_RATE: Final = {"start", "end", "value", "price"}


@dataclass(frozen=True, slots=True)
class Case:
    """One request and what is to come back; `data` is its entry in the file."""

    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of the case."""
        return str(self.data["id"])

    @property
    def given(self) -> str:
        """How the home differs from the usual one; empty: not at all."""
        return str(self.data.get("given", ""))

    @property
    def statuses(self) -> list[int]:
        """The status that is expected; where the contract leaves a choice, all of them."""
        status = self.data["status"]
        return status if isinstance(status, list) else [status]


def load() -> list[Case]:
    """Return all cases in the order of the file."""
    return [Case(data) for data in yaml.safe_load(FILE.read_text(encoding="utf-8"))["cases"]]


def placeholders(now: datetime) -> dict[str, str]:
    """Return what the words in braces stand for at that time."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    future, past = hour + _AHEAD, hour - timedelta(days=1)
    return {
        "{lp}": "1",
        "{lp2}": "2",
        "{vehicle}": VEHICLE,
        "{vehicle_title}": VEHICLE_TITLE,
        "{offline}": OFFLINE,
        "{session}": "1",
        "{session2}": "2",
        "{password}": PASSWORD,
        "{future}": f"{future:{_ISO}}Z",
        "{future_ms}": f"{future:{_ISO}}.123Z",
        "{past}": f"{past:{_ISO}}Z",
    }


def fill(value: Any, words: Mapping[str, str]) -> Any:
    """Return a value with its placeholders filled in, at any depth."""
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(word, text)
        return value
    if isinstance(value, list):
        return [fill(item, words) for item in value]
    if isinstance(value, dict):
        return {fill(key, words): fill(item, words) for key, item in value.items()}
    return value


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str) or re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value) is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _rates(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    last = None
    for rate in value:
        start, end = _instant(rate.get("start")), _instant(rate.get("end"))
        if set(rate) != _RATE or start is None or end is None or rate["value"] != rate["price"]:
            return False
        if not start < end or (last is not None and start < last):
            return False
        last = end
    return True


_MATCHERS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "$any": lambda v: v is not ABSENT,
    "$null": lambda v: v is None,
    "$number": _number,
    "$integer": lambda v: _number(v) and v == int(v),
    "$string": lambda v: isinstance(v, str) and v != "",
    "$boolean": lambda v: isinstance(v, bool),
    "$array": lambda v: isinstance(v, list),
    "$object": lambda v: isinstance(v, dict),
    "$rfc3339": lambda v: _instant(v) is not None,
    "$rates": _rates,
    "$strings": lambda v: isinstance(v, list) and all(isinstance(s, str) for s in v),
    "$nonempty": lambda v: v is not ABSENT and bool(v),
    "$absent": lambda v: v is ABSENT,
}


def differences(found: Any, wanted: Any, *, subset: bool, at: str = "") -> list[str]:
    """Return how an answer differs from what is wanted; nothing if it does not."""
    if isinstance(wanted, str) and wanted.startswith("$"):
        if wanted.startswith("$regex:"):
            fits = isinstance(found, str) and re.search(wanted.removeprefix("$regex:"), found) is not None
        else:
            fits = _MATCHERS[wanted](found)
        return [] if fits else [f"{at}: {found!r} is not {wanted}"]
    if isinstance(wanted, dict) and isinstance(found, dict):
        return _differing_keys(found, wanted, subset=subset, at=at)
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return [f"{at}: {len(found)} items instead of {len(wanted)}"]
        pairs = zip(found, wanted, strict=True)
        return [
            d for i, (f, w) in enumerate(pairs) for d in differences(f, w, subset=subset, at=f"{at}[{i}]")
        ]
    return [] if _same(found, wanted) else [f"{at}: {found!r} instead of {wanted!r}"]


def _differing_keys(
    found: Mapping[str, Any], wanted: Mapping[str, Any], *, subset: bool, at: str
) -> list[str]:
    result = [] if subset else [f"{at}: {key} is not expected" for key in found if key not in wanted]
    for key, value in wanted.items():
        result += differences(found.get(key, ABSENT), value, subset=subset, at=f"{at}.{key}")
    return result


def _same(found: Any, wanted: Any) -> bool:
    if (instant := _instant(wanted)) is not None:
        return _instant(found) == instant
    if _number(wanted):
        return _number(found) and bool(found == wanted)
    return type(found) is type(wanted) and bool(found == wanted)


def look_up(state: Any, path: str) -> Any:
    """Return what is at a dotted path of the state; ABSENT if there is no such key."""
    for key in path.split("."):
        if isinstance(state, list) and key.isdecimal() and int(key) < len(state):
            state = state[int(key)]
        elif isinstance(state, dict) and key in state:
            state = state[key]
        else:
            return ABSENT
    return state
