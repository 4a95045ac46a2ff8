"""Actions: what automations, scripts and the developer tools can do with the site and ask of it."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from typing import Any, Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util

from .action import Action, Called
from .const import DOMAIN
from .coordinator import EvccConfigEntry
from .core.memory import dump
from .core.model import BatteryMode
from .core.settings import Scope
from .errors import refusal, user_errors
from .services_plans import ATTR_ENERGY, ATTR_SOC, PLAN_ACTIONS
from .targets import ATTR_LOADPOINT, ATTR_VEHICLE, LOADPOINT_FIELDS, find_vehicle, names_loadpoints

ATTR_LIMIT: Final = "limit"
ATTR_MODE: Final = "mode"
ATTR_MONTH: Final = "month"
ATTR_SESSION: Final = "session_id"
ATTR_SETTING: Final = "setting"
ATTR_VALUE: Final = "value"
ATTR_YEAR: Final = "year"

FORCED_MODES: Final = [str(m) for m in BatteryMode if m is not BatteryMode.UNKNOWN]
SESSION: Final[VolDictType] = {vol.Required(ATTR_SESSION): cv.positive_int}


# Loadpoints


async def _set_vehicle(called: Called) -> None:
    vehicle = find_vehicle(called.hass, called.runtime.site, called.call.data[ATTR_VEHICLE])
    for index in called.indexes:
        await called.runtime.async_select_vehicle(index, vehicle.name)


async def _remove_vehicle(called: Called) -> None:
    for index in called.indexes:
        await called.runtime.async_select_vehicle(index, None)


async def _detect_vehicle(called: Called) -> None:
    for index in called.indexes:
        await called.runtime.async_detect_vehicle(index)


def _change(key: str, field_name: str | None) -> Callable[[Called], Awaitable[None]]:
    """Return what sets a loadpoint's setting to the value of a field, or switches it off."""

    async def run(called: Called) -> None:
        value = None if field_name is None else called.call.data[field_name]
        for index in called.indexes:
            await called.runtime.async_change(Scope.LOADPOINT, index, key, value)

    return run


def _change_limit(key: str, field_name: str | None) -> Callable[[Called], Awaitable[None]]:
    """Return what does so for the loadpoints that are named, or for all."""
    change = _change(key, field_name)

    async def run(called: Called) -> None:
        if names_loadpoints(called.call):
            await change(called)
            return
        value = None if field_name is None else called.call.data[field_name]
        await called.runtime.async_set_limit_for_all(key, value)

    return run


async def _change_setting(called: Called) -> None:
    data, runtime = called.call.data, called.runtime
    key, value = data[ATTR_SETTING], data.get(ATTR_VALUE)
    if ATTR_VEHICLE in data:
        vehicle = find_vehicle(called.hass, runtime.site, data[ATTR_VEHICLE])
        await runtime.async_change(Scope.VEHICLE, vehicle.name, key, value)
    elif names_loadpoints(called.call):
        for index in called.indexes:
            await runtime.async_change(Scope.LOADPOINT, index, key, value)
    else:
        await runtime.async_change(Scope.SITE, None, key, value)


# Home battery


async def _set_battery_mode(called: Called) -> None:
    await called.runtime.async_set_battery_mode(BatteryMode(called.call.data[ATTR_MODE]))


async def _clear_battery_mode(called: Called) -> None:
    await called.runtime.async_set_battery_mode(BatteryMode.UNKNOWN)


# Sessions and state


async def _get_sessions(called: Called) -> ServiceResponse:
    data = called.call.data
    year = data.get(ATTR_YEAR)
    if year is None and ATTR_MONTH in data:
        year = dt_util.now().year
    sessions = await called.runtime.sessions.async_list(
        year=year,
        month=data.get(ATTR_MONTH),
        tz=dt_util.get_default_time_zone(),
        limit=data.get(ATTR_LIMIT),
    )
    return {"sessions": dump(sessions)}


async def _update_session(called: Called) -> None:
    data, runtime = called.call.data, called.runtime
    session = data[ATTR_SESSION]
    if not await runtime.async_update_session(
        session, vehicle=data.get(ATTR_VEHICLE), loadpoint=data.get(ATTR_LOADPOINT)
    ):
        raise refusal("session_unknown", session=session)


