"""Targets of plans, judged by the plant, on runs that can be reckoned by hand.

A car of 60 kWh takes 11.04 kW from the second cycle on, 0.9 of it arrive: 16.56 % an hour.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.devices.simulated.report import Report
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read

from .documents import START, garage

CAR = {"name": "blue", "capacity": 60, "soc": 40}
RISE = 16.56  # % an hour


def at(**since: float) -> str:
    return (datetime.fromisoformat(START) + timedelta(**since)).isoformat()


def figures(hours: float, car: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the report of a car at a charger without sun, in mode pv: it charges for plans only."""
    content = garage(
        duration=hours * 3600,
        pv=[],
        **{"home": 0, "vehicles": [{**CAR, **(car or {})}], "tariffs": {"grid": 0.3}, **more},
    )
    run = Run(read(content))
    report = Report(run.scenario)
    for _ in run:
        report.add(run)
    return report.figures(run, 1.0)


def plan(soc: float, **since: float) -> dict[str, Any]:
    return {"plan": {"soc": soc, "time": at(**since)}}


def only(report: dict[str, Any]) -> dict[str, Any]:
    (target,) = report["targets"]
    assert isinstance(target, dict)
    return target


def test_in_time() -> None:
    report = figures(3, plan(50, hours=2))
    target = only(report)
    assert (target["for"], target["time"], target["goal"], target["unit"]) == ("blue", at(hours=2), 50, "%")
    assert target["reached"] >= 49.95
    assert (target["shortfall"], target["missing"], target["late"], target["away"]) == (0, 0, 0, False)
    assert target["energy"] == pytest.approx(10 / 100 * 60 / 0.9, abs=0.2)
    assert target["cost"] == pytest.approx(target["energy"] * 0.3, abs=1e-3)
    assert report["plans"]["inTime"] == report["plans"]["targets"] == 1


def test_what_cannot_be_reached_is_short_and_late() -> None:
    report = figures(5, plan(90, hours=1))
    target = only(report)
    reached = 40 + RISE * (3600 - 30) / 3600
    assert target["reached"] == pytest.approx(reached, abs=0.01)
    assert target["shortfall"] == pytest.approx(90 - reached, abs=0.01)
    assert target["missing"] == pytest.approx((90 - reached) * 0.6, abs=0.01)
    assert target["late"] == 7290  # 49.95 % take 10,859 s from the second cycle on
    plans = report["plans"]
    assert (plans["inTime"], plans["late"], plans["missed"], plans["longest"]) == (0, 1, 0, 7290)
    assert plans["missing"] == target["missing"]
    assert target["energy"] == pytest.approx(50 / 100 * 60 / 0.9, abs=0.1), "also what came after it"


def test_a_car_that_leaves_late_and_short_has_missed_it() -> None:
    connections = [{"loadpoint": 1, "vehicle": "blue", "from": START, "to": at(hours=2)}]
    report = figures(4, plan(90, hours=1), connections=connections)
    target = only(report)
    assert (target["late"], target["away"]) == (None, False)
    assert target["shortfall"] > 30
    assert target["energy"] == pytest.approx(11.04 * (7200 - 30) / 3600, abs=0.01)
    assert (report["plans"]["late"], report["plans"]["missed"]) == (0, 1)


def test_a_car_that_leaves_at_the_time_is_judged_as_it_leaves() -> None:
    connections = [{"loadpoint": 1, "vehicle": "blue", "from": START, "to": at(hours=1)}]
    target = only(figures(2, plan(90, hours=1), connections=connections))
    assert (target["late"], target["away"]) == (None, False)
    assert target["reached"] == pytest.approx(40 + RISE * (3600 - 30) / 3600, abs=0.01)


def test_a_car_that_was_away_is_told_apart() -> None:
    connections = [{"loadpoint": 1, "vehicle": "blue", "from": START, "to": at(minutes=10)}]
    report = figures(2, plan(50, hours=1), connections=connections)
    target = only(report)
    assert (target["late"], target["away"], target["reached"]) == (None, True, 40)
    assert (target["missing"], report["plans"]["missed"]) == (6, 1)


def test_a_target_that_was_met_all_along_is_in_time() -> None:
    target = only(figures(2, {"soc": 70, **plan(60, hours=1)}))
    assert (target["late"], target["energy"], target["cost"], target["price"]) == (0, 0, None, None)


def test_a_goal_that_a_person_reaches_without_the_plan_counts() -> None:
    commands = [{"at": START, "path": "/loadpoints/1/mode/now"}]
    target = only(figures(4, plan(50, hours=3), commands=commands))
    assert target["late"] == 0
    assert target["energy"] == pytest.approx(11.04 * (3 * 3600 - 60) / 3600, abs=0.1)


@pytest.mark.parametrize(
    ("commands", "times"),
    [
        ([("DELETE", "/vehicles/blue/plan/soc")], []),
        ([("POST", "/vehicles/blue/plan/soc/60/2026-05-03T23:30:00Z")], [at(minutes=90)]),
        ([("POST", "/vehicles/blue/plan/soc/60/2026-05-04T09:30:00Z")], []),
        ([("POST", "/loadpoints/1/mode/off")], [at(hours=1)]),
        ([("DELETE", "/vehicles/blue/plan/soc/1")], [at(hours=1)]),
    ],
    ids=["removed", "moved", "moved beyond the end", "another call", "a refused call"],
)
def test_only_what_is_still_wanted_comes_due(commands: list[tuple[str, str]], times: list[str]) -> None:
    calls = [{"at": at(minutes=20), "method": method, "path": path} for method, path in commands]
    report = figures(3, plan(80, hours=1), commands=calls)
    assert [t["time"] for t in report["targets"]] == times


