"""A restart, a reload, a crash: everything goes on as it was, and no contactor moves."""

import copy
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed_exact

from custom_components.evcc import _PAUSED
from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.model import BatteryMode, Mode, Status
from custom_components.evcc.core.settings import Scope
from custom_components.evcc.flows.demo import demo_subentries
from custom_components.evcc.store.settings import MEMORY_KEY
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .house import CAR, GARAGE, House


@pytest.fixture
async def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> House:
    """Return a house in the sun whose car charges with 10 A."""
    house = House(hass, freezer)
    await house.build()
    house.status = "B"
    house.pv = 7500.0
    house.show()
    await house.set_up()
    await house.set_mode("pv")
    await house.run(8)
    assert house.garage.charging
    assert house.garage.session_id == 1
    house.take_calls()
    return house


class Death:
    """What is on the disk when the process is killed."""

    def __init__(self, house: House, storage: dict[str, Any]) -> None:
        """Take a copy."""
        self._house = house
        self._storage = storage
        self._files = copy.deepcopy(storage)
        self._sessions = Path(house.hass.config.path("evcc.db"))
        self._copy = self._sessions.with_name("copy")
        shutil.copy(self._sessions, self._copy)

    async def come_back(self, after: float = 60.0) -> None:
        """Start again from it."""
        house = self._house
        assert await house.hass.config_entries.async_unload(house.entry.entry_id)
        house.hass.data[_PAUSED].clear()
        house.take_calls()
        self._storage.clear()
        self._storage.update(self._files)
        shutil.copy(self._copy, self._sessions)
        await house.pass_time(after)
        await house.set_up()


@pytest.fixture
def storage(hass_storage: dict[str, Any]) -> dict[str, Any]:
    return hass_storage


def essence(house: House) -> tuple[object, ...]:
    """Return what has to be the same afterwards."""
    lp = house.garage
    return (
        (lp.mode, lp.limit_soc, lp.limit_energy, lp.priority, lp.min_current),
        (lp.session_id, lp.session_started, lp.connected_since, lp.vehicle_name),
        (lp.status, lp.enabled, lp.offered_current, lp.phases),
    )


async def restart(house: House, seconds: float = 60.0) -> None:
    """Let Home Assistant stop properly and start again."""
    await house.runtime.async_leave()  # the shutdown job
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.data[_PAUSED].clear()
    await house.pass_time(seconds)
    await house.set_up()


async def set_limits(house: House) -> None:
    change = house.runtime.async_change
    await change(Scope.LOADPOINT, 0, "limitSoc", 80)
    await change(Scope.LOADPOINT, 0, "limitEnergy", 12.5)
    await change(Scope.LOADPOINT, 0, "priority", 4)
    await house.runtime.async_select_vehicle(0, CAR)
    await house.run()
    house.take_calls()


@pytest.mark.parametrize("seconds", [5.0, 60.0, 900.0])
async def test_restart_changes_nothing(house: House, seconds: float) -> None:
    await set_limits(house)
    before = essence(house)
    energy = house.garage.session_energy
    await restart(house, seconds)
    assert essence(house) == before
    await house.run(4)
    assert house.take_calls() == []
    assert essence(house) == before
    assert house.garage.session_energy > energy


async def test_reload_changes_nothing(house: House) -> None:
    await set_limits(house)
    before = essence(house)
    manager = house.hass.config_entries
    manager.async_update_entry(house.entry, options={**house.entry.options, "interval": 20})
    await house.hass.async_block_till_done()
    assert house.runtime.site.config.interval == 20.0
    assert essence(house) == before
    await house.run(4)
    assert house.take_calls() == []


async def test_a_kill_in_the_middle_of_charging_loses_nothing(house: House, storage: dict[str, Any]) -> None:
    await set_limits(house)
    await house.pass_time(2)  # settings are written a second after their change
    await house.run(3)
    before = essence(house)
    death = Death(house, storage)
    await house.run(20)  # what comes after the copy never happened
    await death.come_back()
    assert essence(house) == before
    await house.run(4)
    assert house.take_calls() == []
    (record,) = await house.runtime.sessions.async_list()
    assert (record.id, record.finished) == (1, None)


async def test_a_kill_right_after_a_command_knows_of_it(house: House, storage: dict[str, Any]) -> None:
    await house.set_mode("off")
    assert not house.enabled
    memory = storage[MEMORY_KEY]["data"]["site"]["loadpoints"][GARAGE]
    assert memory["enabled"] is False


async def test_a_running_delay_goes_on(house: House) -> None:
    """Three minutes without sun switch off, and a restart in between does not make it six."""
    house.pv = 0.0
    await house.run(2)
    assert house.garage.pv_action == "disable"
    remaining = house.garage.pv_remaining
    await restart(house, 30)
    assert house.garage.pv_remaining <= remaining - 30
    await house.run(6)
    assert not house.enabled


async def test_sessions_are_counted_on_without_the_old_ones(house: House) -> None:
    house.status = "A"
    await house.run(2)
    await restart(house)
    house.status = "B"
    await house.run(8)
    assert house.garage.session_id == 2
    assert [r.id for r in await house.runtime.sessions.async_list()] == [2, 1]


async def test_a_lost_memory_does_not_reuse_session_ids(house: House, storage: dict[str, Any]) -> None:
    await house.runtime.async_pause()
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    storage.pop(MEMORY_KEY)
    await house.set_up()
    await house.run(6)
    assert house.garage.session_id == 2


