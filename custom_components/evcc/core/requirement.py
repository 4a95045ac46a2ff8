"""What a plan asks for: which goal counts, how long it takes to reach, and how the hours are to be chosen."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from . import effective, estimator, occurrence, rules
from .goals import LoadpointGoals, Strategy, VehicleGoals
from .outlook import OWN_PLAN, Goal, Planning
from .parts import Loadpoint, Vehicle
from .rates import quarter_end

_LONGEST: Final = 1e9
"""s; what takes longer is never reached, and datetimes minus this are still datetimes."""


def strategy(lp: Loadpoint) -> Strategy:
    """Return the vehicle's strategy where goals are states of charge, else the loadpoint's."""
    if lp.vehicle is not None and rules.soc_based(lp):
        return lp.vehicle.goals.strategy
    return lp.goals.strategy


def effective_strategy(lp: Loadpoint, goal: Goal | None) -> Strategy:
    """Return the strategy that counts for a goal: a precondition of the plan's own comes before the strategy's."""
    chosen = strategy(lp)
    if goal is None or goal.precondition <= 0:
        return chosen
    return replace(chosen, precondition=goal.precondition)


def seconds(lp: Loadpoint, goal: Goal, power: float) -> float:
    """Return how long charging with `power` W takes to reach the goal, s; 0 if it is reached or power is 0."""
    if goal.soc:
        soc = lp.memory.soc or 0.0
        return min(estimator.remaining_duration(_capacity(lp), soc, min(goal.soc, 100), power), _LONGEST)
    left = goal.energy - (lp.charged_energy - lp.memory.plan_energy_offset)
    return min(left * 3_600_000.0 / power, _LONGEST) if left > 0 and power > 0 else 0.0


def _capacity(lp: Loadpoint) -> float:
    """Return the Wh from 0 to 100 %, losses included; as learned, if anything was learned."""
    if lp.memory.estimator is not None:
        return estimator.virtual_capacity(lp.memory.estimator)
    return 0.0 if lp.vehicle is None else estimator.nominal_capacity(lp.vehicle.config.capacity)


def effective_goal(lp: Loadpoint, now: datetime, voltage: float) -> Goal | None:
    """Return the goal that counts now: the one that is being followed, else the most urgent one.

    Of the vehicle's plans that is the one that has to begin first of those not reached yet, not the one that
    ends first.
    """
    car = lp.vehicle
    if car is not None and rules.soc_based(lp):
        return lp.planning.lock or _most_urgent(lp, car, now, voltage)
    if lp.goals.plan is None:
        return None
    p = lp.planning
    if p.goals is not lp.goals:
        plan = lp.goals.plan
        _remember(p, lp.goals, now, now)
        p.candidates = (
            Goal(id=OWN_PLAN, time=plan.time, energy=plan.energy, precondition=plan.precondition),
        )
    return p.candidates[0]


def _most_urgent(lp: Loadpoint, car: Vehicle, now: datetime, voltage: float) -> Goal | None:
    goals, p = car.goals, lp.planning
    if goals.plan is None and not goals.repeating:
        return None
    if p.goals is not goals or not p.goals_since <= now < p.goals_until:
        candidates = _candidates(goals, now)
        first = min((g.time for g in candidates if g.id != OWN_PLAN), default=None)
        _remember(p, goals, now, quarter_end(now) if first is None else min(quarter_end(now), _past(first)))
        p.candidates = candidates
    soc = lp.memory.soc
    if len(p.candidates) > 1:
        # The circuits' limits come and go: they lengthen a plan, but do not make it the more urgent one.
        power = effective.full_power(lp, voltage)
        key = (soc, _capacity(lp), power)
        if p.ranked_for != key:
            p.ranked_for = key
            by_id = sorted(p.candidates, key=lambda g: g.id)
            begins = {g.id: g.time - timedelta(seconds=seconds(lp, g, power)) for g in by_id}
            p.candidates = tuple(sorted(by_id, key=lambda g: begins[g.id]))
    return next((g for g in p.candidates if soc is None or g.soc > soc), None)


def _remember(p: Planning, goals: VehicleGoals | LoadpointGoals, since: datetime, until: datetime) -> None:
    p.goals, p.goals_since, p.goals_until, p.ranked_for = goals, since, until, None


def _past(moment: datetime) -> datetime:
    """Return the first time after a moment that still counts."""
    return moment + timedelta(microseconds=1)


def _candidates(goals: VehicleGoals, now: datetime) -> tuple[Goal, ...]:
    """Return the vehicle's own plan, also one of the past, and the next occurrence of each active one."""
    found = []
    if (plan := goals.plan) is not None and plan.soc > 0:
        found.append(Goal(id=OWN_PLAN, time=plan.time, soc=plan.soc, precondition=plan.precondition))
    for index, repeating in enumerate(goals.repeating):
        due = occurrence.next_occurrence(repeating, now) if repeating.active and repeating.soc > 0 else None
        if due is not None:
            found.append(
                Goal(
                    id=OWN_PLAN + 1 + index,
                    time=due,
                    soc=repeating.soc,
                    precondition=repeating.precondition,
                )
            )
    return tuple(found)
