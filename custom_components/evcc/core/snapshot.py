"""Building the snapshot: the site's present state as one immutable value for everything outside."""

from datetime import datetime

from . import effective, phases, plan_figures, requirement, rules, vehicle
from .config import MeterConfig
from .memory import MeterMemory
from .model import Failure, Status
from .parts import Circuit, Loadpoint, Vehicle
from .ports import MeterReading
from .power import SitePower, excess_dc
from .site import Site
from .state import (
    BatteryDeviceState,
    BatteryState,
    CircuitState,
    LoadpointState,
    MeterState,
    SiteState,
    VehicleState,
)

LOST_AFTER = 60.0
"""s after which a silent meter's value is not shown any more."""


def snapshot(site: Site, now: datetime) -> SiteState:
    """Return everything there is to know of the site after a cycle at `now`."""
    config, settings, memory, readings = site.config, site.settings, site.memory, site.readings
    begun = site.cycles > 0
    lost = not begun or site.grid_lost_for > LOST_AFTER
    p: SitePower | None = site.power if begun and not site.grid_lost_for else None
    tariffs = site.tariffs
    grid, feedin, co2, solar = (
        None if x is None else x.value(now)
        for x in (tariffs.grid, tariffs.feedin, tariffs.co2, tariffs.solar)
    )
    home = site.shares.home
    price_home, co2_home = site.energy_cost(now, home)
    consumption = tariffs.consumption
    energies = [r.energy for r in readings.pv if r.energy is not None]
    return SiteState(
        at=now,
        title=config.title,
        interval=config.interval,
        currency=config.currency,
        cycles=site.cycles,
        grid=_grid(site, lost=lost),
        pv=tuple(_meters(config.pv, readings.pv, memory.meters, now)),
        pv_power=max(0.0, site.power.pv),
        pv_energy=sum(energies) if energies else None,
        battery=_battery(site, now),
        aux=tuple(_meters(config.aux, readings.aux, memory.meters, now)),
        aux_power=sum(r.power or 0.0 for r in readings.aux),
        consumers=tuple(_meters(config.consumers, readings.consumers, memory.meters, now)),
        home_power=None if p is None else p.home,
        site_power=None if p is None else p.site,
        circuits=tuple(_circuit(c) for c in site.circuits),
        residual_power=settings.residual_power,
        priority_soc=settings.priority_soc,
        buffer_soc=settings.buffer_soc,
        buffer_start_soc=settings.buffer_start_soc,
        battery_discharge_control=settings.battery_discharge_control,
        battery_grid_charge_limit=settings.battery_grid_charge_limit,
        battery_grid_charge_active=site.grid_charge_active,
        battery_mode=memory.battery_mode,
        battery_mode_external=memory.battery_mode_external,
        green_share_home=home,
        green_share_loadpoints=site.shares.loadpoints,
        tariff_grid=grid,
        tariff_feedin=feedin,
        tariff_co2=co2,
        tariff_solar=solar,
        tariff_price_home=price_home,
        tariff_co2_home=co2_home,
        tariff_price_loadpoints=site.price,
        tariff_co2_loadpoints=site.co2,
        smart_cost_available=consumption is not None and not consumption.static,
        smart_feed_in_priority_available=tariffs.feedin is not None and not tariffs.feedin.static,
        smart_cost_type=None if consumption is None else str(consumption.kind),
        loadpoints=tuple(loadpoint_state(lp, now, config.voltage) for lp in site.loadpoints),
        vehicles=tuple(_vehicle(car, site.loadpoints) for car in site.vehicles.values()),
    )


def _grid(site: Site, *, lost: bool) -> MeterState | None:
    config, reading = site.config.grid, site.readings.grid
    if config is None:
        return None
    r = reading or MeterReading(failure=Failure.UNAVAILABLE)
    power = None if lost else site.power.grid
    return MeterState(
        name=config.name,
        title=config.title,
        power=power,
        energy=r.energy,
        return_energy=r.return_energy,
        currents=r.currents,
        powers=r.powers,
        failure=r.failure,
    )


