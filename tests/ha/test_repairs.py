"""Repairs: shown for as long as something is wrong, with texts that say what to do."""

from dataclasses import replace
from datetime import timedelta
import json
from pathlib import Path
from string import Formatter
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components.evcc
from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.model import Failure, Reason, Why
from custom_components.evcc.problems import KEYS
from custom_components.evcc.repairs import async_watch
from custom_components.evcc.store import Problem
from homeassistant.components.repairs import FlowType, repairs_flow_manager
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component

from .entities_home import GARAGE, GRID, NOON, PUMP, runtime_of, show, show_loadpoint, start, subentry

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it always be the same sunny day."""
    freezer.move_to(NOON)


def issues(hass: HomeAssistant) -> dict[str, dict[str, str] | None]:
    """Return the issues that are shown, with what their texts are filled with."""
    return {
        issue_id: issue.translation_placeholders
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


async def later(hass: HomeAssistant, entry: MockConfigEntry, by: timedelta) -> None:
    """Let time pass without anything changing."""
    await show(hass, entry, at=runtime_of(entry).coordinator.data.at + by)


async def test_all_is_well(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await later(hass, entry, 20 * MINUTE)
    assert issues(hass) == {}


async def test_a_charger_that_does_not_answer(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, available=False, failure=Failure.TIMEOUT)
    await later(hass, entry, 9 * MINUTE)
    assert issues(hass) == {}
    await later(hass, entry, MINUTE)
    assert issues(hass) == {"charger_unavailable_garage": {"device": "Garage", "error": "timeout"}}
    await show_loadpoint(hass, entry, message="no route to host")
    assert issues(hass) == {"charger_unavailable_garage": {"device": "Garage", "error": "no route to host"}}
    await show_loadpoint(hass, entry, available=True, failure=None, message=None)
    assert issues(hass) == {}


async def test_a_charger_that_comes_and_goes(hass: HomeAssistant) -> None:
    entry = await start(hass)
    for available in (False, True, False):
        await show_loadpoint(hass, entry, available=available)
        await later(hass, entry, 6 * MINUTE)
    assert issues(hass) == {}


async def test_meters_that_do_not_answer(hass: HomeAssistant) -> None:
    entry = await start(hass)
    data = runtime_of(entry).coordinator.data
    assert data.grid is not None
    assert data.battery is not None
    lost: dict[str, Any] = {"power": None, "failure": Failure.UNAVAILABLE}
    await show(
        hass,
        entry,
        grid=replace(data.grid, **lost),
        pv=(replace(data.pv[0], **lost),),
        battery=replace(data.battery, devices=(replace(data.battery.devices[0], **lost),)),
        circuits=(replace(data.circuits[0], power=None),),
    )
    await later(hass, entry, 10 * MINUTE)
    assert issues(hass) == {
        "grid_meter_unavailable_grid": {"device": "Grid", "error": "unavailable"},
        "meter_unavailable_roof": {"device": "Roof", "error": "unavailable"},
        "meter_unavailable_cellar": {"device": "Cellar", "error": "unavailable"},
        "circuit_meter_unavailable_main": {"device": "Main"},
    }
    await show(hass, entry, grid=None, pv=(), battery=None, circuits=())
    assert issues(hass) == {}


async def test_limits_that_contradict_each_other(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, effective_min_current=10.0, effective_max_current=8.5)
    assert issues(hass) == {"limits_contradict_garage": {"device": "Garage", "low": "10", "high": "8.5"}}


async def test_a_charger_that_refuses(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, why=Why(Reason.COMMAND_FAILED, device="Garage: refused"))
    await later(hass, entry, 10 * MINUTE)
    assert issues(hass) == {"charger_refuses_garage": {"device": "Garage", "error": "Garage: refused"}}
    await show_loadpoint(hass, entry, why=Why(Reason.COMMAND_FAILED))
    assert issues(hass) == {"charger_refuses_garage": {"device": "Garage", "error": "–"}}


async def test_a_charger_that_charges_although_it_must_not(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, charging=True, enabled=False)
    await show_loadpoint(
        hass, entry, 1, charging=True, enabled=False, charger_features=("Continuous", "Heating")
    )
    await later(hass, entry, 10 * MINUTE)
    assert issues(hass) == {"charger_ignores_off_garage": {"device": "Garage"}}


async def test_phases_that_are_not_switched(hass: HomeAssistant) -> None:
    entry = await start(hass)
    memory = runtime_of(entry).site.loadpoints[0].memory
    memory.phase_failures = 2
    await later(hass, entry, MINUTE)
    assert issues(hass) == {}
    memory.phase_failures = 3
    await later(hass, entry, MINUTE)
    assert issues(hass) == {"phases_not_switched_garage": {"device": "Garage"}}


@pytest.mark.parametrize("problem", list(Problem))
async def test_files_that_cannot_be_used(hass: HomeAssistant, problem: Problem) -> None:
    entry = await start(hass)
    runtime_of(entry).sessions._barred = problem
    runtime_of(entry).settings.settings.problem = problem
    await later(hass, entry, MINUTE)
    await later(hass, entry, 2 * MINUTE)
    assert issues(hass) == {
        f"file_{problem}_evcc.db": {"file": "evcc.db"},
        f"file_{problem}_evcc.settings": {"file": "evcc.settings"},
    }
    runtime_of(entry).sessions._barred = None
    runtime_of(entry).settings.settings.problem = None
    await later(hass, entry, MINUTE)
    assert issues(hass) == {}


async def test_a_bug_of_ours(hass: HomeAssistant) -> None:
    entry = await start(hass)
    runtime = runtime_of(entry)
    runtime.runner.fault = "ValueError: 1"
    runtime.coordinator.async_set_update_error(ValueError("1"))
    await hass.async_block_till_done()
    assert issues(hass) == {"site_fault_site": {"error": "ValueError: 1"}}
    runtime.runner.fault = None
    await later(hass, entry, MINUTE)
    assert issues(hass) == {}


async def test_entities_that_are_missing(hass: HomeAssistant) -> None:
    entry = await start(hass)
    hass.states.async_remove("sensor.pump_power")
    await later(hass, entry, MINUTE)
    assert issues(hass) == {}
    await later(hass, entry, 2 * MINUTE)
    assert issues(hass) == {"entity_missing_pump": {"device": "Pump", "entities": "sensor.pump_power"}}
    hass.states.async_set("sensor.pump_power", "unavailable")  # it exists: its integration's business
    await later(hass, entry, MINUTE)
    assert issues(hass) == {}


async def test_nobody_is_missed_before_everybody_could_be_there(hass: HomeAssistant) -> None:
    entry = await start(hass)
    hass.states.async_remove("sensor.pump_power")
    hass.set_state(CoreState.starting)
    await later(hass, entry, 10 * MINUTE)
    await later(hass, entry, 10 * MINUTE)
    assert issues(hass) == {}
    hass.set_state(CoreState.running)


async def test_registered_entities_that_are_missing(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    energy = entity_registry.async_get_or_create("sensor", "pump", "1", suggested_object_id="flow")
    data = {
        "source": "entity",
        "max_power": 5000.0,
        "power": "sensor.pump_power",
        "energy": energy.id,
        "word": "5.0",
    }
    entry = await start(hass, GRID, subentry("main", "circuit", "Main", data, simulated=False), GARAGE)
    await later(hass, entry, 5 * MINUTE)
    assert "entity_missing_main" not in issues(hass)  # registered, its integration will bring it

    entity_registry.async_update_entity(energy.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await later(hass, entry, MINUTE)
    await later(hass, entry, 5 * MINUTE)
    assert issues(hass)["entity_missing_main"] == {"device": "Main", "entities": "sensor.flow"}

    entity_registry.async_remove(energy.entity_id)
    await later(hass, entry, MINUTE)
    assert issues(hass)["entity_missing_main"] == {"device": "Main", "entities": "energy"}


async def test_the_way_to_mend_it(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "repairs", {})
    entry = await start(hass, GRID, PUMP, GARAGE)
    hass.states.async_remove("sensor.pump_power")
    await later(hass, entry, MINUTE)
    await later(hass, entry, 5 * MINUTE)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "entity_missing_pump")
    assert issue is not None
    assert issue.is_fixable

    manager = repairs_flow_manager(hass)
    assert manager is not None
    form = await manager.async_init(DOMAIN, context={}, data={"issue_id": issue.issue_id})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "confirm")
    assert form["description_placeholders"] == {"device": "Pump", "entities": "sensor.pump_power"}
    done = await manager.async_configure(form["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    kind, flow_id = done["next_flow"]
    assert kind is FlowType.CONFIG_SUBENTRIES_FLOW
    flow = hass.config_entries.subentries.async_get(flow_id)
    assert flow["handler"] == (entry.entry_id, "meter")
    assert flow["context"]["subentry_id"] == "pump"
    hass.config_entries.subentries.async_abort(flow_id)
    assert issues(hass) == {}
    await later(hass, entry, MINUTE)  # not mended yet
    await later(hass, entry, 5 * MINUTE)
    assert set(issues(hass)) == {"entity_missing_pump"}


async def test_an_ignored_issue_stays_ignored_after_a_reload(hass: HomeAssistant) -> None:
    entry = await start(hass)
    memory = runtime_of(entry).site.loadpoints[0].memory
    memory.phase_failures = 3
    await later(hass, entry, MINUTE)
    ir.async_ignore_issue(hass, DOMAIN, "phases_not_switched_garage", True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "phases_not_switched_garage")
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_what_lasted_before_a_reload_is_shown_at_once(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show_loadpoint(hass, entry, available=False)
    await later(hass, entry, 10 * MINUTE)
    assert set(issues(hass)) == {"charger_unavailable_garage"}
    async_watch(hass, entry)  # as after a reload: knows nothing of the past
    await later(hass, entry, MINUTE)
    assert set(issues(hass)) == {"charger_unavailable_garage"}


async def test_nothing_is_left_of_a_site_that_is_gone(hass: HomeAssistant) -> None:
    entry = await start(hass)
    ir.async_create_issue(
        hass,
        DOMAIN,
        "of_another_kind",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="file",
    )
    await show_loadpoint(hass, entry, effective_min_current=10.0, effective_max_current=8.0)
    assert set(issues(hass)) == {"of_another_kind", "limits_contradict_garage"}
    await hass.config_entries.async_remove(entry.entry_id)
    assert set(issues(hass)) == {"of_another_kind"}


PLACEHOLDERS = {
    "entity_missing": {"device", "entities"},
    "charger_unavailable": {"device", "error"},
    "grid_meter_unavailable": {"device", "error"},
    "meter_unavailable": {"device", "error"},
    "circuit_meter_unavailable": {"device"},
    "limits_contradict": {"device", "low", "high"},
    "charger_refuses": {"device", "error"},
    "charger_ignores_off": {"device"},
    "phases_not_switched": {"device"},
    "site_fault": {"error"},
    "calendar_missing": {"calendar"},
    "events_unclear": {"calendar", "events"},
    "plan_useless": {"device"},
    "tariff_currency": {"device", "currency", "home"},
    "tariff_misconfigured": {"device", "error"},
    "tariff_unreadable": {"device", "error"},
    "tariff_outdated": {"device", "error", "read", "until"},
    "tariff_tomorrow_missing": {"device", "until"},
    **{f"file_{p}": {"file"} for p in Problem},
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_texts(language: str) -> None:
    folder = Path(custom_components.evcc.__file__).parent / "translations"
    texts = json.loads((folder / f"{language}.json").read_text("utf-8"))["issues"]
    assert KEYS == set(PLACEHOLDERS) <= set(texts)
    for key, given in PLACEHOLDERS.items():
        content = texts[key]
        description = content.get("description") or content["fix_flow"]["step"]["confirm"]["description"]
        for text in (content["title"], description):
            assert {name for _, name, _, _ in Formatter().parse(text) if name} <= given, key
