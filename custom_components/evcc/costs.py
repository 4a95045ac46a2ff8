"""What energy costs, emits and yields here: the tariffs that are configured, else those of the virtual plant."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from .core.rates import Tariffs
from .tariffs.keepers import TariffKeepers
from .tariffs.model import Usage


class Costs:
    """The tariffs of a site at a moment. The object stays the same while nothing changes: plans go by it."""

    def __init__(
        self,
        keepers: TariffKeepers,
        configured: Collection[Usage],
        simulated: Callable[[datetime], Tariffs] | None,
    ) -> None:
        """Take the parts; a virtual plant has no say in `configured` uses, even while their source knows nothing."""
        self._keepers = keepers
        self._configured = frozenset(configured)
        self._simulated = simulated
        self._parts: tuple[Tariffs, Tariffs] | None = None
        self._joined = Tariffs()

    def __call__(self, now: datetime) -> Tariffs:
        """Return what is known now."""
        own = self._keepers.current(now)
        if self._simulated is None:
            return own
        simulated = self._simulated(now)
        if not self._configured:
            return simulated
        if self._parts is None or self._parts[0] is not own or self._parts[1] is not simulated:
            self._parts = own, simulated
            chosen = {str(usage): getattr(own, usage) for usage in self._configured}
            self._joined = replace(simulated, **chosen)
        return self._joined
