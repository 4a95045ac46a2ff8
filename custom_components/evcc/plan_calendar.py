"""A calendar as a source of plans: its events of the next days become plans of the vehicles that they name.

An event "Golf 80 %" has the Golf ready with 80 % when the event begins, by the calendar's own time zone; one of
a whole day begins with the day at home. What each event means and which of several counts is decided in
`core.appointments`, whose plan wins is, too. What came from the calendar is kept in a file, so that after
a restart a plan whose event is gone goes as well. Who chooses another calendar, or none, takes the events
of the old one away. A calendar that does not answer changes nothing.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
import logging
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import CONF_PLAN_CALENDAR, DOMAIN
from .coordinator import EvccConfigEntry, EvccRuntime
from .core import appointments, estimator, stored_goals
from .core.appointments import Appointment
from .core.goals import SocPlan, VehicleGoals
from .core.outlook import OWN_PLAN
from .core.settings import SettingError
from .core.state import SiteState
from .store.settings import Document

_LOGGER = logging.getLogger(__name__)

INTERVAL: Final = timedelta(minutes=5)
AHEAD: Final = timedelta(days=7)
"""Plans of later days need not be known yet."""
PATIENCE: Final = 60.0
"""s that a calendar has to answer."""

KEY: Final = f"{DOMAIN}.calendar"
VERSION: Final = 1
_GIVEN: Final = "given"


@callback
def async_follow_calendar(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Take plans from the calendar of the options, if there is one, until the entry is unloaded."""
    source = PlanCalendar(hass, entry.runtime_data, entry.options.get(CONF_PLAN_CALENDAR) or None)

    async def read(_now: datetime | None = None) -> None:
        await source.async_read()

    async def changed(_event: Event[EventStateChangedData]) -> None:
        await read()

    if source.entity_id is not None:
        entry.async_on_unload(async_track_state_change_event(hass, source.entity_id, changed))
        entry.async_on_unload(async_track_time_interval(hass, read, INTERVAL, cancel_on_shutdown=True))
    entry.async_create_background_task(hass, read(), "evcc plans from the calendar")


async def async_forget(hass: HomeAssistant) -> None:
    """Delete what is stored, because the site is gone."""
    await Document(hass, KEY, VERSION).async_remove()


class PlanCalendar:
    """Keeps the plans of vehicles as the calendar tells. Without a calendar its plans are taken back."""

    def __init__(self, hass: HomeAssistant, runtime: EvccRuntime, entity_id: str | None) -> None:
        """Read nothing yet."""
        self.entity_id = entity_id
        self._hass = hass
        self._runtime = runtime
        self._document = Document(hass, KEY, VERSION)
        self._given: dict[str, SocPlan] | None = None  # by vehicle; None: not read from the file yet
        self._turn = asyncio.Lock()

    async def async_read(self) -> None:
        """Read the calendar and change what follows from it."""
        async with self._turn:
            if self._given is None:
                self._given = _load(await self._document.async_load())
            events = [] if self.entity_id is None else await self._async_events(self.entity_id)
            if events is not None:
                await self._async_apply(self._given, events)

    async def _async_events(self, entity_id: str) -> list[Appointment] | None:
        """Return the events of the next days; None if the calendar does not answer."""
        state = self._hass.states.get(entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            return None
        now = self._runtime.runner.now()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._hass.services.async_call(
                    "calendar",
                    "get_events",
                    {ATTR_ENTITY_ID: entity_id, "start_date_time": now, "end_date_time": now + AHEAD},
                    blocking=True,
                    return_response=True,
                )
        except Exception as err:  # noqa: BLE001 - of another integration, and asked again in some minutes
            _LOGGER.debug("No events of %s: %r", entity_id, err)
            return None
        content = (answer or {}).get(entity_id)
        events = content.get("events") if isinstance(content, Mapping) else None
        if not isinstance(events, list):
            return None
        zone = ZoneInfo(self._runtime.site.config.timezone)
        return [a for e in events if (a := _appointment(e, zone)) is not None]

    async def _async_apply(self, given: Mapping[str, SocPlan], events: list[Appointment]) -> None:
        runtime, state = self._runtime, self._runtime.coordinator.data
        now, vehicles = runtime.runner.now(), runtime.site.vehicles

        def takes(vehicle: str, soc: int) -> float:
            return seconds(state, vehicle, soc)

        titles = {name: car.config.title for name, car in vehicles.items()}
        wanted = appointments.wishes(events, titles, now, takes)
        runtime.unclear_events = wanted.unclear
        present = {name: car.goals.plan for name, car in vehicles.items()}
        busy = {
            lp.vehicle_name for lp in state.loadpoints if lp.plan_active and lp.effective_plan_id == OWN_PLAN
        }
        todo, told = appointments.changes(wanted.plans, given, present, busy, now)
        for change in todo:
            try:
                await runtime.async_set_soc_plan(change.vehicle, change.plan)
            except SettingError as err:  # its time has come meanwhile
                if runtime.settings.closed:
                    return  # nothing was set: the site that comes next has to be told
                _LOGGER.debug("No plan from the calendar: %s", err)
        if told != given:
            self._given = told
            await self._document.async_save(_dump(told))


def seconds(site: SiteState, vehicle: str, soc: int) -> float:
    """Return about how long a vehicle takes to a state of charge (%), at its loadpoint or the strongest one."""
    car = next((v for v in site.vehicles if v.name == vehicle), None)
    if car is None:
        return 0.0
    powers = {lp.name: lp.effective_max_power for lp in site.loadpoints}
    power = powers.get(car.loadpoint or "", 0.0) or max(powers.values(), default=0.0)
    return estimator.remaining_duration(estimator.nominal_capacity(car.capacity), car.soc or 0.0, soc, power)


def _dump(given: Mapping[str, SocPlan]) -> dict[str, Any]:
    """Return what the file holds: plans by vehicle, in the form of the settings."""
    return {_GIVEN: {name: stored_goals.dump_goals(VehicleGoals(plan=plan)) for name, plan in given.items()}}


def _load(stored: Mapping[str, Any]) -> dict[str, SocPlan]:
    """Return the same from the file; what cannot be read is left out."""
    parts = stored.get(_GIVEN)
    found = {}
    for name, part in (parts if isinstance(parts, dict) else {}).items():
        goals, _ = stored_goals.load_vehicle_goals(part if isinstance(part, dict) else {})
        if goals.plan is not None:
            found[name] = goals.plan
    return found


def _appointment(event: object, zone: tzinfo) -> Appointment | None:
    """Return an event as Home Assistant tells it."""
    if not isinstance(event, Mapping):
        return None
    title, start = event.get("summary"), event.get("start")
    if not isinstance(title, str) or not isinstance(start, str):
        return None
    time = dt_util.parse_datetime(start)
    if time is None and (day := dt_util.parse_date(start)) is not None:
        time = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - its zone comes next
    if time is None:
        return None
    return Appointment(title, (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC))
