"""All tariffs of a site together, and what is stored of them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
import hashlib
import json
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..core.rates import QUARTER, Slot, Tariff, TariffKind, Tariffs
from .keeper import Status, TariffKeeper, dump, restore
from .model import Usage
from .shapes import on_quarters

STORE_KEY: Final = f"{DOMAIN}.tariffs"
STORE_VERSION: Final = 1
SAVE_DELAY: Final = 60.0  # s: several tariffs are read at about the same time
SAVE_SPACING: Final = 900.0
"""s between two writes: entities may change every few seconds, and flash memory wears out."""


def digest(data: Mapping[str, Any]) -> str:
    """Return what tells whether a tariff is still configured as it was when its rates were stored."""
    text = json.dumps(dict(data), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class TariffKeepers:
    """The keepers of an entry. `digests` tells by keeper how it is configured."""

    def __init__(
        self, hass: HomeAssistant, keepers: Sequence[TariffKeeper], digests: Mapping[str, str]
    ) -> None:
        """Take the keepers; nothing is read yet."""
        self._hass = hass
        self._keepers = tuple(keepers)
        self._digests = digests
        self._store: Store[dict[str, Any]] = Store(hass, STORE_VERSION, STORE_KEY, atomic_writes=True)
        self._seen: tuple[Tariff | None, ...] = ()
        self._current = Tariffs()
        self._task: asyncio.Task[None] | None = None
        self._saving = False
        self._stored: tuple[datetime | None, ...] = tuple(keeper.read_at for keeper in keepers)
        self._next_save = 0.0  # loop time

    async def async_start(self) -> None:
        """Give back what was stored, then read everything in the background: set-up waits for nobody."""
        if not self._keepers:
            return
        loaded = await self._store.async_load()
        stored = loaded if isinstance(loaded, dict) else {}
        for keeper in self._keepers:
            known = stored.get(keeper.name)
            if isinstance(known, dict) and known.get("digest") == self._digests.get(keeper.name):
                restore(keeper, known)
        self._stored = self._readings()
        self._task = self._hass.async_create_background_task(self._async_read_all(), "evcc tariffs")

    async def _async_read_all(self) -> None:
        await asyncio.gather(*(keeper.async_start() for keeper in self._keepers))

    @callback
    def async_stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()
        for keeper in self._keepers:
            keeper.async_stop()

    async def async_flush(self) -> None:
        """Store what is known now."""
        if self._keepers:
            await self._store.async_save(self._dump())

    @callback
    def changed(self) -> None:
        """Store soon what was read; a further call would put it off, so only the first one counts."""
        if self._saving or self._stored == self._readings():
            return
        self._saving = True
        self._store.async_delay_save(self._dump, max(SAVE_DELAY, self._next_save - self._hass.loop.time()))

    def _readings(self) -> tuple[datetime | None, ...]:
        return tuple(keeper.read_at for keeper in self._keepers)

    def _dump(self) -> dict[str, Any]:
        self._saving = False
        self._stored = self._readings()
        self._next_save = self._hass.loop.time() + SAVE_SPACING
        found = {}
        for keeper in self._keepers:
            if (known := dump(keeper)) is not None:
                found[keeper.name] = {**known, "digest": self._digests.get(keeper.name)}
        return found

    def statuses(self, now: datetime) -> list[Status]:
        """Return how each tariff is doing."""
        return [keeper.status(now) for keeper in self._keepers]

    def has(self, usage: Usage) -> bool:
        """Return whether a tariff is configured for that."""
        return any(keeper.usage is usage for keeper in self._keepers)

    def read_at(self, usage: Usage) -> datetime | None:
        """Return when what is known for a use was read, its oldest part; None if a part never was."""
        moments = [keeper.read_at for keeper in self._keepers if keeper.usage is usage]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None

    def current(self, now: datetime) -> Tariffs:
        """Return the tariffs as the core wants them; the same objects while nothing changes."""
        seen = tuple(keeper.known(now) for keeper in self._keepers)
        if len(seen) != len(self._seen) or any(a is not b for a, b in zip(seen, self._seen, strict=True)):
            self._seen = seen
            self._current = self._join(seen)
        return self._current

    def _join(self, tariffs: Sequence[Tariff | None]) -> Tariffs:
        by_usage: dict[Usage, list[Tariff]] = {}
        for keeper, tariff in zip(self._keepers, tariffs, strict=True):
            if tariff is not None:
                by_usage.setdefault(keeper.usage, []).append(tariff)

        def one(usage: Usage) -> Tariff | None:
            return by_usage[usage][0] if usage in by_usage else None

        return Tariffs(
            grid=one(Usage.GRID),
            feedin=one(Usage.FEEDIN),
            co2=one(Usage.CO2),
            solar=added(by_usage.get(Usage.SOLAR, [])),
            planner=one(Usage.PLANNER),
        )


async def async_forget(hass: HomeAssistant) -> None:
    """Delete what is stored, because the site is gone."""
    store: Store[dict[str, Any]] = Store(hass, STORE_VERSION, STORE_KEY)
    await store.async_remove()


def added(tariffs: Sequence[Tariff]) -> Tariff | None:
    """Return several solar forecasts as one: roofs add up where all of them are known.

    Each is brought to the same quarters of an hour first; holes in between are nights. Where one forecast
    ends earlier, the sum does as well: a part of the roofs is no forecast of the house.
    """
    if len(tariffs) < 2:
        return tariffs[0] if tariffs else None
    begin, end = max(t.slots[0].start for t in tariffs), min(t.slots[-1].end for t in tariffs)
    values = [{s.start: s.value for s in on_quarters(t.slots, missing=0.0)} for t in tariffs]
    starts = sorted({start for told in values for start in told if begin <= start < end})
    slots = [Slot(start, start + QUARTER, sum(told.get(start, 0.0) for told in values)) for start in starts]
    return Tariff(TariffKind.SOLAR, slots) if slots else None
