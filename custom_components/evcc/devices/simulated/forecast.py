"""Tariffs of a scenario: which slots exist, and which of them are known at what time."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ...core.rates import QUARTER, Slot, Tariff, TariffKind, Tariffs
from .fields import Fields, ScenarioError
from .outages import Outage, known_at

USAGES: Final = ("grid", "feedin", "co2", "solar", "planner")

_KINDS: Final = {"co2": TariffKind.CO2, "solar": TariffKind.SOLAR}
_AHEAD: Final = timedelta(days=7)
"""A fixed price is known so far beyond the end of a run."""

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Published:
    """A tariff and since when each of its slots is known; None: all from the start."""

    usage: str
    tariff: Tariff
    known_since: tuple[datetime, ...] | None

    def at(self, now: datetime | None) -> Tariff:
        """Return the tariff with the slots known at `now`; None: with none at all."""
        if now is None:
            return Tariff(self.tariff.kind, ())
        if self.known_since is None:
            return self.tariff
        return Tariff(self.tariff.kind, self.tariff.slots[: bisect_right(self.known_since, now)])


class TariffBook:
    """All tariffs of a run. `at` is cheap while time moves on, and returns the same object until a change."""

    def __init__(
        self, tariffs: tuple[_Published, ...], start: datetime, outages: tuple[Outage, ...] = ()
    ) -> None:
        """Find out when what becomes known, and when it cannot be known."""
        self._tariffs = tariffs
        self._outages = outages
        self.full = replace(Tariffs(), **{t.usage: t.tariff for t in tariffs})
        later = {moment for t in tariffs for moment in t.known_since or () if moment > start}
        later |= {edge for o in outages for edge in (o.start, o.end) if edge > start}
        self._changes = [start, *sorted(later)]
        self._current = self.full
        self._since = self._until = start

    def at(self, now: datetime) -> Tariffs:
        """Return what is known at `now`."""
        if not self._since <= now < self._until:
            index = max(bisect_right(self._changes, now) - 1, 0)
            self._since = self._changes[index]
            self._until = self._changes[index + 1] if index + 1 < len(self._changes) else _NEVER
            self._current = replace(self.full, **{t.usage: t.at(self._known(t)) for t in self._tariffs})
        return self._current

    def _known(self, tariff: _Published) -> datetime | None:
        """Return the time of which the knowledge of a tariff counts now; at least what the start knew."""
        known = known_at(self._outages, tariff.usage, self._since)
        return None if known is None else max(known, self._changes[0])


def read_tariffs(
    fields: Fields, zone: ZoneInfo, start: datetime, end: datetime, outages: tuple[Outage, ...] = ()
) -> TariffBook:
    """Return the tariffs of a scenario's `tariffs` object for a run from `start` to `end`."""
    found = [
        _tariff(fields, usage, zone, start, end) for usage in USAGES if fields.raw(usage, None) is not None
    ]
    return TariffBook(tuple(found), start, outages)


def _tariff(fields: Fields, usage: str, zone: ZoneInfo, start: datetime, end: datetime) -> _Published:
    low = 0.0 if usage in _KINDS else None
    if not isinstance(fields.raw(usage), dict):
        value = fields.number(usage, low=low)
        kind = _KINDS.get(usage, TariffKind.PRICE_STATIC)
        slots = [Slot(start, end, value)] if usage in _KINDS else _flat(start, end + _AHEAD, value)
        return _Published(usage, Tariff(kind, slots), None)
    inner = fields.part(usage, ("step", "values", "published", "forecast"))
    shown = "forecast" if usage == "solar" and "forecast" in inner else "values"
    series = fields.series(usage, values=shown, low=low)
    edges = [start + timedelta(seconds=i * series.step) for i in range(len(series.values))]
    slots = [
        Slot(begin, stop, value)
        for begin, stop, value in zip(edges, [*edges[1:], end], series.values, strict=True)
        if begin < end
    ]
    slots[-1] = replace(slots[-1], end=end)
    tariff = Tariff(_KINDS.get(usage, TariffKind.PRICE_FORECAST), slots)
    return _Published(usage, tariff, _known_since(slots, _clock(inner, "published"), zone))


def _flat(start: datetime, end: datetime, value: float) -> list[Slot]:
    """Return quarters of an hour of one price, as the integration cuts a fixed one: plans of it are late."""
    return [
        Slot(start + i * QUARTER, start + (i + 1) * QUARTER, value) for i in range((end - start) // QUARTER)
    ]


def _known_since(slots: list[Slot], clock: time | None, zone: ZoneInfo) -> tuple[datetime, ...] | None:
    """Return when each slot is published: at that time of the local day before its own."""
    if clock is None:
        return None
    days = (s.start.astimezone(zone).date() - timedelta(days=1) for s in slots)
    return tuple([datetime.combine(day, clock, zone).astimezone(UTC) for day in days])


def _clock(fields: Fields, key: str) -> time | None:
    value = fields.raw(key, None)
    if value is None:
        return None
    try:
        return time.fromisoformat(value).replace(second=0, microsecond=0, tzinfo=None)
    except TypeError, ValueError:
        raise ScenarioError(fields.path(key), f'must be a time of day like "13:00", not {value!r}') from None
