"""Operations of plans: what is planned, what would come of a plan, and plans of loadpoints and vehicles.

The checks come in the order that clients know: vehicle, time, number, precondition, past.
"""

import re
from typing import Any, Final

from aiohttp import web

from ..core.goals import EnergyPlan, SocPlan
from ..core.plan import Planned
from ..zones import async_load_zone
from . import answers, shapes
from .call import Call
from .document.loadpoint import strategy as told_strategy
from .document.site import repeating
from .document.values import exact, instant, seconds
from .plan_bodies import duration, repeating_plans, strategy
from .rates import rates
from .refusals import Refused
from .route import Route
from .setters import require_vehicle

ZERO_TIME: Final = "0001-01-01T00:00:00Z"
"""What is told where there is no time."""

MAX_ENERGY: Final = 10_000.0  # kWh

_PRECONDITION: Final = ("precondition",)


def _precondition(call: Call) -> int | None:
    """Return the query parameter in s; None without it."""
    raw = call.query.get("precondition", "")
    if not raw:
        return None
    if re.fullmatch(r"-?[0-9]{1,18}", raw) is None:
        raise Refused(400, f'strconv.ParseInt: parsing "{raw[:40]}": invalid syntax')
    return duration(int(raw))


def _soc(raw: str) -> int:
    soc: int = shapes.PERCENT.parse(raw)
    if soc > 100:
        raise Refused(400, f"soc must be between 0 and 100: {raw[:40]}")
    return soc


def _energy(raw: str) -> float:
    energy: float = shapes.NUMBER.parse(raw)
    if energy > MAX_ENERGY:
        raise Refused(400, f"energy must be between 0 and {MAX_ENERGY:.0f}: {raw[:40]}")
    return energy


def _planned(planned: Planned) -> dict[str, Any]:
    return {
        "planTime": ZERO_TIME if planned.time is None else instant(planned.time),
        "duration": seconds(planned.duration),
        "precondition": seconds(planned.precondition),
        "plan": None if planned.slots is None else rates(planned.slots),
        "power": exact(planned.power),
    }


# Of a loadpoint


async def _plan(call: Call) -> web.StreamResponse:
    planned = call.runtime.plan(call.index)
    return answers.result({"planId": planned.id, **_planned(planned)}, enveloped=call.enveloped)


async def _set_energy(call: Call) -> web.StreamResponse:
    time = shapes.timestamp(call.values["timestamp"])
    energy = _energy(call.values["power"])
    precondition = _precondition(call) or 0
    plan = EnergyPlan(energy=energy, time=time, precondition=precondition)
    await call.runtime.async_set_energy_plan(call.index, plan)  # of 0 kWh: remove it
    told = instant(time) if energy > 0 else ZERO_TIME
    value = {"energy": exact(energy), "precondition": precondition, "time": told}
    return answers.result(value, enveloped=call.enveloped)


async def _remove_energy(call: Call) -> web.StreamResponse:
    await call.runtime.async_set_energy_plan(call.index, None)
    return answers.result({}, enveloped=call.enveloped)


async def _preview_static(call: Call) -> web.StreamResponse:
    time = shapes.timestamp(call.values["timestamp"])
    runtime, goal = call.runtime, call.values["goal"]
    if call.values["type"] == "soc":
        planned = runtime.preview_soc(call.index, _soc(goal), time, _precondition(call))
    else:
        planned = runtime.preview_energy(call.index, _energy(goal), time, _precondition(call))
    return answers.result(_planned(planned), enveloped=call.enveloped)


async def _preview_repeating(call: Call) -> web.StreamResponse:
    values = call.values
    soc, precondition = _soc(values["soc"]), _precondition(call)
    await async_load_zone(values["timezone"])
    planned = call.runtime.preview_repeating(
        call.index,
        soc,
        values["weekdays"],
        values["hourMinuteTime"],
        values["timezone"],
        precondition,
    )
    return answers.result(_planned(planned), enveloped=call.enveloped)


async def _set_loadpoint_strategy(call: Call) -> web.StreamResponse:
    value = strategy(await call.json())
    await call.runtime.async_set_loadpoint_strategy(call.index, value)
    return answers.result(told_strategy(value), enveloped=call.enveloped)


# Of a vehicle


async def _set_soc(call: Call) -> web.StreamResponse:
    vehicle = require_vehicle(call)
    time = shapes.timestamp(call.values["timestamp"])
    soc = _soc(call.values["soc"])
    precondition = _precondition(call) or 0
    plan = SocPlan(soc=soc, time=time.replace(microsecond=0), precondition=precondition)
    await call.runtime.async_set_soc_plan(vehicle, plan)  # of 0 %: remove it
    told = instant(plan.time) if soc > 0 else ZERO_TIME
    value = {"soc": soc, "precondition": precondition, "time": told}
    return answers.result(value, enveloped=call.enveloped)


async def _remove_soc(call: Call) -> web.StreamResponse:
    await call.runtime.async_set_soc_plan(require_vehicle(call), None)
    return answers.result({}, enveloped=call.enveloped)


