"""The API against clients that are broken, slow, many or hostile, in a real Home Assistant.

Each test ends with the same question: does the house still get its control, and others their answers?
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
import contextlib
import json
from pathlib import Path
import re
import select
import socket
import time
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from scripts.hass_process import HOST, HassProcess

MEGABYTE = 1024 * 1024
HUGE = 50 * MEGABYTE
SECONDS = 30  # after which an answer does not come any more


def token(hass: HassProcess) -> str:
    return f"Authorization: Bearer {hass.client.token}\r\n"


def connect(hass: HassProcess) -> socket.socket:
    return socket.create_connection((HOST, hass.client.port), timeout=SECONDS)


def exchange(hass: HassProcess, data: bytes) -> bytes:
    """Send bytes as they are; return all that comes until the server closes, or has nothing more to say."""
    with connect(hass) as connection:
        # it need not read on once it has refused
        with contextlib.suppress(ConnectionError, TimeoutError):
            connection.sendall(data)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    found = bytearray()
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(MEGABYTE):
            found += part
    return bytes(found)


def head(hass: HassProcess, line: str, *headers: str) -> bytes:
    """Return the head of a request of a user of Home Assistant, after whose answer the connection ends."""
    more = "".join(f"{header}\r\n" for header in headers)
    return f"{line}\r\nHost: {HOST}\r\nConnection: close\r\n{token(hass)}{more}\r\n".encode()


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of all answers in what a connection brought."""
    return [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3}) ", answer, re.MULTILINE)]


def health(hass: HassProcess) -> int:
    return statuses(exchange(hass, head(hass, "GET /api/health HTTP/1.1")))[0]


def last_cycle(hass: HassProcess) -> str:
    """Return when the site has told its power last: it does so in each cycle that changes it."""
    ours = hass.client.states()
    states = hass.client.request("GET", "/api/states")
    return max(str(state["last_reported"]) for state in states if state["entity_id"] in ours)


