"""The virtual plant on a running clock: the demo home and simulated devices inside Home Assistant.

Whoever reads a device brings the time; the plant catches up to it, in small steps, before it answers. That
time may run faster than the real one. Commands act within a few seconds of plant time.

So that a demo started at midnight shows something too, sun and household by default follow a clock of
their own that says 10:30 when the plant starts; and every car is at home then, whatever its schedule says.
Prices and schedules follow the real local time.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ...core.config import BatteryConfig, ChargerTraits, VehicleConfig
from ...core.ports import Battery, Charger, Meter, Vehicle, VehicleReading
from ...core.rates import Tariffs
from .driver import CONSUMPTION, Driver
from .live_ports import (
    ControllableLiveBattery,
    LiveBattery,
    LiveChargerPort,
    LiveMeter,
    LiveVehiclePort,
    SwitchingLiveCharger,
)
from .live_spec import COMMUTE, ERRANDS, LiveCharger, LivePv, LiveSchedule, LiveSpec, LiveVehicle
from .plant import Plant
from .specs import BatterySpec, PlantSpec, PvSpec
from .tariffs import demo_tariffs
from .world import Clock, Household, Sun

__all__ = [
    "COMMUTE",
    "ERRANDS",
    "BatterySpec",
    "LiveCharger",
    "LivePlant",
    "LivePv",
    "LiveSchedule",
    "LiveSpec",
    "LiveVehicle",
]

GRID: Final = "grid"
STEP: Final = 5.0  # s
FINE: Final = 600.0  # s before now that are worth small steps
VIRTUAL_START: Final = 10.5 * 3_600.0  # s after midnight


class LivePlant:
    """A virtual plant that keeps up with the clock of those who read it.

    Devices go by their names in the specification; a name that is not there raises KeyError.
    """

    def __init__(self, spec: LiveSpec) -> None:
        """Take the parts. The plant begins to run with the first reading."""
        self.spec = spec
        self._zone = ZoneInfo(spec.timezone)
        self._start: datetime | None = None
        self._seconds = 0.0
        self._clock = Clock()
        self._suns = [Sun(p.peak_power, self._clock) for p in spec.pv]
        self._plant = self._build()
        self._pv = {p.name: i for i, p in enumerate(spec.pv)}
        self._batteries = {b.name: i for i, b in enumerate(spec.batteries)}
        self._chargers = {c.name: i for i, c in enumerate(spec.chargers)}
        self._drivers: dict[str, Driver] = {}
        for vehicle in spec.vehicles:
            index = self._chargers.get(vehicle.charger or "")
            socket = None if index is None else self._plant.sockets[index]
            self._drivers[vehicle.name] = Driver(vehicle, self._plant.cars[vehicle.name], socket)
        self._tariffs: tuple[date, Tariffs] | None = None

    def _build(self) -> Plant:
        spec = self.spec
        return Plant(
            PlantSpec(
                voltage=spec.voltage,
                grid=spec.grid,
                home=Household(spec.base_load, self._clock),
                pv=tuple(
                    PvSpec(name=p.name, power=sun, max_ac_power=p.max_ac_power)
                    for p, sun in zip(spec.pv, self._suns, strict=True)
                ),
                batteries=spec.batteries,
                sockets=tuple(c.socket for c in spec.chargers),
                cars=tuple(v.car for v in spec.vehicles),
            )
        )

    # ------------------------------------------------------------------ time

    def advance(self, now: datetime) -> None:
        """Catch up to `now`. After a clock that was set back the plant goes on from where it was."""
        start = self._begin(now)
        target = (now - start).total_seconds()
        if target <= self._seconds:
            self._start = now - timedelta(seconds=self._seconds)
            return
        if target - self._seconds > FINE:
            self._step(start, target - FINE)
        while self._seconds + STEP < target:
            self._step(start, self._seconds + STEP)
        self._step(start, target)

    def tariffs(self, now: datetime) -> Tariffs:
        """Return the tariffs of today and tomorrow: one object a day."""
        start = self._begin(now)
        today = now.astimezone(self._zone).date()
        if self._tariffs is None or self._tariffs[0] != today:
            self._tariffs = today, demo_tariffs(today, self._zone, start, self._suns)
        return self._tariffs[1]

    def _begin(self, now: datetime) -> datetime:
        """Return the start of the plant, which is now if it does not run yet."""
        if self._start is None:
            self._start = now
            local = now.astimezone(self._zone)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            self._clock.day = local.date().toordinal()
            self._clock.second = (
                VIRTUAL_START if self.spec.start_at_daylight else (local - midnight).total_seconds()
            )
            for driver in self._drivers.values():
                driver.start(local)
            self._plant.step(0.0)
        return self._start

    def _step(self, start: datetime, seconds: float) -> None:
        local = (start + timedelta(seconds=seconds)).astimezone(self._zone)
        for driver in self._drivers.values():
            driver.move(local)
        self._plant.step(seconds)
        self._seconds = seconds

    def _at[T](self, show: Callable[[], T]) -> Callable[[datetime], T]:
        """Return what a port reads with: catch up, then show."""

        def read(now: datetime) -> T:
            self.advance(now)
            return show()

        return read

    # ------------------------------------------------------------------ devices

    def meter(self, name: str) -> Meter:
        """Return the grid meter (`grid`) or that of a PV system."""
        if name == GRID and self.spec.grid:
            return LiveMeter(self._at(self._plant.grid_reading))
        return self.pv(name)

    def pv(self, name: str) -> Meter:
        """Return the meter of a PV system."""
        index = self._pv[name]
        return LiveMeter(self._at(lambda: self._plant.pv_reading(index)))

    def battery(self, name: str) -> Battery:
        """Return a home battery; a controllable one also is a `BatteryControl`."""
        index = self._batteries[name]
        battery = self._plant.batteries[index]
        port = ControllableLiveBattery if battery.spec.controllable else LiveBattery
        return port(self._at(lambda: self._plant.battery_reading(index)), battery)

    def charger(self, name: str) -> Charger:
        """Return a charger; one that can switch phases also is a `PhaseSwitcher`."""
        index = self._chargers[name]
        socket = self._plant.sockets[index]
        port = SwitchingLiveCharger if socket.spec.phase_switching else LiveChargerPort
        return port(self._at(lambda: self._plant.charger_reading(index)), socket)

    def vehicle(self, name: str) -> Vehicle:
        """Return a car with its state of charge, range and odometer."""
        driver = self._drivers[name]

        def show() -> VehicleReading:
            reading = self._plant.vehicle_reading(name)
            if reading.soc is None:
                return reading
            car = driver.car.spec
            return VehicleReading(
                soc=reading.soc,
                range=round(reading.soc / 100.0 * car.capacity / CONSUMPTION),
                odometer=round(driver.odometer),
                limit_soc=car.max_soc if car.max_soc < 100 else None,
            )

        return LiveVehiclePort(self._at(show))

    def battery_config(self, name: str) -> BatteryConfig:
        """Return what the core is told about a home battery."""
        return self.spec.batteries[self._batteries[name]].config

    def charger_traits(self, name: str) -> ChargerTraits:
        """Return what the core is told about a charger."""
        return self.spec.chargers[self._chargers[name]].socket.traits

    def vehicle_config(self, name: str) -> VehicleConfig:
        """Return what the core is told about a car."""
        return self._drivers[name].car.spec.config
