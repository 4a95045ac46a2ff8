"""Plans: what they need, which one counts, setting, reading and trying them, and that they survive a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core import commands, memory, occurrence, plan, requirement
from custom_components.evcc.core.config import CircuitConfig, LoadpointConfig, VehicleConfig
from custom_components.evcc.core.estimator import start
from custom_components.evcc.core.goals import (
    NO_STRATEGY,
    EnergyPlan,
    LoadpointGoals,
    RepeatingPlan,
    SocPlan,
    Strategy,
    VehicleGoals,
)
from custom_components.evcc.core.model import Feature
from custom_components.evcc.core.outlook import Goal
from custom_components.evcc.core.plan import Planned
from custom_components.evcc.core.settings import SettingError
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench
from .riders import P, Ride, at, quarters, repeating
from .wiring import SINGLE, A

V230 = 230.0
LATE = datetime(2026, 6, 20, tzinfo=UTC)


def span(text: str) -> float:
    return (at(text) - at("0:00")).total_seconds()


# ---------------------------------------------------------------------- what a plan needs


@pytest.mark.parametrize(
    ("capacity", "soc", "goal", "power", "expected"),
    [
        pytest.param(50, 20, 80, 11_040, "3:11:49", id="plan46 50 kWh"),
        pytest.param(77, 35, 80, 11_040, "3:41:33", id="plan46 77 kWh"),
        pytest.param(77, 60, 100, 11_040, "3:58:59", id="plan46 to the full"),
        pytest.param(40, 50, 100, 3_680, "6:35:39", id="plan46 one phase"),
        pytest.param(60, 40, 90, 22_080, "1:56:04", id="plan46 22 kW"),
        pytest.param(77, None, 10, 11_040, "0:49:14", id="unknown counts as empty"),
        pytest.param(77, 80, 80, 11_040, "0:00", id="reached"),
        pytest.param(77, 90, 80, 11_040, "0:00", id="beyond"),
        pytest.param(77, 60, 250, 11_040, "3:58:59", id="no more than full"),
        pytest.param(77, 60, 80, 0, "0:00", id="no power"),
    ],
)
def test_time_for_a_state_of_charge(
    capacity: float, soc: float | None, goal: int, power: float, expected: str
) -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=capacity),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = soc
    assert requirement.seconds(lp, Goal(id=1, time=LATE, soc=goal), power) == span(expected)


def test_what_was_learned_counts() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=50),))
    lp = bench.put(vehicle="car")
    lp.memory.soc, lp.memory.estimator = 20, start(50)
    goal = Goal(id=1, time=LATE, soc=80)
    assert requirement.seconds(lp, goal, P) == span("3:11:49")
    lp.memory.estimator.step *= 1.1
    assert requirement.seconds(lp, goal, P) == pytest.approx(span("3:11:49") * 1.1, abs=1)
    lp.memory.estimator.step = 1
    assert requirement.seconds(lp, goal, P) == pytest.approx(span("3:11:49") * 0.85, abs=1)


@pytest.mark.parametrize(
    ("offset", "charged", "expected"),
    [
        pytest.param(3, 7, "1:05:13", id="plan47 from when it was set"),
        pytest.param(0, 12, "0:00", id="reached"),
        pytest.param(0, 20, "0:00", id="beyond"),
        pytest.param(-2, 0, "1:21:31", id="before midnight, too"),
    ],
)
def test_time_for_an_energy(offset: float, charged: float, expected: str) -> None:
    lp = Bench(SINGLE).put()
    lp.memory.plan_energy_offset, lp.memory.accounting.total = offset, charged
    goal = Goal(id=1, time=LATE, energy=12)
    assert requirement.seconds(lp, goal, 7_360) == pytest.approx(span(expected), abs=0.6)


def test_an_energy_plan_counts_from_when_it_was_set_and_anew_for_the_next_vehicle() -> None:
    ride = Ride("0:00")
    ride.lp.memory.accounting.total = 3.0
    commands.set_energy_plan(ride.site, 0, EnergyPlan(energy=12, time=at("8:00")), ride.now)
    ride.lp.memory.accounting.total = 7.0
    assert plan.present(ride.site, 0, ride.now).duration == pytest.approx(8 / 11.04 * 3600)
    commands.set_energy_plan(ride.site, 0, EnergyPlan(energy=12, time=at("8:00")), ride.now)
    assert plan.present(ride.site, 0, ride.now).duration == pytest.approx(8 / 11.04 * 3600)
    ride.sockets[0].status = A
    ride.look()
    ride.sockets[0].status = ride.lp.memory.status.B
    ride.look()
    assert ride.lp.memory.plan_energy_offset == 0
    assert plan.present(ride.site, 0, ride.now).duration == pytest.approx(12 / 11.04 * 3600)


@pytest.mark.parametrize(
    ("vehicle", "soc", "expected"),
    [
        pytest.param(VehicleConfig(name="car", capacity=60), None, True, id="online, not read yet"),
        pytest.param(VehicleConfig(name="car", capacity=60), 50, True, id="online"),
        pytest.param(VehicleConfig(name="car"), 50, False, id="capacity unknown"),
        pytest.param(
            VehicleConfig(name="car", capacity=60, features=frozenset({Feature.OFFLINE})),
            None,
            False,
            id="offline",
        ),
        pytest.param(
            VehicleConfig(name="car", capacity=60, features=frozenset({Feature.OFFLINE})),
            50,
            True,
            id="charger knows",
        ),
    ],
)
def test_by_soc_or_by_energy(vehicle: VehicleConfig, soc: float | None, expected: bool) -> None:
    bench = Bench(vehicles=(vehicle,))
    lp = bench.put(vehicle="car")
    lp.memory.soc = soc
    lp.goals = LoadpointGoals(plan=EnergyPlan(energy=5, time=at("40:00")), strategy=Strategy(precondition=1))
    bench.site.vehicles["car"].goals = VehicleGoals(
        plan=SocPlan(soc=90, time=at("41:00")), strategy=Strategy(precondition=2)
    )
    goal = requirement.effective_goal(lp, bench.now, V230)
    assert goal is not None
    assert (goal.soc, goal.energy) == ((90, 0) if expected else (0, 5))
    assert requirement.strategy(lp).precondition == (2 if expected else 1)


def test_power_is_limited_by_vehicle_and_circuit() -> None:
    car = VehicleConfig(name="car", capacity=60, on_max_power=9000, features=frozenset({Feature.STREAMING}))
    point = LoadpointConfig(name="lp1", circuit="main")
    bench = Bench(point, vehicles=(car,), circuits=(CircuitConfig(name="main", max_power=7000),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = 50
    assert plan.preview_soc(bench.site, 0, 60, at("40:00"), bench.now).power == 7000
    lp.circuit = None
    assert plan.preview_soc(bench.site, 0, 60, at("40:00"), bench.now).power == 9000


# ---------------------------------------------------------------------- which one counts


def choice(soc: float | None, now: str, *plans: RepeatingPlan, own: SocPlan | None = None) -> Goal | None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=77),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = soc
    bench.site.vehicles["car"].goals = VehicleGoals(plan=own, repeating=plans)
    return requirement.effective_goal(lp, at(now), V230)


@pytest.mark.parametrize(("soc", "expected"), [(40, 2), (59.9, 2), (60, 1), (79, 1), (80, 0)])
def test_plan48_the_most_urgent_plan_that_is_not_reached(soc: float, expected: int) -> None:
    friday = SocPlan(soc=80, time=at("103:00"))
    goal = choice(soc, "50:00", repeating(60, "07:00", 4), own=friday)
    assert (0 if goal is None else goal.id) == expected


def test_plan48_durations() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=77),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = 40
    assert requirement.seconds(lp, Goal(id=1, time=LATE, soc=80), P) == span("3:16:56")
    assert requirement.seconds(lp, Goal(id=2, time=LATE, soc=60), P) == span("1:38:28")


def test_plan49_urgency_is_when_to_begin_not_when_to_end() -> None:
    goal = choice(40, "0:00", repeating(50, "08:00", 1), repeating(90, "09:00", 1))
    assert goal is not None
    assert (goal.id, goal.soc) == (3, 90)


@pytest.mark.parametrize(
    ("plans", "own", "expected"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param([repeating(60, "07:00", 1)], None, 2, id="first of the list"),
        pytest.param(
            [repeating(60, "06:00", 1, active=False), repeating(60, "07:00", 1)], None, 3, id="inactive"
        ),
        pytest.param([repeating(60, "07:00")], None, None, id="no weekday"),
        pytest.param([repeating(60, "7"), repeating(60, "07:00", 1)], None, 3, id="unreadable time"),
        pytest.param([repeating(60, "07:00", 1)] * 2, None, 2, id="equals: the first"),
        pytest.param([repeating(60, "07:00", 1)], SocPlan(soc=60, time=at("7:00")), 1, id="equals: its own"),
        pytest.param([], SocPlan(soc=60, time=at("-1:00")), 1, id="its own, past"),
        pytest.param([repeating(0, "07:00", 1)], None, None, id="nothing wanted"),
    ],
)
def test_candidates(plans: list[RepeatingPlan], own: SocPlan | None, expected: int | None) -> None:
    goal = choice(40, "0:00", *plans, own=own)
    assert (None if goal is None else goal.id) == expected


def test_unknown_soc_counts_as_below_every_goal() -> None:
    goal = choice(None, "0:00", repeating(1, "07:00", 1))
    assert goal is not None
    assert goal.id == 2


def test_ranking_leaves_the_circuits_out() -> None:
    """A tight circuit makes every plan longer, the longer ones more so; it must not reorder them."""
    car = VehicleConfig(name="car", capacity=77)
    point = LoadpointConfig(name="lp1", circuit="main")
    bench = Bench(point, vehicles=(car,), circuits=(CircuitConfig(name="main", max_power=2000),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = 40
    bench.site.vehicles["car"].goals = VehicleGoals(
        repeating=(repeating(45, "06:00", 2), repeating(60, "09:00", 2))
    )
    goal = requirement.effective_goal(lp, bench.now, V230)
    assert goal is not None
    assert goal.id == 2


def test_a_hundred_repeating_plans() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=77),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = 10
    plans = tuple(repeating(100 - i // 2, f"{i % 24}:{i % 60:02}", i % 7) for i in range(100))
    commands.set_repeating_plans(bench.site, "car", plans, bench.now)
    now = bench.now
    for _ in range(7 * 24):
        now += timedelta(hours=1)
        goal = requirement.effective_goal(lp, now, V230)
        assert goal is not None
        assert now <= goal.time <= now + timedelta(days=7)
        assert plans[goal.id - 2].soc == goal.soc
        begins = goal.time - timedelta(seconds=requirement.seconds(lp, goal, P))
        for index, one in enumerate(plans):
            due = occurrence.next_occurrence(one, now)
            assert due is not None
            other = Goal(id=2 + index, time=due, soc=one.soc)
            assert begins <= due - timedelta(seconds=requirement.seconds(lp, other, P))
        assert requirement.effective_goal(lp, now, V230) is goal


def test_goals_follow_time_without_any_change() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=77),))
    lp = bench.put(vehicle="car")
    lp.memory.soc = 40
    bench.site.vehicles["car"].goals = VehicleGoals(repeating=(repeating(60, "12:07", *range(7)),))
    due = []
    for minute in (0, 6, 7, 8):
        goal = requirement.effective_goal(lp, at(f"12:0{minute}"), V230)
        due.append(goal and goal.time)
    assert due == [at("12:07")] * 3 + [at("36:07")]


# ---------------------------------------------------------------------- setting


def refused(call: Any, *args: Any) -> str:
    with pytest.raises(SettingError) as caught:
        call(*args)
    return caught.value.key


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        pytest.param(SocPlan(soc=80, time=at("7:00")), True, id="a plan"),
        pytest.param(SocPlan(soc=0, time=at("7:00")), False, id="of nothing"),
        pytest.param(None, False, id="none"),
        pytest.param(SocPlan(soc=80, time=at("1:00")), True, id="for right now"),
    ],
)
def test_set_soc_plan(own: SocPlan | None, kept: bool) -> None:
    ride = Ride("1:00", soc=50)
    ride.wants_soc(60, "5:00")
    ride.lp.planning.lock = Goal(id=1, time=at("5:00"), soc=60)
    assert commands.set_soc_plan(ride.site, "car", own, ride.now) is False
    assert ride.car.goals.plan == (own if kept else None)
    assert ride.lp.planning.lock is None


@pytest.mark.parametrize("soc", [80, 0])
def test_a_plan_for_the_past_is_refused_and_changes_nothing(soc: int) -> None:
    ride = Ride("1:00", soc=50)
    ride.wants_soc(60, "5:00")
    before = ride.car.goals
    past = at("0:59:59")
    assert (
        refused(commands.set_soc_plan, ride.site, "car", SocPlan(soc=soc, time=past), ride.now)
        == "plan_in_past"
    )
    energy = EnergyPlan(energy=soc, time=past)
    assert refused(commands.set_energy_plan, ride.site, 0, energy, ride.now) == "plan_in_past"
    assert ride.car.goals is before


@pytest.mark.parametrize("energy", [float("inf"), float("nan"), -float("inf")])
def test_an_energy_that_is_no_number_is_refused(energy: float) -> None:
    ride = Ride("1:00")
    wanted = EnergyPlan(energy=energy, time=at("7:00"))
    assert refused(commands.set_energy_plan, ride.site, 0, wanted, ride.now) == "value_not_number"


def test_times_are_kept_in_utc() -> None:
    ride = Ride("1:00", soc=50)
    local = at("7:00").astimezone(ZoneInfo("Europe/Berlin"))
    commands.set_soc_plan(ride.site, "car", SocPlan(soc=60, time=local), ride.now)
    commands.set_energy_plan(ride.site, 0, EnergyPlan(energy=6, time=local), ride.now)
    last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    plan.preview_soc(ride.site, 0, 60, last, ride.now)
    for kept in (ride.car.goals.plan, ride.lp.goals.plan):
        assert kept is not None
        assert (kept.time, kept.time.tzinfo) == (at("7:00"), UTC)
    slots = plan.preview_soc(ride.site, 0, 60, local, ride.now).slots
    assert slots is not None
    assert slots[0].start.tzinfo is UTC


def test_unknown_names_are_refused() -> None:
    ride = Ride("1:00")
    assert refused(commands.set_soc_plan, ride.site, "nobody", None, ride.now) == "vehicle_unknown"
    assert refused(commands.set_repeating_plans, ride.site, "nobody", [], ride.now) == "vehicle_unknown"
    assert (
        refused(commands.set_vehicle_strategy, ride.site, "nobody", NO_STRATEGY, ride.now)
        == "vehicle_unknown"
    )
    assert refused(commands.set_energy_plan, ride.site, 7, None, ride.now) == "loadpoint_unknown"
    assert (
        refused(commands.set_loadpoint_strategy, ride.site, 7, NO_STRATEGY, ride.now) == "loadpoint_unknown"
    )


def test_set_repeating_plans_replaces_all_or_nothing() -> None:
    ride = Ride("1:00", soc=50)
    first = [repeating(60, "07:00", 1), repeating(70, "08:00", 2, active=False)]
    ride.lp.planning.lock = Goal(id=1, time=at("5:00"), soc=60)
    assert commands.set_repeating_plans(ride.site, "car", first, ride.now) is False
    assert ride.car.goals.repeating == tuple(first)
    assert ride.lp.planning.lock is None
    bad = [repeating(60, "07:00", 1), repeating(60, "07:00", 8)]
    assert refused(commands.set_repeating_plans, ride.site, "car", bad, ride.now) == "weekday_out_of_range"
    assert ride.car.goals.repeating == tuple(first)
    commands.set_repeating_plans(ride.site, "car", [], ride.now)
    assert ride.car.goals.repeating == ()


def test_set_energy_plan() -> None:
    ride = Ride("1:00")
    wanted = EnergyPlan(energy=5, time=at("7:00"))
    assert commands.set_energy_plan(ride.site, 0, wanted, ride.now) is True
    assert commands.set_energy_plan(ride.site, 0, wanted, ride.now) is False, "it is already"
    ride.lp.memory.plan_active, ride.lp.memory.plan_slot_end = True, at("2:00")
    assert commands.set_energy_plan(ride.site, 0, EnergyPlan(energy=0, time=at("7:00")), ride.now) is True
    assert ride.lp.goals.plan is None
    assert (ride.lp.memory.plan_active, ride.lp.memory.plan_slot_end) == (False, None)
    assert commands.set_energy_plan(ride.site, 0, None, ride.now) is False


def test_set_strategies() -> None:
    ride = Ride("1:00", soc=50)
    ride.lp.planning.lock = lock = Goal(id=1, time=at("5:00"), soc=60)
    wanted = Strategy(continuous=True, precondition=600)
    assert commands.set_vehicle_strategy(ride.site, "car", wanted, ride.now) is False
    assert commands.set_loadpoint_strategy(ride.site, 0, wanted, ride.now) is True
    assert (ride.car.goals.strategy, ride.lp.goals.strategy) == (wanted, wanted)
    assert ride.lp.planning.lock is lock


# ---------------------------------------------------------------------- reading and trying


def test_previews_and_present_change_nothing() -> None:
    ride = Ride("1:00", soc=50)
    ride.tariffs = quarters(*[10] * 8, start="2:00")
    ride.wants_soc(60, "7:00")
    ride.look()
    before = memory.dump(ride.site.memory), ride.site.dump_settings(), snapshot(ride.site, ride.now)
    for soc in (0, 40, 70, 100, 200):
        plan.preview_soc(ride.site, 0, soc, at("5:00"), ride.now)
    plan.preview_repeating(ride.site, 0, 90, [1], "06:00", "UTC", ride.now)
    plan.present(ride.site, 0, ride.now)
    assert (memory.dump(ride.site.memory), ride.site.dump_settings(), snapshot(ride.site, ride.now)) == before


def test_present() -> None:
    ride = Ride("1:00", soc=50)
    ride.tariffs = quarters(*[10] * 8, start="2:00")
    ride.look()
    assert plan.present(ride.site, 0, ride.now) == Planned(power=P)
    ride.wants_soc(60, "7:00")
    found = plan.present(ride.site, 0, ride.now)
    assert (found.id, found.time, found.duration, found.precondition) == (1, at("7:00"), 3000, 0)
    assert found.slots is not None
    assert (found.slots[0].start, found.slots[-1].end) == (at("3:10"), at("4:00"))
    assert not ride.lp.memory.plan_active


def test_present_tells_of_the_goal_that_is_followed() -> None:
    ride = Ride("1:00", soc=50)
    ride.wants_soc(60, "7:00")
    ride.lp.planning.lock = Goal(id=3, time=at("6:00"), soc=55)
    assert plan.present(ride.site, 0, ride.now).id == 3
    assert plan.preview_soc(ride.site, 0, 90, at("7:00"), ride.now).time == at("7:00")


def test_preview_of_a_time_that_has_passed_is_at_once() -> None:
    ride = Ride("1:00", soc=50)
    found = plan.preview_soc(ride.site, 0, 60, at("0:00"), ride.now)
    assert found.slots is not None
    assert (found.slots[0].start, found.slots[-1].end) == (at("1:00"), at("1:50"))
    assert (found.id, found.time) == (0, at("0:00"))


@pytest.mark.parametrize(
    ("given", "own", "expected"),
    [(None, 0.0, 900.0), (None, 600.0, 900.0), (0.0, 0.0, 0.0), (1200.0, 0.0, 1200.0)],
)
def test_precondition_of_a_preview(given: float | None, own: float, expected: float) -> None:
    ride = Ride("1:00", soc=50)
    ride.car.goals = VehicleGoals(
        plan=SocPlan(soc=60, time=at("7:00"), precondition=own), strategy=Strategy(precondition=900)
    )
    assert plan.preview_soc(ride.site, 0, 60, at("7:00"), ride.now, given).precondition == expected


def test_a_plans_own_precondition_comes_first() -> None:
    ride = Ride("1:00", soc=50)
    goals = VehicleGoals(plan=SocPlan(soc=60, time=at("7:00")), strategy=Strategy(precondition=900))
    ride.car.goals = goals
    assert plan.present(ride.site, 0, ride.now).precondition == 900
    ride.car.goals = replace(goals, plan=SocPlan(soc=60, time=at("7:00"), precondition=600))
    assert plan.present(ride.site, 0, ride.now).precondition == 600
    shown = snapshot(ride.site, ride.now).loadpoints[0]
    assert shown.effective_plan_strategy == Strategy(precondition=600)


def test_preview_energy_counts_from_now_on() -> None:
    ride = Ride("1:00")
    ride.lp.memory.accounting.total, ride.lp.memory.plan_energy_offset = 9.0, 2.0
    found = plan.preview_energy(ride.site, 0, 11.04, at("7:00"), ride.now)
    assert found.duration == pytest.approx(3600)


def test_preview_repeating() -> None:
    ride = Ride("7:30", soc=50)
    found = plan.preview_repeating(ride.site, 0, 60, [1, 3], "07:00", "UTC", ride.now)
    assert (found.time, found.duration) == (at("55:00"), 3000)
    assert (
        refused(plan.preview_repeating, ride.site, 0, 60, [], "07:00", "UTC", ride.now) == "weekdays_missing"
    )
    assert refused(plan.preview_repeating, ride.site, 0, 60, [1], "7", "UTC", ride.now) == "time_invalid"
    assert refused(plan.preview_repeating, ride.site, 0, 60, [1], "7:00", "X", ride.now) == "timezone_unknown"


def test_the_wrong_kind_of_preview_is_refused() -> None:
    car, guest = Ride("1:00", soc=50), Ride("1:00")
    assert refused(plan.preview_energy, car.site, 0, 5.0, at("7:00"), car.now) == "plan_needs_energy"
    assert refused(plan.preview_soc, guest.site, 0, 50, at("7:00"), guest.now) == "plan_needs_soc"


# ---------------------------------------------------------------------- what is shown


def test_snapshot_of_a_vehicles_plan() -> None:
    ride = Ride("1:00", soc=50)
    ride.tariffs = quarters(*[10] * 8, start="2:00")
    weekly = (repeating(90, "09:00", 3),)
    strategy = Strategy(precondition=60)
    ride.wants_soc(60, "7:00", repeating=weekly, strategy=strategy)
    ride.look()
    state = snapshot(ride.site, ride.now)
    lp, car = state.loadpoints[0], state.vehicles[0]
    assert (car.plan, car.repeating_plans, car.plan_strategy) == (
        SocPlan(soc=60, time=at("7:00")),
        weekly,
        strategy,
    )
    assert car.features == ("Streaming",)
    assert (lp.effective_plan_id, lp.effective_plan_soc, lp.effective_plan_time) == (1, 60, at("7:00"))
    assert (lp.plan_projected_start, lp.plan_projected_end) == (at("3:11"), at("7:00"))
    assert (lp.plan_energy, lp.plan_time, lp.plan_overrun, lp.plan_active) == (0, None, 0, False)
    assert lp.effective_plan_strategy == strategy
    assert lp.plan is not None
    assert lp.plan[0].value == 10


def test_snapshot_of_an_energy_plan() -> None:
    ride = Ride("6:30")
    ride.wants(1, "7:00", precondition=300)
    ride.look()
    lp = snapshot(ride.site, ride.now).loadpoints[0]
    assert (lp.plan_energy, lp.plan_time, lp.plan_precondition) == (P / 1000, at("7:00"), 300)
    assert (lp.effective_plan_id, lp.effective_plan_soc, lp.plan_active) == (1, 0, True)
    assert lp.plan_overrun == pytest.approx(1800)


def test_what_a_command_sets_shows_before_the_next_cycle() -> None:
    ride = Ride("1:00", soc=50)
    ride.look()
    commands.set_soc_plan(ride.site, "car", SocPlan(soc=60, time=at("7:00")), ride.now)
    lp = snapshot(ride.site, ride.now).loadpoints[0]
    assert (lp.effective_plan_id, lp.effective_plan_time) == (1, at("7:00"))
    commands.set_soc_plan(ride.site, "car", None, ride.now)
    assert snapshot(ride.site, ride.now).loadpoints[0].effective_plan_id == 0


def test_limits_of_the_vehicle_are_shown() -> None:
    car = VehicleConfig(name="car", on_min_current=7, on_max_current=13, on_priority=4)
    shown = snapshot(Bench(vehicles=(car,)).site, at("1:00")).vehicles[0]
    assert (shown.min_current, shown.max_current, shown.priority) == (7, 13, 4)
