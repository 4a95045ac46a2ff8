"""Plans over nights and weeks on the virtual plant: in time, at the cheapest hours, whatever happens to prices."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from custom_components.evcc.core.model import Reason
from custom_components.evcc.devices.simulated.report import Report
from custom_components.evcc.devices.simulated.report_text import side_by_side, text
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import load, read
from scripts.make_scenarios import FOLDER, STRATEGIES, commuter, quarter_prices
from tests.devices.simulated.documents import START, document

POWER = 11.04  # kW
CAR = {"name": "blue", "capacity": 77, "soc": 45}
DAILY = {"weekdays": list(range(7)), "time": "07:00", "soc": 80}


def at(**since: float) -> str:
    return (datetime.fromisoformat(START) + timedelta(**since)).isoformat()


def report(content: dict[str, Any]) -> dict[str, Any]:
    run = Run(read(content))
    seen = Report(run.scenario)
    for _ in run:
        seen.add(run)
    return seen.figures(run, 1000.0)


# ---------------------------------------------------------------------- a commuter's week


@cache
def week(strategy: str) -> dict[str, Any]:
    return report(commuter(strategy))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_car_is_ready_every_morning(strategy: str) -> None:
    targets = week(strategy)["targets"]
    assert [t["time"][:16] for t in targets] == [f"2026-05-0{day}T07:00" for day in (4, 5, 6, 7, 8)]
    for target in targets:
        assert (target["late"], target["shortfall"], target["away"]) == (0, 0, False)
        assert 79.95 <= target["reached"] < 80.5


def test_the_same_energy_whatever_the_strategy() -> None:
    for one, two, three in zip(*(week(s)["targets"] for s in STRATEGIES), strict=True):
        assert one["energy"] == pytest.approx(two["energy"], abs=0.2)
        assert one["energy"] == pytest.approx(three["energy"], abs=0.2)


def test_cheapest_pieces_then_one_piece_then_late_also_in_money() -> None:
    for cheapest, continuous, late in zip(*(week(s)["targets"] for s in STRATEGIES), strict=True):
        assert cheapest["price"] <= continuous["price"] < late["price"]
    cheapest, continuous, late = (week(s)["plans"]["cost"] for s in STRATEGIES)
    assert cheapest < continuous < 0.95 * late


def test_the_first_night_costs_hardly_more_than_it_has_to() -> None:
    """Reckoned apart: the cheapest quarters of an hour that the same energy fits into."""
    target = week("cheapest")["targets"][0]
    left, least = target["energy"], 0.0
    for price in sorted(quarter_prices(1)["values"][: 7 * 4]):
        taken = min(left, POWER / 4)
        least, left = least + taken * price, left - taken
    assert least <= target["cost"] <= 1.005 * least


def test_several_runs_are_told_apart_side_by_side() -> None:
    shown = side_by_side([week(s) for s in STRATEGIES]).splitlines()
    assert shown[0].split() == ["A", "commuter's", "week,", *STRATEGIES]
    assert any(row.startswith("Cost for plans") for row in shown)
    assert "Plans in time                            5                 5                 5" in shown


def test_short_names_stay_whole_side_by_side() -> None:
    runs = [{**week("late"), "name": name} for name in ("a night", "a day")]
    assert side_by_side(runs).splitlines()[0].split() == ["a", "night", "a", "day"]


def test_equal_long_names_do_not_vanish_side_by_side() -> None:
    runs = [{**week("late"), "name": "the same long name"}] * 2
    assert side_by_side(runs).splitlines()[0].split() == ["the", "same", "long", "name", "name"]


def test_the_text_has_a_row_for_each_target() -> None:
    shown = text(week("cheapest"))
    assert "Fri 2026-05-08 07:00          80 %" in shown
    assert "5 targets: 5 in time, 0 late (at most 0 s), 0 missed" in shown


# ---------------------------------------------------------------------- single nights


def night(hours: float = 8, *, car: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a night with a car that charges for plans only, at prices that are lowest from two to five."""
    prices = [0.30, 0.28, 0.20, 0.18, 0.22, 0.32, 0.34, 0.36] + [0.30] * 40
    return document(
        **{
            "duration": hours * 3600,
            "vehicles": [{**CAR, **(car or {})}],
            "connections": [{"loadpoint": 1, "vehicle": "blue", "from": START}],
            "tariffs": {"grid": {"step": 3600, "values": prices}},
            **more,
        }
    )


