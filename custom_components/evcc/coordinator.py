"""What a loaded entry consists of, how it is shown to entities, and the commands that change it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util.signal_type import SignalType

from .clock import Clock
from .const import CONF_ON_STOP, DOMAIN, ON_STOP_KEEP, ON_STOP_OFF
from .core import commands, effective, plan
from .core.events import Event
from .core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from .core.memory import dump
from .core.model import BatteryMode
from .core.parts import Loadpoint
from .core.plan import Planned
from .core.ports import ChargerCommand, ChargerResult
from .core.prospect import Prospect, Prospects
from .core.rates import Tariffs
from .core.session import SessionRecord, Statistics
from .core.settings import Scope, SettingError
from .core.site import Outcome, Site
from .core.state import SiteState
from .devices.simulated.live import LivePlant
from .equipment import Equipment
from .runner import Runner
from .store import StoreError
from .store.credentials import Credentials
from .store.sessions import SessionStore
from .store.settings import SettingsStore
from .tariffs.keepers import TariffKeepers

_LOGGER = logging.getLogger(__name__)

STATISTICS_INTERVAL: Final = timedelta(minutes=15)

type EvccConfigEntry = ConfigEntry[EvccRuntime]


def event_signal(entry: EvccConfigEntry) -> SignalType[Event]:
    """Return the signal under which the events of an entry's loadpoints are sent."""
    return SignalType(f"{DOMAIN}_{entry.entry_id}_event")


