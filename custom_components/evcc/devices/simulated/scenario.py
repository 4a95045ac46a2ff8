"""A scenario: a house, a stretch of time, what people do and what breaks meanwhile.

`load` reads the file, `read` checks it and makes of it all that a run needs. The format is fixed:
keys may be added, none may change its meaning.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...core.config import CircuitConfig, ConfigError, LoadpointConfig, MeterConfig, SiteConfig, check
from ...core.settings import TABLE, Scope, Setting, SettingError, parse
from ...core.stored_goals import dump_goals
from .events import Call, read_calls, read_connections, read_faults
from .faults import Fault
from .fields import REQUIRED, Fields, ScenarioError, describe
from .forecast import USAGES, TariffBook, read_tariffs
from .outages import read_outages
from .plans import LOADPOINT_KEYS, VEHICLE_KEYS, loadpoint_goals, vehicle_goals
from .plant import Plant
from .specs import BatterySpec, CarSpec, PlantSpec, PvSpec, SocketSpec

KEYS: Final = (
    "name", "start", "timezone", "duration", "interval", "voltage", "site", "pv", "home", "grid",
    "batteries", "loadpoints", "vehicles", "connections", "tariffs", "circuits", "commands", "faults",
)  # fmt: skip
_BATTERY: Final = (
    "name", "capacity", "soc", "minSoc", "maxSoc", "maxChargePower", "maxDischargePower", "efficiency",
    "controllable",
)  # fmt: skip
_CAR: Final = (
    "name", "title", "capacity", "soc", "phases", "maxCurrent", "maxSoc", "online", "efficiency",
)  # fmt: skip
_CHARGER: Final = ("phases", "phaseSwitching", "currentStep", "meter", "currents")
_TIMED: Final = ("threshold", "delay")
_STEPS: Final = (1.0, 0.1, 0.01)

_SETTINGS: Final[dict[Scope, dict[str, Setting]]] = {
    scope: {s.key: s for s in TABLE if s.scope is scope} for scope in Scope
}

_VEHICLE_KEYS: Final = (*_CAR, *VEHICLE_KEYS, *_SETTINGS[Scope.VEHICLE])

type Settings = dict[str, dict[str, Any]]
"""What `Site.restore` takes: settings of the site, of loadpoints and of vehicles by name, with their plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A checked scenario. Times of calls and faults are s since `start`."""

    name: str
    start: datetime
    duration: float  # s
    interval: float  # s
    site: SiteConfig
    settings: Settings
    plant: PlantSpec
    faults: tuple[Fault, ...]
    calls: tuple[Call, ...]
    tariffs: TariffBook

    def build_plant(self) -> Plant:
        """Return the plant as it is before the first cycle."""
        return Plant(self.plant, self.faults)

    def with_interval(self, interval: float) -> Scenario:
        """Return the same scenario with another control interval, s."""
        return replace(self, interval=interval, site=replace(self.site, interval=interval))


def load(path: Path) -> Scenario:
    """Read a scenario file; raise ScenarioError for one that cannot be run, OSError for one that is not there."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as err:
        raise ScenarioError(path.name, f"is not JSON: {err}") from None
    return read(data)


def read(data: Any) -> Scenario:
    """Return the scenario of a parsed JSON document; raise ScenarioError for one that cannot be run."""
    top = Fields(data, "", KEYS)
    start = top.time("start")
    duration = top.number("duration", above=0)
    zone = _zone(top)
    cars = [_car(f) for f in top.items("vehicles", _VEHICLE_KEYS)]
    found = enumerate(top.items("loadpoints", _loadpoint_keys(), REQUIRED), start=1)
    loadpoints = [_Loadpoint(fields, number) for number, fields in found]
    plant = _plant(top, start, [p.socket for p in loadpoints], cars)
    settings: Settings = {
        "site": _settings(top.part("site", tuple(_SETTINGS[Scope.SITE])), Scope.SITE),
        "loadpoints": {p.config.name: p.settings for p in loadpoints},
        "vehicles": {
            f.text("name"): _settings(f, Scope.VEHICLE) | dump_goals(vehicle_goals(f, zone.key))
            for f in top.items("vehicles", ())
        },
    }
    return Scenario(
        name=top.text("name"),
        start=start,
        duration=duration,
        interval=top.number("interval", 30, above=0),
        site=_site(top, zone, plant, [p.config for p in loadpoints]),
        settings=settings,
        plant=plant,
        faults=read_faults(top, start, plant),
        calls=read_calls(top, start),
        tariffs=read_tariffs(
            top.part("tariffs", (*USAGES, "currency")),
            zone,
            start,
            start + timedelta(seconds=duration),
            read_outages(top, USAGES),
        ),
    )


def _zone(top: Fields) -> ZoneInfo:
    name = top.text("timezone")
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError, ValueError, OSError:
        raise ScenarioError("timezone", f'must be an IANA zone like "Europe/Berlin", not {name!r}') from None


def _site(top: Fields, zone: ZoneInfo, plant: PlantSpec, loadpoints: list[LoadpointConfig]) -> SiteConfig:
    config = SiteConfig(
        title=top.text("name"),
        interval=top.number("interval", 30, above=0),
        voltage=plant.voltage,
        timezone=zone.key,
        currency=top.part("tariffs", ()).text("currency", "EUR"),
        grid=MeterConfig(name="grid") if plant.grid else None,
        pv=tuple(MeterConfig(name=p.name, title=p.name, max_ac_power=p.max_ac_power) for p in plant.pv),
        batteries=tuple(b.config for b in plant.batteries),
        circuits=tuple(
            _circuit(f) for f in top.items("circuits", ("name", "parent", "maxPower", "maxCurrent"))
        ),
        loadpoints=tuple(loadpoints),
        vehicles=tuple(c.config for c in plant.cars),
    )
    try:
        check(config)
    except ConfigError as err:
        raise ScenarioError("circuits", f"cannot be wired like that ({err})") from err
    return config


