"""Plans as entities show and change them. What belongs together is put together by `core.plan_entry`."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from .coordinator import EvccRuntime
from .core import plan_entry
from .core.settings import SettingError
from .core.state import LoadpointState, VehicleState


async def async_set_soc(runtime: EvccRuntime, vehicle: VehicleState, soc: float) -> None:
    """Set the target (%) of a vehicle's plan; 0 removes the plan."""
    if soc > 0:
        require_capacity(vehicle.title or vehicle.name, vehicle.capacity)
    plan = plan_entry.soc_plan(vehicle, int(soc), runtime.runner.now(), _zone(runtime))
    await runtime.async_set_soc_plan(vehicle.name, plan)


async def async_set_soc_time(runtime: EvccRuntime, vehicle: VehicleState, time: datetime) -> None:
    """Set the time of a vehicle's plan."""
    require_capacity(vehicle.title or vehicle.name, vehicle.capacity)
    await runtime.async_set_soc_plan(vehicle.name, plan_entry.soc_plan_at(vehicle, time))


async def async_set_energy(runtime: EvccRuntime, loadpoint: LoadpointState, energy: float) -> None:
    """Set the target (kWh) of a loadpoint's plan; 0 removes the plan."""
    plan = plan_entry.energy_plan(loadpoint, energy, runtime.runner.now(), _zone(runtime))
    await runtime.async_set_energy_plan(loadpoint.index - 1, plan)


async def async_set_energy_time(runtime: EvccRuntime, loadpoint: LoadpointState, time: datetime) -> None:
    """Set the time of a loadpoint's plan."""
    await runtime.async_set_energy_plan(loadpoint.index - 1, plan_entry.energy_plan_at(loadpoint, time))


def proposed_time(runtime: EvccRuntime) -> datetime:
    """Return the time that a plan would be for if none is told."""
    return plan_entry.next_morning(runtime.coordinator.data.at, _zone(runtime))


async def async_set_precondition(runtime: EvccRuntime, vehicle: VehicleState, minutes: float) -> None:
    """Set how long a vehicle charges directly before the target at any price."""
    strategy = replace(vehicle.plan_strategy, precondition=minutes * 60)
    await runtime.async_set_vehicle_strategy(vehicle.name, strategy)


async def async_set_continuous(runtime: EvccRuntime, vehicle: VehicleState, *, continuous: bool) -> None:
    """Set whether a vehicle charges in one piece."""
    strategy = replace(vehicle.plan_strategy, continuous=continuous)
    await runtime.async_set_vehicle_strategy(vehicle.name, strategy)


def require_capacity(vehicle: str, capacity: float) -> None:
    """Refuse a plan for a vehicle of unknown capacity (kWh): nothing could follow it."""
    if capacity <= 0:
        raise SettingError("capacity_missing", vehicle=vehicle)


def _zone(runtime: EvccRuntime) -> ZoneInfo:
    return ZoneInfo(runtime.site.config.timezone)
