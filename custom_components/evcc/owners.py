"""The devices of an entry: what there is, which part of the snapshot each one shows, when it is alive."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .const import DOMAIN
from .coordinator import EvccConfigEntry
from .core.model import Failure
from .core.state import (
    BatteryDeviceState,
    BatteryState,
    CircuitState,
    LoadpointState,
    MeterState,
    SiteState,
    VehicleState,
)

# A vehicle that sleeps, or whose service asks for patience, is not out of order.
_PATIENT = frozenset({None, Failure.ASLEEP, Failure.NOT_AVAILABLE, Failure.MUST_RETRY})


class _Named(Protocol):
    """What has a name in the core and a title for people."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner[S]:
    """A device of ours: what its entities are filed under, and the part `S` of the snapshot they show.

    `key` starts their unique ids. `name` is the part's name in the core, None for the site itself.
    `alive` tells whether the thing answers, which grays out what only it can know.
    """

    key: str
    name: str | None
    subentry_id: str | None
    device: DeviceInfo
    part: Callable[[SiteState], S | None]
    alive: Callable[[S], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """All devices of an entry, by what they are."""

    site: Owner[SiteState]
    battery: tuple[Owner[BatteryState], ...]  # all home batteries together; empty without any
    battery_settings: tuple[Owner[SiteState], ...]  # the same device: its settings are the site's
    batteries: tuple[Owner[BatteryDeviceState], ...]
    grid: tuple[Owner[MeterState], ...]
    pv: tuple[Owner[MeterState], ...]
    consumers: tuple[Owner[MeterState], ...]  # aux meters too
    circuits: tuple[Owner[CircuitState], ...]
    loadpoints: tuple[Owner[LoadpointState], ...]
    vehicles: tuple[Owner[VehicleState], ...]


def meter_alive(meter: MeterState | BatteryDeviceState) -> bool:
    """Return whether it answers, or did a moment ago."""
    return meter.failure is None or meter.power is not None


def vehicle_alive(vehicle: VehicleState) -> bool:
    """Return whether its interface works, or did lately: then the state of charge is known."""
    return vehicle.failure in _PATIENT or vehicle.soc is not None


def site_device(entry: EvccConfigEntry) -> DeviceInfo:
    """Return the device of the whole site. It has to be registered before any other."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer="evcc",
        entry_type=DeviceEntryType.SERVICE,
    )


@callback
def owners(hass: HomeAssistant, entry: EvccConfigEntry) -> Owners:
    """Return the devices of the site as it is configured."""
    config = entry.runtime_data.site.config
    via = dr.async_get_device_id_by_identifier(hass, (DOMAIN, entry.entry_id), config_entry_id=entry.entry_id)

    def several[S: _Named](
        configs: Iterable[_Named],
        model: str,
        parts: Callable[[SiteState], Iterable[S]],
        alive: Callable[[S], bool],
        kind: DeviceEntryType | None = None,
    ) -> tuple[Owner[S], ...]:
        return tuple(_owner(c.name, _device(c, model, via, kind), parts=parts, alive=alive) for c in configs)

    battery, battery_settings = _home_battery(entry, via)
    return Owners(
        site=Owner(
            key=entry.entry_id,
            name=None,
            subentry_id=None,
            device=site_device(entry),
            part=lambda s: s,
            alive=lambda _: True,
        ),
        battery=(battery,) if config.batteries else (),
        battery_settings=(battery_settings,) if config.batteries else (),
        batteries=several(config.batteries, "Battery", _battery_devices, meter_alive),
        grid=several([config.grid] if config.grid else [], "Grid meter", _grid, meter_alive),
        pv=several(config.pv, "PV meter", lambda s: s.pv, meter_alive),
        consumers=several((*config.aux, *config.consumers), "Consumer meter", _consumers, meter_alive),
        circuits=several(config.circuits, "Circuit", lambda s: s.circuits, lambda c: c.power is not None),
        loadpoints=several(config.loadpoints, "Loadpoint", lambda s: s.loadpoints, lambda lp: lp.available),
        vehicles=several(
            config.vehicles, "Vehicle", lambda s: s.vehicles, vehicle_alive, DeviceEntryType.SERVICE
        ),
    )


def _device(config: _Named, model: str, via: str, kind: DeviceEntryType | None) -> DeviceInfo:
    return DeviceInfo(
        identifiers={(DOMAIN, config.name)},
        name=config.title or model,
        manufacturer="evcc",
        model=model,
        entry_type=kind,
        via_device_id=via,
    )


def _owner[S: _Named](
    name: str,
    device: DeviceInfo,
    *,
    parts: Callable[[SiteState], Iterable[S]],
    alive: Callable[[S], bool],
) -> Owner[S]:
    """Return the owner of the part of that name, which is the id of its subentry, too."""
    return Owner(
        key=name,
        name=name,
        subentry_id=name,
        device=device,
        part=_part(name, parts),
        alive=alive,
    )


def _part[S: _Named](name: str, parts: Callable[[SiteState], Iterable[S]]) -> Callable[[SiteState], S | None]:
    """Return what finds a part in a snapshot; it looks once for each, for dozens of entities ask."""
    seen: SiteState | None = None
    found: S | None = None

    def part(site: SiteState) -> S | None:
        nonlocal seen, found
        if site is not seen:
            seen, found = site, next((p for p in parts(site) if p.name == name), None)
        return found

    return part


def _home_battery(entry: EvccConfigEntry, via: str) -> tuple[Owner[BatteryState], Owner[SiteState]]:
    device = DeviceInfo(
        identifiers={(DOMAIN, f"{entry.entry_id}_battery")},
        translation_key="home_battery",
        manufacturer="evcc",
        via_device_id=via,
    )
    readings: Owner[BatteryState] = Owner(
        key=entry.entry_id,
        name=None,
        subentry_id=None,
        device=device,
        part=lambda site: site.battery,
        alive=lambda _: True,
    )
    settings: Owner[SiteState] = Owner(
        key=entry.entry_id,
        name=None,
        subentry_id=None,
        device=device,
        part=lambda site: site,
        alive=lambda _: True,
    )
    return readings, settings


def _grid(site: SiteState) -> tuple[MeterState, ...]:
    return (site.grid,) if site.grid else ()


def _consumers(site: SiteState) -> tuple[MeterState, ...]:
    return (*site.aux, *site.consumers)


def _battery_devices(site: SiteState) -> tuple[BatteryDeviceState, ...]:
    return site.battery.devices if site.battery else ()
