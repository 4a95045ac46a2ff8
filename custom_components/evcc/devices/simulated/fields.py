"""Checked access to the JSON of a scenario: every complaint names the key and what is expected of it."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from enum import Enum
from math import isfinite
from typing import Any, Final

from ...core.settings import SettingError
from .series import Constant, Series, Source


class ScenarioError(ValueError):
    """A scenario that cannot be run. `key` is the path of the culprit, the text says what to do."""

    def __init__(self, key: str, advice: str) -> None:
        """Make one sentence of both."""
        super().__init__(f"{key}: {advice}")
        self.key = key
        self.advice = advice


class _Missing(Enum):
    REQUIRED = 0


REQUIRED: Final = _Missing.REQUIRED


class Fields:
    """One JSON object of a scenario. `where` is its path, empty at the top."""

    def __init__(self, data: Any, where: str, known: Collection[str]) -> None:
        """Check that it is an object; unknown keys may stay, but not misspelt ones of `known`."""
        if not isinstance(data, dict):
            raise ScenarioError(where or "scenario", f"must be an object, not {_kind(data)}")
        self._data = data
        self.where = where
        by_plain = {_plain(k): k for k in known}
        for key in data:
            meant = by_plain.get(_plain(str(key)))
            if meant is not None and meant != key:
                raise ScenarioError(self.path(key), f"is written {meant!r}")

    def path(self, key: str) -> str:
        """Return the full path of a key."""
        return f"{self.where}.{key}" if self.where else key

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def raw(self, key: str, default: Any = REQUIRED) -> Any:
        """Return the value as it is."""
        if key in self._data:
            return self._data[key]
        if default is REQUIRED:
            raise ScenarioError(self.path(key), "is missing")
        return default

    def text(self, key: str, default: Any = REQUIRED) -> str:
        """Return a text that is not empty."""
        value = self.raw(key, default)
        if not isinstance(value, str) or (not value and value != default):
            raise ScenarioError(self.path(key), f"must be a text, not {_kind(value)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise ScenarioError(self.path(key), f"must be true or false, not {_kind(value)}")
        return value

    def number(
        self,
        key: str,
        default: Any = REQUIRED,
        *,
        low: float | None = None,
        high: float | None = None,
        above: float | None = None,
    ) -> float:
        """Return a finite number, at least `low`, at most `high`, greater than `above`."""
        return _number(self.path(key), self.raw(key, default), low=low, high=high, above=above)

    def choice[T](self, key: str, choices: Collection[T], default: Any = REQUIRED) -> T:
        """Return one of `choices`."""
        value = self.raw(key, default)
        for choice in choices:
            if value == choice and not isinstance(value, bool):
                return choice
        offered = ", ".join(str(c) for c in choices)
        raise ScenarioError(self.path(key), f"must be one of {offered}, not {value!r}")

    def time(self, key: str, default: datetime | _Missing = REQUIRED) -> datetime:
        """Return an RFC 3339 time in UTC."""
        value = self.raw(key, default)
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(value)
        except TypeError, ValueError:
            raise ScenarioError(self.path(key), f"must be an RFC 3339 time, not {value!r}") from None
        if time.tzinfo is None:
            raise ScenarioError(self.path(key), f"needs an offset: {value}Z or {value}+01:00")
        return time.astimezone(UTC)

    def items(self, key: str, known: Collection[str], default: Any = ()) -> Iterator[Fields]:
        """Yield the objects of a list."""
        value = self.raw(key, default)
        if not isinstance(value, list | tuple):
            raise ScenarioError(self.path(key), f"must be a list, not {_kind(value)}")
        for index, item in enumerate(value):
            yield Fields(item, f"{self.path(key)}[{index}]", known)

    def part(self, key: str, known: Collection[str]) -> Fields:
        """Return an object inside this one; an empty one where it is absent."""
        return Fields(self.raw(key, {}), self.path(key), known)

    def source(self, key: str, default: Any = REQUIRED, *, low: float | None = None) -> Source:
        """Return a series, or a constant where there is just a number."""
        value = self.raw(key, default)
        if not isinstance(value, dict):
            return Constant(_number(self.path(key), value, low=low))
        return self.series(key, low=low)

    def series(self, key: str, *, values: str = "values", low: float | None = None) -> Series:
        """Return a series of `{"step", "values"}`; `values` names another list to take."""
        inner = self.part(key, ("step", "values", "published", "forecast"))
        step = inner.number("step", above=0)
        numbers = inner.raw(values)
        where = inner.path(values)
        if not isinstance(numbers, list) or not numbers:
            raise ScenarioError(where, "must be a list of at least one number")
        return Series(step, [_number(f"{where}[{i}]", n, low=low) for i, n in enumerate(numbers)])


def _number(
    where: str,
    value: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ScenarioError(where, f"must be a number, not {_kind(value)}")
    if low is not None and value < low:
        raise ScenarioError(where, f"must be at least {low:g}, not {value:g}")
    if high is not None and value > high:
        raise ScenarioError(where, f"must be at most {high:g}, not {value:g}")
    if above is not None and value <= above:
        raise ScenarioError(where, f"must be greater than {above:g}, not {value:g}")
    return float(value)


def describe(err: SettingError) -> str:
    """Return a refused setting in words."""
    details = ", ".join(f"{key} {value}" for key, value in err.placeholders.items())
    return f"{err.key.replace('_', ' ')} ({details})" if details else err.key.replace("_", " ")


def _plain(key: str) -> str:
    return key.replace("_", "").replace("-", "").lower()


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return repr(value)
