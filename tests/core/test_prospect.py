"""What tariffs and forecasts promise, in a few figures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core.prospect import Prospect, Prospects
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hourly(kind: TariffKind, *values: float, begin: datetime = NOON) -> Tariff:
    return Tariff(kind, [Slot(begin + i * HOUR, begin + (i + 1) * HOUR, v) for i, v in enumerate(values)])


def told(tariffs: Tariffs, now: datetime = NOON) -> Prospect:
    return Prospects().told(tariffs, now, BERLIN)


def test_nothing_is_promised_without_tariffs() -> None:
    assert told(Tariffs()) == Prospect()


def test_prices_of_the_next_24_hours() -> None:
    grid = hourly(TariffKind.PRICE_FORECAST, 0.05, *(0.3, 0.1) * 12, 0.01, begin=NOON - HOUR)
    found = told(Tariffs(grid=grid))
    assert found.lowest == 0.1
    assert found.average == pytest.approx(0.2)
    assert found.until == NOON + 25 * HOUR


def test_negative_prices_are_low() -> None:
    assert told(Tariffs(grid=hourly(TariffKind.PRICE_FORECAST, 0.1, -0.2, 0.0))).lowest == -0.2


def test_a_price_that_never_changes_has_no_end() -> None:
    found = told(Tariffs(grid=hourly(TariffKind.PRICE_STATIC, 0.3, 0.3)))
    assert (found.lowest, found.average, found.until) == (0.3, 0.3, None)


def test_prices_that_are_over_promise_nothing() -> None:
    found = told(Tariffs(grid=hourly(TariffKind.PRICE_FORECAST, 0.3)), NOON + 2 * HOUR)
    assert (found.lowest, found.average) == (None, None)


def test_sun_of_the_rest_of_today_and_of_tomorrow() -> None:
    """Of 1 kW ten hours are left, in the last one before midnight in Berlin it rises to the 2 kW of tomorrow."""
    solar = hourly(TariffKind.SOLAR, *[1000.0] * 12, *[2000.0] * 24, 2000.0)
    found = told(Tariffs(solar=solar), NOON + HOUR)
    assert found.solar_today == pytest.approx(11_500)
    assert found.solar_tomorrow == pytest.approx(48_000)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_tomorrow_may_have_an_hour_less_or_more(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)
    solar = hourly(TariffKind.SOLAR, *[1000.0] * 60, begin=midnight - 12 * HOUR)
    assert told(Tariffs(solar=solar), midnight - HOUR).solar_tomorrow == pytest.approx(hours * 1000)


def test_figures_are_made_once_a_quarter_of_an_hour_or_for_other_tariffs() -> None:
    prospects = Prospects()
    tariffs = Tariffs(grid=hourly(TariffKind.PRICE_FORECAST, 0.3, 0.2))
    first = prospects.told(tariffs, NOON, BERLIN)
    assert prospects.told(tariffs, NOON + HOUR / 5, BERLIN) is first
    assert prospects.told(tariffs, NOON + HOUR / 4, BERLIN) is not first
    other = replace(tariffs, grid=hourly(TariffKind.PRICE_FORECAST, 0.1))
    assert prospects.told(other, NOON + HOUR / 4, BERLIN).lowest == 0.1
