"""The calendar of planned charging."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evcc.core.goals import SocPlan
from custom_components.evcc.core.rates import Slot
from homeassistant.core import HomeAssistant

from .entities_home import BLUE, GARAGE, GRID, NOON, entity_id, runtime_of, show, show_loadpoint, start, state

NOW = datetime.fromisoformat(NOON)
QUARTER = timedelta(minutes=15)
TONIGHT = datetime(2026, 6, 16, 6, tzinfo=UTC)
READY = datetime(2026, 6, 16, 14, tzinfo=UTC)  # 7 o'clock in US/Pacific


@pytest.fixture
async def entry(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> MockConfigEntry:
    """Return a home with the blue car at its loadpoint."""
    freezer.move_to(NOON)
    return await start(hass, GRID, GARAGE, BLUE)


def run(begin: datetime, *values: float) -> tuple[Slot, ...]:
    return tuple(Slot(begin + i * QUARTER, begin + (i + 1) * QUARTER, v) for i, v in enumerate(values))


async def plan(hass: HomeAssistant, entry: MockConfigEntry, *slots: Slot, **values: Any) -> None:
    """Show planned charging."""
    planned: dict[str, Any] = {
        "plan": slots,
        "plan_price": 0.2,
        "effective_max_power": 10_000.0,
        "effective_plan_time": READY,
        "effective_plan_soc": 80,
        "effective_plan_id": 1,
    }
    await show_loadpoint(hass, entry, **{**planned, **values})


async def ask(hass: HomeAssistant, begin: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return the events as an automation gets them."""
    calendar = entity_id(hass, "calendar", "site_planned_charging")
    data = {"entity_id": calendar, "start_date_time": begin, "end_date_time": end}
    answer: Any = await hass.services.async_call(
        "calendar", "get_events", data, blocking=True, return_response=True
    )
    events: list[dict[str, Any]] = answer[calendar]["events"]
    return events


async def test_nothing_is_planned(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert state(hass, "calendar", "site_planned_charging") == "off"
    assert await ask(hass, NOW, NOW + timedelta(days=30)) == []


async def test_planned_charging(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    later = TONIGHT + timedelta(hours=2)
    await plan(hass, entry, *run(TONIGHT, 0.1, 0.1), *run(later, -0.06))
    assert await ask(hass, NOW, NOW + timedelta(days=1)) == [
        {
            "start": "2026-06-15T23:00:00-07:00",
            "end": "2026-06-15T23:30:00-07:00",
            "summary": "Garage: Blue car, 5.0 kWh, 0.50 EUR",
            "description": "Goal: 80 % by 2026-06-16 07:00\nAverage price: 0.100 EUR/kWh",
        },
        {
            "start": "2026-06-16T01:00:00-07:00",
            "end": "2026-06-16T01:15:00-07:00",
            "summary": "Garage: Blue car, 2.5 kWh, -0.15 EUR",
            "description": "Goal: 80 % by 2026-06-16 07:00\nAverage price: -0.060 EUR/kWh",
        },
    ]
    assert [e["summary"][-8:] for e in await ask(hass, later, READY)] == ["0.15 EUR"]
    assert await ask(hass, TONIGHT - QUARTER, TONIGHT) == []


async def test_the_state_tells_the_next_run_without_figures(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await plan(hass, entry, *run(TONIGHT, 0.1))
    shown = hass.states.get(entity_id(hass, "calendar", "site_planned_charging"))
    assert shown is not None
    assert (shown.state, shown.attributes["message"], shown.attributes["start_time"]) == (
        "off",
        "Garage: Blue car",
        "2026-06-15 23:00:00",
    )
    await plan(hass, entry, *run(NOW, 0.1))
    assert state(hass, "calendar", "site_planned_charging") == "on"


@pytest.mark.parametrize(
    ("language", "values", "summary", "description"),
    [
        ("en", {"plan_price": None}, "Garage: Blue car, 2.5 kWh", "Goal: 80 % by 2026-06-16 07:00"),
        (
            "en",
            {"plan_price": None, "plan_overrun": 605.0},
            "Garage: Blue car, 2.5 kWh",
            "Goal: 80 % by 2026-06-16 07:00\n10 min too late",
        ),
        (
            "en",
            {"plan_price": None, "effective_plan_soc": 0, "plan_energy": 12.5, "vehicle_title": ""},
            "Garage, 2.5 kWh",
            "Goal: 12.5 kWh by 2026-06-16 07:00",
        ),
        (
            "de",
            {"plan_overrun": 605.0},
            "Garage: Blue car, 2,5 kWh, 0,25 EUR",
            "Ziel: 80 % bis 16.06.2026 07:00\nDurchschnittspreis: 0,100 EUR/kWh\n10 min zu spät",
        ),
    ],
)
async def test_words(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    language: str,
    values: dict[str, Any],
    summary: str,
    description: str,
) -> None:
    hass.config.language = language
    await plan(hass, entry, *run(TONIGHT, 0.1), **values)
    events = await ask(hass, NOW, READY)
    assert [(e["summary"], e["description"]) for e in events] == [(summary, description)]


async def test_goals_without_hours(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    car = runtime_of(entry).coordinator.data.vehicles[0]
    await runtime_of(entry).async_set_soc_plan("blue", SocPlan(soc=90, time=READY + timedelta(days=20)))
    (event,) = await ask(hass, NOW, NOW + timedelta(days=30))
    assert (event["summary"], event["start"], event["end"]) == (
        f"{car.title}: ready with 90 %",
        "2026-07-06T07:00:00-07:00",
        "2026-07-06T07:15:00-07:00",
    )
    assert event["description"] == "The hours to charge in are not planned yet."


async def test_a_plan_at_the_end_of_all_days(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    end = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    await runtime_of(entry).async_set_soc_plan("blue", SocPlan(soc=90, time=end))
    await plan(hass, entry, Slot(end - QUARTER, end, 0.0), plan_price=None, effective_plan_time=end)
    assert state(hass, "calendar", "site_planned_charging") == "off"
    assert await ask(hass, NOW, NOW + timedelta(days=30)) == []


async def test_the_panel_asks_over_http(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await plan(hass, entry, *run(TONIGHT, 0.1))
    client = await hass_client()
    calendar = entity_id(hass, "calendar", "site_planned_charging")
    times = {"start": "2026-06-15T00:00:00Z", "end": "2026-06-17T00:00:00Z"}
    response = await client.get(f"/api/calendars/{calendar}", params=times)
    assert response.status == HTTPStatus.OK
    (event,) = await response.json()
    assert event["uid"] == "garage-2026-06-16T06:00:00+00:00"


async def test_before_the_site_is_known(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await show(hass, entry, loadpoints=())
    assert await ask(hass, NOW, READY) == []