def powers(content: dict[str, Any]) -> list[tuple[float, float]]:
    """Return when the car charges, as (from, to) in hours since the start."""
    runs: list[tuple[float, float]] = []
    step = content.get("interval", 30) / 3600
    for run in Run(read(content)):
        hour = run.seconds / 3600
        if run.plant.sockets[0].power > 0:
            if runs and runs[-1][1] == pytest.approx(hour):
                runs[-1] = (runs[-1][0], hour + step)
            else:
                runs.append((hour, hour + step))
    return runs


def test_plans_come_by_calls() -> None:
    calls = [
        {"at": at(minutes=5), "path": f"/vehicles/blue/plan/soc/60/{at(hours=7)}"},
        {"at": at(minutes=10), "path": "/vehicles/blue/plan/soc/60/2026-05-03T21:00:00Z"},
        {
            "at": at(hours=5.5),
            "path": "/vehicles/blue/plan/repeating",
            "body": {"plans": [{**DAILY, "time": "08:30", "soc": 65, "active": True, "tz": "Europe/Berlin"}]},
        },
        {"at": at(hours=5.5), "path": "/vehicles/blue/plan/strategy", "body": {"continuous": True}},
    ]
    seen = report(night(9, commands=calls))
    assert seen["refusedCommands"] == 1
    first, second = seen["targets"]
    assert (first["time"], first["late"]) == (at(hours=7), 0)
    assert (second["time"], second["late"] <= 60) == (at(hours=8.5), True), (
        "as late as possible, and two cycles"
    )
    assert first["energy"] == pytest.approx(15 / 100 * 77 / 0.9, abs=0.2)
    assert second["energy"] == pytest.approx(5 / 100 * 77 / 0.9, abs=0.2)
    assert first["price"] < 0.2
    assert second["price"] < 0.32, "the last hour before it is dearer"


def test_the_example_of_plans_on_the_way() -> None:
    """Made and moved by calls, of a soc, an energy and a weekday, with no prices for most of the night."""
    scenario = load(FOLDER / "plans-on-the-way.json")
    run = Run(scenario)
    seen = Report(scenario)
    for _ in run:
        seen.add(run)
    figures = seen.figures(run, 1000.0)
    assert [(t["for"], t["time"][8:16], t["goal"]) for t in figures["targets"]] == [
        ("blue", "05T05:30", 80),
        ("Carport", "05T08:00", 20),
        ("blue", "05T21:00", 90),
    ]
    assert all(t["late"] <= 60 for t in figures["targets"])
    assert figures["refusedCommands"] == 1


def test_a_plan_that_is_removed_stops_charging() -> None:
    car = {"plan": {"soc": 80, "time": at(hours=7)}}
    calls = [{"at": at(hours=2.6), "method": "DELETE", "path": "/vehicles/blue/plan/soc"}]
    content = night(car=car, commands=calls)
    assert powers(content)[-1][1] == pytest.approx(2.6, abs=0.02)
    assert report(content)["targets"] == []


def test_an_energy_by_a_call_for_a_car_that_tells_nothing() -> None:
    calls = [{"at": at(minutes=5), "path": f"/loadpoints/1/plan/energy/11.04/{at(hours=7)}"}]
    content = night(car={"online": False}, commands=calls)
    assert [(round(a, 1), round(b, 1)) for a, b in powers(content)] == [(3.0, 4.0)]
    (target,) = report(content)["targets"]
    assert (target["unit"], target["late"]) == ("kWh", 0)
    assert target["cost"] == pytest.approx(11.04 * 0.18, rel=0.02)


