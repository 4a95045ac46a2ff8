"""Sessions as a table: words, marks, numbers and durations by language."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.rest import captions
from custom_components.evcc.rest.captions import CAPTIONS, COLUMNS, OLDER_COLUMNS, Language
from custom_components.evcc.rest.csv_sessions import Table, duration, number

BERLIN = ZoneInfo("Europe/Berlin")

RECORD = SessionRecord(
    id=42,
    created=datetime(2025, 2, 14, 17, 2, 11, 520000, tzinfo=UTC),
    finished=datetime(2025, 2, 14, 20, 40, 3, 100000, tzinfo=UTC),
    loadpoint="Carport",
    loadpoint_name="carport",
    vehicle="blauer e-Golf",
    odometer=32110.4,
    meter_start=2010.2,
    meter_stop=2022.713,
    charged_energy=12.513,
    charge_duration=13071.0,
    soc_start=20.0,
    soc_end=48.25,
    added_range=71.04,
    solar_percentage=41.2,
    price=2.31,
    price_per_kwh=0.1846,
    reference_price_per_kwh=0.3,
)


def table(tag: str, *, modern: bool = False) -> Table:
    language = captions.parse(tag)
    assert language is not None
    return Table(language, captions.captions([language]), BERLIN, modern=modern)


def test_the_older_file_in_english() -> None:
    english = table("en")
    assert english.header() == (
        "Created,Finished,Charging point,Identifier,Vehicle,Mileage (km),Meter start (kWh),Meter stop (kWh),"
        "Energy (kWh),Duration,Solar (%),Price,Price/kWh,CO₂/kWh\n"
    )
    assert english.line(RECORD) == (
        "2025-02-14 18:02:11,2025-02-14 21:40:03,Carport,,blauer e-Golf,32110,2010.2,2022.713,12.513,"
        "3h37m51s,41.2,2.31,0.185,\n"
    )


def test_the_older_file_in_german() -> None:
    german = table("de")
    assert german.header() == (
        "Startzeit;Endzeit;Ladepunkt;Kennung;Fahrzeug;Kilometerstand (km);Anfangszählerstand (kWh);"
        "Endzählerstand (kWh);Energie (kWh);Ladedauer;Sonne (%);Preis;Preis/kWh;CO₂/kWh\n"
    )
    assert german.line(RECORD) == (
        "2025-02-14 18:02:11;2025-02-14 21:40:03;Carport;;blauer e-Golf;32110;2010,2;2022,713;12,513;"
        "3h37m51s;41,2;2,31;0,185;\n"
    )


def test_the_newer_file_has_more_columns_and_calls_the_price_costs() -> None:
    english, german = table("en", modern=True), table("de", modern=True)
    head = english.header().rstrip("\n").split(",")
    assert head[9:14] == ["Duration", "SoC start (%)", "SoC end (%)", "Added range (km)", "Solar (%)"]
    assert head[14:] == ["Cost", "Price/kWh", "CO₂/kWh", "Reference price/kWh", "Reference CO₂/kWh"]
    assert "Ladestand Start (%);Ladestand Ende (%);Geladene Reichweite (km)" in german.header()
    assert ";Kosten;" in german.header()
    assert german.line(RECORD).endswith(";3h37m51s;20;48,25;71,04;41,2;2,31;0,185;;0,3;\n")


def test_columns_are_fields_of_a_record() -> None:
    assert set(COLUMNS) <= {f.name for f in fields(SessionRecord)}
    assert len(OLDER_COLUMNS) == 14


@pytest.mark.parametrize("language", sorted(CAPTIONS))
def test_captions_are_complete_and_distinct(language: str) -> None:
    words = [CAPTIONS[language][column] for column in COLUMNS]
    assert all(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('say "x"', '"say ""x"""'),
        ("two\nlines", '"two\nlines"'),
        ("two\rlines", '"two\rlines"'),
        (" leading", '" leading"'),
        ("\tleading", '"\tleading"'),
        ("trailing ", "trailing "),
        ("a;b", "a;b"),
        (r"\.", r'"\."'),
        ("", ""),
        ("weißes Auto 🚗", "weißes Auto 🚗"),
        ("=1+1", "=1+1"),
        ("@x", "@x"),
    ],
)
def test_quotes_only_where_needed_and_changes_nothing(title: str, expected: str) -> None:
    line = table("en").line(replace(RECORD, loadpoint="L", vehicle=title))
    assert f",L,,{expected},32110," in line


