"""The beat: regular, at once on command, never two cycles at a time, whatever clocks and devices do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed_exact

from custom_components.evcc import runner as module
from custom_components.evcc.clock import Clock, shift
from custom_components.evcc.core.config import LoadpointConfig, MeterConfig, SiteConfig
from custom_components.evcc.core.memory import LoadpointMemory, SiteMemory
from custom_components.evcc.core.model import EPOCH, Failure, Mode, Status
from custom_components.evcc.core.ports import DeviceError
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.core.site import NO_TARIFFS, Outcome, Site
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.core.state import SiteState
from custom_components.evcc.equipment import Equipment, Ports
from custom_components.evcc.runner import Runner
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util

from .fakes import Charger, Meter

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def others() -> None:
    """Give other tasks a chance to run while time stands still."""
    for _ in range(20):
        await asyncio.sleep(0)


class Bench:
    """A runner with one charger and a grid meter, and a record of what it did."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        *,
        speed: float = 1.0,
        wall: Callable[[], datetime] = dt_util.utcnow,
    ) -> None:
        """Build it; nothing runs yet."""
        self.hass = hass
        self.freezer = freezer
        config = SiteConfig(
            grid=MeterConfig(name="grid", title="Grid"),
            loadpoints=(LoadpointConfig(name="lp", title="Garage"),),
        )
        self.site = Site(config)
        self.charger = Charger()
        self.grid = Meter(500.0)
        self.times: list[datetime] = []
        self.regular: list[bool] = []
        self.kept: list[Outcome | None] = []
        self.states: list[SiteState] = []
        self.errors: list[Exception] = []
        self.runner = Runner(
            hass,
            self.site,
            Equipment(Ports(grid=self.grid, chargers=(self.charger,)), config),
            Clock(wall, hass.loop.time, speed=speed),
            tariffs=lambda now: NO_TARIFFS,
            keep=self.kept.append,
            publish=self.states.append,
            fail=self.errors.append,
        )
        cycle = self.site.cycle

        def spy(now: datetime, *args: Any, regular: bool) -> Outcome:
            self.times.append(now)
            self.regular.append(regular)
            return cycle(now, *args, regular=regular)

        self.site.cycle = spy  # type: ignore[method-assign]

    async def pass_time(self, seconds: float, *, done: bool = True) -> None:
        """Let time pass in one step."""
        self.freezer.tick(seconds)
        async_fire_time_changed_exact(self.hass)
        if done:
            await self.hass.async_block_till_done()
            await others()  # who sleeps in the background is not waited for

    @property
    def seconds(self) -> list[float]:
        """Times of the cycles since the first one."""
        return [(t - self.times[0]).total_seconds() for t in self.times]


