"""What the actions of integrations want to be told: one call for both days, or one for each.

Read in the source of each integration; a refused argument would leave a tariff without prices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry

from .model import Usage

EXCHANGE: Final = ZoneInfo("Europe/Berlin")
"""Delivery days of the exchanges are days of Central European time."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the arguments of an action are made of."""

    usage: Usage
    now: datetime
    zone: ZoneInfo
    entry: ConfigEntry
    part: str | None

    def days(self, zone: ZoneInfo | None = None) -> tuple[date, date]:
        """Return today and tomorrow, of the house or of another zone."""
        today = self.now.astimezone(zone or self.zone).date()
        return today, today + timedelta(days=1)

    def midnight(self, days: int) -> datetime:
        """Return the local midnight that many days after the last one."""
        return datetime.combine(self.days()[0] + timedelta(days=days), time(), self.zone)


type Arguments = Callable[[Question], list[dict[str, Any]]]
"""Makes the arguments of the calls; all but the first one may be refused: tomorrow is not published yet."""


def nordpool(asked: Question) -> list[dict[str, Any]]:
    """Return one call for each delivery day."""
    area = {} if asked.part is None else {"areas": [asked.part]}
    days = asked.days(EXCHANGE)
    return [{"config_entry": asked.entry.entry_id, "date": d.isoformat(), **area} for d in days]


def energyzero(*, incl_vat: bool, price_type: str) -> Arguments:
    """Return arguments with the interval that its user has chosen for its sensors."""

    def arguments(asked: Question) -> list[dict[str, Any]]:
        quarters = asked.entry.options.get("electricity_price_interval") == "quarter_hourly"
        more = {"incl_vat": incl_vat, "price_type": price_type, "interval": "quarter" if quarters else "hour"}
        return daily(**more)(asked)

    return arguments


def tibber(asked: Question) -> list[dict[str, Any]]:
    """Return one call for both days; without an end it would tell today only."""
    return [{"start": asked.midnight(0).isoformat(), "end": asked.midnight(2).isoformat()}]


def daily(**more: Any) -> Arguments:
    """Return arguments of one call for each day, whose first and last day are that day."""

    def arguments(asked: Question) -> list[dict[str, Any]]:
        entry = {"config_entry": asked.entry.entry_id}
        return [{**entry, "start": d.isoformat(), "end": d.isoformat(), **more} for d in asked.days()]

    return arguments


def amber(asked: Question) -> list[dict[str, Any]]:
    """Return the call for the channel of the usage."""
    channel = "feed_in" if asked.usage is Usage.FEEDIN else "general"
    return [{"config_entry_id": asked.entry.entry_id, "channel_type": channel}]


def omie(asked: Question) -> list[dict[str, Any]]:
    """Return one call for each delivery day."""
    country = {} if asked.part is None else {"countries": [asked.part]}
    return [{"date": d.isoformat(), **country} for d in asked.days(EXCHANGE)]


def green_planet(asked: Question) -> list[dict[str, Any]]:
    """Return the call for as much as it tells at once."""
    return [{"config_entry_id": asked.entry.entry_id, "hours": 24}]


def forecast_solar(asked: Question) -> list[dict[str, Any]]:
    """Return the call for all it knows."""
    return [{"config_entry": asked.entry.entry_id}]


def solcast(asked: Question) -> list[dict[str, Any]]:
    """Return the call for a week from the last midnight."""
    days = {"start_date_time": asked.midnight(0), "end_date_time": asked.midnight(7)}
    return [{key: day.isoformat() for key, day in days.items()}]


def areas(entry: ConfigEntry) -> list[str]:
    """Return the price areas that an entry of Nord Pool asks for."""
    told = entry.data.get("areas")
    return [str(area) for area in told] if isinstance(told, list) else []


def iberia(_entry: ConfigEntry) -> list[str]:
    """Return the countries of the Iberian exchange."""
    return ["es", "pt"]
