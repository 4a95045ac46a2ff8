"""Who may do what: a table of callers and operations, against Home Assistant's own web server."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from aiohttp import web
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evcc.rest import answers, table, tokens
from custom_components.evcc.rest.call import Call
from custom_components.evcc.rest.route import Route
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .home import RestHome

READ = ("GET", "/health/read")
WRITE = ("POST", "/health/write")
PROTECTED = ("GET", "/health/protected")
OPEN = ("POST", "/health/open")
NOWHERE = ("GET", "/health/nowhere")
OTHER_METHOD = ("PATCH", "/health/write")

OPERATIONS = (READ, WRITE, PROTECTED, OPEN, NOWHERE, OTHER_METHOD)

ALL = (200, 200, 200, 200, 404, 405)
NONE = (401, 401, 401, 200, 401, 401)
AS_ORIGINAL = (200, 200, 401, 200, 404, 405)

NEAR = {"X-Forwarded-For": "192.168.1.5"}
FAR = {"X-Forwarded-For": "203.0.113.5"}
ELSEWHERE = {"Origin": "https://evil.example"}
CLOSED_OPTION = {"open_local": False}
OPEN_OPTION = {"open_local": True}


async def _done(_call: Call) -> web.StreamResponse:
    return answers.text("done")


def _route(method: str, path: str, **more: Any) -> Route:
    return Route(method=method, path=path, handle=_done, tag="", summary="", answer="", **more)


@pytest.fixture(autouse=True)
def operations(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = (_route(*READ), _route(*WRITE), _route(*PROTECTED, protected=True), _route(*OPEN, open=True))
    for route in routes:
        monkeypatch.setitem(table._FIXED, route.path, {route.method: route})


@pytest.fixture
async def proxied(hass: HomeAssistant) -> None:
    """Let the address of a caller be what the tests' client says; ask for it before the home."""
    http = {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}
    assert await async_setup_component(hass, "http", {"http": http})


@pytest.fixture
async def secret(home: RestHome) -> str:
    await home.runtime.credentials.async_set_password("passWord1234!")
    found = home.runtime.credentials.secret
    assert found is not None
    return found


@pytest.fixture
async def user_token(hass: HomeAssistant, hass_access_token: str) -> str:
    # not the first user, who would be the owner
    user = await hass.auth.async_create_user("Somebody", group_ids=[GROUP_ID_USER])
    refresh = await hass.auth.async_create_refresh_token(user, "https://example.com")
    return hass.auth.async_create_access_token(refresh)


type Ask = Callable[[Mapping[str, str]], Awaitable[tuple[int, ...]]]


@pytest.fixture
async def ask(proxied: None, home: RestHome, secret: str, hass_client_no_auth: ClientSessionGenerator) -> Ask:
    """Return what asks for all operations and returns their statuses."""
    client = await hass_client_no_auth()

    async def statuses(headers: Mapping[str, str]) -> tuple[int, ...]:
        found = []
        for method, path in OPERATIONS:
            answer = await client.request(method, f"/api{path}", headers={**FAR, **headers})
            found.append(answer.status)
            if answer.status in (401, 403):
                text = {401: "Unauthorized\n", 403: "Forbidden\n"}[answer.status]
                assert (answer.content_type, await answer.text()) == ("text/plain", text)
        return tuple(found)

    return statuses


def token(secret: str) -> str:
    return tokens.issue(secret, dt_util.utcnow() + tokens.LIFETIME)


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def cookie(value: str) -> dict[str, str]:
    return {"Cookie": f"auth={value}"}


