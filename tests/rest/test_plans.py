"""Plans by REST: set, shown, previewed and removed; and whatever else a body or a path may hold."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.evcc.core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.rest.plan_bodies import MAX_PLANS
from homeassistant.core import HomeAssistant

from .asking import NO_METHOD, NO_PATH, Answer, ask
from .home import OFFLINE, VEHICLE, RestHome

ZERO = "0001-01-01T00:00:00Z"
SOC = f"/vehicles/{VEHICLE}/plan/soc"
REPEATING = f"/vehicles/{VEHICLE}/plan/repeating"
ENERGY = "/loadpoints/2/plan/energy"
PREVIEW = "/loadpoints/1/plan/static/preview/soc"
REPEATING_PREVIEW = "/loadpoints/1/plan/repeating/preview"

WEEKLY = {
    "weekdays": [1, 2, 3, 4, 5],
    "time": "07:00",
    "tz": "Europe/Berlin",
    "soc": 80,
    "precondition": 900,
    "active": True,
}


@pytest.fixture
def ahead(hass: HomeAssistant) -> datetime:
    """A whole hour, inside of what the prices are known for."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=8)


def iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def goals_of(home: RestHome, vehicle: str) -> Any:
    return home.runtime.site.dump_settings()["vehicles"][vehicle]


# A state of charge


async def test_plan_for_a_soc(home: RestHome, client: TestClient[Any, Any], ahead: datetime) -> None:
    answer = await ask(client, "POST", f"{SOC}/80/{iso(ahead)}?precondition=1800")
    assert answer.result == {"soc": 80, "precondition": 1800, "time": iso(ahead)}
    vehicle = next(v for v in home.state.vehicles if v.name == VEHICLE)
    assert vehicle.plan == SocPlan(soc=80, time=ahead, precondition=1800)
    assert home.state.loadpoints[0].effective_plan_id == 1
    assert home.state.loadpoints[0].effective_plan_soc == 80
    assert goals_of(home, VEHICLE)["plan"]["soc"] == 80
    for _ in range(2):
        assert (await ask(client, "DELETE", SOC)).result == {}
        assert home.state.loadpoints[0].effective_plan_id == 0
    assert "plan" not in goals_of(home, VEHICLE)


async def test_the_answer_keeps_the_offset_and_drops_the_fraction(
    client: TestClient[Any, Any], ahead: datetime
) -> None:
    local = f"{ahead + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}"
    answer = await ask(client, "POST", f"{SOC}/80/{local}.123%2B02:00")
    assert answer.result == {"soc": 80, "precondition": 0, "time": f"{local}+02:00"}


async def test_zero_percent_removes_the_plan(
    home: RestHome, client: TestClient[Any, Any], ahead: datetime
) -> None:
    await ask(client, "POST", f"{SOC}/80/{iso(ahead)}")
    answer = await ask(client, "POST", f"{SOC}/0/{iso(ahead)}")
    assert answer.result == {"soc": 0, "precondition": 0, "time": ZERO}
    assert home.state.loadpoints[0].effective_plan_id == 0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/vehicles/nope/plan/soc/150/1?precondition=-5", "not found: nope"),
        (f"{SOC}/150/2025-01-01?precondition=-5", "parsing time"),
        (f"{SOC}/8.0.5/2025-01-01T00:00:00Z?precondition=-5", "strconv.ParseFloat"),
        (f"{SOC}/150/2025-01-01T00:00:00Z?precondition=-5", "soc must be between 0 and 100: 150"),
        (f"{SOC}/80/2025-01-01T00:00:00Z?precondition=-5", "invalid duration: -5"),
        (f"{SOC}/80/2025-01-01T00:00:00Z?precondition=%D9%A3", "strconv.ParseInt"),
        (f"{SOC}/80/2025-01-01T00:00:00Z?precondition=1.5", "strconv.ParseInt"),
        (f"{SOC}/80/2025-01-01T00:00:00Z?precondition={'9' * 5000}", "strconv.ParseInt"),
        (f"{SOC}/80/2025-01-01T00:00:00Z?precondition=999999999999", "invalid duration: 999999999999"),
        (f"{SOC}/80/2025-01-01T00:00:00Z?precondition=", "timestamp is in the past"),
        (f"{SOC}/0/2025-01-01T00:00:00Z", "timestamp is in the past"),
        (f"{ENERGY}/10/2025-01-01?precondition=-5", "parsing time"),
        (f"{ENERGY}/1.2.3/2025-01-01T00:00:00Z?precondition=-5", "strconv.ParseFloat"),
        (f"{ENERGY}/99999/2025-01-01T00:00:00Z", "energy must be between 0 and 10000: 99999"),
        (f"{ENERGY}/10/2025-01-01T00:00:00Z?precondition=-5", "invalid duration: -5"),
        (f"{ENERGY}/10/2025-01-01T00:00:00Z", "timestamp is in the past"),
        (f"{ENERGY}/0/2025-01-01T00:00:00Z", "timestamp is in the past"),
    ],
)
async def test_the_first_thing_wrong_is_told(
    home: RestHome, client: TestClient[Any, Any], path: str, text: str
) -> None:
    before = home.runtime.site.dump_settings()
    answer = await ask(client, "POST", path)
    assert answer.status == 400
    assert answer.error.startswith(text)
    assert home.runtime.site.dump_settings() == before


