"""What makes a request one of the local network: addresses, names, and traces of what is between."""

from collections.abc import Mapping
from ipaddress import ip_network
from unittest.mock import Mock, patch

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
import pytest

from custom_components.evcc.rest.local import is_foreign, is_local
from homeassistant.core import HomeAssistant

HOST = "192.168.1.2:8123"


@pytest.fixture(autouse=True)
def proxies(hass: HomeAssistant) -> None:
    hass.http = Mock(trusted_proxies=[ip_network("192.168.1.250/32")])


def request(
    headers: Mapping[str, str], remote: str | None = "192.168.1.5", peer: str | None = None
) -> web.Request:
    transport = Mock()
    address = peer or remote
    transport.get_extra_info = lambda name, default=None: (
        (address, 40000) if name == "peername" and address else default
    )
    made = make_mocked_request("GET", "/api/state", headers=headers, transport=transport)
    return made.clone(remote=remote) if remote else made


@pytest.mark.parametrize(
    ("remote", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.1", True),
        ("172.31.0.1", True),
        ("172.32.0.1", False),
        ("192.168.1.5", True),
        ("169.254.1.1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::ffff:192.168.1.5", True),
        ("::ffff:192.168.1.250", False),
        ("192.168.1.250", False),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("nonsense", False),
        (None, False),
    ],
)
def test_addresses(hass: HomeAssistant, remote: str | None, local: bool) -> None:
    assert is_local(hass, request({"Host": HOST}, remote)) is local


def test_the_supervisor_stands_for_others(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISOR", "172.30.32.2:80")
    assert not is_local(hass, request({"Host": HOST}, "172.30.32.2"))
    assert is_local(hass, request({"Host": HOST}, "172.30.32.3"))


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("192.168.1.2:7070", True),
        ("[fd00::2]:7070", True),
        ("203.0.113.5", True),  # an address cannot be made to mean another
        ("localhost:7070", True),
        ("homeassistant", True),
        ("homeassistant.local:8123", True),
        ("HA.Fritz.Box", True),
        ("ha.home.arpa.", True),
        ("inside.example.com", True),
        ("inside.example.com:80", True),
        ("outside.example.com", False),
        ("evil.box", False),
        ("fritz.box.evil.com", False),
        ("192.168.1.2.evil.com", False),
        ("evillocal.com", False),
        ("", False),
        (":8123", False),
        ("[", False),
    ],
)
def test_names(hass: HomeAssistant, host: str, local: bool) -> None:
    hass.config.internal_url = "http://Inside.example.com:8123"
    hass.config.external_url = "https://outside.example.com"
    assert is_local(hass, request({"Host": host})) is local


def test_who_names_no_host_is_no_browser(hass: HomeAssistant) -> None:
    with patch("socket.getfqdn", side_effect=AssertionError):
        assert is_local(hass, request({}))


@pytest.mark.parametrize(
    ("headers", "peer", "local"),
    [
        ({"X-Forwarded-For": "192.168.1.5"}, "192.168.1.250", True),  # Home Assistant has read it
        ({"X-Forwarded-For": "192.168.1.5", "Via": "1.1 x"}, "192.168.1.250", True),
        ({"X-Forwarded-For": "203.0.113.5"}, None, False),
        ({"X-Forwarded-For": ""}, None, False),
        ({"Forwarded": "for=203.0.113.5"}, None, False),
        ({"X-Real-IP": "203.0.113.5"}, None, False),
        ({"X-Forwarded-Proto": "https"}, None, False),
        ({"X-Forwarded-Host": "ha.example.com"}, None, False),
        ({"CF-Connecting-IP": "203.0.113.5"}, None, False),
        ({"X-Forwarded-Port": "443"}, None, False),
        ({"True-Client-IP": "203.0.113.5"}, None, False),
        ({"Via": "1.1 proxy"}, None, False),
        ({"X-Hass-Source": "core.ingress"}, None, False),
    ],
)
def test_what_was_passed_on(
    hass: HomeAssistant, headers: Mapping[str, str], peer: str | None, local: bool
) -> None:
    assert is_local(hass, request({"Host": HOST, **headers}, peer=peer)) is local


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"Origin": f"http://{HOST}"}, False),
        ({"Origin": "http://192.168.1.2"}, True),
        ({"Origin": "http://192.168.1.2:3000"}, True),
        ({"Origin": "https://HA.example.com"}, False),
        ({"Origin": "http://inside.lan:8123"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
        ({"Origin": "http://["}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
    ],
)
def test_pages(hass: HomeAssistant, headers: Mapping[str, str], foreign: bool) -> None:
    hass.config.internal_url = "http://inside.lan:8123"
    hass.config.external_url = "https://ha.example.com"
    assert is_foreign(hass, request({"Host": HOST, **headers})) is foreign
