"""What the tests of the flows share: an entry that need not be set up, and short ways through the steps."""

from collections.abc import Generator, Mapping
import json
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv

LANGUAGES: Final = ("en", "de")

type Data = Mapping[str, Any]


@pytest.fixture(autouse=True)
def setup_entry() -> Generator[None]:
    """Let entries be set up and unloaded without doing anything."""
    with (
        patch("custom_components.evcc.async_setup_entry", return_value=True),
        patch("custom_components.evcc.async_unload_entry", return_value=True),
        patch("custom_components.evcc.async_remove_entry", create=True),
    ):
        yield


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return one's own home without anything in it."""
    return home(hass)


def home(hass: HomeAssistant, *subentries: tuple[str, str, str, Data]) -> MockConfigEntry:
    """Add a home with subentries (type, id, title, data)."""
    result = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        data={"demo": False},
        options={"interval": 30, "voltage": 230, "on_stop": "keep"},
        subentries_data=[
            {
                "subentry_type": kind,
                "subentry_id": subentry_id,
                "title": title,
                "data": data,
                "unique_id": "meter_grid" if data.get("usage") == "grid" else None,
            }
            for kind, subentry_id, title, data in subentries
        ],
    )
    result.add_to_hass(hass)
    return result


def texts(language: str) -> dict[str, Any]:
    """Return the translations of a language."""
    path = Path(__file__).parents[2] / "custom_components/evcc/translations" / f"{language}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check_texts(flow: Data, result: Mapping[str, Any]) -> None:
    """Check that all that a step shows has a text, and that a browser could be sent it."""
    step = flow["step"][result["step_id"]]
    placeholders = result.get("description_placeholders") or {}
    step.get("description", "").format_map(placeholders)
    for error in (result.get("errors") or {}).values():
        flow["error"][error].format_map(placeholders)
    if result["type"] is FlowResultType.MENU:
        assert set(result["menu_options"]) <= set(step["menu_options"])
        return
    fields = to_field_list(result["data_schema"], custom_serializer=cv.custom_serializer)
    check_fields(step, [field for field in fields if field.get("type") != "expandable"])
    for inner in (field for field in fields if field.get("type") == "expandable"):
        section = step["sections"][inner["name"]]
        assert section["name"]
        check_fields(section, inner["schema"])


def check_fields(place: Data, fields: list[Any]) -> None:
    """Check that fields have names and explanations."""
    assert fields
    for field in fields:
        assert place["data"][field["name"]]
        assert place["data_description"][field["name"]]


class Walk:
    """A walk through a subentry flow: each step says where it is expected to lead to."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry, result: SubentryFlowResult) -> None:
        self._hass = hass
        self._entry = entry
        self.result = result
        self.ids = set(entry.subentries)

    @classmethod
    async def add(cls, hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> Walk:
        """Start adding a subentry."""
        result = await hass.config_entries.subentries.async_init(
            (entry.entry_id, kind), context={"source": SOURCE_USER}
        )
        walk = cls(hass, entry, result)
        walk.at("user")
        return walk

    @classmethod
    async def change(cls, hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str) -> Walk:
        """Start changing a subentry."""
        walk = cls(hass, entry, await entry.start_subentry_reconfigure_flow(hass, subentry_id))
        walk.at("user")
        return walk

    def at(self, step: str, errors: Data | None = None) -> None:
        """Check that a form or menu is shown, and that a browser could be sent it."""
        expected = FlowResultType.MENU if step == "check" else FlowResultType.FORM
        assert (self.result["type"], self.result.get("step_id")) == (expected, step), self.result
        assert (self.result.get("errors") or {}) == (errors or {})
        for language in LANGUAGES:
            check_texts(texts(language)["config_subentries"][self.result["handler"][1]], self.result)

    async def enter(self, user_input: Data, step: str, errors: Data | None = None) -> None:
        """Submit a form, which leads to `step`."""
        self.result = await self._hass.config_entries.subentries.async_configure(
            self.result["flow_id"], dict(user_input)
        )
        self.at(step, errors)

    async def choose(self, option: str, step: str) -> None:
        """Choose an option of a menu, which leads to `step`."""
        await self.enter({"next_step_id": option}, step)

    async def finish(self, user_input: Data) -> ConfigSubentry:
        """Submit the last form; return the new subentry."""
        self.result = await self._hass.config_entries.subentries.async_configure(
            self.result["flow_id"], dict(user_input)
        )
        assert self.result["type"] is FlowResultType.CREATE_ENTRY, self.result
        (new,) = set(self._entry.subentries) - self.ids
        return self._entry.subentries[new]

    async def save(self) -> ConfigSubentry:
        """Choose to save; return the new subentry."""
        return await self.finish({"next_step_id": "save"})

    async def abort(self, user_input: Data, reason: str) -> None:
        """Submit the last form, which ends the flow for that reason."""
        self.result = await self._hass.config_entries.subentries.async_configure(
            self.result["flow_id"], dict(user_input)
        )
        assert (self.result["type"], self.result.get("reason")) == (FlowResultType.ABORT, reason), self.result

    @property
    def suggested(self) -> dict[str, Any]:
        """Return what the form shows, sections flattened."""
        schema = self.result["data_schema"]
        assert schema is not None
        return _suggested(schema.schema)

    @property
    def placeholders(self) -> Data:
        """Return what is put into the texts of the step."""
        return self.result["description_placeholders"] or {}


def _suggested(schema: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for marker, selector in schema.items():
        if inner := getattr(selector, "schema", None):
            found |= _suggested(inner.schema)
        elif marker.description:
            found[marker.schema] = marker.description["suggested_value"]
    return found
