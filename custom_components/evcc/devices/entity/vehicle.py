"""Vehicles made of the entities of their manufacturer's integration."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant

from ...core.config import VehicleConfig
from ...core.ports import VehicleReading
from .reading import Complaints, Reader, failure_of, known
from .roles import Quantity
from .status import connection
from .writing import Writer


class EntityVehicle:
    """A vehicle made of entities. They are pushed or polled by their integration, so reading is free."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any], title: str) -> None:
        self._data = data
        self._reader = Reader(hass, data)
        self._writer = Writer(hass, self._reader, data, title)
        self._complaints = Complaints(title)

    async def async_read(self, now: datetime) -> VehicleReading:
        """Return what is known now."""
        soc = self._reader.number("soc", Quantity.SOC, now)
        status = connection(self._reader, now)
        self._complaints.note(soc, status)
        return VehicleReading(
            soc=known(soc),
            failure=failure_of(soc),
            range=self._reader.number_or_none("range", Quantity.DISTANCE, now),
            odometer=self._reader.number_or_none("odometer", Quantity.DISTANCE, now),
            limit_soc=self._reader.number_or_none("limit_soc", Quantity.SOC, now),
            status=known(status),
            climater=known(self._reader.flag("climater", now)),
        )

    async def async_wake_up(self) -> None:
        """Send one wake-up call."""
        if self._data.get("wake_action"):
            await self._writer.act("wake_action", {})
        else:
            await self._writer.press("wake")


def build_vehicle(
    hass: HomeAssistant, data: Mapping[str, Any], title: str
) -> tuple[EntityVehicle, VehicleConfig]:
    """Return a vehicle and what its entities tell about it; the caller adds name and constants."""
    vehicle = EntityVehicle(hass, data, title)
    config = VehicleConfig(
        name="",
        title=title,
        has_status=bool(data.get("status") or data.get("plugged")),
        can_wake=bool(data.get("wake") or data.get("wake_action")),
    )
    return vehicle, config
