"""Following a plan: whether a loadpoint charges for it now. Looked at in each cycle and every mode.

The planner alone has no memory and would stop and go with each rounding. The stability is here: begun slots
are finished, short breaks bridged, and a plan that is being followed keeps its goal.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from . import effective, planner, requirement
from .events import EventKind
from .goals import Strategy
from .outlook import OWN_PLAN, Goal
from .parts import Loadpoint, Turn
from .rates import Slot, Tariff, quarter_end

SHORT: Final = timedelta(minutes=14)
"""Slots with less than this left are not begun, breaks of less than this not made: contactors wear out.

Just under a quarter of an hour, so that a whole slot counts although a cycle comes some seconds late.
"""

REST: Final = 15 * 60.0
"""s of charging that are finished at once when a plan was followed until now."""

_JITTER: Final = timedelta(minutes=1)
"""The end of an overrun that moves by less is the same: each change of it is written to the disk."""

_WORTH_TELLING: Final = 120.0
"""s of overrun that are announced. A plan that begins as late as possible loses less than that before the
charger follows, and nobody has to be told of it."""

TOLERANCE: Final = 5.0
"""s by which the required time may differ before the slots are worked out anew."""


def step(t: Turn, tariff: Tariff | None) -> None:
    """Say whether the loadpoint follows a plan in this turn; drop plans that are reached or over."""
    lp = t.loadpoint
    lp.planning.show_nothing()
    if _follows(t, tariff):
        lp.memory.plan_active = True
    else:
        lp.leave_plan()


def _follows(t: Turn, tariff: Tariff | None) -> bool:
    lp, now = t.loadpoint, t.now
    active = lp.memory.plan_active
    goal = requirement.effective_goal(lp, now, t.voltage) if lp.connected else None
    if goal is None:
        return False
    if now > goal.time and not active:
        _drop(lp, goal)
        return False
    power = effective.max_power(lp, t.voltage)
    if power <= 0:
        return False
    required = requirement.seconds(lp, goal, power)
    if required <= 0:
        if active and goal.soc >= 100:
            return True  # the vehicle balances its cells and stops by itself
        _drop(lp, goal)
        return False
    strategy = requirement.strategy(lp)
    precondition = goal.precondition or strategy.precondition
    slots = _slots(lp, goal, required, precondition, strategy, tariff, now)
    if not slots:
        # Also where prices are missing now: what is begun is finished.
        return active and _slot_goes_on(lp, now) and required > precondition
    _show(t, goal, slots, required)
    if slots[0].start <= now < slots[0].end:
        return _in_slot(lp, goal, slots, required, now)
    return active and _goes_on(t, goal, slots, required, precondition, continuous=strategy.continuous)


def _drop(lp: Loadpoint, goal: Goal) -> None:
    """Delete a plan that is reached or over; repeating ones stay."""
    if not goal.soc:
        lp.goals = replace(lp.goals, plan=None)
    elif lp.vehicle is not None and goal.id == OWN_PLAN:
        lp.vehicle.goals = replace(lp.vehicle.goals, plan=None)


def _slots(
    lp: Loadpoint,
    goal: Goal,
    required: float,
    precondition: float,
    strategy: Strategy,
    tariff: Tariff | None,
    now: datetime,
) -> tuple[Slot, ...] | None:
    """Return the planned slots, the last ones if nothing has changed that they depend on.

    Time alone changes them with each quarter of an hour, with each slot that begins or ends, and when the
    latest time to start has come.
    """
    p = lp.planning
    if (
        p.goal is goal
        and p.tariff is tariff
        and p.since <= now < p.valid_until
        and p.strategy is strategy
        and -TOLERANCE <= required - p.required <= TOLERANCE
    ):
        return p.slots
    rates = None if tariff is None else tariff.slots
    slots = planner.plan(rates, required, precondition, goal.time, now, strategy)
    edges = [quarter_end(now), goal.time - timedelta(seconds=required)]
    if slots:
        edges.append(slots[0].start if slots[0].start > now else slots[0].end)
    p.goal, p.tariff, p.strategy, p.required, p.slots = goal, tariff, strategy, required, slots
    p.since, p.valid_until = now, min(e for e in edges if e > now)
    return slots


def _show(t: Turn, goal: Goal, slots: tuple[Slot, ...], required: float) -> None:
    """Note what the plan comes to; announce once that it comes too late, if it is worth it."""
    p = t.loadpoint.planning
    p.shown, p.start, p.end = slots, slots[0].start, slots[-1].end
    excess = required - (goal.time - t.now).total_seconds()
    if excess > 0:
        p.overrun = excess
        if excess > _WORTH_TELLING and not t.loadpoint.memory.plan_overrun_sent:
            t.loadpoint.memory.plan_overrun_sent = True
            t.event(EventKind.PLAN_OVERRUN, excess)


def _in_slot(lp: Loadpoint, goal: Goal, slots: tuple[Slot, ...], required: float, now: datetime) -> bool:
    """Charge in the slot that covers now, unless it is a mere rest that can be done without."""
    m, p = lp.memory, lp.planning
    slot = slots[0]
    follows_on = len(slots) > 1 and slots[1].start == slot.end
    if not m.plan_active and slot.end - now < SHORT and not follows_on:
        last_chance = len(slots) == 1 or (goal.time - slot.end).total_seconds() < required
        if not last_chance:
            return False
    if goal.soc and p.lock is None:
        p.lock = goal
    # Too late for the goal, all up to the end is one slot: a restart then forgets which goal it was.
    end = slots[-1].end if p.overrun > 0 else slot.end
    if m.plan_slot_end is None or slot.end == end or abs(end - m.plan_slot_end) > _JITTER:
        m.plan_slot_end = end
    p.until = planner.run_end(slots, slot) if follows_on else slot.end
    return True


def _slot_goes_on(lp: Loadpoint, now: datetime) -> bool:
    end = lp.memory.plan_slot_end
    if end is None or now >= end:
        return False
    lp.planning.until = end
    return True


def _goes_on(
    t: Turn, goal: Goal, slots: tuple[Slot, ...], required: float, precondition: float, *, continuous: bool
) -> bool:
    """Whether to go on with a plan that was followed although no slot covers now."""
    lp, now = t.loadpoint, t.now
    p = lp.planning
    if now > goal.time:
        return True
    if required > precondition:
        if _slot_goes_on(lp, now):
            return True
        if required < REST:
            p.until = now + timedelta(seconds=required)
            return True
    if slots[0].start - now < SHORT:
        p.until = planner.run_end(slots, slots[0])
        return True
    if continuous and required > precondition:
        p.start, p.end = now, now + timedelta(seconds=required)
        p.until = p.end
        return True
    return False
