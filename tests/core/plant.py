"""A test bench for the core: a site, chargers that do what they are told, and a clock that ticks."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, MeterConfig, SiteConfig
from custom_components.evcc.core.memory import Timer
from custom_components.evcc.core.model import EPOCH, Mode, PhaseAction, PvAction, Status
from custom_components.evcc.core.parts import Loadpoint
from custom_components.evcc.core.ports import ChargerCommand, ChargerReading, MeterReading, Readings
from custom_components.evcc.core.site import NO_TARIFFS, Outcome, Site

from .wiring import FIXED, START, TICK, A, B, C, V


@dataclass(kw_only=True)
class Socket:
    """A charger as it is read. With `follows` its car takes at once whatever it is offered."""

    status: Status = A
    enabled: bool | None = False
    current: float = 0.0
    phases: int = 3
    power: float | None = 0.0
    follows: bool = False
    more: dict[str, Any] = field(default_factory=dict)  # further fields of the reading

    def reading(self) -> ChargerReading:
        return ChargerReading(status=self.status, enabled=self.enabled, power=self.power, **self.more)

    def obey(self, command: ChargerCommand) -> None:
        if command.enable is not False:  # switching off comes alone
            self.phases = command.phases or self.phases
            self.current = self.current if command.current is None else command.current
        self.enabled = self.enabled if command.enable is None else command.enable

    def draw(self) -> None:
        if self.follows and self.status is not A:
            takes = self.enabled and self.current >= 6
            self.status = C if takes else B
            self.power = self.current * self.phases * V if takes else 0.0


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a turn came to: commands sent (None: none) and what the timers count down to."""

    phases: int | None = None
    current: float | None = None
    enable: bool | None = None
    pv: str = "inactive"
    phase: str = "inactive"


class Bench:
    """A site that has been running for long; each loadpoint is set up with `put`."""

    def __init__(self, *chargers: ChargerTraits | LoadpointConfig, **config: Any) -> None:
        loadpoints = tuple(
            c if isinstance(c, LoadpointConfig) else LoadpointConfig(name=f"lp{i}", charger=c)
            for i, c in enumerate(chargers or (FIXED,), 1)
        )
        config.setdefault("grid", MeterConfig(name="grid"))
        self.site = Site(SiteConfig(loadpoints=loadpoints, **config))
        self.sockets = [Socket(phases=lp.traits.physical_phases or 3) for lp in self.site.loadpoints]
        self.world: dict[str, Any] = {}  # what the house reads, besides chargers and grid
        self.tariffs = NO_TARIFFS
        self.now = START
        self.outcome = Outcome()
        for index in range(len(loadpoints)):
            self.put(index, mode=Mode.OFF, status=A)

    def put(
        self,
        index: int = 0,
        *,
        mode: Mode = Mode.PV,
        status: Status = B,
        offered: float = 0.0,
        enabled: bool | None = None,
        phases: int | None = None,
        power: float | None = None,
        pv: tuple[str, float] | None = None,
        phase: tuple[str, float] | None = None,
        vehicle: str | None = None,
        follows: bool = False,
        reading: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Loadpoint:
        """Let a loadpoint have been in this state for long. Timers are (action, age in s at the next cycle)."""
        lp = self.site.loadpoints[index]
        m = lp.memory
        n = phases or lp.traits.physical_phases or m.phases or 3
        on = status is C if enabled is None else enabled
        m.begun, lp.settings.mode = True, mode
        for name, value in settings.items():
            setattr(lp.settings, name, value)
        m.status, m.enabled, m.offered_current, m.phases = status, on, offered, n
        m.pv_timer, m.phase_timer = self.timer(pv), self.timer(phase)
        lp.use_vehicle(self.site.vehicles.get(vehicle or ""))
        m.vehicle = vehicle
        taken = (offered * n * V if status is C else 0.0) if power is None else power
        m.charge_power, m.power_read = taken, self.now - TICK
        self.sockets[index] = Socket(
            status=status,
            enabled=on,
            current=offered,
            phases=n,
            power=taken,
            follows=follows,
            more=reading or {},
        )
        return lp

    def timer(self, running: tuple[str, float] | None) -> Timer:
        if running is None:
            return Timer()
        action, age = running
        if action == "elapsed":
            return Timer(since=EPOCH)
        kind = PvAction if action in list(PvAction) else PhaseAction
        return Timer(since=self.now - timedelta(seconds=age), action=kind(action), confirmed=self.now - TICK)

    def cycle(self, site: float | None = None, *, surplus: float | None = None, **options: Any) -> Outcome:
        """Run the next cycle with that site power, or with that much power to spare for vehicles, W."""
        for socket in self.sockets:
            socket.draw()
        if surplus is not None:
            site = sum(s.power or 0.0 for s in self.sockets) - surplus
        return self.run(self.world | ({} if site is None else {"grid": self.meter(site)}), **options)

    def run(self, world: dict[str, Any], *, regular: bool = True) -> Outcome:
        """Run the next cycle with these readings; chargers carry out their commands, then it ticks."""
        readings = Readings(chargers=tuple(s.reading() for s in self.sockets), **world)
        self.outcome = self.site.cycle(self.now, readings, self.tariffs, regular=regular)
        for command in self.outcome.chargers:
            self.sockets[command.loadpoint].obey(command)
        self.now += TICK
        return self.outcome

    def meter(self, site: float) -> MeterReading:
        """Return the grid reading that makes the site power `site` W."""
        battery = sum(b.power or 0.0 for b in self.world.get("batteries", ()))
        aux = sum(m.power or 0.0 for m in self.world.get("aux", ()))
        return MeterReading(power=site - battery - self.site.settings.residual_power + aux)

    def turn(self, site: float | None = None, index: int = 0, **options: Any) -> Done:
        """Run the next cycle and return what it meant for one loadpoint."""
        self.cycle(site, **options)
        return self.done(index)

    def done(self, index: int = 0) -> Done:
        command = next((c for c in self.outcome.chargers if c.loadpoint == index), ChargerCommand(index))
        m = self.site.loadpoints[index].memory
        return Done(
            phases=command.phases,
            current=None if command.current is None else round(command.current, 3),
            enable=command.enable,
            pv=_shown(m.pv_timer),
            phase=_shown(m.phase_timer),
        )


def _shown(timer: Timer) -> str:
    if timer.since is None:
        return "inactive"
    return "elapsed" if timer.since is EPOCH else f"{timer.action} {timer.remaining:g}"
