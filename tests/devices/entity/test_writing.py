"""Writing: the right call for every domain, limits of numbers, errors, nothing written twice."""

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
import voluptuous as vol

from custom_components.evcc.core.model import Failure
from custom_components.evcc.core.ports import DeviceError, DeviceRejected, DeviceTimeout, NotAvailable
from custom_components.evcc.devices.entity import writing
from custom_components.evcc.devices.entity.reading import Reader
from custom_components.evcc.devices.entity.writing import Writer, current_options, fitted
from homeassistant.core import HomeAssistant, ServiceCall, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError


def writer(hass: HomeAssistant, entity_id: str | None, **data: Any) -> Writer:
    data = {**data, "x": entity_id}
    return Writer(hass, Reader(hass, data), data, "Garage")


def only(calls: list[ServiceCall]) -> dict[str, Any]:
    assert len(calls) == 1
    assert calls[0].context.user_id is None
    return dict(calls[0].data)


@pytest.mark.parametrize(
    ("entity_id", "on", "service"),
    [
        ("switch.x", True, "turn_on"),
        ("switch.x", False, "turn_off"),
        ("input_boolean.x", True, "turn_on"),
        ("light.x", False, "turn_off"),
        ("fan.x", True, "turn_on"),
        ("humidifier.x", False, "turn_off"),
        ("lock.x", True, "unlock"),
        ("lock.x", False, "lock"),
    ],
)
async def test_toggles(hass: HomeAssistant, entity_id: str, on: bool, service: str) -> None:
    hass.states.async_set(entity_id, "unknown")
    calls = async_mock_service(hass, entity_id.partition(".")[0], service)
    await writer(hass, entity_id).toggle("x", on)
    assert only(calls) == {"entity_id": entity_id}


@pytest.mark.parametrize(
    ("entity_id", "word", "service", "data"),
    [
        ("select.x", "Fast", "select_option", {"option": "Fast"}),
        ("input_select.x", "1", "select_option", {"option": "1"}),
        ("number.x", "3", "set_value", {"value": 3.0}),
        ("input_number.x", "0.5", "set_value", {"value": 0.5}),
        ("text.x", "fast", "set_value", {"value": "fast"}),
        ("input_text.x", "fast", "set_value", {"value": "fast"}),
        ("climate.x", "heat", "set_hvac_mode", {"hvac_mode": "heat"}),
        ("switch.x", "on", "turn_on", {}),
        ("switch.x", "off", "turn_off", {}),
        ("lock.x", "unlocked", "unlock", {}),
    ],
)
async def test_chooses(
    hass: HomeAssistant, entity_id: str, word: str, service: str, data: dict[str, Any]
) -> None:
    hass.states.async_set(entity_id, "unknown")
    calls = async_mock_service(hass, entity_id.partition(".")[0], service)
    await writer(hass, entity_id).choose("x", word)
    assert only(calls) == {"entity_id": entity_id, **data}


@pytest.mark.parametrize(
    ("entity_id", "service"),
    [
        ("button.x", "press"),
        ("input_button.x", "press"),
        ("script.x", "turn_on"),
        ("scene.x", "turn_on"),
    ],
)
async def test_presses_every_time(hass: HomeAssistant, entity_id: str, service: str) -> None:
    hass.states.async_set(entity_id, "unknown")
    calls = async_mock_service(hass, entity_id.partition(".")[0], service)
    device = writer(hass, entity_id)
    await device.press("x")
    await device.press("x")
    assert [call.data for call in calls] == [{"entity_id": entity_id}] * 2


@pytest.mark.parametrize(
    ("current", "attributes", "expected"),
    [
        pytest.param(10.9, {"min": 6, "max": 32, "step": 1}, 10, id="down to the step"),
        pytest.param(16.1, {"min": 6, "max": 32, "step": 0.1}, 16.1, id="a step of a tenth is exact"),
        pytest.param(10.69, {"min": 6, "max": 32, "step": 0.5}, 10.5, id="a step of a half"),
        pytest.param(4, {"min": 6, "max": 32}, 6, id="never below the minimum"),
        pytest.param(40, {"min": 6, "max": 32}, 32, id="never above the maximum"),
        pytest.param(33, {"min": 0, "max": 32.5, "step": 1}, 32, id="the maximum is rounded too"),
        pytest.param(0, {"min": 0, "max": 32}, 0, id="0 is off"),
        pytest.param(12, {}, 12, id="no limits known"),
        pytest.param(
            10.9, {"unit_of_measurement": "mA", "min": 0, "max": 32000, "step": 100}, 10900, id="in mA"
        ),
        pytest.param(10.9, {"unit_of_measurement": "A", "min": 0, "max": 32}, 10, id="in A"),
        pytest.param(12, {"min": 0, "max": 32, "step": 0}, 12, id="a step of 0 is none"),
    ],
)
def test_fits_a_current(current: float, attributes: dict[str, Any], expected: float) -> None:
    assert fitted(State("number.x", "0", attributes), current) == expected


