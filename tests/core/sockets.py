"""Chargers, vehicles and batteries as they really are, for the tests of properties."""

from dataclasses import dataclass

from custom_components.evcc.core.config import ChargerTraits
from custom_components.evcc.core.model import BatteryMode, Status
from custom_components.evcc.core.ports import ChargerCommand, ChargerReading

V = 230.0


@dataclass(slots=True)
class Car:
    """What may hang on a socket. `delay` s pass before it starts; it never takes more than `most` A."""

    name: str = ""
    phases: int = 3
    most: float = 32.0
    capacity: float = 60.0  # kWh
    soc: float = 40.0  # %
    delay: float = 0.0
    stopped: bool = False  # it has had enough and takes nothing


@dataclass(slots=True)
class Socket:
    """A charger as it really is, with what hangs on it."""

    traits: ChargerTraits
    phases: int = 3
    limit: float = 6.0
    enabled: bool = False
    car: Car | None = None
    wait: float = 0.0  # s until the vehicle starts
    power: float = 0.0
    current: float = 0.0  # A per phase
    using: int = 0  # phases
    counter: float = 1000.0  # kWh lifetime
    session: float = 0.0  # kWh since the last connect

    def carrying(self) -> int:
        """Return the phases that carry current while it charges."""
        return min(self.phases, self.car.phases) if self.car is not None else 0

    def plug(self, car: Car | None) -> None:
        """Connect a vehicle, or pull the plug."""
        self.car, self.session = car, 0.0
        self.power = self.current = 0.0

    def follow(self) -> None:
        """Let the vehicle take what it is offered now."""
        self.power, self.using = self.draw(), self.carrying()
        self.current = self.power / (V * self.using) if self.using else 0.0

    def draw(self) -> float:
        """Return the W that the vehicle takes of its present offer, once it has followed."""
        car = self.car
        if car is None or car.stopped or car.soc >= 100 or self.wait > 0 or not self.enabled:
            return 0.0
        return V * min(self.limit, car.most) * self.carrying() if self.limit >= 6 else 0.0

    def advance(self, seconds: float) -> None:
        """Count the energy of the time that has passed."""
        self.wait = max(0.0, self.wait - seconds)
        energy = self.power * seconds / 3.6e6
        self.counter += energy
        self.session += energy
        if self.car is not None:
            self.car.soc = min(100.0, self.car.soc + 90 * energy / self.car.capacity)

    def obey(self, command: ChargerCommand) -> None:
        """Do as told."""
        self.phases = command.phases or self.phases
        self.limit = self.limit if command.current is None else command.current
        if command.enable is not None and command.enable is not self.enabled:
            self.enabled = command.enable
            self.wait = self.car.delay if self.car is not None else 0.0

    def read(self) -> ChargerReading:
        """Return what the charger says of itself, by its traits."""
        t, car, n, amps = self.traits, self.car, self.using, self.current
        status = Status.A if car is None else Status.C if self.power > 0 else Status.B
        return ChargerReading(
            status=status,
            enabled=self.enabled,
            power=self.power if t.has_power else None,
            currents=(amps, amps * (n > 1), amps * (n > 2)) if t.has_currents else None,
            energy=self.counter if t.has_energy else None,
            session_energy=self.session if t.has_session_energy else None,
            offered_current=self.limit if t.reads_current else None,
            phases=self.phases if t.reads_phases else None,
            identifier=("" if car is None else car.name) if t.reads_id else None,
        )


@dataclass(slots=True)
class Cell:
    """A home battery of 10 kWh and 5 kW; power + discharge."""

    soc: float = 50.0
    power: float = 0.0
    mode: BatteryMode = BatteryMode.NORMAL

    def flow(self, need: float) -> None:
        """Cover `need` W as far as its mode and charge allow."""
        low = 0.0 if self.soc >= 100 or self.mode is BatteryMode.HOLDCHARGE else -5000.0
        high = 0.0 if self.soc <= 0 or self.mode is BatteryMode.HOLD else 5000.0
        self.power = low if self.mode is BatteryMode.CHARGE else max(low, min(high, need))

    def advance(self, seconds: float) -> None:
        """Fill or empty it."""
        self.soc = max(0.0, min(100.0, self.soc - self.power * seconds / 3.6e5))
