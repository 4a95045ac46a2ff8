"""Which slots to charge in: the cheapest that suffice before the target. Pure: rates in, slots out.

Times are exact: datetimes and whole microseconds. Values are compared in whole millionths of their unit,
so that 0.1 + 0.2 ties with 0.3 and the order of additions decides nothing. Of equal prices the later wins:
who plugs out early has not paid for more than needed, and forecasts get better.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from .goals import NO_STRATEGY, Strategy
from .rates import Slot

MILLION: Final = 1_000_000

_LARGEST: Final = 1e12
"""No price and no emission lies beyond this; what does, or is no number, is not a rate."""

_LONGEST: Final = 366 * 86_400.0
"""s; nothing takes longer, and the sums of datetimes stay in range."""

type Window = Callable[[list[Slot], timedelta, datetime], datetime | None]
"""Finds where one piece of that length begins that ends by the given time; None: nowhere."""

_start = attrgetter("start")
_end = attrgetter("end")


def plan(
    rates: Iterable[Slot] | None,
    required: float,
    precondition: float,
    target: datetime,
    now: datetime,
    strategy: Strategy = NO_STRATEGY,
    *,
    window: Window | None = None,
) -> tuple[Slot, ...] | None:
    """Return the slots to charge in, by time; None: nothing to do, or wait for more prices.

    `required` s of charging must end by `target`, the last `precondition` s of them directly before it at any
    price. Where the rates do not tell enough the plan is one slot of value 0, as late as possible; where time
    is short it begins now and goes on after the target. `window` is the search for one piece, for comparison.
    """
    need = timedelta(seconds=min(required, _LONGEST))
    if need <= timedelta():
        return None
    now = now.replace(microsecond=0)
    known = _known(rates or (), now)
    if target - now <= need:
        return _at_once(known, now, now + need)
    simple = (Slot(target - need, target, 0.0),)
    if not known:
        return simple
    at_last = timedelta(seconds=min(max(0.0, precondition), _LONGEST))
    after = target - known[-1].end
    if after > timedelta():
        if after >= need:
            return None
        target, need = target - after, need - after
        at_last = max(at_last - after, timedelta())
    slots = _clip(known, now, target)
    if covered(slots) < need:
        return simple
    chosen = _choose(slots, need, at_last, target, strategy, window)
    return simple if chosen is None else tuple(chosen) or None


def _choose(
    slots: list[Slot],
    need: timedelta,
    at_last: timedelta,
    target: datetime,
    strategy: Strategy,
    window: Window | None,
) -> list[Slot] | None:
    """Return slots that make up `need`, those of the `at_last` before the target first; None: there is no piece."""
    tail: list[Slot] = []
    if at_last:
        split = target - min(at_last, need)
        slots, tail = _clip(slots, slots[0].start, split), _clip(slots, split, target)
        need -= covered(tail)
        target = split
    if need <= timedelta():
        return tail
    if not strategy.continuous:
        return _cheapest(slots, need) + tail
    start = (window or cheapest_window)(slots, need, target)
    if start is not None:
        return _clip(slots, start, start + need) + tail
    return tail if window else None


def _known(rates: Iterable[Slot], now: datetime) -> list[Slot]:
    """Return the rates that are not over, by time. Over means unknown: a dead source is as good as none."""
    known = [s for s in rates if s.end > now and s.start < s.end and -_LARGEST < s.value < _LARGEST]
    known.sort(key=_start)
    return known


def _clip(slots: list[Slot], begin: datetime, end: datetime) -> list[Slot]:
    """Return the parts of sorted slots between two times."""
    clipped = slots[bisect_right(slots, begin, key=_end) : bisect_left(slots, end, key=_start)]
    if clipped:
        first = clipped[0]
        if first.start < begin:
            clipped[0] = Slot(begin, first.end, first.value)
        last = clipped[-1]
        if last.end > end:
            clipped[-1] = Slot(last.start, end, last.value)
    return clipped


def _at_once(known: list[Slot], begin: datetime, end: datetime) -> tuple[Slot, ...]:
    """Return all slots from now on; what is unknown at either end has the value 0."""
    slots = _clip(known, begin, end)
    if not slots:
        return (Slot(begin, end, 0.0),)
    if slots[0].start > begin:
        slots.insert(0, Slot(begin, slots[0].start, 0.0))
    if slots[-1].end < end:
        slots.append(Slot(slots[-1].end, end, 0.0))
    return tuple(slots)


def _cheapest(slots: list[Slot], need: timedelta) -> list[Slot]:
    """Return the cheapest slots that make up `need`; the last one taken is shortened.

    It keeps its later part if all others come after it, so that charging goes on without a break.
    """
    prices = _prices(slots)
    chosen: list[Slot] = []
    earliest = slots[-1].end
    for i in sorted(range(len(slots) - 1, -1, -1), key=prices.__getitem__):
        slot = slots[i]
        length = slot.end - slot.start
        if length > need:
            late = chosen and slot.start < earliest
            begin = slot.end - need if late else slot.start
            chosen.append(Slot(begin, begin + need, slot.value))
            break
        chosen.append(slot)
        earliest = min(earliest, slot.start)
        need -= length
        if not need:
            break
    chosen.sort(key=_start)
    return chosen


def _prices(slots: list[Slot]) -> list[int]:
    """Return the values in whole millionths."""
    return [round(s.value * MILLION) for s in slots]


# ---------------------------------------------------------------------- one piece


def cheapest_window(slots: list[Slot], need: timedelta, end: datetime) -> datetime | None:
    """Return the start of the cheapest piece without a gap.

    Its cost is a piecewise linear function of its start, least where either its start or its end lies on a
    slot's boundary: `_sweep` visits these places in one pass.
    """
    best: tuple[int, datetime] | None = None
    length = need // timedelta(microseconds=1)
    for run in _runs(slots):
        base = run[0].start
        if run[-1].end - base < need:
            continue
        cost, at = _sweep(_edges(run), _prices(run), length)
        if best is None or cost <= best[0]:
            best = cost, base + timedelta(microseconds=at)
    return None if best is None else best[1]


def _runs(slots: list[Slot]) -> list[list[Slot]]:
    """Return the slots in groups without gaps."""
    cuts = [i for i in range(1, len(slots)) if slots[i].start != slots[i - 1].end]
    if not cuts:
        return [slots] if slots else []
    return [slots[i:j] for i, j in zip([0, *cuts], [*cuts, len(slots)], strict=True)]


def _edges(run: list[Slot]) -> list[int]:
    """Return where the slots of a run begin, and where it ends, in µs after its start."""
    edges, at, length, span = [0], 0, timedelta(), 0
    for slot in run:
        if (own := slot.end - slot.start) != length:  # they are alike nearly always
            length, span = own, own // timedelta(microseconds=1)
        at += span
        edges.append(at)
    return edges


def _sweep(edges: list[int], prices: list[int], length: int) -> tuple[int, int]:
    """Slide a window of `length` µs over slots between `edges`; return its least cost and its latest place."""
    front = 0  # the slot that the window's end is about to enter
    cost = 0
    while front < len(prices) and edges[front + 1] <= length:
        cost += prices[front] * (edges[front + 1] - edges[front])
        front += 1
    if front < len(prices):
        cost += prices[front] * (length - edges[front])
    back = at = start = 0
    best, leave, last = cost, edges[1], len(prices)
    while front < last:
        enter, price, left = edges[front + 1] - length, prices[front], prices[back]
        while leave < enter:
            cost += (leave - start) * (price - left)
            start = leave
            back += 1
            leave, left = edges[back + 1], prices[back]
            if cost <= best:
                best, at = cost, start
        cost += (enter - start) * (price - left)
        start = enter
        front += 1
        if leave == enter:
            back += 1
            leave = edges[min(back + 1, last)]
        if cost <= best:
            best, at = cost, start
    return best, at


def window_at_slot_starts(slots: list[Slot], need: timedelta, end: datetime) -> datetime | None:
    """Return the start of the cheapest piece that begins with a slot; gaps within it cost nothing.

    This is how the original searches. It misses cheaper pieces that end with a slot and may find pieces that
    are too short, therefore nothing uses it but comparisons.
    """
    best: tuple[float, datetime] | None = None
    for first in slots:
        if first.start + need > end:
            break
        by_price: dict[float, timedelta] = {}
        for slot in _clip(slots, first.start, first.start + need):
            by_price[slot.value] = by_price.get(slot.value, timedelta()) + (slot.end - slot.start)
        cost = sum(value * by_price[value].total_seconds() / 3600 for value in sorted(by_price))
        if best is None or cost <= best[0]:
            best = cost, first.start
    return None if best is None else best[1]


# ---------------------------------------------------------------------- figures


def covered(slots: Iterable[Slot]) -> timedelta:
    """Return the length of all slots together."""
    total = timedelta()
    begin = end = None
    for slot in slots:
        if slot.start != end:
            if begin is not None and end is not None:
                total += end - begin
            begin = slot.start
        end = slot.end
    return total if begin is None or end is None else total + (end - begin)


def average(slots: Iterable[Slot]) -> float:
    """Return the mean value by time; 0 where nothing is planned."""
    seconds = cost = 0.0
    for slot in slots:
        length = (slot.end - slot.start).total_seconds()
        seconds += length
        cost += length * slot.value
    return cost / seconds if seconds else 0.0


def slot_at(slots: Iterable[Slot], now: datetime) -> Slot | None:
    """Return the slot that covers `now`."""
    return next((s for s in slots if s.start <= now < s.end), None)


def run_end(slots: Iterable[Slot], slot: Slot) -> datetime:
    """Return when the uninterrupted run that `slot` belongs to ends. The slots are sorted."""
    end = slot.end
    for other in slots:
        if other.start == end:
            end = other.end
    return end
