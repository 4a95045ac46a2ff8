"""One loadpoint's turn: who is connected, what is going on, which rule applies, what to command."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from . import boost, effective, follow, offer, phases, rates, rules, sync, vehicle
from .connection import Connections, fill
from .events import EventKind
from .model import Feature, Mode, Reason, Status, Why
from .parts import Loadpoint, Turn
from .rates import Tariffs
from .session import IMPLAUSIBLE_ENERGY

RETAIN = 60.0
"""s that a lost meter's last value still counts; after that it counts as zero and as lost."""

UNSEEN = 3
"""Cycles without readings that a running delay may count; after more it starts anew."""

WAKE_INTERVAL = timedelta(seconds=30)


def take_reading(lp: Loadpoint, now: datetime, voltage: float) -> None:
    """Take the measurements of this cycle, before any loadpoint decides."""
    m = lp.memory
    r = lp.reading
    lp.undo = None
    lp.command = None
    lp.claimed = False
    lp.change = 0.0
    lp.currents = r.currents
    m.previous_power = m.charge_power if m.power_read is not None else None
    # By the status just read, since the circuits add it up before this loadpoint's turn.
    draws = (m.status if r.status is None else r.status) is Status.C
    lp.following = m.follows_by is not None and now < m.follows_by
    per_ampere = phases.active(lp) * voltage
    if lp.traits.has_power and r.power is None:
        recent = m.power_read is not None and (now - m.power_read).total_seconds() <= RETAIN
        lp.power = lp.drawn = m.charge_power if recent else 0.0
    else:
        if r.power is not None and lp.traits.has_power:
            lp.power = lp.drawn = r.power
        elif lp.following and draws and m.drawn_before > 0:
            lp.power = lp.drawn = m.drawn_before
        else:
            offer = m.offered_current * per_ampere if m.enabled else 0.0
            lp.power, lp.drawn = offer if lp.charging else 0.0, offer if draws else 0.0
        m.charge_power = lp.power
        m.power_read = now
    if r.currents is not None:
        lp.actual = max(r.currents)
    elif lp.following and draws and m.drawn_before > 0:
        took = m.offered_before * lp.drawn / m.drawn_before
        lp.actual = min(took, max(m.offered_before, m.offered_current))
    else:
        lp.actual = m.offered_current if draws else 0.0


def begin(lp: Loadpoint, voltage: float) -> float | None:
    """First contact without any memory: believe the charger, and give an enabled one a defined current.

    Return the A to send so that pv control has a starting point, None where nothing is needed.
    """
    m = lp.memory
    r = lp.reading
    if lp.traits.physical_phases and not lp.switchable:
        lp.settings.phases_configured = m.phases = lp.traits.physical_phases
    elif lp.switchable and lp.traits.reads_phases and r.phases:
        m.phases = r.phases
    elif not lp.switchable:
        m.phases = lp.settings.phases_configured or 3
    m.enabled = bool(r.enabled)
    if not m.enabled:
        return None
    if lp.traits.reads_current and r.offered_current is not None:
        m.offered_current = r.offered_current
        return None
    phases.remember(lp)
    m.offered_current = effective.min_current(lp, voltage)
    return m.offered_current


def take_turn(t: Turn, site: Connections, zone: ZoneInfo) -> bool:
    """Run the whole turn: observe, account, recognise, decide, wake.

    Return False if nothing was decided, since the charger cannot be read or is ruled by others.
    """
    lp = t.loadpoint
    m = lp.memory
    r = lp.reading
    lp.welcome = False
    boost.hold_if_empty(t)
    if r.voltages is not None and not lp.switchable:
        phases.from_voltages(lp, r.voltages)
    phases.measure(t)
    _account(t)
    if r.status is None:
        t.because(Why(Reason.DEVICE_UNAVAILABLE, device=_device(lp)))
        return False
    site.update(t, r.status)
    _renew_heating_session(t, site, zone)
    if m.status is Status.B and r.status_reason is not None:
        m.status_reason = r.status_reason
    if lp.connected and not lp.integrated:
        vehicle.identify(t, site.vehicles, site.loadpoints)
    site.announce(t)
    vehicle.read_soc(t)
    if r.dimmed:
        # An energy manager rules this charger now: watch it, leave it alone.
        t.because(Why(Reason.DIMMED))
        return False
    if not sync.synchronise(t):
        return False
    if not t.grid_lost_for:
        m.pv_timer.seen(t.now, UNSEEN * t.interval)
        m.phase_timer.seen(t.now, UNSEEN * t.interval)
    follow.step(t, site.tariffs.consumption)
    rules.decide(t)
    if t.correct_enable and t.wants_charge and t.command.enable is None:
        t.command.enable = True
        m.corrected = t.now
    _wake_up(t)
    _explain_idle(t)
    return True


def _device(lp: Loadpoint) -> str:
    title = lp.config.title or lp.config.name
    return f"{title}: {lp.reading.message or lp.reading.failure or 'unavailable'}"


def evaluate_rates(lp: Loadpoint, tariffs: Tariffs, now: datetime) -> None:
    """Find whether the limits on price, CO2 and feed-in are met now, and when next."""
    settings = lp.settings
    if settings.smart_cost_limit is None and settings.smart_feed_in_priority_limit is None:
        lp.smart_cost = lp.feed_in = rates.INACTIVE
        return
    lp.smart_cost = rates.limit_activity(tariffs.consumption, settings.smart_cost_limit, now, above=False)
    lp.feed_in = rates.limit_activity(tariffs.feedin, settings.smart_feed_in_priority_limit, now, above=True)


