"""Print what the coordinator costs on this machine; nothing here is asserted, everything is measured.

    scripts/bench [--quick]

Simulated: whole cycles on the virtual plant, decision and plant together. In Home Assistant: a real instance
in a temporary folder, one process for each number of loadpoints.
"""

import argparse
import json
import os
from pathlib import Path
import platform
import subprocess
import sys
from time import perf_counter
from typing import Any

from scripts import _core_path  # noqa: F401

# isort: split
from custom_components.evcc.core.memory import dump
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read

INTERVAL = 30
YEAR = 365 * 86_400 / INTERVAL
CYCLES = {1: 60_000, 4: 20_000, 16: 6_000}
IN_HOME = (1, 10)


def machine() -> str:
    """Return processor, cores, Python and system."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        name = lines[0].split(":", 1)[1].strip() if lines else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def scenario(loadpoints: int, cycles: int) -> dict[str, Any]:
    """Return a sunny, cloudy day for that many loadpoints, repeated until the cycles are done."""
    steps = range(0, 86_400, 300)
    sun = [max(0.0, 1 - abs(t - 43_200) / 21_600) * (0.6 + 0.4 * ((t // 900) % 3 != 0)) for t in steps]
    days = int(cycles * INTERVAL / 86_400) + 1
    power = [round(11_000 * loadpoints * x) for x in sun] * days
    cars = [
        {"name": f"car{i}", "title": f"Car {i}", "capacity": 60, "soc": 20, "phases": 3}
        for i in range(loadpoints)
    ]
    return {
        "name": "bench",
        "start": "2026-05-04T00:00:00+02:00",
        "timezone": "Europe/Berlin",
        "duration": cycles * INTERVAL,
        "interval": INTERVAL,
        "pv": [{"name": "pv", "power": {"step": 300, "values": power}}],
        "home": 400,
        "batteries": [
            {"name": "battery", "capacity": 10, "soc": 50, "maxChargePower": 5000, "maxDischargePower": 5000}
        ],
        "vehicles": cars,
        "loadpoints": [{"title": f"Garage {i}", "mode": "pv"} for i in range(loadpoints)],
        "connections": [
            {
                "loadpoint": i + 1,
                "vehicle": f"car{i}",
                "from": f"2026-05-{d + 4:02d}T06:00:00+02:00",
                "to": f"2026-05-{d + 4:02d}T20:00:00+02:00",
                "consumes": 25,
            }
            for i in range(loadpoints)
            for d in range(min(days, 25))
        ],
    }


def simulated(loadpoints: int, cycles: int) -> str:
    """Run that many cycles and return cycles a second and what a snapshot and a memory dump cost."""
    run = Run(read(scenario(loadpoints, cycles)))
    begin = perf_counter()
    for _ in run:
        pass
    rate = run.cycles / (perf_counter() - begin)
    shown = _microseconds(lambda: snapshot(run.site, run.now))
    stored = _microseconds(lambda: dump(run.site.memory))
    return (
        f"{loadpoints:>3} loadpoints {rate:>10,.0f} cycles/s   year at {INTERVAL} s in {YEAR / rate:>6.1f} s"
        f"   snapshot {shown:>5.0f} µs   memory dump {stored:>5.0f} µs"
    )


def _microseconds(call: Any, times: int = 200) -> float:
    begin = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - begin) / times * 1e6


def in_home(loadpoints: int, cycles: int) -> str:
    """Measure a real Home Assistant in a process of its own and return its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench_home", str(loadpoints), str(cycles)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        return f"{loadpoints:>3} loadpoints: failed\n{done.stderr[-2000:]}"
    f = json.loads(done.stdout.splitlines()[-1])
    return (
        f"{loadpoints:>3} loadpoints   cycle in the event loop: median {f['median']:.2f} ms, p95 {f['p95']:.2f} ms, "
        f"p99 {f['p99']:.2f} ms   set-up {f['setup']:.3f} s   memory +{f['memory']:.1f} MB   "
        f"entities {f['entities']} ({f['enabled']} enabled)"
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the cycles")
    part = 10 if parser.parse_args().quick else 1
    print(machine())
    print("\nSimulated, plant and coordinator")
    for loadpoints, cycles in CYCLES.items():
        print(simulated(loadpoints, cycles // part), flush=True)
    print("\nIn Home Assistant, simulated devices, recorder running")
    for loadpoints in IN_HOME:
        print(in_home(loadpoints, 500 // part), flush=True)


if __name__ == "__main__":
    main()
