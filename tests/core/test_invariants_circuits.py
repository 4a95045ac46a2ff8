"""No circuit is ever allowed more than its limit, whoever asks, at every level of the tree."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

import pytest

from custom_components.evcc.core import commands
from custom_components.evcc.core.config import (
    ChargerTraits,
    CircuitConfig,
    LoadpointConfig,
    MeterConfig,
    SiteConfig,
)
from custom_components.evcc.core.model import Mode, Reason
from custom_components.evcc.core.settings import Scope

from .sockets import Car, V
from .watch import seeds
from .world import Habits, World, reborn

EPSILON = 1e-6


def random_tree(rng: Random) -> SiteConfig:
    """Wire two to six sockets behind up to three levels of circuits that are too small for all of them."""
    circuits: list[CircuitConfig] = []
    for i in range(rng.randint(1, 4)):
        power, current = rng.choice([(0.0, 20.0), (9000.0, 0.0), (11000.0, 16.0), (16000.0, 35.0)])
        parent = rng.choice(circuits).name if circuits else None
        metered = rng.random() < 0.3
        circuits.append(
            CircuitConfig(name=f"c{i}", parent=parent, max_power=power, max_current=current, metered=metered)
        )
    loadpoints = []
    for i in range(rng.randint(2, 6)):
        switching = rng.random() < 0.4
        traits = ChargerTraits(
            phase_switching=switching,
            physical_phases=0 if switching else rng.choice([1, 3]),
            milliamp=rng.random() < 0.5,
            has_power=rng.random() < 0.8,
            has_currents=rng.random() < 0.5,
            reads_current=rng.random() < 0.3,
        )
        loadpoints.append(LoadpointConfig(name=f"lp{i}", charger=traits, circuit=rng.choice(circuits).name))
    return SiteConfig(
        grid=MeterConfig(name="grid"),
        pv=(MeterConfig(name="roof"),),
        circuits=tuple(circuits),
        loadpoints=tuple(loadpoints),
    )


def live(world: World) -> None:
    """Plug, unplug and press as people do; vehicles start at once and take all that they are offered."""
    rng = world.rng
    if rng.random() < 0.2:
        socket = rng.choice(world.sockets)
        socket.plug(Car(capacity=1e4) if socket.car is None else None)
    if rng.random() < 0.15:
        world.sun = rng.uniform(0.0, 40_000.0)
    if rng.random() < 0.15:
        index = rng.randrange(len(world.sockets))
        switchable = world.sockets[index].traits.phase_switching
        key, value = rng.choice(
            [
                *[("mode", rng.choice([*Mode, Mode.NOW, Mode.PV]))] * 3,
                *[("phasesConfigured", rng.choice([0, 1, 3]))] * switchable,
                ("maxCurrent", rng.choice([8.0, 16.0, 32.0])),
                ("priority", rng.randrange(3)),
                ("disableDelay", 60.0),
            ]
        )
        world.press(lambda site: commands.change(site, Scope.LOADPOINT, index, key, value, world.now))


def trees(count: int) -> Iterator[tuple[int, World]]:
    """Give houses with circuits."""
    for seed in seeds(count):
        rng = Random(seed)
        world = World(random_tree(rng), rng, Habits(weather=0.0, extra=0.1))
        for lp in world.site.loadpoints:
            lp.settings.mode = rng.choice([Mode.NOW, Mode.PV, Mode.MINPV])
            lp.settings.max_current = rng.choice([16.0, 32.0])
        yield seed, world


def decisions(count: int) -> Iterator[tuple[int, World, list[float]]]:
    """Give houses after each decision has been carried out, with the W that each socket drew before."""
    for seed, world in trees(count):
        for _ in range(150):
            live(world)
            for _ in world.interval():
                before = [s.power for s in world.sockets]
                world.act()
                yield seed, world, before


def test_what_all_below_a_circuit_may_draw_is_never_more_than_its_limit() -> None:
    tight = 0
    for seed, world, _ in decisions(60):
        for circuit in world.config.circuits:
            on = [s for s in world.below(circuit.name) if s.enabled and s.car is not None]
            power = sum(V * s.limit * s.carrying() for s in on)
            current = sum(s.limit for s in on)
            where = seed, world.cycles, circuit, power, current
            assert not circuit.max_power or power <= circuit.max_power + EPSILON, where
            assert not circuit.max_current or current <= circuit.max_current + EPSILON, where
        tight += sum(lp.memory.why.reason is Reason.CIRCUIT_LIMITED for lp in world.site.loadpoints)
    assert tight > 500


def test_what_is_given_up_is_not_lent_before_it_is_free() -> None:
    for seed, world, before in decisions(40):
        for circuit in world.config.circuits:
            behind = world.below(circuit.name)
            drawn = {id(s): p for s, p in zip(world.sockets, before, strict=True)}
            if circuit.max_power and sum(drawn[id(s)] for s in behind) <= circuit.max_power:
                worst = sum(max(drawn[id(s)], s.draw()) for s in behind)
                assert worst <= circuit.max_power + EPSILON, (seed, world.cycles, circuit, worst)


def test_vehicles_that_take_what_they_are_offered_never_push_each_other_out() -> None:
    for seed, world, _ in decisions(80):
        for command in world.outcome.chargers:
            lp = world.site.loadpoints[command.loadpoint]
            if lp.settings.phases_configured == 3 and lp.switchable:
                continue  # three phases, as the user wants them, may be too much where one was not
            limited = lp.memory.why.reason is Reason.CIRCUIT_LIMITED
            assert command.enable is not False or not limited, (seed, world.cycles)


@pytest.mark.parametrize("most", [4000.0, 5000.0, 9000.0])
def test_three_phases_at_the_users_wish_overload_no_circuit(most: float) -> None:
    config = SiteConfig(
        grid=MeterConfig(name="grid"),
        circuits=(CircuitConfig(name="c", max_power=most),),
        loadpoints=(
            LoadpointConfig(name="lp", charger=ChargerTraits(phase_switching=True), circuit="c"),
            LoadpointConfig(name="other", circuit="c"),
        ),
    )
    world = World(config, Random(1))
    lp, socket = world.site.loadpoints[0], world.sockets[0]
    lp.settings.mode, lp.settings.phases_configured = Mode.NOW, 1
    socket.plug(Car())
    for _ in range(10):
        world.step()
    assert socket.power == V * 16
    lp.settings.phases_configured = 3
    for _ in range(10):
        world.step()
        assert socket.draw() <= most
        assert socket.enabled is (most > V * 18) or world.cycles < 14


def test_nothing_is_enabled_within_a_minute_after_a_circuit_switched_it_off() -> None:
    waits = 0
    for seed, world in trees(50):
        off: dict[int, datetime] = {}
        for _ in range(150):
            live(world)
            if world.rng.random() < 0.1:
                world.kitchen = world.rng.choice([0.0, 3000.0, 8000.0])
            if world.rng.random() < 0.02:
                world.sites[0] = reborn(world.site)
            before = [lp.memory.enabled for lp in world.site.loadpoints]
            world.step()
            for lp, was in zip(world.site.loadpoints, before, strict=True):
                if was and not lp.memory.enabled and lp.memory.why.reason is Reason.CIRCUIT_LIMITED:
                    off[lp.index] = world.now
                if lp.memory.enabled and not was and lp.index in off:
                    assert (world.now - off[lp.index]).total_seconds() >= 60, (seed, world.cycles, lp.index)
            waits += len(off)
    assert waits > 20
