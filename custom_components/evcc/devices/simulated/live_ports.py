"""The devices of a running virtual plant as the ports that the core expects."""

from collections.abc import Callable
from datetime import datetime

from ...core.model import BatteryMode
from ...core.ports import BatteryReading, ChargerReading, MeterReading, VehicleReading
from .parts import HomeBattery, Socket

type Read[T] = Callable[[datetime], T]
"""Lets the plant catch up to a time and returns what the device shows then."""


class LiveMeter:
    """A grid or PV meter."""

    def __init__(self, read: Read[MeterReading]) -> None:
        """Take what reads it."""
        self._read = read

    async def async_read(self, now: datetime) -> MeterReading:
        """Return the reading at `now`."""
        return self._read(now)


class LiveBattery:
    """A home battery that cannot be controlled."""

    def __init__(self, read: Read[BatteryReading], battery: HomeBattery) -> None:
        """Take what reads it, and the battery itself."""
        self._read = read
        self._battery = battery

    async def async_read(self, now: datetime) -> BatteryReading:
        """Return the reading at `now`."""
        return self._read(now)


class ControllableLiveBattery(LiveBattery):
    """A home battery that takes a mode."""

    async def async_set_mode(self, mode: BatteryMode) -> None:
        """Set the mode."""
        self._battery.mode = self._battery.commanded = mode


class LiveChargerPort:
    """A charger."""

    def __init__(self, read: Read[ChargerReading], socket: Socket) -> None:
        """Take what reads it, and the charger itself."""
        self._read = read
        self._socket = socket

    async def async_read(self, now: datetime) -> ChargerReading:
        """Return the reading at `now`."""
        return self._read(now)

    async def async_enable(self, on: bool) -> None:
        """Allow or forbid charging."""
        self._socket.enable(on)

    async def async_set_current(self, current: float) -> None:
        """Offer `current` A per phase."""
        self._socket.set_current(current)


class SwitchingLiveCharger(LiveChargerPort):
    """A charger that can switch between one and three phases."""

    async def async_switch_phases(self, phases: int) -> None:
        """Switch to 1 or 3 phases."""
        self._socket.switch_phases(phases)


class LiveVehiclePort:
    """A car with an interface of its own."""

    def __init__(self, read: Read[VehicleReading]) -> None:
        """Take what reads it."""
        self._read = read

    async def async_read(self, now: datetime) -> VehicleReading:
        """Return the reading at `now`."""
        return self._read(now)
