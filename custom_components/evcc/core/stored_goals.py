"""Plans as they are stored beside the settings, and back; what cannot be read is reported and left out."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from . import occurrence
from .goals import EnergyPlan, LoadpointGoals, RepeatingPlan, SocPlan, Strategy, VehicleGoals
from .memory import dump
from .settings import SettingError

PLAN: Final = "plan"
REPEATING: Final = "repeatingPlans"
STRATEGY: Final = "planStrategy"
KEYS: Final = frozenset({PLAN, REPEATING, STRATEGY})

_SANE: Final = 2000
"""No plan is for a year before this."""

_LARGEST: Final = 1e9
"""No %, kWh or s of a plan lies beyond this."""


def dump_goals(goals: VehicleGoals | LoadpointGoals) -> dict[str, Any]:
    """Return JSON values of what is planned; only what there is."""
    stored: dict[str, Any] = {}
    if goals.plan is not None:
        stored[PLAN] = dump(goals.plan)
    if isinstance(goals, VehicleGoals) and goals.repeating:
        stored[REPEATING] = dump(goals.repeating)
    if goals.strategy != Strategy():
        stored[STRATEGY] = dump(goals.strategy)
    return stored


def load_vehicle_goals(stored: dict[str, Any]) -> tuple[VehicleGoals, list[SettingError]]:
    """Return the goals of a vehicle, and what of them could not be read."""
    errors: list[SettingError] = []
    plan = None
    if (part := stored.get(PLAN)) is not None:
        soc, time = _whole(_of(part, "soc")), _time(_of(part, "time"))
        if soc is None or time is None:
            errors.append(SettingError("plan_unreadable", plan=part))
        else:
            plan = SocPlan(soc=soc, time=time, precondition=_seconds(part))
    repeating = tuple(_repeating(stored.get(REPEATING), errors))
    return VehicleGoals(plan=plan, repeating=repeating, strategy=_strategy(stored, errors)), errors


def load_loadpoint_goals(stored: dict[str, Any]) -> tuple[LoadpointGoals, list[SettingError]]:
    """Return the goals of a loadpoint, and what of them could not be read."""
    errors: list[SettingError] = []
    plan = None
    if (part := stored.get(PLAN)) is not None:
        energy, time = _number(_of(part, "energy")), _time(_of(part, "time"))
        if energy is None or energy <= 0 or time is None:
            errors.append(SettingError("plan_unreadable", plan=part))
        else:
            plan = EnergyPlan(energy=energy, time=time, precondition=_seconds(part))
    return LoadpointGoals(plan=plan, strategy=_strategy(stored, errors)), errors


def _repeating(stored: Any, errors: list[SettingError]) -> Iterable[RepeatingPlan]:
    if stored is not None and not isinstance(stored, list):
        errors.append(SettingError("plan_unreadable", plan=stored))
        return
    for part in stored or ():
        soc, days = _whole(_of(part, "soc")), _of(part, "weekdays")
        if soc is None or not isinstance(days, list) or not all(isinstance(d, int) for d in days):
            errors.append(SettingError("plan_unreadable", plan=part))
            continue
        plan = RepeatingPlan(
            weekdays=tuple(days),
            time=str(_of(part, "time")),
            tz=str(_of(part, "tz") or ""),
            soc=soc,
            active=_of(part, "active") is True,
            precondition=_seconds(part),
        )
        try:
            occurrence.check(plan)
        except SettingError as err:
            errors.append(err)
        else:
            yield plan


def _strategy(stored: dict[str, Any], errors: list[SettingError]) -> Strategy:
    part = stored.get(STRATEGY)
    if part is None:
        return Strategy()
    if not isinstance(part, dict):
        errors.append(SettingError("plan_unreadable", plan=part))
        return Strategy()
    return Strategy(continuous=part.get("continuous") is True, precondition=_seconds(part))


def _of(part: Any, key: str) -> Any:
    return part.get(key) if isinstance(part, dict) else None


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST
    return float(value) if usable else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number.is_integer() else None


def _seconds(part: Any) -> float:
    return max(0.0, _number(_of(part, "precondition")) or 0.0)


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(value))
        return time.astimezone(UTC) if time.tzinfo is not None and time.year >= _SANE else None
    except ValueError, OverflowError:
        return None
