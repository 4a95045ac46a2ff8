"""Every key that the state may have: since when, what kind of value, and on what it depends.

A line is `key mark kind condition…`. Marks: c for the contract's shape and the newer one, x for the
contract's only, n for what newer clients know beyond it (both shapes have it), m for the newer shape only.
Kinds end with `?` where null is possible. Without a condition the key is always there.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
import math
import re
from typing import Any, Final

SITE: Final = """
siteTitle c string
version c string
startup x bool
startupCompleted n bool
apiReady n bool
setupRequired n bool
currency c string
interval c int
gridConfigured c bool
grid c object?
pv c array
pvPower c float
pvEnergy c float pv
battery x array
battery m object?
batteryPower x float battery
batterySoc x float battery
batteryCapacity x float battery
batteryEnergy x float battery
batteryMode c string
batteryModeExternal c string battery
batteryDischargeControl c bool
batteryGridChargeActive c bool
batteryGridChargeLimit c float? battery
batteryGridDischarge n bool
solarAdjusted n bool
gridExportLimit n float
prioritySoc c float
bufferSoc c float
bufferStartSoc c float
residualPower c float
homePower c float?
aux c array
ext c array
auxPower c float aux
consumers n array consumers
circuits c object circuits
greenShareHome c float
greenShareLoadpoints c float
tariffGrid c float? grid-tariff
tariffFeedIn c float? feedin
tariffCo2 c float? co2
tariffSolar c float? solar
tariffPriceHome c exact? grid-tariff
tariffPriceLoadpoints c exact? grid-tariff
tariffCo2Home c exact? co2
tariffCo2Loadpoints c exact? co2
smartCostAvailable c bool
smartCostType c string?
smartFeedInPriorityAvailable c bool
forecast c object
statistics c object
sponsor c object
network c object
mqtt c object
influx c object
hems c object
eebus x bool
eebus m object
messaging x bool
messaging m object
modbusproxy c array?
fatal x object fault
fatal m array fault
telemetry n bool
experimental n bool
optimizer n bool
mcp n bool
timezone n string
vehicles c object
loadpoints c array
"""

LOADPOINT: Final = """
title c string
name n string
mode c string
priority c int
effectivePriority c int
minCurrent c float
maxCurrent c float
effectiveMinCurrent c float
effectiveMaxCurrent c float
phasesConfigured c int
phasesActive c int
chargerPhases1p3p c bool
chargerSinglePhase c bool
chargerFeatureIntegratedDevice c bool
chargerFeatureHeating c bool
chargerFeatureAverage n bool
chargerFeatureCacheable n bool
chargerFeatureCoarseCurrent n bool
chargerFeatureContinuous n bool
chargerFeatureOffline n bool
chargerFeatureRetryable n bool
chargerFeatureStreaming n bool
chargerFeatureSwitchDevice n bool
chargerFeatureWakeUpDisabled n bool
chargerFeatureWelcomeCharge n bool
chargerFeatureAutodetectDisabled n bool
chargerFeatureClimaterDisabled n bool
chargerIcon c string?
chargerStatusReason c string
connected c bool
charging c bool
enabled c bool
offeredCurrent c float
chargePower c float?
chargeCurrents c array? currents
chargeVoltages c array? voltages
chargeTotalImport c float? counter
chargeDuration c int
connectedDuration c int
chargedEnergy c float
sessionEnergy c float
chargeRemainingEnergy c float
chargeRemainingDuration c int
sessionSolarPercentage c float
sessionPrice c exact?
sessionPricePerKWh c exact?
sessionCo2PerKWh c exact?
limitSoc c int
limitEnergy c float
effectiveLimitSoc c int
minSoc n int
effectiveMinSoc n int
minSocNotReached n bool
enableThreshold c float
disableThreshold c float
enableDelay c int
disableDelay c int
pvAction c string
phaseAction c string
pvRemaining c int
phaseRemaining c int
batteryBoost c bool
batteryBoostLimit n int
smartCostLimit c exact?
smartFeedInPriorityLimit c exact?
smartCostActive c bool
smartFeedInPriorityActive c bool
smartCostNextStart c time?
smartFeedInPriorityNextStart c time?
planActive c bool
planEnergy c float
planTime c time?
planPrecondition x int
planStrategy n object
effectivePlanStrategy n object
plan n array?
planProjectedStart c time?
planProjectedEnd c time?
planOverrun c int
effectivePlanId c int
effectivePlanSoc c int
effectivePlanTime c time?
vehicleName c string
vehicleTitle c string
vehicleIdentity c string identity
vehicleSoc c float
vehicleRange c int
vehicleOdometer c float
vehicleLimitSoc c float
vehicleClimaterActive c bool?
vehicleDetectionActive c bool
vehicleWelcomeActive c bool
dimmed n bool dimmer
"""

METER: Final = {"name", "title", "power", "energy", "returnEnergy", "excessdcpower"}
GRID: Final = METER | {"powers", "currents"}
BATTERY: Final = METER - {"excessdcpower"} | {"capacity", "soc", "controllable"}
CIRCUIT: Final = {"title", "parent", "power", "current", "maxPower", "maxCurrent"}
VEHICLE: Final = {
    "title", "icon", "capacity", "phases", "minSoc", "limitSoc", "minCurrent", "maxCurrent", "priority",
    "features", "plan", "repeatingPlans", "mode", "planStrategy",
}  # fmt: skip

# What the most used client of the original reads, as far as it is not left out where it does not apply.
_CLIENT_SITE: Final = """
battery batteryDischargeControl batteryGridChargeActive batteryGridChargeLimit batteryMode bufferSoc
bufferStartSoc currency forecast grid homePower prioritySoc pv pvEnergy pvPower residualPower smartCostType
statistics version
"""
_CLIENT_LOADPOINT: Final = """
title mode chargePower offeredCurrent chargeCurrents chargeDuration chargeRemainingDuration
chargeTotalImport chargedEnergy chargeRemainingEnergy chargerFeatureHeating chargerFeatureIntegratedDevice
chargerFeatureSwitchDevice chargerPhases1p3p chargerSinglePhase charging connected connectedDuration enabled
effectiveLimitSoc effectivePlanSoc effectivePlanTime effectivePlanStrategy phaseAction phaseRemaining
phasesActive phasesConfigured planActive planEnergy planTime planOverrun planProjectedStart planProjectedEnd
priority pvAction pvRemaining enableDelay disableDelay enableThreshold disableThreshold sessionEnergy
sessionPrice sessionPricePerKWh sessionCo2PerKWh sessionSolarPercentage smartCostActive smartCostLimit
smartFeedInPriorityActive smartFeedInPriorityLimit limitSoc limitEnergy minCurrent maxCurrent batteryBoost
batteryBoostLimit vehicleName vehicleSoc vehicleRange vehicleOdometer vehicleLimitSoc vehicleClimaterActive
vehicleDetectionActive vehicleWelcomeActive
"""
CLIENT_SITE: Final = frozenset(_CLIENT_SITE.split())
CLIENT_LOADPOINT: Final = frozenset(_CLIENT_LOADPOINT.split())


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a table."""

    key: str
    mark: str
    kind: str
    conditions: tuple[str, ...]


