"""Bad and odd answers of sources: correct quarters of an hour, or a clear error; never a made-up price."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc.core.rates import Slot
from custom_components.evcc.tariffs.homeassistant import HomeAssistantSource
from custom_components.evcc.tariffs.model import SourceError, Usage
from custom_components.evcc.tariffs.reading import async_ask
from homeassistant.core import HomeAssistant

from .fakes import HOUR, QUARTER, TEN
from .sources import BERLIN, action, entity, entry

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def ten(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(TEN)


async def ask(
    hass: HomeAssistant, rates: Any, *, now: datetime = TEN, zone: ZoneInfo = BERLIN, unit: str = "EUR/kWh"
) -> list[Slot]:
    """Return what becomes of the rates in an attribute of a sensor."""
    entity_id = entity(hass, "template", "mine", "0.3", {"rates": rates, "unit_of_measurement": unit})
    source = HomeAssistantSource(hass, Usage.GRID, {"entity_id": entity_id}, zone)
    return await async_ask(source, None, now)


async def wrong(hass: HomeAssistant, rates: Any, **more: Any) -> SourceError:
    """Return the error that becomes of them."""
    with pytest.raises(SourceError) as caught:
        await ask(hass, rates, **more)
    return caught.value


def row(start: datetime, value: Any, length: timedelta | None = HOUR) -> dict[str, Any]:
    end = {} if length is None else {"end": (start + length).isoformat()}
    return {"start": start.isoformat(), "value": value, **end}


def plain(slots: list[Slot]) -> list[tuple[int, float]]:
    """Return minutes after ten and values."""
    return [((s.start - TEN) // MINUTE, pytest.approx(s.value)) for s in slots]


def hours(slots: list[Slot]) -> list[tuple[float, float]]:
    """Return the hours after ten at which another value begins, with the value."""
    starts = [s for i, s in enumerate(slots) if i == 0 or slots[i - 1].value != s.value]
    return [((s.start - TEN) / HOUR, s.value) for s in starts]


# Nothing to read


@pytest.mark.parametrize(
    ("rates", "key"),
    [
        ("<!DOCTYPE html><html>Bad gateway</html>", "rates_missing"),
        (None, "rates_missing"),
        (17, "rates_missing"),
        ([1, 2, 3], "rates_unreadable"),
        (["<html>"], "rates_unreadable"),
        ([{"value": 1}], "rates_unreadable"),
        ([{"start": "tomorrow morning", "value": 1}], "rates_unreadable"),
        ([{"start": "2026-13-45T99:00:00", "value": 1}], "rates_unreadable"),
        ([row(TEN, "cheap")], "rates_unreadable"),
        ([row(TEN, None)], "rates_unreadable"),
        ([row(TEN, float("inf"))], "rates_unreadable"),
        ([row(TEN, True)], "rates_unreadable"),
        ({"today": 3, "tomorrow": 4}, "rates_unreadable"),
        ([row(TEN, 1, -HOUR)], "rates_unreadable"),
    ],
)
async def test_what_holds_no_rates(hass: HomeAssistant, rates: Any, key: str) -> None:
    entity_id = entity(hass, "template", "mine", "0.3", {"later": rates})
    source = HomeAssistantSource(hass, Usage.GRID, {"entity_id": entity_id, "attribute": "later"}, BERLIN)
    with pytest.raises(SourceError) as caught:
        await async_ask(source, None, TEN)
    assert caught.value.key == key


@pytest.mark.parametrize("answer", ["<html>busy</html>", {"html": "<p>busy</p>"}, [], {}])
async def test_an_action_that_answers_something_else(hass: HomeAssistant, answer: Any) -> None:
    found = entry(hass, "tibber")
    action(hass, "tibber", "get_prices", {str: object}, lambda _: answer)
    data = {"platform": "tibber", "config_entry": found.entry_id}
    with pytest.raises(SourceError) as caught:
        await async_ask(HomeAssistantSource(hass, Usage.GRID, data, BERLIN), None, TEN)
    assert caught.value.key in ("action_refused", "rates_missing")


async def test_rates_that_are_all_over_are_none(hass: HomeAssistant) -> None:
    assert await ask(hass, [row(TEN - 3 * HOUR, 1), row(TEN - 2 * HOUR, 1)]) == []


# Holes, overlaps, odd lengths


async def test_a_hole_stays_a_hole(hass: HomeAssistant) -> None:
    slots = await ask(hass, [row(TEN, 1), row(TEN + 3 * HOUR, 2)])
    assert hours(slots) == [(0, 1), (3, 2)]
    assert len(slots) == 8


async def test_what_cannot_be_read_is_a_hole(hass: HomeAssistant) -> None:
    slots = await ask(hass, [row(TEN, 1), row(TEN + HOUR, "n/a"), row(TEN + 2 * HOUR, 3)])
    assert hours(slots) == [(0, 1), (2, 3)]
    assert len(slots) == 8


async def test_overlaps_end_where_the_next_one_begins(hass: HomeAssistant) -> None:
    slots = await ask(hass, [row(TEN, 1, 4 * HOUR), row(TEN + HOUR, 2), row(TEN + 2 * HOUR, 3)])
    assert hours(slots) == [(0, 1), (1, 2), (2, 3)]
    assert all(a.end == b.start for a, b in pairwise(slots))


async def test_of_two_for_the_same_time_the_last_one_counts(hass: HomeAssistant) -> None:
    assert hours(await ask(hass, [row(TEN, 1), row(TEN + HOUR, 2), row(TEN, 3)])) == [(0, 3), (1, 2)]


async def test_the_order_does_not_matter(hass: HomeAssistant) -> None:
    rows = [row(TEN + i * HOUR, i) for i in (2, 0, 1)]
    assert hours(await ask(hass, rows)) == [(0, 0), (1, 1), (2, 2)]


async def test_slots_of_twenty_minutes_become_quarters_with_their_mean(hass: HomeAssistant) -> None:
    rows = [row(TEN + i * 20 * MINUTE, v, 20 * MINUTE) for i, v in enumerate((0.3, 0.6, 0.9))]
    assert plain(await ask(hass, rows)) == [(0, 0.3), (15, 0.5), (30, 0.7), (45, 0.9)]


async def test_slots_of_five_minutes_become_quarters_with_their_mean(hass: HomeAssistant) -> None:
    rows = [row(TEN + i * 5 * MINUTE, i, 5 * MINUTE) for i in range(6)]
    assert plain(await ask(hass, rows)) == [(0, 1), (15, 4)]


async def test_slots_that_begin_at_odd_minutes(hass: HomeAssistant) -> None:
    rows = [row(TEN + 10 * MINUTE, 0.2, HOUR), row(TEN + 70 * MINUTE, 0.5, HOUR)]
    found = plain(await ask(hass, rows))
    assert found[:5] == [(0, 0.2), (15, 0.2), (30, 0.2), (45, 0.2), (60, 0.3)]
    assert found[5] == (75, 0.5)


@pytest.mark.parametrize("price", [-0.5, 0.0, -0.0001, 4.2])
async def test_prices_may_be_anything(hass: HomeAssistant, price: float) -> None:
    assert {s.value for s in await ask(hass, [row(TEN, price)])} == {price}


# Days of 23 and 25 hours, and times without a zone


def local_hours(day: str, count: int) -> list[str]:
    """Return the full hours of a day in Berlin as its clocks show them, without saying which zone that is."""
    begin = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)
    return [(begin + i * HOUR).astimezone(BERLIN).replace(tzinfo=None).isoformat() for i in range(count)]


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-20", 24)])
@pytest.mark.parametrize("zoned", [True, False])
async def test_a_day_has_as_many_hours_as_it_has(
    hass: HomeAssistant, day: str, count: int, zoned: bool
) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)
    if zoned:
        times = [(begin + i * HOUR).astimezone(BERLIN).isoformat() for i in range(count)]
    else:
        times = local_hours(day, count)
    rows = [{"start": t, "value": i} for i, t in enumerate(times)]
    slots = await ask(hass, rows, now=begin)
    assert len(slots) == 4 * count
    assert all(a.end == b.start and b.end - b.start == QUARTER for a, b in pairwise(slots))
    assert [s.value for s in slots[::4]] == list(range(count))
    assert slots[-1].end.astimezone(BERLIN).hour == 0


async def test_an_hour_that_does_not_exist_is_none(hass: HomeAssistant) -> None:
    """Some tell 24 hours of the day in spring on which two o'clock is left out."""
    begin = datetime(2026, 3, 28, 23, tzinfo=UTC)
    rows = [{"start": f"2026-03-29T{hour:02}:00:00", "value": hour} for hour in range(24)]
    slots = await ask(hass, rows, now=begin)
    assert len(slots) == 4 * 23
    assert slots[-1].end - slots[0].start == 23 * HOUR
    assert [s.value for s in slots[-4:]] == [23] * 4


