"""Turning a decision into what the charger is told: current, enable, phases, within the circuits' limits."""

from datetime import timedelta

from . import circuit, effective, phases
from .model import Feature, Reason, Why
from .parts import Loadpoint, Turn

WAKE_ATTEMPTS = 6
"""Wake-up calls before a vehicle counts as asleep: three minutes at one each 30 s."""


CIRCUIT_WAIT = 60.0
LONGEST_CIRCUIT_WAIT = 900.0
"""s that a loadpoint stays off after a circuit switched it off: doubled each time that it took no current."""


def limit(t: Turn, current: float) -> None:
    """Offer `current` A per phase; below the minimum it means off, at once."""
    lp = t.loadpoint
    m = lp.memory
    wanted = current
    if lp.coarse:
        wanted = current = float(int(current))
    if lp.circuit is not None and current > 0:
        current = _admitted(t, current)
    minimum = effective.min_current(lp, t.voltage)
    maximum = effective.max_current(lp, t.voltage)
    if minimum > maximum and wanted > 0:
        t.because(Why(Reason.LIMITS_CONTRADICT, limit=maximum, actual=minimum))
        return
    on = current >= minimum
    again = None if m.circuit_off is None else m.circuit_off + timedelta(seconds=m.circuit_wait)
    if on and not m.enabled and again is not None and t.now < again:
        # A circuit at its edge must not make the contactor clatter.
        t.because(Why(Reason.CIRCUIT_WAIT, until=again))
        on, current = False, 0.0
    elif current < wanted:
        _limited_by_circuit(t, wanted, current, on)
    t.wants_charge = on
    if on and current != m.offered_current:
        phases.prepare(t)
        t.command.current = m.offered_current = current
    if on != m.enabled:
        _enable(t, on)


def _limited_by_circuit(t: Turn, wanted: float, current: float, on: bool) -> None:
    lp = t.loadpoint
    m = lp.memory
    if not on and m.enabled:
        if m.circuit_off is not None and not lp.charging:
            # Enabled, it took nothing: vehicles that want nothing must not push each other out for ever.
            m.circuit_wait = min(2 * m.circuit_wait, LONGEST_CIRCUIT_WAIT)
        m.circuit_off = t.now
    tight = circuit.limiting(lp.circuit)
    n = phases.active(lp)
    t.because(
        Why(
            Reason.CIRCUIT_LIMITED,
            need=wanted * n * t.voltage,
            have=current * n * t.voltage,
            limit=current,
            actual=wanted,
            device=tight.config.title or tight.config.name if tight is not None else None,
        )
    )


def _admitted(t: Turn, current: float) -> float:
    """Return the A that all circuits of the chain admit, by current and by power."""
    lp = t.loadpoint
    n = phases.active(lp)
    by_current = circuit.validate_current(lp.circuit, lp.actual, current)
    need = current * n * t.voltage
    power = circuit.validate_power(lp.circuit, lp.drawn, need)
    admitted = min(by_current, current if power >= need else power / (n * t.voltage))
    return float(int(admitted)) if lp.coarse else admitted


def _enable(t: Turn, on: bool) -> None:
    lp = t.loadpoint
    m = lp.memory
    phases.prepare(t)
    t.command.enable = m.enabled = on
    m.charger_switched = t.now
    if on:
        start_wake_timer(lp, t)
    else:
        m.offered_current = 0.0  # the set-point goes out again with the next enable
        t.command.current = None
        phases.withdraw(t)
        stop_wake_timer(lp)


def start_wake_timer(lp: Loadpoint, t: Turn) -> None:
    """Expect the vehicle to start; six wake-up calls follow if it does not."""
    if lp.vehicle is not None and lp.vehicle.has(Feature.WAKE_UP_DISABLED):
        return
    lp.memory.wake_attempts = WAKE_ATTEMPTS
    if lp.memory.wake_since is None:
        lp.memory.wake_since = t.now


def stop_wake_timer(lp: Loadpoint) -> None:
    """Expect nothing of the vehicle any more."""
    lp.memory.wake_since = None
    lp.memory.wake_attempts = 0


def switch_phases(t: Turn, wanted: int) -> None:
    """Switch a switchable charger to the configured or else the wanted phases, if it may switch now.

    Within 60 s of the last switch the present number is used: a circuit at its edge would flap.
    """
    lp = t.loadpoint
    if not lp.switchable:
        return
    target = lp.settings.phases_configured or wanted
    if target != lp.memory.phases and phases.may_switch(t):
        phases.switch(t, target)
        start_wake_timer(lp, t)


def fast(t: Turn) -> None:
    """Charge with all that is allowed: three phases unless the circuit has no room for them."""
    lp = t.loadpoint
    if lp.switchable:
        minimum = effective.min_current(lp, t.voltage)
        switch_phases(t, 3 if phases.admitted(t, 3, minimum) else 1)
    limit(t, effective.max_current(lp, t.voltage))


def minimum(t: Turn) -> None:
    """Charge with as little as possible: one phase where it can be had."""
    lp = t.loadpoint
    switch_phases(t, 1)
    limit(t, effective.min_current(lp, t.voltage))


def climate_or_off(t: Turn) -> None:
    """Switch off because a limit is reached, but leave the minimum to a vehicle that heats or cools itself."""
    lp = t.loadpoint
    limit(t, effective.min_current(lp, t.voltage) if lp.memory.climater else 0.0)
