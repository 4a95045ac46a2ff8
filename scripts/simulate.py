"""Run the coordinator on the virtual plant of a scenario and tell what came of it.

    scripts/simulate SCENARIO.json --trace TRACE.jsonl --report
    scripts/simulate ONE.json OTHER.json            # their reports, and both side by side

The same decisions as in Home Assistant, without Home Assistant and without waiting.
"""

import argparse
from contextlib import ExitStack
import json
from pathlib import Path
import sys
from time import perf_counter
from typing import Any, TextIO

from scripts import _core_path  # noqa: F401

# isort: split
from custom_components.evcc.devices.simulated.report import Report
from custom_components.evcc.devices.simulated.report_text import side_by_side, text
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import Scenario, ScenarioError, load
from custom_components.evcc.devices.simulated.trace import compare, line, write

DIFFERENT = 1
UNUSABLE = 2
SHOWN = 20


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenario", type=Path, nargs="+", help="scenario file (JSON); several: side by side")
    parser.add_argument("--trace", metavar="FILE", help="write one JSON line a cycle; - is standard output")
    parser.add_argument(
        "--report", action="store_true", help="print the report (the default without --trace)"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--interval", type=float, metavar="S", help="control interval in place of the file's")
    parser.add_argument("--diff", type=Path, metavar="FILE", help="compare with another trace")
    parser.add_argument(
        "--compare-interval",
        type=float,
        metavar="S",
        help="run once more with this control interval and compare the traces at common times",
    )
    return parser.parse_args(argv)


def simulate(scenario: Scenario, trace: TextIO | None, keep: bool) -> tuple[dict[str, Any], list[Any]]:
    """Run the scenario; return the report's figures and, if asked to keep it, the trace."""
    run = Run(scenario)
    report = Report(scenario)
    kept: list[Any] = []
    cycles = iter(run)
    spent = 0.0
    while True:
        before = perf_counter()
        done = next(cycles, None) is None
        spent += perf_counter() - before
        if done:
            return report.figures(run, run.cycles / spent), kept
        report.add(run)
        if trace is not None or keep:
            document = line(run)
            if trace is not None:
                trace.writelines(write([document]))
            if keep:
                kept.append(document)


def differences(one: list[Any], two: list[Any]) -> int:
    """Print the first differences of two traces; return the exit code."""
    found = compare(one, two, limit=SHOWN)
    if not found:
        print("no differences")
        return 0
    print("\n".join(found))
    if len(found) == SHOWN:
        print("…")
    return DIFFERENT


def several(options: argparse.Namespace, scenarios: list[Scenario]) -> int:
    """Print the reports of several scenarios and what differs between them; return the exit code."""
    if options.trace or options.diff or options.compare_interval is not None:
        raise ScenarioError("scenario", "give one alone for a trace")
    runs = [simulate(scenario, None, False)[0] for scenario in scenarios]
    if options.json:
        print(json.dumps(runs, indent=2, ensure_ascii=False))
        return 0
    for figures in runs:
        print(text(figures))
    print(side_by_side(runs), end="")
    return 0


def alone(options: argparse.Namespace, scenario: Scenario) -> int:
    """Run one scenario; print or write what the command line asks for; return the exit code."""
    comparing = options.diff is not None or options.compare_interval is not None
    with ExitStack() as stack:
        trace: TextIO | None = None
        if options.trace == "-":
            trace = sys.stdout
        elif options.trace is not None:
            trace = stack.enter_context(Path(options.trace).open("w", encoding="utf-8"))
        figures, kept = simulate(scenario, trace, comparing)
    if options.json:
        print(json.dumps(figures, indent=2, ensure_ascii=False))
    elif options.report or not (options.trace or comparing):
        print(text(figures), end="")
    code = 0
    if options.diff is not None:
        with options.diff.open(encoding="utf-8") as other:
            code = differences(kept, [json.loads(row) for row in other if row.strip()])
    if options.compare_interval is not None:
        _, second = simulate(scenario.with_interval(options.compare_interval), None, True)
        code = max(code, differences(kept, second))
    return code


def execute(options: argparse.Namespace) -> int:
    """Do what the command line asks for; return the exit code."""
    for key in ("interval", "compare_interval"):
        if (value := getattr(options, key)) is not None and not value > 0:
            raise ScenarioError(f"--{key.replace('_', '-')}", f"must be greater than 0, not {value:g}")
    scenarios = [load(path) for path in options.scenario]
    if options.interval is not None:
        scenarios = [scenario.with_interval(options.interval) for scenario in scenarios]
    return several(options, scenarios) if len(scenarios) > 1 else alone(options, scenarios[0])


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit code: 0, 1 for traces that differ, 2 for a scenario that cannot be run."""
    try:
        return execute(arguments(argv))
    except ScenarioError as err:
        print(f"scenario: {err}", file=sys.stderr)
    except OSError as err:
        print(f"{err.filename}: {err.strerror}", file=sys.stderr)
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
