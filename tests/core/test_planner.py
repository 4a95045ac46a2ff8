"""The slot choice where rates, times or numbers are unusual."""

from datetime import UTC, datetime, timedelta
from math import inf, nan
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core import planner
from custom_components.evcc.core.goals import Strategy
from custom_components.evcc.core.planner import plan
from custom_components.evcc.core.rates import QUARTER, Slot, split

from .test_examples_planning import DAY, HOUR, A, F, at, cost, joined, pieces, series

MODES = [Strategy(), Strategy(continuous=True)]
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("required", [0, -1, -1e9])
def test_nothing_to_charge_is_no_plan(required: float) -> None:
    assert plan(A, required, 0, at("8:00"), DAY) is None


@pytest.mark.parametrize("strategy", MODES)
@pytest.mark.parametrize(
    "target", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), DAY - SECOND, DAY]
)
def test_a_target_of_the_past_means_at_once(target: datetime, strategy: Strategy) -> None:
    found = plan(A, 5400, 0, target, DAY, strategy)
    assert joined(found) == pieces("0:00-1:30")
    assert cost(found) == 44


@pytest.mark.parametrize("rates", [None, [], A], ids=["none", "empty", "some"])
@pytest.mark.parametrize("target", [datetime(9999, 12, 31, 23, 59, tzinfo=UTC), DAY])
@pytest.mark.parametrize("required", [1e-9, 1.0, 1e15, inf])
def test_extreme_times_do_not_raise(rates: list[Slot] | None, target: datetime, required: float) -> None:
    for strategy in MODES:
        plan(rates, required, inf, target, DAY, strategy)


def test_seconds_are_whole_so_that_the_first_slot_covers_now() -> None:
    now = at("6:00:00") + timedelta(microseconds=999_999)
    found = plan(A, 7200, 0, at("8:00"), now)
    assert found is not None
    assert found[0].start == at("6:00")
    assert planner.slot_at(found, now) is found[0]


@pytest.mark.parametrize("strategy", MODES)
def test_order_of_the_rates_does_not_matter(strategy: Strategy) -> None:
    assert plan(A[::-1], 9000, 0, at("8:00"), DAY, strategy) == plan(A, 9000, 0, at("8:00"), DAY, strategy)


@pytest.mark.parametrize("value", [nan, inf, -inf, 1e300])
def test_what_is_no_number_is_no_rate(value: float) -> None:
    rates = [*A[:3], Slot(at("3:00"), at("4:00"), value), *A[4:]]
    assert joined(plan(rates, 3600, 0, at("8:00"), DAY)) == pieces("2:00-3:00")


def test_empty_and_inverted_slots_are_ignored() -> None:
    rates = [*A, Slot(at("5:00"), at("5:00"), -9.0), Slot(at("6:00"), at("5:00"), -9.0)]
    assert plan(rates, 9000, 0, at("8:00"), DAY) == plan(A, 9000, 0, at("8:00"), DAY)


def test_noise_in_prices_does_not_decide_ties() -> None:
    noisy = series(0.3, 0.1 + 0.2, 0.3)
    assert joined(plan(noisy, 7200, 0, at("3:00"), DAY)) == pieces("1:00-3:00")
    assert joined(plan(noisy, 3600, 0, at("3:00"), DAY, MODES[1])) == pieces("2:00-3:00")


def test_a_price_of_a_hundred_thousandth_less_decides() -> None:
    assert joined(plan(series(0.29999, 0.3, 0.3), 3600, 0, at("3:00"), DAY)) == pieces("0:00-1:00")


@pytest.mark.parametrize("strategy", MODES)
def test_negative_prices_are_cheap_but_not_taken_beyond_the_need(strategy: Strategy) -> None:
    found = plan(series(-1, -2, -3, 5), 3600, 0, at("4:00"), DAY, strategy)
    assert joined(found) == pieces("2:00-3:00")


def test_gaps_are_never_planned() -> None:
    rates = series(10, 20) + series(5, start="4:00")
    assert joined(plan(rates, 9000, 0, at("5:00"), DAY)) == pieces("0:00-1:30 4:00-5:00")


