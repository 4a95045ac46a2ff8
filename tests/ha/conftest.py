"""What the tests with a running Home Assistant share."""

import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load integrations of this repository; tests of pure functions do without it.

    A module that needs the recorder replaces this fixture by one of the same name, which takes
    `recorder_mock` before `enable_custom_integrations`: the other order is refused.
    """
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Keep snapshots in the folder and format of Home Assistant's own tests."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give each test a configuration folder of its own: the sessions are a file in it."""
    return hass_tmp_config_dir
