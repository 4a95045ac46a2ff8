"""Every worked example, mended oddity and pitfall has its test: the numbers are collected from names and tables."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
import re

import pytest

UNTESTABLE = {
    "pitfall": {15},  # truncated or not, thresholds decide alike: whole-ampere minimums are whole
    "plan": {54, 55},  # of tariffs, which need Home Assistant: see ELSEWHERE
}

ELSEWHERE = {
    "plan54": ("tariffs/test_charges.py", "0.2142", "0.2737"),
    "plan55": ("tariffs/test_keeper.py", "test_new_rates_replace_those_of_their_time_and_later"),
}
"""Files of other packages and what is in them for an example."""

TRAPS = {
    1: ("core/test_planner_properties.py", "test_never_more_than_needed"),
    2: ("core/test_planner.py", "test_seconds_are_whole_so_that_the_first_slot_covers_now"),
    3: ("core/test_planner.py", "test_noise_in_prices_does_not_decide_ties"),
    4: ("core/test_examples_planning.py", "plan34"),
    5: ("core/test_planner.py", "test_what_is_not_covered_is_planned_by_the_time_that_was_asked_for"),
    6: ("core/test_examples_planning.py", "test_plan35_stale_rates_are_as_good_as_none"),
    7: ("core/test_examples_planning.py", "test_continuous_slots_are_chosen_better"),
    8: ("core/test_plan_figures.py", "TariffKind.CO2, RATES), None"),
    9: ("core/test_estimator.py", "test_estimate"),
    10: ("core/test_follow.py", "test_without_any_power_nothing_is_planned_or_deleted"),
    11: ("core/test_rules.py", "test_plan_beats_the_limits"),
    12: ("core/test_follow.py", "test_an_active_plan_charges_with_full_power_in_every_mode_but_off"),
    13: ("core/test_plan_changed.py", "test_plans_of_another_vehicle_change_nothing_here"),
    14: ("core/test_follow.py", "test_plan52_overrun"),
    15: ("tariffs/test_fixed.py", "test_the_later_start_wins_and_of_equal_starts_the_whole_day"),
    17: ("core/test_planner.py", "test_split_leaves_out_what_is_over_but_keeps_the_present_slot_whole"),
    18: ("core/test_planner.py", "test_rates_that_begin_after_now"),
    19: ("tariffs/test_shapes.py", "nordpool action, one area"),
    20: ("tariffs/test_shapes.py", "nordpool of the community, datetimes"),
    21: ("core/test_forecast.py", "test_days_are_local_and_today_is_what_is_left_of_it"),
    22: ("core/test_forecast.py", "test_hours_become_quarters_that_lead_from_one_to_the_next"),
    23: ("tariffs/test_shapes.py", "test_intervals_without_energy_may_be_missing"),
    24: ("tariffs/test_fixed.py", "test_slots_follow_each_other_without_gaps"),
    26: ("tariffs/test_catalogue.py", "test_bought_and_sold_are_told_apart"),
    27: ("tariffs/test_keeper.py", "test_a_lost_connection_is_tried_again_soon_then_seldom"),
    28: ("core/test_occurrence.py", "test_zones_and_summer_time"),
    29: ("rest/test_plans.py", "test_what_is_planned"),
    30: ("rest/test_plans.py", "test_newer_clients_get_previews_alone"),
}
"""What is easily done wrong with plans and tariffs, and what tests it.

16: every source is made into quarters of an hour, so nothing asks how long its slots are. 25: nothing averages
prices here.
"""


def names() -> Iterator[str]:
    """Yield the names of all tests and table rows of this package, in lower case with spaces as underscores."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = import_module(f"{__package__}.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                yield name
                for mark in getattr(test, "pytestmark", ()):
                    if mark.name == "parametrize":
                        rows = (getattr(row, "id", None) for row in mark.args[1])
                        yield from (f"test_{row}".lower().replace(" ", "_") for row in rows if row)


def numbers(kind: str) -> set[int]:
    pattern = re.compile(rf"(?<=_){kind}(\d+)(?![a-z0-9])")
    return {int(number) for name in names() for number in pattern.findall(name)}


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        pytest.param("ex", 96, id="worked examples"),
        pytest.param("m", 7, id="worked examples of sharing"),
        pytest.param("mend_", 49, id="mended oddities"),
        pytest.param("plan", 55, id="worked examples of plans"),
        pytest.param("pitfall_", 50, id="pitfalls"),
    ],
)
def test_every_one_is_tested(kind: str, count: int) -> None:
    wanted = set(range(1, count + 1)) - UNTESTABLE.get(kind.strip("_"), set())
    assert sorted(wanted - numbers(kind)) == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_examples_of_other_packages(name: str) -> None:
    file, *parts = ELSEWHERE[name]
    content = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
    assert [part for part in parts if part not in content] == []


def test_every_trap_of_planning_is_tested() -> None:
    assert set(range(1, 31)) - TRAPS.keys() == {16, 25}
    for file, part in TRAPS.values():
        assert part in (Path(__file__).parents[1] / file).read_text(encoding="utf-8"), f"{file}: {part}"
