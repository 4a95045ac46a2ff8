"""Keeps what one source knows: reads it again and again, and holds on to the last good answer.

Prices are published once a day, services and integrations are away now and then, and Home Assistant
restarts whenever its user likes. What was known stays known until it is over; how old it is is told.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import logging
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_state_change_event

from ..core.rates import Slot, Tariff, TariffKind, quarter
from .charges import Charges
from .model import SiteTime, Source, SourceError, Usage
from .questions import EXCHANGE
from .reading import async_ask, kind_of

_LOGGER = logging.getLogger(__name__)

FIRST_RETRY: Final = 1.0  # s, doubled with each failure
CLOSE_RETRIES: Final = 6  # failures that are followed by the next try so closely, a minute in all
WITHOUT_RATES: Final = timedelta(minutes=5)
"""Distance of readings while nothing is known at all, and while tomorrow's prices are expected."""
PUBLICATION: Final = (13, 15)
"""Hours of Central European time between which the exchanges publish tomorrow's prices."""
SETTLE: Final = 5.0  # s after a change of an entity: several change one after the other
KEEP_FLAT: Final = 2  # intervals after which an answer counts as old


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a tariff is doing. `problem` is a translation key with its placeholders, None: all is well."""

    name: str
    title: str
    usage: Usage
    kind: TariffKind
    read_at: datetime | None
    until: datetime | None  # end of what is known
    problem: str | None
    placeholders: Mapping[str, str]
    outdated: bool
    usable: bool  # something is known of now or of the hours to come
    slots: int


def lacks_tomorrow(kind: TariffKind, until: datetime | None, now: datetime) -> bool:
    """Whether prices that are published a day ahead, and known `until`, end before tomorrow's noon."""
    local = now.astimezone(EXCHANGE)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return kind is TariffKind.PRICE_FORECAST and (until is None or until < noon)