def test_a_gap_before_the_target_is_made_up_for_before_it() -> None:
    """The hours without a price cannot be part of what must come directly before the target."""
    rates = [s for s in A if s.start != at("7:00")] + series(38, start="7:30")[:1]
    found = plan(rates, 7200, 3600, at("8:00"), DAY)
    assert planner.covered(found or ()) == timedelta(seconds=7200)


def test_what_is_not_covered_is_planned_by_the_time_that_was_asked_for() -> None:
    """An hour is left for after the prices; of the three before it they cover two: late, up to the target."""
    rates = series(12, 14, start="2:00")
    for strategy in MODES:
        assert plan(rates, 4 * 3600, 0, at("5:00"), DAY, strategy) == (Slot(at("1:00"), at("5:00"), 0.0),)


def test_rates_that_begin_after_now() -> None:
    assert plan(series(10, 5, start="3:00"), 3600, 0, at("6:00"), DAY) is None
    assert joined(plan(series(10, 5, start="3:00"), 3600, 0, at("5:00"), DAY)) == pieces("4:00-5:00")


@pytest.mark.parametrize("strategy", MODES)
def test_slots_of_twenty_minutes_are_taken_as_they_are(strategy: Strategy) -> None:
    rates = series(*[30, 20, 10] * 4, step=timedelta(minutes=20))
    found = plan(rates, 1800, 0, at("4:00"), DAY, strategy)
    assert joined(found) == pieces("3:30-4:00" if strategy.continuous else "2:50-3:00 3:40-4:00")


def test_precondition_waits_for_prices_as_the_rest_does() -> None:
    assert plan(A, 3600, 1800, at("10:00"), DAY) is None


@pytest.mark.parametrize("precondition", [-5.0, 0.0])
def test_no_precondition(precondition: float) -> None:
    assert plan(A, 3600, precondition, at("8:00"), DAY) == plan(A, 3600, 0, at("8:00"), DAY)


def test_precondition_ends_a_continuous_piece_before_it() -> None:
    found = plan(A, 7200, 1800, at("8:00"), DAY, MODES[1])
    assert joined(found) == pieces("2:30-4:00 7:30-8:00")


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2026-03-29", 23, id="short day"),
        pytest.param("2026-10-25", 25, id="long day"),
        pytest.param("2026-06-01", 24, id="ordinary day"),
    ],
)
@pytest.mark.parametrize("strategy", MODES)
def test_days_of_23_and_25_hours(day: str, hours: int, strategy: Strategy) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
    rates = [Slot(start + i * QUARTER, start + (i + 1) * QUARTER, float(i % 7)) for i in range(hours * 4)]
    assert rates[-1].end == end
    found = plan(rates, hours * 3600 - 60, 0, end, start, strategy)
    assert planner.covered(found or ()) == timedelta(seconds=hours * 3600 - 60)
    assert joined(plan(rates, hours * 3600, 0, end, start, strategy)) == [(start, end)]


# ---------------------------------------------------------------------- one piece


