"""Write to entities: one call of a Home Assistant action per command, awaited, with errors of the core.

An entity that already is as we left it is not written again: some chargers store every value in a
memory that wears out. When anybody else changed it meanwhile, it is.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
import math
import re
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    UnitOfElectricCurrent,
)
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceNotFound, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.util.unit_conversion import ElectricCurrentConverter

from ...const import DOMAIN
from ...core.model import Failure
from ...core.ports import DeviceError, DeviceRejected, DeviceTimeout, NotAvailable
from .reading import Fault, Problem, Reader
from .roles import BUTTONS, LISTS, NUMBERS, SWITCHES

WRITE_TIMEOUT: Final = 10.0
"""s that one command may take. Longer than any local device needs, shorter than two cycles."""

_AMPERES: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(m?)A?\s*", re.IGNORECASE)


class Writer:
    """Writes the entities that fill the roles of one device and runs its actions.

    Every method raises DeviceError when the command was not carried out.
    """

    def __init__(self, hass: HomeAssistant, reader: Reader, data: Mapping[str, Any], title: str) -> None:
        self._hass = hass
        self._reader = reader
        self._data = data
        self._title = title
        self._context = Context()
        self._written: dict[str, bool | float | str] = {}

    async def toggle(self, key: str, on: bool) -> None:
        """Switch the entity of a role on or off; a lock is unlocked by on."""
        state = self._usable(key)
        if is_on(state) is on and self._written.get(state.entity_id) is on:
            return
        service = (
            ("unlock" if on else "lock") if state.domain == "lock" else ("turn_on" if on else "turn_off")
        )
        await self._write(state, service, {}, on)

    async def choose(self, key: str, word: str) -> None:
        """Bring the entity of a role into the state that `word` names."""
        state = self._usable(key)
        if state.domain in SWITCHES or state.domain == "lock":
            await self.toggle(key, word.casefold() in ("on", "unlocked"))
            return
        if matches(state, word) and self._written.get(state.entity_id) == word:
            return
        if state.domain in NUMBERS:
            await self._write(state, "set_value", {"value": _as_number(word)}, word)
        elif state.domain in LISTS:
            await self._write(state, "select_option", {"option": word}, word)
        elif state.domain == "climate":
            await self._write(state, "set_hvac_mode", {"hvac_mode": word}, word)
        else:
            await self._write(state, "set_value", {"value": word}, word)

    async def press(self, key: str) -> None:
        """Press a button; scripts and scenes are started, not waited for."""
        state = self._usable(key)
        await self._write(state, "press" if "button" in state.domain else "turn_on", {}, True)

    async def set_current(self, key: str, current: float) -> float:
        """Set `current` A, rounded down to what the entity takes; return what was set in A.

        0 means off: NotAvailable where the entity does not go that low.
        """
        state = self._usable(key)
        if state.domain in LISTS:
            option, amperes = _option_below(state, current)
            await self.choose(key, option)
            return amperes
        value = fitted(state, current)
        if _same_number(state, value) and self._written.get(state.entity_id) == value:
            return in_amperes(state, value)
        await self._write(state, "set_value", {"value": value}, value)
        return in_amperes(state, value)

    async def act(self, key: str, variables: Mapping[str, Any]) -> None:
        """Run the configured sequence of actions with these variables. It has to end in time."""
        async with _translated(self._title):
            actions = await async_validate_actions_config(self._hass, cv.SCRIPT_SCHEMA(self._data[key]))
            script = Script(self._hass, actions, f"{self._title} {key}", DOMAIN, log_exceptions=False)
            try:
                await script.async_run(dict(variables), self._context)
            finally:
                await script.async_unload()

    def _usable(self, key: str) -> State:
        """Return the state of a role; Home Assistant skips entities that are unavailable without a word."""
        reference = self._data.get(key)
        if not reference:
            raise NotAvailable(str(Problem(Fault.NOT_CONFIGURED)))
        entity_id = self._reader.entity_id(key) or reference
        state = self._hass.states.get(entity_id)
        if state is None:
            raise DeviceError(str(Problem(Fault.ENTITY_GONE, {"entity": entity_id})), Failure.UNAVAILABLE)
        if state.state == STATE_UNAVAILABLE or state.attributes.get(ATTR_RESTORED):
            raise DeviceError(str(Problem(Fault.UNAVAILABLE, {"entity": entity_id})), Failure.UNAVAILABLE)
        return state

    async def _write(
        self, state: State, service: str, data: dict[str, Any], written: bool | float | str
    ) -> None:
        entity_id = state.entity_id
        self._written.pop(entity_id, None)  # until it worked nobody knows what the device has
        async with _translated(entity_id):
            await self._hass.services.async_call(
                state.domain,
                service,
                {ATTR_ENTITY_ID: entity_id, **data},
                blocking=True,
                context=self._context,
            )
        if state.domain not in BUTTONS:
            self._written[entity_id] = written


@asynccontextmanager
async def _translated(name: str) -> AsyncIterator[None]:
    """Limit the time and turn whatever an integration raises into an error of the core."""
    try:
        async with asyncio.timeout(WRITE_TIMEOUT):
            yield
    except DeviceError:
        raise
    except TimeoutError as err:
        raise DeviceTimeout(f"{name}: no answer within {WRITE_TIMEOUT:.0f} s") from err
    except ServiceNotFound as err:
        raise DeviceError(f"{name}: {err}", Failure.UNAVAILABLE) from err
    except (ServiceValidationError, vol.Invalid) as err:
        raise DeviceRejected(f"{name}: {err}") from err
    except HomeAssistantError as err:
        raise DeviceError(f"{name}: {err}", Failure.UNAVAILABLE) from err
    except Exception as err:  # integrations outside Home Assistant raise what their libraries raise
        raise DeviceError(f"{name}: {type(err).__name__}: {err}", Failure.UNAVAILABLE) from err


def is_on(state: State) -> bool:
    """Tell whether a switch is on or a lock open."""
    return state.state == ("unlocked" if state.domain == "lock" else "on")


def matches(state: State, word: str) -> bool:
    """Tell whether an entity is in the state that `word` names."""
    if state.domain in NUMBERS:
        return _same_number(state, word)
    return state.state.strip().casefold() == word.strip().casefold()


def limits(attributes: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return minimum, maximum and step of a number, from its attributes; without limits 0, inf and 1."""
    return (
        float(attributes.get("min", 0.0)),
        float(attributes.get("max", math.inf)),
        float(attributes.get("step") or 1.0),
    )


