"""A calendar as a source of plans, in a running Home Assistant."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed_exact

from custom_components.evcc import _PAUSED
from custom_components.evcc.const import CONF_PLAN_CALENDAR, DOMAIN
from custom_components.evcc.core.goals import SocPlan
from custom_components.evcc.plan_calendar import INTERVAL, KEY, PlanCalendar
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .entities_home import BLUE, GARAGE, GRID, NOON, runtime_of, start, subentry

CALENDAR = "calendar.family"
RED = subentry(
    "red",
    "vehicle",
    "Red car",
    {"capacity": 50.0, "soc": 90.0, "phases": 3, "max_current": 16.0, "home_loadpoint": 9},
)
UNKNOWN = subentry("odd", "vehicle", "Odd car", {"source": "offline"}, simulated=False)


class Family(CalendarEntity):
    """A calendar of another integration."""

    _attr_name = "Family"
    event = None

    def __init__(self) -> None:
        """Begin with no events."""
        self.events: list[CalendarEvent] = []
        self.error: Exception | None = None
        self.asked: list[tuple[datetime, datetime]] = []
        self.entity_id = CALENDAR

    def show(self, *, available: bool) -> None:
        """Come or go."""
        self._attr_available = available
        self.async_write_ha_state()

    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Answer, whatever is asked for."""
        if self.error is not None:
            raise self.error
        self.asked.append((start_date, end_date))
        return self.events


