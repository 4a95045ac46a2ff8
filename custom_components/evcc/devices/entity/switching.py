"""Switching between one and three phases: an option, number, switch, two buttons or an action."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...core.ports import NotAvailable
from .reading import Problem, Reader, parse
from .roles import BUTTONS, LISTS, NUMBERS, Quantity
from .writing import Writer, matches


class PhaseSwitch:
    """Reads `phases_read` or `phases` and writes `phases` or runs `phases_action`."""

    def __init__(self, reader: Reader, writer: Writer, data: Mapping[str, Any]) -> None:
        self._reader = reader
        self._writer = writer
        self._data = data

    @property
    def configured(self) -> bool:
        """Whether the phases can be switched."""
        return bool(self._data.get("phases") or self._data.get("phases_action"))

    @property
    def readable(self) -> bool:
        """Whether the phases can be read back."""
        return bool(self._data.get("phases_read")) or (
            bool(self._data.get("phases")) and self._domain not in BUTTONS
        )

    def read(self, now: datetime) -> int | None:
        """Return 1 or 3, 0 for automatic, None if unknown. Two phases count as three."""
        if not self.readable:
            return None
        state = self._reader.state("phases_read" if self._data.get("phases_read") else "phases", now)
        if isinstance(state, Problem):
            return None
        for phases in (1, 3):
            word = self._word(phases)
            if word and matches(state, word):
                return phases
        number = parse(state, Quantity.COUNT)
        if isinstance(number, Problem):
            return None
        return 3 if number >= 2 else round(number)

    async def write(self, phases: int) -> None:
        """Switch to 1 or 3 phases."""
        if self._data.get("phases_action"):
            await self._writer.act("phases_action", {"phases": phases})
        elif self._domain in BUTTONS:
            await self._writer.press("phases" if phases == 1 else "phases_3p_button")
        else:
            word = self._word(phases)
            if not word:
                raise NotAvailable(f"no word for {phases} phases")
            await self._writer.choose("phases", word)

    @property
    def _domain(self) -> str:
        return (self._reader.entity_id("phases") or "").partition(".")[0]

    def _word(self, phases: int) -> str:
        """Return the word for a number of phases; numbers and lists may simply have 1 and 3."""
        word = str(self._data.get(f"phases_{phases}p") or "")
        return word or (str(phases) if self._domain in (*LISTS, *NUMBERS) else "")