def memory(hass: HassProcess) -> int:
    """Return the bytes that Home Assistant has in memory."""
    assert hass._process is not None  # noqa: SLF001
    status = Path(f"/proc/{hass._process.pid}/status")  # noqa: SLF001
    if not status.exists():
        pytest.skip("no /proc here")
    found = re.search(r"VmRSS:\s*(\d+) kB", status.read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


@pytest.fixture(autouse=True)
def unharmed(hass: HassProcess) -> Generator[None]:
    """Check after each test that the site is well, and that nobody has failed."""
    before = hass.console.stat().st_size
    yield
    assert health(hass) == 200
    with hass.console.open("rb") as console:
        console.seek(before)
        log = console.read().decode(errors="replace")
    # Home Assistant's web server reports what is no HTTP, with a traceback
    errors = [line for line in log.splitlines() if " ERROR " in line and "[aiohttp.server]" not in line]
    assert errors == []
    assert "custom_components/evcc" not in log


def in_loop[T](work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run in a loop of its own, in a thread: other tests hold a running one in this."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work()).result()


def assert_harmless(answer: bytes) -> None:
    """Check that an answer is no failure of the server, and tells nothing of its inside."""
    assert all(status < 500 for status in statuses(answer)), answer[:500]
    assert b"Traceback" not in answer
    assert b"site-packages" not in answer


BODIES = [
    ("POST", "/api/loadpoints/1/mode/pv"),
    ("POST", "/api/auth/login"),
    ("PUT", "/api/auth/password"),
    ("POST", "/api/vehicles/{vehicle}/plan/repeating"),
    ("PUT", "/api/session/1"),
    ("GET", "/api/state"),
]


def a_vehicle(hass: HassProcess) -> str:
    vehicles = hass.client.request("GET", "/api/state?envelope=0")["vehicles"]
    return quote(next(iter(vehicles)))


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_huge_body_is_not_kept(hass: HassProcess, method: str, path: str, chunked: bool) -> None:
    start = f"{method} {path.format(vehicle=a_vehicle(hass))} HTTP/1.1"
    if chunked:
        part = f"{MEGABYTE:x}\r\n".encode() + b" " * MEGABYTE + b"\r\n"
        request = head(hass, start, "Transfer-Encoding: chunked") + part * 50 + b"0\r\n\r\n"
    else:
        request = head(hass, start, f"Content-Length: {HUGE}") + b" " * HUGE
    before = memory(hass)
    answer = exchange(hass, request)
    assert memory(hass) - before < HUGE / 2
    assert_harmless(answer)


@pytest.mark.parametrize(
    ("method", "path"), [body for body in BODIES if "auth" in body[1] or "repeating" in body[1]]
)
def test_a_body_that_is_too_long_is_refused_by_its_length(hass: HassProcess, method: str, path: str) -> None:
    start = f"{method} {path.format(vehicle=a_vehicle(hass))} HTTP/1.1"
    with connect(hass) as connection:
        connection.sendall(head(hass, start, f"Content-Length: {HUGE}"))
        answer = connection.recv(10_000)
    assert statuses(answer) == [413]
    assert b"body too large" in answer


WELL = "GET /api/health HTTP/1.1"
LONG = "x" * 100_000
# the line and more headers of a request, and what may be answered; no status: the connection is just closed
ODD: dict[str, tuple[str, list[str], set[int]]] = {
    "long-path": (f"GET /api/{LONG} HTTP/1.1", [], {400, 404, 414}),
    "long-path-of-ours": (f"GET /api/state/{LONG} HTTP/1.1", [], {400, 404, 414}),
    "long-number": (f"POST /api/prioritysoc/{'9' * 5000} HTTP/1.1", [], {400, 404}),
    "long-query": (f"GET /api/state?jq={LONG} HTTP/1.1", [], {400, 414}),
    "many-queries": (f"GET /api/state?{'a=1&' * 1500} HTTP/1.1", [], {200, 400, 414}),
    "bad-percent": ("GET /api/state/%zz HTTP/1.1", [], {400, 404}),
    "bad-percent-in-query": ("GET /api/state?jq=%zz HTTP/1.1", [], {200, 400}),
    "nul": ("GET /api/state%00 HTTP/1.1", [], {400, 404}),
    "nul-in-query": ("GET /api/state?jq=.%00 HTTP/1.1", [], {400}),
    "nul-in-value": ("POST /api/loadpoints/1/mode/pv%00 HTTP/1.1", [], {400, 404}),
    "newline-in-value": ("POST /api/loadpoints/1/mode/pv%0a HTTP/1.1", [], {400, 404}),
    "up": ("GET /api/../config/secrets.yaml HTTP/1.1", [], {400, 404}),
    "up-encoded": ("GET /api/state/%2e%2e%2fsecrets.yaml HTTP/1.1", [], {400, 404}),
    "up-and-back": ("GET /api/state/../health HTTP/1.1", [], {200, 400, 404}),
    "overlong": ("GET /api/state/%c0%ae%c0%ae/x HTTP/1.1", [], {400, 404}),
    "no-utf8": ("GET /api/state/%ff%fe HTTP/1.1", [], {400, 404}),
    "no-utf8-in-query": ("GET /api/state?jq=%22%ff%22 HTTP/1.1", [], {200, 400}),
    "raw-bytes": ("GET /api/state/\udcff HTTP/1.1", [], {400, 404}),
    "two-slashes": ("GET //api//state HTTP/1.1", [], {301, 400, 404}),
    "dot": ("GET /api/./state HTTP/1.1", [], {200, 400, 404}),
    "slash-at-end": ("GET /api/health/ HTTP/1.1", [], {200, 301}),
    "two-slashes-at-end": ("GET /api/health// HTTP/1.1", [], {301, 404}),
    "absolute": (f"GET http://{HOST}/api/health HTTP/1.1", [], {200, 400, 404}),
    "absolute-of-others": ("GET http://example.com/api/health HTTP/1.1", [], {200, 400, 404}),
    "authority": ("CONNECT example.com:443 HTTP/1.1", [], {400, 403, 404, 405}),
    "asterisk": ("OPTIONS * HTTP/1.1", [], {400, 403, 404, 405}),
    "empty-path": ("GET  HTTP/1.1", [], {400}),
    "http-1.0": ("GET /api/health HTTP/1.0", [], {200}),
    "http-0.9": ("GET /api/health", [], {400}),
    "http-9.9": ("GET /api/health HTTP/9.9", [], {200, 400, 505}),
    "brew": ("BREW /api/health HTTP/1.1", [], {400, 405}),
    "trace": ("TRACE /api/health HTTP/1.1", [], {400, 405}),
    "head": ("HEAD /api/health HTTP/1.1", [], {405}),
    "lower-case": ("get /api/health HTTP/1.1", [], {200, 400, 405}),
    "strange-method": ("G@T /api/health HTTP/1.1", [], {400, 405}),
    "long-method": (f"{'G' * 9000} /api/health HTTP/1.1", [], {400, 405}),
    "many-headers": (WELL, [f"X-{n}: {n}" for n in range(5000)], {400, 431}),
    "long-header": (WELL, [f"X-Long: {LONG}"], {400, 431}),
    "header-without-colon": (WELL, ["what"], {400}),
    "header-with-nul": (WELL, ["X-Nul: a\0b"], {400}),
    "two-lengths": (WELL, ["Content-Length: 0", "Content-Length: 5"], {400}),
    "same-length-twice": (WELL, ["Content-Length: 0", "Content-Length: 0"], {200, 400}),
    "negative-length": (WELL, ["Content-Length: -5"], {400}),
    "length-and-chunks": (WELL, ["Content-Length: 0", "Transfer-Encoding: chunked"], {400}),
    "unknown-coding": (WELL, ["Transfer-Encoding: tea"], {200, 400, 501}),
    "unknown-compression": (WELL, ["Accept-Encoding: br;q=x, *;;=,gzip;q=-1"], {200}),
    "unknown-version": (WELL, ["X-Evcc-Api: 99999999999999999999"], {200}),
    "envelope": ("GET /api/health?envelope=%00&envelope=2 HTTP/1.1", [], {200}),
    "expectation-of-others": (WELL, ["Expect: tea"], {400, 417}),
    "two-hosts": (WELL, ["Host: example.com"], {200, 400}),
    "odd-token": (WELL, ["Authorization: Bearer \x7f"], {200, 400, 401}),
    "odd-cookie": (WELL, ['Cookie: auth="; ;=;\\'], {200, 400}),
    "odd-range": (WELL, ["Range: bytes=5-1"], {200}),
    "upgrade": (WELL, ["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"], {200, 400}),
}


@pytest.mark.parametrize(("line", "headers", "wanted"), ODD.values(), ids=ODD.keys())
def test_an_odd_request_gets_an_answer(
    hass: HassProcess, line: str, headers: list[str], wanted: set[int]
) -> None:
    more = "".join(f"{header}\r\n" for header in headers)
    text = f"{line}\r\nHost: {HOST}\r\nConnection: close\r\n{token(hass)}{more}\r\n"
    answer = exchange(hass, text.encode(errors="surrogateescape"))
    assert_harmless(answer)
    assert statuses(answer)[:1] == [] or statuses(answer)[0] in wanted, answer[:300]


def test_a_write_without_a_body_may_come_with_chunks(hass: HassProcess) -> None:
    request = head(hass, "POST /api/loadpoints/1/mode/pv HTTP/1.1", "Transfer-Encoding: chunked")
    assert statuses(exchange(hass, request + b"3\r\n{}\n\r\n0\r\n\r\n")) == [200]


def test_broken_chunks_end_the_connection(hass: HassProcess) -> None:
    path = f"POST /api/vehicles/{a_vehicle(hass)}/plan/repeating HTTP/1.1"
    answer = exchange(hass, head(hass, path, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n")
    assert_harmless(answer)


def test_a_client_may_ask_before_it_sends_its_body(hass: HassProcess) -> None:
    path = "POST /api/auth/login HTTP/1.1"
    request = head(hass, path, "Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue")
    with connect(hass) as connection:
        connection.sendall(request)
        first = connection.recv(1000)
        assert statuses(first)[0] in (100, 400, 401)
        if statuses(first) == [100]:
            connection.sendall(b"{}")
            assert_harmless(read_all(connection))


def test_requests_in_a_row_are_answered_in_their_order(hass: HassProcess) -> None:
    texts = {".loadpoints|length": 200, "empty": 400}
    row = b"".join(
        f"GET /api/state?jq={quote(program)} HTTP/1.1\r\nHost: {HOST}\r\n{token(hass)}\r\n".encode()
        for program in list(texts) * 50
    )
    answer = exchange(hass, row + head(hass, "GET /api/health HTTP/1.1"))
    assert statuses(answer) == [*list(texts.values()) * 50, 200]


def test_a_thousand_clients_read_the_state_at_once(hass: HassProcess) -> None:
    async def crowd() -> list[int]:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            headers={"Authorization": f"Bearer {hass.client.token}"},
        ) as session:

            async def ask() -> int:
                async with session.get(f"{hass.client.url}/api/state") as response:
                    await response.json()
                    return response.status

            return await asyncio.gather(*(ask() for _ in range(1000)))

    assert set(in_loop(crowd)) == {200}


def test_slow_writers_keep_nobody_from_an_answer(hass: HassProcess) -> None:
    slow = [connect(hass) for _ in range(100)]
    for letter in head(hass, "GET /api/state HTTP/1.1")[:5]:
        for connection in slow:
            connection.send(bytes([letter]))
        assert health(hass) == 200
        time.sleep(0.5)
    for connection in slow:
        connection.close()


@pytest.mark.parametrize("path", ["/api/sessions?format=csv", "/api/state"])
def test_slow_readers_keep_nobody_from_an_answer(hass: HassProcess, path: str) -> None:
    row = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{token(hass)}\r\n".encode() * 100
    slow = [connect(hass) for _ in range(20)]
    before = memory(hass)
    for connection in slow:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(row)
    for _ in range(4):
        for connection in slow:
            assert len(connection.recv(1)) == 1
        assert health(hass) == 200
        time.sleep(0.5)
    assert memory(hass) - before < 50 * MEGABYTE
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/api/sessions?format=csv", "/api/state", "/api/state?jq=last(range(1e12))"]
)
def test_clients_may_go_away_in_the_middle_of_an_answer(hass: HassProcess, path: str) -> None:
    for _ in range(20):
        with connect(hass) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # by a reset
            connection.sendall(head(hass, f"GET {path} HTTP/1.1"))
            if "jq" not in path:
                connection.recv(1)


HOSTILE = ["def f: f; f", "[limit(1e9; repeat(1))]", "def f: [f]; f", '"x" * 300000000', "[range(1e9)]"]


def test_others_are_answered_while_filters_run_wild(hass: HassProcess) -> None:
    waiting = []
    before = memory(hass)
    for program in HOSTILE:
        connection = connect(hass)
        connection.sendall(head(hass, f"GET /api/state?jq={quote(program)} HTTP/1.1"))
        waiting.append(connection)
    answered = 0
    while not select.select(waiting[-1:], [], [], 0.05)[0]:  # the last filter has not had its turn
        assert health(hass) == 200
        answered += 1
    assert answered > 0
    assert memory(hass) - before < 50 * MEGABYTE
    for connection in waiting:
        answer = read_all(connection)
        connection.close()
        assert statuses(answer) == [400]
        assert "jq: query failed" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert statuses(exchange(hass, head(hass, "GET /api/state?jq=.loadpoints HTTP/1.1"))) == [200]


def test_the_control_of_the_house_goes_on(hass: HassProcess) -> None:
    cycle = last_cycle(hass)
    hass.wait_until("another cycle", lambda: last_cycle(hass) > cycle, 90)
