"""Setting up the site: a demo home or one's own, its options, and the flows of what belongs to it."""

from collections.abc import Mapping
from ipaddress import ip_address
import re
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import BooleanSelector, EntitySelector, EntitySelectorConfig, TextSelector

from .const import (
    CONF_API,
    CONF_DEMO,
    CONF_ENVELOPE,
    CONF_INTERVAL,
    CONF_LISTEN,
    CONF_LISTEN_HOST,
    CONF_LISTEN_PORT,
    CONF_ON_STOP,
    CONF_OPEN_LOCAL,
    CONF_PLAN_CALENDAR,
    CONF_SPEED,
    CONF_VOLTAGE,
    DEFAULT_LISTEN_HOST,
    DEFAULT_LISTEN_PORT,
    DOMAIN,
    ON_STOP_KEEP,
    ON_STOP_MINIMUM,
    ON_STOP_OFF,
    SUBENTRY_CIRCUIT,
    SUBENTRY_LOADPOINT,
    SUBENTRY_METER,
    SUBENTRY_TARIFF,
    SUBENTRY_VEHICLE,
)
from .core.model import VOLTAGE
from .flows.circuit import CircuitFlow
from .flows.demo import demo_subentries, demo_title
from .flows.forms import CONF_TITLE, TITLE, choice, integer, number
from .flows.loadpoint import LoadpointFlow
from .flows.meter import MeterFlow
from .flows.tariff import TariffFlow
from .flows.vehicle import VehicleFlow

SPEED: Final = vol.Schema(
    {vol.Required(CONF_SPEED, default=1): number(1, 600, 1, "×")},
)
OPTIONS: Final = vol.Schema(
    {
        vol.Required(CONF_INTERVAL, default=30): number(10, 120, 1, "s"),
        vol.Required(CONF_VOLTAGE, default=VOLTAGE): number(100, 250, 1, "V"),
        vol.Required(CONF_ON_STOP, default=ON_STOP_KEEP): choice(
            (ON_STOP_KEEP, ON_STOP_OFF, ON_STOP_MINIMUM), CONF_ON_STOP
        ),
    }
)
API: Final = vol.Schema(
    {
        vol.Required(CONF_ENVELOPE, default=True): BooleanSelector(),
        vol.Required(CONF_OPEN_LOCAL, default=False): BooleanSelector(),
        vol.Required(CONF_LISTEN, default=False): BooleanSelector(),
        vol.Required(CONF_LISTEN_PORT, default=DEFAULT_LISTEN_PORT): integer(1, 65535),
        vol.Required(CONF_LISTEN_HOST, default=DEFAULT_LISTEN_HOST): TextSelector(),
    }
)
CALENDAR: Final = vol.Schema(
    {vol.Optional(CONF_PLAN_CALENDAR): EntitySelector(EntitySelectorConfig(domain="calendar"))},
)
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


