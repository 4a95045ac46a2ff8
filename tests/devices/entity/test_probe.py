"""What is told before a device is saved: values as read, mistakes, and what only is not there now."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.devices.entity.checks import Finding, Mistake, check
from custom_components.evcc.devices.entity.probe import STATUS_AMBIGUOUS, ProbeLine, async_probe
from custom_components.evcc.devices.entity.reading import Fault
from custom_components.evcc.devices.entity.roles import Kind
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

CHARGER = {"enable": "switch.x", "current": "number.x"}


def by_key(lines: list[ProbeLine]) -> dict[str, ProbeLine]:
    return {line.key: line for line in lines}


async def test_shows_values_as_people_read_them(hass: HomeAssistant, show: Callable[..., None]) -> None:
    show("sensor.status", "Charging")
    show("binary_sensor.plug", "on")
    show("switch.x", "on")
    show("number.x", 16, "A", min=6, max=32, step=1)
    show("sensor.power", 3.456, "kW")
    show("sensor.energy", 1234.5678, "kWh")
    show("sensor.heat", 122, "°F")
    show("sensor.limit", 80, "%")
    show("select.phases", "3", options=["1", "3"])
    show("button.wake", "unknown")
    show("script.phases", "off")
    data = {
        **CHARGER,
        "status": "sensor.status",
        "plugged": "binary_sensor.plug",
        "power": "sensor.power",
        "energy": "sensor.energy",
        "soc": "sensor.heat",
        "limit_soc": "sensor.limit",
        "phases": "select.phases",
        "wake": "button.wake",
        "phases_3p_button": "script.phases",
    }
    lines = await async_probe(hass, Kind.CHARGER, data)
    assert {line.key: line.value for line in lines} == {
        "status": "Charging → C",
        "plugged": "on",
        "enable": "on",
        "current": "16 A",
        "power": "3456 W",
        "energy": "1234.57 kWh",
        "soc": "50 °C",
        "limit_soc": "80 %",
        "phases": "3",
        "wake": "",
        "phases_3p_button": "",
    }
    assert not any(line.problem for line in lines)
    assert by_key(lines)["power"].entity_id == "sensor.power"


@pytest.mark.parametrize(
    ("state", "unit", "problem", "blocking", "value"),
    [
        pytest.param(
            "unavailable", "W", Fault.UNAVAILABLE, False, "", id="a device that is off may be saved"
        ),
        pytest.param("unknown", "W", Fault.UNKNOWN, False, "", id="one that starts too"),
        pytest.param(None, None, Fault.ENTITY_GONE, True, "", id="one that does not exist may not"),
        pytest.param("5", "kWh", Fault.WRONG_UNIT, True, "5", id="energy is no power"),
        pytest.param("on", None, Fault.NOT_A_NUMBER, True, "on", id="text is no power"),
    ],
)
async def test_tells_what_is_wrong_with_a_value(
    hass: HomeAssistant,
    show: Callable[..., None],
    state: str | None,
    unit: str | None,
    problem: Fault,
    blocking: bool,
    value: str,
) -> None:
    if state is not None:
        show("sensor.power", state, unit)
    (line,) = await async_probe(hass, Kind.PV, {"power": "sensor.power"})
    assert (line.problem, line.blocking, line.value) == (problem, blocking, value)
    assert line.placeholders["entity"] == "sensor.power"


@pytest.mark.parametrize(
    ("data", "problem", "blocking"),
    [
        ({}, STATUS_AMBIGUOUS, False),
        ({"plugged": "binary_sensor.plug"}, None, False),
        ({"status_map": "Ready = A"}, None, False),
    ],
)
async def test_asks_about_ambiguous_words(
    hass: HomeAssistant, show: Callable[..., None], data: dict[str, str], problem: str | None, blocking: bool
) -> None:
    show("sensor.status", "Ready")
    show("switch.x", "on")
    lines = by_key(
        await async_probe(hass, Kind.CHARGER, {"status": "sensor.status", "enable": "switch.x", **data})
    )
    assert lines["status"].value == "Ready → A"
    assert (lines["status"].problem, lines["status"].blocking) == (problem, blocking)


@pytest.mark.parametrize(
    ("word", "problem", "blocking"),
    [("purple", Fault.UNKNOWN_WORD, True), ("error", Fault.DEVICE_FAULT, False)],
)
async def test_words_without_a_letter(
    hass: HomeAssistant, show: Callable[..., None], word: str, problem: Fault, blocking: bool
) -> None:
    show("sensor.status", word)
    lines = by_key(await async_probe(hass, Kind.CHARGER, {**CHARGER, "status": "sensor.status"}))
    assert (lines["status"].problem, lines["status"].blocking) == (problem, blocking)


@pytest.mark.parametrize(("unit", "problem"), [("W", Fault.WRONG_UNIT), ("mA", None)])
async def test_a_set_point_has_to_be_a_current(
    hass: HomeAssistant, show: Callable[..., None], unit: str, problem: Fault | None
) -> None:
    show("number.x", 16, unit, min=0, max=32000)
    (line,) = await async_probe(hass, Kind.CHARGER, {"current": "number.x"})
    assert line.problem == problem


async def test_mistakes_block_and_the_rest_is_shown(hass: HomeAssistant, show: Callable[..., None]) -> None:
    show("light.x", "on")
    show("sensor.soc", 50, "%")
    lines = await async_probe(hass, Kind.BATTERY, {"power": "light.x", "soc": "sensor.soc"})
    assert [(line.key, line.problem, line.blocking) for line in lines] == [
        ("power", Mistake.WRONG_DOMAIN, True),
        ("soc", None, False),
    ]
    assert lines[0].entity_id == "light.x"


async def test_a_broken_map_is_told(hass: HomeAssistant) -> None:
    (line,) = await async_probe(hass, Kind.CHARGER, {"enable": "switch.x", "status_map": "nonsense"})
    assert (line.problem, line.placeholders) == (Mistake.STATUS_MAP_INVALID, {"line": "nonsense"})


def test_refuses_own_entities(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    entry = registry.async_get_or_create("sensor", DOMAIN, "1", suggested_object_id="grid_power")
    for reference in ("sensor.grid_power", entry.id):
        findings = check(hass, Kind.GRID, {"power": reference})
        assert findings == [Finding("power", Mistake.OWN_ENTITY, {"entity": "sensor.grid_power"})]


async def test_a_forgotten_entity_blocks(hass: HomeAssistant) -> None:
    reference = "0" * 32
    (line,) = await async_probe(hass, Kind.GRID, {"power": reference})
    assert (line.problem, line.blocking, line.entity_id) == (Fault.ENTITY_GONE, True, reference)


LISTS = {"options": ["Fast", "Stop", "16 A"]}


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        pytest.param(
            Kind.BATTERY, {}, [("power", "field_required"), ("soc", "field_required")], id="required"
        ),
        pytest.param(Kind.CHARGER, {}, [("enable", "field_required")], id="a way to switch"),
        pytest.param(Kind.CHARGER, {"enable": "switch.x"}, [], id="a switch needs no words"),
        pytest.param(Kind.CHARGER, {"enable": "lock.x"}, [], id="a lock needs no words"),
        pytest.param(
            Kind.CHARGER,
            {"enable": "select.x"},
            [("enable_on", "word_missing"), ("enable_off", "word_missing")],
            id="a list needs words",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "select.x", "enable_on": "Fast", "enable_off": "Stop"},
            [],
            id="and has them",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "select.x", "enable_on": "fast", "enable_off": "Stop"},
            [("enable_on", "word_not_offered")],
            id="words have to be options",
        ),
        pytest.param(
            Kind.CHARGER, {"enable": "climate.x"}, [("enable_on", "word_missing")], id="climate: on only"
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "climate.x", "enable_on": "cool"},
            [("enable_on", "word_not_offered")],
            id="climate: one of its modes",
        ),
        pytest.param(Kind.CHARGER, {"enable": "number.x", "enable_on": "1"}, [], id="a number: on only"),
        pytest.param(
            Kind.CHARGER,
            {"enable": "number.x", "enable_on": "one"},
            [("enable_on", "word_not_offered")],
            id="a number needs numbers",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "button.x"},
            [("enable_off_button", "off_button_missing")],
            id="one button",
        ),
        pytest.param(
            Kind.CHARGER, {"enable": "button.x", "enable_off_button": "button.y"}, [], id="two buttons"
        ),
        pytest.param(
            Kind.CHARGER, {"enable": "select.x", "enable_action": [{"delay": 1}]}, [], id="an action writes"
        ),
        pytest.param(
            Kind.CHARGER, {"enable_action": [{"x": 1}]}, [("enable_action", "action_invalid")], id="no action"
        ),
        pytest.param(Kind.CHARGER, {"current": "number.zero"}, [], id="0 A is off"),
        pytest.param(Kind.CHARGER, {"current": "number.gone"}, [], id="not there yet"),
        pytest.param(
            Kind.CHARGER, {"current": "number.six"}, [("enable", "cannot_switch_off")], id="6 A is not off"
        ),
        pytest.param(
            Kind.CHARGER, {"current": "number.six", "current_action": [{"delay": 1}]}, [], id="by action"
        ),
        pytest.param(
            Kind.CHARGER, {"current": "select.x"}, [("enable", "cannot_switch_off")], id="a list without 0"
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "switch.x", "current": "select.words"},
            [("current", "no_current_options")],
            id="a list without currents",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "switch.x", "phases": "switch.p"},
            [("phases_1p", "word_missing"), ("phases_3p", "word_missing")],
            id="a switch for phases needs words",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "switch.x", "phases": "switch.p", "phases_1p": "on", "phases_3p": "off"},
            [],
            id="and has them",
        ),
        pytest.param(
            Kind.CHARGER, {"enable": "switch.x", "phases": "select.p"}, [], id="1 and 3 need no words"
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "switch.x", "phases": "button.p"},
            [("phases_3p_button", "field_required")],
            id="one button for phases",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "switch.x", "phases": "button.p", "phases_3p_button": "button.q"},
            [],
            id="two buttons for phases",
        ),
        pytest.param(
            Kind.CHARGER,
            {"enable": "switch.x", "phases": "switch.p", "phases_action": [{"delay": 1}]},
            [],
            id="an action for phases",
        ),
        pytest.param(
            Kind.BATTERY,
            {"power": "sensor.p", "soc": "sensor.s", "mode": "select.x"},
            [("mode_normal", "word_missing")],
            id="a battery has to go back to normal",
        ),
        pytest.param(
            Kind.BATTERY,
            {"power": "sensor.p", "soc": "sensor.s", "mode": "select.x", "mode_action": [{"delay": 1}]},
            [],
            id="an action for the battery",
        ),
        pytest.param(
            Kind.CHARGER, {"enable": "automation.x"}, [("enable", "wrong_domain")], id="no automation"
        ),
    ],
)
def test_checks(
    hass: HomeAssistant,
    show: Callable[..., None],
    kind: Kind,
    data: dict[str, Any],
    expected: list[tuple[str, str]],
) -> None:
    show("select.x", "Fast", **LISTS)
    show("select.words", "Fast", options=["Fast", "Slow"])
    show("select.p", "1", options=["1", "3"])
    show("climate.x", "off", hvac_modes=["off", "heat"])
    show("number.x", "0", min=0, max=1)
    show("number.zero", "0", min=0, max=32)
    show("number.six", "6", min=6, max=32)
    assert [(finding.key, finding.mistake) for finding in check(hass, kind, data)] == expected


async def test_a_button_that_was_never_pressed_is_in_order(hass: HomeAssistant) -> None:
    hass.states.async_set("button.box_start", "unknown")
    hass.states.async_set("button.box_stop", "unknown")
    hass.states.async_set("sensor.box_status", "charging")
    data = {
        "status": "sensor.box_status",
        "enable": "button.box_start",
        "enable_off_button": "button.box_stop",
    }
    lines = await async_probe(hass, Kind.CHARGER, data)
    assert [line.problem for line in lines if line.entity_id.startswith("button.")] == [None, None]
