"""The sessions of the API: lists, downloads of any length, corrections, deletion."""

import asyncio
from datetime import datetime
from pathlib import Path
import shutil
import sqlite3
import tracemalloc
from typing import Any
from unittest.mock import patch

from aiohttp import ClientError
from aiohttp.test_utils import TestClient
import orjson
import pytest

from custom_components.evcc.rest import sessions, streaming
from custom_components.evcc.rest.sessions import Period, period
from custom_components.evcc.store import StoreError

from .home import VEHICLE_TITLE, RestHome

type Client = TestClient[Any, Any]

KEYS = [
    "id", "created", "finished", "loadpoint", "identifier", "vehicle", "odometer", "meterStart", "meterStop",
    "chargedEnergy", "chargeDuration", "solarPercentage", "price", "pricePerKWh", "co2PerKWh",
    "socStart", "socEnd", "addedRange", "referencePricePerKWh", "referenceCo2PerKWh",
]  # fmt: skip
MANY = 30_000
WITH_MANY = pytest.mark.parametrize("home_sessions", ["many_sessions"], indirect=True)


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> None:
    """Keep the statements out of the captured log: it would hold more than what is measured."""
    caplog.set_level("WARNING", logger="sqlalchemy.engine")


async def ids(client: Client, query: str = "") -> list[int]:
    response = await client.get(f"/api/sessions{query}")
    assert response.status == 200, query
    return [session["id"] for session in (await response.json())["result"]]


async def text(client: Client, query: str, **headers: str) -> str:
    response = await client.get(f"/api/sessions?format=csv{query}", headers=headers)
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/csv"
    return (await response.read()).decode()


# The list


async def test_a_session_as_json(home: RestHome, client: Client) -> None:
    response = await client.get("/api/sessions?year=2025&month=2")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    body = await response.read()
    assert body.endswith(b"]}\n")
    (session,) = orjson.loads(body)["result"]
    assert list(session) == KEYS
    assert (
        session
        | {
            "id": 1,
            "created": "2025-02-14T18:02:11+01:00",
            "finished": "2025-02-14T21:32:11+01:00",
            "vehicle": VEHICLE_TITLE,
            "odometer": 23_456.0,
            "chargedEnergy": 12.513,
            "chargeDuration": 12_600_000_000_000,
            "socStart": None,
        }
        == session
    )
    assert isinstance(session["chargeDuration"], int)


async def test_what_is_open_has_no_end_and_the_odometer_one_decimal(home: RestHome, client: Client) -> None:
    insert(home.runtime.sessions.path, [(7, "2025-07-01 10:00:00.000000", "x", 1.0, 32110.44)])
    (session,) = (await (await client.get("/api/sessions?year=2025&month=7")).json())["result"]
    assert session["created"] == "2025-07-01T12:00:00+02:00"
    assert session["finished"] == "0001-01-01T00:00:00Z"
    assert session["odometer"] == 32110.4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1]),
        ("?month=2", [2, 1]),
        ("?year=2025", [2, 1]),
        ("?year=2025&month=", [2, 1]),
        ("?year=&month=2", [2, 1]),
        ("?year=2025&month=2", [1]),
        ("?year=2025&month=02", [1]),
        ("?year=2025&month=3", [2]),
        ("?year=2024", []),
        ("?year=2025&month=13", []),
        ("?year=2025&month=0", []),
        ("?year=2025&month=abc", []),
        ("?year=2025&month=-2", []),
        ("?year=abc", []),
        ("?year=20%25", []),
        ("?year=0001", []),
        ("?year=9999&month=12", []),
        ("?year=99999999999", []),
        ("?year=%F0%9D%9F%9A025", []),
        ("?format=xlsx", [2, 1]),
    ],
)
async def test_filters(home: RestHome, client: Client, query: str, expected: list[int]) -> None:
    assert await ids(client, query) == expected


