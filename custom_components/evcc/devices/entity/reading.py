"""Read one state of Home Assistant as a value with the unit of the core, or say what is wrong with it.

Nothing here raises for what an entity does: a value that cannot be had is a `Problem` with the words to
tell people and the `Failure` to tell the core. It is never zero and never the last value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import logging
import math
from typing import Any, Final, override

from homeassistant.const import (
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfLength,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    DistanceConverter,
    DurationConverter,
    ElectricCurrentConverter,
    ElectricPotentialConverter,
    EnergyConverter,
    PowerConverter,
    TemperatureConverter,
)

from ...core.model import Failure, Phases3
from . import words
from .refs import pin, resolve
from .roles import Quantity

_LOGGER = logging.getLogger(__name__)


class Fault(StrEnum):
    """What can be wrong with an entity as a source; the values are translation keys."""

    NOT_CONFIGURED = "not_configured"
    ENTITY_GONE = "entity_gone"
    UNAVAILABLE = "entity_unavailable"
    UNKNOWN = "entity_unknown"
    STALE = "entity_stale"
    NOT_A_NUMBER = "not_a_number"
    WRONG_UNIT = "wrong_unit"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_WORD = "unknown_word"
    DEVICE_FAULT = "device_fault"


_FAULTS: Final[Mapping[Fault, tuple[Failure, str]]] = {
    Fault.NOT_CONFIGURED: (Failure.NOT_AVAILABLE, "no entity is configured"),
    Fault.ENTITY_GONE: (Failure.UNAVAILABLE, "{entity} does not exist"),
    Fault.UNAVAILABLE: (Failure.UNAVAILABLE, "{entity} is unavailable"),
    Fault.UNKNOWN: (Failure.UNAVAILABLE, "{entity} has no value yet"),
    Fault.STALE: (Failure.STALE, "{entity} has not reported for {age} s"),
    Fault.NOT_A_NUMBER: (Failure.INVALID, "{entity}: {value!r} is not a number"),
    Fault.WRONG_UNIT: (Failure.INVALID, "{entity} is in {unit!r}, which cannot be converted to {wanted}"),
    Fault.OUT_OF_RANGE: (Failure.INVALID, "{entity}: {value} is out of range"),
    Fault.UNKNOWN_WORD: (Failure.INVALID, "{entity}: the meaning of {value!r} is not known"),
    Fault.DEVICE_FAULT: (Failure.FAULT, "{entity}: {value!r}"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no value. `placeholders` fill the texts."""

    fault: Fault
    placeholders: Mapping[str, str] = field(default_factory=dict)

    @property
    def failure(self) -> Failure:
        """What the core records."""
        return _FAULTS[self.fault][0]

    @override
    def __str__(self) -> str:
        """Return the problem in English."""
        return _FAULTS[self.fault][1].format_map(self.placeholders)


NOT_CONFIGURED: Final = Problem(Fault.NOT_CONFIGURED)

_CONVERTERS: Final[Mapping[Quantity, tuple[type[BaseUnitConverter], str]]] = {
    Quantity.POWER: (PowerConverter, UnitOfPower.WATT),
    Quantity.ENERGY: (EnergyConverter, UnitOfEnergy.KILO_WATT_HOUR),
    Quantity.CURRENT: (ElectricCurrentConverter, UnitOfElectricCurrent.AMPERE),
    Quantity.SETPOINT: (ElectricCurrentConverter, UnitOfElectricCurrent.AMPERE),
    Quantity.VOLTAGE: (ElectricPotentialConverter, UnitOfElectricPotential.VOLT),
    Quantity.DISTANCE: (DistanceConverter, UnitOfLength.KILOMETERS),
    Quantity.DURATION: (DurationConverter, UnitOfTime.SECONDS),
    Quantity.LEVEL: (TemperatureConverter, UnitOfTemperature.CELSIUS),
}

_AGEING: Final = frozenset({Quantity.POWER, Quantity.CURRENT, Quantity.VOLTAGE, Quantity.SOC})
"""What changes all the time. Words, flags, counters and set-points may rightly stay as they are for days."""

_TRUE: Final = frozenset({"on", "true", "yes", "1", "active", "heating", "cooling", "ventilation"})
_FALSE: Final = frozenset({"off", "false", "no", "0", "inactive", "none"})


