"""Integrations of Home Assistant as stand-ins: actions with the schemas, answers and attributes of the real ones.

It is 11:20 in Berlin on a Friday, today's prices are known, tomorrow's are not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
import itertools
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_integration,
    mock_platform,
)
import voluptuous as vol

from custom_components.evcc.tariffs.model import Usage
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.selector import ConfigEntrySelector
from homeassistant.loader import DATA_INTEGRATIONS
from homeassistant.util import dt as dt_util

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 10, 20, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 19, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
TODAY = date(2026, 11, 20)

type Answer = Callable[[dict[str, Any]], Any]


def entry(hass: HomeAssistant, domain: str, **more: Any) -> MockConfigEntry:
    """Return a loaded entry of another integration."""
    if domain not in hass.data[DATA_INTEGRATIONS]:  # the real one is not there to be unloaded at the end
        mock_integration(hass, MockModule(domain))
    made = MockConfigEntry(domain=domain, title=f"My {domain}", state=ConfigEntryState.LOADED, **more)
    made.add_to_hass(hass)
    return made


def action(
    hass: HomeAssistant, domain: str, name: str, schema: dict[Any, Any], answer: Answer
) -> list[ServiceCall]:
    """Offer an action that answers; the calls are returned."""
    calls: list[ServiceCall] = []

    async def handle(call: ServiceCall) -> Any:
        calls.append(call)
        return answer(dict(call.data))

    hass.services.async_register(
        domain, name, handle, schema=vol.Schema(schema), supports_response=SupportsResponse.ONLY
    )
    return calls


def entity(
    hass: HomeAssistant,
    platform: str,
    unique: str,
    state: str,
    attributes: dict[str, Any],
    kind: str = "sensor",
) -> str:
    """Return the id of a new entity of an integration."""
    made = er.async_get(hass).async_get_or_create(kind, platform, unique)
    hass.states.async_set(made.entity_id, state, {"friendly_name": f"{platform} {unique}"} | attributes)
    return made.entity_id


def starts(count: int, step: timedelta, begin: datetime = MIDNIGHT) -> list[datetime]:
    """Return times with the offset of Berlin."""
    return [(begin + i * step).astimezone(BERLIN) for i in range(count)]


def records(count: int, step: timedelta, *keys: str, begin: datetime = MIDNIGHT, **values: Any) -> list[Any]:
    """Return records with ISO times under the keys (start, or start and end)."""
    times = starts(count + 1, step, begin)
    ends = itertools.pairwise(times)
    return [{k: t.isoformat() for k, t in zip(keys, pair, strict=False)} | values for pair in ends]


def _entry_schema(domain: str) -> dict[Any, Any]:
    return {vol.Required("config_entry"): ConfigEntrySelector({"integration": domain})}


def _nordpool(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "nordpool", data={"areas": ["DE-LU"], "currency": "EUR"})
    schema = _entry_schema("nordpool") | {
        vol.Required("date"): cv.date,
        vol.Optional("areas", default=[]): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional("currency"): vol.In(["EUR", "NOK", "SEK", "DKK", "PLN", "RON", "BGN"]),
    }

    def answer(asked: dict[str, Any]) -> Any:
        known = records(96, QUARTER, "start", "end", price=81.5) if asked["date"] == TODAY else []
        return {"DE-LU": known}

    action(hass, "nordpool", "get_prices_for_date", schema, answer)
    return {"config_entry": found.entry_id, "area": "DE-LU"}


def _nordpool_community(hass: HomeAssistant) -> dict[str, Any]:
    raw = [
        {"start": t, "end": t + HOUR, "value": None if i == 20 else 21.5}
        for i, t in enumerate(starts(24, HOUR))
    ]
    attributes = {
        "unit": "kWh",
        "currency": "EUR",
        "price_in_cents": True,
        "unit_of_measurement": "c/kWh",
        "today": [21.5] * 24,
        "raw_today": raw,
        "raw_tomorrow": [],
        "tomorrow_valid": False,
    }
    return {"entity_id": entity(hass, "nordpool", "nordpool_kwh_de-lu_eur_3_10_0", "21.5", attributes)}


def _tibber(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "tibber")

    def answer(asked: dict[str, Any]) -> Any:
        begin, end = dt_util.parse_datetime(asked["start"]), dt_util.parse_datetime(asked["end"])
        assert begin is not None
        assert end is not None
        rows = records(192, QUARTER, "start_time", price=0.3123)
        told = [r for r in rows if begin <= datetime.fromisoformat(r["start_time"]) < end]
        return {"prices": {"Vitahuset": told}}

    action(hass, "tibber", "get_prices", {vol.Optional("start"): str, vol.Optional("end"): str}, answer)
    return {"config_entry": found.entry_id}


def _epex_spot(hass: HomeAssistant) -> dict[str, Any]:
    rows = records(96, QUARTER, "start_time", "end_time", price_per_kwh=0.0815)
    attributes = {"data": rows, "unit_of_measurement": "€/kWh"}
    return {"entity_id": entity(hass, "epex_spot", "EPEX Market Price", "0.0815", attributes)}


def _epex_spot_older(hass: HomeAssistant) -> dict[str, Any]:
    rows = records(24, HOUR, "start_time", "end_time", price_eur_per_mwh=81.5, price_ct_per_kwh=8.15)
    attributes = {"data": rows, "price_ct_per_kwh": 8.15, "unit_of_measurement": "€/MWh"}
    return {"entity_id": entity(hass, "epex_spot", "EPEX Price", "81.5", attributes)}


def _day(asked: dict[str, Any]) -> date:
    assert asked["start"] == asked["end"]
    day = dt_util.parse_date(asked["start"])
    assert day is not None
    return day


def _energyzero(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "energyzero", options={"electricity_price_interval": "quarter_hourly"})
    schema = _entry_schema("energyzero") | {
        vol.Required("incl_vat"): bool,
        vol.Optional("start"): str,
        vol.Optional("end"): str,
        vol.Optional("price_type", default="market"): vol.In(("market", "all_in")),
        vol.Optional("interval", default="hour"): vol.In(("hour", "quarter")),
    }

    def answer(asked: dict[str, Any]) -> Any:
        if _day(asked) != TODAY:
            raise ServiceValidationError("No data available for that date")
        count, step = (96, QUARTER) if asked["interval"] == "quarter" else (24, HOUR)
        price = 0.2871 if asked["price_type"] == "all_in" else 0.0815
        times = starts(count + 1, step)
        return {
            "prices": [
                {"price": price, "timestamp": str(a), "start": str(a), "end": str(b)}
                for a, b in itertools.pairwise(times)
            ]
        }

    action(hass, "energyzero", "get_energy_prices", schema, answer)
    return {"config_entry": found.entry_id}


def _easyenergy(name: str, price: float, *, bought: bool) -> Callable[[HomeAssistant], dict[str, Any]]:
    def make(hass: HomeAssistant) -> dict[str, Any]:
        found = entry(hass, "easyenergy")
        schema = _entry_schema("easyenergy") | {
            vol.Optional("start"): str,
            vol.Optional("end"): str,
            vol.Optional("granularity", default="hour"): vol.In(("hour", "quarter")),
        }
        if bought:
            schema |= {
                vol.Required("incl_vat"): bool,
                vol.Optional("price_type", default="market"): vol.In(("market", "invoice")),
            }

        def answer(asked: dict[str, Any]) -> Any:
            known = starts(24, HOUR) if _day(asked) == TODAY else []
            return {"prices": [{"timestamp": str(t), "price": price} for t in known]}

        action(hass, "easyenergy", name, schema, answer)
        return {"config_entry": found.entry_id}

    return make


def _entsoe(hass: HomeAssistant) -> dict[str, Any]:
    rows = [{"time": str(t), "price": 0.0815} for t in starts(96, QUARTER)]
    attributes = {
        "prices": rows,
        "prices_today": rows,
        "prices_tomorrow": [],
        "unit_of_measurement": "EUR/kWh",
    }
    return {"entity_id": entity(hass, "entsoe", "entsoe.avg_price", "0.08", attributes)}


def _octopus(export: str, price: float) -> Callable[[HomeAssistant], dict[str, Any]]:
    def make(hass: HomeAssistant) -> dict[str, Any]:
        rows = records(
            48,
            HOUR / 2,
            "start",
            "end",
            value_inc_vat=price,
            is_capped=False,
            is_intelligent_adjusted=False,
        )
        stem = f"octopus_energy_electricity_18p_1300{export}"
        ids = [
            entity(hass, "octopus_energy", f"{stem}_{day}_day_rates", state, attributes, "event")
            for day, state, attributes in (
                ("current", "2026-11-20T00:01:00+00:00", {"rates": rows, "event_type": "x"}),
                ("next", "unknown", {"event_type": None}),
            )
        ]
        return {"entity_id": ids}

    return make


def _pvpc(hass: HomeAssistant) -> dict[str, Any]:
    attributes: dict[str, Any] = {f"price_{h:02}h": round(0.1 + h / 100, 5) for h in range(24)}
    attributes |= {"unit_of_measurement": "€/kWh", "tariff": "2.0TD", "next_period": "P3"}
    return {"entity_id": entity(hass, "pvpc_hourly_pricing", "ES_PVPC", "0.21", attributes)}


def _amber(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "amberelectric")
    schema = {
        "config_entry_id": ConfigEntrySelector({"integration": "amberelectric"}),
        "channel_type": vol.In(["general", "controlled_load", "feed_in"]),
    }

    def answer(asked: dict[str, Any]) -> Any:
        price = 0.06 if asked["channel_type"] == "feed_in" else 0.31
        begin = NOW.replace(minute=20)
        rows = []
        for count, minutes, start in ((2, 5, begin), (40, 30, begin + 2 * timedelta(minutes=5))):
            for i in range(count):
                at = start + i * timedelta(minutes=minutes)
                rows.append(
                    {
                        "duration": minutes,
                        "per_kwh": price,
                        "spot_per_kwh": 0.1,
                        "start_time": (at + timedelta(seconds=1)).isoformat(),
                        "end_time": (at + timedelta(minutes=minutes)).isoformat(),
                    }
                )
        return {"forecasts": rows}

    action(hass, "amberelectric", "get_forecasts", schema, answer)
    return {"config_entry": found.entry_id}


def _omie(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "omie")
    schema = {
        vol.Required("date"): cv.date,
        vol.Required("countries", default=["es", "pt"]): vol.All(cv.ensure_list, [vol.In(["es", "pt"])]),
    }

    def answer(asked: dict[str, Any]) -> Any:
        if asked["date"] != TODAY:
            raise ServiceValidationError("No data available for that date")
        rows = records(96, QUARTER, "start", "end", price=0.0615)
        return dict.fromkeys(asked["countries"], rows)

    action(hass, "omie", "get_prices_for_date", schema, answer)
    return {"config_entry": found.entry_id, "area": "pt"}


def _green_planet(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "green_planet_energy")
    schema = {
        vol.Required("config_entry_id"): ConfigEntrySelector({"integration": "green_planet_energy"}),
        vol.Required("hours"): vol.All(vol.Coerce(float), vol.Range(min=0.25, max=24)),
    }

    def answer(asked: dict[str, Any]) -> Any:
        rows = records(51, QUARTER, "start", "end", begin=NOW.replace(minute=15), price=0.2415)
        return {"prices": rows, "hours_requested": asked["hours"]}

    action(hass, "green_planet_energy", "get_prices", schema, answer)
    return {"config_entry": found.entry_id}


def _co2signal(hass: HomeAssistant) -> dict[str, Any]:
    attributes = {"country_code": "DE", "unit_of_measurement": "gCO2eq/kWh"}
    return {"entity_id": entity(hass, "co2signal", "abc_co2intensity", "412.5", attributes)}


def _forecast_solar(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "forecast_solar")
    schema = _entry_schema("forecast_solar") | {
        vol.Optional("start"): cv.datetime,
        vol.Optional("end"): cv.datetime,
        vol.Optional("resolution", default="raw"): vol.In(("raw", "hourly")),
    }
    sunrise = (MIDNIGHT + timedelta(hours=7, minutes=38, seconds=12)).astimezone(BERLIN)
    watts = {sunrise.isoformat(): 0}
    watts |= {t.isoformat(): 1500 for t in starts(9, HOUR, MIDNIGHT + 8 * HOUR)}
    periods = {t: w // 2 for t, w in watts.items()}
    action(hass, "forecast_solar", "get_forecast", schema, lambda _: {"watts": watts, "wh_period": periods})
    return {"config_entry": found.entry_id}


def _solcast(hass: HomeAssistant) -> dict[str, Any]:
    found = entry(hass, "solcast_solar")
    schema = {
        vol.Required("start_date_time"): cv.datetime,
        vol.Required("end_date_time"): cv.datetime,
        vol.Optional("undampened"): cv.boolean,
        vol.Optional("site"): cv.string,
    }

    def answer(asked: dict[str, Any]) -> Any:
        rows = [
            {"period_start": t, "pv_estimate": 1.5, "pv_estimate10": 0.3, "pv_estimate90": 2.0}
            for t in starts(48 * 8, HOUR / 2)
            if asked["start_date_time"] <= t < asked["end_date_time"]
        ]
        return {"data": rows}

    action(hass, "solcast_solar", "query_forecast_data", schema, answer)
    return {"config_entry": found.entry_id}


def energy_platform(domain: str, hours: dict[str, float] | None) -> Callable[[HomeAssistant], dict[str, Any]]:
    """Return what sets up an integration that forecasts the sun for the energy dashboard."""

    async def forecast(_hass: HomeAssistant, _entry: str) -> Any:
        return None if hours is None else {"wh_hours": hours}

    def make(hass: HomeAssistant) -> dict[str, Any]:
        mock_integration(hass, MockModule(domain), top_level_files={"energy.py"})
        platform = SimpleNamespace(async_get_solar_forecast=forecast)
        mock_platform(hass, f"{domain}.energy", platform)  # type: ignore[arg-type]
        hass.config.components.add(domain)
        return {"config_entry": entry(hass, domain).entry_id}

    return make


def _energies(step: timedelta, energy: float) -> dict[str, float]:
    return {t.isoformat(): energy for t in starts(16, step, MIDNIGHT + 8 * HOUR)}


def _custom(state: str, **attributes: Any) -> Callable[[HomeAssistant], dict[str, Any]]:
    return lambda hass: {"entity_id": entity(hass, "template", "mine", state, attributes)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A source, and what is read of it: the number of native slots and the first value in our unit."""

    platform: str
    usage: Usage
    make: Callable[[HomeAssistant], dict[str, Any]]
    slots: int
    first: float
    currency: str = "EUR"
    more: dict[str, Any] = field(default_factory=dict)


