"""What came of a run: energy by source, cost, CO2, switching.

How energy is told apart: in every stretch between two cycles the sun serves the household first, then the
charging of the home battery, then the cars, all of them alike; the rest is exported. What the home battery
gives serves the household first, then the cars. The grid supplies what is missing. That is the order by
which the coordinator itself reckons the solar share of a session. Energy keeps no memory in the home
battery: what comes out of it counts as "battery", wherever it came from. The bill of a plan's target is as the
coordinator reckons a session: energy of sun and battery costs what the grid would have paid for it.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from ...core.model import Mode
from ...core.rates import Tariff
from .run import Run
from .scenario import Scenario
from .sources import Sources
from .targets import Targets

GUEST: Final = "guest"
_NEGLIGIBLE: Final = 0.5
"""W of import that are rounding, not charging."""


@dataclass(slots=True)
class Report:
    """Sums over a run. Feed it each cycle with `add`, then ask for `figures`. Energies kWh."""

    scenario: Scenario
    home: Sources = field(default_factory=Sources)
    vehicles: dict[str, Sources] = field(default_factory=dict)
    produced: float = 0.0
    imported: float = 0.0
    exported: float = 0.0
    import_cost: float | None = None
    export_revenue: float | None = None
    emitted: float | None = None  # g
    solar_import: float = 0.0  # kWh of import caused by charging in pv mode
    solar_import_minutes: float = 0.0
    refused: int = 0
    targets: Targets = field(default_factory=Targets)

    def add(self, run: Run) -> None:
        """Add the stretch that begins with the cycle just made: its powers hold until the next one."""
        scenario = self.scenario
        hours = min(scenario.interval, scenario.duration - run.seconds) / 3600.0
        kwh = hours / 1000.0
        plant = run.plant
        self.produced += plant.pv * kwh
        self.targets.add(run)
        self._share_out(run, kwh)
        self._settle(run, plant.grid * kwh)
        charge = sum(
            s.power
            for s, lp in zip(plant.sockets, run.site.loadpoints, strict=True)
            if s.power and lp.settings.mode is Mode.PV
        )
        caused = min(plant.grid, charge)
        if caused > _NEGLIGIBLE:
            self.solar_import += caused * kwh
            self.solar_import_minutes += hours * 60.0
        self.refused += len(run.refusals)

    def _share_out(self, run: Run, kwh: float) -> None:
        plant = run.plant
        batteries = sum(b.power for b in plant.batteries)
        charge = sum(s.power for s in plant.sockets)
        solar_home = min(plant.pv, plant.home)
        solar_left = max(0.0, plant.pv - solar_home - max(0.0, -batteries))
        battery_home = min(max(0.0, batteries), plant.home - solar_home)
        battery_left = max(0.0, batteries) - battery_home
        self.home.add(solar_home, battery_home, plant.home - solar_home - battery_home, kwh)
        if not charge:
            return
        solar = min(solar_left, charge)
        battery = min(battery_left, charge - solar)
        tariffs = self.scenario.tariffs.full
        price = None if tariffs.grid is None else tariffs.grid.value(run.now)
        feed_in = None if tariffs.feedin is None else tariffs.feedin.value(run.now)
        for index, socket in enumerate(plant.sockets):
            if socket.power:
                part = Sources()
                part.add(solar, battery, charge - solar - battery, kwh * socket.power / charge)
                sources = self.vehicles.setdefault(socket.identifier or GUEST, Sources())
                sources.add(part.solar, part.battery, part.grid)
                self.targets.book(socket.identifier, part, price, feed_in)
                self.targets.book(index, part, price, feed_in)

    def _settle(self, run: Run, energy: float) -> None:
        """Book grid energy, + import, at the prices of this moment."""
        tariffs = self.scenario.tariffs.full
        if energy > 0:
            self.imported += energy
            self.import_cost = _book(self.import_cost, tariffs.grid, run, energy)
            self.emitted = _book(self.emitted, tariffs.co2, run, energy)
        elif energy < 0:
            self.exported -= energy
            self.export_revenue = _book(self.export_revenue, tariffs.feedin, run, -energy)

    def figures(self, run: Run, cycles_per_second: float) -> dict[str, Any]:
        """Return the report as a document. Energies kWh, CO2 kg, shares %; null: cannot be told."""
        tariffs = self.scenario.tariffs.full
        cost = None
        if tariffs.grid is not None:
            cost = round((self.import_cost or 0.0) - (self.export_revenue or 0.0), 4)
        consumed = self.home.total + sum(v.total for v in self.vehicles.values())
        return {
            "name": self.scenario.name,
            "hours": round(self.scenario.duration / 3600.0, 3),
            "home": self.home.figures(),
            "vehicles": {name: sources.figures() for name, sources in self.vehicles.items()},
            "produced": round(self.produced, 3),
            "imported": round(self.imported, 3),
            "exported": round(self.exported, 3),
            "selfConsumption": _percent(self.produced - min(self.exported, self.produced), self.produced),
            "selfSufficiency": _percent(consumed - min(self.imported, consumed), consumed),
            "currency": self.scenario.site.currency,
            "cost": cost,
            "co2": None if tariffs.co2 is None else round((self.emitted or 0.0) / 1000.0, 3),
            "loadpoints": [
                {"title": lp.config.title, "switches": s.switches, "phaseSwitches": s.phase_switches}
                for s, lp in zip(run.plant.sockets, run.site.loadpoints, strict=True)
            ],
            "pvModeImportMinutes": round(self.solar_import_minutes, 1),
            "pvModeImport": round(self.solar_import, 3),
            "refusedCommands": self.refused,
            "targets": self.targets.figures(run),
            "plans": self.targets.totals(),
            "cycles": run.cycles,
            "cyclesPerSecond": round(cycles_per_second),
        }


def _book(total: float | None, tariff: Tariff | None, run: Run, energy: float) -> float | None:
    price = None if tariff is None else tariff.value(run.now)
    return total if price is None else (total or 0.0) + energy * price


def _percent(part: float, whole: float) -> float | None:
    return round(100.0 * part / whole, 1) if whole > 0 else None
