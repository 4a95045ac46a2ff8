"""Enumerations and small values of the domain. Enum values double as translation keys and REST words.

Signs: grid power + is import, battery power + is discharge, site power + is a deficit
(charging must go down). Powers are W, currents A per phase, energies kWh unless a name says Wh,
states of charge %, prices currency/kWh, CO2 g/kWh. Every datetime is aware and in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

VOLTAGE: Final = 230.0
"""Phase to neutral, V. A constant of the site, never a measured value: set-points follow from it."""

type Phases3 = tuple[float, float, float]
"""One value for each of L1, L2, L3."""

EPOCH: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Infinitely long ago. As the start of a timer: every delay has elapsed, decide at once."""


class Mode(StrEnum):
    """Charge mode of a loadpoint."""

    OFF = "off"
    NOW = "now"
    MINPV = "minpv"
    PV = "pv"


class Status(StrEnum):
    """IEC 61851 state of the socket as the control loop needs it (D counts as C)."""

    UNKNOWN = ""
    A = "A"  # no vehicle
    B = "B"  # connected, not charging
    C = "C"  # charging


class BatteryMode(StrEnum):
    """What the home battery was told."""

    UNKNOWN = "unknown"
    NORMAL = "normal"
    HOLD = "hold"  # no discharge
    CHARGE = "charge"  # force charging, from the grid if need be
    HOLDCHARGE = "holdcharge"  # no charge


class PvAction(StrEnum):
    """What the pv timer counts down to."""

    INACTIVE = "inactive"
    ENABLE = "enable"
    DISABLE = "disable"


class PhaseAction(StrEnum):
    """What the phase timer counts down to."""

    INACTIVE = "inactive"
    SCALE_1P = "scale1p"
    SCALE_3P = "scale3p"


class StatusReason(StrEnum):
    """Why a charger waits in state B, as the charger itself says."""

    UNKNOWN = "unknown"
    WAITING_FOR_AUTHORIZATION = "waitingforauthorization"
    DISCONNECT_REQUIRED = "disconnectrequired"


class PollMode(StrEnum):
    """When a vehicle's state of charge may be asked for."""

    CHARGING = "charging"
    CONNECTED = "connected"
    ALWAYS = "always"


class Boost(StrEnum):
    """Battery boost: deliberately discharge the home battery into the vehicle."""

    OFF = "off"
    START = "start"
    CONTINUE = "continue"
    HOLD = "hold"


class Feature(StrEnum):
    """Static traits of a charger or vehicle; the value is the suffix of the REST key chargerFeature…."""

    COARSE_CURRENT = "CoarseCurrent"  # whole amperes only
    INTEGRATED_DEVICE = "IntegratedDevice"  # heat pump, socket: there is no vehicle
    SWITCH_DEVICE = "SwitchDevice"  # on and off only
    HEATING = "Heating"  # state of charge is a temperature in °C
    CONTINUOUS = "Continuous"  # heating device whose "off" means normal operation
    WELCOME_CHARGE = "WelcomeCharge"  # a short charge on connect, or the car reports a fault
    OFFLINE = "Offline"  # vehicle: no interface, nothing can be asked
    STREAMING = "Streaming"  # vehicle pushes its data: reading costs nothing
    CLIMATER_DISABLED = "ClimaterDisabled"
    AUTODETECT_DISABLED = "AutodetectDisabled"
    WAKE_UP_DISABLED = "WakeUpDisabled"


class Failure(StrEnum):
    """Why a value could not be read or a command not be carried out."""

    NOT_AVAILABLE = "not_available"  # permanent: the device does not have it. Silent, never retried
    UNAVAILABLE = "unavailable"  # no connection, entity unknown or gone
    TIMEOUT = "timeout"
    REFUSED = "refused"
    INVALID = "invalid"  # not a number, out of range, unknown word, wrong unit
    STALE = "stale"  # older than its freshness limit
    FAULT = "fault"  # the charger itself reports an error state (E, F)
    ASLEEP = "asleep"
    MUST_RETRY = "must_retry"  # asynchronous interface: ask again


class Reason(StrEnum):
    """Why a loadpoint does what it does. One per decision; the numbers are in `Why`."""

    STARTING = "starting"
    NOT_CONNECTED = "not_connected"
    MODE_OFF = "mode_off"
    MODE_NOW = "mode_now"
    WELCOME_CHARGE = "welcome_charge"
    SWITCHING_PHASES = "switching_phases"
    MIN_SOC = "min_soc_not_reached"
    PLAN_ACTIVE = "plan_active"
    LIMIT_ENERGY = "limit_energy_reached"
    LIMIT_SOC = "limit_soc_reached"
    CLIMATER = "climater_active"
    SMART_COST = "smart_cost_active"
    FEED_IN_PRIORITY = "feed_in_priority_active"
    FOLLOWS_SURPLUS = "follows_surplus"
    MINIMUM_KEPT = "minimum_kept"
    WAITING_FOR_SURPLUS = "waiting_for_surplus"
    WAITING_TO_ENABLE = "waiting_to_enable"
    WAITING_TO_DISABLE = "waiting_to_disable"
    WAITING_FOR_PHASES = "waiting_for_phases"
    SURPLUS_TOO_LOW = "surplus_too_low"
    PRIORITY = "higher_priority_first"
    BATTERY_PRIORITY = "battery_priority"
    BATTERY_BUFFER = "battery_buffer"
    BATTERY_START = "battery_start"
    BATTERY_BOOST = "battery_boost"
    CIRCUIT_LIMITED = "circuit_limited"
    CIRCUIT_WAIT = "circuit_wait"
    VEHICLE_NOT_CHARGING = "vehicle_not_charging"
    DIMMED = "dimmed"
    LIMITS_CONTRADICT = "limits_contradict"
    DEVICE_UNAVAILABLE = "device_unavailable"
    GRID_UNAVAILABLE = "grid_unavailable"
    COMMAND_FAILED = "command_failed"


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with the numbers it rests on. What does not apply is None."""

    reason: Reason
    need: float | None = None  # W needed to charge
    have: float | None = None  # W there is for it
    limit: float | None = None  # the limit that acts, in its own unit
    actual: float | None = None  # what is compared with that limit
    until: datetime | None = None  # when this decision changes by itself if nothing else does
    device: str | None = None  # what is out of order
