"""The ladder: which rule wins over which, and what each of them does."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import BatteryConfig, ChargerTraits, VehicleConfig
from custom_components.evcc.core.goals import EnergyPlan, LoadpointGoals
from custom_components.evcc.core.model import Feature, Mode, Reason, Status
from custom_components.evcc.core.ports import BatteryReading, MeterReading, VehicleReading
from custom_components.evcc.core.rates import Tariffs
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FIXED, SINGLE, START, SWITCHABLE, A, B, C, prices

OFF, NOW, PV, MINPV = Mode.OFF, Mode.NOW, Mode.PV, Mode.MINPV
CHEAP = Tariffs(grid=prices(0.1), feedin=prices(0.05))
DEAR = Tariffs(grid=prices(0.3), feedin=prices(0.2))
BOTH = Tariffs(grid=prices(0.1), feedin=prices(0.2))
LIMITS = {"smart_cost_limit": 0.1, "smart_feed_in_priority_limit": 0.2}


def ruled(
    tariffs: Tariffs = DEAR, soc: float | None = 50, charger: ChargerTraits = FIXED, **put: Any
) -> tuple[Done, Reason]:
    """Return what a turn without sun does with a vehicle of that SoC, and why."""
    bench = Bench(charger, vehicles=(VehicleConfig(name="car"),))
    bench.tariffs = tariffs
    bench.world["vehicles"] = {"car": VehicleReading(soc=soc)}
    m = bench.put(vehicle="car", **put).memory
    return bench.turn(4000), m.why.reason


@pytest.mark.parametrize(
    ("situation", "reason", "current"),
    [
        pytest.param({"mode": OFF, "min_soc": 80, "limit_soc": 20}, Reason.MODE_OFF, 0, id="off first"),
        pytest.param({"mode": PV, "min_soc": 60, "limit_soc": 40}, Reason.MIN_SOC, 16, id="minimum SoC"),
        pytest.param({"mode": NOW, "limit_soc": 40}, Reason.LIMIT_SOC, 0, id="SoC limit before now"),
        pytest.param({"mode": NOW, "limit_soc": 50}, Reason.LIMIT_SOC, 0, id="SoC limit just reached"),
        pytest.param({"mode": NOW, "limit_energy": 1}, Reason.MODE_NOW, 16, id="energy limit not reached"),
        pytest.param({"mode": NOW, "limit_soc": 60}, Reason.MODE_NOW, 16, id="now"),
        pytest.param(
            {"mode": PV, "tariffs": BOTH, "limit_soc": 40} | LIMITS,
            Reason.LIMIT_SOC,
            0,
            id="SoC limit before cheap hours",
        ),
        pytest.param({"mode": PV, "tariffs": BOTH} | LIMITS, Reason.SMART_COST, 16, id="cheap before dear"),
        pytest.param({"mode": MINPV, "tariffs": CHEAP} | LIMITS, Reason.SMART_COST, 16, id="cheap in minpv"),
        pytest.param({"mode": NOW, "tariffs": BOTH} | LIMITS, Reason.MODE_NOW, 16, id="rates not in now"),
        pytest.param({"mode": OFF, "tariffs": BOTH} | LIMITS, Reason.MODE_OFF, 0, id="nor in off"),
        pytest.param(
            {"mode": PV, "tariffs": DEAR} | LIMITS, Reason.FEED_IN_PRIORITY, 0, id="feed-in priority"
        ),
        pytest.param(
            {"mode": MINPV, "tariffs": DEAR} | LIMITS, Reason.FEED_IN_PRIORITY, 6, id="feed-in in minpv"
        ),
        pytest.param({"mode": MINPV}, Reason.MINIMUM_KEPT, 6, id="minpv"),
        pytest.param({"mode": PV}, Reason.WAITING_TO_DISABLE, 6, id="pv: the minimum for the delay"),
        pytest.param({"mode": NOW, "status": A}, Reason.NOT_CONNECTED, 0, id="nobody there"),
    ],
)
def test_first_rule_that_applies(situation: dict[str, Any], reason: Reason, current: float) -> None:
    done, why = ruled(**{"status": C, "offered": 10, "enabled": True} | situation)
    assert why is reason
    if current == 0:
        assert done.enable is False
    else:
        assert done.current == current


def test_energy_limit() -> None:
    bench = Bench()
    m = bench.put(mode=NOW, status=C, offered=16, limit_energy=5).memory
    m.accounting.total = 5
    assert bench.turn(0) == Done(enable=False)
    assert (m.why.reason, m.why.limit, m.why.actual) == (Reason.LIMIT_ENERGY, 5, 5)


@pytest.mark.parametrize(
    ("settings", "climater", "expected"),
    [
        pytest.param({"limit_soc": 40}, True, Done(current=6), id="SoC limit"),
        pytest.param({"limit_energy": 5}, True, Done(current=6), id="energy limit"),
        pytest.param({"limit_soc": 40}, False, Done(enable=False), id="not active"),
    ],
)
def test_climate_keeps_the_minimum_at_a_limit(
    settings: dict[str, Any], climater: bool, expected: Done
) -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    bench.world["vehicles"] = {"car": VehicleReading(soc=50, climater=climater)}
    m = bench.put(mode=NOW, status=C, offered=16, vehicle="car", **settings).memory
    m.accounting.total = 5
    assert bench.turn(0) == expected
    assert (m.why.reason is Reason.CLIMATER) is climater


def test_climate_starts_a_vehicle_in_pv() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", features=frozenset({Feature.STREAMING})),))
    bench.world["vehicles"] = {"car": VehicleReading(climater=True)}
    m = bench.put(status=B, vehicle="car").memory
    assert bench.turn(1000) == Done(current=6, enable=True)
    assert m.why.reason is Reason.CLIMATER


def test_limit_of_the_vehicle_counts_where_the_loadpoint_has_none() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    bench.site.vehicles["car"].settings.limit_soc = 45
    bench.world["vehicles"] = {"car": VehicleReading(soc=50)}
    lp = bench.put(mode=NOW, status=C, offered=16, vehicle="car")
    assert bench.turn(0) == Done(enable=False)
    lp.settings.limit_soc = 60
    assert bench.turn(0).enable is True


def test_plan_beats_the_limits() -> None:
    bench = Bench()
    lp = bench.put(mode=PV, limit_energy=1)
    m = lp.memory
    m.accounting.total = 2
    lp.goals = LoadpointGoals(plan=EnergyPlan(energy=10, time=bench.now))
    assert bench.turn(0) == Done(current=16, enable=True, pv="elapsed")
    assert m.why.reason is Reason.PLAN_ACTIVE


@pytest.mark.parametrize(
    ("mode", "tariffs", "expected"),
    [
        pytest.param(PV, CHEAP, Done(current=16, enable=True, pv="elapsed"), id="cheap"),
        pytest.param(PV, DEAR, Done(pv="elapsed"), id="dear in pv"),
        pytest.param(MINPV, DEAR, Done(current=6, enable=True, pv="elapsed"), id="dear in minpv"),
    ],
)
def test_rates_clear_the_phase_timer_and_decide_at_once_afterwards(
    mode: Mode, tariffs: Tariffs, expected: Done
) -> None:
    bench = Bench()
    bench.tariffs = tariffs
    m = bench.put(mode=mode, phase=("scale1p", 100), pv=("disable", 100), **LIMITS).memory
    assert bench.turn(1000) == expected
    assert m.phase_timer.since is None


def test_end_of_cheap_hours_stops_without_delay() -> None:
    bench = Bench()
    bench.tariffs = Tariffs(grid=prices(0.1, 0.3))
    m = bench.put(status=C, offered=16, **LIMITS).memory
    assert bench.turn(9000) == Done(pv="elapsed")
    assert m.why.until == START + timedelta(hours=1)
    bench.now = START + timedelta(hours=1)
    assert bench.turn(9000) == Done(enable=False)


def test_feed_in_priority_in_minpv_takes_one_phase() -> None:
    assert ruled(mode=MINPV, charger=SWITCHABLE, phases=3, **LIMITS)[0] == Done(
        phases=1, current=6, enable=True, pv="elapsed"
    )


@pytest.mark.parametrize(
    ("phases", "configured", "expected"),
    [
        pytest.param(1, 0, Done(phases=3, current=16, enable=True), id="three if it can"),
        pytest.param(3, 0, Done(current=16, enable=True), id="three already"),
        pytest.param(1, 1, Done(current=16, enable=True), id="fixed to one"),
        pytest.param(3, 1, Done(phases=1), id="switches first"),
    ],
)
def test_fast_charging_of_a_switchable_charger(phases: int, configured: int, expected: Done) -> None:
    bench = Bench(SWITCHABLE)
    bench.put(mode=NOW, phases=phases, phases_configured=configured)
    assert bench.turn(0) == expected


def test_unplugged_while_enabled() -> None:
    bench = Bench()
    bench.put(mode=NOW, status=C, offered=16)
    bench.sockets[0].status = A
    assert bench.turn(0) == Done(enable=False)


SWITCH = ChargerTraits(
    physical_phases=1, features=frozenset({Feature.SWITCH_DEVICE, Feature.INTEGRATED_DEVICE})
)


def test_switch_device_runs_on_surplus() -> None:
    """A socket: its power is what it is; the set-point does not matter, on and off do."""
    bench = Bench(SWITCH)
    bench.put(status=B)
    assert [bench.turn(-1500) for _ in range(3)] == [
        Done(pv="enable 60"),
        Done(pv="enable 30"),
        Done(current=6, enable=True),
    ]
    bench.sockets[0].status, bench.sockets[0].power = C, 900
    assert bench.turn(-600) == Done()  # 900 + 600 W make 6.5 A
    assert bench.turn(300) == Done(pv="disable 180")


@pytest.mark.parametrize("feature", [Feature.SWITCH_DEVICE, Feature.CONTINUOUS])
def test_switch_devices_in_minpv_are_not_flexible(feature: Feature) -> None:
    device = ChargerTraits(features=frozenset({feature}))
    bench = Bench(FIXED, device)
    bench.put(0, priority=1)
    bench.put(1, mode=MINPV, status=C, offered=16)
    bench.cycle(-1000)
    assert bench.site.loadpoints[1].flexible == 0


@pytest.mark.parametrize(
    ("charger", "vehicle", "current"),
    [
        pytest.param(ChargerTraits(milliamp=True), (), 10.174, id="fine"),
        pytest.param(FIXED, (), 10, id="whole amperes"),
        pytest.param(
            ChargerTraits(milliamp=True, features=frozenset({Feature.COARSE_CURRENT})),
            (),
            10,
            id="fine but not trusted",
        ),
        pytest.param(
            ChargerTraits(milliamp=True), (Feature.COARSE_CURRENT,), 10, id="fine, but not for this vehicle"
        ),
    ],
)
def test_rounding(charger: ChargerTraits, vehicle: tuple[Feature, ...], current: float) -> None:
    bench = Bench(charger, vehicles=(VehicleConfig(name="car", features=frozenset(vehicle)),))
    bench.put(status=C, offered=8, vehicle="car")
    assert bench.turn(-1500) == Done(current=current)


@pytest.mark.parametrize(
    ("charger", "reading", "vehicle", "current"),
    [
        pytest.param(FIXED, {}, {}, 16, id="the loadpoint's"),
        pytest.param(FIXED, {}, {"on_max_current": 13}, 13, id="the vehicle's"),
        pytest.param(FIXED, {"max_current": 10}, {"on_max_current": 13}, 10, id="the charger's"),
        pytest.param(ChargerTraits(max_power=8280), {}, {}, 12, id="by power"),
        pytest.param(ChargerTraits(max_power=8300), {}, {}, 13, id="by power, rounded up"),
        pytest.param(ChargerTraits(max_power=8300, milliamp=True), {}, {}, 12.029, id="by power, fine"),
        pytest.param(
            ChargerTraits(max_power=3680, physical_phases=1), {}, {}, 16, id="by power on one phase"
        ),
    ],
)
def test_effective_max_current(
    charger: ChargerTraits, reading: dict[str, Any], vehicle: dict[str, Any], current: float
) -> None:
    bench = Bench(charger, vehicles=(VehicleConfig(name="car", **vehicle),))
    bench.put(mode=NOW, vehicle="car", reading=reading)
    assert bench.turn(0) == Done(current=current, enable=True)


def test_vehicle_limits_the_power() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", on_max_power=7000),))
    bench.put(0, vehicle="car")
    bench.cycle(0)
    assert snapshot(bench.site, bench.now).loadpoints[0].effective_max_power == 7000


@pytest.mark.parametrize(
    ("soc", "grid", "reason"),
    [
        pytest.param(40, 0, Reason.BATTERY_PRIORITY, id="the battery comes first"),
        pytest.param(60, 4000, Reason.WAITING_FOR_SURPLUS, id="there is none"),
    ],
)
def test_who_takes_the_surplus(soc: float, grid: float, reason: Reason) -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),))
    bench.site.settings.priority_soc = 50
    m = bench.put().memory
    bench.run({"grid": MeterReading(power=grid), "batteries": (BatteryReading(power=-5000, soc=soc),)})
    assert m.why.reason is reason


def test_vehicle_that_does_not_take_what_it_may_is_the_reason_after_a_minute() -> None:
    bench = Bench()
    m = bench.put(mode=NOW).memory
    reasons = []
    for _ in range(4):
        bench.cycle(0)
        reasons.append(m.why.reason)
    assert reasons == [Reason.MODE_NOW] * 3 + [Reason.VEHICLE_NOT_CHARGING]


def test_waiting_for_phases_tells_until_when() -> None:
    bench = Bench(SWITCHABLE)
    m = bench.put(status=C, offered=16, phases=1).memory
    bench.cycle(-900)
    assert m.why.until == START + timedelta(seconds=60)


@pytest.mark.parametrize("phases", [1, 3])
def test_reading_back_phases(phases: int) -> None:
    bench = Bench(ChargerTraits(phase_switching=True, reads_phases=True))
    m = bench.put(status=C, offered=6, phases=3, reading={"phases": phases}).memory
    bench.cycle(0)
    assert m.phases == phases


def test_unknown_phases_are_not_read_back_later() -> None:
    bench = Bench(ChargerTraits(phase_switching=True, reads_phases=True))
    m = bench.put(mode=OFF, enabled=True, reading={"phases": 1}).memory
    m.phases = 0
    bench.cycle(0)
    assert m.phases == 0


@pytest.mark.parametrize(
    ("currents", "phases"),
    [
        pytest.param((7, 7, 7), 3, id="three"),
        pytest.param((7, 7, 0), 3, id="two prove three"),
        pytest.param((7, 0, 0), 1, id="one"),
    ],
)
def test_more_measured_phases_than_enabled(currents: tuple[float, float, float], phases: int) -> None:
    bench = Bench(ChargerTraits(phase_switching=True, has_currents=True))
    m = bench.put(
        mode=MINPV, status=C, offered=8, phases=1, power=1600, reading={"currents": currents}
    ).memory
    bench.cycle(2500)
    assert m.phases == phases
    assert m.measured_phases <= m.phases


def test_fewer_measured_phases_than_enabled_are_no_news() -> None:
    bench = Bench(ChargerTraits(phase_switching=True, has_currents=True))
    m = bench.put(
        mode=MINPV, status=C, offered=8, phases=3, power=1840, reading={"currents": (8, 0, 0)}
    ).memory
    bench.cycle(2500)
    assert (m.phases, m.measured_phases) == (3, 1)


def test_single_phase_charger_and_its_state() -> None:
    bench = Bench(SINGLE)
    m = bench.put(status=Status.C, offered=6).memory
    assert bench.turn(-460) == Done(current=8)
    assert m.phases == 1
