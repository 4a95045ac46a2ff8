"""Every way to change a running site: entities, actions, REST and scenarios call these, nothing else.

All refuse what cannot be with SettingError and return whether a cycle at once is asked for. None of
them touches a device: the next cycle decides with the new values.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Any

from . import boost, occurrence, phases, vehicle
from .battery import EXTERNAL_FOR
from .goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy, VehicleGoals
from .model import BatteryMode, Boost, Mode
from .parts import Loadpoint, Vehicle
from .settings import Scope, Setting, SettingError, find, parse
from .site import Site

type Target = int | str | None
"""A loadpoint by its index from 0, a vehicle by its name, None for the site."""


def change(site: Site, scope: Scope, target: Target, key: str, value: Any, now: datetime) -> bool:
    """Set one setting by its REST key or name; return whether a cycle at once is asked for.

    Setting the value that already is does nothing: timers and boost go on.
    """
    setting = find(scope, key)
    parsed = parse(setting, value)
    match scope:
        case Scope.SITE:
            return _change_site(site, setting, parsed)
        case Scope.LOADPOINT:
            return _change_loadpoint(site, loadpoint(site, target), setting, parsed)
        case Scope.VEHICLE:
            car = _vehicle(site, target)
            changed = bool(getattr(car.settings, setting.name) != parsed)
            setattr(car.settings, setting.name, parsed)
            return changed and setting.wakes


def loadpoint(site: Site, target: Target) -> Loadpoint:
    """Return the loadpoint with that index (from 0) or name."""
    for lp in site.loadpoints:
        if target in (lp.index, lp.config.name) and not isinstance(target, bool):
            return lp
    number = target + 1 if isinstance(target, int) else target
    raise SettingError("loadpoint_unknown", loadpoint=number)


def _vehicle(site: Site, name: Target) -> Vehicle:
    car = site.vehicles.get(str(name))
    if car is None:
        raise SettingError("vehicle_unknown", vehicle=name)
    return car


# ---------------------------------------------------------------------- site


def _change_site(site: Site, setting: Setting, value: Any) -> bool:
    current = getattr(site.settings, setting.name)
    if current == value:
        return False
    if setting.name in ("priority_soc", "buffer_soc", "buffer_start_soc"):
        if not site.config.batteries:
            raise SettingError("battery_missing", setting=setting.key)
        _check_soc_order(site, setting, value)
    if setting.name in ("battery_discharge_control", "battery_grid_charge_limit"):
        _require_control(site, setting.key)
    setattr(site.settings, setting.name, value)
    return setting.wakes


def _check_soc_order(site: Site, setting: Setting, value: float) -> None:
    """Keep priority ≤ buffer ≤ buffer start; zero means off and is not compared."""
    s = site.settings
    socs = {
        "priority_soc": s.priority_soc,
        "buffer_soc": s.buffer_soc,
        "buffer_start_soc": s.buffer_start_soc,
    }
    socs[setting.name] = value
    ordered = [x for x in socs.values() if x > 0]
    if ordered != sorted(ordered):
        raise SettingError(
            "soc_order",
            setting=setting.key,
            priority=socs["priority_soc"],
            buffer=socs["buffer_soc"],
            start=socs["buffer_start_soc"],
        )


def _require_control(site: Site, what: str) -> None:
    if not site.config.controllable_battery:
        raise SettingError("battery_not_controllable", setting=what)


def set_external_battery_mode(site: Site, mode: BatteryMode, now: datetime) -> bool:
    """Let an outside controller rule the battery for 60 s; it has to repeat itself. UNKNOWN ends it."""
    _require_control(site, "batteryMode")
    memory = site.memory
    if mode is not BatteryMode.UNKNOWN:
        memory.battery_mode_external = mode
        memory.external_until = now + EXTERNAL_FOR
    elif memory.battery_mode_external is not BatteryMode.UNKNOWN:
        memory.battery_mode_external = mode
    return False


def set_limit_for_all(site: Site, key: str, value: Any, now: datetime) -> bool:
    """Write smartCostLimit or smartFeedInPriorityLimit of every loadpoint."""
    wakes = False
    for lp in site.loadpoints:
        wakes = change(site, Scope.LOADPOINT, lp.index, key, value, now) or wakes
    return wakes


# ---------------------------------------------------------------------- loadpoints


def _change_loadpoint(site: Site, lp: Loadpoint, setting: Setting, value: Any) -> bool:
    special = _SPECIAL.get(setting.name)
    if special is not None:
        return special(lp, value) and setting.wakes
    if getattr(lp.settings, setting.name) == value:
        return False
    setattr(lp.settings, setting.name, value)
    if setting.name == "soc_estimate":
        vehicle.use_estimator(lp)
    return setting.wakes


def _set_mode(lp: Loadpoint, mode: Mode) -> bool:
    return vehicle.apply_mode(lp, mode)


def _set_phases(lp: Loadpoint, wanted: int) -> bool:
    physical = lp.traits.physical_phases
    if wanted == 0 and not lp.switchable:
        raise SettingError("phases_not_switchable", loadpoint=lp.config.title or lp.config.name)
    if 0 < physical < wanted:
        title = lp.config.title or lp.config.name
        raise SettingError("phases_too_many", loadpoint=title, phases=physical, wanted=wanted)
    changed = lp.settings.phases_configured != wanted
    lp.settings.phases_configured = wanted
    if not lp.switchable:
        phases.set_enabled(lp, wanted)
    return changed


def _set_min_current(lp: Loadpoint, current: float) -> bool:
    if current > lp.settings.max_current:
        high = lp.settings.max_current
        raise SettingError("min_above_max", setting="minCurrent", low=current, high=high)
    lp.settings.min_current = current
    return False


def _set_max_current(lp: Loadpoint, current: float) -> bool:
    if current < lp.settings.min_current:
        low = lp.settings.min_current
        raise SettingError("min_above_max", setting="maxCurrent", low=low, high=current)
    lp.settings.max_current = current
    return False


def _set_boost(lp: Loadpoint, on: bool) -> bool:
    if not on:
        boost.switch_off(lp)
        return False
    if not lp.solar_mode:
        raise SettingError("boost_needs_solar_mode", mode=lp.settings.mode)
    if lp.memory.boost is Boost.OFF:
        lp.memory.boost = Boost.START
        lp.settings.battery_boost = True
        return True
    return False


_SPECIAL: dict[str, Callable[[Loadpoint, Any], bool]] = {
    "mode": _set_mode,
    "phases_configured": _set_phases,
    "min_current": _set_min_current,
    "max_current": _set_max_current,
    "battery_boost": _set_boost,
}


def select_vehicle(site: Site, index: int, name: str | None, now: datetime) -> bool:
    """Say by hand which vehicle is connected; None: a guest. Ends detection."""
    lp = loadpoint(site, index)
    if lp.integrated:
        raise SettingError("vehicle_not_applicable", loadpoint=lp.config.title or lp.config.name)
    car = None if name is None else _vehicle(site, name)
    lp.memory.detection_since = None
    vehicle.assign(lp, car, site.loadpoints)
    return False


def detect_vehicle(site: Site, index: int, now: datetime) -> bool:
    """Forget the vehicle and look for it by its own status again."""
    lp = loadpoint(site, index)
    if lp.integrated or not site.vehicles:
        raise SettingError("vehicle_not_applicable", loadpoint=lp.config.title or lp.config.name)
    vehicle.assign(lp, None, site.loadpoints)
    vehicle.start_detection(lp, now)
    return False


# ---------------------------------------------------------------------- plans


def set_soc_plan(site: Site, vehicle: str, plan: SocPlan | None, now: datetime) -> bool:
    """Let a vehicle be charged once by a plan; None or a soc of 0: no more."""
    car = _vehicle(site, vehicle)
    _check_ahead(plan, now)
    wanted = None
    if plan is not None and plan.soc > 0:
        wanted = replace(plan, time=occurrence.in_utc(plan.time))
    _set_goals(site, car, replace(car.goals, plan=wanted))
    return False


def set_repeating_plans(site: Site, vehicle: str, plans: Sequence[RepeatingPlan], now: datetime) -> bool:
    """Replace all repeating plans of a vehicle; one that cannot be refuses all."""
    car = _vehicle(site, vehicle)
    for plan in plans:
        occurrence.check(plan)
    _set_goals(site, car, replace(car.goals, repeating=tuple(plans)))
    return False


def set_vehicle_strategy(site: Site, vehicle: str, strategy: Strategy, now: datetime) -> bool:
    """Say how the hours of a vehicle's plans are chosen."""
    car = _vehicle(site, vehicle)
    car.goals = replace(car.goals, strategy=strategy)
    return False


