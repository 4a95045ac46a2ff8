"""One reader for all the shapes in which integrations of Home Assistant tell prices, emissions and sun.

Lists of records, lists by area or home, mappings from time to number, and attributes that are spread over
today and tomorrow. What the keys are called is known; what unit a value has is never guessed from its size.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
import math
import re
from statistics import multimode
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..core.rates import QUARTER, Slot, quarter
from .model import SourceError

LONGEST_INFERRED: Final = timedelta(hours=1)
"""A slot whose end is not told lasts until the next one begins, but not longer: a hole is a hole."""

LISTS: Final = (
    ("rates",),
    ("forecasts",),
    ("data",),
    ("prices",),
    ("raw_today", "raw_tomorrow"),
    ("prices_today", "prices_tomorrow"),
    ("detailedForecast",),
    ("watts",),
    ("wh_period",),
    ("wh_hours",),
)
"""Keys that hold the rates, the best first; those of one line belong together."""

STARTS: Final = (
    "start",
    "start_time",
    "startsAt",
    "period_start",
    "timestamp",
    "time",
    "hour",
    "from",
    "valid_from",
)
ENDS: Final = ("end", "end_time", "end_date", "to", "valid_to")
VALUES: Final[Mapping[str, float | None]] = {
    "value": None,
    "price": None,
    "price_per_kwh": 1.0,
    "total": None,
    "per_kwh": 1.0,
    "value_inc_vat": None,
    "price_ct_per_kwh": 0.01,
    "price_eur_per_mwh": 0.001,
    "price_gbp_per_mwh": 0.001,
    "pv_estimate": 1000.0,  # kW
}
"""Keys of a record's value, with what makes currency/kWh or W of it; None: the key does not tell."""

ENERGIES: Final = frozenset({"wh_period", "wh_hours"})
"""Keys whose numbers are Wh per interval, not W."""

_SPANISH: Final = re.compile(r"price_(next_day_)?(\d\d)h(_d)?", re.ASCII)
_MILLISECONDS: Final = 10_000_000_000  # seconds since 1970 stay below until the year 2286


@dataclass(frozen=True, slots=True)
class Row:
    """One record as found: its times may be naive, its end unknown."""

    start: datetime
    end: datetime | None
    value: float


def read(
    payloads: Iterable[Any], zone: ZoneInfo, *, part: str | None = None, factor: float = 1.0
) -> tuple[Slot, ...]:
    """Return the slots in what was answered or stands in attributes; `part` names the area or home.

    `factor` makes currency/kWh, g/kWh or W of numbers whose key does not tell their unit.
    SourceError `rates_missing` if none of the known keys is there, `rates_unreadable` if nothing of what
    is there can be read.
    """
    rows: list[Row] = []
    energy = found = promised = False
    for payload in payloads:
        for key, items in _lists(payload, part):
            found = True
            energy = energy or key in ENERGIES
            promised = promised or bool(items)
            rows += _rows(items, factor)
    if not found:
        raise SourceError("rates_missing")
    slots = _slots(rows, zone, regular=energy)
    if promised and not slots:
        raise SourceError("rates_unreadable")
    return tuple(_nights_filled([_power(s) for s in slots])) if energy else slots


def holds_rates(attributes: Mapping[str, Any]) -> bool:
    """Whether one of the known keys is there."""
    return any(isinstance(attributes.get(key), Mapping | list | tuple) for keys in LISTS for key in keys)


def on_quarters(slots: Iterable[Slot], *, missing: float | None = None) -> list[Slot]:
    """Return the quarters of an hour, as UTC counts them, with the mean of what lies in them over time.

    Time without a slot counts as `missing`; None: it does not count.
    """
    sums: dict[datetime, tuple[float, float]] = {}
    for slot in slots:
        begin = quarter(slot.start)
        while begin < slot.end:
            end = begin + QUARTER
            seconds = (min(end, slot.end) - max(begin, slot.start)).total_seconds()
            total, covered = sums.get(begin, (0.0, 0.0))
            sums[begin] = (total + slot.value * seconds, covered + seconds)
            begin = end
    length = QUARTER.total_seconds()
    if missing is not None:
        sums = {s: (total + missing * (length - covered), length) for s, (total, covered) in sums.items()}
    return [Slot(s, s + QUARTER, total / covered) for s, (total, covered) in sorted(sums.items())]


def read_hours(attributes: Mapping[str, Any], today: date, zone: ZoneInfo) -> tuple[Slot, ...]:
    """Return the slots of attributes `price_00h`, `price_02h_d`, `price_next_day_00h`: one a local hour.

    `_d` is the second one of the hour that comes twice in autumn.
    """
    slots = []
    for key, raw in attributes.items():
        if (match := _SPANISH.fullmatch(key)) is None or (value := number(raw)) is None:
            continue
        day = today + timedelta(days=bool(match[1]))
        local = datetime.combine(day, time(int(match[2])), zone).replace(fold=int(bool(match[3])))
        start = local.astimezone(UTC)
        slots.append(Slot(start, start + timedelta(hours=1), value))
    if not slots:
        raise SourceError("rates_missing")
    return tuple(sorted({s.start: s for s in slots}.values(), key=lambda s: s.start))