class EvccConfigFlow(ConfigFlow, domain=DOMAIN):
    """Create the site and change its title."""

    VERSION = 1
    MINOR_VERSION = 1

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to a site."""
        return {
            SUBENTRY_METER: MeterFlow,
            SUBENTRY_LOADPOINT: LoadpointFlow,
            SUBENTRY_VEHICLE: VehicleFlow,
            SUBENTRY_CIRCUIT: CircuitFlow,
            SUBENTRY_TARIFF: TariffFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> EvccOptionsFlow:
        """Return the flow behind the gear wheel."""
        return EvccOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to try a simulated home or to set up one's own."""
        return self.async_show_menu(step_id="user", menu_options=["demo", "home"])

    async def async_step_demo(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create a simulated home with everything in it."""
        if user_input is None:
            return self.async_show_form(step_id="demo", data_schema=SPEED)
        language = self.hass.config.language
        return self.async_create_entry(
            title=demo_title(language),
            data={CONF_DEMO: True, **user_input},
            subentries=demo_subentries(language, self.hass.config.time_zone),
        )

    async def async_step_home(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create one's own home; what is in it is added afterwards."""
        title, options = _split(user_input)
        if title:
            return self.async_create_entry(title=title, data={CONF_DEMO: False}, options=options)
        schema = vol.Schema({vol.Required(CONF_TITLE): TITLE}).extend(OPTIONS.schema)
        suggested = {CONF_TITLE: self.hass.config.location_name} if user_input is None else user_input
        return self.async_show_form(
            step_id="home",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=_complaints(user_input),
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on with the first meter of one's own home, usually that of the grid connection."""
        entry = result["result"]
        if not entry.data[CONF_DEMO]:
            flow = await self.hass.config_entries.subentries.async_init(
                (entry.entry_id, SUBENTRY_METER), context=SubentryFlowContext(source=SOURCE_USER)
            )
            result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, flow["flow_id"])
        return result

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the title and, of a demo home, the speed."""
        entry = self._get_reconfigure_entry()
        schema = vol.Schema({vol.Required(CONF_TITLE): TITLE})
        if entry.data[CONF_DEMO]:
            schema = schema.extend(SPEED.schema)
        title, data = _split(user_input)
        if title:
            return self.async_update_and_abort(entry, title=title, data_updates=data)
        suggested = {CONF_TITLE: entry.title, **entry.data, **data}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=_complaints(user_input),
        )


def _split(user_input: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
    """Return the title, empty if there is none yet, and the rest."""
    rest = dict(user_input or {})
    return rest.pop(CONF_TITLE, "").strip(), rest


def _complaints(user_input: Mapping[str, Any] | None) -> dict[str, str]:
    return {} if user_input is None else {CONF_TITLE: "title_missing"}


class EvccOptionsFlow(OptionsFlow):
    """Change how the site is controlled; of a demo home also its speed, which is part of the entry's data."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options and take them over at once."""
        entry = self.config_entry
        errors: dict[str, str] = {}
        suggested: Mapping[str, Any] = {**entry.data, **entry.options}
        if user_input is not None:
            errors = _api_complaints(self.hass, user_input.get(CONF_API, {}))
            errors |= _calendar_complaints(self.hass, user_input)
            if not errors:
                return self._save(user_input)
            suggested = user_input
        schema = OPTIONS.extend(SPEED.schema) if entry.data[CONF_DEMO] else OPTIONS
        schema = schema.extend(CALENDAR.schema)
        # optional, so that who leaves the whole section out leaves what is in it as it is
        schema = schema.extend({vol.Optional(CONF_API): section(API, {"collapsed": not errors})})
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    def _save(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        entry = self.config_entry
        data = dict(entry.data)
        if CONF_SPEED in user_input:
            data[CONF_SPEED] = user_input.pop(CONF_SPEED)
        if CONF_API in entry.options:
            user_input.setdefault(CONF_API, entry.options[CONF_API])
        # Both in one update: each one reloads the site.
        self.hass.config_entries.async_update_entry(entry, data=data, options=user_input)
        return self.async_create_entry(data=user_input)


def _api_complaints(hass: HomeAssistant, api: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with where the API is to listen: a message for the whole form, or nothing."""
    if not api.get(CONF_LISTEN):
        return {}
    if not _is_host(api[CONF_LISTEN_HOST]):
        return {"base": "host_invalid"}
    if hass.config.api is not None and hass.config.api.port == api[CONF_LISTEN_PORT]:
        return {"base": "port_of_home_assistant"}
    return {}


def _calendar_complaints(hass: HomeAssistant, user_input: Mapping[str, Any]) -> dict[str, str]:
    """Refuse the calendar that shows the plans: it would feed itself."""
    chosen = er.async_get(hass).async_get(user_input.get(CONF_PLAN_CALENDAR, ""))
    return {CONF_PLAN_CALENDAR: "calendar_own"} if chosen is not None and chosen.platform == DOMAIN else {}


def _is_host(text: str) -> bool:
    """Return whether this is an address or could be a name."""
    try:
        ip_address(text)
    except ValueError:
        # a name has a letter: numbers and dots are an address with an error
        return len(text) < 254 and not text.replace(".", "").isdigit() and _HOST.fullmatch(text) is not None
    return True
