"""What planned charging comes to."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evcc.core import plan_figures
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind

START = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICES = (0.30, 0.10, -0.02, 0.0, 0.20)
RATES = [Slot(START + i * HOUR, START + (i + 1) * HOUR, value) for i, value in enumerate(PRICES)]
GRID = Tariff(TariffKind.PRICE_FORECAST, RATES)


def part(hour: int, begin: float = 0.0, end: float = 1.0, value: float | None = None) -> Slot:
    """Return a part of a rate, with another value if one is given."""
    rate = RATES[hour]
    return Slot(rate.start + begin * HOUR, rate.start + end * HOUR, rate.value if value is None else value)


@pytest.mark.parametrize(
    ("slots", "power", "kwh"),
    [
        ([], 11_000, 0),
        ([part(1)], 11_000, 11),
        ([part(1, 0.5), part(3, 0, 0.25)], 4_000, 3),
        ([part(1)], 0, 0),
    ],
)
def test_energy(slots: list[Slot], power: float, kwh: float) -> None:
    assert plan_figures.energy(slots, power) == pytest.approx(kwh)


@pytest.mark.parametrize(
    ("slots", "tariff", "mean"),
    [
        ([part(1)], GRID, 0.10),
        ([part(1, 0.5), part(4)], GRID, 0.25 / 1.5),
        ([part(2), part(3)], GRID, -0.01),
        ([part(3)], GRID, 0.0),  # free energy is known to be free
        ([part(1, value=0.0)], GRID, None),  # of a plan made without prices
        ([Slot(START - HOUR, START, 0.0)], GRID, None),
        ([Slot(START, START + 2 * HOUR, 0.30)], GRID, None),  # reaches into another price
        ([part(1), Slot(START + 5 * HOUR, START + 6 * HOUR, 0.0)], GRID, None),
        ([], GRID, None),
        (None, GRID, None),
        ([part(1)], None, None),
        ([part(1)], Tariff(TariffKind.CO2, RATES), None),
        ([part(1)], Tariff(TariffKind.SOLAR, RATES), None),
        ([part(1)], Tariff(TariffKind.PRICE_STATIC, RATES), 0.10),
    ],
)
def test_mean_price(slots: list[Slot] | None, tariff: Tariff | None, mean: float | None) -> None:
    found = plan_figures.mean_price(slots, tariff)
    assert found is None if mean is None else found == pytest.approx(mean)


@pytest.mark.parametrize(
    ("slots", "price", "cost"),
    [([part(1), part(4)], 0.15, 3.3), ([part(2)], -0.02, -0.22), ([part(1)], None, None), (None, 0.1, None)],
)
def test_cost(slots: list[Slot] | None, price: float | None, cost: float | None) -> None:
    found = plan_figures.cost(slots, 11_000, price)
    assert found is None if cost is None else found == pytest.approx(cost)
