"""Settings that are on or off."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import presentation
from .coordinator import EvccConfigEntry
from .core.model import Boost
from .core.settings import Kind, Scope
from .core.state import LoadpointState, SiteState, VehicleState
from .entity import PlatformSetup, SettingDescription, SettingEntity
from .owners import owners
from .presentation import Look

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SwitchDescription[S](SwitchEntityDescription, SettingDescription[S]):
    """A setting that is on or off."""


def _table[S](scope: Scope, table: dict[str, Look[S]]) -> tuple[SwitchDescription[S], ...]:
    return tuple(
        SwitchDescription(**presentation.common(setting, look))
        for setting, look in presentation.looks(scope, {Kind.BOOLEAN}, table)
    )


BATTERY: Final = _table(Scope.SITE, presentation.BATTERY_SETTINGS)
LOADPOINT: Final = _table(Scope.LOADPOINT, presentation.LOADPOINT_SETTINGS)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of all devices."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.SWITCH)
    setup.add(of.battery_settings, BATTERY, EvccSwitch)
    setup.add(of.loadpoints, LOADPOINT, EvccSwitch)


class EvccSwitch[S: (SiteState, LoadpointState, VehicleState)](SettingEntity[S], SwitchEntity):
    """A setting that is on or off."""

    entity_description: SwitchDescription[S]

    @property
    @override
    def is_on(self) -> bool | None:
        value: bool | Boost | None = self.setting_value
        return value is not Boost.OFF if isinstance(value, Boost) else value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_change(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_change(False)
