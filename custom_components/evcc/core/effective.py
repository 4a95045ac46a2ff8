"""What is really in force: vehicle over loadpoint over default, bounded by charger and circuit.

Decisions read these values only, never the raw settings behind them.
"""

from math import ceil

from . import phases
from .circuit import smallest_limit
from .parts import Loadpoint

_EPSILON = 1e-9  # A; keeps 8.000000001 from being rounded up to 9


def priority(lp: Loadpoint) -> int:
    """Return the vehicle's priority if it has one, else the loadpoint's."""
    if lp.vehicle is not None and lp.vehicle.config.on_priority > 0:
        return lp.vehicle.config.on_priority
    return lp.settings.priority


def min_current(lp: Loadpoint, voltage: float) -> float:
    """Return the least A per phase that may be offered.

    A charger that knows its own minimum replaces the loadpoint's setting; the vehicle's counts in
    any case. Whole-ampere chargers round up: a fraction they cannot set would never be reached.
    """
    vehicle = lp.vehicle.config.on_min_current if lp.vehicle is not None else 0.0
    charger = lp.reading.min_current or 0.0
    if lp.traits.min_power > 0:
        charger = lp.traits.min_power / (voltage * phases.min_active(lp))
    current = max(vehicle, charger if charger > 0 else lp.settings.min_current)
    return float(ceil(current - _EPSILON)) if lp.coarse else current


def max_current(lp: Loadpoint, voltage: float) -> float:
    """Return the most A per phase that may be offered."""
    current = lp.settings.max_current
    if lp.vehicle is not None and 0 < lp.vehicle.config.on_max_current < current:
        current = lp.vehicle.config.on_max_current
    charger = lp.reading.max_current
    if charger is not None and 0 < charger < current:
        current = charger
    if lp.traits.max_power > 0:
        by_power = lp.traits.max_power / (voltage * phases.max_active(lp))
        current = min(current, float(ceil(by_power - _EPSILON)) if lp.coarse else by_power)
    return current


def min_soc(lp: Loadpoint) -> int:
    """Return the % below which the vehicle charges in any case; 0: none."""
    vehicle = lp.vehicle.settings.min_soc if lp.vehicle is not None else 0
    return max(lp.settings.min_soc, vehicle)


def limit_soc(lp: Loadpoint) -> int:
    """Return the % at which charging ends: this session's, else the vehicle's, else 100."""
    if lp.settings.limit_soc > 0:
        return lp.settings.limit_soc
    if lp.vehicle is not None and lp.vehicle.settings.limit_soc > 0:
        return lp.vehicle.settings.limit_soc
    return 100


def min_power(lp: Loadpoint, voltage: float) -> float:
    """Return the least W the loadpoint can charge with."""
    return voltage * min_current(lp, voltage) * phases.min_active(lp)


def full_power(lp: Loadpoint, voltage: float) -> float:
    """Return the most W that charger and vehicle can charge with, whatever the circuits admit."""
    power = voltage * max_current(lp, voltage) * phases.max_active(lp)
    if lp.vehicle is not None and lp.vehicle.config.on_max_power > 0:
        power = min(power, lp.vehicle.config.on_max_power)
    return power


def max_power(lp: Loadpoint, voltage: float) -> float:
    """Return the most W the loadpoint can charge with, by the smallest limit of all its circuits too."""
    power = full_power(lp, voltage)
    limit = smallest_limit(lp.circuit)
    return min(power, limit) if limit > 0 else power
