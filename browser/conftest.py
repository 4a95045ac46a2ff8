"""One Home Assistant with the demo home and one Chromium for all tests of this folder, in each process."""

from collections.abc import Generator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
import pytest

from browser.chromium import FLAGS, find_chromium
from scripts.develop import has_cycled
from scripts.hass_process import HassProcess


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest: it mostly waits, while a second process runs the others."""
    items.sort(key=lambda item: item.path.name != "test_own_home.py")


@pytest.fixture(scope="session")
def hass(tmp_path_factory: pytest.TempPathFactory) -> Generator[HassProcess]:
    """Run Home Assistant with the demo home, past its first control cycle."""
    with HassProcess(tmp_path_factory.mktemp("hass")) as process:
        process.client.add_demo({})
        process.wait_until("the first control cycle", lambda: has_cycled(process), 60)
        yield process


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    """Run Chromium, without a window."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Path:
    """Return where the test's picture goes: the folder shots, which git ignores."""
    return Path(request.config.rootpath) / "shots" / f"{request.node.name}.png"
