"""The state as a document: every key that applies from the first answer on, and none that is not known."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
import json
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from custom_components.evcc.core.config import (
    BatteryConfig,
    ChargerTraits,
    CircuitConfig,
    LoadpointConfig,
    MeterConfig,
    VehicleConfig,
)
from custom_components.evcc.core.goals import RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.core.model import EPOCH, BatteryMode, Boost, Feature, Mode, StatusReason
from custom_components.evcc.core.ports import BatteryReading, MeterReading, VehicleReading
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from custom_components.evcc.core.session import Statistics
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.rest.document import Forecasts, Sources, build
from custom_components.evcc.rest.document.forecast import quarter

from ..core.plant import Bench
from ..core.wiring import START, B, C, prices
from . import document_keys as keys

NETWORK = {"schema": "http", "host": "house", "port": 8123}
SHAPES = pytest.mark.parametrize("modern", [False, True], ids=["contract", "modern"])
BARE: set[str] = set()
EVERYTHING = {
    "pv", "battery", "aux", "consumers", "circuits", "grid-tariff", "feedin", "co2", "solar",
    "currents", "voltages", "counter", "identity",
}  # fmt: skip


def whole() -> Bench:
    """Return a house with one of everything, before its first cycle."""
    measuring = ChargerTraits(has_currents=True, has_energy=True, features=frozenset({Feature.HEATING}))
    bench = Bench(
        LoadpointConfig(name="lp1", title="Garage", charger=measuring, circuit="main"),
        title="Home",
        timezone="Europe/Berlin",
        grid=MeterConfig(name="grid", title="Grid"),
        pv=(MeterConfig(name="pv", title="Roof", max_ac_power=5000), MeterConfig(name="pv2")),
        batteries=(BatteryConfig(name="b", title="Cellar", capacity=10, controllable=True),),
        aux=(MeterConfig(name="aux"),),
        consumers=(MeterConfig(name="pump"),),
        circuits=(CircuitConfig(name="main", title="House", max_power=20_000, max_current=32, metered=True),),
        vehicles=(
            VehicleConfig(name="car", title="Car", capacity=60, features=frozenset({Feature.STREAMING})),
            VehicleConfig(name="db:2"),
        ),
    )
    bench.tariffs = Tariffs(
        grid=prices(0.3, 0.1234567),
        feedin=prices(0.08, kind=TariffKind.PRICE_STATIC),
        co2=prices(300, kind=TariffKind.CO2),
        solar=prices(5000, 3000, kind=TariffKind.SOLAR),
    )
    return bench


def running() -> Bench:
    """Return the same house after a cycle with readings of everything."""
    bench = whole()
    bench.world = {
        "pv": (MeterReading(power=5600.12345, energy=1000.0, return_energy=2.5), MeterReading(power=-20)),
        "batteries": (BatteryReading(power=-500, soc=60, energy=70.0),),
        "aux": (MeterReading(power=300),),
        "consumers": (MeterReading(power=800, energy=5.0),),
        "circuits": {"main": MeterReading(power=9000, currents=(13, 14, 12))},
        "vehicles": {"car": VehicleReading(soc=50, range=200.4, odometer=12_000, status=B)},
    }
    bench.put(
        mode=Mode.NOW,
        status=C,
        offered=10,
        vehicle="car",
        reading={
            "currents": (10.0, 9.9876, 10), "voltages": (230, 231, 229), "energy": 77.12345,
            "identifier": "04AB",
        },
        limit_soc=80,
        smart_cost_limit=0.123456,
    )  # fmt: skip
    bench.cycle(0)
    return bench


def alone() -> Bench:
    """Return a house with a charger and nothing else, not even a meter."""
    return Bench(grid=None)


def sources(bench: Bench, **changes: Any) -> Sources:
    """Return what the document of a house is made of."""
    found = Sources(
        state=snapshot(bench.site, bench.now),
        config=bench.site.config,
        statistics={"30d": Statistics(solar_percentage=64.25, charged_kwh=10)},
        tariffs=bench.tariffs,
        network=NETWORK,
    )
    return replace(found, **changes)


def told(bench: Bench, *, modern: bool = False, **changes: Any) -> dict[str, Any]:
    """Return the document of a house; `changes` are fields of its snapshot."""
    found = sources(bench)
    return build(replace(found, state=replace(found.state, **changes)), Forecasts(), modern=modern)


def loadpoint(bench: Bench, *, modern: bool = False, **changes: Any) -> dict[str, Any]:
    """Return the first loadpoint of a house; `changes` are fields of its part of the snapshot."""
    state = snapshot(bench.site, bench.now)
    part = replace(state.loadpoints[0], **changes)
    found: dict[str, Any] = told(bench, modern=modern, loadpoints=(part, *state.loadpoints[1:]))
    return found["loadpoints"][0]


# Which keys there are


@SHAPES
@pytest.mark.parametrize(
    ("make", "holds"),
    [
        pytest.param(alone, BARE, id="without meters, vehicle and tariffs"),
        pytest.param(whole, EVERYTHING - {"voltages", "identity"}, id="before the first cycle"),
        pytest.param(running, EVERYTHING, id="at work"),
    ],
)
def test_every_key_that_applies_is_there_and_no_other(make: Any, holds: set[str], *, modern: bool) -> None:
    document = told(make(), modern=modern)
    assert keys.wrong(document, keys.SITE, holds, modern=modern) == []
    for part in document["loadpoints"]:
        assert keys.wrong(part, keys.LOADPOINT, holds, modern=modern) == []


@SHAPES
@pytest.mark.parametrize("make", [alone, whole, running])
def test_records_have_no_other_fields_than_known(make: Any, *, modern: bool) -> None:
    document = told(make(), modern=modern)
    meters = [*document["pv"], *document["aux"], *document.get("consumers", ())]
    assert all({"name", "power"} <= m.keys() <= keys.METER for m in meters)
    assert (document["grid"] or {}).keys() <= keys.GRID
    batteries = (document["battery"] or {}).get("devices", []) if modern else document["battery"]
    assert all({"power", "capacity", "soc", "controllable"} <= b.keys() <= keys.BATTERY for b in batteries)
    assert all({"power"} <= c.keys() <= keys.CIRCUIT for c in document.get("circuits", {}).values())
    required = {"title", "repeatingPlans", "planStrategy"}
    assert all(required <= v.keys() <= keys.VEHICLE for v in document["vehicles"].values())


@SHAPES
def test_parts_that_were_not_read_yet_are_there(*, modern: bool) -> None:
    document = told(whole(), modern=modern)
    assert [m["name"] for m in document["pv"]] == ["pv", "pv2"]
    assert [m["name"] for m in document["consumers"]] == ["pump"]
    device = {"name": "b", "title": "Cellar", "power": 0, "capacity": 10, "soc": 0, "controllable": True}
    whole_battery = {"power": 0, "capacity": 10, "soc": 0, "devices": [device]}
    assert document["battery"] == (whole_battery if modern else [device])


@SHAPES
def test_keys_that_clients_look_for_are_there_at_once(*, modern: bool) -> None:
    document = told(whole(), modern=modern)
    assert document.keys() >= keys.CLIENT_SITE
    assert document["loadpoints"][0].keys() >= keys.CLIENT_LOADPOINT


@SHAPES
def test_only_json_values_with_the_same_meaning_for_every_parser(*, modern: bool) -> None:
    document = told(running(), modern=modern)
    assert json.loads(orjson.dumps(document)) == document
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def without_numbers(value: Any, number: float) -> Any:
    """Return a snapshot, or a part of one, in which every float is that one."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: without_numbers(getattr(value, f.name), number) for f in fields(value)}
        )
    if isinstance(value, tuple):
        return tuple(without_numbers(item, number) for item in value)
    return number if isinstance(value, float) else value


