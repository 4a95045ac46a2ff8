"""Write docs/actions.md from services.yaml and the English texts, so that it never tells anything else."""

import json
from typing import Any

import yaml

from scripts.hass_process import ROOT

TARGET = ROOT / "docs" / "actions.md"
COMPONENT = ROOT / "custom_components" / "evcc"

HEAD = """# Actions

Choose a loadpoint by its device, one of its entities, or its number (`loadpoint: 1`). What cannot be done is refused
with a message that says why. `scripts/make_docs.py` makes this page from the texts of the integration.
"""


def page() -> str:
    """Return the page."""
    texts = json.loads((COMPONENT / "translations" / "en.json").read_text(encoding="utf-8"))["services"]
    actions: dict[str, Any] = yaml.safe_load((COMPONENT / "services.yaml").read_text(encoding="utf-8"))
    parts = [HEAD]
    for name, action in actions.items():
        parts.append(f"\n## {texts[name]['name']} (`evcc.{name}`)\n\n{texts[name]['description']}\n")
        fields = (action or {}).get("fields", {})
        if fields:
            parts.append("\n| field | | what it is | example |\n| --- | --- | --- | --- |\n")
        for key, field in fields.items():
            needed = "required" if field.get("required") else ""
            told = texts[name]["fields"][key]["description"]
            parts.append(f"| `{key}` | {needed} | {told} | {json.dumps(field.get('example', ''))} |\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
