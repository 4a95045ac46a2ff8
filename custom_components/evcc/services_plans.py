"""Actions about plans, and about the prices that they go by. Times without a zone are those of the home."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any, Final
from zoneinfo import ZoneInfo

import voluptuous as vol

from homeassistant.core import ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType

from .action import Action, Called
from .core import plan_figures, planner, rules
from .core.goals import MAX_PLANS, WEEKDAYS, EnergyPlan, RepeatingPlan, SocPlan, Strategy
from .core.plan import Planned
from .core.rates import Slot, Tariff, TariffKind, Tariffs
from .errors import refusal
from .plan_controls import require_capacity
from .targets import ATTR_VEHICLE, LOADPOINT_FIELDS, find_vehicle
from .zones import async_load_zone

ATTR_ACTIVE: Final = "active"
ATTR_CONTINUOUS: Final = "continuous"
ATTR_END: Final = "end"
ATTR_ENERGY: Final = "energy"
ATTR_PLANS: Final = "plans"
ATTR_PRECONDITION: Final = "precondition"
ATTR_SOC: Final = "soc"
ATTR_START: Final = "start"
ATTR_TIME: Final = "time"
ATTR_TIMEZONE: Final = "timezone"
ATTR_USAGE: Final = "usage"
ATTR_WEEKDAYS: Final = "weekdays"

_LONG: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
DAY_NAMES: Final = {word: day for day in range(7) for word in (WEEKDAYS[day], _LONG[day], str(day))}

USAGES: Final[Mapping[str, Callable[[Tariffs], Tariff | None]]] = {
    "grid": lambda tariffs: tariffs.grid,
    "feedin": lambda tariffs: tariffs.feedin,
    "co2": lambda tariffs: tariffs.co2,
    "solar": lambda tariffs: tariffs.solar,
    "planner": lambda tariffs: tariffs.consumption,
}


def weekday(value: Any) -> int:
    """Return the day of the week, 0 for Sunday, of its number or English name; vol.Invalid if it is none."""
    try:
        return DAY_NAMES[str(value).strip().lower()]
    except KeyError:
        raise vol.Invalid(f"{value} is not a day of the week: use mon to sun, or 0 (Sunday) to 6") from None


MINUTES: Final = vol.All(vol.Coerce(float), vol.Range(min=0, max=10_080))  # a week: all of it
SOC: Final = vol.All(vol.Coerce(int), vol.Range(min=1, max=100))
ENERGY: Final = vol.All(vol.Coerce(float), vol.Range(min=0, min_included=False, max=10_000))
PRECONDITION: Final[VolDictType] = {vol.Optional(ATTR_PRECONDITION): MINUTES}
REPEATING: Final = vol.Schema(
    {
        vol.Required(ATTR_WEEKDAYS): vol.All(cv.ensure_list, [weekday]),
        vol.Required(ATTR_TIME): cv.time,
        vol.Required(ATTR_SOC): SOC,
        vol.Optional(ATTR_TIMEZONE): cv.string,
        vol.Optional(ATTR_ACTIVE, default=True): cv.boolean,
        **PRECONDITION,
    }
)


# Plans


async def _set_vehicle_plan(called: Called) -> ServiceResponse:
    """Set the plan; tell what it comes to where the vehicle is connected."""
    runtime, data, vehicle = called.runtime, called.call.data, _vehicle_with_battery(called)
    plan = SocPlan(soc=data[ATTR_SOC], time=_moment(called, data[ATTR_TIME]), precondition=_seconds(data))
    await runtime.async_set_soc_plan(vehicle, plan)
    for lp in runtime.site.loadpoints:
        if lp.vehicle is not None and lp.vehicle.config.name == vehicle and rules.soc_based(lp):
            planned = runtime.preview_soc(lp.index, plan.soc, plan.time, plan.precondition or None)
            return {"loadpoint": lp.index + 1, **_told(called, planned)}
    return {"loadpoint": None}


async def _set_energy_plan(called: Called) -> ServiceResponse:
    """Set the plan; tell what it comes to where it counts: at the first of the loadpoints, if there are several."""
    runtime, data, indexes = called.runtime, called.call.data, called.indexes
    plan = EnergyPlan(
        energy=data[ATTR_ENERGY], time=_moment(called, data[ATTR_TIME]), precondition=_seconds(data)
    )
    for index in indexes:
        await runtime.async_set_energy_plan(index, plan)
    if rules.soc_based(runtime.site.loadpoints[indexes[0]]):
        return {"loadpoint": None}
    return {"loadpoint": indexes[0] + 1, **_told(called, runtime.plan(indexes[0]))}


async def _set_repeating_plans(called: Called) -> None:
    asked, home = called.call.data[ATTR_PLANS], called.runtime.site.config.timezone
    vehicle = _vehicle_with_battery(called) if asked else _vehicle(called)
    if len(asked) > MAX_PLANS:
        raise refusal("plans_too_many", most=MAX_PLANS)
    if not all(plan[ATTR_WEEKDAYS] for plan in asked):
        raise refusal("weekdays_missing")
    plans = [
        RepeatingPlan(
            weekdays=tuple(sorted(set(plan[ATTR_WEEKDAYS]))),
            time=plan[ATTR_TIME].strftime("%H:%M"),
            tz=plan.get(ATTR_TIMEZONE, home),
            soc=plan[ATTR_SOC],
            active=plan[ATTR_ACTIVE],
            precondition=_seconds(plan),
        )
        for plan in asked
    ]
    for zone in {plan.tz for plan in plans}:
        await async_load_zone(zone)
    await called.runtime.async_set_repeating_plans(vehicle, plans)


async def _remove_plan(called: Called) -> None:
    if ATTR_VEHICLE in called.call.data:
        await called.runtime.async_set_soc_plan(_vehicle(called), None)
        return
    for index in called.indexes:
        await called.runtime.async_set_energy_plan(index, None)


async def _set_strategy(called: Called) -> None:
    runtime, data = called.runtime, called.call.data
    if ATTR_VEHICLE in data:
        vehicle = _vehicle(called)
        present = runtime.site.vehicles[vehicle].goals.strategy
        await runtime.async_set_vehicle_strategy(vehicle, _strategy(present, data))
        return
    for index in called.indexes:
        present = runtime.site.loadpoints[index].goals.strategy
        await runtime.async_set_loadpoint_strategy(index, _strategy(present, data))


def _strategy(present: Strategy, data: Mapping[str, Any]) -> Strategy:
    """Return the strategy with what is said anew."""
    if ATTR_CONTINUOUS in data:
        present = replace(present, continuous=data[ATTR_CONTINUOUS])
    if ATTR_PRECONDITION in data:
        present = replace(present, precondition=_seconds(data))
    return present


def _vehicle(called: Called) -> str:
    return find_vehicle(called.hass, called.runtime.site, called.call.data[ATTR_VEHICLE]).name


def _vehicle_with_battery(called: Called) -> str:
    """Return the vehicle's name; ServiceValidationError if a state of charge says nothing about its energy."""
    config = find_vehicle(called.hass, called.runtime.site, called.call.data[ATTR_VEHICLE])
    require_capacity(config.title or config.name, config.capacity)
    return config.name


