"""What a person wants to be ready and when: plans of vehicles and loadpoints, and how to follow them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How the hours are chosen. `precondition`: this many s directly before the target, at any price."""

    continuous: bool = False  # one piece instead of the cheapest pieces
    precondition: float = 0.0


NO_STRATEGY: Final = Strategy()

MAX_PLANS: Final = 100
"""Repeating plans that a vehicle may have."""

WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""Words for the days of repeating plans, by their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocPlan:
    """Once: this state of charge (%) at this time. `precondition` s come before those of the strategy."""

    soc: int
    time: datetime
    precondition: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatingPlan:
    """On these weekdays (0 is Sunday) at `time` (HH:MM in the zone `tz`, empty: UTC)."""

    weekdays: tuple[int, ...] = ()
    time: str = ""
    tz: str = ""
    soc: int = 0
    active: bool = False
    precondition: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPlan:
    """Once: this energy (kWh, from now on) at this time, for vehicles whose state of charge is unknown."""

    energy: float
    time: datetime
    precondition: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleGoals:
    """What is planned for a vehicle. Replaced as a whole, so that a change shows in its identity."""

    plan: SocPlan | None = None
    repeating: tuple[RepeatingPlan, ...] = ()
    strategy: Strategy = NO_STRATEGY


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadpointGoals:
    """What is planned for a loadpoint: counts where the vehicle's state of charge is unknown."""

    plan: EnergyPlan | None = None
    strategy: Strategy = NO_STRATEGY


NO_VEHICLE_GOALS: Final = VehicleGoals()
NO_LOADPOINT_GOALS: Final = LoadpointGoals()