# An energy


async def test_plan_for_an_energy(home: RestHome, client: TestClient[Any, Any], ahead: datetime) -> None:
    cycles = home.state.cycles
    answer = await ask(client, "POST", f"{ENERGY}/12.5/{iso(ahead)[:-1]}.5Z?precondition=60")
    told = iso(ahead + timedelta(seconds=0.5))
    assert answer.result == {"energy": 12.5, "precondition": 60, "time": told}
    assert home.state.cycles == cycles + 1
    garage = home.state.loadpoints[1]
    assert (garage.plan_energy, garage.plan_precondition, garage.effective_plan_id) == (12.5, 60, 1)
    assert home.runtime.site.loadpoints[1].goals.plan == EnergyPlan(
        energy=12.5, time=ahead + timedelta(seconds=0.5), precondition=60
    )
    assert home.runtime.site.dump_settings()["loadpoints"]["garage"]["plan"]["energy"] == 12.5
    for _ in range(2):
        assert (await ask(client, "DELETE", ENERGY)).result == {}
        assert (home.state.loadpoints[1].plan_energy, home.state.loadpoints[1].plan_time) == (0, None)


async def test_no_energy_removes_the_plan(
    home: RestHome, client: TestClient[Any, Any], ahead: datetime
) -> None:
    await ask(client, "POST", f"{ENERGY}/10/{iso(ahead)}")
    answer = await ask(client, "POST", f"{ENERGY}/0/{iso(ahead)}")
    assert answer.result == {"energy": 0, "precondition": 0, "time": ZERO}
    assert home.state.loadpoints[1].plan_energy == 0


async def test_an_energy_does_not_count_where_the_soc_is_known(
    home: RestHome, client: TestClient[Any, Any], ahead: datetime
) -> None:
    answer = await ask(client, "POST", f"/loadpoints/1/plan/energy/10/{iso(ahead)}")
    assert answer.result["energy"] == 10
    assert home.state.loadpoints[0].effective_plan_id == 0


# What is planned


async def test_nothing_planned(client: TestClient[Any, Any]) -> None:
    result = (await ask(client, "GET", "/loadpoints/1/plan")).result
    assert result.pop("power") > 0
    assert result == {"planId": 0, "planTime": ZERO, "duration": 0, "precondition": 0, "plan": None}


async def test_what_is_planned(client: TestClient[Any, Any], ahead: datetime) -> None:
    await ask(client, "POST", f"{SOC}/80/{iso(ahead)}")
    result = (await ask(client, "GET", "/loadpoints/1/plan")).result
    assert (result["planId"], result["planTime"]) == (1, iso(ahead))
    assert isinstance(result["duration"], int)
    planned = sum(
        (datetime.fromisoformat(s["end"]) - datetime.fromisoformat(s["start"])).total_seconds()
        for s in result["plan"]
    )
    assert planned == pytest.approx(result["duration"], abs=2)
    assert all(list(s) == ["start", "end", "value", "price"] for s in result["plan"])
    assert [s["start"] for s in result["plan"]] == sorted(s["start"] for s in result["plan"])


