"""Settings with a choice: charge mode, phases, the vehicle, the mode of the home battery."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import plan_controls, presentation
from .coordinator import EvccConfigEntry
from .core.model import BatteryMode, Mode, PollMode
from .core.settings import Kind, Scope, Setting
from .core.state import LoadpointState, SiteState, VehicleState
from .entity import EvccDescription, EvccEntity, PlatformSetup, SettingDescription, SettingEntity
from .errors import user_errors
from .owners import owners
from .presentation import Look
from .sensor_descriptions import controllable, takes_vehicles

PARALLEL_UPDATES = 1

NONE: Final = "none"
CHEAPEST: Final = "cheapest"
CONTINUOUS: Final = "continuous"
AUTO: Final = "auto"
MODES: Final = [str(m) for m in (Mode.OFF, Mode.PV, Mode.MINPV, Mode.NOW)]  # from less to more
EXTERNAL_MODES: Final = {AUTO: BatteryMode.UNKNOWN} | {
    str(m): m for m in BatteryMode if m is not BatteryMode.UNKNOWN
}


@dataclass(frozen=True, kw_only=True)
class SelectDescription[S](SelectEntityDescription, SettingDescription[S]):
    """A setting with a choice. `words` are its options and what the core calls them."""

    words: dict[str, str | None]
    offered_fn: Callable[[S, str], bool] = lambda part, option: True


def _words(setting: Setting) -> dict[str, str | None]:
    """Return the options from the least to the most, with what the core takes for them."""
    if setting.name == "phases_configured":
        return {AUTO: "0", "1": "1", "3": "3"}
    choices = MODES if set(setting.choices) == set(MODES) else [str(m) for m in PollMode]
    words: dict[str, str | None] = {NONE: None} if setting.nullable else {}
    return words | {c: c for c in choices}


def _offered(part: object, option: str) -> bool:
    """Leave the number of phases to the coordinator only where it can switch them."""
    return option != AUTO or not isinstance(part, LoadpointState) or part.charger_phases_1p3p


def _table[S](scope: Scope, table: dict[str, Look[S]]) -> tuple[SelectDescription[S], ...]:
    return tuple(
        SelectDescription(
            words=(words := _words(setting)),
            options=list(words),
            offered_fn=_offered,
            **presentation.common(setting, look),
        )
        for setting, look in presentation.looks(scope, {Kind.CHOICE}, table)
    )


LOADPOINT: Final = _table(Scope.LOADPOINT, presentation.LOADPOINT_SETTINGS)
VEHICLE: Final = _table(Scope.VEHICLE, presentation.VEHICLE_SETTINGS)


@dataclass(frozen=True, kw_only=True)
class ChoiceDescription[S](SelectEntityDescription, EvccDescription[S]):
    """A choice that is no stored setting."""


ASSIGNED_VEHICLE: Final = ChoiceDescription[LoadpointState](
    key="vehicle", exists_fn=lambda lp, site: takes_vehicles(lp) and bool(site.vehicles)
)
EXTERNAL_MODE: Final = ChoiceDescription[SiteState](
    key="battery_mode_external",
    entity_category=EntityCategory.CONFIG,
    options=list(EXTERNAL_MODES),
    exists_fn=lambda site, _: controllable(site),
)

STRATEGY: Final = ChoiceDescription[VehicleState](
    key="plan_strategy", entity_category=EntityCategory.CONFIG, options=[CHEAPEST, CONTINUOUS]
)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the choices of all devices."""
    of = owners(hass, entry)
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.SELECT)
    setup.add(of.loadpoints, LOADPOINT, EvccSelect)
    setup.add(of.loadpoints, (ASSIGNED_VEHICLE,), AssignedVehicle)
    setup.add(of.vehicles, VEHICLE, EvccSelect)
    setup.add(of.vehicles, (STRATEGY,), PlanStrategy)
    setup.add(of.battery_settings, (EXTERNAL_MODE,), ExternalBatteryMode)


class EvccSelect[S: (LoadpointState, VehicleState)](SettingEntity[S], SelectEntity):
    """A setting with a choice."""

    entity_description: SelectDescription[S]

    @property
    @override
    def options(self) -> list[str]:
        part, description = self.part, self.entity_description
        return [w for w in description.words if part is None or description.offered_fn(part, w)]

    @property
    @override
    def current_option(self) -> str | None:
        value = self.setting_value
        word = None if value is None else str(value)
        return next((o for o, w in self.entity_description.words.items() if w == word), None)

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change(self.entity_description.words[option])


class AssignedVehicle(EvccEntity[LoadpointState], SelectEntity):
    """Which vehicle is taken to be at a loadpoint. Options are titles; equal ones are told apart by a number."""

    entity_description: ChoiceDescription[LoadpointState]

    @property
    def _names(self) -> dict[str, str]:
        """Return the vehicles' names by option."""
        names: dict[str, str] = {}
        seen: Counter[str] = Counter({NONE: 1})
        for vehicle in self.coordinator.data.vehicles:
            title = vehicle.title or vehicle.name
            seen[title] += 1
            names[f"{title} ({seen[title]})" if seen[title] > 1 else title] = vehicle.name
        return names

    @property
    @override
    def options(self) -> list[str]:
        return [NONE, *self._names]

    @property
    @override
    def current_option(self) -> str | None:
        if (part := self.part) is None:
            return None
        return next((o for o, n in self._names.items() if n == part.vehicle_name), NONE)

    @override
    async def async_select_option(self, option: str) -> None:
        if (part := self.part) is not None:
            with user_errors():
                await self.runtime.async_select_vehicle(part.index - 1, self._names.get(option))


class PlanStrategy(EvccEntity[VehicleState], SelectEntity):
    """Whether a vehicle's plans take the cheapest hours or one piece."""

    entity_description: ChoiceDescription[VehicleState]

    @property
    @override
    def current_option(self) -> str | None:
        if (part := self.part) is None:
            return None
        return CONTINUOUS if part.plan_strategy.continuous else CHEAPEST

    @override
    async def async_select_option(self, option: str) -> None:
        if (part := self.part) is not None:
            with user_errors():
                await plan_controls.async_set_continuous(self.runtime, part, continuous=option == CONTINUOUS)


class ExternalBatteryMode(EvccEntity[SiteState], SelectEntity):
    """What somebody outside tells the home battery; it has to be repeated within a minute."""

    entity_description: ChoiceDescription[SiteState]

    @property
    @override
    def current_option(self) -> str:
        mode = self.coordinator.data.battery_mode_external
        return AUTO if mode is BatteryMode.UNKNOWN else str(mode)

    @override
    async def async_select_option(self, option: str) -> None:
        with user_errors():
            await self.runtime.async_set_battery_mode(EXTERNAL_MODES[option])
