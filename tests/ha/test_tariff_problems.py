"""Repairs of tariffs: what cannot be read, is old, wrong, or tells nothing of tomorrow."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.const import DOMAIN
from homeassistant.components.repairs import FlowType, repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .entities_home import runtime_of
from .tariff_home import HOUR, NOON, OWN, SENSOR, list_prices, pass_time, read, start_with, tariff
from .test_repairs import issues

MINUTE = timedelta(minutes=1)
DAY = tuple(0.30 for _ in range(12))  # from noon to midnight
TWO_DAYS = tuple(0.30 for _ in range(36))
ENTITY_AWAY = f"The entity {SENSOR} is unavailable"


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)


async def test_a_tariff_that_is_read_is_no_problem(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    list_prices(hass, NOON, *TWO_DAYS)
    entry = await start_with(hass, tariff(OWN), tariff({"usage": "feedin", "source": "fixed", "price": 0.08}))
    for _ in range(13):
        await pass_time(hass, entry, freezer, HOUR)
    assert issues(hass) == {}


async def test_a_source_that_tells_nothing(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    hass.states.async_set(SENSOR, "unavailable")
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, 9 * MINUTE)
    assert issues(hass) == {}
    await pass_time(hass, entry, freezer, 2 * MINUTE)
    assert issues(hass) == {"tariff_unreadable_prices": {"device": "Prices", "error": ENTITY_AWAY}}
    list_prices(hass, NOON, *DAY)
    await pass_time(hass, entry, freezer, MINUTE)
    assert issues(hass) == {}


async def test_a_source_whose_rates_are_all_over(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    list_prices(hass, NOON - 3 * HOUR, 0.1, 0.2, 0.3)
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 11 * MINUTE)
    error = "Nothing is known of the hours to come"
    assert issues(hass) == {"tariff_unreadable_prices": {"device": "Prices", "error": error}}


async def test_the_message_is_in_the_language_of_the_home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    hass.config.language = "de"
    hass.states.async_set(SENSOR, "unavailable")
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 11 * MINUTE)
    error = f"Die Entität {SENSOR} ist nicht verfügbar"
    assert issues(hass) == {"tariff_unreadable_prices": {"device": "Prices", "error": error}}


async def test_what_is_known_gets_old(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    list_prices(hass, NOON, *DAY)
    entry = await start_with(hass, tariff(OWN))
    hass.states.async_set(SENSOR, "unavailable")
    await pass_time(hass, entry, freezer, 2 * HOUR)
    assert issues(hass) == {}
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 10 * MINUTE)
    assert issues(hass) == {
        "tariff_outdated_prices": {
            "device": "Prices",
            "error": ENTITY_AWAY,
            "read": "2026-11-20 12:00",
            "until": "2026-11-21 00:00",
        }
    }
    list_prices(hass, NOON, *DAY)
    await pass_time(hass, entry, freezer, MINUTE)
    assert issues(hass) == {}


async def test_prices_in_another_currency(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    list_prices(hass, NOON, *DAY, unit_of_measurement="SEK/kWh")
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 2 * MINUTE)
    told = {"device": "Prices", "currency": "SEK", "home": "EUR"}
    assert issues(hass) == {"tariff_currency_prices": told}


async def test_the_problem_goes_when_the_currency_of_the_home_is_put_right(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    list_prices(hass, NOON, *DAY, unit_of_measurement="SEK/kWh")
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 2 * MINUTE)
    assert set(issues(hass)) == {"tariff_currency_prices"}

    await hass.config.async_update(currency="SEK")
    await read(hass)
    assert runtime_of(entry).site.config.currency == "SEK"
    await pass_time(hass, entry, freezer, MINUTE)
    assert issues(hass) == {}


async def test_prices_of_the_currency_of_before_are_not_taken_for_those_of_now(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    list_prices(hass, NOON, *DAY)
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, MINUTE)
    assert runtime_of(entry).tariffs(NOON).grid is not None
    await hass.config.async_update(currency="SEK")
    await read(hass)
    assert runtime_of(entry).tariffs(NOON).grid is None
    assert [s.problem for s in runtime_of(entry).tariff_keepers.statuses(NOON)] == ["currency_differs"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (
            {**OWN, "formula": "{{ price / 0 }}"},
            "The formula cannot be worked out: ZeroDivisionError: division by zero",
        ),
        (
            {"usage": "grid", "source": "zones", "price": 0.3, "zones": [{"price": 0.2, "hours": "22-6"}]},
            "These are no hours: 22-6. Write them as 22:00-0:00,0:00-6:00",
        ),
        ({"usage": "grid", "source": "gridcoin"}, "This version does not know the source gridcoin"),
        ({"usage": "grid", "source": "fixed"}, "Something is missing in the settings of the tariff (fixed)"),
        ({**OWN, "entity_id": ["sensor.nobody"]}, "The entity sensor.nobody does not exist"),
        ({**OWN, "attribute": "later"}, f"{SENSOR} has no attribute later"),
        (
            {"usage": "grid", "source": "home_assistant", "platform": "tibber", "config_entry": "gone"},
            "The integration tibber is not set up any more",
        ),
    ],
)
async def test_what_somebody_has_to_correct(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, data: dict[str, Any], error: str
) -> None:
    list_prices(hass, NOON, *DAY)
    entry = await start_with(hass, tariff(data))
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 11 * MINUTE)
    assert issues(hass) == {"tariff_misconfigured_prices": {"device": "Prices", "error": error}}


async def test_the_way_to_mend_it(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    assert await async_setup_component(hass, "repairs", {})
    entry = await start_with(hass, tariff({"usage": "grid", "source": "fixed"}))
    await pass_time(hass, entry, freezer, MINUTE)
    await pass_time(hass, entry, freezer, 11 * MINUTE)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "tariff_misconfigured_prices")
    assert issue is not None
    assert issue.is_fixable
    manager = repairs_flow_manager(hass)
    assert manager is not None
    form = await manager.async_init(DOMAIN, context={}, data={"issue_id": issue.issue_id})
    done = await manager.async_configure(form["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    kind, flow_id = done["next_flow"]
    assert kind is FlowType.CONFIG_SUBENTRIES_FLOW
    flow = hass.config_entries.subentries.async_get(flow_id)
    assert (flow["handler"], flow["step_id"]) == ((entry.entry_id, "tariff"), "source")


async def evening(hass: HomeAssistant, freezer: FrozenDateTimeFactory, *values: float) -> MockConfigEntry:
    """Return a home whose prices were read at noon, at nine in the evening."""
    list_prices(hass, NOON, *values)
    entry = await start_with(hass, tariff(OWN))
    for _ in range(8):
        await pass_time(hass, entry, freezer, HOUR)
    assert issues(hass) == {}
    await pass_time(hass, entry, freezer, HOUR)
    await pass_time(hass, entry, freezer, 10 * MINUTE)
    return entry


async def test_nothing_of_tomorrow_in_the_evening(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entry = await evening(hass, freezer, *DAY)
    told = {"device": "Prices", "until": "2026-11-21 00:00"}
    assert issues(hass) == {"tariff_tomorrow_missing_prices": told}
    list_prices(hass, NOON, *TWO_DAYS)
    await pass_time(hass, entry, freezer, MINUTE)
    assert issues(hass) == {}


async def test_tomorrow_is_known_in_the_evening(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await evening(hass, freezer, *TWO_DAYS)
    assert issues(hass) == {}


@pytest.mark.parametrize(
    "data",
    [
        {"usage": "grid", "source": "fixed", "price": 0.3},
        {"usage": "grid", "source": "zones", "price": 0.3, "zones": [{"price": 0.2, "hours": "0-6"}]},
        {"usage": "solar", "source": "home_assistant", "platform": "custom", "entity_id": [SENSOR]},
    ],
)
async def test_what_is_not_published_a_day_ahead_is_not_missed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, data: dict[str, Any]
) -> None:
    list_prices(hass, NOON, *DAY)
    entry = await start_with(hass, tariff(data))
    for _ in range(11):
        await pass_time(hass, entry, freezer, HOUR)
    assert issues(hass) == {}
    await pass_time(hass, entry, freezer, 30 * MINUTE)
    assert issues(hass) == {}