def in_amperes(state: State, value: float) -> float:
    """Convert a value of a number entity to A."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit not in ElectricCurrentConverter.VALID_UNITS:
        return value
    return ElectricCurrentConverter.convert(value, unit, UnitOfElectricCurrent.AMPERE)


def fitted(state: State, current: float) -> float:
    """Return the value for a number entity that offers at most `current` A, if its minimum allows that."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit in ElectricCurrentConverter.VALID_UNITS:
        current = ElectricCurrentConverter.convert(current, UnitOfElectricCurrent.AMPERE, unit)
    elif unit:
        raise DeviceRejected(f"{state.entity_id} is in {unit}, not in A")
    low, high, step = limits(state.attributes)
    if current <= 0:
        if low > 0:
            raise NotAvailable(f"{state.entity_id} does not go below {low:g}")
        return 0.0
    if current <= low:
        return low
    # A little more than the quotient, because 16.1 / 0.1 is 160.99999.
    steps = math.floor((min(current, high) - low) / step + 1e-6)
    return round(low + steps * step, 6)


def current_options(options: Sequence[str]) -> dict[float, str]:
    """Return those options of a select that are a current, by A."""
    found = {}
    for option in options:
        if match := _AMPERES.fullmatch(option):
            found[float(match[1]) / (1000 if match[2] else 1)] = option
    return found


def _option_below(state: State, current: float) -> tuple[str, float]:
    options = current_options(state.attributes.get("options", ()))
    if not options or (current <= 0 and 0.0 not in options):
        raise NotAvailable(f"{state.entity_id} has no option for {current:g} A")
    usable = [a for a in options if a > 0 or current <= 0]
    amperes = max((a for a in usable if a <= current + 1e-6), default=min(usable))
    return options[amperes], amperes


def _as_number(word: str) -> float:
    try:
        return float(word)
    except ValueError as err:
        raise DeviceRejected(f"{word!r} is not a number") from err


def _same_number(state: State, value: float | str) -> bool:
    try:
        return math.isclose(float(state.state), float(value), abs_tol=1e-4)
    except ValueError:
        return False
