"""Faults of tariffs: what the coordinator knows of prices while a source is silent or out of date."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.core.rates import Tariff
from custom_components.evcc.devices.simulated.fields import ScenarioError
from custom_components.evcc.devices.simulated.forecast import TariffBook
from custom_components.evcc.devices.simulated.scenario import read

from .documents import START, document

HOURLY = {"step": 3600, "values": list(range(72)), "published": "13:00"}


def at(hours: float) -> datetime:
    return datetime.fromisoformat(START).astimezone(UTC) + timedelta(hours=hours)


def outage(begin: float, end: float | None, device: str, kind: str) -> dict[str, Any]:
    fault = {"from": at(begin).isoformat(), "device": device, "kind": kind}
    return fault if end is None else {**fault, "to": at(end).isoformat()}


def book(*faults: dict[str, Any]) -> TariffBook:
    tariffs = {"grid": HOURLY, "feedin": 0.08}
    return read(document(duration=72 * 3600, tariffs=tariffs, faults=list(faults))).tariffs


def known(tariff: Tariff | None) -> int:
    """Return of how many hours something is known."""
    assert tariff is not None, "a tariff that is silent is still configured"
    return len(tariff.slots)


@pytest.mark.parametrize("kind", ["unavailable", "timeout", "nan"])
def test_nothing_is_known_while_a_source_is_silent(kind: str) -> None:
    tariffs = book(outage(10, 20, "tariff:grid", kind))
    seen = [known(tariffs.at(at(hour)).grid) for hour in (9.99, 10, 13, 19.99, 20)]
    assert seen == [24, 0, 0, 0, 48]
    assert known(tariffs.at(at(15)).feedin) == known(tariffs.full.feedin) > 0


def test_a_stale_source_knows_what_it_knew_before() -> None:
    tariffs = book(outage(13, 30, "tariff:grid", "stale"))
    assert [known(tariffs.at(at(hour)).grid) for hour in (12.99, 13, 29.99, 30, 37)] == [24, 24, 24, 48, 72]


def test_what_the_start_knows_is_known_however_long_the_source_is_stale() -> None:
    tariffs = book(outage(-20, 5, "tariff:grid", "stale"))
    assert [known(tariffs.at(at(hour)).grid) for hour in (0, 5, 13)] == [24, 24, 48]


def test_without_a_name_all_tariffs_are_meant() -> None:
    now = book(outage(10, 20, "tariff", "unavailable")).at(at(15))
    assert (known(now.grid), known(now.feedin)) == (0, 0)


def test_without_an_end_it_lasts() -> None:
    tariffs = book(outage(10, None, "tariff:grid", "timeout"))
    assert known(tariffs.at(at(71)).grid) == 0


def test_silence_counts_more_than_age() -> None:
    tariffs = book(outage(10, 20, "tariff:grid", "stale"), outage(15, 16, "tariff:grid", "nan"))
    assert [known(tariffs.at(at(hour)).grid) for hour in (14, 15, 16, 20)] == [24, 0, 24, 48]


def test_what_is_paid_is_not_affected() -> None:
    tariffs = book(outage(0, 72, "tariff", "unavailable"))
    assert tariffs.full.grid is not None
    assert tariffs.full.grid.value(at(5.5)) == 5


@pytest.mark.parametrize(
    ("fault", "key", "advice"),
    [
        (outage(0, 1, "tariff:gas", "stale"), "faults[0].device", "tariff:grid"),
        (outage(0, 1, "tariff:", "stale"), "faults[0].device", "tariff:grid"),
        (outage(0, 1, "tariff:grid", "refuse"), "faults[0].kind", "unavailable"),
        (outage(1, 1, "tariff:grid", "stale"), "faults[0].to", "after from"),
    ],
)
def test_refused(fault: dict[str, Any], key: str, advice: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(document(faults=[fault]))
    assert caught.value.key == key
    assert advice in caught.value.advice
