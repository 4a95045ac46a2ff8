"""What a scenario file means, and what is refused."""

from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits
from custom_components.evcc.core.model import Feature, Mode
from custom_components.evcc.devices.simulated.events import Call
from custom_components.evcc.devices.simulated.faults import FaultKind, Group
from custom_components.evcc.devices.simulated.scenario import ScenarioError, load, read
from custom_components.evcc.devices.simulated.specs import BatterySpec, CarSpec

from .documents import START, document, garage


def test_defaults() -> None:
    scenario = read(document())
    assert scenario.start == datetime(2026, 5, 3, 22, tzinfo=UTC)
    assert (scenario.duration, scenario.interval) == (3600, 30)
    site = scenario.site
    assert (site.title, site.timezone, site.voltage, site.currency) == ("test", "Europe/Berlin", 230, "EUR")
    assert site.grid is not None
    assert (site.pv, site.batteries, site.vehicles, site.circuits) == ((), (), (), ())
    (loadpoint,) = site.loadpoints
    assert (loadpoint.title, loadpoint.circuit, loadpoint.default_vehicle) == ("Garage", None, None)
    assert loadpoint.charger == ChargerTraits(
        phase_switching=True,
        physical_phases=0,
        milliamp=False,
        has_power=True,
        has_currents=True,
        has_energy=True,
        reads_id=True,
    )
    assert scenario.settings == {
        "site": {},
        "loadpoints": {loadpoint.name: {"mode": "pv", "phasesConfigured": 0}},
        "vehicles": {},
    }
    assert scenario.plant.home.at(0) == 0


def test_settings_go_by_their_rest_names() -> None:
    scenario = read(
        garage(
            site={"residualPower": -100, "batteryGridChargeLimit": None},
            loadpoints=[
                {
                    "title": "Garage",
                    "mode": "minpv",
                    "maxCurrent": 32,
                    "enable": {"threshold": -500},
                    "disable": {"delay": 60},
                    "smartCostLimit": -0.05,
                    "limitSoc": 80,
                    "charger": {"phaseSwitching": False, "phases": 1},
                }
            ],
            vehicles=[
                {"name": "blue", "title": "B", "capacity": 60, "soc": 40, "minSoc": 20, "limitSoc": 90}
            ],
        )
    )
    assert scenario.settings["site"] == {"residualPower": -100, "batteryGridChargeLimit": None}
    (settings,) = scenario.settings["loadpoints"].values()
    assert settings == {
        "mode": Mode.MINPV,
        "phasesConfigured": 1,
        "maxCurrent": 32,
        "enableThreshold": -500,
        "disableDelay": 60,
        "smartCostLimit": -0.05,
        "limitSoc": 80,
    }
    assert scenario.settings["vehicles"] == {"blue": {"minSoc": 20, "limitSoc": 90}}


def test_devices() -> None:
    scenario = read(
        garage(
            voltage=240,
            grid={"meter": False},
            pv=[{"name": "roof", "power": {"step": 900, "values": [0, 100]}, "maxAcPower": 4000}],
            batteries=[
                {"name": "b", "capacity": 10, "soc": 50, "maxChargePower": 3000, "maxDischargePower": 2000}
            ],
            vehicles=[
                {"name": "blue", "capacity": 60, "soc": 40, "online": False, "phases": 2, "maxSoc": 90}
            ],
            loadpoints=[{"charger": {"currentStep": 0.1, "meter": False}}],
        )
    )
    assert scenario.site.grid is None
    assert scenario.site.voltage == scenario.plant.voltage == 240
    assert scenario.site.pv[0].max_ac_power == 4000
    assert scenario.plant.pv[0].power.at(1e9) == 100
    assert scenario.plant.batteries == (
        BatterySpec(name="b", capacity=10, soc=50, max_charge_power=3000, max_discharge_power=2000),
    )
    battery = scenario.site.batteries[0]
    assert (battery.capacity, battery.min_soc, battery.max_soc, battery.controllable) == (10, 0, 100, True)
    assert scenario.plant.cars == (
        CarSpec(name="blue", capacity=60, soc=40, online=False, phases=2, max_soc=90),
    )
    vehicle = scenario.site.vehicles[0]
    assert (vehicle.title, vehicle.identifiers, vehicle.features) == ("blue", ("blue",), {Feature.OFFLINE})
    traits = scenario.site.loadpoints[0].charger
    assert (traits.milliamp, traits.has_power, traits.has_currents, traits.has_energy) == (True, *[False] * 3)


def test_one_phase_chargers_do_not_switch_unless_said_otherwise() -> None:
    scenario = read(document(loadpoints=[{"charger": {"phases": 1}}]))
    assert not scenario.plant.sockets[0].phase_switching


