"""Adding and changing tariffs: every source through the form, and what can be entered wrongly."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientError
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.evcc.tariffs.model import MISTAKES
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData

from ..tariffs.sources import CASES, NOW, entity, records
from .flow_helpers import LANGUAGES, entry, home, setup_entry, texts
from .tariff_walk import TariffWalk, in_berlin

__all__ = ["entry", "in_berlin", "setup_entry"]

CHARTS = "https://api.energy-charts.info/price"
NOW_S = int(NOW.replace(minute=15).timestamp())


def exchange(mock: AiohttpClientMocker, *prices: float | None) -> None:
    """Let Energy-Charts tell quarters of an hour from now on."""
    seconds = [NOW_S + i * 900 for i in range(len(prices))]
    mock.get(CHARTS, json={"unix_seconds": seconds, "price": list(prices)})


# Every source


async def test_fixed_price(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    assert walk.suggested["title"] == "Grid power"
    await walk.source("fixed", "fixed")
    await walk.enter({"price": 0.3}, "check")
    assert walk.menu == ["save", "source"]
    assert walk.placeholders["intro"].startswith("These are the values")
    assert "| 11:20 – 2026-11-27 00:00 | 0.3000 |" in walk.report
    assert "Known until: 2026-11-27 00:00" in walk.report
    made = await walk.save()
    assert (made.title, made.unique_id, made.subentry_type) == ("Prices", "tariff_grid", "tariff")
    assert made.data == {"usage": "grid", "source": "fixed", "price": 0.3}


@pytest.mark.parametrize("step", ["fixed", "base"])
async def test_a_price_is_required(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("fixed" if step == "fixed" else "zones", step)
    with pytest.raises(InvalidData):
        await walk.enter({}, step)
    with pytest.raises(InvalidData):
        await walk.enter({"price": "cheap"}, step)


async def test_prices_of_the_exchange_with_charges_and_tax(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker
) -> None:
    hass.config.country = "DE"
    exchange(aioclient_mock, 80.0, 80.0, -40.0)
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("energy_charts", "energy_charts")
    schema = walk.result["data_schema"]
    assert schema is not None
    assert schema({}) == {"zone": "DE-LU"}
    await walk.enter({"zone": "DE-LU"}, "charges")
    await walk.enter({"charges": 0.15, "tax": 19, "expert": {}}, "check")
    assert walk.menu == ["save", "charges", "charges_zones", "source"]
    assert walk.report.splitlines() == [
        "| Time | Value (EUR/kWh) |",
        "| --- | --- |",
        "| 11:20 – 11:45 | 0.2737 |",
        "| 11:45 – 12:00 | 0.1309 |",
        "",
        "Known until: 2026-11-20 12:00  ",
        "Range: 0.1309 … 0.2737 EUR/kWh",
    ]
    made = await walk.save()
    assert made.data == {
        "usage": "grid",
        "source": "energy_charts",
        "zone": "DE-LU",
        "charges": 0.15,
        "tax": 0.19,
    }


async def test_awattar(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker
) -> None:
    row = {"start_timestamp": NOW_S * 1000, "end_timestamp": (NOW_S + 3600) * 1000, "marketprice": 80.0}
    aioclient_mock.get("https://api.awattar.at/v1/marketdata", json={"data": [row]})
    walk = await TariffWalk.to(hass, entry, "planner")
    await walk.source("awattar", "awattar")
    await walk.enter({"country": "at"}, "charges")
    await walk.enter({"expert": {}}, "check")
    assert "| 11:20 – 12:15 | 0.0800 |" in walk.report
    made = await walk.save()
    assert (made.unique_id, dict(made.data)) == (
        "tariff_planner",
        {"usage": "planner", "source": "awattar", "country": "at"},
    )


async def test_emissions_of_a_country(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker
) -> None:
    answer = {"unix_seconds": [NOW_S], "co2eq": [None], "co2eq_forecast": [312.4]}
    aioclient_mock.get("https://api.energy-charts.info/co2eq", json=answer)
    walk = await TariffWalk.to(hass, entry, "co2")
    assert [o["value"] for o in walk.options()] == ["energy_charts", "entity"]
    await walk.source("energy_charts", "country")
    await walk.enter({"country": "FR"}, "check")  # nothing comes on top
    assert walk.menu == ["save", "source"]
    assert "| 11:20 – 12:15 | 312 |" in walk.report
    assert (await walk.save()).data == {"usage": "co2", "source": "energy_charts", "country": "fr"}


USAGES = {"grid": "EUR/kWh", "feedin": "EUR/kWh", "planner": "EUR/kWh", "co2": "g/kWh", "solar": "W"}
FOUND = sorted(name for name in CASES if not name.startswith("custom"))


@pytest.mark.parametrize("name", FOUND)
async def test_every_integration_that_is_found(
    hass: HomeAssistant, entry: MockConfigEntry, name: str
) -> None:
    case = CASES[name]
    hass.config.currency = case.currency
    stored = case.make(hass)
    walk = await TariffWalk.to(hass, entry, case.usage)
    found = walk.options()[0]
    assert found["value"] == "found_0"
    assert found["label"] != "found_0"
    word = next(
        o["value"]
        for i, o in enumerate(walk.options())
        if o["value"].startswith("found_") and _platform(walk, i) == case.platform
    )
    priced = case.usage not in ("co2", "solar")
    await walk.source(word, "charges" if priced else "check")
    if priced:
        await walk.enter({"expert": {}}, "check")
    unit = {**USAGES, case.usage: USAGES[case.usage].replace("EUR", case.currency)}[case.usage]
    assert f"({unit}) |" in walk.report, walk.report
    made = await walk.save()
    assert (made.data["source"], made.data["platform"]) == ("home_assistant", case.platform)
    told = {
        k: [v] if k == "entity_id" and isinstance(v, str) else v for k, v in stored.items() if k != "area"
    }
    assert told.items() <= made.data.items()


async def test_emissions_to_plan_by_are_no_prices(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    CASES["co2signal"].make(hass)
    walk = await TariffWalk.to(hass, entry, "planner")
    await walk.source("found_0", "check")  # nothing comes on top
    assert walk.menu == ["save", "source"]
    assert "(g/kWh) |" in walk.report
    assert "| 412 |" in walk.report


def _platform(walk: TariffWalk, index: int) -> str:
    handler: Any = walk._hass.config_entries.subentries._progress[walk.result["flow_id"]]
    return str(handler._found[index].data["platform"])


async def test_an_entity_of_ones_own(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    rates = records(24, timedelta(hours=1), "start", "end", value=25.0)
    entity_id = entity(hass, "template", "mine", "x", {"later": rates, "unit_of_measurement": "ct/kWh"})
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("entity", "entity")
    await walk.enter({"entity_id": [], "expert": {}}, "entity", {"entity_id": "entity_missing"})
    await walk.enter({"entity_id": [entity_id], "expert": {"attribute": "later"}}, "charges")
    await walk.enter({"tax": 20, "expert": {}}, "check")
    assert "| 11:20 – Saturday 00:00 | 0.3000 |" in walk.report
    assert (await walk.save()).data == {
        "usage": "grid",
        "source": "home_assistant",
        "platform": "custom",
        "entity_id": [entity_id],
        "attribute": "later",
        "tax": 0.2,
    }


async def test_a_live_price_in_a_currency_that_a_factor_converts(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entity_id = entity(hass, "template", "mine", "100", {"unit_of_measurement": "SEK/MWh"})
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("entity", "entity")
    await walk.enter({"entity_id": [entity_id], "expert": {"factor": 0.0001}}, "charges")
    await walk.enter({"expert": {}}, "check")
    assert "| 0.0100 |" in walk.report


# What goes wrong


async def test_no_source_is_found(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """What everybody has is offered, beginning with the simplest."""
    walk = await TariffWalk.to(hass, entry, "grid")
    assert [o["value"] for o in walk.options()] == ["fixed", "zones", "energy_charts", "awattar", "entity"]
    walk = await TariffWalk.to(hass, entry, "solar")
    assert [o["value"] for o in walk.options()] == ["entity"]


async def test_a_name_is_required(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.enter({"title": "  ", "source": "fixed"}, "source", {"title": "title_missing"})
    await walk.source("fixed", "fixed")


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("{{ price + levies }}", "'levies' is undefined"),
        ("{{ price / 0 }}", "division by zero"),
        ("expensive", "could not convert string to float"),
    ],
)
async def test_a_wrong_formula_cannot_be_saved(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker, formula: str, told: str
) -> None:
    exchange(aioclient_mock, 80.0)
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("energy_charts", "energy_charts")
    await walk.enter({"zone": "AT"}, "charges")
    await walk.enter({"expert": {"formula": formula}}, "check")
    assert walk.report.startswith("⚠️ The formula cannot be worked out: ")
    assert told in walk.report
    assert walk.menu == ["check", "charges", "charges_zones", "source"]
    await walk.choose("charges", "charges")
    assert walk.suggested["formula"] == formula
    await walk.enter({"expert": {"formula": "{{ (price + 0.1) * 1.2 }}"}}, "check")
    assert "| 11:20 – 12:15 | 0.2160 |" in walk.report
    assert (await walk.save()).data["formula"] == "{{ (price + 0.1) * 1.2 }}"


async def test_a_formula_with_a_mistake_in_writing_is_refused_by_the_form(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("energy_charts", "energy_charts")
    await walk.enter({"zone": "AT"}, "charges")
    with pytest.raises(InvalidData):
        await walk.enter({"expert": {"formula": "{{ price +"}}, "check")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"text": "<!DOCTYPE html><html>busy</html>"},
            "⚠️ Energy-Charts answers something that cannot be understood",
        ),
        ({"status": 503}, "⚠️ Energy-Charts refuses to answer (status 503). Try again later"),
        ({"exc": ClientError("no route")}, "⚠️ Energy-Charts cannot be reached: no route"),
        ({"json": {"unix_seconds": [], "price": []}}, "⚠️ Nothing is known of the hours to come"),
    ],
)
async def test_a_service_that_does_not_answer_now_may_be_saved_all_the_same(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    aioclient_mock: AiohttpClientMocker,
    answer: dict[str, Any],
    told: str,
) -> None:
    aioclient_mock.get(CHARTS, **answer)
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("energy_charts", "energy_charts")
    await walk.enter({"zone": "AT"}, "charges")
    await walk.enter({"expert": {}}, "check")
    assert (walk.report, walk.placeholders["intro"]) == (told, "")
    assert walk.menu == ["check", "save_anyway", "charges", "charges_zones", "source"]
    made = await walk.finish({"next_step_id": "save_anyway"})
    assert made.data["zone"] == "AT"


async def test_a_service_is_asked_again(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker
) -> None:
    aioclient_mock.get(CHARTS, status=503)
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("energy_charts", "energy_charts")
    await walk.enter({"zone": "AT"}, "charges")
    await walk.enter({"expert": {}}, "check")
    aioclient_mock.clear_requests()
    exchange(aioclient_mock, 80.0)
    await walk.choose("check", "check")
    assert walk.menu == ["save", "charges", "charges_zones", "source"]
    assert "| 0.0800 |" in walk.report


async def test_another_currency_cannot_be_saved_without_a_formula(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config.currency = "SEK"
    CASES["nordpool"].make(hass)
    walk = await TariffWalk.to(hass, entry, "grid")
    await walk.source("found_0", "charges")
    await walk.enter({"expert": {}}, "check")
    assert walk.report == "⚠️ The prices are in EUR, but the currency of this home is SEK"
    assert walk.menu == ["check", "charges", "charges_zones", "source"]
    await walk.choose("charges", "charges")
    await walk.enter({"expert": {"formula": "{{ price * 11 }}"}}, "check")
    assert "Value (SEK/kWh)" in walk.report
    assert "| 0.8965 |" in walk.report


async def test_problems_are_told_in_the_language_of_the_home(
    hass: HomeAssistant, entry: MockConfigEntry, aioclient_mock: AiohttpClientMocker
) -> None:
    hass.config.language = "de"
    aioclient_mock.get(CHARTS, status=503)
    walk = await TariffWalk.to(hass, entry, "grid")
    assert walk.suggested["title"] == "Netzstrom"
    await walk.source("energy_charts", "energy_charts")
    await walk.enter({"zone": "AT"}, "charges")
    await walk.enter({"expert": {}}, "check")
    assert "Status 503" in walk.report


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_sentence(language: str) -> None:
    sentences = texts(language)["exceptions"]
    assert set(sentences) >= MISTAKES


# One of each


async def test_a_use_that_is_there_is_not_offered_again(hass: HomeAssistant) -> None:
    fixed = {"source": "fixed", "price": 0.1}
    there = home(
        hass,
        ("tariff", "a", "Grid", {**fixed, "usage": "grid"}),
        ("tariff", "b", "Sun", {"usage": "solar", "source": "home_assistant", "platform": "custom"}),
    )
    result = await hass.config_entries.subentries.async_init(
        (there.entry_id, "tariff"), context={"source": SOURCE_USER}
    )
    assert result["menu_options"] == ["feedin", "co2", "solar", "planner"]


async def test_two_people_cannot_add_the_same(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walks = [await TariffWalk.to(hass, entry, "grid") for _ in range(2)]
    for walk in walks:
        await walk.source("fixed", "fixed")
        await walk.enter({"price": 0.3}, "check")
    await walks[0].save()
    await walks[1].abort({"next_step_id": "save"}, "already_configured")


async def test_every_roof_has_a_forecast_of_its_own(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    CASES["forecast_solar"].make(hass)
    for _ in range(2):
        walk = await TariffWalk.to(hass, entry, "solar")
        await walk.source("found_0", "check", "Roof")
        assert "| 1500 |" in walk.report
        assert (await walk.save()).unique_id is None


# Changing


async def test_changing_a_price(hass: HomeAssistant) -> None:
    there = home(hass, ("tariff", "mine", "Mine", {"usage": "grid", "source": "fixed", "price": 0.3}))
    walk = await TariffWalk.again(hass, there, "mine")
    assert walk.suggested == {"title": "Mine", "source": "fixed"}
    await walk.source("fixed", "fixed", "Better")
    assert walk.suggested == {"price": 0.3}
    await walk.enter({"price": 0.28}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")
    changed = there.subentries["mine"]
    assert (changed.title, dict(changed.data)) == (
        "Better",
        {"usage": "grid", "source": "fixed", "price": 0.28},
    )


async def test_another_source_leaves_nothing_of_the_one_before(hass: HomeAssistant) -> None:
    CASES["tibber"].make(hass)
    zones = {"usage": "grid", "source": "zones", "price": 0.3, "zones": [{"price": 0.2, "hours": "0-6"}]}
    there = home(hass, ("tariff", "mine", "Mine", zones))
    walk = await TariffWalk.again(hass, there, "mine")
    assert walk.suggested["source"] == "zones"
    await walk.source("found_0", "charges")
    await walk.enter({"expert": {}}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")
    data = there.subentries["mine"].data
    assert data.keys() == {"usage", "source", "platform", "config_entry"}

    walk = await TariffWalk.again(hass, there, "mine")
    assert walk.suggested["source"] == "found_0"


async def test_a_source_that_is_away_can_stay(hass: HomeAssistant) -> None:
    """Its integration is not loaded now: charges can be changed all the same."""
    data = {
        "usage": "grid",
        "source": "home_assistant",
        "platform": "tibber",
        "config_entry": "x",
        "tax": 0.1,
    }
    there = home(hass, ("tariff", "mine", "Mine", data))
    walk = await TariffWalk.again(hass, there, "mine")
    assert walk.suggested["source"] == "stored"
    await walk.source("stored", "charges", "Mine")
    assert walk.suggested["tax"] == 10
    await walk.enter({"tax": 20, "expert": {}}, "check")
    assert walk.menu == ["check", "save_anyway", "charges", "charges_zones", "source"]
    await walk.abort({"next_step_id": "save_anyway"}, "reconfigure_successful")
    assert there.subentries["mine"].data == {**data, "tax": 0.2}


async def test_the_preview_is_of_the_hours_to_come_read_just_now(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    rates = records(24, timedelta(hours=1), "start", "end", value=0.1)
    for i, row in enumerate(rates):
        row["value"] = i / 100
    entity_id = entity(hass, "template", "mine", "x", {"rates": rates})
    walk = await TariffWalk.to(hass, entry, "feedin")
    await walk.source("entity", "entity")
    await walk.enter({"entity_id": [entity_id], "expert": {}}, "charges")
    await walk.enter({"expert": {}}, "check")
    lines = walk.report.splitlines()
    assert lines[2:4] == ["| 11:20 – 12:00 | 0.1100 |", "| 12:00 – 13:00 | 0.1200 |"]
    assert lines[14] == "| … | |"  # a table of a dozen rows
    assert lines[16] == "Known until: 2026-11-21 00:00  "

    hass.states.async_set(entity_id, "x", {"rates": [{**r, "value": 0.5} for r in rates]})
    freezer.move_to(datetime(2026, 11, 20, 14, tzinfo=UTC))
    await walk.choose("source", "source")
    await walk.source("entity", "entity")
    assert walk.suggested["entity_id"] == [entity_id]
    await walk.enter({"entity_id": [entity_id], "expert": {}}, "charges")
    await walk.enter({"expert": {}}, "check")
    assert walk.report.splitlines()[2] == "| 15:00 – Saturday 00:00 | 0.5000 |"
