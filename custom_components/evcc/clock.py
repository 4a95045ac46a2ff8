"""The site's time: real time, or virtual time that runs faster, for the demo home."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from .core.memory import SiteMemory
from .core.model import EPOCH
from .core.session import SessionRecord

SET: Final = timedelta(seconds=1)
"""A wall clock that is off by more than this was set, not slewed."""


class Clock:
    """Tells the time. `wall` is the clock on the wall, `steady` counts seconds and is never set."""

    def __init__(
        self,
        wall: Callable[[], datetime],
        steady: Callable[[], float],
        *,
        speed: float = 1.0,
        start: datetime | None = None,
    ) -> None:
        """Start now; virtual time (`speed` other than 1) at `start`, if that is later: it never goes back."""
        self._wall = wall
        self._steady = steady
        self._began = steady()
        self._origin = wall()
        self.speed = speed
        if speed != 1.0 and start is not None and start > self._origin:
            self._origin = start

    def now(self) -> datetime:
        """Return the present time in UTC."""
        return self._wall() if self.speed == 1.0 else self._expected()

    def _expected(self) -> datetime:
        return self._origin + timedelta(seconds=(self._steady() - self._began) * self.speed)

    def jump(self) -> timedelta:
        """Return by how much the wall clock was set since the last call; zero if it was not."""
        if self.speed != 1.0:
            return timedelta()
        jump = self._wall() - self._expected()
        if abs(jump) <= SET:
            return timedelta()
        self._origin += jump
        return jump


def shift(memory: SiteMemory, by: timedelta) -> None:
    """Move what is remembered along with a clock that was set, so that every delay keeps its length.

    Otherwise a clock set back by an hour would leave a disabling charger on for that hour. What is recorded
    of sessions stays: it goes by the clock of that time.
    """
    _shift(memory, by)


def _shift(part: Any, by: timedelta) -> None:
    if isinstance(part, dict):
        for value in part.values():
            _shift(value, by)
        return
    if not is_dataclass(part) or isinstance(part, SessionRecord):
        return
    for field in fields(part):
        value = getattr(part, field.name)
        if not isinstance(value, datetime):
            if field.name != "why":  # immutable, and made anew by the next cycle
                _shift(value, by)
        elif value is not EPOCH:
            setattr(part, field.name, value + by)