@SHAPES
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_never_leaves(number: float, *, modern: bool) -> None:
    found = sources(running())
    slots = [replace(slot, value=number) for slot in prices(1, 2, 3).slots]
    broken = replace(
        found,
        state=without_numbers(found.state, number),
        statistics={"total": Statistics(charged_kwh=number)},
        tariffs=Tariffs(grid=Tariff(TariffKind.PRICE_FORECAST, slots), solar=Tariff(TariffKind.SOLAR, slots)),
    )
    document = build(broken, Forecasts(), modern=modern)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert (document["homePower"], document["loadpoints"][0]["vehicleRange"]) == (None, 0)


# Values


def test_unknown_is_zero_where_the_contract_says_so_and_null_elsewhere() -> None:
    lp = loadpoint(whole())
    assert [lp[k] for k in ("vehicleSoc", "vehicleRange", "vehicleOdometer", "vehicleLimitSoc")] == [0] * 4
    assert [lp["vehicleName"], lp["vehicleTitle"]] == ["", ""]
    assert loadpoint(alone(), charge_power=None)["chargePower"] is None
    for key in ("chargeCurrents", "chargeTotalImport", "sessionPrice", "planTime", "vehicleClimaterActive"):
        assert lp[key] is None
    document = told(whole())
    assert (document["grid"], document["homePower"]) == (None, None)
    assert [document[f"battery{k}"] for k in ("Soc", "Energy", "Capacity")] == [0, 0, 10]
    assert document["pvEnergy"] == 0