class TariffKeeper:
    """The rates of one source."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        name: str,
        title: str,
        usage: Usage,
        source: Source,
        charges: Charges | None,
        zone: ZoneInfo,
        changed: Callable[[], None],
        time: SiteTime,
    ) -> None:
        """Take the parts; `changed` is called after each reading."""
        self._hass = hass
        self.name = name
        self.title = title
        self.usage = usage
        self._source = source
        self._charges = charges
        self._zone = zone
        self._changed = changed
        self._time = time
        self.tariff: Tariff | None = None
        self.read_at: datetime | None = None
        self._error: SourceError | None = None
        self._failures = 0
        self._timer: CALLBACK_TYPE | None = None
        self._settling = False  # the timer runs because of a change
        self._overtaken = False  # a change came while reading
        self._unwatch: CALLBACK_TYPE | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._lock = asyncio.Lock()

    # What is known

    @property
    def kind(self) -> TariffKind:
        """What sort of values these are."""
        return kind_of(self._source, self._charges)

    def known(self, now: datetime) -> Tariff | None:
        """Return the rates as far as they can be trusted.

        What is all over counts as nothing: a plan that waits for prices which do not come is late. A price
        that is one of now, and only taken to last, is not trusted any more when it is old.
        """
        if self.tariff is None or self.until is None or self.until <= now:
            return None
        live = self.tariff.kind is TariffKind.PRICE_DYNAMIC
        return None if live and self.outdated(now) else self.tariff

    def outdated(self, now: datetime) -> bool:
        """Whether the last good answer is old."""
        if self.read_at is None:
            return False
        return (now - self.read_at) / self._time.speed > KEEP_FLAT * self._source.interval

    @property
    def until(self) -> datetime | None:
        """Return the end of what is known."""
        return self.tariff.slots[-1].end if self.tariff is not None and self.tariff.slots else None

    def status(self, now: datetime) -> Status:
        """Return how it is doing."""
        error = self._error
        return Status(
            name=self.name,
            title=self.title,
            usage=self.usage,
            kind=self.kind,
            read_at=self.read_at,
            until=self.until,
            problem=None if error is None else error.key,
            placeholders={} if error is None else error.placeholders,
            outdated=self.outdated(now),
            usable=self.known(now) is not None,
            slots=0 if self.tariff is None else len(self.tariff.slots),
        )

    def restore(self, tariff: Tariff, read_at: datetime) -> None:
        """Take over what was known before a restart."""
        self.read_at = read_at
        self.tariff = tariff

    # Reading

    async def async_start(self) -> None:
        """Read for the first time, without waiting for more than the source itself does, and from then on."""
        watched = getattr(self._source, "entity_ids", ())
        if watched:
            self._unwatch = async_track_state_change_event(self._hass, watched, self._entity_changed)
        await self.async_read()

    @callback
    def async_stop(self) -> None:
        """Read no more; what a reading that goes on still finds is not taken."""
        self._stopped = True
        for cancel in (self._timer, self._unwatch):
            if cancel is not None:
                cancel()
        self._timer = self._unwatch = None
        if self._task is not None:
            self._task.cancel()

    @callback
    def _entity_changed(self, _event: object) -> None:
        # the first change counts: an entity that changes all the time is read all the same
        if self._lock.locked():
            self._overtaken = True
        elif not self._settling:
            self._settling = True
            self._schedule(SETTLE)

    @callback
    def _schedule(self, delay: float) -> None:
        if self._timer is not None:
            self._timer()
        self._timer = async_call_later(self._hass, delay, self._due)

    @callback
    def _due(self, _now: datetime) -> None:
        self._timer = None
        # in the background: a service that does not answer holds up nothing, not even the shutdown
        self._task = self._hass.async_create_background_task(self.async_read(), f"evcc tariff {self.title}")

    async def async_read(self) -> None:
        """Read now and arrange the next time; never raises."""
        async with self._lock:
            self._settling = self._overtaken = False
            now = self._time.now()
            known: list[Slot] = []
            error: SourceError | None = None
            try:
                known = await async_ask(self._source, self._charges, now)
            except SourceError as err:
                error = err
            if error is None and self._lost_hours(now):
                error = SourceError("rates_empty")
            if self._stopped:
                return
            if error is not None:
                self._failed(error)
            else:
                self._succeeded()
                self.read_at = now
                self._take(self._merged(known, now))
            self._schedule(SETTLE if self._overtaken else self._delay(self._time.now()))
        self._changed()

    def _lost_hours(self, now: datetime) -> bool:
        """Whether only the price of now is left although hours are known: lists come later than states."""
        tariff = self.known(now)
        return (
            self.kind is TariffKind.PRICE_DYNAMIC
            and tariff is not None
            and tariff.kind is TariffKind.PRICE_FORECAST
        )

    def _succeeded(self) -> None:
        if self._error is not None:
            _LOGGER.info("%s can be read again", self.title)
        self._error = None
        self._failures = 0

    def _failed(self, err: SourceError) -> None:
        if self._error is None or self._error.key != err.key:
            _LOGGER.warning("%s cannot be read: %s", self.title, err)
        self._error = err
        self._failures += 1

    def _delay(self, now: datetime) -> float:
        """Return the seconds until the next reading."""
        if self._error is not None and self._error.retry and self._failures <= CLOSE_RETRIES:
            return FIRST_RETRY * 2.0 ** (self._failures - 1)
        interval = self._source.interval
        if self.until is None or self.until <= now or self._expects_tomorrow(now):
            interval = min(interval, WITHOUT_RATES)
        elif self._time.speed != 1.0:  # what is known is over sooner
            interval = min(interval, (self.until - now) / self._time.speed)
        return interval.total_seconds()

    def _expects_tomorrow(self, now: datetime) -> bool:
        publishing = PUBLICATION[0] <= now.astimezone(EXCHANGE).hour < PUBLICATION[1]
        return publishing and lacks_tomorrow(self.kind, self.until, now)

    def _merged(self, new: list[Slot], now: datetime) -> list[Slot]:
        """Return the new rates behind those known ones that are neither over nor told anew."""
        begin = quarter(now)
        if self.kind is TariffKind.SOLAR:
            # the produced part of today is compared with its forecast
            begin = (
                now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
            )
        first = new[0].start if new else datetime.max.replace(tzinfo=UTC)
        known = self.tariff.slots if self.tariff is not None else ()
        return [s for s in known if s.end <= first and s.end > begin] + new

    def _take(self, slots: list[Slot]) -> None:
        """Show the rates; the object stays the same as long as they do, since plans go by it."""
        if not slots:
            self.tariff = None
        elif self.tariff is None or self.tariff.slots != tuple(slots) or self.tariff.kind is not self.kind:
            self.tariff = Tariff(self.kind, slots)


def dump(keeper: TariffKeeper) -> dict[str, Any] | None:
    """Return what is to be stored of a keeper, None if it knows nothing."""
    if keeper.tariff is None or keeper.read_at is None:
        return None
    slots = [[s.start.timestamp(), s.end.timestamp(), s.value] for s in keeper.tariff.slots]
    return {"read_at": keeper.read_at.isoformat(), "kind": keeper.tariff.kind.value, "slots": slots}


def restore(keeper: TariffKeeper, stored: Mapping[str, Any]) -> None:
    """Give back to a keeper what was stored; what cannot be understood is left out."""
    try:
        slots = [
            Slot(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC), float(v))
            for a, b, v in stored["slots"]
        ]
        tariff = Tariff(TariffKind(stored["kind"]), slots)
        read_at = datetime.fromisoformat(stored["read_at"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError) as err:
        _LOGGER.warning("The stored rates of %s are not used: %s", keeper.title, err)
        return
    if slots:
        keeper.restore(tariff, read_at)