def _seconds(data: Mapping[str, Any]) -> float:
    return float(data.get(ATTR_PRECONDITION, 0.0)) * 60.0


def _zone(called: Called) -> ZoneInfo:
    return ZoneInfo(called.runtime.site.config.timezone)


def _moment(called: Called, time: datetime) -> datetime:
    """Return a time of an action; without a zone it is that of the home."""
    return time if time.tzinfo else time.replace(tzinfo=_zone(called))


# Answers


async def _preview(called: Called) -> ServiceResponse:
    """Tell what a plan would come to; with no goal, what the present plan comes to."""
    runtime, data, indexes = called.runtime, called.call.data, called.indexes
    if len(indexes) != 1:
        raise refusal("loadpoint_missing")
    index = indexes[0]
    if (ATTR_SOC in data or ATTR_ENERGY in data) and ATTR_TIME not in data:
        raise refusal("plan_time_missing")
    precondition = _seconds(data) if ATTR_PRECONDITION in data else None
    if ATTR_SOC in data:
        planned = runtime.preview_soc(index, data[ATTR_SOC], _moment(called, data[ATTR_TIME]), precondition)
    elif ATTR_ENERGY in data:
        time = _moment(called, data[ATTR_TIME])
        planned = runtime.preview_energy(index, data[ATTR_ENERGY], time, precondition)
    else:
        planned = runtime.plan(index)
    return _told(called, planned)