def test_connections_are_sorted_by_time() -> None:
    scenario = read(
        garage(
            connections=[
                {"loadpoint": 1, "vehicle": None, "from": "2026-05-04T00:30:00+02:00"},
                {
                    "loadpoint": 1,
                    "vehicle": "blue",
                    "from": "2026-05-03T21:59:00Z",
                    "to": "2026-05-04T00:30:00+02:00",
                    "consumes": 5,
                },
            ]
        )
    )
    first, second = scenario.plant.sockets[0].connections
    assert (first.car, first.start, first.end, first.consumes) == ("blue", -60, 1800, 5)
    assert (second.car, second.start, second.end) == (None, 1800, inf)


def test_commands_and_faults() -> None:
    scenario = read(
        garage(
            pv=[{"name": "a", "power": 0}, {"name": "b", "power": 0}],
            commands=[
                {"at": "2026-05-04T00:10:00+02:00", "method": "POST", "path": "/loadpoints/1/mode/now"}
            ],
            faults=[
                {"from": START, "to": "2026-05-04T00:10:00+02:00", "device": device, "kind": "stale"}
                for device in ("grid", "pv", "pv:b", "charger:1", "vehicle:blue", "battery")
            ],
        )
    )
    moment = datetime(2026, 5, 3, 22, 10, tzinfo=UTC)
    assert scenario.calls == (Call(at=600, moment=moment, method="POST", path="/loadpoints/1/mode/now"),)
    assert [f.devices for f in scenario.faults] == [
        ((Group.GRID, 0),),
        ((Group.PV, 0), (Group.PV, 1)),
        ((Group.PV, 1),),
        ((Group.CHARGER, 0),),
        ((Group.VEHICLE, 0),),
        (),
    ]
    assert {(f.start, f.end, f.kind) for f in scenario.faults} == {(0, 600, FaultKind.STALE)}


def test_circuits() -> None:
    scenario = read(
        document(
            circuits=[
                {"name": "main", "maxPower": 20000},
                {"name": "garage", "parent": "main", "maxCurrent": 32},
            ],
            loadpoints=[{"circuit": "garage"}],
        )
    )
    assert [(c.name, c.parent, c.max_power, c.max_current) for c in scenario.site.circuits] == [
        ("main", None, 20000, 0),
        ("garage", "main", 0, 32),
    ]
    assert scenario.site.loadpoints[0].circuit == "garage"


def test_unknown_keys_are_ignored() -> None:
    assert read(document(note="mine", loadpoints=[{"title": "Garage", "colour": "red"}])).name == "test"


def test_another_interval() -> None:
    scenario = read(document()).with_interval(10)
    assert (scenario.interval, scenario.site.interval) == (10, 10)


CAR = {"name": "blue", "capacity": 60, "soc": 40}
BATTERY = {"name": "b", "capacity": 10, "soc": 50, "maxChargePower": 1, "maxDischargePower": 1}
LATER = "2026-05-04T01:00:00+02:00"


def plugged(**more: Any) -> dict[str, Any]:
    return {"loadpoint": 1, "vehicle": "blue", "from": START, **more}


