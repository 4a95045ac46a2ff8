"""Measure the integration inside a Home Assistant of this process; prints one line of JSON.

    python -m scripts.bench_home LOADPOINTS CYCLES

All devices are simulated, so nothing in a cycle waits: the time a cycle takes is time of the event loop.
"""

import asyncio
from contextlib import suppress
import ctypes
import gc
import json
from pathlib import Path
import statistics
import sys
import tempfile
from time import perf_counter
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.runner import RuntimeConfig
from scripts.hass_process import HassProcess, free_port

SPEED = 60
"""Virtual s a real one, so that every cycle finds other values and entities really change."""


def resident() -> float:
    """Return this process' memory in MB."""
    gc.collect()
    # What was freed but is still held by the allocator is no need of anybody's.
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def entry(loadpoints: int) -> ConfigEntry[Any]:
    """Return a demo home with that many loadpoints."""
    from custom_components.evcc.flows.demo import demo_subentries  # noqa: PLC0415

    parts: list[dict[str, Any]] = [dict(p) for p in demo_subentries("en")]
    sample = next(p for p in parts if p["subentry_type"] == "loadpoint")
    parts = [p for p in parts if p["subentry_type"] != "loadpoint"]
    for number in range(1, loadpoints + 1):
        data = {**sample["data"], "number": number}
        parts.append({**sample, "title": f"Garage {number}", "unique_id": None, "data": data})
    return ConfigEntry(
        version=1,
        minor_version=1,
        domain="evcc",
        title="Bench",
        data={"demo": True, "speed": SPEED},
        options={},
        source=SOURCE_USER,
        unique_id=None,
        discovery_keys=MappingProxyType({}),
        subentries_data=parts,  # type: ignore[arg-type]
    )


async def measure(config: Path, loadpoints: int, cycles: int) -> dict[str, float]:
    """Start Home Assistant, add the entry, run the cycles."""
    hass = await bootstrap.async_setup_hass(RuntimeConfig(config_dir=str(config), skip_pip=True))
    if not isinstance(hass, HomeAssistant):
        raise SystemExit("Home Assistant did not start")
    await hass.async_start()
    await hass.async_block_till_done()
    before = resident()
    added = entry(loadpoints)
    begin = perf_counter()
    await hass.config_entries.async_add(added)
    setup = perf_counter() - begin
    await hass.async_block_till_done()
    times = []
    for _ in range(cycles):
        begin = perf_counter()
        await added.runtime_data.runner.async_wake()
        times.append((perf_counter() - begin) * 1000)
        await asyncio.sleep(0.02)
    memory = resident() - before
    entities = er.async_entries_for_config_entry(er.async_get(hass), added.entry_id)
    await hass.async_stop()
    cuts = statistics.quantiles(times, n=100)
    return {
        "median": statistics.median(times),
        "p95": cuts[94],
        "p99": cuts[98],
        "setup": setup,
        "memory": memory,
        "entities": len(entities),
        "enabled": sum(e.disabled_by is None for e in entities),
    }


def main() -> None:
    """Measure in a temporary configuration folder."""
    with tempfile.TemporaryDirectory(prefix="evcc-bench-", ignore_cleanup_errors=True) as folder:
        config = Path(folder)
        HassProcess(config, free_port()).seed()
        figures = asyncio.run(measure(config, int(sys.argv[1]), int(sys.argv[2])))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
