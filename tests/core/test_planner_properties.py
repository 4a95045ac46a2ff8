"""The slot choice on random rates: what holds whatever they are. Everything follows from the seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from custom_components.evcc.core import planner
from custom_components.evcc.core.goals import Strategy
from custom_components.evcc.core.rates import Slot

from .riders import DAY, QUARTER
from .test_examples_planning import cost

COUNT = 400
STRATEGIES = [Strategy(), Strategy(continuous=True)]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A question to the planner."""

    seed: int
    rates: tuple[Slot, ...]
    required: float  # s
    precondition: float
    target: timedelta  # from now

    def ask(
        self, strategy: Strategy, rates: tuple[Slot, ...] | None = None, **more: object
    ) -> tuple[Slot, ...] | None:
        return planner.plan(
            self.rates if rates is None else rates,
            self.required,
            self.precondition,
            DAY + self.target,
            DAY,
            strategy,
            **more,  # type: ignore[arg-type]
        )

    @property
    def need(self) -> timedelta:
        return timedelta(seconds=self.required)

    @property
    def priced(self) -> timedelta:
        """Time between now and the target that has a price."""
        inside = ((max(s.start, DAY), min(s.end, DAY + self.target)) for s in self.rates)
        return sum(((b - a) for a, b in inside if a < b), timedelta())

    @property
    def in_time(self) -> bool:
        """Whether target and prices admit a choice."""
        last = max((s.end for s in self.rates), default=DAY)
        return self.need < self.target and DAY + self.target <= last and self.priced >= self.need


def cases(count: int = COUNT) -> Iterator[Case]:
    for seed in range(count):
        rng = Random(seed)
        step = rng.choice([QUARTER, QUARTER, timedelta(hours=1), timedelta(minutes=20), timedelta(minutes=7)])
        gaps = rng.choice([0.0, 0.0, 0.1, 0.5])
        values = rng.choice([(10,), (10, 20), tuple(range(-5, 40)), (0.1, 0.2, 0.30000000000000004, 0.3)])
        begin = DAY + rng.choice([0, 0, -1, -30, 45]) * MINUTE
        rates = tuple(
            Slot(begin + i * step, begin + (i + 1) * step, float(rng.choice(values)))
            for i in range(rng.randrange(1, 60))
            if rng.random() >= gaps
        )
        yield Case(
            seed,
            rates,
            rng.choice([rng.uniform(1, 20_000), rng.randrange(1, 40) * 900.0]),
            rng.choice([0.0, 0.0, 900.0, rng.uniform(0, 9000), 604_800.0]),
            rng.choice([rng.uniform(-0.2, 1.1), 1.0]) * len(rates) * step,
        )


@pytest.fixture(params=STRATEGIES, ids=["cheapest", "continuous"])
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return request.param  # type: ignore[no-any-return]


def check(case: Case, slots: tuple[Slot, ...] | None) -> None:
    """Assert that a plan is one: sorted, without overlaps or empty slots, not before now, no longer than needed."""
    assert slots != ()
    previous = DAY
    for slot in slots or ():
        assert previous <= slot.start < slot.end, f"seed {case.seed}"
        previous = slot.end
    assert planner.covered(slots or ()) <= case.need, f"seed {case.seed}"


def test_never_more_than_needed(strategy: Strategy) -> None:
    for case in cases():
        check(case, case.ask(strategy))


def test_the_sum_is_exact_and_in_time_where_that_can_be(strategy: Strategy) -> None:
    met = 0
    for case in cases():
        if not case.in_time:
            continue
        met += 1
        slots = case.ask(strategy)
        assert slots is not None
        assert planner.covered(slots) == case.need, f"seed {case.seed}"
        assert slots[-1].end <= DAY + case.target, f"seed {case.seed}"
    assert met > COUNT / 4


def test_what_cannot_be_in_time_begins_at_once(strategy: Strategy) -> None:
    for case in cases():
        if case.target <= case.need:
            slots = case.ask(strategy)
            assert slots is not None
            assert (slots[0].start, slots[-1].end) == (DAY, DAY + case.need)


def test_values_and_places_are_those_of_the_rates(strategy: Strategy) -> None:
    for case in cases():
        for slot in case.ask(strategy) or ():
            sources = [s for s in case.rates if s.start <= slot.start and slot.end <= s.end]
            if sources:
                assert [s.value for s in sources] == [slot.value]
            else:
                assert slot.value == 0.0


