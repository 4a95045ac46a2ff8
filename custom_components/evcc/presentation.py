"""How people see the settings: what `core.settings.TABLE` does not say because the core must not know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import EntityCategory

from .core.settings import TABLE, Kind, Scope, Setting
from .core.state import LoadpointState, SiteState, VehicleState
from .sensor_descriptions import controllable, heats, takes_vehicles

CONFIG: Final = EntityCategory.CONFIG


@dataclass(frozen=True, slots=True, kw_only=True)
class Look[S]:
    """One setting as people see it.

    low, high, step: what is sensible, in place of what the core accepts. A present value beyond them
    widens the range. `key`: of its texts, if not the setting's name.
    """

    category: EntityCategory | None = None
    enabled: bool = True
    exists_fn: Callable[[S, SiteState], bool] = lambda part, site: True
    low: float | None = None
    high: float | None = None
    step: float | None = None
    slider: bool = False
    unit: str | None = None
    key: str | None = None


def _has_battery(part: object, site: SiteState) -> bool:
    return site.battery is not None


def _reads_soc(loadpoint: LoadpointState, site: SiteState) -> bool:
    return takes_vehicles(loadpoint) and not heats(loadpoint)


# Site settings that are shown with the home battery.
BATTERY_SETTINGS: Final[dict[str, Look[SiteState]]] = {
    "priority_soc": Look(step=5, slider=True),
    "buffer_soc": Look(step=5, slider=True),
    "buffer_start_soc": Look(step=5, slider=True),
    "battery_discharge_control": Look(exists_fn=lambda site, _: controllable(site)),
    "battery_grid_charge_limit": Look(
        exists_fn=lambda site, _: controllable(site) and site.smart_cost_available
    ),
}
SITE_SETTINGS: Final[dict[str, Look[SiteState]]] = {
    "residual_power": Look(category=CONFIG, low=-10_000, high=10_000),
}
LOADPOINT_SETTINGS: Final[dict[str, Look[LoadpointState]]] = {
    "mode": Look(),
    "limit_soc": Look(exists_fn=lambda lp, _: not heats(lp), step=5, slider=True),
    "limit_energy": Look(high=200),
    "battery_boost": Look(exists_fn=_has_battery),
    "smart_cost_limit": Look(exists_fn=lambda _, site: site.smart_cost_available),
    "smart_feed_in_priority_limit": Look(exists_fn=lambda _, site: site.smart_feed_in_priority_available),
    "priority": Look(category=CONFIG, high=10),
    "phases_configured": Look(category=CONFIG, exists_fn=lambda lp, _: not lp.charger_single_phase),
    "min_current": Look(category=CONFIG, low=6, high=32, step=1, slider=True),
    "max_current": Look(category=CONFIG, low=6, high=32, step=1, slider=True),
    "default_mode": Look(category=CONFIG, enabled=False),
    "min_soc": Look(
        category=CONFIG, enabled=False, exists_fn=lambda lp, _: not heats(lp), step=5, slider=True
    ),
    "battery_boost_limit": Look(category=CONFIG, enabled=False, exists_fn=_has_battery, step=5, slider=True),
    "enable_threshold": Look(category=CONFIG, enabled=False, low=-10_000, high=10_000),
    "enable_delay": Look(category=CONFIG, enabled=False, high=3_600),
    "disable_threshold": Look(category=CONFIG, enabled=False, low=-10_000, high=10_000),
    "disable_delay": Look(category=CONFIG, enabled=False, high=3_600),
    "soc_poll_mode": Look(category=CONFIG, enabled=False, exists_fn=_reads_soc),
    "soc_poll_interval": Look(category=CONFIG, enabled=False, exists_fn=_reads_soc),
    "soc_estimate": Look(category=CONFIG, enabled=False, exists_fn=_reads_soc),
}
# The same settings where a "state of charge" is a temperature.
HEATING_SETTINGS: Final[dict[str, Look[LoadpointState]]] = {
    "limit_soc": Look(key="limit_temperature", exists_fn=lambda lp, _: heats(lp), slider=True, unit="°C"),
    "min_soc": Look(key="min_temperature", exists_fn=lambda lp, _: heats(lp), slider=True, unit="°C"),
}
VEHICLE_SETTINGS: Final[dict[str, Look[VehicleState]]] = {
    "mode": Look(category=CONFIG, key="vehicle_mode"),
    "min_soc": Look(key="vehicle_min_soc", step=5, slider=True),
    "limit_soc": Look(key="vehicle_limit_soc", step=5, slider=True),
}


def looks[S](scope: Scope, kind: set[Kind], table: dict[str, Look[S]]) -> Iterator[tuple[Setting, Look[S]]]:
    """Return the settings of a table that are of one of these kinds, in the table's order."""
    by_name = {s.name: s for s in TABLE if s.scope is scope and s.kind in kind}
    for name, look in table.items():
        if setting := by_name.get(name):
            yield setting, look


def common(setting: Setting, look: Look[Any]) -> dict[str, Any]:
    """Return what the descriptions of all platforms take from a look."""
    return {
        "key": setting.name,
        "translation_key": look.key or setting.name,
        "entity_category": look.category,
        "entity_registry_enabled_default": look.enabled,
        "exists_fn": look.exists_fn,
        "setting": setting,
    }
