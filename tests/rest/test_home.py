"""The home of the REST cases is as their head says, and its entities tell the same as the API."""

from typing import Any

from aiohttp.test_utils import TestClient
import pytest

from homeassistant.core import HomeAssistant

from .home import OFFLINE, VEHICLE, RestHome


@pytest.fixture
def home_platforms() -> None:
    """Have all entities."""


async def test_the_home_is_as_the_cases_say(home: RestHome) -> None:
    carport, garage = home.state.loadpoints
    assert (carport.title, garage.title) == ("Carport", "Garage")
    assert (carport.connected, garage.connected) == (True, True)
    assert (carport.vehicle_name, garage.vehicle_name) == (VEHICLE, OFFLINE)
    assert (carport.mode, garage.mode) == ("pv", "pv")
    assert (carport.phases_configured, garage.phases_configured) == (0, 3)
    assert (carport.charger_phases_1p3p, garage.charger_phases_1p3p) == (True, False)
    assert round(carport.vehicle_soc or 0.0) == 54
    assert garage.vehicle_soc is None
    assert (carport.min_current, carport.max_current, carport.priority) == (6, 16, 0)
    assert home.state.battery is not None
    assert round(home.state.battery.soc or 0.0) == 60
    assert home.state.battery_mode == "normal"
    assert home.state.residual_power == 0
    assert home.state.battery_grid_charge_limit is None
    assert home.state.currency == "EUR"


async def test_what_one_side_sets_the_other_shows(
    hass: HomeAssistant, home: RestHome, client: TestClient[Any, Any]
) -> None:
    mode, priority = "select.carport_charge_mode", "number.carport_priority"
    assert (await client.post("/api/loadpoints/1/mode/minpv")).status == 200
    assert (await client.post("/api/loadpoints/1/priority/3")).status == 200
    await hass.async_block_till_done()
    shown = hass.states.get(mode), hass.states.get(priority)
    assert [state and state.state for state in shown] == ["minpv", "3"]
    await hass.services.async_call(
        "select", "select_option", {"entity_id": mode, "option": "now"}, blocking=True
    )
    state = await (await client.get("/api/state")).json()
    assert state["result"]["loadpoints"][0]["mode"] == "now"


async def test_a_home_with_entities_goes_and_comes_back(
    hass: HomeAssistant, home: RestHome, client: TestClient[Any, Any]
) -> None:
    before = set(hass.states.async_entity_ids())
    assert len(before) > 100
    await hass.config_entries.async_reload(home.entry.entry_id)
    assert set(hass.states.async_entity_ids()) == before
    assert (await client.get("/api/health")).status == 200
