"""When plans have to be fulfilled. To set a time begins a plan, see `core.plan_entry`.

Without a plan this is the time that one would be for: in the frontend, date and hour of an unknown time
cannot be entered one after the other.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.datetime import DateTimeEntity, DateTimeEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import plan_controls
from .coordinator import EvccConfigEntry, EvccRuntime
from .core.state import LoadpointState, VehicleState
from .entity import EvccDescription, EvccEntity, PlatformSetup
from .errors import user_errors
from .owners import owners
from .sensor_descriptions import heats

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class TimeDescription[S](DateTimeEntityDescription, EvccDescription[S]):
    """A time that a person chooses."""

    value_fn: Callable[[S], datetime | None]
    set_fn: Callable[[EvccRuntime, S, datetime], Awaitable[None]]


LOADPOINT: Final = (
    TimeDescription[LoadpointState](
        key="plan_time",
        exists_fn=lambda lp, _: not heats(lp),
        value_fn=lambda lp: lp.plan_time,
        set_fn=plan_controls.async_set_energy_time,
        entity_registry_enabled_default=False,
    ),
)
VEHICLE: Final = (
    TimeDescription[VehicleState](
        key="plan_time",
        value_fn=lambda vehicle: None if vehicle.plan is None else vehicle.plan.time,
        set_fn=plan_controls.async_set_soc_time,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the times of plans."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.DATETIME)
    setup.add(of.loadpoints, LOADPOINT, EvccTime)
    setup.add(of.vehicles, VEHICLE, EvccTime)


class EvccTime[S](EvccEntity[S], DateTimeEntity):
    """A time that a person chooses."""

    entity_description: TimeDescription[S]

    @property
    @override
    def native_value(self) -> datetime | None:
        if (part := self.part) is None:
            return None
        planned = self.entity_description.value_fn(part)
        return plan_controls.proposed_time(self.runtime) if planned is None else planned

    @override
    async def async_set_value(self, value: datetime) -> None:
        if (part := self.part) is not None:
            with user_errors():
                await self.entity_description.set_fn(self.runtime, part, value)
