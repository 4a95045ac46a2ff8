"""What an action is, and what it gets to know when it is called."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers.typing import VolDictType

from .coordinator import EvccRuntime
from .targets import loadpoint_indexes


@dataclass(frozen=True, slots=True)
class Called:
    """A call of an action on the running site."""

    hass: HomeAssistant
    runtime: EvccRuntime
    call: ServiceCall

    @property
    def indexes(self) -> list[int]:
        """Return the loadpoints that are meant, from 0; ServiceValidationError if there are none."""
        return loadpoint_indexes(self.hass, self.runtime.site, self.call)


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `query`: it only answers and changes nothing. `tells`: it answers if somebody wants to know."""

    name: str
    run: Callable[[Called], Awaitable[ServiceResponse]]
    fields: VolDictType = field(default_factory=dict)
    query: bool = False
    tells: bool = False
    admin: bool = False

    @property
    def answers(self) -> SupportsResponse:
        """Return whether it has an answer."""
        if self.query:
            return SupportsResponse.ONLY
        return SupportsResponse.OPTIONAL if self.tells else SupportsResponse.NONE
