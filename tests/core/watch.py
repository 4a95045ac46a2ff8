"""Running random houses under observation, for the tests of properties."""

from collections.abc import Callable, Iterable
from dataclasses import replace
import os
from random import Random
from typing import Any

from custom_components.evcc.core.config import SiteConfig
from custom_components.evcc.core.model import Mode

from .houses import random_press, random_site, random_tariffs
from .world import Habits, World

NORMAL = Habits(press=0.1, plug=0.04, extra=0.1, restart=0.01)
WILD = replace(NORMAL, fault=0.03)


def seeds(count: int) -> range:
    """Return that many seeds; PROPERTY_RUNS in the environment multiplies them for a long search."""
    return range(count * int(os.environ.get("PROPERTY_RUNS", "1")))


def random_world(seed: int, habits: Habits = WILD, config: SiteConfig | None = None) -> World:
    """Return a house in which something is going on."""
    rng = Random(seed)
    world = World(config or random_site(rng), rng, habits, random_tariffs(rng))
    for socket, lp in zip(world.sockets, world.site.loadpoints, strict=True):
        lp.settings.mode = rng.choice([Mode.PV, Mode.PV, Mode.MINPV, Mode.NOW])
        if rng.random() < 0.7:
            world.replug(socket)
    for _ in range(3 * len(world.sockets)):
        world.press(random_press(rng, world.config, world.now, boost=habits.boost))
    return world


def watch(
    seeds: Iterable[int],
    check: Callable[[World], Any],
    *,
    cycles: int = 150,
    habits: Habits = WILD,
    then: Callable[[World], Any] | None = None,
) -> None:
    """Run a house for each seed; `check` it after each decision, `then` after that has been carried out."""
    for seed in seeds:
        world = random_world(seed, habits)
        try:
            while world.cycles < cycles:
                if world.rng.random() < habits.restart:
                    world.restart()
                for _ in world.interval():
                    check(world)
                    world.act()
                    if then is not None:
                        then(world)
        except Exception as err:
            err.add_note(f"seed {seed}, cycle {world.cycles}")
            raise
