"""Plans and strategies as clients send them in a body: every field is checked before anything is made of it.

What is missing or null is zero, no or empty; what is not known is left aside.
"""

from collections.abc import Mapping
import math
from typing import Any, Final

from ..core.goals import MAX_PLANS, RepeatingPlan, Strategy
from .refusals import Refused

MAX_PRECONDITION: Final = 366 * 24 * 3600
"""s. Nobody charges for a year before a target; and a date so long before one is still a date."""


def duration(seconds: float) -> int:
    """Return a duration in whole s; refuse what is none."""
    if not 0 <= seconds <= MAX_PRECONDITION:
        raise Refused(400, f"invalid duration: {seconds:.15g}")
    return int(seconds)


def strategy(body: Any) -> Strategy:
    """Return how the hours are to be chosen: `{"continuous": bool, "precondition": s}`."""
    fields = _object(body, "strategy")
    return Strategy(
        continuous=_boolean(fields, "continuous"), precondition=duration(_number(fields, "precondition"))
    )


def repeating_plans(body: Any) -> tuple[RepeatingPlan, ...]:
    """Return the plans of `{"plans": […]}` or of the list alone. What they mean is checked by the core."""
    plans = body if isinstance(body, list) else _object(body, "body").get("plans")
    if plans is None:
        return ()
    if not isinstance(plans, list):
        raise Refused(400, "plans must be a list")
    if len(plans) > MAX_PLANS:
        raise Refused(400, f"too many plans: {len(plans)} > {MAX_PLANS}")
    return tuple(_repeating(plan) for plan in plans)


def _repeating(plan: Any) -> RepeatingPlan:
    fields = _object(plan, "plan")
    soc = _number(fields, "soc")
    if not 0 <= soc <= 100:
        raise Refused(400, f"soc must be between 0 and 100: {soc:.15g}")
    return RepeatingPlan(
        weekdays=_weekdays(fields),
        time=_text(fields, "time"),
        tz=_text(fields, "tz"),
        soc=round(soc),
        active=_boolean(fields, "active"),
        precondition=duration(_number(fields, "precondition")),
    )


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused(400, f"{what} must be an object")
    return value


def _boolean(fields: Mapping[str, Any], key: str) -> bool:
    value = fields.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Refused(400, f"{key} must be true or false")
    return value


def _number(fields: Mapping[str, Any], key: str) -> float:
    value = fields.get(key)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(400, f"{key} must be a number")
    return value


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 64:
        raise Refused(400, f"{key} must be a short text")
    return value


def _weekdays(fields: Mapping[str, Any]) -> tuple[int, ...]:
    value = fields.get("weekdays")
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 7:
        raise Refused(400, "weekdays must be a list of up to seven numbers")
    if not all(isinstance(day, int) and not isinstance(day, bool) for day in value):
        raise Refused(400, "weekdays must be whole numbers")
    return tuple(dict.fromkeys(value))  # the contract tells each day once
