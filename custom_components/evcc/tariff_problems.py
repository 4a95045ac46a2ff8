"""Tariffs that cannot be used as they are meant to be, told by what their user can do about it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EvccConfigEntry
from .core.state import SiteState
from .problem import SOON, Problem
from .tariffs.keeper import Status, lacks_tomorrow
from .tariffs.model import CURRENCY_DIFFERS, MISTAKES
from .tariffs.questions import EXCHANGE

EVENING: Final = 21
"""Hour of Central European time from which tomorrow's prices are missed. The exchanges tell them in the early
afternoon, Spain its regulated ones after eight in the evening."""

GONE: Final = frozenset({"entity_missing", "integration_missing", "attribute_missing", "part_unknown"})
"""What may come back by itself while Home Assistant starts, but is a mistake if it does not."""

TARIFF_KEYS: Final = frozenset(
    {
        "tariff_currency",
        "tariff_misconfigured",
        "tariff_unreadable",
        "tariff_outdated",
        "tariff_tomorrow_missing",
    }
)


def tariffs_useless(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find tariffs that tell nothing, something old, or nothing of tomorrow; one problem for each at most."""
    now = entry.runtime_data.runner.now()
    for status in entry.runtime_data.tariff_keepers.statuses(now):
        if (problem := _problem(hass, status, now)) is not None:
            yield problem


def _problem(hass: HomeAssistant, status: Status, now: datetime) -> Problem | None:
    device = {"device": status.title}
    if status.problem == CURRENCY_DIFFERS:
        return Problem(
            key="tariff_currency",
            about=status.name,
            after=SOON,
            severity=IssueSeverity.ERROR,
            fixable=True,
            placeholders={**device, **status.placeholders},
        )
    error = {**device, "error": _sentence(hass, status)}
    if status.problem in MISTAKES or status.problem in GONE:
        return Problem(
            key="tariff_misconfigured",
            about=status.name,
            severity=IssueSeverity.ERROR,
            fixable=True,
            placeholders=error,
        )
    if not status.usable:
        return Problem(key="tariff_unreadable", about=status.name, placeholders=error)
    reach = {"until": _local(status.until)}
    if status.outdated:
        placeholders = {**error, **reach, "read": _local(status.read_at)}
        return Problem(key="tariff_outdated", about=status.name, placeholders=placeholders)
    if now.astimezone(EXCHANGE).hour >= EVENING and lacks_tomorrow(status.kind, status.until, now):
        return Problem(key="tariff_tomorrow_missing", about=status.name, placeholders={**device, **reach})
    return None


@callback
def _sentence(hass: HomeAssistant, status: Status) -> str:
    """Return what went wrong in the site's language; a source that tells nothing is no error by itself."""
    key = status.problem or "rates_empty"
    texts = async_get_cached_translations(hass, hass.config.language, "exceptions", DOMAIN)
    text = texts.get(f"component.{DOMAIN}.exceptions.{key}.message", key)
    return text.format_map(status.placeholders)


def _local(moment: datetime | None) -> str:
    return "–" if moment is None else f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"
