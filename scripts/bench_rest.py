"""Measure the REST API inside a Home Assistant of this process; prints one line of JSON.

    python -m scripts.bench_rest LOADPOINTS SECONDS

Requests come from a process of its own. The event loop is watched by a task that wants to wake up every few
milliseconds. What is to be compared with is a view of Home Assistant that does nothing but return as many bytes.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
import json
from pathlib import Path
import statistics
import sys
import tempfile
from time import perf_counter
from typing import Any, Final

from aiohttp import web

from homeassistant import bootstrap
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.auth.models import TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN
from homeassistant.components.http import HomeAssistantView
from homeassistant.core import HomeAssistant
from homeassistant.runner import RuntimeConfig
from scripts.bench_home import entry, resident
from scripts.hass_process import HassProcess, free_port

CONNECTIONS: Final = 8
ROUNDS: Final = 3
"""Times that everything is measured, in turns: the machine is not the same all the time."""
MANY: Final = 10_000
"""Requests between two looks at the memory."""
PROBE: Final = 0.005  # s
CONSTANT: Final = "/api/evcc_bench_constant"

_GZIP: Final = "Accept-Encoding: gzip"
_REQUESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "constant": ("GET", CONSTANT),
    "state": ("GET", "/api/state"),
    "state, gzip": ("GET", "/api/state", _GZIP),
    "mode": ("POST", "/api/loadpoints/1/mode/pv"),
}


class ConstantView(HomeAssistantView):
    """Returns the same bytes every time."""

    url = CONSTANT
    name = "api:evcc_bench_constant"

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def get(self, request: web.Request) -> web.Response:
        """Return the bytes."""
        return web.Response(body=self._body, content_type="application/json")


@dataclass(slots=True)
class Server:
    """A Home Assistant at work and the token of a user."""

    hass: HomeAssistant
    port: int
    token: str

    async def load(self, seconds: float, method: str, path: str, *headers: str) -> dict[str, float]:
        """Let another process send this request for some seconds; return its figures and the loop's delays."""
        delays: list[float] = []
        probe = asyncio.create_task(_watch(delays))
        arguments = (str(self.port), self.token, method, path, str(CONNECTIONS), str(seconds), *headers)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scripts.bench_load", *arguments, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        probe.cancel()
        with suppress(asyncio.CancelledError):
            await probe
        if process.returncode:
            raise SystemExit(f"{method} {path} cannot be measured")
        figures: dict[str, float] = json.loads(out)
        cuts = statistics.quantiles(delays, n=100)
        return {**figures, "delay50": cuts[49], "delay99": cuts[98], "delay": max(delays)}


async def _watch(delays: list[float]) -> None:
    """Note how many ms later than asked for the event loop comes back."""
    while True:
        begin = perf_counter()
        await asyncio.sleep(PROBE)
        delays.append((perf_counter() - begin - PROBE) * 1000)


async def _token(hass: HomeAssistant) -> str:
    user = await hass.auth.async_create_user("bench", group_ids=[GROUP_ID_ADMIN])
    refresh = await hass.auth.async_create_refresh_token(
        user,
        client_name="bench",
        token_type=TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN,
        access_token_expiration=timedelta(days=1),
    )
    return hass.auth.async_create_access_token(refresh)


async def measure(config: Path, port: int, loadpoints: int, seconds: float) -> dict[str, Any]:
    """Start Home Assistant with a demo home, send requests, return the medians of all rounds."""
    hass = await bootstrap.async_setup_hass(RuntimeConfig(config_dir=str(config), skip_pip=True))
    if not isinstance(hass, HomeAssistant):
        raise SystemExit("Home Assistant did not start")
    await hass.async_start()
    await hass.config_entries.async_add(entry(loadpoints))
    await hass.async_block_till_done()
    server = Server(hass, port, await _token(hass))
    size = await _size(server)
    hass.http.register_view(ConstantView(b"x" * size))
    for request in _REQUESTS.values():
        await server.load(0.5, *request)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in _REQUESTS}
    for _ in range(ROUNDS):
        for name, request in _REQUESTS.items():
            found[name].append(await server.load(seconds, *request))
    memory = await _memory(server, seconds)
    await hass.async_stop()
    medians = {
        name: {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
        for name, rounds in found.items()
    }
    ratios = [s["rate"] / c["rate"] for s, c in zip(found["state"], found["constant"], strict=True)]
    return {"size": size, "ratio": statistics.median(ratios), "memory": memory, "requests": medians}


async def _size(server: Server) -> int:
    """Return how long the state is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"GET /api/state HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.read(-1)
    writer.close()
    return len(answer.partition(b"\r\n\r\n")[2])


async def _memory(server: Server, seconds: float) -> dict[str, float]:
    """Return MB before and after as many requests as there have to be."""
    before, sent = resident(), 0.0
    while sent < MANY:
        sent += (await server.load(seconds, *_REQUESTS["state"]))["count"]
    return {"before": before, "after": resident(), "count": sent}


def main() -> None:
    """Measure in a temporary configuration folder."""
    with tempfile.TemporaryDirectory(prefix="evcc-bench-", ignore_cleanup_errors=True) as folder:
        config, port = Path(folder), free_port()
        HassProcess(config, port).seed()
        figures = asyncio.run(measure(config, port, int(sys.argv[1]), float(sys.argv[2])))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
