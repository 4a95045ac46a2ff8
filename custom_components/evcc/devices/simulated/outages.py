"""Faults of tariffs: nothing is known for a while, or nothing new.

Their devices are `tariff:grid`, `tariff:feedin`, … or `tariff` for all. What is paid is not affected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .faults import FaultKind
from .fields import Fields, ScenarioError

TARIFF: Final = "tariff"
_NO_READS: Final = (FaultKind.UNAVAILABLE, FaultKind.TIMEOUT, FaultKind.NAN)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_BEFORE: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A fault of one tariff from `start` to before `end`. `stale`: what was known before stays known."""

    usage: str
    start: datetime
    end: datetime
    stale: bool


def read_outages(top: Fields, usages: Sequence[str]) -> tuple[Outage, ...]:
    """Return the faults of tariffs among all faults of a scenario."""
    outages = []
    for fields in top.items("faults", ("from", "to", "device", "kind")):
        device = fields.text("device")
        if not concerns(device):
            continue
        _, colon, name = device.partition(":")
        meant = [u for u in usages if u == name] if colon else list(usages)
        if not meant:
            known = ", ".join(f"{TARIFF}:{u}" for u in usages)
            raise ScenarioError(fields.path("device"), f"there is no {device!r}; name {TARIFF}, {known}")
        kind = fields.choice("kind", (*_NO_READS, FaultKind.STALE))
        begin = fields.time("from")
        end = _NEVER if fields.raw("to", None) is None else fields.time("to")
        if end <= begin:
            raise ScenarioError(fields.path("to"), "must be after from")
        stale = kind is FaultKind.STALE
        outages += [Outage(usage=u, start=begin, end=end, stale=stale) for u in meant]
    return tuple(outages)


def concerns(device: str) -> bool:
    """Whether the device of a fault is a tariff."""
    return device.partition(":")[0] == TARIFF


def known_at(outages: Iterable[Outage], usage: str, now: datetime) -> datetime | None:
    """Return the time of which the knowledge counts at `now`; None: nothing is known."""
    active = [o for o in outages if o.usage == usage and o.start <= now < o.end]
    if any(not o.stale for o in active):
        return None
    return min([now, *(o.start - _BEFORE for o in active)])
