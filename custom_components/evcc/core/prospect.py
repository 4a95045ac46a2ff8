"""What tariffs and forecasts promise, in a few figures: the cheapest hours ahead, the sun of today and tomorrow."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from .forecast import outlook
from .rates import Tariff, Tariffs, quarter

AHEAD: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Prospect:
    """None where nothing is known. Prices are of the next 24 hours; energies in Wh."""

    lowest: float | None = None
    average: float | None = None
    until: datetime | None = None  # end of what is known; a price that never changes has none
    solar_today: float | None = None  # from now on
    solar_tomorrow: float | None = None


class Prospects:
    """Works the figures out anew when a tariff is another one or a quarter of an hour has passed."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._made_of: tuple[object, ...] = ()
        self._told = Prospect()

    def told(self, tariffs: Tariffs, now: datetime, zone: tzinfo) -> Prospect:
        """Return the figures; days are those of the zone."""
        made_of = tariffs.grid, tariffs.solar, quarter(now), zone
        if made_of != self._made_of:
            self._made_of = made_of
            self._told = _prospect(tariffs, now, zone)
        return self._told


def _prospect(tariffs: Tariffs, now: datetime, zone: tzinfo) -> Prospect:
    lowest = average = until = today = tomorrow = None
    if (grid := tariffs.grid) is not None:
        lowest = min((s.value for s in grid.slots if s.end > now and s.start < now + AHEAD), default=None)
        average = grid.mean(now, AHEAD.total_seconds() / 3600.0)
        until = None if grid.static else _end(grid)
    if (solar := tariffs.solar) is not None and solar.slots:
        today, tomorrow = (day.energy for day in outlook(solar, now, zone)[:2])
    return Prospect(lowest, average, until, today, tomorrow)


def _end(tariff: Tariff) -> datetime | None:
    return tariff.slots[-1].end if tariff.slots else None
