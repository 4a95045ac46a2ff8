"""The decision ladder: small named rules, tried from top to bottom, the first that applies acts.

Each rule looks at one turn, answers None if it does not apply, or acts (through `core.offer`) and states
why. The order is the behaviour: off beats minimum SoC and plans, these beat limits, limits beat fast
charging and cheap hours, cheap hours beat feed-in priority, and the sun decides the rest. A new
rule is one function and its place in `LADDER`.
"""

# ruff: noqa: D401  (a rule's docstring states the case that it is for)

from collections.abc import Callable

from . import effective, offer, phases, surplus
from .model import Feature, Mode, Reason, Why
from .parts import Loadpoint, Turn

type Rule = Callable[[Turn], bool]
"""Acts and returns True, or returns False: the next rule is asked."""

CHARGE_LOSSES = 0.85
"""Share of the energy drawn that reaches the battery at least; the rest is lost in charger and cable."""


def not_connected(t: Turn) -> bool:
    """Nobody is plugged in: off."""
    if t.loadpoint.connected:
        return False
    t.because(Why(Reason.NOT_CONNECTED))
    offer.limit(t, 0.0)
    return True


def mode_off(t: Turn) -> bool:
    """The user wants no charging; a welcome charge lasts one turn."""
    lp = t.loadpoint
    if lp.settings.mode is not Mode.OFF:
        return False
    t.because(Why(Reason.WELCOME_CHARGE if lp.welcome else Reason.MODE_OFF))
    offer.limit(t, effective.min_current(lp, t.voltage) if lp.welcome else 0.0)
    return True


def configured_phases(t: Turn) -> bool:
    """The charger is not on the phases that the user has fixed: switch, and leave the current for this turn.

    The reference switches at once; here the user, too, waits for the 60 s after the last switch: a contactor
    does not know who is in a hurry.
    """
    lp = t.loadpoint
    wanted = lp.settings.phases_configured
    if not lp.switchable or wanted in (0, lp.memory.phases) or not phases.may_switch(t):
        return False
    t.because(Why(Reason.SWITCHING_PHASES, limit=wanted, actual=lp.memory.phases or None))
    phases.switch(t, wanted)
    offer.start_wake_timer(lp, t)
    t.wants_charge = lp.memory.enabled
    if lp.circuit is not None and lp.memory.enabled:
        offer.limit(t, lp.memory.offered_current)  # on more phases it may be too much for a circuit
    return True


def min_soc_or_plan(t: Turn) -> bool:
    """Below the minimum SoC, or a plan says now: as fast as allowed."""
    lp = t.loadpoint
    low = min_soc_not_reached(lp)
    if not low and not lp.memory.plan_active:
        return False
    if low:
        t.because(Why(Reason.MIN_SOC, limit=effective.min_soc(lp), actual=lp.memory.soc))
    else:
        t.because(Why(Reason.PLAN_ACTIVE, until=lp.planning.until))
    _fast_ahead_of_the_sun(t)
    return True


def limit_energy(t: Turn) -> bool:
    """The energy limit of this session is reached."""
    lp = t.loadpoint
    if not energy_limit_reached(lp):
        return False
    t.because(_limit(lp, Reason.LIMIT_ENERGY, lp.settings.limit_energy, lp.charged_energy))
    offer.climate_or_off(t)
    return True


def limit_soc(t: Turn) -> bool:
    """The vehicle is as full as wanted."""
    lp = t.loadpoint
    if not soc_limit_reached(lp):
        return False
    t.because(_limit(lp, Reason.LIMIT_SOC, effective.limit_soc(lp), lp.memory.soc))
    offer.climate_or_off(t)
    return True


def mode_now(t: Turn) -> bool:
    """The user wants it now."""
    if t.loadpoint.settings.mode is not Mode.NOW:
        return False
    t.because(Why(Reason.MODE_NOW))
    offer.fast(t)
    return True


def smart_cost(t: Turn) -> bool:
    """The price (or CO2) is at or below the limit: as fast as allowed while that lasts."""
    lp = t.loadpoint
    if not lp.smart_cost.active:
        return False
    t.because(
        Why(
            Reason.SMART_COST,
            limit=lp.settings.smart_cost_limit,
            actual=lp.smart_cost.rate,
            until=lp.smart_cost.until,
        )
    )
    _fast_ahead_of_the_sun(t)
    return True


def feed_in_priority(t: Turn) -> bool:
    """Feeding in pays at least the limit: sell the sun instead; minpv keeps its minimum."""
    lp = t.loadpoint
    if not lp.feed_in.active:
        return False
    t.because(
        Why(
            Reason.FEED_IN_PRIORITY,
            limit=lp.settings.smart_feed_in_priority_limit,
            actual=lp.feed_in.rate,
            until=lp.feed_in.until,
        )
    )
    if lp.settings.mode is Mode.MINPV:
        offer.minimum(t)
    else:
        offer.limit(t, 0.0)
    lp.memory.phase_timer.reset()
    lp.memory.pv_timer.expire()
    return True


def follow_surplus(t: Turn) -> bool:
    """The sun decides."""
    lp = t.loadpoint
    current = surplus.target(t)
    if current == 0 and (lp.memory.climater or lp.welcome):
        current = effective.min_current(lp, t.voltage)
        if lp.memory.climater:
            t.because(Why(Reason.CLIMATER))
        else:
            t.because(Why(Reason.WELCOME_CHARGE))
            lp.memory.pv_timer.reset()
    offer.limit(t, current)
    return True


LADDER: tuple[Rule, ...] = (
    not_connected,
    mode_off,
    configured_phases,
    min_soc_or_plan,
    limit_energy,
    limit_soc,
    mode_now,
    smart_cost,
    feed_in_priority,
    follow_surplus,
)


def decide(t: Turn) -> None:
    """Let the first rule that applies act."""
    for rule in LADDER:
        if rule(t):
            return


def _fast_ahead_of_the_sun(t: Turn) -> None:
    offer.fast(t)
    t.loadpoint.memory.phase_timer.reset()
    t.loadpoint.memory.pv_timer.expire()


def _limit(lp: Loadpoint, reason: Reason, limit: float, actual: float | None) -> Why:
    return Why(Reason.CLIMATER if lp.memory.climater else reason, limit=limit, actual=actual)


def min_soc_not_reached(lp: Loadpoint) -> bool:
    """Whether the vehicle is below its minimum; by charged energy while its SoC is unknown."""
    wanted = effective.min_soc(lp)
    if wanted <= 0:
        return False
    if lp.memory.soc is not None:
        return lp.memory.soc < wanted
    if lp.vehicle is None:
        return False
    need = lp.vehicle.config.capacity * wanted * 10 / CHARGE_LOSSES  # Wh
    return need > 0 and lp.charged_energy * 1000 < need


def soc_based(lp: Loadpoint) -> bool:
    """Whether goals of this loadpoint are states of charge rather than energies."""
    vehicle = lp.vehicle
    if vehicle is None or vehicle.config.capacity <= 0:
        return False
    return not vehicle.has(Feature.OFFLINE) or lp.memory.soc is not None


def energy_limit_reached(lp: Loadpoint) -> bool:
    """Whether the session's energy limit is reached; it does not apply where the SoC is known."""
    limit = lp.settings.limit_energy
    return limit > 0 and not soc_based(lp) and limit - lp.charged_energy <= 0


def soc_limit_reached(lp: Loadpoint) -> bool:
    """Whether the SoC limit is reached; 100 % never stops, the vehicle does that itself."""
    limit = effective.limit_soc(lp)
    return 0 < limit < 100 and lp.memory.soc is not None and lp.memory.soc >= limit
