"""What Home Assistant's system information tells about us."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import EvccConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Say who can be asked."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return a few figures of the running site, and of nothing else if there is none."""
    entries: list[EvccConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        return {"running": False}
    runtime = entries[0].runtime_data
    state = runtime.coordinator.data
    return {
        "running": runtime.runner.running,
        "cycles": state.cycles,
        "overruns": runtime.runner.overruns,
        "loadpoints": len(state.loadpoints),
        "vehicles": len(state.vehicles),
        "devices_missing": len(runtime.equipment.missing),
        "sessions": str(runtime.sessions.problem or "ok"),
    }
