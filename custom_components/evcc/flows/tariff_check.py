"""What a tariff's source tells before it is saved: as a table for people, or why it tells nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..core.rates import Slot
from ..tariffs.model import SourceError, Usage

ROWS: Final = 12

BLOCKING: Final = frozenset(
    {
        "formula_failed",
        "hours_invalid",
        "days_invalid",
        "months_invalid",
        "unit_unknown",
        "currency_differs",
        "source_incomplete",
        "source_unknown",
        "part_missing",
    }
)
"""Problems that do not go by themselves: what has them cannot be saved."""


def unit_of(usage: Usage, currency: str) -> str:
    """Return the unit of a tariff's values."""
    return {Usage.CO2: "g/kWh", Usage.SOLAR: "W"}.get(usage, f"{currency}/kWh")


async def async_texts(hass: HomeAssistant, category: str) -> dict[str, str]:
    """Return texts in the site's language, by their path below the category."""
    found = await async_get_translations(hass, hass.config.language, category, {DOMAIN})
    prefix = f"component.{DOMAIN}.{category}."
    return {key.removeprefix(prefix): text for key, text in found.items()}


async def async_problem(hass: HomeAssistant, err: SourceError) -> str:
    """Return what went wrong as a sentence."""
    texts = await async_texts(hass, "exceptions")
    text = texts.get(f"{err.key}.message", err.key)
    return f"⚠️ {text.format_map(err.placeholders)}"


async def async_table(
    hass: HomeAssistant, slots: Sequence[Slot], unit: str, now: datetime, zone: ZoneInfo
) -> str:
    """Return what holds in the next hours, and how far the source reaches, in Markdown."""
    texts = await async_texts(hass, "config_subentries")
    names = {key: texts[f"tariff.step.check.data.{key}"] for key in ("time", "value", "until", "range")}
    known = _joined([s for s in slots if s.end > now])
    today = now.astimezone(zone).date()

    def clock(moment: datetime) -> str:
        local = moment.astimezone(zone)
        return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"

    rows = [
        f"| {clock(max(s.start, now))} – {clock(s.end)} | {_number(s.value, unit)} |" for s in known[:ROWS]
    ]
    if len(known) > ROWS:
        rows.append("| … | |")
    values = [s.value for s in known]
    facts = [f"{names['until']}: {known[-1].end.astimezone(zone):%Y-%m-%d %H:%M}"]
    if len(set(values)) > 1:
        facts.append(f"{names['range']}: {_number(min(values), unit)} … {_number(max(values), unit)}")
    head = [f"| {names['time']} | {names['value']} |", "| --- | --- |"]
    return "\n".join([*head, *rows]) + "\n\n" + "  \n".join(facts)


def _joined(slots: Sequence[Slot]) -> list[Slot]:
    """Return slots that follow each other with the same value as one."""
    found: list[Slot] = []
    for slot in slots:
        if found and (last := found[-1]).end == slot.start and last.value == slot.value:
            found[-1] = Slot(last.start, slot.end, slot.value)
        else:
            found.append(slot)
    return found


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if unit in ("W", "g/kWh") else f"{value:.4f} {unit}"


def names_of(texts: Mapping[str, str], *selectors: str) -> dict[str, str]:
    """Return the names of the options of selectors by their words."""
    return {
        path.rpartition(".")[2]: text
        for path, text in texts.items()
        if path.startswith(tuple(f"{s}.options." for s in selectors))
    }
