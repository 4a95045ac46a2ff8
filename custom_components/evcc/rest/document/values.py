"""How values are written in the state: numbers, durations, times.

Numbers that are whole have no decimals, as clients compare their texts: 16 is an option, 16.0 is none.
What is not a number (NaN, infinity) is null and never leaves the house as it is.
"""

from collections.abc import Sequence
from datetime import datetime
import math
from typing import Final

type Number = float | int | None

DECIMALS: Final = 3


def exact(value: float | None) -> Number:
    """Return a number as it is: inside of objects, and where there may be none."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def rounded(value: float | None) -> Number:
    """Return a number of the two upper levels, which have three decimals."""
    if value is None or not math.isfinite(value):
        return None
    return exact(round(value, DECIMALS))


def whole(value: float | None) -> int:
    """Return a number without decimals, 0 where there is none."""
    return round(value) if value is not None and math.isfinite(value) else 0


def each(values: Sequence[float]) -> list[Number]:
    """Return what there is of each phase."""
    return [exact(value) for value in values]


def seconds(value: float) -> int:
    """Return a duration in whole s, cut off; 0 where it has no end."""
    return int(value) if math.isfinite(value) else 0


def moment(value: datetime | None) -> str | None:
    """Return a time of the two upper levels, without a fraction. The beginning of time is none."""
    if value is None or value.year == 1:
        return None
    return _text(value.replace(microsecond=0))


def instant(value: datetime) -> str:
    """Return a time inside of an object, with the offset and the fraction that it has."""
    return _text(value)


def _text(value: datetime) -> str:
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text
