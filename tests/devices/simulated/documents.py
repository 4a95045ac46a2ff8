"""Scenario documents for the tests."""

from typing import Any

type Json = dict[str, Any]

START = "2026-05-04T00:00:00+02:00"


def document(**more: Any) -> Json:
    """Return the smallest scenario, with whatever is added."""
    return {
        "name": "test",
        "start": START,
        "timezone": "Europe/Berlin",
        "duration": 3600,
        "loadpoints": [{"title": "Garage"}],
        **more,
    }


def garage(**more: Any) -> Json:
    """Return a scenario of one car at one charger under a constant sun."""
    return document(
        **{
            "pv": [{"name": "roof", "power": 6000}],
            "home": 300,
            "vehicles": [{"name": "blue", "title": "Blue car", "capacity": 60, "soc": 40}],
            "connections": [{"loadpoint": 1, "vehicle": "blue", "from": START}],
            **more,
        }
    )
