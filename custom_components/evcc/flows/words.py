"""What the words of entities mean: which to ask for, what they usually mean, what is stored of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..devices.entity import words
from ..devices.entity.enabling import DEFAULT_OFF
from ..devices.entity.roles import BUTTONS, NUMBERS, SWITCHES, Kind, OptionType, options
from .forms import Detail

STATUS_FIELDS: Final[Mapping[str, str]] = {f"status_{letter.lower()}": letter for letter in words.LETTERS}
"""Fields of the step for words that together make the status map."""

REQUIRED_WORDS: Final = frozenset({"enable_on", "enable_off", "phases_1p", "phases_3p", "mode_normal"})
"""Words without which their entity is of no use."""


def words_choice(known: Sequence[str], *, multiple: bool = False) -> SelectSelector | TextSelector:
    """Return a choice of words that an entity is known to have, to which others may be added."""
    if not known and not multiple:
        return TextSelector()
    return SelectSelector(
        SelectSelectorConfig(
            options=list(known), multiple=multiple, custom_value=True, mode=SelectSelectorMode.DROPDOWN
        )
    )


@callback
def word_details(hass: HomeAssistant, kind: Kind, values: Mapping[str, Any]) -> list[Detail]:
    """Return the fields for the words that mean something to us in the entities that were chosen."""
    details = []
    for option in options(kind):
        entity_id = values.get(option.of)
        if not entity_id:
            continue
        known = known_words(hass, entity_id)
        if option.of == "mode" and values.get("mode_action"):
            continue  # the action knows what to do
        if option.type is OptionType.MAP:
            details += [Detail(key=k, selector=words_choice(known, multiple=True)) for k in STATUS_FIELDS]
        elif option.type is OptionType.WORD and _is_asked(option.key, entity_id):
            required = option.key in REQUIRED_WORDS
            details.append(Detail(key=option.key, selector=words_choice(known), required=required))
    return details


def _is_asked(key: str, entity_id: str) -> bool:
    """Tell whether a word can mean anything to an entity; of a switch one is enough: which state is on."""
    domain = _domain(entity_id)
    return domain not in BUTTONS and not (key == "enable_off" and _has_two_states(domain))


def _domain(entity_id: str) -> str:
    return entity_id.partition(".")[0]


def _has_two_states(domain: str) -> bool:
    return domain in SWITCHES or domain == "lock"


@callback
def known_words(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the words that an entity offers or shows right now."""
    domain = _domain(entity_id)
    if domain == "lock":
        return ["unlocked", "locked"]
    if domain in SWITCHES or domain == "binary_sensor":
        return ["on", "off"]
    state = hass.states.get(entity_id)
    if state is None:
        return []
    offered = state.attributes.get("options") or state.attributes.get("hvac_modes") or ()
    found = [str(word) for word in offered]
    if not found and state.state not in ("unknown", "unavailable", ""):
        found = [state.state]
    return found


def suggested_words(
    hass: HomeAssistant, kind: Kind, values: Mapping[str, Any], details: Iterable[Detail]
) -> dict[str, Any]:
    """Return what is stored for the words, else what they usually mean."""
    result = {d.key: values[d.key] for d in details if d.key in values}
    keys = {d.key for d in details}
    if "status_a" in keys:
        stored = values.get("status_map") or {}
        mapping = words.status_map(stored)
        spelled = [*known_words(hass, values["status"])]
        seen = {words.normalised(word) for word in spelled}
        spelled += [word for word in stored if words.normalised(word) not in seen]
        for field, letter in STATUS_FIELDS.items():
            result[field] = [word for word in spelled if words.letter(word, mapping) == letter]
    for option in options(kind):
        if option.key in keys and option.key not in result:
            word = _usual_word(option.key, known_words(hass, values[option.of]), _domain(values[option.of]))
            result |= {option.key: word} if word else {}
    return result


def _usual_word(key: str, known: Sequence[str], domain: str) -> str | None:
    """Return the word that needs no guess, None if there is none."""
    if key == "enable_on" and _has_two_states(domain):
        return known[0]
    if key == "enable_off":
        return DEFAULT_OFF.get(domain)
    word = {"phases_1p": "1", "phases_3p": "3"}.get(key)
    return word if word in known or domain in NUMBERS else None


def status_map(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return word -> letter; ValueError with the word that was given two meanings."""
    result: dict[str, str] = {}
    for field, letter in STATUS_FIELDS.items():
        for word in user_input.get(field, ()):
            key = words.normalised(word)
            if result.setdefault(key, letter) != letter:
                raise ValueError(word)
    return result
