"""The snapshot: everything there is to read, in the type it is declared in; what is unknown is None, not zero."""

from dataclasses import fields, is_dataclass
from datetime import timedelta
import json
from math import isfinite
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from custom_components.evcc.core.config import (
    BatteryConfig,
    ChargerTraits,
    CircuitConfig,
    LoadpointConfig,
    MeterConfig,
    VehicleConfig,
)
from custom_components.evcc.core.memory import LoadpointMemory, dump
from custom_components.evcc.core.model import Boost, Failure, Feature, Mode, Status
from custom_components.evcc.core.ports import BatteryReading, MeterReading, VehicleReading
from custom_components.evcc.core.rates import TariffKind, Tariffs
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.core.state import SiteState

from .plant import Bench
from .wiring import FIXED, SINGLE, START, SWITCHABLE, TICK, A, B, C, prices

UNKNOWN_AT_FIRST = {
    "grid.power", "grid.energy", "grid.return_energy", "grid.currents", "grid.powers",
    "grid.excess_dc_power", "circuits.parent",
    "pv_energy", "home_power", "site_power", "battery.soc", "battery.energy", "battery.capacity",
    "battery_grid_charge_limit", "tariff_grid", "tariff_feedin", "tariff_co2", "tariff_solar",
    "tariff_price_home", "tariff_co2_home", "tariff_price_loadpoints", "tariff_co2_loadpoints",
    "smart_cost_type",
    "loadpoints.default_mode", "loadpoints.smart_cost_limit", "loadpoints.smart_feed_in_priority_limit",
    "loadpoints.message", "loadpoints.charge_power", "loadpoints.charge_currents",
    "loadpoints.charge_voltages", "loadpoints.charge_total_import", "loadpoints.dimmed",
    "loadpoints.session_started", "loadpoints.session_price", "loadpoints.session_price_per_kwh",
    "loadpoints.session_co2_per_kwh", "loadpoints.connected_since", "loadpoints.smart_cost_next_start",
    "loadpoints.smart_feed_in_priority_next_start", "loadpoints.vehicle_soc", "loadpoints.vehicle_range",
    "loadpoints.vehicle_limit_soc", "loadpoints.vehicle_odometer", "loadpoints.vehicle_climater_active",
    "vehicles.mode", "vehicles.soc", "vehicles.range", "vehicles.odometer", "vehicles.loadpoint",
    "vehicles.plugged", "vehicles.plan", "loadpoints.plan", "loadpoints.plan_time",
    "loadpoints.plan_projected_start", "loadpoints.plan_projected_end", "loadpoints.effective_plan_time",
    "loadpoints.plan_price", "loadpoints.plan_cost",
}  # fmt: skip


def whole() -> Bench:
    """Return a site with one of everything, before its first cycle."""
    measuring = ChargerTraits(has_currents=True, has_energy=True)
    return Bench(
        LoadpointConfig(name="lp1", title="Garage", charger=measuring, circuit="main"),
        title="Home",
        pv=(MeterConfig(name="pv", title="Roof", max_ac_power=5000), MeterConfig(name="pv2")),
        batteries=(BatteryConfig(name="battery", capacity=10, controllable=True), BatteryConfig(name="b2")),
        aux=(MeterConfig(name="aux"),),
        consumers=(MeterConfig(name="pump"),),
        circuits=(CircuitConfig(name="main", title="House", max_power=20_000, metered=True),),
        vehicles=(VehicleConfig(name="car", title="Car", capacity=60),),
    )


def running() -> Bench:
    """Return the same site after a cycle with readings of everything."""
    bench = whole()
    bench.world = {
        "pv": (MeterReading(power=5600, energy=1000.0), MeterReading(power=-20)),
        "batteries": (BatteryReading(power=-500, soc=60, energy=70.0), BatteryReading(power=0, soc=40)),
        "aux": (MeterReading(power=300),),
        "consumers": (MeterReading(power=800, energy=5.0),),
        "circuits": {"main": MeterReading(power=9000, currents=(13, 14, 12))},
        "vehicles": {"car": VehicleReading(soc=50, range=200, odometer=12_000, status=B)},
    }
    bench.tariffs = Tariffs(
        grid=prices(0.3, 0.1), feedin=prices(0.08), co2=prices(300, kind=TariffKind.CO2), solar=prices(5000)
    )
    bench.put(
        mode=Mode.NOW,
        status=C,
        offered=10,
        vehicle="car",
        reading={"currents": (10, 10, 10), "voltages": (230, 231, 229), "energy": 77.0},
        limit_soc=80,
        smart_cost_limit=0.1,
    )
    bench.cycle(0)
    return bench


def fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, UnionType):
        return any(fits(value, k) for k in get_args(kind))
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if inner[-1] is Ellipsis:
            return isinstance(value, tuple) and all(fits(v, inner[0]) for v in value)
        return isinstance(value, tuple) and all(fits(v, k) for v, k in zip(value, inner, strict=True))
    kind = getattr(kind, "__value__", kind)  # the type of a "type" statement
    if get_origin(kind) is tuple:
        return fits(value, kind)
    if kind is NoneType or value is None:
        return kind is NoneType and value is None
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def walk(value: Any, path: str = "") -> dict[str, Any]:
    """Return every field of a state by its dotted path, parts of tuples under one name."""
    found = {}
    hints = get_type_hints(type(value))
    for f in fields(value):
        inner = getattr(value, f.name)
        name = f"{path}{f.name}"
        assert fits(inner, hints[f.name]), f"{name} is {inner!r}, not {hints[f.name]}"
        found[name] = inner
        for part in inner if isinstance(inner, tuple) else (inner,):
            if is_dataclass(part) and f.name != "why":
                found |= walk(part, f"{name}.")
    return found


@pytest.mark.parametrize("make", [whole, running, Bench])
def test_every_field_has_its_type(make: Any) -> None:
    bench = make()
    state = snapshot(bench.site, bench.now)
    assert isinstance(state, SiteState)
    assert len(walk(state)) > 100


def test_nothing_is_known_before_the_first_cycle() -> None:
    bench = whole()
    bench.site.loadpoints[0].memory = LoadpointMemory()
    found = walk(snapshot(bench.site, bench.now))
    assert {name for name, value in found.items() if value is None} == UNKNOWN_AT_FIRST
    assert found["cycles"] == 0
    assert found["loadpoints.available"] is False


def test_all_is_known_afterwards() -> None:
    bench = running()
    state = snapshot(bench.site, bench.now)
    assert state.cycles == 1
    assert [(m.name, m.title, m.power, m.excess_dc_power) for m in state.pv] == [
        ("pv", "Roof", 5600, 600),
        ("pv2", "", -20, None),
    ]
    assert (state.pv_power, state.pv_energy) == (5600, 1000)
    assert (state.aux_power, state.consumers[0].power) == (300, 800)
    assert state.battery is not None
    assert (state.battery.power, state.battery.soc, state.battery.capacity) == (-500, 50, 10)
    assert [d.controllable for d in state.battery.devices] == [True, False]
    circuit = state.circuits[0]
    assert (circuit.title, circuit.power, circuit.current, circuit.max_power) == ("House", 9000, 14, 20_000)
    tariffs = (state.tariff_grid, state.tariff_feedin, state.tariff_co2, state.tariff_solar)
    assert tariffs == (0.3, 0.08, 300, 5000)
    assert (state.smart_cost_available, state.smart_cost_type) == (True, "priceforecast")
    assert state.smart_feed_in_priority_available


def test_loadpoint_afterwards() -> None:
    bench = running()
    lp = snapshot(bench.site, bench.now).loadpoints[0]
    assert (lp.name, lp.title, lp.index, lp.available, lp.failure) == ("lp1", "Garage", 1, True, None)
    assert (lp.mode, lp.status, lp.connected, lp.charging, lp.enabled) == (Mode.NOW, C, True, True, True)
    assert (lp.offered_current, lp.charge_power, lp.charge_currents) == (16, 6900, (10, 10, 10))
    assert (lp.charge_total_import, lp.phases, lp.phases_active) == (77, 3, 3)
    assert (lp.vehicle_name, lp.vehicle_title, lp.vehicle_soc, lp.vehicle_range) == ("car", "Car", 50, 200)
    assert (lp.effective_limit_soc, lp.effective_max_power, lp.effective_min_power) == (80, 11_040, 4140)
    assert (lp.smart_cost_active, lp.smart_cost_next_start) == (False, START + timedelta(hours=1))
    energy = 60_000 / 0.85 * 0.3
    assert lp.charge_remaining_energy == pytest.approx(energy)
    assert lp.charge_remaining_duration == pytest.approx(energy / 6900 * 3600, abs=1)


@pytest.mark.parametrize(
    ("reading", "at", "plugged"),
    [
        pytest.param(VehicleReading(status=A), None, False, id="away"),
        pytest.param(VehicleReading(status=B), None, True, id="plugged in elsewhere"),
        pytest.param(VehicleReading(), "lp1", None, id="cannot tell"),
    ],
)
def test_vehicle(reading: VehicleReading, at: str | None, plugged: bool | None) -> None:
    bench = whole()
    bench.put(mode=Mode.OFF, vehicle="car" if at else None)
    bench.world["vehicles"] = {"car": reading}
    bench.cycle(0)
    state = snapshot(bench.site, bench.now).vehicles[0]
    assert (state.loadpoint, state.plugged, state.title, state.capacity) == (at, plugged, "Car", 60)


