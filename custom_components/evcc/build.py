"""From the config entry and its subentries to a site with its devices: the only place that knows both sides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
import logging
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .clock import Clock, shift
from .const import (
    CONF_CIRCUIT,
    CONF_FEATURES,
    CONF_INTERVAL,
    CONF_NUMBER,
    CONF_SOURCE,
    CONF_SPEED,
    CONF_USAGE,
    CONF_VEHICLE,
    CONF_VOLTAGE,
    SOURCE_ENTITY,
    SOURCE_SIMULATED,
    SUBENTRY_CIRCUIT,
    SUBENTRY_LOADPOINT,
    SUBENTRY_METER,
    SUBENTRY_TARIFF,
    SUBENTRY_VEHICLE,
    USAGE_AUX,
    USAGE_BATTERY,
    USAGE_CONSUMER,
    USAGE_GRID,
    USAGE_PV,
)
from .coordinator import EvccConfigEntry, EvccCoordinator, EvccRuntime
from .core.config import (
    BatteryConfig,
    ChargerTraits,
    CircuitConfig,
    LoadpointConfig,
    MeterConfig,
    SiteConfig,
    VehicleConfig,
)
from .core.model import VOLTAGE, Feature, Mode
from .core.ports import Battery, Charger, Meter, Vehicle
from .core.site import Site
from .costs import Costs
from .devices.entity.battery import build_battery
from .devices.entity.charger import build_charger
from .devices.entity.meter import build_meter
from .devices.entity.vehicle import build_vehicle
from .devices.simulated.live import GRID, LivePlant
from .equipment import Equipment, Ports
from .simulation import build_plant
from .store.credentials import Credentials
from .store.sessions import FILE, SessionStore
from .store.settings import Restored, SettingsStore
from .tariffs.build import build_keepers
from .tariffs.keepers import TariffKeepers
from .tariffs.model import SiteTime, Usage
from .zones import async_load_stored

_LOGGER = logging.getLogger(__name__)

DEFAULT_INTERVAL: Final = 30.0  # s
DEMO_SPACING: Final = 10.0  # s between two writes of the memory while time runs faster

CONF_SETTINGS: Final = "settings"
"""Settings that a loadpoint or vehicle begins with, under their REST names."""


@dataclass(frozen=True, slots=True)
class Built:
    """How a site is wired, its devices, and the virtual plant behind those that are simulated."""

    config: SiteConfig
    ports: Ports
    plant: LivePlant | None


async def async_create(
    hass: HomeAssistant, entry: EvccConfigEntry, before: EvccRuntime | None = None
) -> EvccRuntime:
    """Return the site of an entry as it was left, ready to run; raise ConfigError if it is wired wrongly.

    `before` is what ran until a reload: a virtual plant that stays as it is goes on.
    """
    built = build(hass, entry, None if before is None else before.plant)
    site = Site(built.config)
    speed = float(entry.data.get(CONF_SPEED, 1.0))
    settings = SettingsStore(hass, spacing=0.0 if speed == 1.0 else DEMO_SPACING)
    restored = await settings.async_load()
    await async_load_stored(_with_initial(restored.settings, entry))
    clock = Clock(dt_util.utcnow, hass.loop.time, speed=speed, start=restored.at)
    _restore(site, restored, clock, entry)
    sessions = SessionStore(Path(hass.config.path(FILE)))
    await sessions.async_open()
    keepers, costs = _tariffs(hass, entry, built.plant, SiteTime(clock.now, speed))
    site.memory.next_session = max(site.memory.next_session, await sessions.async_max_id() + 1)
    runtime = EvccRuntime(
        hass=hass,
        entry=entry,
        site=site,
        equipment=Equipment(built.ports, built.config),
        clock=clock,
        plant=built.plant,
        tariffs=costs,
        tariff_keepers=keepers,
        settings=settings,
        sessions=sessions,
        credentials=await _credentials(hass, before),
        coordinator=EvccCoordinator(hass, entry),
    )
    settings.attach(site.dump_settings, runtime.dump_memory, site.memory)
    return runtime


def _tariffs(
    hass: HomeAssistant, entry: EvccConfigEntry, plant: LivePlant | None, time: SiteTime
) -> tuple[TariffKeepers, Costs]:
    configured = {s.subentry_id: (s.title, s.data) for s in _of(entry, SUBENTRY_TARIFF)}
    keepers = build_keepers(hass, configured, ZoneInfo(hass.config.time_zone), time)
    uses = {Usage(data[CONF_USAGE]) for _, data in configured.values()}
    return keepers, Costs(keepers, uses, None if plant is None else plant.tariffs)


async def _credentials(hass: HomeAssistant, before: EvccRuntime | None) -> Credentials:
    """Return who may log in; over a reload the same object, for a change of the password may be under way."""
    if before is not None:
        return before.credentials
    credentials = Credentials(hass)
    await credentials.async_load()
    return credentials


def _restore(site: Site, restored: Restored, clock: Clock, entry: EvccConfigEntry) -> None:
    for err in site.restore(_with_initial(restored.settings, entry), restored.memory):
        _LOGGER.warning("A stored setting is not used: %s", err)
    if restored.at is not None and (behind := restored.at - clock.now()).total_seconds() > 0:
        _LOGGER.info("The clock is %s behind the time at which the memory was written", behind)
        shift(site.memory, -behind)


def _with_initial(stored: dict[str, Any], entry: EvccConfigEntry) -> dict[str, Any]:
    """Return the stored settings, with those that a new loadpoint or vehicle begins with."""
    result = dict(stored)
    for part, kind in (("loadpoints", SUBENTRY_LOADPOINT), ("vehicles", SUBENTRY_VEHICLE)):
        initial = {s.subentry_id: s.data[CONF_SETTINGS] for s in _of(entry, kind) if CONF_SETTINGS in s.data}
        known = stored.get(part)
        result[part] = initial | (known if isinstance(known, dict) else {})
    return result


def _of(entry: EvccConfigEntry, kind: str) -> Iterable[ConfigSubentry]:
    return entry.get_subentries_of_type(kind)


def build(hass: HomeAssistant, entry: EvccConfigEntry, running: LivePlant | None = None) -> Built:
    """Return what the entry describes; `running` is a virtual plant that may fit."""
    voltage = float(entry.options.get(CONF_VOLTAGE, VOLTAGE))
    builder = _Builder(hass, build_plant(entry, hass.config.time_zone, voltage, running))
    meters = {u: builder.meters(entry, u) for u in (USAGE_GRID, USAGE_PV, USAGE_AUX, USAGE_CONSUMER)}
    batteries = builder.batteries(entry)
    loadpoints = builder.loadpoints(entry)
    vehicles, vehicle_ports = builder.vehicles(entry)
    circuits, circuit_ports = builder.circuits(entry)
    config = SiteConfig(
        title=entry.title,
        interval=float(entry.options.get(CONF_INTERVAL, DEFAULT_INTERVAL)),
        voltage=voltage,
        timezone=hass.config.time_zone,
        currency=hass.config.currency,
        grid=next((c for c, _ in meters[USAGE_GRID]), None),
        pv=tuple(c for c, _ in meters[USAGE_PV]),
        batteries=tuple(c for c, _ in batteries),
        aux=tuple(c for c, _ in meters[USAGE_AUX]),
        consumers=tuple(c for c, _ in meters[USAGE_CONSUMER]),
        circuits=circuits,
        loadpoints=tuple(c for c, _ in loadpoints),
        vehicles=vehicles,
    )
    ports = Ports(
        grid=next((p for _, p in meters[USAGE_GRID]), None),
        pv=tuple(p for _, p in meters[USAGE_PV]),
        batteries=tuple(p for _, p in batteries),
        aux=tuple(p for _, p in meters[USAGE_AUX]),
        consumers=tuple(p for _, p in meters[USAGE_CONSUMER]),
        chargers=tuple(p for _, p in loadpoints),
        vehicles=vehicle_ports,
        circuits=circuit_ports,
    )
    return Built(config, ports, builder.plant)


class _Builder:
    """Makes one kind of device after the other. What the core calls a thing is its subentry's id."""

    def __init__(self, hass: HomeAssistant, plant: LivePlant | None) -> None:
        self.hass = hass
        self.plant = plant

    def _simulated(self, subentry: ConfigSubentry) -> LivePlant | None:
        return self.plant if subentry.data.get(CONF_SOURCE) == SOURCE_SIMULATED else None

    def meters(self, entry: EvccConfigEntry, usage: str) -> list[tuple[MeterConfig, Meter]]:
        """Return the meters of one use."""
        found = []
        for sub in _of(entry, SUBENTRY_METER):
            if sub.data[CONF_USAGE] != usage:
                continue
            config = MeterConfig(
                name=sub.subentry_id,
                title=sub.title,
                max_ac_power=float(sub.data.get("max_ac_power") or 0.0),
            )
            if (plant := self._simulated(sub)) is None:
                port: Meter = build_meter(self.hass, sub.data, sub.title)
            else:
                port = plant.meter(GRID if usage == USAGE_GRID else sub.subentry_id)
            found.append((config, port))
        return found

    def batteries(self, entry: EvccConfigEntry) -> list[tuple[BatteryConfig, Battery]]:
        """Return the home batteries."""
        found: list[tuple[BatteryConfig, Battery]] = []
        for sub in _of(entry, SUBENTRY_METER):
            if sub.data[CONF_USAGE] != USAGE_BATTERY:
                continue
            if (plant := self._simulated(sub)) is None:
                port: Battery
                port, config = build_battery(self.hass, sub.data, sub.title)
            else:
                port, config = plant.battery(sub.subentry_id), plant.battery_config(sub.subentry_id)
            found.append((replace(config, name=sub.subentry_id, title=sub.title), port))
        return found

    def loadpoints(self, entry: EvccConfigEntry) -> list[tuple[LoadpointConfig, Charger]]:
        """Return the loadpoints by their numbers."""
        found: list[tuple[LoadpointConfig, Charger]] = []
        for sub in sorted(_of(entry, SUBENTRY_LOADPOINT), key=lambda s: s.data[CONF_NUMBER]):
            port: Charger
            traits: ChargerTraits
            if (plant := self._simulated(sub)) is None:
                port, traits = build_charger(self.hass, sub.data, sub.title)
            else:
                port, traits = plant.charger(sub.subentry_id), plant.charger_traits(sub.subentry_id)
                traits = replace(traits, features=traits.features | _features(sub.data))
            config = LoadpointConfig(
                name=sub.subentry_id,
                title=sub.title,
                charger=traits,
                # what was deleted meanwhile counts as not chosen
                circuit=_known(entry, sub.data.get(CONF_CIRCUIT)),
                default_vehicle=_known(entry, sub.data.get(CONF_VEHICLE)),
            )
            found.append((config, port))
        return found

    def vehicles(self, entry: EvccConfigEntry) -> tuple[tuple[VehicleConfig, ...], dict[str, Vehicle]]:
        """Return all vehicles, and the ports of those that can be asked something."""
        configs = []
        ports: dict[str, Vehicle] = {}
        for sub in _of(entry, SUBENTRY_VEHICLE):
            name = sub.subentry_id
            if (plant := self._simulated(sub)) is not None:
                ports[name], config = plant.vehicle(name), plant.vehicle_config(name)
            elif sub.data.get(CONF_SOURCE) == SOURCE_ENTITY:
                ports[name], config = build_vehicle(self.hass, sub.data, sub.title)
            else:
                config = VehicleConfig(name=name, features=frozenset({Feature.OFFLINE}))
            configs.append(_vehicle(config, sub))
        return tuple(configs), ports

    def circuits(self, entry: EvccConfigEntry) -> tuple[tuple[CircuitConfig, ...], dict[str, Meter]]:
        """Return all circuits, and the meters of those that have one."""
        ports: dict[str, Meter] = {}
        configs = []
        for sub in _of(entry, SUBENTRY_CIRCUIT):
            metered = sub.data.get(CONF_SOURCE) == SOURCE_ENTITY
            if metered:
                ports[sub.subentry_id] = build_meter(self.hass, sub.data, sub.title)
            config = CircuitConfig(
                name=sub.subentry_id,
                title=sub.title,
                parent=_known(entry, sub.data.get("parent")),
                max_power=float(sub.data.get("max_power") or 0.0),
                max_current=float(sub.data.get("max_current") or 0.0),
                metered=metered,
            )
            configs.append(config)
        return _rooted(
            configs, {s.subentry_id for s in _of(entry, SUBENTRY_CIRCUIT) if s.data.get("parent")}
        ), ports


