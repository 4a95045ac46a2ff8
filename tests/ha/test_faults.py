"""What goes wrong in a house every day: the site goes on, does nothing wrong, and says what it misses."""

import asyncio
from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed_exact
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from custom_components.evcc.core.model import Failure, Mode, Reason
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.core.settings import Scope, SettingError
from custom_components.evcc.store import Problem, sessions as sessions_module
from custom_components.evcc.store.settings import MEMORY_KEY, SETTINGS_KEY
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError

from .house import CURRENT, ENABLE, House


@pytest.fixture
async def new_house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> House:
    """Return a house with a car that waits, not set up."""
    house = House(hass, freezer)
    await house.build()
    house.status = "B"
    house.show()
    return house


@pytest.fixture
async def house(new_house: House) -> AsyncIterator[House]:
    """Return a house in the sun whose car charges with 10 A."""
    new_house.pv = 7500.0
    new_house.show()
    await new_house.set_up()
    await new_house.set_mode("pv")
    await new_house.run(8)
    assert new_house.garage.charging
    new_house.take_calls()
    yield new_house
    if new_house.entry.state is ConfigEntryState.LOADED:
        await new_house.hass.config_entries.async_unload(new_house.entry.entry_id)


# Meters


async def test_a_grid_meter_lost_for_a_minute_changes_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.missing = {"sensor.grid_power"}
    await house.run(2)
    assert house.take_calls() == []
    assert house.runtime.coordinator.data.home_power is None
    house.missing = set()
    await house.run(2)
    assert house.take_calls() == []
    assert house.garage.charging
    assert caplog.text.count("Grid: sensor.grid_power is unavailable") == 1


async def test_a_grid_meter_lost_for_an_hour(house: House) -> None:
    house.missing = {"sensor.grid_power"}
    await house.run(120)
    assert house.runtime.runner.fault is None
    assert house.runtime.coordinator.data.cycles >= 128
    assert house.garage.why.reason in (Reason.GRID_UNAVAILABLE, Reason.MINIMUM_KEPT)
    charging = house.enabled
    house.missing = set()
    await house.run(10)
    assert house.enabled
    assert house.garage.charging or not charging


async def test_fast_charging_needs_no_grid_meter(house: House) -> None:
    house.missing = {"sensor.grid_power"}
    await house.run()
    await house.set_mode("now")
    await house.run()
    assert house.hass.states.is_state(CURRENT, "16.0")


@pytest.mark.parametrize("value", ["unknown", "nonsense", "nan", ""])
async def test_nonsense_is_not_a_value(house: House, value: str) -> None:
    house.show()
    house.hass.states.async_set("sensor.grid_power", value)
    await house.runtime.runner.async_wake()
    assert house.runtime.coordinator.data.grid.failure is not None
    assert house.take_calls() == []


# Chargers


async def test_a_lost_charger_is_told_nothing_and_found_again(house: House) -> None:
    before = house.garage.session_id
    house.missing = {"sensor.wallbox_status", "sensor.wallbox_power", "sensor.wallbox_energy"}
    await house.run(4)
    assert house.take_calls() == []
    assert (house.garage.available, house.garage.failure) == (False, Failure.UNAVAILABLE)
    house.missing = set()
    await house.run(2)
    assert (house.garage.available, house.garage.session_id) == (True, before)
    assert house.garage.charging


async def test_a_refusing_charger_shows_it_and_is_asked_again(house: House) -> None:
    async def refuse(call: ServiceCall) -> None:
        raise HomeAssistantError("not now")

    house.hass.services.async_register("input_boolean", "turn_off", refuse)
    await house.set_mode("off")
    assert house.enabled
    assert house.garage.enabled
    assert house.garage.why.reason is Reason.COMMAND_FAILED
    await house.run(3)
    assert house.enabled
    house.hass.services.async_register("input_boolean", "turn_off", _turn(house, "off"))
    await house.run(2)
    assert not house.garage.enabled


