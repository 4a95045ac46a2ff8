"""Who is connected: assignment, identification, detection, and what the vehicle tells of itself.

A vehicle belongs to at most one loadpoint.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
import re
from typing import Final

from . import boost, estimator
from .events import EventKind
from .model import Failure, Feature, Mode, PollMode, Status
from .parts import Loadpoint, Turn, Vehicle
from .ports import VehicleReading

DETECTION: Final = timedelta(minutes=10)
"""How long a connected vehicle is looked for by its own status before it counts as a guest."""

RETRY: Final = timedelta(minutes=5)
"""A vehicle that could not be read is asked again after this, even where it is otherwise left alone."""


def apply_mode(lp: Loadpoint, mode: Mode) -> bool:
    """Change the mode with all that hangs on it; return whether it changed."""
    if lp.settings.mode is mode:
        return False
    lp.settings.mode = mode
    boost.switch_off(lp)
    if mode is Mode.NOW or mode is Mode.OFF:
        lp.memory.pv_timer.reset()
        lp.memory.phase_timer.reset()
        lp.leave_plan()
    elif mode is Mode.MINPV:
        lp.memory.pv_timer.reset()
    return True


def assign(lp: Loadpoint, vehicle: Vehicle | None, loadpoints: Iterable[Loadpoint]) -> None:
    """Connect `vehicle` (or none) to the loadpoint; take it away from another one that has it."""
    if vehicle is not None:
        for other in loadpoints:
            if other is not lp and other.vehicle is vehicle:
                other.memory.detection_since = None
                assign(other, None, ())
    m = lp.memory
    changed = vehicle is not lp.vehicle
    lp.use_vehicle(vehicle)
    m.vehicle = None if vehicle is None else vehicle.config.name
    use_estimator(lp)
    if changed:
        m.soc = m.range = m.climater = m.vehicle_limit_soc = m.odometer = None
        lp.planning.lock = m.plan_slot_end = None  # they were the other vehicle's
    if vehicle is None:
        return
    m.soc_polled = None
    m.soc_progress = 0
    mode = vehicle.settings.mode or vehicle.config.on_mode
    if mode is not None:
        apply_mode(lp, mode)
    if m.session is not None:
        m.session.vehicle = vehicle.config.title or vehicle.config.name


def use_estimator(lp: Loadpoint) -> None:
    """Begin a new SoC estimate for the vehicle that is connected, if it is wanted and possible."""
    capacity = 0.0 if lp.vehicle is None else lp.vehicle.config.capacity
    wanted = capacity > 0 and lp.settings.soc_estimate
    lp.memory.estimator = estimator.start(capacity) if wanted else None


def start_detection(lp: Loadpoint, now: datetime) -> None:
    """Begin to look for the vehicle by its own status."""
    lp.memory.detection_since = now


def matches(identifier: str, pattern: str) -> bool:
    """Whether an identifier is meant by a configured one: whole, any case, `*` for any characters."""
    if not pattern:
        return False
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, identifier, re.IGNORECASE | re.DOTALL) is not None


def by_identifier(identifier: str, vehicles: Iterable[Vehicle]) -> Vehicle | None:
    """Return the vehicle with that identifier: exact ones first, then wildcards, in configuration order."""
    candidates = list(vehicles)
    low = identifier.lower()
    for vehicle in candidates:
        if low in (i.lower() for i in vehicle.config.identifiers):
            return vehicle
    for vehicle in candidates:
        if any(matches(identifier, p) for p in vehicle.config.identifiers if "*" in p):
            return vehicle
    return None


def by_status(lp: Loadpoint, vehicles: Iterable[Vehicle], loadpoints: Iterable[Loadpoint]) -> Vehicle | None:
    """Return the one free vehicle that says it is plugged in as this loadpoint sees it; None if unclear."""
    taken = [other.vehicle for other in loadpoints if other is not lp and other.vehicle is not None]
    exact: list[Vehicle] = []
    near: list[Vehicle] = []
    for vehicle in vehicles:
        status = vehicle.reading.status
        if not vehicle.config.has_status or vehicle.has(Feature.AUTODETECT_DISABLED) or vehicle in taken:
            continue
        if status is Status.B or status is Status.C:
            (exact if status is lp.memory.status else near).append(vehicle)
    if exact:
        return exact[0] if len(exact) == 1 else None
    return near[0] if len(near) == 1 else None


def identify(t: Turn, vehicles: dict[str, Vehicle], loadpoints: list[Loadpoint]) -> None:
    """Find out who is connected: by the charger's id, else by the vehicles' own status."""
    lp = t.loadpoint
    m = lp.memory
    _identify_by_charger(t, vehicles, loadpoints)
    if lp.vehicle is None and m.detection_since is not None:
        found = by_status(lp, vehicles.values(), loadpoints)
        if found is not None:
            m.detection_since = None
            assign(lp, found, loadpoints)
        elif t.now - m.detection_since > DETECTION:
            m.detection_since = None
            t.event(EventKind.GUEST)
    if lp.vehicle is not None:
        m.detection_since = None


def _identify_by_charger(t: Turn, vehicles: dict[str, Vehicle], loadpoints: list[Loadpoint]) -> None:
    lp = t.loadpoint
    m = lp.memory
    identifier = lp.reading.identifier
    if identifier is None or identifier == m.identifier:
        return
    m.identifier = identifier
    if not identifier:
        return
    if m.session is not None:
        m.session.identifier = identifier
        if m.session.created is not None:
            t.sessions.append(m.session)
    found = by_identifier(identifier, vehicles.values())
    if found is not None:
        m.detection_since = None
        if found is not lp.vehicle:
            assign(lp, found, loadpoints)


def poll_allowed(lp: Loadpoint, now: datetime) -> bool:
    """Whether the vehicle may be asked now: rarely while it only stands there, or it never sleeps."""
    vehicle = lp.vehicle
    if vehicle is None or vehicle.has(Feature.OFFLINE):
        return False
    if lp.charging or vehicle.has(Feature.STREAMING):
        return True
    m = lp.memory
    if lp.connected and m.soc_polled is None:
        return True
    mode = lp.settings.soc_poll_mode
    waited = None if m.soc_polled is None else now - m.soc_polled
    if m.soc_poll_failed and lp.connected and waited is not None and waited >= RETRY:
        return True
    if mode is PollMode.ALWAYS or (mode is PollMode.CONNECTED and lp.connected):
        return waited is None or waited.total_seconds() >= lp.settings.soc_poll_interval
    return False


def read_soc(t: Turn) -> None:
    """Take over state of charge, range, limit and climate where this turn may know them."""
    lp = t.loadpoint
    m = lp.memory
    reading = lp.reading
    fetched: float | None = None
    polled = False
    if reading.soc is not None:
        fetched, polled = _valid_soc(lp, reading.soc), True
        m.vehicle_limit_soc = reading.limit_soc
    elif lp.vehicle is not None and (poll_allowed(lp, t.now) or lp.integrated):
        fetched, polled = _poll(lp, lp.vehicle.reading, t.now), True
    if polled and fetched is not None:
        if m.estimator is not None:
            m.soc = estimator.feed(m.estimator, fetched, lp.charged_energy * 1000.0)
        else:
            m.soc = fetched
        _first_soc_of_session(lp)
    _climater(lp, t.now)
    _announce(t)


def _valid_soc(lp: Loadpoint, soc: float) -> float | None:
    if lp.has(Feature.HEATING):
        return soc  # a temperature
    return soc if 0 <= soc <= 100 else None


def _poll(lp: Loadpoint, reading: VehicleReading, now: datetime) -> float | None:
    m = lp.memory
    if reading.failure is not Failure.MUST_RETRY:
        m.soc_polled = now
    soc = None if reading.soc is None else _valid_soc(lp, reading.soc)
    m.soc_poll_failed = soc is None and reading.failure is not Failure.NOT_AVAILABLE
    if reading.range is not None:
        m.range = reading.range
    if reading.limit_soc is not None:
        m.vehicle_limit_soc = reading.limit_soc
    if reading.odometer is not None:
        m.odometer = reading.odometer
        if m.session is not None and m.session.odometer is None:
            m.session.odometer = reading.odometer
    return soc


def _first_soc_of_session(lp: Loadpoint) -> None:
    """Give the session its start SoC with the first reading after the charge start."""
    session = lp.memory.session
    if session is None or session.created is None or lp.has(Feature.HEATING):
        return
    if session.soc_start is None:
        session.soc_start = lp.memory.soc


def _climater(lp: Loadpoint, now: datetime) -> None:
    vehicle = lp.vehicle
    if vehicle is None or vehicle.has(Feature.CLIMATER_DISABLED):
        lp.memory.climater = None
        return
    asks = lp.settings.soc_poll_mode in (PollMode.CONNECTED, PollMode.ALWAYS) and lp.connected
    if lp.charging or asks or vehicle.has(Feature.STREAMING):
        lp.memory.climater = vehicle.reading.climater
    elif not lp.connected:
        lp.memory.climater = None


def _announce(t: Turn) -> None:
    """Tell when the next multiple of 10 % is reached or passed."""
    m = t.loadpoint.memory
    if m.soc is None or m.soc < m.soc_progress or not t.loadpoint.connected:
        return
    m.soc_progress = (int(m.soc) // 10 + 1) * 10
    t.event(EventKind.SOC, m.soc)


def remaining(lp: Loadpoint, target: float, power: float) -> tuple[float, float]:
    """Return (s, kWh) until the limit: the duration only while charging."""
    m = lp.memory
    limit = min(m.vehicle_limit_soc or 100.0, target)
    if m.soc is None or lp.vehicle is None or lp.vehicle.config.capacity <= 0:
        return 0.0, 0.0
    if m.estimator is not None:
        capacity = estimator.virtual_capacity(m.estimator)
    else:
        capacity = estimator.nominal_capacity(lp.vehicle.config.capacity)
    energy = estimator.remaining_energy(capacity, m.soc, limit)
    if not lp.charging or power <= 0:
        return 0.0, energy
    return estimator.remaining_duration(capacity, m.soc, limit, power), energy