async def test_months_are_those_of_the_home(home: RestHome, client: Client) -> None:
    # half past midnight on 1 March in Berlin
    insert(home.runtime.sessions.path, [(9, "2025-02-28 23:30:00.000000", "x", 1.0, None)])
    assert await ids(client, "?year=2025&month=2") == [1]
    assert await ids(client, "?year=2025&month=3") == [2, 9]


async def test_without_envelope(home: RestHome, client: Client) -> None:
    full = await (await client.get("/api/sessions?envelope=0")).json()
    assert [session["id"] for session in full] == [2, 1]
    response = await client.get("/api/sessions?envelope=0&year=1999")
    assert await response.read() == b"[]\n"


async def test_what_is_sent_piece_by_piece_has_the_headers_of_other_answers(
    home: RestHome, client: Client
) -> None:
    whole, pieces = await client.get("/api/health"), await client.get("/api/sessions")
    for name in ("Server", "Referrer-Policy", "X-Content-Type-Options"):
        assert pieces.headers[name] == whole.headers[name], name


async def test_the_names_of_files() -> None:
    assert Period().file == "session"
    assert period("2025", "2").file == "session-2025-02"
    assert period("2025", "").file == "session-2025"
    assert period('2025"; x', "").file == "session"


# The table


async def test_the_table(home: RestHome, client: Client) -> None:
    response = await client.get("/api/sessions?format=csv&lang=de&year=2025&month=2")
    assert response.headers["Content-Disposition"] == 'attachment; filename="session-2025-02.csv"'
    body = await response.read()
    assert body.startswith("\ufeffStartzeit;Endzeit;Ladepunkt;Kennung;Fahrzeug;".encode())
    assert body.decode().splitlines()[1:] == [
        "2025-02-14 18:02:11;2025-02-14 21:32:11;Carport;e-golf;blauer e-Golf;23456;1000;1012,513;12,513;3h30m0s;40;2,5;0,2;210"
    ]


async def test_the_language_of_the_table(home: RestHome, client: Client) -> None:
    assert (await text(client, "&lang=en", **{"Accept-Language": "de"})).startswith("\ufeffCreated,")
    assert (await text(client, "", **{"Accept-Language": "fr-FR,de;q=0.5"})).startswith("\ufeffDébut,")
    assert (await text(client, "", **{"Accept-Language": "*"})).startswith("\ufeffCreated,")
    home.hass.config.language = "de"
    assert (await text(client, "")).startswith("\ufeffStartzeit;")
    assert (await text(client, "&lang=ja")).startswith("\ufeffStartzeit,Endzeit,")
    assert await text(client, "&lang=xx") == "\ufeff"
    assert await text(client, "&lang=not_a_lang") == "\ufeff"


async def test_a_table_without_sessions_has_its_head(home: RestHome, client: Client) -> None:
    assert (await text(client, "&lang=en&year=1999")).splitlines()[1:] == []
    assert (await text(client, "&lang=en&year=1999")).endswith("CO₂/kWh\n")


async def test_the_newer_table(home: RestHome, client: Client) -> None:
    assert "SoC start (%)" not in await text(client, "&lang=en")
    assert "SoC start (%)" in await text(client, "&lang=en&envelope=0")


# Many


def insert(path: Path, rows: list[tuple[int, str, str, float, float | None]]) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany(
            "INSERT INTO sessions (id, created, loadpoint, loadpoint_name, identifier, vehicle,"
            " charged_energy, charge_duration, odometer) VALUES (?, ?, 'Carport', 'carport', '', ?, ?, 60.5, ?)",
            rows,
        )
    connection.close()


@pytest.fixture(scope="session")
def many_sessions(few_sessions: Path) -> Path:
    """Return a file with many sessions more, made once."""
    path = few_sessions.with_name("many.db")
    shutil.copyfile(few_sessions, path)
    insert(
        path,
        [
            (i, f"20{10 + i % 10}-{1 + i % 12:02}-{1 + i % 28:02} 12:00:00.000000", f"car {i}", 5.125, None)
            for i in range(10, 10 + MANY)
        ],
    )
    return path


