"""Chargers made of entities, from a wallbox with everything down to a switched socket."""

from collections.abc import Mapping
from datetime import datetime
import math
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ...const import CONF_FEATURES
from ...core.config import ChargerTraits
from ...core.model import VOLTAGE, Feature, Phases3, Status
from ...core.ports import ChargerReading
from .enabling import Enabler
from .reading import NOT_CONFIGURED, Complaints, Fault, Problem, Reader, failure_of, known
from .reason import identifier, status_reason
from .roles import Quantity
from .setpoint import IEC_MINIMUM, Setpoint
from .status import connection
from .switching import PhaseSwitch
from .writing import Writer

DEFAULT_STANDBY: Final = 10.0
"""W that a socket may draw without counting as charging: chargers and heaters in standby stay below."""


class EntityCharger:
    """A charger made of entities.

    Without a status word and a charging flag, it charges while it draws more than its standby power
    (or, without a power sensor, while it is switched on), and counts as connected unless a plug sensor
    says otherwise. Where the enabled flag cannot be read, it is the last command, or true while charging.
    """

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any], title: str) -> None:
        self._data = data
        self._reader = Reader(hass, data)
        self._writer = Writer(hass, self._reader, data, title)
        self._complaints = Complaints(title)
        self._enabler = Enabler(self._reader, self._writer, data)
        self.setpoint = Setpoint(hass, self._reader, self._writer, data)
        self.phases = PhaseSwitch(self._reader, self._writer, data)
        standby = data.get("standby_power")
        self._standby = DEFAULT_STANDBY if standby is None else float(standby)
        self._draws = False
        self._on = False  # the last command
        self._allowed = False  # what is known of the flag: read or commanded, whichever is newer
        self._current = 0.0  # A to go back to where 0 A means off

    async def async_read(self, now: datetime) -> ChargerReading:
        """Return what the entities say now."""
        reader = self._reader
        currents = self._currents(now)
        voltages = self._voltages(now)
        power = self._power(now, currents, voltages)
        offered = self.setpoint.read(now)
        switch = self._switch(now, offered)
        status = self._status(now, power, switch)
        enabled = self._enabled(switch, status)
        self._current = self._current or known(offered) or 0.0
        self._allowed = known(enabled) or False
        low, high = self.setpoint.limits()
        return ChargerReading(
            status=known(status),
            failure=failure_of(status),
            enabled=known(enabled),
            enabled_failure=failure_of(enabled),
            power=known(power),
            power_failure=None if power is NOT_CONFIGURED else failure_of(power),
            currents=known(currents),
            voltages=voltages,
            energy=reader.number_or_none("energy", Quantity.ENERGY, now),
            session_energy=reader.number_or_none("session_energy", Quantity.ENERGY, now),
            offered_current=known(offered),
            phases=self.phases.read(now),
            identifier=identifier(reader, now),
            status_reason=status_reason(reader, self._data, now),
            soc=reader.number_or_none("soc", Quantity.LEVEL, now),
            limit_soc=reader.number_or_none("limit_soc", Quantity.LEVEL, now),
            connected_for=reader.number_or_none("connected_for", Quantity.DURATION, now),
            min_current=low,
            max_current=high,
            message=self._complaints.note(status, enabled, power),
        )

    async def async_enable(self, on: bool) -> None:
        """Allow or forbid charging; without a switch by offering the last current or 0 A."""
        if self._enabler.configured:
            await self._enabler.write(on)
        else:
            await self.setpoint.write((self._current or IEC_MINIMUM) if on else 0.0)
        self._on = self._allowed = on

    async def async_set_current(self, current: float) -> None:
        """Offer `current` A. While 0 A means off it is kept until charging is allowed; a socket has none."""
        self._current = current
        if self.setpoint.configured and (self._allowed or self._enabler.configured):
            await self.setpoint.write(current)

    async def async_switch_phases(self, phases: int) -> None:
        """Switch to 1 or 3 phases."""
        await self.phases.write(phases)

    async def async_wake_up(self) -> None:
        """Press the button that wakes the vehicle."""
        await self._writer.press("wake")

    def _currents(self, now: datetime) -> Phases3 | Problem:
        """Return A per phase; one sensor says nothing of the other phases unless there are none."""
        if not has_currents(self._data):
            return NOT_CONFIGURED
        return self._reader.phases("current", Quantity.CURRENT, now)

    def _voltages(self, now: datetime) -> Phases3 | None:
        if not self._reader.has("voltage_l1", "voltage_l2", "voltage_l3"):
            return None
        return known(self._reader.phases("voltage", Quantity.VOLTAGE, now))

    def _power(self, now: datetime, currents: Phases3 | Problem, voltages: Phases3 | None) -> float | Problem:
        """Return W as measured, else what currents and voltages make."""
        if self._reader.has("power"):
            return self._reader.number("power", Quantity.POWER, now)
        if isinstance(currents, Problem):
            return currents
        return math.sumprod(currents, voltages or (VOLTAGE, VOLTAGE, VOLTAGE))

    def _switch(self, now: datetime, offered: float | Problem) -> bool | Problem | None:
        """Return the enabled flag as it can be read, None if it cannot."""
        if self._enabler.configured:
            return self._enabler.read(now)
        if not self.setpoint.readable:
            return None
        return offered if isinstance(offered, Problem) else offered > 0

    def _status(
        self, now: datetime, power: float | Problem, switch: bool | Problem | None
    ) -> Status | Problem:
        found = connection(self._reader, now)
        if self._reader.has("status") or self._reader.has("charging") or found is Status.A:
            return found
        if isinstance(found, Problem) and found is not NOT_CONFIGURED:
            return found
        if power is NOT_CONFIGURED:
            on = self._on if switch is None else switch
            return on if isinstance(on, Problem) else Status.C if on else Status.B
        if isinstance(power, Problem):
            return power
        self._draws = power > (self._standby / 2 if self._draws else self._standby)
        return Status.C if self._draws else Status.B

    def _enabled(self, switch: bool | Problem | None, status: Status | Problem) -> bool | Problem:
        if switch is None:
            return status is Status.C or self._on
        if isinstance(switch, Problem) and switch.fault is Fault.UNAVAILABLE and status is Status.A:
            return False  # Wallbox and others take the switch away while there is no vehicle
        return switch