async def test_a_session_that_a_power_cut_left_open_is_completed(
    house: House, storage: dict[str, Any]
) -> None:
    death = Death(house, storage)
    storage.pop(MEMORY_KEY)  # not only the power is gone, the memory is too
    death._files.pop(MEMORY_KEY)
    await house.run(20)
    await death.come_back()
    await house.hass.async_block_till_done()
    record = await house.runtime.sessions.async_get(1)
    assert record is not None
    assert record.meter_stop == pytest.approx(house.energy, abs=0.1)
    assert record.charged_energy == pytest.approx(house.energy - 1000.0, abs=0.1)


async def test_stopping_home_assistant_stores_the_session(house: House) -> None:
    runtime = house.runtime
    charged = house.garage.session_energy
    assert charged > 0
    await house.hass.async_stop(force=True)
    await runtime.sessions.async_open()
    (record,) = await runtime.sessions.async_list()
    await runtime.sessions.async_close()
    assert record.finished is not None
    assert record.charged_energy == pytest.approx(charged / 1000.0)
    assert house.take_calls() == []


async def test_a_clock_that_is_behind_after_the_start_freezes_nothing(
    house: House, storage: dict[str, Any]
) -> None:
    """A computer without a clock of its own begins in the past until it finds a time server."""
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.data[_PAUSED].clear()
    ahead = (dt_util.utcnow() + timedelta(days=3)).isoformat()
    stored = storage[MEMORY_KEY]["data"]
    stored["at"] = stored["site"]["loadpoints"][GARAGE]["charger_switched"] = ahead
    await house.set_up()
    switched = house.runtime.site.loadpoints[0].memory.charger_switched
    assert switched is not None
    assert switched <= house.runtime.runner.now()
    await house.run(4)
    assert house.take_calls() == []


async def test_what_is_not_there_any_more_is_left(house: House) -> None:
    """The subentry of a loadpoint is deleted while it charges."""
    house.hass.config_entries.async_update_entry(
        house.entry, options={**house.entry.options, "on_stop": "off"}
    )
    await house.hass.async_block_till_done()
    assert house.enabled
    house.hass.config_entries.async_remove_subentry(house.entry, GARAGE)
    await house.hass.async_block_till_done()
    assert not house.enabled
    assert house.runtime.coordinator.data.loadpoints == ()
    (record,) = await house.runtime.sessions.async_list()
    assert record.finished is not None
    await house.run(2)


async def test_a_deleted_vehicle_does_not_end_the_session(house: House) -> None:
    await house.runtime.async_select_vehicle(0, CAR)
    await house.run()
    house.take_calls()
    house.hass.config_entries.async_remove_subentry(house.entry, CAR)
    await house.hass.async_block_till_done()
    await house.run(3)
    assert (house.garage.vehicle_name, house.garage.session_id) == ("", 1)
    assert house.take_calls() == []


async def test_a_second_loadpoint_does_not_disturb_the_first(house: House) -> None:
    before = essence(house)
    house.hass.config_entries.async_add_subentry(
        house.entry,
        ConfigSubentry(
            data={"source": "entity", "number": 2, "enable": "input_boolean.nothing"},  # type: ignore[arg-type]
            subentry_type="loadpoint",
            title="Carport",
            unique_id=None,
        ),
    )
    await house.pass_time(40)  # the new one does not answer
    await house.run(3)
    assert len(house.runtime.coordinator.data.loadpoints) == 2
    assert essence(house) == before
    assert house.take_calls() == []


# The demo home


async def test_the_demo_goes_on_in_its_own_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, storage: dict[str, Any]
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Demo",
        data={"demo": True, "speed": 60},
        subentries_data=demo_subentries("en"),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(10):
        freezer.tick(0.5)
        async_fire_time_changed_exact(hass)
        await hass.async_block_till_done()
    runtime = entry.runtime_data
    virtual = runtime.runner.now()
    assert runtime.coordinator.data.at == virtual
    await runtime.async_change(Scope.LOADPOINT, 0, "mode", "pv")
    await runtime.async_set_battery_mode(BatteryMode.HOLD)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    runtime = entry.runtime_data
    assert runtime.runner.now() >= virtual
    assert runtime.coordinator.data.loadpoints[0].mode is Mode.PV
    assert runtime.coordinator.data.loadpoints[0].status is not Status.UNKNOWN
    assert await hass.config_entries.async_unload(entry.entry_id)  # while time stands still


async def test_a_kill_after_the_car_left_does_not_bring_its_limits_back(
    house: House, storage: dict[str, Any]
) -> None:
    await set_limits(house)
    house.status = "A"
    await house.run(2)
    assert (house.garage.limit_soc, house.garage.limit_energy) == (0, 0)
    await house.pass_time(2)
    await Death(house, storage).come_back()
    assert (house.garage.limit_soc, house.garage.limit_energy, house.garage.priority) == (0, 0, 4)


async def test_a_kill_late_in_a_delay_does_not_start_it_anew(house: House, storage: dict[str, Any]) -> None:
    house.pv = 0.0
    await house.run(1)
    since = house.runtime.site.loadpoints[0].memory.pv_timer.since
    assert since is not None
    await house.run(4)
    assert house.garage.enabled
    await Death(house, storage).come_back(after=20)
    assert house.runtime.site.loadpoints[0].memory.pv_timer.since == since
    await house.run(2)
    assert not house.garage.enabled
