"""Look at the entities of a device before it is saved: what they say now and what speaks against them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, PERCENTAGE, UnitOfTemperature
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from ...core.model import Failure
from .checks import check
from .reading import Fault, Problem, Reader, base_unit
from .refs import resolve
from .roles import BUTTONS, NUMBERS, UNITS, Kind, Quantity, Role, roles

STATUS_AMBIGUOUS: Final = "status_ambiguous"
"""The status word means different things on different devices, and no plug sensor tells which."""

_LETTERS: Final[Mapping[str, str]] = {"plugged": "BC", "charging": "C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeLine:
    """What one field gave. `problem` is a translation key; a `blocking` one must not be saved."""

    key: str
    entity_id: str = ""
    value: str = ""  # with unit, as people read it; empty if there is none
    problem: str | None = None
    placeholders: Mapping[str, str] = field(default_factory=dict)
    blocking: bool = False


async def async_probe(hass: HomeAssistant, kind: Kind, data: Mapping[str, Any]) -> list[ProbeLine]:
    """Return one line per filled role with the value just read, and one per mistake in the fields.

    What only is not there now (a vehicle asleep, an integration that still starts) does not block.
    """
    lines = [
        ProbeLine(
            key=finding.key,
            entity_id=finding.placeholders.get("entity", ""),
            problem=finding.mistake,
            placeholders=finding.placeholders,
            blocking=True,
        )
        for finding in check(hass, kind, data)
    ]
    try:
        reader = Reader(hass, data)
    except ValueError:
        return lines  # the status map: among the findings already
    faulty = {line.key for line in lines}
    now = dt_util.utcnow()
    filled = (role for role in roles(kind) if data.get(role.key) and role.key not in faulty)
    lines.extend(_line(hass, reader, role, str(data[role.key]), now) for role in filled)
    return lines


def _line(hass: HomeAssistant, reader: Reader, role: Role, reference: str, now: datetime) -> ProbeLine:
    entity_id = resolve(hass, reference) or reference
    read = _read(reader, role, now)
    if isinstance(read, str):
        ambiguous = role.quantity is Quantity.STATUS and reader.is_guess(read) and not reader.has("plugged")
        if role.quantity is Quantity.STATUS:
            read = f"{read} → {reader.letter(role.key, now)}"
        return ProbeLine(
            key=role.key,
            entity_id=entity_id,
            value=read,
            problem=STATUS_AMBIGUOUS if ambiguous else None,
            placeholders={"entity": entity_id, "value": read} if ambiguous else {},
        )
    return ProbeLine(
        key=role.key,
        entity_id=entity_id,
        value=read.placeholders.get("value", ""),
        problem=read.fault,
        placeholders=read.placeholders,
        blocking=read.failure is Failure.INVALID or read.fault is Fault.ENTITY_GONE,
    )


def _read(reader: Reader, role: Role, now: datetime) -> str | Problem:
    """Return the value of a role as people read it."""
    state = reader.state(role.key, now)
    if isinstance(state, Problem):
        # What is pressed has no state until it was pressed for the first time.
        pressed = state.placeholders.get("entity", "").split(".")[0] in BUTTONS
        return "" if pressed and state.fault is Fault.UNKNOWN else state
    result: object = None
    if role.quantity is Quantity.STATUS:
        result = reader.letter(role.key, now)
    elif role.quantity is Quantity.FLAG:
        result = reader.flag(role.key, now, letters=_LETTERS.get(role.key, ""))
    elif role.quantity in UNITS or (role.quantity is Quantity.SETPOINT and state.domain in NUMBERS):
        result = reader.number(role.key, role.quantity, now)
    if isinstance(result, Problem):
        return result
    if isinstance(result, float):
        return f"{_short(result)} {_unit(role, state)}".rstrip()
    if role.quantity is Quantity.PRESS:
        return ""
    return f"{state.state} {state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, '')}".rstrip()


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _unit(role: Role, state: State) -> str:
    """Return the unit of the core; a level has one of two."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if role.quantity is Quantity.LEVEL and unit not in (None, PERCENTAGE):
        return UnitOfTemperature.CELSIUS
    return base_unit(role.quantity)
