"""Worked examples of the slot choice: rates, time, target and requirement lead to these slots at this cost."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from custom_components.evcc.core import planner
from custom_components.evcc.core.goals import Strategy
from custom_components.evcc.core.rates import Slot

DAY = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
D, C = "cheapest", "continuous"
WEEK = "168:00"


def at(text: str) -> datetime:
    """Return the time of that day; "24:00" and later is the next one, "-1:00" an hour before it."""
    parts = [int(p) for p in text.lstrip("-").split(":")]
    span = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
    return DAY - span if text.startswith("-") else DAY + span


def series(*values: float, step: timedelta = HOUR, start: str = "0:00") -> list[Slot]:
    begin = at(start)
    return [Slot(begin + i * step, begin + (i + 1) * step, v) for i, v in enumerate(values)]


A = series(30, 28, 22, 20, 24, 35, 40, 38)
F = series(*[25] * 8)
Q = series(*[30] * 4, 15, *[10] * 3, *[8] * 4, *[12] * 4, *[20] * 4, step=QUARTER)
G = series(10, 20) + series(15, start="5:00")
S = series(12, 14, start="2:00")
THREE = series(25, 25, 25)
UP = series(10, 30, 12, 11)
BELOW = series(-2, -5, 3, -5, 8, 10)
TIES = series(20, 10, 10, 20, 10, 30)
DEAR = series(10, 20, 30, 10)
OLD = series(20, 21, 22, start="-3:00")


def pieces(text: str) -> list[tuple[datetime, datetime]]:
    """Return the intervals of "02:00-04:00 07:00-08:00"."""
    return [(at(a), at(b)) for a, b in (piece.split("-") for piece in text.split())]


def joined(slots: tuple[Slot, ...] | None) -> list[tuple[datetime, datetime]]:
    """Return the intervals that the slots cover, neighbours as one."""
    found: list[tuple[datetime, datetime]] = []
    for slot in slots or ():
        if found and found[-1][1] == slot.start:
            found[-1] = (found[-1][0], slot.end)
        else:
            found.append((slot.start, slot.end))
    return found


def cost(slots: tuple[Slot, ...] | None) -> float:
    return sum(s.value * (s.end - s.start).total_seconds() / 3600 for s in slots or ())


def both(text: str, rates: list[Slot], *rest: object, name: str) -> Iterator[object]:
    """Yield the rows of an example for which the mode makes no difference."""
    for mode in (D, C):
        yield pytest.param(rates, mode, *rest, text, id=f"{name} {mode}")


# rates, mode, now, target, required, precondition, cost, plan
EXAMPLES = [
    pytest.param(A, D, "0:00", "8:00", "2:00", "0:00", 42, "2:00-4:00", id="plan1"),
    pytest.param(A, D, "0:00", "8:00", "2:30", "0:00", 54, "2:00-4:30", id="plan2"),
    pytest.param(A, D, "0:00", "8:00", "3:30", "0:00", 80, "1:30-5:00", id="plan3"),
    pytest.param(A, D, "0:00", "8:00", "0:40", "0:00", 40 / 3, "3:00-3:40", id="plan4"),
    pytest.param(A, D, "3:20", "8:00", "1:00", "0:00", 64 / 3, "3:20-4:20", id="plan5"),
    pytest.param(A, D, "3:20", "8:00", "2:30", "0:00", 66.5, "3:20-5:50", id="plan6"),
    pytest.param(A, D, "0:00", "3:30", "2:00", "0:00", 46, "1:30-3:30", id="plan7"),
    pytest.param(F, D, "0:00", "8:00", "2:30", "0:00", 62.5, "5:30-8:00", id="plan8"),
    pytest.param(F, D, "0:00", "8:00", "0:30", "0:00", 12.5, "7:00-7:30", id="plan9"),
    pytest.param(F, D, "0:00", "7:20", "1:00", "0:00", 25, "6:20-7:20", id="plan10"),
    pytest.param(THREE, D, "0:00", "2:20", "0:15", "0:00", 6.25, "2:00-2:15", id="plan11"),
    pytest.param(A, C, "0:00", "8:00", "2:30", "0:00", 54, "2:00-4:30", id="plan12"),
    pytest.param(F, C, "0:00", "8:00", "1:30", "0:00", 37.5, "6:00-7:30", id="plan13"),
    pytest.param(F, C, "0:00", "7:20", "1:30", "0:00", 37.5, "5:00-6:30", id="plan14"),
    pytest.param(A, C, "0:00", "3:30", "1:00", "0:00", 22, "2:00-3:00", id="plan15"),
    pytest.param(Q, C, "0:07:30", "5:00", "1:20", "0:00", 11.5, "1:45-3:05", id="plan16"),
    pytest.param(Q, D, "0:07:30", "5:00", "1:20", "0:00", 34 / 3, "1:40-3:00", id="plan17"),
    pytest.param(Q, C, "0:00", "3:10", "2:05", "0:00", 20.25, "1:00-3:05", id="plan18 continuous"),
    pytest.param(Q, D, "0:00", "3:10", "2:05", "0:00", 20.0, "1:05-3:10", id="plan18 cheapest"),
    *both("6:30-8:30", A, "6:30", "8:00", "2:00", "0:00", 58, name="plan19"),
    *both("6:30-8:30", A, "6:30", "6:00", "2:00", "0:00", 58, name="plan20"),
    *both("6:00-8:00", A, "6:00", "8:00", "2:00", "0:00", 78, name="plan21"),
    *both("6:00-8:00", [], "0:00", "8:00", "2:00", "0:00", 0, name="plan22"),
    *both("7:00-9:00", [], "7:00", "8:00", "2:00", "0:00", 0, name="plan23"),
    *both("", A, "0:00", "12:00", "3:00", "0:00", 0, name="plan24"),
    *both("", A, "0:00", "10:00", "2:00", "0:00", 0, name="plan25"),
    pytest.param(A, D, "0:00", "10:00", "3:30", "0:00", 31, "2:30-4:00", id="plan26"),
    pytest.param(G, C, "0:00", "6:00", "2:00", "0:00", 20, "1:00-2:00", id="plan27"),
    pytest.param(G, D, "0:00", "6:00", "2:00", "0:00", 25, "0:00-1:00 5:00-6:00", id="plan28"),
    pytest.param(G, D, "0:00", "6:00", "3:00", "0:00", 45, "0:00-2:00 5:00-6:00", id="plan29"),
    *both("2:30-6:00", G, "0:00", "6:00", "3:30", "0:00", 0, name="plan30"),
    *both("1:00-4:00", S, "0:00", "4:00", "3:00", "0:00", 0, name="plan31"),
    pytest.param(S, D, "0:00", "4:00", "1:30", "0:00", 19, "2:00-3:30", id="plan32"),
    *both("0:00-2:30", S, "0:00", "1:00", "2:30", "0:00", 6, name="plan33"),
    pytest.param(UP, D, "0:00", "4:00", "2:20", "0:00", 25, "0:00-1:00 2:00-2:20 3:00-4:00", id="plan34"),
    pytest.param(UP, D, "1:00", "4:00", "1:20", "0:00", 15, "2:40-4:00", id="plan34 replanned"),
    *both("2:00-4:00", OLD, "2:00", "4:00", "2:00", "0:00", 0, name="plan35"),
    pytest.param(BELOW, D, "0:00", "6:00", "2:30", "0:00", -11, "0:30-2:00 3:00-4:00", id="plan36"),
    pytest.param(TIES, D, "0:00", "6:00", "2:00", "0:00", 20, "2:00-3:00 4:00-5:00", id="plan37"),
    pytest.param(TIES, D, "0:00", "6:00", "2:15", "0:00", 22.5, "1:45-3:00 4:00-5:00", id="plan38"),
    pytest.param(DEAR, D, "0:00", "4:00", "1:30", "0:00", 15, "0:30-1:00 3:00-4:00", id="plan39"),
    *both("2:00-4:00 7:00-8:00", A, "0:00", "8:00", "3:00", "1:00", 80, name="plan40"),
    pytest.param(A, D, "0:00", "7:20", "2:00", "0:30", 151 / 3, "2:30-4:00 6:50-7:20", id="plan41"),
    *both("6:00-8:00", A, "0:00", "8:00", "2:00", WEEK, 78, name="plan42"),
    pytest.param(A, D, "0:00", "10:00", "3:30", "2:30", 39, "3:00-4:00 7:30-8:00", id="plan43"),
    *both("7:30-8:00", A, "7:10", "8:00", "0:30", "1:00", 19, name="plan43b"),
]


@pytest.mark.parametrize(
    ("rates", "mode", "now", "target", "required", "precondition", "costs", "expected"), EXAMPLES
)
def test_slots_as_in_the_original(
    rates: list[Slot],
    mode: str,
    now: str,
    target: str,
    required: str,
    precondition: str,
    costs: float,
    expected: str,
) -> None:
    found = planner.plan(
        rates,
        (at(required) - DAY).total_seconds(),
        (at(precondition) - DAY).total_seconds(),
        at(target),
        at(now),
        Strategy(continuous=mode == C),
        window=planner.window_at_slot_starts,
    )
    assert (found is None) is (expected == "")
    assert joined(found) == pieces(expected)
    assert cost(found) == pytest.approx(costs)


@pytest.mark.parametrize(
    ("rates", "now", "target", "required", "costs", "expected"),
    [
        pytest.param(A, "0:00", "8:00", "2:30", 54, "2:00-4:30", id="12: the same"),
        pytest.param(F, "0:00", "8:00", "1:30", 37.5, "6:30-8:00", id="13: up to the target"),
        pytest.param(F, "0:00", "7:20", "1:30", 37.5, "5:50-7:20", id="14: up to the target"),
        pytest.param(A, "0:00", "3:30", "1:00", 21, "2:30-3:30", id="15: cheaper"),
        pytest.param(Q, "0:07:30", "5:00", "1:20", 34 / 3, "1:40-3:00", id="16: cheaper, ends with a slot"),
        pytest.param(Q, "0:00", "3:10", "2:05", 20.0, "1:05-3:10", id="18: as cheap as pieces"),
        pytest.param(G, "0:00", "6:00", "2:00", 30, "0:00-2:00", id="27: whole, around no gap"),
        pytest.param(G, "0:00", "6:00", "3:00", 0, "3:00-6:00", id="29: no such piece, one at the end"),
    ],
)
def test_continuous_slots_are_chosen_better(
    rates: list[Slot], now: str, target: str, required: str, costs: float, expected: str
) -> None:
    seconds = (at(required) - DAY).total_seconds()
    found = planner.plan(rates, seconds, 0, at(target), at(now), Strategy(continuous=True))
    assert joined(found) == pieces(expected)
    assert cost(found) == pytest.approx(costs)


@pytest.mark.parametrize("now", ["1:00", "1:30", "1:59:59"])
def test_plan35_stale_rates_are_as_good_as_none(now: str) -> None:
    """The original shows no plan here until nothing but the time needed is left; charging begins then, too."""
    assert planner.plan(OLD, 7200, 0, at("4:00"), at(now)) == (Slot(at("2:00"), at("4:00"), 0.0),)
