"""One control cycle of the whole site: readings in, commands out. Pure and synchronous.

    measure everything -> balance of the house -> each loadpoint's turn, by priority -> home battery

All loadpoints are served in every cycle on one set of measurements. What one of them decides is taken
off the site power before the next one looks, so no surplus is spent twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from . import battery, circuit, effective, loadpoint, measure, power, report, restart, sharing, vehicle
from .battery import Batteries
from .config import SiteConfig, check
from .connection import Connections, fill
from .events import Event
from .memory import BatteryMemory, SiteMemory
from .model import EPOCH, BatteryMode, Boost, Mode
from .parts import NO_CHARGER, NO_VEHICLE, Circuit, Loadpoint, Turn, Vehicle
from .ports import BatteryCommand, BatteryResult, ChargerCommand, ChargerResult, Readings
from .power import Balance, Shares, SitePower
from .rates import Tariffs
from .session import SessionRecord
from .settings import SettingError, SiteSettings

NO_TARIFFS: Final = Tariffs()


@dataclass(slots=True)
class Outcome:
    """What a cycle wants done: commands for devices, session records to write, events to announce."""

    chargers: list[ChargerCommand] = field(default_factory=list)
    batteries: list[BatteryCommand] = field(default_factory=list)
    sessions: list[SessionRecord] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Site:
    """A house with its loadpoints, vehicles, circuits and batteries.

    `cycle` decides; `report` tells it which commands failed; `core.commands` changes its settings;
    `core.snapshot` shows it to the outside.
    """

    def __init__(self, config: SiteConfig) -> None:
        """Build the site as wired; raise ConfigError if that contradicts itself."""
        check(config)
        self.config = config
        self.zone = ZoneInfo(config.timezone)
        self.settings = SiteSettings()
        self.vehicles = {v.name: Vehicle(v) for v in config.vehicles}
        self.loadpoints = [Loadpoint(i, c) for i, c in enumerate(config.loadpoints)]
        self.circuits = [Circuit(c) for c in config.circuits]
        self.root = circuit.link(self.circuits, self.loadpoints)
        self.connections = Connections(self.loadpoints, self.vehicles, SiteMemory())
        self.battery_memories: list[BatteryMemory] = []
        self.aside: dict[str, dict[str, Any]] = {}  # stored settings of what is not wired now
        # the last cycle, for the snapshot
        self.cycles = 0
        self.last = EPOCH
        self.readings = Readings()
        self.tariffs = NO_TARIFFS
        self.power: SitePower = power.NOTHING
        self.shares = Shares()
        self.price: float | None = None  # per kWh at the loadpoints
        self.co2: float | None = None  # g per kWh at the loadpoints
        self.batteries: Batteries = battery.NONE
        self.grid_lost_for = 0.0  # s, 0 while the grid meter answers
        self.rate: float | None = None  # what the battery's grid charge limit is compared with
        self.battery_before: tuple[BatteryMode, datetime | None] | None = None
        self.memory = SiteMemory()
        restart.use(self, self.memory)

    def restore(self, stored: dict[str, Any], memory: Any) -> list[SettingError]:
        """Continue with stored settings and, if there is one, memory; return the settings that were refused."""
        return restart.restore(self, stored, memory)

    def dump_settings(self) -> dict[str, Any]:
        """Return all settings for storage, in the shape that `restore` takes."""
        return restart.dump(self)

    # ------------------------------------------------------------------ one cycle

    def cycle(
        self, now: datetime, readings: Readings, tariffs: Tariffs = NO_TARIFFS, *, regular: bool = True
    ) -> Outcome:
        """Decide for all. `now` is the nominal time of the tick in UTC; an extra cycle is not `regular`.

        Commands are assumed to succeed; `report` takes back those that did not.
        """
        if self.cycles == 0 or now < self.last:
            restart.catch_up(self.memory, now)
        self.last = now
        self.readings = readings
        self.tariffs = self.connections.tariffs = tariffs
        self.cycles += 1
        outcome = Outcome()
        charge = self._measure(now)
        self._balance(now, charge)
        if self.root is not None:
            circuit.limit_root(self.root, readings.external)
            circuit.refresh(self.root, readings.circuits, now)
        self._serve(now, outcome)
        self._control_batteries(now, outcome)
        if regular:
            self.memory.rotation += 1
        return outcome

    def _measure(self, now: datetime) -> float:
        """Take the chargers' and vehicles' readings; return the charge power of all, W."""
        readings = self.readings
        for name, car in self.vehicles.items():
            car.reading = readings.vehicles.get(name, NO_VEHICLE)
        total = 0.0
        voltage = self.config.voltage
        for lp, reading in zip(self.loadpoints, readings.chargers, strict=False):
            lp.reading = reading
        for lp in self.loadpoints:
            if len(readings.chargers) <= lp.index:
                lp.reading = NO_CHARGER
            loadpoint.take_reading(lp, now, voltage)
            loadpoint.evaluate_rates(lp, self.tariffs, now)
            total += lp.power
        return total

    def _balance(self, now: datetime, charge: float) -> None:
        """Work out site power, home power, green shares and what loadpoint energy costs now."""
        readings, config, settings, memory = self.readings, self.config, self.settings, self.memory
        for battery_memory, reading in zip(self.battery_memories, readings.batteries, strict=False):
            battery.take_reading(battery_memory, reading, now)
        if config.batteries:
            self.batteries = battery.aggregate(
                config.batteries, self.battery_memories, readings.batteries, now
            )
        grid: float | None = None
        self.grid_lost_for = 0.0
        if config.grid is not None:
            grid, self.grid_lost_for = measure.grid(memory, readings.grid, now)
        pv, excess = measure.pv(config, memory, readings, now)
        balance = Balance(
            grid,
            pv,
            charge,
            self.batteries.power,
            self.batteries.soc,
            bool(config.batteries),
            excess,
            measure.aux(config, memory, readings, now),
        )
        self.power = power.site_power(
            balance,
            settings.residual_power,
            settings.priority_soc,
            settings.buffer_soc,
            settings.buffer_start_soc,
        )
        if not self.grid_lost_for:
            self.shares = power.shares(self.power, self.batteries.power, charge)
            memory.green_home, memory.green_loadpoints = self.shares.home, self.shares.loadpoints
        self.price, self.co2 = self.energy_cost(now, self.shares.loadpoints)

    def energy_cost(self, now: datetime, share: float) -> tuple[float | None, float | None]:
        """Return (price, g CO2) of a kWh with that share of green power, by the tariffs valid now."""
        tariffs = self.tariffs
        grid = None if tariffs.grid is None else tariffs.grid.value(now)
        feedin = None if tariffs.feedin is None else tariffs.feedin.value(now)
        co2 = None if tariffs.co2 is None else tariffs.co2.value(now)
        return power.effective_price(grid, feedin, share), power.effective_co2(co2, share)

    # ------------------------------------------------------------------ loadpoints

    def _serve(self, now: datetime, outcome: Outcome) -> None:
        """Give every loadpoint its turn, highest priority first, equals rotating."""
        base = self.power.site
        sharing.note_pending(self.loadpoints, now, self.config.voltage)
        base += sharing.count_as_drawn(self.loadpoints)
        lower = 0.0
        if len(self.loadpoints) > 1:
            for lp in self.loadpoints:
                lp.flexible = loadpoint.flexible_power(lp, self.config.voltage)
                lower += lp.flexible
        claimed = reserved = 0.0
        for group in sharing.order(self.loadpoints, self.memory.rotation):
            lower -= sum(lp.flexible for lp in group) if lower else 0.0
            pending = sum(lp.pending for lp in group)
            for lp in group:
                pending -= lp.pending
                site = base + claimed + pending
                if self.config.equal_share:
                    site -= sharing.above_minimum(lp, group, self.config.voltage)
                keep = 0.0
                if lp.settings.mode is Mode.PV:
                    site += reserved - lower
                    keep = reserved
                if lp.memory.boost is not Boost.OFF:
                    site += self.power.adjustment
                self._turn(lp, now, site, keep, outcome)
                claimed += lp.change
            reserved += sum(
                effective.max_power(lp, self.config.voltage) for lp in group if loadpoint.starting(lp)
            )

    def _turn(self, lp: Loadpoint, now: datetime, site: float, reserved: float, outcome: Outcome) -> None:
        command = ChargerCommand(lp.index)
        voltage = self.config.voltage
        t = Turn(
            now=now,
            loadpoint=lp,
            voltage=voltage,
            interval=self.config.interval,
            site_power=site,
            grid_lost_for=self.grid_lost_for,
            battery_power=self.batteries.power,
            battery_soc=self.batteries.soc,
            battery_max_discharge=self.batteries.max_discharge,
            battery_buffered=self.power.buffered,
            battery_start=self.power.start,
            battery_hidden=self.power.hidden,
            reserved=reserved,
            residual_power=self.settings.residual_power,
            command=command,
        )
        if lp.pending:
            sharing.withdraw_pending(lp, voltage)
        if not lp.memory.begun and lp.reading.enabled is not None:
            self._begin(lp, command)
        before = sharing.Before(lp, voltage)
        ledger = lp.memory.accounting
        ledger.green_share, ledger.price_now, ledger.co2_now = self.shares.loadpoints, self.price, self.co2
        if loadpoint.take_turn(t, self.connections, self.zone):
            sharing.claim(lp, before, now, voltage, self.config.interval)
        command.reduces = command.enable is False or lp.change < 0
        if not command.empty:
            lp.command = command
            outcome.chargers.append(command)
        outcome.events += t.events
        for record in t.sessions:
            _keep(outcome.sessions, record)

    def _begin(self, lp: Loadpoint, command: ChargerCommand) -> None:
        """First contact with a charger nothing is remembered of."""
        lp.memory.begun = True
        if lp.config.default_vehicle is not None:
            vehicle.assign(lp, self.vehicles[lp.config.default_vehicle], self.loadpoints)
        command.current = loadpoint.begin(lp, self.config.voltage)

    # ------------------------------------------------------------------ home battery

    def _control_batteries(self, now: datetime, outcome: Outcome) -> None:
        """Decide the battery mode with the loadpoints' new states; tell the batteries what changes."""
        tariff = self.tariffs.consumption
        self.rate = None if tariff is None or tariff.static else tariff.value(now)
        self.battery_before = None
        if not self.config.controllable_battery:
            return
        memory = self.memory
        external = self.readings.external
        mode = battery.decide(
            memory,
            now,
            grid_charge=self.grid_charge_active,
            hold=self.settings.battery_discharge_control
            and battery.discharge_controlled(self.loadpoints, self.rate),
            dimmed=external is not None and (external.consumption or 0.0) > 0,
        )
        if mode is not None:
            self.battery_before = (memory.battery_mode, memory.external_until)
            memory.battery_mode = mode
            if memory.battery_mode_external is BatteryMode.UNKNOWN:
                memory.external_until = None
        outcome.batteries = battery.commands(
            memory.battery_mode, self.config.batteries, self.battery_memories
        )

    @property
    def grid_charge_active(self) -> bool:
        """Whether the price now allows charging the home battery from the grid."""
        return battery.charging_from_grid(self.settings.battery_grid_charge_limit, self.rate)

    # ------------------------------------------------------------------ after the cycle

    def report(self, results: Iterable[ChargerResult | BatteryResult], now: datetime) -> None:
        """Learn how the commands of the last cycle ended; what failed is taken back."""
        report.take(self, results, now)

    def stop(self, now: datetime) -> Outcome:
        """Shut down: the running sessions' figures to write, and batteries back to normal operation."""
        outcome = Outcome()
        for lp in self.loadpoints:
            session = lp.memory.session
            if session is not None and session.created is not None:
                fill(lp, session, now)
                if lp.memory.accounting.running or session.finished is None:
                    session.finished = now
                _keep(outcome.sessions, session)
        if self.memory.battery_mode not in (BatteryMode.UNKNOWN, BatteryMode.NORMAL):
            self.memory.battery_mode = BatteryMode.NORMAL
            outcome.batteries = battery.commands(
                BatteryMode.NORMAL, self.config.batteries, self.battery_memories
            )
        return outcome


def _keep(sessions: list[SessionRecord], record: SessionRecord) -> None:
    """Add a copy of the record, in place of an older copy of this cycle."""
    sessions[:] = [s for s in sessions if s.id != record.id]
    sessions.append(replace(record))
