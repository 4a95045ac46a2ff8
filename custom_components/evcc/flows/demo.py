"""The demo home: a complete simulated house, to try everything in one minute without hardware."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryData

from ..const import (
    CONF_NUMBER,
    CONF_SOURCE,
    CONF_USAGE,
    SOURCE_SIMULATED,
    SUBENTRY_LOADPOINT,
    SUBENTRY_METER,
    SUBENTRY_VEHICLE,
    USAGE_BATTERY,
    USAGE_GRID,
    USAGE_PV,
)

CONF_SETTINGS: Final = "settings"

_TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "home": "Demo home",
        "grid": "Grid",
        "pv": "Solar roof",
        "battery": "Battery",
        "garage": "Garage",
        "carport": "Carport",
        "blue": "Blue car",
        "white": "White car",
    },
    "de": {
        "home": "Demo-Haus",
        "grid": "Netz",
        "pv": "Solardach",
        "battery": "Hausbatterie",
        "garage": "Garage",
        "carport": "Carport",
        "blue": "Blaues Auto",
        "white": "Weißes Auto",
    },
}

# What is in the house: key of the title, subentry type, unique id, data. Powers in W, capacities in kWh,
# states of charge in %, currents in A. The small car charges on one phase and is at the fixed socket. What
# is under "settings" is what a loadpoint or vehicle begins with, by the REST names of the settings.
_HOUSE: Final[tuple[tuple[str, str, str | None, Mapping[str, Any]], ...]] = (
    ("grid", SUBENTRY_METER, "meter_grid", {CONF_USAGE: USAGE_GRID}),
    ("pv", SUBENTRY_METER, None, {CONF_USAGE: USAGE_PV, "peak_power": 9000.0}),
    (
        "battery",
        SUBENTRY_METER,
        None,
        {
            CONF_USAGE: USAGE_BATTERY,
            "capacity": 10.0,
            "soc": 50.0,
            "max_charge_power": 5000.0,
            "max_discharge_power": 5000.0,
            "controllable": True,
        },
    ),
    (
        "garage",
        SUBENTRY_LOADPOINT,
        None,
        {
            CONF_NUMBER: 1,
            "phases": 3,
            "phase_switching": True,
            "current_step": 0.1,
            CONF_SETTINGS: {"mode": "pv"},
        },
    ),
    (
        "carport",
        SUBENTRY_LOADPOINT,
        None,
        {
            CONF_NUMBER: 2,
            "phases": 3,
            "phase_switching": False,
            "current_step": 1.0,
            CONF_SETTINGS: {"mode": "minpv"},
        },
    ),
    (
        "blue",
        SUBENTRY_VEHICLE,
        None,
        {
            "capacity": 60.0,
            "soc": 40.0,
            "phases": 3,
            "max_current": 16.0,
            "home_loadpoint": 1,
            CONF_SETTINGS: {"limitSoc": 80},
        },
    ),
    (
        "white",
        SUBENTRY_VEHICLE,
        None,
        {"capacity": 40.0, "soc": 55.0, "phases": 1, "max_current": 16.0, "home_loadpoint": 2},
    ),
)

_EVERY_MORNING: Final[Mapping[str, Any]] = {
    "weekdays": [0, 1, 2, 3, 4, 5, 6],
    "time": "07:00",
    "soc": 80,
    "active": True,
}


def _titles(language: str) -> Mapping[str, str]:
    return _TITLES.get(language.split("-", maxsplit=1)[0].lower(), _TITLES["en"])


def demo_title(language: str) -> str:
    """Return the title of the demo home in that language, English where there is none."""
    return _titles(language)["home"]


def demo_subentries(language: str, timezone: str = "") -> list[ConfigSubentryData]:
    """Return everything that the demo home consists of, with titles in that language.

    The blue car is to be ready each morning, by clocks of that time zone: a plan for the night can always be seen.
    """
    titles = _titles(language)
    plans = {"blue": [{**_EVERY_MORNING, "tz": timezone}]}
    return [
        ConfigSubentryData(
            data={CONF_SOURCE: SOURCE_SIMULATED, **_with_plans(data, plans.get(key))},
            subentry_type=kind,
            title=titles[key],
            unique_id=unique_id,
        )
        for key, kind, unique_id, data in _HOUSE
    ]


def _with_plans(data: Mapping[str, Any], plans: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Return the data with repeating plans among the settings that a vehicle begins with."""
    if plans is None:
        return dict(data)
    return {**data, CONF_SETTINGS: {**data.get(CONF_SETTINGS, {}), "repeatingPlans": plans}}
