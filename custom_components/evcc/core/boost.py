"""Battery boost: deliberately discharge the home battery into the vehicle, in the solar modes.

START until the vehicle charges, CONTINUE from then on, HOLD once the battery has fallen to the
boost limit. Any change of mode, a disconnect or the user ends it; it never survives a restart.
"""

from . import effective, phases
from .model import Boost
from .parts import Loadpoint, Turn

_LEAST_STEP = 100.0
"""W taken beyond the present discharge, so that the battery is always asked for a little more."""


def switch_off(lp: Loadpoint) -> None:
    """End the boost."""
    lp.memory.boost = Boost.OFF
    lp.settings.battery_boost = False


def hold_if_empty(t: Turn) -> None:
    """Stop drawing on the battery once its known state of charge is below the loadpoint's limit."""
    lp = t.loadpoint
    if lp.memory.boost not in (Boost.START, Boost.CONTINUE) or t.battery_soc is None:
        return
    limit = lp.settings.battery_boost_limit
    if limit < 100 and t.battery_soc < limit:
        lp.memory.boost = Boost.HOLD


def power(t: Turn) -> float:
    """Return the W to take off the site power; moves START to CONTINUE once the vehicle charges."""
    lp = t.loadpoint
    m = lp.memory
    if m.boost is Boost.OFF or m.boost is Boost.HOLD:
        return 0.0
    delta = max(_LEAST_STEP, abs(t.residual_power))
    if lp.coarse:
        delta += t.voltage * phases.active(lp)
    if m.boost is Boost.START:
        delta = effective.max_power(lp, t.voltage)
        if lp.switchable:
            m.phase_timer.expire()
        m.pv_timer.expire()
        if lp.charging:
            m.boost = Boost.CONTINUE
    if t.battery_max_discharge > 0:
        delta = min(delta, max(0.0, t.battery_max_discharge - t.battery_power))
    return max(0.0, t.battery_power) + delta + t.residual_power
