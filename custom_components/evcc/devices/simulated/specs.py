"""What the virtual plant is made of: how each part is built and how it starts.

Powers are W, energies kWh, currents A per phase, states of charge %, times s since the start. Each
specification also says what the coordinator is told about the part.
"""

from dataclasses import dataclass
from math import inf

from ...core.config import BatteryConfig, ChargerTraits, VehicleConfig
from ...core.model import Feature
from .series import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class PvSpec:
    """A PV system. `max_ac_power` W is only told to the coordinator, the plant never clips."""

    name: str
    power: Source
    max_ac_power: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySpec:
    """A home battery."""

    name: str
    capacity: float
    soc: float
    min_soc: float = 0.0
    max_soc: float = 100.0
    max_charge_power: float
    max_discharge_power: float
    efficiency: float = 1.0  # of each direction
    controllable: bool = True

    @property
    def config(self) -> BatteryConfig:
        """What the coordinator is told about it."""
        return BatteryConfig(
            name=self.name,
            title=self.name,
            capacity=self.capacity,
            min_soc=self.min_soc,
            max_soc=self.max_soc,
            max_charge_power=self.max_charge_power,
            max_discharge_power=self.max_discharge_power,
            controllable=self.controllable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSpec:
    """A car. It stops by itself at `max_soc`, which nobody can read; `online` lets its SoC be read."""

    name: str
    title: str = ""
    capacity: float
    soc: float
    phases: int = 3
    max_current: float = 32.0
    max_soc: float = 100.0
    online: bool = True
    efficiency: float = 0.9

    @property
    def config(self) -> VehicleConfig:
        """What the coordinator is told about it; chargers read its name as identifier."""
        return VehicleConfig(
            name=self.name,
            title=self.title or self.name,
            capacity=self.capacity,
            phases=self.phases,
            identifiers=(self.name,),
            features=frozenset() if self.online else frozenset({Feature.OFFLINE}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A car, or a guest (None), at a socket from `start` to before `end`.

    `consumes` kWh were driven since its last connection and leave its SoC when this one begins.
    """

    car: str | None
    start: float
    end: float = inf
    consumes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketSpec:
    """A charger, its meter, and who is connected when (in order of time, never two at once)."""

    phases: int = 3
    phase_switching: bool = True
    current_step: float = 1.0
    meter: bool = True
    currents: bool = True
    connections: tuple[Connection, ...] = ()

    @property
    def traits(self) -> ChargerTraits:
        """What the coordinator is told about it: neither set-point nor phases are read back or described."""
        return ChargerTraits(
            phase_switching=self.phase_switching,
            milliamp=self.current_step < 1.0,
            has_power=self.meter,
            has_currents=self.meter and self.currents,
            has_energy=self.meter,
            reads_id=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantSpec:
    """The whole virtual house."""

    voltage: float = 230.0
    grid: bool = True  # has a grid meter
    home: Source
    pv: tuple[PvSpec, ...] = ()
    batteries: tuple[BatterySpec, ...] = ()
    sockets: tuple[SocketSpec, ...] = ()
    cars: tuple[CarSpec, ...] = ()
