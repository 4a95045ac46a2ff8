"""A walk through the flow of a tariff, at twenty past eleven in Berlin."""

from collections.abc import Mapping
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv

from ..tariffs.sources import NOW
from .flow_helpers import LANGUAGES, Walk, check_texts, texts

MENUS = frozenset({"user", "zones", "charges_zones", "check"})


@pytest.fixture(autouse=True)
async def in_berlin(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be twenty past eleven in Berlin."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("Europe/Berlin")


class TariffWalk(Walk):
    """A walk that knows the menus of this flow."""

    @classmethod
    async def to(cls, hass: HomeAssistant, entry: MockConfigEntry, usage: str) -> TariffWalk:
        """Start adding a tariff of that use, up to the question for its source."""
        result = await hass.config_entries.subentries.async_init(
            (entry.entry_id, "tariff"), context={"source": SOURCE_USER}
        )
        walk = cls(hass, entry, result)
        walk.at("user")
        await walk.choose(usage, "source")
        return walk

    @classmethod
    async def again(cls, hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str) -> TariffWalk:
        """Start changing a tariff."""
        walk = cls(hass, entry, await entry.start_subentry_reconfigure_flow(hass, subentry_id))
        walk.at("source")
        return walk

    @override
    def at(self, step: str, errors: Mapping[str, Any] | None = None) -> None:
        expected = FlowResultType.MENU if step in MENUS else FlowResultType.FORM
        assert (self.result["type"], self.result.get("step_id")) == (expected, step), self.result
        assert (self.result.get("errors") or {}) == (errors or {})
        for language in LANGUAGES:
            check_texts(texts(language)["config_subentries"]["tariff"], self.result)
            if step in ("source", "zone_pick", "charges_zone_pick", "energy_charts"):
                self._check_options(texts(language)["selector"]["tariff_source"]["options"])

    def _check_options(self, named: Mapping[str, str]) -> None:
        """Check that an option that is called as its value has a text, or needs none."""
        for option in self.options():
            plain = option["label"] == option["value"]
            assert (
                not plain or option["value"] in named or option["value"].isupper() or "-" in option["value"]
            )

    def options(self) -> list[dict[str, str]]:
        """Return the options of the only choice of a form."""
        fields = to_field_list(self.result["data_schema"], custom_serializer=cv.custom_serializer)
        found: list[dict[str, str]]
        (found,) = [f["selector"]["select"]["options"] for f in fields if "select" in f.get("selector", {})]
        return found

    @property
    def report(self) -> str:
        """Return the preview."""
        return str(self.placeholders["report"])

    @property
    def menu(self) -> list[str]:
        """Return what can be chosen."""
        return list(self.result["menu_options"])

    async def source(self, word: str, step: str, title: str = "Prices") -> None:
        """Choose a source."""
        await self.enter({"title": title, "source": word}, step)
