"""What the flows of all kinds of subentries share: source, entities, words, constants, test, saving."""

from abc import abstractmethod
from collections.abc import Container, Mapping
from typing import Any, ClassVar, Final

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import DeviceSelector

from ..const import CONF_SOURCE, CONF_USAGE, SOURCE_ENTITY
from ..devices.entity.guess import async_guess
from ..devices.entity.probe import ProbeLine, async_probe
from ..devices.entity.reading import Fault
from ..devices.entity.refs import to_form, to_store
from ..devices.entity.roles import FIELDS, Field, Kind, Option, OptionType, roles
from .check import async_report, errors as errors_of
from .demo import CONF_SETTINGS
from .forms import CONF_TITLE, TITLE, Detail, choice, entity_details, nested, schema_of, taken_over
from .words import STATUS_FIELDS, status_map, suggested_words, word_details

CONF_DEVICE: Final = "device"

# Of these a house has one or few, so that their names tell which entities they are.
_FOUND_BY_NAME: Final = frozenset({Kind.GRID, Kind.PV, Kind.BATTERY})


class DeviceFlow(ConfigSubentryFlow):
    """Add or change one subentry. Its data are flat; what is entered stays in `values` until it is saved."""

    sources: ClassVar[tuple[str, ...]]
    elsewhere: ClassVar[frozenset[str]] = frozenset()
    """Constants of the table of roles that `details` asks for."""

    def __init__(self) -> None:
        self.title = ""
        self.values: dict[str, Any] = {}

    # What differs

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """What the entities stand for."""

    @abstractmethod
    def details(self) -> list[Detail]:
        """Return the constants to ask for, as it depends on the source. None: the step is left out."""

    def basics(self) -> list[Detail]:
        """Return what is asked for in the first step besides title and source."""
        return []

    def refusal(self) -> str | None:
        """Return why this cannot be added at all, once the first step is known."""
        return None

    def complaints_of_basics(self) -> dict[str, str]:
        """Return the errors of the first step by field."""
        return {}

    def complaints(self) -> dict[str, str]:
        """Return the errors of the constants by field."""
        return {}

    def unique_id(self) -> str | None:
        """Return the unique id of the subentry, of which one entry can have only one."""
        return None

    # What the site has already

    @property
    def own_id(self) -> str | None:
        """Return the id of the subentry that is changed, None for a new one."""
        return self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None

    def others(self, subentry_type: str) -> list[ConfigSubentry]:
        """Return the subentries of a type without the one that is changed."""
        found = self._get_entry().get_subentries_of_type(subentry_type)
        return [s for s in found if s.subentry_id != self.own_id]

    @property
    def by_entities(self) -> bool:
        """Whether entities of Home Assistant are the source."""
        return self.values.get(CONF_SOURCE) == SOURCE_ENTITY

    # Steps

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Start with what is stored."""
        subentry = self._get_reconfigure_subentry()
        self.title = subentry.title
        self.values = dict(subentry.data)
        if self.by_entities:
            self.values = to_form(self.hass, self.kind, self.values)
        return await self.async_step_user()

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for title, use and source."""
        fields = [Detail(key=CONF_TITLE, selector=TITLE, required=True), *self.basics(), self._source()]
        errors: dict[str, str] = {}
        if user_input is not None:
            before = self.values.get(CONF_SOURCE)
            self.values = taken_over(fields, self.values, user_input)
            self.title = self.values.pop(CONF_TITLE, "").strip()
            if before not in (None, self.values[CONF_SOURCE]):
                # The same key may be an entity for one source and a number for another one.
                table = {field.key for field in FIELDS[self.kind]}
                self.values = {k: v for k, v in self.values.items() if k not in table}
            if reason := self.refusal():
                return self.async_abort(reason=reason)
            errors = {} if self.title else {CONF_TITLE: "title_missing"}
            errors |= self.complaints_of_basics()
            if not errors:
                return await self._after_source()
        return self._form("user", fields, {CONF_TITLE: self.title, **self.values}, errors)

    def _source(self) -> Detail:
        selector = choice(self.sources, f"{self._subentry_type}_source")
        return Detail(key=CONF_SOURCE, selector=selector, required=True, default=self.sources[0])

    async def _after_source(self) -> SubentryFlowResult:
        if not self.by_entities:
            return await self.async_step_details()
        known = any(role.key in self.values for role in roles(self.kind))
        return await (self.async_step_entities() if known else self.async_step_device())

    async def async_step_device(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a device whose entities are then proposed; without one they are chosen by hand."""
        errors: dict[str, str] = {}
        if user_input is not None:
            device_id = user_input.get(CONF_DEVICE)
            guessed: dict[str, Any] = {}
            if device_id or self.kind in _FOUND_BY_NAME:
                guessed = to_form(self.hass, self.kind, async_guess(self.hass, self.kind, device_id))
            if guessed or not device_id:
                self.values = {**self.values, **guessed}
                return await self.async_step_entities()
            errors[CONF_DEVICE] = "nothing_found"
        fields = [Detail(key=CONF_DEVICE, selector=DeviceSelector())]
        return self._form("device", fields, user_input or {}, errors)

    async def async_step_entities(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the entities; refuse those that can never work."""
        fields = entity_details(self.kind, self.elsewhere)
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            self.values = taken_over(fields, self.values, user_input)
            lines = [line for line in await self._async_probe() if line.blocking]
            lines = [line for line in lines if not self._is_about_words(line)]
            if not lines:
                return await self.async_step_words()
            errors, placeholders = errors_of(lines, {f.key: f.group for f in fields})
        return self._form("entities", fields, self.values, errors, placeholders)

    async def async_step_words(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what the words of the chosen entities mean, where that matters."""
        fields = word_details(self.hass, self.kind, self.values)
        self.values = self._without_words({"status_map" if f.key in STATUS_FIELDS else f.key for f in fields})
        if not fields:
            return await self.async_step_details()
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            errors, placeholders = await self._async_take_words(fields, user_input)
            if not errors:
                return await self.async_step_details()
        suggested = user_input or suggested_words(self.hass, self.kind, self.values, fields)
        return self._form("words", fields, suggested, errors, placeholders)

    async def _async_take_words(
        self, fields: list[Detail], user_input: dict[str, Any]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Take over the words; return errors by field and their placeholders."""
        entered = taken_over(fields, {}, user_input)
        try:
            mapping = status_map(entered)
        except ValueError as err:
            return {"base": "word_twice"}, {"word_twice": str(err)}
        plain = {k: v for k, v in entered.items() if k not in STATUS_FIELDS}
        self.values = {**self._without_words(()), **plain, **({"status_map": mapping} if mapping else {})}
        lines = [line for line in await self._async_probe() if line.blocking]
        return errors_of(lines, {f.key: "" for f in fields})

    def _without_words(self, kept: Container[str]) -> dict[str, Any]:
        """Return the values without words of entities that are not there any more."""
        stale = {f.key for f in FIELDS[self.kind] if _is_word(f) and f.key not in kept}
        return {k: v for k, v in self.values.items() if k not in stale}

    def _is_about_words(self, line: ProbeLine) -> bool:
        """Tell whether a problem can be solved in the step for words."""
        if line.key == "status" and line.problem == Fault.UNKNOWN_WORD:
            return True
        return any(f.key == line.key and _is_word(f) for f in FIELDS[self.kind])

    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for constants."""
        fields = self.details()
        errors: dict[str, str] = {}
        if user_input is not None or not fields:
            self.values = taken_over(fields, self.values, user_input or {})
            errors = self.complaints()
            if not errors:
                return await (self.async_step_check() if self.by_entities else self.async_step_save())
        return self._form("details", fields, self.values, errors)

    async def async_step_check(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Read everything once and show it before it is saved."""
        lines = await self._async_probe()
        save = ["save"]
        if any(line.problem for line in lines):
            save = ["check"] if any(line.blocking for line in lines) else ["check", "save_anyway"]
        words = ["words"] if word_details(self.hass, self.kind, self.values) else []
        report = await async_report(self.hass, self._subentry_type, lines)
        return self.async_show_menu(
            step_id="check",
            menu_options=[*save, "entities", *words],
            description_placeholders={"title": self.title, **report},
        )

    async def async_step_save_anyway(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Save although something does not answer."""
        return await self.async_step_save()

    async def async_step_save(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Create or update the subentry."""
        data = self._data()
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=self.title, data=data
            )
        return self.async_create_entry(title=self.title, data=data, unique_id=self.unique_id())

    # Helpers

    def _data(self) -> dict[str, Any]:
        """Return what belongs to the chosen source; the rest was entered before it was changed."""
        keys = {CONF_USAGE, CONF_SOURCE, CONF_SETTINGS, *(d.key for d in (*self.basics(), *self.details()))}
        if self.by_entities:
            keys.update(field.key for field in FIELDS[self.kind])
        data = {k: v for k, v in self.values.items() if k in keys}
        return to_store(self.hass, self.kind, data) if self.by_entities else data

    async def _async_probe(self) -> list[ProbeLine]:
        return await async_probe(self.hass, self.kind, self.values)

    @callback
    def _form(
        self,
        step_id: str,
        fields: list[Detail],
        values: Mapping[str, Any],
        errors: dict[str, str],
        placeholders: Mapping[str, str] | None = None,
    ) -> SubentryFlowResult:
        schema: vol.Schema = schema_of(fields)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, nested(fields, values)),
            errors=errors,
            description_placeholders={"title": self.title, **(placeholders or {})},
            last_step=step_id == "details" and not self.by_entities,
        )


def _is_word(field: Field) -> bool:
    return isinstance(field, Option) and field.type in (OptionType.WORD, OptionType.MAP)
