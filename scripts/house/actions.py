"""services.yaml and icons.json: actions are described in full, icons exist."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from probatio import Invalid
import yaml

from homeassistant.helpers.selector import validate_selector

from .files import COMPONENT, Finding, line_of, read, read_json
from .translations import ENGLISH, english, flatten

SERVICES = COMPONENT / "services.yaml"
ICONS = COMPONENT / "icons.json"

FIELD_KEYS = {"advanced", "default", "example", "filter", "required", "selector"}
ICON_SECTIONS = {"conditions", "entity", "services", "triggers"}


def _services() -> dict[str, Any]:
    return yaml.safe_load(read(SERVICES)) or {} if SERVICES.exists() else {}


def _fields(service: Mapping[str, Any] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the fields of an action; those of a section lie one level deeper."""
    for name, field in ((service or {}).get("fields") or {}).items():
        if "fields" in (field or {}):
            yield from field["fields"].items()
        else:
            yield name, field or {}


def check_services() -> Iterator[Finding]:
    """See that each action and its fields are valid, and described in the texts."""
    described = english().get("services", {})
    services = _services()
    for name, service in services.items():
        line = line_of(SERVICES, f"{name}:")
        texts = described.get(name, {})
        for wanted in ("name", "description"):
            if wanted not in texts:
                yield Finding(SERVICES, line, f"services.{name}.{wanted} is not in en.json: add it")
        for field, content in _fields(service):
            yield from _field_faults(name, field, content, texts.get("fields", {}).get(field, {}))
        for field in sorted(set(texts.get("fields", {})) - {field for field, _ in _fields(service)}):
            yield Finding(
                ENGLISH, line_of(ENGLISH, f'"{field}"'), f"services.{name} has no field {field}: remove it"
            )
    for name in sorted(set(described) - set(services)):
        yield Finding(
            ENGLISH, line_of(ENGLISH, f'"{name}"'), f"services.yaml has no action {name}: remove its texts"
        )


def _field_faults(
    service: str, field: str, content: Mapping[str, Any], texts: Mapping[str, Any]
) -> Iterator[Finding]:
    line = line_of(SERVICES, f"{field}:")
    for key in sorted(set(content) - FIELD_KEYS):
        yield Finding(
            SERVICES, line, f"{service}.{field}: Home Assistant does not know the key {key}: remove it"
        )
    if "selector" in content:
        try:
            validate_selector(content["selector"])
        except Invalid as error:
            yield Finding(SERVICES, line, f"{service}.{field}: the selector is not valid: {error}")
    for wanted in ("name", "description"):
        if wanted not in texts:
            yield Finding(
                SERVICES, line, f"services.{service}.fields.{field}.{wanted} is not in en.json: add it"
            )


def check_icons() -> Iterator[Finding]:
    """See that icons are for what there is, and are icons."""
    if not ICONS.exists():
        return
    icons = read_json(ICONS)
    texts = english()
    for section in sorted(set(icons) - ICON_SECTIONS):
        yield Finding(
            ICONS, line_of(ICONS, f'"{section}"'), f"{section} is no section that Home Assistant reads"
        )
    for section in sorted(ICON_SECTIONS - {"entity"}):
        for name in sorted(set(icons.get(section, {})) - set(texts.get(section, {}))):
            yield Finding(
                ICONS, line_of(ICONS, f'"{name}"'), f"{section}.{name} has an icon, but no texts in en.json"
            )
    for platform, keys in icons.get("entity", {}).items():
        for key in sorted(set(keys) - set(texts.get("entity", {}).get(platform, {}))):
            yield Finding(
                ICONS,
                line_of(ICONS, f'"{key}"'),
                f"entity.{platform}.{key} has an icon, but no name in en.json",
            )
    known = _known_icons()
    for path, icon in flatten(icons).items():
        if icon.removeprefix("mdi:") not in known or not icon.startswith("mdi:"):
            yield Finding(ICONS, line_of(ICONS, f'"{icon}"'), f"{path}: there is no icon {icon}")


def _known_icons() -> set[str]:
    """Return the names of the icons that the frontend brings."""
    spec = find_spec("hass_frontend")
    if spec is None or spec.origin is None:
        raise RuntimeError("home-assistant-frontend is not installed: run scripts/setup")
    return {icon["name"] for icon in read_json(Path(spec.origin).parent / "static" / "mdi" / "iconList.json")}
