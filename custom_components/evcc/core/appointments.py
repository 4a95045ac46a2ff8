"""Appointments as plans: an event "Golf 80 %" has the Golf ready with 80 % when the event begins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import re
from typing import Final

from .goals import SocPlan

_PERCENT: Final = re.compile(r"(?<![\d.,])(\d{1,3})\s*%")


class Unclear(StrEnum):
    """Why an event that names a vehicle is no plan."""

    NO_NUMBER = "no_number"  # or one that is no state of charge
    NUMBERS = "numbers"
    VEHICLES = "vehicles"


@dataclass(frozen=True, slots=True)
class Appointment:
    """An event of a calendar."""

    title: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """A vehicle, by its name in the core, that is to have this state of charge (%)."""

    vehicle: str
    soc: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be planned, by vehicle, and the titles of events that cannot be understood."""

    plans: Mapping[str, SocPlan]
    unclear: tuple[str, ...]


def understand(title: str, vehicles: Mapping[str, str]) -> Wish | Unclear | None:
    """Return what an event asks for; None if it is about something else.

    `vehicles` are titles by names. They count as whole words in upper or lower case, the longest first: a
    "Golf" is not meant where a "Golf GTE" is.
    """
    named, rest = _vehicles(title, vehicles)
    if not named:
        return None
    if len(named) > 1:
        return Unclear.VEHICLES
    numbers = [int(n) for n in _PERCENT.findall(rest)]
    if len(numbers) > 1:
        return Unclear.NUMBERS
    if not numbers or not 0 < numbers[0] <= 100:
        return Unclear.NO_NUMBER
    return Wish(named.pop(), numbers[0])


def _vehicles(title: str, vehicles: Mapping[str, str]) -> tuple[set[str], str]:
    """Return the names of the vehicles that occur, and the text without them."""
    words = [(word, name) for name, known in vehicles.items() for word in {known.strip(), name} if word]
    named: set[str] = set()
    rest = title
    taken: set[str] = set()
    for word, name in sorted(words, key=lambda pair: -len(pair[0])):
        if word.casefold() in taken:  # two vehicles with one title: both are meant
            named.add(name)
            continue
        # a hyphen joins words: an "e-Golf" is no "Golf"
        pattern = rf"(?<!\w)(?<!\w-){re.escape(word)}(?!\w)(?!-[^\W\d])"
        rest, times = re.subn(pattern, " \N{MIDDLE DOT} ", rest, flags=re.IGNORECASE)
        if times:
            named.add(name)
            taken.add(word.casefold())
    return named, rest


def wishes(appointments: Iterable[Appointment], vehicles: Mapping[str, str], now: datetime) -> Wishes:
    """Return each vehicle's first plan that is still ahead, and what could not be understood."""
    plans: dict[str, SocPlan] = {}
    unclear: list[str] = []
    for appointment in sorted(appointments, key=lambda a: a.start):
        if appointment.start <= now:
            continue
        match understand(appointment.title, vehicles):
            case Wish(vehicle=vehicle, soc=soc):
                plans.setdefault(vehicle, SocPlan(soc=soc, time=appointment.start))
            case Unclear():
                unclear.append(appointment.title)
    return Wishes(plans, tuple(dict.fromkeys(unclear)))


@dataclass(frozen=True, slots=True)
class Change:
    """A plan to be set, None: to be removed."""

    vehicle: str
    plan: SocPlan | None


def changes(
    wanted: Mapping[str, SocPlan],
    given: Mapping[str, SocPlan],
    present: Mapping[str, SocPlan | None],
    busy: Iterable[str],
    now: datetime,
) -> tuple[list[Change], dict[str, SocPlan]]:
    """Return what to do so that plans follow the calendar, and what it has given then.

    `given` is what came from the calendar before, `present` what is planned now, of all vehicles. What a
    person planned stays until the event changes, also what was there before anything was read. Vehicles
    that are `busy` being charged by a plan whose time has passed get the next one afterwards.
    """
    todo: list[Change] = []
    told: dict[str, SocPlan] = {}
    late = set(busy)
    for vehicle, plan in present.items():
        wish, before = wanted.get(vehicle), given.get(vehicle)
        if wish is None:
            if before is not None and plan == before and before.time > now:
                todo.append(Change(vehicle, None))
            continue
        overdue = plan is not None and plan.time <= now
        if overdue and vehicle in late:
            if before is not None:
                told[vehicle] = before
            continue
        told[vehicle] = wish
        by_hand = before is None and plan is not None and not overdue
        if wish not in (before, plan) and not by_hand:
            todo.append(Change(vehicle, wish))
    return todo, told
