"""Which plan counts, what it needs, and what comes of it; to read and to try out. Nothing here changes a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from . import commands, effective, occurrence, planner, requirement, rules
from .goals import RepeatingPlan
from .outlook import Goal
from .parts import Loadpoint
from .rates import Slot
from .settings import SettingError
from .site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan worked out. `id` 0: none, 1: the vehicle's or loadpoint's own, 2 + n: repeating plan n.

    `slots` is None where nothing is planned (yet). `duration` s of charging at `power` W.
    """

    id: int = 0
    time: datetime | None = None
    duration: float = 0.0
    precondition: float = 0.0
    slots: tuple[Slot, ...] | None = None
    power: float = 0.0


def present(site: Site, index: int, now: datetime) -> Planned:
    """Return the plan that counts at a loadpoint (index from 0) as it would be made now."""
    lp = commands.loadpoint(site, index)
    goal = requirement.effective_goal(lp, now, site.config.voltage)
    if goal is None:
        return Planned(power=effective.max_power(lp, site.config.voltage))
    return _work_out(site, lp, goal, now, None)


def preview_soc(
    site: Site, index: int, soc: int, time: datetime, now: datetime, precondition: float | None = None
) -> Planned:
    """Return what a plan for `soc` % at `time` would come to.

    Without a `precondition` (s) that of the strategy counts. A time that has passed means at once.
    """
    lp = _for_soc(site, index)
    goal = Goal(id=0, time=occurrence.in_utc(time), soc=soc)
    return _work_out(site, lp, goal, now, precondition)


def preview_energy(
    site: Site,
    index: int,
    energy_kwh: float,
    time: datetime,
    now: datetime,
    precondition: float | None = None,
) -> Planned:
    """Return what a plan for that much energy from now on would come to, as `preview_soc`."""
    lp = commands.loadpoint(site, index)
    if rules.soc_based(lp):
        raise SettingError("plan_needs_energy", loadpoint=lp.config.title or lp.config.name)
    energy = energy_kwh + lp.charged_energy - lp.memory.plan_energy_offset
    return _work_out(site, lp, Goal(id=0, time=occurrence.in_utc(time), energy=energy), now, precondition)


def preview_repeating(
    site: Site,
    index: int,
    soc: int,
    weekdays: Sequence[int],
    time: str,
    tz: str,
    now: datetime,
    precondition: float | None = None,
) -> Planned:
    """Return what the next occurrence of a repeating plan would come to, as `preview_soc`."""
    if not weekdays:
        raise SettingError("weekdays_missing")
    repeating = RepeatingPlan(weekdays=tuple(weekdays), time=time, tz=tz, soc=soc, active=True)
    occurrence.check(repeating)
    lp = _for_soc(site, index)
    due = occurrence.next_occurrence(repeating, now)
    assert due is not None  # noqa: S101 - a checked plan with a weekday is due within a week
    return _work_out(site, lp, Goal(id=0, time=due, soc=soc), now, precondition)


def _for_soc(site: Site, index: int) -> Loadpoint:
    lp = commands.loadpoint(site, index)
    if not rules.soc_based(lp):
        raise SettingError("plan_needs_soc", loadpoint=lp.config.title or lp.config.name)
    return lp


def _work_out(site: Site, lp: Loadpoint, goal: Goal, now: datetime, precondition: float | None) -> Planned:
    power = effective.max_power(lp, site.config.voltage)
    strategy = requirement.strategy(lp)
    if precondition is None:
        precondition = goal.precondition or strategy.precondition
    required = requirement.seconds(lp, goal, power)
    tariff = site.tariffs.consumption
    rates = None if tariff is None else tariff.slots
    slots = planner.plan(rates, required, precondition, goal.time, now, strategy)
    return Planned(
        id=goal.id, time=goal.time, duration=required, precondition=precondition, slots=slots, power=power
    )
