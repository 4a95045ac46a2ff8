"""Adding and changing meters: grid, sun, battery, consumers."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow, InvalidData
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .flow_helpers import Walk, entry, home, setup_entry

__all__ = ["entry", "setup_entry"]

W = {"unit_of_measurement": "W", "device_class": "power"}
GRID = {"title": "Grid", "usage": "grid", "source": "entity"}
PV = {"title": "Roof", "usage": "pv", "source": "entity"}
BATTERY = {"title": "Battery", "usage": "battery", "source": "entity"}


def meter_device(hass: HomeAssistant) -> str:
    """Add the device of an unknown integration with a power and an energy sensor; return its id."""
    other = MockConfigEntry(domain="p1")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={("p1", "1")})
    for key, unit, kind in (("power", "W", "power"), ("energy_import", "kWh", "energy")):
        er.async_get(hass).async_get_or_create(
            "sensor",
            "p1",
            key,
            suggested_object_id=f"p1_{key}",
            device_id=device.id,
            config_entry=other,
            original_device_class=kind,
            unit_of_measurement=unit,
        )
        hass.states.async_set(f"sensor.p1_{key}", "420", {"unit_of_measurement": unit, "device_class": kind})
    return device.id


async def test_grid_meter_found_on_its_device(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    device_id = meter_device(hass)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(GRID, "device")

    await walk.enter({"device": device_id}, "entities")
    assert walk.suggested == {"power": "sensor.p1_power", "energy": "sensor.p1_energy_import"}
    await walk.enter(walk.suggested, "check")
    assert walk.result["menu_options"] == ["save", "entities"]
    assert "| Power | sensor.p1_power | 420 W |" in walk.placeholders["table"]
    assert "| Energy | sensor.p1_energy_import | 420 kWh |" in walk.placeholders["table"]
    assert walk.placeholders["problems"] == ""
    subentry = await walk.save()

    registry = er.async_get(hass)
    power = registry.async_get("sensor.p1_power")
    energy = registry.async_get("sensor.p1_energy_import")
    assert power is not None
    assert energy is not None
    assert (subentry.title, subentry.unique_id) == ("Grid", "meter_grid")
    assert subentry.data == {
        "usage": "grid",
        "source": "entity",
        "power": power.id,
        "power_invert": False,
        "energy": energy.id,
    }


async def test_device_without_any_fitting_entity(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    other = MockConfigEntry(domain="lamp")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("lamp", "1")}
    )
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(PV, "device")

    await walk.enter({"device": device.id}, "device", {"device": "nothing_found"})
    assert walk.suggested == {"device": device.id}
    await walk.enter({}, "entities")


async def test_without_device_entities_are_proposed_by_name(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.states.async_set("sensor.grid_power", "-1200", W)
    hass.states.async_set("sensor.fridge_power", "80", W)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(GRID, "device")
    await walk.enter({}, "entities")

    assert walk.suggested["power"] == "sensor.grid_power"


async def test_impossible_entities_are_refused_by_field(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.states.async_set("sensor.energy", "5", {"unit_of_measurement": "kWh"})
    hass.states.async_set("sensor.word", "abc")
    hass.states.async_set("sensor.power", "3.2", {"unit_of_measurement": "kW"})
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(PV, "device")
    await walk.enter({}, "entities")

    await walk.enter(
        {
            "power": "sensor.energy",
            "energy": "sensor.word",
            "phases": {"power_l1": "sensor.word", "current_l2": "sensor.energy"},
        },
        "entities",
        {"power": "wrong_unit", "energy": "not_a_number", "phases": "not_a_number"},
    )
    assert walk.placeholders["wrong_unit"] == "sensor.energy (kWh)"
    assert walk.placeholders["not_a_number"] == "sensor.word (abc)"
    assert walk.suggested["current_l2"] == "sensor.energy"  # what was entered is still there

    await walk.enter({"power": "sensor.power", "phases": {}}, "check")
    subentry = await walk.save()
    assert subentry.data == {
        "usage": "pv",
        "source": "entity",
        "power": "sensor.power",
        "power_invert": False,
    }


async def test_required_entity_cannot_be_left_out(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(GRID, "device")
    await walk.enter({}, "entities")

    await walk.enter({"power_invert": True}, "entities", {"power": "field_required"})
    hass.states.async_set("sensor.l1", "100", W)
    await walk.enter({"phases": {"power_l1": "sensor.l1"}}, "check")


async def test_unavailable_entity_may_be_saved_when_asked_for(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.states.async_set("sensor.power", "unavailable", W)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(PV, "device")
    await walk.enter({}, "entities")
    await walk.enter({"power": "sensor.power"}, "check")

    assert walk.result["menu_options"] == ["check", "save_anyway", "entities"]
    assert "⚠️" in walk.placeholders["table"]
    assert walk.placeholders["problems"].startswith("- **Power**: Does not answer right now: sensor.power.")
    subentry = await walk.finish({"next_step_id": "save_anyway"})
    assert subentry.data["power"] == "sensor.power"


async def test_reading_again_and_changing_entities(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.states.async_set("sensor.power", "unknown", W)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(PV, "device")
    await walk.enter({}, "entities")
    await walk.enter({"power": "sensor.power"}, "check")
    assert "Has no value yet" in walk.placeholders["problems"]

    hass.states.async_set("sensor.power", "oops|", W)
    await walk.choose("check", "check")
    assert walk.result["menu_options"] == ["check", "entities"]  # impossible: not even when asked for
    assert "oops\\|" in walk.placeholders["table"]
    hass.states.async_set("sensor.power", "12", W)
    await walk.choose("check", "check")
    assert walk.result["menu_options"] == ["save", "entities"]
    await walk.choose("entities", "entities")
    assert walk.suggested["power"] == "sensor.power"
    await walk.enter({"power": "sensor.power", "power_invert": True}, "check")
    assert (await walk.save()).data["power_invert"] is True


async def test_table_in_german(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.config.language = "de"
    hass.states.async_set("sensor.power", "unavailable", W)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(PV, "device")
    await walk.enter({}, "entities")
    await walk.enter({"power": "sensor.power", "phases": {"power_l3": "sensor.power"}}, "check")

    assert walk.placeholders["table"].startswith("| Feld | Entität | Wert |")
    assert "| Leistung L3 |" in walk.placeholders["table"]
    assert "Antwortet gerade nicht: sensor.power." in walk.placeholders["problems"]


async def test_own_entities_are_no_source(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    er.async_get(hass).async_get_or_create("sensor", "evcc", "own", suggested_object_id="own")
    hass.states.async_set("sensor.own", "1", W)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(PV, "device")
    await walk.enter({}, "entities")

    await walk.enter({"power": "sensor.own"}, "entities", {"power": "own_entity"})
    assert walk.placeholders["own_entity"] == "sensor.own"


async def test_second_grid_meter_is_refused(hass: HomeAssistant) -> None:
    entry = home(hass, ("meter", "g", "Grid", {"usage": "grid", "source": "simulated"}))
    walk = await Walk.add(hass, entry, "meter")
    schema = walk.result["data_schema"]
    assert schema is not None
    assert {m.schema: m.default() for m in schema.schema if m.schema != "title"}["usage"] == "pv"

    await walk.abort(GRID, "already_configured")


async def test_two_grid_meters_at_the_same_time(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    first = await Walk.add(hass, entry, "meter")
    second = await Walk.add(hass, entry, "meter")
    grid = {**GRID, "source": "simulated"}
    await first.finish(grid)

    await second.abort(grid, "already_configured")
    with pytest.raises(AbortFlow, match="already_configured"):
        hass.config_entries.async_add_subentry(entry, next(iter(entry.subentries.values())))


async def test_simulated_meters(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "meter")
    grid = await walk.finish({**GRID, "source": "simulated"})
    assert grid.data == {"usage": "grid", "source": "simulated"}

    walk = await Walk.add(hass, entry, "meter")
    await walk.enter({**PV, "source": "simulated"}, "details")
    pv = await walk.finish({"peak_power": 5000})
    assert (pv.data, pv.unique_id) == ({"usage": "pv", "source": "simulated", "peak_power": 5000}, None)

    walk = await Walk.add(hass, entry, "meter")
    await walk.enter({**BATTERY, "source": "simulated"}, "details")
    battery = await walk.finish({})
    assert battery.data == {
        "usage": "battery",
        "source": "simulated",
        "capacity": 10,
        "soc": 50,
        "max_charge_power": 5000,
        "max_discharge_power": 5000,
        "controllable": True,
    }


@pytest.mark.parametrize("usage", ["aux", "consumer"])
async def test_consumers_are_not_simulated(hass: HomeAssistant, entry: MockConfigEntry, usage: str) -> None:
    walk = await Walk.add(hass, entry, "meter")
    user_input = {"title": "Boiler", "usage": usage, "source": "simulated"}
    await walk.enter(user_input, "user", {"source": "not_simulated"})

    await walk.enter({**user_input, "source": "entity"}, "device")
    await walk.enter({}, "entities")
    assert walk.suggested == {}  # nobody knows which of all the consumers is meant
    hass.states.async_set("sensor.boiler", "2000", W)
    await walk.enter({"power": "sensor.boiler", "more": {"max_age": 60}}, "check")
    assert (await walk.save()).data["max_age"] == 60


async def test_meter_needs_a_name(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter({**GRID, "title": "  "}, "user", {"title": "title_missing"})
    with pytest.raises(InvalidData):
        await walk.enter({**GRID, "usage": "moon"}, "user")
    await walk.enter(GRID, "device")


def battery_entities(hass: HomeAssistant) -> dict[str, Any]:
    hass.states.async_set("sensor.battery_power", "-500", W)
    hass.states.async_set("sensor.battery_soc", "44", {"unit_of_measurement": "%", "device_class": "battery"})
    hass.states.async_set("select.battery_mode", "auto", {"options": ["auto", "standby", "force_charge"]})
    return {
        "power": "sensor.battery_power",
        "soc": "sensor.battery_soc",
        "more": {"mode": "select.battery_mode"},
    }


async def test_battery_with_modes(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entities = battery_entities(hass)
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(BATTERY, "device")
    await walk.enter({}, "entities")
    assert walk.suggested["mode"] == "select.battery_mode"
    await walk.enter(entities, "words")
    assert walk.suggested == {"mode_normal": "auto", "mode_hold": "standby", "mode_charge": "force_charge"}

    await walk.enter(
        {"mode_normal": "auto", "mode_hold": "sleep"}, "words", {"mode_hold": "word_not_offered"}
    )
    assert "sleep" in walk.placeholders["word_not_offered"]
    await walk.enter({"mode_normal": "auto", "mode_hold": "standby"}, "details")
    await walk.enter({"min_soc": 50, "max_soc": 40}, "details", {"max_soc": "soc_range"})
    await walk.enter({"capacity": 9.6, "min_soc": 5, "max_charge_power": 4000}, "check")
    assert walk.result["menu_options"] == ["save", "entities", "words"]
    subentry = await walk.save()

    assert subentry.data == {
        "usage": "battery",
        "source": "entity",
        "power": "sensor.battery_power",
        "power_invert": False,
        "soc": "sensor.battery_soc",
        "mode": "select.battery_mode",
        "mode_normal": "auto",
        "mode_hold": "standby",
        "max_age": 0,
        "capacity": 9.6,
        "min_soc": 5,
        "max_charge_power": 4000,
    }


async def test_action_for_the_battery_mode_needs_no_words(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entities = battery_entities(hass)
    action = [{"action": "script.battery", "data": {"mode": "{{ mode }}"}}]
    walk = await Walk.add(hass, entry, "meter")
    await walk.enter(BATTERY, "device")
    await walk.enter({}, "entities")

    broken = entities | {"more": {"mode_action": [{"action": 5, "data": 3}]}}
    await walk.enter(broken, "entities", {"more": "action_invalid"})
    await walk.enter(entities | {"more": {**entities["more"], "mode_action": action}}, "details")
    await walk.enter({}, "check")
    data = (await walk.save()).data
    assert data["mode_action"] == action
    assert "mode_normal" not in data


async def test_change_of_a_meter_shows_and_replaces_what_is_stored(hass: HomeAssistant) -> None:
    device_id = meter_device(hass)
    assert device_id
    registered = er.async_get(hass).async_get("sensor.p1_power")
    assert registered is not None
    stored = {
        "usage": "pv",
        "source": "entity",
        "power": registered.id,
        "energy": "sensor.old",
        "power_l1": "sensor.l1",
    }
    entry = home(hass, ("meter", "pv", "Roof", stored))
    hass.states.async_set("sensor.l1", "1", W)
    walk = await Walk.change(hass, entry, "pv")
    assert walk.suggested == {"title": "Roof", "source": "entity"}

    await walk.enter({"title": "Barn", "source": "entity"}, "entities")
    assert walk.suggested["power"] == "sensor.p1_power"
    await walk.enter({"power": "sensor.p1_power", "power_invert": True}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")

    subentry = entry.subentries["pv"]
    assert (subentry.title, subentry.unique_id) == ("Barn", None)
    # The section with the phases was left out, so it is as it was.
    assert subentry.data == {
        "usage": "pv",
        "source": "entity",
        "power": registered.id,
        "power_invert": True,
        "power_l1": "sensor.l1",
    }


async def test_change_of_an_entity_that_is_gone(hass: HomeAssistant) -> None:
    entry = home(hass, ("meter", "g", "Grid", {"usage": "grid", "source": "entity", "power": "0" * 32}))
    hass.states.async_set("sensor.new", "1", W)
    walk = await Walk.change(hass, entry, "g")
    await walk.enter({"title": "Grid", "source": "entity"}, "entities")
    await walk.enter({"power": "0" * 32}, "entities", {"power": "entity_gone"})

    await walk.enter({"power": "sensor.new"}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")
    assert entry.subentries["g"].data["power"] == "sensor.new"
    assert entry.subentries["g"].unique_id == "meter_grid"


async def test_change_of_the_source(hass: HomeAssistant) -> None:
    simulated = {
        "usage": "battery",
        "source": "simulated",
        "capacity": 10,
        "soc": 50,
        "max_charge_power": 5000,
        "max_discharge_power": 5000,
        "controllable": True,
    }
    entry = home(hass, ("meter", "b", "Battery", simulated))
    entities = battery_entities(hass)
    walk = await Walk.change(hass, entry, "b")
    await walk.enter({"title": "Battery", "source": "entity"}, "device")
    await walk.enter({}, "entities")
    assert walk.suggested["soc"] == "sensor.battery_soc"  # not the 50 % of the simulated one
    await walk.enter({**entities, "more": {}}, "details")
    await walk.enter({"capacity": 8}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")
    assert entry.subentries["b"].data == {
        "usage": "battery",
        "source": "entity",
        "power": "sensor.battery_power",
        "power_invert": False,
        "soc": "sensor.battery_soc",
        "capacity": 8,
        "max_age": 0,
    }


async def test_unknown_subentry_type(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    with pytest.raises(Exception, match="does not support"):
        await hass.config_entries.subentries.async_init(
            (entry.entry_id, "moon"), context={"source": SOURCE_USER}
        )
