"""What changed from one snapshot of the site to the next, in short lines for the journal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant, callback

from . import journal
from .coordinator import EvccConfigEntry
from .core.model import BatteryMode, Status, Why
from .core.state import LoadpointState, SiteState
from .journal import Level


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is about, how serious, and the words."""

    area: str
    level: Level
    text: str


@callback
def async_keep_chronicle(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Write down each change that a cycle or command makes, as long as the entry is loaded."""
    coordinator, kept = entry.runtime_data.coordinator, journal.of(hass)
    zone = ZoneInfo(entry.runtime_data.site.config.timezone)
    last: SiteState | None = None

    @callback
    def look() -> None:
        nonlocal last
        if coordinator.data is not last:
            before, last = last, coordinator.data
            for line in begin(last, zone) if before is None else changes(before, last, zone):
                kept.write(line.area, line.level, line.text)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


def begin(site: SiteState, zone: tzinfo) -> Iterator[Line]:
    """Return what the first snapshot tells."""
    loadpoints, vehicles = len(site.loadpoints), len(site.vehicles)
    yield Line("site", Level.INFO, f"{site.title}: {loadpoints} loadpoints, {vehicles} vehicles")
    for lp in site.loadpoints:
        yield Line(f"lp-{lp.index}", Level.INFO, f"{lp.title}: mode {lp.mode}, {_status(lp)}, {_vehicle(lp)}")
        yield Line(f"lp-{lp.index}", Level.DEBUG, f"decision: {reason(lp.why, zone)}")


# Values that are compared. An unchanged site must cost next to nothing: it is looked at in every cycle.
_LOADPOINT: Final[Callable[[LoadpointState], tuple[Any, ...]]] = attrgetter(
    "available", "mode", "status", "vehicle_name", "vehicle_title", "enabled", "phases", "offered_current",
    "why.reason", "why.device",
)  # fmt: skip
_SITE: Final[Callable[[SiteState], tuple[Any, ...]]] = attrgetter(
    "battery_mode", "battery_mode_external", "tariff_grid", "tariff_feedin", "tariff_co2"
)


def changes(before: SiteState, after: SiteState, zone: tzinfo) -> Iterator[Line]:
    """Return what is another than before; times are told in the zone."""
    yield from _grid(before, after)
    if _SITE(before) != _SITE(after):
        yield from _site(before, after)
    old = {lp.name: lp for lp in before.loadpoints}
    for lp in after.loadpoints:
        if (was := old.get(lp.name)) is not None and _LOADPOINT(was) != _LOADPOINT(lp):
            area = f"lp-{lp.index}"
            yield from (Line(area, level, text) for level, text in _loadpoint(was, lp, zone))


def _grid(before: SiteState, after: SiteState) -> Iterator[Line]:
    old = before.grid.failure if before.grid else None
    new = after.grid.failure if after.grid else None
    if new is not None and old is None:
        yield Line("site", Level.WARN, f"grid meter lost: {new}")
    elif old is not None and new is None:
        yield Line("site", Level.INFO, "grid meter answers again")


def _site(before: SiteState, after: SiteState) -> Iterator[Line]:
    if after.battery_mode is not before.battery_mode:
        yield Line(
            "battery", Level.INFO, f"battery mode: {after.battery_mode} (before: {before.battery_mode})"
        )
    if after.battery_mode_external is not before.battery_mode_external:
        external = after.battery_mode_external
        told = "ended" if external is BatteryMode.UNKNOWN else str(external)
        yield Line("battery", Level.INFO, f"battery mode from outside: {told}")
    for what, old, new, unit in (
        ("grid price", before.tariff_grid, after.tariff_grid, f"{after.currency}/kWh"),
        ("feed-in price", before.tariff_feedin, after.tariff_feedin, f"{after.currency}/kWh"),
        ("emission", before.tariff_co2, after.tariff_co2, "g/kWh"),
    ):
        if old != new:
            yield Line(
                "tariff",
                Level.DEBUG,
                f"{what}: {_number(new)} {unit}" if new is not None else f"{what}: unknown",
            )


def _loadpoint(old: LoadpointState, new: LoadpointState, zone: tzinfo) -> Iterator[tuple[Level, str]]:
    if old.available and not new.available:
        yield Level.WARN, f"charger lost: {new.message or new.failure or 'no answer'}"
    elif new.available and not old.available:
        yield Level.INFO, "charger answers again"
    if old.mode is not new.mode:
        yield Level.INFO, f"mode: {new.mode} (before: {old.mode})"
    if old.status is not new.status:
        yield Level.INFO, f"status: {_status(new)}"
    if (old.vehicle_name, old.vehicle_title) != (new.vehicle_name, new.vehicle_title):
        yield Level.INFO, _vehicle(new)
    if old.enabled is not new.enabled:
        yield Level.INFO, f"charging {'allowed' if new.enabled else 'forbidden'}"
    if old.phases != new.phases:
        yield Level.INFO, f"phases: {new.phases or 'unknown'} (before: {old.phases or 'unknown'})"
    if old.offered_current != new.offered_current:
        yield (
            Level.DEBUG,
            f"offered: {_number(new.offered_current)} A (before: {_number(old.offered_current)} A)",
        )
    if (old.why.reason, old.why.device) != (new.why.reason, new.why.device):
        yield Level.DEBUG, f"decision: {reason(new.why, zone)}"


_STATUS: Final = {
    Status.UNKNOWN: "unknown",
    Status.A: "not connected",
    Status.B: "connected",
    Status.C: "charging",
}


def _status(lp: LoadpointState) -> str:
    return _STATUS[lp.status]


def _vehicle(lp: LoadpointState) -> str:
    return f"vehicle: {lp.vehicle_title or lp.vehicle_name or 'none or unknown'}"


def reason(why: Why, zone: tzinfo) -> str:
    """Return a reason in words, with the numbers that led to it."""
    numbers = [
        f"needs {why.need:.0f} W" if why.need is not None else "",
        f"has {why.have:.0f} W" if why.have is not None else "",
        f"limit {_number(why.limit)}" if why.limit is not None else "",
        f"is {_number(why.actual)}" if why.actual is not None else "",
        f"until {why.until.astimezone(zone):%H:%M:%S}" if why.until is not None else "",
        why.device or "",
    ]
    told = ", ".join(n for n in numbers if n)
    words = str(why.reason).replace("_", " ")
    return f"{words} ({told})" if told else words


def _number(value: float) -> str:
    return f"{round(value, 3):g}"
