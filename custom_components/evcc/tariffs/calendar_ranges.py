"""Ranges of hours, weekdays and months as people write them: `22-0,0-6`, `Mon-Fri`, `Okt-Mär`."""

from collections.abc import Mapping
import re
from typing import Final

from .model import SourceError

DAY_MINUTES: Final = 24 * 60

_DAYS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "sunday sun so",
            "monday mon mo",
            "tuesday tue di",
            "wednesday wed mi",
            "thursday thu do",
            "friday fri fr",
            "saturday sat sa",
        )
    )
    for name in names.split()
}
_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar mär",
            "april apr",
            "may mai",
            "june jun",
            "july jul",
            "august aug",
            "september sep",
            "october oct okt",
            "november nov",
            "december dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
_CLOCK: Final = re.compile(r"(\d{1,2})(?::([0-5]\d))?", re.ASCII)


def days(text: str) -> frozenset[int]:
    """Return weekdays, 0 is Sunday (7 as well), empty: every day. SourceError for what is none."""
    return _members(text, _DAYS, 7, "days_invalid")


def months(text: str) -> frozenset[int]:
    """Return months, 1 is January, empty: every month. SourceError for what is none."""
    return _members(text, _MONTHS, 12, "months_invalid")


def _members(text: str, names: Mapping[str, int], size: int, error: str) -> frozenset[int]:
    found: list[int] = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = item.partition("-")
        start = _number(first, names, size, error)
        end = _number(last, names, size, error) if dash else start
        found += [(start + i) % size for i in range((end - start) % size + 1)]
    if len(set(found)) != len(found):
        raise SourceError(error, text=text)
    return frozenset(n or size for n in found) if size == 12 else frozenset(found)


def _number(word: str, names: Mapping[str, int], size: int, error: str) -> int:
    name = word.strip().lower()
    if name.isascii() and name.isdigit() and len(name) <= 2:
        number = int(name)
        lowest = 1 if size == 12 else 0
        if lowest <= number <= size:
            return number % size
    elif name in names:
        return names[name] % size
    raise SourceError(error, text=word.strip())


def hours(text: str) -> tuple[tuple[int, int], ...]:
    """Return ranges in minutes of the day, the end exclusive and at most 1440; empty: no restriction.

    A range may not cross midnight: which day would its second half belong to?
    """
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = item.partition("-")
        start, end = _minute(first, text), _minute(last, text) or DAY_MINUTES
        if not dash or start >= end:
            raise SourceError("hours_invalid", text=item)
        found.append((start, end))
    return tuple(found)


def _minute(word: str, text: str) -> int:
    match = _CLOCK.fullmatch(word.strip())
    if match is None or int(match[1]) > 23:
        raise SourceError("hours_invalid", text=text)
    return int(match[1]) * 60 + int(match[2] or 0)
