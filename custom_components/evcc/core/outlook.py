"""What a loadpoint keeps of its plan within one run: the goal it is bound to, and the last answer of the planner.

Nothing of this is stored: it follows from settings, memory and tariffs. What must outlast a restart is in
`core.memory`.
"""

from dataclasses import dataclass
from datetime import datetime

from .goals import LoadpointGoals, Strategy, VehicleGoals
from .model import EPOCH
from .rates import Slot, Tariff

OWN_PLAN = 1
"""Id of the vehicle's or loadpoint's own plan; repeating plan n has 2 + n, no plan 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is to be reached when: `soc` %, or `energy` kWh with a soc of 0. `precondition` is its own, s."""

    id: int
    time: datetime
    soc: int = 0
    energy: float = 0.0
    precondition: float = 0.0


@dataclass(slots=True)
class Planning:
    """Goal and slots as last worked out, with all that they depend on, so that an equal cycle costs nothing."""

    lock: Goal | None = None  # while a plan is followed, it stays this one
    # shown in the snapshot, set in each cycle
    shown: tuple[Slot, ...] | None = None
    start: datetime | None = None
    end: datetime | None = None
    overrun: float = 0.0  # s
    until: datetime | None = None  # end of the run of slots that charging goes on in
    # the goals to choose from, valid from `goals_since` up to `goals_until`
    goals: VehicleGoals | LoadpointGoals | None = None
    goals_since: datetime = EPOCH
    goals_until: datetime = EPOCH
    candidates: tuple[Goal, ...] = ()
    ranked_for: tuple[float | None, float, float] | None = None  # soc, capacity, power
    # the slots, valid from `since` up to `valid_until`
    slots: tuple[Slot, ...] | None = None
    goal: Goal | None = None
    tariff: Tariff | None = None
    strategy: Strategy | None = None
    required: float = 0.0
    since: datetime = EPOCH
    valid_until: datetime = EPOCH

    def show_nothing(self) -> None:
        """Forget what is shown."""
        self.shown = self.start = self.end = self.until = None
        self.overrun = 0.0
