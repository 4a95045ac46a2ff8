"""How many phases carry current, may carry it, and when to switch between one and three.

Four sources know something: the charger's enabled phases, what was measured, the vehicle and the
charger's build. Zero means unknown and counts as three in every minimum.
"""

from datetime import timedelta
from typing import Final

from . import circuit
from .memory import Timer
from .model import PhaseAction, Phases3
from .parts import Loadpoint, Turn, Undo

MEASURED_FROM: Final = 1.0
"""A above which a phase counts as used: meters show a few tenths from filters and standby."""

VOLTAGE_FROM: Final = 207.0
"""V from which a phase counts as present: 230 V less the 10 % that EN 50160 allows."""

FAILURES_BEFORE_PAUSE: Final = 3
RETRY_AFTER: Final = timedelta(minutes=5)
"""A charger that refused three phase switches in a row is left alone that long, so that it still charges."""


def active(lp: Loadpoint) -> int:
    """Return the phases assumed to carry current, 1 to 3."""
    vehicle = lp.vehicle.config.phases if lp.vehicle is not None else 0
    memory = lp.memory
    n = vehicle or 3
    if 0 < memory.phases < n:
        n = memory.phases
    if 0 < memory.measured_phases < n:
        n = memory.measured_phases
    if 0 < lp.traits.physical_phases < n:
        n = lp.traits.physical_phases
    return n


def max_active(lp: Loadpoint) -> int:
    """Return the most phases this loadpoint and vehicle can reach.

    A single phase measured while only one is enabled proves nothing and is ignored.
    """
    vehicle = (lp.vehicle.config.phases if lp.vehicle is not None else 0) or 3
    physical = lp.traits.physical_phases or 3
    enabled = lp.memory.phases
    measured = lp.memory.measured_phases or 3
    if enabled <= 1 or vehicle == 1 or physical == 1:
        measured = 3
    reachable = lp.settings.phases_configured if lp.switchable else enabled
    return min(vehicle, reachable or 3, measured, physical)


def min_active(lp: Loadpoint) -> int:
    """Return the fewest phases: one for every switchable charger, even with three configured."""
    if lp.switchable or lp.settings.phases_configured == 1:
        return 1
    return max_active(lp)


def set_enabled(lp: Loadpoint, phases: int) -> None:
    """Take `phases` as the charger's enabled number; a change clears timer and measurement."""
    memory = lp.memory
    if memory.phases != phases:
        memory.phases = phases
        memory.phase_timer.reset()
        memory.measured_phases = 0


def measure(t: Turn) -> None:
    """Count the phases that carry current, while charging and well after a switch."""
    lp = t.loadpoint
    if lp.currents is None or not lp.charging or not lp.phases_settled(t.now):
        return
    count = sum(1 for current in lp.currents if current > MEASURED_FROM)
    if count:
        lp.memory.measured_phases = count


def from_voltages(lp: Loadpoint, voltages: Phases3) -> None:
    """Derive the phases of a charger that cannot switch: only L1 present means one, others three."""
    present = tuple(v >= VOLTAGE_FROM for v in voltages)
    if any(present):
        set_enabled(lp, 1 if present == (True, False, False) else 3)


def paused(t: Turn) -> bool:
    """Whether switching rests because the charger has refused it several times in a row."""
    m = t.loadpoint.memory
    return m.phase_failures >= FAILURES_BEFORE_PAUSE and m.phase_retry is not None and t.now < m.phase_retry


def may_switch(t: Turn) -> bool:
    """Whether the coordinator may switch phases of its own accord: not within 60 s of the last switch."""
    return t.loadpoint.phases_settled(t.now) and not paused(t)


def switch(t: Turn, phases: int) -> None:
    """Command `phases`; assumes success, a refusal is taken back by the site's report."""
    lp = t.loadpoint
    prepare(t)
    t.command.phases = phases
    set_enabled(lp, phases)
    lp.memory.phases_switched = t.now


def withdraw(t: Turn) -> None:
    """Give up this turn's phase switch: a charger that is switched off is told nothing else."""
    m, undo = t.loadpoint.memory, t.loadpoint.undo
    if t.command.phases is None or undo is None:
        return
    t.command.phases = None
    m.phases, m.measured_phases = undo.phases, undo.measured_phases
    m.phases_switched, m.phase_timer.since = undo.phases_switched, undo.phase_since


def prepare(t: Turn) -> None:
    """Keep what is before a command: in case it fails, and because the vehicle needs a moment to follow it."""
    lp = t.loadpoint
    m = lp.memory
    remember(lp)
    if m.follows_by is None or t.now >= m.follows_by:
        m.offered_before, m.drawn_before = m.offered_current, lp.drawn
    m.follows_by = t.now + timedelta(seconds=t.interval / 2)


def remember(lp: Loadpoint) -> None:
    """Keep what the loadpoint was before the first command of this cycle."""
    if lp.undo is None:
        m = lp.memory
        lp.undo = Undo(
            m.offered_current,
            m.enabled,
            m.charger_switched,
            m.wake_attempts,
            m.wake_since,
            m.phases,
            m.measured_phases,
            m.phases_switched,
            m.phase_timer.since,
        )


def admitted(t: Turn, phases: int, min_current: float) -> bool:
    """Whether the circuit admits `phases` phases at the minimum current."""
    lp = t.loadpoint
    if lp.circuit is None:
        return True
    need = min_current * phases * t.voltage
    return circuit.validate_power(lp.circuit, lp.drawn, need) >= need


def scale(t: Turn, site_power: float, min_current: float, max_current: float) -> int:
    """Switch phases where sun and circuit ask for it; return 1 or 3 if switched now, else 0.

    Down needs too little for the present phases at the minimum current while there is a deficit, up
    needs more than one phase can take. Both wait: down the disable delay, up the enable delay.
    """
    lp = t.loadpoint
    m = lp.memory
    if 0 < m.phases < m.measured_phases:
        m.measured_phases = 0
    if not may_switch(t):
        return 0
    n = active(lp)
    available = lp.power - site_power
    waiting = False
    if n > 1 and lp.settings.phases_configured < 3:
        short = (site_power > 0 or not m.enabled) and available / (n * t.voltage) < min_current
        if short or not admitted(t, n, min_current):
            if _elapsed(t, PhaseAction.SCALE_1P, lp.settings.disable_delay):
                switch(t, 1)
                return 1
            waiting = True
    if _up_wanted(t, available, min_current, max_current):
        if _elapsed(t, PhaseAction.SCALE_3P, lp.settings.enable_delay):
            switch(t, 3)
            return 3
        waiting = True
    if not waiting and m.phase_timer.since is not None:
        m.phase_timer.reset()
    return 0


def _up_wanted(t: Turn, available: float, min_current: float, max_current: float) -> bool:
    lp = t.loadpoint
    most = max_active(lp)
    if most <= 1 or lp.memory.phases >= most:
        return False
    if lp.circuit is not None:
        actual = lp.actual
        max_current = circuit.validate_current(lp.circuit, actual, max_current)
    return (
        available / t.voltage > max_current
        and max_current >= min_current
        and available / (most * t.voltage) >= min_current
        and admitted(t, most, min_current)
    )


def _elapsed(t: Turn, action: PhaseAction, delay: float) -> bool:
    lp = t.loadpoint
    timer: Timer = lp.memory.phase_timer
    if not lp.charging:
        timer.expire()  # no load on the contacts: switch at once
    return timer.running(t.now, action, delay)
