"""PV charging: the current that the sun leaves over, with thresholds and delays."""

from datetime import timedelta
from typing import Final

from . import boost, effective, offer, phases
from .model import Boost, Mode, PvAction, Reason, Why
from .parts import Loadpoint, Turn

RAMP: Final = 2.0
"""A that a vehicle may be offered above what it draws: room to ramp up, without the target running away."""

GRID_LOST: Final = 60.0
"""s that the last decision holds without a grid meter; after that nothing is known and pv charging winds down."""


def effective_current(t: Turn, scaled_to: int) -> float:
    """Return the A per phase assumed to flow right now; `scaled_to` is a phase switch of this turn."""
    lp = t.loadpoint
    m = lp.memory
    current = 0.0
    if lp.charging:
        current = m.offered_current
        if lp.currents is not None and not lp.claimed:
            current = min(max(lp.currents) + RAMP, m.offered_current)
        if scaled_to == 3:
            current /= phases.max_active(lp)
    if lp.integrated:
        current = lp.power / (phases.active(lp) * t.voltage)
    return current


def target(t: Turn) -> float:
    """Return the A to offer in the modes pv and minpv, and state the reason.

    Thresholds compare with the site power after boost and are inclusive; the first current after
    enabling is always the minimum. The result is not rounded yet.
    """
    lp = t.loadpoint
    m = lp.memory
    if t.grid_lost_for:
        return _without_grid(t)
    site = t.site_power - boost.power(t)
    low = effective.min_current(lp, t.voltage)
    high = effective.max_current(lp, t.voltage)
    scaled_to = phases.scale(t, site, low, high) if lp.switchable else 0
    if scaled_to:
        offer.start_wake_timer(lp, t)
    n = phases.active(lp)
    per_ampere = n * t.voltage
    current = max(effective_current(t, scaled_to) - site / per_ampere, 0.0)
    need = low * per_ampere
    have = current * per_ampere
    battery = t.battery_start or (t.battery_buffered and lp.charging) or m.boost is Boost.CONTINUE
    if (lp.settings.mode is Mode.MINPV or battery) and current < low:
        # The pv timer is left alone on purpose: a delay that was running goes on.
        t.because(Why(_kept_by(t, m.boost), need=need, have=have))
        return low
    if lp.settings.mode is Mode.PV and m.enabled and current < low:
        return _disable(t, site, low, n, have)
    if lp.settings.mode is Mode.PV and not m.enabled:
        return _enable(t, site, current, low, need)
    m.pv_timer.reset()
    reason = Reason.BATTERY_BOOST if m.boost is Boost.CONTINUE else Reason.FOLLOWS_SURPLUS
    t.because(_phase_wait(t, Why(reason, need=need, have=have)))
    return min(current, high)


def _kept_by(t: Turn, state: Boost) -> Reason:
    if state is Boost.CONTINUE:
        return Reason.BATTERY_BOOST
    if t.battery_start:
        return Reason.BATTERY_START
    if t.battery_buffered and t.loadpoint.charging:
        return Reason.BATTERY_BUFFER
    return Reason.MINIMUM_KEPT


def _disable(t: Turn, site: float, low: float, n: int, have: float) -> float:
    """Too little sun for the minimum: keep it for the disable delay, then stop."""
    lp = t.loadpoint
    m = lp.memory
    need = low * n * t.voltage
    projected = site
    if lp.switchable and m.phase_timer.since is not None:
        projected -= t.voltage * low * (n - 1)  # one phase will be enough soon
    if projected >= lp.settings.disable_threshold and not m.climater:
        delay = lp.settings.disable_delay
        if m.pv_timer.running(t.now, PvAction.DISABLE, delay):
            m.pv_timer.reset()
            t.because(Why(Reason.SURPLUS_TOO_LOW, need=need, have=have))
            return 0.0
        t.because(_waiting(t, Reason.WAITING_TO_DISABLE, m.pv_timer.remaining, need, have))
        return low
    m.pv_timer.reset()
    if m.climater:
        reason = Reason.CLIMATER
    else:
        reason = Reason.MINIMUM_KEPT if m.phase_timer.since is None else Reason.WAITING_FOR_PHASES
    t.because(_phase_wait(t, Why(reason, need=need, have=have)))
    return low


def _enable(t: Turn, site: float, current: float, low: float, need: float) -> float:
    """Not charging: start at the minimum once there was enough sun for the enable delay."""
    lp = t.loadpoint
    m = lp.memory
    threshold = lp.settings.enable_threshold
    if threshold != 0:
        need = -threshold
    if current >= low if threshold == 0 else site <= threshold:
        delay = lp.settings.enable_delay
        if m.pv_timer.running(t.now, PvAction.ENABLE, delay):
            m.pv_timer.reset()
            t.because(Why(Reason.FOLLOWS_SURPLUS, need=need, have=-site))
            return low
        t.because(_waiting(t, Reason.WAITING_TO_ENABLE, m.pv_timer.remaining, need, -site))
        return 0.0
    m.pv_timer.reset()
    t.because(Why(_held_back_by(t, need, -site), need=need, have=-site))
    return 0.0


def _held_back_by(t: Turn, need: float, have: float) -> Reason:
    """Name who takes the surplus if it would be enough otherwise."""
    if t.reserved > 0 and have + t.reserved >= need:
        return Reason.PRIORITY
    if t.battery_hidden > 0 and have + t.battery_hidden >= need:
        return Reason.BATTERY_PRIORITY
    return Reason.WAITING_FOR_SURPLUS


def _waiting(t: Turn, reason: Reason, remaining: float, need: float, have: float) -> Why:
    return Why(reason, need=need, have=have, until=t.now + timedelta(seconds=remaining))


def _phase_wait(t: Turn, why: Why) -> Why:
    """Add when the phases will be switched, if that is what a person waits for."""
    timer = t.loadpoint.memory.phase_timer
    if timer.since is None:
        return why
    return Why(why.reason, why.need, why.have, until=t.now + timedelta(seconds=timer.remaining))


def _without_grid(t: Turn) -> float:
    """No grid meter: hold for a minute, then minimum, and in mode pv stop after the disable delay.

    Never starts in mode pv. What the house draws is unknown, so everything above the minimum is a guess.
    """
    lp: Loadpoint = t.loadpoint
    m = lp.memory
    low = effective.min_current(lp, t.voltage)
    if not m.enabled and lp.settings.mode is not Mode.MINPV:
        t.because(Why(Reason.GRID_UNAVAILABLE, device="grid"))
        return 0.0
    if t.grid_lost_for <= GRID_LOST:
        t.because(
            Why(
                Reason.GRID_UNAVAILABLE,
                device="grid",
                until=t.now + timedelta(seconds=GRID_LOST - t.grid_lost_for),
            )
        )
        return max(low, min(m.offered_current, effective.max_current(lp, t.voltage)))
    if lp.settings.mode is Mode.MINPV or m.climater:
        t.because(Why(Reason.GRID_UNAVAILABLE, device="grid"))
        return low
    delay = lp.settings.disable_delay
    if m.pv_timer.running(t.now, PvAction.DISABLE, delay):
        m.pv_timer.reset()
        t.because(Why(Reason.GRID_UNAVAILABLE, device="grid"))
        return 0.0
    t.because(
        Why(Reason.GRID_UNAVAILABLE, device="grid", until=t.now + timedelta(seconds=m.pv_timer.remaining))
    )
    return low
