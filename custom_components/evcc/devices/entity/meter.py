"""Meters made of sensors: grid, PV, aux, consumer and circuit."""

from collections.abc import Mapping
from datetime import datetime
import math
from typing import Any

from homeassistant.core import HomeAssistant

from ...core.model import Phases3
from ...core.ports import MeterReading
from .reading import Complaints, Problem, Reader, failure_of, known, three
from .roles import Quantity


class PowerReader:
    """Reads a power that may be inverted or split into two entities, one per direction."""

    def __init__(self, reader: Reader, data: Mapping[str, Any]) -> None:
        self._reader = reader
        self._sign = -1.0 if data.get("power_invert") else 1.0

    def total(self, now: datetime) -> float | Problem:
        """Return W; without a total the sum of the phases."""
        if self._reader.has("power"):
            return self._net("power", "power_export", now)
        phases = self.phases(now)
        return phases if isinstance(phases, Problem) else sum(phases)

    def phases(self, now: datetime) -> Phases3 | Problem:
        """Return W of each phase."""
        return three(self._net(f"power_l{n}", f"power_export_l{n}", now) for n in (1, 2, 3))

    def currents(self, now: datetime, powers: Phases3 | Problem) -> Phases3 | Problem:
        """Return A of each phase with the sign of its power; many meters know amounts only."""
        currents = self._reader.phases("current", Quantity.CURRENT, now)
        if isinstance(currents, Problem):
            return currents
        if isinstance(powers, Problem):
            return three(self._sign * current + 0.0 for current in currents)
        return three(math.copysign(current, power) for current, power in zip(currents, powers, strict=True))

    def _net(self, key: str, export_key: str, now: datetime) -> float | Problem:
        value = self._reader.number(key, Quantity.POWER, now)
        if isinstance(value, Problem):
            return value
        if self._reader.has(export_key):
            export = self._reader.number(export_key, Quantity.POWER, now)
            if isinstance(export, Problem):
                return export
            value -= export
        return self._sign * value + 0.0  # no negative zero


class EntityMeter:
    """A meter made of sensors."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any], title: str) -> None:
        self._reader = Reader(hass, data)
        self._power = PowerReader(self._reader, data)
        self._complaints = Complaints(title)

    async def async_read(self, now: datetime) -> MeterReading:
        """Return what the sensors say now."""
        power = self._power.total(now)
        powers = self._power.phases(now)
        currents = self._power.currents(now, powers)
        self._complaints.note(power, powers, currents)
        return MeterReading(
            power=known(power),
            failure=failure_of(power),
            energy=self._reader.number_or_none("energy", Quantity.ENERGY, now),
            return_energy=self._reader.number_or_none("return_energy", Quantity.ENERGY, now),
            powers=known(powers),
            currents=known(currents),
        )


def build_meter(hass: HomeAssistant, data: Mapping[str, Any], title: str) -> EntityMeter:
    """Return a grid, PV, aux, consumer or circuit meter from its stored fields."""
    return EntityMeter(hass, data, title)
