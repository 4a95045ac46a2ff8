"""Price zones in forms: hours, days and months as they are chosen, and as they are stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.helpers.selector import TimeSelector

from ..tariffs import calendar_ranges
from ..tariffs.build import CONF_PRICE
from ..tariffs.model import SourceError
from .forms import Detail, choice
from .money import price_box

CONF_HOURS: Final = "hours"
CONF_DAYS: Final = "days"
CONF_MONTHS: Final = "months"
CONF_START: Final = "start"
CONF_END: Final = "end"

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

type Zone = dict[str, Any]
"""A zone as it is stored: `price`, and where they restrict it `hours`, `days` and `months` as texts."""


def zone_details(currency: str) -> list[Detail]:
    """Return the fields of a zone's form."""
    return [
        Detail(key=CONF_PRICE, selector=price_box(currency), required=True),
        Detail(key=CONF_START, selector=TimeSelector()),
        Detail(key=CONF_END, selector=TimeSelector()),
        Detail(key=CONF_DAYS, selector=choice(WEEKDAYS, "weekday", multiple=True)),
        Detail(key=CONF_MONTHS, selector=choice(MONTHS, "month", multiple=True)),
    ]


def stored(entered: Mapping[str, Any]) -> Zone:
    """Return the zone that a form describes; SourceError `zone_times` for one border only, or none between.

    Hours that go over midnight are stored as two ranges.
    """
    zone: Zone = {CONF_PRICE: entered[CONF_PRICE]}
    start, end = entered.get(CONF_START), entered.get(CONF_END)
    if (start is None) is not (end is None):
        raise SourceError("zone_times")
    if start is not None and end is not None:
        first, last = _minute(start), _minute(end)
        if first == last != 0:
            raise SourceError("zone_times")
        borders = [(first, last)] if first < last or last == 0 else [(first, 0), (0, last)]
        if borders != [(0, 0)]:
            zone[CONF_HOURS] = ",".join(f"{_clock(a)}-{_clock(b)}" for a, b in borders)
    for key, words in ((CONF_DAYS, WEEKDAYS), (CONF_MONTHS, MONTHS)):
        chosen = entered.get(key) or ()
        if chosen and len(chosen) < len(words):
            zone[key] = ",".join(word for word in words if word in chosen)
    return zone


def shown(zone: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows of a stored zone."""
    form: dict[str, Any] = {CONF_PRICE: zone[CONF_PRICE]}
    if ranges := calendar_ranges.hours(zone.get(CONF_HOURS) or ""):
        form[CONF_START], form[CONF_END] = (f"{_clock(m)}:00" for m in (ranges[0][0], ranges[-1][1]))
    form[CONF_DAYS] = [WEEKDAYS[number - 1] for number in _days(zone)]
    form[CONF_MONTHS] = [MONTHS[number - 1] for number in _months(zone)]
    return form


def describe(zone: Mapping[str, Any], names: Mapping[str, str], currency: str) -> str:
    """Return a zone in a line for people. `names` has the names of weekdays and months by their words."""
    parts = [f"{zone[CONF_PRICE]:g} {currency}/kWh"]
    if ranges := calendar_ranges.hours(zone.get(CONF_HOURS) or ""):
        parts.append(f"{_clock(ranges[0][0])}–{_clock(ranges[-1][1])}")
    for numbers, words in ((_days(zone), WEEKDAYS), (_months(zone), MONTHS)):
        if numbers:
            parts.append(_runs([names[words[n - 1]] for n in numbers], numbers))
    return ", ".join(parts)


def _runs(names: Sequence[str], numbers: Sequence[int]) -> str:
    """Return names joined, three and more in a row by their first and last."""
    runs: list[list[int]] = []
    for i, number in enumerate(numbers):
        if runs and number == numbers[runs[-1][-1]] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    texts: list[str] = []
    for run in runs:
        named = [names[i] for i in run]
        texts += [f"{named[0]}–{named[-1]}"] if len(run) > 2 else named
    return " + ".join(texts)


def _days(zone: Mapping[str, Any]) -> list[int]:
    """Return weekdays, 1 is Monday."""
    return sorted(n or len(WEEKDAYS) for n in calendar_ranges.days(zone.get(CONF_DAYS) or ""))


def _months(zone: Mapping[str, Any]) -> list[int]:
    return sorted(calendar_ranges.months(zone.get(CONF_MONTHS) or ""))


def _minute(text: str) -> int:
    hour, minute = text.split(":")[:2]
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    """Return a minute of the day; the end of the day is 00:00."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def lines(zones: Iterable[Mapping[str, Any]], names: Mapping[str, str], currency: str) -> str:
    """Return zones as a list in Markdown."""
    return "\n".join(f"- {describe(zone, names, currency)}" for zone in zones)
