"""The comparison behind the cases tells right from wrong."""

from typing import Any

import pytest

from .cases import ABSENT, differences, fill, look_up

RATE = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:15:00Z", "price": 0.2, "value": 0.2}
NEXT = {**RATE, "start": "2026-01-01T00:15:00Z", "end": "2026-01-01T00:30:00Z"}


@pytest.mark.parametrize(
    ("matcher", "good", "bad"),
    [
        ("$any", None, ABSENT),
        ("$null", None, 0),
        ("$number", 1.5, True),
        ("$integer", 3.0, 3.5),
        ("$string", "x", ""),
        ("$boolean", False, 0),
        ("$array", [], {}),
        ("$object", {}, []),
        ("$rfc3339", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00"),
        ("$strings", ["a\n"], ["a", 1]),
        ("$nonempty", [1], []),
        ("$absent", ABSENT, None),
        ("$regex:^a+$", "aa", "ab"),
        ("$rates", [RATE, NEXT], []),
        ("$rates", [RATE], [{**RATE, "value": 0.3}]),
        ("$rates", [RATE], [{k: v for k, v in RATE.items() if k != "price"}]),
        ("$rates", [RATE, NEXT], [NEXT, RATE]),
        (80, 80.0, 81),
        (1, 1.0, True),
        (True, True, 1),
        ("pv", "pv", "PV"),
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00", "2026-01-01T13:00:00Z"),
        ([1, 2], [1, 2], [1]),
        ({"a": {"b": 1}}, {"a": {"b": 1}}, {"a": {}}),
        ({"a": "$absent"}, {}, {"a": None}),
    ],
)
def test_a_matcher_lets_the_good_through_and_not_the_bad(matcher: Any, good: Any, bad: Any) -> None:
    assert differences(good, matcher, subset=False) == []
    assert differences(bad, matcher, subset=False) != []


def test_more_keys_are_allowed_only_in_a_subset_and_there_at_any_depth() -> None:
    found, wanted = {"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}
    assert differences(found, wanted, subset=True) == []
    assert differences(found, wanted, subset=False) == [".a: c is not expected"]


def test_placeholders_are_filled_in_keys_and_at_any_depth() -> None:
    assert fill({"loadpoints.{lp}.x": ["{lp}"]}, {"{lp}": "1"}) == {"loadpoints.1.x": ["1"]}


def test_a_path_leads_through_lists_and_objects_and_ends_where_nothing_is() -> None:
    state = {"loadpoints": [{"mode": "pv", "limit": None}]}
    assert look_up(state, "loadpoints.0.mode") == "pv"
    assert look_up(state, "loadpoints.0.limit") is None
    assert look_up(state, "loadpoints.1.mode") is ABSENT
    assert look_up(state, "loadpoints.0.nothing") is ABSENT