def _circuit(fields: Fields) -> CircuitConfig:
    return CircuitConfig(
        name=fields.text("name"),
        title=fields.text("name"),
        parent=None if fields.raw("parent", None) is None else fields.text("parent"),
        max_power=fields.number("maxPower", 0, low=0),
        max_current=fields.number("maxCurrent", 0, low=0),
    )


def _plant(top: Fields, start: datetime, sockets: list[SocketSpec], cars: list[CarSpec]) -> PlantSpec:
    queues = read_connections(top, start, len(sockets), {c.name for c in cars})
    plant = PlantSpec(
        voltage=top.number("voltage", 230, above=0),
        grid=top.part("grid", ("meter",)).flag("meter", True),
        home=top.source("home", 0, low=0),
        pv=tuple(_pv(f) for f in top.items("pv", ("name", "power", "maxAcPower"))),
        batteries=tuple(_battery(f) for f in top.items("batteries", _BATTERY)),
        sockets=tuple(replace(s, connections=q) for s, q in zip(sockets, queues, strict=True)),
        cars=tuple(cars),
    )
    for key, names in (
        ("pv", [p.name for p in plant.pv]),
        ("batteries", [b.name for b in plant.batteries]),
        ("vehicles", [c.name for c in plant.cars]),
    ):
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise ScenarioError(key, f"has two of the name {twice!r}; give each its own")
    return plant


def _pv(fields: Fields) -> PvSpec:
    return PvSpec(
        name=fields.text("name"),
        power=fields.source("power", low=0),
        max_ac_power=fields.number("maxAcPower", 0, low=0),
    )


def _battery(fields: Fields) -> BatterySpec:
    battery = BatterySpec(
        name=fields.text("name"),
        capacity=fields.number("capacity", above=0),
        soc=fields.number("soc", low=0, high=100),
        min_soc=fields.number("minSoc", 0, low=0, high=100),
        max_soc=fields.number("maxSoc", 100, low=0, high=100),
        max_charge_power=fields.number("maxChargePower", low=0),
        max_discharge_power=fields.number("maxDischargePower", low=0),
        efficiency=fields.number("efficiency", 1, above=0, high=1),
        controllable=fields.flag("controllable", True),
    )
    if battery.min_soc > battery.max_soc:
        raise ScenarioError(fields.path("minSoc"), "must not be above maxSoc")
    return battery


def _car(fields: Fields) -> CarSpec:
    return CarSpec(
        name=fields.text("name"),
        title=fields.text("title", ""),
        capacity=fields.number("capacity", above=0),
        soc=fields.number("soc", low=0, high=100),
        phases=fields.choice("phases", (1, 2, 3), 3),
        max_current=fields.number("maxCurrent", 32, low=0),
        max_soc=fields.number("maxSoc", 100, low=0, high=100),
        online=fields.flag("online", True),
        efficiency=fields.number("efficiency", 0.9, above=0, high=1),
    )


def _loadpoint_keys() -> tuple[str, ...]:
    own = ("title", "circuit", "charger", "enable", "disable")
    return (*own, *LOADPOINT_KEYS, *_SETTINGS[Scope.LOADPOINT])


class _Loadpoint:
    """One entry of `loadpoints`: wiring, charger and settings."""

    def __init__(self, fields: Fields, number: int) -> None:
        charger = fields.part("charger", _CHARGER)
        self.socket = _socket(charger)
        self.config = LoadpointConfig(
            name=f"loadpoint-{number}",
            title=fields.text("title", f"Loadpoint {number}"),
            charger=self.socket.traits,
            circuit=None if fields.raw("circuit", None) is None else fields.text("circuit"),
        )
        switching = self.socket.phase_switching
        self.settings: dict[str, Any] = {
            "mode": "pv",
            "phasesConfigured": 0 if switching else self.socket.phases,
            **_settings(fields, Scope.LOADPOINT),
            **dump_goals(loadpoint_goals(fields)),
        }
        for key in ("enable", "disable"):
            timed = fields.part(key, _TIMED)
            for word in _TIMED:
                if word in timed:
                    setting = _SETTINGS[Scope.LOADPOINT][f"{key}{word.title()}"]
                    self.settings[setting.key] = _setting(timed, word, setting)
        if not switching and self.settings["phasesConfigured"] == 0:
            raise ScenarioError(fields.path("phasesConfigured"), "can be 0 only with phaseSwitching")


def _socket(charger: Fields) -> SocketSpec:
    phases = charger.choice("phases", (1, 3), 3)
    switching = charger.flag("phaseSwitching", phases == 3)
    if switching and phases != 3:
        raise ScenarioError(charger.path("phaseSwitching"), "needs a charger of 3 phases")
    return SocketSpec(
        phases=phases,
        phase_switching=switching,
        current_step=charger.choice("currentStep", _STEPS, 1.0),
        meter=charger.flag("meter", True),
        currents=charger.flag("currents", True),
    )


def _settings(fields: Fields, scope: Scope) -> dict[str, Any]:
    return {key: _setting(fields, key, setting) for key, setting in _SETTINGS[scope].items() if key in fields}


def _setting(fields: Fields, key: str, setting: Setting) -> Any:
    try:
        return parse(setting, fields.raw(key))
    except SettingError as err:
        raise ScenarioError(fields.path(key), describe(err)) from None