def base_unit(quantity: Quantity) -> str:
    """Return the unit that values of a quantity have here; empty if it has none."""
    if quantity in (Quantity.SOC, Quantity.LEVEL):
        return PERCENTAGE
    return _CONVERTERS[quantity][1] if quantity in _CONVERTERS else ""


def parse(state: State, quantity: Quantity) -> float | Problem:
    """Return the number of a state in the unit of its quantity.

    The unit is that of the state, not of the registry, because users can override it. A state without
    unit is taken to be in the right one: helpers and templates often have none.
    """
    place = {"entity": state.entity_id, "value": state.state}
    try:
        value = float(state.state)
    except ValueError:
        return Problem(Fault.NOT_A_NUMBER, place)
    if not math.isfinite(value) or "_" in state.state:
        return Problem(Fault.NOT_A_NUMBER, place)
    converted = _converted(value, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT), quantity)
    if converted is None:
        unit = str(state.attributes[ATTR_UNIT_OF_MEASUREMENT])
        return Problem(Fault.WRONG_UNIT, {**place, "unit": unit, "wanted": base_unit(quantity) or "a number"})
    if quantity is Quantity.SOC and not 0 <= converted <= 100:
        return Problem(Fault.OUT_OF_RANGE, place)
    return converted


def _converted(value: float, unit: str | None, quantity: Quantity) -> float | None:
    if unit in (None, "", base_unit(quantity)) or quantity is Quantity.COUNT:
        return value
    if quantity not in _CONVERTERS:
        return None
    converter, wanted = _CONVERTERS[quantity]
    return converter.convert(value, unit, wanted) if unit in converter.VALID_UNITS else None


@dataclass(slots=True)
class Freshness:
    """Whether an entity still reports, judged by what it did so far.

    `max_age` s without any report is too old; 0 never is, because most entities report only changes.
    An entity that is known to report more rarely gets three times its usual interval.
    """

    max_age: float = 0.0
    interval: float | None = None  # s, moving average of the gaps between reports
    _last: datetime | None = None

    @property
    def limit(self) -> float:
        """Age in s from which a report is too old."""
        return max(3 * (self.interval or 0.0), self.max_age)

    def age_if_stale(self, reported: datetime, now: datetime) -> float | None:
        """Take note of the time of the last report; return its age in s if that is too old."""
        if not self.max_age:
            return None
        if self._last is not None and reported > self._last:
            # Bounded, so that one outage does not raise the limit for hours.
            gap = min((reported - self._last).total_seconds(), 4 * self.limit)
            self.interval = gap if self.interval is None else self.interval + 0.25 * (gap - self.interval)
        self._last = reported
        age = (now - reported).total_seconds()
        return age if age > self.limit else None


