"""What the entities of a device say before it is saved: as errors of a form, and as a table for people."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..devices.entity.probe import ProbeLine

_EXTRAS: Final = ("unit", "value", "age", "word", "line", "error")
"""Placeholders of a problem that say more than its entity, the one to show first."""


def concerned(line: ProbeLine) -> str:
    """Return what a problem is about: the entity, and what is wrong with it if that has a name."""
    extra = next((line.placeholders[key] for key in _EXTRAS if line.placeholders.get(key)), "")
    if options := line.placeholders.get("options"):
        extra = f"{extra}: {options}"
    if not line.entity_id:
        return extra
    return f"{line.entity_id} ({extra})" if extra else line.entity_id


def errors(lines: Iterable[ProbeLine], groups: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return errors by field, and for the text of each what it is about, under the name of the error.

    `groups` has the section of each field of the form. Fields in a section cannot show an error, so the
    section does; what is about no field of the form is shown above all.
    """
    found: dict[str, str] = {}
    about: dict[str, list[str]] = {}
    for line, problem in ((line, line.problem) for line in lines if line.problem):
        found.setdefault(groups.get(line.key, "base") or line.key, problem)
        about.setdefault(problem, []).append(concerned(line))
    return found, {key: ", ".join(dict.fromkeys(filter(None, texts))) for key, texts in about.items()}


async def async_report(hass: HomeAssistant, subentry_type: str, lines: Iterable[ProbeLine]) -> dict[str, str]:
    """Return a table of what was read and the problems as a list, both in Markdown and the site's language."""
    texts = await async_get_translations(hass, hass.config.language, "config_subentries", {DOMAIN})
    prefix = f"component.{DOMAIN}.config_subentries.{subentry_type}"

    def label(key: str) -> str:
        places = ("data", "sections.phases.data", "sections.more.data")
        names = (texts.get(f"{prefix}.step.entities.{place}.{key}") for place in places)
        return next((name for name in names if name), key)

    rows = []
    problems = []
    for line in lines:
        value = f"⚠️ {line.value}".strip() if line.problem else (line.value or "✓")
        rows.append(f"| {label(line.key)} | {_cell(line.entity_id)} | {_cell(value)} |")
        if line.problem:
            text = texts.get(f"{prefix}.error.{line.problem}", line.problem)
            problems.append(f"- **{label(line.key)}**: {text.format_map({line.problem: concerned(line)})}")
    head = [f"| {texts[f'{prefix}.step.check.data.{key}']} " for key in ("field", "entity", "value")]
    return {
        "table": "\n".join(["".join(head) + "|", "| --- | --- | --- |", *rows]),
        "problems": "\n".join(problems),
    }


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