def has_currents(data: Mapping[str, Any]) -> bool:
    """Tell whether the current of every phase that exists is known."""
    if not data.get("current_l1"):
        return False
    return _physical(data) == 1 or bool(data.get("current_l2") and data.get("current_l3"))


def _physical(data: Mapping[str, Any]) -> int:
    return int(data.get("phases_physical") or 0)


def build_charger(
    hass: HomeAssistant, data: Mapping[str, Any], title: str
) -> tuple[EntityCharger, ChargerTraits]:
    """Return a charger and what it can do, decided by which roles are filled."""
    charger = EntityCharger(hass, data, title)
    features = {Feature(name) for name in data.get(CONF_FEATURES, ())}
    physical = _physical(data)
    if not charger.setpoint.configured:
        features.add(Feature.SWITCH_DEVICE)
        physical = physical or 1
    traits = ChargerTraits(
        phase_switching=charger.phases.configured,
        physical_phases=physical,
        milliamp=charger.setpoint.step < 1,
        has_power=bool(data.get("power")) or has_currents(data),
        has_currents=has_currents(data),
        has_energy=bool(data.get("energy")),
        has_session_energy=bool(data.get("session_energy")),
        reads_current=charger.setpoint.readable,
        reads_phases=charger.phases.readable,
        reads_id=bool(data.get("identifier")),
        can_wake=bool(data.get("wake")),
        has_status_reason=bool(data.get("status_reason") or data.get("status")),
        features=frozenset(features),
    )
    return charger, traits
