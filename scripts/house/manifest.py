"""manifest.json, hacs.json and the brand images, as the validators of Home Assistant and HACS want them."""

import ast
from collections.abc import Iterator
from pathlib import Path
import struct

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy

from homeassistant import components
from homeassistant.const import Platform

from .files import COMPONENT, ROOT, Finding, line_of, python_files, read_json, tree

MANIFEST = COMPONENT / "manifest.json"
HACS = ROOT / "hacs.json"
BRAND = COMPONENT / "brand"

REQUIRED_KEYS = {
    "codeowners",
    "config_flow",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "name",
    "version",
}
IOT_CLASSES = {
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
}
INTEGRATION_TYPES = {"device", "entity", "hardware", "helper", "hub", "service", "system"}

# Integrations whose code may be imported without naming them in the manifest.
ALWAYS_ALLOWED = {platform.value for platform in Platform} | {
    "alert",
    "automation",
    "conversation",
    "default_config",
    "device_automation",
    "frontend",
    "group",
    "homeassistant",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "media_source",
    "onboarding",
    "panel_custom",
    "persistent_notification",
    "person",
    "script",
    "shopping_list",
    "sun",
    "system_health",
    "system_log",
    "timer",
    "webhook",
    "websocket_api",
    "zone",
}

HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}

# Width and height of each image; the dark and the large variants follow from these.
ICON, ICON_2X = 256, 512


def check_manifest() -> Iterator[Finding]:
    """See that the manifest is complete and its values are known."""
    manifest = read_json(MANIFEST)
    keys = list(manifest)
    ordered = ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    if keys != ordered:
        yield Finding(
            MANIFEST, 1, f"keys are out of order: domain, name, then by alphabet: {', '.join(ordered)}"
        )
    for key in sorted(REQUIRED_KEYS - set(keys)):
        yield Finding(MANIFEST, 1, f"{key} is missing: add it")
    if manifest.get("domain") != COMPONENT.name:
        yield Finding(MANIFEST, line_of(MANIFEST, '"domain"'), "domain must be the name of the folder")
    for key, known in (("iot_class", IOT_CLASSES), ("integration_type", INTEGRATION_TYPES)):
        if manifest.get(key) not in known:
            yield Finding(
                MANIFEST, line_of(MANIFEST, f'"{key}"'), f"{key} must be one of {', '.join(sorted(known))}"
            )
    for key in ("documentation", "issue_tracker"):
        if not str(manifest.get(key, "")).startswith("https://"):
            yield Finding(MANIFEST, line_of(MANIFEST, f'"{key}"'), f"{key} must be an https address")
    if AwesomeVersion(manifest.get("version", "")).strategy == AwesomeVersionStrategy.UNKNOWN:
        yield Finding(MANIFEST, line_of(MANIFEST, '"version"'), "version must be a version such as 1.2.3")


def check_requirements() -> Iterator[Finding]:
    """See that each requirement is one word, and each dependency an integration, named once."""
    manifest = read_json(MANIFEST)
    for requirement in manifest.get("requirements", []):
        if " " in requirement:
            yield Finding(
                MANIFEST, line_of(MANIFEST, requirement), f"{requirement!r}: no spaces in a requirement"
            )
    hard, soft = manifest.get("dependencies", []), manifest.get("after_dependencies", [])
    for domain in [*hard, *soft]:
        if not (Path(components.__path__[0]) / domain).is_dir():
            yield Finding(
                MANIFEST, line_of(MANIFEST, f'"{domain}"'), f"{domain} is no integration of Home Assistant"
            )
    for domain in sorted(set(hard) & set(soft)):
        yield Finding(MANIFEST, line_of(MANIFEST, f'"{domain}"'), f"{domain} is a dependency twice: keep one")


def check_dependencies() -> Iterator[Finding]:
    """See that integrations whose code is imported are named in the manifest."""
    manifest = read_json(MANIFEST)
    named = {*manifest.get("dependencies", []), *manifest.get("after_dependencies", [])}
    for path in python_files(COMPONENT):
        for domain, line in _used_integrations(tree(path)):
            # A file or folder of that name is our part of that integration, which only it loads.
            is_platform = (COMPONENT / f"{domain}.py").exists() or (COMPONENT / domain).is_dir()
            if domain not in named | ALWAYS_ALLOWED and not is_platform:
                yield Finding(
                    path,
                    line,
                    f"imports {domain}: add it to dependencies or after_dependencies of the manifest",
                )


def _used_integrations(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the integrations that code imports at run time, with the line."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.ImportFrom(module="homeassistant.components", names=names):
                yield from ((alias.name, child.lineno) for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield from _integration(module, child.lineno)
            case ast.Import(names=names):
                for alias in names:
                    yield from _integration(alias.name, child.lineno)
            case _:
                yield from _used_integrations(child)


def _integration(module: str, line: int) -> Iterator[tuple[str, int]]:
    prefix = "homeassistant.components."
    if module.startswith(prefix):
        yield module.removeprefix(prefix).partition(".")[0], line


def check_hacs() -> Iterator[Finding]:
    """See that hacs.json has a name, no unknown key, and that there is but one integration."""
    hacs = read_json(HACS)
    if "name" not in hacs:
        yield Finding(HACS, 1, "name is missing: add it")
    for key in sorted(set(hacs) - HACS_KEYS):
        yield Finding(HACS, line_of(HACS, f'"{key}"'), f"HACS does not know the key {key}: remove it")
    if hacs.get("zip_release") and "filename" not in hacs:
        yield Finding(HACS, 1, "zip_release needs filename: add it")
    folders = [path for path in COMPONENT.parent.iterdir() if (path / "manifest.json").exists()]
    if len(folders) != 1:
        yield Finding(
            HACS, 1, f"HACS wants one integration below custom_components, there are {len(folders)}"
        )


def check_brand() -> Iterator[Finding]:
    """See that the images are there and have their sizes."""
    for name, side in (("icon.png", ICON), ("icon@2x.png", ICON_2X)):
        for path in (BRAND / name, BRAND / f"dark_{name}"):
            if not path.exists():
                yield Finding(path, 1, "is missing: run scripts/draw_brand.py")
            elif (size := _png_size(path)) != (side, side):
                yield Finding(
                    path, 1, f"is {size[0]}x{size[1]}, must be {side}x{side}: run scripts/draw_brand.py"
                )
    for name in ("logo.png", "logo@2x.png", "dark_logo.png", "dark_logo@2x.png"):
        if not (BRAND / name).exists():
            yield Finding(BRAND / name, 1, "is missing: run scripts/draw_brand.py")


def _png_size(path: Path) -> tuple[int, int]:
    """Return width and height from the header, which is the first chunk of each PNG."""
    with path.open("rb") as file:
        width, height = struct.unpack(">16x2I", file.read(24))
    return width, height