def _told(called: Called, planned: Planned) -> dict[str, Any]:
    runtime, zone = called.runtime, _zone(called)
    now, slots = runtime.runner.now(), planned.slots or ()
    price = plan_figures.mean_price(slots, runtime.tariffs(now).consumption)
    cost = plan_figures.cost(slots, planned.power, price)
    late = None
    if planned.time is not None and planned.power > 0:
        late = ceil(max(0.0, planned.duration - (planned.time - now).total_seconds()) / 60)
    return {
        "ready_by": _local(planned.time, zone),
        "in_time": None if late is None else late == 0,
        "late": late,
        "reached": late is not None and planned.duration <= 0,
        "start": _local(slots[0].start, zone) if slots else None,
        "end": _local(slots[-1].end, zone) if slots else None,
        "duration": round(planned.duration / 60, 1),
        "precondition": round(planned.precondition / 60, 1),
        "power": round(planned.power, 1),
        "energy": round(plan_figures.energy(slots, planned.power), 3),
        "cost": None if cost is None else round(cost, 4),
        "average_price": None if price is None else round(price, 5),
        "currency": runtime.site.config.currency,
        "slots": _slots(slots, zone),
    }


async def _get_rates(called: Called) -> ServiceResponse:
    runtime, data = called.runtime, called.call.data
    usage, now = data[ATTR_USAGE], runtime.runner.now()
    tariff = USAGES[usage](runtime.tariffs(now))
    if tariff is None:
        raise refusal("tariff_missing", usage=usage)
    begin = _moment(called, data[ATTR_START]) if ATTR_START in data else now
    end = _moment(called, data[ATTR_END]) if ATTR_END in data else None
    slots = [s for s in tariff.slots if s.end > begin and (end is None or s.start < end)]
    values = [s.value for s in slots]
    return {
        "usage": usage,
        "kind": str(tariff.kind),
        "unit": _unit(tariff.kind, runtime.site.config.currency),
        "currency": runtime.site.config.currency,
        "rates": _slots(slots, _zone(called)),
        "lowest": min(values, default=None),
        "highest": max(values, default=None),
        "mean": round(planner.average(slots), 6) if slots else None,
    }


def _unit(kind: TariffKind, currency: str) -> str:
    match kind:
        case TariffKind.CO2:
            return "g/kWh"
        case TariffKind.SOLAR:
            return "W"
        case _:
            return f"{currency}/kWh"


def _slots(slots: Iterable[Slot], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [{"start": _local(s.start, zone), "end": _local(s.end, zone), "value": s.value} for s in slots]


def _local(time: datetime | None, zone: ZoneInfo) -> str | None:
    if time is None:
        return None
    try:
        return time.astimezone(zone).isoformat()
    except OverflowError:  # at the very ends of the calendar
        return time.isoformat()


VEHICLE: Final[VolDictType] = {vol.Required(ATTR_VEHICLE): cv.string}
EITHER: Final[VolDictType] = {**LOADPOINT_FIELDS, vol.Optional(ATTR_VEHICLE): cv.string}

PLAN_ACTIONS: Final = (
    Action(
        "set_vehicle_plan",
        _set_vehicle_plan,
        {**VEHICLE, vol.Required(ATTR_SOC): SOC, vol.Required(ATTR_TIME): cv.datetime, **PRECONDITION},
        tells=True,
    ),
    Action(
        "set_loadpoint_energy_plan",
        _set_energy_plan,
        {
            **LOADPOINT_FIELDS,
            vol.Required(ATTR_ENERGY): ENERGY,
            vol.Required(ATTR_TIME): cv.datetime,
            **PRECONDITION,
        },
        tells=True,
    ),
    Action(
        "set_repeating_plans",
        _set_repeating_plans,
        {**VEHICLE, vol.Required(ATTR_PLANS): vol.All(cv.ensure_list, [REPEATING])},
    ),
    Action("remove_plan", _remove_plan, EITHER),
    Action(
        "set_plan_strategy",
        _set_strategy,
        {**EITHER, vol.Optional(ATTR_CONTINUOUS): cv.boolean, **PRECONDITION},
    ),
    Action(
        "preview_plan",
        _preview,
        {
            **LOADPOINT_FIELDS,
            vol.Exclusive(ATTR_SOC, "goal"): SOC,
            vol.Exclusive(ATTR_ENERGY, "goal"): ENERGY,
            vol.Optional(ATTR_TIME): cv.datetime,
            **PRECONDITION,
        },
        query=True,
    ),
    Action(
        "get_rates",
        _get_rates,
        {
            vol.Required(ATTR_USAGE): vol.In(USAGES),
            vol.Optional(ATTR_START): cv.datetime,
            vol.Optional(ATTR_END): cv.datetime,
        },
        query=True,
    ),
)
