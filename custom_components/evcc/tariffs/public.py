"""Public services that need no key: Energy-Charts (Fraunhofer ISE) and aWATTar.

Day-ahead prices at the exchange, in currency/MWh as both tell them, and what a country's grid emits.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, override
from zoneinfo import ZoneInfo

from aiohttp import ClientError, ClientSession, ClientTimeout

from ..core.rates import Slot, TariffKind
from .model import SourceError
from .shapes import LONGEST_INFERRED, number

TIMEOUT: Final = ClientTimeout(total=10)
PER_MWH: Final = 0.001

ENERGY_CHARTS: Final = "https://api.energy-charts.info"
AWATTAR: Final[Mapping[str, str]] = {
    "at": "https://api.awattar.at/v1/marketdata",
    "de": "https://api.awattar.de/v1/marketdata",
}
_ZONES: Final = (
    "AT BE BG CH CZ DE-LU DK1 DK2 EE ES FI FR GR HR HU IT-Calabria IT-Centre-North IT-Centre-South IT-North"
    " IT-Sardinia IT-Sicily IT-South LT LV ME NL NO1 NO2 NO2NSL NO3 NO4 NO5 PL PT RO RS SE1 SE2 SE3 SE4 SI SK"
)
ZONES: Final = tuple(_ZONES.split())
"""Bidding zones of Energy-Charts."""


class PublicSource(ABC):
    """Asks a service over HTTP. Its answers are read with suspicion."""

    interval = timedelta(hours=1)
    kind = TariffKind.PRICE_FORECAST
    host: str

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def async_read(self, now: datetime) -> tuple[Slot, ...]:
        """Return what is known from now on; SourceError if the service does not say it."""
        url, query = self._request(now)
        answer = await self._async_get(url, query)
        try:
            slots = self._slots(answer)
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as err:
            raise SourceError("service_unreadable", service=self.host) from err
        return tuple(s for s in slots if s.end > now)

    @abstractmethod
    def _request(self, now: datetime) -> tuple[str, dict[str, str]]: ...

    @abstractmethod
    def _slots(self, answer: Any) -> list[Slot]:
        """Return the slots of an answer. What it raises for one that is not as it should be is handled."""

    async def _async_get(self, url: str, query: Mapping[str, str]) -> Any:
        """Return the JSON of an answer. An error of the service is not asked for again at once."""
        try:
            async with self._session.get(url, params=query, timeout=TIMEOUT) as response:
                if response.status >= 400:
                    raise SourceError("service_refused", service=self.host, status=response.status)
                return await response.json(content_type=None)
        except (ClientError, TimeoutError) as err:
            error = str(err) or type(err).__name__
            raise SourceError("service_unreachable", retry=True, service=self.host, error=error) from err
        except ValueError as err:
            raise SourceError("service_unreadable", service=self.host) from err


class AwattarSource(PublicSource):
    """Day-ahead prices of Germany or Austria, €/MWh."""

    host = "aWATTar"

    def __init__(self, session: ClientSession, country: str) -> None:
        super().__init__(session)
        self._url = AWATTAR[country]

    @override
    def _request(self, now: datetime) -> tuple[str, dict[str, str]]:
        begin, end = now - timedelta(hours=2), now + timedelta(hours=48)
        return self._url, {"start": str(_milliseconds(begin)), "end": str(_milliseconds(end))}

    @override
    def _slots(self, answer: Any) -> list[Slot]:
        found = {}
        for item in answer["data"]:
            if (value := number(item["marketprice"])) is not None:
                start, end = (_instant(item[f"{k}_timestamp"] / 1000) for k in ("start", "end"))
                found[start] = Slot(start, end, value * PER_MWH)
        return [found[start] for start in sorted(found)]


class EnergyChartsPrices(PublicSource):
    """Day-ahead prices of a bidding zone, €/MWh whatever the country's currency."""

    host = "Energy-Charts"

    def __init__(self, session: ClientSession, bidding_zone: str, zone: ZoneInfo) -> None:
        super().__init__(session)
        self._bidding_zone = bidding_zone
        self._zone = zone

    @override
    def _request(self, now: datetime) -> tuple[str, dict[str, str]]:
        tomorrow = (now.astimezone(self._zone) + timedelta(days=1)).date()
        return f"{ENERGY_CHARTS}/price", {"bzn": self._bidding_zone, "end": tomorrow.isoformat()}

    @override
    def _slots(self, answer: Any) -> list[Slot]:
        prices = [number(p) for p in answer["price"]]
        return _series(answer["unix_seconds"], [None if p is None else p * PER_MWH for p in prices])


class EnergyChartsCo2(PublicSource):
    """What a kilowatt-hour emits in a country, g: measured so far, forecast for the rest of what is known."""

    host = "Energy-Charts"
    kind = TariffKind.CO2

    def __init__(self, session: ClientSession, country: str) -> None:
        super().__init__(session)
        self._country = country

    @override
    def _request(self, now: datetime) -> tuple[str, dict[str, str]]:
        return f"{ENERGY_CHARTS}/co2eq", {"country": self._country}

    @override
    def _slots(self, answer: Any) -> list[Slot]:
        measured, forecast = answer["co2eq"], answer["co2eq_forecast"]
        values = [number(f) if m is None else number(m) for m, f in zip(measured, forecast, strict=True)]
        return _series(answer["unix_seconds"], values)


def _series(seconds: list[float], values: list[float | None]) -> list[Slot]:
    """Return slots of parallel lists; each lasts until the next one, the last as long as the one before."""
    if not seconds and not values:
        return []  # nothing published yet
    starts = [_instant(s) for s in seconds]
    lengths = [min(b - a, LONGEST_INFERRED) for a, b in pairwise(starts)]
    lengths.append(lengths[-1] if lengths else LONGEST_INFERRED)
    rows = zip(starts, lengths, values, strict=True)
    return [Slot(a, a + n, v) for a, n, v in rows if v is not None and n > timedelta()]


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
