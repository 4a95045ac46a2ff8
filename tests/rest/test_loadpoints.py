"""Loadpoints by REST: the answer, the state, the store, a cycle at once where it matters, and what is refused."""

from typing import Any

from aiohttp import hdrs
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from .asking import NO_METHOD, NO_PATH, Answer, ask
from .home import OFFLINE, OFFLINE_TITLE, VEHICLE, VEHICLE_TITLE, RestHome

HUGE = "9" * 20
MINUTE = 60 * 10**9  # ns


@pytest.mark.parametrize(
    ("path", "result", "field", "value", "key", "wakes"),
    [
        ("1/mode/off", "off", "mode", "off", "mode", True),
        ("1/mode/minpv", "minpv", "mode", "minpv", "mode", True),
        ("1/priority/2", 2, "priority", 2, "priority", False),
        ("1/phases/1", 1, "phases_configured", 1, "phasesConfigured", True),
        ("2/phases/1", 1, "phases_configured", 1, "phasesConfigured", True),
        ("1/mincurrent/0.125", 0.125, "min_current", 0.125, "minCurrent", False),
        ("1/maxcurrent/20", 20, "max_current", 20, "maxCurrent", False),
        ("1/maxcurrent/6", 6, "max_current", 6, "maxCurrent", False),
        ("1/limitsoc/80", 80, "limit_soc", 80, "limitSoc", True),
        ("1/limitsoc/80.4", 80, "limit_soc", 80, "limitSoc", True),
        ("2/limitenergy/12.5", 12.5, "limit_energy", 12.5, "limitEnergy", True),
        ("1/smartcostlimit/-0.1", -0.1, "smart_cost_limit", -0.1, "smartCostLimit", False),
        ("1/smartcostlimit/0", 0, "smart_cost_limit", 0, "smartCostLimit", False),
        (
            "1/smartfeedinprioritylimit/0.08",
            0.08,
            "smart_feed_in_priority_limit",
            0.08,
            "smartFeedInPriorityLimit",
            False,
        ),
        ("1/enable/threshold/-1500", -1500, "enable_threshold", -1500, "enableThreshold", True),
        ("1/enable/delay/120", 2 * MINUTE, "enable_delay", 120, "enableDelay", False),
        ("1/disable/threshold/200", 200, "disable_threshold", 200, "disableThreshold", True),
        ("1/disable/delay/0", 0, "disable_delay", 0, "disableDelay", False),
        ("1/batteryboostlimit/40", 40, "battery_boost_limit", 40, "batteryBoostLimit", False),
        ("1/mintemp/45", 45, "min_soc", 45, "minSoc", True),
    ],
)
async def test_set(
    home: RestHome,
    client: TestClient[Any, Any],
    path: str,
    result: Any,
    field: str,
    value: Any,
    key: str,
    wakes: bool,
) -> None:
    cycles = home.state.cycles
    answer = await ask(client, "POST", f"/loadpoints/{path}")
    assert answer.result == result
    assert type(answer.result) is type(result)
    index = int(path[0]) - 1
    assert getattr(home.state.loadpoints[index], field) == value
    name = home.state.loadpoints[index].name
    assert home.runtime.site.dump_settings()["loadpoints"][name][key] == value
    assert home.state.cycles == cycles + wakes


async def test_the_present_value_again_does_nothing(home: RestHome, client: TestClient[Any, Any]) -> None:
    cycles = home.state.cycles
    assert (await ask(client, "POST", "/loadpoints/1/mode/pv")).result == "pv"
    assert home.state.cycles == cycles


async def test_the_newer_word_for_solar_charging(home: RestHome, client: TestClient[Any, Any]) -> None:
    await ask(client, "POST", "/loadpoints/1/mode/off")
    assert (await ask(client, "POST", "/loadpoints/1/mode/smart")).result == "pv"
    assert home.state.loadpoints[0].mode == "pv"


