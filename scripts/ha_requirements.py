"""Print the packages that Home Assistant would install by itself at run time, one per line.

Home Assistant's wheel holds the code of all its integrations, but not their packages. Those that every
start needs (the default integrations) and those that this project uses are collected here from the
manifests of the installed version, so that a development instance runs without fetching anything.

Run it with the interpreter of the virtual environment. `--constraints` prints the path of the file that
Home Assistant itself installs with.
"""

import json
from pathlib import Path
import sys
from typing import Any

from homeassistant import bootstrap, components

COMPONENTS = Path(components.__path__[0])
OURS = Path(__file__).resolve().parent.parent / "custom_components" / "evcc" / "manifest.json"

# What the configuration of scripts/develop and the tests name, beyond the default integrations.
USED = ("energy", "history", "logbook", "modbus", "sun")

# Others import the client of hassio although they do not depend on it: its packages are needed,
# those of its dependencies are not.
WITHOUT_DEPENDENCIES = "hassio"


def manifest(path: Path) -> dict[str, Any]:
    """Return the manifest at the path, or an empty one where there is none."""
    if not path.exists():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def collect() -> set[str]:
    """Return the requirements of all integrations that a start sets up."""
    ours = manifest(OURS)
    todo = {
        *USED,
        *bootstrap.DEFAULT_INTEGRATIONS,
        *bootstrap.CORE_INTEGRATIONS,
        WITHOUT_DEPENDENCIES,
        *ours.get("dependencies", []),
        *ours.get("after_dependencies", []),
    }
    seen: set[str] = set()
    found = set(ours.get("requirements", []))
    while todo:
        domain = todo.pop()
        if domain in seen:
            continue
        seen.add(domain)
        its = manifest(COMPONENTS / domain / "manifest.json")
        found.update(its.get("requirements", []))
        if domain != WITHOUT_DEPENDENCIES:
            todo.update(its.get("dependencies", []))
    return found


def main() -> None:
    """Print the list, or the path of the constraints."""
    if sys.argv[1:] == ["--constraints"]:
        print(COMPONENTS.parent / "package_constraints.txt")
        return
    print("\n".join(sorted(collect())))


if __name__ == "__main__":
    main()
