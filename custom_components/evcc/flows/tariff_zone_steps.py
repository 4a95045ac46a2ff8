"""Steps for lists of zones: prices by hours and days, and charges by hours and days on top of a market price."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import BooleanSelector, SelectOptionDict

from ..tariffs.build import CONF_PRICE, CONF_ZONE, CONF_ZONES
from ..tariffs.charges import CONF_CHARGES, CONF_CHARGES_ZONES
from ..tariffs.model import SourceError
from . import tariff_check, tariff_zones
from .forms import Detail, taken_over
from .money import price_box
from .tariff_steps import TariffSteps, select

CONF_REMOVE: Final = "remove"

PRICES: Final = "zone"
CHARGES: Final = "charges_zone"
_LISTS: Final[Mapping[str, str]] = {PRICES: CONF_ZONES, CHARGES: CONF_CHARGES_ZONES}
"""Where the zones of each kind are stored. A kind is the name of its form, and begins those of its other steps."""


class ZoneSteps(TariffSteps):
    """Both lists are shown, added to and changed in the same way; their texts differ."""

    def __init__(self) -> None:
        super().__init__()
        self._edited: int | None = None  # index of the zone that the form is about; None: a new one

    # Prices

    async def async_step_base(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the price that holds where no zone does."""
        fields = [Detail(key=CONF_PRICE, selector=price_box(self.currency), required=True)]
        if user_input is None:
            return self.form("base", fields, self.values)
        self.values = taken_over(fields, self.values, user_input)
        return await (self.async_step_zones() if self._zones(PRICES) else self.async_step_zone_add())

    async def async_step_zones(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the zones of prices."""
        return await self._async_list(PRICES, self.values[CONF_PRICE], "base")

    async def async_step_zone_add(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a new zone."""
        self._edited = None
        return await self.async_step_zone()

    async def async_step_zone_pick(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask which zone is to be changed."""
        return await self._async_pick(PRICES, user_input)

    async def async_step_zone(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the price of a zone and when it holds."""
        return await self._async_form(PRICES, user_input)

    # Charges

    async def async_step_charges_zones(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the zones of charges."""
        return await self._async_list(CHARGES, self.values.get(CONF_CHARGES) or 0.0, "charges")

    async def async_step_charges_zone_add(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a new zone."""
        self._edited = None
        return await self.async_step_charges_zone()

    async def async_step_charges_zone_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which zone is to be changed."""
        return await self._async_pick(CHARGES, user_input)

    async def async_step_charges_zone(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the charges of a zone and when they hold."""
        return await self._async_form(CHARGES, user_input)

    # What both have in common

    def _zones(self, kind: str) -> list[tariff_zones.Zone]:
        return list(self.values.get(_LISTS[kind]) or ())

    async def _async_list(self, kind: str, base: float, change: str) -> SubentryFlowResult:
        """Show the zones, and what can be done with them; `change` is the step that asks for the base."""
        names = await self._async_zone_names()
        zones = self._zones(kind)
        more = [f"{kind}_pick"] if zones else []
        return self.async_show_menu(
            step_id=f"{kind}s",
            menu_options=["check", f"{kind}_add", *more, change],
            description_placeholders={
                "zones": tariff_zones.lines(zones, names, self.currency),
                "base": f"{base:g} {self.currency}/kWh",
            },
        )

    async def _async_zone_names(self) -> dict[str, str]:
        texts = await tariff_check.async_texts(self.hass, "selector")
        return tariff_check.names_of(texts, "weekday", "month")

    async def _async_pick(self, kind: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        if user_input is not None:
            self._edited = int(user_input[CONF_ZONE])
            return await self._async_form(kind, None)
        names = await self._async_zone_names()
        labels = [tariff_zones.describe(z, names, self.currency) for z in self._zones(kind)]
        options = [SelectOptionDict(value=str(i), label=label) for i, label in enumerate(labels)]
        fields = [Detail(key=CONF_ZONE, selector=select(options), required=True)]
        return self.form(f"{kind}_pick", fields, {})

    async def _async_form(self, kind: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        fields = tariff_zones.zone_details(self.currency)
        zones = self._zones(kind)
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
                at = len(zones) if self._edited is None else self._edited
                zones[at : at + 1] = [] if user_input.get(CONF_REMOVE) else [zone]
                self.values = {**self.values, _LISTS[kind]: zones}
                return await (self.async_step_zones() if kind == PRICES else self.async_step_charges_zones())
        return self.form(kind, fields, shown, errors)