async def test_boost(home: RestHome, client: TestClient[Any, Any]) -> None:
    cycles = home.state.cycles
    assert (await ask(client, "POST", "/loadpoints/1/batteryboost/true")).result is True
    assert home.state.cycles == cycles + 1
    assert home.state.loadpoints[0].battery_boost != "off"
    assert "batteryBoost" not in home.runtime.site.dump_settings()["loadpoints"]["carport"]
    assert (await ask(client, "POST", "/loadpoints/1/batteryboost/0")).result is False
    assert home.state.cycles == cycles + 1
    assert home.state.loadpoints[0].battery_boost == "off"


async def test_a_mode_ends_the_boost(home: RestHome, client: TestClient[Any, Any]) -> None:
    await ask(client, "POST", "/loadpoints/1/batteryboost/1")
    await ask(client, "POST", "/loadpoints/1/mode/minpv")
    assert home.state.loadpoints[0].battery_boost == "off"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("smartcostlimit", "smart_cost_limit"),
        ("smartfeedinprioritylimit", "smart_feed_in_priority_limit"),
    ],
)
async def test_limits_of_one_and_of_all(
    home: RestHome, client: TestClient[Any, Any], path: str, field: str
) -> None:
    def limits() -> list[float | None]:
        return [getattr(lp, field) for lp in home.state.loadpoints]

    assert (await ask(client, "POST", f"/{path}/0.25")).result == 0.25
    assert limits() == [0.25, 0.25]
    assert (await ask(client, "DELETE", f"/loadpoints/1/{path}")).result is None
    assert limits() == [None, 0.25]
    assert (await ask(client, "POST", f"/loadpoints/1/{path}/-1")).result == -1
    assert limits() == [-1, 0.25]
    for _ in range(2):
        assert (await ask(client, "DELETE", f"/{path}")).result is None
        assert limits() == [None, None]


async def test_select_a_vehicle(home: RestHome, client: TestClient[Any, Any]) -> None:
    before = home.runtime.site.dump_settings()
    cycles = home.state.cycles
    assert (await ask(client, "POST", f"/loadpoints/2/vehicle/{VEHICLE}")).result == {
        "vehicle": VEHICLE_TITLE
    }
    assert [lp.vehicle_name for lp in home.state.loadpoints] == ["", VEHICLE]
    assert (await ask(client, "POST", "/loadpoints/1/vehicle/db%3A12")).result == {"vehicle": OFFLINE_TITLE}
    assert [lp.vehicle_name for lp in home.state.loadpoints] == [OFFLINE, VEHICLE]
    assert home.state.cycles == cycles
    assert home.runtime.site.dump_settings() == before


async def test_remove_a_vehicle(home: RestHome, client: TestClient[Any, Any]) -> None:
    for _ in range(2):
        assert (await ask(client, "DELETE", "/loadpoints/1/vehicle")).result == {}
        assert home.state.loadpoints[0].vehicle_name == ""
        assert not home.state.loadpoints[0].vehicle_detection_active


async def test_detect_a_vehicle(home: RestHome, client: TestClient[Any, Any]) -> None:
    assert (await ask(client, "PATCH", "/loadpoints/1/vehicle")).result == {}
    assert home.state.loadpoints[0].vehicle_name == ""
    assert home.state.loadpoints[0].vehicle_detection_active


@pytest.mark.parametrize("home_without", [frozenset({VEHICLE, OFFLINE})])
async def test_there_is_no_vehicle_to_detect(
    client: TestClient[Any, Any], home_without: frozenset[str]
) -> None:
    answer = await ask(client, "PATCH", "/loadpoints/1/vehicle")
    assert (answer.status, answer.error) == (400, "no vehicle can be assigned here")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("1/mode/eco", "invalid value: eco"),
        ("1/phases/2", "invalid number of phases: 2"),
        ("2/phases/0", "charger does not support phase switching"),
        ("1/phases/4", "invalid number of phases: 4"),
        ("1/mincurrent/17", "min current must be smaller or equal than max current"),
        ("1/maxcurrent/5", "max current must be greater or equal than min current"),
        ("1/maxcurrent/1.2.3", 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'),
        ("1/limitsoc/150", "limitSoc must be between 0 and 100: 150"),
        (f"1/limitsoc/{HUGE}", f'strconv.Atoi: parsing "{HUGE}": value out of range'),
        (f"1/enable/delay/{HUGE}", f'strconv.Atoi: parsing "{HUGE}": value out of range'),
        (f"1/priority/{'9' * 5000}", f'strconv.Atoi: parsing "{"9" * 40}": value out of range'),
        ("1/smartcostlimit/0.2.2", 'strconv.ParseFloat: parsing "0.2.2": invalid syntax'),
        ("1/batteryboost/fee", 'strconv.ParseBool: parsing "fee": invalid syntax'),
        ("1/vehicle/nope", "not found: nope"),
    ],
)
async def test_refused(home: RestHome, client: TestClient[Any, Any], path: str, text: str) -> None:
    before = home.state.loadpoints
    answer = await ask(client, "POST", f"/loadpoints/{path}")
    assert (answer.status, answer.error) == (400, text)
    assert home.state.loadpoints == before


