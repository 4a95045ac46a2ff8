"""What cannot work whatever the entities say: fields that are missing, contradict or lead in circles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er

from ...const import DOMAIN
from .enabling import DEFAULT_OFF
from .reading import Reader
from .refs import resolve
from .roles import BUTTONS, LISTS, NUMBERS, Kind, OptionType, Role, missing, options, roles
from .words import status_map
from .writing import current_options, limits


class Mistake(StrEnum):
    """What is wrong with the fields; the values are translation keys."""

    REQUIRED = "field_required"
    WRONG_DOMAIN = "wrong_domain"
    OWN_ENTITY = "own_entity"
    STATUS_MAP_INVALID = "status_map_invalid"
    ACTION_INVALID = "action_invalid"
    WORD_MISSING = "word_missing"
    WORD_NOT_OFFERED = "word_not_offered"
    OFF_BUTTON_MISSING = "off_button_missing"
    CANNOT_SWITCH_OFF = "cannot_switch_off"
    NO_CURRENTS = "no_current_options"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in field `key`."""

    key: str
    mistake: Mistake
    placeholders: Mapping[str, str] = field(default_factory=dict)


@callback
def check(hass: HomeAssistant, kind: Kind, data: Mapping[str, Any]) -> list[Finding]:
    """Return the mistakes in the fields of a device; empty: it can be built."""
    findings = [Finding(key, Mistake.REQUIRED) for key in missing(kind, data)]
    for role in roles(kind):
        if data.get(role.key):
            findings.extend(_check_role(hass, role, data[role.key]))
    findings.extend(_check_options(kind, data))
    if findings:
        return findings
    reader = Reader(hass, data)
    if kind is Kind.CHARGER:
        findings.extend(_check_charger(reader, data))
    if kind is Kind.BATTERY and data.get("mode") and not data.get("mode_action"):
        findings.extend(_check_words(reader, data, "mode", _WORDS["mode"], needed=("mode_normal",)))
    return findings


def _check_role(hass: HomeAssistant, role: Role, reference: str) -> Iterator[Finding]:
    entity_id = resolve(hass, reference)
    if entity_id is None:
        return  # forgotten by the registry: the probe says so
    place = {"entity": entity_id}
    if entity_id.partition(".")[0] not in role.domains:
        yield Finding(role.key, Mistake.WRONG_DOMAIN, place)
    entry = er.async_get(hass).async_get(entity_id)
    if entry is not None and entry.platform == DOMAIN:
        # What this integration computes must not be what it decides on.
        yield Finding(role.key, Mistake.OWN_ENTITY, place)


def _check_options(kind: Kind, data: Mapping[str, Any]) -> Iterator[Finding]:
    for option in options(kind):
        value = data.get(option.key)
        if not value:
            continue
        if option.type is OptionType.MAP:
            try:
                status_map(value)
            except ValueError as err:
                yield Finding(option.key, Mistake.STATUS_MAP_INVALID, {"line": str(err)})
        elif option.type is OptionType.ACTION:
            try:
                cv.SCRIPT_SCHEMA(value)
            except vol.Invalid as err:
                yield Finding(option.key, Mistake.ACTION_INVALID, {"error": str(err)})


_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "enable": ("enable_on", "enable_off"),
    "phases": ("phases_1p", "phases_3p"),
    "mode": ("mode_normal", "mode_hold", "mode_charge", "mode_holdcharge"),
}


def _check_charger(reader: Reader, data: Mapping[str, Any]) -> Iterator[Finding]:
    if data.get("enable") and not data.get("enable_action"):
        yield from _check_enable(reader, data)
    elif not data.get("enable_action") and data.get("current") and not data.get("current_action"):
        yield from _check_off_by_current(reader)
    if data.get("phases") and not data.get("phases_action"):
        domain = _domain(reader, "phases")
        if domain in BUTTONS:
            if not data.get("phases_3p_button"):
                yield Finding("phases_3p_button", Mistake.REQUIRED)
        else:
            needed = () if domain in (*LISTS, *NUMBERS) else _WORDS["phases"]
            yield from _check_words(reader, data, "phases", _WORDS["phases"], needed)
    state = reader.raw("current")
    if (
        state is not None
        and state.domain in LISTS
        and not current_options(state.attributes.get("options", ()))
    ):
        yield Finding("current", Mistake.NO_CURRENTS, {"entity": state.entity_id})


def _check_enable(reader: Reader, data: Mapping[str, Any]) -> Iterator[Finding]:
    domain = _domain(reader, "enable")
    if domain in BUTTONS:
        if not data.get("enable_off_button"):
            yield Finding("enable_off_button", Mistake.OFF_BUTTON_MISSING)
        return
    needed: tuple[str, ...] = ()
    if domain in (*LISTS, *NUMBERS) or domain == "climate":
        needed = ("enable_on",) if domain in DEFAULT_OFF else _WORDS["enable"]
    yield from _check_words(reader, data, "enable", _WORDS["enable"], needed)


def _check_off_by_current(reader: Reader) -> Iterator[Finding]:
    """Without any switch, 0 A has to mean off."""
    state = reader.raw("current")
    if state is None:
        return
    if state.domain in LISTS:
        possible = 0.0 in current_options(state.attributes.get("options", ()))
    else:
        possible = limits(state.attributes)[0] <= 0
    if not possible:
        yield Finding("enable", Mistake.CANNOT_SWITCH_OFF, {"entity": state.entity_id})


def _check_words(
    reader: Reader, data: Mapping[str, Any], role: str, keys: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[Finding]:
    state = reader.raw(role)
    offered = None if state is None else state.attributes.get("options", state.attributes.get("hvac_modes"))
    for key in keys:
        word = str(data.get(key) or "")
        if not word:
            if key in needed:
                yield Finding(key, Mistake.WORD_MISSING)
        elif offered is not None and word not in offered:
            place = {"word": word, "options": ", ".join(offered)}
            yield Finding(key, Mistake.WORD_NOT_OFFERED, place)
        elif _domain(reader, role) in NUMBERS and not _is_number(word):
            yield Finding(key, Mistake.WORD_NOT_OFFERED, {"word": word, "options": "0, 1, 2 …"})


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _domain(reader: Reader, key: str) -> str:
    return (reader.entity_id(key) or "").partition(".")[0]
