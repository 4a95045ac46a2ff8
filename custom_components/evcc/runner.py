"""The ticker: read -> decide -> act -> publish, at a steady beat, at once on command, never overlapping."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.core import CoreState, HomeAssistant, callback

from .clock import Clock, shift
from .core.rates import Tariffs
from .core.site import Outcome, Site
from .core.snapshot import snapshot
from .core.state import SiteState
from .equipment import Equipment

_LOGGER = logging.getLogger(__name__)

SHORTEST: Final = 0.5  # s of real time between two ticks, however fast virtual time runs
FIRST_LOOK: Final = 3.0  # s that set-up itself waits for devices to answer
LOOK_AGAIN: Final = 2.0  # s between two looks while the first cycle waits
PATIENCE: Final = 8.0
"""s that stopping waits for the running cycle. Home Assistant gives 20 s to all that has to be done then."""
GRACE: Final = 60.0
"""s beyond an interval without a finished cycle after which the control loop counts as stuck."""
WAIT_STARTING: Final = 300.0
"""s after set-up that the first cycle waits for devices while Home Assistant starts."""
WAIT_RUNNING: Final = 30.0
"""s that it goes on waiting once Home Assistant runs: what has not come by then may be off for the night."""


class Runner:
    """Runs the cycles of a site.

    tariffs: tells what energy costs.
    keep: is given what each cycle decided, at once, before anything is commanded, and once more (with
    None) after failed commands were taken back.
    publish: is given the snapshot after each cycle.
    fail: is given an error of the site itself, which is a bug; nothing is commanded in such a cycle.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        site: Site,
        equipment: Equipment,
        clock: Clock,
        *,
        tariffs: Callable[[datetime], Tariffs],
        keep: Callable[[Outcome | None], None],
        publish: Callable[[SiteState], None],
        fail: Callable[[Exception], None],
    ) -> None:
        """Take the parts; nothing runs yet."""
        self._hass = hass
        self._site = site
        self._equipment = equipment
        self._clock = clock
        self._tariffs = tariffs
        self._keep = keep
        self._publish = publish
        self._fail = fail
        self._beat = max(site.config.interval / clock.speed, SHORTEST)  # s of real time
        self._step = timedelta(seconds=self._beat * clock.speed)  # the same in the site's time
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[None] | None = None  # for devices, before the first cycle
        self._extra: asyncio.Task[None] | None = None  # cycle on command that has not begun yet
        self._began = 0.0  # loop time of tick 0
        self._start = self._last = clock.now()  # site's time of tick 0 and of the last cycle
        self._next = 1  # number of the tick that the timer is set for
        self._due = 0  # number of the last tick
        self._tick_pending = False  # a regular cycle waits for its turn
        self._ticking = False  # a regular cycle runs
        self._stopped = False
        self._reported: set[str] = set()
        self.overruns = 0  # ticks that came before the cycle of the one before had ended
        self.fault: str | None = None  # the bug that stopped the last cycle
        self._completed: float | None = None  # loop time of the last cycle that came to its end
        self._shown: SiteState | None = None  # what was published last

    @property
    def running(self) -> bool:
        """Whether the first cycle has begun and the runner has not been stopped."""
        return self._timer is not None

    @property
    def alive(self) -> bool:
        """Whether a cycle has come to its end within the last interval and GRACE."""
        completed = self._completed
        return completed is not None and self._hass.loop.time() - completed <= self._beat + GRACE

    def now(self) -> datetime:
        """Return the site's present time, never before that of the last cycle."""
        return max(self._clock.now(), self._last)

    def show(self) -> None:
        """Publish the site as it is, without a cycle, unless a bug keeps it from being controlled.

        Nothing is published if nothing has changed but the time: entities need some ms to look through it all.
        """
        if self.fault is not None:
            return
        shown = self._shown
        if shown is None or snapshot(self._site, shown.at) != shown:
            self._tell(snapshot(self._site, self.now()))

    def _tell(self, state: SiteState) -> None:
        self._shown = state
        self._publish(state)

    # Start and stop

    async def async_start(self) -> None:
        """Run the first cycle and the ticker, as soon as the devices answer or have had time enough."""
        await self._equipment.async_read(self.now(), FIRST_LOOK)
        if not self._equipment.missing:
            await self._async_begin()
            return
        self.show()
        self._waiting = self._hass.async_create_background_task(self._async_wait(), "evcc first cycle")

    async def _async_wait(self) -> None:
        loop = asyncio.get_running_loop()
        since = loop.time()
        running_since = since if self._hass.state is CoreState.running else None
        while self._equipment.missing:
            if running_since is None and self._hass.state is CoreState.running:
                running_since = loop.time()
            if loop.time() - since > WAIT_STARTING or (
                running_since is not None and loop.time() - running_since > WAIT_RUNNING
            ):
                _LOGGER.info("Starting without %s", ", ".join(self._equipment.missing))
                break
            await asyncio.sleep(LOOK_AGAIN)
            await self._equipment.async_read(self.now(), LOOK_AGAIN)
        await self._async_begin()

    async def _async_begin(self) -> None:
        self._began = self._hass.loop.time()
        self._start = self._last = self.now()
        self._schedule()
        async with self._lock:
            await self._async_cycle(self._start, regular=True)

    async def async_stop(self) -> None:
        """Begin no other cycle, and let the running one end if it does so within PATIENCE."""
        self._stopped = True
        if self._waiting is not None:
            self._waiting.cancel()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            async with asyncio.timeout(PATIENCE), self._lock:
                pass
        except TimeoutError:
            _LOGGER.warning("The last cycle has not ended: a device does not answer")
        self._equipment.close()

    # The beat

    @callback
    def _schedule(self) -> None:
        self._timer = self._hass.loop.call_at(self._began + self._next * self._beat, self._tick)

    @callback
    def _tick(self) -> None:
        """Serve the tick that is due; those that were slept through are left out."""
        passed = int((self._hass.loop.time() - self._began) / self._beat)
        self._due = max(self._next, passed)
        self.overruns += self._due - self._next
        self._next = self._due + 1
        self._schedule()
        if self._ticking or self._tick_pending:
            self.overruns += 1
        if not self._tick_pending:  # one is remembered, not more
            self._tick_pending = True
            self._hass.async_create_task(self._async_regular(), "evcc cycle", eager_start=True)

    async def _async_regular(self) -> None:
        async with self._lock:
            self._tick_pending = False
            self._ticking = True
            try:
                await self._async_cycle(self._start + self._due * self._step, regular=True)
            finally:
                self._ticking = False

    async def async_wake(self) -> None:
        """Run a cycle at once, and return when one that began after this call has ended.

        Calls that come while a cycle runs share the next one.
        """
        if not self.running:
            if not self._stopped:
                self.show()
            return
        if self._extra is None:
            # not eager: it forgets itself when it begins, which must not be before it is noted here
            self._extra = self._hass.async_create_task(
                self._async_extra(), "evcc cycle on command", eager_start=False
            )
        await asyncio.shield(self._extra)

    async def _async_extra(self) -> None:
        async with self._lock:
            self._extra = None  # who calls from now on gets another one
            await self._async_cycle(self._clock.now(), regular=False)

    # One cycle

    def _moment(self, at: datetime) -> datetime:
        """Return the time to decide at: `at`, moved along with a clock that was set, and never backwards."""
        if jump := self._clock.jump():
            _LOGGER.info("The clock was set by %s", jump)
            shift(self._site.memory, jump)
            self._start += jump
            self._last += jump
            at = self._clock.now()
        self._last = max(at, self._last)
        return self._last

    async def _async_cycle(self, at: datetime, *, regular: bool) -> None:
        if self._stopped:
            return
        now = self._moment(at)
        try:
            await self._async_decide_and_act(now, regular=regular)
            state = snapshot(self._site, now)
        except Exception as err:  # noqa: BLE001 - logged by _bug; the next cycle may work
            self._bug(err)
            return
        self.fault = None
        self._completed = self._hass.loop.time()
        self._tell(state)

    async def _async_decide_and_act(self, now: datetime, *, regular: bool) -> None:
        readings = await self._equipment.async_read(now)
        if self._stopped:  # nobody waits for this cycle any more
            return
        outcome = self._site.cycle(now, readings, self._tariffs(now), regular=regular)
        self._keep(outcome)
        results = await self._equipment.async_tell(outcome.chargers, outcome.batteries)
        if results:
            self._site.report(results, now)
            self._keep(None)

    def _bug(self, err: Exception) -> None:
        """Report an error of the site itself, with all details when it is a new one."""
        self.fault = f"{type(err).__name__}: {err}"
        place = err.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        kind = f"{type(err).__name__} {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        if kind not in self._reported:
            self._reported.add(kind)
            _LOGGER.error("A cycle failed; please report this", exc_info=err)
        self._fail(err)
