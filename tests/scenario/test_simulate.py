"""The program scripts/simulate and the example scenarios."""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from custom_components.evcc.devices.simulated import scenario as scenario_file
from custom_components.evcc.devices.simulated.faults import FaultKind
from custom_components.evcc.devices.simulated.forecast import USAGES
from custom_components.evcc.devices.simulated.outages import TARIFF
from custom_components.evcc.devices.simulated.plans import LOADPOINT_KEYS, VEHICLE_KEYS
from scripts.make_scenarios import FOLDER, all_scenarios, document
from scripts.simulate import main
from tests.devices.simulated.documents import garage

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(garage(duration=600)))
    return path


def lines(path: Path) -> list[Any]:
    return [json.loads(row) for row in path.read_text().splitlines()]


def test_trace_and_report(scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace.jsonl"
    assert main([str(scenario), "--trace", str(trace), "--report"]) == 0
    assert len(lines(trace)) == 20
    assert "cycles/s" in capsys.readouterr().out


def test_a_trace_alone_prints_nothing(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(scenario), "--trace", str(tmp_path / "trace.jsonl")]) == 0
    assert capsys.readouterr().out == ""


def test_the_report_as_json(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(scenario), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cycles"] == 20


def test_another_interval(scenario: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    assert main([str(scenario), "--interval", "10", "--trace", str(trace)]) == 0
    assert len(lines(trace)) == 60


def test_comparing_with_a_trace(scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace.jsonl"
    main([str(scenario), "--trace", str(trace)])
    assert main([str(scenario), "--diff", str(trace)]) == 0
    assert capsys.readouterr().out == "no differences\n"
    changed = lines(trace)
    changed[5]["grid"] += 1
    trace.write_text("\n".join(json.dumps(d) for d in changed))
    assert main([str(scenario), "--diff", str(trace)]) == 1
    assert capsys.readouterr().out.startswith(f"{changed[5]['t']} grid: ")


def test_comparing_intervals(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(scenario), "--compare-interval", "30"]) == 0
    assert main([str(scenario), "--compare-interval", "10"]) == 1
    assert "loadpoints[1]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [(["--interval", "0"], "--interval"), (["--compare-interval", "-1"], "--compare-interval")],
)
def test_unusable_intervals(
    scenario: Path, argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(scenario), *argv]) == 2
    assert message in capsys.readouterr().err


def test_unusable_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "missing.json")]) == 2
    assert "missing.json" in capsys.readouterr().err
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": "x"}')
    assert main([str(broken)]) == 2
    assert capsys.readouterr().err == "scenario: start: is missing\n"


def test_the_examples_are_what_their_maker_makes() -> None:
    made = {f"{name}.json": document(content) for name, content in all_scenarios()}
    assert {p.name: p.read_text(encoding="utf-8") for p in FOLDER.glob("*.json")} == made
    assert all(len(text) < 100_000 for text in made.values())


def test_the_description_names_every_key() -> None:
    described = (FOLDER / "README.md").read_text(encoding="utf-8")
    keys = (*scenario_file.KEYS, *VEHICLE_KEYS, *LOADPOINT_KEYS, *USAGES, *FaultKind, TARIFF)
    assert [key for key in keys if f"`{key}`" not in described] == []


def test_nothing_of_home_assistant_is_imported() -> None:
    code = (
        "import sys, scripts.simulate as s; s.main(sys.argv[1:]);"
        "sys.exit(any(m.split('.')[0] == 'homeassistant' for m in sys.modules))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(FOLDER / "sunny-pv.json"), "--json"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_wrapper_runs_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "scenario.json").write_text(json.dumps(garage(duration=60)))
    done = subprocess.run(  # noqa: S603
        [ROOT / "scripts" / "simulate", "scenario.json", "--trace", "-"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2