async def test_a_time_without_zone_is_one_of_the_house(hass: HomeAssistant) -> None:
    slots = await ask(hass, [{"start": "2026-11-20T12:00:00", "value": 1}], zone=ZoneInfo("Europe/Helsinki"))
    assert slots[0].start == TEN + HOUR


# Units and currencies


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("EUR/kWh", 1),
        ("€/kWh", 1),
        ("ct/kWh", 0.01),
        ("EUR/MWh", 0.001),
        ("€/MWh", 0.001),
        ("", 1),
        ("EUR", 1),
    ],
)
async def test_units_of_the_home_are_understood(hass: HomeAssistant, unit: str, factor: float) -> None:
    (first, *_) = await ask(hass, [row(TEN, 20)], unit=unit)
    assert first.value == pytest.approx(20 * factor)


@pytest.mark.parametrize("unit", ["SEK/kWh", "USD/kWh", "£/kWh", "p/kWh", "CZK/MWh"])
async def test_another_currency_is_refused(hass: HomeAssistant, unit: str) -> None:
    assert (await wrong(hass, [row(TEN, 1)], unit=unit)).key == "currency_differs"


@pytest.mark.parametrize("unit", ["kWh", "W", "%", "°C", "EUR/m³", "g/kWh"])
async def test_what_is_no_price_is_refused(hass: HomeAssistant, unit: str) -> None:
    assert (await wrong(hass, [row(TEN, 1)], unit=unit)).key == "unit_unknown"


