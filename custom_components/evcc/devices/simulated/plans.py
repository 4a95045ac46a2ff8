"""Plans as a scenario writes them: of vehicles and loadpoints in its file, and in the bodies of its calls.

In the file they are settings like others: a vehicle has `plan` (`soc`, `time`, `precondition`),
`repeatingPlans` and `planStrategy`, a loadpoint `planEnergy`, `planTime`, `planPrecondition` and `planStrategy`.
A time that has passed may be given. Durations are s.
"""

from typing import Any, Final

from ...core import occurrence
from ...core.goals import (
    MAX_PLANS,
    EnergyPlan,
    LoadpointGoals,
    RepeatingPlan,
    SocPlan,
    Strategy,
    VehicleGoals,
)
from ...core.settings import SettingError
from .fields import Fields, ScenarioError, describe

VEHICLE_KEYS: Final = ("plan", "repeatingPlans", "planStrategy")
LOADPOINT_KEYS: Final = ("planEnergy", "planTime", "planPrecondition", "planStrategy")

MAX_ENERGY: Final = 10_000.0  # kWh
MAX_PRECONDITION: Final = 366 * 24 * 3600.0  # s

_PLAN: Final = ("soc", "time", "precondition")
_REPEATING: Final = ("weekdays", "time", "tz", "soc", "active", "precondition")
_STRATEGY: Final = ("continuous", "precondition")


def vehicle_goals(fields: Fields, tz: str) -> VehicleGoals:
    """Return what a vehicle of the file has planned. Repeating plans without a zone go by `tz`."""
    plan = None
    if fields.raw("plan", None) is not None:
        own = fields.part("plan", _PLAN)
        plan = SocPlan(soc=_soc(own), time=own.time("time"), precondition=_precondition(own))
    repeating = []
    for item in fields.items("repeatingPlans", _REPEATING):
        found = _repeating(item, tz=tz, active=True)
        try:
            occurrence.check(found)
        except SettingError as err:
            raise ScenarioError(item.where, describe(err)) from None
        repeating.append(found)
    return VehicleGoals(plan=plan, repeating=tuple(repeating), strategy=_strategy_of(fields))


def loadpoint_goals(fields: Fields) -> LoadpointGoals:
    """Return what a loadpoint of the file has planned."""
    plan = None
    if "planEnergy" in fields or "planTime" in fields:
        energy = fields.number("planEnergy", above=0, high=MAX_ENERGY)
        precondition = _precondition(fields, "planPrecondition")
        plan = EnergyPlan(energy=energy, time=fields.time("planTime"), precondition=precondition)
    return LoadpointGoals(plan=plan, strategy=_strategy_of(fields))


def strategy(body: Any) -> Strategy:
    """Return the strategy of a call's body; raise ScenarioError for what is none."""
    return _strategy(_fields(body, "strategy"))


def repeating_plans(body: Any) -> tuple[RepeatingPlan, ...]:
    """Return the plans of a call's body, `{"plans": […]}` or the list alone; ScenarioError for what is none.

    What is missing is zero or no, the zone UTC; whether days and zones exist is checked by the command.
    """
    plans = body if isinstance(body, list) else _fields(body, "body").raw("plans", ())
    if not isinstance(plans, list | tuple):
        raise ScenarioError("plans", "must be a list")
    if len(plans) > MAX_PLANS:
        raise ScenarioError("plans", f"are too many: {len(plans)} > {MAX_PLANS}")
    return tuple(
        _repeating(_fields(plan, f"plans[{i}]"), tz="", active=False) for i, plan in enumerate(plans)
    )


def _fields(value: Any, where: str) -> Fields:
    """Return the fields of a body: null is as good as absent, other keys are left aside."""
    given = {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
    return Fields(given, where, ())


def _repeating(fields: Fields, *, tz: str, active: bool) -> RepeatingPlan:
    days = fields.raw("weekdays", [])
    usable = isinstance(days, list) and len(days) <= 7
    if not usable or any(isinstance(d, bool) or not isinstance(d, int) for d in days):
        raise ScenarioError(fields.path("weekdays"), "must be a list of up to seven numbers, 0 is Sunday")
    return RepeatingPlan(
        weekdays=tuple(days),
        time=fields.text("time", ""),
        tz=fields.text("tz", tz),
        soc=_soc(fields, 0),
        active=fields.flag("active", active),
        precondition=_precondition(fields),
    )


def _strategy_of(fields: Fields) -> Strategy:
    return _strategy(fields.part("planStrategy", _STRATEGY))


def _strategy(fields: Fields) -> Strategy:
    return Strategy(continuous=fields.flag("continuous", False), precondition=_precondition(fields))


def _soc(fields: Fields, *default: float) -> int:
    return round(fields.number("soc", *default, low=0, high=100))


def _precondition(fields: Fields, key: str = "precondition") -> float:
    return float(int(fields.number(key, 0, low=0, high=MAX_PRECONDITION)))
