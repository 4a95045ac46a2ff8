"""The virtual plant: what sun, house, batteries and cars do under the coordinator's commands.

Everything is constant between two steps. A step integrates the powers of the one before, lets cars come
and go, and computes the new powers; then the coordinator reads, and what it commands works in the next
step. Signs are those of the core: grid + import, battery + discharge, all others >= 0.
"""

from collections.abc import Iterable
from math import inf
from typing import Final

from ...core.model import Failure
from ...core.ports import (
    BatteryCommand,
    BatteryReading,
    BatteryResult,
    ChargerCommand,
    ChargerReading,
    ChargerResult,
    MeterReading,
    Readings,
    VehicleReading,
)
from .faults import Fault, Faults, Group
from .parts import Car, HomeBattery, Socket
from .specs import Connection, PlantSpec

_OFFLINE: Final = VehicleReading(failure=Failure.NOT_AVAILABLE)


class Plant:
    """A running plant. Powers W, energies kWh, times s since the start."""

    def __init__(self, spec: PlantSpec, faults: Iterable[Fault] = ()) -> None:
        """Build the plant as it is before its first step."""
        self.spec = spec
        self.cars = {s.name: Car(s) for s in spec.cars}
        self.sockets = [Socket(s) for s in spec.sockets]
        capacity = sum(b.capacity for b in spec.batteries)
        self.batteries = [HomeBattery(b, b.capacity / capacity) for b in spec.batteries]
        self.grid = 0.0
        self.home = 0.0
        self.pv = 0.0
        self.pv_powers = [0.0] * len(spec.pv)
        self.pv_energies = [0.0] * len(spec.pv)
        self.imported = 0.0
        self.exported = 0.0
        self.at: float | None = None  # time of the last step
        self._queues = [list(reversed(s.connections)) for s in spec.sockets]
        self._ends = [inf] * len(spec.sockets)  # of the running connections
        self._next_connection = -inf
        self._faults = Faults(faults, tuple(self.cars))
        self._read: Readings | None = None

    def step(self, at: float) -> None:
        """Advance to `at`, which must not be before the last step."""
        if self.at is not None and at > self.at:
            self._integrate((at - self.at) / 3600.0)
        self.at = at
        if at >= self._next_connection:
            self._plug(at)
        self._balance(at)

    def _integrate(self, hours: float) -> None:
        for socket in self.sockets:
            if socket.power:
                socket.integrate(hours)
        for battery in self.batteries:
            battery.integrate(hours)
        for index, power in enumerate(self.pv_powers):
            self.pv_energies[index] += power * hours / 1000.0
        energy = self.grid * hours / 1000.0
        if energy > 0:
            self.imported += energy
        else:
            self.exported -= energy

    def _plug(self, at: float) -> None:
        """Let connections end and begin. A socket that one left stays empty for the rest of this step."""
        left = [end <= at for end in self._ends]
        for index, gone in enumerate(left):
            if gone:
                self.sockets[index].disconnect()
                self._ends[index] = inf
        for index, (socket, queue) in enumerate(zip(self.sockets, self._queues, strict=True)):
            if socket.connected or left[index]:
                continue
            while queue and queue[-1].end <= at:
                queue.pop()
            if queue and queue[-1].start <= at:
                self._begin(index, queue.pop())
        starts = [
            q[-1].start for s, q in zip(self.sockets, self._queues, strict=True) if q and not s.connected
        ]
        self._next_connection = min([*self._ends, *starts], default=inf)

    def _begin(self, index: int, connection: Connection) -> None:
        car = None if connection.car is None else self.cars[connection.car]
        self.sockets[index].connect(car, connection.consumes)
        self._ends[index] = connection.end

    def _balance(self, at: float) -> None:
        spec = self.spec
        self.home = need = spec.home.at(at)
        for socket in self.sockets:
            need += socket.draw(spec.voltage)
        pv = 0.0
        for index, system in enumerate(spec.pv):
            self.pv_powers[index] = power = system.power.at(at)
            pv += power
        self.pv = pv
        need -= pv
        grid = need
        for battery in self.batteries:
            grid -= battery.serve(need)
        self.grid = grid

    # ------------------------------------------------------------------ what the coordinator reads

    def readings(self) -> Readings:
        """Return what the coordinator reads now; once after each step."""
        readings = Readings(
            grid=self.grid_reading() if self.spec.grid else None,
            pv=tuple([self.pv_reading(i) for i in range(len(self.pv_powers))]),
            batteries=tuple([self.battery_reading(i) for i in range(len(self.batteries))]),
            chargers=tuple([self.charger_reading(i) for i in range(len(self.sockets))]),
            vehicles={name: self.vehicle_reading(name) for name in self.cars},
        )
        faults = self._faults
        if self.at is not None and self.at >= faults.next_change:
            faults.advance(self.at, self._read)
        if faults.active:
            readings = faults.distort(readings)
        self._read = readings
        return readings

    def grid_reading(self) -> MeterReading:
        """Return what the grid meter shows."""
        return MeterReading(power=self.grid, energy=self.imported, return_energy=self.exported)

    def pv_reading(self, index: int) -> MeterReading:
        """Return what a PV meter shows."""
        return MeterReading(power=self.pv_powers[index], energy=self.pv_energies[index])

    def battery_reading(self, index: int) -> BatteryReading:
        """Return what a home battery tells."""
        battery = self.batteries[index]
        return BatteryReading(
            power=battery.power,
            soc=battery.soc,
            energy=battery.discharged,
            return_energy=battery.charged,
        )

    def charger_reading(self, index: int) -> ChargerReading:
        """Return what a charger and its meter tell."""
        socket = self.sockets[index]
        spec = socket.spec
        if not spec.meter:
            return ChargerReading(
                status=socket.status,
                enabled=socket.enabled,
                power_failure=Failure.NOT_AVAILABLE,
                identifier=socket.identifier,
            )
        return ChargerReading(
            status=socket.status,
            enabled=socket.enabled,
            power=socket.power,
            currents=socket.currents(self.spec.voltage) if spec.currents else None,
            energy=socket.energy,
            identifier=socket.identifier,
        )

    def vehicle_reading(self, name: str) -> VehicleReading:
        """Return what a car tells of itself."""
        car = self.cars[name]
        return VehicleReading(soc=car.soc) if car.online else _OFFLINE

    # ------------------------------------------------------------------ what it commands

    def carry_out(
        self, chargers: Iterable[ChargerCommand], batteries: Iterable[BatteryCommand]
    ) -> list[ChargerResult | BatteryResult]:
        """Give the commands to the devices; they show in the next step. Return how each one ended."""
        results: list[ChargerResult | BatteryResult] = [self._command_charger(c) for c in chargers]
        results.extend(self._command_battery(c) for c in batteries)
        return results

    def _command_charger(self, command: ChargerCommand) -> ChargerResult:
        index = command.loadpoint
        socket = self.sockets[index]
        failure, obeyed = self._faults.command((Group.CHARGER, index))
        off = command.enable is False
        phases = current = enable = None
        if command.phases is not None and not off:
            phases = failure if socket.spec.phase_switching else Failure.NOT_AVAILABLE
            if phases is None and obeyed:
                socket.switch_phases(command.phases)
        # What was computed for the other number of phases must not be carried out on this one.
        failure = failure or phases
        if command.current is not None and not off:
            current = failure
            if failure is None and obeyed:
                socket.set_current(command.current)
        if command.enable is not None:
            enable = failure
            if failure is None and obeyed:
                socket.enable(command.enable)
        return ChargerResult(index, phases, current, enable)

    def _command_battery(self, command: BatteryCommand) -> BatteryResult:
        battery = self.batteries[command.battery]
        if not battery.spec.controllable:
            return BatteryResult(command.battery, command.mode, Failure.NOT_AVAILABLE)
        battery.commanded = command.mode
        failure, obeyed = self._faults.command((Group.BATTERY, command.battery))
        if failure is None and obeyed:
            battery.mode = command.mode
        return BatteryResult(command.battery, command.mode, failure)
