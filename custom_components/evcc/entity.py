"""What all entities share: where they belong, what they show, when they are there and when gray."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import EvccConfigEntry, EvccCoordinator, EvccRuntime
from .core.settings import Setting
from .core.state import LoadpointState, SiteState, VehicleState
from .errors import user_errors
from .owners import Owner


@dataclass(frozen=True, kw_only=True)
class EvccDescription[S](EntityDescription):
    """What the descriptions of all platforms have in common. `S` is the part of the snapshot.

    exists_fn: whether the entity makes sense on this part of this site.
    """

    exists_fn: Callable[[S, SiteState], bool] = lambda part, site: True

    def ready(self, part: S) -> bool:
        """Return whether there already is something to show."""
        return True


@dataclass(frozen=True, kw_only=True)
class ReadingDescription[S, V](EvccDescription[S]):
    """Something that is shown.

    live: only the device itself can know it, so it is unavailable while the device is.
    lazy: not every device has it, so there is no entity before the first value.
    """

    value_fn: Callable[[S], V]
    live: bool = False
    lazy: bool = False

    @override
    def ready(self, part: S) -> bool:
        return not self.lazy or self.value_fn(part) is not None


class EvccEntity[S](CoordinatorEntity[EvccCoordinator]):
    """An entity about one part of the snapshot."""

    _attr_has_entity_name = True

    def __init__(self, runtime: EvccRuntime, owner: Owner[S], description: EvccDescription[S]) -> None:
        """File the entity under its owner; its texts are found under the description's key."""
        super().__init__(runtime.coordinator)
        self.runtime = runtime
        self.owner = owner
        self.entity_description = description
        self._attr_translation_key = description.translation_key or description.key
        self._attr_unique_id = f"{owner.key}_{description.key}"
        self._attr_device_info = owner.device

    @property
    def part(self) -> S | None:
        """Return what the entity is about; None once that has gone from the configuration."""
        return self.owner.part(self.coordinator.data)

    @property
    @override
    def available(self) -> bool:
        return super().available and self.part is not None

    @override
    async def async_update(self) -> None:
        """Run a cycle because somebody asked for present values."""
        await self.runtime.runner.async_wake()


class ReadingEntity[S, V](EvccEntity[S]):
    """An entity that shows a value and takes none."""

    entity_description: ReadingDescription[S, V]

    @property
    def value(self) -> V | None:
        """Return the value of the last cycle."""
        part = self.part
        return None if part is None else self.entity_description.value_fn(part)

    @property
    @override
    def available(self) -> bool:
        part = self.part
        if part is None or not super().available:
            return False
        return not self.entity_description.live or self.owner.alive(part)


@dataclass(frozen=True, kw_only=True)
class SettingDescription[S](EvccDescription[S]):
    """A setting of the core that a person changes."""

    setting: Setting


class SettingEntity[S: (SiteState, LoadpointState, VehicleState)](EvccEntity[S]):
    """An entity that shows a setting and changes it. It works while the device is lost, too."""

    entity_description: SettingDescription[S]

    @property
    def setting_value(self) -> Any:
        """Return what is set, in the core's own type."""
        part = self.part
        return None if part is None else getattr(part, self.entity_description.setting.name)

    async def async_change(self, value: Any) -> None:
        """Change the setting; ServiceValidationError if the core refuses the value."""
        setting = self.entity_description.setting
        with user_errors():
            await self.runtime.async_change(setting.scope, target(self.part), setting.key, value)


def target(part: SiteState | LoadpointState | VehicleState | None) -> int | str | None:
    """Return how the core's commands address the part."""
    match part:
        case LoadpointState():
            return part.index - 1
        case VehicleState():
            return part.name
        case _:
            return None


@dataclass(frozen=True, slots=True)
class PlatformSetup:
    """One platform of an entry while it is set up."""

    hass: HomeAssistant
    entry: EvccConfigEntry
    async_add_entities: AddConfigEntryEntitiesCallback
    platform: Platform

    @callback
    def add[S, D: EvccDescription[Any]](
        self,
        to: Iterable[Owner[S]],
        descriptions: Iterable[D],
        make: Callable[[EvccRuntime, Owner[S], D], Entity],
    ) -> None:
        """Make each owner's entities now, and those with nothing to show yet as soon as they have."""
        table = tuple(descriptions)
        for owner in to:
            self._add_to(owner, table, make)

    def _add_to[S, D: EvccDescription[Any]](
        self,
        owner: Owner[S],
        descriptions: tuple[D, ...],
        make: Callable[[EvccRuntime, Owner[S], D], Entity],
    ) -> None:
        runtime = self.entry.runtime_data
        waiting = list(descriptions)

        @callback
        def look() -> None:
            site = runtime.coordinator.data
            part = owner.part(site)
            if part is None or not waiting:
                return
            found = [
                d
                for d in waiting
                if d.exists_fn(part, site) and (d.ready(part) or self._was_there(owner.key, d.key))
            ]
            if found:
                waiting[:] = [d for d in waiting if d not in found]
                entities = [make(runtime, owner, d) for d in found]
                self.async_add_entities(entities, config_subentry_id=owner.subentry_id)

        look()
        if waiting:
            self.entry.async_on_unload(runtime.coordinator.async_add_listener(look))

    def _was_there(self, owner: str, key: str) -> bool:
        """Return whether the entity is known from before: a gap in the data does not take it away."""
        registry = er.async_get(self.hass)
        return registry.async_get_entity_id(self.platform, DOMAIN, f"{owner}_{key}") is not None