def test_german_quotes_semicolons_and_french_quotes_numbers() -> None:
    assert ';"a;b";' in table("de").line(replace(RECORD, vehicle="a;b"))
    assert ',"2010,2",' in table("fr").line(RECORD)
    assert ",32110," in table("fr").line(RECORD)


def test_unknown_values_are_empty() -> None:
    empty = SessionRecord(id=1, created=RECORD.created, charged_energy=1.0)
    assert table("en").line(empty) == "2025-02-14 18:02:11,,,,,,,,1,0s,,,,\n"


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (0.0, 3, "0"),
        (-0.0001, 3, "0"),
        (1.0, 3, "1"),
        (100.0, 3, "100"),
        (1234567.5, 3, "1234567.5"),
        (0.0005, 3, "0"),
        (0.0015, 3, "0.002"),
        (0.1845, 3, "0.184"),
        (0.1855, 3, "0.186"),
        (2.5, 0, "2"),
        (3.5, 0, "4"),
        (-1.25, 3, "-1.25"),
        (1e15, 3, "1000000000000000"),
        (1e300, 3, f"{10**300:.0f}"),
        (1e-9, 3, "0"),
        (float("inf"), 3, ""),
    ],
)
def test_numbers(value: float, places: int, expected: str) -> None:
    assert number(value, places) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "0s"),
        (1.0, "1s"),
        (59.0, "59s"),
        (60.0, "1m0s"),
        (90.0, "1m30s"),
        (2700.0, "45m0s"),
        (3600.0, "1h0m0s"),
        (3723.0, "1h2m3s"),
        (360000.0, "100h0m0s"),
        (0.754, "754ms"),
        (0.0015, "1.5ms"),
        (0.0000015, "1.5µs"),
        (0.000000001, "1ns"),
        (1.5, "1.5s"),
        (3600.25, "1h0m0.25s"),
        (61.001, "1m1.001s"),
        (-90.0, "-1m30s"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", Language("en")),
        ("de-CH", Language("de", "CH")),
        ("de_ch", Language("de", "CH")),
        ("zh-Hant-TW", Language("zh", "TW")),
        ("es-419", Language("es", "419")),
        ("gsw", Language("gsw")),
        ("de-DE-1996", Language("de", "DE")),
        ("ja", Language("ja")),
        ("xx", None),
        ("not_a_lang", None),
        ("", None),
        ("e", None),
        ("deutsch", None),
        ("de-", None),
        ("d" * 100, None),
        ("en-" + "a" * 80, None),
    ],
)
def test_languages(tag: str, expected: Language | None) -> None:
    assert captions.parse(tag) == expected


@pytest.mark.parametrize(
    ("tag", "separator", "decimal"),
    [
        ("en", ",", "."),
        ("de", ";", ","),
        ("de-AT", ";", ","),
        ("de-CH", ";", "."),
        ("de-LI", ";", "."),
        ("fr", ",", ","),
        ("nb", ",", ","),
        ("es-MX", ",", "."),
        ("ja", ",", "."),
    ],
)
def test_marks(tag: str, separator: str, decimal: str) -> None:
    language = captions.parse(tag)
    assert language is not None
    assert (language.separator, language.decimal) == (separator, decimal)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de-DE"),
        ("fr;q=0.7", "fr"),
        ("*", ""),
        ("", ""),
        (" nl , en", "nl"),
    ],
)
def test_the_first_accepted_language(header: str, expected: str) -> None:
    assert captions.first_accepted(header) == expected


def test_captions_fall_back_to_the_next_language_then_english() -> None:
    japanese, german = Language("ja"), Language("de")
    assert captions.captions([japanese, german])["vehicle"] == "Fahrzeug"
    assert captions.captions([japanese, None])["vehicle"] == "Vehicle"
    assert captions.captions([Language("no")])["vehicle"] == "Kjøretøy"
