"""What is wrong with plans and can be mended by a person."""

from collections.abc import Iterator
from typing import Final

from homeassistant.core import CoreState, HomeAssistant

from .const import CONF_PLAN_CALENDAR
from .coordinator import EvccConfigEntry
from .core.state import SiteState
from .problem import AT_ONCE, Problem

MOST_EVENTS: Final = 10
"""Titles that a repair names; more of them say nothing new."""


def calendar_useless(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find a calendar of plans that is gone, and events in it that cannot be understood."""
    calendar = entry.options.get(CONF_PLAN_CALENDAR)
    if not calendar:
        return
    if hass.state is CoreState.running and hass.states.get(calendar) is None:
        yield Problem(key="calendar_missing", about=entry.entry_id, placeholders={"calendar": calendar})
    if unclear := entry.runtime_data.unclear_events:
        more = ["…"] if len(unclear) > MOST_EVENTS else []
        titles = "\n".join(f"- {title}" for title in [*unclear[:MOST_EVENTS], *more])
        yield Problem(
            key="events_unclear",
            about=entry.entry_id,
            after=AT_ONCE,
            placeholders={"calendar": calendar, "events": titles},
        )


def plans_useless(hass: HomeAssistant, entry: EvccConfigEntry, site: SiteState) -> Iterator[Problem]:
    """Find plans of vehicles whose capacity is unknown: nothing follows them."""
    for car in site.vehicles:
        planned = car.plan is not None or any(p.active for p in car.repeating_plans)
        if planned and car.capacity <= 0:
            yield Problem(
                key="plan_useless",
                about=car.name,
                after=AT_ONCE,
                fixable=True,
                placeholders={"device": car.title or car.name},
            )


PLAN_KEYS: Final = frozenset({"calendar_missing", "events_unclear", "plan_useless"})
