"""Plans in a running Home Assistant: commands, what they set off, and that they are still there afterwards."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc import _PAUSED
from custom_components.evcc.core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.core.settings import SettingError
from custom_components.evcc.store.settings import SETTINGS_KEY
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .house import CAR, GARAGE, House


@pytest.fixture
async def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> House:
    """Return a house without sun, where a car waits for some."""
    freezer.move_to("2026-06-01T00:00:00+00:00")
    house = House(hass, freezer)
    await house.build()
    house.status = "B"
    house.show()
    await house.set_up()
    await house.set_mode("pv")
    await house.run(2)
    assert not house.enabled
    return house


def soon(house: House, **delta: float) -> datetime:
    return house.runtime.runner.now() + timedelta(**delta)


async def test_an_energy_plan_charges_in_time_and_is_gone_afterwards(
    house: House, hass_storage: dict[str, Any]
) -> None:
    await house.runtime.async_set_energy_plan(0, EnergyPlan(energy=1.0, time=soon(house, minutes=20)))
    lp = house.garage
    assert (lp.plan_energy, lp.effective_plan_id, lp.plan_active) == (1.0, 1, False)
    assert lp.plan_projected_end == lp.plan_time
    await house.pass_time(2)
    assert hass_storage[SETTINGS_KEY]["data"]["loadpoints"][GARAGE]["plan"]["energy"] == 1.0
    await house.run(60)
    assert house.garage.plan_time is None
    assert house.garage.session_energy == pytest.approx(1000, abs=150)
    assert "plan" not in hass_storage[SETTINGS_KEY]["data"]["loadpoints"][GARAGE]
    assert not house.enabled


async def test_plans_come_back_after_a_restart_and_the_contactor_stays(house: House) -> None:
    house.take_calls()
    runtime = house.runtime
    weekly = (RepeatingPlan(weekdays=(1, 2), time="07:00", tz="Europe/Berlin", soc=80, active=True),)
    await runtime.async_set_energy_plan(0, EnergyPlan(energy=8.0, time=soon(house, minutes=30)))
    await runtime.async_set_soc_plan(CAR, SocPlan(soc=90, time=soon(house, hours=9)))
    await runtime.async_set_repeating_plans(CAR, weekly)
    await runtime.async_set_vehicle_strategy(CAR, Strategy(continuous=True))
    await runtime.async_set_loadpoint_strategy(0, Strategy(precondition=900))
    await house.run(2)
    assert house.garage.plan_active
    assert house.enabled
    before, car = house.garage, house.runtime.coordinator.data.vehicles[0]
    house.take_calls()
    await runtime.async_leave()
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.data[_PAUSED].clear()
    await house.pass_time(60)
    await house.set_up()
    await house.run(3)
    after = house.garage
    assert after.plan_active
    assert house.take_calls() == []
    assert (after.plan_energy, after.plan_time, after.plan_strategy) == (
        8.0,
        before.plan_time,
        Strategy(precondition=900),
    )
    again = house.runtime.coordinator.data.vehicles[0]
    assert (again.plan, again.repeating_plans, again.plan_strategy) == (
        car.plan,
        weekly,
        Strategy(continuous=True),
    )


async def test_a_command_that_comes_too_late_for_a_reload_leaves_nothing_on_the_disk(
    house: House, hass_storage: dict[str, Any]
) -> None:
    before = house.runtime
    weekly = (RepeatingPlan(weekdays=(1,), time="07:00", tz="Europe/Berlin", soc=80, active=True),)
    await before.async_set_repeating_plans(CAR, weekly)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.runtime is not before
    with pytest.raises(SettingError, match="site_reloading"):
        await before.async_set_soc_plan(CAR, SocPlan(soc=90, time=soon(house, hours=9)))
    with pytest.raises(SettingError, match="site_reloading"):
        await before.async_set_repeating_plans(CAR, ())
    await house.pass_time(5)
    stored = hass_storage[SETTINGS_KEY]["data"]["vehicles"][CAR]
    assert "plan" not in stored
    assert len(stored["repeatingPlans"]) == 1


async def test_plans_are_refused_as_in_the_core_and_leave_all_as_it_was(house: House) -> None:
    runtime = house.runtime
    with pytest.raises(SettingError, match="plan_in_past"):
        await runtime.async_set_energy_plan(0, EnergyPlan(energy=1.0, time=soon(house, seconds=-1)))
    with pytest.raises(SettingError, match="vehicle_unknown"):
        await runtime.async_set_soc_plan("nobody", None)
    with pytest.raises(SettingError, match="plan_needs_soc"):
        runtime.preview_soc(0, 80, soon(house, hours=1))
    with pytest.raises(SettingError, match="timezone_unknown"):
        runtime.preview_repeating(0, 80, [1], "07:00", "Nowhere")
    assert house.garage.plan_time is None


async def test_reading_and_trying_plans(house: House) -> None:
    runtime = house.runtime
    assert runtime.plan(0).time is None
    found = runtime.preview_energy(0, 11.04, soon(house, hours=3))
    assert found.duration == pytest.approx(3600)
    assert found.slots is not None
    assert found.slots[-1].end == soon(house, hours=3)
    assert house.garage.plan_time is None
    await runtime.async_set_energy_plan(0, EnergyPlan(energy=11.04, time=soon(house, hours=3)))
    present = runtime.plan(0)
    assert (present.id, present.slots) == (1, found.slots)


async def test_an_overrun_is_an_event(hass: HomeAssistant, house: House) -> None:
    shown: list[dict[str, Any]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (new := event.data["new_state"]) is not None and new.domain == "event":
            shown.append(dict(new.attributes))

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await house.runtime.async_set_energy_plan(0, EnergyPlan(energy=11.04, time=soon(house, minutes=30)))
    await house.run(4)
    overruns = [a for a in shown if a["event_type"] == "planoverrun"]
    assert [(a["overrun"], a["level"]) for a in overruns] == [(pytest.approx(1800), None)]
