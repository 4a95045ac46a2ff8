"""Integrations of Home Assistant that tell prices, emissions or sun: a table of how each one is read.

Their actions differ in names, arguments and units; what they answer is understood by `shapes`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import async_get_loaded_integration

from ..const import CONF_SOURCE, CONF_USAGE
from ..core.rates import TariffKind
from . import questions
from .model import SourceError, Usage
from .questions import EXCHANGE
from .routes import Action, Attributes, Current, Energy, Integration
from .shapes import read, read_hours

CUSTOM: Final = "custom"
"""An entity of the user's choice; has no line in the table."""
ENERGY_PLATFORM: Final = "energy_platform"

CONF_PLATFORM: Final = "platform"
CONF_CONFIG_ENTRY: Final = "config_entry"
CONF_AREA: Final = "area"
CONF_ENTITY_ID: Final = "entity_id"  # one, or a list that is read together
CONF_ATTRIBUTE: Final = "attribute"  # of an entity of the user's choice
CONF_FACTOR: Final = "factor"  # makes currency/kWh, g/kWh or W of a number, whatever its unit says

PRICES: Final = frozenset({Usage.GRID, Usage.FEEDIN, Usage.PLANNER})
BOUGHT: Final = frozenset({Usage.GRID, Usage.PLANNER})
SOLD: Final = frozenset({Usage.FEEDIN})
EMISSIONS: Final = frozenset({Usage.CO2, Usage.PLANNER})
SUN: Final = frozenset({Usage.SOLAR})

INTEGRATIONS: Final[Mapping[str, Integration]] = {
    "nordpool": Integration(
        domain="nordpool",
        usages=PRICES,
        # per MWh, although the sensors of the integration are per kWh
        how=Action("get_prices_for_date", questions.nordpool, factor=0.001),
        parts=questions.areas,
    ),
    "nordpool_community": Integration(domain="nordpool", usages=PRICES, how=Attributes("raw_today")),
    "tibber": Integration(domain="tibber", usages=PRICES, how=Action("get_prices", questions.tibber)),
    "epex_spot": Integration(domain="epex_spot", usages=PRICES, how=Attributes("data")),
    "energyzero": Integration(
        domain="energyzero",
        usages=BOUGHT,
        how=Action("get_energy_prices", questions.energyzero(incl_vat=True, price_type="all_in")),
        currency="EUR",
        note="all_in",
    ),
    "energyzero_market": Integration(
        domain="energyzero",
        usages=PRICES,
        how=Action("get_energy_prices", questions.energyzero(incl_vat=False, price_type="market")),
        currency="EUR",
        note="market",
    ),
    "easyenergy": Integration(
        domain="easyenergy",
        usages=BOUGHT,
        how=Action("get_energy_usage_prices", questions.daily(incl_vat=True, price_type="invoice")),
        currency="EUR",
        note="invoice",
    ),
    "easyenergy_market": Integration(
        domain="easyenergy",
        usages=BOUGHT,
        how=Action("get_energy_usage_prices", questions.daily(incl_vat=False, price_type="market")),
        currency="EUR",
        note="market",
    ),
    "easyenergy_return": Integration(
        domain="easyenergy",
        usages=SOLD,
        how=Action("get_energy_return_prices", questions.daily()),
        currency="EUR",
    ),
    "entsoe": Integration(domain="entsoe", usages=PRICES, how=Attributes("prices_today")),
    "octopus_energy": Integration(
        domain="octopus_energy",
        usages=PRICES,
        how=Attributes("rates", ends=("_current_day_rates", "_next_day_rates"), factor=1.0),
        currency="GBP",
        export="_export",
    ),
    "pvpc_hourly_pricing": Integration(
        domain="pvpc_hourly_pricing",
        usages=PRICES,
        how=Attributes("price_00h", hours=True),
        currency="EUR",
    ),
    "amberelectric": Integration(
        domain="amberelectric",
        usages=PRICES,
        how=Action("get_forecasts", questions.amber),
        interval=timedelta(minutes=5),
        currency="AUD",
    ),
    "omie": Integration(
        domain="omie",
        usages=PRICES,
        how=Action("get_prices_for_date", questions.omie),
        currency="EUR",
        parts=questions.iberia,
    ),
    "green_planet_energy": Integration(
        domain="green_planet_energy",
        usages=BOUGHT,
        how=Action("get_prices", questions.green_planet),
        currency="EUR",
    ),
    "co2signal": Integration(
        domain="co2signal",
        usages=EMISSIONS,
        how=Current(("_co2intensity",)),
        kind=TariffKind.CO2,
        interval=timedelta(minutes=15),
    ),
    "forecast_solar": Integration(
        domain="forecast_solar",
        usages=SUN,
        how=Action("get_forecast", questions.forecast_solar),
        kind=TariffKind.SOLAR,
    ),
    "solcast_solar": Integration(
        domain="solcast_solar",
        usages=SUN,
        how=Action("query_forecast_data", questions.solcast),
        kind=TariffKind.SOLAR,
    ),
    "open_meteo_solar_forecast": Integration(
        domain="open_meteo_solar_forecast", usages=SUN, how=Energy(), kind=TariffKind.SOLAR
    ),
    "victron_remote_monitoring": Integration(
        domain="victron_remote_monitoring", usages=SUN, how=Energy(), kind=TariffKind.SOLAR
    ),
    ENERGY_PLATFORM: Integration(domain="", usages=SUN, how=Energy(), kind=TariffKind.SOLAR),
}
"""How each integration is read, by the word that stands in a subentry. No domain: any integration."""


