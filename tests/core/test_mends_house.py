"""What is mended in home battery, circuits, sessions and the rest: mends 33 to 48 with their pitfalls."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.core import commands, effective
from custom_components.evcc.core.config import (
    BatteryConfig,
    ChargerTraits,
    CircuitConfig,
    LoadpointConfig,
    VehicleConfig,
)
from custom_components.evcc.core.memory import dump
from custom_components.evcc.core.model import BatteryMode, Failure, Feature, Mode, Reason
from custom_components.evcc.core.ports import (
    BatteryReading,
    BatteryResult,
    ExternalLimit,
    MeterReading,
    VehicleReading,
)
from custom_components.evcc.core.rates import TariffKind, Tariffs
from custom_components.evcc.core.session import Accounting
from custom_components.evcc.core.settings import Scope, SettingError
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FIXED, SWITCHABLE, TICK, A, B, C, V, now_costs, prices

NORMAL, HOLD, CHARGE = BatteryMode.NORMAL, BatteryMode.HOLD, BatteryMode.CHARGE
TWO = (
    BatteryConfig(name="one", controllable=True, max_soc=80),
    BatteryConfig(name="two", controllable=True, max_soc=100),
)


def batteries(mode: BatteryMode, *socs: float) -> Bench:
    bench = Bench(batteries=TWO)
    bench.world["batteries"] = tuple(BatteryReading(power=0, soc=soc) for soc in socs)
    bench.site.memory.battery_mode = mode
    for memory in bench.site.battery_memories:
        memory.sent = mode
    return bench


def sent(bench: Bench, *failures: Failure | None) -> list[tuple[int, BatteryMode]]:
    """Run a cycle, let the batteries answer, and return what they were sent."""
    bench.cycle(0)
    told = bench.outcome.batteries
    answers = [*failures, *[None] * len(told)]
    bench.site.report([BatteryResult(c.battery, c.mode, answers[c.battery]) for c in told], bench.now - TICK)
    return [(c.battery, c.mode) for c in told]


def test_mend_34_pitfall_31_stored_battery_mode_is_known_after_a_restart() -> None:
    bench = batteries(HOLD, 50, 50)
    again = Bench(batteries=TWO)
    again.site.restore({}, dump(bench.site.memory))
    again.world = bench.world
    assert sent(again) == [(0, NORMAL), (1, NORMAL)]


def test_pitfall_31_nothing_is_sent_until_a_rule_acts() -> None:
    assert sent(batteries(BatteryMode.UNKNOWN, 50, 50)) == []


def test_mend_35_pitfall_33_only_the_full_battery_is_held() -> None:
    bench = batteries(NORMAL, 80, 90)
    bench.site.settings.battery_grid_charge_limit = 0.2
    bench.tariffs = now_costs(0.1)
    assert sent(bench) == [(0, HOLD), (1, CHARGE)]
    assert sent(bench) == []
    bench.world["batteries"] = (BatteryReading(power=0, soc=79), BatteryReading(power=0, soc=90))
    assert sent(bench) == [(0, CHARGE)]


def test_mend_36_failing_battery_does_not_hold_up_the_others() -> None:
    bench = batteries(NORMAL, 50, 50)
    bench.site.settings.battery_discharge_control = True
    bench.put(mode=Mode.NOW, status=C, offered=16)
    assert sent(bench, Failure.TIMEOUT) == [(0, HOLD), (1, HOLD)]
    assert bench.site.memory.battery_mode is HOLD
    assert sent(bench, Failure.TIMEOUT) == [(0, HOLD)]
    assert bench.site.memory.battery_mode is HOLD
    assert sent(bench) == [(0, HOLD)]
    assert sent(bench) == []


def test_mode_that_no_battery_took_is_not_the_mode() -> None:
    bench = batteries(NORMAL, 50, 50)
    bench.site.settings.battery_discharge_control = True
    bench.put(mode=Mode.NOW, status=C, offered=16)
    assert sent(bench, Failure.TIMEOUT, Failure.TIMEOUT) == [(0, HOLD), (1, HOLD)]
    assert bench.site.memory.battery_mode is NORMAL
    assert sent(bench) == [(0, HOLD), (1, HOLD)]


def test_battery_that_lacks_the_mode_is_skipped() -> None:
    bench = batteries(NORMAL, 50, 50)
    bench.site.settings.battery_discharge_control = True
    bench.put(mode=Mode.NOW, status=C, offered=16)
    lacks = Failure.NOT_AVAILABLE
    assert sent(bench, lacks, lacks) == [(0, HOLD), (1, HOLD)]
    assert bench.site.memory.battery_mode is HOLD
    assert sent(bench) == []


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.PV])
def test_mend_37_pitfall_27_cheap_hours_hold_the_battery_in_any_mode(mode: Mode) -> None:
    bench = batteries(NORMAL, 50, 50)
    bench.site.settings.battery_discharge_control = True
    bench.put(mode=mode, status=C, offered=16, smart_cost_limit=0.2)
    bench.tariffs = now_costs(0.2)
    assert sent(bench) == [(0, HOLD), (1, HOLD)]


def test_pitfall_32_leaving_external_control_costs_one_normal() -> None:
    bench = batteries(NORMAL, 50, 50)
    bench.site.settings.battery_discharge_control = True
    bench.put(mode=Mode.NOW, status=C, offered=16)
    commands.set_external_battery_mode(bench.site, CHARGE, bench.now)
    assert sent(bench) == [(0, CHARGE), (1, CHARGE)]
    commands.set_external_battery_mode(bench.site, BatteryMode.UNKNOWN, bench.now)
    assert sent(bench) == [(0, NORMAL), (1, NORMAL)]
    assert sent(bench) == [(0, HOLD), (1, HOLD)]


def wired(*circuits: CircuitConfig, charger: ChargerTraits = FIXED, on: str = "main") -> Bench:
    return Bench(LoadpointConfig(name="lp1", charger=charger, circuit=on), circuits=circuits)


def test_mend_38_pitfall_35_idle_loadpoint_loads_no_circuit() -> None:
    bench = wired(CircuitConfig(name="main", max_current=16))
    bench.put(mode=Mode.NOW, status=B)
    assert bench.turn(0) == Done(current=16, enable=True)
    for _ in range(5):
        assert bench.turn(0) == Done()


def test_mend_39_silent_child_does_not_stop_siblings_and_parents() -> None:
    circuits = (
        CircuitConfig(name="main", metered=True, max_power=20_000),
        CircuitConfig(name="silent", parent="main", metered=True, max_power=5000),
        CircuitConfig(name="other", parent="main", metered=True, max_power=5000),
    )
    bench = wired(*circuits)
    bench.world["circuits"] = {"main": MeterReading(power=4000), "other": MeterReading(power=1000)}
    bench.cycle(0)
    assert [(c.failed, c.power) for c in bench.site.circuits] == [(False, 4000), (True, 0), (False, 1000)]


def test_mend_40_pitfall_36_off_is_immediate_and_on_waits() -> None:
    bench = wired(CircuitConfig(name="main", max_power=5000, metered=True))
    m = bench.put(mode=Mode.NOW, status=C, offered=6).memory
    bench.world["circuits"] = {"main": MeterReading(power=6000)}
    assert bench.turn(0) == Done(enable=False)
    assert m.why.reason is Reason.CIRCUIT_LIMITED
    bench.world["circuits"] = {"main": MeterReading(power=0)}
    bench.sockets[0].status, bench.sockets[0].power = B, 0
    assert bench.turn(0) == Done()
    assert m.why.reason is Reason.CIRCUIT_WAIT
    assert bench.turn(0) == Done(current=7, enable=True)


def test_pitfall_37_external_limit_acts_through_circuits_only() -> None:
    bench = Bench(circuits=(CircuitConfig(name="main"),))
    bench.put(mode=Mode.NOW)
    bench.world["external"] = ExternalLimit(consumption=4200)
    assert bench.turn(0) == Done(current=16, enable=True)


@pytest.mark.parametrize(
    ("limits", "external", "power"),
    [
        pytest.param((0, 0), None, 11_040, id="none"),
        pytest.param((9000, 0), None, 9000, id="parent"),
        pytest.param((9000, 8000), None, 8000, id="own"),
        pytest.param((9000, 8000), 4200, 4200, id="external"),
    ],
)
def test_mend_41_pitfall_38_smallest_limit_of_the_chain_bounds_the_power(
    limits: tuple[float, float], external: float | None, power: float
) -> None:
    bench = wired(
        CircuitConfig(name="main", max_power=limits[0]),
        CircuitConfig(name="child", parent="main", max_power=limits[1]),
        on="child",
    )
    lp = bench.put()
    bench.world["external"] = ExternalLimit(consumption=external)
    bench.cycle(0)
    assert effective.max_power(lp, V) == power


def test_mend_42_pitfall_46_price_known_part_time_is_not_diluted() -> None:
    ledger = Accounting(green_share=0.5, price_now=0.3)
    ledger.update(1.0)
    ledger.price_now, ledger.co2_now = None, 400.0
    ledger.update(3.0)
    assert ledger.price_per_kwh == pytest.approx(0.3)
    assert ledger.co2_per_kwh == pytest.approx(400)
    assert ledger.solar_percentage == pytest.approx(50)


def test_mend_43_start_soc_comes_with_the_first_reading_after_the_start() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    m = bench.put(mode=Mode.NOW, status=A).memory
    bench.sockets[0].status = C
    bench.cycle(0)
    commands.select_vehicle(bench.site, 0, "car", bench.now)
    assert m.session is not None
    assert m.session.soc_start is None
    bench.world["vehicles"] = {"car": VehicleReading(soc=33)}
    bench.cycle(0)
    assert m.session.soc_start == 33


HEATING = frozenset({Feature.HEATING, Feature.INTEGRATED_DEVICE})
NIGHT = datetime(2026, 6, 1, 23, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "created"),
    [
        pytest.param(C, True, id="goes on while heating"),
        pytest.param(B, False, id="waits for the next start"),
    ],
)
def test_mend_44_pitfall_45_heating_session_is_renewed_at_midnight_once(status: Any, created: bool) -> None:
    bench = Bench(ChargerTraits(features=HEATING))
    bench.now = NIGHT - timedelta(minutes=1)
    m = bench.put(mode=Mode.NOW, status=A).memory
    bench.sockets[0].status = C
    bench.cycle(0)
    bench.sockets[0].status = status
    numbers = []
    for _ in range(4):
        bench.cycle(0)
        numbers.append([s.id for s in bench.outcome.sessions if s.finished is not None])
    midnight = NIGHT + TICK
    assert numbers[-2] == [1]
    assert numbers[-1] == []
    assert m.session is not None
    assert m.session.created == (midnight if created else None)
    assert m.session.id == (2 if created else 0)


def test_mend_45_pitfall_49_delays_are_stored() -> None:
    bench = Bench()
    commands.change(bench.site, Scope.LOADPOINT, 0, "enableDelay", 30, bench.now)
    commands.change(bench.site, Scope.LOADPOINT, 0, "disableDelay", 90, bench.now)
    again = Bench()
    again.site.restore(bench.site.dump_settings(), None)
    settings = again.site.loadpoints[0].settings
    assert (settings.enable_delay, settings.disable_delay) == (30, 90)


def test_mend_46_static_prices_are_never_cheap() -> None:
    bench = Bench()
    lp = bench.put(smart_cost_limit=0.5)
    bench.tariffs = Tariffs(grid=prices(0.1, kind=TariffKind.PRICE_STATIC))
    bench.cycle(0)
    assert not lp.smart_cost.active


def test_mend_47_battery_mode_is_refused_without_a_controllable_battery() -> None:
    bench = Bench(batteries=(BatteryConfig(name="one"),))
    with pytest.raises(SettingError, match="battery_not_controllable"):
        commands.set_external_battery_mode(bench.site, HOLD, bench.now)


def test_mend_48_pitfall_50_what_is_not_known_any_more_is_none() -> None:
    bench = Bench(SWITCHABLE)
    bench.tariffs = now_costs(0.3)
    bench.cycle(0)
    assert snapshot(bench.site, bench.now).tariff_grid == 0.3
    bench.tariffs = Tariffs()
    bench.cycle(0)
    assert snapshot(bench.site, bench.now).tariff_grid is None