def test_vehicle_that_is_here_shows_what_is_remembered_of_it() -> None:
    bench = running()
    bench.world["vehicles"] = {"car": VehicleReading(failure=Failure.TIMEOUT)}
    bench.cycle(0)
    state = snapshot(bench.site, bench.now).vehicles[0]
    assert (state.soc, state.range, state.odometer) == (50, 200, 12_000)
    assert state.failure is Failure.TIMEOUT


def test_vehicle_that_is_not_here_shows_what_it_tells() -> None:
    bench = whole()
    bench.world["vehicles"] = {"car": VehicleReading(soc=33, range=150, odometer=9000)}
    bench.cycle(0)
    state = snapshot(bench.site, bench.now).vehicles[0]
    assert (state.soc, state.range, state.odometer) == (33, 150, 9000)


@pytest.mark.parametrize(
    ("cycles", "shown"), [pytest.param(2, True, id="a minute"), pytest.param(3, False, id="longer")]
)
def test_lost_values_are_shown_for_a_minute(cycles: int, shown: bool) -> None:
    bench = running()
    lost = MeterReading(failure=Failure.TIMEOUT)
    bench.world |= {"pv": (lost, lost), "batteries": (BatteryReading(), BatteryReading())}
    bench.sockets[0].power = None
    for _ in range(cycles):
        bench.cycle(0)
    state = snapshot(bench.site, bench.now - TICK)
    assert state.battery is not None
    powers = (state.pv[0].power, state.battery.devices[0].power, state.loadpoints[0].charge_power)
    assert powers == ((5600, -500, 6900) if shown else (None, None, None))
    assert state.pv[0].failure is Failure.TIMEOUT


def test_charger_that_does_not_answer() -> None:
    bench = running()
    bench.sockets[0].more |= {"failure": Failure.UNAVAILABLE, "message": "no route"}
    bench.sockets[0].status = None  # type: ignore[assignment]
    bench.cycle(0)
    lp = snapshot(bench.site, bench.now).loadpoints[0]
    assert (lp.available, lp.failure, lp.message) == (False, Failure.UNAVAILABLE, "no route")
    assert lp.why.device == "Garage: no route"


def test_charger_that_reports_a_fault() -> None:
    bench = running()
    bench.sockets[0].more |= {"failure": Failure.FAULT}
    bench.cycle(0)
    assert snapshot(bench.site, bench.now).loadpoints[0].available is False


def test_charger_that_is_not_read_at_all() -> None:
    bench = running()
    bench.sockets.clear()
    bench.cycle(0)
    lp = snapshot(bench.site, bench.now).loadpoints[0]
    assert (lp.available, lp.failure, lp.status) == (False, Failure.UNAVAILABLE, Status.C)


@pytest.mark.parametrize(
    ("charger", "switchable", "single", "features"),
    [
        pytest.param(FIXED, False, False, (), id="fixed"),
        pytest.param(SWITCHABLE, True, False, (), id="switchable"),
        pytest.param(SINGLE, False, True, (), id="single phase"),
        pytest.param(
            ChargerTraits(features=frozenset({Feature.HEATING, Feature.CONTINUOUS})),
            False,
            False,
            (Feature.CONTINUOUS, Feature.HEATING),
            id="features in order",
        ),
    ],
)
def test_charger(
    charger: ChargerTraits, switchable: bool, single: bool, features: tuple[Feature, ...]
) -> None:
    bench = Bench(charger)
    lp = snapshot(bench.site, bench.now).loadpoints[0]
    told = (lp.charger_phases_1p3p, lp.charger_single_phase, lp.charger_features)
    assert told == (switchable, single, features)


def test_without_any_limit_the_vehicle_is_full_at_100() -> None:
    bench = Bench()
    assert snapshot(bench.site, bench.now).loadpoints[0].effective_limit_soc == 100


def test_measured_phases_are_shown_while_charging() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(status=C, offered=6, phases=3).memory
    m.measured_phases = 2
    assert snapshot(bench.site, bench.now).loadpoints[0].phases_active == 2


def test_offer_of_a_disabled_charger_is_zero() -> None:
    bench = Bench()
    m = bench.put(status=B, offered=9).memory
    assert (m.offered_current, snapshot(bench.site, bench.now).loadpoints[0].offered_current) == (9, 0)


def test_timers_are_shown() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=3)
    bench.cycle(2900)
    lp = snapshot(bench.site, bench.now).loadpoints[0]
    assert (lp.pv_action, lp.pv_remaining) == ("disable", 180)
    assert (lp.phase_action, lp.phase_remaining) == ("scale1p", 180)
    assert lp.battery_boost is Boost.OFF


def test_snapshot_can_be_written_down() -> None:
    bench = running()
    document = json.loads(json.dumps(dump(snapshot(bench.site, bench.now))))
    assert document["loadpoints"][0]["charge_currents"] == [10, 10, 10]
    assert document["at"] == bench.now.isoformat()


def test_no_battery_no_state() -> None:
    bench = Bench()
    assert snapshot(bench.site, bench.now).battery is None