def test_a_grid_meter_that_is_lost_has_no_power() -> None:
    bench = running()
    for _ in range(4):
        bench.run(bench.world | {"grid": MeterReading()})
    document = told(bench)
    assert document["grid"] == {"name": "grid", "title": "Grid", "power": None}
    assert document["homePower"] is None
    assert keys.wrong(document, keys.SITE, EVERYTHING, modern=False) == []


def test_without_a_grid_meter_its_power_follows_from_the_rest() -> None:
    bench = Bench(grid=None, pv=(MeterConfig(name="pv"),), batteries=(BatteryConfig(name="b"),))
    bench.put(status=C, offered=10, power=6900)
    bench.run({"pv": (MeterReading(power=2000),), "batteries": (BatteryReading(power=-300, soc=50),)})
    document = told(bench)
    assert (document["gridConfigured"], document["grid"]) == (False, {"power": 5200})


@pytest.mark.parametrize(
    ("number", "top", "limit"),
    [
        pytest.param(0.12345678, 0.123, 0.12345678, id="decimals"),
        pytest.param(16.0, 16, 16, id="whole"),
        pytest.param(-0.0001, 0, -0.0001, id="no negative zero"),
        pytest.param(float("nan"), None, None, id="not a number"),
        pytest.param(float("inf"), None, None, id="infinite"),
        pytest.param(0.0, 0, 0, id="zero is a number"),
    ],
)
def test_numbers(number: float, top: float | None, limit: float | None) -> None:
    lp = loadpoint(
        alone(), charge_power=number, session_price=number, smart_cost_limit=number, vehicle_soc=number
    )
    assert [repr(lp[k]) for k in ("chargePower", "vehicleSoc")] == [repr(top)] * 2
    assert [repr(lp[k]) for k in ("sessionPrice", "smartCostLimit")] == [repr(limit)] * 2
    assert repr(told(alone(), home_power=number)["homePower"]) == repr(top)


def test_numbers_inside_of_objects_keep_their_decimals() -> None:
    document = told(running())
    assert document["pv"][0]["power"] == 5600.12345
    assert document["loadpoints"][0]["chargeCurrents"] == [10, 9.9876, 10]
    assert document["loadpoints"][0]["chargeTotalImport"] == 77.123
    assert document["statistics"]["30d"]["solarPercentage"] == 64.25


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(datetime(2026, 6, 1, 7, 30, 1, 999_999, tzinfo=UTC), "2026-06-01T07:30:01Z", id="UTC"),
        pytest.param(
            datetime(2026, 6, 1, 9, 30, tzinfo=timezone(timedelta(hours=2))),
            "2026-06-01T09:30:00+02:00",
            id="offset",
        ),
        pytest.param(EPOCH, None, id="beginning of time"),
        pytest.param(None, None, id="none"),
    ],
)
def test_times(value: datetime | None, text: str | None) -> None:
    lp = loadpoint(alone(), smart_cost_next_start=value, plan_time=value, effective_plan_time=value)
    assert [lp[k] for k in ("smartCostNextStart", "planTime", "effectivePlanTime")] == [text] * 3


def test_durations_are_whole_seconds_cut_off() -> None:
    lp = loadpoint(
        alone(),
        enable_delay=60.0,
        charge_duration=839.9,
        pv_remaining=0.5,
        plan_overrun=float("inf"),
        plan_precondition=1800.0,
        plan_strategy=Strategy(continuous=True, precondition=900.0),
    )
    found = ("enableDelay", "chargeDuration", "pvRemaining", "planOverrun", "planPrecondition")
    assert [repr(lp[k]) for k in found] == ["60", "839", "0", "0", "1800"]
    assert lp["planStrategy"] == {"continuous": True, "precondition": 900}


