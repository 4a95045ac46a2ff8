"""What a tariff's source tells before it is saved: as a table for people, or why it tells nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..core.rates import Slot
from ..tariffs.model import SourceError, Usage
from .tariff_zones import WEEKDAYS

ROWS: Final = 12
_WEEK: Final = timedelta(days=6)  # a weekday ahead of that may be mistaken
_WORDS: Final = "tariff.step.check.data"


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


async def async_intro(hass: HomeAssistant) -> str:
    """Return what stands above a table."""
    return (await async_texts(hass, "config_subentries"))[f"{_WORDS}.intro"]


async def async_table(
    hass: HomeAssistant, slots: Sequence[Slot], unit: str, now: datetime, zone: ZoneInfo
) -> str:
    """Return what holds in the next hours, and how far the source reaches, in Markdown."""
    texts = await async_texts(hass, "config_subentries")
    names = {key: texts[f"{_WORDS}.{key}"] for key in ("time", "value", "until", "range")}
    days = names_of(await async_texts(hass, "selector"), "weekday")
    known = _joined([s for s in slots if s.end > now])
    today = now.astimezone(zone).date()
    rows = []
    for slot in known[:ROWS]:
        begin, end = (moment.astimezone(zone) for moment in (max(slot.start, now), slot.end))
        hours = f"{_clock(begin, today, days, now)} – {_clock(end, begin.date(), days, now)}"
        rows.append(f"| {hours} | {_number(slot.value, unit)} |")
    if len(known) > ROWS:
        rows.append("| … | |")
    values = [s.value for s in known]
    facts = [f"{names['until']}: {known[-1].end.astimezone(zone):%Y-%m-%d %H:%M}"]
    if len(set(values)) > 1:
        facts.append(f"{names['range']}: {_number(min(values), unit)} … {_number(max(values), unit)} {unit}")
    head = [f"| {names['time']} | {names['value']} ({unit}) |", "| --- | --- |"]
    return "\n".join([*head, *rows]) + "\n\n" + "  \n".join(facts)


def _clock(local: datetime, said: date, days: Mapping[str, str], now: datetime) -> str:
    """Return a time of the day, with its weekday if that was not `said`, with its date if that is far ahead."""
    if local.date() == said:
        return f"{local:%H:%M}"
    if local - now > _WEEK:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{days[WEEKDAYS[local.weekday()]]} {local:%H:%M}"


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
    return f"{value:.0f}" if unit in ("W", "g/kWh") else f"{value:.4f}"


def names_of(texts: Mapping[str, str], *selectors: str) -> dict[str, str]:
    """Return the names of the options of selectors by their words."""
    return {
        path.rpartition(".")[2]: text
        for path, text in texts.items()
        if path.startswith(tuple(f"{s}.options." for s in selectors))
    }
