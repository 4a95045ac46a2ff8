"""What scripts/contract sends of plans and tariffs: set, shown, removed, and what would come of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from scripts.contract_requests import Request, deleted, state

DAILY: Final = {
    "weekdays": [0, 1, 2, 3, 4, 5, 6],
    "time": "07:00",
    "tz": "Europe/Berlin",
    "soc": 95,
    "precondition": 0,
    "active": True,
}
NO_PLAN: Final = {"planId": 0, "planTime": "0001-01-01T00:00:00Z", "duration": 0, "plan": None}
POWER: Final = {1: 11_040, 2: 3_680}  # W that the loadpoints of the demo home charge with: three phases, one


def _is_rates(rates: Any) -> bool:
    """Return whether slots follow one another, each with its value under both names."""
    times = [(datetime.fromisoformat(r["start"]), datetime.fromisoformat(r["end"])) for r in rates]
    return (
        bool(rates)
        and all(r.keys() == {"start", "end", "value", "price"} and r["value"] == r["price"] for r in rates)
        and all(start < end for start, end in times)
        and all(a[1] <= b[0] for a, b in pairwise(times))
    )


def _tariff(told: Any) -> bool:
    """Return whether a tariff is told from now on."""
    rates = told["rates"]
    ends = [datetime.fromisoformat(rate["end"]) for rate in rates]
    return told.keys() == {"rates"} and _is_rates(rates) and datetime.now(UTC) < ends[-1]


def _charges(power: int, at: datetime | None = None) -> Callable[[Any], bool]:
    """Return what holds of a plan that charges for a while, up to its target, which may be given."""

    def holds(told: Any) -> bool:
        target = datetime.fromisoformat(told["planTime"])
        seconds = sum(
            (datetime.fromisoformat(r["end"]) - datetime.fromisoformat(r["start"])).total_seconds()
            for r in told["plan"]
        )
        return (
            at in (None, target)
            and told["power"] == power
            and _is_rates(told["plan"])
            and abs(seconds - told["duration"]) <= 1
            and datetime.fromisoformat(told["plan"][-1]["end"]) <= target
        )

    return holds


def _has(**expected: Any) -> Callable[[Any], bool]:
    return lambda told: expected.items() <= told.items()


def _nothing_planned(loadpoint: int) -> Request:
    return Request("GET", f"/loadpoints/{loadpoint}/plan", 200, holds=_has(**NO_PLAN))


def _zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def of_tariffs() -> Iterator[Request]:
    """Yield all tariffs that the demo home has, one that it has not, and what is none."""
    for tariff in ("grid", "feedin", "co2", "planner", "solar"):
        yield Request("GET", f"/tariff/{tariff}", 200, holds=_tariff)
    yield Request("GET", "/tariff/temperature", 404, holds=_has(error="tariff not available"))
    yield Request("GET", "/tariff/foo", 404)
    yield Request("GET", "/tariff/Grid", 404)


def of_plans(car: str) -> Iterator[Request]:
    """Yield plans; `car` stands at the first loadpoint and tells its state of charge."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    ahead, past = hour + timedelta(hours=14), hour - timedelta(days=1)
    yield Request("GET", "/loadpoints/3/plan", 404)
    # the demo home has plans of its own
    yield Request("POST", f"/vehicles/{car}/plan/repeating", 200, body=[])
    yield Request("DELETE", f"/vehicles/{car}/plan/soc", 200, {})
    yield from _limits(car)
    yield from _soc_plan(car, ahead, past)
    yield from _energy_plan(ahead, past)
    yield from _repeating_plans(car)
    yield from _previews(ahead, past)


def _limits(car: str) -> Iterator[Request]:
    for limit in ("limitsoc", "minsoc"):
        yield Request("POST", f"/vehicles/{car}/{limit}/30", 200, {"soc": 30})
        yield Request("POST", f"/vehicles/nope/{limit}/30", 400)
        yield Request("POST", f"/vehicles/{car}/{limit}/101", 400)
        yield Request("POST", f"/vehicles/{car}/{limit}/-1", 404)
        yield Request("POST", f"/vehicles/{car}/{limit}/0", 200, {"soc": 0})