async def _delete_session(called: Called) -> None:
    session = called.call.data[ATTR_SESSION]
    if not await called.runtime.async_delete_session(session):
        raise refusal("session_unknown", session=session)


async def _get_statistics(called: Called) -> ServiceResponse:
    runtime = called.runtime
    periods = await runtime.sessions.async_statistics(runtime.runner.now(), dt_util.get_default_time_zone())
    return {period: asdict(figures) for period, figures in periods.items()}


async def _get_state(called: Called) -> ServiceResponse:
    state: ServiceResponse = dump(called.runtime.coordinator.data)
    return state


PRICE: Final[VolDictType] = {vol.Required(ATTR_LIMIT): vol.Coerce(float)}

ACTIONS: Final = (
    Action("set_vehicle", _set_vehicle, {**LOADPOINT_FIELDS, vol.Required(ATTR_VEHICLE): cv.string}),
    Action("remove_vehicle", _remove_vehicle, LOADPOINT_FIELDS),
    Action("detect_vehicle", _detect_vehicle, LOADPOINT_FIELDS),
    Action(
        "set_limit_soc",
        _change("limitSoc", ATTR_SOC),
        {**LOADPOINT_FIELDS, vol.Required(ATTR_SOC): vol.Coerce(float)},
    ),
    Action(
        "set_limit_energy",
        _change("limitEnergy", ATTR_ENERGY),
        {**LOADPOINT_FIELDS, vol.Required(ATTR_ENERGY): vol.Coerce(float)},
    ),
    Action(
        "set_smart_cost_limit", _change_limit("smartCostLimit", ATTR_LIMIT), {**LOADPOINT_FIELDS, **PRICE}
    ),
    Action("remove_smart_cost_limit", _change_limit("smartCostLimit", None), LOADPOINT_FIELDS),
    Action(
        "set_feed_in_priority_limit",
        _change_limit("smartFeedInPriorityLimit", ATTR_LIMIT),
        {**LOADPOINT_FIELDS, **PRICE},
    ),
    Action(
        "remove_feed_in_priority_limit", _change_limit("smartFeedInPriorityLimit", None), LOADPOINT_FIELDS
    ),
    Action(
        "change_setting",
        _change_setting,
        {
            **LOADPOINT_FIELDS,
            vol.Optional(ATTR_VEHICLE): cv.string,
            vol.Required(ATTR_SETTING): cv.string,
            vol.Optional(ATTR_VALUE): vol.Any(None, bool, int, float, str),
        },
    ),
    Action("set_battery_mode", _set_battery_mode, {vol.Required(ATTR_MODE): vol.In(FORCED_MODES)}),
    Action("clear_battery_mode", _clear_battery_mode),
    Action(
        "get_sessions",
        _get_sessions,
        {
            vol.Optional(ATTR_YEAR): vol.All(vol.Coerce(int), vol.Range(min=1970, max=9998)),
            vol.Optional(ATTR_MONTH): vol.All(vol.Coerce(int), vol.Range(min=1, max=12)),
            vol.Optional(ATTR_LIMIT): vol.All(vol.Coerce(int), vol.Range(min=1)),
        },
        query=True,
    ),
    Action(
        "update_session",
        _update_session,
        {**SESSION, vol.Optional(ATTR_VEHICLE): cv.string, vol.Optional(ATTR_LOADPOINT): cv.string},
        admin=True,
    ),
    Action("delete_session", _delete_session, SESSION, admin=True),
    Action("get_statistics", _get_statistics, query=True),
    Action("get_state", _get_state, query=True),
    *PLAN_ACTIONS,
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register all actions, once per process: each call looks for the running site."""
    for action in ACTIONS:
        schema = vol.Schema(action.fields)
        handle = _handler(hass, action)
        if action.admin:
            service.async_register_admin_service(hass, DOMAIN, action.name, handle, schema, action.answers)
        else:
            hass.services.async_register(DOMAIN, action.name, handle, schema, action.answers)


def _handler(
    hass: HomeAssistant, action: Action
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def handle(call: ServiceCall) -> ServiceResponse:
        entry: EvccConfigEntry = service.async_get_config_entry(hass, DOMAIN, None)
        with user_errors():
            return await action.run(Called(hass, entry.runtime_data, call))

    return handle
