"""Sessions as lines of a table that spreadsheets open: one header, one line per session.

Values are written as they are. A title that begins like a formula (`=`, `+`, `-`, `@`) is not changed:
it is the owner's own word (others may not give such titles), and who reads the file back must find it again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
import math
import re
from typing import Final

from ..core.session import SessionRecord
from .captions import COLUMNS, COST, OLDER_COLUMNS, Language

BOM: Final = b"\xef\xbb\xbf"

_DECIMALS: Final[Mapping[str, int]] = {"odometer": 0}
_PLACES: Final = 3
_LARGEST: Final = 1e15  # from here on floats have no decimals worth rounding


class Table:
    """How lines are written for one reader. `modern`: with the columns that the older file does not have."""

    def __init__(
        self, language: Language, captions: Mapping[str, str], zone: tzinfo, *, modern: bool
    ) -> None:
        """Choose columns, words and marks; times are those of the zone."""
        self._columns = COLUMNS if modern else OLDER_COLUMNS
        self._captions = captions
        self._price = COST if modern else "price"
        self._zone = zone
        self._separator = language.separator
        self._decimal = language.decimal
        self._special = re.compile(rf'[{language.separator}"\r\n]|^\s|^\\\.$')

    def header(self) -> str:
        """Return the first line."""
        return self._line(self._captions[self._price if c == "price" else c] for c in self._columns)

    def line(self, record: SessionRecord) -> str:
        """Return the line of a session."""
        return self._line(self._text(column, getattr(record, column)) for column in self._columns)

    def _line(self, fields: Iterable[str]) -> str:
        return self._separator.join(map(self._quoted, fields)) + "\n"

    def _quoted(self, field: str) -> str:
        if self._special.search(field) is None:
            return field
        return '"' + field.replace('"', '""') + '"'

    def _text(self, column: str, value: datetime | str | float | None) -> str:
        if value is None:
            return ""
        if isinstance(value, datetime):
            return f"{value.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"
        if isinstance(value, str):
            return value
        if column == "charge_duration":
            return duration(value)
        return number(value, _DECIMALS.get(column, _PLACES)).replace(".", self._decimal)


def number(value: float, places: int) -> str:
    """Return a number with at most so many decimals, half to even by the digits that people see."""
    if not math.isfinite(value):
        return ""
    if abs(value) >= _LARGEST:
        return f"{value:.0f}"
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    text = f"{rounded:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def nanoseconds(seconds: float) -> int:
    """Return a duration in whole nanoseconds, 0 for one that is none."""
    return round(seconds * 1e9) if math.isfinite(seconds) else 0


_SMALL: Final = ((1_000_000, "ms"), (1_000, "µs"), (1, "ns"))


def duration(seconds: float) -> str:
    """Return a duration like `3h37m51s`, `1m0.5s`, `754ms`, `0s`: from the largest unit that is needed on."""
    total = nanoseconds(seconds)
    sign, total = ("-", -total) if total < 0 else ("", total)
    if total == 0:
        return "0s"
    if total < 1_000_000_000:
        unit, name = next((u, n) for u, n in _SMALL if total >= u)
        return f"{sign}{_fraction(total, unit)}{name}"
    minutes, rest = divmod(total, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{_fraction(rest, 1_000_000_000)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{tail}"
    return f"{sign}{minutes}m{tail}" if minutes else f"{sign}{tail}"


def _fraction(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    if not rest:
        return str(whole)
    return f"{whole}.{rest:0{len(str(unit)) - 1}d}".rstrip("0")
