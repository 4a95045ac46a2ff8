"""Home batteries made of sensors and, if it can be controlled, of what takes a mode."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ...core.config import BatteryConfig
from ...core.model import BatteryMode
from ...core.ports import BatteryReading, NotAvailable
from .meter import PowerReader
from .reading import Complaints, Reader, failure_of, known
from .roles import Quantity
from .writing import Writer

_WORDS: Final[Mapping[BatteryMode, str]] = {
    BatteryMode.NORMAL: "mode_normal",
    BatteryMode.HOLD: "mode_hold",
    BatteryMode.CHARGE: "mode_charge",
    BatteryMode.HOLDCHARGE: "mode_holdcharge",
}


class EntityBattery:
    """A home battery made of sensors."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any], title: str) -> None:
        self._reader = Reader(hass, data)
        self._power = PowerReader(self._reader, data)
        self._complaints = Complaints(title)

    async def async_read(self, now: datetime) -> BatteryReading:
        """Return what the sensors say now."""
        power = self._power.total(now)
        soc = self._reader.number("soc", Quantity.SOC, now)
        self._complaints.note(power, soc)
        return BatteryReading(
            power=known(power),
            failure=failure_of(power),
            soc=known(soc),
            energy=self._reader.number_or_none("energy", Quantity.ENERGY, now),
            return_energy=self._reader.number_or_none("return_energy", Quantity.ENERGY, now),
        )


class ControllableBattery(EntityBattery):
    """A home battery that takes modes, by an entity with a word per mode or by an action."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any], title: str) -> None:
        super().__init__(hass, data, title)
        self._data = data
        self._writer = Writer(hass, self._reader, data, title)

    async def async_set_mode(self, mode: BatteryMode) -> None:
        """Set a mode; NotAvailable for one that nobody gave a word for."""
        if self._data.get("mode_action"):
            await self._writer.act("mode_action", {"mode": str(mode)})
            return
        word = self._data.get(_WORDS.get(mode, ""))
        if not word:
            raise NotAvailable(f"no word for battery mode {mode}")
        await self._writer.choose("mode", str(word))


def build_battery(
    hass: HomeAssistant, data: Mapping[str, Any], title: str
) -> tuple[EntityBattery, BatteryConfig]:
    """Return a battery and its configuration, to which the caller gives its name.

    It is controllable if it can be told at least to be normal again: what cannot be undone is not done.
    """
    controllable = bool(data.get("mode_action") or (data.get("mode") and data.get("mode_normal")))
    config = BatteryConfig(
        name="",
        title=title,
        capacity=_constant(data, "capacity"),
        min_soc=_constant(data, "min_soc"),
        max_soc=_constant(data, "max_soc"),
        max_charge_power=_constant(data, "max_charge_power"),
        max_discharge_power=_constant(data, "max_discharge_power"),
        controllable=controllable,
    )
    return ControllableBattery(hass, data, title) if controllable else EntityBattery(
        hass, data, title
    ), config


def _constant(data: Mapping[str, Any], key: str) -> float | None:
    """Return a constant; an empty field and, but for the lower limit, zero mean unknown."""
    value = data.get(key)
    return float(value) if value or (value == 0 and key == "min_soc") else None
