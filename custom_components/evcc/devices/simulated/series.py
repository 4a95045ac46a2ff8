"""Values over time: what the sun yields and the household takes. Times are seconds since the start."""

from collections.abc import Sequence
from typing import Protocol

# A step like 0.1 s has no exact binary form: 30 / 0.1 must land in step 300, not 299.
_TOLERANCE = 1e-9


class Source(Protocol):
    """Anything that has a value at a time."""

    def at(self, seconds: float) -> float:
        """Return the value that holds `seconds` after the start."""
        ...


class Series:
    """Values held constant over steps of equal length, the last one held on."""

    __slots__ = ("_last", "step", "values")

    def __init__(self, step: float, values: Sequence[float]) -> None:
        """Take `values`, at least one, each valid for `step` s."""
        self.step = step
        self.values = tuple(values)
        self._last = len(self.values) - 1

    def at(self, seconds: float) -> float:
        """Return the value that holds `seconds` after the start."""
        index = int(seconds / self.step + _TOLERANCE)
        return self.values[min(self._last, index)]


class Constant:
    """One value for ever."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        """Keep the value."""
        self.value = value

    def at(self, seconds: float) -> float:
        """Return the value, whatever the time."""
        return self.value