def _turn(house: House, state: str) -> Any:
    async def turn(call: ServiceCall) -> None:
        house.hass.states.async_set(ENABLE, state)

    return turn


async def test_an_ignoring_charger_is_not_taken_at_its_word_for_ever(house: House) -> None:
    """It says yes and goes on charging."""

    async def ignore(call: ServiceCall) -> None:
        pass

    house.hass.services.async_register("input_boolean", "turn_off", ignore)
    await house.set_mode("off")
    assert not house.garage.enabled
    await house.run(10)
    assert house.runtime.runner.fault is None
    assert len([c for c in house.take_calls() if c[0] == "turn_off"]) >= 2


async def _step(house: House, seconds: float) -> None:
    """Let time pass without waiting for who waits for more of it."""
    house.show()
    house.freezer.tick(seconds)
    async_fire_time_changed_exact(house.hass)
    await _others()


async def test_a_late_charger_does_not_keep_the_beat_waiting(house: House) -> None:
    async def late(call: ServiceCall) -> None:
        await asyncio.sleep(5)
        house.hass.states.async_set(CURRENT, call.data["value"])

    house.hass.services.async_register("input_number", "set_value", late)
    house.pv = 5000.0
    house.show()
    cycles = house.runtime.coordinator.data.cycles
    for _ in range(40):
        await _step(house, 5)
    assert house.runtime.runner.overruns == 0
    assert house.runtime.coordinator.data.cycles >= cycles + 6
    assert not house.hass.states.is_state(CURRENT, "10.0")


async def test_settings_that_cannot_be_are_refused(house: House) -> None:
    with pytest.raises(SettingError):
        await house.runtime.async_change(Scope.LOADPOINT, 0, "mode", "nonsense")
    assert house.garage.mode is Mode.PV


# Start


async def test_half_of_the_devices_missing_at_the_start(new_house: House) -> None:
    house = new_house
    house.hass.set_state(CoreState.starting)
    house.missing = {"sensor.grid_power", "sensor.wallbox_status"}
    house.show()
    await house.set_up()
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.runtime.coordinator.data.cycles == 0
    assert house.garage.why.reason is Reason.STARTING
    await house.set_mode("now")  # may be said, but has to wait
    await house.pass_time(20)
    assert house.take_calls() == []
    house.missing = set()
    house.show()
    await house.pass_time(2)
    await _others()
    assert house.runtime.coordinator.data.cycles == 1
    assert house.enabled
    house.hass.set_state(CoreState.running)


async def _others() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_stays_away_does_not_keep_the_rest_waiting_for_ever(new_house: House) -> None:
    house = new_house
    house.missing = {"sensor.pv_power"}
    house.show()
    await house.set_up()
    for _ in range(20):
        await house.pass_time(2)
        await _others()
    assert house.runtime.coordinator.data.cycles >= 1
    assert house.runtime.coordinator.data.pv[0].failure is Failure.UNAVAILABLE
    await house.set_mode("now")
    assert house.enabled


# Files


@pytest.fixture
def restored(hass_storage: dict[str, Any]) -> dict[str, Any]:
    return hass_storage


