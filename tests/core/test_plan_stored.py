"""Plans survive a restart; what is stored wrongly is reported and left out."""

from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.evcc.core.goals import NO_STRATEGY, EnergyPlan, LoadpointGoals, Strategy, VehicleGoals
from custom_components.evcc.core.site import Site

from .riders import Ride, at, repeating
from .world import reborn


def planned() -> Ride:
    ride = Ride("1:00", soc=50)
    ride.wants_soc(
        60,
        "7:00",
        repeating=(repeating(90, "09:00", 3, precondition=60), repeating(20, "1:05", active=False)),
        strategy=Strategy(continuous=True, precondition=1800),
    )
    ride.lp.goals = LoadpointGoals(
        plan=EnergyPlan(energy=7.5, time=at("8:00"), precondition=5), strategy=Strategy(precondition=1)
    )
    return ride


def test_plans_survive_a_restart() -> None:
    ride = planned()
    fresh = reborn(ride.site)
    assert fresh.vehicles["car"].goals == ride.car.goals
    assert fresh.loadpoints[0].goals == ride.lp.goals
    assert fresh.dump_settings() == ride.site.dump_settings()


def test_plans_of_what_is_not_wired_now_are_kept() -> None:
    ride = planned()
    stored = json.loads(json.dumps(ride.site.dump_settings()))
    without = Site(replace(ride.site.config, vehicles=()))
    assert without.restore(stored, None) == []
    again = Site(ride.site.config)
    assert again.restore(without.dump_settings(), None) == []
    assert again.vehicles["car"].goals == ride.car.goals


@pytest.mark.parametrize(
    ("vehicle", "left"),
    [
        pytest.param({"plan": 7}, VehicleGoals(), id="no plan"),
        pytest.param({"plan": {"soc": 60}}, VehicleGoals(), id="no time"),
        pytest.param({"plan": {"soc": 60, "time": "2026-06-01T07:00:00"}}, VehicleGoals(), id="no zone"),
        pytest.param({"plan": {"soc": 60, "time": "0001-01-01T00:00:00+00:00"}}, VehicleGoals(), id="year 1"),
        pytest.param({"plan": {"soc": 60, "time": "0001-01-01T00:00:00+10:00"}}, VehicleGoals(), id="year 0"),
        pytest.param({"plan": {"soc": "x", "time": "2026-06-01T07:00:00Z"}}, VehicleGoals(), id="no number"),
        pytest.param({"plan": {"soc": 1e400, "time": "2026-06-01T07:00:00Z"}}, VehicleGoals(), id="infinite"),
        pytest.param({"repeatingPlans": {}}, VehicleGoals(), id="no list"),
        pytest.param({"repeatingPlans": [5]}, VehicleGoals(), id="no entry"),
        pytest.param({"repeatingPlans": [{"soc": 5, "weekdays": "1"}]}, VehicleGoals(), id="no weekdays"),
        pytest.param({"repeatingPlans": [{"soc": 5, "weekdays": [None]}]}, VehicleGoals(), id="no weekday"),
        pytest.param(
            {
                "repeatingPlans": [
                    {"soc": 5, "weekdays": [9], "time": "7:00", "tz": "UTC"},
                    {"soc": 60, "weekdays": [1], "time": "07:00", "tz": "UTC", "active": True},
                ]
            },
            VehicleGoals(repeating=(repeating(60, "07:00", 1),)),
            id="the good one of two",
        ),
        pytest.param({"planStrategy": "x"}, VehicleGoals(), id="no strategy"),
    ],
)
def test_bad_stored_plans_are_reported_and_dropped(vehicle: dict[str, Any], left: VehicleGoals) -> None:
    site = Site(Ride("1:00").site.config)
    errors = site.restore({"vehicles": {"car": vehicle | {"minSoc": 20}}}, None)
    assert len(errors) == 1
    assert site.vehicles["car"].goals == left
    assert site.vehicles["car"].settings.min_soc == 20


@pytest.mark.parametrize(
    "part",
    [
        7,
        {},
        {"energy": 5},
        {"energy": -1, "time": "2026-06-01T07:00:00Z"},
        {"energy": True, "time": "x"},
        [1],
    ],
)
def test_bad_stored_energy_plans_are_reported_and_dropped(part: Any) -> None:
    site = Site(Ride("1:00").site.config)
    assert len(site.restore({"loadpoints": {"lp1": {"plan": part, "planStrategy": {}}}}, None)) == 1
    assert site.loadpoints[0].goals == LoadpointGoals()


def test_odd_strategies_are_mended() -> None:
    site = Site(Ride("1:00").site.config)
    part = {"planStrategy": {"continuous": 1, "precondition": -5}}
    assert site.restore({"loadpoints": {"lp1": part}}, None) == []
    assert site.loadpoints[0].goals.strategy == NO_STRATEGY


def test_offset_and_slot_survive_a_restart() -> None:
    ride = Ride("1:00")
    m = ride.lp.memory
    m.plan_active, m.plan_slot_end, m.plan_overrun_sent, m.plan_energy_offset = True, at("1:15"), True, 3.5
    fresh = reborn(ride.site).loadpoints[0].memory
    assert (fresh.plan_active, fresh.plan_slot_end, fresh.plan_overrun_sent, fresh.plan_energy_offset) == (
        True,
        at("1:15"),
        True,
        3.5,
    )
