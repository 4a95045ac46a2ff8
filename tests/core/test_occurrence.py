"""When repeating plans are due: weekdays, zones, and the days on which the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evcc.core import occurrence
from custom_components.evcc.core.goals import RepeatingPlan
from custom_components.evcc.core.settings import SettingError

DAILY = (0, 1, 2, 3, 4, 5, 6)
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def due(now: str, time: str, tz: str = BERLIN, weekdays: tuple[int, ...] = DAILY) -> str | None:
    """Return the next occurrence in UTC, as text."""
    plan = RepeatingPlan(weekdays=weekdays, time=time, tz=tz, soc=80, active=True)
    found = occurrence.next_occurrence(plan, datetime.fromisoformat(now).astimezone(UTC))
    return None if found is None else found.strftime("%a %m-%d %H:%MZ")


@pytest.mark.parametrize(
    ("now", "time", "weekdays", "expected"),
    [
        pytest.param("2026-06-03T08:00Z", "07:00", (1, 2, 3, 4, 5), "Thu 06-04 07:00Z", id="plan53 workdays"),
        pytest.param("2026-06-03T08:00Z", "08:00", (3,), "Wed 06-03 08:00Z", id="plan53 exactly now"),
        pytest.param("2026-06-03T08:00:01Z", "08:00", (3,), "Wed 06-10 08:00Z", id="plan53 a second later"),
        pytest.param("2026-06-05T07:00:01Z", "07:00", (1, 5), "Mon 06-08 07:00Z", id="over the weekend"),
        pytest.param("2026-06-06T23:59Z", "0:00", (0,), "Sun 06-07 00:00Z", id="0 is Sunday"),
        pytest.param("2026-06-05T23:59Z", "0:00", (6,), "Sat 06-06 00:00Z", id="6 is Saturday"),
        pytest.param("2026-12-31T12:00Z", "7:30", DAILY, "Fri 01-01 07:30Z", id="new year"),
        pytest.param("2026-06-03T08:00Z", "08:00", (), None, id="no day"),
        pytest.param("2026-06-03T08:00Z", "24:00", DAILY, None, id="no time"),
    ],
)
def test_days(now: str, time: str, weekdays: tuple[int, ...], expected: str | None) -> None:
    assert due(now, time, "UTC", weekdays) == expected


@pytest.mark.parametrize(
    ("now", "time", "tz", "expected"),
    [
        pytest.param("2026-03-28T20:00Z", "02:30", BERLIN, "Sun 03-29 01:30Z", id="left out: an hour later"),
        pytest.param("2026-03-28T20:00Z", "03:00", BERLIN, "Sun 03-29 01:00Z", id="right after the gap"),
        pytest.param("2026-03-28T20:00Z", "07:00", BERLIN, "Sun 03-29 05:00Z", id="that morning"),
        pytest.param("2026-10-24T20:00Z", "02:30", BERLIN, "Sun 10-25 01:30Z", id="twice: the second"),
        pytest.param("2026-10-25T00:40Z", "02:30", BERLIN, "Sun 10-25 01:30Z", id="between the two"),
        pytest.param("2026-10-25T01:30:01Z", "02:30", BERLIN, "Mon 10-26 01:30Z", id="after the second"),
        pytest.param("2026-10-24T20:00Z", "07:00", BERLIN, "Sun 10-25 06:00Z", id="autumn morning"),
        pytest.param(
            "2026-03-08T03:00Z", "02:30", NEW_YORK, "Sun 03-08 06:30Z", id="left out: an hour earlier"
        ),
        pytest.param("2026-11-01T03:00Z", "01:30", NEW_YORK, "Sun 11-01 05:30Z", id="twice: the first"),
        pytest.param("2026-06-01T20:00Z", "07:00", "Asia/Kolkata", "Tue 06-02 01:30Z", id="half hours"),
        pytest.param("2026-06-01T05:00Z", "07:00", "", "Mon 06-01 07:00Z", id="no zone is UTC"),
        pytest.param("2026-06-01T23:30Z", "00:30", "Pacific/Kiritimati", "Tue 06-02 10:30Z", id="far east"),
    ],
)
def test_zones_and_summer_time(now: str, time: str, tz: str, expected: str) -> None:
    assert due(now, time, tz) == expected


def test_a_time_left_out_stays_shifted_on_the_days_probed_from_there() -> None:
    assert due("2026-03-28T20:00Z", "02:30", BERLIN, (1,)) == "Mon 03-30 01:30Z"
    assert due("2026-03-29T22:00Z", "02:30", BERLIN, (1,)) == "Mon 03-30 00:30Z"


@pytest.mark.parametrize("start", ["2026-03-26T00:00Z", "2026-10-22T00:00Z"])
@pytest.mark.parametrize("weekdays", [DAILY, (1, 2, 3, 4, 5), (0,)])
def test_weeks_in_which_the_clocks_change_have_each_plan_once(start: str, weekdays: tuple[int, ...]) -> None:
    plan = RepeatingPlan(weekdays=weekdays, time="07:00", tz=BERLIN)
    now = datetime.fromisoformat(start)
    found = set()
    for _ in range(7 * 48):
        moment = occurrence.next_occurrence(plan, now)
        assert moment is not None
        assert now <= moment <= now + timedelta(days=8)
        found.add(moment)
        now += timedelta(minutes=30)
    local = [m.astimezone(occurrence.parse_zone(BERLIN)) for m in found]
    assert {(m.hour, m.minute) for m in local} == {(7, 0)}
    assert {m.isoweekday() % 7 for m in local} == set(weekdays)
    assert len({m.date() for m in local}) == len(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7:05", (7, 5)), ("07:05", (7, 5)), ("23:59", (23, 59)), ("0:00", (0, 0)), ("00:00", (0, 0))],
)
def test_times(text: str, expected: tuple[int, int]) -> None:
    assert occurrence.parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "7", "7:5", "24:00", "12:60", "-1:00", "07:00:00", "\u0660\u0667:\u0660\u0660", " 7:00", "7:00 "],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        occurrence.parse_time(text)
    assert caught.value.key == "time_invalid"


@pytest.mark.parametrize(
    "name", ["Europe/Nowhere", "../etc/passwd", "Europe", "/etc/localtime", "a\0b", "x" * 300]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(SettingError) as caught:
        occurrence.parse_zone(name)
    assert caught.value.key == "timezone_unknown"


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        pytest.param(RepeatingPlan(weekdays=(7,), time="7:00"), "weekday_out_of_range", id="eighth day"),
        pytest.param(RepeatingPlan(weekdays=(1, -1), time="7:00"), "weekday_out_of_range", id="negative day"),
        pytest.param(RepeatingPlan(weekdays=(1,), time="7"), "time_invalid", id="no time"),
        pytest.param(RepeatingPlan(weekdays=(1,), time="7:00", tz="No"), "timezone_unknown", id="no zone"),
        pytest.param(RepeatingPlan(weekdays=(), time="7:00"), None, id="no days are no error"),
    ],
)
def test_check(plan: RepeatingPlan, key: str | None) -> None:
    if key is None:
        occurrence.check(plan)
        return
    with pytest.raises(SettingError) as caught:
        occurrence.check(plan)
    assert caught.value.key == key
