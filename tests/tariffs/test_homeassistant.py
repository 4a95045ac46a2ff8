"""Sources inside Home Assistant: each one of the table, from its documented answer to our slots."""

from datetime import timedelta
import itertools
from typing import Any
from unittest.mock import Mock

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc.core.rates import TariffKind
from custom_components.evcc.tariffs.catalogue import INTEGRATIONS
from custom_components.evcc.tariffs.homeassistant import HomeAssistantSource, tells_emissions
from custom_components.evcc.tariffs.model import SourceError, Usage
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .sources import BERLIN, CASES, MIDNIGHT, NOW, Case, action, energy_platform, entity, entry, records


@pytest.fixture(autouse=True)
def _now(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


def prepared(hass: HomeAssistant, case: Case) -> HomeAssistantSource:
    """Return the source of a case, in a house of its currency."""
    hass.config.currency = case.currency
    data = {"platform": case.platform, **case.make(hass), **case.more}
    return HomeAssistantSource(hass, case.usage, data, BERLIN)


@pytest.mark.parametrize("name", CASES)
async def test_every_source_is_read(hass: HomeAssistant, name: str) -> None:
    case = CASES[name]
    slots = await prepared(hass, case).async_read(NOW)
    assert len(slots) == case.slots
    assert slots[0].value == pytest.approx(case.first)
    assert all(a.end <= b.start for a, b in itertools.pairwise(slots))


def test_every_line_of_the_table_is_tested() -> None:
    assert {case.platform for case in CASES.values()} >= set(INTEGRATIONS)


@pytest.mark.parametrize(
    ("name", "kind", "minutes"),
    [
        ("nordpool", TariffKind.PRICE_FORECAST, 60),
        ("amber", TariffKind.PRICE_FORECAST, 5),
        ("co2signal", TariffKind.CO2, 15),
        ("solcast_solar", TariffKind.SOLAR, 60),
        ("custom, state", TariffKind.PRICE_DYNAMIC, 15),
        ("custom, known attribute", TariffKind.PRICE_FORECAST, 60),
        ("custom, named attribute", TariffKind.PRICE_FORECAST, 60),
        ("custom, sun", TariffKind.SOLAR, 60),
    ],
)
async def test_kind_and_interval(hass: HomeAssistant, name: str, kind: TariffKind, minutes: int) -> None:
    source = prepared(hass, CASES[name])
    assert (source.kind, source.interval) == (kind, timedelta(minutes=minutes))


async def test_a_live_price_is_still_one_while_its_entity_is_away(hass: HomeAssistant) -> None:
    source = prepared(hass, CASES["custom, state"])
    assert source.kind is TariffKind.PRICE_DYNAMIC
    hass.states.async_set(source.entity_ids[0], "unavailable")
    assert source.kind is TariffKind.PRICE_DYNAMIC


async def test_a_live_price_is_taken_to_last(hass: HomeAssistant) -> None:
    (slot,) = await prepared(hass, CASES["custom, state"]).async_read(NOW)
    assert (slot.start, slot.end - slot.start) == (NOW.replace(minute=15), timedelta(hours=48))


async def test_nord_pool_is_asked_for_days_of_the_exchange(hass: HomeAssistant) -> None:
    """At half past midnight in Finland the exchange is still in yesterday."""
    made = CASES["nordpool"].make(hass)
    calls = action(hass, "nordpool", "get_prices_for_date", {str: object}, lambda _: {"DE-LU": []})
    source = HomeAssistantSource(hass, Usage.GRID, {"platform": "nordpool", **made}, BERLIN)
    assert await source.async_read(MIDNIGHT - timedelta(minutes=30)) == ()
    assert [c.data["date"] for c in calls] == ["2026-11-19", "2026-11-20"]
    assert calls[0].data["areas"] == ["DE-LU"]


def source_of(hass: HomeAssistant, **data: Any) -> HomeAssistantSource:
    return HomeAssistantSource(hass, Usage.GRID, data, BERLIN)


async def read_error(source: HomeAssistantSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.async_read(NOW)
    return caught.value


@pytest.mark.parametrize(
    ("state", "attributes", "more", "key"),
    [
        ("unavailable", {}, {}, "entity_unavailable"),
        ("unknown", {}, {}, "state_unreadable"),
        ("cheap", {}, {}, "state_unreadable"),
        ("3", {"unit_of_measurement": "%"}, {}, "unit_unknown"),
        ("3", {"unit_of_measurement": "gCO2eq/kWh"}, {}, "unit_unknown"),
        ("3", {"unit_of_measurement": "SEK/kWh"}, {}, "currency_differs"),
        ("3", {"unit_of_measurement": "kWh"}, {}, "unit_unknown"),
        ("3", {}, {"attribute": "later"}, "attribute_missing"),
        ("3", {"later": [1, 2, 3]}, {"attribute": "later"}, "rates_unreadable"),
        ("3", {"later": "soon"}, {"attribute": "later"}, "rates_missing"),
        ("3", {"prices": {"Home": [], "Hut": []}}, {}, "part_missing"),
    ],
)
async def test_what_is_wrong_with_an_entity(
    hass: HomeAssistant, state: str, attributes: dict[str, Any], more: dict[str, Any], key: str
) -> None:
    entity_id = entity(hass, "template", "mine", state, attributes)
    error = await read_error(source_of(hass, entity_id=entity_id, **more))
    assert error.key == key
    assert not error.retry


async def test_an_entity_that_is_not_there(hass: HomeAssistant) -> None:
    error = await read_error(source_of(hass, entity_id="sensor.nobody"))
    assert (error.key, error.placeholders) == ("entity_missing", {"entity": "sensor.nobody"})


async def test_another_currency_is_refused_unless_a_factor_says_how(hass: HomeAssistant) -> None:
    hass.config.currency = "SEK"
    made = CASES["nordpool"].make(hass)
    error = await read_error(source_of(hass, platform="nordpool", **made))
    assert (error.key, error.placeholders) == ("currency_differs", {"currency": "EUR", "home": "SEK"})
    slots = await source_of(hass, platform="nordpool", factor=11.0, **made).async_read(NOW)
    assert slots[0].value == pytest.approx(0.8965)


@pytest.mark.parametrize(
    ("raised", "key", "retry"),
    [
        (ServiceValidationError("no such area"), "action_refused", False),
        (HomeAssistantError("no connection"), "action_refused", True),
        (KeyError("price"), "action_refused", False),
        (SourceError("part_unknown"), "action_refused", False),
    ],
)
async def test_an_action_that_refuses(hass: HomeAssistant, raised: Exception, key: str, retry: bool) -> None:
    found = entry(hass, "tibber")
    action(hass, "tibber", "get_prices", {str: object}, Mock(side_effect=raised))
    error = await read_error(source_of(hass, platform="tibber", config_entry=found.entry_id))
    assert (error.key, error.retry) == (key, retry)
    assert error.placeholders == {"action": "tibber.get_prices", "error": str(raised)}


async def test_tomorrow_may_be_refused_in_any_way(hass: HomeAssistant) -> None:
    found = entry(hass, "omie")
    today = {"es": records(96, timedelta(minutes=15), "start", "end", price=0.1)}
    action(hass, "omie", "get_prices_for_date", {str: object}, Mock(side_effect=[today, KeyError("es")]))
    source = source_of(hass, platform="omie", config_entry=found.entry_id, area="es")
    assert len(await source.async_read(NOW)) == 96


async def test_arguments_that_the_schema_does_not_know_are_told(hass: HomeAssistant) -> None:
    found = entry(hass, "tibber")
    action(hass, "tibber", "get_prices", {}, lambda _: {})
    error = await read_error(source_of(hass, platform="tibber", config_entry=found.entry_id))
    assert error.key == "action_refused"


@pytest.mark.parametrize(
    ("state", "key", "retry"),
    [
        (ConfigEntryState.LOADED, "action_missing", True),
        (ConfigEntryState.SETUP_RETRY, "integration_not_loaded", True),
        (None, "integration_missing", False),
    ],
)
async def test_an_integration_that_is_away(
    hass: HomeAssistant, state: ConfigEntryState | None, key: str, retry: bool
) -> None:
    found = entry(hass, "tibber")
    if state is not None:
        found.mock_state(hass, state)
    entry_id = "gone" if state is None else found.entry_id
    error = await read_error(source_of(hass, platform="tibber", config_entry=entry_id))
    assert (error.key, error.retry) == (key, retry)


async def test_no_forecast_for_the_energy_dashboard(hass: HomeAssistant) -> None:
    made = energy_platform("sunny", None)(hass)
    source = HomeAssistantSource(hass, Usage.SOLAR, {"platform": "energy_platform", **made}, BERLIN)
    assert (await read_error(source)).key == "forecast_missing"


async def test_energy_that_is_left_out_is_none(hass: HomeAssistant) -> None:
    hours = {
        "2026-11-20T08:00:00+01:00": 100,
        "2026-11-20T08:15:00+01:00": 100,
        "2026-11-20T10:00:00+01:00": 50,
    }
    made = energy_platform("sunny", hours)(hass)
    source = HomeAssistantSource(hass, Usage.SOLAR, {"platform": "energy_platform", **made}, BERLIN)
    assert [s.value for s in await source.async_read(NOW)] == [400.0, 400.0, 0.0, 200.0]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"platform": "nordpool"}, "source_incomplete"),
        ({"platform": "custom"}, "source_incomplete"),
        ({"platform": "gridcoin"}, "source_unknown"),
    ],
)
async def test_a_subentry_that_cannot_be_used(hass: HomeAssistant, data: dict[str, Any], key: str) -> None:
    with pytest.raises(SourceError, match=key):
        source_of(hass, **data)


