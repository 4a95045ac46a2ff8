"""Forecasts and present prices in the state.

The lists are long and change once a quarter: they are made anew when a tariff is another one or a quarter
has passed, and stay the same objects in between.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from ...core.forecast import Day, outlook
from ...core.rates import Slot, Tariff, TariffKind, Tariffs
from ...core.state import SiteState
from .loadpoint import rate
from .values import Number, exact, instant, rounded

_DAYS: Final = ("today", "tomorrow", "dayAfterTomorrow")
# Older clients are told what changes by a plan known ahead only.
_LIVE: Final = frozenset({TariffKind.PRICE_STATIC, TariffKind.PRICE_DYNAMIC})


def prices(state: SiteState, tariffs: Tariffs) -> dict[str, Any]:
    """Return what holds now: null where a tariff has a gap, no key without the tariff."""
    found: dict[str, Any] = {
        "smartCostAvailable": state.smart_cost_available,
        "smartCostType": state.smart_cost_type,
        "smartFeedInPriorityAvailable": state.smart_feed_in_priority_available,
    }
    if tariffs.grid is not None:
        found["tariffGrid"] = rounded(state.tariff_grid)
        found["tariffPriceHome"] = exact(state.tariff_price_home)
        found["tariffPriceLoadpoints"] = exact(state.tariff_price_loadpoints)
    if tariffs.feedin is not None:
        found["tariffFeedIn"] = rounded(state.tariff_feedin)
    if tariffs.co2 is not None:
        found["tariffCo2"] = rounded(state.tariff_co2)
        found["tariffCo2Home"] = exact(state.tariff_co2_home)
        found["tariffCo2Loadpoints"] = exact(state.tariff_co2_loadpoints)
    if tariffs.solar is not None:
        found["tariffSolar"] = rounded(state.tariff_solar)
    return found


class Forecasts:
    """The object `forecast` in both shapes, as long as it stays the same."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._made_of: tuple[object, ...] = ()
        self._told: dict[bool, dict[str, Any]] = {}

    def told(self, tariffs: Tariffs, now: datetime, zone: tzinfo, *, modern: bool) -> dict[str, Any]:
        """Return the forecasts from the present quarter on, in the zone whose days count."""
        made_of = (
            tariffs.grid,
            tariffs.feedin,
            tariffs.co2,
            tariffs.solar,
            tariffs.planner,
            quarter(now),
            zone,
        )
        if made_of != self._made_of:
            self._made_of = made_of
            self._told = {}
        if (told := self._told.get(modern)) is None:
            told = self._told[modern] = _forecast(tariffs, now, zone, modern=modern)
        return told


def quarter(now: datetime) -> datetime:
    """Return the start of the quarter of an hour."""
    return now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)


def _forecast(tariffs: Tariffs, now: datetime, zone: tzinfo, *, modern: bool) -> dict[str, Any]:
    planner = tariffs.consumption
    usages = {"co2": tariffs.co2, "feedin": tariffs.feedin, "grid": tariffs.grid, "planner": planner}
    since = quarter(now)
    found: dict[str, Any] = {}
    for usage, tariff in usages.items():
        if tariff is None or (not modern and tariff.kind in _LIVE):
            continue
        if slots := [s for s in tariff.slots if s.end > since]:
            found[usage] = [_pair(s) for s in slots] if modern else [rate(s) for s in slots]
    if tariffs.solar is not None:
        found["solar"] = _solar(tariffs.solar, now, zone, modern=modern)
    return found


def _pair(slot: Slot) -> list[Number]:
    return [int(slot.start.timestamp()), int(slot.end.timestamp()), exact(slot.value)]


def _solar(tariff: Tariff, now: datetime, zone: tzinfo, *, modern: bool) -> dict[str, Any]:
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    slots = [s for s in tariff.slots if s.end > midnight]
    days = dict(zip(_DAYS, (_day(d) for d in outlook(tariff, now, zone)), strict=True))
    # nothing is measured against the forecast: it is taken as it is
    return {**({"scale": 1} if modern else {}), **days, "timeseries": _series(slots, modern=modern)}


def _day(day: Day) -> dict[str, Any]:
    return {"energy": exact(day.energy), "complete": day.complete}


def _series(slots: Sequence[Slot], *, modern: bool) -> list[Any]:
    if modern:
        return [[int(s.start.timestamp()), exact(s.value)] for s in slots]
    return [{"ts": instant(s.start), "val": exact(s.value)} for s in slots]
