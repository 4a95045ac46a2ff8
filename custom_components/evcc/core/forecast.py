"""What the sun is expected to yield: energies of days from a forecast of powers.

A forecast tells powers at moments, the starts of its slots. Between two of them the power changes evenly;
before the first and after the last nothing is known, and nothing is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

from .rates import QUARTER, Slot, Tariff


@dataclass(frozen=True, slots=True)
class Day:
    """One local day. `complete`: the forecast reaches its end."""

    energy: float  # Wh
    complete: bool


def energy(tariff: Tariff, begin: datetime, end: datetime) -> float:
    """Return the Wh between two moments."""
    return sum(_piece(a, b, begin, end) for a, b in pairwise(tariff.slots))


def _piece(a: Slot, b: Slot, begin: datetime, end: datetime) -> float:
    """Return the Wh between two neighbouring points, as far as they are between `begin` and `end`."""
    first, last = max(a.start, begin), min(b.start, end)
    span = (b.start - a.start).total_seconds()
    hours = (last - first).total_seconds() / 3600.0
    if span <= 0.0 or hours <= 0.0:
        return 0.0
    slope = (b.value - a.value) / span
    middle = (first - a.start).total_seconds() + hours * 1800.0
    return (a.value + slope * middle) * hours


def outlook(tariff: Tariff, now: datetime, zone: tzinfo) -> tuple[Day, Day, Day]:
    """Return the rest of today, tomorrow and the day after in that time zone."""
    today = now.astimezone(zone).date()
    midnights = (datetime.combine(today + timedelta(days=i), time(), zone) for i in (1, 2, 3))
    last = tariff.starts[-1] if tariff.starts else None
    edges = [now, *(midnight.astimezone(UTC) for midnight in midnights)]
    first, second, third = (
        Day(energy(tariff, begin, end), last is not None and last >= end) for begin, end in pairwise(edges)
    )
    return first, second, third


def shaped(slots: Sequence[Slot]) -> list[Slot]:
    """Return quarters of an hour of longer slots, rising and falling as the neighbours suggest.

    The mean of a slot's quarters is the slot's value. Nothing becomes of the night: what is not positive
    stays flat. A remainder shorter than a quarter belongs to the last one.
    """
    return [part for i in range(len(slots)) for part in _quarters(slots, i)]


def _quarters(slots: Sequence[Slot], i: int) -> list[Slot]:
    slot = slots[i]
    count = max(1, (slot.end - slot.start) // QUARTER)
    value = slot.value
    before = slots[i - 1].value if i > 0 else value
    after = slots[i + 1].value if i + 1 < len(slots) else value
    values = [value] * count
    if value > 0.0 and count > 1:
        offsets = [(j + 0.5) / count - 0.5 for j in range(count)]
        raw = [max(0.0, value + f * (value - before if f < 0.0 else after - value)) for f in offsets]
        mean = sum(raw) / count
        values = [x * value / mean for x in raw] if mean > 0.0 else values
    starts = [slot.start + j * QUARTER for j in range(count)]
    return [Slot(a, b, v) for a, b, v in zip(starts, [*starts[1:], slot.end], values, strict=True)]
