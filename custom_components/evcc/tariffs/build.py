"""Makes keepers of what subentries say."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ..const import CONF_SOURCE, CONF_USAGE
from ..core.rates import Slot, TariffKind
from .charges import CONF_FORMULA, Charges, charges
from .fixed import FixedSource, zones
from .homeassistant import HomeAssistantSource
from .keeper import TariffKeeper
from .keepers import TariffKeepers, digest
from .model import SiteTime, Source, SourceError, Usage, check_currency
from .public import AWATTAR, AwattarSource, EnergyChartsCo2, EnergyChartsPrices
from .reading import async_ask

CONF_PRICE: Final = "price"
CONF_ZONES: Final = "zones"
CONF_ZONE: Final = "zone"  # bidding zone
CONF_COUNTRY: Final = "country"

_IN_EURO: Final = frozenset({"energy_charts", "awattar"})
"""Sources whose prices are in euro, whatever country they are of; a formula can convert them."""

_KINDS: Final[Mapping[Usage, TariffKind]] = {Usage.CO2: TariffKind.CO2, Usage.SOLAR: TariffKind.SOLAR}


class UnusableSource:
    """Stands for a source whose subentry cannot be understood: the site runs, and its status tells why not."""

    interval = timedelta(hours=1)

    def __init__(self, kind: TariffKind, error: SourceError) -> None:
        self.kind = kind
        self._error = error

    async def async_read(self, now: datetime) -> tuple[Slot, ...]:
        """Raise what is wrong."""
        raise self._error


def build_keepers(
    hass: HomeAssistant,
    subentries: Mapping[str, tuple[str, Mapping[str, Any]]],
    zone: ZoneInfo,
    time: SiteTime,
) -> TariffKeepers:
    """Return the keepers of an entry; `subentries` are titles and data by id."""

    def changed() -> None:
        keepers.changed()

    parts = [
        build_keeper(hass, name, title, data, zone, changed, time)
        for name, (title, data) in subentries.items()
    ]
    # prices in the currency of before must not be taken for those of now
    home = {"currency": hass.config.currency}
    keepers = TariffKeepers(
        hass, parts, {name: digest({**data, "home": home}) for name, (_, data) in subentries.items()}
    )
    return keepers


def build_keeper(
    hass: HomeAssistant,
    subentry_id: str,
    title: str,
    data: Mapping[str, Any],
    zone: ZoneInfo,
    changed: Callable[[], None],
    time: SiteTime,
) -> TariffKeeper:
    """Return what keeps the rates of a subentry; its mistakes are told by the status."""
    usage = Usage(data[CONF_USAGE])
    source: Source
    try:
        source, extra = _parts(hass, usage, data, zone)
    except SourceError as err:
        source, extra = UnusableSource(_KINDS.get(usage, TariffKind.PRICE_FORECAST), err), None
    return TariffKeeper(
        hass,
        name=subentry_id,
        title=title,
        usage=usage,
        source=source,
        charges=extra,
        zone=zone,
        changed=changed,
        time=time,
    )


async def async_try(hass: HomeAssistant, data: Mapping[str, Any], zone: ZoneInfo) -> tuple[Slot, ...]:
    """Return the quarters of an hour that a subentry's tariff would show from now on, at least one.

    SourceError for what is wrong with the words of the form, with the source, or with the formula.
    """
    source, extra = _parts(hass, Usage(data[CONF_USAGE]), data, zone)
    now = dt_util.utcnow()
    slots = await async_ask(source, extra, now)
    if not (ahead := tuple(s for s in slots if s.end > now)):
        raise SourceError("rates_empty")
    return ahead


def _parts(
    hass: HomeAssistant, usage: Usage, data: Mapping[str, Any], zone: ZoneInfo
) -> tuple[Source, Charges | None]:
    try:
        # nobody pays taxes on sunshine or smoke
        extra = None if usage in _KINDS else charges(hass, data, zone)
        return _source(hass, usage, data, zone), extra
    except (KeyError, TypeError, ValueError) as err:
        raise SourceError("source_incomplete", source=data.get(CONF_SOURCE, "")) from err


def _source(hass: HomeAssistant, usage: Usage, data: Mapping[str, Any], zone: ZoneInfo) -> Source:
    if data[CONF_SOURCE] in _IN_EURO and usage is not Usage.CO2 and not data.get(CONF_FORMULA):
        check_currency("EUR", hass.config.currency)
    match data[CONF_SOURCE]:
        case "fixed":
            return FixedSource(float(data[CONF_PRICE]), (), zone)
        case "zones":
            return FixedSource(float(data[CONF_PRICE]), zones(data[CONF_ZONES]), zone)
        case "home_assistant":
            return HomeAssistantSource(hass, usage, data, zone)
        case "energy_charts" if usage is Usage.CO2:
            return EnergyChartsCo2(async_get_clientsession(hass), data[CONF_COUNTRY])
        case "energy_charts":
            return EnergyChartsPrices(async_get_clientsession(hass), data[CONF_ZONE], zone)
        case "awattar" if data[CONF_COUNTRY] in AWATTAR:
            return AwattarSource(async_get_clientsession(hass), data[CONF_COUNTRY])
        case other:
            raise SourceError("source_unknown", source=other)
