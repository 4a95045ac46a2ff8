"""Propose entities for the roles of a device: what is known of its integration first, names and units after.

A proposal prefills a form and is always shown, so a wrong one costs a click. Two candidates that are
equally good are no proposal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from . import words
from .catalogue import from_catalogue
from .facts import Facts, of_config_entries, of_device, of_everything
from .roles import DEVICE_CLASSES, UNITS, Kind, OptionType, Quantity, Role, options, roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the name of an entity says about its fitness for a role; patterns are searched in its text.

    demand: without `prefer` it does not fit at all. domains: narrower than those of the role.
    """

    prefer: str = ""
    reject: str = ""
    demand: bool = False
    device_classes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that could fill a role; more points fit better."""

    entity_id: str
    points: int


_PHASE: Final = r"(^|_)(l[123]|phase_?[123abc]|[abc]_phase|[123])(_|$)"
_EXPORT: Final = r"export|feed_?in|return|deliver|inject|einspeis|surplus|supplied"
_IMPORT: Final = r"import|consum|usage|bezug|absorbed|from_grid"
_NOT_NOW: Final = r"today|daily|day(_|$)|week|month|year|forecast|estimat|tomorrow|cost|saving"
_NOT_POWER: Final = rf"{_PHASE}|apparent|reactive|factor|limit|max|peak|average|demand|{_NOT_NOW}"


def _phase(number: int) -> str:
    letter = "abc"[number - 1]
    return rf"(^|_)(l{number}|phase_?({number}|{letter})|{letter}_phase|{number})(_|$)"


def _lines(prefix: str, reject: str = "") -> dict[str, Hint]:
    reject = "|".join(filter(None, (reject, "limit|max|reactive|apparent|factor")))
    return {f"{prefix}_l{n}": Hint(prefer=_phase(n), demand=True, reject=reject) for n in (1, 2, 3)}


def _meter(name: str) -> dict[str, Hint]:
    return {
        "power": Hint(prefer=name, reject=f"{_NOT_POWER}|{_EXPORT}"),
        "power_export": Hint(prefer=_EXPORT, demand=True, reject=_NOT_POWER),
        "energy": Hint(prefer=rf"{name}|total|{_IMPORT}", reject=rf"{_EXPORT}|{_NOT_NOW}|tariff|reactive"),
        "return_energy": Hint(prefer=_EXPORT, demand=True, reject=rf"{_NOT_NOW}|tariff|reactive"),
        **_lines("power", _EXPORT),
        **_lines("current"),
    }


_PLUG: Final = Hint(
    prefer=r"plug|cable|connect|vehicle_present|vehicle$",
    device_classes=("plug",),
    reject=r"lock|cloud|wifi|online",
)
_CHARGING: Final = Hint(
    prefer=r"(^|_)(is_)?charging(_state|_status)?(_|$)",
    device_classes=("battery_charging",),
    domains=("binary_sensor", "input_boolean"),
    reject=r"schedul|pending|allowed|permit|limit|fast",
)
_STATUS: Final = Hint(
    prefer=r"status|state|mode|(^|_)cp(_|$)", reject=r"wifi|firmware|update|connectivity|soc"
)

_BATTERY: Final[Mapping[str, Hint]] = {
    **_meter(r"batt|akku|storage|power"),
    "power": Hint(prefer=r"batt|akku|storage|discharg", reject=_NOT_POWER),
    "power_export": Hint(prefer=r"(^|_)charg", demand=True, reject=rf"discharg|{_NOT_POWER}"),
    "soc": Hint(
        prefer=r"soc|state_of_charge|charge|level|percent", reject=r"health|soh|min|max|reserve|limit"
    ),
    "energy": Hint(prefer=r"discharg|out", demand=True, reject=_NOT_NOW),
    "return_energy": Hint(prefer=r"(^|_)charg|in(_|$)", demand=True, reject=rf"discharg|{_NOT_NOW}"),
    "mode": Hint(prefer=r"mode|control", domains=("select", "input_select")),
}

_CHARGER: Final[Mapping[str, Hint]] = {
    "status": _STATUS,
    "plugged": _PLUG,
    "charging": _CHARGING,
    "enable": Hint(
        prefer=r"charg|start|enable|session|allow",
        domains=("switch", "input_boolean", "lock"),
        reject=r"led|light|auto|schedul|eco|phase|limit|smart|solar|rfid|cable|pause|block|update",
    ),
    "current": Hint(
        prefer=r"current|charg|limit|intensity|amp",
        reject=r"min|led|fallback|failsafe|grid|fuse|offline|circuit|icp",
    ),
    "power": Hint(prefer=r"charg|total|active|power", reject=rf"{_NOT_POWER}|offered|available|grid|solar"),
    "energy": Hint(
        prefer=r"total|lifetime|meter|import", reject=rf"session|added|reactive|{_EXPORT}|{_NOT_NOW}"
    ),
    "session_energy": Hint(prefer=r"session|added|charged_energy", demand=True, reject=_NOT_NOW),
    "phases": Hint(prefer=r"phase", demand=True, domains=("select", "switch", "input_select")),
    **_lines("current"),
    **_lines("voltage"),
    "identifier": Hint(prefer=r"rfid|card|token|(^|_)tag(_|$)", demand=True, domains=("sensor", "text")),
}

_VEHICLE: Final[Mapping[str, Hint]] = {
    "soc": Hint(
        prefer=r"soc|state_of_charge|level|batter",
        reject=r"12v|aux|car_battery|starter|limit|target|min|max|health|arrival|fob|key",
    ),
    "range": Hint(prefer=r"range|autonomy|reichweite|empty", demand=True, reject=r"fuel|tank|total|rate"),
    "odometer": Hint(prefer=r"odometer|mileage|kilometerstand|travelled", demand=True),
    "limit_soc": Hint(prefer=r"limit|target", demand=True, reject=r"min|dc|current"),
    "plugged": _PLUG,
    "charging": _CHARGING,
    "climater": Hint(
        prefer=r"climat|precondition|hvac|air_con",
        demand=True,
        domains=("climate", "binary_sensor", "switch"),
    ),
    "wake": Hint(prefer=r"wake", demand=True),
}

HINTS: Final[Mapping[Kind, Mapping[str, Hint]]] = {
    Kind.GRID: _meter(r"grid|net|netz|total|active|consumption|import|usage"),
    Kind.PV: _meter(r"pv|solar|photovolt|production|generat|ac_power|inverter"),
    Kind.BATTERY: _BATTERY,
    Kind.AUX: _meter(r"power|total|active"),
    Kind.CONSUMER: _meter(r"power|total|active"),
    Kind.CIRCUIT: _meter(r"power|total|active|import"),
    Kind.CHARGER: _CHARGER,
    Kind.VEHICLE: _VEHICLE,
}
"""What to look for, by kind and role. A role without hint is never guessed."""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "enable_on": (
        "on",
        "enabled",
        "enable",
        "active",
        "charging",
        "start",
        "resume",
        "max_charge",
        "normal",
        "fast",
    ),
    "enable_off": ("off", "disabled", "disable", "stop", "stopped", "pause", "paused", "block"),
    "phases_1p": ("1", "1p", "single", "single_phase", "1_phase", "one_phase", "monophasic"),
    "phases_3p": ("3", "3p", "three", "three_phase", "3_phase", "3_phases", "three_phases", "threephasic"),
    "mode_normal": (
        "normal",
        "auto",
        "zero",
        "self_consumption",
        "self_use",
        "general",
        "self_consumption_mode",
    ),
    "mode_hold": ("hold", "standby", "zero_charge_only", "no_discharge", "idle"),
    "mode_charge": ("charge", "force_charge", "to_full", "grid_charge", "forced_charge"),
    "mode_holdcharge": ("holdcharge", "zero_discharge_only", "no_charge"),
}
"""Options that usually mean the word, normalised, the surest first."""


@callback
def async_guess(hass: HomeAssistant, kind: Kind, device_id: str | None = None) -> dict[str, Any]:
    """Return what a form for this kind of device should be prefilled with; may be empty."""
    entities = of_everything(hass) if device_id is None else of_device(hass, device_id)
    if device_id is not None:
        known = from_catalogue(kind, device_id, entities, of_config_entries(hass, device_id))
        if known is not None:
            return known
    found: dict[str, Any] = {}
    for key, candidates in async_candidates(kind, entities, everywhere=device_id is None).items():
        free = [c for c in candidates if c.entity_id not in found.values()]
        if free and (len(free) == 1 or free[0].points > free[1].points):
            found[key] = free[0].entity_id
    by_id = {facts.entity_id: facts for facts in entities}
    return found | _guessed_words(kind, {key: by_id[entity_id] for key, entity_id in found.items()})


@callback
def async_candidates(
    kind: Kind, entities: Iterable[Facts], *, everywhere: bool = False
) -> dict[str, list[Candidate]]:
    """Return the entities that could fill each role, best first.

    everywhere: they belong to many devices, so a name that says nothing is not enough.
    """
    entities = list(entities)
    result = {}
    for role in roles(kind):
        hint = HINTS[kind].get(role.key)
        if hint is None:
            continue
        scored = [Candidate(f.entity_id, _points(role, hint, f, everywhere)) for f in entities]
        fitting = sorted((c for c in scored if c.points > 0), key=lambda c: (-c.points, c.entity_id))
        if fitting:
            result[role.key] = fitting
    return _without_orphans(result, {f.entity_id: f.text for f in entities})


def _without_orphans(
    found: dict[str, list[Candidate]], texts: Mapping[str, str]
) -> dict[str, list[Candidate]]:
    """Drop the export of a meter whose power counts both directions already."""
    power = found.get("power")
    if power and not re.search(rf"{_IMPORT}|discharg", texts[power[0].entity_id]):
        found.pop("power_export", None)
    return found


def _points(role: Role, hint: Hint, facts: Facts, everywhere: bool) -> int:
    """Return 0 for what does not fit."""
    if facts.domain not in (hint.domains or role.domains):
        return 0
    if hint.reject and re.search(hint.reject, facts.text):
        return 0
    points = _kind_points(role, hint, facts)
    named = bool(hint.prefer and re.search(hint.prefer, facts.text))
    if not points or (not named and (hint.demand or everywhere)):
        return 0
    return points + (2 if named else 0)


def _kind_points(role: Role, hint: Hint, facts: Facts) -> int:
    """Judge domain, unit, class and options; 0: cannot be."""
    if role.quantity is Quantity.SETPOINT:
        return _setpoint_points(facts)
    if role.quantity is Quantity.STATUS:
        return _status_points(facts)
    if role.quantity in UNITS:
        return _number_points(role.quantity, facts)
    if hint.device_classes:
        return (
            3
            if facts.device_class in hint.device_classes
            else int(facts.domain == "binary_sensor" and _named(hint, facts))
        )
    return 1


def _named(hint: Hint, facts: Facts) -> bool:
    return bool(re.search(hint.prefer, facts.text))


def _number_points(quantity: Quantity, facts: Facts) -> int:
    if facts.unit not in UNITS[quantity]:
        return 0
    points = 1 + (facts.device_class in DEVICE_CLASSES[quantity]) + (facts.domain == "sensor")
    return points + (quantity is Quantity.ENERGY and facts.state_class == "total_increasing")


def _setpoint_points(facts: Facts) -> int:
    """Judge a number: a current for a car is 0 or more, up to something between 10 and 80 A."""
    if facts.unit != "A" or facts.maximum is None or facts.minimum is None:
        return 0
    return int(facts.minimum >= 0 and 10 <= facts.maximum <= 80)


def _status_points(facts: Facts) -> int:
    """Judge a text: a status has options that mean charging, or at least a word that is known."""
    letters = {words.letter(option, {}) for option in facts.options}
    if facts.options:
        return 3 if {"A", "C"} <= letters or {"B", "C"} <= letters else 0
    return 1 if facts.domain == "sensor" and not facts.unit and words.letter(facts.state, {}) else 0


def _guessed_words(kind: Kind, found: Mapping[str, Facts]) -> dict[str, str]:
    """Choose options of the entities found for the words that go with them."""
    result = {}
    for option in options(kind):
        facts = found.get(option.of)
        if option.type is not OptionType.WORD or facts is None:
            continue
        if word := _word(option.key, facts):
            result[option.key] = word
    return result


def _word(key: str, facts: Facts) -> str | None:
    if facts.domain == "switch" and key in ("phases_1p", "phases_3p"):
        single = bool(re.search(r"single|(^|_)(1p|one|1)(_|$)", facts.text))
        return "on" if single is (key == "phases_1p") else "off"
    offered = {words.normalised(option): option for option in facts.options}
    return next((offered[word] for word in _WORDS.get(key, ()) if word in offered), None)
