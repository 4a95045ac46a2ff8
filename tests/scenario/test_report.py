"""Figures of the report, on runs that can be reckoned by hand."""

from typing import Any

import pytest

from custom_components.evcc.devices.simulated.report import Report
from custom_components.evcc.devices.simulated.report_text import text
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read
from tests.devices.simulated.documents import START, document, garage

BATTERY = {"name": "b", "capacity": 100, "soc": 50, "maxChargePower": 3000, "maxDischargePower": 2000}


def figures(content: dict[str, Any]) -> dict[str, Any]:
    run = Run(read(content))
    report = Report(run.scenario)
    for _ in run:
        report.add(run)
    return report.figures(run, 1000.0)


def sources(solar: float, battery: float, grid: float) -> dict[str, float]:
    return {"total": round(solar + battery + grid, 3), "solar": solar, "battery": battery, "grid": grid}


def test_the_household_comes_first() -> None:
    f = figures(
        document(
            pv=[{"name": "roof", "power": {"step": 1800, "values": [3000, 0]}}],
            home=1000,
            loadpoints=[],
            tariffs={"grid": 0.3, "feedin": 0.1, "co2": 400},
        )
    )
    assert f["home"] == sources(0.5, 0, 0.5)
    assert (f["produced"], f["imported"], f["exported"]) == (1.5, 0.5, 1.0)
    assert (f["selfConsumption"], f["selfSufficiency"]) == (33.3, 50.0)
    assert (f["cost"], f["co2"]) == (pytest.approx(0.15 - 0.1), 0.2)


def test_the_battery_comes_before_the_cars_when_it_charges_and_after_the_sun_when_it_gives() -> None:
    f = figures(
        document(
            pv=[{"name": "roof", "power": {"step": 1800, "values": [3000, 0]}}],
            home=1000,
            batteries=[BATTERY],
            loadpoints=[],
        )
    )
    # 2 kW go into the battery for half an hour, then it covers the household.
    assert f["home"] == sources(0.5, 0.5, 0)
    assert (f["selfConsumption"], f["selfSufficiency"], f["exported"]) == (100, 100, 0)
    assert (f["cost"], f["co2"]) == (None, None)


def test_cars_get_what_is_left_in_proportion_to_what_they_draw() -> None:
    f = figures(
        garage(
            duration=3630,
            home=0,
            pv=[{"name": "roof", "power": 3680}],
            loadpoints=[
                {"mode": "now", "charger": {"phaseSwitching": False}},
                {"mode": "now", "charger": {"phaseSwitching": False, "phases": 1}},
            ],
            connections=[
                {"loadpoint": 1, "vehicle": "blue", "from": START},
                {"loadpoint": 2, "vehicle": None, "from": START},
            ],
        )
    )
    # 11.04 and 3.68 kW for an hour, after the cycle in which they are switched on; the sun gives a quarter.
    assert f["vehicles"] == {
        "blue": sources(2.76, 0, 8.28),
        "guest": sources(0.92, 0, 2.76),
    }
    assert f["pvModeImportMinutes"] == 0
    assert [lp["switches"] for lp in f["loadpoints"]] == [1, 1]


def test_import_by_charging_in_pv_mode() -> None:
    f = figures(
        garage(
            home=0,
            pv=[{"name": "roof", "power": {"step": 1800, "values": [4600, 3600]}}],
            loadpoints=[{"charger": {"phaseSwitching": False}, "disable": {"delay": 300}}],
        )
    )
    # From the half hour on 540 W too much until the delay is over, and a cycle until that acts.
    assert f["pvModeImportMinutes"] == 5.5
    assert f["pvModeImport"] == pytest.approx(0.54 * 5.5 / 60, abs=0.001)
    assert f["loadpoints"][0] == {"title": "Loadpoint 1", "switches": 2, "phaseSwitches": 0}


def test_the_last_stretch_ends_with_the_run() -> None:
    f = figures(document(duration=100, interval=60, home=3600, loadpoints=[]))
    assert f["home"]["total"] == 0.1
    assert f["cycles"] == 2


def test_prices_are_those_of_their_time() -> None:
    f = figures(
        document(
            duration=7200,
            home=1000,
            loadpoints=[],
            tariffs={"grid": {"step": 3600, "values": [0.2, 0.4], "published": "13:00"}, "currency": "CHF"},
        )
    )
    assert (f["cost"], f["currency"]) == (0.6, "CHF")


def test_text() -> None:
    shown = text(figures(garage(tariffs={"grid": 0.3})))
    assert "Blue" not in shown  # names, not titles: two cars may have the same title
    for part in ("home", "blue", "Self-consumption", "EUR", "1000 cycles/s", "Garage", "120 cycles"):
        assert part in shown, part
    assert "Refused" not in shown
    assert "CO2                              – kg" in shown