def number(raw: object) -> float | None:
    """Return a finite number; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def moment(raw: object) -> datetime | None:
    """Return a time: datetime, ISO text with T or a blank, seconds or milliseconds since 1970."""
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, str):
        try:
            return datetime.fromisoformat(raw.strip())
        except ValueError:
            return None
    if (value := number(raw)) is None:
        return None
    try:
        return datetime.fromtimestamp(value / 1000.0 if abs(value) > _MILLISECONDS else value, UTC)
    except OverflowError, OSError, ValueError:
        return None


def _lists(payload: Any, part: str | None) -> Iterator[tuple[str, Any]]:
    """Yield the lists or mappings of rates with the key under which they stood."""
    if isinstance(payload, Sequence) and not isinstance(payload, str):
        yield "", payload
    if not isinstance(payload, Mapping):
        return
    for keys in LISTS:
        # an empty list is an answer as well: nothing known yet
        present = [key for key in keys if isinstance(payload.get(key), Mapping | list | tuple)]
        if present:
            for key in present:
                yield key, _chosen(payload[key], part)
            return
    if payload and all(moment(key) is not None for key in payload):
        yield "", payload
    elif part in payload or (payload and all(isinstance(v, list) for v in payload.values())):
        yield "", _chosen(payload, part)


def _chosen(items: Any, part: str | None) -> Any:
    """Return the list of one area or home where there are several; the only one if none is named."""
    if not isinstance(items, Mapping) or not all(isinstance(v, list) for v in items.values()):
        return items
    if part is not None:
        if part not in items:
            raise SourceError("part_unknown", part=part, parts=", ".join(map(str, items)))
        return items[part]
    if len(items) != 1:
        raise SourceError("part_missing", parts=", ".join(map(str, items)))
    return next(iter(items.values()))


def _rows(items: Any, factor: float) -> Iterator[Row]:
    if isinstance(items, Mapping):
        for key, raw in items.items():
            start, value = moment(key), number(raw)
            if start is not None and value is not None:
                yield Row(start, None, value * factor)
        return
    for item in items:
        if isinstance(item, Mapping) and (row := _record(item, factor)) is not None:
            yield row


def _record(item: Mapping[str, Any], factor: float) -> Row | None:
    start = next((moment(item[key]) for key in STARTS if key in item), None)
    end = next((moment(item[key]) for key in ENDS if key in item), None)
    for key, own in VALUES.items():
        if key in item:
            value = number(item[key])
            by = factor if own is None else own
            return None if start is None or value is None else Row(start, end, value * by)
    return None


def _slots(rows: Iterable[Row], zone: ZoneInfo, *, regular: bool) -> tuple[Slot, ...]:
    """Return sorted slots without overlap; of two with the same start the last one counts.

    `regular`: none is longer than the usual distance, since intervals without energy may be left out.
    """
    by_start = {_utc(start, zone): r for start, r in _folded(rows)}
    starts = sorted(by_start)
    distances = multimode(b - a for a, b in pairwise(starts)) if regular else []
    longest = min([LONGEST_INFERRED, *distances])
    length = longest
    slots = []
    for start, following in zip(starts, [*starts[1:], None], strict=False):  # without starts: one None
        told = by_start[start].end
        if following is not None:
            length = min(following - start, longest)
        end = start + length if told is None else _utc(told, zone)
        if following is not None:
            end = min(end, following)
        if end > start:
            slots.append(Slot(start, end, by_start[start].value))
    return tuple(slots)


def _folded(rows: Iterable[Row]) -> Iterator[tuple[datetime, Row]]:
    """Yield rows with their starts; a time without zone that comes again is of the hour that comes twice."""
    seen: set[datetime] = set()
    for row in rows:
        again = row.start.tzinfo is None and row.start in seen
        seen.add(row.start)
        yield row.start.replace(fold=1) if again else row.start, row


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, to the minute; a time without zone is one of the house.

    Slots that begin a second late, or end one early, are meant to follow each other.
    """
    instant = (local if local.tzinfo is not None else local.replace(tzinfo=zone)).astimezone(UTC)
    return (instant + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _nights_filled(slots: list[Slot]) -> Iterator[Slot]:
    """Yield the slots with zeros between them: where no energy is told, none is expected."""
    for slot, following in zip(slots, [*slots[1:], None], strict=False):
        yield slot
        if following is not None and slot.end < following.start:
            yield Slot(slot.end, following.start, 0.0)


def _power(slot: Slot) -> Slot:
    """Return mean W of a slot that holds Wh."""
    return Slot(slot.start, slot.end, slot.value * 3600.0 / (slot.end - slot.start).total_seconds())
