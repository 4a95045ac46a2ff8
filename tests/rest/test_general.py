"""Health and state over the wire: one document for all who ask, in the shape and the packing they can read."""

from dataclasses import replace
import gzip
import json
from typing import Any

from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc.core.session import Statistics
from custom_components.evcc.rest import published
from custom_components.evcc.rest.general import accepts_gzip

from . import document_keys as keys
from .home import OFFLINE, VEHICLE, VEHICLE_TITLE, RestHome

type Client = TestClient[Any, Any]

HOME = {"pv", "battery", "grid-tariff", "feedin", "co2", "currents"}
"""Conditions that hold for the home of these tests."""

AS_IT_IS = {"Accept-Encoding": "identity"}


async def state(client: Client, query: str = "") -> dict[str, Any]:
    """Return the document, without its envelope."""
    answer = await client.get(f"/api/state{query}")
    assert answer.status == 200
    found: dict[str, Any] = await answer.json()
    return found["result"] if list(found) == ["result"] else found


async def test_health(home: RestHome, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await client.get("/api/health")
    assert (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", "OK\n")
    monkeypatch.setattr(type(home.runtime.runner), "alive", False)
    answer = await client.get("/api/health")
    assert (answer.status, await answer.read()) == (500, b"")
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    ("query", "modern"),
    [
        pytest.param("", False, id="contract"),
        pytest.param("?envelope=0", True, id="modern"),
    ],
)
async def test_the_whole_document(client: Client, query: str, *, modern: bool) -> None:
    document = await state(client, query)
    assert keys.wrong(document, keys.SITE, HOME, modern=modern) == []
    carport, garage = document["loadpoints"]
    told = {"counter"} if "chargeTotalImport" in carport else set()
    assert keys.wrong(carport, keys.LOADPOINT, {"currents", "identity"} | told, modern=modern) == []
    assert keys.wrong(garage, keys.LOADPOINT, {"currents"} | told, modern=modern) == []
    assert document.keys() >= keys.CLIENT_SITE
    assert keys.CLIENT_LOADPOINT - {"chargeTotalImport"} <= carport.keys()


async def test_what_the_home_is(client: Client) -> None:
    document = await state(client)
    assert (document["siteTitle"], document["interval"], document["currency"]) == ("Zuhause", 30, "EUR")
    assert document["version"] == "0.206.0"
    assert document["timezone"] == "Europe/Berlin"
    assert [(m["title"], round(m["power"], 3)) for m in document["pv"]] == [("Dach", document["pvPower"])]
    assert [b["soc"] for b in document["battery"]] == [pytest.approx(60, abs=0.1)]
    assert document["batteryMode"] == "normal"
    assert document["batteryGridChargeLimit"] is None
    assert (document["smartCostType"], document["tariffFeedIn"]) == ("priceforecast", 0.08)
    carport, garage = document["loadpoints"]
    assert (carport["title"], carport["vehicleName"], carport["vehicleTitle"], carport["vehicleSoc"]) == (
        "Carport", VEHICLE, VEHICLE_TITLE, 54,
    )  # fmt: skip
    assert (garage["title"], garage["vehicleName"], garage["vehicleSoc"]) == ("Garage", OFFLINE, 0)
    assert (carport["chargerPhases1p3p"], garage["chargerPhases1p3p"]) == (True, False)
    assert (carport["phasesConfigured"], garage["phasesConfigured"]) == (0, 3)
    assert document["vehicles"].keys() == {VEHICLE, OFFLINE}
    assert document["vehicles"][VEHICLE]["capacity"] == 44
    assert document["vehicles"][OFFLINE]["features"] == ["Offline"]
    assert document["statistics"]["total"] == {
        "solarPercentage": 40, "chargedKWh": 12.513, "avgPrice": 0.2, "avgCo2": 210,
    }  # fmt: skip


@pytest.mark.parametrize("modern", [False, True])
async def test_forecasts_reach_far_and_are_sorted(client: Client, *, modern: bool) -> None:
    forecast = (await state(client, f"?envelope={int(not modern)}"))["forecast"]
    assert forecast.keys() == {"grid", "planner", "co2"} | ({"feedin"} if modern else set())
    assert len(forecast["grid"]) > 24 * 4
    if modern:
        assert forecast["grid"] == sorted(forecast["grid"])
    else:
        assert keys.is_sorted([slot["start"] for slot in forecast["grid"]])
    assert forecast["planner"] == forecast["grid"]


@pytest.mark.parametrize(
    ("home_options", "query", "enveloped"),
    [
        pytest.param({}, "", True, id="as the contract says"),
        pytest.param({}, "?envelope=0", False, id="as the request wishes"),
        pytest.param({"envelope": False}, "", False, id="as configured"),
        pytest.param({"envelope": False}, "?envelope=1", True, id="the request counts"),
    ],
)
async def test_envelope_and_shape_go_together(client: Client, query: str, *, enveloped: bool) -> None:
    answer = await (await client.get(f"/api/state{query}")).json()
    assert ("result" in answer) is enveloped
    document = answer["result"] if enveloped else answer
    assert isinstance(document["battery"], list if enveloped else dict)
    assert document["version"] == ("0.206.0" if enveloped else "0.313.0")


async def test_headers(client: Client) -> None:
    answer = await client.get("/api/state", headers=AS_IT_IS)
    body = await answer.read()
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Length"] == str(len(body))
    assert not {"Content-Encoding", "ETag", "Last-Modified", "Cache-Control"} & answer.headers.keys()
    assert body.endswith(b"}\n")


async def test_there_is_always_a_whole_answer(client: Client) -> None:
    headers = {
        "If-None-Match": "*",
        "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
        "Range": "bytes=0-9",
    }
    answer = await client.get("/api/state", headers=headers)
    assert answer.status == 200
    assert "result" in await answer.json()


@pytest.mark.parametrize("query", ["", "?envelope=0"])
async def test_packed_is_the_same_and_smaller(hass_client_raw: Client, query: str) -> None:
    plain = await (await hass_client_raw.get(f"/api/state{query}", headers=AS_IT_IS)).read()
    answer = await hass_client_raw.get(f"/api/state{query}", headers={"Accept-Encoding": "gzip"})
    packed = await answer.read()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Length"] == str(len(packed))
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2
    json.loads(plain)


@pytest.fixture
async def hass_client_raw(home: RestHome, client: Client) -> Client:
    """Return a client that hands out bodies as they were sent."""
    client.session._auto_decompress = False
    return client


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False), ("identity", False), ("gzip", True), ("GZIP", True), ("deflate, gzip;q=0.5, br", True),
        ("gzip;q=0", False), ("gzip; q=0.0", False), ("*", True), ("*;q=0", False), ("gzip;q=0, *", False),
        ("xgzip", False),
    ],
)  # fmt: skip
def test_accepts_gzip(header: str, *, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


async def test_built_once_for_all_who_ask(home: RestHome, client: Client) -> None:
    kept = published.of(home.runtime)
    before = kept.builds
    for headers in (AS_IT_IS, {"Accept-Encoding": "gzip"}) * 3:
        await client.get("/api/state", headers=headers)
    assert kept.builds == before + 1
    await client.get("/api/state?envelope=0")
    assert kept.builds == before + 2
    await home.cycle()
    await client.get("/api/state")
    assert kept.builds == before + 3


async def test_a_command_and_new_statistics_show_at_once(home: RestHome, client: Client) -> None:
    assert (await state(client))["residualPower"] == 0
    await home.runtime.async_change("site", None, "residualPower", 150)
    assert (await state(client))["residualPower"] == 150
    home.runtime.statistics = {"total": Statistics(charged_kwh=99.5)}
    assert (await state(client))["statistics"]["total"]["chargedKWh"] == 99.5


async def test_a_grid_meter_that_is_lost(home: RestHome, client: Client) -> None:
    meter = home.state.grid
    assert meter is not None
    lost = replace(home.state, grid=replace(meter, power=None, energy=None), home_power=None)
    home.runtime.coordinator.async_set_updated_data(lost)
    document = await state(client)
    assert document["grid"]["power"] is None
    assert document["homePower"] is None
    assert keys.wrong(document, keys.SITE, HOME, modern=False) == []


@pytest.mark.parametrize("home_options", [{"open_local": False}])
async def test_strangers_are_told_nothing(stranger: Client) -> None:
    for path in ("/api/state", "/api/health", "/api/state?jq=."):
        answer = await stranger.get(path)
        assert (answer.status, await answer.text()) == (401, "Unauthorized\n")


# Filter


class Filter:
    """Stands in for jq; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []

    async def run(self, _hass: object, program: str, document: bytes) -> bytes:
        self.asked.append((program, document))
        return b'"pv"'


@pytest.fixture
def jq(monkeypatch: pytest.MonkeyPatch) -> Filter:
    """Replace jq."""
    found = Filter()
    monkeypatch.setattr("custom_components.evcc.rest.general.jq_filter", found)
    return found


async def test_filters_are_given_the_bare_document(client: Client, jq: Filter) -> None:
    answer = await client.get("/api/state", params={"jq": ".loadpoints[0].mode"})
    assert (answer.status, await answer.read()) == (200, b'"pv"\n')
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    [(program, document)] = jq.asked
    assert program == ".loadpoints[0].mode"
    assert json.loads(document)["loadpoints"][0]["title"] == "Carport"


@pytest.mark.parametrize(
    ("program", "status", "expected"),
    [
        (".loadpoints[0].mode", 200, "pv"),
        (".result.loadpoints[0].mode", 200, "pv"),
        (".result.result", 200, None),
        (".missing", 200, None),
        (".loadpoints | length", 200, 2),
        ('.statistics["total"].chargedKWh', 200, 12.513),
        (".result", 400, {"error": 'jq: query failed: missing query (try ".")'}),
        (".loadpoints[]", 400, {"error": "jq: too many results"}),
        ("empty", 400, {"error": "jq: empty result"}),
    ],
)
async def test_filter(client: Client, program: str, status: int, expected: Any) -> None:
    answer = await client.get("/api/state", params={"jq": program})
    assert (answer.status, await answer.json()) == (status, expected)
    assert (await answer.read()).endswith(b"\n")


@pytest.mark.parametrize("query", ["?jq=", "?other=.x", "?JQ=."])
async def test_no_filter(client: Client, jq: Filter, query: str) -> None:
    assert (await state(client, query))["siteTitle"] == "Zuhause"
    assert jq.asked == []


@pytest.mark.parametrize(("query", "battery"), [("", list), ("&envelope=0", dict)])
async def test_filters_see_the_shape_of_the_request(
    client: Client, jq: Filter, query: str, battery: type[Any]
) -> None:
    await client.get(f"/api/state?jq=.{query}")
    [(_, document)] = jq.asked
    assert isinstance(json.loads(document)["battery"], battery)
