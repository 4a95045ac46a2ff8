"""Sources that are installed are found, with what a subentry needs to use them."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc.tariffs.catalogue import async_find
from custom_components.evcc.tariffs.homeassistant import HomeAssistantSource
from custom_components.evcc.tariffs.model import Usage
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .sources import BERLIN, CASES, NOW, action, energy_platform, entity, entry

FOUND = sorted(name for name in CASES if not name.startswith("custom"))


@pytest.fixture(autouse=True)
def _now(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


@pytest.mark.parametrize("name", FOUND)
async def test_what_is_found_can_be_read(hass: HomeAssistant, name: str) -> None:
    case = CASES[name]
    hass.config.currency = case.currency
    case.make(hass)
    found = [f for f in await async_find(hass, case.usage) if f.data["platform"] == case.platform]
    assert found
    data = found[-1].data
    assert (data["usage"], data["source"]) == (case.usage, "home_assistant")
    slots = await HomeAssistantSource(hass, case.usage, data, BERLIN).async_read(NOW)
    assert slots[0].value == pytest.approx(case.first)


@pytest.mark.parametrize("usage", Usage)
async def test_nothing_is_found_where_nothing_is(hass: HomeAssistant, usage: Usage) -> None:
    entity(hass, "template", "mine", "1", {"rates": [{"start": "2026-11-20T00:00:00+01:00", "value": 1}]})
    entry(hass, "tibber")  # without its action
    assert await async_find(hass, usage) == []


async def titles(hass: HomeAssistant, usage: Usage) -> list[str]:
    return sorted(f.title for f in await async_find(hass, usage))


async def test_areas_and_notes_tell_sources_of_one_integration_apart(hass: HomeAssistant) -> None:
    entry(hass, "nordpool", data={"areas": ["SE3", "SE4"], "currency": "SEK"})
    action(hass, "nordpool", "get_prices_for_date", {}, lambda _: {})
    CASES["energyzero"].make(hass)
    expected = ["My energyzero (all_in)", "My energyzero (market)", "My nordpool SE3", "My nordpool SE4"]
    assert await titles(hass, Usage.GRID) == expected
    assert await titles(hass, Usage.FEEDIN) == expected[1:]


async def test_bought_and_sold_are_told_apart(hass: HomeAssistant) -> None:
    CASES["octopus_energy"].make(hass)
    CASES["octopus_energy, export"].make(hass)
    assert len(await async_find(hass, Usage.GRID)) == 1
    (sold,) = await async_find(hass, Usage.FEEDIN)
    assert [e.endswith("_day_rates") and "_export" in e for e in sold.data["entity_id"]] == [True, True]


@pytest.mark.parametrize(
    "attributes",
    [
        {"data": [{"start_time": "2026-11-20T00:00:00+01:00", "rank": 3}]},
        {"price_ct_per_kwh": 8.15},
        {"data": []},
    ],
)
async def test_entities_without_rates_are_left_out(hass: HomeAssistant, attributes: dict[str, Any]) -> None:
    entity(hass, "epex_spot", "rank", "3", attributes)
    assert await async_find(hass, Usage.GRID) == []


async def test_what_is_not_loaded_is_left_out(hass: HomeAssistant) -> None:
    CASES["tibber"].make(hass)
    hass.config_entries.async_entries("tibber")[0].mock_state(hass, ConfigEntryState.SETUP_RETRY)  # type: ignore[attr-defined]
    assert await async_find(hass, Usage.GRID) == []


async def test_a_known_forecaster_is_not_found_twice(hass: HomeAssistant) -> None:
    energy_platform("victron_remote_monitoring", {})(hass)
    energy_platform("sunny", {})(hass)
    assert await titles(hass, Usage.SOLAR) == ["My sunny", "My victron_remote_monitoring"]
