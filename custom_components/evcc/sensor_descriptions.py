"""What can be read, device by device: tables only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfLength,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)

from .core.agenda import whole_minute
from .core.goals import WEEKDAYS
from .core.model import BatteryMode, Feature, PhaseAction, Phases3, PvAction, Reason, Status, StatusReason
from .core.rates import quarter
from .core.session import Statistics
from .core.state import (
    BatteryDeviceState,
    BatteryState,
    CircuitState,
    LoadpointState,
    MeterState,
    SiteState,
    VehicleState,
)
from .entity import EvccDescription, ReadingDescription

type Value = str | float | datetime | None
type Table[S] = tuple[SensorDescription[S], ...]


@dataclass(frozen=True, kw_only=True)
class SensorDescription[S](SensorEntityDescription, ReadingDescription[S, Value]):
    """A reading.

    moment: the value is the s that were left when the cycle ended; what is shown is the point in time.
    """

    unit_fn: Callable[[SiteState], str] | None = None
    attributes_fn: Callable[[S], Mapping[str, Any]] | None = None
    last_reset_fn: Callable[[S], datetime | None] | None = None
    moment: bool = False


def price_unit(site: SiteState) -> str:
    """Return the unit of prices."""
    return f"{site.currency}/kWh"


CO2_PER_KWH: Final = "g/kWh"

MEASUREMENT: Final[dict[str, Any]] = {"state_class": SensorStateClass.MEASUREMENT}
HIDDEN: Final[dict[str, Any]] = {"entity_registry_enabled_default": False}
DETAIL: Final[dict[str, Any]] = {**HIDDEN, "entity_category": EntityCategory.DIAGNOSTIC}

POWER: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.POWER,
    "native_unit_of_measurement": UnitOfPower.WATT,
    "suggested_display_precision": 0,
}
CURRENT: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.CURRENT,
    "native_unit_of_measurement": UnitOfElectricCurrent.AMPERE,
    "suggested_display_precision": 1,
}
VOLTAGE: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.VOLTAGE,
    "native_unit_of_measurement": UnitOfElectricPotential.VOLT,
    "suggested_display_precision": 0,
}
SOC: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.BATTERY,
    "native_unit_of_measurement": PERCENTAGE,
    "suggested_display_precision": 0,
}
TEMPERATURE: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.TEMPERATURE,
    "native_unit_of_measurement": UnitOfTemperature.CELSIUS,
    "suggested_display_precision": 1,
}
SHARE: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "native_unit_of_measurement": PERCENTAGE,
    "suggested_display_precision": 0,
}
AMOUNT: Final[dict[str, Any]] = {  # of energy, neither counter nor storage
    "device_class": SensorDeviceClass.ENERGY,
    "native_unit_of_measurement": UnitOfEnergy.KILO_WATT_HOUR,
    "suggested_display_precision": 1,
}
COUNTER: Final[dict[str, Any]] = {
    **AMOUNT,
    "state_class": SensorStateClass.TOTAL_INCREASING,
    "live": True,
    "lazy": True,
}
STORAGE: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.ENERGY_STORAGE,
    "native_unit_of_measurement": UnitOfEnergy.KILO_WATT_HOUR,
    "suggested_display_precision": 1,
    "lazy": True,
}
DISTANCE: Final[dict[str, Any]] = {
    "device_class": SensorDeviceClass.DISTANCE,
    "native_unit_of_measurement": UnitOfLength.KILOMETERS,
    "suggested_display_precision": 0,
    "lazy": True,
}
MINUTES: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "device_class": SensorDeviceClass.DURATION,
    "native_unit_of_measurement": UnitOfTime.MINUTES,
}
PRICE: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "unit_fn": price_unit,
    "suggested_display_precision": 3,
    "lazy": True,
}
COST: Final[dict[str, Any]] = {
    "device_class": SensorDeviceClass.MONETARY,
    "state_class": SensorStateClass.TOTAL,
    "unit_fn": lambda site: site.currency,
    "suggested_display_precision": 2,
    "lazy": True,
}
CO2: Final[dict[str, Any]] = {
    **MEASUREMENT,
    "native_unit_of_measurement": CO2_PER_KWH,
    "suggested_display_precision": 0,
    "lazy": True,
}
PLANNED_COST: Final[dict[str, Any]] = {k: v for k, v in COST.items() if k != "state_class"}  # nothing adds up
TIME: Final[dict[str, Any]] = {"device_class": SensorDeviceClass.TIMESTAMP}
ENUM: Final[dict[str, Any]] = {"device_class": SensorDeviceClass.ENUM}


def _phases[S](
    key: str, values_fn: Callable[[S], Phases3 | None], **kind: Any
) -> tuple[SensorDescription[S], ...]:
    """Describe one value per phase, for devices that measure them."""

    def value_fn(phase: int) -> Callable[[S], Value]:
        return lambda part: None if (values := values_fn(part)) is None else values[phase]

    return tuple(
        SensorDescription(
            key=f"{key}_l{phase + 1}",
            translation_key=key,
            translation_placeholders={"phase": f"L{phase + 1}"},
            value_fn=value_fn(phase),
            live=True,
            lazy=True,
            **DETAIL,
            **kind,
        )
        for phase in range(3)
    )


SITE: Final[Table[SiteState]] = (
    SensorDescription(
        key="grid_power",
        exists_fn=lambda site, _: site.grid is not None,
        value_fn=lambda site: site.grid.power if site.grid else None,
        **POWER,
    ),
    SensorDescription(
        key="pv_power",
        exists_fn=lambda site, _: bool(site.pv),
        value_fn=lambda site: site.pv_power,
        **POWER,
    ),
    SensorDescription(key="home_power", value_fn=lambda site: site.home_power, **POWER),
    SensorDescription(
        key="aux_power",
        exists_fn=lambda site, _: bool(site.aux),
        value_fn=lambda site: site.aux_power,
        **POWER,
    ),
    SensorDescription(key="site_power", value_fn=lambda site: site.site_power, **DETAIL, **POWER),
    SensorDescription(
        key="pv_energy",
        value_fn=lambda site: site.pv_energy,
        **HIDDEN,
        **COUNTER,
    ),
    SensorDescription(key="green_share_home", value_fn=lambda site: 100 * site.green_share_home, **SHARE),
    SensorDescription(
        key="green_share_loadpoints", value_fn=lambda site: 100 * site.green_share_loadpoints, **SHARE
    ),
    SensorDescription(key="tariff_grid", value_fn=lambda site: site.tariff_grid, **PRICE),
    SensorDescription(key="tariff_feedin", value_fn=lambda site: site.tariff_feedin, **PRICE),
    SensorDescription(key="tariff_price_home", value_fn=lambda site: site.tariff_price_home, **PRICE),
    SensorDescription(
        key="tariff_price_loadpoints", value_fn=lambda site: site.tariff_price_loadpoints, **PRICE
    ),
    SensorDescription(key="tariff_co2", value_fn=lambda site: site.tariff_co2, **CO2),
    SensorDescription(key="tariff_co2_home", value_fn=lambda site: site.tariff_co2_home, **HIDDEN, **CO2),
    SensorDescription(
        key="tariff_co2_loadpoints", value_fn=lambda site: site.tariff_co2_loadpoints, **HIDDEN, **CO2
    ),
    SensorDescription(key="tariff_solar", value_fn=lambda site: site.tariff_solar, lazy=True, **POWER),
)

BATTERY_MODES: Final = [str(m) for m in BatteryMode if m is not BatteryMode.UNKNOWN]


def _mode(mode: BatteryMode) -> str | None:
    return None if mode is BatteryMode.UNKNOWN else str(mode)


def controllable(site: SiteState) -> bool:
    """Return whether any home battery takes a mode."""
    return site.battery is not None and any(b.controllable for b in site.battery.devices)


BATTERY: Final[Table[BatteryState]] = (
    SensorDescription(key="battery_soc", value_fn=lambda battery: battery.soc, **SOC),
    SensorDescription(key="battery_power", value_fn=lambda battery: battery.power, **POWER),
    SensorDescription(
        key="battery_stored",
        value_fn=lambda battery: (
            battery.capacity * battery.soc / 100
            if battery.capacity is not None and battery.soc is not None
            else None
        ),
        **HIDDEN,
        **STORAGE,
    ),
    SensorDescription(key="battery_capacity", value_fn=lambda battery: battery.capacity, **DETAIL, **STORAGE),
)
BATTERY_CONTROL: Final[Table[SiteState]] = (
    SensorDescription(
        key="battery_mode",
        options=BATTERY_MODES,
        exists_fn=lambda site, _: controllable(site),
        value_fn=lambda site: _mode(site.battery_mode),
        **ENUM,
    ),
)
BATTERY_DEVICE: Final[Table[BatteryDeviceState]] = (
    SensorDescription(key="soc", value_fn=lambda battery: battery.soc, live=True, **SOC),
    SensorDescription(key="power", value_fn=lambda battery: battery.power, live=True, **POWER),
    SensorDescription(key="energy_discharged", value_fn=lambda battery: battery.energy, **COUNTER),
    SensorDescription(key="energy_charged", value_fn=lambda battery: battery.return_energy, **COUNTER),
    SensorDescription(key="battery_capacity", value_fn=lambda battery: battery.capacity, **DETAIL, **STORAGE),
    SensorDescription(
        key="battery_mode",
        options=BATTERY_MODES,
        exists_fn=lambda battery, _: battery.controllable,
        value_fn=lambda battery: _mode(battery.mode),
        **DETAIL,
        **ENUM,
    ),
)

_PER_PHASE: Final[Table[MeterState]] = (
    *_phases("phase_current", lambda meter: meter.currents, **CURRENT),
    *_phases("phase_power", lambda meter: meter.powers, **POWER),
)
GRID: Final[Table[MeterState]] = (
    SensorDescription(key="power", value_fn=lambda meter: meter.power, live=True, **HIDDEN, **POWER),
    SensorDescription(key="energy_imported", value_fn=lambda meter: meter.energy, **COUNTER),
    SensorDescription(key="energy_exported", value_fn=lambda meter: meter.return_energy, **COUNTER),
    *_PER_PHASE,
)
PV: Final[Table[MeterState]] = (
    SensorDescription(key="power", value_fn=lambda meter: meter.power, live=True, **POWER),
    SensorDescription(key="energy_produced", value_fn=lambda meter: meter.energy, **COUNTER),
    SensorDescription(
        key="excess_dc_power",
        value_fn=lambda meter: meter.excess_dc_power,
        live=True,
        lazy=True,
        **DETAIL,
        **POWER,
    ),
    *_PER_PHASE,
)
CONSUMER: Final[Table[MeterState]] = (
    SensorDescription(key="power", value_fn=lambda meter: meter.power, live=True, **POWER),
    SensorDescription(key="energy_consumed", value_fn=lambda meter: meter.energy, **COUNTER),
    *_PER_PHASE,
)
CIRCUIT: Final[Table[CircuitState]] = (
    SensorDescription(key="power", value_fn=lambda circuit: circuit.power, live=True, **POWER),
    SensorDescription(
        key="current", value_fn=lambda circuit: circuit.current, live=True, lazy=True, **CURRENT
    ),
    SensorDescription(
        key="max_power",
        exists_fn=lambda circuit, _: circuit.max_power > 0,
        value_fn=lambda circuit: circuit.max_power,
        **DETAIL,
        **POWER,
    ),
    SensorDescription(
        key="max_current",
        exists_fn=lambda circuit, _: circuit.max_current > 0,
        value_fn=lambda circuit: circuit.max_current,
        **DETAIL,
        **CURRENT,
    ),
)

STATUSES: Final = {Status.A: "disconnected", Status.B: "connected", Status.C: "charging"}


def _status(loadpoint: LoadpointState) -> str | None:
    waits = loadpoint.charger_status_reason
    if loadpoint.status is Status.B and waits is not StatusReason.UNKNOWN:
        return str(waits)
    return STATUSES.get(loadpoint.status)


def why_attributes(loadpoint: LoadpointState) -> Mapping[str, Any]:
    """Return the numbers behind the reason, and what the plan comes to, as far as there are any."""
    why = loadpoint.why
    numbers = {
        "need": why.need,
        "have": why.have,
        "limit": why.limit,
        "actual": why.actual,
        "plan_cost": loadpoint.plan_cost,
    }
    others = {
        "until": why.until,
        "device": why.device,
        "plan_start": planned_start(loadpoint),
        "plan_ready": planned_end(loadpoint),
    }
    return {k: round(v, 3) for k, v in numbers.items() if v is not None} | {
        k: v for k, v in others.items() if v is not None
    }


def heats(loadpoint: LoadpointState) -> bool:
    """Return whether the state of charge is a temperature."""
    return Feature.HEATING in loadpoint.charger_features


def takes_vehicles(loadpoint: LoadpointState) -> bool:
    """Return whether vehicles come and go here."""
    return Feature.INTEGRATED_DEVICE not in loadpoint.charger_features


def planned_start(loadpoint: LoadpointState) -> datetime | None:
    """Return when charging by plan begins. While it goes on the plan always begins now: the quarter is steadier."""
    start = loadpoint.plan_projected_start
    if start is None:
        return None
    return quarter(start) if loadpoint.plan_active else whole_minute(start)


def planned_end(loadpoint: LoadpointState) -> datetime | None:
    """Return when charging by plan ends."""
    end = loadpoint.plan_projected_end
    return None if end is None else whole_minute(end)


PLAN: Final[dict[str, Any]] = {"exists_fn": lambda lp, _: not heats(lp)}

LOADPOINT: Final[Table[LoadpointState]] = (
    SensorDescription(
        key="reason",
        options=[str(r) for r in Reason],
        value_fn=lambda lp: str(lp.why.reason),
        attributes_fn=why_attributes,
        **ENUM,
    ),
    SensorDescription(key="decision_until", value_fn=lambda lp: lp.why.until, **TIME),
    SensorDescription(
        key="status",
        options=[*STATUSES.values(), *(str(r) for r in StatusReason if r is not StatusReason.UNKNOWN)],
        value_fn=_status,
        live=True,
        **ENUM,
    ),
    SensorDescription(key="charge_power", value_fn=lambda lp: lp.charge_power, live=True, **POWER),
    SensorDescription(
        key="session_energy",
        value_fn=lambda lp: lp.session_energy / 1000,
        last_reset_fn=lambda lp: lp.connected_since,
        state_class=SensorStateClass.TOTAL,
        **AMOUNT,
    ),
    SensorDescription(key="session_solar_share", value_fn=lambda lp: lp.session_solar_percentage, **SHARE),
    SensorDescription(
        key="session_price",
        value_fn=lambda lp: lp.session_price,
        last_reset_fn=lambda lp: lp.connected_since,
        **COST,
    ),
    SensorDescription(
        key="session_price_per_kwh", value_fn=lambda lp: lp.session_price_per_kwh, **HIDDEN, **PRICE
    ),
    SensorDescription(key="session_co2", value_fn=lambda lp: lp.session_co2_per_kwh, **HIDDEN, **CO2),
    SensorDescription(
        key="charge_duration", value_fn=lambda lp: int(lp.charge_duration // 60), **HIDDEN, **MINUTES
    ),
    SensorDescription(
        key="charge_remaining_duration",
        value_fn=lambda lp: int(lp.charge_remaining_duration // 60) or None,
        **MINUTES,
    ),
    SensorDescription(
        key="charge_remaining_energy",
        value_fn=lambda lp: lp.charge_remaining_energy / 1000,
        **HIDDEN,
        **AMOUNT,
    ),
    SensorDescription(key="charge_total_import", value_fn=lambda lp: lp.charge_total_import, **COUNTER),
    SensorDescription(
        key="vehicle_soc",
        exists_fn=lambda lp, _: not heats(lp),
        value_fn=lambda lp: lp.vehicle_soc,
        lazy=True,
        **SOC,
    ),
    SensorDescription(
        key="vehicle_soc",
        translation_key="device_temperature",
        exists_fn=lambda lp, _: heats(lp),
        value_fn=lambda lp: lp.vehicle_soc,
        **TEMPERATURE,
    ),
    SensorDescription(key="vehicle_range", value_fn=lambda lp: lp.vehicle_range, **HIDDEN, **DISTANCE),
    SensorDescription(
        key="vehicle_odometer",
        value_fn=lambda lp: lp.vehicle_odometer,
        **DETAIL,
        **DISTANCE,
    ),
    SensorDescription(
        key="vehicle_limit_soc",
        exists_fn=lambda lp, _: not heats(lp),
        value_fn=lambda lp: lp.vehicle_limit_soc,
        lazy=True,
        native_unit_of_measurement=PERCENTAGE,
        **DETAIL,
    ),
    SensorDescription(key="connected_since", value_fn=lambda lp: lp.connected_since, **HIDDEN, **TIME),
    SensorDescription(
        key="offered_current", value_fn=lambda lp: lp.offered_current, live=True, **DETAIL, **CURRENT
    ),
    SensorDescription(key="phases_active", value_fn=lambda lp: lp.phases_active, live=True, **DETAIL),
    *_phases("charge_current", lambda lp: lp.charge_currents, **CURRENT),
    *_phases("charge_voltage", lambda lp: lp.charge_voltages, **VOLTAGE),
    SensorDescription(
        key="pv_action",
        options=[str(a) for a in PvAction],
        value_fn=lambda lp: lp.pv_action,
        **DETAIL,
        **ENUM,
    ),
    SensorDescription(
        key="pv_action_at",
        value_fn=lambda lp: None if lp.pv_action == PvAction.INACTIVE else lp.pv_remaining,
        moment=True,
        **DETAIL,
        **TIME,
    ),
    SensorDescription(
        key="phase_action",
        options=[str(a) for a in PhaseAction],
        exists_fn=lambda lp, _: lp.charger_phases_1p3p,
        value_fn=lambda lp: lp.phase_action,
        **DETAIL,
        **ENUM,
    ),
    SensorDescription(
        key="phase_action_at",
        exists_fn=lambda lp, _: lp.charger_phases_1p3p,
        value_fn=lambda lp: None if lp.phase_action == PhaseAction.INACTIVE else lp.phase_remaining,
        moment=True,
        **DETAIL,
        **TIME,
    ),
    SensorDescription(
        key="smart_cost_next_start",
        exists_fn=lambda _, site: site.smart_cost_available,
        value_fn=lambda lp: lp.smart_cost_next_start,
        **HIDDEN,
        **TIME,
    ),
    SensorDescription(
        key="smart_feed_in_priority_next_start",
        exists_fn=lambda _, site: site.smart_feed_in_priority_available,
        value_fn=lambda lp: lp.smart_feed_in_priority_next_start,
        **HIDDEN,
        **TIME,
    ),
    SensorDescription(key="plan_projected_start", value_fn=planned_start, **PLAN, **TIME),
    SensorDescription(key="plan_projected_end", value_fn=planned_end, **PLAN, **HIDDEN, **TIME),
    SensorDescription(key="effective_plan_time", value_fn=lambda lp: lp.effective_plan_time, **PLAN, **TIME),
    SensorDescription(
        key="effective_plan_soc",
        exists_fn=lambda lp, _: takes_vehicles(lp) and not heats(lp),
        value_fn=lambda lp: lp.effective_plan_soc or None,
        native_unit_of_measurement=PERCENTAGE,
        **HIDDEN,
    ),
    SensorDescription(
        key="plan_overrun",
        exists_fn=lambda lp, _: not heats(lp),
        value_fn=lambda lp: int(lp.plan_overrun // 60),
        **DETAIL,
        **MINUTES,
    ),
    SensorDescription(key="plan_cost", value_fn=lambda lp: lp.plan_cost, **HIDDEN, **PLANNED_COST),
    SensorDescription(key="plan_price", value_fn=lambda lp: lp.plan_price, **HIDDEN, **PRICE),
    SensorDescription(key="effective_priority", value_fn=lambda lp: lp.effective_priority, **DETAIL),
    SensorDescription(
        key="effective_min_current", value_fn=lambda lp: lp.effective_min_current, **DETAIL, **CURRENT
    ),
    SensorDescription(
        key="effective_max_current", value_fn=lambda lp: lp.effective_max_current, **DETAIL, **CURRENT
    ),
    SensorDescription(
        key="effective_limit_soc",
        exists_fn=lambda lp, _: not heats(lp),
        value_fn=lambda lp: lp.effective_limit_soc,
        native_unit_of_measurement=PERCENTAGE,
        **DETAIL,
    ),
)


def repeating_plans(vehicle: VehicleState) -> Mapping[str, Any]:
    """Return the repeating plans in the form in which an action sets them, `precondition` in min."""
    return {
        "plans": [
            {
                "weekdays": [WEEKDAYS[day] for day in plan.weekdays],
                "time": plan.time,
                "soc": plan.soc,
                "active": plan.active,
                "precondition": plan.precondition / 60,
                "timezone": plan.tz,
            }
            for plan in vehicle.repeating_plans
        ]
    }


VEHICLE: Final[Table[VehicleState]] = (
    SensorDescription(key="soc", value_fn=lambda vehicle: vehicle.soc, live=True, lazy=True, **SOC),
    SensorDescription(
        key="range", value_fn=lambda vehicle: vehicle.range, live=True, **MEASUREMENT, **DISTANCE
    ),
    SensorDescription(
        key="odometer",
        value_fn=lambda vehicle: vehicle.odometer,
        live=True,
        state_class=SensorStateClass.TOTAL_INCREASING,
        **DISTANCE,
    ),
    SensorDescription(
        key="repeating_plans",
        value_fn=lambda vehicle: sum(plan.active for plan in vehicle.repeating_plans),
        attributes_fn=repeating_plans,
    ),
    SensorDescription(
        key="battery_capacity",
        value_fn=lambda vehicle: vehicle.capacity or None,
        **DETAIL,
        **STORAGE,
    ),
)


@dataclass(frozen=True, kw_only=True)
class StatisticsDescription(SensorEntityDescription, EvccDescription[SiteState]):
    """A figure of one period of past sessions."""

    period: str  # as in the statistics of the state
    figure_fn: Callable[[Statistics], float]
    unit_fn: Callable[[SiteState], str] | None = None


def _period(period: str, suffix: str, *, enabled: bool) -> tuple[StatisticsDescription, ...]:
    return (
        StatisticsDescription(
            key=f"solar_share_{suffix}",
            period=period,
            figure_fn=lambda s: s.solar_percentage,
            entity_registry_enabled_default=enabled,
            **SHARE,
        ),
        StatisticsDescription(
            key=f"charged_energy_{suffix}",
            period=period,
            figure_fn=lambda s: s.charged_kwh,
            entity_registry_enabled_default=enabled,
            state_class=SensorStateClass.TOTAL,
            **AMOUNT,
        ),
        StatisticsDescription(
            key=f"average_price_{suffix}",
            period=period,
            figure_fn=lambda s: s.avg_price,
            exists_fn=lambda _, site: site.tariff_grid is not None,
            entity_registry_enabled_default=enabled,
            unit_fn=price_unit,
            **MEASUREMENT,
            suggested_display_precision=3,
        ),
        StatisticsDescription(
            key=f"average_co2_{suffix}",
            period=period,
            figure_fn=lambda s: s.avg_co2,
            exists_fn=lambda _, site: site.tariff_co2 is not None,
            entity_registry_enabled_default=False,
            native_unit_of_measurement=CO2_PER_KWH,
            **MEASUREMENT,
            suggested_display_precision=0,
        ),
    )


STATISTICS: Final = (
    *_period("30d", "30d", enabled=True),
    *_period("365d", "365d", enabled=False),
    *_period("thisYear", "year", enabled=False),
    *_period("total", "total", enabled=True),
)
