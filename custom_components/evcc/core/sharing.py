"""Sharing one surplus among all loadpoints of a cycle, by priority, without spending it twice.

Loadpoints are served by effective priority, equals rotating. What a decision will change is claimed
before the next one decides; loadpoints of lower priority lend what they draw, and leave alone
what a higher one is about to start with.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from . import circuit, effective, phases
from .model import Mode
from .parts import SETTLE, Loadpoint


def order(loadpoints: list[Loadpoint], rotation: int) -> list[list[Loadpoint]]:
    """Return the loadpoints grouped by effective priority, highest first, each group rotated."""
    if len(loadpoints) == 1:
        return [loadpoints]
    groups: dict[int, list[Loadpoint]] = {}
    for lp in loadpoints:
        groups.setdefault(effective.priority(lp), []).append(lp)
    rotated = []
    for priority in sorted(groups, reverse=True):
        group = groups[priority]
        first = rotation % len(group)
        rotated.append(group[first:] + group[:first])
    return rotated


def note_pending(loadpoints: Iterable[Loadpoint], now: datetime, voltage: float) -> None:
    """Find what each loadpoint has claimed in an earlier cycle and does not draw yet."""
    for lp in loadpoints:
        m = lp.memory
        lp.pending = 0.0
        if m.standing_until is None:
            continue
        if now < m.standing_until:
            lp.pending = max(0.0, m.standing - lp.drawn)
        else:
            m.standing = 0.0
            m.standing_until = None
        if lp.pending > 0 and not lp.charging and lp.circuit is not None:
            _claim_pending(lp, lp.pending, voltage)


def _claim_pending(lp: Loadpoint, power: float, voltage: float) -> None:
    circuit.claim(lp.circuit, power, power / (phases.active(lp) * voltage), decided=False)


def withdraw_pending(lp: Loadpoint, voltage: float) -> None:
    """Take back the loadpoint's own old claim: it decides anew now."""
    if lp.pending > 0 and lp.circuit is not None:
        _claim_pending(lp, -lp.pending, voltage)
    lp.pending = 0.0


def count_as_drawn(loadpoints: Iterable[Loadpoint]) -> float:
    """Take what vehicles were allowed less than half an interval ago as drawn; return the W added.

    An extra cycle came in between, and they have had no time to follow: the same surplus would be given to
    them a second time.
    """
    total = 0.0
    for lp in loadpoints:
        if not lp.charging or not (lp.following or lp.pending > 0):
            continue
        # Not the current of the pending power: on other phases it is another one.
        current = max(0.0, lp.memory.offered_current - lp.actual)
        if lp.circuit is not None:
            circuit.claim(lp.circuit, lp.pending, current, decided=False)
        total += lp.pending
        lp.power += lp.pending
        lp.drawn += lp.pending
        lp.actual += current
        lp.pending = 0.0
        lp.claimed = True
    return total


def above_minimum(lp: Loadpoint, group: Iterable[Loadpoint], voltage: float) -> float:
    """Return the W that equals in mode pv draw above their minimum, which a waiting one may count on."""
    if lp.settings.mode is not Mode.PV or lp.memory.enabled:
        return 0.0
    return sum(
        max(0.0, o.power + o.change - effective.min_current(o, voltage) * phases.active(o) * voltage)
        for o in group
        if o is not lp and o.charging and o.settings.mode is Mode.PV
    )


class Before:
    """What a loadpoint drew and was offered before its turn."""

    __slots__ = ("offered", "per_ampere", "power", "previous")

    def __init__(self, lp: Loadpoint, voltage: float) -> None:
        """Remember the state before the turn."""
        self.offered = lp.memory.offered_current
        self.per_ampere = phases.active(lp) * voltage
        self.previous = lp.memory.previous_power
        self.power = lp.drawn
        if not lp.traits.has_power:
            self.previous = lp.drawn  # the real draw is unknown, the offer is taken for it


def claim(lp: Loadpoint, before: Before, now: datetime, voltage: float, interval: float) -> None:
    """Work out what this turn's decision will change, and let the circuits know.

    Not charging: an enabled vehicle may start within 60 s, and claims nothing any more after that.
    Charging: it follows its limit, unless it had room for a whole interval and did not use it.
    """
    m = lp.memory
    per_ampere = phases.active(lp) * voltage
    current = m.offered_current if m.enabled else 0.0
    settled = m.charger_switched is None or now - m.charger_switched >= SETTLE
    until = m.standing_until
    m.standing, m.standing_until = 0.0, None
    if not lp.charging:
        if m.enabled and not settled and m.charger_switched is not None:
            m.standing = current * per_ampere
            m.standing_until = m.charger_switched + SETTLE
            lp.change = max(0.0, m.standing - before.power)
        else:
            lp.change = 0.0
    else:
        lp.change = _change_while_charging(before, current, per_ampere, settled)
        if lp.change > 0:
            until = now + timedelta(seconds=interval / 2)
        if lp.change > 0 or lp.claimed:
            m.standing = before.power + lp.change
            m.standing_until = until
    if lp.circuit is not None:
        current_change = lp.change / per_ampere
        if lp.charging and per_ampere != before.per_ampere:
            current_change = current - lp.actual  # on other phases power and current do not change alike
        circuit.claim(lp.circuit, lp.change, current_change, decided=True)


def _change_while_charging(before: Before, current: float, per_ampere: float, settled: bool) -> float:
    power = before.power
    if (
        power < (before.offered - 1.0) * before.per_ampere
        and before.previous is not None
        and power - before.previous < 0.5 * before.per_ampere
        and settled
    ):
        return min(current, power / before.per_ampere) * per_ampere - power
    entitled = before.offered * before.per_ampere
    base = entitled if abs(power - entitled) <= before.per_ampere else power
    return max(-power, current * per_ampere - base)