async def test_which_repeating_plan_counts(client: TestClient[Any, Any]) -> None:
    plans = [WEEKLY | {"active": False}, WEEKLY | {"weekdays": [0, 1, 2, 3, 4, 5, 6]}]
    await ask(client, "POST", REPEATING, json=plans)
    assert (await ask(client, "GET", "/loadpoints/1/plan")).result["planId"] == 3


# Previews


@pytest.mark.parametrize("home_options", [{"envelope": False}])
async def test_newer_clients_get_previews_alone(
    client: TestClient[Any, Any], ahead: datetime, home_options: object
) -> None:
    answer = await ask(client, "GET", f"{PREVIEW}/90/{iso(ahead)}?precondition=600")
    assert list(answer.value) == ["planTime", "duration", "precondition", "plan", "power"]
    assert (answer.value["planTime"], answer.value["precondition"]) == (iso(ahead), 600)


async def test_a_preview_changes_nothing(
    home: RestHome, client: TestClient[Any, Any], ahead: datetime
) -> None:
    before = home.state
    await ask(client, "GET", f"{PREVIEW}/90/{iso(ahead)}")
    await ask(client, "GET", f"{REPEATING_PREVIEW}/90/1,3/07:00/UTC")
    assert home.state is before


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Europe%2FBerlin", "Etc/GMT-5"])
async def test_preview_of_a_repeating_plan(client: TestClient[Any, Any], zone: str) -> None:
    result = (await ask(client, "GET", f"{REPEATING_PREVIEW}/90/0,1,2,3,4,5,6/23:30/{zone}")).result
    due = datetime.fromisoformat(result["planTime"])
    assert timedelta() <= due - datetime.now(UTC) + timedelta(minutes=1) <= timedelta(days=1, minutes=1)
    assert result["duration"] > 0


async def test_the_strategy_counts_for_a_preview_that_says_nothing(
    client: TestClient[Any, Any], ahead: datetime
) -> None:
    body = {"continuous": False, "precondition": 300}
    await ask(client, "POST", f"/vehicles/{VEHICLE}/plan/strategy", json=body)
    for query, precondition in (("", 300), ("?precondition=", 300), ("?precondition=0", 0)):
        result = (await ask(client, "GET", f"{PREVIEW}/90/{iso(ahead)}{query}")).result
        assert result["precondition"] == precondition


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{PREVIEW}/90/2025-07-19T12:30:00", "parsing time"),
        (f"{PREVIEW}/9.0.0/2025-07-19T12:30:00Z", "strconv.ParseFloat"),
        (f"{PREVIEW}/101/2025-07-19T12:30:00Z", "soc must be between"),
        (f"{PREVIEW}/90/2025-07-19T12:30:00Z?precondition=-5", "invalid duration: -5"),
        (f"{PREVIEW}/90/0001-01-01T00:00:00Z", "parsing time"),
        (f"{PREVIEW}/90/9999-12-31T23:59:59-23:59", "parsing time"),
        ("/loadpoints/2/plan/static/preview/soc/80/2099-01-01T00:00:00Z", "soc planning only available"),
        ("/loadpoints/1/plan/static/preview/energy/5/2099-01-01T00:00:00Z", "energy planning not available"),
        ("/loadpoints/2/plan/static/preview/energy/99999/2099-01-01T00:00:00Z", "energy must be between"),
        (f"{REPEATING_PREVIEW}/90/1,,3/07:00/UTC", "invalid weekdays format"),
        (f"{REPEATING_PREVIEW}/90/13/07:00/UTC", "no valid weekday found"),
        (f"{REPEATING_PREVIEW}/90/1/29:30/UTC", "invalid time format, expected HH:MM"),
        (f"{REPEATING_PREVIEW}/101/1/07:00/UTC", "soc must be between"),
        (f"{REPEATING_PREVIEW}/90/1/07:00/UTC?precondition=x", "strconv.ParseInt"),
        (f"{REPEATING_PREVIEW}/90/1/07:00/Foo/Bar", "invalid timezone: unknown time zone Foo/Bar"),
        (f"{REPEATING_PREVIEW}/90/1/07:00/Europe", "invalid timezone: unknown time zone Europe"),
        (f"{REPEATING_PREVIEW}/90/1/07:00/{'x' * 3000}", "invalid timezone: unknown time zone xxx"),
    ],
)
async def test_preview_refused(client: TestClient[Any, Any], path: str, text: str) -> None:
    answer = await ask(client, "GET", path)
    assert answer.status == 400
    assert answer.error.startswith(text)


