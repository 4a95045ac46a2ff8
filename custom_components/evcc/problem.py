"""What a problem is that a person can mend, and how long it may last until it is shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.issue_registry import IssueSeverity

from .coordinator import EvccConfigEntry
from .core.state import SiteState

AT_ONCE: Final = timedelta(0)
SOON: Final = timedelta(minutes=2)
LASTING: Final = timedelta(minutes=10)
"""A device that is off for a moment is nothing that anybody has to do something about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to be mended. `key` leads to its texts, `about` tells equal ones apart.

    after: how long it has to last until it is shown. fixable: the subentry `about` can be set up anew.
    """

    key: str
    about: str
    after: timedelta = LASTING
    severity: IssueSeverity = IssueSeverity.WARNING
    fixable: bool = False
    placeholders: dict[str, str] = field(default_factory=dict)

    @property
    def issue_id(self) -> str:
        """Return what it is called among Home Assistant's issues."""
        return f"{self.key}_{self.about}"


type Check = Callable[[HomeAssistant, EvccConfigEntry, SiteState], Iterator[Problem]]
