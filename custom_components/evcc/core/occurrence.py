"""When a repeating plan is due next, by the wall clock of its own time zone."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
import re
from typing import Final
from zoneinfo import ZoneInfo

from .goals import RepeatingPlan
from .settings import SettingError

_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_DAY: Final = timedelta(days=1)


def in_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; at the very ends of the calendar its own reading of the clock."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


@lru_cache(maxsize=600)  # as many as there are: a zone of a plan must not be read from its file again
def parse_zone(name: str) -> tzinfo:
    """Return the time zone of that IANA name, UTC for an empty one; SettingError if there is none."""
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as err:
        raise SettingError("timezone_unknown", timezone=name) from err


def parse_time(text: str) -> tuple[int, int]:
    """Return hour and minute of "H:MM" or "HH:MM"; SettingError if it is no time of day."""
    match = _TIME.fullmatch(text)
    if match is None or (hour := int(match[1])) > 23 or (minute := int(match[2])) > 59:
        raise SettingError("time_invalid", time=text)
    return hour, minute


def check(plan: RepeatingPlan) -> None:
    """Raise SettingError for a plan that can never be due: its days, zone or time do not exist."""
    for weekday in plan.weekdays:
        if isinstance(weekday, bool) or not 0 <= weekday <= 6:
            raise SettingError("weekday_out_of_range", weekday=weekday)
    parse_zone(plan.tz)
    parse_time(plan.time)


def next_occurrence(plan: RepeatingPlan, now: datetime) -> datetime | None:
    """Return when the plan is due next, in UTC; exactly now counts. None for one that never is.

    A day that begins with a time that summer time leaves out goes on with the time that was meant instead.
    """
    try:
        zone, (hour, minute) = parse_zone(plan.tz), parse_time(plan.time)
    except SettingError:
        return None
    local = now.astimezone(zone)
    due = _resolve(local.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=UTC), zone)
    if due < now:  # in UTC: of one zone, wall clocks would be compared
        due = _tomorrow(due, zone)
    for _ in range(7):
        if due.isoweekday() % 7 in plan.weekdays:
            return due.astimezone(UTC)
        due = _tomorrow(due, zone)
    return None


def _tomorrow(due: datetime, zone: tzinfo) -> datetime:
    """Return the same time on the wall a day later."""
    return _resolve(due.replace(tzinfo=UTC) + _DAY, zone)


def _resolve(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment at which clocks of the zone show `wall` (which comes labelled UTC).

    Where they show it twice or never, the offset counts that is valid at `wall` read as UTC or, if that leads
    to a moment at which it is not, the one valid there.
    """
    offset = wall.astimezone(zone).utcoffset() or timedelta()
    there = (wall - offset).astimezone(zone).utcoffset() or timedelta()
    return (wall - there).astimezone(zone)
