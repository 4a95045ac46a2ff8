"""The clock is set, summer time begins, the house stands still for a day: nothing breaks, delays keep their length."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from custom_components.evcc.clock import shift
from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, MeterConfig, SiteConfig
from custom_components.evcc.core.model import Feature, Mode, Status
from custom_components.evcc.core.snapshot import snapshot

from .sockets import Car
from .watch import NORMAL, WILD, random_world, seeds
from .world import Habits, World

JUMPS = [
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(hours=-1),
    timedelta(days=-400),
    timedelta(seconds=-40),
]


def check_nothing_negative(world: World) -> None:
    """Assert that no duration or energy is negative, and no delay longer than it was set."""
    snapshot(world.site, world.now)
    for lp in world.site.loadpoints:
        m, s = lp.memory, lp.settings
        assert m.connected_duration >= 0
        assert m.accounting.duration_at(world.now) >= 0
        assert m.accounting.total >= 0
        assert m.accounting.integrated >= 0
        longest = max(s.enable_delay, s.disable_delay)
        assert 0 <= m.pv_timer.remaining <= longest or not lp.connected
        assert 0 <= m.phase_timer.remaining <= longest or not lp.connected
    for record in world.outcome.sessions:
        assert record.charge_duration >= 0
        assert record.charged_energy >= 0


@pytest.mark.parametrize("followed", [False, True], ids=["raw", "shifted"])
@pytest.mark.parametrize("habits", [NORMAL, WILD], ids=["obedient", "wild"])
def test_a_clock_that_is_set_never_raises_and_makes_nothing_negative(habits: Habits, followed: bool) -> None:
    for seed in seeds(25):
        world = random_world(seed, habits)
        rng = Random(seed)
        try:
            for _ in range(120):
                if rng.random() < 0.08:
                    jump = rng.choice(JUMPS)
                    world.now += jump
                    if followed:
                        shift(world.site.memory, jump)
                if rng.random() < 0.03:
                    world.restart()
                world.step()
                if habits is NORMAL:
                    check_nothing_negative(world)
        except Exception as err:
            err.add_note(f"seed {seed}, cycle {world.cycles}")
            raise


def one_socket(sun: float, traits: ChargerTraits) -> World:
    """Return a house with one vehicle in mode pv that has been left alone for ten minutes."""
    loadpoint = LoadpointConfig(name="a", charger=traits)
    grid, roof = MeterConfig(name="grid"), MeterConfig(name="roof")
    world = World(SiteConfig(grid=grid, pv=(roof,), loadpoints=(loadpoint,)), Random(1))
    world.site.loadpoints[0].settings.mode = Mode.PV
    world.sockets[0].plug(Car())
    world.sun = sun
    for _ in range(20):
        world.step()
    return world


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("after", [0, 1, 2, 5])
@pytest.mark.parametrize(("before", "then", "delay"), [(300.0, 9000.0, 60), (9000.0, 300.0, 180)])
def test_a_delay_ends_in_time_although_the_clock_was_set(
    before: float, then: float, delay: int, after: int, jump: timedelta
) -> None:
    world = one_socket(before, ChargerTraits(physical_phases=1))
    socket = world.sockets[0]
    assert socket.enabled is (before > then)
    world.sun = then
    for _ in range(after):
        world.step()
    world.now += jump
    for _ in range(delay // 30 + 1):
        world.step()
    assert socket.enabled is (then > before)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_phases_are_switched_in_time_although_the_clock_was_set(jump: timedelta) -> None:
    world = one_socket(3000.0, ChargerTraits(phase_switching=True))
    assert world.sockets[0].phases == 1
    world.sun = 9000.0
    world.step()
    world.now += jump
    for _ in range(5):
        world.step()
    assert world.sockets[0].phases == 3


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_the_charger_is_taken_at_its_word_again_soon_after_the_clock_was_set(jump: timedelta) -> None:
    world = one_socket(9000.0, ChargerTraits())
    world.now += jump
    world.step()
    world.sockets[0].enabled = False  # by its own button
    for _ in range(3):
        world.step()
    assert world.site.loadpoints[0].memory.enabled is False or world.sockets[0].enabled


@pytest.mark.parametrize(
    "change", [datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, tzinfo=UTC)]
)
def test_summer_time_begins_and_ends_without_a_trace(change: datetime) -> None:
    traits = ChargerTraits(has_energy=True, features=frozenset({Feature.HEATING, Feature.INTEGRATED_DEVICE}))
    world = World(
        SiteConfig(timezone="Europe/Berlin", loadpoints=(LoadpointConfig(name="a", charger=traits),)),
        Random(1),
    )
    world.site.loadpoints[0].settings.mode = Mode.NOW
    world.sockets[0].plug(Car(capacity=1e6))
    world.now = change - timedelta(hours=3)
    records = {}
    for _ in range(12 * 120):
        for record in world.step().sessions:
            records[record.id] = record
        check_nothing_negative(world)
        assert world.site.loadpoints[0].memory.status is Status.C or world.cycles < 3
    assert len(records) == 2, "one until midnight, one after it"
