"""What is planned, as a list for people: when which loadpoint charges, and which goals are still ahead of that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from . import occurrence, plan_figures, planner
from .rates import Slot, quarter
from .state import LoadpointState, SiteState, VehicleState

MOST: Final = timedelta(days=366)
"""Nobody looks further ahead, and repeating plans never end."""

_INSTANT: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Charging without a break as it is planned, in whole minutes.

    `energy` is in kWh; `cost` None: unknown.
    """

    loadpoint: LoadpointState
    start: datetime
    end: datetime
    energy: float
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A goal that no charging is planned for yet: `soc` %, or `energy` kWh with a soc of 0."""

    name: str  # of the vehicle or loadpoint in the core
    title: str
    time: datetime
    soc: int = 0
    energy: float = 0.0


def whole_minute(moment: datetime) -> datetime:
    """Return the minute that has begun: nobody needs seconds, which move whenever the sun charges as well."""
    return moment.replace(second=0, microsecond=0)


def runs(site: SiteState) -> list[Run]:
    """Return the planned charging of all loadpoints, by time."""
    found = [run for lp in site.loadpoints for run in _runs(lp, site.at)]
    return sorted(found, key=lambda run: (run.start, run.loadpoint.index))


def _runs(lp: LoadpointState, now: datetime) -> Iterator[Run]:
    pieces: list[list[Slot]] = []
    for slot in (s for s in lp.plan or () if s.start < now + MOST):
        if pieces and pieces[-1][-1].end == slot.start:
            pieces[-1].append(slot)
        else:
            pieces.append([slot])
    power = lp.effective_max_power
    for piece in pieces:
        start = piece[0].start
        price = None if lp.plan_price is None else planner.average(piece)
        yield Run(
            loadpoint=lp,
            # what has begun is planned from now on, again and again: shown like this, it does not move
            start=quarter(start) if start <= now else whole_minute(start),
            end=whole_minute(piece[-1].end + _MINUTE - _INSTANT),
            energy=plan_figures.energy(piece, power),
            cost=plan_figures.cost(piece, power, price),
        )


def dues(site: SiteState, begin: datetime, end: datetime) -> list[Due]:
    """Return the goals from now on within a time for which no charging is planned, by time."""
    begin, end = max(begin, site.at), min(end, site.at + MOST)
    planned = {(lp.vehicle_name, lp.effective_plan_time) for lp in site.loadpoints if lp.plan}
    found = [
        due
        for car in site.vehicles
        for due in _vehicle_dues(car, begin, end)
        if (due.name, due.time) not in planned
    ]
    found += [
        Due(name=lp.name, title=lp.title, time=lp.plan_time, energy=lp.plan_energy)
        for lp in site.loadpoints
        if lp.plan_time is not None and begin <= lp.plan_time < end
        if not lp.plan and lp.effective_plan_soc == 0 and lp.effective_plan_id
    ]
    return sorted(found, key=lambda due: (due.time, due.title))


def _vehicle_dues(car: VehicleState, begin: datetime, end: datetime) -> Iterator[Due]:
    title = car.title or car.name
    if car.plan is not None and begin <= car.plan.time < end:
        yield Due(name=car.name, title=title, time=car.plan.time, soc=car.plan.soc)
    for plan in car.repeating_plans:
        if not plan.active or plan.soc <= 0:
            continue
        time = occurrence.next_occurrence(plan, begin)
        while time is not None and time < end:
            yield Due(name=car.name, title=title, time=time, soc=plan.soc)
            time = occurrence.next_occurrence(plan, time + _INSTANT)
