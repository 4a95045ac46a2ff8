"""Names that configuration, devices and entities share."""

from typing import Final

DOMAIN: Final = "evcc"

SUBENTRY_METER: Final = "meter"
SUBENTRY_LOADPOINT: Final = "loadpoint"
SUBENTRY_VEHICLE: Final = "vehicle"
SUBENTRY_CIRCUIT: Final = "circuit"
SUBENTRY_TARIFF: Final = "tariff"

CONF_DEMO: Final = "demo"
CONF_SPEED: Final = "speed"  # simulated seconds per real second, demo home only
CONF_INTERVAL: Final = "interval"  # s between two cycles
CONF_VOLTAGE: Final = "voltage"  # V
CONF_ON_STOP: Final = "on_stop"  # what chargers are left with at shutdown and unload

CONF_SOURCE: Final = "source"
SOURCE_ENTITY: Final = "entity"
SOURCE_SIMULATED: Final = "simulated"

CONF_USAGE: Final = "usage"  # of a meter
USAGE_GRID: Final = "grid"
USAGE_PV: Final = "pv"
USAGE_BATTERY: Final = "battery"
USAGE_AUX: Final = "aux"
USAGE_CONSUMER: Final = "consumer"

CONF_NUMBER: Final = "number"  # of a loadpoint, from 1: REST paths and order depend on it
CONF_CIRCUIT: Final = "circuit"  # subentry id of a circuit
CONF_VEHICLE: Final = "vehicle"  # subentry id of a loadpoint's default vehicle
CONF_FEATURES: Final = "features"

ON_STOP_KEEP: Final = "keep"  # leave the charger as it is
ON_STOP_OFF: Final = "off"  # forbid charging
ON_STOP_MINIMUM: Final = "minimum"  # if charging: minimum current

CONF_PLAN_CALENDAR: Final = "plan_calendar"  # entity whose events become plans

CONF_API: Final = "api"  # section of the options: who may use the REST API, and how it answers
CONF_ENVELOPE: Final = "envelope"  # answers are wrapped in {"result": …}
CONF_OPEN_LOCAL: Final = "open_local"  # the local network needs no login
CONF_LISTEN: Final = "listen"  # a port of its own
CONF_LISTEN_HOST: Final = "listen_host"
CONF_LISTEN_PORT: Final = "listen_port"
DEFAULT_LISTEN_HOST: Final = "0.0.0.0"  # noqa: S104 - all IPv4 addresses; only once somebody switches it on
DEFAULT_LISTEN_PORT: Final = 7070
