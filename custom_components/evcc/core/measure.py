"""Taking the house's readings: last good values for a while, then zero; unknown is told apart from zero."""

from datetime import datetime
from typing import Final

from . import power
from .config import SiteConfig
from .memory import MeterMemory, SiteMemory
from .model import Failure
from .ports import MeterReading, Readings

RETAIN: Final = 60.0
"""s that a silent PV or aux meter's last value still counts; a sudden zero would jolt the surplus."""


def meter(meters: dict[str, MeterMemory], name: str, reading: MeterReading, now: datetime) -> float:
    """Return a meter's W: the last good value for 60 s, then 0."""
    memory = meters.get(name)
    if memory is None:
        memory = meters[name] = MeterMemory()
    if reading.power is not None:
        memory.power, memory.read = reading.power, now
        return reading.power
    if memory.read is None or memory.power is None or (now - memory.read).total_seconds() > RETAIN:
        return 0.0
    return memory.power


def grid(memory: SiteMemory, reading: MeterReading | None, now: datetime) -> tuple[float, float]:
    """Return (W, s since it was read last): 0 s while the meter answers, infinite if it never did.

    A meter that says of itself that it has no power leaves the last value in force.
    """
    known = memory.meters.setdefault("grid", MeterMemory())
    if reading is not None and reading.power is not None:
        known.power, known.read = reading.power, now
        return reading.power, 0.0
    if reading is not None and reading.failure is Failure.NOT_AVAILABLE:
        return known.power or 0.0, 0.0
    lost = float("inf") if known.read is None else max(1e-3, (now - known.read).total_seconds())
    return known.power or 0.0, lost


def pv(
    config: SiteConfig, memory: SiteMemory, readings: Readings, now: datetime
) -> tuple[float | None, float]:
    """Return (PV production W, None without a PV meter; excess DC power W)."""
    if not config.pv:
        return None, 0.0
    total = excess = 0.0
    for wired, reading in zip(config.pv, readings.pv, strict=False):
        production = meter(memory.meters, wired.name, reading, now)
        total += max(0.0, production)
        excess += power.excess_dc(production, wired.max_ac_power)
    return total, excess


def aux(config: SiteConfig, memory: SiteMemory, readings: Readings, now: datetime) -> float:
    """Return the W of self-regulating consumers, which give way to a vehicle."""
    return sum(
        meter(memory.meters, wired.name, reading, now)
        for wired, reading in zip(config.aux, readings.aux, strict=False)
    )
