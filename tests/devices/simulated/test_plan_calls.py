"""REST calls of plans in a scenario: what they set, in which order they check, and how they refuse."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.core.goals import EnergyPlan, RepeatingPlan, SocPlan, Strategy
from custom_components.evcc.core.site import Site
from custom_components.evcc.devices.simulated.calls import RefusedCallError, carry_out
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read

from .documents import garage

NOW = read(garage()).start
SEVEN = "2026-05-05T07:00:00+02:00"
AT_SEVEN = datetime(2026, 5, 5, 5, tzinfo=UTC)
PLAN = {"weekdays": [1], "time": "07:00", "tz": "Europe/Berlin", "soc": 80, "active": True}


@pytest.fixture
def site() -> Site:
    run = Run(read(garage(loadpoints=[{}, {}])))
    next(iter(run))
    return run.site


def test_the_plan_of_a_vehicle(site: Site) -> None:
    carry_out(site, "POST", f"/vehicles/blue/plan/soc/79.6/{SEVEN}?precondition=900", NOW)
    assert site.vehicles["blue"].goals.plan == SocPlan(soc=80, time=AT_SEVEN, precondition=900)
    carry_out(site, "DELETE", "/vehicles/blue/plan/soc", NOW)
    assert site.vehicles["blue"].goals.plan is None


@pytest.mark.parametrize(
    "time", ["2026-05-05T05:00:00Z", "2026-05-05T05:00:00.75Z", "2026-05-05T07:00:00%2B02:00"]
)
def test_times(site: Site, time: str) -> None:
    carry_out(site, "POST", f"/vehicles/blue/plan/soc/80/{time}", NOW)
    assert site.vehicles["blue"].goals.plan == SocPlan(soc=80, time=AT_SEVEN)


def test_a_plan_for_nothing_is_none(site: Site) -> None:
    carry_out(site, "POST", f"/vehicles/blue/plan/soc/80/{SEVEN}", NOW)
    carry_out(site, "POST", f"/vehicles/blue/plan/soc/0/{SEVEN}", NOW)
    assert site.vehicles["blue"].goals.plan is None


def test_the_plan_of_a_loadpoint(site: Site) -> None:
    carry_out(site, "POST", f"/loadpoints/2/plan/energy/12.5/{SEVEN}", NOW)
    assert site.loadpoints[1].goals.plan == EnergyPlan(energy=12.5, time=AT_SEVEN)
    assert site.loadpoints[0].goals.plan is None
    carry_out(site, "DELETE", "/loadpoints/2/plan/energy", NOW)
    assert site.loadpoints[1].goals.plan is None


def test_repeating_plans_are_replaced_all_at_once(site: Site) -> None:
    expected = RepeatingPlan(weekdays=(1,), time="07:00", tz="Europe/Berlin", soc=80, active=True)
    carry_out(site, "POST", "/vehicles/blue/plan/repeating", NOW, {"plans": [PLAN, PLAN]})
    assert site.vehicles["blue"].goals.repeating == (expected, expected)
    carry_out(site, "POST", "/vehicles/blue/plan/repeating", NOW, [PLAN])
    assert site.vehicles["blue"].goals.repeating == (expected,)
    carry_out(site, "POST", "/vehicles/blue/plan/repeating", NOW, {})
    assert site.vehicles["blue"].goals.repeating == ()


def test_strategies(site: Site) -> None:
    carry_out(site, "POST", "/vehicles/blue/plan/strategy", NOW, {"continuous": True})
    carry_out(site, "POST", "/loadpoints/1/plan/strategy", NOW, {"precondition": 600})
    assert site.vehicles["blue"].goals.strategy == Strategy(continuous=True)
    assert site.loadpoints[0].goals.strategy == Strategy(precondition=600)


PAST = (NOW - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("POST", f"/vehicles/nope/plan/soc/80/{SEVEN}", None, 400, "not found"),
        ("POST", "/vehicles/nope/plan/soc/80/yesterday", None, 404, "page"),
        ("POST", "/vehicles/blue/plan/soc/101/2026-05-05", None, 400, "time"),
        ("POST", "/vehicles/blue/plan/soc/80/2026-13-05T07:00:00Z", None, 400, "time"),
        ("POST", "/vehicles/blue/plan/soc/80/2026-05-05T07:00:00", None, 400, "time"),
        ("POST", "/vehicles/blue/plan/soc/80/0001-01-01T00:00:00Z", None, 400, "time"),
        ("POST", "/vehicles/blue/plan/soc/80/9999-12-31T23:59:59Z", None, 400, "time"),
        ("POST", f"/vehicles/blue/plan/soc/101/{PAST}?precondition=x", None, 400, "between 0 and 100"),
        ("POST", f"/vehicles/blue/plan/soc/8.0.0/{SEVEN}", None, 400, "number"),
        ("POST", f"/vehicles/blue/plan/soc/80/{PAST}?precondition=x", None, 400, "precondition"),
        ("POST", f"/vehicles/blue/plan/soc/80/{SEVEN}?precondition=99999999", None, 400, "between"),
        ("POST", f"/vehicles/blue/plan/soc/80/{PAST}", None, 400, "past"),
        ("POST", f"/vehicles/blue/plan/soc/0/{PAST}", None, 400, "past"),
        ("POST", f"/loadpoints/1/plan/energy/10/{PAST}", None, 400, "past"),
        ("POST", f"/loadpoints/1/plan/energy/10001/{SEVEN}", None, 400, "between"),
        ("POST", f"/loadpoints/9/plan/energy/10/{SEVEN}", None, 404, "page"),
        ("GET", "/vehicles/blue/plan/soc", None, 405, "GET"),
        ("DELETE", "/vehicles/blue/plan/repeating", None, 405, "DELETE"),
        ("POST", "/vehicles/blue/plan/repeating", None, 400, "body"),
        ("POST", "/vehicles/blue/plan/repeating", [{**PLAN, "tz": "Nowhere"}], 400, "timezone"),
        ("POST", "/vehicles/blue/plan/repeating", [{**PLAN, "weekdays": [7]}], 400, "weekday"),
        ("POST", "/vehicles/blue/plan/repeating", [{**PLAN, "time": "7"}], 400, "time"),
        ("POST", "/vehicles/blue/plan/strategy", [], 400, "object"),
        ("POST", "/loadpoints/1/plan/strategy", {"precondition": -1}, 400, "at least 0"),
    ],
)
def test_refused(site: Site, method: str, path: str, body: Any, status: int, text: str) -> None:
    before = site.dump_settings()
    with pytest.raises(RefusedCallError) as caught:
        carry_out(site, method, path, NOW, body)
    assert caught.value.status == status
    assert text in str(caught.value)
    assert site.dump_settings() == before


def test_one_bad_plan_refuses_all(site: Site) -> None:
    with pytest.raises(RefusedCallError):
        carry_out(site, "POST", "/vehicles/blue/plan/repeating", NOW, [PLAN, {**PLAN, "time": ""}])
    assert site.vehicles["blue"].goals.repeating == ()