@pytest.mark.parametrize("key", [SETTINGS_KEY, MEMORY_KEY])
async def test_a_newer_file_is_left_alone(new_house: House, restored: dict[str, Any], key: str) -> None:
    newer = {"version": 99, "minor_version": 1, "key": key, "data": {"new": "shape"}}
    restored[key] = json.loads(json.dumps(newer))
    await new_house.set_up()
    await new_house.set_mode("now")
    await new_house.run(3)
    runtime = new_house.runtime
    file = runtime.settings.settings if key == SETTINGS_KEY else runtime.settings.memory
    assert file.problem is Problem.NEWER
    await new_house.hass.config_entries.async_unload(new_house.entry.entry_id)
    assert restored[key] == newer


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"site": 5, "loadpoints": [], "vehicles": {"car": 1}}, id="parts of the wrong type"),
        pytest.param({"loadpoints": {"garage": {"mode": "warp", "priority": "x"}}}, id="impossible values"),
        pytest.param({"loadpoints": {"garage": {"unheard": 1, "priority": 3}}}, id="unknown settings"),
    ],
)
async def test_settings_that_make_no_sense_are_left_out(
    new_house: House, restored: dict[str, Any], data: dict[str, Any]
) -> None:
    restored[SETTINGS_KEY] = {"version": 1, "minor_version": 1, "key": SETTINGS_KEY, "data": data}
    await new_house.set_up()
    assert new_house.garage.mode is Mode.OFF
    assert new_house.garage.priority in (0, 3)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"loadpoints": {"garage": {"status": 7, "enabled": "yes", "pv_timer": []}}}, id="types"),
        pytest.param({"loadpoints": {"garage": None}, "batteries": 3}, id="nothing"),
        pytest.param({"loadpoints": {"garage": {"pv_timer": {"since": "noon"}}}}, id="times"),
        pytest.param({"next_session": "x", "rotation": None}, id="numbers"),
    ],
)
async def test_a_memory_that_makes_no_sense_is_left_out(
    new_house: House, restored: dict[str, Any], site: dict[str, Any]
) -> None:
    data = {"at": "2026-01-01T00:00:00+00:00", "site": site}
    restored[MEMORY_KEY] = {"version": 1, "minor_version": 1, "key": MEMORY_KEY, "data": data}
    await new_house.set_up()
    await new_house.set_mode("now")
    await new_house.run(2)
    assert new_house.runtime.runner.fault is None
    assert new_house.garage.charging


async def test_damaged_sessions_do_not_keep_the_house_from_charging(
    new_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    _write(Path(new_house.hass.config.path("evcc.db")), b"garbage" * 1000)
    await new_house.set_up()
    assert new_house.runtime.sessions.problem is Problem.CORRUPT
    await new_house.set_mode("now")
    await new_house.run(3)
    assert [r.id for r in await new_house.runtime.sessions.async_list()] == [1]


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def test_sessions_of_a_newer_release_are_left_alone(new_house: House) -> None:
    path = Path(new_house.hass.config.path("evcc.db"))
    with patch.object(sessions_module, "migrate", side_effect=sessions_module.WrongVersionError(9)):
        await new_house.set_up()
        await new_house.set_mode("now")
        await new_house.run(3)
    assert new_house.runtime.sessions.problem is Problem.NEWER
    assert new_house.garage.session_id == 1
    assert new_house.runtime.statistics == {}
    assert path.name == "evcc.db"


async def test_a_full_disk_loses_no_session(house: House) -> None:
    def full(connection: Connection, records: list[SessionRecord]) -> None:
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    with patch.object(sessions_module, "_upsert", full):
        house.status = "A"
        await house.run(4)
        assert house.runtime.sessions.problem is Problem.UNWRITABLE
        assert house.runtime.runner.fault is None
    await house.run(4)  # tried again once a minute
    assert house.runtime.sessions.problem is None
    (record,) = await house.runtime.sessions.async_list()
    assert record.finished is not None
    assert record.charged_energy > 0


# One device that hangs


async def test_a_device_that_hangs_is_left_behind(house: House) -> None:
    never = asyncio.Event()
    port = house.runtime.equipment.ports.pv[0]

    async def hang(*_: object) -> None:
        await never.wait()

    readers = house.runtime.equipment._pv
    with patch.object(readers[0], "_read", hang):
        cycles = house.runtime.coordinator.data.cycles
        for _ in range(24):
            await _step(house, 5)
        assert house.runtime.coordinator.data.cycles >= cycles + 3
        assert house.runtime.coordinator.data.pv[0].failure is Failure.TIMEOUT
    assert port is house.runtime.equipment.ports.pv[0]
    assert house.runtime.runner.fault is None
