"""What holds in every house, whatever the devices say and whoever presses what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
import json
from typing import Any

import pytest

from custom_components.evcc.core import effective, memory, rules
from custom_components.evcc.core.model import BatteryMode, Mode, Reason
from custom_components.evcc.core.parts import Loadpoint
from custom_components.evcc.core.ports import ChargerResult
from custom_components.evcc.core.snapshot import snapshot

from .watch import NORMAL, WILD, random_world, seeds, watch
from .world import CALM, Habits, World

SEEDS = seeds(50)


def decided(world: World) -> Iterator[Loadpoint]:
    """Give the loadpoints for which this cycle has decided something that still rests on the same facts.

    Left out are those whose charger could not be read, and those that lost their vehicle to one served later.
    """
    for lp, before in zip(world.site.loadpoints, world.assigned, strict=True):
        r = lp.reading
        had = before or lp.config.default_vehicle
        robbed = had is not None and lp.vehicle is None and lp.connected
        if r.status is not None and r.enabled is not None and not r.dimmed and not robbed:
            yield lp


def test_a_cycle_never_raises() -> None:
    watch(seeds(80), lambda world: snapshot(world.site, world.now))


def test_an_offer_is_within_the_effective_limits_and_whole_amperes_where_the_charger_is_coarse() -> None:
    def check(world: World) -> None:
        commands = {c.loadpoint: c for c in world.outcome.chargers if c.current is not None}
        for lp in decided(world):
            command = commands.get(lp.index)
            if command is None or command.current is None:
                continue
            low, high = effective.min_current(lp, 230.0), effective.max_current(lp, 230.0)
            assert low <= command.current <= high, (lp.index, low, command.current, high)
            assert not lp.coarse or command.current == int(command.current)

    watch(SEEDS, check)


@pytest.mark.parametrize("habits", [WILD, NORMAL], ids=["wild", "obedient"])
def test_what_is_offered_is_nothing_or_at_least_the_minimum(habits: Habits) -> None:
    # Left alone: contradicting limits, a turn that only switches phases, and turns without a decision.
    alone = {Reason.LIMITS_CONTRADICT, Reason.SWITCHING_PHASES}

    def check(world: World) -> None:
        for lp in decided(world):
            m = lp.memory
            assert m.enabled or m.offered_current == 0, lp.index
            if m.enabled and m.why.reason not in alone:
                low, high = effective.min_current(lp, 230.0), effective.max_current(lp, 230.0)
                assert low <= m.offered_current <= high, (lp.index, m.why, low, m.offered_current, high)

    watch(SEEDS, check, habits=habits)


def test_phases_are_never_switched_twice_within_a_minute_unless_the_user_fixes_them() -> None:
    last: dict[tuple[World, int], datetime] = {}

    def then(world: World) -> None:
        failed = {r.loadpoint for r in world.results if isinstance(r, ChargerResult) and r.phases}
        for command in world.outcome.chargers:
            key = world, command.loadpoint
            if command.phases is None or command.loadpoint in failed:
                continue
            by_user = world.site.loadpoints[command.loadpoint].settings.phases_configured == command.phases
            assert by_user or key not in last or (world.now - last[key]).total_seconds() > 60
            last[key] = world.now

    watch(SEEDS, lambda world: None, then=then)
    assert len(last) > 50


def test_phases_are_left_alone_in_mode_off_and_without_a_vehicle() -> None:
    def check(world: World) -> None:
        for command in world.outcome.chargers:
            lp = world.site.loadpoints[command.loadpoint]
            if lp.settings.mode is Mode.OFF or not lp.connected:
                assert command.phases is None

    watch(SEEDS, check)


def is_off(lp: Loadpoint) -> bool:
    return lp.settings.mode is Mode.OFF and not lp.welcome


def test_mode_off_disables_within_one_cycle() -> None:
    def check(world: World) -> None:
        assert not any(lp.memory.enabled for lp in decided(world) if is_off(lp))

    def then(world: World) -> None:
        for lp, socket in zip(world.site.loadpoints, world.sockets, strict=True):
            assert not (is_off(lp) and socket.enabled)

    watch(SEEDS, check, habits=WILD)
    watch(SEEDS, check, then=then, habits=NORMAL)


def test_without_a_vehicle_a_charger_is_disabled() -> None:
    def then(world: World) -> None:
        assert not any(s.enabled for s in world.sockets if s.car is None)

    watch(SEEDS, lambda world: None, then=then, habits=NORMAL)


def test_a_reached_limit_switches_off_in_that_cycle() -> None:
    reached = 0

    def check(world: World) -> None:
        nonlocal reached
        for lp in decided(world):
            car, m, s = lp.vehicle, lp.memory, lp.settings
            limit = s.limit_soc or (car.settings.limit_soc if car is not None else 0)
            full = m.soc is not None and 0 < limit < 100 and m.soc >= limit
            full |= car is None and 0 < s.limit_energy <= lp.charged_energy
            ahead = m.climater or m.plan_active or rules.min_soc_not_reached(lp)
            if full and not ahead and lp.connected and not lp.welcome:
                reached += 1
                assert not lp.memory.enabled or lp.memory.why.reason is Reason.SWITCHING_PHASES, lp.memory.why

    watch(SEEDS, check)
    assert reached > 200


def test_the_battery_is_told_nothing_unless_a_rule_acts() -> None:
    for seed in SEEDS:
        world = random_world(seed, replace(WILD, press=0.0))
        site = world.site
        site.settings.battery_discharge_control = False
        site.settings.battery_grid_charge_limit = None
        site.memory.battery_mode_external, site.memory.external_until = BatteryMode.UNKNOWN, None
        for _ in range(60):
            assert world.step().batteries == [], seed


def test_the_battery_is_charged_on_purpose_only_for_a_price_or_on_demand() -> None:
    charged = 0

    def check(world: World) -> None:
        nonlocal charged
        site = world.site
        for command in world.outcome.batteries:
            if command.mode is not BatteryMode.CHARGE:
                continue
            charged += 1
            limit = site.settings.battery_grid_charge_limit
            cheap = limit is not None and site.rate is not None and site.rate <= limit
            assert cheap or site.memory.battery_mode_external is BatteryMode.CHARGE
            demand = world.readings.external
            assert demand is None or not demand.consumption

    for seed in SEEDS:
        world = random_world(seed, replace(WILD, press=0.1))
        if not world.config.controllable_battery:
            continue
        world.site.settings.battery_grid_charge_limit = world.rng.uniform(0.0, 0.4)
        for _ in range(60):
            world.decide(1200.0)
            check(world)
            world.act()
    assert charged > 30


def test_in_a_house_that_obeys_belief_is_reality() -> None:
    def then(world: World) -> None:
        for lp, socket in zip(world.site.loadpoints, world.sockets, strict=True):
            m = lp.memory
            assert m.enabled is socket.enabled
            assert not m.enabled or m.offered_current == socket.limit, (
                lp.index,
                m.offered_current,
                socket.limit,
            )
            assert not lp.switchable or m.phases in (0, socket.phases)

    watch(SEEDS, lambda world: None, then=then, habits=NORMAL)


def test_without_a_grid_meter_nothing_exceeds_a_lowered_maximum() -> None:
    for seed in SEEDS:
        world = random_world(seed, NORMAL)
        for _ in range(10):
            world.step()
        world.faults["grid"] = "silent", 1e9
        for lp in world.site.loadpoints:
            lp.settings.min_current, lp.settings.max_current = 6.0, 9.0
        world.habits = CALM
        world.step()
        assert all(not s.enabled or s.limit <= 9.0 for s in world.sockets), seed


def leaves(value: Any) -> int:
    """Count the plain values in a JSON document."""
    if isinstance(value, dict | list):
        return sum(map(leaves, value.values() if isinstance(value, dict) else value))
    assert not isinstance(value, str) or len(value) < 100
    return 1


def test_memory_is_json_and_does_not_grow_with_history() -> None:
    def then(world: World) -> None:
        document = memory.dump(world.site.memory)
        json.dumps(document, allow_nan=False)
        c = world.config
        parts = len(c.pv) + len(c.aux) + len(c.batteries) + len(c.circuits) + 1
        assert leaves(document) <= 10 + 110 * len(c.loadpoints) + 4 * parts

    watch(seeds(8), lambda world: None, then=then)
    watch(range(2), lambda world: None, then=then, cycles=600)