@pytest.mark.parametrize("home_options", [CLOSED_OPTION, OPEN_OPTION])
async def test_users_and_holders_of_the_password(
    ask: Ask,
    secret: str,
    hass_access_token: str,
    hass_read_only_access_token: str,
    user_token: str,
) -> None:
    own = token(secret)
    expected: Iterable[tuple[str, Mapping[str, str], tuple[int, ...]]] = (
        ("stranger", {}, NONE),
        ("administrator", bearer(hass_access_token), ALL),
        ("user", bearer(user_token), (200, 200, 403, 200, 404, 405)),
        ("guest", bearer(hass_read_only_access_token), (200, 403, 403, 200, 404, 405)),
        ("guest at home", bearer(hass_read_only_access_token) | NEAR, (200, 403, 403, 200, 404, 405)),
        ("cookie", cookie(own), ALL),
        ("token", bearer(own), ALL),
        ("token in small letters", {"Authorization": f"bearer {own}"}, ALL),
        ("cookie of a page elsewhere", cookie(own) | ELSEWHERE, NONE),
        ("cookie of no page at all", cookie(own) | {"Origin": "null"}, NONE),
        ("cookie after a link", cookie(own) | {"Sec-Fetch-Site": "cross-site"}, NONE),
        ("token of a page elsewhere", bearer(own) | ELSEWHERE, ALL),
        ("administrator of a page elsewhere", bearer(hass_access_token) | ELSEWHERE, ALL),
        ("cookie beside a bad token", bearer("garbage") | cookie(own), ALL),
        ("garbage", bearer("garbage"), NONE),
        ("forged", cookie(token("0" * 64)), NONE),
    )
    for who, headers, statuses in expected:
        assert (who, await ask(headers)) == (who, statuses)


NEIGHBOURS: tuple[tuple[str, Mapping[str, str], bool], ...] = (
    ("private", NEAR, True),
    ("unique local", {"X-Forwarded-For": "fd12::5"}, True),
    ("link-local", {"X-Forwarded-For": "fe80::5"}, True),
    ("wrapped", {"X-Forwarded-For": "::ffff:10.1.2.3"}, True),
    ("outside", FAR, False),
    ("outside, wrapped", {"X-Forwarded-For": "::ffff:203.0.113.5"}, False),
    ("outside, who says he was inside", {"X-Forwarded-For": "192.168.1.5, 203.0.113.5"}, False),
    ("the proxy itself", {"X-Forwarded-For": "127.0.0.1"}, False),
    ("a page of elsewhere", NEAR | ELSEWHERE, False),
    ("a page of a sandbox", NEAR | {"Origin": "null"}, False),
    ("a link from elsewhere", NEAR | {"Sec-Fetch-Site": "cross-site"}, False),
    ("a name that leads here", NEAR | {"Host": "evil.example"}, False),
    ("a page under a name that leads here", NEAR | {"Host": "evil.example"} | ELSEWHERE, False),
    ("a name of the home", NEAR | {"Host": "homeassistant.local:8123"}, True),
    ("a page of ours", NEAR | {"Host": "ha.lan:8123", "Origin": "http://ha.lan:8123"}, True),
    ("ingress", NEAR | {"X-Ingress-Path": "/api/hassio_ingress/x"}, False),
)


@pytest.mark.parametrize("home_options", [OPEN_OPTION])
async def test_the_local_network_if_it_was_opened(hass: HomeAssistant, ask: Ask) -> None:
    for who, headers, near in NEIGHBOURS:
        assert (who, await ask(headers)) == (who, AS_ORIGINAL if near else NONE)
    with patch("custom_components.evcc.rest.local.is_cloud_connection", return_value=True):
        assert await ask(NEAR) == NONE


@pytest.mark.parametrize("home_options", [CLOSED_OPTION, {"open_local": None}])
async def test_the_local_network_if_it_was_not_opened(ask: Ask) -> None:
    for who, headers, _ in NEIGHBOURS:
        assert (who, await ask(headers)) == (who, NONE)


async def test_a_signed_path_opens_itself_only(
    hass: HomeAssistant, ask: Ask, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    signed = async_sign_path(hass, f"/api{READ[1]}", timedelta(minutes=1), use_content_user=True)
    assert (await client.get(signed, headers=FAR)).status == 200
    assert (await client.get(signed.replace("read", "protected"), headers=FAR)).status == 401


async def test_a_user_who_is_removed_is_a_stranger(hass: HomeAssistant, ask: Ask, user_token: str) -> None:
    assert (await ask(bearer(user_token)))[0] == 200
    user = next(u for u in await hass.auth.async_get_users() if u.name == "Somebody")
    await hass.auth.async_remove_user(user)
    assert await ask(bearer(user_token)) == NONE