def test_0_where_0_is_not_possible() -> None:
    with pytest.raises(NotAvailable, match="does not go below 6"):
        fitted(State("number.x", "6", {"min": 6}), 0)


def test_a_number_of_watts_is_no_current() -> None:
    with pytest.raises(DeviceRejected, match="is in W"):
        fitted(State("number.x", "6", {"unit_of_measurement": "W"}), 6)


async def test_sets_a_current(hass: HomeAssistant, show: Callable[..., None]) -> None:
    show("number.x", 6000, "mA", min=0, max=32000, step=500)
    calls = async_mock_service(hass, "number", "set_value")
    assert await writer(hass, "number.x").set_current("x", 10.7) == 10.5
    assert only(calls) == {"entity_id": "number.x", "value": 10500}


OPTIONS = ["auto", "0 A", "6 A", "10A", "13", "16000 mA"]


def test_finds_currents_among_options() -> None:
    assert current_options(OPTIONS) == {0: "0 A", 6: "6 A", 10: "10A", 13: "13", 16: "16000 mA"}


@pytest.mark.parametrize(
    ("current", "option", "offered"),
    [(12.9, "10A", 10), (16, "16000 mA", 16), (40, "16000 mA", 16), (5, "6 A", 6), (0, "0 A", 0)],
)
async def test_chooses_the_current_below(
    hass: HomeAssistant, show: Callable[..., None], current: float, option: str, offered: float
) -> None:
    show("select.x", "auto", options=OPTIONS)
    calls = async_mock_service(hass, "select", "select_option")
    assert await writer(hass, "select.x").set_current("x", current) == offered
    assert only(calls)["option"] == option


@pytest.mark.parametrize(("options", "current"), [(["auto"], 6), (["6", "10"], 0)])
async def test_no_option_for_a_current(
    hass: HomeAssistant, show: Callable[..., None], options: list[str], current: float
) -> None:
    show("select.x", "auto", options=options)
    with pytest.raises(NotAvailable):
        await writer(hass, "select.x").set_current("x", current)


async def test_does_not_write_twice_what_the_entity_confirms(
    hass: HomeAssistant, show: Callable[..., None]
) -> None:
    show("number.x", 6, "A", min=6, max=32, step=1)
    calls = async_mock_service(hass, "number", "set_value")
    device = writer(hass, "number.x")
    await device.set_current("x", 6)
    assert len(calls) == 1, "what is there already may be somebody else's"
    assert await device.set_current("x", 6.4) == 6
    assert len(calls) == 1
    show("number.x", 16, "A", min=6, max=32, step=1)
    await device.set_current("x", 6)
    assert len(calls) == 2, "somebody changed it"
    show("number.x", "unknown", "A", min=6, max=32, step=1)
    await device.set_current("x", 6)
    assert len(calls) == 3, "nothing confirms it"


