"""What all steps of a tariff's flow share: what was entered, what comes on top of it, the check, saving."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TemplateSelector,
)
from homeassistant.util import dt as dt_util

from ..const import CONF_SOURCE, CONF_USAGE
from ..tariffs.build import CONF_COUNTRY, CONF_PRICE, CONF_ZONE, CONF_ZONES, async_try
from ..tariffs.catalogue import (
    CONF_AREA,
    CONF_ATTRIBUTE,
    CONF_CONFIG_ENTRY,
    CONF_ENTITY_ID,
    CONF_FACTOR,
    CONF_PLATFORM,
)
from ..tariffs.charges import CONF_CHARGES, CONF_CHARGES_ZONES, CONF_FORMULA, CONF_TAX
from ..tariffs.homeassistant import tells_emissions
from ..tariffs.model import MISTAKES, SourceError, Usage
from . import tariff_check
from .forms import Detail, nested, number, schema_of, taken_over
from .money import price_box

FIXED: Final = "fixed"
ZONED: Final = "zones"
ENERGY_CHARTS: Final = "energy_charts"
AWATTAR_SOURCE: Final = "awattar"
HOME_ASSISTANT: Final = "home_assistant"
OWN: Final = "entity"  # in the form only: an entity of one's own is read through Home Assistant

_ON_TOP: Final = (CONF_CHARGES, CONF_TAX, CONF_FORMULA, CONF_CHARGES_ZONES)
_OF_SOURCE: Final[Mapping[str, tuple[str, ...]]] = {
    FIXED: (CONF_PRICE,),
    ZONED: (CONF_PRICE, CONF_ZONES),
    ENERGY_CHARTS: (CONF_ZONE, CONF_COUNTRY),
    AWATTAR_SOURCE: (CONF_COUNTRY,),
    HOME_ASSISTANT: (
        CONF_PLATFORM,
        CONF_ENTITY_ID,
        CONF_CONFIG_ENTRY,
        CONF_AREA,
        CONF_ATTRIBUTE,
        CONF_FACTOR,
    ),
}
_EMISSIONS: Final = "co2signal"
"""A source of the table that tells no prices, but can be planned by."""


class TariffSteps(ConfigSubentryFlow):
    """The end of the flow. Data are flat; what is entered stays in `values` until it is saved."""

    def __init__(self) -> None:
        self.title = ""
        self.values: dict[str, Any] = {}

    @property
    def usage(self) -> Usage:
        """Return what the tariff is for."""
        return Usage(self.values[CONF_USAGE])

    @property
    def currency(self) -> str:
        """Return what prices are in."""
        return self.hass.config.currency

    @property
    def unit(self) -> str:
        """Return the unit of the values: plans may go by emissions as well as by prices."""
        emissions = self.values.get(CONF_PLATFORM) == _EMISSIONS or (
            self.usage is Usage.PLANNER and tells_emissions(self.hass, self.values)
        )
        return tariff_check.unit_of(Usage.CO2 if emissions else self.usage, self.currency)

    def without(self, source: str) -> dict[str, Any]:
        """Return the values without those of a source: another one of its kind has its own."""
        return {k: v for k, v in self.values.items() if k not in _OF_SOURCE[source]}

    async def async_after_source(self) -> SubentryFlowResult:
        """Go on once it is known who tells it."""
        return await (self.async_step_charges() if self.market else self.async_step_check())

    @property
    def market(self) -> bool:
        """Whether something may come on top of what the source tells."""
        return (
            self.usage not in (Usage.CO2, Usage.SOLAR)
            and self.values[CONF_SOURCE] not in (FIXED, ZONED)
            and self.values.get(CONF_PLATFORM) != _EMISSIONS
        )

    # On top

    async def async_step_charges(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for what comes on top of the price that the source tells."""
        fields = [
            Detail(key=CONF_CHARGES, selector=price_box(self.currency)),
            Detail(
                key=CONF_TAX,
                selector=number(0, 100, 0.1, "%"),
                shown=lambda fraction: round(fraction * 100, 6),
                stored=lambda percent: round(percent / 100, 8),
            ),
            Detail(key=CONF_FORMULA, selector=TemplateSelector(), group="expert"),
        ]
        if user_input is None:
            return self.form("charges", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await self.async_step_check()

    # Look at it, and save it

    async def async_step_check(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Read the source once and show what it says."""
        zone = ZoneInfo(self.hass.config.time_zone)
        save, intro = ["save"], ""
        try:
            slots = await async_try(self.hass, self._data(), zone)
        except SourceError as err:
            report = await tariff_check.async_problem(self.hass, err)
            save = ["check"] if err.key in MISTAKES else ["check", "save_anyway"]
        else:
            report = await tariff_check.async_table(self.hass, slots, self.unit, dt_util.utcnow(), zone)
            intro = await tariff_check.async_intro(self.hass)
        more = ["charges", "charges_zones"] if self.market else []
        return self.async_show_menu(
            step_id="check",
            menu_options=[*save, *more, "source"],
            description_placeholders={"intro": intro, "report": report},
        )

    async def async_step_save_anyway(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Save although the source does not answer now."""
        return await self.async_step_save()

    async def async_step_save(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Create or update the subentry."""
        data = self._data()
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=self.title, data=data
            )
        unique_id = None if self.usage is Usage.SOLAR else f"tariff_{self.usage}"
        return self.async_create_entry(title=self.title, data=data, unique_id=unique_id)

    def _data(self) -> dict[str, Any]:
        """Return what belongs to the chosen source; the rest was entered before it was changed."""
        keys = (CONF_USAGE, CONF_SOURCE, *_OF_SOURCE[self.values[CONF_SOURCE]])
        if self.market:
            keys += _ON_TOP
        return {key: self.values[key] for key in keys if key in self.values}

    def form(
        self,
        step_id: str,
        fields: list[Detail],
        values: Mapping[str, Any],
        errors: dict[str, str] | None = None,
    ) -> SubentryFlowResult:
        """Show a form of these fields."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema_of(fields), nested(fields, values)),
            errors=errors or {},
            description_placeholders={"title": self.title},
            last_step=False,
        )


def select(options: list[SelectOptionDict], *, dropdown: bool = False) -> SelectSelector:
    """Return a choice of options that have labels; the words of SOURCES are translated."""
    return SelectSelector(
        SelectSelectorConfig(
            options=options,
            translation_key="tariff_source",
            mode=SelectSelectorMode.DROPDOWN if dropdown else SelectSelectorMode.LIST,
        )
    )
