"""The person who drives a car of the simulated home: leaves, comes back and plugs in."""

from datetime import date, datetime
from typing import Final

from .live_spec import LiveVehicle
from .parts import Car, Socket

CONSUMPTION: Final = 0.17  # kWh/km
_ODOMETER: Final = 12_000.0  # km at the start


class Driver:
    """Where a car is: at its charger, waiting for it to be free, or away."""

    def __init__(self, spec: LiveVehicle, car: Car, socket: Socket | None) -> None:
        """Take the car and the charger that it has at home, if it has one."""
        self.car = car
        self.odometer = _ODOMETER
        self._schedule = spec.schedule
        self._socket = socket
        self._driven = 0.0  # kWh, taken off when it is plugged in
        self._trip: date | None = None
        self._skipped: date | None = None

    def start(self, local: datetime) -> None:
        """Begin at home, even if the schedule has it away."""
        if self._schedule is not None:
            self._skipped = self._schedule.trip(local)
        self._plug()

    def move(self, local: datetime) -> None:
        """Do what the local time asks for."""
        if self._schedule is not None:
            trip = self._schedule.trip(local)
            if trip == self._skipped:
                trip = None
            if self._trip is not None and trip != self._trip:
                self._driven += self._schedule.driven
                self.odometer += self._schedule.driven / CONSUMPTION
            self._trip = trip
        if self._trip is None:
            self._plug()
        elif self.plugged and self._socket is not None:
            self._socket.disconnect()

    @property
    def plugged(self) -> bool:
        """Whether the car is at its charger."""
        return self._socket is not None and self._socket.car is self.car

    def _plug(self) -> None:
        if self._socket is not None and not self._socket.connected:
            self._socket.connect(self.car, self._driven)
            self._driven = 0.0
