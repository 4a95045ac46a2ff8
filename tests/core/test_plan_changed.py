"""A plan that is changed while it is followed: what was begun for the plan before is not finished first."""

from collections.abc import Callable

import pytest

from custom_components.evcc.core import commands
from custom_components.evcc.core.goals import EnergyPlan, SocPlan

from .riders import Ride, at, quarters, repeating

CHEAP_AT_THREE = quarters(*[10] * 8, start="3:00")


def postpone(ride: Ride) -> None:
    commands.set_soc_plan(ride.site, "car", SocPlan(soc=60, time=at("7:00")), ride.now)


def leave_to_the_week(ride: Ride) -> None:
    commands.set_repeating_plans(ride.site, "car", [repeating(60, "07:00", 0, 1)], ride.now)
    commands.set_soc_plan(ride.site, "car", None, ride.now)


def late() -> Ride:
    """Return a ride that charges at one o'clock: it has half an hour for 50 min."""
    ride = Ride("1:00", soc=50)
    ride.tariffs = CHEAP_AT_THREE
    ride.wants_soc(60, "1:30")
    assert ride.look()
    assert ride.lp.planning.overrun > 0
    return ride


@pytest.mark.parametrize("change", [postpone, leave_to_the_week])
def test_a_plan_that_gets_time_waits_for_its_hours(change: Callable[[Ride], None]) -> None:
    ride = late()
    change(ride)
    assert not ride.look("1:01")
    assert ride.slots() == [("04:10", "05:00")]


def test_an_energy_plan_that_gets_time_waits_for_its_hours() -> None:
    ride = Ride("1:00")
    ride.tariffs = CHEAP_AT_THREE
    ride.wants(1, "1:30")
    assert ride.look()
    commands.set_energy_plan(ride.site, 0, EnergyPlan(energy=9.2, time=at("7:00")), ride.now)
    assert not ride.look("1:01")


def test_the_same_plan_once_more_changes_nothing() -> None:
    ride = late()
    end = ride.lp.memory.plan_slot_end
    commands.set_soc_plan(ride.site, "car", SocPlan(soc=60, time=at("1:30")), ride.now)
    assert ride.lp.memory.plan_slot_end == end
    assert ride.look("1:01")


def test_plans_of_another_vehicle_change_nothing_here() -> None:
    ride = late()
    end = ride.lp.memory.plan_slot_end
    commands.set_soc_plan(ride.site, "second", SocPlan(soc=60, time=at("7:00")), ride.now)
    assert ride.lp.memory.plan_slot_end == end
    assert ride.look("1:01")