def test_energies_of_a_session_are_wh() -> None:
    lp = loadpoint(alone(), session_energy=954.2, charged_energy=954.2, charge_remaining_energy=11_700.0)
    assert [lp["sessionEnergy"], lp["chargedEnergy"], lp["chargeRemainingEnergy"]] == [954.2, 954.2, 11_700]
    assert loadpoint(running())["chargeRemainingEnergy"] > 1000


def test_connected_duration_is_told_after_the_connection() -> None:
    assert loadpoint(alone(), connected=True, connected_duration=0.0)["connectedDuration"] == 0
    assert loadpoint(alone(), connected=False, connected_duration=3600.7)["connectedDuration"] == 3600


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"battery_boost": Boost.OFF}, "batteryBoost", False),
        ({"battery_boost": Boost.CONTINUE}, "batteryBoost", True),
        ({"charger_status_reason": StatusReason.WAITING_FOR_AUTHORIZATION}, "chargerStatusReason",
         "waitingforauthorization"),
        ({"charger_features": ("Heating",)}, "chargerFeatureHeating", True),
        ({"charger_features": ()}, "chargerFeatureHeating", False),
        ({"dimmed": False}, "dimmed", False),
        ({"vehicle_identity": "04AB"}, "vehicleIdentity", "04AB"),
        ({"vehicle_climater_active": True}, "vehicleClimaterActive", True),
        ({"plan": (Slot(START, START + timedelta(hours=1), 0.25),)}, "plan",
         [{"start": "2026-06-01T10:00:00Z", "end": "2026-06-01T11:00:00Z", "value": 0.25}]),
        ({"plan": ()}, "plan", []),
    ],
)  # fmt: skip
def test_a_loadpoint_tells(changes: dict[str, Any], key: str, value: Any) -> None:
    assert loadpoint(alone(), **changes)[key] == value


# Site


def test_home_battery_is_an_array_with_sums_or_one_object() -> None:
    device = {"name": "b", "title": "Cellar", "power": -500, "energy": 70, "capacity": 10, "soc": 60,
              "controllable": True}  # fmt: skip
    contract, modern = told(running()), told(running(), modern=True)
    assert contract["battery"] == [device]
    assert [contract[f"battery{k}"] for k in ("Power", "Soc", "Capacity", "Energy")] == [-500, 60, 10, 70]
    assert modern["battery"] == {"power": -500, "energy": 70, "capacity": 10, "soc": 60, "devices": [device]}


def test_batteries_without_a_capacity_are_counted() -> None:
    bench = Bench(batteries=(BatteryConfig(name="a"), BatteryConfig(name="b")))
    document = told(bench)
    assert document["batteryCapacity"] == 2
    assert [b["capacity"] for b in document["battery"]] == [0, 0]


def test_what_was_set_for_a_battery_shows_without_one() -> None:
    document = told(alone(), battery_mode_external=BatteryMode.HOLD, battery_grid_charge_limit=0.1234)
    assert (document["batteryModeExternal"], document["batteryGridChargeLimit"]) == ("hold", 0.123)


def test_meters() -> None:
    document = told(running())
    assert document["pv"] == [
        {"name": "pv", "title": "Roof", "power": 5600.12345, "energy": 1000, "returnEnergy": 2.5,
         "excessdcpower": pytest.approx(600.12345)},
        {"name": "pv2", "power": -20},
    ]  # fmt: skip
    assert (document["pvPower"], document["pvEnergy"], document["auxPower"]) == (5600.123, 1000, 300)
    assert document["consumers"] == [{"name": "pump", "power": 800, "energy": 5}]


def test_circuits() -> None:
    bench = running()
    assert told(bench)["circuits"] == {
        "main": {"title": "House", "power": 9000, "current": 14, "maxPower": 20_000, "maxCurrent": 32}
    }
    main = snapshot(bench.site, bench.now).circuits[0]
    lost = replace(main, name="shed", title="", parent="main", power=None, current=None, max_power=0.0)
    unlimited = replace(main, name="free", title="", max_current=0.0, max_power=0.0)
    idle = replace(main, name="idle", title="", current=0.0, max_power=0.0)
    assert told(bench, circuits=(lost, unlimited, idle))["circuits"] == {
        "shed": {"parent": "main", "power": None, "current": None, "maxCurrent": 32},
        "free": {"power": 9000},
        "idle": {"power": 9000, "maxCurrent": 32},
    }


