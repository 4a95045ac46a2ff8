"""What energy costs, emits and yields in the hours to come."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from ..core.rates import Tariff, Tariffs
from . import answers, shapes
from .call import Call
from .rates import rates
from .refusals import Refused
from .route import Route

_USAGES: Final[Mapping[str, Callable[[Tariffs], Tariff | None]]] = {
    "grid": lambda tariffs: tariffs.grid,
    "feedin": lambda tariffs: tariffs.feedin,
    "co2": lambda tariffs: tariffs.co2,
    "planner": lambda tariffs: tariffs.consumption,
    "solar": lambda tariffs: tariffs.solar,
    "temperature": lambda _: None,
}


def _since(tariff: Tariff, now: datetime, timezone: str) -> datetime:
    """Return from when a tariff is told: now, or for one that never changes the beginning of the day."""
    if not tariff.static:
        return now
    return now.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)


async def _tariff(call: Call) -> web.StreamResponse:
    word = call.values["type"]
    if word not in _USAGES:
        raise Refused(404, f"{word} does not belong to TariffUsage values")
    now = call.runtime.runner.now()
    tariff = _USAGES[word](call.runtime.tariffs(now))
    if tariff is None:
        raise Refused(404, "tariff not available")
    since = _since(tariff, now, call.runtime.site.config.timezone)
    told = {"rates": rates(slot for slot in tariff.slots if slot.end > since)}
    return answers.result(told, enveloped=call.enveloped)


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET",
        path="/tariff/{type}",
        handle=_tariff,
        tag="Tariffs",
        summary="Prices, emissions or solar yield of the hours to come",
        answer="Tariff",
        shapes={"type": shapes.TARIFF},
    ),
)