@pytest.mark.parametrize(
    ("second", "key"), [("SEK/kWh", "currency_differs"), ("ct/kWh", "units_differ"), ("EUR/kWh", None)]
)
async def test_entities_that_are_read_together_have_one_unit(
    hass: HomeAssistant, second: str, key: str | None
) -> None:
    ids = [
        entity(
            hass,
            "template",
            name,
            "1",
            {"rates": [row(TEN + i * HOUR, 0.3)], "unit_of_measurement": unit},
        )
        for i, (name, unit) in enumerate((("today", "EUR/kWh"), ("tomorrow", second)))
    ]
    source = HomeAssistantSource(hass, Usage.GRID, {"entity_id": ids}, BERLIN)
    if key is None:
        assert len(await async_ask(source, None, TEN)) == 8
        return
    with pytest.raises(SourceError) as caught:
        await async_ask(source, None, TEN)
    assert caught.value.key == key


async def test_an_entity_without_rates_has_no_say_in_the_unit(hass: HomeAssistant) -> None:
    today = entity(hass, "template", "today", "1", {"rates": [row(TEN, 30)], "unit_of_measurement": "ct/kWh"})
    tomorrow = entity(hass, "template", "tomorrow", "unknown", {})
    source = HomeAssistantSource(hass, Usage.GRID, {"entity_id": [today, tomorrow]}, BERLIN)
    assert (await async_ask(source, None, TEN))[0].value == pytest.approx(0.3)
