"""Every text of the flows exists in every language and keeps to Home Assistant's rules."""

from collections.abc import Iterator
import re
import string
from typing import Any

import pytest

from custom_components.evcc.config_flow import EvccConfigFlow
from custom_components.evcc.devices.entity.checks import Mistake
from custom_components.evcc.devices.entity.probe import STATUS_AMBIGUOUS
from custom_components.evcc.devices.entity.reading import Fault
from custom_components.evcc.devices.entity.roles import FIELDS, Kind, Option, OptionType
from custom_components.evcc.flows.forms import entity_details
from custom_components.evcc.flows.loadpoint import LoadpointFlow
from custom_components.evcc.flows.meter import MeterFlow
from custom_components.evcc.flows.words import STATUS_FIELDS

from .flow_helpers import LANGUAGES, texts

PARTS = ("config", "config_subentries", "options", "selector")
TYPES = ("meter", "loadpoint", "vehicle", "circuit")
KINDS = {
    Kind.GRID: "meter",
    Kind.PV: "meter",
    Kind.BATTERY: "meter",
    Kind.AUX: "meter",
    Kind.CONSUMER: "meter",
    Kind.CHARGER: "loadpoint",
    Kind.VEHICLE: "vehicle",
    Kind.CIRCUIT: "circuit",
}


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and text of everything below."""
    if isinstance(part, str):
        yield path, part
        return
    for key, value in part.items():
        yield from leaves(value, f"{path}.{key}" if path else key)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("part", PARTS)
def test_languages_have_the_same_texts_with_the_same_placeholders(part: str) -> None:
    english, german = (dict(leaves(texts(language)[part])) for language in LANGUAGES)

    assert list(english) == list(german)
    assert {k: placeholders(v) for k, v in english.items()} == {k: placeholders(v) for k, v in german.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_texts_keep_to_the_rules(part: str, language: str) -> None:
    for path, text in leaves(texts(language)[part]):
        assert text, path
        assert text == text.strip(), path
        assert not re.search(r"<[a-z/]|https?:|'\\{", text), path
        assert all(re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", key) for key in path.split(".")), path
        assert all(name.isidentifier() for name in placeholders(text)), path


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_the_table_is_asked_for_in_words(kind: Kind) -> None:
    flow = texts("en")["config_subentries"][KINDS[kind]]["step"]
    elsewhere = {"meter": MeterFlow.elsewhere, "loadpoint": LoadpointFlow.elsewhere}.get(
        KINDS[kind], frozenset()
    )
    for detail in entity_details(kind, elsewhere):
        place = flow["entities"]["sections"][detail.group] if detail.group else flow["entities"]
        assert detail.key in place["data"]
        assert detail.key in place["data_description"]
    for field in FIELDS[kind]:
        if isinstance(field, Option) and field.type is OptionType.WORD:
            assert field.key in flow["words"]["data"]
        if isinstance(field, Option) and field.type is OptionType.MAP:
            assert set(STATUS_FIELDS) <= set(flow["words"]["data"])


@pytest.mark.parametrize("subentry_type", TYPES)
def test_every_problem_of_an_entity_has_a_text(subentry_type: str) -> None:
    errors = texts("en")["config_subentries"][subentry_type]["error"]
    problems = {*Fault, *Mistake, STATUS_AMBIGUOUS} - {Fault.NOT_CONFIGURED}

    assert problems <= set(errors)
    for problem in problems:
        assert placeholders(errors[problem]) <= {problem}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_subentry_has_its_frame(language: str) -> None:
    flows = texts(language)["config_subentries"]
    supported = EvccConfigFlow.async_get_supported_subentry_types(None)  # type: ignore[arg-type]

    assert set(flows) == set(supported) == {*TYPES, "tariff"}
    for flow in flows.values():
        assert flow["entry_type"]
        assert flow["initiate_flow"].keys() == {"user", "reconfigure"}
        assert flow["abort"].keys() == {"already_configured", "reconfigure_successful"}
