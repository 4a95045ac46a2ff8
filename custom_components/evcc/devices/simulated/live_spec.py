"""What a simulated home consists of."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from .specs import BatterySpec, CarSpec, SocketSpec

_ALWAYS = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePv:
    """A PV system, W."""

    name: str
    peak_power: float
    max_ac_power: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCharger:
    """A charger with its meter."""

    name: str
    phases: int = 3
    phase_switching: bool = True
    current_step: float = 1.0  # A
    meter: bool = True
    currents: bool = True

    @property
    def socket(self) -> SocketSpec:
        """The charger as a part of the plant."""
        return SocketSpec(
            phases=self.phases,
            phase_switching=self.phase_switching,
            current_step=self.current_step,
            meter=self.meter,
            currents=self.currents,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSchedule:
    """When a car is away, in local time, and the kWh that it needs for that."""

    weekdays: frozenset[int] = _ALWAYS  # Monday is 0
    departure: time
    back: time  # not after the departure: on the next day
    driven: float

    def trip(self, local: datetime) -> date | None:
        """Return the day on which the trip under way at that time began, None at home."""
        for days in (0, 1):
            day = local.date() - timedelta(days=days)
            if day.weekday() not in self.weekdays:
                continue
            begin = datetime.combine(day, self.departure, local.tzinfo)
            last = day + timedelta(days=1) if self.back <= self.departure else day
            if begin <= local < datetime.combine(last, self.back, local.tzinfo):
                return day
        return None


COMMUTE: Final = LiveSchedule(
    weekdays=frozenset(range(5)), departure=time(7, 30), back=time(16, 30), driven=15.0
)
"""To work and back, on weekdays."""

ERRANDS: Final = LiveSchedule(departure=time(17, 30), back=time(19), driven=9.0)
"""A daily trip after the sun has done its work: keeps a demo alive that nobody drives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVehicle:
    """A car and the charger that it is plugged into at home."""

    name: str
    title: str = ""
    capacity: float = 60.0  # kWh
    soc: float = 45.0  # %
    phases: int = 3
    max_current: float = 16.0  # A
    max_soc: float = 100.0  # %
    online: bool = True
    charger: str | None = None
    schedule: LiveSchedule | None = ERRANDS  # None: always at home

    @property
    def car(self) -> CarSpec:
        """The car as a part of the plant."""
        return CarSpec(
            name=self.name,
            title=self.title,
            capacity=self.capacity,
            soc=self.soc,
            phases=self.phases,
            max_current=self.max_current,
            max_soc=self.max_soc,
            online=self.online,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSpec:
    """The simulated part of a home. `base_load` is the household's mean consumption, W."""

    timezone: str
    grid: bool = True
    base_load: float = 350.0
    pv: tuple[LivePv, ...] = ()
    batteries: tuple[BatterySpec, ...] = ()
    chargers: tuple[LiveCharger, ...] = ()
    vehicles: tuple[LiveVehicle, ...] = ()
    voltage: float = 230.0
    start_at_daylight: bool = True
