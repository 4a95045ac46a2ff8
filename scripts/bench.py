"""Print what the coordinator costs on this machine; nothing here is asserted, everything is measured.

    scripts/bench [planner | rest] [--quick]

With `rest` only the REST API, with `planner` only the planner, else all but the REST API. Planner: slots of
seven days chosen, and what plans cost a cycle in which nothing changed, each in the best of
many short blocks. Simulated: whole cycles on the virtual plant, decision and plant together. In Home
Assistant: a real instance in a temporary folder, one process for each number of loadpoints.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
import json
import os
from pathlib import Path
import platform
from random import Random
import subprocess
import sys
from time import perf_counter
from typing import Any

from scripts import _core_path  # noqa: F401

# isort: split
from custom_components.evcc.core import follow
from custom_components.evcc.core.config import LoadpointConfig, SiteConfig, VehicleConfig
from custom_components.evcc.core.goals import RepeatingPlan, SocPlan, Strategy, VehicleGoals
from custom_components.evcc.core.memory import dump
from custom_components.evcc.core.model import Status
from custom_components.evcc.core.parts import Turn
from custom_components.evcc.core.planner import plan
from custom_components.evcc.core.ports import ChargerCommand
from custom_components.evcc.core.rates import QUARTER, Slot, Tariff, TariffKind
from custom_components.evcc.core.site import Site
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read

INTERVAL = 30
YEAR = 365 * 86_400 / INTERVAL
CYCLES = {1: 60_000, 4: 20_000, 16: 6_000}
IN_HOME = (1, 10)
REST = (2, 10)
BLOCKS = 100


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


def _microseconds(call: Callable[[], object], times: int = 200) -> float:
    begin = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - begin) / times * 1e6


def _best(call: Callable[[], object], times: int) -> float:
    """Return the µs of the best of many short blocks: in most of them nobody else had the processor."""
    return min(_microseconds(call, max(1, times // BLOCKS)) for _ in range(BLOCKS))


START = datetime(2026, 6, 1, 10, tzinfo=UTC)
WEEK = timedelta(days=7)


def week() -> Tariff:
    """Return prices of seven days, by the quarter of an hour."""
    rng = Random(1)  # noqa: S311 - the same prices each time
    starts = [START + i * QUARTER for i in range(WEEK // QUARTER)]
    slots = [Slot(s, s + QUARTER, round(rng.uniform(-0.05, 0.4), 5)) for s in starts]
    return Tariff(TariffKind.PRICE_FORECAST, slots)


def planner(times: int) -> str:
    """Choose slots among those of a week, and return what it takes, best of many short blocks."""
    rates, now, target = week().slots, START + timedelta(seconds=427), START + WEEK
    lines = []
    for title, strategy in (("cheapest", Strategy()), ("continuous", Strategy(continuous=True))):
        figures = []
        for hours in (3.37, 40.2):
            choose = partial(plan, rates, hours * 3600, 0.0, target, now, strategy)
            figures.append(f"{hours:g} h {_best(choose, times):>5.0f} µs")
        lines.append(f"{title:<10} of {len(rates)} slots: {', '.join(figures)}")
    return "\n".join(lines)


def followed(repeating: int, times: int) -> str:
    """Return what a loadpoint's plans cost a cycle in which nothing changed, best of many short blocks."""
    car = VehicleConfig(name="car", capacity=60, phases=3)
    site = Site(SiteConfig(loadpoints=(LoadpointConfig(name="lp"),), vehicles=(car,)))
    lp = site.loadpoints[0]
    lp.memory.status, lp.memory.soc = Status.B, 20.0
    lp.use_vehicle(site.vehicles["car"])
    plans = tuple(
        RepeatingPlan(weekdays=(i % 7,), time=f"{i % 24}:07", tz="Europe/Berlin", soc=60, active=True)
        for i in range(repeating)
    )
    own = SocPlan(soc=80, time=START + timedelta(hours=20))
    site.vehicles["car"].goals = VehicleGoals(plan=own, repeating=plans)
    tariff = week()
    turn = Turn(
        now=START,
        loadpoint=lp,
        voltage=site.config.voltage,
        interval=INTERVAL,
        site_power=0.0,
        grid_lost_for=0.0,
        battery_power=0.0,
        battery_soc=None,
        battery_max_discharge=0.0,
        battery_buffered=False,
        battery_start=False,
        battery_hidden=0.0,
        reserved=0.0,
        residual_power=0.0,
        command=ChargerCommand(0),
    )
    first = _microseconds(partial(follow.step, turn, tariff), 1)
    again = _best(partial(follow.step, turn, tariff), times)
    return f"plans of a vehicle: {repeating + 1:>3}   first cycle {first:>6.0f} µs   nothing changed {again:.1f} µs"


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


def rest(loadpoints: int, seconds: float) -> str:
    """Measure the REST API of a real Home Assistant in a process of its own and return a table."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench_rest", str(loadpoints), str(seconds)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        return f"{loadpoints:>3} loadpoints: failed\n{done.stderr[-2000:]}"
    f = json.loads(done.stdout.splitlines()[-1])
    before, after, count = (f["memory"][key] for key in ("before", "after", "count"))
    title = f"{loadpoints:>3} loadpoints, state of {f['size']:,} bytes: {f['ratio']:.0%} of the rate of a view that"
    lines = [
        f"{title} returns constant bytes; memory {before:.1f} MB, {after:.1f} MB after {count:,.0f} requests"
    ]
    lines += [
        f"    {name:12} {r['rate']:>7,.0f} requests/s   median {r['p50']:>6.2f} ms, p99 {r['p99']:>6.2f} ms   "
        f"event loop late by {r['delay50']:.2f} ms, p99 {r['delay99']:.2f} ms, most {r['delay']:.2f} ms"
        for name, r in f["requests"].items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the cycles")
    parser.add_argument("part", nargs="?", choices=("planner", "rest"), help="only that; rest: the REST API")
    options = parser.parse_args()
    part = 10 if options.quick else 1
    print(machine())
    if options.part == "rest":
        print("\nREST API in Home Assistant, 8 kept-alive connections, recorder running")
        for loadpoints in REST:
            print(rest(loadpoints, 4 / part), flush=True)
        return
    print("\nPlanner")
    print(planner(1_000 // part))
    for repeating in (0, 1, 100):
        print(followed(repeating, 20_000 // part), flush=True)
    if options.part == "planner":
        return
    print("\nSimulated, plant and coordinator")
    for loadpoints, cycles in CYCLES.items():
        print(simulated(loadpoints, cycles // part), flush=True)
    print("\nIn Home Assistant, simulated devices, recorder running")
    for loadpoints in IN_HOME:
        print(in_home(loadpoints, 500 // part), flush=True)


if __name__ == "__main__":
    main()
