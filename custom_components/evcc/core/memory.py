"""What the site remembers between two cycles: explicit, storable, restorable.

A reload, a restart or a power cut continues from here, so that no contactor is toggled and no
session lost. `dump` makes JSON values of it, `load_…` reads them back; unknown or unreadable
parts are left at their defaults, since a younger or older file must never stop the house.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from .model import EPOCH, BatteryMode, Boost, PhaseAction, PvAction, Reason, Status, StatusReason, Why
from .session import Accounting, SessionRecord


@dataclass(slots=True)
class Timer:
    """A running delay. `since` None: stands still; EPOCH: elapsed whatever the delay, decide at once.

    `action` tells what it counts down to and `confirmed` when the readings last could tell whether its
    condition holds, so that a gap in them does not count as time in which it held.
    """

    since: datetime | None = None
    action: PvAction | PhaseAction = PvAction.INACTIVE
    confirmed: datetime | None = None
    remaining: float = 0.0  # s, as last evaluated; for display

    def reset(self) -> None:
        """Stand still."""
        self.since = None
        self.confirmed = None
        self.action = PvAction.INACTIVE
        self.remaining = 0.0

    def expire(self) -> None:
        """Count as elapsed from now on."""
        self.since = EPOCH
        self.confirmed = None
        self.action = PvAction.INACTIVE
        self.remaining = 0.0

    def seen(self, now: datetime, gap: float) -> None:
        """Note that the readings can tell again; a delay that ran on unseen for more than `gap` s starts anew."""
        if self.since is None or self.since is EPOCH:
            return
        if self.confirmed is not None and (now - self.confirmed).total_seconds() > gap:
            self.since = now
        self.confirmed = now

    def running(self, now: datetime, action: PvAction | PhaseAction, delay: float) -> bool:
        """Note that the condition for `action` holds at `now`; return whether it has for `delay` s.

        A pv timer that ran for the other direction starts anew. The elapsed marker fits both directions.
        The phase timer serves both directions as it is: only a cycle without either resets it.
        """
        since = self.since
        if since is not EPOCH and (
            since is None or (self.action is not action and isinstance(action, PvAction))
        ):
            self.since = since = now
        self.action = action
        self.confirmed = now
        if since is EPOCH:
            self.remaining = 0.0
            return True
        left = delay - (now - since).total_seconds()
        self.remaining = left if left > 0 else 0.0
        return left <= 0


@dataclass(slots=True)
class EstimatorMemory:
    """What the SoC estimator has learned (`core.estimator`)."""

    capacity: float = 0.0  # kWh
    step: float = 0.0  # Wh per %
    ref_soc: float | None = None  # %, last fetched
    ref_energy: float = 0.0  # Wh at that moment
    first_soc: float | None = None
    first_energy: float = 0.0
    soc: float | None = None  # %, present estimate


STARTING = Why(Reason.STARTING)


@dataclass(slots=True)
class LoadpointMemory:
    """State of one loadpoint between cycles. Times in UTC."""

    begun: bool = False  # False: the charger never answered yet, believe it first
    status: Status = Status.UNKNOWN
    enabled: bool = False
    offered_current: float = 0.0  # A last written or read back
    # what it was before the last commands, and when the vehicle has followed them at the latest
    offered_before: float = 0.0  # A
    drawn_before: float = 0.0  # W
    follows_by: datetime | None = None
    phases: int = 0  # enabled phases of the charger, 0 unknown
    measured_phases: int = 0
    pv_timer: Timer = field(default_factory=Timer)
    phase_timer: Timer = field(default_factory=lambda: Timer(action=PhaseAction.INACTIVE))
    charger_switched: datetime | None = None
    phases_switched: datetime | None = None
    phase_failures: int = 0  # in a row
    phase_retry: datetime | None = None  # not before
    circuit_off: datetime | None = None  # a circuit switched it off then
    circuit_wait: float = 60.0  # s before it may be enabled again after that
    corrected: datetime | None = None  # "disabled but charging" was corrected then
    wake_attempts: int = 0
    wake_since: datetime | None = None  # None: the wake-up timer is stopped
    refused_asleep: bool = False  # the charger said the vehicle sleeps: wake it in the next cycle
    # standing claim of a loadpoint that was raised and has not followed yet (spec 13.3)
    standing: float = 0.0  # W
    standing_until: datetime | None = None
    # what was read last
    charge_power: float = 0.0  # W
    power_read: datetime | None = None
    previous_power: float | None = None  # W, in the cycle before
    # vehicle
    vehicle: str | None = None
    identifier: str = ""
    detection_since: datetime | None = None
    soc_polled: datetime | None = None  # None: never, ask when connected
    soc_poll_failed: bool = False
    soc: float | None = None  # %
    range: float | None = None  # km
    vehicle_limit_soc: float | None = None
    odometer: float | None = None
    climater: bool | None = None
    estimator: EstimatorMemory | None = None
    soc_progress: int = 0  # next multiple of 10 to announce
    connect_pending: bool = False  # the connect event waits for the vehicle to be known
    # session
    connected_since: datetime | None = None
    connected_for: float | None = None  # s, the charger's own timer last time
    connected_duration: float = 0.0  # s, 0 while connected; clients count themselves
    accounting: Accounting = field(default_factory=Accounting)
    session: SessionRecord | None = None
    boost: Boost = Boost.OFF
    # plans; the goal that is followed is not kept: it follows from the settings
    plan_active: bool = False
    plan_slot_end: datetime | None = None  # a begun slot is finished, whatever is planned then
    plan_overrun_sent: bool = False
    plan_energy_offset: float = 0.0  # kWh of this session that came before its plan
    status_reason: StatusReason = StatusReason.UNKNOWN
    why: Why = STARTING


@dataclass(slots=True)
class BatteryMemory:
    """State of one home battery between cycles."""

    power: float | None = None  # W, last good
    power_read: datetime | None = None
    soc: float | None = None  # %, last good
    sent: BatteryMode = BatteryMode.UNKNOWN  # last mode that it took


@dataclass(slots=True)
class MeterMemory:
    """Last good power of a meter, W."""

    power: float | None = None
    read: datetime | None = None


@dataclass(slots=True)
class CircuitMemory:
    """Last good reading of a metered circuit."""

    power: float | None = None  # W
    current: float | None = None  # A, largest signed
    power_read: datetime | None = None
    current_read: datetime | None = None


@dataclass(slots=True)
class SiteMemory:
    """State of the site between cycles; loadpoints and batteries by name."""

    battery_mode: BatteryMode = BatteryMode.UNKNOWN
    battery_mode_external: BatteryMode = BatteryMode.UNKNOWN
    external_until: datetime | None = None  # set while an external mode is or just was in force
    rotation: int = 0
    green_home: float = 0.0  # share while the grid meter last answered, 0…1
    green_loadpoints: float = 0.0
    next_session: int = 1
    loadpoints: dict[str, LoadpointMemory] = field(default_factory=dict)
    batteries: dict[str, BatteryMemory] = field(default_factory=dict)
    meters: dict[str, MeterMemory] = field(default_factory=dict)
    circuits: dict[str, CircuitMemory] = field(default_factory=dict)


def dump(value: Any) -> Any:
    """Return JSON values of a memory or snapshot: datetimes as ISO 8601, the elapsed marker as "elapsed"."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: dump(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime):
        return "elapsed" if value is EPOCH else value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, dict):
        return {k: dump(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [dump(v) for v in value]
    return value


def load_loadpoint(stored: Any) -> LoadpointMemory:
    """Rebuild a loadpoint's memory from `dump`; what cannot be read keeps its default."""
    return cast("LoadpointMemory", _load(LoadpointMemory(), stored))


def load_site(stored: Any) -> SiteMemory:
    """Rebuild the site's memory from `dump`, loadpoints and batteries included."""
    memory = cast("SiteMemory", _load(SiteMemory(), stored))
    if isinstance(stored, dict):
        makers: dict[str, Callable[[], Any]] = {
            "loadpoints": LoadpointMemory,
            "batteries": BatteryMemory,
            "meters": MeterMemory,
            "circuits": CircuitMemory,
        }
        for name, make in makers.items():
            if isinstance(part := stored.get(name), dict):
                setattr(memory, name, {str(k): _load(make(), v) for k, v in part.items()})
    return memory


_OPTIONAL: dict[str, Callable[[], Any]] = {
    "estimator": EstimatorMemory,
    "session": SessionRecord,
}
_TIMES = frozenset(
    {
        "since", "confirmed", "charger_switched", "phases_switched", "phase_retry", "circuit_off",
        "corrected", "wake_since", "standing_until", "power_read", "current_read", "read",
        "detection_since", "soc_polled", "connected_since", "external_until", "created", "finished",
        "started", "updated", "until", "follows_by", "plan_slot_end",
    }
)  # fmt: skip
_TEXTS = frozenset({"vehicle"})
"""Texts that may be None; everything else that may be None is a time or a number."""

_LARGEST = 1e9
"""No W, kWh, km, s or count of a house lies beyond this."""


def _load(target: Any, stored: Any) -> Any:
    if not isinstance(stored, dict):
        return target
    for f in fields(target):
        default = getattr(target, f.name)
        if f.name in stored and not isinstance(default, dict | Why):  # a reason is found anew
            value = _value(f.name, default, stored[f.name])
            if value is not _UNREADABLE:
                setattr(target, f.name, value)
    return target


_UNREADABLE = object()


def _value(name: str, default: Any, stored: Any) -> Any:
    """Return `stored` in the type that the field's default and name ask for."""
    if isinstance(stored, int | float) and not -_LARGEST <= stored <= _LARGEST:
        return _UNREADABLE
    if name in _OPTIONAL:
        return _load(_OPTIONAL[name](), stored) if isinstance(stored, dict) else None
    if is_dataclass(default):
        return _load(default, stored)
    if name in _TIMES:
        return _time(stored)
    if name == "action":
        return next((e for c in (PvAction, PhaseAction) for e in c if e == stored), default)
    if isinstance(default, StrEnum):
        return next((e for e in type(default) if e == stored), _UNREADABLE)
    if default is None or stored is None:
        ok = stored is None or isinstance(stored, str if name in _TEXTS else int | float)
        return stored if ok and default is None else _UNREADABLE
    return _plain(default, stored)


def _plain(default: Any, stored: Any) -> Any:
    """Return a stored flag, number or text if it is of the default's type."""
    if isinstance(default, bool) or isinstance(stored, bool):
        return stored if isinstance(stored, bool) and isinstance(default, bool) else _UNREADABLE
    if isinstance(default, float) and isinstance(stored, int | float):
        return float(stored)
    return stored if isinstance(stored, type(default)) else _UNREADABLE


def _time(stored: Any) -> Any:
    if stored == "elapsed":
        return EPOCH
    if stored is None:
        return None
    try:
        parsed = datetime.fromisoformat(str(stored))
    except ValueError:
        return _UNREADABLE
    return parsed if parsed.tzinfo is not None else _UNREADABLE
