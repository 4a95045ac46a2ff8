"""Plans as people enter them bit by bit: a target here, a time there. What is missing is filled in.

A target of 0 means no plan. A target without a time, or with one that has passed, is for the next morning.
A time without a target means the vehicle's own limit, and for an energy what the session is limited to.
"""

from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from .goals import EnergyPlan, SocPlan
from .state import LoadpointState, VehicleState

MORNING: Final = time(7)
"""When people want to leave if they do not say."""

USUAL_SOC: Final = 80
"""%; what vehicles are charged to day by day."""

USUAL_ENERGY: Final = 10.0
"""kWh; a day's driving."""


def next_morning(now: datetime, zone: tzinfo) -> datetime:
    """Return the next time that clocks of the zone show the morning hour."""
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), MORNING, zone)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
    return morning


def soc_plan(vehicle: VehicleState, soc: int, now: datetime, zone: tzinfo) -> SocPlan | None:
    """Return the vehicle's plan with another target (%); None for 0."""
    if soc <= 0:
        return None
    plan = vehicle.plan
    return SocPlan(
        soc=soc,
        time=_time(None if plan is None else plan.time, now, zone),
        precondition=0.0 if plan is None else plan.precondition,
    )


def soc_plan_at(vehicle: VehicleState, when: datetime) -> SocPlan:
    """Return the vehicle's plan with another time."""
    plan = vehicle.plan
    if plan is not None:
        return SocPlan(soc=plan.soc, time=when, precondition=plan.precondition)
    return SocPlan(soc=vehicle.limit_soc or USUAL_SOC, time=when)


def energy_plan(loadpoint: LoadpointState, energy: float, now: datetime, zone: tzinfo) -> EnergyPlan | None:
    """Return the loadpoint's plan with another target (kWh); None for 0."""
    if energy <= 0:
        return None
    when = _time(loadpoint.plan_time, now, zone)
    return EnergyPlan(energy=energy, time=when, precondition=loadpoint.plan_precondition)


def energy_plan_at(loadpoint: LoadpointState, when: datetime) -> EnergyPlan:
    """Return the loadpoint's plan with another time."""
    energy = loadpoint.plan_energy or loadpoint.limit_energy or USUAL_ENERGY
    return EnergyPlan(energy=energy, time=when, precondition=loadpoint.plan_precondition)


def _time(present: datetime | None, now: datetime, zone: tzinfo) -> datetime:
    return present if present is not None and present > now else next_morning(now, zone)
