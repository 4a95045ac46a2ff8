"""A calendar as a source of plans: its events of the next days become plans of the vehicles that they name."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
import logging
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_PLAN_CALENDAR, DOMAIN
from .coordinator import EvccConfigEntry, EvccRuntime
from .core import appointments
from .core.appointments import Appointment
from .core.goals import SocPlan
from .core.outlook import OWN_PLAN
from .core.settings import SettingError

_LOGGER = logging.getLogger(__name__)

INTERVAL: Final = timedelta(minutes=5)
AHEAD: Final = timedelta(days=7)
"""Plans of later days need not be known yet."""

# What came from the calendar, by calendar and vehicle. It outlasts a reload, but no restart: after that, what
# is planned counts as planned by a person.
_GIVEN: HassKey[dict[str, dict[str, SocPlan]]] = HassKey(f"{DOMAIN}_calendar_plans")


@callback
def async_follow_calendar(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Take plans from the calendar of the options, if there is one, until the entry is unloaded."""
    if not (entity_id := entry.options.get(CONF_PLAN_CALENDAR)):
        return

    async def read(_now: datetime | None = None) -> None:
        await _async_read(hass, entry.runtime_data, entity_id)

    async def changed(_event: Event[EventStateChangedData]) -> None:
        await read()

    entry.async_on_unload(async_track_state_change_event(hass, entity_id, changed))
    entry.async_on_unload(async_track_time_interval(hass, read, INTERVAL, cancel_on_shutdown=True))
    entry.async_create_background_task(hass, read(), "evcc plans from the calendar")


async def _async_read(hass: HomeAssistant, runtime: EvccRuntime, entity_id: str) -> None:
    """Read the calendar and change what follows from it; a calendar that does not answer changes nothing."""
    state = hass.states.get(entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        return
    now = runtime.runner.now()
    try:
        answer = await hass.services.async_call(
            "calendar",
            "get_events",
            {ATTR_ENTITY_ID: entity_id, "start_date_time": now, "end_date_time": now + AHEAD},
            blocking=True,
            return_response=True,
        )
    except HomeAssistantError as err:
        _LOGGER.debug("No events of %s: %s", entity_id, err)
        return
    content = (answer or {}).get(entity_id)
    if not isinstance(content, Mapping):
        return
    zone = ZoneInfo(runtime.site.config.timezone)
    events = [a for e in _list(content.get("events")) if (a := _appointment(e, zone)) is not None]
    await _async_apply(hass, runtime, entity_id, events)


async def _async_apply(
    hass: HomeAssistant, runtime: EvccRuntime, entity_id: str, events: list[Appointment]
) -> None:
    now, site = runtime.runner.now(), runtime.site
    titles = {name: car.config.title for name, car in site.vehicles.items()}
    wanted = appointments.wishes(events, titles, now)
    runtime.unclear_events = wanted.unclear
    given = hass.data.setdefault(_GIVEN, {})
    present = {name: car.goals.plan for name, car in site.vehicles.items()}
    busy = {
        lp.vehicle_name
        for lp in runtime.coordinator.data.loadpoints
        if lp.plan_active and lp.effective_plan_id == OWN_PLAN
    }
    todo, told = appointments.changes(wanted.plans, given.get(entity_id, {}), present, busy, now)
    given[entity_id] = told
    for change in todo:
        try:
            await runtime.async_set_soc_plan(change.vehicle, change.plan)
        except SettingError as err:  # its time has come meanwhile
            _LOGGER.debug("No plan from the calendar: %s", err)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _appointment(event: Any, zone: tzinfo) -> Appointment | None:
    """Return an event as Home Assistant tells it; one of a whole day begins with it."""
    if not isinstance(event, Mapping):
        return None
    title, start = event.get("summary"), event.get("start")
    if not isinstance(title, str) or not isinstance(start, str):
        return None
    time = dt_util.parse_datetime(start)
    if time is None and (day := dt_util.parse_date(start)) is not None:
        time = datetime(day.year, day.month, day.day, tzinfo=zone)
    if time is None:
        return None
    return Appointment(title, (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(dt_util.UTC))
