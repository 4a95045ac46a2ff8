"""Appointments as plans: an event "Golf 80 %" has the Golf ready with 80 % when the event begins."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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


def wishes(
    appointments: Iterable[Appointment],
    vehicles: Mapping[str, str],
    now: datetime,
    takes: Callable[[str, int], float],
) -> Wishes:
    """Return the plan of each vehicle with events ahead, and what could not be understood.

    `takes` tells the s in which a vehicle is charged to a state of charge, 0 if it has that. Of several
    events the one counts that charging has to begin for first, as with repeating plans, and the next one
    once that is reached. A day's event is one that begins with the day.
    """
    asked: dict[str, list[SocPlan]] = {}
    unclear: list[str] = []
    for appointment in sorted(appointments, key=lambda a: a.start):
        if appointment.start <= now:
            continue
        match understand(appointment.title, vehicles):
            case Wish(vehicle=vehicle, soc=soc):
                asked.setdefault(vehicle, []).append(SocPlan(soc=soc, time=appointment.start))
            case Unclear():
                unclear.append(appointment.title)
    plans = {vehicle: _most_urgent(vehicle, found, takes) for vehicle, found in asked.items()}
    return Wishes(plans, tuple(dict.fromkeys(unclear)))


def _most_urgent(vehicle: str, plans: list[SocPlan], takes: Callable[[str, int], float]) -> SocPlan:
    open_ = [(plan, seconds) for plan in plans if (seconds := takes(vehicle, plan.soc)) > 0]
    if not open_:
        return plans[0]
    return min(open_, key=lambda pair: pair[0].time - timedelta(seconds=pair[1]))[0]


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

    `given` is what came from the calendar before, `present` what is planned now, of all vehicles.

    - A plan that a person made comes first. When it is reached, over or removed, the calendar goes on.
    - A plan of the calendar that is gone was reached, or removed by a person: it comes back only if its event
      changes.
    - An event that is deleted takes its plan along, one that is moved moves it.
    - Vehicles that are `busy` being charged by a plan whose time has passed get the next one afterwards.
    """
    todo: list[Change] = []
    told: dict[str, SocPlan] = {}
    late = set(busy)
    for vehicle, plan in present.items():
        wish, before = wanted.get(vehicle), given.get(vehicle)
        ahead = plan is not None and plan.time > now
        if plan is not None and not ahead and vehicle in late:
            if before is not None:
                told[vehicle] = before
        elif ahead and plan not in (before, wish):
            continue  # a person's
        elif wish is not None:
            told[vehicle] = wish
            if wish not in (before, plan):
                todo.append(Change(vehicle, wish))
        elif ahead:
            todo.append(Change(vehicle, None))
    return todo, told
