"""The current that a charger offers: a number, a list of currents or an action, in A or mA."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import math
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...core.ports import NotAvailable
from .reading import Problem, Reader, known, parse
from .roles import LISTS, Quantity
from .writing import Writer, current_options, in_amperes, limits

CONFIRMATION: Final = timedelta(seconds=60)
"""How long a read-back may lag behind what was written: cloud services poll once a minute or less."""

IEC_MINIMUM: Final = 6.0
"""A below which IEC 61851 has no duty cycle: a minimum up to here limits nothing."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A set-point on its way: `before` is what the entity showed then."""

    current: float
    before: float
    at: datetime


class Setpoint:
    """Reads and writes role `current` or runs `current_action`; the action writes if both are given."""

    def __init__(self, hass: HomeAssistant, reader: Reader, writer: Writer, data: Mapping[str, Any]) -> None:
        self._hass = hass
        self._reader = reader
        self._writer = writer
        self._data = data
        self._written: _Written | None = None
        self._now: datetime | None = None

    @property
    def configured(self) -> bool:
        """Whether a current can be set."""
        return bool(self._data.get("current") or self._data.get("current_action"))

    @property
    def readable(self) -> bool:
        """Whether the current can be read back."""
        return bool(self._data.get("current") or self._data.get("current_read"))

    @property
    def step(self) -> float:
        """Smallest difference in A that counts: as configured, else as the entity says, else 1."""
        configured = self._data.get("current_step")
        if configured:
            return float(configured)
        state = self._reader.raw("current")
        if state is not None and "step" in state.attributes:
            return in_amperes(state, limits(state.attributes)[2])
        # While its integration still starts, the registry remembers what the entity can do.
        entity_id = self._reader.entity_id("current")
        entry = er.async_get(self._hass).async_get(entity_id) if entity_id else None
        step = limits(entry.capabilities or {})[2] if entry is not None else 1.0
        return step / 1000 if entry is not None and entry.unit_of_measurement == "mA" else step

    def limits(self) -> tuple[float | None, float | None]:
        """Return the least and greatest current of the entity in A, None for what limits nothing."""
        state = self._reader.raw("current")
        if state is None:
            return None, None
        if state.domain in LISTS:
            currents = [a for a in current_options(state.attributes.get("options", ())) if a > 0]
            low, high = min(currents, default=0.0), max(currents, default=math.inf)
        else:
            low, high = (in_amperes(state, limit) for limit in limits(state.attributes)[:2])
        return low if low > IEC_MINIMUM else None, high if IEC_MINIMUM <= high < math.inf else None

    def read(self, now: datetime) -> float | Problem:
        """Return the offered current in A.

        A value that has not moved since it was written is the written one until it had time to move.
        """
        self._now = now
        value = self._shown(now)
        written = self._written
        if written is None or isinstance(value, Problem):
            return value
        if now - written.at > CONFIRMATION or not math.isclose(value, written.before, abs_tol=0.01):
            self._written = None
            return value
        return written.current

    async def write(self, current: float) -> None:
        """Offer `current` A; NotAvailable for a device that has no current."""
        if not self.configured:
            raise NotAvailable("no current can be set")
        before = known(self._shown(self._now)) if self._now is not None else None
        if self._data.get("current_action"):
            await self._writer.act("current_action", {"current": current})
        else:
            current = await self._writer.set_current("current", current)
        if self._now is not None and before is not None and not math.isclose(before, current, abs_tol=0.01):
            self._written = _Written(current, before, self._now)
        else:
            self._written = None

    def _shown(self, now: datetime) -> float | Problem:
        if self._reader.has("current_read"):
            return self._reader.number("current_read", Quantity.SETPOINT, now)
        state = self._reader.state("current", now)
        if isinstance(state, Problem):
            return state
        if state.domain in LISTS:
            return next(iter(current_options([state.state])), 0.0)
        return parse(state, Quantity.SETPOINT)
