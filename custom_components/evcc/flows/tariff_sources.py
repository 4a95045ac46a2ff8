"""The details of a tariff's source: price, zones, bidding zone, country, entity."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    CountrySelector,
    CountrySelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    TextSelector,
)

from ..tariffs.build import CONF_COUNTRY, CONF_PRICE, CONF_ZONE, CONF_ZONES
from ..tariffs.catalogue import CONF_ATTRIBUTE, CONF_ENTITY_ID, CONF_FACTOR
from ..tariffs.model import SourceError
from ..tariffs.public import AWATTAR, ZONES
from . import tariff_check, tariff_zones
from .forms import Detail, choice, taken_over
from .money import plain_box, price_box
from .tariff_steps import TariffSteps, select

CONF_REMOVE: Final = "remove"

BIDDING_ZONES: Final[Mapping[str, str]] = {
    "DE": "DE-LU",
    "LU": "DE-LU",
    "DK": "DK1",
    "IT": "IT-North",
    "NO": "NO1",
    "SE": "SE3",
}
"""Proposals for countries whose zone is not called as they are."""

CO2_COUNTRIES: Final = [
    "AT",
    "BE",
    "BG",
    "CH",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "NL",
    "NO",
    "PL",
    "PT",
    "RO",
    "RS",
    "SE",
    "SI",
    "SK",
]


class SourceSteps(TariffSteps):
    """One step for each source, several for price zones."""

    def __init__(self) -> None:
        super().__init__()
        self._edited: int | None = None  # index of the price zone that the form is about; None: a new one

    # Its details

    async def async_step_fixed(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the price."""
        fields = [Detail(key=CONF_PRICE, selector=price_box(self.currency), required=True)]
        if user_input is None:
            return self.form("fixed", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await self.async_after_source()

    async def async_step_energy_charts(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the bidding zone; propose that of the house."""
        country = self.hass.config.country or ""
        zone = BIDDING_ZONES.get(country, country)
        fields = [
            Detail(
                key=CONF_ZONE,
                selector=select([SelectOptionDict(value=z, label=z) for z in ZONES], dropdown=True),
                required=True,
                default=zone if zone in ZONES else vol.UNDEFINED,
            )
        ]
        if user_input is None:
            return self.form("energy_charts", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await self.async_after_source()

    async def async_step_country(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the country whose emissions count; propose that of the house."""
        country = self.hass.config.country
        fields = [
            Detail(
                key=CONF_COUNTRY,
                selector=CountrySelector(CountrySelectorConfig(countries=CO2_COUNTRIES)),
                required=True,
                default=country if country in CO2_COUNTRIES else vol.UNDEFINED,
                shown=str.upper,
                stored=str.lower,
            )
        ]
        if user_input is None:
            return self.form("country", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await self.async_after_source()

    async def async_step_awattar(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the country that the prices are of."""
        country = (self.hass.config.country or "").lower()
        fields = [
            Detail(
                key=CONF_COUNTRY,
                selector=choice(sorted(AWATTAR), "awattar_country"),
                required=True,
                default=country if country in AWATTAR else "de",
            )
        ]
        if user_input is None:
            return self.form("awattar", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await self.async_after_source()

    async def async_step_entity(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for an entity that knows it."""
        fields = [
            Detail(
                key=CONF_ENTITY_ID,
                selector=EntitySelector(EntitySelectorConfig(multiple=True)),
                required=True,
                shown=lambda value: [value] if isinstance(value, str) else value,
            ),
            Detail(key=CONF_ATTRIBUTE, selector=TextSelector(), group="expert"),
            Detail(key=CONF_FACTOR, selector=plain_box(), group="expert"),
        ]
        errors: dict[str, str] = {}
        if user_input is not None:
            self.values = taken_over(fields, self.values, user_input)
            if self.values.get(CONF_ENTITY_ID):
                return await self.async_after_source()
            errors = {CONF_ENTITY_ID: "entity_missing"}
        return self.form("entity", fields, self.values, errors)

    # Price zones

    async def async_step_base(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the price that holds where no zone does."""
        fields = [Detail(key=CONF_PRICE, selector=price_box(self.currency), required=True)]
        if user_input is None:
            return self.form("base", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await (self.async_step_zones() if self._zones else self.async_step_zone_add())

    @property
    def _zones(self) -> list[tariff_zones.Zone]:
        return list(self.values.get(CONF_ZONES) or ())

    async def async_step_zones(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the zones, and what can be done with them."""
        names = await self._async_zone_names()
        more = ["zone_pick"] if self._zones else []
        return self.async_show_menu(
            step_id="zones",
            menu_options=["check", "zone_add", *more, "base"],
            description_placeholders={
                "zones": tariff_zones.lines(self._zones, names, self.currency),
                "base": f"{self.values[CONF_PRICE]:g} {self.currency}/kWh",
            },
        )

    async def _async_zone_names(self) -> dict[str, str]:
        texts = await tariff_check.async_texts(self.hass, "selector")
        return tariff_check.names_of(texts, "weekday", "month")

    async def async_step_zone_add(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a new zone."""
        self._edited = None
        return await self.async_step_zone()

    async def async_step_zone_pick(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask which zone is to be changed."""
        if user_input is not None:
            self._edited = int(user_input[CONF_ZONE])
            return await self.async_step_zone()
        names = await self._async_zone_names()
        labels = [tariff_zones.describe(z, names, self.currency) for z in self._zones]
        options = [SelectOptionDict(value=str(i), label=label) for i, label in enumerate(labels)]
        fields = [Detail(key=CONF_ZONE, selector=select(options), required=True)]
        return self.form("zone_pick", fields, {})

    async def async_step_zone(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the price of a zone and when it holds."""
        fields = tariff_zones.zone_details(self.currency)
        zones = self._zones
        if self._edited is not None:
            fields.append(Detail(key=CONF_REMOVE, selector=BooleanSelector(), default=False))
        shown = {} if self._edited is None else tariff_zones.shown(zones[self._edited])
        errors: dict[str, str] = {}
        if user_input is not None:
            shown = user_input
            try:
                zone = tariff_zones.stored(user_input)
            except SourceError as err:
                errors = {"base": err.key}
            else:
                place = (
                    slice(len(zones), None) if self._edited is None else slice(self._edited, self._edited + 1)
                )
                zones[place] = [] if user_input.get(CONF_REMOVE) else [zone]
                self.values = {**self.values, CONF_ZONES: zones}
                return await self.async_step_zones()
        return self.form("zone", fields, shown, errors)
