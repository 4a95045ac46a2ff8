"""A wallbox of helpers, driven from end to end: what is written is what is read."""

from collections.abc import Callable
from datetime import datetime

from custom_components.evcc.core.model import Status
from custom_components.evcc.core.ports import PhaseSwitcher, Resurrector
from custom_components.evcc.devices.entity.charger import build_charger
from custom_components.evcc.devices.entity.probe import async_probe
from custom_components.evcc.devices.entity.roles import Kind
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

HELPERS = {
    "input_select": {
        "status": {"options": ["Frei", "Verbunden", "Lädt"], "initial": "Frei"},
        "phases": {"options": ["1", "3"], "initial": "3"},
    },
    "input_boolean": {"enable": {"initial": False}},
    "input_number": {
        "current": {"min": 6, "max": 32, "step": 0.5, "initial": 16, "unit_of_measurement": "A"},
        "power": {"min": 0, "max": 22, "step": 0.001, "initial": 0, "unit_of_measurement": "kW"},
    },
    "input_button": {"wake": {}},
}
DATA = {
    "status": "input_select.status",
    "status_map": "Frei = A\nVerbunden = B\nLädt = C",
    "enable": "input_boolean.enable",
    "current": "input_number.current",
    "power": "input_number.power",
    "phases": "input_select.phases",
    "phases_physical": "3",
    "wake": "input_button.wake",
}


async def test_charges_a_car(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    for domain, config in HELPERS.items():
        assert await async_setup_component(hass, domain, {domain: config})
    assert not [line for line in await async_probe(hass, Kind.CHARGER, DATA) if line.problem]
    charger, traits = build_charger(hass, DATA, "Garage")
    assert isinstance(charger, PhaseSwitcher)
    assert isinstance(charger, Resurrector)
    assert (traits.phase_switching, traits.milliamp, traits.reads_current, traits.can_wake) == (True,) * 4

    async def choose(word: str) -> None:
        data = {"entity_id": "input_select.status", "option": word}
        await hass.services.async_call("input_select", "select_option", data, blocking=True)

    reading = await charger.async_read(now)
    assert (reading.status, reading.enabled, reading.offered_current) == (Status.A, False, 16)
    assert (reading.power, reading.phases, reading.max_current) == (0, 3, 32)

    await choose("Verbunden")
    await charger.async_switch_phases(1)
    await charger.async_set_current(9.9)
    await charger.async_enable(True)
    reading = await charger.async_read(now)
    assert (reading.status, reading.enabled, reading.offered_current) == (Status.B, True, 9.5)
    assert reading.phases == 1

    await choose("Lädt")
    data = {"entity_id": "input_number.power", "value": 2.185}
    await hass.services.async_call("input_number", "set_value", data, blocking=True)
    reading = await charger.async_read(now)
    assert (reading.status, reading.power, reading.failure, reading.message) == (Status.C, 2185, None, None)

    await charger.async_enable(False)
    assert hass.states.is_state("input_boolean.enable", "off")
    await charger.async_wake_up()
    assert not hass.states.is_state("input_button.wake", "unknown")
