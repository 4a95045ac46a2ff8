"""evcc: charges vehicles with the sun, at the best price, within the limits of the house.

This module sets the integration up and takes it down; the parts are put together in `build`.
"""

from collections.abc import Iterable
from datetime import datetime

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, Platform
from homeassistant.core import Event, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .build import async_create
from .chronicle import async_keep_chronicle
from .const import CONF_USAGE, DOMAIN, USAGE_BATTERY
from .coordinator import STATISTICS_INTERVAL, EvccConfigEntry, EvccRuntime
from .core.config import ConfigError
from .journal import async_setup_journal
from .owners import site_device
from .plan_calendar import async_follow_calendar, async_forget as async_forget_calendar
from .repairs import async_forget, async_watch
from .rest import async_setup_rest, async_start_rest
from .services import async_setup_services
from .store.credentials import Credentials
from .store.settings import SettingsStore
from .tariffs.keepers import async_forget as async_forget_tariffs

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.DATETIME,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]

# What was unloaded and may be loaded again in a moment. Unloading does not tell what comes next: after a
# reload nothing must have moved, after a removal nothing may be left in a state that only we would end.
_PAUSED: HassKey[dict[str, EvccRuntime]] = HassKey(f"{DOMAIN}_paused")


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what exists once per process."""
    async_setup_journal(hass)
    async_setup_services(hass)
    async_setup_rest(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: EvccConfigEntry) -> bool:
    """Build the site and let it run."""
    entry.async_on_unload(entry.add_update_listener(_async_reload))  # first: changes may come meanwhile
    _follow_home(hass, entry)
    before = hass.data.setdefault(_PAUSED, {}).pop(entry.entry_id, None)
    try:
        runtime = await async_create(hass, entry, before)
    except Exception as err:
        if before is not None:  # nobody is going to control what it left as it was
            await before.async_leave()
        if isinstance(err, ConfigError):
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key=err.key,
                translation_placeholders={"names": ", ".join(_titles(entry, err.names))},
            ) from err
        raise
    entry.runtime_data = runtime
    entry.async_on_unload(runtime.async_pause)  # if set-up does not come to its end
    if before is not None:
        await runtime.async_follow(before)
    await runtime.tariff_keepers.async_start()
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **site_device(entry))
    runtime.runner.show()
    async_keep_chronicle(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await runtime.runner.async_start()
    async_follow_calendar(hass, entry)
    async_watch(hass, entry)

    async def refresh_statistics(_now: datetime | None = None) -> None:
        await runtime.async_refresh_statistics()

    await refresh_statistics()
    entry.async_on_unload(
        async_track_time_interval(hass, refresh_statistics, STATISTICS_INTERVAL, cancel_on_shutdown=True)
    )
    await async_start_rest(hass, entry)
    # not at the event that Home Assistant stops: then other integrations may be gone already
    entry.async_on_unload(hass.async_add_shutdown_job(HassJob(runtime.async_leave)))
    return True


def _titles(entry: EvccConfigEntry, names: Iterable[str]) -> list[str]:
    return [entry.subentries[n].title if n in entry.subentries else n for n in names]


async def _async_reload(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    hass.config_entries.async_schedule_reload(entry.entry_id)


def _follow_home(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Begin anew when the home's currency or time zone changes: prices, days and plans are made of them."""

    before = hass.config.currency, hass.config.time_zone

    @callback
    def changed(_event: Event) -> None:
        if (hass.config.currency, hass.config.time_zone) != before:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, changed))


async def async_unload_entry(hass: HomeAssistant, entry: EvccConfigEntry) -> bool:
    """Stop the site."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded and entry.disabled_by is not None:
        await entry.runtime_data.async_leave()
    elif unloaded:
        await entry.runtime_data.async_pause()
        hass.data[_PAUSED][entry.entry_id] = entry.runtime_data
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Leave the house, and delete settings, memory and login. The charging sessions stay: they are the user's."""
    if (before := hass.data.get(_PAUSED, {}).pop(entry.entry_id, None)) is not None:
        await before.async_leave()
    await SettingsStore(hass).async_remove()
    await Credentials(hass).async_remove()
    await async_forget_tariffs(hass)
    await async_forget_calendar(hass)
    async_forget(hass)


async def async_migrate_entry(hass: HomeAssistant, entry: EvccConfigEntry) -> bool:
    """Accept what a newer minor version has written, which by definition can still be loaded."""
    return entry.version == 1


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: EvccConfigEntry, device: DeviceEntry
) -> bool:
    """Allow a device to be deleted that nothing in the configuration stands for any more."""
    present = {entry.entry_id, *entry.subentries}
    if any(s.data.get(CONF_USAGE) == USAGE_BATTERY for s in entry.subentries.values()):
        present.add(f"{entry.entry_id}_battery")
    return not any(domain == DOMAIN and key in present for domain, key in device.identifiers)
