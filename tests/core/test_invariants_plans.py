"""What holds of plans in every house, whatever the devices say, whoever plans what, and whenever it restarts."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from custom_components.evcc.core import effective, plan, planner, requirement, rules
from custom_components.evcc.core.model import Mode, Reason
from custom_components.evcc.core.snapshot import snapshot

from .watch import NORMAL, WILD, random_world, seeds, watch
from .world import Habits, World, reborn

PLANNERS = replace(NORMAL, plans=0.15)
CHAOS = replace(WILD, plans=0.15)


def test_a_cycle_never_raises() -> None:
    def check(world: World) -> None:
        snapshot(world.site, world.now)
        for lp in world.site.loadpoints:
            plan.present(world.site, lp.index, world.now)

    watch(seeds(60), check, habits=CHAOS)


def test_what_is_shown_of_a_plan_is_a_plan() -> None:
    seen = set()

    def check(world: World) -> None:
        for lp in snapshot(world.site, world.now).loadpoints:
            slots = lp.plan
            assert (slots is None) is (lp.plan_projected_start is None) is (lp.plan_projected_end is None)
            assert lp.plan_overrun >= 0
            if slots is None:
                assert lp.plan_overrun == 0
                continue
            seen.add((lp.plan_active, lp.plan_overrun > 0, lp.effective_plan_id > 1))
            assert all(a.end <= b.start for a, b in pairwise(slots))
            assert lp.effective_plan_id > 0
            assert slots[-1].end > world.now
            assert planner.covered(slots) > timedelta()

    watch(seeds(40), check, habits=PLANNERS)
    assert len(seen) >= 5, "too little happens"


@pytest.mark.parametrize("habits", [PLANNERS, CHAOS], ids=["obedient", "wild"])
def test_a_plan_is_followed_only_by_who_is_there_and_has_one(habits: Habits) -> None:
    def check(world: World) -> None:
        for lp in world.site.loadpoints:
            m, r = lp.memory, lp.reading
            if r.status is None or r.dimmed or r.enabled is None:
                continue
            if not m.plan_active:
                assert m.plan_slot_end is None
                assert not m.plan_overrun_sent
                assert lp.planning.lock is None
            elif not lp.connected:
                pytest.fail("nobody is there")

    watch(seeds(40), check, habits=habits)


def test_an_active_plan_is_the_reason_unless_a_higher_rule_acts() -> None:
    higher = {
        Reason.MODE_OFF,
        Reason.WELCOME_CHARGE,
        Reason.SWITCHING_PHASES,
        Reason.MIN_SOC,
        Reason.NOT_CONNECTED,
    }
    later = {
        Reason.VEHICLE_NOT_CHARGING,
        Reason.CIRCUIT_LIMITED,
        Reason.CIRCUIT_WAIT,
        Reason.LIMITS_CONTRADICT,
    }
    seen = set()

    def check(world: World) -> None:
        for lp in world.site.loadpoints:
            m, r = lp.memory, lp.reading
            if m.plan_active and None not in (r.status, r.enabled) and not r.dimmed:
                seen.add(m.why.reason)
                assert m.why.reason in higher | later | {Reason.PLAN_ACTIVE}

    watch(seeds(40), check, habits=PLANNERS)
    assert Reason.PLAN_ACTIVE in seen


def test_goals_that_are_met_or_over_are_gone() -> None:
    def check(world: World) -> None:
        for lp in world.site.loadpoints:
            own = lp.goals.plan
            if own is None or not lp.connected or rules.soc_based(lp) or lp.reading.dimmed:
                continue
            if None in (lp.reading.status, lp.reading.enabled) or effective.max_power(lp, 230.0) <= 0:
                continue
            assert lp.memory.plan_active or own.time >= world.now

    watch(seeds(40), check, habits=PLANNERS)


def test_a_restart_keeps_all_plans_and_whether_they_are_followed() -> None:
    for seed in seeds(25):
        world = random_world(seed, PLANNERS)
        for _ in range(80):
            world.step()
            fresh = reborn(world.site)
            for before, after in zip(world.site.loadpoints, fresh.loadpoints, strict=True):
                assert after.goals == before.goals
                assert after.memory.plan_active == before.memory.plan_active
                assert after.memory.plan_slot_end == before.memory.plan_slot_end
            assert [c.goals for c in fresh.vehicles.values()] == [
                c.goals for c in world.site.vehicles.values()
            ]


def test_a_restart_seldom_changes_what_is_decided_and_never_in_a_begun_slot() -> None:
    """What is worked out anew may differ by a few seconds; a contactor that is on for a plan stays on."""
    compared = 0
    for seed in seeds(25):
        world = random_world(seed, replace(PLANNERS, restart=0.0))
        for _ in range(80):
            world.step()
            fresh = reborn(world.site)
            world.sites.append(fresh)
            following = [lp.memory.plan_active and lp.memory.plan_slot_end for lp in fresh.loadpoints]
            world.sites.pop()
            later = world.now + timedelta(seconds=30)
            for lp, end in zip(fresh.loadpoints, following, strict=True):
                goal = requirement.effective_goal(lp, later, 230.0)
                if end and end > later and goal is not None:
                    compared += 1
                    fresh.cycle(later, world.readings, world.tariffs)
                    required = requirement.seconds(lp, goal, effective.max_power(lp, 230.0))
                    strategy = requirement.effective_strategy(lp, goal)
                    if lp.connected and required > strategy.precondition and lp.settings.mode is not Mode.OFF:
                        assert lp.memory.plan_active, f"seed {seed}"
                    break
    assert compared > 30
