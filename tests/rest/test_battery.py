"""Settings of the home battery and the site by REST: the answer, the state, the store and what is refused."""

from typing import Any

from aiohttp.test_utils import TestClient
import pytest

from .asking import NO_METHOD, NO_PATH, ask
from .home import BATTERY, RestHome


@pytest.mark.parametrize(
    ("path", "result", "field", "key"),
    [
        ("/batterydischargecontrol/true", True, "battery_discharge_control", "batteryDischargeControl"),
        ("/batterydischargecontrol/1", True, "battery_discharge_control", "batteryDischargeControl"),
        ("/batterygridchargelimit/0.25", 0.25, "battery_grid_charge_limit", "batteryGridChargeLimit"),
        ("/batterygridchargelimit/-0.05", -0.05, "battery_grid_charge_limit", "batteryGridChargeLimit"),
        ("/batterygridchargelimit/0", 0, "battery_grid_charge_limit", "batteryGridChargeLimit"),
        ("/buffersoc/80", 80, "buffer_soc", "bufferSoc"),
        ("/bufferstartsoc/90.5", 90.5, "buffer_start_soc", "bufferStartSoc"),
        ("/prioritysoc/50", 50, "priority_soc", "prioritySoc"),
        ("/residualpower/100", 100, "residual_power", "residualPower"),
        ("/residualpower/-50.5", -50.5, "residual_power", "residualPower"),
    ],
)
async def test_set(
    home: RestHome, client: TestClient[Any, Any], path: str, result: Any, field: str, key: str
) -> None:
    cycles = home.state.cycles
    answer = await ask(client, "POST", path)
    assert answer.result == result
    assert type(answer.result) is type(result)
    assert getattr(home.state, field) == result
    assert home.runtime.site.dump_settings()["site"][key] == result
    assert home.state.cycles == cycles  # the next one comes by itself


async def test_newer_clients_get_the_value_alone(home: RestHome, client: TestClient[Any, Any]) -> None:
    answer = await ask(client, "POST", "/prioritysoc/50?envelope=0")
    assert answer.value == 50


async def test_remove_the_grid_charge_limit(home: RestHome, client: TestClient[Any, Any]) -> None:
    await ask(client, "POST", "/batterygridchargelimit/0.1")
    for _ in range(2):
        assert (await ask(client, "DELETE", "/batterygridchargelimit")).result is None
        assert home.state.battery_grid_charge_limit is None


@pytest.mark.parametrize(
    ("word", "number", "state"),
    [
        ("normal", 1, "normal"),
        ("hold", 2, "hold"),
        ("charge", 3, "charge"),
        ("holdcharge", 4, "holdcharge"),
        ("unknown", 0, "unknown"),
    ],
)
async def test_battery_mode(
    home: RestHome, client: TestClient[Any, Any], word: str, number: int, state: str
) -> None:
    before = home.runtime.site.dump_settings()
    assert (await ask(client, "POST", f"/batterymode/{word}")).result == number
    assert home.state.battery_mode_external == state
    assert (await ask(client, "DELETE", "/batterymode")).result == 0
    assert home.state.battery_mode_external == "unknown"
    assert home.runtime.site.dump_settings() == before


@pytest.mark.parametrize(
    ("present", "path", "text"),
    [
        (("/prioritysoc/50",), "/buffersoc/40", "buffer soc must not be smaller than priority soc"),
        (
            ("/bufferstartsoc/90",),
            "/buffersoc/95",
            "buffer soc must be smaller or equal than buffer start soc",
        ),
        (("/buffersoc/80",), "/bufferstartsoc/70", "buffer start soc must be larger than buffer soc"),
        (("/buffersoc/80",), "/prioritysoc/90", "priority soc must be smaller or equal than buffer soc"),
        ((), "/prioritysoc/900", "prioritySoc must be between 0 and 100: 900.0"),
        ((), "/prioritysoc/1.2.3", 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'),
        ((), "/buffersoc/1..2", 'strconv.ParseFloat: parsing "1..2": invalid syntax'),
        ((), "/residualpower/1.2.3", 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'),
        ((), "/batterydischargecontrol/fee", 'strconv.ParseBool: parsing "fee": invalid syntax'),
        ((), "/batterymode/turbo", "turbo does not belong to BatteryMode values"),
    ],
)
async def test_refused(
    home: RestHome, client: TestClient[Any, Any], present: tuple[str, ...], path: str, text: str
) -> None:
    for setup in present:
        assert (await ask(client, "POST", setup)).status == 200
    before = home.runtime.site.dump_settings()
    answer = await ask(client, "POST", path)
    assert (answer.status, answer.error) == (400, text)
    assert home.runtime.site.dump_settings() == before


@pytest.mark.parametrize(
    ("present", "path"),
    [
        (("/prioritysoc/50",), "/buffersoc/50"),
        (("/prioritysoc/50",), "/buffersoc/0"),
        (("/buffersoc/80",), "/bufferstartsoc/80"),
        (("/buffersoc/80",), "/bufferstartsoc/0"),
    ],
)
async def test_equal_and_zero_are_in_order(
    home: RestHome, client: TestClient[Any, Any], present: tuple[str, ...], path: str
) -> None:
    for setup in (*present, path):
        assert (await ask(client, "POST", setup)).status == 200


@pytest.mark.parametrize("home_without", [frozenset({BATTERY})])
@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", "/prioritysoc/50", "battery not configured"),
        ("POST", "/buffersoc/80", "battery not configured"),
        ("POST", "/bufferstartsoc/90", "battery not configured"),
        ("POST", "/batterydischargecontrol/true", "battery control not available"),
        ("POST", "/batterygridchargelimit/0.1", "battery control not available"),
        ("POST", "/batterymode/hold", "battery control not available"),
        ("DELETE", "/batterymode", "battery control not available"),
    ],
)
async def test_without_battery(
    home: RestHome, client: TestClient[Any, Any], method: str, path: str, text: str
) -> None:
    answer = await ask(client, method, path)
    assert (answer.status, answer.error) == (400, text)


async def test_no_path(client: TestClient[Any, Any]) -> None:
    paths = (
        "/prioritysoc/abc",
        "/prioritysoc/NaN",
        "/prioritysoc/Inf",
        "/prioritysoc/1e3",
        "/prioritysoc/+5",
        "/prioritysoc/%2B5",
        "/prioritysoc/-5",
        "/prioritysoc/%D9%A3",  # a digit of another script
        "/prioritysoc/5%2F6",
        "/prioritysoc/",
        "/prioritysoc",
        "/prioritysoc/5/6",
        "/residualpower/--5",
        "/batterydischargecontrol/on",
        "/batterydischargecontrol/TRUE",
        "/batterymode/HOLD",
    )
    assert {path: await ask(client, "POST", path) for path in paths} == dict.fromkeys(paths, NO_PATH)


async def test_no_method(client: TestClient[Any, Any]) -> None:
    requests = (
        ("GET", "/prioritysoc/5"),
        ("PUT", "/prioritysoc/5"),
        ("HEAD", "/prioritysoc/5"),
        ("GET", "/batterygridchargelimit"),
        ("POST", "/batterygridchargelimit"),
        ("GET", "/batterymode"),
    )
    assert {r: await ask(client, *r) for r in requests} == dict.fromkeys(requests, NO_METHOD)
