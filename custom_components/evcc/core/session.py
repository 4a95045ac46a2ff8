"""Charging sessions: energy, duration, solar share, price and CO2 from connect to disconnect.

Energies are kWh here; the published session keys are Wh.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

IMPLAUSIBLE_ENERGY: Final = 1000.0
"""kWh in one session above which a counter must have jumped; such a value is ignored."""


@dataclass(slots=True)
class SessionRecord:
    """One connect–disconnect period with all its charging segments, as it is stored. None: unknown.

    `id` is 0 until the first charge start; a period without charging leaves no record.
    """

    id: int = 0
    created: datetime | None = None
    finished: datetime | None = None
    loadpoint: str = ""  # title when the session began
    loadpoint_name: str = ""
    identifier: str = ""
    vehicle: str = ""  # title
    odometer: float | None = None  # km
    meter_start: float | None = None  # kWh
    meter_stop: float | None = None
    charged_energy: float = 0.0  # kWh
    charge_duration: float = 0.0  # s
    soc_start: float | None = None
    soc_end: float | None = None
    added_range: float | None = None  # km
    solar_percentage: float | None = None
    price: float | None = None
    price_per_kwh: float | None = None
    co2_per_kwh: float | None = None  # g
    reference_price_per_kwh: float | None = None
    reference_co2_per_kwh: float | None = None


@dataclass(slots=True)
class Accounting:
    """Energy of the running session and what it was made of. All totals in kWh."""

    # integrator: finished segments plus the running one
    segments: float = 0.0
    base: float | None = None  # lifetime counter at the start of the running segment
    segment: float = 0.0  # of the running segment, where only power is known
    running: bool = False
    updated: datetime | None = None  # last integration of power
    # charge timer
    duration: float = 0.0  # s of finished segments
    started: datetime | None = None  # running segment
    # the charger's own session counter, subtracted until the next disconnect
    offset: float | None = None
    # ledger
    total: float = 0.0
    solar: float = 0.0
    price: float | None = None
    priced: float = 0.0  # kWh that `price` covers
    co2: float | None = None  # g
    co2_known: float = 0.0  # kWh that `co2` covers
    # environment of this moment
    green_share: float = 0.0
    price_now: float | None = None
    co2_now: float | None = None

    def connect(self) -> None:
        """Begin a new connection: energy and duration start at zero."""
        self.segments = self.segment = self.duration = 0.0
        self.base = self.updated = self.started = None
        self.running = False

    def clear_ledger(self) -> None:
        """Set the figures of the session to zero (a new session record begins)."""
        self.total = self.solar = self.priced = self.co2_known = 0.0
        self.price = self.co2 = None

    def start(self, now: datetime, counter: float | None) -> None:
        """Begin a charging segment at the lifetime `counter` kWh, None if it could not be read."""
        self.running = True
        self.base = counter
        self.segment = 0.0
        self.updated = now
        self.started = now

    def feed(self, now: datetime, power: float | None, counter: float | None, *, metered: bool) -> None:
        """Account for the time since the last call: by the counter where it is known, else power × time.

        `power` W is what was measured now and counts backwards; a failed reading adds nothing. A counter
        that first answers in the middle of a segment, or is replaced, goes on from there: what it counted
        before belongs to others.
        """
        if not self.running:
            return
        if not metered or self.base is None:
            self._integrate(now, power)
        if metered and counter is not None:
            if self.base is None or counter < self.base - 1e-9:
                self.segments += self.segment
                self.base = counter
            self.segment = counter - self.base
        self.updated = now

    def _integrate(self, now: datetime, power: float | None) -> None:
        if power is not None and self.updated is not None:
            self.segment += power / 1000.0 * max(0.0, (now - self.updated).total_seconds()) / 3600.0

    def stop(self, now: datetime) -> None:
        """End the running segment."""
        self.segments += self.segment
        self.segment = 0.0
        self.base = None
        self.running = False
        if self.started is not None:
            self.duration += max(0.0, (now - self.started).total_seconds())
        self.started = None

    @property
    def integrated(self) -> float:
        """Energy of the connection so far, kWh."""
        return self.segments + self.segment

    def duration_at(self, now: datetime) -> float:
        """Seconds of charging so far."""
        if self.started is None:
            return self.duration
        return self.duration + max(0.0, (now - self.started).total_seconds())

    def update(self, total: float) -> None:
        """Book what came since the last call at the present share of sun, price and CO2.

        Price and CO2 are kept with the energy they cover: a tariff known part of the time must not
        dilute the average.
        """
        added = total - self.total
        if added <= 0:
            return
        self.total = total
        self.solar += added * self.green_share
        if self.price_now is not None:
            self.price = (self.price or 0.0) + added * self.price_now
            self.priced += added
        if self.co2_now is not None:
            self.co2 = (self.co2 or 0.0) + added * self.co2_now
            self.co2_known += added

    @property
    def solar_percentage(self) -> float:
        """Share of sun (and of the home battery) in the session, %."""
        return 100.0 * self.solar / self.total if self.total > 0 else 0.0

    @property
    def price_per_kwh(self) -> float | None:
        """Mean price of the energy whose price is known."""
        return self.price / self.priced if self.price is not None and self.priced > 0 else None

    @property
    def co2_per_kwh(self) -> float | None:
        """Mean emission of the energy for which it is known, g/kWh."""
        return self.co2 / self.co2_known if self.co2 is not None and self.co2_known > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsSums:
    """Sums over session records that statistics are made of, kWh and weighted kWh."""

    solar_known: float = 0.0  # kWh of records with a known solar share
    solar: float = 0.0  # Σ kWh · solar %
    priced: float = 0.0
    price: float = 0.0  # Σ kWh · price per kWh
    co2_known: float = 0.0
    co2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of one period; 0 where there is no record."""

    solar_percentage: float = 0.0
    charged_kwh: float = 0.0
    avg_price: float = 0.0
    avg_co2: float = 0.0


def statistics(sums: StatisticsSums) -> Statistics:
    """Return the weighted means of a period."""
    return Statistics(
        solar_percentage=sums.solar / sums.solar_known if sums.solar_known > 0 else 0.0,
        charged_kwh=sums.solar_known,
        avg_price=sums.price / sums.priced if sums.priced > 0 else 0.0,
        avg_co2=sums.co2 / sums.co2_known if sums.co2_known > 0 else 0.0,
    )
