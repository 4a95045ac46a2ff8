"""The password and the secret behind it: what they survive, and what they do not."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path
import threading
from typing import Any

import bcrypt
import pytest

from custom_components.evcc.store import Problem, StoreError
from custom_components.evcc.store.credentials import AT_ONCE, COST, KEY, Credentials
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR, get_internal_store_manager
from homeassistant.util.file import WriteError

PASSWORD = "passWord1234!"
GOOD = {"password": bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode(), "secret": "0f" * 32}


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let Home Assistant write real files."""
    return {}


@pytest.fixture
def file(hass: HomeAssistant) -> Path:
    # Home Assistant listed the folder when it started
    get_internal_store_manager(hass).async_invalidate(KEY)
    return Path(hass.config.path(STORAGE_DIR, KEY))


def put(file: Path, data: Any, version: int = 1) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"version": version, "minor_version": 1, "key": KEY, "data": data}))


def has(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def is_private(file: Path) -> bool:
    return file.stat().st_mode & 0o077 == 0


def set_aside(file: Path) -> list[str]:
    return [p.read_text() for p in file.parent.glob(f"{KEY}.corrupt*")]


async def loaded(hass: HomeAssistant) -> Credentials:
    credentials = Credentials(hass)
    await credentials.async_load()
    return credentials


async def test_a_password_is_known_after_a_restart_and_gone_after_a_removal(
    hass: HomeAssistant, file: Path
) -> None:
    first = await loaded(hass)
    assert (first.has_password, first.secret) == (False, None)
    await first.async_set_password(PASSWORD)
    second = await loaded(hass)
    assert second.has_password
    assert second.secret == first.secret
    assert await second.async_check(PASSWORD)
    assert not await second.async_check("passWord1234")
    assert PASSWORD not in (has(file) or PASSWORD)
    assert is_private(file)
    await second.async_remove()
    assert has(file) is None


async def test_each_password_has_a_secret_of_its_own(hass: HomeAssistant) -> None:
    credentials = await loaded(hass)
    secrets = set()
    for _ in range(2):
        await credentials.async_set_password(PASSWORD)
        secrets.add(credentials.secret)
    assert len(secrets) == 2
    assert all(secret is not None and len(bytes.fromhex(secret)) == 32 for secret in secrets)


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("", "password cannot be empty"),
        ("x" * 73, "bcrypt: password length exceeds 72 bytes"),
        ("ß" * 37, "bcrypt: password length exceeds 72 bytes"),
    ],
)
async def test_what_cannot_be_a_password(hass: HomeAssistant, file: Path, password: str, text: str) -> None:
    credentials = await loaded(hass)
    with pytest.raises(ValueError, match=text):
        await credentials.async_set_password(password)
    assert not credentials.has_password
    assert has(file) is None


async def test_a_password_that_was_not_written_is_none(
    hass: HomeAssistant, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = await loaded(hass)
    await credentials.async_set_password(PASSWORD)
    secret, written = credentials.secret, has(file)

    def full(*args: object, **more: object) -> None:
        raise WriteError("disk full")

    monkeypatch.setattr("homeassistant.helpers.storage.write_utf8_file_atomic", full)
    with pytest.raises(StoreError):
        await credentials.async_set_password("another")
    assert await credentials.async_check(PASSWORD)
    assert (credentials.secret, has(file)) == (secret, written)


async def test_all_of_a_password_counts(hass: HomeAssistant) -> None:
    credentials = await loaded(hass)
    longest = "ß" * 36
    await credentials.async_set_password(longest)
    assert await credentials.async_check(longest)
    assert not await credentials.async_check(f"{longest}x")
    await credentials.async_set_password("a\0b")
    assert not await credentials.async_check("a\0c")


async def test_without_a_password_the_same_work_is_done(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, asked = [], []
    check, salt = bcrypt.checkpw, bcrypt.gensalt

    def checkpw(raw: bytes, hashed: bytes) -> bool:
        checked.append(int(hashed.split(b"$")[2]))
        return check(raw, hashed)

    def gensalt(rounds: int) -> bytes:
        asked.append(rounds)
        return salt(rounds)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    monkeypatch.setattr(bcrypt, "gensalt", gensalt)
    credentials = await loaded(hass)
    assert not await credentials.async_check(PASSWORD)
    await credentials.async_set_password(PASSWORD)
    assert checked == asked == [COST]


async def test_a_flood_of_logins_leaves_threads_to_others(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, together, most = threading.Lock(), [0], [0]
    real = bcrypt.checkpw

    def counted(raw: bytes, hashed: bytes) -> bool:
        with lock:
            together[0] += 1
            most[0] = max(most[0], together[0])
        result = real(raw, hashed)
        with lock:
            together[0] -= 1
        return result

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    credentials = await loaded(hass)
    answers = await asyncio.gather(*(credentials.async_check(str(i)) for i in range(3 * AT_ONCE)))
    assert not any(answers)
    assert 1 <= most[0] <= AT_ONCE


def foreign(file: Path) -> None:
    put(file, ["not", "ours"])


def torn(file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"version": 1, "da')


def no_hash(file: Path) -> None:
    put(file, {**GOOD, "password": PASSWORD})


def no_secret(file: Path) -> None:
    put(file, {"password": GOOD["password"]})


@pytest.mark.parametrize("spoil", [foreign, torn, no_hash, no_secret])
async def test_a_file_that_makes_no_sense_is_set_aside_and_said(
    hass: HomeAssistant, file: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    spoil(file)
    content = has(file)
    credentials = await loaded(hass)
    assert not credentials.has_password
    assert not await credentials.async_check("x")
    assert has(file) is None
    assert set_aside(file) == [content]
    assert KEY in caplog.text
    assert GOOD["secret"] not in caplog.text
    await credentials.async_set_password(PASSWORD)
    assert (await loaded(hass)).has_password


async def test_a_file_of_a_newer_release_is_left_alone(hass: HomeAssistant, file: Path) -> None:
    put(file, GOOD, version=99)
    content = has(file)
    credentials = await loaded(hass)
    assert credentials.problem is Problem.NEWER
    assert not credentials.has_password
    with pytest.raises(StoreError):
        await credentials.async_set_password(PASSWORD)
    assert not credentials.has_password
    assert has(file) == content
