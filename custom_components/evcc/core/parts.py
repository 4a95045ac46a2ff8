"""The parts of a running site: wiring, settings and memory of one loadpoint, vehicle or circuit together.

They hold what this cycle read and decided, and answer simple questions about themselves; decisions are
functions in the other modules.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from .config import ChargerTraits, CircuitConfig, LoadpointConfig, VehicleConfig
from .events import Event, EventKind
from .goals import NO_LOADPOINT_GOALS, NO_VEHICLE_GOALS, LoadpointGoals, VehicleGoals
from .memory import CircuitMemory, LoadpointMemory
from .model import Failure, Feature, Mode, Phases3, Status, Why
from .outlook import Planning
from .ports import ChargerCommand, ChargerReading, VehicleReading
from .rates import INACTIVE, Activity
from .session import SessionRecord
from .settings import LoadpointSettings, VehicleSettings

SETTLE: Final = timedelta(seconds=60)
"""How long a charger may take to follow an enable or phase command before it is taken at its word."""

NO_CHARGER: Final = ChargerReading(failure=Failure.UNAVAILABLE)
NO_VEHICLE: Final = VehicleReading(failure=Failure.NOT_AVAILABLE)


class Vehicle:
    """A vehicle of this site, connected or not."""

    __slots__ = ("config", "goals", "reading", "settings")

    def __init__(self, config: VehicleConfig) -> None:
        """Start with default settings."""
        self.config = config
        self.settings = VehicleSettings()
        self.goals: VehicleGoals = NO_VEHICLE_GOALS
        self.reading: VehicleReading = NO_VEHICLE

    def has(self, feature: Feature) -> bool:
        """Whether the vehicle has that trait."""
        return feature in self.config.features


class Circuit:
    """A circuit: its load as measured, and what this cycle's decisions make of it.

    `low` and `high` are the load if all changes decided so far happen, or only the increases.
    """

    __slots__ = (
        "children",
        "config",
        "current",
        "current_high",
        "current_low",
        "failed",
        "loadpoints",
        "max_power",
        "memory",
        "parent",
        "power",
        "power_high",
        "power_low",
    )

    def __init__(self, config: CircuitConfig) -> None:
        """Start without load; parents, children and loadpoints are linked by the site."""
        self.config = config
        self.memory = CircuitMemory()
        self.parent: Circuit | None = None
        self.children: list[Circuit] = []
        self.loadpoints: list[Loadpoint] = []
        self.max_power = config.max_power  # W, with the external limit at the root
        self.failed = False  # its meter has been silent for too long: nothing may charge
        self.power = self.power_low = self.power_high = 0.0
        self.current = self.current_low = self.current_high = 0.0


class Loadpoint:
    """One socket."""

    __slots__ = (
        "actual",
        "change",
        "circuit",
        "claimed",
        "coarse",
        "command",
        "config",
        "currents",
        "drawn",
        "feed_in",
        "flexible",
        "following",
        "goals",
        "index",
        "integrated",
        "memory",
        "pending",
        "planning",
        "power",
        "reading",
        "settings",
        "smart_cost",
        "switchable",
        "traits",
        "undo",
        "vehicle",
        "welcome",
    )

    def __init__(self, index: int, config: LoadpointConfig) -> None:
        """Start with default settings and an empty memory."""
        self.index = index
        self.config = config
        self.traits: ChargerTraits = config.charger
        self.settings = LoadpointSettings()
        self.memory = LoadpointMemory()
        self.goals: LoadpointGoals = NO_LOADPOINT_GOALS
        self.planning = Planning()
        self.vehicle: Vehicle | None = None
        self.circuit: Circuit | None = None
        self.switchable = config.charger.phase_switching
        self.integrated = Feature.INTEGRATED_DEVICE in config.charger.features
        self.coarse = True
        # this cycle
        self.reading: ChargerReading = NO_CHARGER
        self.power = 0.0  # W that control goes by
        self.drawn = 0.0  # W that it takes: without a meter, known a cycle before `power` follows
        self.currents: Phases3 | None = None
        self.actual = 0.0  # A per phase that it takes: measured, else offered while charging
        self.flexible = 0.0  # W that a higher priority may take over
        self.change = 0.0  # W expected change by this cycle's decision
        self.pending = 0.0  # W claimed before and not drawn yet
        self.claimed = False  # power contains a claim that is not drawn yet
        self.following = False  # commands went out so recently that its readings may not show them yet
        self.command: ChargerCommand | None = None
        self.welcome = False
        self.smart_cost: Activity = INACTIVE
        self.feed_in: Activity = INACTIVE
        self.undo: Undo | None = None
        self.use_vehicle(None)
        if not self.switchable:
            self.settings.phases_configured = self.memory.phases = self.traits.physical_phases or 3

    def use_vehicle(self, vehicle: Vehicle | None) -> None:
        """Remember who is connected; rounding of currents depends on it."""
        self.vehicle = vehicle
        self.coarse = (
            not self.traits.milliamp
            or Feature.COARSE_CURRENT in self.traits.features
            or (vehicle is not None and vehicle.has(Feature.COARSE_CURRENT))
        )

    def leave_plan(self) -> None:
        """Stop following a plan; the next one begins anew."""
        self.planning.lock = None
        m = self.memory
        m.plan_active = m.plan_overrun_sent = False
        m.plan_slot_end = None

    def has(self, feature: Feature) -> bool:
        """Whether the charger has that trait."""
        return feature in self.traits.features

    @property
    def connected(self) -> bool:
        """Whether a vehicle is plugged in."""
        status = self.memory.status
        return status is Status.B or status is Status.C

    @property
    def charging(self) -> bool:
        """Whether the vehicle draws current."""
        return self.memory.status is Status.C

    @property
    def solar_mode(self) -> bool:
        """Whether the mode follows the sun."""
        mode = self.settings.mode
        return mode is Mode.PV or mode is Mode.MINPV

    @property
    def counter(self) -> float | None:
        """Lifetime counter, kWh. Exactly 0 is what meters say that do not know yet: unknown."""
        return self.reading.energy or None

    @property
    def charged_energy(self) -> float:
        """Energy of this session, kWh."""
        return self.memory.accounting.total

    def switch_settled(self, now: datetime) -> bool:
        """Whether the last enable or disable command is more than 60 s ago."""
        switched = self.memory.charger_switched
        return switched is None or now - switched > SETTLE

    def phases_settled(self, now: datetime) -> bool:
        """Whether the last phase switch is more than 60 s ago."""
        switched = self.memory.phases_switched
        return switched is None or now - switched > SETTLE


@dataclass(slots=True)
class Undo:
    """What a loadpoint was before this cycle's commands, to take back those that fail."""

    offered_current: float
    enabled: bool
    charger_switched: datetime | None
    wake_attempts: int
    wake_since: datetime | None
    phases: int
    measured_phases: int
    phases_switched: datetime | None
    phase_since: datetime | None