class EvccCoordinator(DataUpdateCoordinator[SiteState]):
    """Hands the snapshot of each cycle to the entities. It never polls: the runner has a beat of its own."""

    config_entry: EvccConfigEntry

    def __init__(self, hass: HomeAssistant, entry: EvccConfigEntry) -> None:
        """Wait for the first snapshot, which comes before any entity is made."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=DOMAIN, update_interval=None)


@dataclass(slots=True, kw_only=True)
class EvccRuntime:
    """A site at work. Its commands raise SettingError for a value that cannot be set."""

    hass: HomeAssistant
    entry: EvccConfigEntry
    site: Site
    equipment: Equipment
    clock: Clock
    plant: LivePlant | None = None
    tariffs: Callable[[datetime], Tariffs]
    tariff_keepers: TariffKeepers
    settings: SettingsStore
    sessions: SessionStore
    credentials: Credentials
    coordinator: EvccCoordinator
    runner: Runner = field(init=False)
    statistics: dict[str, Statistics] = field(default_factory=dict)
    prospects: Prospects = field(default_factory=Prospects)
    unclear_events: tuple[str, ...] = ()  # titles that are no plans although they name a vehicle
    published: object = None  # what the REST API keeps of the last snapshot; its own business
    _repaired: bool = False
    _last_settings: object = None

    def __post_init__(self) -> None:
        """Connect the runner with stores and coordinator."""
        self._last_settings = self._changed_by_cycles()
        self.runner = Runner(
            self.hass,
            self.site,
            self.equipment,
            self.clock,
            tariffs=self.tariffs,
            keep=self._keep,
            publish=self.coordinator.async_set_updated_data,
            fail=self.coordinator.async_set_update_error,
        )

    @property
    def prospect(self) -> Prospect:
        """Return what tariffs and forecasts promised in the last cycle."""
        site = self.site
        return self.prospects.told(site.tariffs, self.coordinator.data.at, site.zone)

    # Commands

    async def async_change(self, scope: Scope, target: int | str | None, key: str, value: Any) -> None:
        """Change a setting, see `commands.change`."""
        await self._async_done(commands.change(self.site, scope, target, key, value, self.runner.now()))

    async def async_set_limit_for_all(self, key: str, value: Any) -> None:
        """Set `smartCostLimit` or `smartFeedInPriorityLimit` of every loadpoint."""
        await self._async_done(commands.set_limit_for_all(self.site, key, value, self.runner.now()))

    async def async_select_vehicle(self, loadpoint: int, name: str | None) -> None:
        """Say which vehicle is at a loadpoint (index from 0), None: a guest."""
        await self._async_done(commands.select_vehicle(self.site, loadpoint, name, self.runner.now()))

    async def async_detect_vehicle(self, loadpoint: int) -> None:
        """Look anew for the vehicle at a loadpoint."""
        await self._async_done(commands.detect_vehicle(self.site, loadpoint, self.runner.now()))

    async def async_set_battery_mode(self, mode: BatteryMode) -> None:
        """Override the home battery's mode for a minute; UNKNOWN gives it back."""
        await self._async_done(commands.set_external_battery_mode(self.site, mode, self.runner.now()))

    # Plans

    async def async_set_soc_plan(self, vehicle: str, plan: SocPlan | None) -> None:
        """Set the plan of a vehicle, None: remove it. Its hours show at once."""
        commands.set_soc_plan(self.site, vehicle, plan, self.runner.now())
        await self._async_done(wake=True)

    async def async_set_repeating_plans(self, vehicle: str, plans: Sequence[RepeatingPlan]) -> None:
        """Replace the repeating plans of a vehicle. Their hours show at once."""
        commands.set_repeating_plans(self.site, vehicle, plans, self.runner.now())
        await self._async_done(wake=True)

    async def async_set_energy_plan(self, index: int, plan: EnergyPlan | None) -> None:
        """Set the plan of a loadpoint (index from 0), None: remove it."""
        await self._async_done(commands.set_energy_plan(self.site, index, plan, self.runner.now()))

    async def async_set_vehicle_strategy(self, vehicle: str, strategy: Strategy) -> None:
        """Set how the hours of a vehicle's plans are chosen. They show at once."""
        commands.set_vehicle_strategy(self.site, vehicle, strategy, self.runner.now())
        await self._async_done(wake=True)

    async def async_set_loadpoint_strategy(self, index: int, strategy: Strategy) -> None:
        """Set how the hours of a loadpoint's own plans are chosen."""
        await self._async_done(commands.set_loadpoint_strategy(self.site, index, strategy, self.runner.now()))

    def plan(self, index: int) -> Planned:
        """Return the plan that counts at a loadpoint (index from 0), see `core.plan`."""
        return plan.present(self.site, index, self.runner.now())

    def preview_soc(self, index: int, soc: int, time: datetime, precondition: float | None = None) -> Planned:
        """Return what a plan for that state of charge would come to."""
        return plan.preview_soc(self.site, index, soc, time, self.runner.now(), precondition)

    def preview_energy(
        self, index: int, energy_kwh: float, time: datetime, precondition: float | None = None
    ) -> Planned:
        """Return what a plan for that energy would come to."""
        return plan.preview_energy(self.site, index, energy_kwh, time, self.runner.now(), precondition)

    def preview_repeating(
        self,
        index: int,
        soc: int,
        weekdays: Sequence[int],
        time: str,
        tz: str,
        precondition: float | None = None,
    ) -> Planned:
        """Return what the next occurrence of a repeating plan would come to."""
        now = self.runner.now()
        return plan.preview_repeating(self.site, index, soc, weekdays, time, tz, now, precondition)

    async def _async_done(self, wake: bool) -> None:
        """Store what a command changed and show it, by a cycle at once if it asks for one.

        SettingError where the site has been put away: what was changed is gone with it.
        """
        if self.settings.closed:
            raise SettingError("site_reloading")
        self.settings.settings_changed()
        if wake:
            await self.runner.async_wake()
        else:
            self.settings.remember(self.site.memory)
            self.runner.show()

    # Sessions

    @callback
    def _keep(self, outcome: Outcome | None) -> None:
        """Store what a cycle decided, and settings that it changed: a disconnect clears limits."""
        self.settings.remember(self.site.memory)
        present = self._changed_by_cycles()
        if present != self._last_settings:
            self._last_settings = present
            self.settings.settings_changed()
        if outcome is None:
            return  # the same cycle once more
        for event in outcome.events:
            async_dispatcher_send(self.hass, event_signal(self.entry), event)
        if outcome.sessions or self.sessions.retry_due:
            self.hass.async_create_task(self._async_store(outcome.sessions), "evcc sessions")
        if not self._repaired:
            self._repaired = True
            self.hass.async_create_task(self.async_repair_sessions(), "evcc repair sessions")

    def _changed_by_cycles(self) -> object:
        """Return the settings that vehicles and plans coming and going change, as a value that compares."""
        loadpoints = [
            (s.mode, s.limit_soc, s.limit_energy, s.phases_configured, lp.goals)
            for lp in self.site.loadpoints
            for s in (lp.settings,)
        ]
        return loadpoints, [car.goals for car in self.site.vehicles.values()]

    async def _async_store(self, records: list[SessionRecord]) -> None:
        await self.sessions.async_write(records)
        await self.async_refresh_statistics()

    async def async_refresh_statistics(self) -> None:
        """Work out the statistics anew and publish them; they stay as they are if that is not possible."""
        try:
            self.statistics = await self.sessions.async_statistics(
                self.runner.now(), ZoneInfo(self.site.config.timezone)
            )
        except StoreError as err:
            _LOGGER.debug("No statistics: %s", err)
        else:
            self.coordinator.async_update_listeners()

    async def async_update_session(
        self, session_id: int, *, vehicle: str | None = None, loadpoint: str | None = None
    ) -> bool:
        """Change the titles of a session, None: leave; return whether it exists.

        A session that is not over yet is written again from memory, which therefore changes first.
        """
        before = [(r, r.vehicle, r.loadpoint) for r in self._running(session_id)]
        for record, _, _ in before:
            record.vehicle = record.vehicle if vehicle is None else vehicle
            record.loadpoint = record.loadpoint if loadpoint is None else loadpoint
        try:
            return await self.sessions.async_update(session_id, vehicle=vehicle, loadpoint=loadpoint)
        except StoreError:
            for record, car, place in before:
                record.vehicle, record.loadpoint = car, place
            raise
        finally:
            self.settings.remember(self.site.memory)

    async def async_delete_session(self, session_id: int) -> bool:
        """Delete a session for good; return whether there was one.

        One that is not over yet is not written again, unless charging begins anew before the vehicle goes:
        that is a session with another number.
        """
        before = [(r, r.id, r.created) for r in self._running(session_id)]
        for record, _, _ in before:
            record.id, record.created = 0, None
        try:
            existed = await self.sessions.async_delete(session_id)
        except StoreError:
            for record, number, created in before:
                record.id, record.created = number, created
            raise
        finally:
            self.settings.remember(self.site.memory)
        await self.async_refresh_statistics()
        return existed

    def _running(self, session_id: int) -> list[SessionRecord]:
        """Return the session as the memory has it, if it is not over yet."""
        records = (lp.memory.session for lp in self.site.loadpoints)
        return [r for r in records if r is not None and r.id and r.id == session_id]

    async def async_repair_sessions(self) -> None:
        """Complete what a power cut left open, by the meters as the first cycle read them."""
        for lp in self.site.loadpoints:
            session = lp.memory.session
            try:
                await self.sessions.async_repair(
                    lp.config.name, lp.reading.energy, session.id if session else None
                )
            except StoreError as err:
                _LOGGER.debug("No repair of sessions: %s", err)

    # The end

    def dump_memory(self) -> dict[str, Any]:
        """Return what the memory's file holds."""
        return {"at": self.runner.now().isoformat(), "site": dump(self.site.memory)}

    async def async_pause(self) -> None:
        """Stop the cycles and store everything; chargers, batteries and sessions go on as they are."""
        await self.runner.async_stop()
        await self._async_put_away()

    async def async_leave(self) -> None:
        """Stop for good: chargers as configured, batteries in normal operation, sessions with an end."""
        await self.runner.async_stop()
        site = self.site.config
        records = await self.async_release(
            {lp.name for lp in site.loadpoints}, {b.name for b in site.batteries}
        )
        if self.sessions.closed:  # it was paused before
            await self.sessions.async_open()
        await self.sessions.async_write(records)
        await self._async_put_away()

    async def _async_put_away(self) -> None:
        if not self.sessions.closed:
            self.tariff_keepers.async_stop()
            await self.tariff_keepers.async_flush()
            self.settings.close()
            await self.settings.async_flush()
            await self.sessions.async_close()

    async def async_follow(self, before: EvccRuntime) -> None:
        """Let go of what was there before a reload and is not any more."""
        old, new = before.site.config, self.site.config
        loadpoints = {lp.name for lp in old.loadpoints} - {lp.name for lp in new.loadpoints}
        batteries = {b.name for b in old.batteries} - {b.name for b in new.batteries}
        if loadpoints or batteries:
            await self.sessions.async_write(await before.async_release(loadpoints, batteries))

    async def async_release(self, loadpoints: set[str], batteries: set[str]) -> list[SessionRecord]:
        """Leave these chargers as configured and these batteries to themselves; return the ended sessions."""
        now = self.runner.now()
        wish = self.entry.options.get(CONF_ON_STOP, ON_STOP_KEEP)
        parting = (_parting(lp, wish, self.site.config.voltage) for lp in self.site.loadpoints)
        names = [lp.config.name for lp in self.site.loadpoints]
        chargers = [c for c in parting if c is not None and names[c.loadpoint] in loadpoints]
        outcome = self.site.stop(now)
        home = [b.name for b in self.site.config.batteries]
        results = await self.equipment.async_tell(
            chargers, [b for b in outcome.batteries if home[b.battery] in batteries]
        )
        self.site.report(results, now)
        failed = {r.loadpoint for r in results if isinstance(r, ChargerResult) and (r.current or r.enable)}
        for command in chargers:
            if command.loadpoint not in failed:
                _remember(self.site.loadpoints[command.loadpoint], command)
        return [s for s in outcome.sessions if s.loadpoint_name in loadpoints]


def _parting(lp: Loadpoint, wish: str, voltage: float) -> ChargerCommand | None:
    """Return the last command for a charger; one that may not charge needs none."""
    if wish == ON_STOP_KEEP or not lp.memory.enabled:
        return None
    if wish == ON_STOP_OFF:
        return ChargerCommand(lp.index, enable=False)
    return ChargerCommand(lp.index, current=effective.min_current(lp, voltage))


def _remember(lp: Loadpoint, command: ChargerCommand) -> None:
    """Note what a parting command did, for the day the site goes on."""
    if command.enable is False:
        lp.memory.enabled = False
    lp.memory.offered_current = command.current or 0.0
