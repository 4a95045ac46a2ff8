"""Bringing the loadpoint's belief and the charger's own word together.

Within 60 s of an enable or phase command the charger may still be on its way; after that it is taken
at its word: somebody else, or the vehicle, may have changed it.
"""

from typing import Final

from . import phases
from .model import Failure, Reason, Status, Why
from .parts import SETTLE, Loadpoint, Turn

READBACK_TOLERANCE: Final = 0.23
"""A between set-point and read-back that rounding in chargers explains."""

MEASURED_TOLERANCE: Final = 1.0
"""A that a measured current may exceed the set-point before it disproves it."""

ADOPT_MEASURED_PHASES: Final = 2
"""Two measured phases prove that three are enabled: chargers switch one or three."""


def synchronise(t: Turn) -> bool:
    """Adopt what the charger says; return False if it cannot be read, which ends the turn."""
    lp = t.loadpoint
    m = lp.memory
    enabled = lp.reading.enabled
    if enabled is None:
        failure = lp.reading.enabled_failure or Failure.UNAVAILABLE
        t.because(Why(Reason.DEVICE_UNAVAILABLE, device=f"{lp.config.title or lp.config.name}: {failure}"))
        return False
    settled = lp.switch_settled(t.now) and lp.phases_settled(t.now)
    if not enabled and m.status is Status.C:
        enabled = True
        if settled:
            _correct(t)
            _adopt(lp, enabled)
            return True
    if enabled and m.enabled:
        _sync_current(t)
        if settled:
            _sync_phases(lp)
    elif m.enabled and not lp.phases_settled(t.now):
        t.command.enable = True  # some chargers disable themselves to switch phases
    if settled:
        _adopt(lp, enabled)
    return True


def _correct(t: Turn) -> None:
    """Tell a charger that says "disabled" while the vehicle charges again, at most once a minute.

    Only a decision that wants charging sends the command; `off` must stay off.
    """
    m = t.loadpoint.memory
    if m.corrected is None or t.now - m.corrected > SETTLE:
        t.correct_enable = True
        m.pv_timer.expire()


def _adopt(lp: Loadpoint, enabled: bool) -> None:
    m = lp.memory
    if m.enabled and not enabled:
        m.offered_current = 0.0  # the set-point goes out again with the next enable
    m.enabled = enabled


def _sync_current(t: Turn) -> None:
    lp = t.loadpoint
    m = lp.memory
    offered = lp.reading.offered_current
    if lp.traits.reads_current and offered is not None:
        if abs(offered - m.offered_current) > READBACK_TOLERANCE:
            m.offered_current = offered
        return
    if m.follows_by is not None and t.now < m.follows_by:
        return  # the vehicle has had no time to follow a lower set-point
    measured = max(lp.currents) if lp.currents is not None else m.offered_current
    if measured > m.offered_current + MEASURED_TOLERANCE:
        m.offered_current = measured


def _sync_phases(lp: Loadpoint) -> None:
    m = lp.memory
    if not lp.switchable or m.phases == 0:
        return
    if lp.traits.reads_phases:
        if lp.reading.phases and lp.reading.phases != m.phases:
            phases.set_enabled(lp, lp.reading.phases)
        return
    measured = 3 if m.measured_phases == ADOPT_MEASURED_PHASES else m.measured_phases
    if measured > m.phases:
        phases.set_enabled(lp, measured)
