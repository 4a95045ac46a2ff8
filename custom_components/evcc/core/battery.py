"""The home battery: all of them as one, and what mode they are told.

Modes: external control beats grid charging beats discharge control; `normal` ends what began. Each
battery is told on change only, and one that fails is tried again without holding up the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from . import rules
from .config import BatteryConfig
from .memory import BatteryMemory, SiteMemory
from .model import BatteryMode, Mode
from .parts import Loadpoint
from .ports import BatteryCommand, BatteryReading

RETAIN: Final = 60.0
"""s that the last power of a silent battery still counts."""

EXTERNAL_FOR: Final = timedelta(seconds=60)
"""An external mode must be repeated within this time: the caller may be gone for good."""


@dataclass(frozen=True, slots=True)
class Batteries:
    """All home batteries as one. Power W (+ discharge), SoC %, capacity and energy kWh; None: unknown."""

    power: float = 0.0
    soc: float | None = None
    capacity: float | None = None
    energy: float | None = None
    max_discharge: float = 0.0  # W, 0: unknown


NONE: Final = Batteries()


def take_reading(memory: BatteryMemory, reading: BatteryReading, now: datetime) -> None:
    """Keep the last good values of one battery; a SoC outside 0…100 % counts as failed."""
    if reading.power is not None:
        memory.power = reading.power
        memory.power_read = now
    if reading.soc is not None and 0 <= reading.soc <= 100:
        memory.soc = reading.soc


def power_of(memory: BatteryMemory, now: datetime) -> float:
    """Return the W of one battery: the last good value for 60 s, then 0."""
    if memory.power is None or memory.power_read is None:
        return 0.0
    return memory.power if (now - memory.power_read).total_seconds() <= RETAIN else 0.0


def aggregate(
    configs: tuple[BatteryConfig, ...],
    memories: list[BatteryMemory],
    readings: tuple[BatteryReading, ...],
    now: datetime,
) -> Batteries:
    """Return all batteries as one: SoC weighted by capacity where every capacity is known."""
    power = sum(power_of(m, now) for m in memories)
    known = [(m.soc, c.capacity) for m, c in zip(memories, configs, strict=True) if m.soc is not None]
    capacities = [c.capacity for c in configs if c.capacity]
    soc = None
    if known:
        weights = [capacity for _, capacity in known if capacity]
        if len(weights) == len(known):
            soc = sum(s * w for (s, _), w in zip(known, weights, strict=True)) / sum(weights)
        else:
            soc = sum(s for s, _ in known) / len(known)
        soc = min(soc, 100.0)
    energies = [r.energy for r in readings if r.energy is not None]
    limits = [c.max_discharge_power for c in configs]
    return Batteries(
        power,
        soc,
        sum(capacities) if capacities else None,
        sum(energies) if energies else None,
        sum(x for x in limits if x is not None) if all(x is not None for x in limits) else 0.0,
    )


def charging_from_grid(limit: float | None, rate: float | None) -> bool:
    """Whether the price (or CO2) now allows charging the home battery from the grid."""
    return limit is not None and rate is not None and rate <= limit


def discharge_controlled(loadpoints: Iterable[Loadpoint], rate: float | None) -> bool:
    """Whether a vehicle charges fast or cheaply, so that the home battery must not feed it."""
    for lp in loadpoints:
        if not lp.charging:
            continue
        limit = lp.settings.smart_cost_limit
        if limit is not None and rate is not None and rate <= limit:
            return True
        # The mode counts even where a rule above the fast ones acts: copied from the reference.
        if lp.settings.mode is Mode.NOW or lp.memory.plan_active or rules.min_soc_not_reached(lp):
            return True
    return False


def external_mode(memory: SiteMemory, now: datetime) -> BatteryMode:
    """Return the external mode, which falls back to unknown when it was not repeated in time."""
    until = memory.external_until
    if memory.battery_mode_external is not BatteryMode.UNKNOWN and until is not None and now > until:
        memory.battery_mode_external = BatteryMode.UNKNOWN
    return memory.battery_mode_external


def decide(
    memory: SiteMemory, now: datetime, *, grid_charge: bool, hold: bool, dimmed: bool
) -> BatteryMode | None:
    """Return the mode to apply, None to leave things as they are.

    After a restart the real mode is unknown unless it was stored, and nothing is sent until a rule acts.
    """
    current = memory.battery_mode
    external = external_mode(memory, now)
    wanted: BatteryMode | None = None
    if external is BatteryMode.UNKNOWN and memory.external_until is not None:
        wanted = BatteryMode.NORMAL
    elif external is not BatteryMode.UNKNOWN:
        wanted = external if external is not current else None
    elif grid_charge:
        wanted = BatteryMode.CHARGE if current is not BatteryMode.CHARGE else None
    elif hold:
        wanted = BatteryMode.HOLD if current is not BatteryMode.HOLD else None
    elif current in (BatteryMode.HOLD, BatteryMode.CHARGE, BatteryMode.HOLDCHARGE):
        wanted = BatteryMode.NORMAL
    if dimmed and (wanted or current) is BatteryMode.CHARGE:
        wanted = BatteryMode.HOLD
    return wanted


def commands(
    mode: BatteryMode, configs: tuple[BatteryConfig, ...], memories: list[BatteryMemory]
) -> list[BatteryCommand]:
    """Return what each controllable battery has to be told for the site's mode.

    A battery that charges up to its maximum SoC is held there instead; only changes are sent.
    """
    if mode is BatteryMode.UNKNOWN:
        return []
    result = []
    for index, (config, memory) in enumerate(zip(configs, memories, strict=True)):
        if not config.controllable:
            continue
        full = mode is BatteryMode.CHARGE and _reached(config.max_soc, memory.soc)
        wanted = BatteryMode.HOLD if full else mode
        if wanted is not memory.sent:
            result.append(BatteryCommand(index, wanted))
    return result


def _reached(max_soc: float | None, soc: float | None) -> bool:
    return max_soc is not None and 0 < max_soc < 100 and soc is not None and soc >= max_soc