async def test_tomorrow_comes_from_a_second_entity(hass: HomeAssistant) -> None:
    source = prepared(hass, CASES["octopus_energy"])
    tomorrow = records(
        48, timedelta(minutes=30), "start", "end", begin=MIDNIGHT + timedelta(days=1), value_inc_vat=0.1
    )
    hass.states.async_set(source.entity_ids[1], "x", {"rates": tomorrow})
    assert len(await source.async_read(NOW)) == 96
    hass.states.async_set(source.entity_ids[1], "unavailable")
    assert len(await source.async_read(NOW)) == 48


# Emissions to plan by


@pytest.mark.parametrize(
    ("unit", "kind", "value"),
    [
        ("gCO2eq/kWh", TariffKind.CO2, 300.0),
        ("gCO₂/kWh", TariffKind.CO2, 300.0),
        ("g/kWh", TariffKind.CO2, 300.0),
        ("kg/kWh", TariffKind.CO2, 300_000.0),
        ("kgCO2/MWh", TariffKind.CO2, 300.0),
        ("EUR/kWh", TariffKind.PRICE_FORECAST, 300.0),
        ("EUR/MWh", TariffKind.PRICE_FORECAST, 0.3),
    ],
)
async def test_plans_go_by_emissions_where_the_unit_is_one(
    hass: HomeAssistant, unit: str, kind: TariffKind, value: float
) -> None:
    data = {"entity_id": ["sensor.own"]}
    source = HomeAssistantSource(hass, Usage.PLANNER, data, BERLIN)
    rates = [{"start": MIDNIGHT.isoformat(), "value": 300}]
    hass.states.async_set("sensor.own", "300", {"unit_of_measurement": unit, "rates": rates})
    slots = await source.async_read(NOW)
    assert (source.kind, slots[0].value) == (kind, pytest.approx(value))
    assert tells_emissions(hass, data) is (kind is TariffKind.CO2)
    hass.states.async_set("sensor.own", "unavailable")
    assert source.kind is kind


async def test_what_energy_costs_is_no_emission(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.own", "300", {"unit_of_measurement": "g/kWh"})
    source = HomeAssistantSource(hass, Usage.GRID, {"entity_id": ["sensor.own"]}, BERLIN)
    with pytest.raises(SourceError, match="unit_unknown"):
        await source.async_read(NOW)
    assert not tells_emissions(hass, {"platform": "co2signal", "entity_id": "sensor.own"})
    assert not tells_emissions(hass, {})
