"""A loadpoint with a vehicle and a plan at chosen moments, for the tests of plans."""

from datetime import datetime, timedelta
from typing import Any

from custom_components.evcc.core.config import VehicleConfig
from custom_components.evcc.core.events import EventKind
from custom_components.evcc.core.goals import EnergyPlan, LoadpointGoals, RepeatingPlan, SocPlan, VehicleGoals
from custom_components.evcc.core.model import Feature, Mode
from custom_components.evcc.core.parts import Loadpoint, Vehicle
from custom_components.evcc.core.ports import VehicleReading
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from custom_components.evcc.core.site import NO_TARIFFS

from .plant import Bench
from .wiring import B, C

DAY = datetime.fromisoformat("2026-06-01T00:00:00+00:00")  # a Monday
QUARTER = timedelta(minutes=15)
P = 11_040.0
"""W of three phases with 16 A."""

CAR = VehicleConfig(name="car", title="Car", capacity=78.2, features=frozenset({Feature.STREAMING}))
"""10 % take 50 min at `P` as long as it takes full power, up to 89 %."""

SECOND = VehicleConfig(name="second", capacity=40.0, features=frozenset({Feature.OFFLINE}))


def at(text: str) -> datetime:
    """Return the time of that Monday; hours may go beyond 24."""
    parts = [int(p) for p in text.split(":")]
    return DAY + timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)


def quarters(*values: float, start: str = "0:00", then: float = 50.0, hours: int = 48) -> Tariffs:
    """Return these prices of quarters of an hour, and the same price for ever after (and before)."""
    first = int((at(start) - DAY) / QUARTER)
    all_of_them = [then] * first + list(values)
    all_of_them += [then] * (hours * 4 - len(all_of_them))
    slots = [Slot(DAY + i * QUARTER, DAY + (i + 1) * QUARTER, v) for i, v in enumerate(all_of_them)]
    return Tariffs(grid=Tariff(TariffKind.PRICE_FORECAST, slots))


CHEAP_NIGHT = quarters(*[10] * 8, start="2:00")


class Ride(Bench):
    """A bench with one loadpoint: with a car whose state of charge is known, or without one."""

    def __init__(self, now: str = "0:00", *, soc: float | None = None, **put: Any) -> None:
        super().__init__(vehicles=(CAR, SECOND))
        self.now = at(now)
        self.world["vehicles"] = {"car": VehicleReading(soc=soc)}
        put.setdefault("mode", Mode.PV)
        put.setdefault("status", B)
        self.put(vehicle=None if soc is None else "car", **put)
        self.lp.memory.soc = soc

    @property
    def lp(self) -> Loadpoint:
        return self.site.loadpoints[0]

    @property
    def car(self) -> Vehicle:
        return self.site.vehicles["car"]

    def wants(self, hours: float, by: str, **more: Any) -> None:
        """Plan an energy that takes that long from now on."""
        self.lp.goals = LoadpointGoals(plan=EnergyPlan(energy=P / 1000 * hours, time=at(by), **more))
        self.lp.memory.plan_energy_offset = self.lp.charged_energy

    def wants_soc(self, soc: int, by: str, **more: Any) -> None:
        """Plan a state of charge."""
        self.car.goals = VehicleGoals(plan=SocPlan(soc=soc, time=at(by)), **more)

    def has_charged(self, minutes: float) -> None:
        """Let the session have so much energy, in minutes of charging."""
        self.lp.memory.accounting.total = P / 1000 * minutes / 60

    def has_soc(self, soc: float | None) -> None:
        self.world["vehicles"] = {"car": VehicleReading(soc=soc)}

    def look(self, now: str | None = None) -> bool:
        """Run a cycle at that time without sun; return whether the plan is followed."""
        if now is not None:
            self.now = at(now)
        self.cycle(5000.0)
        return self.lp.memory.plan_active

    def slots(self) -> list[tuple[str, str]]:
        """Return the runs of planned slots that the last cycle shows."""
        found: list[tuple[datetime, datetime]] = []
        for slot in self.lp.planning.shown or ():
            if found and found[-1][1] == slot.start:
                found[-1] = found[-1][0], slot.end
            else:
                found.append((slot.start, slot.end))
        return [(f"{a:%H:%M}", f"{b:%H:%M}") for a, b in found]

    def overruns(self) -> list[float | None]:
        """Return the values of the events of the last cycle that tell of an overrun."""
        return [e.value for e in self.outcome.events if e.kind is EventKind.PLAN_OVERRUN]


def repeating(soc: int, time: str, *weekdays: int, active: bool = True, **more: Any) -> RepeatingPlan:
    return RepeatingPlan(weekdays=weekdays, time=time, tz="UTC", soc=soc, active=active, **more)


def rider(now: str, minutes: float, by: str, tariffs: Tariffs = NO_TARIFFS, **more: Any) -> Ride:
    """Return a ride that wants so many minutes of charging."""
    ride = Ride(now)
    ride.tariffs = tariffs
    ride.wants(minutes / 60, by, **more)
    return ride


def drive(ride: Ride, until: str) -> list[tuple[str, str]]:
    """Let the night pass; return from when to when the car charged."""
    times: list[tuple[str, str]] = []
    charged = False
    while ride.now < at(until):
        ride.cycle(surplus=-500.0)
        charging = ride.sockets[0].status is C
        if charging != charged:
            text = f"{ride.now:%H:%M}"
            times = [*times[:-1], (times[-1][0], text)] if charged else [*times, (text, "")]
            charged = charging
    return times
