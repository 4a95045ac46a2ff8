"""Format of the trace, and comparing two."""

import json

from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read
from custom_components.evcc.devices.simulated.trace import compare, line, write
from tests.devices.simulated.documents import garage

BATTERY = {"name": "b", "capacity": 10, "soc": 50, "maxChargePower": 3000, "maxDischargePower": 3000}


def test_lines_of_the_first_cycles() -> None:
    run = Run(
        read(
            garage(
                duration=60,
                batteries=[BATTERY],
                site={"bufferSoc": 30},
                loadpoints=[{"mode": "now"}, {}],
                commands=[{"at": "2026-05-04T00:00:00+02:00", "path": "/loadpoints/2/mode/eco"}],
            )
        )
    )
    first, second = [json.loads(text) for text in write(line(r) for r in run)]
    assert first == {
        "t": "2026-05-03T22:00:00Z",
        "grid": -2700.0,
        "pv": 6000.0,
        "home": 300.0,
        "batteries": [{"power": -3000.0, "soc": 50.0, "mode": "normal"}],
        "loadpoints": [
            {
                "status": "B",
                "power": 0.0,
                "mode": "now",
                "enabled": True,
                "current": 16.0,
                "phases": 3,
                "soc": 40.0,
                "energy": 0.0,
                "planActive": False,
                "smartCostActive": False,
                "reason": first["loadpoints"][0]["reason"],
            },
            {
                "status": "A",
                "power": 0.0,
                "mode": "pv",
                "enabled": False,
                "current": 0.0,
                "phases": 0,
                "soc": None,
                "energy": 0.0,
                "planActive": False,
                "smartCostActive": False,
                "reason": "not_connected",
            },
        ],
        "errors": [
            {
                "at": "2026-05-03T22:00:00Z",
                "path": "/loadpoints/2/mode/eco",
                "status": 400,
                "error": first["errors"][0]["error"],
            }
        ],
    }
    assert second["t"] == "2026-05-03T22:00:30Z"
    assert "errors" not in second
    assert second["batteries"][0]["power"] == 3000
    assert second["grid"] == 300 + 11040 - 6000 - 3000
    assert (second["loadpoints"][0]["status"], second["loadpoints"][0]["power"]) == ("C", 11040)


def test_a_guest_has_no_soc() -> None:
    run = Run(
        read(
            garage(
                duration=90,
                loadpoints=[{"mode": "now"}],
                connections=[{"loadpoint": 1, "vehicle": None, "from": "2026-05-03T22:00:00Z"}],
            )
        )
    )
    *_, last = [line(r)["loadpoints"][0] for r in run]
    assert (last["soc"], last["status"]) == (None, "C")
    assert last["energy"] == round(11040 * 30 / 3.6e6, 6)


def test_comparing_finds_the_first_differences_at_common_times() -> None:
    one = [{"t": "2026-01-01T00:00:00Z", "grid": 1.0, "loadpoints": [{"power": 5, "status": "C"}]}]
    two = [
        {
            "t": "2026-01-01T01:00:00+01:00",
            "grid": 1.0 + 1e-9,
            "loadpoints": [{"power": 6, "status": "C"}],
            "x": 1,
        },
        {"t": "2026-01-01T00:00:30Z", "grid": 99.0},
    ]
    assert compare(one, two) == ["2026-01-01T00:00:00Z loadpoints[1].power: 5 / 6"]
    assert compare(one, one) == []


def test_comparing_stops_at_the_limit() -> None:
    one = [{"t": f"2026-01-01T00:00:{i:02}Z", "grid": i} for i in range(10)]
    two = [{"t": f"2026-01-01T00:00:{i:02}Z", "grid": -i - 1} for i in range(10)]
    assert len(compare(one, two, limit=3)) == 3


def test_comparing_tells_words_lists_and_nulls_apart() -> None:
    one = [{"t": "2026-01-01T00:00:00Z", "soc": None, "mode": "pv", "flag": True, "batteries": []}]
    two = [{"t": "2026-01-01T00:00:00Z", "soc": 5.0, "mode": "now", "flag": 1.0, "batteries": [{}]}]
    assert [text.split()[1] for text in compare(one, two)] == ["soc:", "mode:", "batteries:"]
