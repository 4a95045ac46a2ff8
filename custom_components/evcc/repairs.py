"""Repairs: what is wrong, shown for as long as it is, with a way to mend it where there is one."""

from datetime import datetime
from typing import Final, cast, override

from homeassistant.components.repairs import ConfirmRepairFlow, FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, SubentryFlowContext
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .coordinator import EvccConfigEntry
from .problem import Problem
from .problems import CHECKS, KEYS

ENTRY: Final = "entry_id"
SUBENTRY: Final = "subentry_id"


@callback
def async_watch(hass: HomeAssistant, entry: EvccConfigEntry) -> None:
    """Look for problems after each cycle, until the entry is unloaded.

    Issues outlive a reload: whoever chose to ignore one is not asked again.
    """
    coordinator = entry.runtime_data.coordinator
    since: dict[str, datetime] = {}

    @callback
    def look() -> None:
        site = coordinator.data
        found = {p.issue_id: p for check in CHECKS for p in check(hass, entry, site)}
        for issue_id in since.keys() - found.keys():
            del since[issue_id]
        shown = _shown(hass)
        for issue_id, problem in found.items():
            begun = since.setdefault(issue_id, site.at)
            if issue_id in shown or site.at - begun >= problem.after:
                _show(hass, entry, problem)
        for issue_id in shown - found.keys():
            ir.async_delete_issue(hass, DOMAIN, issue_id)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


@callback
def async_forget(hass: HomeAssistant) -> None:
    """Delete all issues because the site is gone."""
    for issue_id in _shown(hass):
        ir.async_delete_issue(hass, DOMAIN, issue_id)


def _shown(hass: HomeAssistant) -> set[str]:
    issues = ir.async_get(hass).issues
    return {
        issue_id
        for (domain, issue_id), issue in issues.items()
        if domain == DOMAIN and issue.active and issue.translation_key in KEYS
    }


def _show(hass: HomeAssistant, entry: EvccConfigEntry, problem: Problem) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        problem.issue_id,
        is_fixable=problem.fixable,
        severity=problem.severity,
        translation_key=problem.key,
        translation_placeholders=problem.placeholders,
        data={ENTRY: entry.entry_id, SUBENTRY: problem.about} if problem.fixable else None,
    )


class ReconfigureFlow(ConfirmRepairFlow):
    """Leads to the form in which the device is set up anew; the issue goes when its cause has gone."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        if user_input is None:
            return await super().async_step_confirm()
        data = cast("dict[str, str]", self.data)
        entry = self.hass.config_entries.async_get_known_entry(data[ENTRY])
        subentry = entry.subentries[data[SUBENTRY]]
        flow = await self.hass.config_entries.subentries.async_init(
            (entry.entry_id, subentry.subentry_type),
            context=SubentryFlowContext(source=SOURCE_RECONFIGURE, subentry_id=subentry.subentry_id),
        )
        next_flow = (FlowType.CONFIG_SUBENTRIES_FLOW, flow["flow_id"])
        return self.async_create_entry(data={}, next_flow=next_flow)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that mends an issue; only missing entities have one."""
    return ReconfigureFlow()
