"""A port of its own for the API: opened and closed with the site, under Home Assistant's rules."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from ipaddress import ip_address
import socket
from typing import Any

from aiohttp import ClientSession
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.rest.listener import ISSUE
from homeassistant.components.http.ban import KEY_BAN_MANAGER
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .home import RestHome


@pytest.fixture
def port(socket_enabled: None) -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def home_options(port: int) -> Mapping[str, Any]:
    return {"open_local": False, "listen": True, "listen_host": "127.0.0.1", "listen_port": port}


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture
async def http() -> Any:
    """Return a client that sends what it is told and no more."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def bearer(hass_access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {hass_access_token}"}


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def complaint(hass: HomeAssistant) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)


async def test_the_same_is_served_as_on_the_port_of_home_assistant(
    home: RestHome, http: ClientSession, url: str, bearer: dict[str, str], hass_client: ClientSessionGenerator
) -> None:
    theirs = await hass_client()
    for path in ("/api/health", "/api/state", "/api/loadpoints/1/mode/off", "/api/nothing"):
        ours = await http.get(url + path, headers=bearer)
        same = await theirs.get(path)
        assert (path, ours.status) == (path, same.status)
        if path == "/api/state":
            assert (await ours.json())["result"].keys() == (await same.json())["result"].keys()
        elif same.status != HTTPStatus.NOT_FOUND:  # of paths that are not ours theirs has words of its own
            assert await ours.text() == await same.text()
    response = await http.post(f"{url}/api/loadpoints/1/mode/off", headers=bearer)
    assert await response.json() == {"result": "off"}
    assert home.state.loadpoints[0].mode == "off"


@pytest.mark.usefixtures("home")
async def test_the_websocket_is_there(http: ClientSession, url: str, bearer: dict[str, str]) -> None:
    async with http.ws_connect(f"{url}/ws", headers=bearer) as ws:
        assert "loadpoints.0.mode" in await ws.receive_json()
    assert (await http.get(f"{url}/ws")).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("path", ["/", "/index.html", "/auth/token", "/ws/", "/lovelace", "/api"])
async def test_nothing_else_is_there(
    http: ClientSession, url: str, bearer: dict[str, str], path: str
) -> None:
    response = await http.get(url + path, headers=bearer)
    assert (response.status, await response.text()) == (404, "404 page not found\n")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("path", ["/api/states", "/api/config", "/api/services", "/api/nothing"])
async def test_paths_of_home_assistant_are_not_served(
    http: ClientSession, url: str, bearer: dict[str, str], path: str
) -> None:
    assert (await http.get(url + path, headers=bearer)).status == HTTPStatus.NOT_FOUND
    response = await http.get(url + path)
    assert (response.status, await response.text()) == (401, "Unauthorized\n")


@pytest.mark.usefixtures("home")
async def test_strangers_are_refused(http: ClientSession, url: str) -> None:
    response = await http.get(f"{url}/api/state")
    assert (response.status, await response.text()) == (401, "Unauthorized\n")
    assert "Server" not in response.headers or response.headers["Server"] == ""


async def test_who_is_banned_is_banned_here_too(
    hass: HomeAssistant, home: RestHome, http: ClientSession, url: str, bearer: dict[str, str]
) -> None:
    bans = hass.http.app[KEY_BAN_MANAGER]
    bans.ip_bans_lookup[ip_address("127.0.0.1")] = object()  # type: ignore[assignment]
    assert (await http.get(f"{url}/api/state", headers=bearer)).status == HTTPStatus.FORBIDDEN
    bans.ip_bans_lookup.clear()
    assert (await http.get(f"{url}/api/state", headers=bearer)).status == HTTPStatus.OK


@pytest.mark.usefixtures("home")
async def test_the_security_filter_is_there(http: ClientSession, url: str, bearer: dict[str, str]) -> None:
    response = await http.get(f"{url}/api/state?x=<script>", headers=bearer)
    assert response.status == HTTPStatus.BAD_REQUEST


async def test_a_reload_opens_the_port_again_and_an_unload_closes_it(
    hass: HomeAssistant, home: RestHome, http: ClientSession, url: str, port: int, bearer: dict[str, str]
) -> None:
    async with http.ws_connect(f"{url}/ws", headers=bearer) as ws:
        await ws.receive_json()
        assert await hass.config_entries.async_reload(home.entry.entry_id)
        assert (await http.get(f"{url}/api/state", headers=bearer)).status == HTTPStatus.OK

    await hass.config_entries.async_unload(home.entry.entry_id)
    assert is_free(port)


@pytest.mark.usefixtures("home")
async def test_the_port_is_closed_when_home_assistant_stops(hass: HomeAssistant, port: int) -> None:
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert is_free(port)


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("home_options", [{"listen": False}])
async def test_without_the_option_nothing_listens(hass: HomeAssistant, home: RestHome) -> None:
    assert is_free(7070)
    assert complaint(hass) is None


@pytest.fixture
def occupied(port: int) -> Iterator[socket.socket]:
    """Occupy the port before the home is set up."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield other


async def test_a_port_that_is_taken_is_told_and_the_site_goes_on(
    hass: HomeAssistant,
    occupied: socket.socket,
    home: RestHome,
    port: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert home.runtime.runner.alive
    logged = [record.getMessage() for record in caplog.get_records("setup")]
    assert any(f"cannot listen on 127.0.0.1, port {port}" in line for line in logged)
    issue = complaint(hass)
    assert issue is not None
    assert issue.translation_placeholders == {
        "host": "127.0.0.1",
        "port": str(port),
        "error": "Address already in use",
    }

    occupied.close()
    assert await hass.config_entries.async_reload(home.entry.entry_id)
    assert complaint(hass) is None
    assert not is_free(port)


@pytest.mark.usefixtures("occupied")
async def test_the_complaint_goes_with_the_site(hass: HomeAssistant, home: RestHome) -> None:
    await hass.config_entries.async_unload(home.entry.entry_id)
    assert complaint(hass) is None
