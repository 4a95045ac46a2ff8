"""What energy costs here: configured tariffs over those of the virtual plant, in the running site."""

from collections.abc import Callable
from datetime import datetime
from unittest.mock import Mock

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from custom_components.evcc.costs import Costs
from custom_components.evcc.tariffs.model import Usage
from homeassistant.core import HomeAssistant

from .entities_home import exists, runtime_of, state
from .tariff_home import HOUR, NOON, OWN, SENSOR, list_prices, pass_time, start_with, tariff


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)


def priced(value: float) -> Tariff:
    return Tariff(TariffKind.PRICE_FORECAST, [Slot(NOON, NOON + HOUR, value)])


PLANT = Tariffs(grid=priced(1), feedin=priced(2), co2=priced(3))
OURS = Tariffs(grid=priced(10))


def costs(own: Tariffs, *configured: Usage, plant: Callable[[datetime], Tariffs] | None) -> Costs:
    return Costs(Mock(current=Mock(return_value=own)), configured, plant)


@pytest.mark.parametrize(
    ("own", "configured", "with_plant", "expected"),
    [
        (OURS, (Usage.GRID,), False, OURS),
        (Tariffs(), (), True, PLANT),
        (OURS, (Usage.GRID,), True, Tariffs(grid=OURS.grid, feedin=PLANT.feedin, co2=PLANT.co2)),
        # what is configured and knows nothing is not made up
        (Tariffs(), (Usage.GRID,), True, Tariffs(feedin=PLANT.feedin, co2=PLANT.co2)),
        (Tariffs(), (), False, Tariffs()),
    ],
)
def test_what_is_configured_counts(
    own: Tariffs, configured: tuple[Usage, ...], with_plant: bool, expected: Tariffs
) -> None:
    made = costs(own, *configured, plant=(lambda _: PLANT) if with_plant else None)
    assert made(NOON) == expected
    assert made(NOON + HOUR) is made(NOON)


def test_another_object_of_either_side_makes_another_one() -> None:
    keepers, plant = Mock(current=Mock(return_value=OURS)), Mock(return_value=PLANT)
    made = Costs(keepers, (Usage.GRID,), plant)
    first = made(NOON)
    keepers.current.return_value = Tariffs(grid=priced(20))
    second = made(NOON)
    plant.return_value = Tariffs(co2=priced(4))
    third = made(NOON)
    assert [t.grid.value(NOON) for t in (first, second, third) if t.grid] == [10, 20, 20]
    assert third.co2 is not None
    assert third.co2.value(NOON) == 4


async def test_a_price_of_a_subentry_is_the_price_of_the_site(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    list_prices(hass, NOON, 0.25, 0.35)
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, HOUR / 60)
    assert runtime_of(entry).coordinator.data.tariff_grid == 0.25
    assert state(hass, "sensor", "site_tariff_grid") == "0.25"
    await pass_time(hass, entry, freezer, HOUR)
    assert state(hass, "sensor", "site_tariff_grid") == "0.35"


async def test_the_plant_tells_what_is_not_configured(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entry = await start_with(hass, tariff({"usage": "feedin", "source": "fixed", "price": 0.0815}))
    await pass_time(hass, entry, freezer, HOUR / 60)
    tariffs = runtime_of(entry).tariffs(NOON)
    assert tariffs.feedin is not None
    assert {s.value for s in tariffs.feedin.slots} == {0.0815}
    assert tariffs.grid is not None
    assert tariffs.grid.kind is TariffKind.PRICE_FORECAST


async def test_a_configured_price_that_is_unknown_is_not_made_up(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    hass.states.async_set(SENSOR, "unavailable")
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, HOUR / 60)
    assert runtime_of(entry).tariffs(NOON).grid is None
    assert runtime_of(entry).coordinator.data.tariff_grid is None


# What is shown of it


async def test_when_prices_were_read_and_how_far_they_reach(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    list_prices(hass, NOON, *(0.3, 0.2) * 6)
    entry = await start_with(hass, tariff(OWN))
    await pass_time(hass, entry, freezer, HOUR / 60)
    assert state(hass, "sensor", "site_tariff_grid_until") == "2026-11-20T23:00:00+00:00"
    assert runtime_of(entry).tariff_keepers.read_at(Usage.GRID) == NOON
    assert exists(hass, "sensor", "site_tariff_grid_read_at")
    assert (runtime_of(entry).prospect.lowest, runtime_of(entry).prospect.average) == (
        0.2,
        pytest.approx(0.25),
    )


async def test_prices_of_the_plant_are_read_nowhere(hass: HomeAssistant) -> None:
    await start_with(hass)
    assert exists(hass, "sensor", "site_tariff_grid_until")
    assert not exists(hass, "sensor", "site_tariff_grid_read_at")


async def test_a_price_that_never_changes_has_no_end(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entry = await start_with(hass, tariff({"usage": "grid", "source": "fixed", "price": 0.3}))
    await pass_time(hass, entry, freezer, HOUR / 60)
    assert runtime_of(entry).prospect.until is None


async def test_what_was_known_is_there_after_a_reload(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    list_prices(hass, NOON, *[0.3] * 12)
    entry = await start_with(hass, tariff(OWN))
    hass.states.async_set(SENSOR, "unavailable")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await pass_time(hass, entry, freezer, HOUR)
    assert state(hass, "sensor", "site_tariff_grid") == "0.3"
    (status,) = runtime_of(entry).tariff_keepers.statuses(NOON + HOUR)
    assert (status.read_at, status.problem) == (NOON, "entity_unavailable")