async def test_does_not_switch_or_choose_twice(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.x", "on")
    hass.states.async_set("select.x", "Fast")
    turned = async_mock_service(hass, "switch", "turn_on")
    chosen = async_mock_service(hass, "select", "select_option")
    switch, select = writer(hass, "switch.x"), writer(hass, "select.x")
    for _ in range(2):
        await switch.toggle("x", True)
        await select.choose("x", "Fast")
    assert (len(turned), len(chosen)) == (1, 1)
    hass.states.async_set("switch.x", "off")
    await switch.toggle("x", True)
    assert len(turned) == 2


async def test_a_failed_write_is_repeated(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.x", "on")
    calls = async_mock_service(hass, "switch", "turn_on")
    device = writer(hass, "switch.x")
    await device.toggle("x", True)
    hass.states.async_set("switch.x", "off")
    async_mock_service(hass, "switch", "turn_on", raise_exception=HomeAssistantError("busy"))
    with pytest.raises(DeviceError):
        await device.toggle("x", True)
    hass.states.async_set("switch.x", "on")
    calls = async_mock_service(hass, "switch", "turn_on")
    await device.toggle("x", True)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "kind", "failure"),
    [
        (HomeAssistantError("offline"), DeviceError, Failure.UNAVAILABLE),
        (ServiceValidationError("no such option"), DeviceRejected, Failure.REFUSED),
        (vol.Invalid("wrong"), DeviceRejected, Failure.REFUSED),
        (TimeoutError(), DeviceTimeout, Failure.TIMEOUT),
        (ConnectionError("reset"), DeviceError, Failure.UNAVAILABLE),
        (NotAvailable("no"), NotAvailable, Failure.NOT_AVAILABLE),
    ],
)
async def test_translates_errors(
    hass: HomeAssistant, error: Exception, kind: type[DeviceError], failure: Failure
) -> None:
    hass.states.async_set("switch.x", "off")
    async_mock_service(hass, "switch", "turn_on", raise_exception=error)
    with pytest.raises(kind) as caught:
        await writer(hass, "switch.x").toggle("x", True)
    assert caught.value.failure is failure


async def test_an_action_that_does_not_exist(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.x", "off")
    with pytest.raises(DeviceError) as caught:
        await writer(hass, "switch.x").toggle("x", True)
    assert caught.value.failure is Failure.UNAVAILABLE


async def test_does_not_wait_for_ever(hass: HomeAssistant) -> None:
    async def hang(call: ServiceCall) -> None:
        await asyncio.Event().wait()

    hass.states.async_set("switch.x", "off")
    hass.services.async_register("switch", "turn_on", hang)
    with patch.object(writing, "WRITE_TIMEOUT", 0.01), pytest.raises(DeviceTimeout):
        await writer(hass, "switch.x").toggle("x", True)


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "failure"),
    [
        (None, None, {}, Failure.NOT_AVAILABLE),
        ("switch.x", None, {}, Failure.UNAVAILABLE),
        ("switch.x", "unavailable", {}, Failure.UNAVAILABLE),
        ("switch.x", "on", {"restored": True}, Failure.UNAVAILABLE),
    ],
)
async def test_refuses_what_home_assistant_would_skip_silently(
    hass: HomeAssistant,
    entity_id: str | None,
    state: str | None,
    attributes: dict[str, Any],
    failure: Failure,
) -> None:
    if state is not None:
        hass.states.async_set("switch.x", state, attributes)
    with pytest.raises(DeviceError) as caught:
        await writer(hass, entity_id).toggle("x", True)
    assert caught.value.failure is failure


async def test_a_word_for_a_number_has_to_be_one(hass: HomeAssistant) -> None:
    hass.states.async_set("number.x", "1")
    with pytest.raises(DeviceRejected, match="'three' is not a number"):
        await writer(hass, "number.x").choose("x", "three")


async def test_runs_an_action_with_variables(hass: HomeAssistant) -> None:
    calls = async_mock_service(hass, "easee", "set_limit")
    action = [{"action": "easee.set_limit", "data": {"current": "{{ current }}", "device_id": "abc"}}]
    await writer(hass, None, act=action).act("act", {"current": 10})
    assert only(calls) == {"current": 10, "device_id": "abc"}


@pytest.mark.parametrize(
    ("action", "failure"),
    [
        ([{"action": "no.service"}], Failure.UNAVAILABLE),
        ([{"nonsense": 1}], Failure.REFUSED),
        ([{"action": "test.fail"}], Failure.UNAVAILABLE),
    ],
)
async def test_translates_errors_of_actions(
    hass: HomeAssistant, action: list[dict[str, Any]], failure: Failure
) -> None:
    async_mock_service(hass, "test", "fail", raise_exception=HomeAssistantError("no"))
    with pytest.raises(DeviceError) as caught:
        await writer(hass, None, act=action).act("act", {})
    assert caught.value.failure is failure


async def test_an_action_has_to_end_in_time(hass: HomeAssistant) -> None:
    with patch.object(writing, "WRITE_TIMEOUT", 0.01), pytest.raises(DeviceTimeout):
        await writer(hass, None, act=[{"delay": 60}]).act("act", {})
