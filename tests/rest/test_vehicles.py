"""Vehicles by REST: connected or not, online or not."""

from typing import Any

from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc.core.state import VehicleState

from .asking import NO_METHOD, NO_PATH, ask
from .home import OFFLINE, VEHICLE, RestHome

HUGE = "9" * 20


def state_of(home: RestHome, name: str) -> VehicleState:
    return next(v for v in home.state.vehicles if v.name == name)


@pytest.mark.parametrize(
    ("vehicle", "path", "result", "field", "key", "value"),
    [
        (VEHICLE, "limitsoc/80", {"soc": 80}, "limit_soc", "limitSoc", 80),
        (VEHICLE, "limitsoc/80.4", {"soc": 80}, "limit_soc", "limitSoc", 80),
        (OFFLINE, "limitsoc/50", {"soc": 50}, "limit_soc", "limitSoc", 50),
        (VEHICLE, "minsoc/20", {"soc": 20}, "min_soc", "minSoc", 20),
        (OFFLINE, "minsoc/0", {"soc": 0}, "min_soc", "minSoc", 0),
        (VEHICLE, "mode/now", {"mode": "now"}, "mode", "mode", "now"),
        (OFFLINE, "mode/smart", {"mode": "pv"}, "mode", "mode", "pv"),
    ],
)
async def test_set(
    home: RestHome,
    client: TestClient[Any, Any],
    vehicle: str,
    path: str,
    result: Any,
    field: str,
    key: str,
    value: Any,
) -> None:
    cycles = home.state.cycles
    answer = await ask(client, "POST", f"/vehicles/{vehicle}/{path}")
    assert answer.result == result
    assert getattr(state_of(home, vehicle), field) == value
    assert home.runtime.site.dump_settings()["vehicles"][vehicle][key] == value
    assert home.state.cycles == cycles


async def test_remove_the_mode(home: RestHome, client: TestClient[Any, Any]) -> None:
    await ask(client, "POST", f"/vehicles/{VEHICLE}/mode/now")
    for _ in range(2):
        assert (await ask(client, "DELETE", f"/vehicles/{VEHICLE}/mode")).result == {}
        assert state_of(home, VEHICLE).mode is None


async def test_the_mode_applies_when_the_vehicle_is_connected(
    home: RestHome, client: TestClient[Any, Any]
) -> None:
    await ask(client, "POST", f"/vehicles/{VEHICLE}/mode/now")
    assert home.state.loadpoints[1].mode == "pv"
    await ask(client, "POST", f"/loadpoints/2/vehicle/{VEHICLE}")
    assert home.state.loadpoints[1].mode == "now"


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", "/vehicles/nope/limitsoc/20", "not found: nope"),
        ("POST", "/vehicles/nope/minsoc/900", "not found: nope"),
        ("POST", "/vehicles/nope/mode/now", "not found: nope"),
        ("DELETE", "/vehicles/nope/mode", "not found: nope"),
        ("POST", f"/vehicles/{VEHICLE}/mode/eco", "invalid value: eco"),
        ("POST", f"/vehicles/{VEHICLE}/minsoc/101", "minSoc must be between 0 and 100: 101"),
        (
            "POST",
            f"/vehicles/{VEHICLE}/limitsoc/{HUGE}",
            f'strconv.Atoi: parsing "{HUGE}": value out of range',
        ),
        (
            "POST",
            f"/vehicles/{VEHICLE}/limitsoc/8.0.5",
            'strconv.ParseFloat: parsing "8.0.5": invalid syntax',
        ),
    ],
)
async def test_refused(
    home: RestHome, client: TestClient[Any, Any], method: str, path: str, text: str
) -> None:
    before = home.state.vehicles
    answer = await ask(client, method, path)
    assert (answer.status, answer.error) == (400, text)
    assert home.state.vehicles == before


async def test_no_path(client: TestClient[Any, Any]) -> None:
    paths = (
        f"/vehicles/{VEHICLE}/limitsoc/-1",
        f"/vehicles/{VEHICLE}/limitsoc/%D9%A3",  # a digit of another script
        f"/vehicles/{VEHICLE}/limitsoc/1e1",
        f"/vehicles/{VEHICLE}/limitsoc/",
        f"/vehicles/{VEHICLE}/mode/PV",
        "/vehicles//limitsoc/80/1",
        "/vehicles/a%2Fb/limitsoc/80",
        "/vehicles/blauer%20e-Golf/limitsoc/80",
        "/vehicles/%C3%A4/limitsoc/80",
    )
    assert {path: await ask(client, "POST", path) for path in paths} == dict.fromkeys(paths, NO_PATH)


async def test_no_method(client: TestClient[Any, Any]) -> None:
    requests = (("GET", "/vehicles/nope/limitsoc/1"), ("DELETE", f"/vehicles/{VEHICLE}/minsoc/20"))
    assert {r: await ask(client, *r) for r in requests} == dict.fromkeys(requests, NO_METHOD)