CASES: dict[str, Case] = {
    "nordpool": Case(platform="nordpool", usage=Usage.GRID, make=_nordpool, slots=96, first=0.0815),
    "nordpool, community, ct": Case(
        platform="nordpool_community", usage=Usage.GRID, make=_nordpool_community, slots=23, first=0.215
    ),
    "tibber": Case(platform="tibber", usage=Usage.GRID, make=_tibber, slots=192, first=0.3123),
    "epex_spot": Case(platform="epex_spot", usage=Usage.GRID, make=_epex_spot, slots=96, first=0.0815),
    "epex_spot, older": Case(
        platform="epex_spot", usage=Usage.PLANNER, make=_epex_spot_older, slots=24, first=0.0815
    ),
    "energyzero": Case(platform="energyzero", usage=Usage.GRID, make=_energyzero, slots=96, first=0.2871),
    "energyzero, market": Case(
        platform="energyzero_market", usage=Usage.FEEDIN, make=_energyzero, slots=96, first=0.0815
    ),
    "easyenergy": Case(
        platform="easyenergy",
        usage=Usage.GRID,
        make=_easyenergy("get_energy_usage_prices", 0.2871, bought=True),
        slots=24,
        first=0.2871,
    ),
    "easyenergy, market": Case(
        platform="easyenergy_market",
        usage=Usage.PLANNER,
        make=_easyenergy("get_energy_usage_prices", 0.0815, bought=True),
        slots=24,
        first=0.0815,
    ),
    "easyenergy, feed-in": Case(
        platform="easyenergy_return",
        usage=Usage.FEEDIN,
        make=_easyenergy("get_energy_return_prices", 0.0815, bought=False),
        slots=24,
        first=0.0815,
    ),
    "entsoe": Case(platform="entsoe", usage=Usage.GRID, make=_entsoe, slots=96, first=0.0815),
    "octopus_energy": Case(
        platform="octopus_energy",
        usage=Usage.GRID,
        make=_octopus("", 0.2215),
        slots=48,
        first=0.2215,
        currency="GBP",
    ),
    "octopus_energy, export": Case(
        platform="octopus_energy",
        usage=Usage.FEEDIN,
        make=_octopus("_export", 0.15),
        slots=48,
        first=0.15,
        currency="GBP",
    ),
    "pvpc": Case(platform="pvpc_hourly_pricing", usage=Usage.GRID, make=_pvpc, slots=24, first=0.1),
    "amber": Case(
        platform="amberelectric", usage=Usage.GRID, make=_amber, slots=42, first=0.31, currency="AUD"
    ),
    "amber, feed-in": Case(
        platform="amberelectric", usage=Usage.FEEDIN, make=_amber, slots=42, first=0.06, currency="AUD"
    ),
    "omie": Case(platform="omie", usage=Usage.GRID, make=_omie, slots=96, first=0.0615),
    "green_planet_energy": Case(
        platform="green_planet_energy", usage=Usage.GRID, make=_green_planet, slots=51, first=0.2415
    ),
    "co2signal": Case(platform="co2signal", usage=Usage.CO2, make=_co2signal, slots=1, first=412.5),
    "forecast_solar": Case(
        platform="forecast_solar", usage=Usage.SOLAR, make=_forecast_solar, slots=10, first=0.0
    ),
    "solcast_solar": Case(
        platform="solcast_solar", usage=Usage.SOLAR, make=_solcast, slots=336, first=1500.0
    ),
    "open_meteo_solar_forecast": Case(
        platform="open_meteo_solar_forecast",
        usage=Usage.SOLAR,
        make=energy_platform("open_meteo_solar_forecast", _energies(QUARTER, 300)),
        slots=16,
        first=1200.0,
    ),
    "victron_remote_monitoring": Case(
        platform="victron_remote_monitoring",
        usage=Usage.SOLAR,
        make=energy_platform("victron_remote_monitoring", _energies(HOUR, 1200)),
        slots=16,
        first=1200.0,
    ),
    "any energy platform": Case(
        platform="energy_platform",
        usage=Usage.SOLAR,
        make=energy_platform("sunny", _energies(HOUR / 2, 600)),
        slots=16,
        first=1200.0,
    ),
    "custom, state": Case(
        platform="custom",
        usage=Usage.GRID,
        make=_custom("31.5", unit_of_measurement="ct/kWh"),
        slots=1,
        first=0.315,
    ),
    "custom, known attribute": Case(
        platform="custom",
        usage=Usage.GRID,
        make=_custom("81", unit_of_measurement="€/MWh", prices=records(24, HOUR, "start", "end", price=81.0)),
        slots=24,
        first=0.081,
    ),
    "custom, named attribute": Case(
        platform="custom",
        usage=Usage.GRID,
        make=_custom("on", later=records(24, HOUR, "start", "end", value=0.2)),
        more={"attribute": "later"},
        slots=24,
        first=0.2,
    ),
    "custom, factor": Case(
        platform="custom",
        usage=Usage.GRID,
        make=_custom("100", unit_of_measurement="SEK/MWh"),
        more={"factor": 0.0001},
        slots=1,
        first=0.01,
    ),
    "custom, sun": Case(
        platform="custom",
        usage=Usage.SOLAR,
        make=_custom("12.5", unit_of_measurement="kWh", watts={t.isoformat(): 700 for t in starts(24, HOUR)}),
        slots=24,
        first=700.0,
    ),
}
