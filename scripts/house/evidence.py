"""quality_scale.yaml: every rule of Home Assistant's quality scale, with what we say about it."""

from collections.abc import Iterator

import yaml

from .files import COMPONENT, Finding, line_of, read

QUALITY_SCALE = COMPONENT / "quality_scale.yaml"
STATUSES = {"done", "exempt", "todo"}

RULES = {
    "bronze": (
        "action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage "
        "dependency-transparency docs-actions docs-conditions docs-high-level-description "
        "docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup "
        "entity-unique-id has-entity-name runtime-data test-before-configure test-before-setup "
        "unique-config-entry"
    ),
    "silver": (
        "action-exceptions config-entry-unloading docs-configuration-parameters "
        "docs-installation-parameters entity-unavailable integration-owner log-when-unavailable "
        "parallel-updates reauthentication-flow test-coverage"
    ),
    "gold": (
        "devices diagnostics discovery discovery-update-info docs-data-update docs-examples "
        "docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting "
        "docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default "
        "entity-translations exception-translations icon-translations reconfiguration-flow repair-issues "
        "stale-devices"
    ),
    "platinum": "async-dependency inject-websession strict-typing",
}
ALL_RULES = {rule for tier in RULES.values() for rule in tier.split()}


def check_quality_scale() -> Iterator[Finding]:
    """See that each rule has a status, and each exemption a reason."""
    if not QUALITY_SCALE.exists():
        return
    stated = yaml.safe_load(read(QUALITY_SCALE))["rules"]
    for rule in sorted(ALL_RULES - set(stated)):
        yield Finding(QUALITY_SCALE, 1, f"{rule} is missing: add it with its status")
    for rule, value in stated.items():
        line = line_of(QUALITY_SCALE, f"  {rule}:")
        if rule not in ALL_RULES:
            yield Finding(QUALITY_SCALE, line, f"{rule} is no rule of the quality scale: remove it")
        status = value["status"] if isinstance(value, dict) else value
        if status not in STATUSES:
            yield Finding(
                QUALITY_SCALE, line, f"{rule} has status {status}: use {', '.join(sorted(STATUSES))}"
            )
        if status == "exempt" and not (isinstance(value, dict) and value.get("comment")):
            yield Finding(QUALITY_SCALE, line, f"{rule} is exempt without a comment: say why")
