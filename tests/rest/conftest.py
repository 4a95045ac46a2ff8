"""A home behind the API, and clients of it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
import shutil
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
import pytest_asyncio
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evcc.store.sessions import FILE
from homeassistant.core import HomeAssistant

from .home import API, RestHome, build_home, store_sessions


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load integrations of this repository; tests of pure functions do without it."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give each test a configuration folder of its own: the sessions are a file in it."""
    return hass_tmp_config_dir


@pytest.fixture
def home_options() -> Mapping[str, Any]:
    """Options of the API. Parametrize it to have others; what is not named is as in `home.API`."""
    return {}


@pytest.fixture
def home_without() -> frozenset[str]:
    """Subentry ids of the parts that the home does not have."""
    return frozenset()


@pytest.fixture
def home_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the 200 entities out, whose making takes longer than a request. Replace it to have them."""
    monkeypatch.setattr("custom_components.evcc.PLATFORMS", [])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def few_sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the sessions of `home.SESSIONS`, to be copied."""
    path = tmp_path_factory.mktemp("sessions") / FILE
    await store_sessions(path)
    return path


@pytest.fixture
def home_sessions(request: pytest.FixtureRequest, few_sessions: Path) -> Path:
    """Return the file with the home's sessions, to be copied. Parametrize it with the fixture of another."""
    name = getattr(request, "param", None)
    return request.getfixturevalue(name) if name else few_sessions


@pytest.fixture
async def home(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    home_options: Mapping[str, Any],
    home_without: frozenset[str],
    home_platforms: None,
    home_sessions: Path,
) -> AsyncIterator[RestHome]:
    """Return the home at work; it is unloaded at the end, so that its files are closed."""
    shutil.copyfile(home_sessions, hass.config.path(FILE))
    built = await build_home(hass, monkeypatch, {**API, **home_options}, without=home_without)
    yield built
    await hass.async_block_till_done()  # it may be reloading
    await hass.config_entries.async_unload(built.entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
async def client(home: RestHome, hass_client: ClientSessionGenerator) -> TestClient[Any, Any]:
    """Return a client that sends the token of an administrator of Home Assistant."""
    return await hass_client()


@pytest.fixture
async def stranger(home: RestHome, hass_client_no_auth: ClientSessionGenerator) -> TestClient[Any, Any]:
    """Return a client that Home Assistant does not know."""
    return await hass_client_no_auth()
