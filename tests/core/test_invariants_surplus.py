"""One surplus, several takers: never spent twice, nobody starves, and what is settled stays settled."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import pytest

from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, MeterConfig, SiteConfig
from custom_components.evcc.core.model import Mode

from .sockets import Car, V
from .watch import seeds
from .world import CALM, Habits, World


def random_traits(rng: Random, *, switchable: float = 0.4) -> ChargerTraits:
    """Return a charger whose phases can be known: described, or switchable with a vehicle on three."""
    switching = rng.random() < switchable
    return ChargerTraits(
        phase_switching=switching,
        physical_phases=0 if switching else rng.choice([1, 3]),
        milliamp=rng.random() < 0.5,
        has_power=rng.random() < 0.8,
        has_currents=rng.random() < 0.5,
    )


def equals(
    seed: int,
    count: int,
    *,
    equal_share: bool = False,
    habits: Habits = CALM,
    traits: Callable[[Random], ChargerTraits] = random_traits,
) -> World:
    """Return a house with vehicles in mode pv, of equal priority, that take all that they are offered."""
    rng = Random(seed)
    config = SiteConfig(
        grid=MeterConfig(name="grid"),
        pv=(MeterConfig(name="roof"),),
        loadpoints=tuple(LoadpointConfig(name=f"lp{i}", charger=traits(rng)) for i in range(count)),
        equal_share=equal_share,
    )
    world = World(config, rng, habits)
    for lp, socket in zip(world.site.loadpoints, world.sockets, strict=True):
        lp.settings.mode = Mode.PV
        socket.plug(Car(capacity=1e5))
    return world


def import_when_followed(world: World) -> float:
    """Return the W at the grid meter once all vehicles have followed what their chargers offer."""
    return world.house + sum(s.draw() for s in world.sockets) - world.sun


def cloudy(count: int) -> Iterator[World]:
    """Give houses under clouds, with extra cycles."""
    for seed in seeds(count):
        yield equals(seed, 1 + seed % 4, habits=Habits(weather=0.06, extra=0.15))


def test_a_surplus_is_never_spent_twice() -> None:
    surpluses = 0
    for seed, world in enumerate(cloudy(80)):
        for _ in range(200):
            for _ in world.interval():
                before = import_when_followed(world)
                world.act()
                if before <= 0:
                    surpluses += 1
                    after = import_when_followed(world)
                    assert after <= 1e-6, (seed, world.cycles, before, after)
    assert surpluses > 5_000


def switchings(world: World, cycles: int) -> int:
    """Run that many cycles; return how often chargers were switched on, off or to other phases."""
    count = 0
    for _ in range(cycles):
        outcome = world.step()
        count += sum((c.enable is not None) + (c.phases is not None) for c in outcome.chargers)
    return count


@pytest.mark.parametrize("equal_share", [False, True])
def test_under_a_constant_sun_all_settles(equal_share: bool) -> None:
    for seed in seeds(30):
        world = equals(seed, 1 + seed % 4, equal_share=equal_share)
        world.sun = world.rng.uniform(0.0, 25_000.0)
        for lp in world.site.loadpoints:
            lp.settings.mode = world.rng.choice([Mode.PV, Mode.PV, Mode.MINPV])
            lp.settings.priority = world.rng.choice([0, 0, 1])
        switchings(world, 120)
        assert switchings(world, 120) == 0, (seed, world.sun)


def test_whatever_the_thresholds_chargers_are_switched_no_faster_than_the_delays_allow() -> None:
    for seed in seeds(30):
        world = equals(seed, 1 + seed % 3)
        world.sun = world.rng.uniform(0.0, 15_000.0)
        shortest = 1e9
        for lp in world.site.loadpoints:
            s, rng = lp.settings, world.rng
            s.enable_threshold, s.disable_threshold = rng.uniform(-3000, 1000), rng.uniform(-1000, 1000)
            s.enable_delay, s.disable_delay = rng.choice([30.0, 60.0, 300.0]), rng.choice([60.0, 180.0])
            shortest = min(shortest, s.enable_delay + s.disable_delay)
        most = len(world.sockets) * (2 * 3600 / shortest + 2)
        assert sum(c.enable is not None for _ in range(120) for c in world.step().chargers) <= most


def test_with_enough_for_all_everybody_gets_all() -> None:
    for seed in seeds(25):
        world = equals(seed, 1 + seed % 5)
        world.sun = 80_000.0
        switchings(world, 40)
        assert all(s.power == V * 16 * s.phases for s in world.sockets), seed
        assert all(s.phases == 3 for s in world.sockets if s.traits.phase_switching), seed


def test_with_equal_shares_everybody_charges_when_there_is_enough_for_the_minimum_of_all() -> None:
    for seed in seeds(25):
        # A switchable charger that is on three phases gives nothing below their minimum.
        world = equals(seed, 2 + seed % 3, equal_share=True, traits=partial(random_traits, switchable=0.0))
        least = sum(V * 6 * s.traits.physical_phases for s in world.sockets)
        world.sun = world.house + least * 1.05 + 700.0
        switchings(world, 240)
        assert all(s.power > 0 for s in world.sockets), (seed, [s.power for s in world.sockets])


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("sun", range(4000, 14_000, 400))
def test_equal_shares_settle_between_one_and_three_phases_too(sun: int, order: int) -> None:
    kinds = iter([ChargerTraits(phase_switching=True), ChargerTraits(physical_phases=3)][::order])
    world = equals(1, 2, equal_share=True, traits=lambda _: next(kinds))
    world.sun = float(sun)
    switchings(world, 90)
    assert switchings(world, 60) == 0


def test_under_clouds_no_place_in_the_list_is_better_than_another() -> None:
    energies = [0.0, 0.0]
    three = ChargerTraits(physical_phases=3, milliamp=True, has_currents=True)
    for seed in seeds(12):
        world = equals(seed, 2, habits=Habits(weather=0.2), traits=lambda _: three)
        for _ in range(4 * 120):
            world.step()
        energies = [e + s.counter - 1000 for e, s in zip(energies, world.sockets, strict=True)]
    assert min(energies) > 0.8 * max(energies), energies