def test_a_target_beyond_reach_is_charged_for_at_once_and_told_short_and_late() -> None:
    content = night(10, car={"plan": {"soc": 95, "time": at(hours=1)}})
    seen = report(content)
    (target,) = seen["targets"]
    assert powers(content)[0][0] < 0.01
    assert target["reached"] == pytest.approx(45 + POWER * 0.9 * (1 - 30 / 3600) / 0.77, abs=0.05)
    assert target["shortfall"] == pytest.approx(95 - target["reached"], abs=0.01)
    assert target["missing"] == pytest.approx(target["shortfall"] * 0.77, abs=0.01)
    assert target["late"] == pytest.approx(target["missing"] / 0.9 / POWER * 3600, abs=60)
    assert "missed" not in text(seen).split("Plans")[1].split("together")[0]


# ---------------------------------------------------------------------- prices that are missing


@pytest.mark.parametrize("kind", ["unavailable", "stale"])
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("begin", "end"), [(17.5, 31), (20, 27), (24, 26.6), (26.2, 26.4)])
def test_without_prices_for_a_night_the_car_is_ready_in_time(
    kind: str, strategy: str, begin: float, end: float
) -> None:
    content = commuter(strategy) | {"duration": 2 * 86_400}
    fault = {"from": at(hours=begin), "to": at(hours=end), "device": "tariff:grid", "kind": kind}
    seen = report(content | {"faults": [fault]})
    assert [t["late"] for t in seen["targets"]] == [0, 0]
    assert seen["plans"]["missing"] == 0


def test_prices_that_never_come_again() -> None:
    content = commuter("cheapest") | {"duration": 3 * 86_400}
    fault = {"from": at(hours=12.5), "device": "tariff", "kind": "stale"}
    seen = report(content | {"faults": [fault]})
    assert [t["late"] for t in seen["targets"]] == [0, 0, 0]


def test_an_outage_in_the_middle_of_a_slot_does_not_switch_the_charger() -> None:
    car = {"plan": {"soc": 60, "time": at(hours=7)}}
    fault = {"from": at(hours=2.9), "to": at(hours=2.95), "device": "tariff", "kind": "unavailable"}
    calm, disturbed = powers(night(car=car)), powers(night(car=car, faults=[fault]))
    assert disturbed == calm


# ---------------------------------------------------------------------- days of 23 and 25 hours


@pytest.mark.parametrize(
    ("start", "hours"),
    [("2026-03-28T00:00:00+01:00", 71), ("2026-10-24T00:00:00+02:00", 73)],
    ids=["23 hours", "25 hours"],
)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_seven_in_the_morning_when_the_clocks_change(start: str, hours: int, strategy: str) -> None:
    begin = datetime.fromisoformat(start)
    away = [begin + timedelta(hours=h) for h in (8, 17, 32, 41, 56)]
    prices = [0.30 + 0.01 * ((7 * i) % 13) - 0.1 * (i % 96 in range(8, 18)) for i in range(hours * 4)]
    content = document(
        start=start,
        duration=hours * 3600,
        vehicles=[{**CAR, "repeatingPlans": [DAILY], "planStrategy": STRATEGIES[strategy]}],
        connections=[
            {"loadpoint": 1, "vehicle": "blue", "from": start, "to": away[0].isoformat()},
            {"loadpoint": 1, "vehicle": "blue", "from": away[1].isoformat(), "to": away[2].isoformat(), "consumes": 20},
            {"loadpoint": 1, "vehicle": "blue", "from": away[3].isoformat(), "consumes": 20},
        ],
        tariffs={"grid": {"step": 900, "values": prices, "published": "13:00"}},
    )  # fmt: skip
    seen = report(content)
    assert [t["time"][11:16] for t in seen["targets"]] == ["07:00"] * 3
    assert len({t["time"][19:] for t in seen["targets"]}) == 2, "winter and summer time"
    assert [t["late"] for t in seen["targets"]] == [0, 0, 0]


# ---------------------------------------------------------------------- what is shown


def test_the_trace_tells_when_the_plan_is_followed() -> None:
    run = Run(read(night(car={"plan": {"soc": 55, "time": at(hours=7)}})))
    followed = [r.seconds / 3600 for r in run if r.site.loadpoints[0].memory.plan_active]
    assert (round(followed[0], 1), round(followed[-1], 1)) == (3.0, 3.8)
    why = run.site.loadpoints[0].memory.why
    assert why.reason is not Reason.PLAN_ACTIVE
