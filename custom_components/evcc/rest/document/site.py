"""The house in the state: meters, home battery, settings, circuits, vehicles."""

from collections.abc import Iterable, Sequence
from typing import Any

from ...core.config import BatteryConfig, MeterConfig, SiteConfig
from ...core.goals import RepeatingPlan
from ...core.model import BatteryMode
from ...core.state import BatteryDeviceState, BatteryState, CircuitState, MeterState, SiteState, VehicleState
from .loadpoint import strategy
from .values import each, exact, instant, rounded, seconds


def site(state: SiteState, config: SiteConfig, *, modern: bool) -> dict[str, Any]:
    """Return what is measured and set for the house as a whole."""
    return {
        "siteTitle": state.title,
        "currency": state.currency,
        "interval": seconds(state.interval),
        "gridConfigured": config.grid is not None,
        "grid": _grid(state, config),
        "homePower": rounded(state.home_power),
        **_pv(state, config),
        "aux": _meters(state.aux, config.aux),
        **({"auxPower": rounded(state.aux_power)} if config.aux else {}),
        "ext": [],
        **({"consumers": _meters(state.consumers, config.consumers)} if config.consumers else {}),
        **({"circuits": {c.name: circuit(c) for c in state.circuits}} if state.circuits else {}),
        **_battery(state, config.batteries, modern=modern),
        **_settings(state),
        "greenShareHome": rounded(state.green_share_home),
        "greenShareLoadpoints": rounded(state.green_share_loadpoints),
        "vehicles": {v.name: vehicle(v, modern=modern) for v in state.vehicles},
    }


def meter(m: MeterState) -> dict[str, Any]:
    """Return a meter. One that is silent for long counts as 0, as it does in the sums."""
    found: dict[str, Any] = {"name": m.name, **({"title": m.title} if m.title else {})}
    found["power"] = exact(m.power or 0.0)
    if m.energy:
        found["energy"] = exact(m.energy)
    if m.return_energy is not None:
        found["returnEnergy"] = exact(m.return_energy)
    if m.excess_dc_power:
        found["excessdcpower"] = exact(m.excess_dc_power)
    return found


def _meters(states: Sequence[MeterState], configs: Sequence[MeterConfig]) -> list[dict[str, Any]]:
    """Return meters of one use. Those that were not read yet are there: clients look once what there is."""
    unread = (MeterState(name=c.name, title=c.title, power=None) for c in configs[len(states) :])
    return [meter(m) for m in (*states, *unread)]


def _grid(state: SiteState, config: SiteConfig) -> dict[str, Any] | None:
    """Return the grid meter, null before it was read, and without one the power that follows from the rest."""
    m = state.grid
    if config.grid is None or m is None:
        charge = sum(lp.charge_power or 0.0 for lp in state.loadpoints)
        battery = 0.0 if state.battery is None else state.battery.power
        return {"power": exact(charge - state.pv_power - battery)}
    if m.power is None and state.cycles == 0:
        return None
    found = meter(m) | {"power": exact(m.power)}  # unlike others: the loop does not go by 0 either
    if m.powers is not None:
        found["powers"] = each(m.powers)
    if m.currents is not None:
        found["currents"] = each(m.currents)
    return found


def _pv(state: SiteState, config: SiteConfig) -> dict[str, Any]:
    found: dict[str, Any] = {"pv": _meters(state.pv, config.pv), "pvPower": rounded(state.pv_power)}
    if config.pv:
        found["pvEnergy"] = rounded(state.pv_energy or 0.0)
    return found


def _battery(state: SiteState, configs: Sequence[BatteryConfig], *, modern: bool) -> dict[str, Any]:
    """Return the home batteries: an array with sums beside it, or one object."""
    b = state.battery
    found: dict[str, Any] = {"batteryMode": state.battery_mode}
    if b is not None or state.battery_mode_external is not BatteryMode.UNKNOWN:
        found["batteryModeExternal"] = state.battery_mode_external
    if b is not None or state.battery_grid_charge_limit is not None:
        found["batteryGridChargeLimit"] = rounded(state.battery_grid_charge_limit)
    if b is None:
        return found | {"battery": None if modern else []}
    devices = [_battery_device(d) for d in _batteries(b, configs)]
    capacity = b.capacity or sum(c.capacity or 0.0 for c in configs)
    if modern:
        return found | {"battery": _battery_object(b, capacity, devices)}
    return found | {
        "battery": devices,
        "batteryPower": rounded(b.power),
        "batterySoc": rounded(b.soc or 0.0),
        # batteries that do not tell theirs count as 1 each, as they do in the mean state of charge
        "batteryCapacity": rounded(capacity or len(devices)),
        "batteryEnergy": rounded(b.energy or 0.0),
    }


