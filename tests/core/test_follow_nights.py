"""Following a plan over whole nights: with restarts, without prices, and when the clock is set."""

from datetime import timedelta

import pytest

from custom_components.evcc.core.goals import RepeatingPlan, VehicleGoals
from custom_components.evcc.core.site import NO_TARIFFS

from .riders import CHEAP_NIGHT, P, Ride, at, drive, quarters, rider
from .world import reborn


def minutes_between(a: str, b: str) -> float:
    return (at(b) - at(a)).total_seconds() / 60


@pytest.mark.parametrize(
    ("prices", "minutes", "runs"),
    [
        pytest.param([10] * 8, 60, [("03:00", "04:00")], id="flat night: as late as it is cheap"),
        pytest.param(
            [10, 9, 10, 50, 50, 9, 9, 9], 75, [("02:15", "02:45"), ("03:15", "04:00")], id="two runs"
        ),
    ],
)
def test_a_night_follows_the_prices(prices: list[float], minutes: int, runs: list[tuple[str, str]]) -> None:
    ride = rider("0:00", minutes, "8:00", quarters(*prices, start="2:00"))
    ride.sockets[0].follows = True
    times = drive(ride, "9:00")
    assert len(times) == len(runs), times
    for (a, b), (x, y) in zip(times, runs, strict=True):
        assert abs(minutes_between(x, a)) <= 2
        assert abs(minutes_between(y, b)) <= 2
    assert ride.lp.charged_energy == pytest.approx(P / 1000 * minutes / 60, rel=0.05)
    assert ride.lp.goals.plan is None


@pytest.mark.parametrize("taken", [0.5, 0.9])
def test_a_car_that_takes_less_gets_more_slots(taken: float) -> None:
    ride = rider("0:00", 60, "8:00", CHEAP_NIGHT)
    ride.sockets[0].follows = True
    draw = ride.sockets[0].draw

    def slowly() -> None:
        draw()
        ride.sockets[0].power = (ride.sockets[0].power or 0) * taken

    ride.sockets[0].draw = slowly  # type: ignore[method-assign]
    drive(ride, "9:00")
    assert ride.lp.goals.plan is None
    assert ride.lp.charged_energy == pytest.approx(P / 1000, rel=0.05)


@pytest.mark.parametrize("every", [1, 7, 40])
def test_restarts_neither_toggle_the_contactor_nor_lose_the_plan(every: int) -> None:
    ride = rider("0:00", 75, "8:00", quarters(*[10] * 3, *[50] * 2, *[9] * 3, start="2:00"))
    ride.sockets[0].follows = True
    switched, cycles = [], 0
    while ride.now < at("9:00"):
        cycles += 1
        if cycles % every == 0:
            ride.site = reborn(ride.site)
        ride.cycle(surplus=-500.0)
        switched += [c.enable for c in ride.outcome.chargers if c.enable is not None]
    assert switched == [True, False, True, False]
    assert ride.lp.goals.plan is None


def test_a_restart_in_the_middle_of_a_slot_bridges_missing_prices() -> None:
    ride = rider("3:00", 60, "8:00", CHEAP_NIGHT)
    assert ride.look("3:00")
    tariffs = ride.tariffs
    ride.has_charged(4)
    ride.site = reborn(ride.site)
    ride.tariffs = NO_TARIFFS
    for _ in range(10):
        assert ride.look()
        assert ride.lp.memory.enabled
    ride.tariffs = tariffs
    assert ride.look("3:14")


def test_a_restart_while_overrunning_goes_on_as_long_as_was_planned() -> None:
    ride = Ride("6:30", soc=50)
    ride.tariffs = quarters()
    ride.car.goals = VehicleGoals(
        repeating=(RepeatingPlan(weekdays=(1,), time="07:00", tz="UTC", soc=60, active=True),)
    )
    assert ride.look()
    assert ride.look("7:05")
    ride.site = reborn(ride.site)
    assert ride.lp.planning.lock is None
    assert ride.lp.memory.plan_active
    for time in ("7:05:30", "7:20", "7:54:30"):
        assert ride.look(time)
    assert not ride.look("7:55")


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(hours=-3), timedelta(days=3)])
def test_a_clock_that_is_set_does_not_keep_a_plan_for_ever(jump: timedelta) -> None:
    ride = rider("2:00", 60, "8:00", quarters(*[10] * 4, start="2:00"))
    assert ride.look()
    ride.now += jump
    ride.cycle(5000.0)
    end = ride.lp.memory.plan_slot_end
    assert end is None or end <= ride.now + timedelta(days=1)
    for _ in range(2 * 60 * 25):
        ride.cycle(5000.0)
        if not ride.lp.memory.plan_active:
            break
    assert not ride.lp.memory.plan_active or ride.now > at("8:00")
