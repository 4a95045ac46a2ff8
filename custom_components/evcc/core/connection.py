"""A vehicle comes, charges, pauses, goes: what each change of the charger's status sets off."""

from datetime import datetime

from . import boost, offer, vehicle
from .events import EventKind
from .memory import SiteMemory
from .model import EPOCH, Feature, Status, StatusReason
from .parts import Loadpoint, Turn, Vehicle
from .rates import Tariffs
from .session import SessionRecord


class Connections:
    """What status changes need to know of the site: who is where, and the next session number."""

    __slots__ = ("loadpoints", "memory", "tariffs", "vehicles")

    def __init__(self, loadpoints: list[Loadpoint], vehicles: dict[str, Vehicle], memory: SiteMemory) -> None:
        """Look at all loadpoints and vehicles of a site."""
        self.loadpoints = loadpoints
        self.vehicles = vehicles
        self.tariffs = Tariffs()
        self.memory = memory

    def update(self, t: Turn, status: Status) -> None:
        """Take the charger's status and carry out what its change means.

        A connection timer that runs backwards tells of an unplug and replug between two turns.
        """
        m = t.loadpoint.memory
        old = m.status
        timer = t.loadpoint.reading.connected_for
        back = timer is not None and m.connected_for is not None and timer < m.connected_for
        if back and Status.A not in (old, status):
            self._change(t, old, Status.A)
            old = Status.A
        m.connected_for = timer if timer is not None else m.connected_for
        if old is not status:
            self._change(t, old, status)

    def _change(self, t: Turn, old: Status, new: Status) -> None:
        t.loadpoint.memory.status = new
        if old is Status.A or (old is Status.UNKNOWN and new is not Status.A):
            self._connect(t, at_start=old is Status.UNKNOWN)
        if new is Status.C:
            self._start(t)
        if old is Status.C:
            self._stop(t)
        if new is Status.A:
            self._disconnect(t, at_start=old is Status.UNKNOWN)

    def _connect(self, t: Turn, *, at_start: bool) -> None:
        lp = t.loadpoint
        m = lp.memory
        m.accounting.connect()
        m.plan_energy_offset = 0.0
        m.connected_since = t.now
        m.connected_duration = 0.0
        m.soc_polled = None
        if not lp.integrated:
            default = self.vehicles.get(lp.config.default_vehicle or "")
            if default is not None:
                vehicle.assign(lp, default, self.loadpoints)
            elif self.vehicles:
                vehicle.start_detection(lp, t.now)
        m.pv_timer.expire()
        if m.session is None:
            self.new_session(t)
        if not at_start:
            m.connect_pending = True
            lp.welcome = self._welcomes(lp)

    def _welcomes(self, lp: Loadpoint) -> bool:
        """Whether a short welcome charge is due: wanted by the charger or by a vehicle that may be here."""
        default = self.vehicles.get(lp.config.default_vehicle or "")
        if lp.has(Feature.WELCOME_CHARGE) or (default is not None and default.has(Feature.WELCOME_CHARGE)):
            return True
        if lp.integrated:
            return False
        taken = {other.memory.vehicle for other in self.loadpoints}
        return any(v.has(Feature.WELCOME_CHARGE) for name, v in self.vehicles.items() if name not in taken)

    def new_session(self, t: Turn) -> SessionRecord:
        """Begin a session record; it gets its number with the first charge."""
        lp = t.loadpoint
        m = lp.memory
        title = lp.config.title or lp.config.name
        if lp.integrated:
            who = title
        else:
            who = "" if lp.vehicle is None else lp.vehicle.config.title or lp.vehicle.config.name
        grid, co2 = self.tariffs.grid, self.tariffs.co2
        m.accounting.clear_ledger()
        m.session = SessionRecord(
            loadpoint=title,
            loadpoint_name=lp.config.name,
            identifier=m.identifier,
            vehicle=who,
            odometer=m.odometer,
            meter_start=lp.counter,
            reference_price_per_kwh=None if grid is None else grid.mean(t.now, 24),
            reference_co2_per_kwh=None if co2 is None else co2.mean(t.now, 24),
        )
        return m.session

    def _start(self, t: Turn) -> None:
        lp = t.loadpoint
        m = lp.memory
        m.accounting.start(t.now, lp.counter)
        t.event(EventKind.START)
        m.status_reason = StatusReason.UNKNOWN
        offer.stop_wake_timer(lp)
        m.circuit_wait = offer.CIRCUIT_WAIT
        m.soc_polled = None
        if m.session is None:
            return
        if m.session.created is None:
            self.number(t, m.session)
        if m.session.soc_start is None and m.soc is not None and not lp.has(Feature.HEATING):
            m.session.soc_start = m.soc
        t.sessions.append(m.session)

    def number(self, t: Turn, session: SessionRecord) -> None:
        """Give a session its number and creation time."""
        session.created = t.now
        session.id = self.memory.next_session
        self.memory.next_session += 1

    def _stop(self, t: Turn) -> None:
        lp = t.loadpoint
        m = lp.memory
        m.accounting.stop(t.now)
        t.event(EventKind.STOP)
        m.soc_polled = None
        if m.pv_timer.since is not EPOCH:
            m.pv_timer.reset()
        finish(t)

    def _disconnect(self, t: Turn, *, at_start: bool) -> None:
        lp = t.loadpoint
        m = lp.memory
        stored = m.session
        if stored is not None and stored.created and m.accounting.total > stored.charged_energy:
            finish(t, keep_time=True)
        m.session = None
        m.measured_phases = 0
        if m.connected_since is not None:
            m.connected_duration = (t.now - m.connected_since).total_seconds()
        m.connected_since = None
        m.connected_for = None
        m.status_reason = StatusReason.UNKNOWN
        m.accounting.offset = 0.0
        m.identifier = ""
        m.detection_since = None
        lp.welcome = False
        m.circuit_wait = offer.CIRCUIT_WAIT
        if not at_start and not m.connect_pending:
            t.event(EventKind.DISCONNECT)
        m.connect_pending = False
        if not lp.integrated:
            if lp.settings.default_mode is not None:
                vehicle.apply_mode(lp, lp.settings.default_mode)
            lp.settings.limit_soc = 0
            lp.settings.limit_energy = 0.0
        default = None if lp.integrated else self.vehicles.get(lp.config.default_vehicle or "")
        vehicle.assign(lp, default, self.loadpoints)
        if default is None and not lp.integrated:
            m.soc = None
        m.soc_polled = None
        boost.switch_off(lp)
        lp.leave_plan()

    def announce(self, t: Turn) -> None:
        """Send the connect event once it is clear who it is, or that nobody can tell."""
        m = t.loadpoint.memory
        if m.connect_pending and (m.vehicle is not None or m.detection_since is None):
            m.connect_pending = False
            t.event(EventKind.CONNECT)


def finish(t: Turn, *, keep_time: bool = False) -> None:
    """Write the session's figures at the end of a charging segment."""
    lp = t.loadpoint
    m = lp.memory
    session = m.session
    if session is None or session.created is None:
        return
    fill(lp, session, t.now)
    if not keep_time:
        session.finished = t.now
    t.sessions.append(session)


def fill(lp: Loadpoint, session: SessionRecord, now: datetime) -> None:
    """Copy the ledger into the record."""
    m = lp.memory
    ledger = m.accounting
    session.charge_duration = ledger.duration_at(now)
    session.charged_energy = ledger.total
    session.solar_percentage = ledger.solar_percentage
    session.price = ledger.price
    session.price_per_kwh = ledger.price_per_kwh
    session.co2_per_kwh = ledger.co2_per_kwh
    if lp.counter is not None:
        session.meter_stop = lp.counter
    if m.soc is not None and not lp.has(Feature.HEATING):
        session.soc_end = m.soc
        start = session.soc_start
        if m.range is not None and m.range > 0 and start is not None and m.soc > start:
            session.added_range = m.range * (m.soc - start) / m.soc
