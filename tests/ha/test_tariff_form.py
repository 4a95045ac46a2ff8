"""The form of a tariff as a browser gets it: over Home Assistant's REST interface, everything as JSON."""

from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.flows.money import plain_box, price_box
from homeassistant.core import HomeAssistant

from .flow_helpers import entry, setup_entry
from .test_flows_rest import client, post, walk

__all__ = ["client", "entry", "setup_entry"]


@pytest.fixture
async def flow(client: TestClient[Any, Any], entry: MockConfigEntry) -> dict[str, Any]:
    return await post(client, "subentries/flow", {"handler": [entry.entry_id, "tariff"]})


async def test_a_fixed_price(
    client: TestClient[Any, Any], entry: MockConfigEntry, flow: dict[str, Any]
) -> None:
    assert (flow["type"], flow["menu_options"]) == ("menu", ["grid", "feedin", "co2", "solar", "planner"])
    flow = await walk(client, flow, {"next_step_id": "grid"}, {"title": "Mine", "source": "fixed"})
    (field,) = flow["data_schema"]
    assert (field["name"], field["required"]) == ("price", True)
    number = field["selector"]["number"]
    assert number["unit_of_measurement"] == "EUR/kWh"
    flow = await walk(client, flow, {"price": 0.3})
    assert (flow["type"], flow["menu_options"]) == ("menu", ["save", "source"])
    assert "| 0.3000 |" in flow["description_placeholders"]["report"]
    flow = await walk(client, flow, {"next_step_id": "save"})
    assert flow["type"] == "create_entry"
    (made,) = entry.subentries.values()
    assert made.data == {"usage": "grid", "source": "fixed", "price": 0.3}


async def test_zones_one_step_after_the_other(client: TestClient[Any, Any], flow: dict[str, Any]) -> None:
    night = {"price": 0.2, "start": "22:00:00", "end": "06:00:00"}
    flow = await walk(
        client, flow, {"next_step_id": "feedin"}, {"title": "Zones", "source": "zones"}, {"price": 0.3}, night
    )
    assert flow["menu_options"] == ["check", "zone_add", "zone_pick", "base"]
    flow = await walk(client, flow, {"next_step_id": "zone_pick"})
    (field,) = flow["data_schema"]
    assert field["selector"]["select"]["options"] == [
        {"value": "0", "label": "0.2 EUR/kWh, 22:00–06:00"},
    ]
    flow = await walk(client, flow, {"zone": "0"})
    suggested = {f["name"]: f.get("description", {}).get("suggested_value") for f in flow["data_schema"]}
    assert suggested["end"] == "06:00:00"


async def test_every_step_can_be_sent(client: TestClient[Any, Any], flow: dict[str, Any]) -> None:
    for source, step in (
        ("energy_charts", "energy_charts"),
        ("awattar", "awattar"),
        ("entity", "entity"),
        ("fixed", "fixed"),
    ):
        begun = await post(client, "subentries/flow", {"handler": flow["handler"]})
        shown = await walk(client, begun, {"next_step_id": "grid"}, {"title": "Mine", "source": source})
        assert (shown["type"], shown["step_id"], shown["errors"]) == ("form", step, {})
    begun = await post(client, "subentries/flow", {"handler": flow["handler"]})
    shown = await walk(
        client,
        begun,
        {"next_step_id": "grid"},
        {"title": "Mine", "source": "awattar"},
        {"country": "de"},
    )
    assert shown["step_id"] == "charges"


async def test_a_wrong_price_is_refused(
    hass: HomeAssistant, client: TestClient[Any, Any], flow: dict[str, Any]
) -> None:
    flow = await walk(client, flow, {"next_step_id": "grid"}, {"title": "Mine", "source": "fixed"})
    path = f"/api/config/config_entries/subentries/flow/{flow['flow_id']}"
    response = await client.post(path, json={"price": "cheap"})
    assert response.status == 400
    assert "price" in await response.text()


def test_the_frontend_has_no_limit_to_propose() -> None:
    """It fills a number that is required with the smallest possible one."""
    for box in (price_box("EUR"), plain_box()):
        assert "min" not in box.config
