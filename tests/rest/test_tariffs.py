"""Tariffs by REST: what is known from now on, in order, with both names of a slot's value."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs

from .asking import NO_METHOD, NO_PATH, Answer, ask
from .home import RestHome

BERLIN = ZoneInfo("Europe/Berlin")


async def rates_of(client: TestClient[Any, Any], word: str) -> list[dict[str, Any]]:
    result = (await ask(client, "GET", f"/tariff/{word}")).result
    assert list(result) == ["rates"]
    rates: list[dict[str, Any]] = result["rates"]
    return rates


def times(rates: list[dict[str, Any]]) -> list[tuple[datetime, datetime]]:
    return [(datetime.fromisoformat(r["start"]), datetime.fromisoformat(r["end"])) for r in rates]


@pytest.mark.parametrize(("word", "length"), [("grid", timedelta(minutes=15)), ("co2", timedelta(hours=1))])
async def test_forecasts_begin_now_and_have_no_gaps(
    home: RestHome, client: TestClient[Any, Any], word: str, length: timedelta
) -> None:
    before = home.runtime.runner.now()
    slots = times(await rates_of(client, word))
    after = home.runtime.runner.now()
    assert slots[0][0] <= after
    assert slots[0][1] > before
    assert {end - start for start, end in slots} == {length}
    assert [end for _, end in slots[:-1]] == [start for start, _ in slots[1:]]
    tariff = getattr(home.runtime.tariffs(after), word)
    assert slots[-1][1] == tariff.slots[-1].end


async def test_a_slot_has_both_names_of_its_value(home: RestHome, client: TestClient[Any, Any]) -> None:
    rate = (await rates_of(client, "grid"))[-1]
    tariff = home.runtime.tariffs(home.runtime.runner.now()).grid
    assert tariff is not None
    assert list(rate) == ["start", "end", "value", "price"]
    assert rate["value"] == rate["price"] == tariff.slots[-1].value


def fixed(now: datetime) -> tuple[Tariff, datetime]:
    midnight = now.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = midnight.astimezone(UTC)
    slots = [
        Slot(midnight + timedelta(hours=h), midnight + timedelta(hours=h + 1), -0.1) for h in range(-5, 48)
    ]
    return Tariff(TariffKind.PRICE_STATIC, slots), midnight


async def test_a_fixed_tariff_is_told_from_midnight(home: RestHome, client: TestClient[Any, Any]) -> None:
    tariff, midnight = fixed(home.runtime.runner.now())
    home.runtime.tariffs = lambda _: Tariffs(feedin=tariff)
    rates = await rates_of(client, "feedin")
    assert times(rates)[0][0] == midnight
    assert len(rates) == 48
    assert rates[0]["value"] == -0.1


async def test_what_plans_go_by(home: RestHome, client: TestClient[Any, Any]) -> None:
    known = home.runtime.tariffs(home.runtime.runner.now())
    assert await rates_of(client, "planner") == await rates_of(client, "grid")
    static, _ = fixed(home.runtime.runner.now())
    home.runtime.tariffs = lambda _: Tariffs(grid=static, co2=known.co2)
    assert await rates_of(client, "planner") == await rates_of(client, "co2")
    home.runtime.tariffs = lambda _: Tariffs(grid=static, co2=known.co2, planner=known.grid)
    assert len(await rates_of(client, "planner")) > len(await rates_of(client, "co2"))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("solar", "tariff not available"),
        ("temperature", "tariff not available"),
        ("foo", "foo does not belong to TariffUsage values"),
        ("co3", "co3 does not belong to TariffUsage values"),
    ],
)
async def test_no_tariff(client: TestClient[Any, Any], word: str, text: str) -> None:
    answer = await ask(client, "GET", f"/tariff/{word}")
    assert (answer.status, answer.error) == (404, text)


async def test_what_cannot_be_asked(client: TestClient[Any, Any]) -> None:
    assert await ask(client, "GET", "/tariff/GRID") == NO_PATH
    assert await ask(client, "GET", "/tariff/grid%2Fsolar") == NO_PATH
    assert await ask(client, "GET", "/tariff/") == NO_PATH
    assert await ask(client, "POST", "/tariff/grid") == NO_METHOD


@pytest.mark.parametrize("home_options", [{"open_local": False}])
async def test_strangers_are_told_nothing(stranger: TestClient[Any, Any], home_options: object) -> None:
    assert await ask(stranger, "GET", "/tariff/grid") == Answer(401, "text/plain", "Unauthorized\n")
