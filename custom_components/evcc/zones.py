"""Time zones by name, without files being read in the event loop."""

from homeassistant.util import dt as dt_util

from .core.settings import SettingError


async def async_load_zone(name: str) -> None:
    """See that a time zone exists. Its file is read aside; from now on it is found in memory."""
    if not name:
        return  # UTC
    try:
        zone = await dt_util.async_get_time_zone(name)
    except ValueError, OSError:
        zone = None  # the name of a folder, or of a file elsewhere
    if zone is None:
        raise SettingError("timezone_unknown", timezone=name)
