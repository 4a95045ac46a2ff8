"""The API refuses in the words that clients of the original know."""

import pytest

from custom_components.evcc.core.commands import change
from custom_components.evcc.core.settings import Scope, SettingError
from custom_components.evcc.rest.refusals import describe, not_found

from ..core.plant import Bench
from ..core.wiring import FIXED, SINGLE, START


def soc_order(setting: str, priority: float, buffer: float, start: float) -> SettingError:
    return SettingError("soc_order", setting=setting, priority=priority, buffer=buffer, start=start)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            SettingError("min_above_max", setting="minCurrent", low=17, high=16),
            "min current must be smaller or equal than max current",
        ),
        (
            SettingError("min_above_max", setting="maxCurrent", low=6, high=5),
            "max current must be greater or equal than min current",
        ),
        (
            SettingError("phases_too_many", loadpoint="Garage", phases=1, wanted=3),
            "cannot configure more phases than physically connected: 3 > 1",
        ),
        (SettingError("value_not_offered", setting="mode", value="eco"), "invalid value: eco"),
        (
            SettingError("value_not_offered", setting="phasesConfigured", value="2"),
            "invalid number of phases: 2",
        ),
        (soc_order("prioritySoc", 90, 80, 0), "priority soc must be smaller or equal than buffer soc"),
        (soc_order("bufferSoc", 50, 40, 0), "buffer soc must not be smaller than priority soc"),
        (soc_order("bufferSoc", 50, 95, 90), "buffer soc must be smaller or equal than buffer start soc"),
        (soc_order("bufferStartSoc", 50, 80, 70), "buffer start soc must be larger than buffer soc"),
        (SettingError("battery_missing", setting="prioritySoc"), "battery not configured"),
        (SettingError("plan_in_past"), "timestamp is in the past"),
        (
            SettingError("plan_needs_soc"),
            "soc planning only available for vehicles with known soc and capacity",
        ),
        (
            SettingError("plan_needs_energy"),
            "energy planning not available for vehicles with known soc and capacity",
        ),
        (
            SettingError("timezone_unknown", timezone="Foo/Bar"),
            "invalid timezone: unknown time zone Foo/Bar",
        ),
        (SettingError("time_invalid", time="29:30"), 'invalid time: parsing time "29:30": expected HH:MM'),
        (SettingError("weekday_out_of_range", weekday=9), "weekday out of range: 9"),
        (SettingError("weekdays_missing"), "no valid weekday found"),
        (SettingError("vehicle_unknown", vehicle="nope"), "not found: nope"),
        (
            SettingError("value_out_of_range", setting="prioritySoc", value=900, low=0, high=100),
            "prioritySoc must be between 0 and 100: 900",
        ),
    ],
)
def test_words(error: SettingError, text: str) -> None:
    assert describe(error) == text


def test_an_error_without_words_of_its_own_still_says_what_it_is() -> None:
    assert describe(SettingError("new_kind", value=3)) == "new_kind: {'value': '3'}"


def test_a_path_that_is_none_is_answered_in_plain_text() -> None:
    refusal = not_found()
    assert (refusal.status, refusal.text, refusal.plain) == (404, "404 page not found", True)


def test_the_core_tells_the_numbers_that_the_words_need() -> None:
    site = Bench(FIXED, SINGLE).site
    with pytest.raises(SettingError) as caught:
        change(site, Scope.LOADPOINT, 1, "phasesConfigured", 3, START)
    assert describe(caught.value) == "cannot configure more phases than physically connected: 3 > 1"
