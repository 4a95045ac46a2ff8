"""The flows as a browser uses them: over Home Assistant's own REST interface, everything as JSON."""

from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .flow_helpers import entry, home, setup_entry

__all__ = ["entry", "setup_entry"]

URL = "/api/config/config_entries"


@pytest.fixture
async def client(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> TestClient[Any, Any]:
    # both before the server starts, as in a real Home Assistant: it takes no routes after that
    assert await async_setup_component(hass, "websocket_api", {})
    assert await async_setup_component(hass, "config", {})
    return await hass_client()


async def post(client: TestClient[Any, Any], path: str, data: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(f"{URL}/{path}", json=data)
    assert response.status == 200, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def walk(client: TestClient[Any, Any], flow: dict[str, Any], *steps: dict[str, Any]) -> dict[str, Any]:
    """Submit one form after the other; return the last answer."""
    for step in steps:
        flow = await post(client, f"subentries/flow/{flow['flow_id']}", step)
    return flow


async def test_demo_home(hass: HomeAssistant, client: TestClient[Any, Any]) -> None:
    flow = await post(client, "flow", {"handler": "evcc"})
    flow = await post(client, f"flow/{flow['flow_id']}", {"next_step_id": "demo"})
    (field,) = flow["data_schema"]
    assert (field["name"], field["required"], field["default"]) == ("speed", True, 1)

    flow = await post(client, f"flow/{flow['flow_id']}", {"speed": 10})

    assert flow["type"] == "create_entry"
    assert hass.config_entries.async_get_known_entry(flow["result"]["entry_id"]).data["demo"] is True


async def test_own_home_goes_on_with_a_meter(client: TestClient[Any, Any]) -> None:
    flow = await post(client, "flow", {"handler": "evcc"})
    flow = await post(client, f"flow/{flow['flow_id']}", {"next_step_id": "home"})
    flow = await post(
        client,
        f"flow/{flow['flow_id']}",
        {"title": "Villa", "interval": 30, "voltage": 230, "on_stop": "keep"},
    )

    kind, flow_id = flow["next_flow"]
    response = await client.get(f"{URL}/subentries/flow/{flow_id}")
    following = await response.json()
    assert (kind, following["step_id"]) == ("config_subentries_flow", "user")
    assert [f["name"] for f in following["data_schema"]] == ["title", "usage", "source"]


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("meter", [{"title": "Roof", "usage": "pv", "source": "simulated"}, {"peak_power": 9000}]),
        (
            "loadpoint",
            [
                {"title": "Garage", "source": "simulated"},
                {"number": 1, "phases": "3", "phase_switching": True, "current_step": 0.1},
            ],
        ),
        (
            "vehicle",
            [
                {"title": "Car", "source": "offline"},
                {"capacity": 50, "phases": "3", "on_identify": {"on_mode": "pv"}},
            ],
        ),
        ("circuit", [{"title": "House", "source": "none", "max_current": 35}]),
    ],
)
async def test_every_kind_of_subentry(
    client: TestClient[Any, Any], entry: MockConfigEntry, kind: str, steps: list[dict[str, Any]]
) -> None:
    flow = await post(client, "subentries/flow", {"handler": [entry.entry_id, kind]})

    flow = await walk(client, flow, *steps)

    assert flow["type"] == "create_entry"
    (subentry,) = entry.subentries.values()
    assert (subentry.subentry_type, subentry.title) == (kind, steps[0]["title"])


async def test_loadpoint_of_entities(
    hass: HomeAssistant, client: TestClient[Any, Any], entry: MockConfigEntry
) -> None:
    hass.states.async_set("sensor.status", "connected")
    hass.states.async_set("switch.box", "on")
    flow = await post(client, "subentries/flow", {"handler": [entry.entry_id, "loadpoint"]})
    flow = await walk(client, flow, {"title": "Garage", "source": "entity"}, {})
    assert (flow["step_id"], flow["last_step"]) == ("entities", False)
    names = [f["name"] for f in flow["data_schema"]]
    assert names[:3] == ["status", "plugged", "charging"]
    assert names[-2:] == ["phases", "more"]

    flow = await walk(client, flow, {"status": "sensor.status", "enable": "light.wrong"})
    assert flow["errors"] == {"enable": "entity_gone"}
    flow = await walk(
        client, flow, {"status": "sensor.status", "enable": "switch.box", "phases": {}, "more": {}}
    )
    assert flow["step_id"] == "words"
    suggested = {f["name"]: (f.get("description") or {}).get("suggested_value") for f in flow["data_schema"]}
    assert suggested["status_b"] == ["connected"]
    flow = await walk(client, flow, {"status_b": ["connected"], "enable_on": "on"}, {"number": 1})
    assert (flow["type"], flow["menu_options"]) == ("menu", ["save", "entities", "words"])
    flow = await walk(client, flow, {"next_step_id": "save"})
    assert flow["type"] == "create_entry"


async def test_change_of_a_subentry(hass: HomeAssistant, client: TestClient[Any, Any]) -> None:
    entry = home(hass, ("circuit", "c", "House", {"source": "none", "max_current": 35}))
    flow = await post(client, "subentries/flow", {"handler": [entry.entry_id, "circuit"], "subentry_id": "c"})

    flow = await walk(client, flow, {"title": "Home", "source": "none", "max_current": 50})

    assert (flow["type"], flow["reason"]) == ("abort", "reconfigure_successful")
    assert (entry.subentries["c"].title, entry.subentries["c"].data["max_current"]) == ("Home", 50)


async def test_wrong_input_is_a_bad_request(client: TestClient[Any, Any], entry: MockConfigEntry) -> None:
    flow = await post(client, "subentries/flow", {"handler": [entry.entry_id, "circuit"]})

    response = await client.post(
        f"{URL}/subentries/flow/{flow['flow_id']}", json={"title": "x", "source": "moon"}
    )

    assert response.status == 400
