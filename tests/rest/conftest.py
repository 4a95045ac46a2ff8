"""A home behind the API, and clients of it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant

from .home import API, RestHome, build_home


@pytest.fixture(autouse=True)
def custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load integrations of this repository."""


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
async def home(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    home_options: Mapping[str, Any],
    home_without: frozenset[str],
) -> AsyncIterator[RestHome]:
    """Return the home at work; it is unloaded at the end, so that its files are closed."""
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
