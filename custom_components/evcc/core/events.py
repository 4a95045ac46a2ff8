"""What happened in a cycle, for notifications and automations."""

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """The notifications of the coordinator."""

    START = "start"
    STOP = "stop"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    SOC = "soc"  # value: % reached
    GUEST = "guest"  # no vehicle could be detected
    PLAN_OVERRUN = "planoverrun"  # the goal of a plan will be missed; value: s too late
    ASLEEP = "asleep"  # the vehicle does not start, wake-up calls are used up


@dataclass(frozen=True, slots=True)
class Event:
    """One event at a loadpoint; `vehicle` is the vehicle's name if one is assigned."""

    kind: EventKind
    loadpoint: str
    vehicle: str | None = None
    value: float | None = None
