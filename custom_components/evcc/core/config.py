"""How a site is wired: what exists and what each device can do. Fixed while a site runs.

Built from Home Assistant's configuration or from a scenario; settings that a person changes while
it runs are in `core.settings`.
"""

from dataclasses import dataclass, field

from .model import VOLTAGE, Feature, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterConfig:
    """A meter by its name; `max_ac_power` W is the inverter's AC limit of a PV meter (0: not known)."""

    name: str
    title: str = ""
    max_ac_power: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryConfig:
    """A home battery. Unknown limits are None: zero would be a limit."""

    name: str
    title: str = ""
    capacity: float | None = None  # kWh
    min_soc: float | None = None  # %
    max_soc: float | None = None  # %
    max_charge_power: float | None = None  # W
    max_discharge_power: float | None = None  # W
    controllable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitConfig:
    """A circuit with limits; 0 means unlimited. One circuit has no parent: the root."""

    name: str
    title: str = ""
    parent: str | None = None
    max_power: float = 0.0  # W
    max_current: float = 0.0  # A per phase
    metered: bool = False
    timeout: float = 60.0  # s a silent meter is trusted; 0: for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleConfig:
    """A vehicle's constants and what happens when it is identified (`on_…`, 0 or None: nothing)."""

    name: str
    title: str = ""
    icon: str = ""
    capacity: float = 0.0  # kWh, 0 unknown
    phases: int = 0  # 0 unknown
    identifiers: tuple[str, ...] = ()
    features: frozenset[Feature] = frozenset()
    on_mode: Mode | None = None
    on_priority: int = 0
    on_min_current: float = 0.0
    on_max_current: float = 0.0
    on_max_power: float = 0.0
    has_status: bool = False  # can tell whether it is plugged in: takes part in detection
    can_wake: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerTraits:
    """What a charger can do, decided once at set-up."""

    phase_switching: bool = False
    physical_phases: int = 0  # 1 or 3; 0: not described
    milliamp: bool = False  # takes fractions of an ampere
    has_power: bool = True  # has a meter; without, power is derived from the set-point
    has_currents: bool = False
    has_energy: bool = False
    has_session_energy: bool = False
    reads_current: bool = False
    reads_phases: bool = False
    reads_id: bool = False
    can_wake: bool = False
    has_status_reason: bool = False
    min_power: float = 0.0  # W limits of chargers that know powers instead of currents
    max_power: float = 0.0
    features: frozenset[Feature] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadpointConfig:
    """One socket. `name` never changes; it keys settings, memory and sessions."""

    name: str
    title: str = ""
    charger: ChargerTraits = field(default_factory=ChargerTraits)
    circuit: str | None = None
    default_vehicle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """The whole house. `interval` is the time between two cycles in s."""

    title: str = ""
    interval: float = 30.0
    voltage: float = VOLTAGE
    timezone: str = "UTC"  # IANA zone: local days of sessions and statistics
    currency: str = "EUR"
    grid: MeterConfig | None = None
    pv: tuple[MeterConfig, ...] = ()
    batteries: tuple[BatteryConfig, ...] = ()
    aux: tuple[MeterConfig, ...] = ()
    consumers: tuple[MeterConfig, ...] = ()
    circuits: tuple[CircuitConfig, ...] = ()
    loadpoints: tuple[LoadpointConfig, ...] = ()
    vehicles: tuple[VehicleConfig, ...] = ()
    equal_share: bool = False
    """Let a waiting pv loadpoint count as surplus what its equals draw above their minimum."""

    @property
    def controllable_battery(self) -> bool:
        """Whether any home battery takes a mode."""
        return any(b.controllable for b in self.batteries)


class ConfigError(ValueError):
    """The wiring contradicts itself; `key` is a translation key, `names` what is concerned."""

    def __init__(self, key: str, *names: str) -> None:
        """Keep the key for translation."""
        super().__init__(f"{key}: {', '.join(names)}")
        self.key = key
        self.names = names


def check(config: SiteConfig) -> None:
    """Raise ConfigError for wiring that cannot work: circuits without one root, unknown references."""
    by_name = {c.name: c for c in config.circuits}
    if len(by_name) != len(config.circuits):
        raise ConfigError("circuit_duplicate", *[c.name for c in config.circuits])
    roots = [c.name for c in config.circuits if c.parent is None]
    if config.circuits and len(roots) != 1:
        raise ConfigError("circuit_one_root", *roots)
    for circuit in config.circuits:
        seen = {circuit.name}
        at = circuit
        while at.parent is not None:
            if at.parent not in by_name:
                raise ConfigError("circuit_unknown", at.parent, at.name)
            at = by_name[at.parent]
            if at.name in seen:
                raise ConfigError("circuit_cycle", circuit.name)
            seen.add(at.name)
    vehicles = {v.name for v in config.vehicles}
    for loadpoint in config.loadpoints:
        if loadpoint.circuit is not None and loadpoint.circuit not in by_name:
            raise ConfigError("circuit_unknown", loadpoint.circuit, loadpoint.title or loadpoint.name)
        if loadpoint.default_vehicle is not None and loadpoint.default_vehicle not in vehicles:
            raise ConfigError("vehicle_unknown", loadpoint.default_vehicle, loadpoint.title or loadpoint.name)
