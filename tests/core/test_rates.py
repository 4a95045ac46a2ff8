"""Tariffs: slots, what holds now, cheap and dear hours, means."""

from datetime import datetime, timedelta

import pytest

from custom_components.evcc.core.rates import (
    INACTIVE,
    Activity,
    Slot,
    Tariff,
    TariffKind,
    Tariffs,
    limit_activity,
)

from .wiring import START, prices

HOUR = timedelta(hours=1)
DYNAMIC = TariffKind.PRICE_DYNAMIC


def at(hours: float) -> datetime:
    return START + hours * HOUR


def gappy() -> Tariff:
    """Return slots for the hours 0, 1 and 3, given out of order."""
    return Tariff(DYNAMIC, [Slot(at(3), at(4), 0.4), Slot(at(0), at(1), 0.1), Slot(at(1), at(2), 0.2)])


@pytest.mark.parametrize(
    ("hours", "value"),
    [
        pytest.param(-0.1, None, id="before"),
        pytest.param(0, 0.1, id="first second"),
        pytest.param(0.999, 0.1, id="last second"),
        pytest.param(1, 0.2, id="next slot"),
        pytest.param(2.5, None, id="gap"),
        pytest.param(3.5, 0.4, id="after the gap"),
        pytest.param(4, None, id="after"),
    ],
)
def test_value(hours: float, value: float | None) -> None:
    assert gappy().value(at(hours)) == value


def test_value_while_time_jumps() -> None:
    tariff = gappy()
    found = [tariff.value(at(h)) for h in (3.5, 0.5, 1.5, 1.6, 9, 0.5)]
    assert found == [0.4, 0.1, 0.2, 0.2, None, 0.1]


def test_no_slots() -> None:
    tariff = Tariff(DYNAMIC, [])
    assert tariff.value(START) is None
    assert tariff.mean(START, 24) is None
    assert limit_activity(tariff, 0.5, START, above=False) == INACTIVE


@pytest.mark.parametrize(
    ("start", "hours", "mean"),
    [
        pytest.param(0, 2, 0.15, id="two slots"),
        pytest.param(0.5, 1, 0.15, id="overlapping ones count whole"),
        pytest.param(0, 24, 0.7 / 3, id="all"),
        pytest.param(2, 1, None, id="gap"),
        pytest.param(1, 2, 0.2, id="ends do not overlap"),
    ],
)
def test_mean(start: float, hours: float, mean: float | None) -> None:
    found = gappy().mean(at(start), hours)
    assert found == (None if mean is None else pytest.approx(mean))


@pytest.mark.parametrize(
    ("limit", "hours", "above", "expected"),
    [
        pytest.param(None, 0, False, INACTIVE, id="no limit"),
        pytest.param(0.2, 0, False, Activity(True, at(2), None, 0.1), id="until the run ends at a gap"),
        pytest.param(0.1, 0, False, Activity(True, at(1), None, 0.1), id="until it gets dear"),
        pytest.param(0.05, 0, False, Activity(False, None, None, 0.1), id="never"),
        pytest.param(0.4, 2.5, False, Activity(False, None, at(3), None), id="in a gap"),
        pytest.param(0.4, 3.5, False, Activity(True, at(4), None, 0.4), id="last slot"),
        pytest.param(0.2, 0.5, True, Activity(False, None, at(1), 0.1), id="above: next"),
        pytest.param(0.2, 1, True, Activity(True, at(2), None, 0.2), id="above: inclusive"),
        pytest.param(0.0, 0, False, Activity(False, None, None, 0.1), id="0 is a limit"),
    ],
)
def test_limit_activity(limit: float | None, hours: float, above: bool, expected: Activity) -> None:
    assert limit_activity(gappy(), limit, at(hours), above=above) == expected


def test_negative_prices_meet_a_limit_of_zero() -> None:
    assert limit_activity(prices(-0.05), 0.0, START, above=False).active


@pytest.mark.parametrize("tariff", [None, prices(0.1, kind=TariffKind.PRICE_STATIC)])
@pytest.mark.parametrize("above", [True, False])
def test_static_and_missing_tariffs_never_are_active(tariff: Tariff | None, above: bool) -> None:
    assert limit_activity(tariff, 0.1, START, above=above) == INACTIVE


PLANNER, FORECAST, STATIC = prices(1), prices(2), prices(3, kind=TariffKind.PRICE_STATIC)
CO2 = prices(4, kind=TariffKind.CO2)


@pytest.mark.parametrize(
    ("tariffs", "expected"),
    [
        pytest.param(Tariffs(planner=PLANNER, grid=FORECAST, co2=CO2), PLANNER, id="the planner's own"),
        pytest.param(Tariffs(grid=FORECAST, co2=CO2), FORECAST, id="a price forecast"),
        pytest.param(Tariffs(grid=STATIC, co2=CO2), CO2, id="CO2 before a static price"),
        pytest.param(Tariffs(grid=STATIC), STATIC, id="static price"),
        pytest.param(Tariffs(), None, id="nothing"),
    ],
)
def test_consumption_tariff(tariffs: Tariffs, expected: Tariff | None) -> None:
    assert tariffs.consumption is expected