@pytest.mark.parametrize(
    "time", ["0002-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9998-12-31T23:59:59-23:59"]
)
async def test_times_at_the_ends_of_the_calendar(client: TestClient[Any, Any], time: str) -> None:
    for precondition in (0, 366 * 24 * 3600):
        query = f"?precondition={precondition}"
        assert (await ask(client, "GET", f"{PREVIEW}/90/{time}{query}")).status == 200
        path = f"/loadpoints/2/plan/static/preview/energy/10000/{time}{query}"
        assert (await ask(client, "GET", path)).status == 200


async def test_a_plan_for_the_end_of_the_calendar_stops_no_cycle(
    home: RestHome, client: TestClient[Any, Any]
) -> None:
    for path in (f"{SOC}/80", f"{ENERGY}/10000"):
        answer = await ask(client, "POST", f"{path}/9998-12-31T23:59:59Z?precondition={366 * 24 * 3600}")
        assert answer.status == 200
    await home.cycle()
    assert home.runtime.runner.fault is None
    assert (await ask(client, "GET", "/loadpoints/1/plan")).result["plan"] is None


# Repeating plans


async def test_repeating_plans(home: RestHome, client: TestClient[Any, Any]) -> None:
    plans = [WEEKLY, WEEKLY | {"active": False, "weekdays": [0], "tz": ""}]
    answer = await ask(client, "POST", REPEATING, json={"plans": plans})
    assert answer.result == {"plans": plans}
    vehicle = next(v for v in home.state.vehicles if v.name == VEHICLE)
    assert vehicle.repeating_plans[0] == RepeatingPlan(
        weekdays=(1, 2, 3, 4, 5), time="07:00", tz="Europe/Berlin", soc=80, active=True, precondition=900
    )
    assert len(goals_of(home, VEHICLE)["repeatingPlans"]) == 2
    answer = await ask(client, "POST", REPEATING, json={"plans": []})
    assert answer.result == {"plans": []}
    assert "repeatingPlans" not in goals_of(home, VEHICLE)


@pytest.mark.parametrize("home_options", [{"envelope": True}, {"envelope": False}])
@pytest.mark.parametrize("body", [[WEEKLY], {"plans": [WEEKLY]}, {"plans": None}, {}, []])
async def test_the_answer_has_the_form_of_the_body(
    home: RestHome, client: TestClient[Any, Any], home_options: dict[str, bool], body: Any
) -> None:
    answer = await ask(client, "POST", REPEATING, json=body)
    if home_options["envelope"]:
        assert answer.result == ({"plans": None} if body == {} else body)
    else:
        assert answer.value == (body if isinstance(body, list) else body.get("plans") or [])


async def test_what_is_missing_is_nothing_and_what_is_not_known_is_left_aside(
    client: TestClient[Any, Any],
) -> None:
    body = [{"time": "7:00", "soc": None, "colour": "red", "weekdays": None}]
    empty = {"weekdays": [], "time": "7:00", "tz": "", "soc": 0, "precondition": 0, "active": False}
    assert (await ask(client, "POST", REPEATING, json=body)).result == [empty]