def set_energy_plan(site: Site, index: int, plan: EnergyPlan | None, now: datetime) -> bool:
    """Let a loadpoint charge an energy from now on; None or an energy of 0: no more.

    The plan that already is goes on as it is, with what it has charged so far.
    """
    lp = loadpoint(site, index)
    _check_ahead(plan, now)
    wanted = None
    if plan is not None and not isfinite(plan.energy):
        raise SettingError("value_not_number", setting="planEnergy", value=plan.energy)
    if plan is not None and plan.energy > 0:
        wanted = replace(plan, time=occurrence.in_utc(plan.time))
    if wanted == lp.goals.plan:
        return False
    lp.goals = replace(lp.goals, plan=wanted)
    lp.memory.plan_energy_offset = lp.charged_energy
    lp.planning.lock = lp.memory.plan_slot_end = None
    if wanted is None:
        lp.leave_plan()
    return True


def set_loadpoint_strategy(site: Site, index: int, strategy: Strategy, now: datetime) -> bool:
    """Say how the hours of a loadpoint's own plans are chosen."""
    lp = loadpoint(site, index)
    lp.goals = replace(lp.goals, strategy=strategy)
    return True


def _check_ahead(plan: SocPlan | EnergyPlan | None, now: datetime) -> None:
    if plan is not None and plan.time < now:
        raise SettingError("plan_in_past", time=plan.time.isoformat())


def _set_goals(site: Site, car: Vehicle, goals: VehicleGoals) -> None:
    """Let every loadpoint choose its plan anew: vehicles may stand at any of them.

    A slot that was begun for other goals of the vehicle is not finished: it may last for hours, and now
    there may be time.
    """
    changed, car.goals = goals != car.goals, goals
    for lp in site.loadpoints:
        lp.planning.lock = None
        if changed and lp.vehicle is car:
            lp.memory.plan_slot_end = None