@pytest.fixture
async def bench(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> AsyncIterator[Bench]:
    freezer.move_to(NOON)
    bench = Bench(hass, freezer)
    yield bench
    await bench.runner.async_stop()


# The beat


async def test_first_cycle_at_once_then_one_each_interval(bench: Bench) -> None:
    await bench.runner.async_start()
    assert bench.runner.running
    for _ in range(3):
        await bench.pass_time(30)
    assert bench.seconds == [0, 30, 60, 90]
    assert bench.regular == [True] * 4
    assert [s.cycles for s in bench.states] == [1, 2, 3, 4]


async def test_the_site_is_told_nominal_times(bench: Bench) -> None:
    """A tick that comes late must not make a delay of two intervals take three."""
    await bench.runner.async_start()
    for late in (0.4, 1.3, 0.0):
        await bench.pass_time(30 + late)
    assert bench.seconds == [0, 30, 60, 90]


async def test_ticks_that_were_slept_through_are_counted_and_left_out(bench: Bench) -> None:
    await bench.runner.async_start()
    await bench.pass_time(100)
    assert bench.seconds == [0, 90]
    await bench.pass_time(20)
    assert bench.seconds == [0, 90, 120]
    assert bench.runner.overruns == 2


async def test_cycles_never_overlap_and_one_tick_is_remembered(bench: Bench) -> None:
    gate = asyncio.Event()
    await bench.runner.async_start()

    async def slow(now: datetime) -> Any:
        await gate.wait()
        return await Equipment.async_read(bench.runner._equipment, now)

    with patch.object(bench.runner._equipment, "async_read", slow):
        for _ in range(4):
            await bench.pass_time(30, done=False)
            await others()
        assert bench.seconds == [0]
        gate.set()
        await bench.hass.async_block_till_done()
    assert bench.seconds == [0, 30, 120]
    assert bench.runner.overruns == 3
    await bench.pass_time(30)
    assert bench.seconds == [0, 30, 120, 150]


# Commands


async def test_a_command_has_a_cycle_at_once_that_is_over_when_it_returns(bench: Bench) -> None:
    await bench.runner.async_start()
    await bench.pass_time(10)
    bench.site.loadpoints[0].settings.mode = Mode.NOW
    await bench.runner.async_wake()
    assert bench.charger.enabled
    assert bench.states[-1].loadpoints[0].enabled
    assert (bench.seconds, bench.regular) == ([0, 10], [True, False])
    await bench.pass_time(20)
    assert bench.seconds == [0, 10, 30]


async def test_commands_that_come_together_share_a_cycle(bench: Bench) -> None:
    await bench.runner.async_start()
    await asyncio.gather(*(bench.runner.async_wake() for _ in range(5)))
    assert len(bench.times) == 2


async def test_commands_during_a_cycle_have_one_more(bench: Bench) -> None:
    await bench.runner.async_start()
    later: list[asyncio.Task[None]] = []

    def more() -> None:
        if len(bench.times) == 1:
            later.extend(bench.hass.async_create_task(bench.runner.async_wake()) for _ in range(3))

    bench.charger.on_read = more
    await bench.runner.async_wake()
    assert len(bench.times) == 2
    await asyncio.gather(*later)
    assert len(bench.times) == 3


async def test_who_gives_up_waiting_does_not_stop_the_cycle(bench: Bench) -> None:
    await bench.runner.async_start()
    task = bench.hass.async_create_task(bench.runner.async_wake())
    await asyncio.sleep(0)
    task.cancel()
    await bench.hass.async_block_till_done()
    assert len(bench.times) == 2


async def test_time_never_goes_back_between_a_command_and_the_tick(bench: Bench) -> None:
    await bench.runner.async_start()
    bench.freezer.tick(30.2)
    await bench.runner.async_wake()  # before the timer of second 30 is served
    async_fire_time_changed_exact(bench.hass)
    await bench.hass.async_block_till_done()
    assert bench.seconds == [0, 30.2, 30.2]


async def test_after_the_end_a_command_does_nothing(bench: Bench) -> None:
    await bench.runner.async_start()
    await bench.runner.async_stop()
    await bench.runner.async_wake()
    await bench.pass_time(60)
    assert len(bench.times) == 1
    assert not bench.runner.running


async def test_the_end_waits_for_the_running_cycle(bench: Bench) -> None:
    await bench.runner.async_start()
    bench.site.loadpoints[0].settings.mode = Mode.NOW
    gate = asyncio.Event()
    enable = bench.charger.async_enable

    async def slow(on: bool) -> None:
        await gate.wait()
        await enable(on)

    with patch.object(bench.charger, "async_enable", slow):
        cycle = bench.hass.async_create_task(bench.runner.async_wake())
        await others()
        next_one = bench.hass.async_create_task(bench.runner.async_wake())
        end = bench.hass.async_create_task(bench.runner.async_stop())
        await others()
        assert not end.done()
        gate.set()
        await asyncio.gather(cycle, next_one, end)
    assert bench.charger.enabled
    assert len(bench.times) == 2


async def test_the_end_does_not_wait_for_ever(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    await bench.runner.async_start()
    bench.site.loadpoints[0].settings.mode = Mode.NOW
    bench.charger.read_trouble = 3600.0
    cycle = bench.hass.async_create_background_task(bench.runner.async_wake(), "cycle")
    await others()
    end = bench.hass.async_create_background_task(bench.runner.async_stop(), "end")
    await others()
    bench.freezer.tick(module.PATIENCE + 1)
    async_fire_time_changed_exact(bench.hass)
    await others()
    await end
    assert "has not ended" in caplog.text
    await cycle
    assert len(bench.times) == 1
    assert bench.charger.log == []


# What is kept


async def test_decisions_are_kept_before_anything_is_commanded(bench: Bench) -> None:
    kept_at: list[int] = []
    enable = bench.charger.async_enable

    async def spy(on: bool) -> None:
        kept_at.append(len(bench.kept))
        await enable(on)

    await bench.runner.async_start()
    bench.kept.clear()
    bench.site.loadpoints[0].settings.mode = Mode.NOW
    with patch.object(bench.charger, "async_enable", spy):
        await bench.runner.async_wake()
    assert kept_at == [1]
    assert bench.kept[-1] is None


async def test_a_failed_command_is_taken_back_and_tried_again(bench: Bench) -> None:
    await bench.runner.async_start()
    bench.site.loadpoints[0].settings.mode = Mode.NOW
    bench.charger.troubles = {"enable": DeviceError("no")}
    await bench.runner.async_wake()
    assert not bench.site.loadpoints[0].memory.enabled
    bench.charger.troubles = {}
    await bench.pass_time(30)
    assert bench.charger.enabled
    assert bench.site.loadpoints[0].memory.enabled


# What is shown without a cycle


async def test_a_command_that_changes_nothing_publishes_nothing(bench: Bench) -> None:
    bench.charger.status = Status.C
    await bench.runner.async_start()
    bench.freezer.tick(5)
    later = snapshot(bench.site, bench.runner.now())
    assert replace(later, at=bench.states[0].at) != bench.states[0]  # it has charged for 5 s more
    bench.runner.show()
    assert len(bench.states) == 1
    bench.site.settings.residual_power = 77
    bench.runner.show()
    bench.runner.show()
    assert [s.residual_power for s in bench.states] == [0, 77]
    await bench.pass_time(25)
    assert len(bench.states) == 3  # a cycle is always told


# Bugs


async def test_a_bug_stops_neither_the_beat_nor_touches_a_charger(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.runner.async_start()
    bench.site.loadpoints[0].settings.mode = Mode.NOW
    bench.charger.log.clear()
    with patch.object(bench.site, "cycle", side_effect=ZeroDivisionError("division by zero")):
        for _ in range(3):
            await bench.pass_time(30)
        bench.runner.show()  # must not look as if all were well
    assert bench.charger.log == []
    assert bench.runner.fault == "ZeroDivisionError: division by zero"
    assert len(bench.errors) == 3
    assert len(bench.states) == 1
    assert caplog.text.count("A cycle failed; please report this") == 1
    assert "Traceback" in caplog.text
    await bench.pass_time(30)
    assert bench.charger.enabled
    assert bench.runner.fault is None
    assert len(bench.states) == 2


async def test_different_bugs_are_all_reported(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    await bench.runner.async_start()
    for error in (ZeroDivisionError(), KeyError("x")):
        with patch.object(bench.site, "cycle", side_effect=error):
            await bench.pass_time(30)
    assert caplog.text.count("A cycle failed; please report this") == 2


# Waiting for devices


async def test_the_first_cycle_waits_for_devices_while_home_assistant_starts(bench: Bench) -> None:
    bench.hass.set_state(CoreState.starting)
    bench.charger.read_trouble = DeviceError("not yet")
    await bench.runner.async_start()
    assert (bench.times, len(bench.states)) == ([], 1)
    bench.site.settings.residual_power = 77
    await bench.runner.async_wake()
    assert (bench.times, len(bench.states)) == ([], 2)
    await bench.pass_time(2)
    assert bench.times == []
    bench.charger.read_trouble = None
    await bench.pass_time(2)
    assert len(bench.times) == 1
    await bench.pass_time(30)
    assert bench.seconds == [0, 30]
    bench.hass.set_state(CoreState.running)


@pytest.mark.parametrize(
    ("state", "limit"),
    [
        pytest.param(CoreState.starting, module.WAIT_STARTING, id="starting"),
        pytest.param(CoreState.running, module.WAIT_RUNNING, id="running"),
    ],
)
async def test_the_wait_has_an_end(
    bench: Bench, state: CoreState, limit: float, caplog: pytest.LogCaptureFixture
) -> None:
    bench.hass.set_state(state)
    bench.charger.read_trouble = DeviceError("never")
    await bench.runner.async_start()
    await bench.pass_time(limit - 1)
    assert bench.times == []
    await bench.pass_time(4)
    assert len(bench.times) == 1
    assert "Starting without Garage" in caplog.text
    assert bench.charger.log == []
    assert bench.states[-1].loadpoints[0].failure is Failure.UNAVAILABLE
    bench.hass.set_state(CoreState.running)


async def test_what_has_not_come_when_home_assistant_runs_gets_half_a_minute(bench: Bench) -> None:
    bench.hass.set_state(CoreState.starting)
    bench.grid.trouble = DeviceError("never")
    await bench.runner.async_start()
    await bench.pass_time(100)
    bench.hass.set_state(CoreState.running)
    await bench.pass_time(2)
    await bench.pass_time(module.WAIT_RUNNING - 1)
    assert bench.times == []
    await bench.pass_time(4)
    assert len(bench.times) == 1


async def test_the_wait_can_be_broken_off(bench: Bench) -> None:
    bench.charger.read_trouble = DeviceError("never")
    await bench.runner.async_start()
    await bench.runner.async_stop()
    await bench.pass_time(100)
    assert bench.times == []


# Clocks


async def test_virtual_time_runs_faster(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)
    bench = Bench(hass, freezer, speed=10)
    await bench.runner.async_start()
    for _ in range(4):
        await bench.pass_time(3)
    assert bench.seconds == [0, 30, 60, 90, 120]
    assert (bench.runner.now() - NOON).total_seconds() == 120
    await bench.runner.async_stop()


async def test_virtual_time_ticks_no_faster_than_twice_a_second(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON)
    bench = Bench(hass, freezer, speed=600)
    await bench.runner.async_start()
    for _ in range(2):
        await bench.pass_time(0.5)
    assert bench.seconds == [0, 300, 600]
    await bench.runner.async_stop()


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=300)])
async def test_a_clock_that_is_set_changes_no_delay(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, jump: timedelta
) -> None:
    freezer.move_to(NOON)
    offset = timedelta()
    bench = Bench(hass, freezer, wall=lambda: dt_util.utcnow() + offset)
    await bench.runner.async_start()
    timer = bench.site.loadpoints[0].memory.phase_timer
    bench.site.loadpoints[0].memory.charger_switched = NOON
    timer.since = EPOCH
    await bench.pass_time(30)
    offset = jump
    await bench.pass_time(30)
    await bench.pass_time(30)
    memory = bench.site.loadpoints[0].memory
    assert [t - jump for t in bench.times[2:]] == [NOON + timedelta(seconds=s) for s in (60, 90)]
    assert memory.charger_switched == NOON + jump
    assert timer.since is EPOCH or timer.since is None
    await bench.runner.async_wake()
    assert bench.times[-1] == bench.times[-2]
    await bench.runner.async_stop()


async def test_a_clock_that_is_slewed_is_not_noticed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    freezer.move_to(NOON)
    offset = timedelta()
    bench = Bench(hass, freezer, wall=lambda: dt_util.utcnow() + offset)
    await bench.runner.async_start()
    offset = timedelta(milliseconds=400)
    await bench.pass_time(30)
    assert bench.seconds == [0, 30]
    assert "clock was set" not in caplog.text
    await bench.runner.async_stop()


@pytest.mark.parametrize(
    "switch", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
async def test_summer_time_is_no_event(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, switch: datetime
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(switch - timedelta(seconds=60))
    bench = Bench(hass, freezer)
    await bench.runner.async_start()
    for _ in range(4):
        await bench.pass_time(30)
    assert bench.seconds == [0, 30, 60, 90, 120]
    await bench.runner.async_stop()
    await hass.config.async_set_time_zone("UTC")


def test_virtual_time_goes_on_where_it_was() -> None:
    assert Clock(lambda: NOON, lambda: 0.0, speed=10, start=NOON + timedelta(days=1)).now() > NOON
    assert Clock(lambda: NOON, lambda: 0.0, speed=10, start=NOON - timedelta(days=1)).now() == NOON
    assert Clock(lambda: NOON, lambda: 0.0, start=NOON + timedelta(days=1)).now() == NOON


def test_virtual_time_knows_no_jumps() -> None:
    wall = NOON
    clock = Clock(lambda: wall, lambda: 0.0, speed=10)
    wall = NOON + timedelta(days=1)
    assert clock.jump() == timedelta()
    assert clock.now() == NOON


def test_shifting_moves_every_time_but_records_and_markers() -> None:
    hour = timedelta(hours=1)
    lp = LoadpointMemory(charger_switched=NOON, soc_polled=None)
    lp.pv_timer.since = EPOCH
    lp.phase_timer.since = lp.phase_timer.confirmed = NOON
    lp.accounting.updated = NOON
    lp.session = SessionRecord(id=1, created=NOON)
    memory = SiteMemory(loadpoints={"lp": lp}, external_until=NOON)
    shift(memory, hour)
    assert lp.charger_switched == lp.phase_timer.since == lp.phase_timer.confirmed == NOON + hour
    assert lp.accounting.updated == memory.external_until == NOON + hour
    assert lp.pv_timer.since is EPOCH
    assert lp.soc_polled is None
    assert lp.session.created == NOON