@pytest.mark.parametrize("minutes", [1, 10, 60, 61, 90, 150, 239, 240])
@pytest.mark.parametrize("shift", [0, 1, 17])
def test_the_cheapest_piece_is_the_cheapest_of_all_minutes(minutes: int, shift: int) -> None:
    rates = series(7, 3, 9, 1, 4, 4, 8, 2, 6, 5, 9, 1, 1, 3, 3, 2, 8, step=timedelta(minutes=15))
    now, end = DAY + timedelta(minutes=shift), DAY + timedelta(hours=4, minutes=15)
    need = timedelta(minutes=minutes)
    if end - now <= need:
        return
    found = plan(rates, need.total_seconds(), 0, end, now, MODES[1])
    costs = []
    for start in range(shift, 255 - minutes + 1):
        values = [rates[m // 15].value for m in range(start, start + minutes)]
        costs.append((sum(values) / 60, start))
    least = min(c for c, _ in costs)
    latest = max(start for c, start in costs if c == pytest.approx(least))
    assert cost(found) == pytest.approx(least)
    assert found is not None
    assert found[0].start == DAY + timedelta(minutes=latest)
    assert len(joined(found)) == 1


def test_ties_between_pieces_go_to_the_later() -> None:
    rates = series(5, 1, 1, 5, 1, 1, 5)
    assert joined(plan(rates, 7200, 0, at("7:00"), DAY, MODES[1])) == pieces("4:00-6:00")
    apart = series(5, 1, 1) + series(1, 1, 5, start="4:00")
    assert joined(plan(apart, 7200, 0, at("7:00"), DAY, MODES[1])) == pieces("4:00-6:00")


# ---------------------------------------------------------------------- figures


def test_figures_of_a_plan() -> None:
    found = plan(A, 9000, 0, at("8:00"), DAY) or ()
    assert planner.average(found) == pytest.approx(54 / 2.5)
    assert planner.average(()) == 0.0
    assert planner.covered(found) == timedelta(hours=2.5)
    assert planner.slot_at(found, at("4:29:59")) == found[-1]
    assert planner.slot_at(found, at("4:30")) is None
    assert planner.run_end(found, found[0]) == at("4:30")
    pair = (Slot(at("1:00"), at("2:00"), 1), Slot(at("2:30"), at("3:00"), 1))
    assert planner.run_end(pair, pair[0]) == at("2:00")


# ---------------------------------------------------------------------- quarters of an hour


@pytest.mark.parametrize(
    ("step", "count", "starts"),
    [
        pytest.param(HOUR, 1, ["0:00", "0:15", "0:30", "0:45"], id="an hour"),
        pytest.param(timedelta(minutes=20), 2, ["0:00", "0:20"], id="20 minutes leave holes"),
        pytest.param(timedelta(minutes=30), 1, ["0:00", "0:15"], id="half an hour"),
        pytest.param(timedelta(minutes=5), 1, ["0:00"], id="5 minutes are lengthened"),
        pytest.param(QUARTER, 2, ["0:00", "0:15"], id="quarters stay"),
    ],
)
def test_split(step: timedelta, count: int, starts: list[str]) -> None:
    found = split(series(*range(count), step=step), DAY)
    assert [s.start for s in found] == [at(s) for s in starts]
    assert all(s.end - s.start == QUARTER for s in found)


def test_split_counts_from_the_start_of_each_slot() -> None:
    found = split(series(7, start="0:10"), DAY)
    assert [s.start for s in found] == [at("0:10"), at("0:25"), at("0:40"), at("0:55")]
    assert {s.value for s in found} == {7}


@pytest.mark.parametrize(
    ("now", "left"), [("0:59:59", 8), ("1:00", 4), ("1:14:59", 4), ("2:00", 0), ("3:00", 0)]
)
def test_split_leaves_out_what_is_over_but_keeps_the_present_slot_whole(now: str, left: int) -> None:
    assert len(split(series(1, 2), at(now))) == left


def test_split_of_short_slots_does_not_overlap() -> None:
    found = split(series(*range(12), step=timedelta(minutes=5)), DAY)
    assert [(s.start, s.value) for s in found] == [
        (DAY + i * timedelta(minutes=5), float(i)) for i in range(12)
    ]
    assert planner.covered(found) == timedelta(minutes=70)


def test_split_of_slots_that_begin_together_keeps_the_later_one() -> None:
    found = split([Slot(DAY, DAY + QUARTER, 1.0), Slot(DAY, DAY + QUARTER, 2.0)], DAY)
    assert found == [Slot(DAY, DAY + QUARTER, 2.0)]


def test_flat_prices_end_with_the_target_in_either_mode() -> None:
    for strategy in MODES:
        assert joined(plan(F, 9000, 0, at("7:20"), DAY, strategy)) == pieces("4:50-7:20")


def test_equal_pieces_tie_exactly_in_the_search_for_comparison_too() -> None:
    """However the first slot is cut: thirds of hours have no exact binary form."""
    rates = series(*[1] * 14, start="-0:07")
    found = plan(rates, 13_881, 0, at("13:00"), DAY, MODES[1], window=planner.window_at_slot_starts)
    assert joined(found) == pieces("8:53-12:44:21")
