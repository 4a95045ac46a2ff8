"""Holds still while Home Assistant makes a backup, so that the copied file of sessions is whole."""

from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .coordinator import EvccConfigEntry


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Stop writing sessions."""
    entries: list[EvccConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in entries:
        await entry.runtime_data.sessions.async_hold()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Write what came meanwhile."""
    entries: list[EvccConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in entries:
        await entry.runtime_data.sessions.async_release()
