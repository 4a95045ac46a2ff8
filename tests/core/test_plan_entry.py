"""Plans entered bit by bit: what is missing is filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core import plan_entry
from custom_components.evcc.core.goals import EnergyPlan, SocPlan
from custom_components.evcc.core.site import Site
from custom_components.evcc.core.snapshot import snapshot
from custom_components.evcc.core.state import LoadpointState, VehicleState

from .wiring import small_site

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
MORNING = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
LATER, PAST = NOW + timedelta(hours=30), NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "zone", "morning"),
    [
        ("2026-11-20T18:00+00:00", "Europe/Berlin", "2026-11-21T06:00+00:00"),
        ("2026-11-20T05:59+00:00", "Europe/Berlin", "2026-11-20T06:00+00:00"),
        ("2026-11-20T06:00+00:00", "Europe/Berlin", "2026-11-21T06:00+00:00"),
        ("2026-11-20T23:30+00:00", "Europe/Berlin", "2026-11-21T06:00+00:00"),
        ("2026-03-28T20:00+00:00", "Europe/Berlin", "2026-03-29T05:00+00:00"),  # into summer time
        ("2026-10-24T20:00+00:00", "Europe/Berlin", "2026-10-25T06:00+00:00"),  # and back
        ("2026-11-20T18:00+00:00", "America/New_York", "2026-11-21T12:00+00:00"),
        ("2026-11-20T18:00+00:00", "Asia/Kathmandu", "2026-11-21T01:15+00:00"),
    ],
)
def test_the_next_morning_by_clocks_on_the_wall(now: str, zone: str, morning: str) -> None:
    found = plan_entry.next_morning(datetime.fromisoformat(now), ZoneInfo(zone))
    assert found.astimezone(UTC) == datetime.fromisoformat(morning)


def vehicle(plan: SocPlan | None = None, limit_soc: int = 0) -> VehicleState:
    state = snapshot(Site(small_site()), NOW).vehicles[0]
    return replace(state, plan=plan, limit_soc=limit_soc)


def loadpoint(energy: float = 0.0, time: datetime | None = None, limit: float = 0.0) -> LoadpointState:
    state = snapshot(Site(small_site()), NOW).loadpoints[0]
    return replace(state, plan_energy=energy, plan_time=time, plan_precondition=60.0, limit_energy=limit)


@pytest.mark.parametrize(
    ("present", "soc", "expected"),
    [
        (None, 80, SocPlan(soc=80, time=MORNING)),
        (None, 0, None),
        (SocPlan(soc=50, time=LATER, precondition=60), 80, SocPlan(soc=80, time=LATER, precondition=60)),
        (SocPlan(soc=50, time=PAST), 80, SocPlan(soc=80, time=MORNING)),
        (SocPlan(soc=50, time=NOW), 80, SocPlan(soc=80, time=MORNING)),
        (SocPlan(soc=50, time=LATER), 0, None),
    ],
)
def test_a_target_of_a_vehicle(present: SocPlan | None, soc: int, expected: SocPlan | None) -> None:
    assert plan_entry.soc_plan(vehicle(present), soc, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    ("present", "limit", "expected"),
    [
        (None, 0, SocPlan(soc=80, time=LATER)),
        (None, 60, SocPlan(soc=60, time=LATER)),
        (SocPlan(soc=50, time=PAST, precondition=60), 60, SocPlan(soc=50, time=LATER, precondition=60)),
    ],
)
def test_a_time_of_a_vehicle(present: SocPlan | None, limit: int, expected: SocPlan) -> None:
    assert plan_entry.soc_plan_at(vehicle(present, limit), LATER) == expected


@pytest.mark.parametrize(
    ("present", "energy", "expected"),
    [
        (loadpoint(), 12.5, EnergyPlan(energy=12.5, time=MORNING, precondition=60)),
        (loadpoint(5, LATER), 12.5, EnergyPlan(energy=12.5, time=LATER, precondition=60)),
        (loadpoint(5, PAST), 12.5, EnergyPlan(energy=12.5, time=MORNING, precondition=60)),
        (loadpoint(5, LATER), 0, None),
    ],
)
def test_a_target_of_a_loadpoint(present: LoadpointState, energy: float, expected: EnergyPlan | None) -> None:
    assert plan_entry.energy_plan(present, energy, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    ("present", "energy"), [(loadpoint(5), 5), (loadpoint(limit=7), 7), (loadpoint(), 10)]
)
def test_a_time_of_a_loadpoint(present: LoadpointState, energy: float) -> None:
    expected = EnergyPlan(energy=energy, time=LATER, precondition=60)
    assert plan_entry.energy_plan_at(present, LATER) == expected
