"""Check the rules of this house and print what is wrong, as `file:line: what is wrong, what to do`."""

from collections.abc import Callable, Iterator
import sys

from scripts.house.actions import check_icons, check_services
from scripts.house.arrows import check_arrows, check_pure_core, check_relative_imports
from scripts.house.evidence import check_quality_scale
from scripts.house.files import Finding
from scripts.house.manifest import (
    check_brand,
    check_dependencies,
    check_hacs,
    check_manifest,
    check_requirements,
)
from scripts.house.size import (
    check_file_length,
    check_function_length,
    check_tables_exist,
    wish_function_length,
)
from scripts.house.translations import (
    check_entities,
    check_flows,
    check_languages,
    check_literal_keys,
    check_structure,
    check_texts,
)
from scripts.house.words import check_words

type Check = Callable[[], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    check_arrows,
    check_relative_imports,
    check_pure_core,
    check_file_length,
    check_function_length,
    check_tables_exist,
    check_manifest,
    check_requirements,
    check_dependencies,
    check_hacs,
    check_brand,
    check_texts,
    check_languages,
    check_structure,
    check_flows,
    check_literal_keys,
    check_entities,
    check_services,
    check_icons,
    check_quality_scale,
    check_words,
)


def main() -> int:
    """Print all findings; return 1 if there is any beside wishes."""
    for wish in wish_function_length():
        print(f"{wish} (no error)")
    findings = [finding for check in CHECKS for finding in check()]
    for finding in findings:
        print(finding)
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
