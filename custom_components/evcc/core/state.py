"""The snapshot: everything that the outside may read of a site, built once per cycle, never changed.

Names are those of `/api/state` in Python's spelling (`session_co2_per_kwh` is `sessionCo2PerKWh`),
with its units: `charged_energy`, `session_energy` and `charge_remaining_energy` are Wh.
Entities, REST, websocket, diagnostics and the trace read this and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime

from .goals import NO_STRATEGY, RepeatingPlan, SocPlan, Strategy
from .model import BatteryMode, Boost, Failure, Mode, Phases3, PollMode, Status, StatusReason, Why
from .rates import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterState:
    """A meter of the site. `failure` is None while it answers."""

    name: str
    title: str
    power: float | None  # W; None: never read, or lost for too long
    energy: float | None = None  # kWh
    return_energy: float | None = None
    currents: Phases3 | None = None
    powers: Phases3 | None = None
    excess_dc_power: float | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryDeviceState:
    """One home battery."""

    name: str
    title: str
    power: float | None
    soc: float | None
    capacity: float | None
    energy: float | None
    return_energy: float | None
    controllable: bool
    mode: BatteryMode  # last mode it took
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryState:
    """All home batteries together."""

    power: float
    soc: float | None
    capacity: float | None
    energy: float | None
    devices: tuple[BatteryDeviceState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitState:
    """A circuit and its load."""

    name: str
    title: str
    parent: str | None
    power: float | None  # W; None: its meter is lost
    current: float | None  # A
    max_power: float
    max_current: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleState:
    """A vehicle, connected or not."""

    name: str
    title: str
    icon: str
    capacity: float
    phases: int
    mode: Mode | None
    min_soc: int
    limit_soc: int
    soc: float | None  # %; None: unknown
    range: float | None
    odometer: float | None
    loadpoint: str | None  # name of the loadpoint it is at
    plugged: bool | None
    failure: Failure | None = None
    min_current: float = 0.0  # A, 0: no limit of its own
    max_current: float = 0.0
    priority: int = 0
    features: tuple[str, ...] = ()
    plan: SocPlan | None = None
    repeating_plans: tuple[RepeatingPlan, ...] = ()
    plan_strategy: Strategy = NO_STRATEGY


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadpointState:
    """One loadpoint. `why` is the reason of the last decision."""

    name: str
    title: str
    index: int  # from 1, as in REST paths
    why: Why
    available: bool  # the charger answers
    failure: Failure | None  # what keeps it from answering
    message: str | None  # in the device's own words
    # settings
    mode: Mode
    default_mode: Mode | None
    priority: int
    phases_configured: int
    min_current: float
    max_current: float
    limit_soc: int
    limit_energy: float
    min_soc: int
    smart_cost_limit: float | None
    smart_feed_in_priority_limit: float | None
    battery_boost_limit: int
    enable_threshold: float
    enable_delay: float
    disable_threshold: float
    disable_delay: float
    soc_poll_mode: PollMode
    soc_poll_interval: float
    soc_estimate: bool
    # charger
    status: Status
    connected: bool
    charging: bool
    enabled: bool
    offered_current: float  # A, 0 while not enabled
    phases_active: int
    phases: int  # enabled phases, 0 unknown
    charger_phases_1p3p: bool
    charger_single_phase: bool
    charger_features: tuple[str, ...]
    charger_status_reason: StatusReason
    charge_power: float | None  # W; None: lost
    charge_currents: Phases3 | None
    charge_voltages: Phases3 | None
    charge_total_import: float | None  # kWh
    dimmed: bool | None
    # timers
    pv_action: str
    pv_remaining: float  # s
    phase_action: str
    phase_remaining: float  # s
    # session
    session_id: int  # 0: nothing charged yet
    session_started: datetime | None
    charged_energy: float  # Wh
    session_energy: float  # Wh
    session_solar_percentage: float
    session_price: float | None
    session_price_per_kwh: float | None
    session_co2_per_kwh: float | None
    charge_duration: float  # s
    connected_since: datetime | None
    connected_duration: float  # s, 0 while connected
    charge_remaining_duration: float  # s
    charge_remaining_energy: float  # Wh
    # in force
    effective_priority: int
    effective_min_current: float
    effective_max_current: float
    effective_min_soc: int
    effective_limit_soc: int
    effective_min_power: float  # W
    effective_max_power: float  # W
    min_soc_not_reached: bool
    plan_active: bool
    smart_cost_active: bool
    smart_cost_next_start: datetime | None
    smart_feed_in_priority_active: bool
    smart_feed_in_priority_next_start: datetime | None
    battery_boost: Boost
    # vehicle
    vehicle_name: str
    vehicle_title: str
    vehicle_identity: str
    vehicle_detection_active: bool
    vehicle_welcome_active: bool
    vehicle_soc: float | None  # %; None: unknown (REST says 0)
    vehicle_range: float | None
    vehicle_limit_soc: float | None
    vehicle_odometer: float | None
    vehicle_climater_active: bool | None
    # plan. Times are None where there is nothing to tell
    plan_energy: float = 0.0  # kWh, of the loadpoint's own plan; 0: none
    plan_time: datetime | None = None  # of the loadpoint's own plan
    plan_precondition: float = 0.0  # s, of the loadpoint's own plan
    plan_strategy: Strategy = NO_STRATEGY
    plan: tuple[Slot, ...] | None = None
    plan_projected_start: datetime | None = None
    plan_projected_end: datetime | None = None
    plan_overrun: float = 0.0  # s by which the target cannot be met
    plan_price: float | None = None  # mean of what is planned, per kWh; None: unknown
    plan_cost: float | None = None
    effective_plan_id: int = 0  # 0 none, 1 static or energy, 2 + n repeating
    effective_plan_soc: int = 0
    effective_plan_time: datetime | None = None
    effective_plan_strategy: Strategy = NO_STRATEGY


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """The whole site after one cycle."""

    at: datetime
    title: str
    interval: float  # s
    currency: str
    cycles: int  # since the site was built
    grid: MeterState | None
    pv: tuple[MeterState, ...]
    pv_power: float
    pv_energy: float | None
    battery: BatteryState | None
    aux: tuple[MeterState, ...]
    aux_power: float
    consumers: tuple[MeterState, ...]
    home_power: float | None  # W; None while the grid meter is lost
    site_power: float | None  # W; + deficit
    circuits: tuple[CircuitState, ...]
    # settings
    residual_power: float
    priority_soc: float
    buffer_soc: float
    buffer_start_soc: float
    battery_discharge_control: bool
    battery_grid_charge_limit: float | None
    # battery control
    battery_grid_charge_active: bool
    battery_mode: BatteryMode
    battery_mode_external: BatteryMode
    # tariffs
    green_share_home: float
    green_share_loadpoints: float
    tariff_grid: float | None
    tariff_feedin: float | None
    tariff_co2: float | None
    tariff_solar: float | None
    tariff_price_home: float | None
    tariff_co2_home: float | None
    tariff_price_loadpoints: float | None
    tariff_co2_loadpoints: float | None
    smart_cost_available: bool
    smart_feed_in_priority_available: bool
    smart_cost_type: str | None
    loadpoints: tuple[LoadpointState, ...]
    vehicles: tuple[VehicleState, ...]
