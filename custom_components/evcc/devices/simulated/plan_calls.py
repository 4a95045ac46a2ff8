"""REST calls that set and remove plans, in the shapes and with the order of checks of the real ones.

That is: who, time, number, precondition, and last whether the time has passed.
"""

from collections.abc import Callable
from datetime import datetime
import re
from typing import Final

from ...core import commands
from ...core.goals import EnergyPlan, SocPlan
from . import plans
from .call import BAD_REQUEST, LOADPOINT, NUMBER, VEHICLE, RefusedCallError, Request
from .fields import ScenarioError

_TIME: Final = r"[0-9TZ:.+-]+"
_RFC3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_YEARS: Final = range(2, 9999)
"""Years that leave room to calculate: a day more or less is still a date."""


def _bad(text: str) -> RefusedCallError:
    return RefusedCallError(BAD_REQUEST, text)


def _time(r: Request) -> datetime:
    raw = r.values["time"]
    try:
        time = datetime.fromisoformat(raw) if _RFC3339.fullmatch(raw) else None
    except ValueError:
        time = None
    if time is None or time.year not in _YEARS:
        raise _bad(f"invalid time: {raw[:80]}")
    return time


def _number(raw: str, most: float) -> float:
    try:
        value = float(raw)
    except ValueError:
        raise _bad(f"invalid number: {raw[:40]}") from None
    if value > most:
        raise _bad(f"must be between 0 and {most:g}: {raw[:40]}")
    return value


def _precondition(r: Request) -> float:
    raw = r.query.get("precondition", "")
    if raw and re.fullmatch(r"[0-9]{1,18}", raw, re.ASCII) is None:
        raise _bad(f"invalid precondition: {raw[:40]}")
    return _number(raw or "0", plans.MAX_PRECONDITION)


def _body[T](read: Callable[[object], T], body: object) -> T:
    try:
        return read(body)
    except ScenarioError as err:
        raise _bad(str(err)) from None


def _set_energy(r: Request) -> object:
    time = _time(r)
    energy = _number(r.values["energy"], plans.MAX_ENERGY)
    plan = EnergyPlan(energy=energy, time=time, precondition=_precondition(r))
    return commands.set_energy_plan(r.site, r.index, plan, r.now)


def _remove_energy(r: Request) -> object:
    return commands.set_energy_plan(r.site, r.index, None, r.now)


def _set_loadpoint_strategy(r: Request) -> object:
    return commands.set_loadpoint_strategy(r.site, r.index, _body(plans.strategy, r.body), r.now)


def _set_soc(r: Request) -> object:
    time = _time(r).replace(microsecond=0)
    soc = round(_number(r.values["soc"], 100))
    plan = SocPlan(soc=soc, time=time, precondition=_precondition(r))
    return commands.set_soc_plan(r.site, r.vehicle, plan, r.now)


def _remove_soc(r: Request) -> object:
    return commands.set_soc_plan(r.site, r.vehicle, None, r.now)


def _set_repeating(r: Request) -> object:
    return commands.set_repeating_plans(r.site, r.vehicle, _body(plans.repeating_plans, r.body), r.now)


def _set_vehicle_strategy(r: Request) -> object:
    return commands.set_vehicle_strategy(r.site, r.vehicle, _body(plans.strategy, r.body), r.now)


ROWS: Final[tuple[tuple[str, str, Callable[[Request], object]], ...]] = (
    ("POST", rf"{LOADPOINT}/plan/energy/(?P<energy>{NUMBER})/(?P<time>{_TIME})", _set_energy),
    ("DELETE", rf"{LOADPOINT}/plan/energy", _remove_energy),
    ("POST", rf"{LOADPOINT}/plan/strategy", _set_loadpoint_strategy),
    ("POST", rf"{VEHICLE}/plan/soc/(?P<soc>{NUMBER})/(?P<time>{_TIME})", _set_soc),
    ("DELETE", rf"{VEHICLE}/plan/soc", _remove_soc),
    ("POST", rf"{VEHICLE}/plan/repeating", _set_repeating),
    ("POST", rf"{VEHICLE}/plan/strategy", _set_vehicle_strategy),
)
"""Method, pattern of the path, what to do."""
