"""Plans in the file of a scenario and in the bodies of its calls."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.evcc.core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.devices.simulated.fields import ScenarioError
from custom_components.evcc.devices.simulated.plans import repeating_plans, strategy
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read

from .documents import document, garage

CAR = {"name": "blue", "capacity": 60, "soc": 40}
SEVEN = datetime(2026, 5, 5, 5, tzinfo=UTC)


def site(car: dict[str, Any] | None = None, loadpoint: dict[str, Any] | None = None) -> Any:
    return Run(read(garage(vehicles=[{**CAR, **(car or {})}], loadpoints=[loadpoint or {}]))).site


def test_a_vehicle_has_its_plans_at_the_start() -> None:
    goals = (
        site(
            {
                "plan": {"soc": 80, "time": "2026-05-05T07:00:00+02:00", "precondition": 600},
                "repeatingPlans": [
                    {"weekdays": [1, 5], "time": "6:30", "soc": 70},
                    {"weekdays": [0], "time": "12:00", "tz": "UTC", "soc": 60, "active": False},
                ],
                "planStrategy": {"continuous": True, "precondition": 1800},
            }
        )
        .vehicles["blue"]
        .goals
    )
    assert goals.plan == SocPlan(soc=80, time=SEVEN, precondition=600)
    assert goals.repeating == (
        RepeatingPlan(weekdays=(1, 5), time="6:30", tz="Europe/Berlin", soc=70, active=True),
        RepeatingPlan(weekdays=(0,), time="12:00", tz="UTC", soc=60),
    )
    assert goals.strategy == Strategy(continuous=True, precondition=1800)


def test_a_loadpoint_has_its_plan_at_the_start() -> None:
    goals = (
        site(
            loadpoint={
                "planEnergy": 12.5,
                "planTime": "2026-05-05T07:00:00+02:00",
                "planPrecondition": 300,
                "planStrategy": {"precondition": 60},
            }
        )
        .loadpoints[0]
        .goals
    )
    assert goals.plan == EnergyPlan(energy=12.5, time=SEVEN, precondition=300)
    assert goals.strategy == Strategy(precondition=60)


def test_without_any_nothing_is_planned() -> None:
    empty = site()
    assert (empty.vehicles["blue"].goals.plan, empty.vehicles["blue"].goals.repeating) == (None, ())
    assert empty.loadpoints[0].goals.plan is None


def test_a_plan_of_the_past_may_be_given() -> None:
    plan = {"soc": 80, "time": "2026-05-01T07:00:00+02:00"}
    assert site({"plan": plan}).vehicles["blue"].goals.plan is not None


@pytest.mark.parametrize(
    ("car", "key", "advice"),
    [
        ({"plan": 80}, "plan", "object"),
        ({"plan": {"soc": 80}}, "plan.time", "missing"),
        ({"plan": {"soc": 101, "time": "2026-05-05T07:00:00Z"}}, "plan.soc", "at most 100"),
        ({"plan": {"soc": 80, "time": "2026-05-05T07:00:00"}}, "plan.time", "offset"),
        ({"plan": {"soc": 80, "time": "2026-05-05T07:00Z", "precondition": -1}}, "plan.precondition", "0"),
        ({"repeatingplans": []}, "repeatingplans", "'repeatingPlans'"),
        ({"repeatingPlans": {}}, "repeatingPlans", "list"),
        ({"repeatingPlans": [{"weekdays": [7], "time": "7:00"}]}, "repeatingPlans[0]", "weekday"),
        ({"repeatingPlans": [{"weekdays": "Mon"}]}, "repeatingPlans[0].weekdays", "0 is Sunday"),
        ({"repeatingPlans": [{"weekdays": [True]}]}, "repeatingPlans[0].weekdays", "0 is Sunday"),
        ({"repeatingPlans": [{"weekdays": [1], "time": "24:00"}]}, "repeatingPlans[0]", "time"),
        ({"repeatingPlans": [{"weekdays": [1]}]}, "repeatingPlans[0]", "time"),
        ({"repeatingPlans": [{"time": "7:00", "tz": "Nowhere"}]}, "repeatingPlans[0]", "timezone"),
        ({"planStrategy": {"continuous": 1}}, "planStrategy.continuous", "true or false"),
        ({"planStrategy": {"Continuous": True}}, "planStrategy.Continuous", "'continuous'"),
    ],
)
def test_vehicles_are_refused(car: dict[str, Any], key: str, advice: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(document(vehicles=[{**CAR, **car}]))
    assert caught.value.key == f"vehicles[0].{key}"
    assert advice in caught.value.advice


@pytest.mark.parametrize(
    ("loadpoint", "key", "advice"),
    [
        ({"planEnergy": 10}, "planTime", "missing"),
        ({"planTime": "2026-05-05T07:00:00Z"}, "planEnergy", "missing"),
        ({"planEnergy": 0, "planTime": "2026-05-05T07:00:00Z"}, "planEnergy", "greater than 0"),
        ({"planEnergy": 10_001, "planTime": "2026-05-05T07:00:00Z"}, "planEnergy", "at most"),
        ({"planenergy": 10}, "planenergy", "'planEnergy'"),
    ],
)
def test_loadpoints_are_refused(loadpoint: dict[str, Any], key: str, advice: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(document(loadpoints=[loadpoint]))
    assert caught.value.key == f"loadpoints[0].{key}"
    assert advice in caught.value.advice


def test_plans_of_a_body() -> None:
    plan = {"weekdays": [1], "time": "07:00", "tz": "Europe/Berlin", "soc": 80, "active": True, "more": 1}
    expected = RepeatingPlan(weekdays=(1,), time="07:00", tz="Europe/Berlin", soc=80, active=True)
    assert repeating_plans([plan]) == repeating_plans({"plans": [plan]}) == (expected,)
    assert repeating_plans({}) == repeating_plans([]) == repeating_plans({"plans": None}) == ()
    assert repeating_plans([{"soc": None, "weekdays": None}]) == (RepeatingPlan(),)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (None, "body"),
        ("plans", "body"),
        ({"plans": "x"}, "plans"),
        ([5], "plans[0]"),
        ([{}] * 101, "plans"),
        ([{"soc": "x"}], "plans[0].soc"),
        ([{"soc": 101}], "plans[0].soc"),
        ([{"weekdays": [1.5]}], "plans[0].weekdays"),
        ([{"active": "yes"}], "plans[0].active"),
        ([{"precondition": -1}], "plans[0].precondition"),
        ([{"tz": 5}], "plans[0].tz"),
    ],
)
def test_bodies_that_hold_no_plans(body: Any, key: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        repeating_plans(body)
    assert caught.value.key == key


def test_strategy_of_a_body() -> None:
    assert strategy({"continuous": True, "precondition": 90.7, "more": 1}) == Strategy(
        continuous=True, precondition=90
    )
    assert strategy({}) == strategy({"continuous": None, "precondition": None}) == Strategy()
    for body in (None, [], {"continuous": 0}, {"precondition": "1"}, {"precondition": 1e9}):
        with pytest.raises(ScenarioError):
            strategy(body)
