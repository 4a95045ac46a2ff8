"""Tariffs of the demo home: a day-ahead price, its CO2, a fixed feed-in price and what the roof will yield."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ...core.rates import Slot, Tariff, TariffKind, Tariffs
from .series import Source
from .world import emission, price

SLOT: Final = timedelta(minutes=15)
FEED_IN: Final = 0.08  # per kWh
_SAMPLES: Final = 3


def demo_tariffs(today: date, zone: ZoneInfo, start: datetime, suns: Sequence[Source]) -> Tariffs:
    """Return the tariffs of `today` and tomorrow, local days; `suns` count from `start`."""
    begin = datetime.combine(today, time(), zone).astimezone(UTC)
    end = datetime.combine(today + timedelta(days=2), time(), zone).astimezone(UTC)
    slots = [(begin + i * SLOT, begin + (i + 1) * SLOT) for i in range(round((end - begin) / SLOT))]

    def forecast(kind: TariffKind, value: Callable[[datetime], float]) -> Tariff:
        return Tariff(kind, [Slot(a, b, value(a)) for a, b in slots])

    def hourly(curve: Callable[[date, float], float]) -> Callable[[datetime], float]:
        def value(moment: datetime) -> float:
            local = moment.astimezone(zone)
            return curve(local.date(), local.hour + local.minute / 60.0)

        return value

    def yields(moment: datetime) -> float:
        first = (moment - start).total_seconds()
        times = [first + (i + 0.5) * SLOT.total_seconds() / _SAMPLES for i in range(_SAMPLES)]
        return round(sum(sun.at(t) for sun in suns for t in times) / _SAMPLES)

    return Tariffs(
        grid=forecast(TariffKind.PRICE_FORECAST, hourly(price)),
        feedin=Tariff(TariffKind.PRICE_STATIC, [Slot(begin, end, FEED_IN)]),
        co2=forecast(TariffKind.CO2, hourly(emission)),
        solar=forecast(TariffKind.SOLAR, yields) if suns else None,
    )
