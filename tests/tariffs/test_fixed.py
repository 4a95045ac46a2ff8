"""Fixed prices and zones, by the clock on the wall."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core.rates import TariffKind
from custom_components.evcc.tariffs.calendar_ranges import days, hours, months
from custom_components.evcc.tariffs.fixed import FixedSource, zones
from custom_components.evcc.tariffs.model import SourceError

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = {"price": 0.20, "hours": "22-0,0-6", "days": "Mon-Fri", "months": "Oct-Mar"}
WEEKEND = {"price": 0.25, "days": "Sat,Sun"}


def price(source: FixedSource, local: str) -> float:
    at = datetime.fromisoformat(local).replace(tzinfo=BERLIN)
    return next(s.value for s in source.slots(at) if s.start <= at < s.end)


def source(*lines: dict[str, object]) -> FixedSource:
    return FixedSource(0.30, zones(lines), BERLIN)


def test_a_single_price_is_seven_days_of_hours_from_midnight() -> None:
    slots = source().slots(datetime(2026, 7, 1, 13, 20, tzinfo=BERLIN))
    assert len(slots) == 7 * 24
    assert slots[0].start == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert {s.value for s in slots} == {0.30}
    assert source().kind is TariffKind.PRICE_STATIC


def test_zones_leave_a_choice() -> None:
    assert source(NIGHT).kind is TariffKind.PRICE_FORECAST


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-01-07T03:00", 0.20),  # Wednesday night in winter
        ("2026-01-07T23:00", 0.20),
        ("2026-01-07T12:00", 0.30),
        ("2026-01-10T03:00", 0.25),  # Saturday
        ("2026-01-10T23:00", 0.25),
        ("2026-07-08T03:00", 0.30),  # summer
    ],
)
def test_days_and_months_restrict_a_zone(local: str, expected: float) -> None:
    assert price(source(NIGHT, WEEKEND), local) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-01-10T03:00", 0.25),  # the whole day is stronger than a range from midnight
        ("2026-01-10T23:00", 0.20),  # but a later start is stronger still
        ("2026-01-08T03:00", 0.20),
    ],
)
def test_the_later_start_wins_and_of_equal_starts_the_whole_day(local: str, expected: float) -> None:
    assert price(source({"price": 0.20, "hours": "22-0,0-6"}, WEEKEND), local) == expected


def test_a_shorter_zone_wins_over_a_longer_one_with_the_same_start() -> None:
    made = source({"price": 0.1, "hours": "1-3"}, {"price": 0.2, "hours": "1-5"})
    assert (price(made, "2026-01-07T02:00"), price(made, "2026-01-07T04:00")) == (0.1, 0.2)


@pytest.mark.parametrize(("day", "night_hours"), [("2026-03-29", 5), ("2026-10-25", 7), ("2026-05-03", 6)])
def test_a_night_rate_ends_at_six_on_the_wall_whatever_the_clock_does(day: str, night_hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    slots = source({"price": 0.2, "hours": "0-6"}).slots(midnight)
    six = midnight.replace(hour=6).astimezone(UTC)
    night = [s for s in slots if s.start < six and s.value == 0.2]
    assert sum((s.end - s.start for s in night), timedelta()) == timedelta(hours=night_hours)
    assert night[-1].end == six


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-12-31"])
@pytest.mark.parametrize("lines", [(), ({"price": 0.2, "hours": "2:15-2:45"},)])
def test_slots_follow_each_other_without_gaps(day: str, lines: tuple[dict[str, object], ...]) -> None:
    slots = source(*lines).slots(datetime.fromisoformat(day).replace(tzinfo=BERLIN))
    assert all(a.end == b.start and a.start < a.end for a, b in pairwise(slots))
    assert slots[-1].end.astimezone(BERLIN).hour == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon-Fri", {1, 2, 3, 4, 5}),
        ("Fri-Mon", {5, 6, 0, 1}),
        ("Sa,So", {6, 0}),
        ("7", {0}),
        ("1-7", {0, 1, 2, 3, 4, 5, 6}),
        ("", set()),
    ],
)
def test_days(text: str, expected: set[int]) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Okt-Mär", {10, 11, 12, 1, 2, 3}), ("12,1", {12, 1}), ("may", {5}), ("", set())]
)
def test_months(text: str, expected: set[int]) -> None:
    assert months(text) == expected


@pytest.mark.parametrize("text", ["8", "Mon-", "-Mon", "Foo", "Mon,Mon", "٣", "1-99"])
def test_wrong_days_are_refused(text: str) -> None:
    with pytest.raises(SourceError, match="days_invalid"):
        days(text)


@pytest.mark.parametrize("text", ["0", "13", "Foo", "1,1"])
def test_wrong_months_are_refused(text: str) -> None:
    with pytest.raises(SourceError, match="months_invalid"):
        months(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22-0, 0-6", ((1320, 1440), (0, 360))),
        ("13:30-14:15", ((810, 855),)),
        ("0-0", ((0, 1440),)),
        ("", ()),
    ],
)
def test_hours(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert hours(text) == expected


@pytest.mark.parametrize("text", ["22-6", "24-1", "6-24", "6", "a-b", "6-6", "1:60-2"])
def test_wrong_hours_are_refused(text: str) -> None:
    with pytest.raises(SourceError, match="hours_invalid"):
        hours(text)
