"""A small house on a virtual clock, for the tests of properties: devices that obey or do not, people, weather.

Powers are constant between cycles and commands take effect in the next one, as in the plant of the
scenarios. Where a test wants it, vehicles start late or take less than offered, people change settings and
pull plugs, and devices fall silent, talk nonsense, refuse commands or ignore them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
import json
from random import Random

from custom_components.evcc.core import memory
from custom_components.evcc.core.config import SiteConfig
from custom_components.evcc.core.model import BatteryMode, Failure
from custom_components.evcc.core.ports import (
    BatteryReading,
    BatteryResult,
    ChargerCommand,
    ChargerResult,
    ExternalLimit,
    MeterReading,
    Readings,
    VehicleReading,
)
from custom_components.evcc.core.rates import Tariffs
from custom_components.evcc.core.settings import SettingError
from custom_components.evcc.core.site import NO_TARIFFS, Outcome, Site

from .houses import START, nonsense, random_plan, random_press
from .sockets import Car, Cell, Socket, V


@dataclass(frozen=True, slots=True)
class Habits:
    """Chances per cycle: weather changes, a command, a plug moved, a device that goes wild for a while."""

    weather: float = 0.05
    press: float = 0.0
    plug: float = 0.0
    fault: float = 0.0
    extra: float = 0.0  # a cycle on command before the next regular one
    restart: float = 0.0
    boost: bool = True  # pressed too; it alone does not survive a restart
    plans: float = 0.0  # somebody makes plans


LAG = 10.0
"""s that a vehicle may need to follow."""

CALM = Habits(weather=0.0)


class World:
    """A house, and the sites that decide on equal readings: the first one rules, the others are compared."""

    def __init__(
        self, config: SiteConfig, rng: Random, habits: Habits = CALM, tariffs: Tariffs = NO_TARIFFS
    ) -> None:
        self.config, self.rng, self.habits, self.tariffs = config, rng, habits, tariffs
        self.now, self.cycles = START, 0
        self.sun, self.house, self.kitchen = 6000.0, 400.0, 0.0  # W; the kitchen is behind every circuit
        self.sites = [Site(config)]
        self.sockets = [Socket(lp.charger, lp.charger.physical_phases or 3) for lp in config.loadpoints]
        self.cells = [Cell() for _ in config.batteries]
        self.cars = [Car(v.name, v.phases or 3, capacity=v.capacity or 40.0) for v in config.vehicles]
        self.faults: dict[str, tuple[str, float]] = {}
        self.readings, self.outcome = Readings(), Outcome()
        self.results: list[ChargerResult | BatteryResult] = []
        self.assigned: list[str | None] = []  # vehicles before the cycle

    @property
    def site(self) -> Site:
        """The site that rules."""
        return self.sites[0]

    @property
    def grid(self) -> float:
        """W at the meter of the house, + import."""
        return self.house + sum(s.power for s in self.sockets) - self.sun - sum(c.power for c in self.cells)

    # ------------------------------------------------------------------ time

    def step(self, seconds: float = 30.0, *, regular: bool = True) -> Outcome:
        """Run one cycle and carry it out."""
        self.decide(seconds, regular=regular)
        self.act()
        return self.outcome

    def decide(self, seconds: float = 30.0, *, regular: bool = True) -> None:
        """Let time pass and decide. Vehicles need a few seconds to follow what they were told last."""
        for part in (*self.sockets, *self.cells):
            part.advance(seconds)
        self.now += timedelta(seconds=seconds)
        self._live()
        if seconds >= LAG:
            self.flow()
        self.readings = self._read()
        self.assigned = [lp.memory.vehicle for lp in self.site.loadpoints]
        outcomes = [s.cycle(self.now, self.readings, self.tariffs, regular=regular) for s in self.sites]
        self.outcome = outcomes[0]
        assert all(o == self.outcome for o in outcomes), "equal sites decide alike"
        self.cycles += 1

    def interval(self) -> Iterator[None]:
        """Decide once per interval, and now and then once more on command; carry out between the steps."""
        pauses: tuple[float, ...] = ()
        if self.rng.random() < self.habits.extra:
            pauses = self.rng.choice([(2.0,), (15.0,), (28.0,), (2.0, 3.0)])
        for seconds in pauses:
            self.decide(seconds, regular=False)
            yield
        self.decide(30.0 - sum(pauses))
        yield

    def flow(self) -> None:
        """Let all powers follow what was commanded."""
        for socket in self.sockets:
            socket.follow()
        need = self.house + sum(s.power for s in self.sockets) - self.sun
        for cell in self.cells:
            cell.flow(need / len(self.cells))

    def act(self) -> None:
        """Carry out what was decided, and tell the sites how it went."""
        self.results = [self._tell(c) for c in self.outcome.chargers]
        self.results += [self._tell_battery(c.battery, c.mode) for c in self.outcome.batteries]
        for site in self.sites:
            site.report(self.results, self.now)

    def restart(self, which: int = 0) -> None:
        """Replace a site by itself after a restart."""
        self.sites[which] = reborn(self.sites[which])

    # ------------------------------------------------------------------ people and weather

    def press(self, command: Callable[[Site], object]) -> bool:
        """Do to all sites what a person does to one; return whether it was accepted."""
        refused = 0
        for site in self.sites:
            try:
                command(site)
            except SettingError:
                refused += 1
        assert refused in (0, len(self.sites))
        return not refused

    def _live(self) -> None:
        rng, habits = self.rng, self.habits
        if rng.random() < habits.weather:
            self.sun = max(0.0, rng.uniform(-3000.0, 15_000.0))
            self.house = rng.choice([300.0, 500.0, 2500.0])
        while rng.random() < habits.press:
            self.press(random_press(rng, self.config, self.now, boost=habits.boost))
        if habits.plans and rng.random() < habits.plans:
            self.press(random_plan(rng, self.config, self.now))
        if rng.random() < habits.plug:
            self.replug(rng.choice(self.sockets))

    def replug(self, socket: Socket) -> None:
        """Pull the plug, or connect some vehicle."""
        rng = self.rng
        if socket.car is not None and rng.random() < 0.5:
            socket.car.stopped = not socket.car.stopped
            return
        free = [c for c in self.cars if all(s.car is not c for s in self.sockets)]
        car = rng.choice([*free, Car(phases=rng.choice([1, 3]))])
        car.delay, car.most = rng.choice([0.0, 0.0, 45.0, 400.0]), rng.choice([32.0, 32.0, 13.0, 7.0])
        car.stopped, car.soc = False, rng.choice([car.soc, 15.0, 98.0])
        socket.plug(car if socket.car is None else None)

    # ------------------------------------------------------------------ devices

    def _fault(self, device: str) -> str:
        kind, until = self.faults.get(device, ("", 0.0))
        if self.cycles < until:
            return kind
        if self.habits.fault and self.rng.random() < self.habits.fault:
            kind = self.rng.choice(["nonsense", "silent", "refuse", "ignore"])
            self.faults[device] = kind, self.cycles + self.rng.uniform(1, 15)
            return kind
        return ""

    def _said[R](self, device: str, reading: R) -> R:
        kind = self._fault(device)
        if kind == "silent":
            return type(reading)(failure=self.rng.choice(list(Failure)))  # type: ignore[call-arg]
        return nonsense(self.rng, reading) if kind == "nonsense" else reading

    def _read(self) -> Readings:
        c = self.config
        demand = (
            ExternalLimit(consumption=self.rng.choice([None, 0.0, 5e3])) if self._fault("manager") else None
        )
        cells = zip(c.batteries, self.cells, strict=True)
        return Readings(
            grid=None if c.grid is None else self._said("grid", MeterReading(power=self.grid)),
            pv=tuple(self._said(m.name, MeterReading(power=self.sun)) for m in c.pv),
            batteries=tuple(self._said(b.name, BatteryReading(power=x.power, soc=x.soc)) for b, x in cells),
            aux=tuple(self._said(m.name, MeterReading(power=120.0)) for m in c.aux),
            chargers=tuple(self._said(f"lp{i}", s.read()) for i, s in enumerate(self.sockets)),
            vehicles={x.name: self._said(x.name, VehicleReading(soc=round(x.soc))) for x in self.cars},
            circuits={x.name: self._said(x.name, self.load(x.name)) for x in c.circuits if x.metered},
            external=demand,
        )

    def below(self, circuit: str) -> list[Socket]:
        """Return the sockets behind a circuit."""
        own = [s for s, lp in zip(self.sockets, self.config.loadpoints, strict=True) if lp.circuit == circuit]
        inner = [x.name for x in self.config.circuits if x.parent == circuit]
        return own + [s for name in inner for s in self.below(name)]

    def load(self, circuit: str) -> MeterReading:
        """Return the W and A behind a circuit."""
        behind = self.below(circuit)
        amps = sum(s.current for s in behind) + self.kitchen / (3 * V)
        return MeterReading(power=sum(s.power for s in behind) + self.kitchen, currents=(amps, amps, amps))

    def _tell(self, command: ChargerCommand) -> ChargerResult:
        """Carry out phases, current, enable. What fails ends it, but switching off is tried in any case."""
        i, kind = command.loadpoint, self._fault(f"lp{command.loadpoint}")
        if kind == "ignore":
            return ChargerResult(i)
        if kind not in ("refuse", "silent"):
            self.sockets[i].obey(command)
            return ChargerResult(i)
        why = self.rng.choice(list(Failure))
        if command.phases is not None:
            off = command.enable is False and self.rng.random() < 0.5
            if off:
                self.sockets[i].obey(ChargerCommand(i, enable=False))
            return ChargerResult(i, phases=why, enable=why if command.enable is False and not off else None)
        if command.current is not None:
            return ChargerResult(i, current=why)
        return ChargerResult(i, enable=why if command.enable is not None else None)

    def _tell_battery(self, battery: int, mode: BatteryMode) -> BatteryResult:
        kind = self._fault(self.config.batteries[battery].name)
        if kind in ("refuse", "silent"):
            return BatteryResult(battery, mode, self.rng.choice(list(Failure)))
        if kind != "ignore":
            self.cells[battery].mode = mode
        return BatteryResult(battery, mode)


def reborn(site: Site) -> Site:
    """Return the site as it is after a restart: everything through the text that storage keeps."""
    stored = json.dumps([site.dump_settings(), memory.dump(site.memory)], allow_nan=False)
    settings, remembered = json.loads(stored)
    fresh = Site(site.config)
    assert fresh.restore(settings, remembered) == []
    return fresh
