"""Price zones in the flow of a tariff: entered, shown, changed, removed, and what cannot be."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from homeassistant.core import HomeAssistant

from ..tariffs.sources import NOW
from .flow_helpers import entry, setup_entry
from .tariff_walk import TariffWalk, in_berlin

__all__ = ["entry", "in_berlin", "setup_entry"]


async def test_price_zones(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("zones", "base")
    await walk.enter({"price": 0.3}, "zone")
    await walk.enter({"price": 0.2, "start": "22:00:00", "end": "06:00:00"}, "zones")
    assert walk.placeholders["base"] == "0.3 EUR/kWh"
    assert walk.placeholders["zones"] == "- 0.2 EUR/kWh, 22:00–06:00"
    await walk.choose("zone_add", "zone")
    await walk.enter({"price": 0.25, "days": ["sat", "sun"], "months": ["oct", "nov", "dec", "jan"]}, "zones")
    assert walk.placeholders["zones"].splitlines()[1] == (
        "- 0.25 EUR/kWh, Saturday + Sunday, January + October–December"
    )
    await walk.choose("check", "check")
    assert "| 11:20 – 22:00 | 0.3000 |" in walk.report
    assert "| 22:00 – Saturday 00:00 | 0.2000 |" in walk.report
    assert "| Saturday 00:00 – 22:00 | 0.2500 |" in walk.report
    assert "Range: 0.2000 … 0.3000 EUR/kWh" in walk.report
    made = await walk.save()
    assert made.data == {
        "usage": "grid",
        "source": "zones",
        "price": 0.3,
        "zones": [
            {"price": 0.2, "hours": "22:00-00:00,00:00-06:00"},
            {"price": 0.25, "days": "sat,sun", "months": "jan,oct,nov,dec"},
        ],
    }


async def test_zones_are_changed_and_removed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await TariffWalk.to(hass, entry, "feedin")
    await walk.source("zones", "base")
    await walk.enter({"price": 0.08}, "zone")
    await walk.enter({"price": 0.02, "start": "10:00:00", "end": "14:00:00"}, "zones")
    await walk.choose("zone_add", "zone")
    await walk.enter({"price": 0.04, "days": ["sun"]}, "zones")
    await walk.choose("zone_pick", "zone_pick")
    assert [o["label"] for o in walk.options()] == ["0.02 EUR/kWh, 10:00–14:00", "0.04 EUR/kWh, Sunday"]
    await walk.enter({"zone": "0"}, "zone")
    assert walk.suggested == {
        "price": 0.02,
        "start": "10:00:00",
        "end": "14:00:00",
        "days": [],
        "months": [],
    }
    await walk.enter({"price": 0.03, "start": "10:00:00", "end": "15:00:00"}, "zones")
    await walk.choose("zone_pick", "zone_pick")
    await walk.enter({"zone": "1"}, "zone")
    await walk.enter({"price": 0.04, "remove": True}, "zones")
    await walk.choose("base", "base")
    await walk.enter({"price": 0.09}, "zones")
    await walk.choose("check", "check")
    made = await walk.save()
    assert (made.data["price"], made.data["zones"]) == (0.09, [{"price": 0.03, "hours": "10:00-15:00"}])


@pytest.mark.parametrize(
    "zone",
    [
        {"price": 0.2, "start": "22:00:00"},
        {"price": 0.2, "end": "06:00:00"},
        {"price": 0.2, "start": "06:00:00", "end": "06:00:00"},
    ],
)
async def test_hours_that_cannot_be(
    hass: HomeAssistant, entry: MockConfigEntry, zone: dict[str, Any]
) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("zones", "base")
    await walk.enter({"price": 0.3}, "zone")
    await walk.enter(zone, "zone", {"base": "zone_times"})
    assert walk.suggested["price"] == 0.2  # what was entered is still there
    await walk.enter({"price": 0.2}, "zones")


async def test_of_overlapping_zones_the_later_start_counts(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("zones", "base")
    await walk.enter({"price": 0.3}, "zone")
    await walk.enter({"price": 0.1, "start": "11:00:00", "end": "14:00:00"}, "zones")
    await walk.choose("zone_add", "zone")
    await walk.enter({"price": 0.2, "start": "12:00:00", "end": "16:00:00"}, "zones")
    await walk.choose("check", "check")
    assert walk.report.splitlines()[2:5] == [
        "| 11:20 – 12:00 | 0.1000 |",
        "| 12:00 – 16:00 | 0.2000 |",
        "| 16:00 – Saturday 11:00 | 0.3000 |",
    ]


async def test_charges_by_hours(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker
) -> None:
    begin = int(NOW.replace(minute=15).timestamp()) * 1000
    row = {"start_timestamp": begin, "end_timestamp": begin + 7_200_000, "marketprice": 80.0}
    aioclient_mock.get("https://api.awattar.at/v1/marketdata", json={"data": [row]})
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("awattar", "awattar")
    await walk.enter({"country": "at"}, "charges")
    await walk.enter({"charges": 0.15, "tax": 19, "expert": {}}, "check")
    await walk.choose("charges_zones", "charges_zones")
    assert walk.menu == ["check", "charges_zone_add", "charges"]
    assert (walk.placeholders["base"], walk.placeholders["zones"]) == ("0.15 EUR/kWh", "")
    await walk.choose("charges_zone_add", "charges_zone")
    await walk.enter({"price": 0.1, "start": "12:00:00"}, "charges_zone", {"base": "zone_times"})
    await walk.enter({"price": 0.1, "start": "12:00:00", "end": "06:00:00"}, "charges_zones")
    await walk.choose("charges_zone_add", "charges_zone")
    await walk.enter({"price": 0.3, "days": ["sun"]}, "charges_zones")
    assert walk.placeholders["zones"] == "- 0.1 EUR/kWh, 12:00–06:00\n- 0.3 EUR/kWh, Sunday"
    await walk.choose("charges_zone_pick", "charges_zone_pick")
    await walk.enter({"zone": "1"}, "charges_zone")
    assert walk.suggested == {"price": 0.3, "days": ["sun"], "months": []}
    await walk.enter({"price": 0.3, "remove": True}, "charges_zones")
    await walk.choose("check", "check")
    assert walk.report.splitlines()[2:4] == ["| 11:20 – 12:00 | 0.2737 |", "| 12:00 – 13:15 | 0.2142 |"]
    made = await walk.save()
    assert made.data["charges_zones"] == [{"price": 0.1, "hours": "12:00-00:00,00:00-06:00"}]
    assert "zones" not in made.data


@pytest.mark.parametrize("source", ["fixed", "zones"])
async def test_prices_with_everything_in_them_take_no_charges(
    hass: HomeAssistant, entry: MockConfigEntry, source: str
) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source(source, "fixed" if source == "fixed" else "base")
    await walk.enter({"price": 0.3}, "check" if source == "fixed" else "zone")
    if source == "zones":
        await walk.enter({"price": 0.2, "days": ["sun"]}, "zones")
        await walk.choose("check", "check")
    assert walk.menu == ["save", "source"]
