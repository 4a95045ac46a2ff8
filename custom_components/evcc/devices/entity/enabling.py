"""How a charger is allowed or forbidden to charge: switch, lock, option, number, buttons, action or 0 A."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ...core.ports import NotAvailable
from .reading import Problem, Reader
from .roles import BUTTONS, LISTS, NUMBERS, SWITCHES
from .writing import Writer, is_on, matches

DEFAULT_OFF: Final[Mapping[str, str]] = {"climate": "off", "number": "0", "input_number": "0"}
"""Words for off that need not be given, by domain."""


class Enabler:
    """Reads and writes role `enable` or runs `enable_action`; the action writes if both are given."""

    def __init__(self, reader: Reader, writer: Writer, data: Mapping[str, Any]) -> None:
        self._reader = reader
        self._writer = writer
        self._data = data
        self._on_word = str(data.get("enable_on") or "")
        self._off_word = str(data.get("enable_off") or "")

    @property
    def configured(self) -> bool:
        """Whether there is a way to switch but the current."""
        return bool(self._data.get("enable") or self._data.get("enable_action"))

    def read(self, now: datetime) -> bool | Problem | None:
        """Return the flag; None if it cannot be read back."""
        if not self._data.get("enable") or self._domain in BUTTONS:
            return None
        state = self._reader.state("enable", now)
        if isinstance(state, Problem):
            return state
        if state.domain in LISTS:
            # A third option ("auto") is neither: taken as off, so that wanting either writes it.
            return matches(state, self._on_word)
        if state.domain in NUMBERS or state.domain == "climate":
            return not matches(state, self._off_word or DEFAULT_OFF[state.domain])
        return is_on(state) is not self._inverted

    async def write(self, on: bool) -> None:
        """Allow or forbid charging."""
        if self._data.get("enable_action"):
            await self._writer.act("enable_action", {"enable": on})
        elif self._domain in BUTTONS:
            await self._writer.press("enable" if on else "enable_off_button")
        elif self._domain in SWITCHES or self._domain == "lock":
            await self._writer.toggle("enable", on is not self._inverted)
        else:
            word = self._on_word if on else (self._off_word or DEFAULT_OFF.get(self._domain, ""))
            if not word:
                raise NotAvailable(f"no word for {'on' if on else 'off'}")
            await self._writer.choose("enable", word)

    @property
    def _domain(self) -> str:
        return (self._reader.entity_id("enable") or "").partition(".")[0]

    @property
    def _inverted(self) -> bool:
        """Whether the switch means the opposite, like "paused"."""
        return self._on_word.casefold() in ("off", "locked")