def _soc_plan(car: str, ahead: datetime, past: datetime) -> Iterator[Request]:
    plan, lp = f"/vehicles/{car}/plan/soc", ".loadpoints[0]"
    time = _zulu(ahead)
    yield _nothing_planned(1)
    yield Request("POST", f"{plan}/95/{time}", 200, {"soc": 95, "precondition": 0, "time": time})
    yield state(f'.vehicles["{car}"].plan', {"soc": 95, "precondition": 0, "time": time})
    yield state(f"{lp} | [.effectivePlanId, .effectivePlanSoc, .effectivePlanTime]", [1, 95, time])
    yield state(f"{lp} | [.planTime, .planEnergy]", [None, 0])
    yield Request("GET", "/loadpoints/1/plan", 200, holds=_charges(POWER[1], ahead))
    yield Request("GET", "/loadpoints/1/plan", 200, holds=_has(planId=1, planTime=time, precondition=0))
    yield Request("POST", f"{plan}/95/{time}?precondition=900", 200, holds=_has(precondition=900))
    yield Request("POST", f"{plan}/95/{time}?precondition=-5", 400)
    yield Request("POST", f"{plan}/95/{_zulu(past)}", 400, holds=_has(error="timestamp is in the past"))
    yield Request("POST", f"{plan}/95/{time.removesuffix('Z')}", 400)
    yield Request("POST", f"{plan}/101/{time}", 400)
    yield Request("POST", f"/vehicles/nope/plan/soc/95/{time}", 400, holds=_has(error="not found: nope"))
    yield Request("POST", f"{plan}/95/tomorrow", 404)
    yield from deleted(plan, {})
    yield Request("DELETE", "/vehicles/nope/plan/soc", 400)
    yield state(f'.vehicles["{car}"] | has("plan")', False)
    yield _nothing_planned(1)


def _energy_plan(ahead: datetime, past: datetime) -> Iterator[Request]:
    """Yield the plan of a guest: what stands there does not tell its state of charge."""
    plan, lp, time = "/loadpoints/2/plan/energy", ".loadpoints[1]", _zulu(ahead)
    yield Request("DELETE", "/loadpoints/2/vehicle", 200, {})
    yield Request("POST", f"{plan}/5/{time}", 200, {"energy": 5, "precondition": 0, "time": time})
    yield state(f"{lp} | [.planEnergy, .planTime, .effectivePlanId]", [5, time, 1])
    yield Request("GET", "/loadpoints/2/plan", 200, holds=_charges(POWER[2], ahead))
    yield state(f"{lp} | (.planProjectedStart < .planProjectedEnd) and (.plan | length > 0)", True)
    yield Request("POST", f"{plan}/5/{_zulu(past)}", 400)
    yield Request("POST", f"{plan}/1.2.3/{time}", 400)
    yield Request("POST", f"{plan}/-5/{time}", 404)
    yield from deleted(plan, {})
    yield state(f"{lp} | [.planEnergy, .planTime, .plan, .planProjectedStart]", [0, None, None, None])
    yield _nothing_planned(2)
    yield Request("GET", f"/loadpoints/2/plan/static/preview/energy/5/{time}", 200, holds=_charges(POWER[2]))
    yield Request("GET", f"/loadpoints/2/plan/static/preview/soc/90/{time}", 400)


def _repeating_plans(car: str) -> Iterator[Request]:
    plan = f"/vehicles/{car}/plan/repeating"
    yield Request("POST", plan, 200, {"plans": [DAILY]}, {"plans": [DAILY]})
    yield state(f'.vehicles["{car}"].repeatingPlans', [DAILY])
    yield Request("GET", "/loadpoints/1/plan", 200, holds=_has(planId=2))
    yield Request("POST", plan, 400, body={"plans": [{**DAILY, "weekdays": [9]}]})
    yield Request("POST", plan, 400, body={"plans": [{**DAILY, "tz": "Foo/Bar"}]})
    yield Request("POST", plan, 400, body={"plans": [{**DAILY, "time": "29:30"}]})
    yield Request("POST", "/vehicles/nope/plan/repeating", 400, body={"plans": []})
    yield Request("POST", plan, 200, [DAILY], [DAILY])
    yield Request("POST", plan, 200, {"plans": []}, {"plans": []})
    yield state(f'.vehicles["{car}"].repeatingPlans', [])
    yield _nothing_planned(1)


def _previews(ahead: datetime, past: datetime) -> Iterator[Request]:
    preview, time = "/loadpoints/1/plan/static/preview", _zulu(ahead)
    yield Request("GET", f"{preview}/soc/95/{time}", 200, holds=_charges(POWER[1], ahead))
    yield Request("GET", f"{preview}/soc/95/{time}?precondition=900", 200, holds=_has(precondition=900))
    yield Request("GET", f"{preview}/soc/95/{_zulu(past)}", 200)
    yield Request("GET", f"{preview}/soc/95/{time.removesuffix('Z')}", 400)
    yield Request("GET", f"{preview}/energy/5/{time}", 400)
    yield Request("GET", f"{preview}/power/5/{time}", 404)
    preview = "/loadpoints/1/plan/repeating/preview/95"
    yield Request("GET", f"{preview}/0,1,2,3,4,5,6/23:30/Europe/Berlin", 200, holds=_charges(POWER[1]))
    yield Request("GET", f"{preview}/1,3/23:30/Europe%2FBerlin", 200)
    yield Request("GET", f"{preview}/1,,3/07:00/UTC", 400)
    yield Request("GET", f"{preview}/1/29:30/UTC", 400)
    yield Request("GET", f"{preview}/1/07:00/Foo/Bar", 400)
    yield Request("GET", f"{preview}/7/07:00/UTC", 404)
    yield _nothing_planned(1)