def test_a_plan_that_was_reached_is_not_missed_because_the_car_was_used_again() -> None:
    connections = [
        {"loadpoint": 1, "vehicle": "blue", "from": START, "to": at(hours=2)},
        {"loadpoint": 1, "vehicle": "blue", "from": at(hours=2.5), "consumes": 12},
    ]
    prices = {"grid": {"step": 3600, "values": [0.1, 0.3, 0.3, 0.3, 0.3, 0.3]}}
    target = only(figures(5, plan(50, hours=4), connections=connections, tariffs=prices))
    assert (target["late"], target["shortfall"], target["missing"]) == (0, 0, 0)
    assert target["reached"] < 31


def test_a_goal_that_the_coordinator_only_believes_to_be_reached_is_short() -> None:
    """Without a meter it counts what it offers, 16 A, and the car takes 10 A."""
    loadpoint = {"planEnergy": 11.04, "planTime": at(hours=4), "charger": {"meter": False}}
    prices = {"grid": {"step": 3600, "values": [0.1, 0.1, 0.3, 0.3, 0.3, 0.3]}}
    report = figures(6, {"online": False, "maxCurrent": 10}, loadpoints=[loadpoint], tariffs=prices)
    target = only(report)
    assert target["reached"] == pytest.approx(6.9, abs=0.4)
    assert (target["late"], report["plans"]["missed"]) == (None, 1)


def test_a_plan_that_is_removed_after_it_was_reached_was_kept() -> None:
    calls = [{"at": at(hours=1.5), "method": "DELETE", "path": "/vehicles/blue/plan/soc"}]
    target = only(figures(4, plan(42, hours=0.5) | {"soc": 40}, commands=calls))
    assert target["late"] == 0


def test_each_repeating_plan_has_a_target_a_day_and_its_own_bill() -> None:
    daily = {"weekdays": list(range(7)), "time": "07:00", "soc": 60}
    noon = {"weekdays": [1], "time": "12:00", "soc": 50}
    idle = {"weekdays": [1], "time": "10:00", "soc": 50, "active": False}
    connections = [
        {"loadpoint": 1, "vehicle": "blue", "from": START, "to": at(hours=8)},
        {"loadpoint": 1, "vehicle": "blue", "from": at(hours=20), "consumes": 12},
    ]
    report = figures(48, {"repeatingPlans": [daily, noon, idle]}, connections=connections)
    first, second, third = report["targets"]
    assert [t["time"] for t in (first, second, third)] == [at(hours=7), at(hours=12), at(hours=31)]
    assert [t["late"] for t in (first, second, third)] == [0, 0, 0]
    assert first["energy"] == pytest.approx(20 / 100 * 60 / 0.9, abs=0.2)
    assert second["energy"] == 0
    assert third["energy"] == pytest.approx(12 / 0.9, abs=0.2)
    assert report["plans"]["energy"] == pytest.approx(first["energy"] + third["energy"])


def test_an_energy_is_counted_at_the_loadpoint_from_when_it_was_planned() -> None:
    car = {"online": False}
    calls = [
        {"at": START, "path": "/loadpoints/1/mode/now"},
        {"at": at(hours=1), "path": "/loadpoints/1/mode/pv"},
        {"at": at(hours=2), "path": f"/loadpoints/1/plan/energy/8/{at(hours=4)}"},
    ]
    report = figures(5, car, commands=calls)
    target = only(report)
    assert (target["for"], target["goal"], target["unit"]) == ("Garage", 8, "kWh")
    assert target["late"] <= 60, "it begins as late as possible and nothing is lost but two cycles"
    assert target["reached"] == pytest.approx(8, abs=0.2)
    assert target["energy"] == pytest.approx(8, abs=0.1), "none of what was charged before"
    assert report["vehicles"]["blue"]["total"] > 18


def test_an_energy_that_is_too_much_for_the_time() -> None:
    loadpoint = {"planEnergy": 22.08, "planTime": at(hours=1)}
    target = only(figures(3, {"online": False}, loadpoints=[loadpoint]))
    assert target["reached"] == pytest.approx(11.04 * (3600 - 30) / 3600, abs=0.01)
    assert target["missing"] == pytest.approx(22.08 - target["reached"], abs=0.01)
    assert target["shortfall"] == pytest.approx(target["missing"], abs=0.01)
    assert target["late"] == 3630


def test_an_energy_counts_anew_when_another_car_comes() -> None:
    connections = [
        {"loadpoint": 1, "vehicle": None, "from": START, "to": at(hours=1)},
        {"loadpoint": 1, "vehicle": "blue", "from": at(hours=1.5)},
    ]
    calls = [
        {"at": START, "path": "/loadpoints/1/mode/now"},
        {"at": at(minutes=2), "path": f"/loadpoints/1/plan/energy/11.04/{at(hours=4)}"},
        {"at": at(minutes=30), "path": "/loadpoints/1/mode/pv"},
    ]
    target = only(figures(5, {"online": False}, connections=connections, commands=calls))
    assert target["reached"] == pytest.approx(11.04, abs=0.2)
    assert target["late"] <= 60


def test_plans_of_the_past_and_beyond_the_end_are_no_targets() -> None:
    assert figures(1, plan(80, hours=-1))["targets"] == []
    assert figures(1, plan(80, hours=1))["targets"] == [], "the run ends before its last moment"
    assert figures(1)["plans"]["targets"] == 0
