"""The texts: en.json is the source, the other languages mirror it, the code finds what it asks for."""

import ast
from collections.abc import Iterator, Mapping
import importlib
from pathlib import Path
import re
from string import Formatter
from typing import Any

from homeassistant.const import Platform
from homeassistant.helpers.entity import EntityDescription

from .files import COMPONENT, Finding, constant, line_of, python_files, read_json, tree

FOLDER = COMPONENT / "translations"
ENGLISH = FOLDER / "en.json"

# What Home Assistant knows at the top of a translation file.
SECTIONS = {
    "common",
    "conditions",
    "config",
    "config_panel",
    "config_subentries",
    "device",
    "device_automation",
    "entity",
    "entity_component",
    "exceptions",
    "issues",
    "options",
    "preview_features",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}

KEY = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*|_")
URL = re.compile(r"(\w+://|\bwww\.)\w", re.IGNORECASE)
HTML = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
QUOTED_PLACEHOLDER = re.compile(r"'\{\w+\}'")


def flatten(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the texts by their path, as in `entity.sensor.power.name`."""
    flat: dict[str, str] = {}
    for key, value in content.items():
        path = f"{prefix}.{key}" if prefix else key
        flat |= flatten(value, path) if isinstance(value, dict) else {path: value}
    return flat


def english() -> dict[str, Any]:
    """Return the content of en.json, the source; nothing where it is missing."""
    content: dict[str, Any] = read_json(ENGLISH) if ENGLISH.exists() else {}
    return content


def placeholders(text: str) -> set[str]:
    """Return the names in braces; an error where the braces do not match."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _finding(path: Path, key: str, text: str) -> Finding:
    return Finding(path, line_of(path, f'"{key.rpartition(".")[2]}"'), f"{key}: {text}")


def _languages() -> list[Path]:
    return sorted(FOLDER.glob("*.json"))


def check_texts() -> Iterator[Finding]:
    """See that each text is fit to be shown."""
    if not ENGLISH.exists():
        yield Finding(ENGLISH, 1, "is missing: it is the source of all texts")
    for path in _languages():
        for key, text in flatten(read_json(path)).items():
            for what in _faults(text):
                yield _finding(path, key, what)


def _faults(text: Any) -> Iterator[str]:
    if not isinstance(text, str):
        yield "must be a text"
        return
    if HTML.search(text):
        yield "has HTML: use Markdown or plain text"
    if URL.search(text):
        yield "has an address: use a placeholder, which the code fills in"
    if text != text.strip():
        yield "begins or ends with a space: remove it"
    if QUOTED_PLACEHOLDER.search(text):
        yield "has a placeholder in single quotes, which is not replaced: use double quotes"
    try:
        names = placeholders(text)
    except ValueError as error:
        yield f"has braces that do not match ({error})"
        return
    for name in sorted(names):
        if not name.isidentifier():
            yield f"has a placeholder {{{name}}} that is no name"


def check_languages() -> Iterator[Finding]:
    """See that each language has the keys and placeholders of English."""
    source = flatten(english())
    for path in _languages():
        texts = flatten(read_json(path))
        for key in sorted(set(source) - set(texts)):
            yield Finding(path, 1, f"{key} is missing: translate it ({source[key]!r})")
        for key in sorted(set(texts) - set(source)):
            yield _finding(path, key, "is not in en.json: remove it")
        for key in sorted(set(texts) & set(source)):
            ours, wanted = placeholders(texts[key]), placeholders(source[key])
            if ours != wanted:
                yield _finding(
                    path, key, f"has the placeholders {sorted(ours)}, English has {sorted(wanted)}"
                )


def check_structure() -> Iterator[Finding]:
    """See that the sections and keys are such as Home Assistant reads."""
    for section in sorted(set(english()) - SECTIONS):
        yield _finding(ENGLISH, section, "is no section that Home Assistant reads")
    for section in ("entity", "exceptions", "issues", "selector", "services"):
        for path in flatten(english().get(section, {})):
            for key in path.split("."):
                if not KEY.fullmatch(key):
                    yield _finding(
                        ENGLISH, f"{section}.{path}", f"{key!r} must be of a-z, 0-9, single _ and -"
                    )


def check_flows() -> Iterator[Finding]:
    """See that the texts of flows are complete, and describe fields that there are."""
    subentries = english().get("config_subentries", {})
    for kind, texts in subentries.items():
        for wanted in ("entry_type", "initiate_flow.user"):
            if wanted not in flatten(texts):
                yield _finding(ENGLISH, f"config_subentries.{kind}", f"{wanted} is missing: add it")
    for flow in (english().get("config", {}), english().get("options", {}), *subentries.values()):
        for name, step in flow.get("step", {}).items():
            for part in (step, *step.get("sections", {}).values()):
                for field in sorted(set(part.get("data_description", {})) - set(part.get("data", {}))):
                    yield _finding(
                        ENGLISH, f"step.{name}.data_description.{field}", "describes no field of data"
                    )


def check_literal_keys() -> Iterator[Finding]:
    """See that each `translation_key` that is written out in the code is a key of en.json."""
    texts = english()
    known = {
        key for section in ("exceptions", "issues", "selector", "device") for key in texts.get(section, {})
    }
    known |= {key for platform in texts.get("entity", {}).values() for key in platform}
    for path in python_files(COMPONENT):
        for node in ast.walk(tree(path)):
            key = _literal_key(node)
            if key is not None and key not in known:
                yield Finding(
                    path, getattr(node, "lineno", 1), f"translation key {key!r} is not in en.json: add it"
                )


def _literal_key(node: ast.AST) -> str | None:
    match node:
        case ast.keyword(arg="translation_key", value=value):
            return constant(value)
        case ast.Assign(targets=[ast.Name(id="_attr_translation_key")], value=value):
            return constant(value)
        case ast.Assign(targets=[ast.Attribute(attr="_attr_translation_key")], value=value):
            return constant(value)
        case _:
            return None


def check_entities() -> Iterator[Finding]:
    """See that each described entity has a name, and each of its options a text."""
    entities = english().get("entity", {})
    try:
        described = list(_descriptions())
    except ImportError as error:
        yield Finding(COMPONENT / "__init__.py", 1, f"the integration cannot be imported: {error}")
        return
    for description, platform, path in described:
        key = description.translation_key or description.key
        line = line_of(path, f'"{description.key}"')
        texts = entities.get(platform, {}).get(key)
        if texts is None or "name" not in texts:
            yield Finding(path, line, f"entity.{platform}.{key}.name is not in en.json: add it")
            continue
        for option in getattr(description, "options", None) or []:
            if option not in texts.get("state", {}):
                yield Finding(path, line, f"entity.{platform}.{key}.state.{option} is not in en.json: add it")


def _descriptions() -> Iterator[tuple[EntityDescription, str, Path]]:
    """Yield the entity descriptions that the platforms' modules hold, with their platform."""
    for platform in Platform:
        path = COMPONENT / f"{platform}.py"
        if path.exists():
            # Most descriptions are made by functions and tables: only the module itself can tell them.
            module = importlib.import_module(f"custom_components.evcc.{platform}")
            for description in _described(list(vars(module).values())):
                if _platform(type(description)) == platform:
                    yield description, platform, path


def _described(value: Any) -> Iterator[EntityDescription]:
    if isinstance(value, EntityDescription):
        yield value
    elif isinstance(value, dict):
        yield from _described(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _described(item)


def _platform(kind: type) -> str | None:
    """Return the platform whose description a class extends."""
    prefix = "homeassistant.components."
    modules = (base.__module__ for base in kind.__mro__)
    return next(
        (name.removeprefix(prefix).partition(".")[0] for name in modules if name.startswith(prefix)), None
    )