def test_the_order_of_the_rates_does_not_matter(strategy: Strategy) -> None:
    for case in cases():
        mixed = list(case.rates)
        Random(case.seed).shuffle(mixed)
        assert case.ask(strategy, tuple(mixed)) == case.ask(strategy)


def test_stale_rates_do_not_matter(strategy: Strategy) -> None:
    for case in cases():
        fresh = tuple(s for s in case.rates if s.end > DAY)
        old = tuple(Slot(DAY - (i + 1) * QUARTER, DAY - i * QUARTER, -9.0) for i in range(8))
        assert case.ask(strategy, fresh) == case.ask(strategy) == case.ask(strategy, old + fresh)


def test_more_time_never_makes_the_cheapest_dearer() -> None:
    for case in cases():
        if not case.in_time or case.precondition:
            continue
        shorter = Case(case.seed, case.rates, case.required, 0.0, max(case.need + MINUTE, case.target * 0.8))
        if shorter.in_time:
            assert cost(case.ask(Strategy())) <= cost(shorter.ask(Strategy())) + 1e-6, f"seed {case.seed}"


def test_pieces_are_never_cheaper_than_the_cheapest_slots() -> None:
    for case in cases():
        if case.in_time and not case.precondition:
            piece = case.ask(STRATEGIES[1])
            if piece and all(s.value or s in case.rates for s in piece):
                assert cost(case.ask(Strategy())) <= cost(piece) + 1e-6, f"seed {case.seed}"


def test_the_piece_is_one_and_never_dearer_than_that_of_the_original() -> None:
    compared = cheaper = 0
    for case in cases(2 * COUNT):
        if not case.in_time or case.precondition:
            continue
        piece = case.ask(STRATEGIES[1])
        assert piece is not None
        assert piece[-1].end - piece[0].start == case.need, f"seed {case.seed}"
        original = case.ask(STRATEGIES[1], window=planner.window_at_slot_starts)
        if original is None or original[-1].end - original[0].start != planner.covered(original):
            continue  # it counts gaps as time to charge in
        if planner.covered(original) == case.need:
            compared += 1
            cheaper += cost(piece) < cost(original) - 1e-6
            assert cost(piece) <= cost(original) + 1e-6, f"seed {case.seed}"
    assert compared > 50
    assert cheaper > 5


def test_the_cheapest_are_really_the_cheapest() -> None:
    for case in cases():
        if not case.in_time or case.precondition:
            continue
        left, least = case.need, 0.0
        inside = [(max(s.start, DAY), min(s.end, DAY + case.target), s.value) for s in case.rates]
        for value, length in sorted((v, b - a) for a, b, v in inside if a < b):
            taken = min(left, length)
            least += value * taken.total_seconds() / 3600
            left -= taken
        assert cost(case.ask(Strategy())) == pytest.approx(least, abs=1e-6), f"seed {case.seed}"


def test_the_precondition_comes_directly_before_the_target(strategy: Strategy) -> None:
    for case in cases():
        if not case.in_time or not case.precondition:
            continue
        begin = DAY + case.target - timedelta(seconds=min(case.precondition, case.required))
        slots = case.ask(strategy) or ()
        wanted = sum(
            (
                min(s.end, DAY + case.target) - max(s.start, begin)
                for s in case.rates
                if s.end > begin and s.start < DAY + case.target
            ),
            timedelta(),
        )
        if all(s in case.rates or s.value for s in slots):  # not the one that is made where there is no piece
            late = sum((s.end - max(s.start, begin) for s in slots if s.end > begin), timedelta())
            assert late == wanted, f"seed {case.seed}"


def test_planning_again_at_each_step_ends_in_time_with_the_same_energy(strategy: Strategy) -> None:
    """A car that follows each new plan exactly is ready at the target, whatever the cuts of single plans."""
    for case in cases(150):
        if not case.in_time:
            continue
        now, left = DAY, case.required
        while left > 1e-6 and now < DAY + case.target:
            slots = planner.plan(case.rates, left, case.precondition, DAY + case.target, now, strategy)
            if slots and planner.slot_at(slots, now):
                left -= min(60.0, left)
            now += MINUTE
        assert left <= 61, f"seed {case.seed}"
