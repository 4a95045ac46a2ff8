"""What clients want to know about the program itself, and the parts of the original that do not exist here."""

from collections.abc import Mapping
from typing import Any, Final

from ...core.session import Statistics
from ...core.state import SiteState
from .values import exact

VERSION: Final = "0.206.0"
"""The version whose shapes the older clients are given. They tell from it what they may ask for: it says
which API this is, not which program."""

MODERN_VERSION: Final = "0.313.0"
"""The version whose shapes the newer clients are given."""

PERIODS: Final = ("30d", "365d", "thisYear", "total")

_NEVER: Final = "0001-01-01T00:00:00Z"
_MQTT: Final = ("broker", "user", "password", "clientID", "caCert", "clientCert", "clientKey", "topic")
_INFLUX: Final = ("url", "database", "token", "org", "user", "password")


def system(
    state: SiteState, network: Mapping[str, Any], timezone: str, *, failed: bool, modern: bool
) -> dict[str, Any]:
    """Return version, health, and empty what is Home Assistant's business or nobody's.

    `failed`: a fault of the program kept the last cycle from coming to its end.
    """
    wired = bool(state.loadpoints or state.grid or state.pv or state.battery)
    return {
        "version": MODERN_VERSION if modern else VERSION,
        "startupCompleted": state.cycles > 0,
        "apiReady": True,
        "setupRequired": not wired,
        "timezone": timezone,
        "network": dict(network),
        "mqtt": dict.fromkeys(_MQTT, "") | {"insecure": False},
        "influx": dict.fromkeys(_INFLUX, "") | {"insecure": False},
        "modbusproxy": None,
        "telemetry": False,
        "experimental": False,
        "optimizer": False,
        "mcp": False,
        **(_modern(failed=failed) if modern else _legacy(failed=failed)),
    }


_FAULT: Final = {"error": "the last cycle failed, see the log of Home Assistant"}


def _legacy(*, failed: bool) -> dict[str, Any]:
    return {
        "startup": True,
        "sponsor": {"name": "", "expiresAt": _NEVER},
        "hems": {},
        "eebus": False,
        "messaging": False,
        **({"fatal": _FAULT} if failed else {}),
    }


def _modern(*, failed: bool) -> dict[str, Any]:
    nobody = {"name": "", "expiresAt": _NEVER, "expiresSoon": False, "token": ""}
    return {
        "sponsor": {"config": {}, "status": nobody},
        "hems": {"config": {}, "status": {}},
        "eebus": {"config": {}, "status": {}},
        "messaging": {"config": {}, "status": {}},
        **({"fatal": [_FAULT]} if failed else {}),
    }


def statistics(found: Mapping[str, Statistics]) -> dict[str, Any]:
    """Return the figures of all periods: 0 where nothing was charged or the sessions cannot be read."""
    nothing = Statistics()
    return {period: _period(found.get(period, nothing)) for period in PERIODS}


def _period(s: Statistics) -> dict[str, Any]:
    return {
        "solarPercentage": exact(s.solar_percentage),
        "chargedKWh": exact(s.charged_kwh),
        "avgPrice": exact(s.avg_price),
        "avgCo2": exact(s.avg_co2),
    }