@pytest.fixture
async def family(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Family:
    """Let it be noon, with a calendar."""
    freezer.move_to(NOON)
    assert await async_setup_component(hass, "calendar", {})
    calendar = Family()
    await hass.data[DATA_COMPONENT].async_add_entities([calendar])
    return calendar


def event(summary: str, begin: str) -> CalendarEvent:
    """Return an event of an hour, by local time or the one given, or of a day."""
    if "T" not in begin:
        day = date.fromisoformat(begin)
        return CalendarEvent(summary=summary, start=day, end=day + timedelta(days=1))
    time = datetime.fromisoformat(begin)
    if time.tzinfo is None:
        time = at(begin)
    return CalendarEvent(summary=summary, start=time, end=time + timedelta(hours=1))


def at(text: str) -> datetime:
    """Return a local time (US/Pacific in tests) in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=dt_util.get_default_time_zone()).astimezone(UTC)


async def home(hass: HomeAssistant, calendar: str | None = CALENDAR) -> MockConfigEntry:
    """Set up a home that follows the calendar."""
    entry = await start(hass, GRID, GARAGE, BLUE, RED, UNKNOWN)
    await choose(hass, entry, calendar)
    return entry


async def choose(hass: HomeAssistant, entry: MockConfigEntry, calendar: str | None) -> None:
    options = {} if calendar is None else {CONF_PLAN_CALENDAR: calendar}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)


async def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, delta: timedelta = INTERVAL) -> None:
    """Let time pass until the calendar was read again."""
    freezer.tick(delta)
    async_fire_time_changed_exact(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def plan(entry: MockConfigEntry, vehicle: str = "blue") -> tuple[int, datetime] | None:
    """Return target and time of a vehicle's plan."""
    found = runtime_of(entry).site.vehicles[vehicle].goals.plan
    return None if found is None else (found.soc, found.time)


@pytest.mark.parametrize(
    ("begin", "time"),
    [
        ("2026-06-16T07:30:00-07:00", datetime(2026, 6, 16, 14, 30, tzinfo=UTC)),
        ("2026-06-16T07:30:00+02:00", datetime(2026, 6, 16, 5, 30, tzinfo=UTC)),
        ("2026-06-16T07:30:00", datetime(2026, 6, 16, 14, 30, tzinfo=UTC)),  # local
        ("2026-06-16", datetime(2026, 6, 16, 7, 0, tzinfo=UTC)),  # a whole day begins with the day
    ],
)
async def test_an_event_is_a_plan(hass: HomeAssistant, family: Family, begin: str, time: datetime) -> None:
    family.events = [event("Blue car 80 %", begin)]
    entry = await home(hass)
    assert plan(entry) == (80, time)
    asked_from, asked_to = family.asked[-1]
    assert (asked_to - asked_from, plan(entry, "red")) == (timedelta(days=7), None)


async def test_events_that_say_nothing_to_us(hass: HomeAssistant, family: Family) -> None:
    family.events = [
        event("", "2026-06-16"),
        event("Green car 80 %", "2026-06-16T07:30:00"),
        event("Dentist", "2026-06-16T07:30:00"),
        event("Blue car 80 %", "2026-06-15T01:00:00"),  # has begun
    ]
    entry = await home(hass)
    assert [plan(entry, name) for name in ("blue", "red", "odd")] == [None, None, None]
    assert ir.async_get(hass).async_get_issue(DOMAIN, "events_unclear_site") is None


async def test_an_event_that_moves_or_goes(
    hass: HomeAssistant, family: Family, freezer: FrozenDateTimeFactory
) -> None:
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00"), event("Red car 95 %", "2026-06-17")]
    entry = await home(hass)
    family.events[0] = event("Blue car 90 %", "2026-06-16T06:30:00")
    await wait(hass, freezer)
    assert plan(entry) == (90, at("2026-06-16T06:30:00"))
    assert plan(entry, "red") == (95, at("2026-06-17T00:00:00"))
    del family.events[0]
    family.show(available=True)
    hass.states.async_set(CALENDAR, "on")  # another event begins: the calendar is read at once
    await hass.async_block_till_done(wait_background_tasks=True)
    assert plan(entry) is None
    assert plan(entry, "red") == (95, at("2026-06-17T00:00:00"))


async def test_of_two_events_the_second_follows(
    hass: HomeAssistant, family: Family, freezer: FrozenDateTimeFactory
) -> None:
    family.events = [
        event("Red car 95 %", "2026-06-15T09:00:00"),
        event("Red car 100 %", "2026-06-16T07:00:00"),
    ]
    entry = await home(hass)
    assert plan(entry, "red") == (95, at("2026-06-15T09:00:00"))
    await wait(hass, freezer, timedelta(hours=9))
    assert plan(entry, "red") == (100, at("2026-06-16T07:00:00"))


async def test_of_two_events_the_more_urgent_counts(hass: HomeAssistant, family: Family) -> None:
    family.events = [
        event("Blue car 45 %", "2026-06-15T12:00:00"),
        event("Blue car 100 %", "2026-06-15T12:30:00"),  # takes some hours
    ]
    entry = await home(hass)
    assert plan(entry) == (100, at("2026-06-15T12:30:00"))


@pytest.mark.parametrize("restart", [False, True])
async def test_a_deleted_event_takes_its_plan_along_after_a_restart_too(
    hass: HomeAssistant, family: Family, hass_storage: dict[str, Any], restart: bool
) -> None:
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    entry = await home(hass)
    stored = hass_storage[KEY]["data"]["given"]
    assert stored == {"blue": {"plan": {"soc": 80, "time": "2026-06-16T14:30:00+00:00", "precondition": 0.0}}}
    if restart:
        await runtime_of(entry).async_leave()
        assert await hass.config_entries.async_unload(entry.entry_id)
        hass.data[_PAUSED].clear()
        family.events = []
        assert await hass.config_entries.async_setup(entry.entry_id)
    else:
        family.events = []
        await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (plan(entry), hass_storage[KEY]["data"]["given"]) == (None, {})


@pytest.mark.parametrize("stored", [{"given": []}, {"given": {"blue": 5, "red": {"plan": {"soc": "x"}}}}, {}])
async def test_a_file_that_makes_no_sense(
    hass: HomeAssistant, family: Family, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": stored}
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    assert plan(await home(hass)) == (80, at("2026-06-16T07:30:00"))


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {CALENDAR: None},
        {CALENDAR: {"events": None}},
        {
            CALENDAR: {
                "events": [None, {}, {"summary": "Blue car 80 %"}, {"summary": 8, "start": "2026-06-16"}]
            }
        },
        {CALENDAR: {"events": [{"summary": "Blue car 80 %", "start": "soon"}]}},
    ],
)
async def test_an_answer_that_makes_no_sense(hass: HomeAssistant, family: Family, answer: Any) -> None:
    with patch("homeassistant.core.ServiceRegistry.async_call", return_value=answer):
        assert plan(await home(hass)) is None


async def test_another_calendar_or_none(
    hass: HomeAssistant, family: Family, hass_storage: dict[str, Any]
) -> None:
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    entry = await home(hass)
    await choose(hass, entry, "calendar.gone")
    assert plan(entry) == (80, at("2026-06-16T07:30:00"))  # nobody knows what it says
    await choose(hass, entry, None)
    assert (plan(entry), hass_storage[KEY]["data"]["given"]) == (None, {})


