"""Keeping the rates of one source: when it is read, what stays known, what is told of it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed_exact

from custom_components.evcc.core.rates import Slot, Tariff, TariffKind
from custom_components.evcc.tariffs import reading
from custom_components.evcc.tariffs.charges import Charges
from custom_components.evcc.tariffs.keeper import TariffKeeper, dump, restore
from custom_components.evcc.tariffs.model import SiteTime, SourceError, Usage
from homeassistant.core import HomeAssistant

from .fakes import HOUR, LOST, QUARTER, REFUSED, SECOND, TEN, FakeSource, hourly, keeper_of, pass_time, settle
from .sources import BERLIN

MINUTE = timedelta(minutes=1)
PRICES = hourly(TEN, *(0.3 + i / 100 for i in range(38)))  # until midnight of tomorrow


@pytest.fixture(autouse=True)
def ten(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(TEN)


@pytest.fixture
async def keepers(hass: HomeAssistant) -> AsyncGenerator[list[TariffKeeper]]:
    """Collect keepers that are to be stopped."""
    made: list[TariffKeeper] = []
    yield made
    for keeper in made:
        keeper.async_stop()


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(PRICES)


@pytest.fixture
def keeper(hass: HomeAssistant, source: FakeSource, keepers: list[TariffKeeper]) -> TariffKeeper:
    keepers.append(made := keeper_of(hass, source))
    return made


def values(keeper: TariffKeeper) -> dict[int, float]:
    """Return the first value of each hour of the day, in UTC."""
    assert keeper.tariff is not None
    return {s.start.hour: s.value for s in reversed(keeper.tariff.slots)}


# What is known


async def test_the_first_reading(keeper: TariffKeeper) -> None:
    before = keeper.status(TEN)
    assert (before.read_at, before.until, before.usable, before.slots) == (None, None, False, 0)
    await keeper.async_start()
    assert keeper.tariff is not None
    assert (keeper.tariff.kind, len(keeper.tariff.slots)) == (TariffKind.PRICE_FORECAST, 4 * 38)
    assert keeper.tariff.slots[0] == Slot(TEN, TEN + QUARTER, 0.3)
    after = keeper.status(TEN)
    assert (after.name, after.title, after.usage, after.kind) == (
        "prices",
        "Prices",
        Usage.GRID,
        TariffKind.PRICE_FORECAST,
    )
    assert (after.read_at, after.until, after.usable, after.slots) == (TEN, TEN + 38 * HOUR, True, 4 * 38)
    assert (after.problem, after.placeholders, after.outdated) == (None, {}, False)


async def test_the_object_stays_the_same_while_its_content_does(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    await keeper.async_start()
    first = keeper.tariff
    await pass_time(hass, freezer, 5 * MINUTE)
    await keeper.async_read()
    assert len(source.reads) == 2
    assert keeper.tariff is first
    source.answer = hourly(TEN, 0.1)
    await keeper.async_read()
    assert keeper.tariff is not first


async def test_changes_are_told(hass: HomeAssistant, keepers: list[TariffKeeper]) -> None:
    told: list[str] = []
    keepers.append(keeper := keeper_of(hass, FakeSource(PRICES), changed=lambda: told.append("changed")))
    await keeper.async_start()
    assert told == ["changed"]


async def test_new_rates_replace_those_of_their_time_and_later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    """Known from 10 to 14; at 11:20 comes 12 to 16: 11 stays, 12 and later is replaced, 10 is over."""
    source.answer = hourly(TEN, 1, 2, 3, 4)
    await keeper.async_start()
    freezer.move_to(TEN + HOUR + 20 * MINUTE)
    source.answer = hourly(TEN + 2 * HOUR, 30, 40, 50, 60)
    await keeper.async_read()
    assert values(keeper) == {10: 2, 11: 30, 12: 40, 13: 50, 14: 60}
    assert keeper.tariff is not None
    assert keeper.tariff.slots[0].start == TEN + HOUR + QUARTER  # what is over is not needed any more


async def test_known_rates_beyond_the_new_ones_are_dropped(
    freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    await keeper.async_start()
    source.answer = hourly(TEN, 7)
    await keeper.async_read()
    assert values(keeper) == {9: 7}


async def test_an_empty_answer_leaves_what_is_not_over(
    freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    source.answer = hourly(TEN, 1, 2)
    await keeper.async_start()
    source.answer = ()
    freezer.move_to(TEN + HOUR)
    await keeper.async_read()
    assert values(keeper) == {10: 2}
    assert (keeper.read_at, keeper.status(TEN + HOUR).problem) == (TEN + HOUR, None)
    freezer.move_to(TEN + 2 * HOUR)
    await keeper.async_read()
    assert keeper.tariff is None
    assert not keeper.status(TEN + 2 * HOUR).usable


async def test_the_sun_of_today_is_kept_since_midnight(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, keepers: list[TariffKeeper]
) -> None:
    begin = TEN - 4 * HOUR
    source = FakeSource(hourly(begin, 100, 200, 300, 400, 500, 600), kind=TariffKind.SOLAR)
    keepers.append(keeper := keeper_of(hass, source, Usage.SOLAR))
    await keeper.async_start()
    freezer.move_to(TEN + HOUR)
    source.answer = hourly(TEN + HOUR, 600, 700)
    await keeper.async_read()
    assert keeper.tariff is not None
    assert keeper.tariff.slots[0].start == begin
    freezer.move_to(TEN + 14 * HOUR)  # midnight in Berlin
    source.answer = hourly(TEN + 22 * HOUR, 100, 200)
    await keeper.async_read()
    assert keeper.tariff.slots[0].start == TEN + 22 * HOUR


async def test_what_comes_on_top_is_in_the_rates(hass: HomeAssistant, keepers: list[TariffKeeper]) -> None:
    extra = Charges(0.15, 0.19, (), None, BERLIN)
    keepers.append(keeper := keeper_of(hass, FakeSource(hourly(TEN, 0.08)), charges=extra))
    await keeper.async_start()
    assert values(keeper)[9] == pytest.approx(0.2737)


# Errors


async def test_good_prices_stay_in_use_while_the_source_is_away(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    await keeper.async_start()
    known = keeper.tariff
    source.answer = REFUSED
    for _ in range(3):
        await pass_time(hass, freezer, HOUR)
    status = keeper.status(TEN + 3 * HOUR)
    assert keeper.known(TEN + 3 * HOUR) is known
    assert (status.read_at, status.outdated, status.usable) == (TEN, True, True)
    assert (status.problem, status.placeholders) == ("service_refused", {"service": "X", "status": "503"})


async def test_prices_that_are_over_are_unknown(freezer: FrozenDateTimeFactory, keeper: TariffKeeper) -> None:
    await keeper.async_start()
    assert keeper.known(TEN + 38 * HOUR - SECOND) is keeper.tariff
    assert keeper.known(TEN + 38 * HOUR) is None


async def test_a_list_that_is_gone_for_a_moment_is_not_replaced_by_the_price_of_now(
    freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    source.answer = hourly(TEN, 1, 2, 3)
    await keeper.async_start()
    known = keeper.tariff
    source.kind, source.answer = TariffKind.PRICE_DYNAMIC, hourly(TEN, *(9.0,) * 48)
    await keeper.async_read()
    assert (keeper.tariff, keeper.status(TEN).problem) == (known, "rates_empty")
    freezer.tick(3 * HOUR)  # all over: a price of now is better than nothing
    await keeper.async_read()
    assert values(keeper)[12] == 9.0
    assert keeper.status(TEN + 3 * HOUR).problem is None


async def test_a_price_of_now_that_is_old_is_not_trusted(
    hass: HomeAssistant, keepers: list[TariffKeeper]
) -> None:
    lasting = (Slot(TEN, TEN + 48 * HOUR, 0.3),)
    source = FakeSource(lasting, kind=TariffKind.PRICE_DYNAMIC, interval=QUARTER)
    keepers.append(keeper := keeper_of(hass, source))
    await keeper.async_start()
    assert keeper.known(TEN + HOUR / 2) is keeper.tariff
    assert keeper.known(TEN + HOUR / 2 + SECOND) is None


@pytest.mark.parametrize("error", [LOST, REFUSED, RuntimeError("bug of another integration")])
async def test_an_error_and_its_end_are_told_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    source: FakeSource,
    keeper: TariffKeeper,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    source.answer = error
    await keeper.async_start()
    await pass_time(hass, freezer, HOUR)
    assert caplog.text.count("Prices cannot be read") == 1
    source.answer = PRICES
    await pass_time(hass, freezer, HOUR)
    assert caplog.text.count("Prices can be read again") == 1
    assert keeper.status(TEN).problem is None


async def test_what_another_integration_raises_ends_one_reading_only(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    source.answer = ZeroDivisionError("theirs")
    await keeper.async_start()
    status = keeper.status(TEN)
    assert (status.problem, status.placeholders) == ("source_failed", {"error": "ZeroDivisionError: theirs"})
    source.answer = PRICES
    await pass_time(hass, freezer, 5 * MINUTE)
    assert keeper.tariff is not None


async def test_a_source_that_never_answers(source: FakeSource, keeper: TariffKeeper) -> None:
    source.gate = asyncio.Event()
    with patch.object(reading, "LONGEST_READ", 0):
        await keeper.async_start()
    assert keeper.status(TEN).problem == "source_silent"


# When it is read


async def test_it_is_read_every_interval(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    await keeper.async_start()
    await pass_time(hass, freezer, HOUR - SECOND)
    assert len(source.reads) == 1
    for _ in range(3):
        await pass_time(hass, freezer, HOUR)
    assert len(source.reads) == 4


async def test_a_site_that_lives_faster_reads_for_its_own_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, keepers: list[TariffKeeper]
) -> None:
    """Ten days ahead, and an hour a minute."""
    began = datetime.now(UTC)

    def now() -> datetime:
        return began + timedelta(days=10) + 60 * (datetime.now(UTC) - began)

    source = FakeSource(hourly(now(), *range(20)), kind=TariffKind.PRICE_DYNAMIC)
    keepers.append(keeper := keeper_of(hass, source, time=SiteTime(now, 60.0)))
    await keeper.async_start()
    assert keeper.read_at == source.reads[0] == now()
    assert keeper.known(now()) is keeper.tariff is not None
    first = keeper.tariff
    source.answer = hourly(now(), *range(100))
    await pass_time(hass, freezer, 19 * MINUTE)
    assert (len(source.reads), keeper.tariff) == (1, first)
    assert not keeper.outdated(now())
    await pass_time(hass, freezer, MINUTE)  # what was known is over
    assert len(source.reads) == 2
    await pass_time(hass, freezer, 59 * MINUTE)
    assert len(source.reads) == 2
    await pass_time(hass, freezer, MINUTE)
    assert len(source.reads) == 3
    assert not keeper.outdated(now())


async def gaps(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, seconds: int
) -> list[float]:
    """Return the s between the readings within that time, second by second."""
    for _ in range(seconds):
        await pass_time(hass, freezer, SECOND)
    return [(b - a).total_seconds() for a, b in zip(source.reads, source.reads[1:], strict=False)]


async def test_a_lost_connection_is_tried_again_soon_then_seldom(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    """From the first reading on: a start without network is no reason to wait for a restart."""
    source.answer = LOST
    await keeper.async_start()
    assert await gaps(hass, freezer, source, 64) == [1, 2, 4, 8, 16, 32]
    await pass_time(hass, freezer, 5 * MINUTE - 2 * SECOND)
    assert len(source.reads) == 7
    source.answer = PRICES
    await pass_time(hass, freezer, SECOND)
    assert keeper.status(TEN).problem is None
    assert keeper.tariff is not None


async def test_after_a_good_reading_the_next_error_is_retried_soon_again(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    source.answer = LOST
    await keeper.async_start()
    await pass_time(hass, freezer, SECOND)
    source.answer = PRICES
    await pass_time(hass, freezer, 2 * SECOND)
    source.answer = LOST
    await pass_time(hass, freezer, HOUR)
    source.reads.clear()
    assert await gaps(hass, freezer, source, 8) == [2, 4]


@pytest.mark.parametrize(("known", "minutes"), [(True, 60), (False, 5)])
async def test_a_refusal_waits_for_the_next_regular_reading(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    source: FakeSource,
    keeper: TariffKeeper,
    known: bool,
    minutes: int,
) -> None:
    if known:
        keeper.restore(Tariff(TariffKind.PRICE_FORECAST, PRICES), TEN)
    source.answer = REFUSED
    await keeper.async_start()
    await pass_time(hass, freezer, minutes * MINUTE - SECOND)
    assert len(source.reads) == 1
    await pass_time(hass, freezer, SECOND)
    assert len(source.reads) == 2


@pytest.mark.parametrize(
    ("local", "hours", "kind", "minutes"),
    [
        ("12:59", 12, TariffKind.PRICE_FORECAST, 60),
        ("13:00", 12, TariffKind.PRICE_FORECAST, 5),
        ("14:59", 12, TariffKind.PRICE_FORECAST, 5),
        ("15:00", 12, TariffKind.PRICE_FORECAST, 60),
        ("13:00", 36, TariffKind.PRICE_FORECAST, 60),  # tomorrow is known
        ("13:00", 12, TariffKind.CO2, 60),
    ],
)
async def test_while_the_exchanges_publish_tomorrow_is_asked_for_often(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    keepers: list[TariffKeeper],
    local: str,
    hours: int,
    kind: TariffKind,
    minutes: int,
) -> None:
    hour, minute = map(int, local.split(":"))
    begin = datetime(2026, 11, 20, hour, minute, tzinfo=BERLIN).astimezone(UTC)
    freezer.move_to(begin)
    noon = datetime(2026, 11, 20, 11, tzinfo=UTC)
    source = FakeSource(hourly(noon, *[0.3] * hours), kind=kind)
    keepers.append(keeper := keeper_of(hass, source))
    await keeper.async_start()
    await pass_time(hass, freezer, minutes * MINUTE - SECOND)
    assert len(source.reads) == 1
    await pass_time(hass, freezer, SECOND)
    assert len(source.reads) == 2


# Entities


SENSOR = "sensor.prices"


@pytest.fixture
async def watched(hass: HomeAssistant, keepers: list[TariffKeeper]) -> tuple[FakeSource, TariffKeeper]:
    source = FakeSource(PRICES, entity_ids=(SENSOR,))
    keepers.append(keeper := keeper_of(hass, source))
    await keeper.async_start()
    return source, keeper


async def test_a_change_of_an_entity_is_read_once_it_has_settled(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, watched: tuple[FakeSource, TariffKeeper]
) -> None:
    source, _ = watched
    for state in ("1", "2", "3"):  # it changes all the time, and is read all the same
        hass.states.async_set(SENSOR, state)
        await pass_time(hass, freezer, 2 * SECOND)
    assert [r - TEN for r in source.reads] == [timedelta(), 6 * SECOND]
    await pass_time(hass, freezer, HOUR)
    assert len(source.reads) == 3  # the regular reading goes on


async def test_a_change_while_reading_is_not_missed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, watched: tuple[FakeSource, TariffKeeper]
) -> None:
    source, keeper = watched
    source.gate = asyncio.Event()
    reading_ = asyncio.create_task(keeper.async_read())
    await asyncio.sleep(0)
    hass.states.async_set(SENSOR, "2")
    await asyncio.sleep(0)
    source.gate.set()
    await reading_
    await pass_time(hass, freezer, 5 * SECOND)
    assert len(source.reads) == 3


async def test_entities_are_not_watched_after_the_stop(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, watched: tuple[FakeSource, TariffKeeper]
) -> None:
    source, keeper = watched
    keeper.async_stop()
    hass.states.async_set(SENSOR, "2")
    await pass_time(hass, freezer, HOUR)
    assert len(source.reads) == 1


# Stop and restart


async def test_what_a_reading_finds_after_the_stop_is_not_taken(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    source.gate = asyncio.Event()
    started = asyncio.create_task(keeper.async_start())
    await asyncio.sleep(0)
    assert len(source.reads) == 1
    keeper.async_stop()
    source.gate.set()
    await started
    await pass_time(hass, freezer, 2 * HOUR)
    assert keeper.tariff is None
    assert len(source.reads) == 1


async def test_a_reading_under_way_ends_with_the_stop(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keeper: TariffKeeper
) -> None:
    await keeper.async_start()
    source.gate = asyncio.Event()
    freezer.tick(HOUR)
    async_fire_time_changed_exact(hass)
    await asyncio.sleep(0)
    assert len(source.reads) == 2
    keeper.async_stop()
    await settle(hass)  # which would wait for the gate
    assert keeper.read_at == TEN


async def test_a_restart_goes_on_with_what_was_known(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, source: FakeSource, keepers: list[TariffKeeper]
) -> None:
    keepers.append(before := keeper_of(hass, source))
    await before.async_start()
    stored = dump(before)
    assert stored is not None
    freezer.move_to(TEN + 3 * HOUR)
    source.answer = LOST
    keepers.append(after := keeper_of(hass, source))
    restore(after, stored)
    await after.async_start()
    now = TEN + 3 * HOUR
    assert after.tariff is not None
    assert before.tariff is not None
    assert after.tariff.slots == before.tariff.slots
    assert after.known(now) is after.tariff
    status = after.status(now)
    assert (status.read_at, status.outdated, status.problem) == (TEN, True, "service_unreachable")


async def test_nothing_known_is_nothing_stored(keeper: TariffKeeper, source: FakeSource) -> None:
    source.answer = REFUSED
    await keeper.async_start()
    assert dump(keeper) is None


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"slots": [], "kind": "priceforecast", "read_at": "2026-11-20T09:00:00+00:00"},
        {"slots": [[1, 2]], "kind": "priceforecast", "read_at": "2026-11-20T09:00:00+00:00"},
        {"slots": [[1, 2, 3]], "kind": "bargain", "read_at": "2026-11-20T09:00:00+00:00"},
        {"slots": [[1, 2, 3]], "kind": "priceforecast", "read_at": "yesterday"},
        {"slots": [[1e300, 2, 3]], "kind": "priceforecast", "read_at": "2026-11-20T09:00:00+00:00"},
    ],
)
def test_what_is_stored_and_cannot_be_understood_is_left_out(
    keeper: TariffKeeper, stored: dict[str, object]
) -> None:
    restore(keeper, stored)
    assert (keeper.tariff, keeper.read_at) == (None, None)


async def test_an_error_is_the_last_word_of_a_formula(
    hass: HomeAssistant, source: FakeSource, keeper: TariffKeeper
) -> None:
    """Good rates stay, whatever the reason is that there are no new ones."""
    await keeper.async_start()
    source.answer = SourceError("formula_failed", error="1/0")
    await keeper.async_read()
    assert keeper.status(TEN).problem == "formula_failed"
    assert keeper.known(TEN) is not None
