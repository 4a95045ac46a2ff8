"""Continuing after a restart: stored settings and memory back into a site, and out of it again."""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from . import settings as table, stored_goals
from .memory import BatteryMemory, LoadpointMemory, SiteMemory, load_site
from .model import Boost, Why
from .power import Shares
from .session import SessionRecord
from .settings import SettingError

if TYPE_CHECKING:
    from .site import Site

_LATEST_END: Final = timedelta(minutes=5)
_ENDS: Final = {
    "external_until": _LATEST_END,
    "follows_by": _LATEST_END,
    "phase_retry": _LATEST_END,
    "standing_until": _LATEST_END,
    "plan_slot_end": timedelta(days=1),
}
"""The only remembered times that may lie ahead, and how far at most."""


def use(site: Site, memory: SiteMemory) -> None:
    """Make `memory` the site's; loadpoints and batteries that it does not know start fresh."""
    site.memory = memory
    site.shares = Shares(memory.green_home, memory.green_loadpoints)
    site.connections.memory = memory
    for lp in site.loadpoints:
        lp.memory = memory.loadpoints.setdefault(lp.config.name, LoadpointMemory())
        lp.use_vehicle(site.vehicles.get(lp.memory.vehicle or ""))
        if lp.vehicle is None:
            lp.memory.vehicle = lp.memory.estimator = None
        if lp.memory.estimator is not None and lp.memory.estimator.step <= 0:
            lp.memory.estimator = None  # it cannot have learned that
        lp.memory.boost = Boost.OFF  # discharging a battery on purpose is never resumed unasked
        if not lp.switchable:
            lp.memory.phases = lp.memory.phases or lp.settings.phases_configured
    for c in site.circuits:
        c.memory = memory.circuits.setdefault(c.config.name, c.memory)
    site.battery_memories = [
        memory.batteries.setdefault(b.name, BatteryMemory()) for b in site.config.batteries
    ]


def restore(site: Site, stored: dict[str, Any], memory: Any) -> list[SettingError]:
    """Take over stored settings and, if there is one, memory; return the settings that were refused.

    Settings of loadpoints and vehicles that are not there now are kept for the day they come back.
    """
    site.aside = {k: v for k, v in stored.items() if isinstance(v, dict)}
    errors = table.restore(site.settings, _part(stored, "site"))
    for lp in site.loadpoints:
        part = _part(stored, "loadpoints", lp.config.name)
        errors += table.restore(lp.settings, _without_goals(part))
        lp.goals, refused = stored_goals.load_loadpoint_goals(part)
        errors += refused
        if not lp.switchable and lp.settings.phases_configured == 0:
            lp.settings.phases_configured = lp.traits.physical_phases or 3
    for name, car in site.vehicles.items():
        part = _part(stored, "vehicles", name)
        errors += table.restore(car.settings, _without_goals(part))
        car.goals, refused = stored_goals.load_vehicle_goals(part)
        errors += refused
    remembered = SiteMemory() if memory is None else load_site(memory)
    known = set(remembered.loadpoints)
    use(site, remembered)
    for lp in site.loadpoints:
        if lp.settings.default_mode is not None and lp.config.name not in known:
            lp.settings.mode = lp.settings.default_mode
    return errors


def dump(site: Site) -> dict[str, Any]:
    """Return all settings for storage, in the shape that `restore` takes."""
    return {
        "site": table.dump(site.settings),
        "loadpoints": _part(site.aside, "loadpoints")
        | {
            lp.config.name: table.dump(lp.settings) | stored_goals.dump_goals(lp.goals)
            for lp in site.loadpoints
        },
        "vehicles": _part(site.aside, "vehicles")
        | {
            name: table.dump(car.settings) | stored_goals.dump_goals(car.goals)
            for name, car in site.vehicles.items()
        },
    }


def _without_goals(part: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in part.items() if k not in stored_goals.KEYS}


def _part(stored: dict[str, Any], *path: str) -> dict[str, Any]:
    """Return the dictionary at `path`, empty if it is not there."""
    part: Any = stored
    for key in path:
        part = part.get(key) if isinstance(part, dict) else None
    return part if isinstance(part, dict) else {}


def catch_up(part: Any, now: datetime) -> None:
    """Let nothing in the memory lie in the future: the clock was set back, or was wrong before the restart.

    Otherwise a delay would last until the clock gets there again. Session records keep their times.
    """
    if isinstance(part, dict):
        for inner in part.values():
            catch_up(inner, now)
    elif is_dataclass(part) and not isinstance(part, type | SessionRecord | Why):
        for f in fields(part):
            value = getattr(part, f.name)
            if not isinstance(value, datetime):
                catch_up(value, now)
            elif value > (latest := now + _ENDS.get(f.name, timedelta())):
                setattr(part, f.name, latest if f.name == "plan_slot_end" else now)