def test_vehicles_leave_out_what_is_not_set() -> None:
    none = {"repeatingPlans": [], "planStrategy": {"continuous": False, "precondition": 0}}
    assert told(running())["vehicles"] == {
        "car": {"title": "Car", "capacity": 60, "features": ["Streaming"], **none},
        "db:2": {"title": "db:2", **none},
    }


@SHAPES
def test_a_vehicle_with_everything(*, modern: bool) -> None:
    bench = running()
    soc = SocPlan(soc=80, time=datetime(2026, 6, 2, 7, tzinfo=UTC), precondition=1800.0)
    weekly = RepeatingPlan(weekdays=(1, 2), time="07:00", tz="Europe/Berlin", soc=70, active=True)
    car = replace(
        snapshot(bench.site, bench.now).vehicles[0],
        icon="car", phases=2, mode=Mode.PV, min_soc=20, limit_soc=90, min_current=6.0, max_current=12.5,
        priority=1, plan=soc, repeating_plans=(weekly,), plan_strategy=Strategy(precondition=60.0),
    )  # fmt: skip
    older = {} if modern else {"precondition": 1800}
    repeating = {} if modern else {"precondition": 0}
    assert told(bench, modern=modern, vehicles=(car,))["vehicles"]["car"] == {
        "title": "Car", "icon": "car", "capacity": 60, "phases": 2, "mode": "pv", "minSoc": 20,
        "limitSoc": 90, "minCurrent": 6, "maxCurrent": 12.5, "priority": 1, "features": ["Streaming"],
        "plan": {"soc": 80, "time": "2026-06-02T07:00:00Z", **older},
        "repeatingPlans": [{"weekdays": [1, 2], "time": "07:00", "tz": "Europe/Berlin", "soc": 70,
                            "active": True, **repeating}],
        "planStrategy": {"continuous": False, "precondition": 60},
    }  # fmt: skip


# System


@SHAPES
def test_what_does_not_exist_here_is_empty(*, modern: bool) -> None:
    document = told(alone(), modern=modern)
    assert document["version"] == ("0.313.0" if modern else "0.206.0")
    assert document["network"] == NETWORK
    assert (document["ext"], document["modbusproxy"], document["telemetry"]) == ([], None, False)
    assert {value for key, value in document["mqtt"].items() if key != "insecure"} == {""}
    assert {value for key, value in document["influx"].items() if key != "insecure"} == {""}
    nobody = {"name": "", "expiresAt": "0001-01-01T00:00:00Z"}
    if modern:
        assert document["sponsor"]["status"] == {**nobody, "expiresSoon": False, "token": ""}
    else:
        assert (document["sponsor"], document["hems"], document["eebus"]) == (nobody, {}, False)
    assert "releaseNotes" not in document


@SHAPES
def test_a_fault_of_the_program_is_told(*, modern: bool) -> None:
    document = build(sources(alone(), failed=True), Forecasts(), modern=modern)
    assert keys.wrong(document, keys.SITE, {"fault"}, modern=modern) == []
    fault = document["fatal"][0] if modern else document["fatal"]
    assert fault.keys() == {"error"}


def test_statistics_have_all_periods() -> None:
    nothing = {"solarPercentage": 0, "chargedKWh": 0, "avgPrice": 0, "avgCo2": 0}
    assert told(alone())["statistics"] == {
        "30d": {**nothing, "solarPercentage": 64.25, "chargedKWh": 10},
        "365d": nothing,
        "thisYear": nothing,
        "total": nothing,
    }


def test_startup_is_complete_after_the_first_cycle() -> None:
    assert [told(b)["startupCompleted"] for b in (whole(), running())] == [False, True]


# Prices and forecasts


def test_prices() -> None:
    document = told(running(), tariff_price_home=0.08123456, tariff_grid=0.28123456, tariff_solar=None)
    assert document["tariffPriceHome"] == 0.08123456
    assert (document["tariffGrid"], document["tariffFeedIn"], document["tariffCo2"]) == (0.281, 0.08, 300)
    assert document["tariffSolar"] is None  # a gap
    assert (document["smartCostAvailable"], document["smartCostType"]) == (True, "priceforecast")
    assert document["smartFeedInPriorityAvailable"] is False