def _account(t: Turn) -> None:
    """Book the energy since the last turn, at the shares and prices of this moment."""
    lp = t.loadpoint
    ledger = lp.memory.accounting
    r = lp.reading
    if lp.traits.has_session_energy:
        if r.session_energy is None:
            return
        if ledger.offset is None:
            # Energy that the charger counted before anyone watched belongs to no session of ours.
            ledger.offset = r.session_energy
        total = r.session_energy - ledger.offset
    else:
        power = lp.memory.charge_power if lp.memory.power_read == t.now else None
        ledger.feed(t.now, power, lp.counter, metered=lp.traits.has_energy)
        total = ledger.integrated
    if 0 < total <= IMPLAUSIBLE_ENERGY:
        ledger.update(total)


def _renew_heating_session(t: Turn, site: Connections, zone: ZoneInfo) -> None:
    """Heating devices are always connected: their sessions end at midnight."""
    lp = t.loadpoint
    m = lp.memory
    if not (lp.integrated and lp.has(Feature.HEATING)) or m.session is None or m.session.created is None:
        return
    local = t.now.astimezone(zone)
    midnight = datetime.combine(local.date(), time(), zone)
    if midnight <= m.session.created:
        return
    was_running = m.accounting.running
    m.accounting.stop(t.now)
    fill(lp, m.session, t.now)
    m.session.finished = t.now
    t.sessions.append(m.session)
    m.plan_energy_offset -= m.accounting.total  # a plan goes on
    m.accounting.connect()
    m.accounting.offset = lp.reading.session_energy  # the charger's own counter goes on
    session = site.new_session(t)
    if was_running:
        m.accounting.start(t.now, lp.counter)
        site.number(t, session)
        t.sessions.append(session)


def _wake_up(t: Turn) -> None:
    """Call an enabled vehicle that does not start every 30 s, through charger and vehicle in turn."""
    lp = t.loadpoint
    m = lp.memory
    if m.refused_asleep:
        m.refused_asleep = False
        if lp.vehicle is not None and lp.vehicle.config.can_wake:
            if not lp.vehicle.has(Feature.WAKE_UP_DISABLED):
                t.command.wake_vehicle = m.vehicle
            return
    if not m.enabled or m.status is not Status.B or lp.integrated or m.wake_since is None:
        return
    if m.soc is not None and int(m.soc) >= effective.limit_soc(lp):
        return
    if t.now - m.wake_since < WAKE_INTERVAL:
        return
    if m.wake_attempts == 0:
        offer.stop_wake_timer(lp)
        t.event(EventKind.ASLEEP)
        return
    m.wake_attempts -= 1
    m.wake_since = t.now
    charger = lp.traits.can_wake
    car = lp.vehicle is not None and lp.vehicle.config.can_wake
    if m.wake_attempts % 2 == 1 and charger:
        t.command.wake_charger = True
    elif car and (m.wake_attempts % 2 == 1 or charger):
        t.command.wake_vehicle = m.vehicle


_CHARGING_REASONS = frozenset(
    {
        Reason.MODE_NOW,
        Reason.MIN_SOC,
        Reason.PLAN_ACTIVE,
        Reason.SMART_COST,
        Reason.FOLLOWS_SURPLUS,
        Reason.MINIMUM_KEPT,
        Reason.WAITING_FOR_PHASES,
        Reason.BATTERY_BUFFER,
        Reason.BATTERY_START,
        Reason.BATTERY_BOOST,
    }
)


def _explain_idle(t: Turn) -> None:
    """Where charging is allowed and the vehicle does not take it, that is the reason to show."""
    lp = t.loadpoint
    m = lp.memory
    if (
        m.enabled
        and m.status is Status.B
        and t.command.enable is None
        and m.why.reason in _CHARGING_REASONS
        and lp.switch_settled(t.now)
    ):
        t.because(Why(Reason.VEHICLE_NOT_CHARGING, need=m.why.need, have=m.why.have))


def flexible_power(lp: Loadpoint, voltage: float) -> float:
    """Return the W that a loadpoint of higher priority may take over from this one."""
    mode = lp.settings.mode
    if (
        mode is Mode.NOW
        or not lp.charging
        or lp.memory.plan_active
        or lp.smart_cost.active
        or rules.min_soc_not_reached(lp)
    ):
        return 0.0
    if mode is Mode.PV:
        return max(0.0, lp.power)
    if lp.has(Feature.SWITCH_DEVICE) or lp.has(Feature.CONTINUOUS):
        return 0.0
    return max(0.0, lp.power - effective.min_power(lp, voltage))


def starting(lp: Loadpoint) -> bool:
    """Whether the loadpoint waits in mode pv with a running timer and is about to be enabled."""
    m = lp.memory
    if lp.settings.mode is not Mode.PV or not lp.connected or m.enabled or m.pv_timer.since is None:
        return False
    full = m.soc is not None and m.soc >= effective.limit_soc(lp)
    return not full and not rules.energy_limit_reached(lp)
