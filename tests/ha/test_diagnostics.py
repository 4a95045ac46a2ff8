"""Diagnostics and system health: complete, and silent about who reports."""

import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.model import Reason, Why
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.evcc.store import Problem
from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

from .entities_home import EVERYTHING, GARAGE, GRID, NOON, runtime_of, show_loadpoint, start, subentry


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it always be the same sunny day."""
    freezer.move_to(NOON)


async def secretive_home(hass: HomeAssistant) -> MockConfigEntry:
    """Return the home with a secret wherever there may be one."""
    marked = [{**s, "title": f"Secret {s['title']}"} for s in EVERYTHING]
    for part in marked:
        if part["subentry_type"] == "vehicle":
            part["data"] = {**part["data"], "identifiers": ["SECRET-TAG"], "password": "secret-password"}
    entry = await start(hass, *marked)  # type: ignore[arg-type]
    lp = runtime_of(entry).site.loadpoints[0]
    lp.memory.identifier = "SECRET-TAG"
    lp.memory.session = SessionRecord(
        id=7, loadpoint="Secret Garage", vehicle="Secret Blue car", identifier="SECRET-TAG"
    )
    await show_loadpoint(
        hass,
        entry,
        vehicle_title="Secret Blue car",
        vehicle_identity="SECRET-TAG",
        message="Secret Garage: no answer",
        why=Why(Reason.COMMAND_FAILED, device="Secret Garage"),
    )
    lp.memory.why = Why(Reason.COMMAND_FAILED, device="Secret Garage")
    return entry


def assert_silent(found: Any) -> None:
    assert "secret" not in json.dumps(found).lower()


async def test_the_whole_site(hass: HomeAssistant) -> None:
    entry = await secretive_home(hass)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert_silent(found)
    assert [s["subentry_type"] for s in found["entry"]["subentries"]] == [
        s["subentry_type"] for s in EVERYTHING
    ]
    assert found["entry"]["data"] == {"demo": True, "speed": 1}
    assert found["config"]["vehicles"][0]["title"] == REDACTED
    assert found["config"]["loadpoints"][1]["charger"]["features"] == ["Heating", "IntegratedDevice"]
    assert found["settings"]["loadpoints"]["garage"]["mode"] == "off"
    session = found["memory"]["loadpoints"]["garage"]["session"]
    assert session["id"] == 7
    assert session["loadpoint"] == session["vehicle"] == session["identifier"] == REDACTED
    assert found["memory"]["loadpoints"]["garage"]["vehicle"] == "blue"
    assert found["state"]["vehicles"][0]["loadpoint"] == "garage"
    assert found["state"]["loadpoints"][0]["why"]["reason"] == "command_failed"
    assert found["runner"] == {
        "running": True,
        "overruns": 0,
        "fault": None,
        "now": "2026-06-15T10:00:00+00:00",
    }
    assert found["files"] == {"settings": None, "memory": None, "sessions": None}
    assert found["devices_missing"] == 0


async def test_one_device(hass: HomeAssistant, device_registry: dr.DeviceRegistry) -> None:
    entry = await secretive_home(hass)

    async def of(key: str) -> Any:
        device = device_registry.async_get_device_by_identifier((DOMAIN, key), entry.entry_id)
        assert device is not None
        found = await async_get_device_diagnostics(hass, entry, device)
        assert_silent(found)
        return found

    garage = await of("garage")
    assert garage["subentry"]["subentry_type"] == "loadpoint"
    assert [c["name"] for c in garage["config"]] == ["garage"]
    assert garage["settings"][0]["maxCurrent"] == 16.0
    assert garage["memory"][0]["session"]["id"] == 7
    assert [s["name"] for s in garage["state"]] == ["garage"]

    cellar = await of("cellar")
    assert [c["capacity"] for c in cellar["config"]] == [10.0]
    assert cellar["settings"] == []
    assert [s["soc"] for s in cellar["state"]] == [50.0]

    assert [v["capacity"] for v in (await of("blue"))["config"]] == [60.0]
    for whole in ("site", "site_battery"):
        assert "runner" in await of(whole)


async def test_entities_are_told_by_kind_and_origin(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    power = entity_registry.async_get_or_create("sensor", "meters", "1", suggested_object_id="secret_power")
    hass.states.async_set(power.entity_id, "100", {"unit_of_measurement": "W"})
    data = {
        "source": "entity",
        "usage": "consumer",
        "power": power.id,
        "energy": "sensor.secret_energy",
        "current_l1": "0123456789abcdef0123456789abcdef",
        "power_invert": True,
        "action": [{"target": {"entity_id": [power.entity_id]}}],
    }
    entry = await start(hass, GRID, subentry("pump", "meter", "Pump", data, simulated=False), GARAGE)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert_silent(found)
    assert found["entry"]["subentries"][1]["data"] == {
        "source": "entity",
        "usage": "consumer",
        "power": "sensor of meters",
        "energy": "sensor, not registered",
        "current_l1": "forgotten",
        "power_invert": True,
        "action": [{"target": {"entity_id": ["sensor of meters"]}}],
    }


async def test_tariffs_without_what_their_sources_said(hass: HomeAssistant) -> None:
    prices = subentry(
        "prices",
        "tariff",
        "Secret prices",
        {"usage": "grid", "source": "fixed", "price": 0.3},
        simulated=False,
    )
    lost = {"usage": "co2", "source": "home_assistant", "platform": "custom", "entity_id": ["sensor.secret"]}
    entry = await start(
        hass, GRID, GARAGE, prices, subentry("co2", "tariff", "Secret", lost, simulated=False)
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert_silent(found)
    assert [s["data"].get("entity_id") for s in found["entry"]["subentries"][2:]] == [
        None,
        ["sensor, not registered"],
    ]
    fixed, co2 = found["tariffs"]
    assert (fixed["name"], fixed["usage"], fixed["kind"], fixed["title"]) == (
        "prices",
        "grid",
        "pricestatic",
        REDACTED,
    )
    assert (fixed["problem"], fixed["outdated"], fixed["usable"]) == (None, False, True)
    assert fixed["read_at"].startswith("2026-06-15T10:00:00")
    assert fixed["until"].startswith("2026-06-22")
    assert fixed["slots"] > 600
    assert (co2["problem"], co2["usable"], co2["slots"], co2["read_at"]) == ("entity_missing", False, 0, None)


async def test_system_health(hass: HomeAssistant) -> None:
    entry = await start(hass)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info == {
        "running": True,
        "cycles": 1,
        "overruns": 0,
        "loadpoints": 2,
        "vehicles": 2,
        "devices_missing": 0,
        "sessions": "ok",
    }
    runtime_of(entry).sessions._barred = Problem.UNWRITABLE
    assert (await get_system_health_info(hass, DOMAIN))["sessions"] == "unwritable"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await get_system_health_info(hass, DOMAIN) == {"running": False}
