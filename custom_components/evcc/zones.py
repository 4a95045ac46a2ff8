"""Time zones by name, without files being read in the event loop."""

import asyncio
from collections.abc import Mapping
from typing import Any

from .core.occurrence import parse_zone
from .core.settings import SettingError
from .core.stored_goals import REPEATING


async def async_load_zone(name: str) -> None:
    """See that a time zone exists; SettingError if not. Its file is read aside, and never again."""
    await asyncio.get_running_loop().run_in_executor(None, parse_zone, name)


async def async_load_stored(settings: Mapping[str, Any]) -> None:
    """Do so for the zones of all stored repeating plans; those that do not exist are left to who reads the plans."""
    vehicles = settings.get("vehicles")
    for stored in vehicles.values() if isinstance(vehicles, dict) else ():
        plans = stored.get(REPEATING) if isinstance(stored, dict) else None
        for plan in plans if isinstance(plans, list) else ():
            try:
                await async_load_zone(str(plan.get("tz") or "") if isinstance(plan, dict) else "")
            except SettingError:
                continue
