"""Energy by source, and what it cost."""

import pytest

from custom_components.evcc.devices.simulated.sources import Bill, Sources


def test_shares_add_up() -> None:
    sources = Sources()
    sources.add(1.0, 0.5, 2.5)
    sources.add(4.0, 2.0, 2.0, 0.5)
    assert sources.total == 8.0
    assert sources.figures() == {"total": 8.0, "solar": 3.0, "battery": 1.5, "grid": 3.5}


def test_the_grid_costs_its_price_and_the_rest_what_the_grid_would_have_paid_for_it() -> None:
    bill = Bill.empty()
    bill.book(Sources(solar=2, battery=1, grid=4), 0.3, 0.1)
    assert bill.cost == pytest.approx(4 * 0.3 + 3 * 0.1)
    assert bill.figures()["price"] == pytest.approx(1.5 / 7, abs=1e-4)


def test_without_a_feed_in_price_the_sun_costs_nothing() -> None:
    bill = Bill.empty()
    bill.book(Sources(solar=2, grid=1), 0.3, None)
    assert bill.cost == pytest.approx(0.3)


def test_negative_prices_are_income() -> None:
    bill = Bill.empty()
    bill.book(Sources(grid=10), -0.05, 0.1)
    assert bill.figures()["cost"] == -0.5


def test_energy_without_any_price_has_no_cost() -> None:
    bill = Bill.empty()
    bill.book(Sources(grid=1), None, 0.1)
    assert (bill.figures()["energy"], bill.figures()["cost"], bill.figures()["price"]) == (1, None, None)


def test_no_energy_has_no_price_per_kwh() -> None:
    bill = Bill.empty()
    bill.book(Sources(), 0.3, 0.1)
    assert (bill.figures()["cost"], bill.figures()["price"]) == (0, None)


def test_bills_are_merged() -> None:
    first, second = Bill.empty(), Bill.empty()
    second.book(Sources(grid=2), 0.25, None)
    first.merge(second)
    first.merge(Bill.empty())
    assert (first.energy.grid, first.cost, first.priced) == (2, 0.5, True)
