"""Chargers made of entities: status from whatever there is, ways to switch, currents, phases, traits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.evcc.core.config import ChargerTraits
from custom_components.evcc.core.model import Failure, Feature, Status, StatusReason
from custom_components.evcc.core.ports import DeviceError, NotAvailable
from custom_components.evcc.devices.entity.charger import build_charger
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

CURRENTS = {f"current_l{n}": f"sensor.i{n}" for n in (1, 2, 3)}
VOLTAGES = {f"voltage_l{n}": f"sensor.u{n}" for n in (1, 2, 3)}
BASE: dict[str, Any] = {"enable": "switch.x", "current": "number.x"}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param({"status": "Charging"}, Status.C, id="a word"),
        pytest.param({"status": "Idle"}, Status.A, id="an ambiguous word"),
        pytest.param({"status": "Idle", "plugged": "on"}, Status.B, id="settled by the plug"),
        pytest.param({"status": "Ready", "plugged": "off"}, Status.A, id="settled by the plug, off"),
        pytest.param({"status": "Charging", "plugged": "off"}, Status.C, id="charging always counts"),
        pytest.param({"status": "connected", "plugged": "unavailable"}, Status.B, id="plug not available"),
        pytest.param({"status": "purple"}, Failure.INVALID, id="an unknown word"),
        pytest.param({"status": "purple", "plugged": "off"}, Status.A, id="an unknown word without plug"),
        pytest.param({"status": "purple", "plugged": "on"}, Failure.INVALID, id="an unknown word with plug"),
        pytest.param({"status": "error"}, Failure.FAULT, id="an error"),
        pytest.param({"status": "unavailable", "plugged": "off"}, Failure.UNAVAILABLE, id="no word at all"),
        pytest.param({"plugged": "on", "charging": "on"}, Status.C, id="both flags"),
        pytest.param({"plugged": "on", "charging": "off"}, Status.B, id="plugged only"),
        pytest.param({"plugged": "off", "charging": "off"}, Status.A, id="neither"),
        pytest.param({"charging": "on"}, Status.C, id="charging flag alone"),
        pytest.param({"charging": "off"}, Status.B, id="charging flag alone, off"),
        pytest.param({"charging": "unknown"}, Failure.UNAVAILABLE, id="charging flag alone, unknown"),
        pytest.param({"plugged": "on", "charging": "unknown"}, Failure.UNAVAILABLE, id="charging unknown"),
        pytest.param({"plugged": "off", "charging": "unknown"}, Status.A, id="not plugged says it all"),
        pytest.param({"plugged": "unknown", "charging": "off"}, Failure.UNAVAILABLE, id="plug unknown"),
        pytest.param({"plugged": "unknown", "charging": "on"}, Status.C, id="charging says it all"),
        pytest.param({"plugged": "off", "power": "3000"}, Status.A, id="a plug and a power: not plugged"),
        pytest.param({"plugged": "on", "power": "3000"}, Status.C, id="a plug and a power: draws"),
        pytest.param({"plugged": "on", "power": "5"}, Status.B, id="a plug and a power: does not draw"),
        pytest.param(
            {"plugged": "unknown", "power": "5"}, Failure.UNAVAILABLE, id="a plug and a power: unknown"
        ),
        pytest.param({"power": "3000"}, Status.C, id="a socket that draws"),
        pytest.param({"power": "9"}, Status.B, id="a socket in standby"),
        pytest.param({"power": "unavailable"}, Failure.UNAVAILABLE, id="a socket that is gone"),
        pytest.param({"enable": "on"}, Status.C, id="a socket without a meter, on"),
        pytest.param({"enable": "off"}, Status.B, id="a socket without a meter, off"),
        pytest.param({"enable": "unavailable"}, Failure.UNAVAILABLE, id="a socket without a meter, gone"),
    ],
)
async def test_status(
    hass: HomeAssistant, now: datetime, states: dict[str, str], expected: Status | Failure
) -> None:
    domains = {"plugged": "binary_sensor", "charging": "binary_sensor", "enable": "switch"}
    data = {key: f"{domains.get(key, 'sensor')}.{key}" for key in states}
    for key, state in states.items():
        hass.states.async_set(data[key], state)
    charger, _ = build_charger(hass, data, "Garage")
    reading = await charger.async_read(now)
    assert (reading.failure or reading.status) == expected
    assert (reading.status is None) == (reading.failure is not None)
    assert (reading.message is None) == (reading.failure is None)


async def test_a_socket_does_not_flicker_around_its_standby_power(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    charger, _ = build_charger(
        hass, {"enable": "switch.x", "power": "sensor.p", "standby_power": 20}, "Socket"
    )
    show("switch.x", "on")
    seen = []
    for power in (15, 21, 15, 11, 10, 15):
        show("sensor.p", power, "W")
        seen.append((await charger.async_read(now)).status)
    assert seen == [Status.B, Status.C, Status.C, Status.C, Status.B, Status.B]


@pytest.mark.parametrize(
    ("entity_id", "words", "state", "expected"),
    [
        ("switch.x", {}, "on", True),
        ("switch.x", {}, "off", False),
        ("switch.x", {"enable_on": "off"}, "off", True),
        ("switch.x", {"enable_on": "on"}, "on", True),
        ("light.x", {}, "on", True),
        ("lock.x", {}, "unlocked", True),
        ("lock.x", {}, "locked", False),
        ("lock.x", {"enable_on": "locked"}, "locked", True),
        ("select.x", {"enable_on": "Fast", "enable_off": "Stop"}, "Fast", True),
        ("select.x", {"enable_on": "Fast", "enable_off": "Stop"}, "Stop", False),
        ("select.x", {"enable_on": "Fast", "enable_off": "Stop"}, "Eco", False),
        ("number.x", {"enable_on": "16"}, "16.0", True),
        ("number.x", {"enable_on": "16"}, "10", True),
        ("number.x", {"enable_on": "16"}, "0", False),
        ("number.x", {"enable_on": "1", "enable_off": "2"}, "2", False),
        ("climate.x", {"enable_on": "heat"}, "heat", True),
        ("climate.x", {"enable_on": "heat"}, "cool", True),
        ("climate.x", {"enable_on": "heat"}, "off", False),
        ("switch.x", {}, "unavailable", Failure.UNAVAILABLE),
        ("button.x", {}, "unknown", False),
    ],
)
async def test_reads_the_flag(
    hass: HomeAssistant,
    now: datetime,
    entity_id: str,
    words: dict[str, str],
    state: str,
    expected: bool | Failure,
) -> None:
    hass.states.async_set("sensor.status", "connected")
    hass.states.async_set(entity_id, state)
    charger, _ = build_charger(hass, {"status": "sensor.status", "enable": entity_id, **words}, "Garage")
    reading = await charger.async_read(now)
    assert (reading.enabled_failure or reading.enabled) == expected


@pytest.mark.parametrize(
    ("entity_id", "words", "on", "service", "data"),
    [
        ("switch.x", {}, True, "turn_on", {}),
        ("switch.x", {"enable_on": "off"}, True, "turn_off", {}),
        ("lock.x", {}, False, "lock", {}),
        ("lock.x", {"enable_on": "locked"}, False, "unlock", {}),
        ("select.x", {"enable_on": "Fast", "enable_off": "Stop"}, True, "select_option", {"option": "Fast"}),
        ("select.x", {"enable_on": "Fast", "enable_off": "Stop"}, False, "select_option", {"option": "Stop"}),
        ("number.x", {"enable_on": "16"}, True, "set_value", {"value": 16}),
        ("number.x", {"enable_on": "16"}, False, "set_value", {"value": 0}),
        ("climate.x", {"enable_on": "heat"}, True, "set_hvac_mode", {"hvac_mode": "heat"}),
        ("climate.x", {"enable_on": "heat"}, False, "set_hvac_mode", {"hvac_mode": "off"}),
        ("button.x", {}, True, "press", {}),
    ],
)
async def test_switches(
    hass: HomeAssistant, entity_id: str, words: dict[str, str], on: bool, service: str, data: dict[str, Any]
) -> None:
    hass.states.async_set(entity_id, "unknown")
    calls = async_mock_service(hass, entity_id.partition(".")[0], service)
    charger, _ = build_charger(hass, {"enable": entity_id, **words}, "Garage")
    await charger.async_enable(on)
    assert [call.data for call in calls] == [{"entity_id": entity_id, **data}]


async def test_has_no_word_for_off(hass: HomeAssistant) -> None:
    hass.states.async_set("select.x", "Fast")
    charger, _ = build_charger(hass, {"enable": "select.x", "enable_on": "Fast"}, "Garage")
    with pytest.raises(NotAvailable, match="no word for off"):
        await charger.async_enable(False)


async def test_two_buttons_remember_the_last_command(hass: HomeAssistant, now: datetime) -> None:
    hass.states.async_set("button.start", "unknown")
    hass.states.async_set("button.stop", "unknown")
    hass.states.async_set("sensor.status", "connected")
    calls = async_mock_service(hass, "button", "press")
    data = {"status": "sensor.status", "enable": "button.start", "enable_off_button": "button.stop"}
    charger, _ = build_charger(hass, data, "Garage")

    async def enabled() -> bool | None:
        return (await charger.async_read(now)).enabled

    assert await enabled() is False
    await charger.async_enable(True)
    assert await enabled() is True
    await charger.async_enable(False)
    assert await enabled() is False
    hass.states.async_set("sensor.status", "charging")
    assert await enabled() is True, "charging without being allowed is no state of a charger"
    assert [call.data["entity_id"] for call in calls] == ["button.start", "button.stop"]


async def test_an_action_switches_and_the_entity_reads(hass: HomeAssistant, now: datetime) -> None:
    hass.states.async_set("switch.x", "on")
    calls = async_mock_service(hass, "easee", "command")
    action = [{"action": "easee.command", "data": {"do": "{{ 'resume' if enable else 'pause' }}"}}]
    charger, _ = build_charger(hass, {"enable": "switch.x", "enable_action": action}, "Garage")
    await charger.async_enable(True)
    await charger.async_enable(False)
    assert [call.data["do"] for call in calls] == ["resume", "pause"]
    assert (await charger.async_read(now)).enabled is True


async def test_a_switch_that_is_taken_away_without_vehicle_is_off(hass: HomeAssistant, now: datetime) -> None:
    hass.states.async_set("sensor.status", "Disconnected")
    hass.states.async_set("switch.x", "unavailable")
    charger, _ = build_charger(hass, {**BASE, "status": "sensor.status"}, "Garage")
    reading = await charger.async_read(now)
    assert (reading.status, reading.enabled, reading.enabled_failure) == (Status.A, False, None)
    hass.states.async_set("sensor.status", "Paused")
    assert (await charger.async_read(now)).enabled_failure is Failure.UNAVAILABLE


class TestWithoutSwitch:
    """A number that goes down to 0 A: 0 means off."""

    @pytest.fixture
    def calls(self, hass: HomeAssistant, show: Callable[..., None]) -> list[Any]:
        """Let the number do what it is told."""
        calls: list[float] = []

        async def set_value(call: Any) -> None:
            calls.append(call.data["value"])
            show("number.x", call.data["value"], "A", min=0, max=32, step=1)

        hass.services.async_register("number", "set_value", set_value)
        show("number.x", 0, "A", min=0, max=32, step=1)
        return calls

    async def test_0_is_off(
        self, hass: HomeAssistant, show: Callable[..., None], now: datetime, calls: list[float]
    ) -> None:
        charger, _ = build_charger(hass, {"current": "number.x"}, "Garage")
        assert (await charger.async_read(now)).enabled is False
        await charger.async_set_current(10)
        assert calls == [], "kept until charging is allowed"
        await charger.async_enable(True)
        assert calls == [10]
        assert (await charger.async_read(now)).enabled is True
        await charger.async_set_current(12)
        assert calls == [10, 12]
        await charger.async_enable(False)
        assert (await charger.async_read(now)).enabled is False
        await charger.async_enable(True)
        assert calls == [10, 12, 0, 12]

    async def test_takes_up_what_it_finds(
        self, hass: HomeAssistant, show: Callable[..., None], now: datetime, calls: list[float]
    ) -> None:
        show("number.x", 13, "A", min=0, max=32, step=1)
        charger, _ = build_charger(hass, {"current": "number.x"}, "Garage")
        reading = await charger.async_read(now)
        assert (reading.enabled, reading.offered_current) == (True, 13)
        await charger.async_enable(False)
        await charger.async_enable(True)
        assert calls == [0, 13]

    async def test_starts_with_the_least_there_is(self, hass: HomeAssistant, calls: list[float]) -> None:
        charger, _ = build_charger(hass, {"current": "number.x"}, "Garage")
        await charger.async_enable(True)
        assert calls == [6]

    async def test_follows_somebody_else(
        self, hass: HomeAssistant, show: Callable[..., None], now: datetime, calls: list[float]
    ) -> None:
        charger, _ = build_charger(hass, {"current": "number.x"}, "Garage")
        await charger.async_enable(False)
        show("number.x", 16, "A", min=0, max=32, step=1)
        await charger.async_read(now)
        await charger.async_set_current(8)
        assert calls == [0, 8]

    async def test_is_not_known(self, hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
        show("number.x", "unavailable")
        charger, _ = build_charger(hass, {"current": "number.x"}, "Garage")
        reading = await charger.async_read(now)
        assert (reading.enabled, reading.enabled_failure) == (None, Failure.UNAVAILABLE)

    async def test_by_an_action(self, hass: HomeAssistant, now: datetime) -> None:
        calls = async_mock_service(hass, "keba", "set_current")
        action = [{"action": "keba.set_current", "data": {"current": "{{ current }}"}}]
        charger, traits = build_charger(hass, {"current_action": action}, "Garage")
        assert not traits.reads_current
        reading = await charger.async_read(now)
        assert (reading.enabled, reading.offered_current) == (False, None)
        await charger.async_set_current(9)
        await charger.async_enable(True)
        assert (await charger.async_read(now)).enabled is True
        await charger.async_enable(False)
        assert [call.data["current"] for call in calls] == [9, 0]


async def test_a_number_that_does_not_reach_0_cannot_switch_off(
    hass: HomeAssistant, show: Callable[..., None]
) -> None:
    show("number.x", 16, "A", min=6, max=32, step=1)
    charger, _ = build_charger(hass, {"current": "number.x"}, "Garage")
    with pytest.raises(NotAvailable):
        await charger.async_enable(False)


async def test_a_lagging_read_back_is_not_somebody_else(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    show("switch.x", "on")
    show("number.x", 16, "A", min=6, max=32, step=1)
    async_mock_service(hass, "number", "set_value")
    charger, _ = build_charger(hass, BASE, "Garage")

    async def offered(seconds: float) -> float | None:
        return (await charger.async_read(now + timedelta(seconds=seconds))).offered_current

    assert await offered(0) == 16
    await charger.async_set_current(10)
    assert await offered(30) == 10
    assert await offered(61) == 16, "it had time enough"
    await charger.async_set_current(10)
    show("number.x", 8, "A", min=6, max=32, step=1)
    assert await offered(62) == 8, "it moved, but elsewhere"
    await charger.async_set_current(8)
    assert await offered(63) == 8


async def test_reads_the_current_elsewhere(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    show("sensor.offered", 13_000, "mA")
    async_mock_service(hass, "number", "set_value")
    show("number.x", 16, "A", min=6, max=32, step=1)
    charger, traits = build_charger(hass, {**BASE, "current_read": "sensor.offered"}, "Garage")
    assert traits.reads_current
    await charger.async_set_current(12)
    assert (await charger.async_read(now)).offered_current == 13


async def test_a_list_of_currents(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    show("select.a", "10 A", options=["off", "6 A", "8 A", "10 A", "16 A"])
    charger, traits = build_charger(hass, {"enable": "switch.x", "current": "select.a"}, "Garage")
    reading = await charger.async_read(now)
    assert (reading.offered_current, reading.min_current, reading.max_current) == (10, None, 16)
    assert not traits.milliamp
    show("select.a", "off", options=["off", "8 A"])
    reading = await charger.async_read(now)
    assert (reading.offered_current, reading.min_current, reading.max_current) == (0, 8, 8)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"min": 0, "max": 32}, (None, 32)),
        ({"min": 6, "max": 16}, (None, 16)),
        ({"min": 8, "max": 16}, (8, 16)),
        ({"unit_of_measurement": "mA", "min": 10_000, "max": 20_000}, (10, 20)),
        ({"min": 0, "max": 1}, (None, None)),
        ({}, (None, None)),
    ],
)
async def test_limits(
    hass: HomeAssistant,
    now: datetime,
    attributes: dict[str, Any],
    expected: tuple[float | None, float | None],
) -> None:
    hass.states.async_set("number.x", "10", attributes)
    charger, _ = build_charger(hass, BASE, "Garage")
    reading = await charger.async_read(now)
    assert (reading.min_current, reading.max_current) == expected


async def test_reads_everything(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    show("sensor.status", "awaiting_authorization")
    show("switch.x", "on")
    show("number.x", 16, "A", min=6, max=32, step=0.1)
    for n in (1, 2, 3):
        show(f"sensor.i{n}", 10 * n, "A")
        show(f"sensor.u{n}", 230 + n, "V")
    show("sensor.energy", 1234.5, "kWh")
    show("sensor.session", 1500, "Wh")
    show("sensor.card", "04AB")
    show("sensor.soc", 44, "%")
    show("sensor.limit", 80, "%")
    show("sensor.since", 5, "min")
    show("select.phases", "3", options=["1", "3"])
    data = {
        **BASE,
        **CURRENTS,
        **VOLTAGES,
        "status": "sensor.status",
        "energy": "sensor.energy",
        "session_energy": "sensor.session",
        "identifier": "sensor.card",
        "soc": "sensor.soc",
        "limit_soc": "sensor.limit",
        "connected_for": "sensor.since",
        "phases": "select.phases",
        "wake": "button.wake",
        "features": ["WelcomeCharge"],
        "phases_physical": "3",
    }
    charger, traits = build_charger(hass, data, "Garage")
    assert traits == ChargerTraits(
        phase_switching=True,
        physical_phases=3,
        milliamp=True,
        has_power=True,
        has_currents=True,
        has_energy=True,
        has_session_energy=True,
        reads_current=True,
        reads_phases=True,
        reads_id=True,
        can_wake=True,
        has_status_reason=True,
        features=frozenset({Feature.WELCOME_CHARGE}),
    )
    reading = await charger.async_read(now)
    assert reading.power == 10 * 231 + 20 * 232 + 30 * 233
    assert (reading.status, reading.enabled) == (Status.B, True)
    assert reading.currents == (10, 20, 30)
    assert reading.voltages == (231, 232, 233)
    assert (reading.energy, reading.session_energy) == (1234.5, 1.5)
    assert (reading.identifier, reading.status_reason) == ("04AB", StatusReason.WAITING_FOR_AUTHORIZATION)
    assert (reading.soc, reading.limit_soc, reading.connected_for) == (44, 80, 300)
    assert (reading.phases, reading.message) == (3, None)


async def test_power_from_currents_needs_all_of_them(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    for n in (1, 2):
        show(f"sensor.i{n}", 10, "A")
    charger, _ = build_charger(hass, {**BASE, **CURRENTS}, "Garage")
    reading = await charger.async_read(now)
    assert (reading.power, reading.power_failure, reading.currents) == (None, Failure.UNAVAILABLE, None)
    assert reading.message == "sensor.i3 does not exist"
    show("sensor.i3", 0, "A")
    assert (await charger.async_read(now)).power == 4600


@pytest.mark.parametrize(("physical", "expected"), [("0", None), ("3", None), ("1", (10, 0, 0))])
async def test_one_current_says_nothing_of_the_other_phases(
    hass: HomeAssistant, show: Callable[..., None], now: datetime, physical: str, expected: object
) -> None:
    show("sensor.i1", 10, "A")
    show("sensor.u1", 230, "V")
    data = {**BASE, "current_l1": "sensor.i1", "voltage_l1": "sensor.u1", "phases_physical": physical}
    charger, traits = build_charger(hass, data, "Garage")
    reading = await charger.async_read(now)
    assert reading.currents == expected
    assert reading.voltages is None
    assert traits.has_power == traits.has_currents == (expected is not None)
    assert reading.power_failure is None


def test_traits_of_a_socket(hass: HomeAssistant) -> None:
    _, traits = build_charger(hass, {"enable": "switch.x"}, "Socket")
    assert traits == ChargerTraits(
        physical_phases=1, has_power=False, features=frozenset({Feature.SWITCH_DEVICE})
    )


async def test_a_socket_takes_any_current(hass: HomeAssistant) -> None:
    charger, _ = build_charger(hass, {"enable": "switch.x"}, "Socket")
    await charger.async_set_current(10)
    with pytest.raises(NotAvailable):
        await charger.setpoint.write(10)


@pytest.mark.parametrize(
    ("attributes", "option", "milliamp"),
    [
        ({"step": 1}, None, False),
        ({"step": 0.1}, None, True),
        ({"unit_of_measurement": "mA", "step": 100}, None, True),
        ({"unit_of_measurement": "mA", "step": 1000}, None, False),
        ({"step": 0.1}, 1, False),
        ({"step": 1}, 0.1, True),
        ({}, None, False),
    ],
)
async def test_fractions_of_an_ampere(
    hass: HomeAssistant, attributes: dict[str, Any], option: float | None, milliamp: bool
) -> None:
    hass.states.async_set("number.x", "10", attributes)
    _, traits = build_charger(hass, {**BASE, "current_step": option}, "Garage")
    assert traits.milliamp is milliamp


@pytest.mark.parametrize(
    ("unit", "step", "milliamp"), [("A", 0.1, True), ("A", 1, False), ("mA", 100, True), ("mA", 1000, False)]
)
def test_before_its_integration_started_the_registry_knows_the_step(
    hass: HomeAssistant, unit: str, step: float, milliamp: bool
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "number", "test", "1", suggested_object_id="x", capabilities={"step": step}, unit_of_measurement=unit
    )
    _, traits = build_charger(hass, BASE, "Garage")
    assert traits.milliamp is milliamp


@pytest.mark.parametrize(
    ("data", "state", "expected"),
    [
        ({"phases": "select.p"}, "1", 1),
        ({"phases": "select.p"}, "3", 3),
        ({"phases": "select.p"}, "Auto", None),
        ({"phases": "select.p", "phases_1p": "1", "phases_3p": "2"}, "2", 3),
        ({"phases": "select.p", "phases_1p": "1", "phases_3p": "2"}, "0", 0),
        ({"phases": "select.p", "phases_1p": "Single", "phases_3p": "Three"}, "single", 1),
        ({"phases": "switch.p", "phases_1p": "on", "phases_3p": "off"}, "off", 3),
        ({"phases": "number.p"}, "3.0", 3),
        ({"phases": "number.p"}, "2", 3),
        ({"phases": "number.p"}, "unavailable", None),
        ({"phases": "button.one", "phases_read": "sensor.p"}, "1", 1),
        ({"phases": "button.one", "phases_read": "sensor.p"}, "0", 0),
        ({"phases_action": [], "phases_read": "sensor.p"}, "3", 3),
        ({"phases": "button.p"}, "unknown", None),
    ],
)
async def test_reads_phases(
    hass: HomeAssistant, now: datetime, data: dict[str, Any], state: str, expected: int | None
) -> None:
    for entity_id in ("select.p", "switch.p", "number.p", "sensor.p", "button.p"):
        hass.states.async_set(entity_id, state)
    charger, _ = build_charger(hass, {**BASE, **data}, "Garage")
    assert (await charger.async_read(now)).phases == expected


@pytest.mark.parametrize(
    ("data", "phases", "service", "expected"),
    [
        ({"phases": "select.p"}, 1, "select.select_option", {"option": "1"}),
        ({"phases": "select.p", "phases_3p": "2"}, 3, "select.select_option", {"option": "2"}),
        ({"phases": "switch.p", "phases_1p": "on", "phases_3p": "off"}, 1, "switch.turn_on", {}),
        ({"phases": "switch.p", "phases_1p": "on", "phases_3p": "off"}, 3, "switch.turn_off", {}),
        ({"phases": "number.p"}, 3, "number.set_value", {"value": 3}),
        ({"phases": "button.p"}, 1, "button.press", {}),
    ],
)
async def test_switches_phases(
    hass: HomeAssistant, data: dict[str, Any], phases: int, service: str, expected: dict[str, Any]
) -> None:
    hass.states.async_set(data["phases"], "unknown")
    calls = async_mock_service(hass, *service.split("."))
    charger, traits = build_charger(hass, {**BASE, **data}, "Garage")
    assert traits.phase_switching
    await charger.async_switch_phases(phases)
    assert [call.data for call in calls] == [{"entity_id": data["phases"], **expected}]


async def test_switches_phases_by_two_buttons_or_an_action(hass: HomeAssistant) -> None:
    hass.states.async_set("script.three", "off")
    calls = async_mock_service(hass, "script", "turn_on")
    charger, _ = build_charger(
        hass, {**BASE, "phases": "button.p", "phases_3p_button": "script.three"}, "Garage"
    )
    hass.states.async_set("button.p", "unknown")
    await charger.async_switch_phases(3)
    assert calls[0].data == {"entity_id": "script.three"}

    calls = async_mock_service(hass, "easee", "phases")
    action = [{"action": "easee.phases", "data": {"phases": "{{ phases }}"}}]
    charger, traits = build_charger(hass, {**BASE, "phases_action": action}, "Garage")
    assert (traits.phase_switching, traits.reads_phases) == (True, False)
    await charger.async_switch_phases(1)
    assert calls[0].data == {"phases": 1}


async def test_has_no_word_for_phases(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.p", "on")
    charger, _ = build_charger(hass, {**BASE, "phases": "switch.p"}, "Garage")
    with pytest.raises(NotAvailable):
        await charger.async_switch_phases(1)


async def test_wakes(hass: HomeAssistant) -> None:
    hass.states.async_set("button.wake", "unknown")
    calls = async_mock_service(hass, "button", "press")
    charger, _ = build_charger(hass, {**BASE, "wake": "button.wake"}, "Garage")
    await charger.async_wake_up()
    assert len(calls) == 1


async def test_a_failed_command_is_not_remembered(hass: HomeAssistant, now: datetime) -> None:
    hass.states.async_set("sensor.status", "connected")
    data = {"status": "sensor.status", "enable": "button.gone", "enable_off_button": "button.gone"}
    charger, _ = build_charger(hass, data, "Garage")
    with pytest.raises(DeviceError):
        await charger.async_enable(True)
    assert (await charger.async_read(now)).enabled is False
