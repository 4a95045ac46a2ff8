"""What is done at the press of a button: look for the vehicle, take a limit away."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import presentation
from .coordinator import EvccConfigEntry, EvccRuntime
from .core.settings import Kind, Scope
from .core.state import LoadpointState, SiteState
from .entity import EvccDescription, EvccEntity, PlatformSetup, target
from .errors import user_errors
from .owners import owners
from .presentation import Look
from .sensor_descriptions import takes_vehicles

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class ButtonDescription[S](ButtonEntityDescription, EvccDescription[S]):
    """Something to be done."""

    press_fn: Callable[[EvccRuntime, S], Awaitable[None]]


def _removals[S: (SiteState, LoadpointState)](
    scope: Scope, table: dict[str, Look[S]]
) -> tuple[ButtonDescription[S], ...]:
    """Describe one button for each limit that can be switched off, which a number cannot say."""

    def remove(key: str) -> Callable[[EvccRuntime, S], Awaitable[None]]:
        return lambda runtime, part: runtime.async_change(scope, target(part), key, None)

    return tuple(
        ButtonDescription(
            key=f"remove_{setting.name}",
            entity_category=EntityCategory.CONFIG,
            exists_fn=look.exists_fn,
            press_fn=remove(setting.key),
        )
        for setting, look in presentation.looks(scope, {Kind.NUMBER}, table)
        if setting.nullable
    )


async def _detect(runtime: EvccRuntime, loadpoint: LoadpointState) -> None:
    await runtime.async_detect_vehicle(loadpoint.index - 1)


BATTERY: Final = _removals(Scope.SITE, presentation.BATTERY_SETTINGS)
LOADPOINT: Final[tuple[ButtonDescription[LoadpointState], ...]] = (
    ButtonDescription(
        key="detect_vehicle",
        exists_fn=lambda lp, site: takes_vehicles(lp) and bool(site.vehicles),
        press_fn=_detect,
    ),
    *_removals(Scope.LOADPOINT, presentation.LOADPOINT_SETTINGS),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of all devices."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.BUTTON)
    setup.add(of.loadpoints, LOADPOINT, EvccButton)
    setup.add(of.battery_settings, BATTERY, EvccButton)


class EvccButton[S](EvccEntity[S], ButtonEntity):
    """Something to be done."""

    entity_description: ButtonDescription[S]

    @override
    async def async_press(self) -> None:
        if (part := self.part) is not None:
            with user_errors():
                await self.entity_description.press_fn(self.runtime, part)
