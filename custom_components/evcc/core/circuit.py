"""Load management: no circuit above its power or current limit, whoever asks.

All loadpoints decide in one cycle, so each request is checked against the measured load plus what
was already decided: against all of it for an overload, against the increases alone for new load. What one
loadpoint has just given up is not lent again before it is measured.
"""

from collections.abc import Iterable
from datetime import datetime

from .model import VOLTAGE, Phases3
from .parts import Circuit, Loadpoint
from .ports import ExternalLimit, MeterReading


def link(circuits: Iterable[Circuit], loadpoints: Iterable[Loadpoint]) -> Circuit | None:
    """Connect parents, children and loadpoints; return the root."""
    by_name = {c.config.name: c for c in circuits}
    root = None
    for circuit in by_name.values():
        if circuit.config.parent is None:
            root = circuit
        else:
            circuit.parent = by_name[circuit.config.parent]
            circuit.parent.children.append(circuit)
    for lp in loadpoints:
        if lp.config.circuit is not None:
            lp.circuit = by_name[lp.config.circuit]
            lp.circuit.loadpoints.append(lp)
    return root


def limit_root(root: Circuit, external: ExternalLimit | None) -> None:
    """Apply the grid operator's or energy manager's consumption limit to the root, W; 0 or None: none."""
    limits = (root.config.max_power, 0.0 if external is None else external.consumption or 0.0)
    root.max_power = min((x for x in limits if x > 0), default=0.0)


def refresh(circuit: Circuit, readings: dict[str, MeterReading], now: datetime) -> None:
    """Take the load of this circuit and all below it, children first.

    A silent meter keeps its last value for its time-out; then the circuit blocks, since it could
    be overloaded without anyone knowing. One silent meter does not stop its siblings and parents.
    """
    for child in circuit.children:
        refresh(child, readings, now)
    if circuit.config.metered:
        _from_meter(circuit, readings.get(circuit.config.name), now)
    else:
        circuit.power = sum(lp.drawn for lp in circuit.loadpoints) + sum(c.power for c in circuit.children)
        circuit.current = sum(lp.actual for lp in circuit.loadpoints) + sum(
            c.current for c in circuit.children
        )
    circuit.power_low = circuit.power_high = circuit.power
    circuit.current_low = circuit.current_high = circuit.current


def _signed(currents: Phases3, powers: Phases3 | None) -> float:
    """Return the largest current, each with the sign of its phase's power (+ import)."""
    if powers is None:
        return max(currents)
    return max(-abs(i) if p < 0 else i for i, p in zip(currents, powers, strict=True))


def _from_meter(circuit: Circuit, reading: MeterReading | None, now: datetime) -> None:
    memory = circuit.memory
    if reading is not None and reading.power is not None:
        memory.power = reading.power
        memory.power_read = now
    if reading is not None and reading.currents is not None:
        memory.current = _signed(reading.currents, reading.powers)
        memory.current_read = now
    needed = [memory.power_read]
    if circuit.config.max_current > 0:
        needed.append(memory.current_read)
    timeout = circuit.config.timeout
    circuit.failed = timeout > 0 and any(
        read is None or (now - read).total_seconds() > timeout for read in needed
    )
    circuit.power = memory.power or 0.0
    circuit.current = memory.current or 0.0


_TOLERANCE = 1e-6
"""W or A: sums of many loads are not exact, and nobody is switched off for the rounding."""


def _cap(limit: float, low: float, high: float, old: float, new: float) -> float:
    """Return `new`, or what of it the limit admits when the load is between `low` and `high`."""
    overload = low > limit + _TOLERANCE
    if not overload and max(0.0, new - old) <= limit - high + _TOLERANCE:
        return new
    cap = old + (limit - low) if overload else old + max(0.0, limit - high)
    return min(new, max(0.0, cap))


def validate_power(circuit: Circuit | None, old: float, new: float) -> float:
    """Return the W that this circuit and its parents admit to a loadpoint that draws `old` and wants `new`."""
    while circuit is not None:
        if circuit.failed:
            return 0.0
        if circuit.max_power > 0:
            new = _cap(circuit.max_power, circuit.power_low, circuit.power_high, old, new)
        circuit = circuit.parent
    return new


def validate_current(circuit: Circuit | None, old: float, new: float) -> float:
    """Return the A per phase that this circuit and its parents admit, as `validate_power`."""
    while circuit is not None:
        if circuit.failed:
            return 0.0
        limit = circuit.config.max_current
        if limit > 0:
            new = _cap(limit, circuit.current_low, circuit.current_high, old, new)
        circuit = circuit.parent
    return new


def claim(circuit: Circuit | None, power: float, current: float, *, decided: bool) -> None:
    """Add an expected change of W and A to this circuit and its parents.

    Decided reductions count for overloads only (`low`); everything else counts for both.
    """
    while circuit is not None:
        circuit.power_low += power
        circuit.current_low += current
        circuit.power_high += max(0.0, power) if decided else power
        circuit.current_high += max(0.0, current) if decided else current
        circuit = circuit.parent


def smallest_limit(circuit: Circuit | None) -> float:
    """Return the smallest power limit along the chain, W; 0 if there is none."""
    smallest = 0.0
    while circuit is not None:
        if circuit.max_power > 0 and (smallest == 0 or circuit.max_power < smallest):
            smallest = circuit.max_power
        circuit = circuit.parent
    return smallest


def limiting(circuit: Circuit | None) -> Circuit | None:
    """Return the circuit of the chain with the least room, for the reason shown."""
    tightest = None
    room = float("inf")
    while circuit is not None:
        if circuit.failed:
            return circuit
        left = circuit.max_power - circuit.power_high if circuit.max_power > 0 else float("inf")
        if circuit.config.max_current > 0:
            left = min(left, (circuit.config.max_current - circuit.current_high) * VOLTAGE)
        if left < room:
            tightest, room = circuit, left
        circuit = circuit.parent
    return tightest
