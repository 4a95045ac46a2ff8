"""Operations of the tag system: what happened lately, starting anew, and the telemetry that there is not."""

from typing import Final

from aiohttp import web

from homeassistant.util import dt as dt_util

from .. import journal
from ..journal import Level
from . import answers
from .call import Call
from .refusals import Refused
from .route import Route
from .shapes import BOOLEAN

_LEVELS: Final = {level.name.lower(): level for level in Level}


async def _log(call: Call) -> web.StreamResponse:
    least = _LEVELS.get(call.query.get("level", "").lower(), Level.ERROR)
    lines = journal.of(call.hass).select(_areas(call), least, _count(call.query.get("count", "")))
    if call.query.get("format") != "txt":
        return answers.result(lines, enveloped=call.enveloped)
    name = f"evcc-{dt_util.now():%Y%m%d-%H%M%S}-{least.name.lower()}.log"
    return answers.text("".join(lines), headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _areas(call: Call) -> frozenset[str]:
    """Return the areas that are asked for, by the contract's name of the parameter or the original's."""
    values = [*call.query.getall("areas", []), *call.query.getall("area", [])]
    return frozenset(area for value in values for area in value.split(",") if area)


def _count(text: str) -> int:
    """Return how many lines are wanted, 0: all. More than there can be is all."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


async def _log_areas(call: Call) -> web.StreamResponse:
    return answers.result(journal.of(call.hass).areas(), enveloped=call.enveloped)


async def _shutdown(call: Call) -> web.StreamResponse:
    """End the site and begin anew: a process that others share is not ours to end."""
    call.hass.config_entries.async_schedule_reload(call.runtime.entry.entry_id)
    return answers.empty(204)


async def _telemetry(call: Call) -> web.StreamResponse:
    return answers.result(False, enveloped=call.enveloped)


async def _set_telemetry(call: Call) -> web.StreamResponse:
    if call.values["enable"]:
        raise Refused(400, "telemetry requires sponsorship")
    return answers.result(False, enveloped=call.enveloped)


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path="/system/log",
        handle=_log,
        tag="System",
        summary="Logs",
        answer="Log",
        query=("areas", "level", "count", "format"),
        protected=True,
    ),
    Route(
        method="GET",
        path="/system/log/areas",
        handle=_log_areas,
        tag="System",
        summary="List of all log areas",
        answer="LogAreas",
        protected=True,
    ),
    Route(
        method="POST",
        path="/system/shutdown",
        handle=_shutdown,
        tag="System",
        summary="Shut down and start anew",
        answer="Restarting",
        protected=True,
    ),
    Route(
        method="GET",
        path="/settings/telemetry",
        handle=_telemetry,
        tag="System",
        summary="Telemetry status",
        answer="BooleanResult",
    ),
    Route(
        method="POST",
        path="/settings/telemetry/{enable}",
        handle=_set_telemetry,
        tag="System",
        summary="Enable or disable telemetry",
        answer="BooleanResult",
        shapes={"enable": BOOLEAN},
    ),
)
