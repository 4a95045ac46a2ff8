"""The moving parts of the virtual plant: cars, sockets (chargers with their meter) and home batteries.

Powers are W, energies kWh, currents A per phase, states of charge %.
"""

from math import floor
from typing import Final

from ...core.model import BatteryMode, Phases3, Status
from .specs import BatterySpec, CarSpec, SocketSpec

MIN_CURRENT: Final = 6.0
"""A below which a charger offers nothing (IEC 61851)."""

GUEST_PHASES: Final = 3
GUEST_CURRENT: Final = 32.0  # A

# A set-point that a computation left a hair below a multiple of the step still means that multiple.
_STEP_TOLERANCE: Final = 1e-6
_NO_CURRENTS: Final[Phases3] = (0.0, 0.0, 0.0)


class Car:
    """A car and its state of charge."""

    __slots__ = ("_percent", "max_current", "max_soc", "online", "phases", "soc", "spec")

    def __init__(self, spec: CarSpec) -> None:
        """Start as specified."""
        self.spec = spec
        self.soc = spec.soc
        self.phases = spec.phases
        self.max_current = spec.max_current
        self.max_soc = min(spec.max_soc, 100.0)
        self.online = spec.online
        self._percent = 100.0 / spec.capacity

    def charge(self, energy: float) -> None:
        """Take `energy` kWh from the socket."""
        soc = self.soc + energy * self.spec.efficiency * self._percent
        self.soc = min(100.0, soc)

    def drive(self, energy: float) -> None:
        """Use `energy` kWh of the battery."""
        self.soc = max(0.0, self.soc - energy * self._percent)


class Socket:
    """A charger with its meter and what is plugged into it."""

    __slots__ = (
        "_load_phases",
        "car",
        "connected",
        "enabled",
        "energy",
        "limit",
        "phase_switches",
        "phases",
        "power",
        "session_energy",
        "spec",
        "switches",
    )

    def __init__(self, spec: SocketSpec) -> None:
        """Start disabled, at 6 A, on all phases, with nothing connected."""
        self.spec = spec
        self.enabled = False
        self.limit = MIN_CURRENT
        self.phases = spec.phases
        self.connected = False
        self.car: Car | None = None  # None while connected: a guest
        self.power = 0.0
        self.energy = 0.0  # lifetime
        self.session_energy = 0.0  # since the connection began
        self.switches = 0  # how often it was enabled or disabled
        self.phase_switches = 0
        self._load_phases = 0

    def connect(self, car: Car | None, consumes: float = 0.0) -> None:
        """Plug in a car that drove `consumes` kWh, or a guest."""
        self.connected = True
        self.car = car
        self.session_energy = 0.0
        if car is not None and consumes:
            car.drive(consumes)

    def disconnect(self) -> None:
        """Unplug."""
        self.connected = False
        self.car = None
        self.session_energy = 0.0

    def enable(self, on: bool) -> None:
        """Allow or forbid charging."""
        if on is not self.enabled:
            self.switches += 1
        self.enabled = on

    def set_current(self, current: float) -> None:
        """Take the set-point, rounded down to what the charger can do."""
        step = self.spec.current_step
        self.limit = round(floor(current / step + _STEP_TOLERANCE) * step, 6)

    def switch_phases(self, phases: int) -> None:
        """Use one or three phases from now on."""
        if phases != self.phases:
            self.phase_switches += 1
        self.phases = phases

    def draw(self, voltage: float) -> float:
        """Set and return the power that flows now."""
        self.power = 0.0
        limit = self.limit
        if not self.connected or not self.enabled or limit < MIN_CURRENT:
            return 0.0
        car = self.car
        phases = self.phases
        if car is None:
            self._load_phases = min(GUEST_PHASES, phases)
            current = min(GUEST_CURRENT, limit)
        else:
            if car.soc >= car.max_soc:
                return 0.0
            self._load_phases = min(car.phases, phases)
            current = min(car.max_current, limit)
        self.power = power = voltage * current * self._load_phases
        return power

    def integrate(self, hours: float) -> None:
        """Let the present power flow for some hours."""
        energy = self.power * hours / 1000.0
        self.energy += energy
        self.session_energy += energy
        if self.car is not None:
            self.car.charge(energy)

    @property
    def status(self) -> Status:
        """A: nothing connected, B: connected, C: power flows."""
        if self.power > 0:
            return Status.C
        return Status.B if self.connected else Status.A

    @property
    def identifier(self) -> str:
        """Name of the car; empty for a guest and without a car."""
        return "" if self.car is None else self.car.spec.name

    def currents(self, voltage: float) -> Phases3:
        """Return what flows in each phase."""
        if self.power <= 0:
            return _NO_CURRENTS
        current = self.power / (voltage * self._load_phases)
        if self._load_phases == 3:
            return (current, current, current)
        return (current, current if self._load_phases == 2 else 0.0, 0.0)


class HomeBattery:
    """A home battery; power + is discharge."""

    __slots__ = ("_percent", "charged", "commanded", "discharged", "mode", "power", "share", "soc", "spec")

    def __init__(self, spec: BatterySpec, share: float) -> None:
        """Start as specified. `share` is the part of the house's need that it takes care of, 0…1."""
        self.spec = spec
        self.share = share
        self.soc = spec.soc
        self.power = 0.0
        self.mode = BatteryMode.NORMAL  # in force
        self.commanded = BatteryMode.NORMAL  # last one asked for, also in vain
        self.charged = 0.0  # lifetime, at the battery's terminals
        self.discharged = 0.0
        self._percent = 100.0 / spec.capacity

    def serve(self, need: float) -> float:
        """Set and return the power for a house that lacks `need` W (negative: has too much)."""
        spec = self.spec
        mode = self.mode
        if mode is BatteryMode.CHARGE:
            power = -spec.max_charge_power
        else:
            power = max(-spec.max_charge_power, min(need * self.share, spec.max_discharge_power))
            if (mode is BatteryMode.HOLD and power > 0) or (mode is BatteryMode.HOLDCHARGE and power < 0):
                power = 0.0
        if (power > 0 and self.soc <= spec.min_soc) or (power < 0 and self.soc >= spec.max_soc):
            power = 0.0
        self.power = power
        return power

    def integrate(self, hours: float) -> None:
        """Let the present power flow for some hours. A SoC outside its limits is left until power moves it."""
        power = self.power
        if not power:
            return
        spec = self.spec
        energy = power * hours / 1000.0
        if power > 0:
            self.discharged += energy
            soc = self.soc - energy / spec.efficiency * self._percent
        else:
            self.charged -= energy
            soc = self.soc - energy * spec.efficiency * self._percent
        self.soc = max(spec.min_soc, min(soc, spec.max_soc))