def rules(table: str, *, modern: bool) -> dict[str, Rule]:
    """Return the rules of a table that hold for one of the two shapes."""
    lines = (line.split() for line in table.split("\n") if line)
    found = [Rule(key, mark, kind, tuple(more)) for key, mark, kind, *more in lines]
    return {r.key: r for r in found if r.mark not in ("x" if modern else "m")}


def wrong(part: dict[str, Any], table: str, holds: set[str], *, modern: bool) -> list[str]:
    """Return what is wrong with an object: keys missing, keys too many, values of another kind."""
    known = rules(table, modern=modern)
    due = {r.key for r in known.values() if holds.issuperset(r.conditions)}
    found = [f"{key} is missing" for key in sorted(due - part.keys())]
    found += [f"{key} should not be there" for key in sorted(part.keys() - due)]
    return found + [
        f"{key} is {value!r}, not {known[key].kind}"
        for key, value in part.items()
        if key in known and not fits(value, known[key].kind)
    ]


def fits(value: Any, kind: str) -> bool:
    """Return whether a value is of a kind. Texts are compared by clients: 16 and not 16.0."""
    if value is None:
        return kind.endswith("?")
    match kind.removesuffix("?"):
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return _is_number(value) and round(value, 3) == value
        case "exact":
            return _is_number(value)
        case "time":
            return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", value) is not None
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    raise AssertionError(kind)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value) and not value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


def is_sorted(starts: list[str]) -> bool:
    """Return whether times follow one another."""
    times = [datetime.fromisoformat(start) for start in starts]
    return all(a < b for a, b in pairwise(times))
