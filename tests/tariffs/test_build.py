"""From the words of a subentry to a keeper, and the try that a form makes."""

from typing import Any

from aiohttp import ClientError
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.evcc.core.rates import TariffKind
from custom_components.evcc.tariffs.build import async_try, build_keeper, build_keepers
from custom_components.evcc.tariffs.model import SiteTime, SourceError
from homeassistant.core import HomeAssistant

from .fakes import HOUR, QUARTER, TEN, settle
from .sources import BERLIN, CASES, NOW, entity, records

FIXED = {"usage": "grid", "source": "fixed", "price": 0.3}
ZONES = {"usage": "grid", "source": "zones", "price": 0.3, "zones": [{"price": 0.2, "hours": "0-6"}]}
EXCHANGE = {"usage": "grid", "source": "energy_charts", "zone": "DE-LU"}
EMISSIONS = {"usage": "co2", "source": "energy_charts", "country": "de"}
AWATTAR = {"usage": "grid", "source": "awattar", "country": "de"}
TEN_S = int(TEN.timestamp())
NIGHT = {"price": 0.1, "hours": "0-6"}


@pytest.fixture(autouse=True)
def ten(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(TEN)


@pytest.fixture
def services(aioclient_mock: AiohttpClientMocker) -> AiohttpClientMocker:
    """Let the public services tell two hours of 80 €/MWh, or 400 g/kWh."""
    seconds = [TEN_S + i * 900 for i in range(8)]
    aioclient_mock.get(
        "https://api.energy-charts.info/price", json={"unix_seconds": seconds, "price": [80.0] * 8}
    )
    aioclient_mock.get(
        "https://api.energy-charts.info/co2eq",
        json={"unix_seconds": seconds, "co2eq": [400.0] * 8, "co2eq_forecast": [None] * 8},
    )
    hours = [
        {"start_timestamp": s * 1000, "end_timestamp": (s + 3600) * 1000, "marketprice": 80.0}
        for s in (TEN_S, TEN_S + 3600)
    ]
    aioclient_mock.get("https://api.awattar.de/v1/marketdata", json={"data": hours})
    return aioclient_mock


@pytest.mark.parametrize(
    ("data", "kind", "slots", "first"),
    [
        (FIXED, TariffKind.PRICE_STATIC, None, 0.3),
        (ZONES, TariffKind.PRICE_FORECAST, None, 0.3),
        (EXCHANGE, TariffKind.PRICE_FORECAST, 8, 0.08),
        ({**EXCHANGE, "usage": "feedin"}, TariffKind.PRICE_FORECAST, 8, 0.08),
        ({**EXCHANGE, "charges": 0.15, "tax": 0.19}, TariffKind.PRICE_FORECAST, 8, 0.2737),
        ({**EXCHANGE, "formula": "{{ price * 2 }}"}, TariffKind.PRICE_FORECAST, 8, 0.16),
        ({**FIXED, "charges_zones": [NIGHT]}, TariffKind.PRICE_FORECAST, None, 0.3),
        (EMISSIONS, TariffKind.CO2, 8, 400),
        ({**EMISSIONS, "tax": 0.19, "charges": 5}, TariffKind.CO2, 8, 400),  # no tax on smoke
        (AWATTAR, TariffKind.PRICE_FORECAST, 8, 0.08),
    ],
)
async def test_every_source_becomes_a_keeper(
    hass: HomeAssistant,
    services: AiohttpClientMocker,
    data: dict[str, Any],
    kind: TariffKind,
    slots: int | None,
    first: float,
) -> None:
    keeper = build_keeper(hass, "id", "Title", data, BERLIN, lambda: None, SiteTime())
    assert (keeper.name, keeper.title, keeper.usage) == ("id", "Title", data["usage"])
    await keeper.async_start()
    assert keeper.status(TEN).problem is None
    assert keeper.tariff is not None
    assert keeper.tariff.kind is kind
    assert keeper.tariff.value(TEN) == pytest.approx(first)
    if slots is not None:
        assert len(keeper.tariff.slots) == slots
    assert all(s.end - s.start == QUARTER for s in keeper.tariff.slots)
    keeper.async_stop()


@pytest.mark.parametrize("name", CASES)
async def test_every_source_of_home_assistant_becomes_a_keeper(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, name: str
) -> None:
    freezer.move_to(NOW)
    case = CASES[name]
    hass.config.currency = case.currency
    data = {"usage": case.usage, "source": "home_assistant", "platform": case.platform}
    keeper = build_keeper(
        hass, "id", name, {**data, **case.make(hass), **case.more}, BERLIN, lambda: None, SiteTime()
    )
    await keeper.async_start()
    status = keeper.status(NOW)
    assert (status.problem, status.placeholders, status.usable) == (None, {}, True)
    keeper.async_stop()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"source": "fixed"}, "source_incomplete"),
    ({"source": "fixed", "price": "cheap"}, "source_incomplete"),
    ({"source": "fixed", "price": 0.3, "tax": "much"}, "source_incomplete"),
    ({"source": "zones", "price": 0.3, "zones": [{"hours": "0-6"}]}, "source_incomplete"),
    ({"source": "zones", "price": 0.3}, "source_incomplete"),
    ({"source": "zones", "price": 0.3, "zones": [{"price": 1, "hours": "22-6"}]}, "hours_invalid"),
    ({"source": "zones", "price": 0.3, "zones": [{"price": 1, "days": "Someday"}]}, "days_invalid"),
    ({"source": "zones", "price": 0.3, "zones": [{"price": 1, "months": "13"}]}, "months_invalid"),
    ({"source": "energy_charts"}, "source_incomplete"),
    ({"source": "awattar", "country": "ch"}, "source_unknown"),
    ({"source": "home_assistant", "platform": "gridcoin"}, "source_unknown"),
    ({"source": "home_assistant", "platform": "tibber"}, "source_incomplete"),
    ({"source": "oracle"}, "source_unknown"),
    ({}, "source_incomplete"),
]