@WITH_MANY
@pytest.mark.parametrize("query", ["format=csv&lang=en", "envelope=1"])
async def test_many_sessions(home: RestHome, client: Client, query: str) -> None:
    await client.get("/api/sessions?year=1999")  # what is made once is not counted
    count, size, tail = 0, 0, b""
    tracemalloc.start()
    try:
        response = await client.get(f"/api/sessions?{query}")
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        async for part in response.content.iter_chunked(64 * 1024):
            seen = tail + part
            count += seen.count(b"car ") - tail.count(b"car ")
            tail = seen[-8:]
            size += len(part)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert count == MANY
    assert size > 50 * MANY
    assert peak < 1_200_000  # the smaller of the two answers as a whole has 1.8 MB, its records some 24


@WITH_MANY
async def test_a_reader_that_takes_nothing_is_given_up(
    home: RestHome, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(streaming, "PATIENCE", 0.2):
        caplog.set_level("INFO", logger=streaming.__name__)
        response = await client.get("/api/sessions")
        async with asyncio.timeout(30):
            while "given up" not in caplog.text:
                # the file is free meanwhile
                assert await home.runtime.async_update_session(1, vehicle="other")
                await asyncio.sleep(0.05)
        with pytest.raises(ClientError):
            await response.read()


@WITH_MANY
async def test_a_reader_that_goes_is_no_error(
    home: RestHome, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = await client.get("/api/sessions")
    await response.content.readany()
    response.close()
    await asyncio.sleep(0.3)
    await home.hass.async_block_till_done()
    assert "failed" not in caplog.text
    assert "Error handling request" not in caplog.text


async def test_without_the_file(home: RestHome, client: Client) -> None:
    with patch.object(type(home.runtime.sessions), "_async_run", side_effect=StoreError("locked")):
        for query in ("", "?format=csv"):
            response = await client.get(f"/api/sessions{query}")
            assert response.status == 400
            assert await response.json() == {"error": "database offline"}
        response = await client.delete("/api/session/1")
        assert response.status == 400
    assert await ids(client) == [2, 1]


async def test_a_file_that_breaks_off_breaks_the_answer_off(home: RestHome, client: Client) -> None:
    run = home.runtime.sessions._async_run
    calls = 0

    async def failing(job: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise StoreError("locked")
        return await run(job)

    with (
        patch.object(sessions, "ROWS", 1),
        patch.object(home.runtime.sessions, "_async_run", failing),
        pytest.raises(ClientError),
    ):
        await (await client.get("/api/sessions")).read()


# Corrections


async def stored(home: RestHome, number: int) -> tuple[str, str]:
    session = await home.runtime.sessions.async_get(number)
    assert session is not None
    return session.vehicle, session.loadpoint


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"vehicle": "roter Roller"}, ("roter Roller", "Carport")),
        ({"vehicle": "a b", "loadpoint": "Garage"}, ("a b", "Garage")),
        ({"vehicle": None}, ("", "Carport")),
        ({"vehicle": "", "foo": 1}, ("", "Carport")),
        ({"loadpoint": "=x"}, (VEHICLE_TITLE, "=x")),
        ({"vehicle": "x" * 200}, ("x" * 200, "Carport")),
    ],
)
async def test_corrections(
    home: RestHome, client: Client, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    response = await client.put("/api/session/1", json=body)
    assert (response.status, await response.read()) == (200, b"")
    assert await stored(home, 1) == expected


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("not json", "invalid JSON"),
        ("", "invalid JSON"),
        ("[]", "invalid JSON"),
        ("null", "invalid JSON"),
        ('"vehicle"', "invalid JSON"),
        ("{}", "no valid fields to update"),
        ('{"foo": 1}', "no valid fields to update"),
        ('{"vehicle": 1}', "vehicle must be a text or null"),
        ('{"vehicle": "x", "loadpoint": ["y"]}', "loadpoint must be a text or null"),
        (f'{{"vehicle": "{"x" * 201}"}}', "vehicle must not be longer than 200 characters"),
    ],
)
async def test_corrections_that_are_none(home: RestHome, client: Client, body: str, error: str) -> None:
    response = await client.put("/api/session/1", data=body)
    assert response.status == 400
    assert await response.json() == {"error": error}
    assert await stored(home, 1) == (VEHICLE_TITLE, "Carport")