class Reader:
    """Reads the entities that fill the roles of one device. `data` are the device's stored fields."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any]) -> None:
        self._hass = hass
        self._data = data
        self._pins: dict[str, str] = {}
        self._freshness: dict[str, Freshness] = {}
        self._max_age = float(data.get("max_age") or 0.0)
        self._mapping = words.status_map(data.get("status_map"))

    def has(self, *keys: str) -> bool:
        """Tell whether all of these roles are filled."""
        return all(self._data.get(key) for key in keys)

    def entity_id(self, key: str) -> str | None:
        """Return the present entity id of a role, following renames; None if it is not filled or gone."""
        reference = self._data.get(key)
        if not reference:
            return None
        pinned = self._pins.get(key, reference)
        if pinned == reference or resolve(self._hass, pinned) is None:
            # At start an entity may be registered later than this device is built.
            pinned = self._pins[key] = pin(self._hass, reference)
        return resolve(self._hass, pinned)

    def raw(self, key: str) -> State | None:
        """Return the state object as it is, for those who need its attributes."""
        entity_id = self.entity_id(key)
        return self._hass.states.get(entity_id) if entity_id is not None else None

    def state(self, key: str, now: datetime, *, ages: bool = False) -> State | Problem:
        """Return a state that can be used; one that `ages` must not be older than the device's limit."""
        if not self.has(key):
            return NOT_CONFIGURED
        entity_id = self.entity_id(key) or str(self._data[key])
        place = {"entity": entity_id}
        state = self._hass.states.get(entity_id)
        if state is None:
            return Problem(Fault.ENTITY_GONE, place)
        if state.state == STATE_UNAVAILABLE or state.attributes.get(ATTR_RESTORED):
            return Problem(Fault.UNAVAILABLE, place)
        if state.state == STATE_UNKNOWN or state.state.strip().casefold() in ("", "none"):
            return Problem(Fault.UNKNOWN, place)
        if ages:
            freshness = self._freshness.setdefault(key, Freshness(self._max_age))
            age = freshness.age_if_stale(state.last_reported, now)
            if age is not None:
                return Problem(Fault.STALE, {**place, "age": f"{age:.0f}"})
        return state

    def number(self, key: str, quantity: Quantity, now: datetime) -> float | Problem:
        """Return the number of a role in the unit of its quantity."""
        state = self.state(key, now, ages=quantity in _AGEING)
        return state if isinstance(state, Problem) else parse(state, quantity)

    def number_or_none(self, key: str, quantity: Quantity, now: datetime) -> float | None:
        """Return the number of a role, None for any problem: for values that nothing depends on."""
        return known(self.number(key, quantity, now))

    def phases(self, prefix: str, quantity: Quantity, now: datetime) -> Phases3 | Problem:
        """Return the three values of roles <prefix>_l1 to _l3."""
        return three(self.number(f"{prefix}_l{n}", quantity, now) for n in (1, 2, 3))

    def letter(self, key: str, now: datetime) -> str | Problem:
        """Return A, B or C for the status word of a role; a fault of the device is a problem."""
        state = self.state(key, now)
        if isinstance(state, Problem):
            return state
        place = {"entity": state.entity_id, "value": state.state}
        found = words.letter(state.state, self._mapping)
        if found is None:
            return Problem(Fault.UNKNOWN_WORD, place)
        return Problem(Fault.DEVICE_FAULT, place) if found == "E" else found

    def is_guess(self, word: str) -> bool:
        """Tell whether the meaning of a status word differs between devices and nobody settled it."""
        word = words.normalised(word)
        return word in words.AMBIGUOUS and word not in self._mapping

    def flag(self, key: str, now: datetime, *, letters: str = "") -> bool | Problem:
        """Return yes or no; words of a status are understood too, `letters` says which of them mean yes."""
        state = self.state(key, now)
        if isinstance(state, Problem):
            return state
        if state.domain == "climate":
            return state.state != "off"
        word = words.normalised(state.state)
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        found = words.letter(word, self._mapping) if letters else None
        if found in (None, "E"):
            return Problem(Fault.UNKNOWN_WORD, {"entity": state.entity_id, "value": state.state})
        return found in letters

    def text(self, key: str, now: datetime) -> str | Problem:
        """Return the words of a state as they are."""
        state = self.state(key, now)
        return state if isinstance(state, Problem) else state.state.strip()


def three(values: Iterable[float | Problem]) -> Phases3 | Problem:
    """Join the values of three phases; those behind L1 that are not configured are 0.

    One problem makes the whole a problem: two thirds of a current are not a current.
    """
    one, *others = values
    two, three = (0.0 if value is NOT_CONFIGURED else value for value in others)
    if isinstance(one, Problem):
        return one
    if isinstance(two, Problem):
        return two
    return three if isinstance(three, Problem) else (one, two, three)


def known[T](value: T | Problem) -> T | None:
    """Return the value, None for a problem."""
    return None if isinstance(value, Problem) else value


def failure_of(value: object) -> Failure | None:
    """Return what the core records about a value, None if there is one."""
    return value.failure if isinstance(value, Problem) else None


class Complaints:
    """Logs what is wrong with a device once when it begins and once when it is over."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._last: str | None = None

    def note(self, *values: object) -> str | None:
        """Return the first problem among these values in words; what is not configured is none."""
        problem = next((v for v in values if isinstance(v, Problem) and v is not NOT_CONFIGURED), None)
        text = None if problem is None else str(problem)
        # The age of a stale value grows with every cycle: one fault is one complaint.
        kind = None if problem is None else f"{problem.fault} {problem.placeholders.get('entity')}"
        if kind != self._last:
            self._last = kind
            if problem is None:
                _LOGGER.info("%s: all values are there again", self._title)
            else:
                level = logging.INFO if problem.failure is Failure.UNAVAILABLE else logging.WARNING
                _LOGGER.log(level, "%s: %s", self._title, text)
        return text
