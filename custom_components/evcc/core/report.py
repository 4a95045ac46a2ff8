"""After the commands: a failed one takes back its own effect, so that belief and device agree again."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from . import phases
from .model import Failure, Reason, Why
from .parts import Loadpoint, Undo
from .ports import BatteryResult, ChargerCommand, ChargerResult

if TYPE_CHECKING:
    from .site import Site


def take(site: Site, results: Iterable[ChargerResult | BatteryResult], now: datetime) -> None:
    """Go through the results of the last cycle's commands."""
    batteries = []
    for result in results:
        if isinstance(result, BatteryResult):
            batteries.append(result)
        else:
            _charger(site.loadpoints[result.loadpoint], result, now)
    _batteries(site, batteries)


def _charger(lp: Loadpoint, result: ChargerResult, now: datetime) -> None:
    """Take back phases, set-point or enable flag that did not work.

    A step that failed ends its command, but switching off is tried in any case: what was to come
    after it was worked out for the other number of phases or the other current.
    """
    command, undo = lp.command, lp.undo
    lp.command = None
    if command is None:
        return
    if command.phases is not None and result.phases is None:
        lp.memory.phase_failures = 0
        lp.memory.phase_retry = None
    failure = result.phases or result.current or result.enable
    if failure is None:
        return
    if undo is not None:
        _take_back(lp, command, result, undo, now)
    m = lp.memory
    m.standing, m.standing_until = 0.0, None
    m.refused_asleep = failure is Failure.ASLEEP and command.enable is not False
    if failure is not Failure.NOT_AVAILABLE:
        text = result.message or str(failure)
        m.why = Why(Reason.COMMAND_FAILED, device=f"{lp.config.title or lp.config.name}: {text}")


def _take_back(
    lp: Loadpoint, command: ChargerCommand, result: ChargerResult, undo: Undo, now: datetime
) -> None:
    if result.phases is not None:
        _phases_failed(lp, command, undo, result.phases, now)
    m = lp.memory
    if result.phases is not None or result.current is not None or command.enable is False:
        m.offered_current = undo.offered_current
    if m.enabled != undo.enabled:
        m.enabled = undo.enabled
        m.charger_switched = undo.charger_switched
        m.wake_attempts, m.wake_since = undo.wake_attempts, undo.wake_since


def _phases_failed(
    lp: Loadpoint, command: ChargerCommand, undo: Undo, failure: Failure, now: datetime
) -> None:
    m = lp.memory
    m.phases_switched = undo.phases_switched
    if failure is Failure.NOT_AVAILABLE and lp.settings.phases_configured == command.phases:
        return  # it cannot tell or switch: it is what the user says it is
    m.phases, m.measured_phases = undo.phases, undo.measured_phases
    m.phase_timer.since = undo.phase_since
    # What it says it cannot do is not tried again soon: the next cycle goes on with the present number.
    hopeless = failure is Failure.NOT_AVAILABLE
    m.phase_failures = max(m.phase_failures + 1, phases.FAILURES_BEFORE_PAUSE if hopeless else 0)
    m.phase_retry = now + phases.RETRY_AFTER


def _batteries(site: Site, results: list[BatteryResult]) -> None:
    """Keep what each battery took; if none took a new mode, the site has not got it either."""
    done = False
    for result in results:
        if result.failure is None or result.failure is Failure.NOT_AVAILABLE:
            site.battery_memories[result.battery].sent = result.mode
            done = True
    if results and not done and site.battery_before is not None:
        site.memory.battery_mode, site.memory.external_until = site.battery_before