@pytest.mark.parametrize(
    ("change", "key", "advice"),
    [
        ({"start": "2026-05-04T00:00:00"}, "start", "needs an offset"),
        ({"start": "tomorrow"}, "start", "RFC 3339"),
        ({"start": 5}, "start", "RFC 3339"),
        ({"timezone": "Europe/Nowhere"}, "timezone", "IANA"),
        ({"timezone": "../etc"}, "timezone", "IANA"),
        ({"name": None}, "name", "text"),
        ({"duration": 0}, "duration", "greater than 0"),
        ({"duration": "1h"}, "duration", "must be a number"),
        ({"duration": True}, "duration", "must be a number"),
        ({"interval": 0}, "interval", "greater than 0"),
        ({"Interval": 30}, "Interval", "'interval'"),
        ({"loadpoints": {}}, "loadpoints", "list"),
        ({"loadpoints": [5]}, "loadpoints[0]", "object"),
        ({"loadpoints": [{"mode": "turbo"}]}, "loadpoints[0].mode", "off, now, minpv, pv"),
        ({"loadpoints": [{"max_current": 16}]}, "loadpoints[0].max_current", "'maxCurrent'"),
        ({"loadpoints": [{"maxCurrent": -1}]}, "loadpoints[0].maxCurrent", "out of range"),
        ({"loadpoints": [{"enable": {"delay": "x"}}]}, "loadpoints[0].enable.delay", "not number"),
        ({"loadpoints": [{"phasesConfigured": 2}]}, "loadpoints[0].phasesConfigured", "0, 1, 3"),
        (
            {"loadpoints": [{"phasesConfigured": 0, "charger": {"phaseSwitching": False}}]},
            "loadpoints[0].phasesConfigured",
            "phaseSwitching",
        ),
        ({"loadpoints": [{"circuit": "x"}]}, "circuits", "circuit_unknown"),
        ({"loadpoints": [{"charger": {"phases": 2}}]}, "loadpoints[0].charger.phases", "1, 3"),
        (
            {"loadpoints": [{"charger": {"phases": 1, "phaseSwitching": True}}]},
            "loadpoints[0].charger.phaseSwitching",
            "3 phases",
        ),
        ({"loadpoints": [{"charger": {"currentStep": 0.5}}]}, "loadpoints[0].charger.currentStep", "0.01"),
        ({"site": {"prioritySoc": 101}}, "site.prioritySoc", "out of range"),
        ({"site": {"batteryDischargeControl": "maybe"}}, "site.batteryDischargeControl", "boolean"),
        ({"pv": [{"name": "roof"}]}, "pv[0].power", "missing"),
        ({"pv": [{"name": "roof", "power": -1}]}, "pv[0].power", "at least 0"),
        ({"pv": [{"name": "a", "power": 1}, {"name": "a", "power": 1}]}, "pv", "two"),
        ({"home": {"values": [1]}}, "home.step", "missing"),
        ({"home": {"step": 0, "values": [1]}}, "home.step", "greater than 0"),
        ({"home": {"step": 60, "values": []}}, "home.values", "at least one"),
        ({"home": {"step": 60, "values": [1, None]}}, "home.values[1]", "null"),
        ({"home": float("nan")}, "home", "number"),
        ({"vehicles": [CAR, CAR]}, "vehicles", "two"),
        ({"vehicles": [{**CAR, "soc": 101}]}, "vehicles[0].soc", "at most 100"),
        ({"vehicles": [{**CAR, "capacity": 0}]}, "vehicles[0].capacity", "greater than 0"),
        ({"vehicles": [{**CAR, "phases": True}]}, "vehicles[0].phases", "1, 2, 3"),
        ({"vehicles": [{**CAR, "online": 1}]}, "vehicles[0].online", "true or false"),
        ({"batteries": [{**BATTERY, "minSoc": 60, "maxSoc": 50}]}, "batteries[0].minSoc", "maxSoc"),
        ({"batteries": [{**BATTERY, "efficiency": 0}]}, "batteries[0].efficiency", "greater than 0"),
        ({"batteries": [{"name": "b"}]}, "batteries[0].capacity", "missing"),
        ({"connections": [plugged(loadpoint=2)]}, "connections[0].loadpoint", "one of 1"),
        ({"connections": [plugged()]}, "connections[0].vehicle", "'blue'"),
        ({"connections": [{"loadpoint": 1, "from": START}]}, "connections[0].vehicle", "missing"),
        ({"connections": [plugged(vehicle=None, to=START)]}, "connections[0].to", "after from"),
        ({"connections": [plugged(vehicle=None)] * 2}, "connections", "loadpoint 1 has two"),
        (
            {
                "vehicles": [CAR],
                "loadpoints": [{}, {}],
                "connections": [plugged(to=LATER), plugged(loadpoint=2)],
            },
            "connections",
            "vehicle 'blue' has two",
        ),
        ({"commands": [{"at": START, "path": "loadpoints"}]}, "commands[0].path", "slash"),
        ({"commands": [{"at": START, "path": "/x", "method": "BREW"}]}, "commands[0].method", "POST"),
        ({"faults": [{"from": START, "device": "grid", "kind": "slow"}]}, "faults[0].kind", "stale"),
        (
            {"faults": [{"from": START, "device": "charger:2", "kind": "nan"}]},
            "faults[0].device",
            "charger:2",
        ),
        ({"faults": [{"from": START, "device": "charger", "kind": "nan"}]}, "faults[0].device", "charger"),
        ({"faults": [{"from": START, "device": "pv:x", "kind": "nan"}]}, "faults[0].device", "pv:x"),
        ({"tariffs": {"grid": "cheap"}}, "tariffs.grid", "number"),
        (
            {"tariffs": {"grid": {"step": 3600, "values": [1], "published": "noon"}}},
            "tariffs.grid.published",
            "13:00",
        ),
    ],
)
def test_refused(change: dict[str, Any], key: str, advice: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(document(**change))
    assert caught.value.key == key
    assert advice in caught.value.advice


@pytest.mark.parametrize("key", ["name", "start", "timezone", "duration", "loadpoints"])
def test_required_keys(key: str) -> None:
    content = document()
    del content[key]
    with pytest.raises(ScenarioError) as caught:
        read(content)
    assert (caught.value.key, caught.value.advice) == (key, "is missing")


def test_touching_connections_are_not_two_at_once() -> None:
    scenario = read(
        garage(
            loadpoints=[{}, {}],
            connections=[plugged(to=LATER), plugged(loadpoint=2, **{"from": LATER})],
        )
    )
    assert [len(s.connections) for s in scenario.plant.sockets] == [1, 1]


def test_files_that_are_not_json(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(ScenarioError, match=r"broken\.json: is not JSON"):
        load(path)


@pytest.mark.parametrize("content", [[], None, "text"])
def test_documents_that_are_no_objects(content: Any) -> None:
    with pytest.raises(ScenarioError, match="must be an object"):
        read(content)


# ---------------------------------------------------------------------- tariffs

DAY = 24 * 3600


def at(hours: float) -> datetime:
    return datetime.fromisoformat(START).astimezone(UTC) + timedelta(hours=hours)


def test_numbers_are_static_tariffs() -> None:
    tariffs = read(document(tariffs={"grid": 0.3, "feedin": 0.08, "co2": 400})).tariffs.at(at(0))
    assert tariffs.grid is not None
    assert tariffs.grid.static
    assert tariffs.grid.value(at(0.99)) == tariffs.grid.value(at(7 * 24)) == 0.3
    assert {s.end - s.start for s in tariffs.grid.slots} == {timedelta(minutes=15)}
    assert tariffs.co2 is not None
    assert (tariffs.co2.kind, tariffs.co2.static) == ("co2", False)
    assert [(s.start, s.end, s.value) for s in tariffs.co2.slots] == [(at(0), at(1), 400)]
    assert tariffs.planner is None


def test_series_are_forecasts_with_a_slot_per_step_up_to_the_end_of_the_run() -> None:
    values = {"step": 3600, "values": [1, 2, 3, 4]}
    short = read(document(duration=6 * 3600, tariffs={"grid": values})).tariffs.at(at(0)).grid
    assert short is not None
    assert [(s.start, s.end, s.value) for s in short.slots] == [
        (at(0), at(1), 1),
        (at(1), at(2), 2),
        (at(2), at(3), 3),
        (at(3), at(6), 4),
    ]
    assert short.kind == "priceforecast"
    long = read(document(duration=5400, tariffs={"grid": values})).tariffs.at(at(0)).grid
    assert long is not None
    assert [(s.start, s.end, s.value) for s in long.slots] == [(at(0), at(1), 1), (at(1), at(1.5), 2)]


def test_a_solar_forecast_hides_the_true_values() -> None:
    solar = {"step": 3600, "values": [100, 200], "forecast": [150, 150]}
    tariff = read(document(duration=7200, tariffs={"solar": solar})).tariffs.at(at(0)).solar
    assert tariff is not None
    assert ([s.value for s in tariff.slots], tariff.kind) == ([150, 150], "solar")


def days(start: str, hours: int, published: str = "13:00") -> list[int]:
    """Return how many slots are visible in each hour of a run of hourly prices."""
    content = document(
        start=start,
        duration=hours * 3600,
        tariffs={"grid": {"step": 3600, "values": list(range(hours)), "published": published}},
    )
    scenario = read(content)
    seen = []
    for hour in range(hours):
        tariff = scenario.tariffs.at(scenario.start + timedelta(hours=hour)).grid
        assert tariff is not None
        seen.append(len(tariff.slots))
    return seen


def test_day_ahead_prices_become_visible_the_day_before() -> None:
    assert days("2026-05-04T00:00:00+02:00", 72) == [24] * 13 + [48] * 24 + [72] * 35


def test_a_run_that_starts_after_the_publication_sees_tomorrow_at_once() -> None:
    assert days("2026-05-04T14:00:00+02:00", 48) == [34] * 23 + [48] * 25


def test_a_run_that_starts_before_the_publication_sees_today_only() -> None:
    assert days("2026-05-04T12:30:00+02:00", 24) == [12] * 1 + [24] * 23


def test_publication_goes_by_local_days_also_when_the_clock_changes() -> None:
    # 2026-03-29 has 23 hours in Berlin: midnight of the 30th is 23 h after that of the 29th.
    assert days("2026-03-29T00:00:00+01:00", 48)[:14] == [23] * 12 + [47] * 2


def test_the_same_object_while_nothing_changes() -> None:
    content = document(
        duration=2 * DAY,
        tariffs={"grid": {"step": 3600, "values": list(range(48)), "published": "13:00"}, "feedin": 0.1},
    )
    book = read(content).tariffs
    first = book.at(at(0))
    assert book.at(at(12.9)) is first
    second = book.at(at(13))
    assert second is not first
    assert second.feedin is first.feedin
    assert book.at(at(40)) is second
    back = book.at(at(0)).grid
    assert back is not None
    assert len(back.slots) == 24
    assert book.full.grid is not None
    assert len(book.full.grid.slots) == 48