async def test_the_file_goes_with_the_site(
    hass: HomeAssistant, family: Family, hass_storage: dict[str, Any]
) -> None:
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    entry = await home(hass)
    assert KEY in hass_storage
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert KEY not in hass_storage


@pytest.mark.parametrize(
    "error", [HomeAssistantError("no"), TimeoutError(), OSError(), KeyError("x")], ids=repr
)
async def test_a_calendar_that_fails_changes_nothing(
    hass: HomeAssistant, family: Family, freezer: FrozenDateTimeFactory, error: Exception
) -> None:
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    entry = await home(hass)
    family.events, family.error = [], error
    await wait(hass, freezer)
    assert plan(entry) == (80, at("2026-06-16T07:30:00"))
    family.error = None
    family.show(available=False)
    await wait(hass, freezer)
    assert plan(entry) == (80, at("2026-06-16T07:30:00"))
    family.show(available=True)
    await wait(hass, freezer)
    assert plan(entry) is None


async def test_a_plan_of_a_person_comes_first(
    hass: HomeAssistant, family: Family, freezer: FrozenDateTimeFactory
) -> None:
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    entry = await home(hass)
    by_hand = SocPlan(soc=50, time=at("2026-06-15T20:00:00"))
    await runtime_of(entry).async_set_soc_plan("blue", by_hand)
    family.events = [event("Blue car 85 %", "2026-06-16T07:30:00")]
    await wait(hass, freezer)
    assert plan(entry) == (50, by_hand.time)
    await runtime_of(entry).async_set_soc_plan("blue", None)
    await wait(hass, freezer)
    assert plan(entry) == (85, at("2026-06-16T07:30:00"))
    await runtime_of(entry).async_set_soc_plan("blue", None)  # this one is not wanted
    await wait(hass, freezer)
    assert plan(entry) is None


async def test_events_that_are_no_plans_are_told(
    hass: HomeAssistant, family: Family, freezer: FrozenDateTimeFactory
) -> None:
    family.events = [event("Blue car", "2026-06-16T07:30:00"), event("Blue car 8 % 9 %", "2026-06-16")]
    entry = await home(hass)
    await runtime_of(entry).runner.async_wake()
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "events_unclear_site")
    assert issue is not None
    assert issue.translation_placeholders == {
        "calendar": CALENDAR,
        "events": "- Blue car 8 % 9 %\n- Blue car",
    }
    family.events = [event(f"Blue car {i:02}", "2026-06-16T07:30:00") for i in range(200)]
    await wait(hass, freezer)
    await runtime_of(entry).runner.async_wake()
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "events_unclear_site")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["events"].splitlines()[8:] == [
        "- Blue car 08",
        "- Blue car 09",
        "- …",
    ]
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    await wait(hass, freezer)
    await runtime_of(entry).runner.async_wake()
    assert ir.async_get(hass).async_get_issue(DOMAIN, "events_unclear_site") is None


async def test_what_comes_too_late_for_a_reload_is_told_to_the_site_that_comes_next(
    hass: HomeAssistant, family: Family, hass_storage: dict[str, Any]
) -> None:
    entry = await home(hass, None)
    family.events = [event("Blue car 80 %", "2026-06-16T07:30:00")]
    late = PlanCalendar(hass, runtime_of(entry), CALENDAR)
    runtime_of(entry).settings.close()
    await late.async_read()
    assert KEY not in hass_storage
    await choose(hass, entry, CALENDAR)
    assert plan(entry) == (80, at("2026-06-16T07:30:00"))


async def test_a_plan_for_a_vehicle_of_unknown_capacity_is_told(
    hass: HomeAssistant, family: Family, freezer: FrozenDateTimeFactory
) -> None:
    family.events = [event("Odd car 80 %", "2026-06-16T07:30:00")]
    await home(hass)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "plan_useless_odd")
    assert issue is not None
    assert (issue.is_fixable, issue.translation_placeholders) == (True, {"device": "Odd car"})
    family.events = []
    await wait(hass, freezer)
    assert ir.async_get(hass).async_get_issue(DOMAIN, "plan_useless_odd") is None