HOUR = timedelta(hours=1)


def forecast(tariffs: Tariffs, *, modern: bool, now: datetime = START) -> dict[str, Any]:
    return Forecasts().told(tariffs, now, ZoneInfo("Europe/Berlin"), modern=modern)


def test_forecasts_are_objects_of_what_is_known_ahead() -> None:
    found = forecast(whole().tariffs, modern=False)
    assert found.keys() == {"grid", "planner", "co2", "solar"}
    assert found["grid"] == found["planner"]
    assert found["grid"][1] == {
        "start": "2026-06-01T11:00:00Z", "end": "2026-06-01T12:00:00Z", "value": 0.1234567,
    }  # fmt: skip


def test_forecasts_are_arrays_of_all_tariffs_in_the_newer_shape() -> None:
    found = forecast(whole().tariffs, modern=True)
    assert found.keys() == {"grid", "planner", "co2", "solar", "feedin"}
    begin = int(START.timestamp())
    assert found["grid"] == [[begin, begin + 3600, 0.3], [begin + 3600, begin + 7200, 0.1234567]]


@SHAPES
def test_without_tariffs_there_is_nothing_to_forecast(*, modern: bool) -> None:
    assert forecast(Tariffs(), modern=modern) == {}
    assert forecast(Tariffs(grid=prices()), modern=modern) == {}


@pytest.mark.parametrize("kind", [TariffKind.PRICE_STATIC, TariffKind.PRICE_DYNAMIC])
def test_prices_that_are_not_known_ahead_are_no_forecast_of_the_contract(kind: TariffKind) -> None:
    tariffs = Tariffs(grid=prices(0.3, kind=kind))
    assert forecast(tariffs, modern=False) == {}
    assert forecast(tariffs, modern=True).keys() == {"grid", "planner"}


def test_the_present_quarter_is_the_first() -> None:
    slots = [Slot(START + i * HOUR / 4, START + (i + 1) * HOUR / 4, i) for i in range(8)]
    tariffs = Tariffs(grid=Tariff(TariffKind.PRICE_FORECAST, slots))
    found = forecast(tariffs, modern=True, now=START + timedelta(minutes=44, seconds=59))
    assert [value for _, _, value in found["grid"]] == [2, 3, 4, 5, 6, 7]


@SHAPES
def test_sun(*, modern: bool) -> None:
    midnight = datetime(2026, 5, 31, 22, tzinfo=UTC)  # in Berlin
    slots = [Slot(midnight + (i - 2) * HOUR, midnight + (i - 1) * HOUR, 1000.5) for i in range(2 + 49)]
    tariffs = Tariffs(solar=Tariff(TariffKind.SOLAR, slots))
    found = forecast(tariffs, modern=modern, now=midnight + 22 * HOUR)["solar"]
    assert ("scale" in found) is modern
    assert found["today"] == {"energy": 2001, "complete": True}
    assert found["tomorrow"] == {"energy": 24_012, "complete": True}
    assert found["dayAfterTomorrow"] == {"energy": 0, "complete": False}
    assert len(found["timeseries"]) == 49  # since midnight
    first = [int(midnight.timestamp()), 1000.5] if modern else {"ts": "2026-05-31T22:00:00Z", "val": 1000.5}
    assert found["timeseries"][0] == first


def test_forecasts_stay_the_same_object_until_a_tariff_or_the_quarter_changes() -> None:
    kept, zone, tariffs = Forecasts(), ZoneInfo("Europe/Berlin"), whole().tariffs
    first = kept.told(tariffs, START, zone, modern=False)
    later = START + timedelta(minutes=14, seconds=59)
    assert kept.told(replace(tariffs), later, zone, modern=False) is first
    assert kept.told(tariffs, later, zone, modern=True) is not first
    assert kept.told(tariffs, START + timedelta(minutes=15), zone, modern=False) is not first
    again = kept.told(tariffs, START, zone, modern=False)
    assert kept.told(replace(tariffs, co2=prices(1.0)), START, zone, modern=False) is not again


def test_quarter() -> None:
    assert quarter(START + timedelta(minutes=29, seconds=59, microseconds=5)) == START + HOUR / 4
