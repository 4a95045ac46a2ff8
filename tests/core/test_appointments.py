"""Events of a calendar as plans: what is understood, which event counts, and who wins."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.evcc.core.appointments import (
    Appointment,
    Change,
    Unclear,
    Wish,
    changes,
    understand,
    wishes,
)
from custom_components.evcc.core.goals import SocPlan

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CARS = {"a1": "Golf", "b2": "Golf GTE", "c3": "e-Up!", "d4": "Zoë", "e5": "Model 3", "f6": ""}


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("Golf 80 %", Wish("a1", 80)),
        ("Golf 80%", Wish("a1", 80)),
        ("golf: 5 %", Wish("a1", 5)),
        ("GOLF 100 % Urlaub", Wish("a1", 100)),
        ("90 % Golf", Wish("a1", 90)),
        ("Fahrt nach Köln (Golf, 90 %)", Wish("a1", 90)),
        ("Golf\n80 %", Wish("a1", 80)),
        ("Golf GTE 70 %", Wish("b2", 70)),
        ("e-Up! 60 %", Wish("c3", 60)),
        ("zoë 60 %", Wish("d4", 60)),
        ("Model 3 80 %", Wish("e5", 80)),
        ("f6 80 %", Wish("f6", 80)),
        ("Golf 80 % at 7:30", Wish("a1", 80)),
        ("Golf", Unclear.NO_NUMBER),
        ("Golf 80", Unclear.NO_NUMBER),
        ("Golf 0 %", Unclear.NO_NUMBER),
        ("Golf 120 %", Unclear.NO_NUMBER),
        ("Golf 1,80 %", Unclear.NO_NUMBER),
        ("Golf 82.5 %", Unclear.NO_NUMBER),
        ("Model 3", Unclear.NO_NUMBER),
        ("Golf 50 % or 80 %", Unclear.NUMBERS),
        ("Golf and Zoë 80 %", Unclear.VEHICLES),
        ("Golf, Golf GTE 80 %", Unclear.VEHICLES),
        ("Golfing 80 %", None),
        ("e-Golf 80 %", None),
        ("Golf-Club 80 %", None),
        ("Sale: 50 % off", None),
        ("Dentist", None),
        ("", None),
        ("%", None),
    ],
)
def test_what_an_event_asks_for(title: str, meant: Wish | Unclear | None) -> None:
    assert understand(title, CARS) == meant


def test_two_vehicles_of_one_title_are_both_meant() -> None:
    assert understand("Golf 80 %", {"x": "Golf", "y": "Golf"}) == Unclear.VEHICLES
    assert understand("y 80 %", {"x": "Golf", "y": "Golf"}) == Wish("y", 80)


def at(hours: float, title: str) -> Appointment:
    return Appointment(title, NOW + hours * HOUR)


def plan(soc: int, hours: float) -> SocPlan:
    return SocPlan(soc=soc, time=NOW + hours * HOUR)


def hours_from(soc: int) -> Callable[[str, int], float]:
    """Return what tells how long charging takes: from that soc, 10 % an hour."""
    return lambda _, goal: max(0.0, goal - soc) * 360.0


@pytest.mark.parametrize(
    ("soc", "events", "counts"),
    [
        (30, [at(10, "Golf 80 %"), at(20, "Golf 90 %")], plan(80, 10)),
        (30, [at(20, "Golf 90 %"), at(10, "Golf 80 %")], plan(80, 10)),
        (30, [at(10, "Golf 40 %"), at(11, "Golf 100 %")], plan(100, 11)),  # 7 h before 11 comes first
        (80, [at(10, "Golf 80 %"), at(20, "Golf 90 %")], plan(90, 20)),  # the first is reached
        (95, [at(10, "Golf 80 %"), at(20, "Golf 90 %")], plan(80, 10)),  # all are
        (30, [at(-1, "Golf 80 %"), at(0, "Golf 80 %"), at(1, "Golf 90 %")], plan(90, 1)),
        (30, [at(10, "Golf 80 %"), at(10, "Golf 90 %")], plan(90, 10)),
    ],
)
def test_of_several_events_the_most_urgent_counts(
    soc: int, events: list[Appointment], counts: SocPlan
) -> None:
    assert wishes(events, CARS, NOW, hours_from(soc)).plans == {"a1": counts}


def test_events_that_cannot_be_understood_are_told_once() -> None:
    events = [at(1, "Golf"), at(2, "Golf"), at(3, "Zoë 80 %"), at(4, "Dentist"), at(-1, "Golf GTE")]
    found = wishes(events, CARS, NOW, hours_from(0))
    assert (dict(found.plans), found.unclear) == ({"d4": plan(80, 3)}, ("Golf",))


A, B, HAND, PAST = plan(80, 10), plan(90, 20), plan(50, 5), plan(80, -1)


@pytest.mark.parametrize(
    ("wish", "before", "present", "busy", "todo", "told"),
    [
        # a new event, one that stays, one that moved, one that is deleted
        (A, None, None, False, A, A),
        (A, A, A, False, "nothing", A),
        (B, A, A, False, B, B),
        (None, A, A, False, None, None),
        (None, None, None, False, "nothing", None),
        # what a person planned comes first, whatever the calendar says
        (A, None, HAND, False, "nothing", None),
        (A, A, HAND, False, "nothing", None),
        (B, A, HAND, False, "nothing", None),
        (None, A, HAND, False, "nothing", None),
        (None, None, HAND, False, "nothing", None),
        # when that is over, the calendar goes on
        (A, None, PAST, False, A, A),
        # planned by a person as the calendar has it
        (A, None, A, False, "nothing", A),
        # reached, or removed by a person: it stays gone until its event changes
        (A, A, None, False, "nothing", A),
        (B, A, None, False, B, B),
        (None, A, None, False, "nothing", None),
        # its time has passed while the vehicle charges by it: it goes on, the next one comes afterwards
        (B, PAST, PAST, True, "nothing", PAST),
        (None, PAST, PAST, True, "nothing", PAST),
        (B, None, PAST, True, "nothing", None),
        (B, PAST, PAST, False, B, B),
        (None, PAST, PAST, False, "nothing", None),
    ],
)
def test_who_wins(
    wish: SocPlan | None,
    before: SocPlan | None,
    present: SocPlan | None,
    busy: bool,
    todo: SocPlan | str | None,
    told: SocPlan | None,
) -> None:
    def of(value: SocPlan | None) -> Mapping[str, SocPlan]:
        return {} if value is None else {"car": value}

    expected = [] if isinstance(todo, str) else [Change("car", todo)]
    found = changes(of(wish), of(before), {"car": present}, ["car"] if busy else [], NOW)
    assert found == (expected, of(told))


def test_a_vehicle_that_has_gone_is_forgotten() -> None:
    assert changes({"gone": A}, {"gone": A}, {}, [], NOW) == ([], {})
