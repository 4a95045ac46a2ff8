"""A reload, a restart or a power cut between two cycles leaves no trace in what is decided."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.evcc.core import memory
from custom_components.evcc.core.snapshot import snapshot

from .watch import NORMAL, WILD, random_world, seeds
from .world import Habits, World, reborn


def remembered(world: World, which: int) -> Any:
    """Return what a site remembers, without the reasons: they are made anew in each cycle."""
    document = memory.dump(world.sites[which].memory)
    for loadpoint in document["loadpoints"].values():
        del loadpoint["why"]
    return document


@pytest.mark.parametrize("habits", [NORMAL, WILD], ids=["obedient", "wild"])
@pytest.mark.parametrize("share", [0.05, 1.0], ids=["now and then", "before every cycle"])
def test_a_restart_between_any_two_cycles_changes_nothing(habits: Habits, share: float) -> None:
    for seed in seeds(10):
        # Boost alone ends with a restart, on purpose.
        world = random_world(seed, replace(habits, boost=False))
        world.sites.append(reborn(world.site))
        try:
            for _ in range(120):
                if world.rng.random() < share:
                    world.restart(1)
                for _ in world.interval():
                    world.act()
                    assert remembered(world, 0) == remembered(world, 1)
                    assert world.sites[0].dump_settings() == world.sites[1].dump_settings()
                    shown = [replace(snapshot(site, world.now), cycles=0) for site in world.sites]
                    assert shown[0] == shown[1]
        except Exception as err:
            err.add_note(f"seed {seed}, cycle {world.cycles}")
            raise


def test_a_restart_resumes_no_battery_boost() -> None:
    for seed in seeds(20):
        world = random_world(seed, NORMAL)
        for _ in range(40):
            world.step()
            assert all(lp.memory.boost == "off" for lp in reborn(world.site).loadpoints)