def _meters(
    configs: tuple[MeterConfig, ...],
    readings: tuple[MeterReading, ...],
    memories: dict[str, MeterMemory],
    now: datetime,
) -> list[MeterState]:
    states = []
    for config, r in zip(configs, readings, strict=False):
        power = r.power
        memory = memories.get(config.name)
        if power is None and memory is not None and memory.read is not None:
            recent = (now - memory.read).total_seconds() <= LOST_AFTER
            power = memory.power if recent else None
        over = excess_dc(power, config.max_ac_power) if power is not None else 0.0
        states.append(
            MeterState(
                name=config.name,
                title=config.title,
                power=power,
                energy=r.energy,
                return_energy=r.return_energy,
                currents=r.currents,
                powers=r.powers,
                excess_dc_power=over if config.max_ac_power > 0 else None,
                failure=r.failure,
            )
        )
    return states


def _battery(site: Site, now: datetime) -> BatteryState | None:
    if not site.config.batteries:
        return None
    devices = []
    for config, m, r in zip(
        site.config.batteries, site.battery_memories, site.readings.batteries, strict=False
    ):
        recent = m.power_read is not None and (now - m.power_read).total_seconds() <= LOST_AFTER
        devices.append(
            BatteryDeviceState(
                name=config.name,
                title=config.title,
                power=m.power if recent else None,
                soc=m.soc,
                capacity=config.capacity,
                energy=r.energy,
                return_energy=r.return_energy,
                controllable=config.controllable,
                mode=m.sent,
                failure=r.failure,
            )
        )
    b = site.batteries
    return BatteryState(
        power=b.power, soc=b.soc, capacity=b.capacity, energy=b.energy, devices=tuple(devices)
    )


def _circuit(c: Circuit) -> CircuitState:
    return CircuitState(
        name=c.config.name,
        title=c.config.title,
        parent=c.config.parent,
        power=None if c.failed else c.power,
        current=None if c.failed else c.current,
        max_power=c.max_power,
        max_current=c.config.max_current,
    )


def _vehicle(car: Vehicle, loadpoints: list[Loadpoint]) -> VehicleState:
    at = next((lp for lp in loadpoints if lp.vehicle is car), None)
    config, settings, r = car.config, car.settings, car.reading
    here = None if at is None else at.memory
    plugged = None if r.status is None else r.status is not Status.A
    return VehicleState(
        name=config.name,
        title=config.title,
        icon=config.icon,
        capacity=config.capacity,
        phases=config.phases,
        mode=settings.mode,
        min_soc=settings.min_soc,
        limit_soc=settings.limit_soc,
        soc=here.soc if here is not None and here.soc is not None else r.soc,
        range=here.range if here is not None and here.range is not None else r.range,
        odometer=r.odometer if here is None or here.odometer is None else here.odometer,
        loadpoint=None if at is None else at.config.name,
        plugged=plugged,
        failure=r.failure,
        min_current=config.on_min_current,
        max_current=config.on_max_current,
        priority=config.on_priority,
        features=tuple(sorted(config.features)),
        plan=car.goals.plan,
        repeating_plans=car.goals.repeating,
        plan_strategy=car.goals.strategy,
    )


