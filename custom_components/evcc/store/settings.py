"""Settings and memory of a site in two files of Home Assistant's `.storage` folder.

They have a file each because they change at different rates, and because what a person has set must not
be endangered by what is written all day long. Both are replaced as a whole and atomically, so that a
power cut leaves the old or the new state, never half of one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..core.memory import LoadpointMemory, SiteMemory, Timer
from ..core.model import EPOCH
from . import Problem

_LOGGER = logging.getLogger(__name__)

SETTINGS_KEY: Final = f"{DOMAIN}.settings"
MEMORY_KEY: Final = f"{DOMAIN}.memory"
SETTINGS_VERSION: Final = 1
MEMORY_VERSION: Final = 1

SETTINGS_DELAY: Final = 1.0
"""s from the first change to the file: a slider that is being dragged makes one write, not a hundred."""

MEMORY_INTERVAL: Final = timedelta(minutes=5)
"""At least this often energy and other figures of a running session go to the file."""


class Document:
    """One file with a JSON object. `problem` tells what is wrong with it, if anything."""

    def __init__(self, hass: HomeAssistant, key: str, version: int, *, private: bool = False) -> None:
        """Name the file, `private`: readable by nobody else; nothing is read yet."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, version, key, private=private, atomic_writes=True)
        self.key = key
        self.problem: Problem | None = None

    async def async_load(self) -> dict[str, Any]:
        """Return what is stored, empty if there is nothing usable.

        Home Assistant itself renames a file that is no JSON and tells the user. A file of a newer release or
        one that cannot be opened is never written to; one of the wrong shape is renamed.
        """
        try:
            stored: object = await self._store.async_load()
        except UnsupportedStorageVersionError as err:
            _LOGGER.warning("%s; defaults are used and nothing is stored there", err)
            self._leave_alone(Problem.NEWER)
        except HomeAssistantError as err:
            _LOGGER.warning("%s cannot be read: %s", self.key, err)
            self._leave_alone(Problem.UNREADABLE)
        except (KeyError, TypeError, AttributeError) as err:
            await self.async_set_aside(repr(err))
        else:
            if isinstance(stored, dict):
                return stored
            if stored is not None:
                await self.async_set_aside("not an object")
        return {}

    def _leave_alone(self, problem: Problem) -> None:
        self._store.make_read_only()
        self.problem = problem

    async def async_set_aside(self, why: str) -> None:
        """Rename a file whose content makes no sense, so that it can be looked at."""
        path = Path(self._store.path)
        target = path.with_name(f"{path.name}.corrupt")
        _LOGGER.warning("%s has the wrong shape (%s), it is now %s", self.key, why, target.name)
        try:
            await self._hass.async_add_executor_job(path.replace, target)
        except OSError as err:
            _LOGGER.warning("%s cannot be renamed: %s", self.key, err)
            self._leave_alone(Problem.UNREADABLE)
        else:
            self.problem = Problem.CORRUPT

    @callback
    def delay_save(self, data: Callable[[], dict[str, Any]], delay: float) -> None:
        """Write what `data` returns in `delay` s from now."""
        self._store.async_delay_save(data, delay)

    async def async_save(self, data: dict[str, Any]) -> None:
        """Write now; while Home Assistant stops, in its final write."""
        await self._store.async_save(data)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


@dataclass(frozen=True, slots=True)
class Restored:
    """What the files held. `at` is the site's time when its memory was written."""

    settings: dict[str, Any]
    memory: dict[str, Any] | None
    at: datetime | None