@pytest.mark.parametrize("number", ["999999", "0", str(2**63), "9" * 300])
async def test_what_does_not_exist_is_no_error(home: RestHome, client: Client, number: str) -> None:
    response = await client.put(f"/api/session/{number}", json={"vehicle": "x"})
    assert (response.status, await response.read()) == (200, b"")
    response = await client.delete(f"/api/session/{number}")
    assert (response.status, await response.json()) == (200, {"result": None})
    assert await ids(client) == [2, 1]


@pytest.mark.parametrize("number", ["abc", "-1", "1.5"])
async def test_what_is_no_number_is_no_path(home: RestHome, client: Client, number: str) -> None:
    for response in (
        await client.put(f"/api/session/{number}", json={"vehicle": "x"}),
        await client.delete(f"/api/session/{number}"),
    ):
        assert (response.status, await response.text()) == (404, "404 page not found\n")


async def test_deletion_shows_in_the_statistics(home: RestHome, client: Client) -> None:
    before = home.runtime.statistics["total"].charged_kwh
    response = await client.delete("/api/session/1")
    assert (response.status, await response.json()) == (200, {"result": None})
    assert await ids(client) == [2]
    assert home.runtime.statistics["total"].charged_kwh == pytest.approx(before - 12.513)


# The session that is not over yet


async def begin(home: RestHome) -> int:
    """Have the first loadpoint charge, and return the number of its session."""
    session = home.runtime.site.loadpoints[0].memory.session
    assert session is not None
    session.id, session.created = 77, datetime.fromisoformat("2025-05-01T12:00:00+02:00")
    session.charged_energy = 3.0
    await home.runtime.sessions.async_write([session])
    return session.id


@pytest.mark.parametrize(
    ("title", "guest"),
    [
        ("=cmd|' /C calc'!A0", 400),
        (" +1", 400),
        ("@SUM(A1)", 400),
        ("\uff1d1", 400),
        ("a;=1+1", 400),
        ('a,"-1"', 400),
        ("a\r\n=1", 400),
        ("\t1", 400),
        ("Golf - blau (E+)", 200),
        ("", 200),
    ],
)
async def test_guests_write_no_formulas_into_the_table(
    home: RestHome, client: Client, stranger: Client, title: str, guest: int
) -> None:
    assert (await stranger.put("/api/session/1", json={"vehicle": title})).status == guest
    assert (await client.put("/api/session/1", json={"vehicle": title})).status == 200


async def test_a_correction_of_the_running_session_lasts(home: RestHome, client: Client) -> None:
    number = await begin(home)
    response = await client.put(f"/api/session/{number}", json={"vehicle": "Roller", "loadpoint": "Hof"})
    assert response.status == 200
    session = home.runtime.site.loadpoints[0].memory.session
    assert session is not None
    await home.runtime.sessions.async_write([session])
    assert await stored(home, number) == ("Roller", "Hof")


async def test_the_running_session_stays_deleted(home: RestHome, client: Client) -> None:
    number = await begin(home)
    assert (await client.delete(f"/api/session/{number}")).status == 200
    session = home.runtime.site.loadpoints[0].memory.session
    assert session is not None
    await home.runtime.sessions.async_write([session])
    assert await ids(client) == [2, 1]


async def test_a_running_session_is_as_before_if_the_file_cannot_be_changed(
    home: RestHome, client: Client
) -> None:
    number = await begin(home)
    session = home.runtime.site.loadpoints[0].memory.session
    assert session is not None
    titles = session.vehicle, session.loadpoint
    with patch.object(type(home.runtime.sessions), "_async_run", side_effect=StoreError("locked")):
        assert (await client.put(f"/api/session/{number}", json={"vehicle": "Roller"})).status == 400
        assert (await client.delete(f"/api/session/{number}")).status == 400
    assert (session.vehicle, session.loadpoint) == titles
    assert (session.id, session.created is None) == (number, False)