@pytest.mark.parametrize(("data", "key"), WRONG)
async def test_what_cannot_be_built_is_told_by_the_form_and_by_the_status(
    hass: HomeAssistant, data: dict[str, Any], key: str
) -> None:
    data = {"usage": "grid", **data}
    with pytest.raises(SourceError) as caught:
        await async_try(hass, data, BERLIN)
    assert caught.value.key == key
    keeper = build_keeper(hass, "id", "Title", data, BERLIN, lambda: None, SiteTime())
    await keeper.async_start()
    assert keeper.status(TEN).problem == key
    keeper.async_stop()


@pytest.mark.parametrize("data", [EXCHANGE, AWATTAR])
async def test_euro_are_no_crowns(
    hass: HomeAssistant, services: AiohttpClientMocker, data: dict[str, Any]
) -> None:
    hass.config.currency = "SEK"
    with pytest.raises(SourceError) as caught:
        await async_try(hass, data, BERLIN)
    assert (caught.value.key, caught.value.placeholders) == (
        "currency_differs",
        {"currency": "EUR", "home": "SEK"},
    )
    assert services.call_count == 0
    slots = await async_try(hass, {**data, "formula": "{{ price * 11 }}"}, BERLIN)
    assert slots[0].value == pytest.approx(0.88)


async def test_a_formula_converts_the_prices_of_an_integration_as_well(hass: HomeAssistant) -> None:
    hass.config.currency = "SEK"
    data = {"usage": "grid", "source": "home_assistant", "platform": "nordpool"}
    data |= CASES["nordpool"].make(hass)
    with pytest.raises(SourceError, match="currency_differs"):
        await async_try(hass, data, BERLIN)
    slots = await async_try(hass, {**data, "formula": "{{ price * 11 }}"}, BERLIN)
    assert slots[0].value == pytest.approx(0.8965)


async def test_emissions_have_no_currency(hass: HomeAssistant, services: AiohttpClientMocker) -> None:
    hass.config.currency = "SEK"
    assert (await async_try(hass, EMISSIONS, BERLIN))[0].value == 400


# What the form tries


async def test_the_try_tells_quarters_from_now_on(hass: HomeAssistant, services: AiohttpClientMocker) -> None:
    slots = await async_try(hass, EXCHANGE, BERLIN)
    assert [s.start for s in slots] == [TEN + i * QUARTER for i in range(8)]


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ({"text": "<!DOCTYPE html><html>Maintenance</html>"}, "service_unreadable"),
        ({"text": "<html></html>", "headers": {"Content-Type": "text/html"}}, "service_unreadable"),
        ({"status": 503, "text": "<html>busy</html>"}, "service_refused"),
        ({"exc": ClientError("no route")}, "service_unreachable"),
        ({"json": {"unix_seconds": [], "price": []}}, "rates_empty"),
        ({"json": {"unix_seconds": [TEN_S - 7200], "price": [80.0]}}, "rates_empty"),  # all over
        ({"json": {"unix_seconds": [TEN_S], "price": []}}, "service_unreadable"),
        ({"json": {"unix_seconds": ["soon"], "price": [80.0]}}, "service_unreadable"),
        ({"json": {"price": [80.0]}}, "service_unreadable"),
        ({"json": "no such zone"}, "service_unreadable"),
    ],
)
async def test_what_a_service_answers_wrongly(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, answer: dict[str, Any], key: str
) -> None:
    aioclient_mock.get("https://api.energy-charts.info/price", **answer)
    with pytest.raises(SourceError) as caught:
        await async_try(hass, EXCHANGE, BERLIN)
    assert caught.value.key == key


async def test_a_formula_is_tried_with_real_prices(
    hass: HomeAssistant, services: AiohttpClientMocker
) -> None:
    with pytest.raises(SourceError) as caught:
        await async_try(hass, {**EXCHANGE, "formula": "{{ price + levies }}"}, BERLIN)
    assert caught.value.key == "formula_failed"
    assert "levies" in caught.value.placeholders["error"]


async def test_an_entity_whose_rates_are_all_over(hass: HomeAssistant) -> None:
    old = records(3, HOUR, "start", "end", begin=TEN - 5 * HOUR, value=0.3)
    data = {"usage": "grid", "source": "home_assistant", "platform": "custom"}
    data["entity_id"] = entity(hass, "template", "old", "0.3", {"rates": old})
    with pytest.raises(SourceError, match="rates_empty"):
        await async_try(hass, data, BERLIN)


async def test_keepers_of_an_entry_store_what_changes(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    keepers = build_keepers(
        hass, {"a": ("A", FIXED), "b": ("B", {"usage": "co2", "source": "x"})}, BERLIN, SiteTime()
    )
    await keepers.async_start()
    await settle(hass)
    assert [(s.name, s.title, s.problem) for s in keepers.statuses(TEN)] == [
        ("a", "A", None),
        ("b", "B", "source_unknown"),
    ]
    found = keepers.current(TEN)
    assert found.grid is not None
    assert found.co2 is None
    await keepers.async_flush()
    assert list(hass_storage["evcc.tariffs"]["data"]) == ["a"]
    keepers.async_stop()
