"""Planned charging as a calendar: when which loadpoint charges, and the goals that lie beyond what is planned.

It is on while the plan that is shown says to charge. What a loadpoint does in truth is told by its sensors.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EvccConfigEntry
from .core import agenda
from .core.agenda import Due, Run
from .core.state import SiteState
from .entity import EvccDescription, EvccEntity, PlatformSetup
from .owners import owners

PARALLEL_UPDATES = 0

MOMENT: Final = timedelta(minutes=15)
"""What is due at one time is shown this long."""


@dataclass(frozen=True, kw_only=True)
class CalendarDescription(CalendarEntityDescription, EvccDescription[SiteState]):
    """A calendar of the site."""


SITE: Final = (CalendarDescription(key="planned_charging"),)


async def async_setup_entry(
    hass: HomeAssistant, entry: EvccConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the calendar."""
    setup = PlatformSetup(hass, entry, async_add_entities, Platform.CALENDAR)
    setup.add((owners(hass, entry).site,), SITE, PlannedCharging)


class PlannedCharging(EvccEntity[SiteState], CalendarEntity):
    """What is planned at all loadpoints. Its state carries no figures: they would be new with each cycle."""

    entity_description: CalendarDescription
    _next: CalendarEvent | None = None

    @property
    @override
    def event(self) -> CalendarEvent | None:
        # Home Assistant asks three times a cycle, and checks each new event at some cost.
        if (site := self.part) is None:
            return None
        run = next((r for r in agenda.runs(site) if r.end > site.at), None)
        if run is None:
            return None
        known = self._next
        if (
            known is None
            or (known.uid, known.summary) != (_uid(run), _who(run))
            or (known.start, known.end) != (run.start, run.end)
        ):
            self._next = known = _event(run.start, run.end, _who(run), _uid(run))
        return known

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what is planned between two times, with figures and in Home Assistant's language."""
        if (site := self.part) is None:
            return []
        texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
        words = _Words({key.rpartition(".")[2]: text for key, text in texts.items()}, site.currency)
        runs = [r for r in agenda.runs(site) if r.start < end_date and r.end > start_date]
        return [words.run(r) for r in runs] + [words.due(d) for d in agenda.dues(site, start_date, end_date)]


def _event(start: datetime, end: datetime, summary: str, uid: str, description: str = "") -> CalendarEvent:
    return CalendarEvent(
        start=dt_util.as_local(start),
        end=dt_util.as_local(end),
        summary=summary,
        description=description or None,
        uid=uid,
    )


def _who(run: Run) -> str:
    lp = run.loadpoint
    return f"{lp.title}: {lp.vehicle_title}" if lp.vehicle_title else lp.title


def _uid(run: Run) -> str:
    return f"{run.loadpoint.name}-{run.start.isoformat()}"


class _Words:
    """Turns what is planned into events, in one language."""

    def __init__(self, texts: dict[str, str], currency: str) -> None:
        self._texts = texts
        self._currency = currency

    def _number(self, value: float, digits: int) -> str:
        return f"{value:.{digits}f}".replace(".", self._texts["decimal_mark"])

    def run(self, run: Run) -> CalendarEvent:
        lp = run.loadpoint
        summary = f"{_who(run)}, {self._number(run.energy, 1)} kWh"
        if run.cost is not None:
            summary += f", {self._number(run.cost, 2)} {self._currency}"
        lines = [self._goal(run)]
        if run.cost is not None and run.energy > 0:
            price = f"{self._number(run.cost / run.energy, 3)} {self._currency}/kWh"
            lines.append(self._texts["planned_price"].format(price=price))
        if lp.plan_overrun > 0:
            lines.append(self._texts["planned_late"].format(minutes=round(lp.plan_overrun / 60)))
        return _event(run.start, run.end, summary, _uid(run), "\n".join(line for line in lines if line))

    def _goal(self, run: Run) -> str:
        lp = run.loadpoint
        if lp.effective_plan_time is None:
            return ""
        local = dt_util.as_local(lp.effective_plan_time)
        soc = lp.effective_plan_soc
        amount = f"{soc} %" if soc else f"{self._number(lp.plan_energy, 1)} kWh"
        time = local.strftime(self._texts["planned_time_format"])
        return self._texts["planned_goal"].format(amount=amount, time=time)

    def due(self, due: Due) -> CalendarEvent:
        amount = f"{due.soc} %" if due.soc else f"{self._number(due.energy, 1)} kWh"
        summary = self._texts["planned_due"].format(title=due.title, amount=amount)
        uid = f"{due.name}-due-{due.time.isoformat()}"
        return _event(due.time, due.time + MOMENT, summary, uid, self._texts["planned_due_hint"])
