"""What is wrong and can be mended by a person: one small check each, as functions of the present state."""

from collections.abc import Iterator
import re
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CoreState, HomeAssistant, valid_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.issue_registry import IssueSeverity

from .const import CONF_SOURCE, SOURCE_ENTITY
from .coordinator import EvccConfigEntry
from .core.model import Failure, Feature, Reason
from .core.state import BatteryDeviceState, MeterState, SiteState
from .owners import meter_alive
from .plan_problems import PLAN_KEYS, calendar_useless, plans_useless
from .problem import AT_ONCE, SOON, Check, Problem
from .store import Problem as StoreProblem
from .tariff_problems import TARIFF_KEYS, tariffs_useless

PHASE_FAILURES: Final = 3
"""Attempts to switch phases after which it is no accident."""

_REGISTRY_ID: Final = re.compile(r"[0-9a-f]{32}")


def entities_missing(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find devices made of entities that do not exist any more, or are disabled."""
    if hass.state is not CoreState.running:  # they may still come
        return
    for subentry in entry.subentries.values():
        if missing := _missing(hass, subentry):
            yield Problem(
                key="entity_missing",
                about=subentry.subentry_id,
                after=SOON,
                severity=IssueSeverity.ERROR,
                fixable=True,
                placeholders={"device": subentry.title, "entities": ", ".join(missing)},
            )


def _missing(hass: HomeAssistant, subentry: ConfigSubentry) -> list[str]:
    """Return what is not there: entity ids, or the field where not even the id is known any more."""
    if subentry.data.get(CONF_SOURCE) != SOURCE_ENTITY:
        return []
    registry = er.async_get(hass)
    missing = []
    for key, value in subentry.data.items():
        if not is_reference(value):
            continue
        entity_id = er.async_resolve_entity_id(registry, value)
        known = registry.async_get(entity_id) if entity_id else None
        if entity_id is None or (hass.states.get(entity_id) is None and (known is None or known.disabled)):
            missing.append(entity_id or key)
    return missing


def is_reference(value: object) -> bool:
    """Return whether a stored value names an entity: by its id (numbers look alike), or that in the registry."""
    if not isinstance(value, str):
        return False
    return (valid_entity_id(value) and value[0].isalpha()) or _REGISTRY_ID.fullmatch(value) is not None


def chargers_lost(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find chargers that do not answer."""
    for lp in site.loadpoints:
        if not lp.available:
            yield Problem(
                key="charger_unavailable",
                about=lp.name,
                severity=IssueSeverity.ERROR,
                placeholders={"device": lp.title, "error": lp.message or _word(lp.failure)},
            )


def meters_lost(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find meters and batteries that do not answer. Without the grid meter nothing follows the sun."""
    if site.grid is not None and not meter_alive(site.grid):
        yield _lost("grid_meter_unavailable", site.grid, IssueSeverity.ERROR)
    meters: list[MeterState | BatteryDeviceState] = [*site.pv, *site.aux, *site.consumers]
    if site.battery is not None:
        meters += site.battery.devices
    for meter in meters:
        if not meter_alive(meter):
            yield _lost("meter_unavailable", meter, IssueSeverity.WARNING)


def _lost(key: str, meter: MeterState | BatteryDeviceState, severity: IssueSeverity) -> Problem:
    return Problem(
        key=key,
        about=meter.name,
        severity=severity,
        placeholders={"device": meter.title, "error": _word(meter.failure)},
    )


def circuits_lost(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find circuits whose load nobody knows: nothing may charge there."""
    for circuit in site.circuits:
        if circuit.power is None:
            yield Problem(
                key="circuit_meter_unavailable",
                about=circuit.name,
                severity=IssueSeverity.ERROR,
                placeholders={"device": circuit.title},
            )


def limits_contradict(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find loadpoints where the least allowed current is above the largest."""
    for lp in site.loadpoints:
        low, high = lp.effective_min_current, lp.effective_max_current
        if low > high:
            yield Problem(
                key="limits_contradict",
                about=lp.name,
                after=AT_ONCE,
                placeholders={"device": lp.title, "low": f"{low:g}", "high": f"{high:g}"},
            )


def chargers_disobey(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find chargers that answer, but do not do what they are told."""
    for lp, part in zip(site.loadpoints, entry.runtime_data.site.loadpoints, strict=True):
        device = {"device": lp.title}
        if lp.why.reason is Reason.COMMAND_FAILED:
            placeholders = {**device, "error": lp.why.device or "–"}
            yield Problem(key="charger_refuses", about=lp.name, placeholders=placeholders)
        if (
            lp.available
            and lp.charging
            and not lp.enabled
            and Feature.CONTINUOUS not in lp.charger_features  # its "off" is normal operation
        ):
            yield Problem(key="charger_ignores_off", about=lp.name, placeholders=device)
        if part.memory.phase_failures >= PHASE_FAILURES:
            yield Problem(key="phases_not_switched", about=lp.name, after=AT_ONCE, placeholders=device)


def files_unusable(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find files that cannot be read or written."""
    runtime = entry.runtime_data
    settings, memory, sessions = runtime.settings.settings, runtime.settings.memory, runtime.sessions
    for file, problem in (
        (settings.key, settings.problem),
        (memory.key, memory.problem),
        (sessions.path.name, sessions.problem),
    ):
        if problem is not None:
            lost = problem in (StoreProblem.NEWER, StoreProblem.FOREIGN, StoreProblem.UNREADABLE)
            yield Problem(
                key=f"file_{problem}",
                about=file,
                after=SOON if problem is StoreProblem.UNWRITABLE else AT_ONCE,
                severity=IssueSeverity.ERROR if lost else IssueSeverity.WARNING,
                placeholders={"file": file},
            )


def site_faulty(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find a bug of ours that keeps the site from being controlled."""
    if (fault := entry.runtime_data.runner.fault) is not None:
        yield Problem(
            key="site_fault",
            about=entry.entry_id,
            after=AT_ONCE,
            severity=IssueSeverity.CRITICAL,
            placeholders={"error": fault},
        )


CHECKS: Final[tuple[Check, ...]] = (
    entities_missing,
    chargers_lost,
    meters_lost,
    circuits_lost,
    limits_contradict,
    chargers_disobey,
    files_unusable,
    site_faulty,
    calendar_useless,
    plans_useless,
    tariffs_useless,
)

KEYS: Final = frozenset(
    {
        "entity_missing",
        "charger_unavailable",
        "grid_meter_unavailable",
        "meter_unavailable",
        "circuit_meter_unavailable",
        "limits_contradict",
        "charger_refuses",
        "charger_ignores_off",
        "phases_not_switched",
        "site_fault",
        *(f"file_{problem}" for problem in StoreProblem),
        *PLAN_KEYS,
        *TARIFF_KEYS,
    }
)
"""Keys of all problems there can be."""


def _word(failure: Failure | None) -> str:
    return "–" if failure is None else str(failure)
