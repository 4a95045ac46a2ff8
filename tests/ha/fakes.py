"""Devices without anything behind them, for tests of what reads them and tells them things."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from custom_components.evcc.core.model import BatteryMode, Status
from custom_components.evcc.core.ports import (
    BatteryReading,
    ChargerReading,
    DeviceError,
    MeterReading,
    VehicleReading,
)

type Trouble = Exception | float | None
"""What a call ends with: an error, or nothing after so many seconds."""


async def suffer(trouble: Trouble) -> None:
    """Wait, raise, or do nothing."""
    if isinstance(trouble, Exception):
        raise trouble
    if trouble is not None:
        await asyncio.sleep(trouble)


@dataclass
class Meter:
    """A meter that shows `power`."""

    power: float | None = 0.0
    trouble: Trouble = None
    reads: list[datetime] = field(default_factory=list)

    async def async_read(self, now: datetime) -> MeterReading:
        """Return the reading."""
        self.reads.append(now)
        await suffer(self.trouble)
        return MeterReading(power=self.power)


@dataclass
class Battery:
    """A home battery."""

    trouble: Trouble = None
    modes: list[BatteryMode] = field(default_factory=list)

    async def async_read(self, now: datetime) -> BatteryReading:
        """Return the reading."""
        return BatteryReading(power=0.0, soc=50.0)

    async def async_set_mode(self, mode: BatteryMode) -> None:
        """Note the mode."""
        await suffer(self.trouble)
        self.modes.append(mode)


class PlainBattery:
    """A home battery that takes no mode."""

    async def async_read(self, now: datetime) -> BatteryReading:
        """Return the reading."""
        return BatteryReading(power=0.0, soc=50.0)


@dataclass
class Vehicle:
    """A vehicle that can be woken up."""

    woken: int = 0

    async def async_read(self, now: datetime) -> VehicleReading:
        """Return the reading."""
        return VehicleReading(soc=50.0)

    async def async_wake_up(self) -> None:
        """Count the calls."""
        self.woken += 1


@dataclass
class Charger:
    """A charger that does what it is told and notes when."""

    name: str = "charger"
    log: list[str] = field(default_factory=list)
    status: Status = Status.B
    enabled: bool = False
    read_trouble: Trouble = None
    troubles: dict[str, Trouble] = field(default_factory=dict)
    on_read: Callable[[], None] = lambda: None
    reads: int = 0

    async def async_read(self, now: datetime) -> ChargerReading:
        """Return the reading."""
        self.reads += 1
        self.on_read()
        await suffer(self.read_trouble)
        return ChargerReading(status=self.status, enabled=self.enabled, power=0.0)

    async def _do(self, step: str, what: str) -> None:
        self.log.append(f"{self.name}: {what}")
        await suffer(self.troubles.get(step))

    async def async_enable(self, on: bool) -> None:
        """Switch on or off."""
        await self._do("enable", "on" if on else "off")
        self.enabled = on

    async def async_set_current(self, current: float) -> None:
        """Offer a current."""
        await self._do("current", f"{current:g} A")


class FullCharger(Charger):
    """One that can switch phases and be woken up as well."""

    async def async_switch_phases(self, phases: int) -> None:
        """Switch phases."""
        await self._do("phases", f"{phases}p")

    async def async_wake_up(self) -> None:
        """Wake up."""
        await self._do("wake", "wake")


REFUSED = DeviceError("no")
