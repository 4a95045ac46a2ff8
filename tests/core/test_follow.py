"""Following a plan: what begins it, keeps it, ends it, and examples of that."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.core import commands, follow, memory
from custom_components.evcc.core.goals import (
    EnergyPlan,
    LoadpointGoals,
    RepeatingPlan,
    SocPlan,
    Strategy,
    VehicleGoals,
)
from custom_components.evcc.core.model import Mode, Reason, Status
from custom_components.evcc.core.rates import Tariff, Tariffs
from custom_components.evcc.core.settings import Scope

from .riders import CHEAP_NIGHT, P, Ride, at, drive, quarters, rider
from .wiring import A

PIECE = Strategy(continuous=True)


# ---------------------------------------------------------------------- to begin


@pytest.mark.parametrize(
    ("now", "prices", "active"),
    [
        pytest.param("3:51", {"3:45": 1, "5:00": 2}, False, id="plan50 nine minutes of a slot"),
        pytest.param("3:51", {"3:45": 1, "4:00": 2}, True, id="plan50 another slot follows"),
        pytest.param("3:45:30", {"3:45": 1, "5:00": 2}, True, id="plan50 nearly all of the slot"),
        pytest.param("3:46", {"3:45": 1, "5:00": 2}, True, id="just enough"),
        pytest.param("3:46:01", {"3:45": 1, "5:00": 2}, False, id="just too little"),
        pytest.param("3:30", {"3:45": 1, "5:00": 2}, False, id="before the slot"),
    ],
)
def test_activation(now: str, prices: dict[str, int], active: bool) -> None:
    values = [prices.get(f"{i // 4}:{i % 4 * 15:02}", 50) for i in range(192)]
    ride = rider(now, 24, "8:00", quarters(*values))
    assert ride.look() is active


@pytest.mark.parametrize(
    ("minutes", "now", "by"),
    [
        pytest.param(10, "3:00", "8:00", id="the only slot"),
        pytest.param(10, "7:50", "8:00", id="the last minutes"),
        pytest.param(3, "7:57", "8:00", id="three minutes"),
    ],
)
def test_mend_49_a_short_slot_is_begun_when_it_is_the_only_or_last_chance(
    minutes: int, now: str, by: str
) -> None:
    ride = rider(now, minutes, by, quarters(1, start="3:00"))
    assert ride.look()
    assert ride.done().enable is True


def test_mend_49_a_vehicle_that_needs_few_minutes_reaches_its_goal() -> None:
    ride = rider("0:00", 10, "8:00", quarters(1, start="3:00"))
    ride.sockets[0].follows = True
    drive(ride, "8:01")
    assert ride.lp.charged_energy == pytest.approx(P / 6000, rel=0.1)
    assert ride.lp.goals.plan is None


def test_not_connected_and_nothing_planned_is_not_active() -> None:
    assert not Ride("0:00").look()
    ride = Ride("0:00", status=A)
    ride.wants(2, "1:00")
    assert not ride.look()
    assert ride.lp.planning.shown is None


def test_an_active_plan_charges_with_full_power_in_every_mode_but_off() -> None:
    for mode in Mode:
        ride = rider("0:00", 120, "1:00")
        ride.lp.settings.mode = mode
        assert ride.look(), "the plan shows as active even in mode off"
        assert ride.done().enable is (None if mode is Mode.OFF else True)
        assert ride.lp.settings.mode is mode


def test_the_reason_tells_until_when() -> None:
    ride = rider("2:00", 60, "8:00", quarters(*[10] * 4, start="2:00"))
    assert ride.look()
    why = ride.lp.memory.why
    assert (why.reason, why.until) == (Reason.PLAN_ACTIVE, at("3:00"))


def test_the_wait_is_visible() -> None:
    ride = rider("0:00", 60, "8:00", CHEAP_NIGHT)
    assert not ride.look()
    planning = ride.lp.planning
    assert (planning.start, planning.end) == (at("3:00"), at("4:00"))
    assert ride.slots() == [("03:00", "04:00")]


# ---------------------------------------------------------------------- to go on


def test_plan51_short_breaks_are_bridged() -> None:
    ride = rider("0:00", 35, "0:45", quarters(10, 12, 11))
    assert ride.look("0:00")
    assert ride.slots() == [("00:00", "00:20"), ("00:30", "00:45")]
    for minute, start in ((15, 25), (16, 26), (20, 30)):
        ride.has_charged(minute)
        assert ride.look(f"0:{minute}")
        assert ride.slots() == [(f"00:{start}", "00:45")]
    for minute in range(21, 35):
        ride.has_charged(minute)
        assert ride.look(f"0:{minute}")
    ride.has_charged(35)
    assert not ride.look("0:35")
    assert ride.lp.goals.plan is None


def test_a_short_break_lasts_to_the_end_of_what_comes_after_it() -> None:
    ride = rider("0:00", 35, "0:45", quarters(10, 12, 11))
    assert ride.look("0:00")
    ride.has_charged(17)
    assert ride.look("0:17")
    assert ride.slots() == [("00:27", "00:45")]
    assert ride.lp.planning.until == at("0:45")


def test_plan51_longer_ones_are_not() -> None:
    ride = rider("0:00", 45, "1:00", quarters(10, 50, 11, 11))
    assert ride.look("0:00")
    ride.has_charged(15)
    assert not ride.look("0:15")
    assert ride.slots() == [("00:30", "01:00")]


def active_at(now: str, minutes: float, by: str, tariffs: Tariffs, **more: Any) -> Ride:
    """Return a ride whose plan was followed until now."""
    ride = rider(now, minutes, by, tariffs, **more)
    ride.lp.memory.plan_active = True
    return ride


LATER = quarters(*[10] * 8, start="5:00")


def test_a_begun_slot_is_finished() -> None:
    ride = active_at("3:05", 30, "8:00", LATER)
    ride.lp.memory.plan_slot_end = at("3:15")
    assert ride.look()
    assert ride.lp.planning.until == at("3:15")
    assert not ride.look("3:15")
    assert ride.lp.memory.plan_slot_end is None


def test_a_begun_slot_is_finished_when_prices_are_missing_suddenly() -> None:
    ride = active_at("3:05", 30, "72:00", LATER)
    ride.lp.memory.plan_slot_end = at("3:15")
    assert ride.look()
    assert not ride.look("3:15")


@pytest.mark.parametrize(("minutes", "active"), [(14.9, True), (15, False)])
def test_a_small_rest_is_finished_at_once(minutes: float, active: bool) -> None:
    assert active_at("3:00", minutes, "8:00", LATER).look() is active


@pytest.mark.parametrize(
    ("now", "active"), [("4:46:30", True), ("4:46:01", True), ("4:46", False), ("4:00", False)]
)
def test_a_break_of_less_than_fourteen_minutes_is_not_made(now: str, active: bool) -> None:
    ride = active_at(now, 60, "8:00", quarters(*[10] * 4, start="5:00"))
    assert ride.look() is active


def test_one_piece_is_never_interrupted() -> None:
    ride = active_at("3:00", 60, "8:00", LATER)
    ride.lp.goals = replace(ride.lp.goals, strategy=PIECE)
    assert ride.look()
    assert (ride.lp.planning.start, ride.lp.planning.end) == (at("3:00"), at("4:00"))


@pytest.mark.parametrize("slot_end", [None, "3:15"])
@pytest.mark.parametrize("strategy", [Strategy(), PIECE])
def test_what_is_left_for_the_end_waits_for_it(slot_end: str | None, strategy: Strategy) -> None:
    """Before its precondition, what is left belongs to the time right before the target."""
    ride = active_at("3:05", 10, "8:00", LATER, precondition=900)
    ride.lp.goals = replace(ride.lp.goals, strategy=strategy)
    ride.lp.memory.plan_slot_end = None if slot_end is None else at(slot_end)
    assert not ride.look()


def test_the_car_charges_beyond_the_target_until_the_goal_or_it_leaves() -> None:
    ride = active_at("8:05", 30, "8:00", LATER)
    assert ride.look()
    ride.has_charged(29)
    assert ride.look("8:34")
    ride.sockets[0].status = A
    assert not ride.look()


def test_plan52_overrun() -> None:
    ride = Ride("6:30", soc=50)
    ride.tariffs = quarters()
    ride.car.goals = VehicleGoals(
        repeating=(RepeatingPlan(weekdays=(1,), time="07:00", tz="UTC", soc=60, active=True),)
    )
    assert ride.look()
    assert ride.lp.planning.overrun == 1200
    assert ride.overruns() == [1200]
    assert ride.slots() == [("06:30", "07:20")]
    goal = ride.lp.planning.lock
    assert goal is not None
    assert (goal.id, goal.soc, goal.time) == (2, 60, at("7:00"))
    for minute in (31, 40, 59):
        assert ride.look(f"6:{minute}")
        assert ride.overruns() == []
    assert ride.look("7:05")
    assert ride.lp.planning.lock == goal
    ride.has_soc(60)
    assert not ride.look("7:20")
    assert ride.lp.planning.lock is None
    assert ride.car.goals.repeating


def test_an_overrun_of_less_than_two_minutes_is_shown_but_not_announced() -> None:
    """Who begins as late as possible loses a cycle or two until the charger follows: no alarm each night."""
    ride = rider("7:00", 60, "8:00")
    assert ride.look()
    assert (ride.lp.planning.overrun, ride.overruns()) == (0, [])
    assert ride.look("7:00:30")
    assert (ride.lp.planning.overrun, ride.overruns()) == (30, [])
    assert ride.look("7:02")
    assert (ride.lp.planning.overrun, ride.overruns()) == (120, [])
    assert ride.look("7:02:30")
    assert (ride.lp.planning.overrun, ride.overruns()) == (150, [150])
    assert ride.look("7:03")
    assert ride.overruns() == []


# ---------------------------------------------------------------------- to end


def test_a_reached_plan_is_deleted() -> None:
    ride = Ride("6:30", soc=50)
    ride.wants_soc(60, "7:00")
    assert ride.look()
    ride.has_soc(60)
    assert not ride.look("6:50")
    assert ride.car.goals.plan is None
    assert not ride.lp.memory.plan_active


def test_a_full_battery_may_balance_until_the_car_leaves() -> None:
    ride = Ride("6:30", soc=99)
    ride.wants_soc(100, "6:30")
    assert ride.look()
    ride.has_soc(100)
    assert ride.look()
    assert ride.look("9:00")
    assert ride.car.goals.plan is not None
    ride.sockets[0].status = A
    assert not ride.look()


def test_a_missed_plan_that_was_not_active_is_deleted() -> None:
    ride = rider("7:00", 600, "8:00")
    ride.sockets[0].status = A
    assert not ride.look()
    assert not ride.look("9:00")
    assert ride.lp.goals.plan is not None, "nobody is there to have missed it"
    ride.sockets[0].status = Status.B
    assert not ride.look("9:01")
    assert ride.lp.goals.plan is None


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        pytest.param("2026-03-28", 6, id="winter"),
        pytest.param("2026-03-29", 5, id="the clocks go forward"),
        pytest.param("2026-10-24", 5, id="summer"),
        pytest.param("2026-10-25", 6, id="the clocks go back"),
    ],
)
def test_seven_in_the_morning_in_weeks_in_which_the_clocks_change(day: str, utc: int) -> None:
    ride = Ride("0:00", soc=50)
    daily = RepeatingPlan(weekdays=tuple(range(7)), time="07:00", tz="Europe/Berlin", soc=60, active=True)
    ride.car.goals = VehicleGoals(repeating=(daily,))
    due = datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(hours=utc)
    for minutes, active in ((-600, False), (-51, False), (-50, True), (0, True), (30, True)):
        ride.now = due + timedelta(minutes=minutes)
        assert ride.look() is active
    ride.has_soc(60)
    assert not ride.look()
    assert ride.lp.planning.goal is not None
    assert ride.lp.planning.goal.time == due


def test_a_plan_that_was_met_before_it_began_stays() -> None:
    ride = Ride("0:00", soc=70)
    ride.wants_soc(60, "7:00")
    assert not ride.look()
    assert not ride.look("8:00")
    assert ride.car.goals.plan is not None
    ride.has_soc(50)
    assert not ride.look("8:01")
    assert ride.car.goals.plan is None


def test_a_repeating_plan_rolls_over() -> None:
    ride = Ride("7:00:01", soc=57)
    ride.tariffs = quarters()
    ride.car.goals = VehicleGoals(
        repeating=(RepeatingPlan(weekdays=(1, 2), time="07:00", tz="UTC", soc=58, active=True),)
    )
    assert not ride.look()
    goal = ride.lp.planning.goal
    assert goal is not None
    assert goal.time == at("31:00")


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.NOW])
def test_a_change_of_mode_ends_it_and_the_next_cycle_may_begin_it(mode: Mode) -> None:
    ride = rider("2:00", 60, "8:00", quarters(*[10] * 4, start="2:00"))
    assert ride.look()
    assert ride.lp.memory.plan_slot_end is not None
    commands.change(ride.site, Scope.LOADPOINT, 0, "mode", mode, ride.now)
    m = ride.lp.memory
    assert (m.plan_active, m.plan_slot_end, ride.lp.planning.lock) == (False, None, None)
    assert ride.look()


def test_nothing_is_evaluated_while_the_charger_does_not_answer() -> None:
    ride = rider("2:00", 60, "8:00", quarters(*[10] * 4, start="2:00"))
    assert ride.look()
    ride.sockets[0].status = None  # type: ignore[assignment]
    assert ride.look("5:00")
    ride.sockets[0].status = Status.B
    ride.sockets[0].more = {"dimmed": True}
    assert ride.look("5:01")
    ride.sockets[0].more = {}
    assert not ride.look("5:02")


def test_without_any_power_nothing_is_planned_or_deleted() -> None:
    ride = rider("7:00", 600, "8:00")
    ride.lp.settings.max_current = 0.0
    assert not ride.look()
    assert ride.lp.goals.plan is not None


# ---------------------------------------------------------------------- the goal stays


def two_plans() -> Ride:
    ride = Ride("1:00", soc=50)
    ride.tariffs = quarters(*[10] * 8, start="1:00")
    ride.wants_soc(60, "7:00")
    return ride


def test_a_more_urgent_plan_does_not_take_over_a_running_one() -> None:
    ride = two_plans()
    ride.look("1:00")
    assert ride.look("2:30")
    ride.car.goals = replace(
        ride.car.goals,
        repeating=(RepeatingPlan(weekdays=(1,), time="06:00", tz="UTC", soc=90, active=True),),
    )
    assert ride.look()
    assert ride.lp.planning.goal is not None
    assert ride.lp.planning.goal.id == 1
    ride.lp.planning.lock = None  # as commands do
    ride.look()
    assert ride.lp.planning.goal.id == 2


def test_another_vehicle_is_not_bound_to_the_goal() -> None:
    ride = two_plans()
    assert ride.look("2:30")
    assert ride.lp.planning.lock is not None
    commands.select_vehicle(ride.site, 0, "second", ride.now)
    assert ride.lp.planning.lock is None
    assert not ride.look()


def test_another_vehicle_does_not_finish_what_was_begun() -> None:
    """The end of an overrun may be hours away."""
    ride = Ride("6:30", soc=10)
    ride.wants_soc(80, "7:00")
    assert ride.look()
    assert ride.lp.memory.plan_slot_end == at("12:20")
    ride.lp.goals = LoadpointGoals(plan=EnergyPlan(energy=P / 1000, time=at("20:00")))
    commands.select_vehicle(ride.site, 0, "second", ride.now)
    assert not ride.look("6:31")
    assert ride.slots() == [("19:00", "20:00")]


def test_locks_are_not_stored() -> None:
    ride = two_plans()
    ride.look("2:30")
    assert ride.lp.planning.lock is not None
    stored = memory.dump(ride.site.memory)["loadpoints"]["lp1"]
    assert {k for k in stored if k.startswith("plan")} == {
        "plan_active",
        "plan_slot_end",
        "plan_overrun_sent",
        "plan_energy_offset",
    }


# ---------------------------------------------------------------------- only when something changed


def count_plans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    real = follow.planner.plan

    def counted(*args: Any, **options: Any) -> Any:
        calls.append(1)
        return real(*args, **options)

    monkeypatch.setattr(follow.planner, "plan", counted)
    return calls


def test_an_equal_cycle_plans_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_plans(monkeypatch)
    ride = rider("0:00", 60, "8:00", CHEAP_NIGHT)
    for _ in range(60):  # half an hour
        ride.cycle(5000.0)
    assert len(calls) == 2, "once a quarter of an hour"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda r: r.wants(1.2, "8:00"), id="energy"),
        pytest.param(lambda r: r.wants(1, "8:30"), id="time"),
        pytest.param(lambda r: r.has_charged(1), id="charged meanwhile"),
        pytest.param(lambda r: setattr(r.lp.settings, "max_current", 10), id="less current"),
        pytest.param(
            lambda r: setattr(r.lp, "goals", replace(r.lp.goals, strategy=PIECE)), id="another strategy"
        ),
        pytest.param(
            lambda r: setattr(r, "tariffs", Tariffs(grid=Tariff(r.tariffs.grid.kind, r.tariffs.grid.slots))),
            id="new prices",
        ),
        pytest.param(lambda r: setattr(r, "now", r.now - timedelta(hours=1)), id="clock set back"),
    ],
)
def test_what_changes_a_plan(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    calls = count_plans(monkeypatch)
    ride = rider("0:01", 60, "8:00", CHEAP_NIGHT)
    ride.cycle(5000.0)
    ride.cycle(5000.0)
    assert len(calls) == 1
    change(ride)
    ride.cycle(5000.0)
    assert len(calls) == 2


def test_each_loadpoint_has_its_own() -> None:
    ride = Ride("0:00")
    other = type(ride)("0:00")
    ride.wants(1, "1:00")
    assert ride.look()
    assert not other.look()


def test_a_static_plan_of_the_vehicle_counts_where_it_stands() -> None:
    ride = Ride("0:00", soc=50)
    ride.site.vehicles["second"].goals = VehicleGoals(plan=SocPlan(soc=90, time=at("1:00")))
    assert not ride.look()
