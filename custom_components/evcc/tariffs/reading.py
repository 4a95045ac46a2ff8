"""One reading of a source: what it tells, made into quarters of an hour of what one pays in the end."""

import asyncio
from datetime import datetime
import logging
from typing import Final

from ..core.forecast import shaped
from ..core.rates import Slot, TariffKind, quarter, split
from .charges import Charges
from .model import Source, SourceError
from .shapes import on_quarters

_LOGGER = logging.getLogger(__name__)

LONGEST_READ: Final = 30.0  # s: longer than services and integrations wait by themselves


async def async_ask(source: Source, extra: Charges | None, now: datetime) -> list[Slot]:
    """Return what a source tells, in quarters of an hour and with all that comes on top of the price.

    SourceError for whatever goes wrong, and if it does not answer at all.
    """
    try:
        async with asyncio.timeout(LONGEST_READ):
            slots = await source.async_read(now)
        return await _async_made(slots, kind_of(source, extra), extra, now)
    except SourceError:
        raise
    except TimeoutError as err:
        raise SourceError("source_silent") from err
    except Exception as err:
        # code of other integrations runs in it: what they raise ends one reading, not all that follow
        _LOGGER.debug("Reading rates failed", exc_info=True)
        raise SourceError("source_failed", error=f"{type(err).__name__}: {err}") from err


async def _async_made(
    slots: tuple[Slot, ...], kind: TariffKind, extra: Charges | None, now: datetime
) -> list[Slot]:
    if kind is TariffKind.SOLAR:
        return shaped(slots)
    if any(_crooked(s.start) or _crooked(s.end) for s in slots):
        slots = tuple(on_quarters(slots))
    quarters = split(slots, now)
    return quarters if extra is None else list(await extra.async_apply(quarters))


def kind_of(source: Source, extra: Charges | None) -> TariffKind:
    """Return what sort of values these are; a fixed price with charges that change is a forecast."""
    varies = extra is not None and (bool(extra.zones) or extra.formula is not None)
    return TariffKind.PRICE_FORECAST if varies and source.kind is TariffKind.PRICE_STATIC else source.kind


def _crooked(moment: datetime) -> bool:
    """Whether it is no border of quarters of an hour."""
    return quarter(moment) != moment
