"""What listeners are told: the differences between two states, as messages that all of them share."""

from collections.abc import Callable, Mapping
from datetime import timedelta
import itertools
import json
from typing import Any, cast

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.evcc import journal
from custom_components.evcc.coordinator import EvccRuntime
from custom_components.evcc.journal import Level
from custom_components.evcc.rest import feed as feeds, published
from custom_components.evcc.rest.feed import LONGEST_SILENCE, Feed, changes, encode, flatten
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util


def test_loadpoints_are_flattened_and_all_else_stays() -> None:
    vehicles = {"db:1": {"title": "Golf"}}
    document = {
        "interval": 30,
        "vehicles": vehicles,
        "loadpoints": [{"mode": "pv", "chargePower": 0.5}, {"mode": "off"}],
    }

    flat = flatten(document)

    assert flat == {
        "interval": 30,
        "vehicles": vehicles,
        "loadpoints.0.mode": "pv",
        "loadpoints.0.chargePower": 0.5,
        "loadpoints.1.mode": "off",
    }
    assert flat["vehicles"] is vehicles
    assert document["loadpoints"] == [{"mode": "pv", "chargePower": 0.5}, {"mode": "off"}]


def test_a_site_without_loadpoints_has_no_keys_of_them() -> None:
    assert flatten({"interval": 30, "loadpoints": []}) == {"interval": 30}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1.23456, 2.0, 0.0004], [1.235, 2.0, 0.0]),
        ([1.23456, None, 7], [1.235, None, 7]),
        ([], []),
        (["1.23456"], ["1.23456"]),
        ([{"power": 1.23456}], [{"power": 1.23456}]),
        ({"currents": [1.23456]}, {"currents": [1.23456]}),
        (1.23456, 1.23456),
    ],
)
def test_numbers_in_lists_of_the_upper_levels_are_rounded(value: object, told: object) -> None:
    assert flatten({"x": value, "loadpoints": [{"y": value}]}) == {"x": told, "loadpoints.0.y": told}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": 1, "b": None}, {"b": None}),
        ({"a": 1, "b": 2}, {"a": 1}, {"b": None}),
        ({"a": None}, {"a": 0}, {"a": 0}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": [1, 2]}, {"a": [1, 2]}, {}),
        ({}, {"a": ""}, {"a": ""}),
    ],
)
def test_only_what_has_changed_is_told_and_null_for_what_is_gone(
    before: dict[str, Any], after: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert changes(before, after) == expected


def test_changes_applied_one_after_the_other_give_the_state() -> None:
    states: list[dict[str, Any]] = [{"a": 1}, {"a": 1, "b": [2.0]}, {"b": [2.5]}, {"a": None, "b": [2.5]}]
    seen = dict(states[0])
    for before, after in itertools.pairwise(states):
        seen |= changes(before, after)
        assert {k: v for k, v in seen.items() if k in after} == after


def test_messages_are_one_line_and_have_no_number_that_json_does_not_know() -> None:
    assert encode({"a": float("nan"), "b": "ü\n"}) == '{"a":null,"b":"ü\\n"}'.encode()


class Site:
    """Stands for a running site: its state is what a test sets. Counts what is worked out."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"interval": 30, "pvPower": 1.0, "loadpoints": [{"mode": "pv"}]}
        self.listeners: list[Callable[[], None]] = []
        self.asked = 0

    @property
    def coordinator(self) -> Site:
        return self

    def async_add_listener(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def document(self, modern: bool) -> Mapping[str, Any]:
        self.asked += 1
        return self.state

    def show(self, **changed: Any) -> None:
        self.state = {**self.state, **changed}
        for listener in list(self.listeners):
            listener()

    @property
    def runtime(self) -> EvccRuntime:
        return cast("EvccRuntime", self)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(published, "of", lambda runtime: runtime)
    return Site()


@pytest.fixture
def feed(hass: HomeAssistant, site: Site) -> Feed:
    journal.async_setup_journal(hass)
    result = Feed(hass, modern=False)
    result.follow(site.runtime)
    return result


class Ear:
    """Listens, and keeps what it heard."""

    def __init__(self, feed: Feed) -> None:
        self.messages: list[bytes] = []
        self.leave = feed.listen(self.messages.append)

    def heard(self) -> list[dict[str, Any]]:
        """Return what came since the last call."""
        taken = [json.loads(message) for message in self.messages]
        self.messages.clear()
        return taken


WHOLE = {"interval": 30, "pvPower": 1.0, "loadpoints.0.mode": "pv"}


async def test_the_first_message_is_the_whole_state_and_then_come_changes(feed: Feed, site: Site) -> None:
    ear = Ear(feed)
    assert ear.heard() == [WHOLE]

    site.show(pvPower=2.0, loadpoints=[{"mode": "off"}])
    assert ear.heard() == [{"pvPower": 2.0, "loadpoints.0.mode": "off"}]
    site.show()
    assert ear.heard() == []

    ear.leave()
    site.show(pvPower=3.0)
    assert ear.heard() == []


async def test_all_listeners_share_one_message(feed: Feed, site: Site) -> None:
    first, second = Ear(feed), Ear(feed)
    assert first.messages[0] is second.messages[0]
    asked = site.asked

    site.show(pvPower=2.0)

    assert first.messages[-1] is second.messages[-1]
    assert site.asked == asked + 1
    late = Ear(feed)
    assert late.heard() == [{**WHOLE, "pvPower": 2.0}]
    for ear in (first, second, late):
        ear.leave()


async def test_nothing_is_worked_out_while_nobody_listens(feed: Feed, site: Site) -> None:
    site.show(pvPower=2.0)
    assert (site.asked, site.listeners) == (0, [])

    ear = Ear(feed)
    ear.leave()
    ear.leave()
    asked = site.asked
    site.show(pvPower=3.0)

    assert (site.asked, site.listeners, feed.listeners) == (asked, [], 0)
    again = Ear(feed)
    assert again.heard() == [{**WHOLE, "pvPower": 3.0}]
    again.leave()


async def test_a_listener_may_leave_while_it_is_told(feed: Feed, site: Site) -> None:
    heard: list[bytes] = []
    leaves: list[Callable[[], None]] = []

    def once(message: bytes) -> None:
        heard.append(message)
        if leaves:
            leaves.pop()()

    leaves.append(feed.listen(once))
    ear = Ear(feed)
    ear.heard()
    site.show(pvPower=2.0)
    site.show(pvPower=3.0)

    assert len(heard) == 2
    assert ear.heard() == [{"pvPower": 2.0}, {"pvPower": 3.0}]
    ear.leave()


async def test_something_is_said_when_nothing_happens_for_long(
    hass: HomeAssistant, feed: Feed, site: Site
) -> None:
    ear = Ear(feed)
    ear.heard()

    for _ in range(2):
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=LONGEST_SILENCE + 1))
        assert ear.heard() == [{"interval": 30}]

    ear.leave()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2 * LONGEST_SILENCE))
    assert ear.heard() == []


async def test_listeners_stay_while_there_is_no_site_and_are_told_the_next_one(
    feed: Feed, site: Site
) -> None:
    ear = Ear(feed)
    ear.heard()

    feed.follow(None)
    assert site.listeners == []
    late = Ear(feed)
    assert (ear.heard(), late.heard()) == ([], [])
    other = Site()
    other.state["interval"] = 10
    feed.follow(other.runtime)

    assert ear.heard() == late.heard() == [{**WHOLE, "interval": 10}]
    other.show(pvPower=5.0)
    assert ear.heard() == late.heard() == [{"pvPower": 5.0}]
    ear.leave()
    late.leave()
    assert other.listeners == []


async def test_a_state_that_cannot_be_built_disturbs_nobody_else(
    feed: Feed, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ear = Ear(feed)
    ear.heard()

    with monkeypatch.context() as patch:
        patch.setattr(feeds, "flatten", lambda document: 1 / 0)
        site.show(pvPower=2.0)
        site.show(pvPower=3.0)
    assert ear.heard() == []
    assert caplog.text.count("cannot be told") == 1

    site.show(pvPower=4.0)
    assert ear.heard() == [{"pvPower": 4.0}]
    ear.leave()


@pytest.mark.parametrize(
    ("area", "level", "text", "told"),
    [
        ("lp-2", Level.WARN, "no phases", {"message": "no phases", "level": "warn", "lp": 2}),
        ("site", Level.ERROR, 'a "b"\nc', {"message": 'a "b"\nc', "level": "error"}),
        ("main", Level.FATAL, "the end", {"message": "the end", "level": "error"}),
        ("main", Level.INFO, "all is well", None),
    ],
)
async def test_warnings_and_errors_of_the_journal_are_told(
    hass: HomeAssistant, feed: Feed, area: str, level: Level, text: str, told: dict[str, Any] | None
) -> None:
    ear = Ear(feed)
    ear.heard()

    journal.of(hass).write(area, level, text)
    await hass.async_block_till_done()

    assert ear.heard() == ([] if told is None else [{"log": told}])
    late = Ear(feed)
    assert late.heard() == [WHOLE]
    ear.leave()
    late.leave()
