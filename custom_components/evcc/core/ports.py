"""What the core asks of devices: readings (values, made before a cycle) and commands (carried out after it).

Ports are asynchronous protocols of few methods; a reading is an immutable value. What a device
cannot do it says once, in its traits (`core.config`), not by raising in the middle of a cycle.
A value that is None is unknown, never zero; `failure` tells why the main value is missing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from .model import BatteryMode, Failure, Phases3, Status, StatusReason


class DeviceError(Exception):
    """A device could not be read or did not do what it was told. `failure` is what the core records."""

    failure = Failure.UNAVAILABLE

    def __init__(self, message: str = "", failure: Failure | None = None) -> None:
        """Keep the text for people and the kind for the core."""
        super().__init__(message)
        if failure is not None:
            self.failure = failure


class NotAvailable(DeviceError):  # noqa: N818
    """The value or ability does not exist; never retried, mostly silent."""

    failure = Failure.NOT_AVAILABLE


class DeviceTimeout(DeviceError):  # noqa: N818
    """The device did not answer in time."""

    failure = Failure.TIMEOUT


class DeviceRejected(DeviceError):  # noqa: N818
    """The device answered and refused."""

    failure = Failure.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """One reading of a grid, PV, aux, consumer or circuit meter."""

    power: float | None = None  # W; grid + import, PV + production, others + consumption
    energy: float | None = None  # kWh lifetime: import, production, consumption
    return_energy: float | None = None  # kWh lifetime: export
    currents: Phases3 | None = None  # A
    powers: Phases3 | None = None  # W, sign as power
    failure: Failure | None = None  # why power is None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReading:
    """One reading of a home battery."""

    power: float | None = None  # W, + discharge
    soc: float | None = None  # %
    energy: float | None = None  # kWh discharged, lifetime
    return_energy: float | None = None  # kWh charged, lifetime
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerReading:
    """One reading of a charger and of the meter that belongs to it.

    `failure` concerns status, `enabled_failure` the flag, `power_failure` the power.
    """

    status: Status | None = None
    failure: Failure | None = None
    enabled: bool | None = None
    enabled_failure: Failure | None = None
    power: float | None = None  # W
    power_failure: Failure | None = None
    currents: Phases3 | None = None  # A
    voltages: Phases3 | None = None  # V
    energy: float | None = None  # kWh lifetime import
    session_energy: float | None = None  # kWh by the charger's own session counter
    offered_current: float | None = None  # A, set-point read back
    phases: int | None = None  # 1 or 3 read back, None or 0 unknown
    identifier: str | None = None  # None: cannot tell; "": nothing read
    status_reason: StatusReason | None = None
    soc: float | None = None  # %, or °C of a heating device
    limit_soc: float | None = None  # the device's own target
    connected_for: float | None = None  # s, the charger's own connection timer
    min_current: float | None = None  # A that the charger can go down to right now
    max_current: float | None = None  # A
    dimmed: bool | None = None
    message: str | None = None  # the device's own words about a failure, for people


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleReading:
    """What a vehicle tells of itself. `failure` concerns the state of charge."""

    soc: float | None = None  # %
    range: float | None = None  # km
    odometer: float | None = None  # km
    limit_soc: float | None = None  # %, the vehicle's own
    status: Status | None = None
    climater: bool | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLimit:
    """What an energy manager or grid operator demands. None: it makes no statement."""

    consumption: float | None = None  # W, 0: no limit
    curtailed_percent: float | None = None  # of PV, 100: not curtailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Everything one cycle decides on, read at about the same moment. Lists are in configuration order."""

    grid: MeterReading | None = None  # None: no grid meter configured
    pv: tuple[MeterReading, ...] = ()
    batteries: tuple[BatteryReading, ...] = ()
    aux: tuple[MeterReading, ...] = ()
    consumers: tuple[MeterReading, ...] = ()
    chargers: tuple[ChargerReading, ...] = ()
    vehicles: dict[str, VehicleReading] = field(default_factory=dict)
    circuits: dict[str, MeterReading] = field(default_factory=dict)
    external: ExternalLimit | None = None


@dataclass(slots=True)
class ChargerCommand:
    """What one charger is told after a cycle: phases first, then current, then enable.

    None means: leave as it is. `reduces` commands go out before the others on a shared circuit.
    """

    loadpoint: int  # index, from 0
    phases: int | None = None
    current: float | None = None  # A
    enable: bool | None = None
    wake_charger: bool = False
    wake_vehicle: str | None = None
    reduces: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return (
            self.phases is None
            and self.current is None
            and self.enable is None
            and not self.wake_charger
            and self.wake_vehicle is None
        )


@dataclass(frozen=True, slots=True)
class BatteryCommand:
    """What one home battery is told."""

    battery: int  # index, from 0
    mode: BatteryMode


@dataclass(frozen=True, slots=True)
class ChargerResult:
    """Which steps of a charger command failed, and how. No failure: everything is done."""

    loadpoint: int
    phases: Failure | None = None
    current: Failure | None = None
    enable: Failure | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class BatteryResult:
    """How a battery command ended."""

    battery: int
    mode: BatteryMode
    failure: Failure | None = None


class Meter(Protocol):
    """A grid, PV, aux, consumer or circuit meter."""

    async def async_read(self, now: datetime) -> MeterReading:
        """Return the present reading; a failure is part of it, nothing is raised for it."""
        ...


class Battery(Protocol):
    """A home battery; controllable ones also are `BatteryControl`."""

    async def async_read(self, now: datetime) -> BatteryReading:
        """Return the present reading."""
        ...


@runtime_checkable
class BatteryControl(Protocol):
    """A battery that takes a mode."""

    async def async_set_mode(self, mode: BatteryMode) -> None:
        """Set the mode; raise DeviceError when that did not work, NotAvailable for a mode it lacks."""
        ...


class Charger(Protocol):
    """A charger with what it takes to control it."""

    async def async_read(self, now: datetime) -> ChargerReading:
        """Return the present reading."""
        ...

    async def async_enable(self, on: bool) -> None:
        """Allow or forbid charging; raise DeviceError when that did not work."""
        ...

    async def async_set_current(self, current: float) -> None:
        """Offer `current` A per phase."""
        ...


@runtime_checkable
class PhaseSwitcher(Protocol):
    """A charger that can switch between one and three phases."""

    async def async_switch_phases(self, phases: int) -> None:
        """Switch to 1 or 3 phases; NotAvailable where it cannot right now for good."""
        ...


@runtime_checkable
class Resurrector(Protocol):
    """A charger or vehicle that can be woken up."""

    async def async_wake_up(self) -> None:
        """Send one wake-up call."""
        ...


class Vehicle(Protocol):
    """A vehicle with an interface of its own."""

    async def async_read(self, now: datetime) -> VehicleReading:
        """Return what is known now; never waits for a sleeping car."""
        ...