async def test_no_boost_while_charging_fast(client: TestClient[Any, Any]) -> None:
    await ask(client, "POST", "/loadpoints/1/mode/now")
    answer = await ask(client, "POST", "/loadpoints/1/batteryboost/1")
    assert (answer.status, answer.error) == (400, "battery boost is only available in PV modes")
    assert (await ask(client, "POST", "/loadpoints/1/batteryboost/0")).result is False


async def test_no_path(client: TestClient[Any, Any]) -> None:
    paths = (
        "/loadpoints/0/mode/pv",
        "/loadpoints/3/mode/pv",
        "/loadpoints/01/mode/pv",
        "/loadpoints/-1/mode/pv",
        f"/loadpoints/{HUGE}/mode/pv",
        "/loadpoints/%D9%A1/mode/pv",  # a digit of another script
        "/loadpoints/1/mode/PV",
        "/loadpoints/1/mode/",
        "/loadpoints/1/mode",
        "/loadpoints/1/mode/pv%2Foff",
        "/loadpoints/1/phases/auto",
        "/loadpoints/1/phases/%C2%B3",
        "/loadpoints/1/limitsoc/+5",
        "/loadpoints/1/limitsoc/1e3",
        "/loadpoints/1/limitsoc/NaN",
        "/loadpoints/1/limitenergy/-1",
        "/loadpoints/1/enable/delay/1.5",
        "/loadpoints/1/batteryboost/yes",
        "/loadpoints/1/vehicle/a%20b",
        "/loadpoints/1/vehicle/a%2Fb",
        "/loadpoints/1/remotedemand/hard/me",
    )
    assert {path: await ask(client, "POST", path) for path in paths} == dict.fromkeys(paths, NO_PATH)


async def test_no_method(client: TestClient[Any, Any]) -> None:
    requests = (
        ("GET", "/loadpoints/1/mode/pv"),
        ("PUT", "/loadpoints/1/vehicle"),
        ("GET", "/loadpoints/1/smartcostlimit"),
        ("PATCH", "/smartcostlimit/1"),
    )
    assert {r: await ask(client, *r) for r in requests} == dict.fromkeys(requests, NO_METHOD)
    assert await ask(client, "GET", "/loadpoints/3/mode/pv") == NO_PATH


@pytest.mark.parametrize("home_options", [{"open_local": False}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/loadpoints/1/mode/off"),
        ("POST", "/smartcostlimit/0.1"),
        ("DELETE", "/loadpoints/1/vehicle"),
        ("PATCH", "/loadpoints/1/vehicle"),
        ("POST", "/residualpower/500"),
        ("DELETE", "/batterygridchargelimit"),
        ("POST", "/vehicles/vehicle_1/minsoc/20"),
        ("POST", "/vehicles/vehicle_1/plan/repeating"),
    ],
)
async def test_who_may_write(
    home: RestHome,
    stranger: TestClient[Any, Any],
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
    method: str,
    path: str,
    home_options: object,
) -> None:
    before = home.state
    assert await ask(stranger, method, path) == Answer(401, "text/plain", "Unauthorized\n")
    reader = {hdrs.AUTHORIZATION: f"Bearer {hass_read_only_access_token}"}
    answer = await ask(await hass_client_no_auth(), method, path, headers=reader)
    assert answer == Answer(403, "text/plain", "Forbidden\n")
    assert home.state is before
