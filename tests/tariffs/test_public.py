"""The public services, with answers as they are documented."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientError
import pytest
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.evcc.core.rates import TariffKind
from custom_components.evcc.tariffs.model import SourceError
from custom_components.evcc.tariffs.public import AwattarSource, EnergyChartsCo2, EnergyChartsPrices
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

NOW = datetime(2026, 11, 20, 10, 20, tzinfo=UTC)
TEN = int(datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp())
BERLIN = ZoneInfo("Europe/Berlin")
QUARTERS = [TEN - 900, TEN, TEN + 900, TEN + 1800]


async def test_awattar(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> None:
    data = [
        {
            "start_timestamp": (TEN + h * 3600) * 1000,
            "end_timestamp": (TEN + (h + 1) * 3600) * 1000,
            "marketprice": 80.0 + h,
            "unit": "Eur/MWh",
        }
        for h in (1, 0, -1)
    ]
    aioclient_mock.get("https://api.awattar.de/v1/marketdata", json={"object": "list", "data": data})
    slots = await AwattarSource(async_get_clientsession(hass), "de").async_read(NOW)
    assert [s.value for s in slots] == pytest.approx([0.080, 0.081])
    assert slots[0].start.timestamp() == TEN
    _method, url, _data, _headers = aioclient_mock.mock_calls[0]
    assert int(url.query["end"]) - int(url.query["start"]) == 50 * 3600 * 1000


async def test_energy_charts_prices(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> None:
    answer = {"unix_seconds": QUARTERS, "price": [70.0, 81.5, None, -4.0], "unit": "EUR / MWh"}
    aioclient_mock.get("https://api.energy-charts.info/price", json=answer)
    slots = await EnergyChartsPrices(async_get_clientsession(hass), "DE-LU", BERLIN).async_read(NOW)
    assert [(s.start.timestamp(), s.end - s.start) for s in slots] == [(TEN + 1800, timedelta(minutes=15))]
    assert slots[0].value == pytest.approx(-0.004)
    _method, url, _data, _headers = aioclient_mock.mock_calls[0]
    assert dict(url.query) == {"bzn": "DE-LU", "end": "2026-11-21"}


async def test_energy_charts_emissions(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> None:
    answer = {
        "unix_seconds": QUARTERS,
        "co2eq": [400.0, 410.0, None, None],
        "co2eq_forecast": [None, 9.0, 300.0, 290.0],
    }
    aioclient_mock.get("https://api.energy-charts.info/co2eq", json=answer)
    source = EnergyChartsCo2(async_get_clientsession(hass), "de")
    assert source.kind is TariffKind.CO2
    assert [s.value for s in await source.async_read(NOW - timedelta(minutes=15))] == [410.0, 300.0, 290.0]


@pytest.mark.parametrize(
    ("answer", "key", "retry"),
    [
        ({"text": "<html>busy</html>"}, "service_unreadable", False),
        ({"json": {"data": None}}, "service_unreadable", False),
        ({"json": []}, "service_unreadable", False),
        ({"json": {"data": [{"marketprice": 1}]}}, "service_unreadable", False),
        (
            {"json": {"data": [{"marketprice": 1, "start_timestamp": 1e300, "end_timestamp": 0}]}},
            "service_unreadable",
            False,
        ),
        ({"status": 503}, "service_refused", False),
        ({"exc": ClientError("no route")}, "service_unreachable", True),
        ({"exc": TimeoutError()}, "service_unreachable", True),
    ],
)
async def test_what_goes_wrong_is_told(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, answer: dict[str, Any], key: str, retry: bool
) -> None:
    aioclient_mock.get("https://api.awattar.at/v1/marketdata", **answer)
    with pytest.raises(SourceError) as caught:
        await AwattarSource(async_get_clientsession(hass), "at").async_read(NOW)
    assert (caught.value.key, caught.value.retry) == (key, retry)
    assert caught.value.placeholders["service"] == "aWATTar"


async def test_nothing_published_yet(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> None:
    aioclient_mock.get("https://api.awattar.at/v1/marketdata", json={"data": []})
    assert await AwattarSource(async_get_clientsession(hass), "at").async_read(NOW) == ()
