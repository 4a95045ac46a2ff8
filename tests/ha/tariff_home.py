"""A small home with tariffs of sources that the tests hold in their hands."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed_exact

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .entities_home import GARAGE, GRID, show, start, subentry

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)  # in Berlin
HOUR = timedelta(hours=1)
SENSOR = "sensor.prices"
OWN = {"usage": "grid", "source": "home_assistant", "platform": "custom", "entity_id": [SENSOR]}


def tariff(data: Mapping[str, Any], title: str = "Prices", subentry_id: str = "prices") -> ConfigSubentryData:
    """Return the subentry of a tariff."""
    return subentry(subentry_id, "tariff", title, data, simulated=False)


def list_prices(hass: HomeAssistant, begin: datetime, *values: float | None, **attributes: Any) -> None:
    """Let the sensor list hourly prices."""
    rates = [{"start": (begin + i * HOUR).isoformat(), "value": value} for i, value in enumerate(values)]
    unit = {"unit_of_measurement": "EUR/kWh"}
    hass.states.async_set(SENSOR, str(values[0] if values else 0), {**unit, "rates": rates, **attributes})


async def start_with(hass: HomeAssistant, *tariffs: ConfigSubentryData) -> MockConfigEntry:
    """Set up a home with these tariffs, which have been read once."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    entry = await start(hass, GRID, GARAGE, *tariffs)
    await read(hass)
    return entry


async def read(hass: HomeAssistant) -> None:
    """Wait until the readings that are under way have ended: they hold up nothing, so nobody waits for them."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_time(hass: HomeAssistant, entry: MockConfigEntry, freezer: Any, by: timedelta) -> None:
    """Let time pass: what is due is read, and a cycle is shown."""
    freezer.tick(by)
    async_fire_time_changed_exact(hass)
    await read(hass)
    await show(hass, entry, at=dt_util.utcnow())