@dataclass(slots=True)
class Turn:
    """What one loadpoint decides on in one cycle, and what comes of it."""

    now: datetime
    loadpoint: Loadpoint
    voltage: float
    interval: float  # s
    site_power: float  # W, + deficit; what this loadpoint has to go by
    grid_lost_for: float  # s; 0: the grid meter answers, else site_power means nothing
    battery_power: float  # W, + discharge
    battery_soc: float | None
    battery_max_discharge: float  # W, 0 unknown
    battery_buffered: bool
    battery_start: bool
    battery_hidden: float  # W of battery charging that prioritySoc keeps from the vehicles
    reserved: float  # W kept for a higher priority that is about to start
    residual_power: float
    command: ChargerCommand
    events: list[Event] = field(default_factory=list)
    sessions: list[SessionRecord] = field(default_factory=list)
    wants_charge: bool = False  # the decision is to charge
    correct_enable: bool = False  # the charger says "disabled" and charges: tell it again if wanted

    def event(self, kind: EventKind, value: float | None = None) -> None:
        """Note what happened."""
        memory = self.loadpoint.memory
        self.events.append(Event(kind, self.loadpoint.config.name, memory.vehicle, value))

    def because(self, why: Why) -> None:
        """State the reason of this turn."""
        self.loadpoint.memory.why = why