def _batteries(b: BatteryState, configs: Sequence[BatteryConfig]) -> Iterable[BatteryDeviceState]:
    yield from b.devices
    for c in configs[len(b.devices) :]:  # not read yet
        yield BatteryDeviceState(
            name=c.name,
            title=c.title,
            power=None,
            soc=None,
            capacity=c.capacity,
            energy=None,
            return_energy=None,
            controllable=c.controllable,
            mode=BatteryMode.UNKNOWN,
        )


def _battery_object(b: BatteryState, capacity: float, devices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "power": exact(b.power),
        **({"energy": exact(b.energy)} if b.energy else {}),
        **({"capacity": exact(capacity)} if capacity else {}),
        "soc": exact(b.soc or 0.0),
        "devices": devices,
    }


def _battery_device(d: BatteryDeviceState) -> dict[str, Any]:
    return {
        "name": d.name,
        **({"title": d.title} if d.title else {}),
        "power": exact(d.power or 0.0),
        **({"energy": exact(d.energy)} if d.energy else {}),
        **({} if d.return_energy is None else {"returnEnergy": exact(d.return_energy)}),
        "capacity": exact(d.capacity or 0.0),
        "soc": exact(d.soc or 0.0),
        "controllable": d.controllable,
    }


def _settings(state: SiteState) -> dict[str, Any]:
    return {
        "residualPower": rounded(state.residual_power),
        "prioritySoc": rounded(state.priority_soc),
        "bufferSoc": rounded(state.buffer_soc),
        "bufferStartSoc": rounded(state.buffer_start_soc),
        "batteryDischargeControl": state.battery_discharge_control,
        "batteryGridChargeActive": state.battery_grid_charge_active,
        # what the original can and this cannot
        "batteryGridDischarge": False,
        "gridExportLimit": 0,
        "solarAdjusted": False,
    }


def circuit(c: CircuitState) -> dict[str, Any]:
    """Return a circuit; null while its meter is lost."""
    found: dict[str, Any] = {"title": c.title} if c.title else {}
    if c.parent:
        found["parent"] = c.parent
    found["power"] = exact(c.power)
    if c.max_current and c.current != 0.0:
        found["current"] = exact(c.current)
    if c.max_power:
        found["maxPower"] = exact(c.max_power)
    if c.max_current:
        found["maxCurrent"] = exact(c.max_current)
    return found


def vehicle(v: VehicleState, *, modern: bool) -> dict[str, Any]:
    """Return a vehicle: its constants and what was set for it. What is 0 or empty is left out."""
    constants: dict[str, Any] = {
        "icon": v.icon,
        "capacity": exact(v.capacity),
        "phases": v.phases,
        "mode": v.mode,
        "minSoc": v.min_soc,
        "limitSoc": v.limit_soc,
        "minCurrent": exact(v.min_current),
        "maxCurrent": exact(v.max_current),
        "priority": v.priority,
        "features": list(v.features),
    }
    found = {"title": v.title or v.name, **{key: value for key, value in constants.items() if value}}
    if v.plan is not None:
        found["plan"] = {
            "soc": v.plan.soc,
            **({} if modern else {"precondition": seconds(v.plan.precondition)}),
            "time": instant(v.plan.time),
        }
    found["repeatingPlans"] = [repeating(plan, modern=modern) for plan in v.repeating_plans]
    found["planStrategy"] = strategy(v.plan_strategy)
    return found


def repeating(plan: RepeatingPlan, *, modern: bool) -> dict[str, Any]:
    """Return a repeating plan."""
    return {
        "weekdays": list(plan.weekdays),
        "time": plan.time,
        "tz": plan.tz,
        "soc": plan.soc,
        **({} if modern else {"precondition": seconds(plan.precondition)}),
        "active": plan.active,
    }