def _rooted(circuits: list[CircuitConfig], orphans: set[str]) -> tuple[CircuitConfig, ...]:
    """Return the circuits below one root, as the core wants them.

    Where the main circuit was deleted, or a second one is being added, the others hang on the one that never
    had a parent: more limits than meant are safe until a person has put things in order, fewer are not.
    """
    roots = [c for c in circuits if c.parent is None]
    root = next((c for c in roots if c.name not in orphans), roots[0] if roots else None)
    return tuple(
        replace(c, parent=root.name) if root is not None and c in roots and c is not root else c
        for c in circuits
    )


def _known(entry: EvccConfigEntry, subentry_id: str | None) -> str | None:
    return subentry_id if subentry_id in entry.subentries else None


def _features(data: Mapping[str, Any]) -> frozenset[Feature]:
    return frozenset(Feature(word) for word in data.get(CONF_FEATURES) or ())


def _vehicle(config: VehicleConfig, sub: ConfigSubentry) -> VehicleConfig:
    """Return a vehicle's configuration with its constants."""
    data = sub.data
    return replace(
        config,
        name=sub.subentry_id,
        title=sub.title,
        icon=data.get("icon") or "",
        capacity=float(data.get("capacity") or config.capacity),
        phases=int(data.get("phases") or config.phases),
        identifiers=(*config.identifiers, *(data.get("identifiers") or ())),
        features=config.features | _features(data),
        on_mode=Mode(data["on_mode"]) if data.get("on_mode") else None,
        on_priority=int(data.get("on_priority") or 0),
        on_min_current=float(data.get("on_min_current") or 0.0),
        on_max_current=float(data.get("on_max_current") or 0.0),
        on_max_power=float(data.get("on_max_power") or 0.0),
    )
