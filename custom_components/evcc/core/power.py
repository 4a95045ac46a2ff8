"""The site's power balance: what is left over, what the house takes, how green it is.

Site power is positive when the house draws more than it should (charging must go down), negative
when there is surplus. A charging battery above its priority SoC counts as surplus; a discharging one
always as deficit.
"""

from dataclasses import dataclass
from typing import Final

PRIORITY_RESIDUAL: Final = 100.0
"""W of export aimed at while the home battery has priority, so that it is not starved by measuring errors."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Inputs of the balance in W; None for grid or PV: there is no such meter."""

    grid: float | None
    pv: float | None
    charge: float  # all loadpoints
    battery: float = 0.0  # + discharge
    battery_soc: float | None = None
    has_battery: bool = False
    excess_dc: float = 0.0
    aux: float = 0.0


@dataclass(frozen=True, slots=True)
class SitePower:
    """The outcome in W, before sharing among loadpoints."""

    site: float
    grid: float
    pv: float
    home: float
    adjustment: float  # what battery priority added; handed back to a boosting loadpoint
    hidden: float  # battery charging that priority keeps from the vehicles
    buffered: bool
    start: bool


NOTHING: Final = SitePower(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, False, False)
"""Before the first cycle."""


def site_power(
    b: Balance, residual: float, priority_soc: float, buffer_soc: float, buffer_start_soc: float
) -> SitePower:
    """Return the site power and what it rests on.

    Without a grid meter the grid follows from charge, PV and battery; without a PV meter the PV follows
    from the rest, never below zero. A battery that never told its SoC goes first, as an empty one.
    """
    soc = b.battery_soc or 0.0
    first = b.has_battery and soc < priority_soc
    grid = b.charge - (b.pv or 0.0) - b.battery if b.grid is None else b.grid
    adjustment = 0.0
    if first and residual <= 0:
        adjustment = residual - PRIORITY_RESIDUAL
        residual = PRIORITY_RESIDUAL
    pv = max(0.0, b.charge - grid - b.battery + residual) if b.pv is None else b.pv
    battery, excess, hidden = b.battery, b.excess_dc, 0.0
    buffered = start = False
    if first and battery < 0:
        adjustment += battery + excess
        hidden = -battery
        battery = excess = 0.0
    elif b.has_battery:
        buffered = buffer_soc > 0 and soc > buffer_soc
        start = buffer_start_soc > 0 and soc >= buffer_start_soc
    site = grid + battery + excess + residual - b.aux
    home = max(0.0, grid + max(0.0, pv) + b.battery - b.charge)
    return SitePower(site, grid, pv, home, adjustment, hidden, buffered, start)


def excess_dc(production: float, ac_limit: float) -> float:
    """Return the W of PV that cannot leave the inverter on the AC side: only a DC-coupled battery takes it."""
    over = production - ac_limit
    return over if ac_limit > 0 and over > 0 and production > 0 else 0.0


def green_share(green: float, start: float, end: float) -> float:
    """Return the share of green power in the consumption between `start` and `end` W, filled bottom-up."""
    available = max(0.0, green - start)
    span = end - start
    if span <= 0:
        return 1.0 if available > 0 else 0.0
    return min(available, span) / span


@dataclass(frozen=True, slots=True)
class Shares:
    """How green home and loadpoints are (0…1)."""

    home: float = 0.0
    loadpoints: float = 0.0


def shares(p: SitePower, battery: float, charge: float) -> Shares:
    """Return the green shares: the house and battery charging are served before the loadpoints."""
    green = max(0.0, p.pv) + max(0.0, battery)
    below = p.home + max(0.0, -battery)
    return Shares(green_share(green, 0.0, p.home), green_share(green, below, below + max(0.0, charge)))


def effective_price(grid: float | None, feedin: float | None, share: float) -> float | None:
    """Return what a kWh of that share costs; green energy costs what feeding it in would have paid."""
    return None if grid is None else grid * (1.0 - share) + (feedin or 0.0) * share


def effective_co2(grid: float | None, share: float) -> float | None:
    """Return the g a kWh of that share emits."""
    return None if grid is None else grid * (1.0 - share)