@dataclass(frozen=True, slots=True)
class Found:
    """A source that is there, with what a subentry needs to use it."""

    title: str
    data: dict[str, Any]


async def async_find(hass: HomeAssistant, usage: Usage) -> list[Found]:
    """Return the sources of the table that are installed, loaded and can serve the usage; asks nobody."""
    found = []
    for platform, line in INTEGRATIONS.items():
        if usage not in line.usages:
            continue
        if isinstance(line.how, Energy):
            told = [(e.title, {CONF_CONFIG_ENTRY: e.entry_id}) for e in await _forecasters(hass, line)]
        elif isinstance(line.how, Action):
            told = list(_answering(hass, line, line.how))
        else:
            told = list(_entities(hass, line, usage))
        base = {CONF_USAGE: usage.value, CONF_SOURCE: "home_assistant", CONF_PLATFORM: platform}
        found += [Found(title, {**base, **data}) for title, data in told]
    return found


def _answering(hass: HomeAssistant, line: Integration, how: Action) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries, and their areas, of an integration that has the action."""
    if not hass.services.has_service(line.domain, how.name):
        return
    for entry in hass.config_entries.async_loaded_entries(line.domain):
        parts = line.parts(entry) if line.parts is not None else []
        for part in parts or (None,):
            title = " ".join(filter(None, (entry.title, part, line.note and f"({line.note})")))
            data = {CONF_CONFIG_ENTRY: entry.entry_id}
            yield title, data if part is None else {**data, CONF_AREA: part}


def _entities(hass: HomeAssistant, line: Integration, usage: Usage) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entities of an integration that hold rates, those of today and tomorrow together."""
    registry = er.async_get(hass)
    entries = {e.unique_id: e for e in registry.entities.values() if e.platform == line.domain}
    for unique, entry in entries.items():
        ends = line.how.ends if isinstance(line.how, Attributes | Current) else ()
        state = hass.states.get(entry.entity_id)
        if state is None or (ends and not unique.endswith(ends[0])):
            continue
        if isinstance(line.how, Attributes) and not _holds_rates(state, line.how, day=bool(ends)):
            continue
        if line.export is not None and (line.export in unique) is not (usage is Usage.FEEDIN):
            continue
        others = [entries.get(unique.removesuffix(ends[0]) + end) for end in ends[1:]]
        yield state.name, {CONF_ENTITY_ID: [entry.entity_id, *(o.entity_id for o in others if o is not None)]}


def _holds_rates(state: State, how: Attributes, *, day: bool) -> bool:
    """Whether rates stand in the attributes; those of one `day` may have to wait for it."""
    if day or how.marker not in state.attributes:
        return day
    try:
        if how.hours:
            return bool(read_hours(state.attributes, state.last_updated.date(), EXCHANGE))
        return bool(read([state.attributes], EXCHANGE))
    except SourceError:
        return False


async def _forecasters(hass: HomeAssistant, line: Integration) -> list[ConfigEntry]:
    """Return the loaded entries whose integration forecasts the sun for the energy dashboard."""
    others = {i.domain for i in INTEGRATIONS.values() if Usage.SOLAR in i.usages} - {line.domain}
    found = []
    for entry in hass.config_entries.async_loaded_entries(line.domain) if line.domain else _loaded(hass):
        if entry.domain in others or entry.domain not in hass.config.components:
            continue
        integration = async_get_loaded_integration(hass, entry.domain)
        if integration.platforms_exists(["energy"]):
            platform = await integration.async_get_platform("energy")
            if hasattr(platform, "async_get_solar_forecast"):
                found.append(entry)
    return found


@callback
def _loaded(hass: HomeAssistant) -> list[ConfigEntry]:
    entries = hass.config_entries.async_entries(include_ignore=False, include_disabled=False)
    return [e for e in entries if e.state is ConfigEntryState.LOADED]
