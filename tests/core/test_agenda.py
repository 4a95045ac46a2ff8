"""What is planned, as a list for people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.core import agenda
from custom_components.evcc.core.agenda import Due
from custom_components.evcc.core.goals import RepeatingPlan, SocPlan
from custom_components.evcc.core.rates import Slot
from custom_components.evcc.core.site import Site
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.core.state import SiteState

from .wiring import small_site

NOW = datetime(2026, 11, 20, 18, 7, 30, tzinfo=UTC)  # a Friday
POWER = 10_000.0
WEEK = timedelta(days=7)


def at(clock: str, days: int = 0) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 11, 20 + days, int(hour), int(minute), tzinfo=UTC)


def slot(begin: str, end: str, value: float = 0.2) -> Slot:
    return Slot(at(begin), at(end), value)


def site(
    *loadpoints: Mapping[str, Any], vehicles: tuple[Mapping[str, Any], ...] = (), now: datetime = NOW
) -> SiteState:
    """Return a snapshot with these values at loadpoints and vehicles."""
    state = snapshot(Site(small_site()), now)
    lps = list(state.loadpoints)
    for i, values in enumerate(loadpoints):
        lps[i] = replace(lps[i], effective_max_power=POWER, **values)
    cars = list(state.vehicles)
    for i, values in enumerate(vehicles):
        cars[i] = replace(cars[i], **values)
    return replace(state, loadpoints=tuple(lps), vehicles=tuple(cars))


@pytest.mark.parametrize(
    ("slots", "runs"),
    [
        (None, []),
        ((), []),
        ((slot("20:00", "20:15"),), [("20:00", "20:15", 2.5, 0.5)]),
        (
            (slot("20:00", "20:15", 0.1), slot("20:15", "20:30", 0.3), slot("22:00", "22:30", -0.1)),
            [("20:00", "20:30", 5.0, 1.0), ("22:00", "22:30", 5.0, -0.5)],
        ),
    ],
)
def test_slots_that_follow_each_other_are_one_run(
    slots: tuple[Slot, ...] | None, runs: list[tuple[str, str, float, float]]
) -> None:
    found = agenda.runs(site({"plan": slots, "plan_price": 0.2}))
    assert [(r.start, r.end, r.energy, r.cost) for r in found] == [
        (at(begin), at(end), pytest.approx(energy), pytest.approx(cost)) for begin, end, energy, cost in runs
    ]


def test_cost_is_unknown_where_prices_are() -> None:
    found = agenda.runs(site({"plan": (slot("20:00", "20:15", 0.0),), "plan_price": None}))
    assert [(r.energy, r.cost) for r in found] == [(2.5, None)]


def test_what_has_begun_does_not_move_with_each_cycle() -> None:
    for seconds in (0, 30, 300):
        now = NOW + timedelta(seconds=seconds)
        planned = (Slot(now, at("18:15"), 0.2), slot("18:15", "18:30"))
        assert [r.start for r in agenda.runs(site({"plan": planned}, now=now))] == [at("18:00")]


@pytest.mark.parametrize(
    ("begin", "end", "shown"),
    [
        ("20:00:00", "20:15:00", ("20:00", "20:15")),
        ("20:00:01", "20:14:01", ("20:00", "20:15")),
        ("20:00:59", "20:14:59", ("20:00", "20:15")),
        ("20:00:05", "20:00:20", ("20:00", "20:01")),
    ],
)
def test_seconds_are_not_shown_since_they_move_whenever_the_sun_charges_as_well(
    begin: str, end: str, shown: tuple[str, str]
) -> None:
    planned = Slot(*(datetime.fromisoformat(f"2026-11-20T{clock}Z") for clock in (begin, end)), 0.2)
    found = agenda.runs(site({"plan": (planned,)}))
    assert [(r.start, r.end) for r in found] == [(at(shown[0]), at(shown[1]))]
    assert found[0].energy == pytest.approx(POWER / 3.6e6 * (planned.end - planned.start).total_seconds())


def test_runs_of_all_loadpoints_by_time() -> None:
    found = agenda.runs(
        site(
            {"plan": (slot("21:00", "21:15"), slot("23:00", "23:15"))},
            {"plan": (slot("20:00", "20:15"), slot("21:00", "21:15"))},
        )
    )
    assert [(r.loadpoint.title, r.start) for r in found] == [
        ("Carport", at("20:00")),
        ("Garage", at("21:00")),
        ("Carport", at("21:00")),
        ("Garage", at("23:00")),
    ]


def test_nobody_looks_at_the_end_of_all_days() -> None:
    end = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    car = {"plan": SocPlan(soc=80, time=end)}
    far = site({"plan": (Slot(end - timedelta(hours=1), end, 0.0),)}, vehicles=(car,))
    assert agenda.runs(far) == []
    assert agenda.dues(far, NOW, end) == []


def weekly(*days: int, soc: int = 80, active: bool = True, tz: str = "Europe/Berlin") -> RepeatingPlan:
    return RepeatingPlan(weekdays=days, time="07:00", tz=tz, soc=soc, active=active)


def due(time: datetime, soc: int = 80) -> Due:
    return Due(name="car1", title="Golf", time=time, soc=soc)


MORNINGS = [at("06:00", day) for day in range(1, 8)]


@pytest.mark.parametrize(
    ("car", "expected"),
    [
        ({}, []),
        ({"plan": SocPlan(soc=90, time=at("20:00"))}, [due(at("20:00"), 90)]),
        ({"plan": SocPlan(soc=90, time=at("17:00"))}, []),
        ({"plan": SocPlan(soc=90, time=NOW + WEEK)}, []),
        ({"repeating_plans": (weekly(1),)}, [due(MORNINGS[2])]),
        ({"repeating_plans": (weekly(1, 3),)}, [due(MORNINGS[2]), due(MORNINGS[4])]),
        ({"repeating_plans": (weekly(0, 1, 2, 3, 4, 5, 6),)}, [due(m) for m in MORNINGS]),
        ({"repeating_plans": (weekly(1, active=False), weekly(1, soc=0), weekly(), weekly(1, tz="x"))}, []),
        (
            {"plan": SocPlan(soc=90, time=MORNINGS[2]), "repeating_plans": (weekly(1),)},
            [due(MORNINGS[2], 90), due(MORNINGS[2])],
        ),
    ],
)
def test_goals_of_a_vehicle_in_the_next_days(car: Mapping[str, Any], expected: list[Due]) -> None:
    assert agenda.dues(site(vehicles=(car,)), NOW - WEEK, NOW + WEEK) == expected


def test_a_goal_with_planned_hours_is_no_event_of_its_own() -> None:
    car = {"repeating_plans": (weekly(1, 3),)}
    charging = {
        "vehicle_name": "car1",
        "effective_plan_time": MORNINGS[2],
        "plan": (slot("20:00", "20:15"),),
    }
    assert agenda.dues(site(charging, vehicles=(car,)), NOW, NOW + WEEK) == [due(MORNINGS[4])]
    waiting = {**charging, "plan": None}
    assert agenda.dues(site(waiting, vehicles=(car,)), NOW, NOW + WEEK) == [
        due(MORNINGS[2]),
        due(MORNINGS[4]),
    ]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, True),
        ({"plan": (slot("20:00", "20:15"),)}, False),  # shown as its hours
        ({"effective_plan_soc": 80}, False),  # the vehicle's plan counts instead
        ({"effective_plan_id": 0}, False),
    ],
)
def test_an_energy_that_is_not_planned_yet(values: Mapping[str, Any], shown: bool) -> None:
    goal = {"plan_time": at("20:00"), "plan_energy": 12.0, "effective_plan_id": 1, **values}
    expected = [Due(name="lp1", title="Garage", time=at("20:00"), energy=12.0)] if shown else []
    assert agenda.dues(site(goal), NOW, NOW + WEEK) == expected
