"""Adding and changing loadpoints."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData

from .flow_helpers import Data, Walk, entry, home, setup_entry

__all__ = ["entry", "setup_entry"]

ENTITY = {"title": "Garage", "source": "entity"}
SIMULATED = {"title": "Garage", "source": "simulated"}
STATUS = {"options": ["idle", "plugged", "charging", "broken", "strange"]}


def wallbox(hass: HomeAssistant) -> dict[str, str]:
    """Add the states of a wallbox; return them as the form wants them."""
    hass.states.async_set("sensor.box_status", "plugged", STATUS)
    hass.states.async_set("switch.box", "on")
    hass.states.async_set(
        "number.box_current", "16", {"min": 6, "max": 16, "step": 1, "unit_of_measurement": "A"}
    )
    hass.states.async_set("sensor.box_power", "7.2", {"unit_of_measurement": "kW", "device_class": "power"})
    return {
        "status": "sensor.box_status",
        "enable": "switch.box",
        "current": "number.box_current",
        "power": "sensor.box_power",
    }


async def entities(hass: HomeAssistant, entry: MockConfigEntry) -> Walk:
    """Return a walk at the form for entities."""
    walk = await Walk.add(hass, entry, "loadpoint")
    await walk.enter(ENTITY, "device")
    await walk.enter({}, "entities")
    return walk


async def test_wallbox(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    user_input = wallbox(hass)
    walk = await entities(hass, entry)
    await walk.enter(user_input, "words")
    assert walk.suggested == {
        "status_a": ["idle"],
        "status_b": ["plugged"],
        "status_c": ["charging"],
        "status_e": [],
        "enable_on": "on",
    }
    await walk.enter(
        {**walk.suggested, "status_b": ["plugged", "strange"], "status_e": ["broken"]}, "details"
    )
    assert walk.suggested == {}
    await walk.enter({"features": ["coarse_current"], "phases_physical": "3"}, "check")
    assert "| Status | sensor.box_status | plugged → B |" in walk.placeholders["table"]
    assert "| Power | sensor.box_power | 7200 W |" in walk.placeholders["table"]
    subentry = await walk.save()

    assert (subentry.title, subentry.unique_id) == ("Garage", None)
    assert subentry.data == {
        **user_input,
        "source": "entity",
        "status_map": {"idle": "A", "plugged": "B", "strange": "B", "charging": "C", "broken": "E"},
        "enable_on": "on",
        "number": 1,
        "phases_physical": "3",
        "features": ["CoarseCurrent"],
    }


async def test_a_word_has_one_meaning_only(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    user_input = wallbox(hass)
    walk = await entities(hass, entry)
    await walk.enter(user_input, "words")

    words = {"enable_on": "on", "status_a": ["idle"], "status_b": ["plugged"], "status_c": ["Idle"]}
    await walk.enter(words, "words", {"base": "word_twice"})
    assert walk.placeholders["word_twice"] == "Idle"
    assert walk.suggested["status_c"] == ["Idle"]
    await walk.enter({**words, "status_c": ["charging"]}, "details")


async def test_the_present_word_needs_a_meaning(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    user_input = wallbox(hass)
    hass.states.async_set("sensor.box_status", "strange", STATUS)
    walk = await entities(hass, entry)
    await walk.enter(user_input, "words")

    await walk.enter({"enable_on": "on", "status_c": ["charging"]}, "words", {"base": "unknown_word"})
    assert walk.placeholders["unknown_word"] == "sensor.box_status (strange)"
    await walk.enter({"enable_on": "on", "status_e": ["strange"]}, "details")
    await walk.enter({}, "check")
    assert walk.result["menu_options"] == ["check", "save_anyway", "entities", "words"]
    assert "reports an error" in walk.placeholders["problems"]
    await walk.choose("words", "words")
    assert walk.suggested["status_e"] == ["strange"]


async def test_ambiguous_word_is_settled(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.states.async_set("sensor.box_status", "ready")
    hass.states.async_set("switch.box", "on")
    user_input = {"status": "sensor.box_status", "enable": "switch.box"}
    walk = await entities(hass, entry)
    await walk.enter(user_input, "words")
    assert walk.suggested["status_a"] == ["ready"]  # the only word that is known of this sensor

    await walk.enter({"enable_on": "on"}, "details")
    await walk.enter({}, "check")
    assert "can mean" in walk.placeholders["problems"]
    await walk.choose("words", "words")
    await walk.enter({"enable_on": "on", "status_b": ["ready"], "status_c": ["my_word"]}, "details")
    await walk.enter({}, "check")
    assert walk.result["menu_options"][0] == "save"
    assert (await walk.save()).data["status_map"] == {"ready": "B", "my_word": "C"}


@pytest.mark.parametrize(
    ("states", "entered", "suggested"),
    [
        (  # an inverted switch
            {"switch.paused": ("off", {})},
            {"enable": "switch.paused"},
            {"enable_on": "on"},
        ),
        ({"lock.box": ("locked", {})}, {"enable": "lock.box"}, {"enable_on": "unlocked"}),
        (
            {"climate.boiler": ("heat", {"hvac_modes": ["off", "heat"]})},
            {"enable": "climate.boiler"},
            {"enable_off": "off"},
        ),
        (
            {"number.box": ("6", {"min": 0, "max": 32})},
            {"enable": "number.box"},
            {"enable_off": "0"},
        ),
        (
            {"select.box": ("auto", {"options": ["1", "2", "auto"]}), "switch.box": ("on", {})},
            {"enable": "switch.box", "phases": {"phases": "select.box"}},
            {"enable_on": "on", "phases_1p": "1"},
        ),
        (
            {"number.phases": ("3", {}), "switch.box": ("on", {})},
            {"enable": "switch.box", "phases": {"phases": "number.phases"}},
            {"enable_on": "on", "phases_1p": "1", "phases_3p": "3"},
        ),
        (
            {"text.box": ("unknown", {}), "switch.box": ("on", {})},
            {"enable": "switch.box", "more": {"status_reason": "text.box"}},
            {"enable_on": "on"},
        ),
    ],
)
async def test_words_that_need_no_guess(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    states: dict[str, tuple[str, Data]],
    entered: Data,
    suggested: Data,
) -> None:
    for entity_id, (state, attributes) in states.items():
        hass.states.async_set(entity_id, state, attributes)
    walk = await entities(hass, entry)

    await walk.enter(entered, "words")

    assert walk.suggested == suggested


async def test_entity_without_state_has_no_words(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.states.async_set("switch.box", "on")
    data = {
        "source": "entity",
        "number": 1,
        "enable": "switch.box",
        "status": "sensor.gone",
        "status_map": {"busy": "C"},
    }
    entry = home(hass, ("loadpoint", "lp", "Garage", data))
    walk = await Walk.change(hass, entry, "lp")
    await walk.enter(ENTITY, "entities")
    await walk.enter({"enable": "switch.box", "status": "sensor.gone"}, "entities", {"status": "entity_gone"})
    hass.states.async_set("sensor.gone", "unavailable")
    await walk.enter({"enable": "switch.box", "status": "sensor.gone"}, "words")

    assert walk.suggested["status_c"] == ["busy"]
    await walk.enter({"status_c": ["busy"], "enable_on": "on"}, "details")
    await walk.enter({"number": 1}, "check")
    hass.states.async_remove("sensor.gone")
    await walk.choose("check", "check")
    assert walk.result["menu_options"] == ["check", "entities", "words"]
    await walk.choose("words", "words")
    assert walk.suggested["status_c"] == ["busy"]


async def test_buttons_have_no_words(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.states.async_set("button.start", "2026-10-01T10:00:00+00:00")
    hass.states.async_set("button.stop", "unknown")
    walk = await entities(hass, entry)

    await walk.enter({"enable": "button.start"}, "entities", {"enable_off_button": "off_button_missing"})
    await walk.enter({"enable": "button.start", "enable_off_button": "button.stop"}, "details")
    await walk.enter({}, "check")
    assert (await walk.save()).data["enable_off_button"] == "button.stop"


async def test_charger_has_to_be_switched_off_somehow(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    wallbox(hass)
    walk = await entities(hass, entry)
    await walk.enter({}, "entities", {"enable": "field_required"})

    await walk.enter({"current": "number.box_current"}, "entities", {"enable": "cannot_switch_off"})
    assert walk.placeholders["cannot_switch_off"] == "number.box_current"
    await walk.enter({"current": "number.box_current", "enable": "switch.box"}, "words")


async def test_wrong_domain(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    hass.states.async_set("weather.home", "sunny")
    walk = await entities(hass, entry)

    await walk.enter({"enable": "weather.home"}, "entities", {"enable": "wrong_domain"})


async def test_stale_words_are_dropped_with_their_entity(hass: HomeAssistant) -> None:
    wallbox(hass)
    stored: dict[str, Any] = {
        "source": "entity",
        "number": 1,
        "enable": "select.box",
        "enable_on": "go",
        "enable_off": "stop",
        "status": "sensor.box_status",
        "status_map": {"plugged": "A"},
    }
    hass.states.async_set("select.box", "go", {"options": ["go", "stop"]})
    entry = home(hass, ("loadpoint", "lp", "Garage", stored))
    walk = await Walk.change(hass, entry, "lp")
    await walk.enter(ENTITY, "entities")
    await walk.enter({"enable": "select.box", "status": "sensor.box_status"}, "words")
    assert walk.suggested["enable_off"] == "stop"
    assert walk.suggested["status_a"] == ["idle", "plugged"]
    await walk.enter(walk.suggested, "details")
    await walk.enter({"number": 1}, "check")
    await walk.choose("entities", "entities")
    await walk.enter(
        {"enable": "button.box", "enable_off_button": "button.box"},
        "entities",
        {"enable": "entity_gone", "enable_off_button": "entity_gone"},
    )
    hass.states.async_set("button.box", "2026-10-01T10:00:00+00:00")
    await walk.enter({"enable": "button.box", "enable_off_button": "button.box"}, "details")
    await walk.enter({"number": 1}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")

    assert entry.subentries["lp"].data == {
        "source": "entity",
        "number": 1,
        "enable": "button.box",
        "enable_off_button": "button.box",
        "phases_physical": "0",
    }


async def test_simulated_loadpoint(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "loadpoint")
    await walk.enter(SIMULATED, "details")
    subentry = await walk.finish({"phases": "1", "phase_switching": False})

    assert subentry.data == {
        "source": "simulated",
        "number": 1,
        "phases": 1,
        "phase_switching": False,
        "current_step": 1,
    }


def others(hass: HomeAssistant) -> MockConfigEntry:
    return home(
        hass,
        ("circuit", "c", "House", {"source": "none", "max_current": 35}),
        ("vehicle", "v", "Blue car", {"source": "offline"}),
        (
            "loadpoint",
            "one",
            "Garage",
            {
                "source": "simulated",
                "number": 1,
                "phases": 3,
                "phase_switching": True,
                "current_step": 1,
                "circuit": "c",
                "vehicle": "gone",
                "settings": {"mode": "pv"},
            },
        ),
        (
            "loadpoint",
            "three",
            "Yard",
            {"source": "simulated", "number": 3, "phases": 1, "phase_switching": False, "current_step": 1},
        ),
    )


async def test_number_circuit_and_vehicle(hass: HomeAssistant) -> None:
    entry = others(hass)
    walk = await Walk.add(hass, entry, "loadpoint")
    await walk.enter({**SIMULATED, "title": "Carport"}, "details")
    with pytest.raises(InvalidData):
        await walk.enter({"circuit": "v"}, "details")
    await walk.enter({"number": 3}, "details", {"number": "number_taken"})
    subentry = await walk.finish({"circuit": "c", "vehicle": "v"})

    assert subentry.data["number"] == 2  # the first that is free
    assert (subentry.data["circuit"], subentry.data["vehicle"]) == ("c", "v")


async def test_change_keeps_number_and_forgets_what_is_gone(hass: HomeAssistant) -> None:
    entry = others(hass)
    walk = await Walk.change(hass, entry, "one")
    await walk.enter({"title": "Garage", "source": "simulated"}, "details")
    assert walk.suggested == {
        "number": 1,
        "circuit": "c",
        "phases": "3",
        "phase_switching": True,
        "current_step": 1,
    }
    await walk.abort({**walk.suggested, "features": ["welcome_charge", "heating"]}, "reconfigure_successful")

    assert entry.subentries["one"].data == {
        "source": "simulated",
        "number": 1,
        "circuit": "c",
        "phases": 3,
        "phase_switching": True,
        "current_step": 1,
        "features": ["WelcomeCharge", "Heating"],
        "settings": {"mode": "pv"},
    }
    walk = await Walk.change(hass, entry, "one")
    await walk.enter({"title": "Garage", "source": "simulated"}, "details")
    assert walk.suggested["features"] == ["heating", "welcome_charge"]


async def test_change_from_simulated_to_entities(hass: HomeAssistant) -> None:
    entry = others(hass)
    user_input = wallbox(hass)
    walk = await Walk.change(hass, entry, "one")
    await walk.enter({"title": "Garage", "source": "entity"}, "device")
    await walk.enter({}, "entities")
    assert walk.suggested == {}  # the 3 phases of the simulated one are no entity
    await walk.enter(user_input, "words")
    await walk.enter(walk.suggested, "details")
    assert walk.suggested == {"number": 1, "circuit": "c"}
    await walk.enter(walk.suggested, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")
    assert entry.subentries["one"].data["enable"] == "switch.box"
    assert "phase_switching" not in entry.subentries["one"].data
