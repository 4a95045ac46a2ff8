"""Random houses, readings and commands for the tests of properties; everything follows from the seed."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.evcc.core import commands
from custom_components.evcc.core.config import (
    BatteryConfig,
    ChargerTraits,
    CircuitConfig,
    LoadpointConfig,
    MeterConfig,
    SiteConfig,
    VehicleConfig,
)
from custom_components.evcc.core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.core.model import BatteryMode, Failure, Feature, Mode, Status, StatusReason
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from custom_components.evcc.core.settings import TABLE, Scope
from custom_components.evcc.core.site import Site

START = datetime(2026, 3, 28, 20, tzinfo=UTC)
"""Shortly before midnight and before the clocks of Berlin go forward."""


def random_site(rng: Random) -> SiteConfig:
    """Wire a house: one to six loadpoints, and a bit of everything else."""
    circuits = [CircuitConfig(name="main", max_power=rng.choice([0.0, 9000.0, 22000.0]), max_current=40.0)]
    for i in range(rng.randrange(3)):
        parent = rng.choice(circuits).name
        circuits.append(CircuitConfig(name=f"c{i}", parent=parent, max_power=rng.choice([0.0, 7000.0])))
    circuits = [replace(c, metered=rng.random() < 0.3) for c in circuits] if rng.random() < 0.5 else []
    cars = tuple(
        VehicleConfig(
            name=f"car{i}",
            capacity=rng.choice([0.0, 10.0, 60.0]),
            phases=rng.choice([0, 1, 2, 3]),
            identifiers=(f"id{i}", "x*"),
            features=frozenset(rng.sample([Feature.OFFLINE, Feature.COARSE_CURRENT, Feature.STREAMING], 1)),
            on_mode=rng.choice([None, None, Mode.PV, Mode.NOW]),
            on_priority=rng.choice([0, 0, 3]),
            on_min_current=rng.choice([0.0, 8.0, 8.4]),
            on_max_current=rng.choice([0.0, 10.5, 16.0]),
            has_status=rng.random() < 0.5,
            can_wake=rng.random() < 0.5,
        )
        for i in range(rng.randrange(4))
    )
    return SiteConfig(
        timezone="Europe/Berlin",
        grid=MeterConfig(name="grid") if rng.random() < 0.9 else None,
        pv=(MeterConfig(name="roof", max_ac_power=rng.choice([0.0, 5000.0])),) if rng.random() < 0.9 else (),
        batteries=tuple(
            BatteryConfig(name=f"b{i}", capacity=rng.choice([None, 10.0]), max_soc=95.0, controllable=i == 0)
            for i in range(rng.choice([0, 1, 2]))
        ),
        aux=(MeterConfig(name="boiler"),) if rng.random() < 0.3 else (),
        circuits=tuple(circuits),
        loadpoints=tuple(random_loadpoint(rng, i, circuits, cars) for i in range(rng.randint(1, 6))),
        vehicles=cars,
        equal_share=rng.random() < 0.3,
    )


def random_loadpoint(
    rng: Random, index: int, circuits: list[CircuitConfig], cars: tuple[VehicleConfig, ...]
) -> LoadpointConfig:
    """Wire one socket."""
    switching = rng.random() < 0.5
    meter = rng.random() < 0.8
    traits = ChargerTraits(
        phase_switching=switching,
        physical_phases=0 if switching else rng.choice([0, 1, 3]),
        milliamp=rng.random() < 0.5,
        has_power=meter,
        has_currents=meter and rng.random() < 0.6,
        has_energy=meter and rng.random() < 0.6,
        has_session_energy=meter and rng.random() < 0.2,
        reads_current=rng.random() < 0.4,
        reads_phases=switching and rng.random() < 0.5,
        reads_id=rng.random() < 0.5,
        can_wake=rng.random() < 0.5,
        min_power=rng.choice([0.0, 0.0, 0.0, 1500.0]),
        max_power=rng.choice([0.0, 0.0, 0.0, 9000.0]),
        features=frozenset(f for f in Feature if rng.random() < 0.06),
    )
    circuit = rng.choice(circuits).name if circuits and rng.random() < 0.8 else None
    default = rng.choice(cars).name if cars and rng.random() < 0.3 else None
    return LoadpointConfig(name=f"lp{index}", charger=traits, circuit=circuit, default_vehicle=default)


def random_tariffs(rng: Random, hours: int = 72) -> Tariffs:
    """Return hourly prices with gaps, fixed ones, or none."""

    def some(kind: TariffKind, scale: float) -> Tariff | None:
        if rng.random() < 0.3:
            return None
        starts = [START + timedelta(hours=h) for h in range(hours) if rng.random() < 0.95]
        slots = [Slot(s, s + timedelta(hours=1), rng.uniform(-0.05, 0.5) * scale) for s in starts]
        return Tariff(rng.choice([kind, kind, TariffKind.PRICE_STATIC]), slots)

    forecast = TariffKind.PRICE_FORECAST
    return Tariffs(
        grid=some(forecast, 1), feedin=some(forecast, 0.5), co2=some(TariffKind.CO2, 1000), planner=None
    )


_FAILURES = (*Failure, None)
_NONSENSE: dict[str, tuple[Any, ...]] = {
    "status": (None, None, *Status),
    "status_reason": (None, *StatusReason),
    "enabled": (None, True, False),
    "phases": (None, 0, 1, 2, 3),
    "identifier": (None, "", "id0", "ID1", "x9", "(*"),
    "currents": (None, (0.0, 0.0, 0.0), (40.0, 0.0, 0.0), (16.0, 16.0, 0.4), (-3.0, 2.0, -1.0)),
    "powers": (None, (0.0, 0.0, 0.0), (-9000.0, 500.0, 20.0)),
    "voltages": (None, (230.0, 0.0, 0.0), (231.0, 229.0, 3.0), (0.0, 0.0, 0.0)),
    "soc": (None, -3.0, 0.0, 20.0, 99.9, 100.0, 250.0),
    "climater": (None, True, False),
    "dimmed": (None, None, True, False),
    "message": (None, "E17"),
    "min_current": (None, 0.0, 7.5, 40.0),
    "max_current": (None, 0.0, 5.0, 13.2, 32.0),
    "connected_for": (None, 0.0, 5.0, 4000.0),
}
_NUMBERS = (None, None, 0.0, 0.3, 7.0, 120.0, -250.0, 11_000.0, -50_000.0, 1e6)


def nonsense(rng: Random, reading: Any, share: float = 0.3) -> Any:
    """Return the reading with some values missing or absurd."""
    wrong = {}
    for f in fields(reading):
        if rng.random() < share:
            pool = _FAILURES if f.name.endswith("failure") else _NONSENSE.get(f.name, _NUMBERS)
            wrong[f.name] = rng.choice(pool)
    return replace(reading, **wrong)


type Press = Callable[[Site], object]
"""Something that a person does to a site."""

_LIKELY: dict[str, tuple[Any, ...]] = {
    "W": (0.0, 0.0, -500.0, 300.0),
    "A": (6.0, 6.4, 10.0, 16.0, 20.0),
    "%": (0, 0, 20, 50, 80, 100),
    "s": (0.0, 30.0, 60.0, 100.0, 300.0),
    "kWh": (0.0, 0.3, 3.0),
    "price": (None, 0.0, 0.2, 300.0),
    "": (0, 1, 2, True, False),
}


def random_press(rng: Random, config: SiteConfig, now: datetime, *, boost: bool = True) -> Press:
    """Return a command that somebody may give; not all of them are accepted."""
    index = rng.randrange(len(config.loadpoints))
    cars = [v.name for v in config.vehicles]
    kind = rng.random()
    if kind < 0.1:
        name = rng.choice([*cars, None])
        return lambda site: commands.select_vehicle(site, index, name, now)
    if kind < 0.15:
        return lambda site: commands.detect_vehicle(site, index, now)
    if kind < 0.2:
        battery_mode = rng.choice(list(BatteryMode))
        return lambda site: commands.set_external_battery_mode(site, battery_mode, now)
    if kind < 0.4:
        mode = rng.choice([*Mode, Mode.PV, Mode.PV, Mode.MINPV])
        return lambda site: commands.change(site, Scope.LOADPOINT, index, "mode", mode, now)
    setting = rng.choice([s for s in TABLE if boost or s.key != "batteryBoost"])
    target = {Scope.SITE: None, Scope.LOADPOINT: index, Scope.VEHICLE: rng.choice([*cars, "nobody"])}
    value = rng.choice(setting.choices or _LIKELY[setting.unit])
    return lambda site: commands.change(site, setting.scope, target[setting.scope], setting.key, value, now)


def random_plan(rng: Random, config: SiteConfig, now: datetime) -> Press:
    """Return the making of a plan or strategy; not all of them are accepted."""
    index = rng.randrange(len(config.loadpoints))
    car = rng.choice([v.name for v in config.vehicles] or ["nobody"])
    time = now + timedelta(minutes=rng.choice([-5, 3, 20, 45, 90, 600, 6000]))
    strategy = Strategy(continuous=rng.random() < 0.5, precondition=rng.choice([0.0, 0.0, 900.0, 604_800.0]))
    zone = rng.choice(["UTC", "Europe/Berlin", "America/New_York"])
    weekly = [
        RepeatingPlan(
            weekdays=rng.choice([(0, 1, 2, 3, 4, 5, 6), (rng.randrange(7),), ()]),
            time=rng.choice([f"{time.astimezone(ZoneInfo(zone)):%H:%M}", "8:15", "7"]),
            tz=zone,
            soc=rng.choice([0, 30, 80, 100]),
            active=rng.random() < 0.8,
        )
        for _ in range(rng.randrange(3))
    ]
    soc = rng.choice([None, SocPlan(soc=rng.choice([0, 25, 60, 100]), time=time)])
    energy = rng.choice([None, EnergyPlan(energy=rng.choice([0.0, 0.2, 3.0, 40.0]), time=time)])
    return rng.choice(
        [
            lambda site: commands.select_vehicle(site, index, car, now),
            lambda site: commands.set_soc_plan(site, car, soc, now),
            lambda site: commands.set_repeating_plans(site, car, weekly, now),
            lambda site: commands.set_repeating_plans(site, car, weekly, now),
            lambda site: commands.set_energy_plan(site, index, energy, now),
            lambda site: commands.set_vehicle_strategy(site, car, strategy, now),
            lambda site: commands.set_loadpoint_strategy(site, index, strategy, now),
        ]
    )
