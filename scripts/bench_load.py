"""Send one request over and over on some kept-alive connections; prints one line of JSON.

    python -m scripts.bench_load PORT TOKEN METHOD PATH CONNECTIONS SECONDS [HEADER]

Written on bare transports, so that it is the server that is measured: it only looks for the length of an answer.
"""

import asyncio
import json
import statistics
import sys
from time import perf_counter
from typing import Final, override

from scripts.hass_process import HOST

_LENGTH: Final = b"Content-Length: "


class Connection(asyncio.Protocol):
    """Sends the next request when the answer to the one before is complete."""

    def __init__(self, request: bytes, until: float, times: list[float]) -> None:
        self._request = request
        self._until = until
        self._times = times
        self._received = bytearray()
        self._wanted = 0  # bytes of the answer, 0: not known yet
        self._sent = 0.0
        self._transport: asyncio.WriteTransport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - for the type
        self._transport = transport
        self._send()

    def _send(self) -> None:
        if self._transport is None:
            return
        self._sent = perf_counter()
        if self._sent >= self._until:
            self._transport.close()
            return
        self._transport.write(self._request)

    @override
    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._wanted:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            if not received.startswith(b"HTTP/1.1 200 "):
                self._fail(bytes(received[:end]).decode())
                return
            at = received.find(_LENGTH, 0, end) + len(_LENGTH)
            self._wanted = end + 4 + int(received[at : received.find(b"\r\n", at)])
        if len(received) >= self._wanted:
            self._times.append(perf_counter() - self._sent)
            received.clear()
            self._wanted = 0
            self._send()

    def _fail(self, answer: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(answer))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(port: int, request: bytes, connections: int, seconds: float) -> list[float]:
    """Return how long each answer took, in s."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    until = perf_counter() + seconds
    opened = [
        (await loop.create_connection(lambda: Connection(request, until, times), HOST, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
    return times


def main() -> None:
    """Send, and print how many requests a second there were and how long they took."""
    port, token, method, path, connections, seconds, *headers = sys.argv[1:]
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", f"Authorization: Bearer {token}", *headers]
    if method != "GET":
        lines.append("Content-Length: 0")
    request = "\r\n".join([*lines, "", ""]).encode()
    begin = perf_counter()
    times = asyncio.run(run(int(port), request, int(connections), float(seconds)))
    rate = len(times) / (perf_counter() - begin)
    cuts = statistics.quantiles(times, n=100)
    print(json.dumps({"count": len(times), "rate": rate, "p50": cuts[49] * 1000, "p99": cuts[98] * 1000}))


if __name__ == "__main__":
    main()