async def test_each_day_is_told_once(client: TestClient[Any, Any]) -> None:
    body = [WEEKLY | {"weekdays": [5, 0, 5, 0]}]
    assert (await ask(client, "POST", REPEATING, json=body)).result[0]["weekdays"] == [5, 0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"weekdays": [9]}, "weekday out of range: 9"),
        ({"weekdays": [-1]}, "weekday out of range: -1"),
        ({"weekdays": [2**63]}, "weekday out of range: 9223372036854775808"),
        ({"weekdays": [1.5]}, "weekdays must be whole numbers"),
        ({"weekdays": [True]}, "weekdays must be whole numbers"),
        ({"weekdays": ["1"]}, "weekdays must be whole numbers"),
        ({"weekdays": "1,2"}, "weekdays must be a list of up to seven numbers"),
        ({"weekdays": [1] * 5000}, "weekdays must be a list of up to seven numbers"),
        ({"tz": "Foo/Bar"}, "invalid timezone: unknown time zone Foo/Bar"),
        ({"tz": "../../../etc/passwd"}, "invalid timezone: unknown time zone ../../../etc/passwd"),
        ({"tz": "/etc/passwd"}, "invalid timezone: unknown time zone /etc/passwd"),
        ({"tz": "Europe"}, "invalid timezone: unknown time zone Europe"),
        ({"tz": "a\x00b"}, "invalid timezone: unknown time zone a\x00b"),
        ({"tz": "ä" * 60}, "invalid timezone: unknown time zone ä"),
        ({"tz": "x" * 5000}, "tz must be a short text"),
        ({"tz": 5}, "tz must be a short text"),
        ({"time": "29:30"}, "invalid time: "),
        ({"time": "07:60"}, "invalid time: "),
        ({"time": "\u0660\u0667:\u0660\u0660"}, "invalid time: "),
        ({"time": None}, "invalid time: "),
        ({"time": ["07:00"]}, "time must be a short text"),
        ({"soc": 101}, "soc must be between 0 and 100: 101"),
        ({"soc": -1}, "soc must be between 0 and 100: -1"),
        ({"soc": 1e300}, "soc must be between 0 and 100: 1e+300"),
        ({"soc": "80"}, "soc must be a number"),
        ({"soc": True}, "soc must be a number"),
        ({"precondition": -5}, "invalid duration: -5"),
        ({"precondition": 2**64}, "invalid duration: "),
        ({"precondition": "5"}, "precondition must be a number"),
        ({"active": 1}, "active must be true or false"),
    ],
)
async def test_a_plan_that_cannot_be_refuses_all(
    home: RestHome, client: TestClient[Any, Any], change: dict[str, Any], text: str
) -> None:
    before = home.state
    answer = await ask(client, "POST", REPEATING, json=[WEEKLY, WEEKLY | change])
    assert answer.status == 400
    assert answer.error.startswith(text)
    assert home.state is before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"null", 400, id="null"),
        pytest.param(b"5", 400, id="a number"),
        pytest.param(b'"plans"', 400, id="a text"),
        pytest.param(b'{"plans": 5}', 400, id="plans that are none"),
        pytest.param(b"[null]", 400, id="a plan that is null"),
        pytest.param(b"[[]]", 400, id="a plan that is a list"),
        pytest.param(b"[" * 30_000, 400, id="deeply nested, not closed"),
        pytest.param(b"[" * 30_000 + b"]" * 30_000, 400, id="deeply nested"),
        pytest.param(b'{"plans":' * 5_000 + b"1" + b"}" * 5_000, 400, id="deeply nested objects"),
        pytest.param(b'[{"soc": 1e999}]', 400, id="more than a number holds"),
        pytest.param(b'[{"soc": ' + b"9" * 5_000 + b"}]", 400, id="a number of many digits"),
        pytest.param(b'[{"soc": NaN}]', 400, id="not a number"),
        pytest.param(b'[{"time": "\xff"}]', 400, id="not UTF-8"),
        pytest.param(b'[{"time": "\\ud800"}]', 400, id="half a character"),
        pytest.param(b"[{}" + b",{}" * MAX_PLANS + b"]", 400, id="one plan too many"),
        pytest.param(b"[0" + b",0" * 30_000 + b"]", 400, id="very many entries"),
        pytest.param(b"[0" + b",0" * 100_000 + b"]", 413, id="more than a body may have"),
    ],
)
async def test_hostile_bodies(home: RestHome, client: TestClient[Any, Any], body: bytes, status: int) -> None:
    before = home.state
    answer = await ask(client, "POST", REPEATING, data=body)
    assert (answer.status, bool(answer.error)) == (status, True)
    assert home.state is before


async def test_as_many_plans_as_may_be(home: RestHome, client: TestClient[Any, Any]) -> None:
    answer = await ask(client, "POST", REPEATING, json=[WEEKLY] * MAX_PLANS)
    assert len(answer.result) == MAX_PLANS
    await home.cycle()
    assert home.runtime.runner.fault is None


async def test_the_vehicle_is_looked_for_first(client: TestClient[Any, Any]) -> None:
    for method, path in (
        ("POST", "/vehicles/nope/plan/repeating"),
        ("POST", "/vehicles/nope/plan/strategy"),
        ("DELETE", "/vehicles/nope/plan/soc"),
    ):
        answer = await ask(client, method, path, data=b"[")
        assert (answer.status, answer.error) == (400, "not found: nope")


