"""Tariffs: what energy costs and emits, what the sun will yield, and who tells it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import SelectOptionDict

from ..const import CONF_SOURCE, CONF_USAGE, SUBENTRY_TARIFF
from ..tariffs.catalogue import CONF_PLATFORM, CUSTOM, Found, async_find
from ..tariffs.model import Usage
from . import tariff_check
from .forms import CONF_TITLE, TITLE, Detail
from .tariff_sources import SourceSteps
from .tariff_steps import AWATTAR_SOURCE, ENERGY_CHARTS, FIXED, HOME_ASSISTANT, OWN, ZONED, select

_MARKET: Final = (ENERGY_CHARTS, AWATTAR_SOURCE, OWN)
SOURCES: Final[Mapping[Usage, tuple[str, ...]]] = {
    Usage.GRID: (FIXED, ZONED, *_MARKET),
    Usage.FEEDIN: (FIXED, ZONED, *_MARKET),
    Usage.CO2: (ENERGY_CHARTS, OWN),
    Usage.SOLAR: (OWN,),
    Usage.PLANNER: (ZONED, *_MARKET),
}
"""What there is besides what was found."""


class TariffFlow(SourceSteps):
    """Add or change a tariff."""

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Found] = []

    # What it is for

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Offer the uses that nothing is there for yet; roofs there may be several."""
        taken = {s.data[CONF_USAGE] for s in self._get_entry().get_subentries_of_type(SUBENTRY_TARIFF)}
        free = [str(u) for u in Usage if u is Usage.SOLAR or u not in taken]
        return self.async_show_menu(step_id="user", menu_options=free)

    async def async_step_grid(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go on with what is bought."""
        return await self._async_begin(Usage.GRID)

    async def async_step_feedin(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go on with what is sold."""
        return await self._async_begin(Usage.FEEDIN)

    async def async_step_co2(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go on with what the grid emits."""
        return await self._async_begin(Usage.CO2)

    async def async_step_solar(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go on with what a roof will yield."""
        return await self._async_begin(Usage.SOLAR)

    async def async_step_planner(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go on with what plans go by."""
        return await self._async_begin(Usage.PLANNER)

    async def _async_begin(self, usage: Usage) -> SubentryFlowResult:
        self.values = {CONF_USAGE: str(usage)}
        texts = await tariff_check.async_texts(self.hass, "selector")
        self.title = texts.get(f"tariff_title.options.{usage}", str(usage))
        return await self.async_step_source()

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Start with what is stored."""
        subentry = self._get_reconfigure_subentry()
        self.title = subentry.title
        self.values = dict(subentry.data)
        return await self.async_step_source()

    # Who tells it

    async def async_step_source(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask who tells it: what was found in Home Assistant first."""
        if user_input is None:
            self._found = await async_find(self.hass, self.usage)
        options = self._options()
        fields = [
            Detail(key=CONF_TITLE, selector=TITLE, required=True),
            Detail(key=CONF_SOURCE, selector=select(options), required=True, default=options[0]["value"]),
        ]
        errors: dict[str, str] = {}
        if user_input is not None:
            self.title = user_input[CONF_TITLE].strip()
            if self.title:
                return await self._async_take_source(user_input[CONF_SOURCE])
            errors = {CONF_TITLE: "title_missing"}
        return self.form("source", fields, {CONF_TITLE: self.title, **self._chosen()}, errors)

    def _options(self) -> list[SelectOptionDict]:
        """Return the sources; those that were found have no translation, but a title."""
        found = [SelectOptionDict(value=f"found_{i}", label=f.title) for i, f in enumerate(self._found)]
        lost = self.values.get(CONF_PLATFORM) not in (None, CUSTOM) and not self._is_found()
        others = [*(("stored",) if lost else ()), *SOURCES[self.usage]]
        return found + [SelectOptionDict(value=word, label=word) for word in others]

    def _is_found(self) -> bool:
        return any(f.data.items() <= self.values.items() for f in self._found)

    def _chosen(self) -> dict[str, str]:
        """Return what is stored as the form has it."""
        source = self.values.get(CONF_SOURCE)
        if source != HOME_ASSISTANT:
            return {} if source is None else {CONF_SOURCE: source}
        if self.values.get(CONF_PLATFORM) == CUSTOM:
            return {CONF_SOURCE: OWN}
        index = next((i for i, f in enumerate(self._found) if f.data.items() <= self.values.items()), None)
        return {CONF_SOURCE: "stored" if index is None else f"found_{index}"}

    async def _async_take_source(self, word: str) -> SubentryFlowResult:
        if word == "stored":
            return await self.async_after_source()
        if word.startswith("found_"):
            found = self._found[int(word.removeprefix("found_"))]
            self.values = {**self.without(HOME_ASSISTANT), **found.data}
            return await self.async_after_source()
        if word == OWN:
            kept = self.without(HOME_ASSISTANT) if self.values.get(CONF_PLATFORM) != CUSTOM else self.values
            self.values = {**kept, CONF_SOURCE: HOME_ASSISTANT, CONF_PLATFORM: CUSTOM}
            return await self.async_step_entity()
        if word != self.values.get(CONF_SOURCE):
            self.values = {**self.without(word), CONF_SOURCE: word}
        market = self.async_step_country if self.usage is Usage.CO2 else self.async_step_energy_charts
        ask = {
            FIXED: self.async_step_fixed,
            ZONED: self.async_step_base,
            AWATTAR_SOURCE: self.async_step_awattar,
            ENERGY_CHARTS: market,
        }
        return await ask[word]()
