"""What a parameter of a path may look like: no match is no path, no value is a refusal in the client's words."""

from datetime import UTC, datetime, timedelta, timezone
import re
from typing import Any

import pytest

from custom_components.evcc.rest import shapes
from custom_components.evcc.rest.refusals import Refused
from custom_components.evcc.rest.shapes import Shape

HUGE = "9" * 20
EAST = timezone(timedelta(hours=2))


def matches(shape: Shape, text: str) -> bool:
    return re.fullmatch(f"(?P<x>{shape.pattern})", text) is not None


@pytest.mark.parametrize(
    ("shape", "text", "value"),
    [
        (shapes.NUMBER, "12.5", 12.5),
        (shapes.NUMBER, ".5", 0.5),
        (shapes.SIGNED, "-0.05", -0.05),
        (shapes.INTEGER, "007", 7),
        (shapes.INTEGER, "9223372036854775807", 2**63 - 1),
        (shapes.PERCENT, "80", 80),
        (shapes.PERCENT, "80.4", 80),
        (shapes.BOOLEAN, "1", True),
        (shapes.BOOLEAN, "t", True),
        (shapes.BOOLEAN, "true", True),
        (shapes.BOOLEAN, "0", False),
        (shapes.BOOLEAN, "f", False),
        (shapes.BOOLEAN, "false", False),
        (shapes.MODE, "minpv", "minpv"),
        (shapes.MODE, "smart", "pv"),
        (shapes.WEEKDAYS, "1,3,1", (1, 3)),
        (shapes.WEEKDAYS, "13,5", (5,)),
        (shapes.CLOCK, "23:59", "23:59"),
        (shapes.TIMESTAMP, "2025-07-19T12:30:00Z", datetime(2025, 7, 19, 12, 30, tzinfo=UTC)),
        (shapes.TIMESTAMP, "2025-07-19T12:30:00+02:00", datetime(2025, 7, 19, 12, 30, tzinfo=EAST)),
        (
            shapes.TIMESTAMP,
            "2025-07-19T12:30:00.123456789Z",
            datetime(2025, 7, 19, 12, 30, 0, 123456, tzinfo=UTC),
        ),
    ],
)
def test_value(shape: Shape, text: str, value: Any) -> None:
    assert matches(shape, text)
    parsed = shape.parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


def test_a_timestamp_keeps_its_offset() -> None:
    assert shapes.timestamp("2025-07-19T12:30:00+02:00").utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        *((shapes.NUMBER, text) for text in ("", "-5", "+5", "1e3", "NaN", "Inf", "٣", "1_0", " 5", "5\n")),
        *((shapes.SIGNED, text) for text in ("", "--5", "+5", "1e3", "-Inf")),
        *((shapes.INTEGER, text) for text in ("", "-1", "1.5", "٣", "²", "auto")),
        *((shapes.NUMBERED, text) for text in ("0", "01", "-1", "٣")),
        *((shapes.BOOLEAN, text) for text in ("", "on", "TRUE", "yes")),
        *((shapes.MODE, text) for text in ("", "PV", "min-pv")),
        *((shapes.NAME, text) for text in ("", "a b", "a/b", "ä")),
        *((shapes.GOAL, text) for text in ("", "power", "socenergy")),
        *((shapes.WEEKDAYS, text) for text in ("", "7", "1, 2", "mo")),
        *((shapes.CLOCK, text) for text in ("", "7:00", "30:00", "07:60", "07:00:00")),
        *((shapes.TIMESTAMP, text) for text in ("", "2025-07-19t12:30:00z", "2025-07-19 12:30:00Z")),
    ],
)
def test_no_path(shape: Shape, text: str) -> None:
    assert not matches(shape, text)


@pytest.mark.parametrize(
    ("shape", "text", "words"),
    [
        (shapes.NUMBER, "1.2.3", 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'),
        (shapes.NUMBER, "..", 'strconv.ParseFloat: parsing "..": invalid syntax'),
        (shapes.NUMBER, "9" * 400, "value out of range"),
        (shapes.SIGNED, "-.", "invalid syntax"),
        (shapes.INTEGER, HUGE, f'strconv.Atoi: parsing "{HUGE}": value out of range'),
        (shapes.INTEGER, "9" * 6000, "value out of range"),
        (shapes.INTEGER, "9223372036854775808", "value out of range"),
        (shapes.PERCENT, HUGE, "value out of range"),
        (shapes.PERCENT, "8.0.5", "invalid syntax"),
        (shapes.BOOLEAN, "fee", 'strconv.ParseBool: parsing "fee": invalid syntax'),
        (shapes.BOOLEAN, "01", "invalid syntax"),
        (shapes.WEEKDAYS, "1,,3", "invalid weekdays format"),
        (shapes.WEEKDAYS, ",1", "invalid weekdays format"),
        (shapes.WEEKDAYS, "13", "no valid weekday found"),
        (shapes.WEEKDAYS, "1" * 6000, "no valid weekday found"),
        (shapes.CLOCK, "29:30", "invalid time format, expected HH:MM"),
        (shapes.CLOCK, "24:00", "hour out of range"),
        (shapes.TIMESTAMP, "2025-07-19T12:30:00", "parsing time"),
        (shapes.TIMESTAMP, "1752928200", "parsing time"),
        (shapes.TIMESTAMP, "2025-02-30T12:30:00Z", "parsing time"),
        (shapes.TIMESTAMP, "2025-13-01T12:30:00Z", "parsing time"),
        (shapes.TIMESTAMP, "2025-07-19T24:00:00Z", "parsing time"),
        (shapes.TIMESTAMP, "2025-07-19T12:30:60Z", "parsing time"),
        (shapes.TIMESTAMP, "2025-07-19T12:30:00+24:00", "parsing time"),
        (shapes.TIMESTAMP, "0001-01-01T00:00:00+23:59", "year out of range"),
        (shapes.TIMESTAMP, "9999-12-31T23:59:59-23:59", "year out of range"),
    ],
)
def test_no_value(shape: Shape, text: str, words: str) -> None:
    assert matches(shape, text)
    with pytest.raises(Refused) as caught:
        shape.parse(text)
    assert (caught.value.status, caught.value.plain) == (400, False)
    assert words in caught.value.text
    assert len(caught.value.text) < 300


def test_what_the_handler_parses_is_only_matched() -> None:
    assert shapes.raw(shapes.INTEGER) == Shape("integer", r"[0-9]+", str)