# Strategies


async def test_strategies(home: RestHome, client: TestClient[Any, Any]) -> None:
    body = {"continuous": True, "precondition": 1800}
    wanted = Strategy(continuous=True, precondition=1800)
    assert (await ask(client, "POST", f"/vehicles/{OFFLINE}/plan/strategy", json=body)).result == body
    assert next(v for v in home.state.vehicles if v.name == OFFLINE).plan_strategy == wanted
    assert "planStrategy" in goals_of(home, OFFLINE)
    assert (await ask(client, "POST", "/loadpoints/2/plan/strategy", json=body)).result == body
    assert home.state.loadpoints[1].plan_strategy == wanted
    assert "planStrategy" in home.runtime.site.dump_settings()["loadpoints"]["garage"]
    answer = await ask(client, "POST", "/loadpoints/2/plan/strategy", json={})
    assert answer.result == {"continuous": False, "precondition": 0}


@pytest.mark.parametrize("path", ["/loadpoints/2", f"/vehicles/{VEHICLE}"])
@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {"continuous": 1},
        {"continuous": "true"},
        {"precondition": -1},
        {"precondition": True},
        {"precondition": "5"},
        {"precondition": 1e18},
    ],
)
async def test_strategy_refused(client: TestClient[Any, Any], path: str, body: Any) -> None:
    answer = await ask(client, "POST", f"{path}/plan/strategy", data=json.dumps(body).encode())
    assert answer.status == 400
    assert answer.error


# Who, and what there is not


async def test_no_path(client: TestClient[Any, Any], ahead: datetime) -> None:
    time = iso(ahead)
    requests = (
        ("GET", "/loadpoints/3/plan"),
        ("POST", f"/loadpoints/3/plan/energy/10/{time}"),
        ("POST", f"{ENERGY}/-1/{time}"),
        ("POST", f"{ENERGY}/1e3/{time}"),
        ("POST", f"{ENERGY}/10/{time.lower()}"),
        ("POST", f"{ENERGY}/10/{time.replace('T', '%20')}"),
        ("POST", f"{SOC}/%D9%A3/{time}"),
        ("POST", f"{SOC}/80"),
        ("GET", f"/loadpoints/1/plan/static/preview/power/90/{time}"),
        ("GET", f"{REPEATING_PREVIEW}/90/7/07:00/UTC"),
        ("GET", f"{REPEATING_PREVIEW}/90/1/7:00/UTC"),
        ("GET", f"{REPEATING_PREVIEW}/90/1/07:00/"),
        ("GET", f"{REPEATING_PREVIEW}/90/1/07:00/a%20b"),
    )
    assert {r: await ask(client, *r) for r in requests} == dict.fromkeys(requests, NO_PATH)


async def test_no_method(client: TestClient[Any, Any]) -> None:
    requests = (("GET", ENERGY), ("POST", "/loadpoints/1/plan"), ("GET", REPEATING), ("POST", SOC))
    assert {r: await ask(client, *r) for r in requests} == dict.fromkeys(requests, NO_METHOD)


@pytest.mark.parametrize("home_options", [{"open_local": False}])
async def test_who_may_plan(
    home: RestHome,
    stranger: TestClient[Any, Any],
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
    ahead: datetime,
    home_options: object,
) -> None:
    reader = await hass_client_no_auth()
    reader.session.headers["Authorization"] = f"Bearer {hass_read_only_access_token}"
    before = home.state
    for method, path in (
        ("POST", f"{SOC}/80/{iso(ahead)}"),
        ("DELETE", SOC),
        ("POST", REPEATING),
        ("POST", f"{ENERGY}/10/{iso(ahead)}"),
        ("DELETE", ENERGY),
        ("POST", "/loadpoints/1/plan/strategy"),
    ):
        assert await ask(stranger, method, path) == Answer(401, "text/plain", "Unauthorized\n")
        assert await ask(reader, method, path) == Answer(403, "text/plain", "Forbidden\n")
    assert home.state is before
    assert (await ask(stranger, "GET", "/loadpoints/1/plan")).status == 401
    assert (await ask(reader, "GET", "/loadpoints/1/plan")).status == 200
