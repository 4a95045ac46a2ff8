"""The details of a tariff's source: price, bidding zone, country, entity."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import (
    CountrySelector,
    CountrySelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    TextSelector,
)

from ..tariffs.build import CONF_COUNTRY, CONF_PRICE, CONF_ZONE
from ..tariffs.catalogue import CONF_ATTRIBUTE, CONF_ENTITY_ID, CONF_FACTOR
from ..tariffs.public import AWATTAR, ZONES
from .forms import Detail, choice, taken_over
from .money import plain_box, price_box
from .tariff_steps import select
from .tariff_zone_steps import ZoneSteps

BIDDING_ZONES: Final[Mapping[str, str]] = {
    "DE": "DE-LU",
    "LU": "DE-LU",
    "DK": "DK1",
    "IT": "IT-North",
    "NO": "NO1",
    "SE": "SE3",
}
"""Proposals for countries whose bidding zone has another name than they, or that have several."""

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
"""Countries whose emissions Energy-Charts tells."""


class SourceSteps(ZoneSteps):
    """One step for each source, but for price zones, which take several."""

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
