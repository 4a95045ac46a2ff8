"""Entities of plans: what they show, and what comes of setting them."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
import threading
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.core import occurrence
from custom_components.evcc.core.goals import EnergyPlan, SocPlan, Strategy
from custom_components.evcc.core.rates import Slot
from custom_components.evcc.store.settings import SETTINGS_KEY
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .entities_home import (
    BLUE,
    EVERYTHING,
    GARAGE,
    GRID,
    NOON,
    entity_id,
    exists,
    runtime_of,
    show_loadpoint,
    start,
    state,
    subentry,
)

NOW = datetime.fromisoformat(NOON)
MORNING = datetime(2026, 6, 15, 14, tzinfo=UTC)  # 7 o'clock in US/Pacific, where it is 3
BARE = subentry("bare", "vehicle", "Bare car", {"source": "offline"}, simulated=False)


@pytest.fixture
async def entry(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> AsyncGenerator[MockConfigEntry]:
    """Return a home with the blue car at its loadpoint, and all entities that there can be."""
    freezer.move_to(NOON)
    with patch("homeassistant.helpers.entity.Entity.entity_registry_enabled_default", return_value=True):
        yield await start(hass, GRID, GARAGE, BLUE, BARE)


async def set_number(hass: HomeAssistant, unique_id: str, value: float) -> None:
    data = {"entity_id": entity_id(hass, "number", unique_id), "value": value}
    await hass.services.async_call("number", "set_value", data, blocking=True)


async def set_time(hass: HomeAssistant, unique_id: str, value: datetime) -> None:
    data = {"entity_id": entity_id(hass, "datetime", unique_id), "datetime": value}
    await hass.services.async_call("datetime", "set_value", data, blocking=True)


async def test_a_target_alone_is_for_the_morning(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    car = runtime_of(entry).site.vehicles["blue"]
    assert (state(hass, "number", "blue_plan_soc"), state(hass, "datetime", "blue_plan_time")) == (
        "0",
        "2026-06-15T14:00:00+00:00",  # what it would be
    )
    await set_number(hass, "blue_plan_soc", 75)
    assert car.goals.plan == SocPlan(soc=75, time=MORNING)
    assert (state(hass, "number", "blue_plan_soc"), state(hass, "datetime", "blue_plan_time")) == (
        "75",
        "2026-06-15T14:00:00+00:00",
    )
    assert state(hass, "sensor", "garage_effective_plan_time") == "2026-06-15T14:00:00+00:00"
    assert state(hass, "sensor", "garage_effective_plan_soc") == "75"
    await set_time(hass, "blue_plan_time", MORNING + timedelta(hours=1))
    assert state(hass, "datetime", "blue_plan_time") == "2026-06-15T15:00:00+00:00"
    await set_number(hass, "blue_plan_soc", 0)
    assert car.goals.plan is None
    assert state(hass, "datetime", "blue_plan_time") == "2026-06-15T14:00:00+00:00"
    assert state(hass, "sensor", "garage_effective_plan_time") == "unknown"


async def test_a_time_alone_is_for_the_usual_target(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    later = NOW + timedelta(hours=20)
    await set_time(hass, "blue_plan_time", later)
    assert runtime_of(entry).site.vehicles["blue"].goals.plan == SocPlan(soc=80, time=later)
    await set_number(hass, "blue_plan_soc", 60)
    assert runtime_of(entry).site.vehicles["blue"].goals.plan == SocPlan(soc=60, time=later)


async def test_a_plan_of_a_loadpoint(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await runtime_of(entry).async_select_vehicle(0, None)
    loadpoint = runtime_of(entry).site.loadpoints[0]
    await set_number(hass, "garage_plan_energy", 12.5)
    assert loadpoint.goals.plan == EnergyPlan(energy=12.5, time=MORNING)
    later = NOW + timedelta(hours=20)
    await set_time(hass, "garage_plan_time", later)
    assert loadpoint.goals.plan == EnergyPlan(energy=12.5, time=later)
    assert state(hass, "number", "garage_plan_energy") == "12.5"
    await set_number(hass, "garage_plan_energy", 0)
    assert loadpoint.goals.plan is None


async def test_what_cannot_be_is_refused(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    with pytest.raises(ServiceValidationError, match="that has passed"):
        await set_time(hass, "blue_plan_time", NOW - timedelta(minutes=1))
    for attempt in (
        set_number(hass, "bare_plan_soc", 50),
        set_time(hass, "bare_plan_time", MORNING),
    ):
        with pytest.raises(ServiceValidationError, match="The battery capacity of Bare car is unknown"):
            await attempt
    await set_number(hass, "bare_plan_soc", 0)
    assert [c.goals.plan for c in runtime_of(entry).site.vehicles.values()] == [None, None]


async def test_strategy(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    car = runtime_of(entry).site.vehicles["blue"]
    await set_number(hass, "blue_plan_precondition", 30)
    data = {"entity_id": entity_id(hass, "select", "blue_plan_strategy"), "option": "continuous"}
    await hass.services.async_call("select", "select_option", data, blocking=True)
    assert car.goals.strategy == Strategy(continuous=True, precondition=1800)
    assert state(hass, "number", "blue_plan_precondition") == "30.0"
    data["option"] = "cheapest"
    await hass.services.async_call("select", "select_option", data, blocking=True)
    assert car.goals.strategy == Strategy(precondition=1800)
    everything = Strategy(precondition=7 * 86_400)
    await runtime_of(entry).async_set_vehicle_strategy("blue", everything)
    shown = hass.states.get(entity_id(hass, "number", "blue_plan_precondition"))
    assert shown is not None
    assert (shown.state, shown.attributes["max"]) == ("10080.0", 10080)


async def test_figures_of_a_plan(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    planned: dict[str, Any] = {
        "plan": (Slot(NOW, MORNING, 0.2),),
        "plan_active": True,
        "plan_projected_start": NOW,
        "plan_projected_end": MORNING,
        "plan_overrun": 630.0,
        "plan_cost": 2.3456,
        "plan_price": 0.20123,
    }
    await show_loadpoint(hass, entry, **planned)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor", "garage_plan_active") == "on"
    assert [
        state(hass, "sensor", f"garage_plan_{key}")
        for key in ("projected_start", "projected_end", "overrun", "cost", "price")
    ] == ["2026-06-15T10:00:00+00:00", "2026-06-15T14:00:00+00:00", "10", "2.346", "0.201"]
    reason = hass.states.get(entity_id(hass, "sensor", "garage_reason"))
    assert reason is not None
    told = {key: reason.attributes.get(key) for key in ("plan_start", "plan_ready", "plan_cost")}
    assert told == {"plan_start": NOW, "plan_ready": MORNING, "plan_cost": 2.346}
    await show_loadpoint(hass, entry, **{**planned, "plan_projected_start": NOW + timedelta(seconds=90)})
    assert state(hass, "sensor", "garage_plan_projected_start") == "2026-06-15T10:00:00+00:00"
    moving = {"plan_projected_start": NOW + timedelta(seconds=90), "plan_projected_end": MORNING}
    await show_loadpoint(hass, entry, **{**planned, **moving, "plan_active": False})
    assert state(hass, "sensor", "garage_plan_projected_start") == "2026-06-15T10:01:00+00:00"
    moving["plan_projected_end"] = MORNING + timedelta(seconds=59)
    await show_loadpoint(hass, entry, **{**planned, **moving, "plan_active": False})
    assert state(hass, "sensor", "garage_plan_projected_end") == MORNING.isoformat()
    nothing = dict.fromkeys(planned) | {"plan_active": False, "plan_overrun": 0.0}
    await show_loadpoint(hass, entry, **nothing)
    assert [
        state(hass, "sensor", f"garage_plan_{key}")
        for key in ("projected_start", "projected_end", "overrun", "cost", "price")
    ] == ["unknown", "unknown", "0", "unknown", "unknown"]


async def test_cheap_hours(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    at = NOW + timedelta(hours=3)
    await show_loadpoint(hass, entry, smart_cost_active=True, smart_cost_next_start=at)
    assert state(hass, "binary_sensor", "garage_smart_cost_active") == "on"
    assert state(hass, "sensor", "garage_smart_cost_next_start") == at.isoformat()


async def test_devices_that_heat_have_no_plans(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)
    await start(hass, *EVERYTHING)
    for platform, key in (
        ("number", "plan_energy"),
        ("datetime", "plan_time"),
        ("sensor", "plan_projected_start"),
        ("sensor", "effective_plan_time"),
        ("binary_sensor", "plan_active"),
    ):
        assert exists(hass, platform, f"garage_{key}"), key
        assert not exists(hass, platform, f"boiler_{key}"), key


async def test_seldom_needed_entities_are_disabled(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entity_registry: er.EntityRegistry
) -> None:
    freezer.move_to(NOON)
    await start(hass, GRID, GARAGE, BLUE)
    plans = {
        e.unique_id: e.disabled_by is None
        for e in entity_registry.entities.values()
        if e.platform == "evcc" and ("plan_" in e.unique_id or "planned" in e.unique_id)
    }
    assert {key for key, enabled in plans.items() if enabled} == {
        "blue_plan_soc",
        "blue_plan_time",
        "blue_plan_precondition",
        "blue_plan_strategy",
        "garage_plan_active",
        "garage_plan_projected_start",
        "garage_effective_plan_time",
        "site_planned_charging",
    }


# Zones of stored plans


async def test_zones_of_stored_plans_are_not_read_in_the_event_loop(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: dict[str, Any]
) -> None:
    freezer.move_to(NOON)
    zones = ("Asia/Tokyo", "Australia/Lord_Howe", "America/St_Johns", "Nowhere/Land", "", "Europe")
    plans = [
        {"weekdays": [0, 1, 2, 3, 4, 5, 6], "time": "07:00", "tz": tz, "soc": 80, "active": True}
        for tz in zones
    ]
    hass_storage[SETTINGS_KEY] = {
        "version": 1,
        "minor_version": 1,
        "key": SETTINGS_KEY,
        "data": {"vehicles": {"blue": {"repeatingPlans": [*plans, None, 5]}, "bare": None}},
    }
    occurrence.parse_zone.cache_clear()
    read: list[tuple[str, bool]] = []

    def note(name: str) -> ZoneInfo:
        read.append((name, threading.current_thread() is threading.main_thread()))
        return ZoneInfo(name)

    with patch.object(occurrence, "ZoneInfo", note):
        entry = await start(hass, GRID, GARAGE, BLUE, BARE)
        await runtime_of(entry).runner.async_wake()
    kept = [p.tz for p in runtime_of(entry).site.vehicles["blue"].goals.repeating]
    assert kept == ["Asia/Tokyo", "Australia/Lord_Howe", "America/St_Johns", ""]
    assert set(zones[:3]) <= {name for name, _ in read}
    assert [name for name, in_loop in read if in_loop and name in kept] == []
