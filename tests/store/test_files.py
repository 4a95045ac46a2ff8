"""Files of settings and memory on a real disk that cannot be used as they are."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.evcc.core.memory import SiteMemory, dump
from custom_components.evcc.store import Problem
from custom_components.evcc.store.settings import MEMORY_KEY, SETTINGS_KEY, SettingsStore
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import get_internal_store_manager

STORED = {"site": {"residualPower": 100.0}, "loadpoints": {}, "vehicles": {}}


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let Home Assistant write real files."""
    return {}


def attached(hass: HomeAssistant) -> SettingsStore:
    store = SettingsStore(hass)
    store.attach(lambda: STORED, lambda: {"site": dump(SiteMemory())}, SiteMemory())
    return store


def stored_file(hass: HomeAssistant, key: str) -> Path:
    return Path(hass.config.path(".storage", key))


def put(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def has(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else None


@pytest.fixture
def settings_file(hass: HomeAssistant) -> Path:
    # Home Assistant listed the folder when it started
    get_internal_store_manager(hass).async_invalidate(SETTINGS_KEY)
    return stored_file(hass, SETTINGS_KEY)


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    return hass_tmp_config_dir


async def test_a_newer_file_is_left_alone(hass: HomeAssistant, settings_file: Path) -> None:
    newer = {"version": 2, "minor_version": 1, "key": SETTINGS_KEY, "data": {"other": "shape"}}
    put(settings_file, newer)
    store = attached(hass)
    restored = await store.async_load()
    assert restored.settings == {}
    assert store.settings.problem is Problem.NEWER
    store.settings_changed()
    await store.async_flush()
    assert has(settings_file) == newer
    assert store.memory.problem is None
    assert has(stored_file(hass, MEMORY_KEY)) is not None


async def test_a_file_that_is_no_json_is_renamed_and_told_by_home_assistant(
    hass: HomeAssistant, settings_file: Path, issue_registry: ir.IssueRegistry
) -> None:
    put(settings_file, '{"version": 1, "data": {"si')
    store = attached(hass)
    assert (await store.async_load()).settings == {}
    assert [i for _, i in issue_registry.issues if i.startswith(f"storage_corruption_{SETTINGS_KEY}")]
    store.settings_changed()
    await store.async_flush()
    assert has(settings_file)["data"] == STORED


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([1, 2], id="a list"),
        pytest.param({"no": "version"}, id="no version"),
        pytest.param({"version": 1, "minor_version": 1, "data": [1]}, id="data of the wrong type"),
        pytest.param({"version": "1", "minor_version": 1, "data": {}}, id="version of the wrong type"),
    ],
)
async def test_a_file_of_the_wrong_shape_is_set_aside(
    hass: HomeAssistant, settings_file: Path, content: object
) -> None:
    put(settings_file, content)
    store = attached(hass)
    assert (await store.async_load()).settings == {}
    assert store.settings.problem is Problem.CORRUPT
    assert has(settings_file.with_name(f"{SETTINGS_KEY}.corrupt")) == content
    store.settings_changed()
    await store.async_flush()
    assert has(settings_file)["data"] == STORED


async def test_a_file_that_cannot_be_moved_is_left_alone(hass: HomeAssistant, settings_file: Path) -> None:
    put(settings_file, [1])
    store = attached(hass)
    with patch.object(Path, "replace", side_effect=PermissionError("read-only")):
        await store.async_load()
    assert store.settings.problem is Problem.UNREADABLE
    store.settings_changed()
    await store.async_flush()
    assert has(settings_file) == [1]


async def test_a_file_that_cannot_be_opened_is_left_alone(hass: HomeAssistant, settings_file: Path) -> None:
    put(settings_file / "it is a folder", 1)
    store = attached(hass)
    assert (await store.async_load()).settings == {}
    assert store.settings.problem is Problem.UNREADABLE
