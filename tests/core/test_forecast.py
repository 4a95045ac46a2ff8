"""The yield of days: areas below a line from point to point, and nothing where nothing is known."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core.forecast import Day, energy, outlook, shaped
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def powers(*values: float, start: datetime = NOON, step: timedelta = 15 * MINUTE) -> Tariff:
    """Return a forecast of these W, one after the other."""
    slots = [Slot(start + i * step, start + (i + 1) * step, v) for i, v in enumerate(values)]
    return Tariff(TariffKind.SOLAR, slots)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        pytest.param(5, 20, 287.5, id="plan45 inside of pieces"),
        pytest.param(0, 15, 275.0, id="one piece"),
        pytest.param(0, 30, 562.5, id="all"),
        pytest.param(-60, 0, 0.0, id="before the first point"),
        pytest.param(-60, 15, 275.0, id="from before the first point"),
        pytest.param(30, 60, 0.0, id="what the last slot covers is not counted"),
        pytest.param(15, 60, 287.5, id="up to the last point"),
        pytest.param(20, 20, 0.0, id="no time"),
        pytest.param(20, 5, 0.0, id="backwards"),
    ],
)
def test_energy(begin: float, end: float, expected: float) -> None:
    forecast = powers(1000, 1200, 1100)
    assert energy(forecast, NOON + begin * MINUTE, NOON + end * MINUTE) == pytest.approx(expected)


@pytest.mark.parametrize("values", [(), (1000,)])
def test_less_than_two_points_have_no_area(values: tuple[float, ...]) -> None:
    assert energy(powers(*values), NOON - HOUR, NOON + HOUR) == 0


def test_two_points_at_the_same_moment_have_no_area() -> None:
    twice = Tariff(TariffKind.SOLAR, [Slot(NOON, NOON + HOUR, 100), Slot(NOON, NOON + HOUR, 200)])
    assert energy(twice, NOON - HOUR, NOON + HOUR) == 0


def days(*, hours: int, start: datetime, value: float = 1000.0) -> Tariff:
    return powers(*[value] * hours, start=start, step=HOUR)


def test_days_are_local_and_today_is_what_is_left_of_it() -> None:
    now = datetime(2026, 6, 1, 20, tzinfo=UTC)  # 22 h in Berlin
    told = outlook(days(hours=24 * 4, start=now - 10 * HOUR), now, BERLIN)
    assert told == (Day(2000, True), Day(24_000, True), Day(24_000, True))


@pytest.mark.parametrize(
    ("hours", "complete"),
    [
        pytest.param(0, (False, False, False), id="empty"),
        pytest.param(2, (False, False, False), id="last slot begins before midnight"),
        pytest.param(3, (True, False, False), id="last slot begins at midnight"),
        pytest.param(27, (True, True, False), id="tomorrow's midnight"),
        pytest.param(51, (True, True, True), id="midnight of the day after"),
    ],
)
def test_a_day_is_complete_when_a_slot_begins_at_its_end(hours: int, complete: tuple[bool, ...]) -> None:
    now = datetime(2026, 6, 1, 20, tzinfo=UTC)
    told = outlook(days(hours=hours, start=now), now, BERLIN)
    assert tuple(day.complete for day in told) == complete


@pytest.mark.parametrize(
    ("month", "day", "hours"),
    [pytest.param(3, 28, 23, id="a day of 23 hours"), pytest.param(10, 24, 25, id="a day of 25 hours")],
)
def test_days_are_as_long_as_the_clock_makes_them(month: int, day: int, hours: int) -> None:
    now = datetime(2026, month, day, 12, tzinfo=BERLIN).astimezone(UTC)
    _, tomorrow, _ = outlook(days(hours=24 * 4, start=now), now, BERLIN)
    assert tomorrow.energy == pytest.approx(hours * 1000)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param((800, 1200, 600), (1172.1, 1283.7, 1255.8, 1088.4), id="plan44 a peak"),
        pytest.param((400, 1000, 1600), (775, 925, 1075, 1225), id="plan44 a slope"),
        pytest.param((800, 0, 600), (0, 0, 0, 0), id="night stays night"),
        pytest.param((5000, 100, 5000), (146.2, 53.8, 53.8, 146.2), id="a valley"),
    ],
)
def test_hours_become_quarters_that_lead_from_one_to_the_next(
    hours: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    quarters = shaped(powers(*hours, step=HOUR).slots)
    assert len(quarters) == 12
    assert [s.value for s in quarters[4:8]] == pytest.approx(expected, abs=0.05)
    assert sum(s.value for s in quarters[4:8]) == pytest.approx(4 * hours[1])
    assert all(s.end - s.start == 15 * MINUTE for s in quarters)
