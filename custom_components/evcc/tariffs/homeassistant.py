"""Reads what other integrations of Home Assistant know: one reader, whatever way leads to their rates."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
import logging
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.loader import async_get_loaded_integration

from ..core.rates import QUARTER, Slot, TariffKind, quarter
from .catalogue import (
    CONF_AREA,
    CONF_ATTRIBUTE,
    CONF_CONFIG_ENTRY,
    CONF_ENTITY_ID,
    CONF_FACTOR,
    CONF_PLATFORM,
    CUSTOM,
    INTEGRATIONS,
)
from .charges import CONF_FORMULA
from .model import SourceError, Usage, check_currency
from .questions import Question
from .routes import Action, Attributes, Current, Energy, Integration
from .shapes import holds_rates, number, read, read_hours
from .units import is_emission, unit

_LOGGER = logging.getLogger(__name__)

AS_NOW: Final = 192
"""Quarters of an hour for which the value of now is taken to hold where no forecast is known."""
LIVE: Final = timedelta(minutes=15)
_KINDS: Final[Mapping[Usage, TariffKind]] = {Usage.CO2: TariffKind.CO2, Usage.SOLAR: TariffKind.SOLAR}


class HomeAssistantSource:
    """Rates of an integration, or of an entity of the user's choice, as a subentry names them."""

    def __init__(self, hass: HomeAssistant, usage: Usage, data: Mapping[str, Any], zone: ZoneInfo) -> None:
        """Take the words of a subentry; SourceError `source_incomplete` if one is missing."""
        self._hass = hass
        self._usage = usage
        self._zone = zone
        self._line = _line(usage, data)
        self._how = self._line.how
        self._attribute: str | None = data.get(CONF_ATTRIBUTE) or None
        self._part: str | None = data.get(CONF_AREA) or None
        self._entry_id: str | None = data.get(CONF_CONFIG_ENTRY)
        factor = data.get(CONF_FACTOR)
        self._factor = None if factor is None else float(factor)
        self._converted = factor is not None or bool(data.get(CONF_FORMULA))
        entities = data.get(CONF_ENTITY_ID) or ()
        self.entity_ids: tuple[str, ...] = (entities,) if isinstance(entities, str) else tuple(entities)
        self._was_live = False  # as long as the entity is not away
        self._emits = False  # as well
        by_entry = isinstance(self._how, Action | Energy)
        if not (self._entry_id if by_entry else self.entity_ids):
            raise SourceError("source_incomplete", source=data.get(CONF_PLATFORM, CUSTOM))

    @property
    def kind(self) -> TariffKind:
        """A price without a forecast is one of now."""
        kind = self._values()
        return TariffKind.PRICE_DYNAMIC if kind is TariffKind.PRICE_FORECAST and self._live() else kind

    @property
    def interval(self) -> timedelta:
        """How often reading makes sense; changes of entities are seen besides."""
        return min(self._line.interval, LIVE) if self._live() else self._line.interval

    async def async_read(self, now: datetime) -> tuple[Slot, ...]:
        """Return the rates in currency/kWh, g/kWh or W; SourceError for all that can go wrong."""
        if isinstance(self._how, Action):
            return await self._async_answers(self._how, now)
        if isinstance(self._how, Energy):
            return await self._async_forecast()
        states = self._states()
        if self._live():
            return self._constant(states[0], now)
        return self._read_attributes(states, now)

    # Actions and energy platforms

    async def _async_answers(self, how: Action, now: datetime) -> tuple[Slot, ...]:
        entry = self._entry()
        self._check_currency(self._line.currency or entry.data.get("currency"))
        name = f"{entry.domain}.{how.name}"
        if not self._hass.services.has_service(entry.domain, how.name):
            raise SourceError("action_missing", retry=True, action=name)
        answers: list[Any] = []
        for arguments in how.arguments(Question(self._usage, now, self._zone, entry, self._part)):
            try:
                answers.append(await self._async_call(entry.domain, how.name, arguments))
            except Exception as err:
                if not answers:
                    raise _refused(name, err) from err
                # many answer an error instead of nothing for a day that is not published yet
                _LOGGER.debug("%s does not tell %s: %s", name, arguments, err)
        factor = how.factor * (1.0 if self._factor is None else self._factor)
        return read(answers, self._zone, part=self._part, factor=factor)

    async def _async_call(self, domain: str, name: str, arguments: dict[str, Any]) -> Any:
        return await self._hass.services.async_call(
            domain, name, arguments, blocking=True, return_response=True
        )

    async def _async_forecast(self) -> tuple[Slot, ...]:
        entry = self._entry()
        integration = async_get_loaded_integration(self._hass, entry.domain)
        try:
            platform = await integration.async_get_platform("energy")
            forecast = await platform.async_get_solar_forecast(self._hass, entry.entry_id)
        except (ImportError, AttributeError) as err:
            raise SourceError("forecast_missing", integration=entry.title) from err
        if not forecast:
            raise SourceError("forecast_missing", retry=True, integration=entry.title)
        return read([forecast], self._zone, factor=1.0 if self._factor is None else self._factor)

    def _entry(self) -> ConfigEntry:
        entry = self._hass.config_entries.async_get_entry(self._entry_id or "")
        if entry is None:
            raise SourceError("integration_missing", integration=self._line.domain)
        if entry.state is not ConfigEntryState.LOADED:
            raise SourceError("integration_not_loaded", retry=True, integration=entry.title)
        return entry

    # Entities

    def _states(self) -> list[State]:
        """Return the states of the entities; only the first one has to be there, the others are days ahead."""
        states = [self._hass.states.get(entity_id) for entity_id in self.entity_ids]
        if states[0] is None:
            raise SourceError("entity_missing", entity=self.entity_ids[0])
        if states[0].state == STATE_UNAVAILABLE:
            raise SourceError("entity_unavailable", entity=self.entity_ids[0])
        return [s for s in states if s is not None and s.state != STATE_UNAVAILABLE]

    def _live(self) -> bool:
        """Whether there is only the value of now: a sensor without rates in its attributes."""
        if isinstance(self._how, Current):
            return True
        if self._line.domain or self._attribute is not None or not self.entity_ids:
            return False
        state = self._hass.states.get(self.entity_ids[0])
        if state is not None and state.state != STATE_UNAVAILABLE:
            self._was_live = not holds_rates(state.attributes)
        return self._was_live

    def _values(self) -> TariffKind:
        """Return what sort of values these are, with or without a forecast."""
        if self._usage is not Usage.PLANNER or self._line.domain:
            return self._line.kind
        state = self._hass.states.get(self.entity_ids[0])
        if state is not None and state.state != STATE_UNAVAILABLE:
            self._emits = is_emission(state.attributes)
        return TariffKind.CO2 if self._emits else self._line.kind

    def _constant(self, state: State, now: datetime) -> tuple[Slot, ...]:
        value = number(state.state)
        if value is None:
            raise SourceError("state_unreadable", entity=state.entity_id, state=state.state)
        start = quarter(now)
        return (Slot(start, start + AS_NOW * QUARTER, value * self._unit_factor(state, attribute=False)),)

    def _read_attributes(self, states: Sequence[State], now: datetime) -> tuple[Slot, ...]:
        factor = self._common_factor(states)
        if isinstance(self._how, Attributes) and self._how.hours:
            today = now.astimezone(self._zone).date()
            slots = read_hours(states[0].attributes, today, self._zone)
            return tuple(Slot(s.start, s.end, s.value * factor) for s in slots)
        payloads: list[Any] = [s.attributes for s in states]
        if self._attribute is not None:
            if self._attribute not in states[0].attributes:
                entity = states[0].entity_id
                raise SourceError("attribute_missing", attribute=self._attribute, entity=entity)
            payloads = [{"rates": s.attributes.get(self._attribute)} for s in states]
        return read(payloads, self._zone, part=self._part, factor=factor)

    def _common_factor(self, states: Sequence[State]) -> float:
        """Return the factor of the entities that hold rates; SourceError if their units are different ones."""
        telling = [s for s in states if self._attribute is not None or holds_rates(s.attributes)]
        factors = {self._unit_factor(state, attribute=True): state for state in telling or states[:1]}
        if len(factors) > 1:
            entities = ", ".join(state.entity_id for state in factors.values())
            raise SourceError("units_differ", entities=entities)
        return next(iter(factors))

    def _unit_factor(self, state: State, *, attribute: bool) -> float:
        """Return what makes our unit of a number: what the user says, else the table, else the entity's unit."""
        if self._factor is not None:
            return self._factor
        told = self._how.factor if isinstance(self._how, Attributes) else None
        if told is not None:
            self._check_currency(self._line.currency)
            return told
        found = unit(self._values(), state.attributes, attribute=attribute)
        self._check_currency(self._line.currency or found.currency)
        return found.factor

    def _check_currency(self, currency: str | None) -> None:
        """Refuse prices in another currency than the house's, unless factor or formula say how to convert them."""
        if self._values() is TariffKind.PRICE_FORECAST and currency and not self._converted:
            check_currency(currency, self._hass.config.currency)


def tells_emissions(hass: HomeAssistant, data: Mapping[str, Any]) -> bool:
    """Whether the entity of the user's choice that a planner's subentry names tells emissions, not prices."""
    entities = data.get(CONF_ENTITY_ID) or ()
    first = entities if isinstance(entities, str) else next(iter(entities), "")
    state = hass.states.get(first) if data.get(CONF_PLATFORM) in (None, CUSTOM) else None
    return state is not None and is_emission(state.attributes)


def _line(usage: Usage, data: Mapping[str, Any]) -> Integration:
    platform = data.get(CONF_PLATFORM) or CUSTOM
    if platform == CUSTOM:
        kind = _KINDS.get(usage, TariffKind.PRICE_FORECAST)
        return Integration(domain="", usages=frozenset({usage}), how=Attributes(""), kind=kind)
    if platform not in INTEGRATIONS:
        raise SourceError("source_unknown", source=platform)
    return INTEGRATIONS[platform]


def _refused(name: str, err: Exception) -> SourceError:
    """Return what an action's error means; one that complains of its arguments does so again at once."""
    again = isinstance(err, HomeAssistantError) and not isinstance(err, ServiceValidationError)
    return SourceError("action_refused", retry=again, action=name, error=str(err) or type(err).__name__)
