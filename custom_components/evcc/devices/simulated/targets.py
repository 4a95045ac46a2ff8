"""What became of plans: each target that came due in a run, judged by what the plant did, not by what was believed.

A target is the time of a plan. What counts is how full the car is in the first cycle at or after it, when
it has just been unplugged as well. Lateness is told where the car stayed and got there later. Of a target's bill
is all that the car took since its target before (or the start): what was charged without the plan helped too.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...core import occurrence
from ...core.goals import LoadpointGoals, VehicleGoals
from .run import Run
from .sources import Bill, Sources

TOLERANCE: Final = {"%": 0.05, "kWh": 0.01}
"""What may be missing: the coordinator reckons in whole seconds of charging."""

_NEXT: Final = timedelta(microseconds=1)

type Key = str | int
"""A vehicle by its name, or a loadpoint by its place from 0: energies are planned for loadpoints."""

type _Wanted = tuple[datetime, float, int]
"""Time, goal, and which plan: -1 the own one, else the place of the repeating one."""


@dataclass(slots=True)
class Target:
    """One target that has come due. `late` in s: 0 in time, None never reached while the car stayed."""

    key: Key
    time: datetime
    goal: float
    unit: str  # of goal and reached: "%" or "kWh"
    reached: float
    missing: float  # kWh in the car, or from the loadpoint
    away: bool  # already before it
    late: float | None
    bill: Bill

    @property
    def shortfall(self) -> float:
        """What was missing when it came due, in its unit."""
        return 0.0 if self.late == 0 else max(0.0, self.goal - self.reached)


@dataclass(slots=True)
class _Watched:
    """A vehicle or loadpoint: what is planned for it now, and what it took since its last target."""

    goals: VehicleGoals | LoadpointGoals | None = None
    wanted: dict[_Wanted, bool] = field(default_factory=dict)  # True: the plan was reached and is gone
    due: datetime | None = None  # the first of them
    base: float = 0.0  # kWh of its meter that came before the plan for an energy
    connected: bool = False
    late: Target | None = None  # still waited for
    bill: Bill = field(default_factory=Bill.empty)


class Targets:
    """All targets of a run. Give it each cycle, and after that the energies of the stretch that begins with it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.all: list[Target] = []
        self._watched: dict[Key, _Watched] = {}
        self._calls_made = 0

    def add(self, run: Run) -> None:
        """Judge what is due, then see what is planned from now on."""
        called = run.calls_made != self._calls_made
        self._calls_made = run.calls_made
        for name, car in run.site.vehicles.items():
            self._look(run, name, car.goals, called)
        for index, lp in enumerate(run.site.loadpoints):
            self._look(run, index, lp.goals, called)

    def book(self, key: Key, energy: Sources, price: float | None, feed_in: float | None) -> None:
        """Book energies of the stretch that begins with the cycle just added."""
        if (watched := self._watched.get(key)) is not None and watched.goals is not None:
            watched.bill.book(energy, price, feed_in)

    def _look(self, run: Run, key: Key, goals: VehicleGoals | LoadpointGoals, called: bool) -> None:
        watched = self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = _Watched()
        connected = _connected(run, key)
        if connected and not watched.connected and isinstance(key, int):
            watched.base = run.plant.sockets[key].energy
        due = watched.due is not None and watched.due <= run.now
        if watched.late is not None:
            self._wait(run, watched, watched.late, connected=connected, over=due)
        if due:
            self._judge(run, key, watched, connected)
        if due or watched.goals is not goals:
            self._plan(run, key, watched, goals, called)
        watched.connected = connected

    def _wait(self, run: Run, watched: _Watched, target: Target, *, connected: bool, over: bool) -> None:
        """See whether a late target is reached now; give up when the car leaves or the next one is due."""
        reached = _missing(target.unit, target.goal, _level(run, target.key, watched)) <= 0
        if reached and (connected or watched.connected):
            target.late = (run.now - target.time).total_seconds()
        if reached or over or not connected:
            target.bill.merge(_taken(watched))
            watched.late = None

    def _judge(self, run: Run, key: Key, watched: _Watched, connected: bool) -> None:
        """Judge all that is due now."""
        unit = "kWh" if isinstance(key, int) else "%"
        level = _level(run, key, watched)
        capacity = 100.0 if isinstance(key, int) else run.plant.cars[key].spec.capacity
        for wanted in sorted(w for w in watched.wanted if w[0] <= run.now):
            done = watched.wanted.pop(wanted)
            time, goal, _ = wanted
            late = 0.0 if done or _missing(unit, goal, level) <= 0 else None
            missing = 0.0 if late == 0 else (goal - level) * capacity / 100.0
            away = not connected and not watched.connected
            target = Target(key, time, goal, unit, level, missing, away, late, _taken(watched))
            self.all.append(target)
            if late is None and connected:
                watched.late = target

    def _plan(
        self, run: Run, key: Key, watched: _Watched, goals: VehicleGoals | LoadpointGoals, called: bool
    ) -> None:
        """Note what is planned now; what is no longer there was reached, or nobody wants it any more."""
        planned = dict.fromkeys(_wanted(goals, run.now), False)
        if isinstance(key, int) and goals.plan is not None and goals.plan is not _plan_of(watched.goals):
            self._begin(run, key, watched)
        unit = "kWh" if isinstance(key, int) else "%"
        for wanted, done in watched.wanted.items():
            if wanted in planned or wanted[2] >= 0:
                continue
            reached = _missing(unit, wanted[1], _level(run, key, watched)) <= 0
            if done or reached or not called:
                planned[wanted] = done or reached
        watched.goals, watched.wanted = goals, planned
        watched.due = min((time for time, _, _ in planned), default=None)

    def _begin(self, run: Run, index: int, watched: _Watched) -> None:
        """Count anew for a new plan of a loadpoint."""
        before = _taken(watched)
        if watched.late is not None:
            watched.late.bill.merge(before)
            watched.late = None
        watched.base = run.plant.sockets[index].energy

    def figures(self, run: Run) -> list[dict[str, Any]]:
        """Return the targets for a document, by time; goal, reached and shortfall in their unit."""
        zone = ZoneInfo(run.scenario.site.timezone)
        return [
            {
                "for": target.key if isinstance(target.key, str) else _title(run, target.key),
                "time": target.time.astimezone(zone).isoformat(),
                "goal": target.goal,
                "unit": target.unit,
                "reached": round(target.reached, 2),
                "shortfall": round(target.shortfall, 2),
                "missing": round(target.missing, 3),
                "late": target.late,
                "away": target.away,
                **target.bill.figures(),
            }
            for target in sorted(self.all, key=lambda t: (t.time, str(t.key)))
        ]

    def totals(self) -> dict[str, Any]:
        """Return sums for a document: numbers of targets, the longest lateness (s), missing energy (kWh), bill."""
        bill = Bill.empty()
        for target in self.all:
            bill.merge(target.bill)
        late = [t.late for t in self.all if t.late]
        return {
            "targets": len(self.all),
            "inTime": sum(t.late == 0 for t in self.all),
            "late": len(late),
            "missed": sum(t.late is None for t in self.all),
            "longest": max(late, default=0.0),
            "missing": round(sum(t.missing for t in self.all), 3),
            **bill.figures(),
        }