async def _set_repeating(call: Call) -> web.StreamResponse:
    """Replace all repeating plans; the answer has the form of the body, for newer clients never wrapped."""
    vehicle = require_vehicle(call)
    body = await call.json()
    plans = repeating_plans(body)
    for zone in {plan.tz for plan in plans}:
        await async_load_zone(zone)
    await call.runtime.async_set_repeating_plans(vehicle, plans)
    told: Any = [repeating(plan, modern=False) for plan in plans]
    if call.enveloped and isinstance(body, dict):
        told = {"plans": told if body.get("plans") is not None else None}
    return answers.result(told, enveloped=call.enveloped)


async def _set_vehicle_strategy(call: Call) -> web.StreamResponse:
    vehicle = require_vehicle(call)
    value = strategy(await call.json())
    await call.runtime.async_set_vehicle_strategy(vehicle, value)
    return answers.result(told_strategy(value), enveloped=call.enveloped)


_LOADPOINT: Final = {"id": shapes.NUMBERED}
_VEHICLE: Final = {"name": shapes.NAME}

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path="/loadpoints/{id}/plan",
        handle=_plan,
        tag="Loadpoints",
        summary="What is planned",
        answer="Plan",
        shapes=_LOADPOINT,
    ),
    Route(
        method="POST",
        path="/loadpoints/{id}/plan/energy/{power}/{timestamp}",
        handle=_set_energy,
        tag="Loadpoints",
        summary="Have this energy (kWh) charged by this time",
        answer="EnergyPlan",
        shapes={
            **_LOADPOINT,
            "power": shapes.raw(shapes.NUMBER),
            "timestamp": shapes.raw(shapes.TIMESTAMP),
        },
        query=_PRECONDITION,
    ),
    Route(
        method="DELETE",
        path="/loadpoints/{id}/plan/energy",
        handle=_remove_energy,
        tag="Loadpoints",
        summary="Remove the plan for an energy",
        answer="EmptyResult",
        shapes=_LOADPOINT,
    ),
    Route(
        method="GET",
        path="/loadpoints/{id}/plan/static/preview/{type}/{goal}/{timestamp}",
        handle=_preview_static,
        tag="Loadpoints",
        summary="What would come of a plan for a state of charge (%) or an energy (kWh)",
        answer="PlanRatesResult",
        shapes={
            **_LOADPOINT,
            "type": shapes.GOAL,
            "goal": shapes.raw(shapes.NUMBER),
            "timestamp": shapes.raw(shapes.TIMESTAMP),
        },
        query=_PRECONDITION,
    ),
    Route(
        method="GET",
        path="/loadpoints/{id}/plan/repeating/preview/{soc}/{weekdays}/{hourMinuteTime}/{timezone}",
        handle=_preview_repeating,
        tag="Loadpoints",
        summary="What would come of a repeating plan",
        answer="PlanRatesResult",
        shapes={
            **_LOADPOINT,
            "soc": shapes.raw(shapes.PERCENT),
            "weekdays": shapes.WEEKDAYS,
            "hourMinuteTime": shapes.CLOCK,
            "timezone": shapes.TIMEZONE,
        },
        query=_PRECONDITION,
    ),
    Route(
        method="POST",
        path="/loadpoints/{id}/plan/strategy",
        handle=_set_loadpoint_strategy,
        tag="Loadpoints",
        summary="Say how the hours of plans for an energy are chosen",
        answer="PlanStrategy",
        shapes=_LOADPOINT,
        body="PlanStrategy",
        contract=False,
    ),
    Route(
        method="POST",
        path="/vehicles/{name}/plan/soc/{soc}/{timestamp}",
        handle=_set_soc,
        tag="Vehicles",
        summary="Have this state of charge reached by this time",
        answer="SocPlan",
        shapes={**_VEHICLE, "soc": shapes.raw(shapes.PERCENT), "timestamp": shapes.raw(shapes.TIMESTAMP)},
        query=_PRECONDITION,
    ),
    Route(
        method="DELETE",
        path="/vehicles/{name}/plan/soc",
        handle=_remove_soc,
        tag="Vehicles",
        summary="Remove the plan for a state of charge",
        answer="EmptyResult",
        shapes=_VEHICLE,
    ),
    Route(
        method="POST",
        path="/vehicles/{name}/plan/repeating",
        handle=_set_repeating,
        tag="Vehicles",
        summary="Replace all repeating plans",
        answer="RepeatingPlansResult",
        shapes=_VEHICLE,
        body="RepeatingPlans",
    ),
    Route(
        method="POST",
        path="/vehicles/{name}/plan/strategy",
        handle=_set_vehicle_strategy,
        tag="Vehicles",
        summary="Say how the hours of the vehicle's plans are chosen",
        answer="PlanStrategy",
        shapes=_VEHICLE,
        body="PlanStrategy",
        contract=False,
    ),
)
