"""The log, starting anew, and telemetry, over the API."""

import re
from typing import Any

from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc import journal
from custom_components.evcc.core.settings import Scope
from custom_components.evcc.journal import Level
from homeassistant.config_entries import ConfigEntryState

from .home import RestHome

type Client = TestClient[Any, Any]

LINE = re.compile(
    r"\[[\w-]{1,} *\] (FATAL|ERROR|WARN|INFO|DEBUG|TRACE) \d{4}/\d\d/\d\d \d\d:\d\d:\d\d .*\n", re.DOTALL
)


@pytest.fixture
def written(home: RestHome) -> None:
    """Let there be entries that nothing of the home writes by itself."""
    found = journal.of(home.hass)
    found.write("lp-1", Level.DEBUG, "zz one")
    found.write("lp-10", Level.INFO, "zz two")
    found.write("httpd", Level.ERROR, "zz three")
    found.write("db", Level.FATAL, "zz four\nand more")


async def lines(client: Client, query: str) -> list[str]:
    response = await client.get(f"/api/system/log{query}")
    assert response.status == 200
    found: list[str] = (await response.json())["result"]
    assert all(LINE.fullmatch(line) for line in found)
    return [line.split("zz ")[1].rstrip("\n") for line in found if "zz " in line]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?level=TRACE", ["one", "two", "three", "four\nand more"]),
        ("?level=info", ["two", "three", "four\nand more"]),
        ("?level=Error", ["three", "four\nand more"]),
        ("?level=FATAL", ["four\nand more"]),
        ("", ["three", "four\nand more"]),
        ("?level=nosuch", ["three", "four\nand more"]),
        ("?areas=lp-1&level=DEBUG", ["one"]),
        ("?area=lp-1&level=DEBUG", ["one"]),
        ("?areas=lp-1&areas=db&level=DEBUG", ["one", "four\nand more"]),
        ("?areas=lp-1,lp-10&level=DEBUG", ["one", "two"]),
        ("?areas=lp-1&area=db&level=DEBUG", ["one", "four\nand more"]),
        ("?areas=&level=INFO", ["two", "three", "four\nand more"]),
        ("?areas=nosuch&level=TRACE", []),
        ("?areas=lp&level=TRACE", []),
        ("?level=TRACE&count=2", ["three", "four\nand more"]),
        ("?level=ERROR&count=1", ["four\nand more"]),
        ("?level=INFO&areas=lp-10,httpd&count=1", ["three"]),
        ("?level=INFO&count=0", ["two", "three", "four\nand more"]),
        ("?level=INFO&count=-3", ["two", "three", "four\nand more"]),
        ("?level=INFO&count=abc", ["two", "three", "four\nand more"]),
        ("?level=INFO&count=99999999999999999999", ["two", "three", "four\nand more"]),
        ("?level=INFO&format=json", ["two", "three", "four\nand more"]),
    ],
)
async def test_the_log(client: Client, query: str, expected: list[str]) -> None:
    assert await lines(client, query) == expected


@pytest.mark.usefixtures("written")
async def test_at_most_as_many_lines_as_asked_for(client: Client) -> None:
    response = await client.get("/api/system/log?level=TRACE&count=2")
    assert len((await response.json())["result"]) == 2


@pytest.mark.usefixtures("written")
async def test_the_log_to_download(client: Client) -> None:
    response = await client.get("/api/system/log?level=DEBUG&areas=db,httpd&count=2&format=txt")
    assert response.content_type == "text/plain"
    assert re.fullmatch(
        r'attachment; filename="evcc-\d{8}-\d{6}-debug\.log"', response.headers["Content-Disposition"]
    )
    assert re.sub(r"\d{4}/.{14}", "-", await response.text()) == (
        "[httpd ] ERROR - zz three\n[db    ] FATAL - zz four\nand more\n"
    )


@pytest.mark.usefixtures("written")
async def test_the_areas(client: Client) -> None:
    response = await client.get("/api/system/log/areas")
    areas = (await response.json())["result"]
    assert areas == sorted(set(areas))
    assert {"db", "httpd", "lp-1", "lp-10", "lp-2", "site"} <= set(areas)


async def test_what_the_home_decides_is_there(home: RestHome, client: Client) -> None:
    await home.runtime.async_change(Scope.LOADPOINT, 0, "mode", "now")
    response = await client.get("/api/system/log?level=INFO&areas=lp-1")
    assert any("mode: now" in line for line in (await response.json())["result"])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/system/log?level=DEBUG"), ("GET", "/system/log/areas"), ("POST", "/system/shutdown")],
)
async def test_only_administrators(home: RestHome, stranger: Client, method: str, path: str) -> None:
    response = await stranger.request(method, f"/api{path}")
    assert (response.status, await response.text()) == (401, "Unauthorized\n")
    assert home.entry.state is ConfigEntryState.LOADED


async def test_shutdown_starts_anew(home: RestHome, client: Client) -> None:
    before = home.runtime
    response = await client.post("/api/system/shutdown")
    assert (response.status, await response.read()) == (204, b"")
    await home.hass.async_block_till_done()
    assert home.entry.state is ConfigEntryState.LOADED
    assert home.runtime is not before
    assert (await client.get("/api/system/log")).status == 200


async def test_methods_that_are_none(client: Client) -> None:
    for method, path in (
        ("GET", "/system/shutdown"),
        ("PUT", "/settings/telemetry"),
        ("POST", "/system/log"),
    ):
        response = await client.request(method, f"/api{path}")
        assert (response.status, await response.read()) == (405, b""), path


@pytest.mark.parametrize(
    ("word", "status", "answer"),
    [
        ("false", 200, {"result": False}),
        ("0", 200, {"result": False}),
        ("true", 400, {"error": "telemetry requires sponsorship"}),
        ("1", 400, {"error": "telemetry requires sponsorship"}),
        ("fee", 400, {"error": 'strconv.ParseBool: parsing "fee": invalid syntax'}),
    ],
)
async def test_telemetry_stays_off(client: Client, word: str, status: int, answer: dict[str, Any]) -> None:
    response = await client.post(f"/api/settings/telemetry/{word}")
    assert (response.status, await response.json()) == (status, answer)
    assert await (await client.get("/api/settings/telemetry")).json() == {"result": False}


async def test_telemetry_of_no_kind(client: Client) -> None:
    response = await client.post("/api/settings/telemetry/maybe")
    assert (response.status, await response.text()) == (404, "404 page not found\n")