def loadpoint_state(lp: Loadpoint, now: datetime, voltage: float) -> LoadpointState:
    """Return one loadpoint's part of the snapshot."""
    s, m, r, ledger = lp.settings, lp.memory, lp.reading, lp.memory.accounting
    limit = effective.limit_soc(lp)
    duration, energy = vehicle.remaining(lp, limit, lp.power)
    if not rules.soc_based(lp) and s.limit_energy > 0:
        energy = max(0.0, s.limit_energy - ledger.total)
        duration = energy * 3_600_000 / lp.power if lp.charging and lp.power > 0 else 0.0
    charged = ledger.total * 1000.0
    own, planning = lp.goals.plan, lp.planning
    goal = requirement.effective_goal(lp, now, voltage)
    most = effective.max_power(lp, voltage)
    price = plan_figures.mean_price(planning.shown, planning.tariff)
    return LoadpointState(
        name=lp.config.name,
        title=lp.config.title,
        index=lp.index + 1,
        why=m.why,
        available=r.failure is None and r.status is not None,
        failure=r.failure or r.enabled_failure,
        message=r.message,
        mode=s.mode,
        default_mode=s.default_mode,
        priority=s.priority,
        phases_configured=s.phases_configured,
        min_current=s.min_current,
        max_current=s.max_current,
        limit_soc=s.limit_soc,
        limit_energy=s.limit_energy,
        min_soc=s.min_soc,
        smart_cost_limit=s.smart_cost_limit,
        smart_feed_in_priority_limit=s.smart_feed_in_priority_limit,
        battery_boost_limit=s.battery_boost_limit,
        enable_threshold=s.enable_threshold,
        enable_delay=s.enable_delay,
        disable_threshold=s.disable_threshold,
        disable_delay=s.disable_delay,
        soc_poll_mode=s.soc_poll_mode,
        soc_poll_interval=s.soc_poll_interval,
        soc_estimate=s.soc_estimate,
        status=m.status,
        connected=lp.connected,
        charging=lp.charging,
        enabled=m.enabled,
        offered_current=m.offered_current if m.enabled else 0.0,
        phases_active=m.measured_phases if lp.charging and m.measured_phases else phases.active(lp),
        phases=m.phases,
        charger_phases_1p3p=lp.switchable,
        charger_single_phase=lp.traits.physical_phases == 1,
        charger_features=tuple(sorted(lp.traits.features)),
        charger_status_reason=m.status_reason,
        charge_power=_power(lp, now),
        charge_currents=r.currents,
        charge_voltages=r.voltages,
        charge_total_import=lp.counter,
        dimmed=r.dimmed,
        pv_action=str(m.pv_timer.action),
        pv_remaining=m.pv_timer.remaining,
        phase_action=str(m.phase_timer.action),
        phase_remaining=m.phase_timer.remaining,
        session_id=0 if m.session is None else m.session.id,
        session_started=None if m.session is None else m.session.created,
        charged_energy=charged,
        session_energy=charged,
        session_solar_percentage=ledger.solar_percentage,
        session_price=ledger.price,
        session_price_per_kwh=ledger.price_per_kwh,
        session_co2_per_kwh=ledger.co2_per_kwh,
        charge_duration=ledger.duration_at(now),
        connected_since=m.connected_since,
        connected_duration=m.connected_duration,
        charge_remaining_duration=duration,
        charge_remaining_energy=energy * 1000.0,
        effective_priority=effective.priority(lp),
        effective_min_current=effective.min_current(lp, voltage),
        effective_max_current=effective.max_current(lp, voltage),
        effective_min_soc=effective.min_soc(lp),
        effective_limit_soc=limit,
        effective_min_power=effective.min_power(lp, voltage),
        effective_max_power=most,
        min_soc_not_reached=rules.min_soc_not_reached(lp),
        plan_active=m.plan_active,
        smart_cost_active=lp.smart_cost.active,
        smart_cost_next_start=lp.smart_cost.next_start,
        smart_feed_in_priority_active=lp.feed_in.active,
        smart_feed_in_priority_next_start=lp.feed_in.next_start,
        battery_boost=m.boost,
        vehicle_name=m.vehicle or "",
        vehicle_title="" if lp.vehicle is None else lp.vehicle.config.title or lp.vehicle.config.name,
        vehicle_identity=m.identifier,
        vehicle_detection_active=m.detection_since is not None,
        vehicle_welcome_active=lp.welcome,
        vehicle_soc=m.soc,
        vehicle_range=m.range,
        vehicle_limit_soc=m.vehicle_limit_soc,
        vehicle_odometer=m.odometer,
        vehicle_climater_active=m.climater,
        plan_energy=0.0 if own is None else own.energy,
        plan_time=None if own is None else own.time,
        plan_precondition=0.0 if own is None else own.precondition,
        plan_strategy=lp.goals.strategy,
        plan=planning.shown,
        plan_projected_start=planning.start,
        plan_projected_end=planning.end,
        plan_overrun=planning.overrun,
        plan_price=price,
        plan_cost=plan_figures.cost(planning.shown, most, price),
        effective_plan_id=0 if goal is None else goal.id,
        effective_plan_soc=0 if goal is None else goal.soc,
        effective_plan_time=None if goal is None else goal.time,
        effective_plan_strategy=requirement.effective_strategy(lp, goal),
    )


def _power(lp: Loadpoint, now: datetime) -> float | None:
    read = lp.memory.power_read
    if read is None:
        return None
    return lp.memory.charge_power if (now - read).total_seconds() <= LOST_AFTER else None
