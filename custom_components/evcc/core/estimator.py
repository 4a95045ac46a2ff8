"""State of charge between two readings of the vehicle, and how much and how long is left.

The vehicle is asked rarely; in between, the energy charged moves the estimate by a gradient in Wh
per % that starts at the nominal capacity and is learned from larger steps of the reading.
"""

from math import isfinite
from typing import Final

from .memory import EstimatorMemory

EFFICIENCY: Final = 0.85
"""Share of the energy drawn that reaches the battery, assumed until the gradient is learned."""

LEARN_FROM: Final = 10.0
"""% that a reading must have risen before the gradient is learned: below, whole-percent steps dominate."""

FULL_POWER: Final = 1_000.0
KNEE_SLOPE: Final = (50_000.0 - 1_000.0) / 50.0
"""W per %: vehicles take up to 50 kW at 50 % and 1 kW at 100 %, on a straight line in between."""


def start(capacity: float) -> EstimatorMemory:
    """Begin estimating for a vehicle of `capacity` kWh."""
    return EstimatorMemory(capacity=capacity, step=capacity * 1000.0 / EFFICIENCY / 100.0)


def feed(memory: EstimatorMemory, fetched: float | None, energy: float) -> float | None:
    """Take a reading in % (None: failed) at `energy` Wh of this session; return the estimate in %."""
    energy = max(0.0, energy)
    if fetched is None:
        return memory.soc
    if fetched == memory.ref_soc and energy >= memory.ref_energy:
        memory.soc = min(fetched + (energy - memory.ref_energy) / memory.step, 100.0)
        return memory.soc
    if memory.first_soc is None:
        memory.first_soc, memory.first_energy = fetched, energy
    risen = fetched - memory.first_soc
    used = energy - memory.first_energy
    if risen > LEARN_FROM and used > 0:
        memory.step = used / risen
    memory.ref_soc, memory.ref_energy = fetched, energy
    memory.soc = fetched
    return fetched


def virtual_capacity(memory: EstimatorMemory) -> float:
    """Return the Wh that take the vehicle from 0 to 100 %, losses included."""
    return max(memory.capacity * 1000.0, memory.step * 100.0)


def nominal_capacity(capacity: float) -> float:
    """Return the same for a vehicle of `capacity` kWh nothing was learned of."""
    return capacity * 1000.0 / EFFICIENCY


def remaining_energy(capacity: float, soc: float, target: float) -> float:
    """Return the kWh to charge from `soc` to `target` % with a virtual capacity in Wh."""
    return max(0.0, target - soc) / 100.0 * capacity / 1000.0


def remaining_duration(capacity: float, soc: float, target: float, power: float) -> float:
    """Return the s to charge from `soc` to `target` % at `power` W, slower towards full; 0 without power."""
    if power <= 0:
        return 0.0
    knee = 100.0 - (power - FULL_POWER) / KNEE_SLOPE
    hours = 0.0
    if soc < knee:
        hours += (min(target, knee) - soc) / 100.0 * capacity / power
    if target > knee:
        hours += (target - max(soc, knee)) / 100.0 * capacity / ((power + FULL_POWER) / 2.0)
    seconds = max(0.0, hours) * 3600.0
    return float(round(seconds)) if isfinite(seconds) else 0.0
