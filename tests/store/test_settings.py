"""Settings and memory: when they are written, and what is in them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed_exact

from custom_components.evcc.core.memory import BatteryMemory, LoadpointMemory, SiteMemory, dump
from custom_components.evcc.core.model import BatteryMode, Status
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.store.settings import MEMORY_KEY, SETTINGS_KEY, SettingsStore, fingerprint
from homeassistant.core import HomeAssistant
from homeassistant.util.file import WriteError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STORED = {"site": {"residualPower": 100.0}, "loadpoints": {}, "vehicles": {}}


def attached(hass: HomeAssistant, memory: SiteMemory, **options: float) -> SettingsStore:
    store = SettingsStore(hass, **options)
    store.attach(lambda: STORED, lambda: {"at": NOON.isoformat(), "site": dump(memory)}, memory)
    return store


def remembered(storage: dict[str, Any]) -> int | None:
    """Return what identifies the state of the memory that was written last."""
    return storage[MEMORY_KEY]["data"]["site"]["next_session"] if MEMORY_KEY in storage else None


async def test_nothing_stored_means_defaults(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    restored = await SettingsStore(hass).async_load()
    assert (restored.settings, restored.memory, restored.at) == ({}, None, None)


async def test_what_was_written_comes_back(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    memory = SiteMemory(next_session=5)
    await attached(hass, memory).async_flush()
    store = attached(hass, memory)
    store.settings_changed()
    await store.async_flush()
    restored = await SettingsStore(hass).async_load()
    assert restored.settings == STORED
    assert restored.memory == dump(memory)
    assert restored.at == NOON


@pytest.mark.parametrize("at", [None, 5, "yesterday", "2026-06-01T12:00:00"])
async def test_an_unusable_time_is_none(
    hass: HomeAssistant, hass_storage: dict[str, Any], at: object
) -> None:
    data = {"at": at, "site": [1]}
    hass_storage[MEMORY_KEY] = {"version": 1, "minor_version": 1, "key": MEMORY_KEY, "data": data}
    restored = await SettingsStore(hass).async_load()
    assert (restored.memory, restored.at) == (None, None)


# Settings


async def test_a_dragged_slider_makes_one_write_a_second_after_its_first_move(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> None:
    store = attached(hass, SiteMemory())
    for _ in range(3):
        store.settings_changed()
        freezer.tick(0.2)
        async_fire_time_changed_exact(hass)
        await hass.async_block_till_done()
    assert SETTINGS_KEY not in hass_storage
    freezer.tick(0.5)
    async_fire_time_changed_exact(hass)
    await hass.async_block_till_done()
    assert hass_storage[SETTINGS_KEY]["data"] == STORED
    del hass_storage[SETTINGS_KEY]
    store.settings_changed()
    await store.async_flush()
    assert SETTINGS_KEY in hass_storage


# Memory


async def test_a_structural_change_is_written_at_once(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    memory = SiteMemory(loadpoints={"lp": LoadpointMemory()})
    store = attached(hass, memory)
    memory.next_session = 2
    memory.loadpoints["lp"].enabled = True
    store.remember(memory)
    await hass.async_block_till_done()
    assert remembered(hass_storage) == 2


async def test_growing_figures_are_written_every_five_minutes(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> None:
    memory = SiteMemory(loadpoints={"lp": LoadpointMemory()})
    store = attached(hass, memory)
    memory.loadpoints["lp"].charge_power = 3000.0
    memory.loadpoints["lp"].accounting.total = 1.0
    memory.rotation += 1
    freezer.tick(299)
    store.remember(memory)
    await hass.async_block_till_done()
    assert remembered(hass_storage) is None
    freezer.tick(1)
    store.remember(memory)
    await hass.async_block_till_done()
    assert remembered(hass_storage) == 1


async def test_spacing_holds_back_but_does_not_lose(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> None:
    memory = SiteMemory()
    store = attached(hass, memory, spacing=10.0)
    for number, seconds, written in ((2, 0, 2), (3, 9, 2), (4, 1, 4)):
        memory.next_session = number
        freezer.tick(seconds)
        store.remember(memory)
        await hass.async_block_till_done()
        assert remembered(hass_storage) == written


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.C},
        {"enabled": True},
        {"offered_current": 8.0},
        {"phases": 1},
        {"charger_switched": NOON},
        {"phases_switched": NOON},
        {"circuit_off": NOON},
        {"vehicle": "blue"},
        {"session": SessionRecord(id=4)},
        {"wake_attempts": 1},
    ],
    ids=lambda c: next(iter(c)),
)
def test_what_decides_about_contactors_and_sessions_counts(change: dict[str, Any]) -> None:
    memory = SiteMemory(loadpoints={"lp": LoadpointMemory()})
    before = fingerprint(memory)
    for key, value in change.items():
        setattr(memory.loadpoints["lp"], key, value)
    assert fingerprint(memory) != before


def test_timers_and_batteries_count() -> None:
    memory = SiteMemory(loadpoints={"lp": LoadpointMemory()}, batteries={"b": BatteryMemory()})
    seen = [fingerprint(memory)]
    memory.loadpoints["lp"].pv_timer.since = NOON
    seen.append(fingerprint(memory))
    memory.loadpoints["lp"].phase_timer.since = NOON
    seen.append(fingerprint(memory))
    memory.batteries["b"].sent = BatteryMode.HOLD
    seen.append(fingerprint(memory))
    memory.battery_mode = BatteryMode.HOLD
    seen.append(fingerprint(memory))
    memory.loadpoints["lp"].session = session = SessionRecord(id=1, created=NOON)
    seen.append(fingerprint(memory))
    session.finished = NOON + timedelta(hours=1)
    seen.append(fingerprint(memory))
    assert len({repr(s) for s in seen}) == len(seen)


async def test_a_full_disk_does_not_raise(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    memory = SiteMemory()
    store = attached(hass, memory)
    memory.next_session = 2
    with patch("homeassistant.helpers.storage.Store._async_write_data", side_effect=WriteError("disk full")):
        store.remember(memory)
        store.settings_changed()
        await store.async_flush()
        await hass.async_block_till_done()
    assert "disk full" in caplog.text
    memory.next_session = 3
    store.remember(memory)
    await hass.async_block_till_done()
    assert remembered(hass_storage) == 3


async def test_removing(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = attached(hass, SiteMemory())
    store.settings_changed()
    await store.async_flush()
    assert set(hass_storage) >= {SETTINGS_KEY, MEMORY_KEY}
    await store.async_remove()
    assert not set(hass_storage) & {SETTINGS_KEY, MEMORY_KEY}
