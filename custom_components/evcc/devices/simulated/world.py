"""Sun, household and prices of the demo home: the same on the same date, so that a day can be shown again."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from math import cos, exp, pi, radians, sin
from typing import Final

_DAY: Final = 86_400.0
_HOUR: Final = 3_600.0

# A good spring day at latitude 50°, panels at 30° to the south: as if they lay flat 30° further south.
_LATITUDE: Final = radians(50)
_PANEL: Final = radians(50 - 30)
_DECLINATION: Final = radians(12)
_NOON: Final = 13.2  # h; summer time in the middle of Europe
_CLEAR_SKY: Final = 0.88  # of the peak power, with the sun straight above the panels
_HORIZON: Final = 0.15  # sine of the height of the sun below which the air takes a noticeable part

_CLEAR_AT_FIRST: Final = 300.0  # s after the start without clouds and kettles
_FULL_CLOUDS: Final = 1_800.0  # s after the start

_KETTLE: Final = 2_000.0  # W
_KETTLE_TIME: Final = 180.0  # s
_KETTLE_SLOT: Final = 1_800.0  # s; at most one in each

_MEAN_PRICE: Final = 0.29  # per kWh
_MEAN_CO2: Final = 330.0  # g/kWh


@dataclass(slots=True)
class Clock:
    """The time of day that sun and household go by: what it says when the plant starts."""

    day: int = 0  # proleptic ordinal
    second: float = 0.0  # after midnight

    def at(self, seconds: float) -> tuple[int, float]:
        """Return day and second of the day, `seconds` after the start."""
        days, second = divmod(self.second + seconds, _DAY)
        return self.day + int(days), second


@lru_cache(maxsize=4_096)
def chance(*key: object) -> float:
    """Return a number in 0…1 that looks random and depends on the key only."""
    digest = blake2b(repr(key).encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 0xFFFFFFFF


def smooth_noise(key: object, x: float) -> float:
    """Return noise in 0…1 that changes smoothly, with about one hill or valley per unit of `x`."""
    left = int(x // 1)
    part = x - left
    weight = part * part * (3.0 - 2.0 * part)
    return chance(key, left) * (1.0 - weight) + chance(key, left + 1) * weight


def clear_sky(hour: float) -> float:
    """Return the share of the peak power that a cloudless sky gives at an hour of the day."""
    angle = (hour - _NOON) * pi / 12.0
    height = sin(_LATITUDE) * sin(_DECLINATION) + cos(_LATITUDE) * cos(_DECLINATION) * cos(angle)
    on_panel = sin(_PANEL) * sin(_DECLINATION) + cos(_PANEL) * cos(_DECLINATION) * cos(angle)
    if height <= 0 or on_panel <= 0:
        return 0.0
    return _CLEAR_SKY * on_panel * min(1.0, height / _HORIZON)


def clouds(key: object, minutes: float) -> float:
    """Return the share of light that clouds take away: banks of half an hour with ragged edges."""
    thick = 0.65 * smooth_noise((key, "bank"), minutes / 40.0) + 0.35 * smooth_noise(
        (key, "edge"), minutes / 6.0
    )
    return 0.8 * min(1.0, max(0.0, (thick - 0.5) / 0.25))


class Sun:
    """Production of a PV system, W."""

    __slots__ = ("_clock", "_peak")

    def __init__(self, peak_power: float, clock: Clock) -> None:
        """Take the peak power, W."""
        self._peak = peak_power
        self._clock = clock

    def at(self, seconds: float) -> float:
        """Return the power `seconds` after the start."""
        day, second = self._clock.at(seconds)
        bright = clear_sky(second / _HOUR)
        if bright <= 0:
            return 0.0
        settled = (seconds - _CLEAR_AT_FIRST) / (_FULL_CLOUDS - _CLEAR_AT_FIRST)
        cover = min(1.0, max(0.0, settled))
        if cover > 0:
            bright *= 1.0 - cover * clouds((day, self._peak), second / 60.0)
        return self._peak * bright


def habits(hour: float) -> float:
    """Return how busy a household is at an hour of the day, about 1 on average."""
    return (
        0.5
        + 0.9 * exp(-(((hour - 7.5) / 1.3) ** 2))
        + 0.6 * exp(-(((hour - 12.7) / 1.1) ** 2))
        + 1.7 * exp(-(((hour - 19.3) / 2.0) ** 2))
    )


class Household:
    """Consumption of the house without cars and battery, W; `base` is its mean without the kettle."""

    __slots__ = ("_base", "_clock")

    def __init__(self, base: float, clock: Clock) -> None:
        """Take the mean power, W."""
        self._base = base
        self._clock = clock

    def at(self, seconds: float) -> float:
        """Return the power `seconds` after the start."""
        day, second = self._clock.at(seconds)
        busy = habits(second / _HOUR)
        power = self._base * busy * (0.8 + 0.4 * smooth_noise((day, "home"), second / 420.0))
        slot, within = divmod(second, _KETTLE_SLOT)
        if self._base > 0 and seconds > _CLEAR_AT_FIRST and chance(day, "kettle", slot) < 0.2 * busy:
            begin = chance(day, "when", slot) * (_KETTLE_SLOT - _KETTLE_TIME)
            if begin <= within < begin + _KETTLE_TIME:
                power += _KETTLE
        return power


def price(day: date, hour: float) -> float:
    """Return what a kWh from the grid costs: dear in the morning and evening, cheap at noon and at night."""
    shape = (
        0.05 * exp(-(((hour - 8.0) / 1.5) ** 2))
        + 0.11 * exp(-(((hour - 19.0) / 2.0) ** 2))
        - 0.10 * exp(-(((hour - 13.5) / 2.5) ** 2))
        - 0.04 * exp(-(((hour - 3.0) / 2.5) ** 2))
    )
    mood = 0.06 * (chance(day.toordinal(), "price") - 0.5)
    return round(_MEAN_PRICE + shape + mood, 4)


def emission(day: date, hour: float) -> float:
    """Return the g of CO2 in a kWh from the grid: least while the sun shines on everybody's roof."""
    sunny = 0.5 + chance(day.toordinal(), "co2")
    return round(_MEAN_CO2 - 150.0 * sunny * clear_sky(hour) + 60.0 * exp(-(((hour - 20.0) / 3.0) ** 2)))