class SettingsStore:
    """Keeps the files up to date.

    What a restart has to find is everything that decides whether a contactor moves and which session goes
    on: status, set-points, phases, timers, vehicle, session. A change of any of these starts a write in the
    same moment, before a command has left for the charger, so killing the process loses nothing of that.
    Figures that merely grow are written every few minutes: energy comes back from the counters.
    """

    def __init__(self, hass: HomeAssistant, *, spacing: float = 0.0) -> None:
        """Let at least `spacing` s pass between two writes of the memory (virtual time changes it fast)."""
        self._hass = hass
        self._spacing = spacing
        self.settings = Document(hass, SETTINGS_KEY, SETTINGS_VERSION)
        self.memory = Document(hass, MEMORY_KEY, MEMORY_VERSION)
        self._dump_settings: Callable[[], dict[str, Any]] = dict
        self._dump_memory: Callable[[], dict[str, Any]] = dict
        self._settings_due = False
        self._fingerprint: object = None
        self._written = -MEMORY_INTERVAL.total_seconds()  # loop time
        self.closed = False

    async def async_load(self) -> Restored:
        """Read both files."""
        settings = await self.settings.async_load()
        stored = await self.memory.async_load()
        site = stored.get("site")
        return Restored(settings, site if isinstance(site, dict) else None, _time(stored.get("at")))

    def attach(
        self, settings: Callable[[], dict[str, Any]], memory: Callable[[], dict[str, Any]], at: SiteMemory
    ) -> None:
        """Say where present settings and memory come from; `at` is the memory as it is in the file."""
        self._dump_settings = settings
        self._dump_memory = memory
        self._fingerprint = fingerprint(at)
        self._written = self._hass.loop.time() - self._spacing

    @callback
    def settings_changed(self) -> None:
        """Write the settings soon."""
        if self.closed:
            return
        if not self._settings_due:  # a further change must not push the write away from the first
            self._settings_due = True
            self.settings.delay_save(self._take_settings, SETTINGS_DELAY)

    def _take_settings(self) -> dict[str, Any]:
        self._settings_due = False
        return self._dump_settings()

    @callback
    def remember(self, memory: SiteMemory) -> None:
        """Write the memory if it has to be: at once after a change of weight, else now and then."""
        if self.closed:
            return
        present = fingerprint(memory)
        since = self._hass.loop.time() - self._written
        changed = present != self._fingerprint and since >= self._spacing
        if changed or since >= MEMORY_INTERVAL.total_seconds():
            self._fingerprint = present
            self._written = self._hass.loop.time()
            # not awaited: a slow disk must not hold up the chargers; Store writes one after the other
            save = self.memory.async_save(self._dump_memory())
            self._hass.async_create_task(save, "evcc memory", eager_start=True)

    @callback
    def close(self) -> None:
        """Write nothing any more but by `async_flush`: after a reload the files are those of another site."""
        self.closed = True

    async def async_flush(self) -> None:
        """Write both files now."""
        if self._settings_due:
            await self.settings.async_save(self._take_settings())
        await self.memory.async_save(self._dump_memory())

    async def async_remove(self) -> None:
        """Delete both files."""
        await self.settings.async_remove()
        await self.memory.async_remove()


def fingerprint(memory: SiteMemory) -> object:
    """Return what must not get lost, as a value that compares; figures that merely grow are left out."""
    return (
        memory.battery_mode,
        memory.battery_mode_external,
        memory.external_until,
        memory.next_session,
        tuple((name, b.sent) for name, b in memory.batteries.items()),
        tuple((name, _loadpoint(lp)) for name, lp in memory.loadpoints.items()),
    )


def _loadpoint(memory: LoadpointMemory) -> object:
    session = memory.session
    return (
        (memory.status, memory.enabled, memory.offered_current, memory.phases),
        _timer(memory.pv_timer),
        _timer(memory.phase_timer),
        (memory.charger_switched, memory.phases_switched, memory.circuit_off, memory.corrected),
        (memory.phase_failures, memory.phase_retry, memory.wake_attempts, memory.wake_since),
        (memory.vehicle, memory.identifier, memory.detection_since, memory.soc_polled is None),
        (memory.connected_since, memory.accounting.running, memory.boost),
        (memory.plan_active, memory.plan_slot_end, memory.plan_overrun_sent, memory.plan_energy_offset),
        None if session is None else (session.id, session.created, session.finished, session.vehicle),
    )


def _timer(timer: Timer) -> object:
    """Return what counts of a timer; while a delay runs, also that its condition still held.

    A delay whose condition was not confirmed for some cycles starts anew, after a power cut as well.
    """
    running = timer.since is not None and timer.since is not EPOCH
    return (timer.since, timer.action, timer.confirmed if running else None)


def _time(stored: object) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(str(stored))
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None
