"""Disturbed devices: what the coordinator reads and how its commands end while a fault lasts.

The plant itself is never affected. Faults of one device add up: what cannot be reached at all comes
first, then a frozen reading, in which numbers may be missing besides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import Any, Final

from ...core.model import Failure
from ...core.ports import BatteryReading, ChargerReading, MeterReading, Readings, VehicleReading


class FaultKind(StrEnum):
    """What is wrong with a device."""

    UNAVAILABLE = "unavailable"  # every read and command fails
    TIMEOUT = "timeout"  # the same, after a time limit
    STALE = "stale"  # reads repeat the last ones before the fault
    NAN = "nan"  # numbers cannot be read
    REFUSE = "refuse"  # commands fail
    IGNORE = "ignore"  # commands succeed and do nothing


class Group(StrEnum):
    """Kind of device."""

    GRID = "grid"
    PV = "pv"
    BATTERY = "battery"
    CHARGER = "charger"
    VEHICLE = "vehicle"


type Device = tuple[Group, int]
"""Kind of device and its place in the configuration, from 0."""

type Reading = MeterReading | BatteryReading | ChargerReading | VehicleReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of some devices from `start` to before `end`, s since the start."""

    start: float
    end: float
    kind: FaultKind
    devices: tuple[Device, ...]


_READS: Final = {FaultKind.UNAVAILABLE: Failure.UNAVAILABLE, FaultKind.TIMEOUT: Failure.TIMEOUT}
_COMMANDS: Final = {**_READS, FaultKind.REFUSE: Failure.REFUSED}


class Faults:
    """The faults of a run: which are active, and what they do to readings and commands."""

    def __init__(self, faults: Iterable[Fault] = (), vehicles: tuple[str, ...] = ()) -> None:
        """Take all faults of the run and the vehicles' names in configuration order."""
        self._faults = tuple(faults)
        self._vehicles = vehicles
        self._active: tuple[int, ...] = ()
        self._frozen: dict[tuple[int, Device], Reading] = {}
        self.next_change = min((f.start for f in self._faults), default=inf)

    def advance(self, at: float, last: Readings | None) -> None:
        """Let faults begin and end. `last` is what was read in the cycle before, None in the first one."""
        before = self._active
        self._active = tuple(i for i, f in enumerate(self._faults) if f.start <= at < f.end)
        for index in set(self._active).difference(before):
            fault = self._faults[index]
            if fault.kind is FaultKind.STALE and last is not None:
                for device in fault.devices:
                    if (reading := self._pick(last, device)) is not None:
                        self._frozen[index, device] = reading
        edges = (t for f in self._faults for t in (f.start, f.end) if t > at)
        self.next_change = min(edges, default=inf)

    @property
    def active(self) -> bool:
        """Whether any device is disturbed now."""
        return bool(self._active)

    def distort(self, readings: Readings) -> Readings:
        """Return what the coordinator gets to read."""
        changed: dict[Device, Reading] = {}
        for device in dict.fromkeys(d for i in self._active for d in self._faults[i].devices):
            if (true := self._pick(readings, device)) is not None:
                changed[device] = self._read(device, true)
        return self._merge(readings, changed)

    def command(self, device: Device) -> tuple[Failure | None, bool]:
        """Return how a command to the device fails, if it does, and whether it is carried out."""
        kinds = {self._faults[i].kind for i in self._active if device in self._faults[i].devices}
        for kind, failure in _COMMANDS.items():
            if kind in kinds:
                return failure, False
        return None, FaultKind.IGNORE not in kinds

    def _read(self, device: Device, reading: Reading) -> Reading:
        mine = [i for i in self._active if device in self._faults[i].devices]
        kinds = {self._faults[i].kind for i in mine}
        for kind, failure in _READS.items():
            if kind in kinds:
                return _failed(reading, failure)
        for index in mine:
            if self._faults[index].kind is FaultKind.STALE:
                # A fault that begins with the run has nothing older to show than its first reading.
                reading = self._frozen.setdefault((index, device), reading)
                break
        return _without_numbers(reading) if FaultKind.NAN in kinds else reading

    def _pick(self, readings: Readings, device: Device) -> Reading | None:
        group, index = device
        match group:
            case Group.GRID:
                return readings.grid
            case Group.PV:
                return readings.pv[index]
            case Group.BATTERY:
                return readings.batteries[index]
            case Group.CHARGER:
                return readings.chargers[index]
            case Group.VEHICLE:
                return readings.vehicles.get(self._vehicles[index])

    def _merge(self, readings: Readings, changed: dict[Device, Reading]) -> Readings:
        parts: dict[str, Any] = {}
        if (grid := changed.get((Group.GRID, 0))) is not None:
            parts["grid"] = grid
        for group, name in ((Group.PV, "pv"), (Group.BATTERY, "batteries"), (Group.CHARGER, "chargers")):
            if any(g is group for g, _ in changed):
                true = getattr(readings, name)
                parts[name] = tuple(changed.get((group, i), reading) for i, reading in enumerate(true))
        vehicles = {self._vehicles[i]: reading for (g, i), reading in changed.items() if g is Group.VEHICLE}
        if vehicles:
            parts["vehicles"] = {**readings.vehicles, **vehicles}
        return replace(readings, **parts)


def _failed(reading: Reading, failure: Failure) -> Reading:
    match reading:
        case MeterReading():
            return MeterReading(failure=failure)
        case BatteryReading():
            return BatteryReading(failure=failure)
        case ChargerReading():
            return ChargerReading(failure=failure, enabled_failure=failure, power_failure=failure)
        case VehicleReading():
            return reading if _offline(reading) else VehicleReading(failure=failure)


def _without_numbers(reading: Reading) -> Reading:
    """Not a number is no reading: the coordinator never sees one. Status, flag and identity still work."""
    match reading:
        case MeterReading():
            return MeterReading(failure=Failure.INVALID)
        case BatteryReading():
            return BatteryReading(failure=Failure.INVALID)
        case ChargerReading():
            if reading.power is None:
                return reading
            return replace(reading, power=None, power_failure=Failure.INVALID, currents=None, energy=None)
        case VehicleReading():
            return reading if _offline(reading) else VehicleReading(failure=Failure.INVALID)


def _offline(reading: VehicleReading) -> bool:
    return reading.failure is Failure.NOT_AVAILABLE
