"""What happens at a loadpoint, as an event entity: for automations and the logbook."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EvccConfigEntry, event_signal
from .core.events import Event, EventKind
from .core.state import LoadpointState
from .entity import EvccDescription, EvccEntity, PlatformSetup
from .owners import owners

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class EventDescription(EventEntityDescription, EvccDescription[LoadpointState]):
    """Events of a loadpoint."""


LOADPOINT: Final = (EventDescription(key="activity", event_types=[str(kind) for kind in EventKind]),)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event entities of all loadpoints."""
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.EVENT)
    setup.add(owners(hass, entry).loadpoints, LOADPOINT, EvccEvent)


class EvccEvent(EvccEntity[LoadpointState], EventEntity):
    """What has just happened: a vehicle was connected, charging has started, a limit was reached.

    Attributes: `vehicle`, its title; `level`, what was reached, of events about the state of charge (%);
    `overrun`, by how many s the goal of a plan will be missed.
    """

    entity_description: EventDescription

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signal = event_signal(self.coordinator.config_entry)
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self._happened))

    @callback
    def _happened(self, event: Event) -> None:
        if event.loadpoint != self.owner.name:
            return
        titles = {car.name: car.title for car in self.coordinator.data.vehicles}
        attributes: dict[str, object] = {"vehicle": titles.get(event.vehicle or ""), "level": None}
        if event.value is not None:
            attributes["overrun" if event.kind is EventKind.PLAN_OVERRUN else "level"] = event.value
        self._trigger_event(event.kind, attributes)
        self.async_write_ha_state()
