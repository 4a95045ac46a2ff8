"""Which plan counts, what it needs, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from .rates import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan worked out. `id` 0: none, 1: the vehicle's or loadpoint's own, 2 + n: repeating plan n.

    `slots` is None where nothing is planned (yet). `duration` s of charging at `power` W.
    """

    id: int = 0
    time: datetime | None = None
    duration: float = 0.0
    precondition: float = 0.0
    slots: tuple[Slot, ...] | None = None
    power: float = 0.0