def _wanted(goals: VehicleGoals | LoadpointGoals, now: datetime) -> list[_Wanted]:
    """Return what is still to come. A plan of the past is no target of this run."""
    found: list[_Wanted] = []
    if goals.plan is not None and goals.plan.time > now:
        own = goals.plan.energy if isinstance(goals, LoadpointGoals) else goals.plan.soc
        found.append((goals.plan.time, own, -1))
    if isinstance(goals, VehicleGoals):
        for place, repeating in enumerate(goals.repeating):
            due = occurrence.next_occurrence(repeating, now + _NEXT) if repeating.active else None
            if due is not None and repeating.soc > 0:
                found.append((due, repeating.soc, place))
    return found


def _plan_of(goals: VehicleGoals | LoadpointGoals | None) -> object:
    return None if goals is None else goals.plan


def _missing(unit: str, goal: float, level: float) -> float:
    lacking = goal - level
    return lacking if lacking > TOLERANCE[unit] else 0.0


def _level(run: Run, key: Key, watched: _Watched) -> float:
    """Return what a goal is compared with: % of the car, kWh from the loadpoint."""
    if isinstance(key, int):
        return run.plant.sockets[key].energy - watched.base
    return run.plant.cars[key].soc


def _connected(run: Run, key: Key) -> bool:
    if isinstance(key, int):
        return run.plant.sockets[key].connected
    return any(s.identifier == key for s in run.plant.sockets)


def _taken(watched: _Watched) -> Bill:
    """Return the bill up to now, and begin a new one."""
    bill, watched.bill = watched.bill, Bill.empty()
    return bill


def _title(run: Run, index: int) -> str:
    return run.site.loadpoints[index].config.title
