"""The shapes in which integrations tell their rates, each as it is documented or was seen."""

from datetime import UTC, date, datetime, timedelta
import itertools
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.tariffs.model import SourceError
from custom_components.evcc.tariffs.shapes import read, read_hours

BERLIN = ZoneInfo("Europe/Berlin")
TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def texts(count: int, step: timedelta) -> list[str]:
    return [(TEN + i * step).isoformat() for i in range(count)]


SHAPES: dict[str, tuple[Any, timedelta, float]] = {
    "nordpool action, one area": (
        {
            "DE-LU": [
                {"start": a, "end": b, "price": 81.5}
                for a, b in zip(texts(2, QUARTER), texts(3, QUARTER)[1:], strict=True)
            ]
        },
        QUARTER,
        81.5,
    ),
    "tibber action": (
        {"prices": {"Home": [{"start_time": t, "price": 0.31} for t in texts(2, QUARTER)]}},
        QUARTER,
        0.31,
    ),
    "energyzero action, times with a blank": (
        {
            "prices": [
                {
                    "timestamp": t.replace("T", " "),
                    "start": t.replace("T", " "),
                    "end": e.replace("T", " "),
                    "price": 0.2,
                }
                for t, e in zip(texts(2, HOUR), texts(3, HOUR)[1:], strict=True)
            ]
        },
        HOUR,
        0.2,
    ),
    "easyenergy action": ({"prices": [{"timestamp": t, "price": 0.2} for t in texts(2, HOUR)]}, HOUR, 0.2),
    "nordpool of the community, datetimes": (
        {
            "raw_today": [{"start": TEN, "end": TEN + HOUR, "value": 0.21}],
            "raw_tomorrow": [{"start": TEN + HOUR, "end": TEN + 2 * HOUR, "value": 0.21}],
        },
        HOUR,
        0.21,
    ),
    "epex spot": (
        {
            "data": [
                {"start_time": t, "end_time": e, "price_per_kwh": 0.1}
                for t, e in zip(texts(2, QUARTER), texts(3, QUARTER)[1:], strict=True)
            ]
        },
        QUARTER,
        0.1,
    ),
    "epex spot, older, ct": (
        {"data": [{"start_time": t, "price_ct_per_kwh": 10.0} for t in texts(2, HOUR)]},
        HOUR,
        0.1,
    ),
    "epex spot, older, MWh": (
        {"data": [{"start_time": t, "price_eur_per_mwh": 100.0} for t in texts(2, HOUR)]},
        HOUR,
        0.1,
    ),
    "entso-e of the community": (
        {"prices_today": [{"time": t, "price": 0.3} for t in texts(2, HOUR)], "prices_tomorrow": []},
        HOUR,
        0.3,
    ),
    "octopus events": (
        {
            "rates": [
                {"start": t, "end": e, "value_inc_vat": 0.25, "is_capped": False}
                for t, e in zip(texts(2, HOUR / 2), texts(3, HOUR / 2)[1:], strict=True)
            ]
        },
        HOUR / 2,
        0.25,
    ),
    "amber": (
        {
            "forecasts": [
                {"start_time": t, "end_time": e, "per_kwh": 0.4, "spot_per_kwh": 0.1}
                for t, e in zip(texts(2, HOUR / 2), texts(3, HOUR / 2)[1:], strict=True)
            ]
        },
        HOUR / 2,
        0.4,
    ),
    "solcast, kW": (
        {
            "detailedForecast": [
                {"period_start": t, "pv_estimate": 3.5, "pv_estimate10": 1.0} for t in texts(2, HOUR / 2)
            ]
        },
        HOUR / 2,
        3500.0,
    ),
    "open-meteo and forecast.solar, W": (
        {"watts": dict.fromkeys(texts(2, QUARTER), 1200), "wh_period": dict.fromkeys(texts(2, QUARTER), 300)},
        QUARTER,
        1200.0,
    ),
    "energy platform, Wh per quarter": ({"wh_hours": dict.fromkeys(texts(2, QUARTER), 300)}, QUARTER, 1200.0),
    "seconds since 1970": (
        [{"start": (TEN + i * HOUR).timestamp(), "value": 7} for i in range(2)],
        HOUR,
        7.0,
    ),
    "milliseconds since 1970": (
        [{"start": (TEN + i * HOUR).timestamp() * 1000, "value": 7} for i in range(2)],
        HOUR,
        7.0,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_same_two_slots(name: str) -> None:
    payload, step, value = SHAPES[name]
    slots = read([payload], BERLIN)
    assert [(s.start, s.end) for s in slots] == [(TEN, TEN + step), (TEN + step, TEN + 2 * step)]
    assert [s.value for s in slots] == pytest.approx([value, value])


def test_days_of_several_entities_are_put_together() -> None:
    days = [{"detailedForecast": [{"period_start": TEN + i * HOUR, "pv_estimate": i}]} for i in (1, 0)]
    assert [s.value for s in read(days, BERLIN)] == [0.0, 1000.0]


def test_a_time_without_zone_is_one_of_the_house() -> None:
    assert read([[{"start": "2026-07-01T12:00:00", "value": 1}]], BERLIN)[0].start == datetime(
        2026, 7, 1, 10, tzinfo=UTC
    )


def test_what_is_no_number_is_left_out() -> None:
    rows = [
        {"start": t, "value": v}
        for t, v in zip(texts(5, HOUR), (1, None, float("nan"), "inf", "2.5"), strict=True)
    ]
    assert [s.value for s in read([rows], BERLIN)] == [1.0, 2.5]


def test_a_hole_is_a_hole() -> None:
    rows = [{"start": TEN, "value": 1}, {"start": TEN + 5 * HOUR, "value": 2}]
    assert [s.end - s.start for s in read([rows], BERLIN)] == [HOUR, HOUR]


def test_overlaps_are_cut_and_of_equal_starts_the_last_counts() -> None:
    rows = [
        {"start": TEN, "end": TEN + 3 * HOUR, "value": 1},
        {"start": TEN + HOUR, "end": TEN + 2 * HOUR, "value": 2},
        {"start": TEN + HOUR, "end": TEN + 2 * HOUR, "value": 3},
    ]
    assert [(s.end, s.value) for s in read([rows], BERLIN)] == [(TEN + HOUR, 1), (TEN + 2 * HOUR, 3)]


def test_intervals_without_energy_may_be_missing() -> None:
    payload = {"wh_hours": {(TEN + i * QUARTER).isoformat(): 100 for i in (0, 1, 7)}}
    slots = read([payload], BERLIN)
    assert [s.value for s in slots] == [400.0, 400.0, 0.0, 400.0]
    assert [s.end - s.start for s in slots] == [QUARTER, QUARTER, 5 * QUARTER, QUARTER]


def test_one_of_several_areas_is_chosen_by_name() -> None:
    payload = {area: [{"start": TEN, "end": TEN + HOUR, "price": p}] for area, p in (("SE3", 1), ("SE4", 2))}
    assert read([payload], BERLIN, part="SE4")[0].value == 2
    with pytest.raises(SourceError, match="part_missing"):
        read([payload], BERLIN)
    with pytest.raises(SourceError, match="part_unknown"):
        read([payload], BERLIN, part="NO1")


def test_nothing_published_yet_is_no_error() -> None:
    assert read([{"SE3": []}], BERLIN, part="SE3") == ()
    assert read([{"raw_today": [], "raw_tomorrow": None}], BERLIN) == ()


@pytest.mark.parametrize("payload", ["<html>", 5, None, {}, {"state": "on"}, {"price": 3}])
def test_what_holds_no_rates_is_refused(payload: Any) -> None:
    with pytest.raises(SourceError, match="rates_missing"):
        read([payload], BERLIN)


def test_rates_without_times_are_refused() -> None:
    with pytest.raises(SourceError, match="rates_unreadable"):
        read([{"today": [1, 2, 3]}], BERLIN)


def test_spanish_hours_with_the_one_that_comes_twice() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    attributes = {f"price_{h:02}h": h / 100 for h in range(24)} | {
        "price_02h_d": 0.99,
        "price_next_day_00h": 0.5,
        "unit": "€",
    }
    slots = read_hours(attributes, date(2026, 10, 25), madrid)
    assert len(slots) == 26
    assert all(a.end == b.start for a, b in itertools.pairwise(slots))
    assert [s.value for s in slots[2:4]] == [0.02, 0.99]
