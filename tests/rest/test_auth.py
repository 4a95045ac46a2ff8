"""The login of the contract: one password, a cookie, and what keeps guessers out."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import re
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
import jwt
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evcc import async_remove_entry
from custom_components.evcc.diagnostics import async_get_config_entry_diagnostics
from custom_components.evcc.rest import attempts, tokens
from custom_components.evcc.rest.attempts import Attempts
from custom_components.evcc.store import Problem
from custom_components.evcc.store.credentials import KEY, Credentials
from homeassistant.components.http.ban import KEY_FAILED_LOGIN_ATTEMPTS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .home import RestHome

type Client = TestClient[Any, Any]

PASSWORD = "passWord1234!"
TEXT = "text/plain"
CLOSED = {"open_local": False}
THRESHOLD = 3


@pytest.fixture
async def banning(hass: HomeAssistant) -> None:
    """Have Home Assistant ban addresses; ask for it before the home."""
    http = {"ip_ban_enabled": True, "login_attempts_threshold": THRESHOLD}
    assert await async_setup_component(hass, "http", {"http": http})


@pytest.fixture
async def password(home: RestHome) -> str:
    await home.runtime.credentials.async_set_password(PASSWORD)
    return PASSWORD


async def login(client: Client, password: object = PASSWORD, **headers: str) -> Any:
    return await client.post("/api/auth/login", json={"password": password}, headers=headers)


async def status(client: Client, **headers: str) -> tuple[int, str]:
    answer = await client.get("/api/auth/status", headers=headers)
    return answer.status, await answer.text()


def token_of(answer: Any) -> str:
    found = re.match("auth=([^;]+)", answer.headers["Set-Cookie"])
    assert found is not None
    return found[1]


# Login


async def test_the_cookie_is_as_clients_know_it(
    home: RestHome, stranger: Client, password: str, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime(2026, 11, 1, 12, tzinfo=UTC))
    answer = await login(stranger)
    assert (answer.status, await answer.read()) == (200, b"")
    (header,) = answer.headers.getall("Set-Cookie")
    found = re.fullmatch(r"auth=([^;]+); Path=/; Expires=([^;]+ GMT); HttpOnly; SameSite=Strict", header)
    assert found is not None
    until = datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(days=90)
    assert parsedate_to_datetime(found[2]) == until
    secret = home.runtime.credentials.secret
    assert secret is not None
    assert jwt.decode(found[1], secret, algorithms=["HS256"]) == {"sub": "admin", "exp": until.timestamp()}


@pytest.mark.parametrize("carrier", ["cookie", "bearer"])
async def test_a_token_is_good_for_90_days(
    stranger: Client, password: str, freezer: FrozenDateTimeFactory, carrier: str
) -> None:
    token = token_of(await login(stranger))
    stranger.session.cookie_jar.clear()
    headers = {"Cookie": f"auth={token}"} if carrier == "cookie" else {"Authorization": f"Bearer {token}"}
    assert await status(stranger, **headers) == (200, "true")
    freezer.tick(timedelta(days=89, hours=23))
    assert await status(stranger, **headers) == (200, "true")
    freezer.tick(timedelta(hours=2))
    assert await status(stranger, **headers) == (200, "false")


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ('{"password": "wrong"}', 401, "Invalid password\n"),
        ('{"password": ""}', 401, "Invalid password\n"),
        ("{}", 401, "Invalid password\n"),
        ("{", 400, None),
        ("", 400, None),
        ("[]", 400, "not a JSON object\n"),
        ("null", 400, "not a JSON object\n"),
        ('{"password": 5}', 400, "password is not a string\n"),
        ('{"password": "\\ud800"}', 400, None),
        ('{"password": "' + "x" * 200 + '"}', 401, "Invalid password\n"),
        ('{"password": "' + "x" * 70_000 + '"}', 413, "body too large\n"),
    ],
)
async def test_what_is_no_login(
    stranger: Client, password: str, body: str, code: int, text: str | None
) -> None:
    answer = await stranger.post("/api/auth/login", data=body)
    assert (answer.status, answer.content_type) == (code, TEXT)
    assert "Set-Cookie" not in answer.headers
    said = await answer.text()
    assert said.endswith("\n")
    assert text in (None, said)


async def test_without_a_password_nobody_logs_in(stranger: Client) -> None:
    answer = await login(stranger, "")
    assert (answer.status, await answer.text()) == (401, "Invalid password\n")


async def test_a_page_of_elsewhere_cannot_try_passwords(stranger: Client, password: str) -> None:
    answer = await login(stranger, Origin="https://evil.example")
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


async def test_a_password_that_changes_during_a_login_voids_it(
    home: RestHome, stranger: Client, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Credentials.async_check

    async def slow(self: Credentials, tried: str) -> bool:
        right = await check(self, tried)
        await self.async_set_password("another")
        return right

    monkeypatch.setattr(Credentials, "async_check", slow)
    token = token_of(await login(stranger))
    stranger.session.cookie_jar.clear()
    assert await status(stranger, Authorization=f"Bearer {token}") == (200, "false")


@pytest.mark.parametrize("logged_in", [False, True])
async def test_logout(stranger: Client, password: str, logged_in: bool) -> None:
    if logged_in:
        await login(stranger)
    answer = await stranger.post("/api/auth/logout")
    assert (answer.status, await answer.read()) == (200, b"")
    assert answer.headers.getall("Set-Cookie") == ["auth=; Path=/; HttpOnly"]


# Tokens


def forged(claims: dict[str, Any], secret: str = "0" * 64, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


SOON = datetime.now(UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    ("token", "valid"),
    [
        (forged({"sub": "admin", "exp": SOON}), True),
        (forged({"sub": "admin", "exp": SOON}, secret="1" * 64), False),
        (forged({"sub": "user", "exp": SOON}), False),
        (forged({"sub": "admin"}), False),
        (forged({"exp": SOON}), False),
        (forged({"sub": "admin", "exp": SOON - timedelta(days=2)}), False),
        (forged({"sub": "admin", "exp": SOON}, algorithm="HS512"), False),
        (jwt.encode({"sub": "admin", "exp": SOON}, "", algorithm="none"), False),
        ("", False),
        ("a.b.c", False),
        ("\udcff.\udcff.\udcff", False),
    ],
    ids=[
        "ours",
        "another secret",
        "another subject",
        "for ever",
        "nobody's",
        "expired",
        "another algorithm",
        "unsigned",
        "empty",
        "no token",
        "bytes of no alphabet",
    ],
)
def test_which_tokens_are_good(token: str, valid: bool) -> None:
    assert tokens.is_valid(token, "0" * 64) is valid


# The password


async def put(client: Client, current: object, new: object, **headers: str) -> tuple[int, str]:
    body = {"current": current, "new": new}
    answer = await client.put(
        "/api/auth/password", json={k: v for k, v in body.items() if v is not None}, headers=headers
    )
    return answer.status, await answer.text()


async def test_the_first_password_is_set_by_an_administrator_of_home_assistant(
    home: RestHome,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    owner, stranger = await hass_client(), await hass_client_no_auth()
    guest = await hass_client(hass_read_only_access_token)
    for other in (stranger, guest):
        assert await put(other, "", PASSWORD) == (401, "Unauthorized\n")
        assert await put(other, "", "") == (401, "Unauthorized\n")
    assert not home.runtime.credentials.has_password
    assert await put(owner, "", "") == (500, "password cannot be empty\n")
    assert await put(owner, "ignored", PASSWORD) == (201, "")
    assert (await login(stranger)).status == 200


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        (PASSWORD, "newPass1!", (202, "")),
        ("wrong", "x", (400, "Invalid password\n")),
        ("", "x", (400, "Invalid password\n")),
        (None, "x", (400, "Invalid password\n")),
        (PASSWORD, "", (500, "password cannot be empty\n")),
        (PASSWORD, None, (500, "password cannot be empty\n")),
        (PASSWORD, "x" * 73, (500, "bcrypt: password length exceeds 72 bytes\n")),
        (5, "x", (400, "current is not a string\n")),
        (PASSWORD, ["x"], (400, "new is not a string\n")),
    ],
)
async def test_changing_the_password(
    home: RestHome, stranger: Client, password: str, current: object, new: object, expected: tuple[int, str]
) -> None:
    assert await put(stranger, current, new) == expected
    changed = expected[0] == 202
    assert await home.runtime.credentials.async_check(PASSWORD) is not changed


async def test_a_body_that_is_no_json_is_refused_as_text(stranger: Client, password: str) -> None:
    answer = await stranger.put("/api/auth/password", data="{")
    assert (answer.status, answer.content_type) == (400, TEXT)


async def test_a_change_ends_all_logins(stranger: Client, password: str) -> None:
    token = token_of(await login(stranger))
    assert await put(stranger, PASSWORD, PASSWORD) == (202, "")
    assert await status(stranger) == (200, "false")
    assert await status(stranger, Authorization=f"Bearer {token}") == (200, "false")
    await login(stranger)
    assert await status(stranger) == (200, "true")


async def test_an_administrator_of_home_assistant_resets_a_forgotten_password(
    home: RestHome,
    password: str,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    owner, holder = await hass_client(), await hass_client_no_auth()
    assert await put(owner, "wrong", "new") == (400, "Invalid password\n")
    await login(holder)
    assert await put(holder, None, "new") == (400, "Invalid password\n")
    assert await put(owner, None, "new") == (202, "")
    assert await home.runtime.credentials.async_check("new")


async def test_a_password_that_would_be_lost_is_refused(
    home: RestHome, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Credentials, "problem", Problem.UNREADABLE)
    assert await put(client, "", PASSWORD) == (503, "password cannot be stored\n")
    assert not home.runtime.credentials.has_password


async def test_password_and_logins_survive_a_reload_and_a_restart_but_no_removal(
    hass: HomeAssistant, home: RestHome, stranger: Client, password: str, hass_storage: dict[str, Any]
) -> None:
    await login(stranger)
    assert await hass.config_entries.async_reload(home.entry.entry_id)
    await hass.async_block_till_done()
    assert await status(stranger) == (200, "true")
    restarted = Credentials(hass)
    await restarted.async_load()
    assert restarted.secret == home.runtime.credentials.secret
    assert KEY in hass_storage
    await hass.config_entries.async_unload(home.entry.entry_id)
    await async_remove_entry(hass, home.entry)
    assert KEY not in hass_storage


async def test_diagnostics_hold_nothing_of_it(
    hass: HomeAssistant, home: RestHome, stranger: Client, password: str
) -> None:
    token = token_of(await login(stranger))
    told = str(await async_get_config_entry_diagnostics(hass, home.entry))
    secret, hashed = home.runtime.credentials.secret, home.runtime.credentials._hash
    assert secret is not None
    assert hashed is not None
    for private in (secret, hashed.decode(), password, token):
        assert private not in told


# Status


async def test_status(
    home: RestHome,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    owner, stranger = await hass_client(), await hass_client_no_auth()
    guest = await hass_client(hass_read_only_access_token)
    assert await status(owner) == (200, "true")
    assert await status(guest) == await status(stranger) == (501, "Not implemented\n")
    await home.runtime.credentials.async_set_password(PASSWORD)
    assert await status(owner) == (200, "true")
    assert await status(guest) == await status(stranger) == (200, "false")
    answer = await stranger.get("/api/auth/status")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert (await answer.json(), answer.headers["Content-Length"]) == (False, "5")


# Guessing


@pytest.mark.parametrize("home_options", [CLOSED])
async def test_wrong_passwords_lead_to_home_assistants_ban(
    banning: None, home: RestHome, stranger: Client, password: str
) -> None:
    assert (await login(stranger, "wrong")).status == 401
    assert (await put(stranger, "wrong", "x"))[0] == 400
    assert (await login(stranger)).status == 200  # forgives
    stranger.session.cookie_jar.clear()
    for _ in range(THRESHOLD - 1):
        assert (await login(stranger, "wrong")).status == 401
        assert (await stranger.get("/api/health")).status == 401  # does not count
    assert (await put(stranger, "wrong", "x"))[0] == 400
    assert (await login(stranger)).status == 403
    assert (await stranger.get("/")).status == 403


@pytest.mark.parametrize("home_options", [CLOSED])
@pytest.mark.parametrize(
    ("headers", "counted"),
    [
        ({}, 0),
        ({"Cookie": "auth=garbage"}, 0),
        ({"Authorization": f"Bearer {forged({'sub': 'admin', 'exp': SOON - timedelta(days=2)})}"}, 0),
        ({"Authorization": f"Bearer {forged({'sub': 'admin', 'exp': SOON})}"}, 0),
        ({"Authorization": "Basic YTpi"}, 0),
        ({"Authorization": "Bearer garbage"}, 1),
        ({"Authorization": "Bearer evcc_012345678901234567890123456789"}, 1),
    ],
)
async def test_what_counts_for_the_ban(
    hass: HomeAssistant,
    banning: None,
    home: RestHome,
    stranger: Client,
    password: str,
    headers: dict[str, str],
    counted: int,
) -> None:
    assert (await stranger.get("/api/health", headers=headers)).status == 401
    assert sum(hass.http.app[KEY_FAILED_LOGIN_ATTEMPTS].values()) == counted


async def test_an_address_tries_ten_times_a_minute(
    home: RestHome, stranger: Client, password: str, freezer: FrozenDateTimeFactory
) -> None:
    answers = await asyncio.gather(*(login(stranger, str(i)) for i in range(attempts.LIMIT + 3)))
    assert sorted(a.status for a in answers) == [401] * attempts.LIMIT + [429] * 3
    assert (await login(stranger)).status == 429
    freezer.tick(attempts.WINDOW)
    assert (await login(stranger)).status == 200


def test_attempts_are_counted_by_who_is_behind_an_address() -> None:
    counted = Attempts()
    for _ in range(attempts.LIMIT):
        assert counted.begin("192.0.2.1", 0.0)
        assert counted.begin("2001:db8::1", 0.0)
    assert not counted.begin("::ffff:192.0.2.1", 1.0)
    assert not counted.begin("2001:db8::ffff:2", 1.0)
    assert counted.begin("192.0.2.2", 1.0)
    assert counted.begin("2001:db8:0:1::1", 1.0)
    assert counted.begin(None, 1.0)
    counted.succeed("192.0.2.1")
    assert counted.begin("192.0.2.1", 2.0)


def test_attempts_of_many_addresses_are_bounded() -> None:
    counted = Attempts()
    for _ in range(attempts.LIMIT):
        counted.begin("192.0.2.1", 0.0)
    for i in range(5 * attempts.ADDRESSES):
        counted.begin(f"10.0.{i // 250}.{i % 250}", 0.0)
        counted.begin("192.0.2.1", 0.0)  # goes on trying and is not forgotten for it
    assert len(counted._times) == attempts.ADDRESSES
    assert not counted.begin("192.0.2.1", 0.0)
