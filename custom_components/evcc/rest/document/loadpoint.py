"""A loadpoint in the state. Keys that the older clients know but the newer ones do not are left to `legacy`."""

from typing import Any, Final

from ...core.config import ChargerTraits
from ...core.goals import Strategy
from ...core.model import Boost, Feature
from ...core.rates import Slot
from ...core.state import LoadpointState
from .values import each, exact, instant, moment, rounded, seconds, whole

# Words that the original knows beyond ours: traits of its own drivers.
_OTHERS: Final = ("Average", "Cacheable", "Retryable")
_FEATURES: Final = (*Feature, *_OTHERS)


def loadpoint(lp: LoadpointState, traits: ChargerTraits, *, modern: bool) -> dict[str, Any]:
    """Return all keys of a loadpoint. What is not known yet has its key: clients look once which there are."""
    return {
        **_settings(lp),
        **_charger(lp),
        **_measured(lp, traits),
        **_session(lp),
        **_in_force(lp),
        **_plan(lp),
        **({} if modern else {"planPrecondition": seconds(lp.plan_precondition)}),
        **_vehicle(lp),
    }


def strategy(value: Strategy) -> dict[str, Any]:
    """Return how hours are chosen."""
    return {"continuous": value.continuous, "precondition": seconds(value.precondition)}


def rate(slot: Slot) -> dict[str, Any]:
    """Return a slot as an object."""
    return {"start": instant(slot.start), "end": instant(slot.end), "value": exact(slot.value)}


def _settings(lp: LoadpointState) -> dict[str, Any]:
    return {
        "name": lp.name,
        "title": lp.title,
        "mode": lp.mode,
        "priority": lp.priority,
        "phasesConfigured": lp.phases_configured,
        "minCurrent": rounded(lp.min_current),
        "maxCurrent": rounded(lp.max_current),
        "limitSoc": lp.limit_soc,
        "limitEnergy": rounded(lp.limit_energy),
        "minSoc": lp.min_soc,
        "smartCostLimit": exact(lp.smart_cost_limit),
        "smartFeedInPriorityLimit": exact(lp.smart_feed_in_priority_limit),
        "batteryBoostLimit": lp.battery_boost_limit,
        "enableThreshold": rounded(lp.enable_threshold),
        "enableDelay": seconds(lp.enable_delay),
        "disableThreshold": rounded(lp.disable_threshold),
        "disableDelay": seconds(lp.disable_delay),
    }


def _charger(lp: LoadpointState) -> dict[str, Any]:
    has = set(lp.charger_features)
    return {
        "chargerIcon": None,
        "chargerPhases1p3p": lp.charger_phases_1p3p,
        "chargerSinglePhase": lp.charger_single_phase,
        "chargerStatusReason": lp.charger_status_reason,
        **{f"chargerFeature{word}": word in has for word in _FEATURES},
        "connected": lp.connected,
        "charging": lp.charging,
        "enabled": lp.enabled,
        "offeredCurrent": rounded(lp.offered_current),
        "phasesActive": lp.phases_active,
        "pvAction": lp.pv_action,
        "pvRemaining": seconds(lp.pv_remaining),
        "phaseAction": lp.phase_action,
        "phaseRemaining": seconds(lp.phase_remaining),
        **({} if lp.dimmed is None else {"dimmed": lp.dimmed}),
    }


def _measured(lp: LoadpointState, traits: ChargerTraits) -> dict[str, Any]:
    """Return what is measured: null while a meter that is there does not answer."""
    found: dict[str, Any] = {"chargePower": rounded(lp.charge_power)}
    if lp.charge_currents is not None or traits.has_currents:
        found["chargeCurrents"] = None if lp.charge_currents is None else each(lp.charge_currents)
    if lp.charge_voltages is not None:
        found["chargeVoltages"] = each(lp.charge_voltages)
    if lp.charge_total_import is not None or traits.has_energy:
        found["chargeTotalImport"] = rounded(lp.charge_total_import)
    return found


def _session(lp: LoadpointState) -> dict[str, Any]:
    return {
        "chargeDuration": seconds(lp.charge_duration),
        "connectedDuration": seconds(lp.connected_duration),
        "chargedEnergy": rounded(lp.charged_energy),
        "sessionEnergy": rounded(lp.session_energy),
        "chargeRemainingEnergy": rounded(lp.charge_remaining_energy),
        "chargeRemainingDuration": seconds(lp.charge_remaining_duration),
        "sessionSolarPercentage": rounded(lp.session_solar_percentage),
        "sessionPrice": exact(lp.session_price),
        "sessionPricePerKWh": exact(lp.session_price_per_kwh),
        "sessionCo2PerKWh": exact(lp.session_co2_per_kwh),
    }


def _in_force(lp: LoadpointState) -> dict[str, Any]:
    return {
        "effectivePriority": lp.effective_priority,
        "effectiveMinCurrent": rounded(lp.effective_min_current),
        "effectiveMaxCurrent": rounded(lp.effective_max_current),
        "effectiveMinSoc": lp.effective_min_soc,
        "effectiveLimitSoc": lp.effective_limit_soc,
        "minSocNotReached": lp.min_soc_not_reached,
        "batteryBoost": lp.battery_boost is not Boost.OFF,
        "smartCostActive": lp.smart_cost_active,
        "smartCostNextStart": moment(lp.smart_cost_next_start),
        "smartFeedInPriorityActive": lp.smart_feed_in_priority_active,
        "smartFeedInPriorityNextStart": moment(lp.smart_feed_in_priority_next_start),
    }


def _plan(lp: LoadpointState) -> dict[str, Any]:
    return {
        "planActive": lp.plan_active,
        "planEnergy": rounded(lp.plan_energy),
        "planTime": moment(lp.plan_time),
        "planStrategy": strategy(lp.plan_strategy),
        "plan": None if lp.plan is None else [rate(slot) for slot in lp.plan],
        "planProjectedStart": moment(lp.plan_projected_start),
        "planProjectedEnd": moment(lp.plan_projected_end),
        "planOverrun": seconds(lp.plan_overrun),
        "effectivePlanId": lp.effective_plan_id,
        "effectivePlanSoc": lp.effective_plan_soc,
        "effectivePlanTime": moment(lp.effective_plan_time),
        "effectivePlanStrategy": strategy(lp.effective_plan_strategy),
    }


def _vehicle(lp: LoadpointState) -> dict[str, Any]:
    """Return the vehicle at the loadpoint. 0 is what the contract says of what is not known."""
    return {
        "vehicleName": lp.vehicle_name,
        "vehicleTitle": lp.vehicle_title,
        **({"vehicleIdentity": lp.vehicle_identity} if lp.vehicle_identity else {}),
        "vehicleSoc": rounded(lp.vehicle_soc or 0.0),
        "vehicleRange": whole(lp.vehicle_range),
        "vehicleOdometer": rounded(lp.vehicle_odometer or 0.0),
        "vehicleLimitSoc": rounded(lp.vehicle_limit_soc or 0.0),
        "vehicleClimaterActive": lp.vehicle_climater_active,
        "vehicleDetectionActive": lp.vehicle_detection_active,
        "vehicleWelcomeActive": lp.vehicle_welcome_active,
    }
