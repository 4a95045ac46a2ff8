"""Tariff slots: what a kilowatt-hour costs, emits or the sun yields, when."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class TariffKind(StrEnum):
    """Where a tariff's values come from; the REST word of smartCostType."""

    PRICE_STATIC = "pricestatic"
    PRICE_DYNAMIC = "pricedynamic"
    PRICE_FORECAST = "priceforecast"
    CO2 = "co2"
    SOLAR = "solar"


QUARTER: Final = timedelta(minutes=15)
"""Length of a slot that plans are made of."""


def quarter(now: datetime) -> datetime:
    """Return the start of the quarter of an hour that `now` lies in, as UTC counts them."""
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def quarter_end(now: datetime) -> datetime:
    """Return the end of the quarter of an hour that `now` lies in."""
    return quarter(now) + QUARTER


@dataclass(frozen=True, slots=True)
class Slot:
    """`value` holds from `start` up to, not including, `end`. Aware datetimes in UTC."""

    start: datetime
    end: datetime
    value: float


def split(slots: Iterable[Slot], now: datetime) -> list[Slot]:
    """Return quarters of an hour with the values of longer or shorter slots, without what is over.

    They are counted from the start of each slot; what is left over at its end is dropped, and a shorter slot
    is lengthened, but not into the next one: an hour of five-minute prices is an hour.
    """
    begin = quarter(now)
    result: list[Slot] = []
    for slot in sorted(slots, key=lambda s: s.start):
        if slot.end <= begin or slot.end <= slot.start:
            continue
        if result and result[-1].end > slot.start:
            cut = replace(result.pop(), end=slot.start)
            result += [cut] if cut.start < cut.end else []
        for i in range(max(1, (slot.end - slot.start) // QUARTER)):
            start = slot.start + i * QUARTER
            result.append(Slot(start, start + QUARTER, slot.value))
    return result


class Tariff:
    """Slots sorted by start. Lookups are O(1) while time moves on, O(log n) after a jump."""

    __slots__ = ("_at", "kind", "slots", "starts")

    def __init__(self, kind: TariffKind, slots: Iterable[Slot]) -> None:
        """Sort the slots; they may have gaps but must not overlap."""
        self.kind = kind
        self.slots: tuple[Slot, ...] = tuple(sorted(slots, key=lambda s: s.start))
        self.starts = [s.start for s in self.slots]
        self._at = 0

    @property
    def static(self) -> bool:
        """Whether there is nothing to choose between: rules on rates never act on it."""
        return self.kind is TariffKind.PRICE_STATIC

    def slot(self, now: datetime) -> Slot | None:
        """Return the slot that covers `now`, if there is one."""
        if self._at < len(self.slots) and (hit := self.slots[self._at]).start <= now < hit.end:
            return hit
        self._at = max(bisect_right(self.starts, now) - 1, 0)
        if self._at < len(self.slots) and (hit := self.slots[self._at]).start <= now < hit.end:
            return hit
        return None

    def value(self, now: datetime) -> float | None:
        """Return the value that holds now; None where nothing is known."""
        slot = self.slot(now)
        return None if slot is None else slot.value

    def mean(self, start: datetime, hours: float) -> float | None:
        """Return the mean of the slots that overlap the `hours` after `start`, each counted once."""
        end = start + timedelta(hours=hours)
        values = [s.value for s in self.slots if s.start < end and s.end > start]
        return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariffs:
    """All tariffs of a site; what is not configured is None."""

    grid: Tariff | None = None
    feedin: Tariff | None = None
    co2: Tariff | None = None
    solar: Tariff | None = None
    planner: Tariff | None = None

    @property
    def consumption(self) -> Tariff | None:
        """The tariff that rules on rates and plans go by: the planner's own, a grid price forecast, CO2, grid."""
        if self.planner is not None:
            return self.planner
        if self.grid is not None and self.grid.kind is TariffKind.PRICE_FORECAST:
            return self.grid
        return self.co2 or self.grid


@dataclass(frozen=True, slots=True)
class Activity:
    """Whether a limit on rates is met now, until when, and when next."""

    active: bool = False
    until: datetime | None = None  # end of the run of slots that meet it
    next_start: datetime | None = None
    rate: float | None = None  # the value now


INACTIVE = Activity()


def limit_activity(tariff: Tariff | None, limit: float | None, now: datetime, *, above: bool) -> Activity:
    """Say whether the value now is at or below (`above`: at or above) `limit`, and when next.

    Static tariffs and missing ones never are active. The bounds are inclusive; zero and
    negative limits are limits, only None switches the rule off.
    """
    if limit is None or tariff is None or tariff.static:
        return INACTIVE
    sign = -1.0 if above else 1.0
    bound = sign * limit
    current = tariff.slot(now)
    if current is not None and sign * current.value <= bound:
        return Activity(True, _run_end(tariff, current, sign, bound), None, current.value)
    rate = None if current is None else current.value
    for slot in tariff.slots[bisect_right(tariff.starts, now) :]:
        if sign * slot.value <= bound:
            return Activity(False, None, slot.start, rate)
    return Activity(False, None, None, rate)


def _run_end(tariff: Tariff, current: Slot, sign: float, bound: float) -> datetime:
    end = current.end
    for slot in tariff.slots[bisect_right(tariff.starts, current.start) :]:
        if slot.start != end or sign * slot.value > bound:
            break
        end = slot.end
    return end
