"""Prices that are written in a contract: one for always, or others at certain hours, days and months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..core.rates import Slot, TariffKind
from .calendar_ranges import DAY_MINUTES, days, hours, months

HORIZON_DAYS: Final = 7
_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Zone:
    """A price and when it holds: minutes of the day, weekdays (0 is Sunday), months. Empty: always."""

    price: float
    start: int = 0
    end: int = DAY_MINUTES
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()

    def covers(self, day: date, minute: int) -> bool:
        """Return whether the zone holds at that minute of a day."""
        return (
            self.start <= minute < self.end
            and (not self.days or day.isoweekday() % 7 in self.days)
            and (not self.months or day.month in self.months)
        )


def zones(configured: Iterable[Mapping[str, Any]]) -> tuple[Zone, ...]:
    """Return what the lines of a form mean; SourceError for what cannot be understood."""
    return tuple(
        Zone(float(line["price"]), start, end, days(line.get("days") or ""), months(line.get("months") or ""))
        for line in configured
        for start, end in hours(line.get("hours") or "") or ((0, DAY_MINUTES),)
    )


def pick(ranked: Sequence[Zone], day: date, minute: int) -> Zone | None:
    """Return the zone that counts, of zones as `rank` sorts them: the last one that covers the minute."""
    return next((z for z in reversed(ranked) if z.covers(day, minute)), None)


def rank(configured: Iterable[Zone]) -> list[Zone]:
    """Sort zones by strength: a later start beats an earlier one, then a shorter zone a longer one.

    Zones that reach to midnight are the strongest of those with the same start, as in the original: so
    "Sat,Sun" without hours is stronger than "0-6" of every day.
    """
    return sorted(configured, key=lambda z: (z.start, -(z.end % DAY_MINUTES)))


class FixedSource:
    """One price, or zones on top of it, seven days ahead from last midnight.

    A day is cut at every full hour and at every border of a zone, by the clock on the wall: on the days
    when it changes, a night rate lasts an hour less or more, but begins and ends as the contract says.
    """

    interval = timedelta(hours=1)

    def __init__(self, price: float, configured: Iterable[Zone], zone: ZoneInfo) -> None:
        """`price` holds where none of the zones does."""
        self._price = price
        self._zones = rank(configured)
        self._zone = zone
        borders = {z.start for z in self._zones} | {z.end for z in self._zones}
        self._marks = sorted({*range(0, DAY_MINUTES, _HOUR), *borders} - {DAY_MINUTES})

    @property
    def kind(self) -> TariffKind:
        """A price that never changes leaves nothing to choose."""
        return TariffKind.PRICE_FORECAST if self._zones else TariffKind.PRICE_STATIC

    async def async_read(self, now: datetime) -> tuple[Slot, ...]:
        """Return the slots of today and the next days."""
        return tuple(self.slots(now))

    def slots(self, now: datetime) -> list[Slot]:
        """Return the slots from the midnight before `now`; no slot where the clock leaps over an hour."""
        today = now.astimezone(self._zone).date()
        marks = [(today + timedelta(days=d), minute) for d in range(HORIZON_DAYS) for minute in self._marks]
        end = self._instant(today + timedelta(days=HORIZON_DAYS), 0)
        starts = [self._instant(*mark) for mark in marks]
        found = []
        for mark, start, stop in zip(marks, starts, [*starts[1:], end], strict=True):
            if start < stop:
                zone = pick(self._zones, *mark)
                found.append(Slot(start, stop, self._price if zone is None else zone.price))
        return found

    def _instant(self, day: date, minute: int) -> datetime:
        """Return when the wall clock shows that time; the first time where it does so twice.

        A time that the clock leaps over is the moment of the leap: it is not before what follows.
        """
        local = datetime.combine(day, time(minute // _HOUR, minute % _HOUR), self._zone)
        instant = local.astimezone(UTC)
        shown = instant.astimezone(self._zone).replace(tzinfo=None)
        return instant if shown == local.replace(tzinfo=None) else self._leap(day)

    def _leap(self, day: date) -> datetime:
        """Return when the clock leaps forward on that day."""
        low = datetime.combine(day, time(), self._zone).astimezone(UTC)
        offset = low.astimezone(self._zone).utcoffset()
        step = timedelta(minutes=15)
        while low.astimezone(self._zone).utcoffset() == offset:
            low += step
        return low
