"""Worked examples 86 to 96: effective limits, estimate, remaining time, cheap hours, session figures."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core import effective, estimator
from custom_components.evcc.core.config import ChargerTraits, VehicleConfig
from custom_components.evcc.core.model import Mode, Reason
from custom_components.evcc.core.rates import limit_activity
from custom_components.evcc.core.session import Accounting, StatisticsSums, statistics
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench
from .wiring import FINE, FIXED, START, C, V, prices

SMALL = VehicleConfig(name="car", on_min_current=5)


@pytest.mark.parametrize(
    ("charger", "reading", "vehicle", "least"),
    [
        pytest.param(FINE, {"min_current": 2}, "car", 5, id="ex86"),
        pytest.param(ChargerTraits(min_power=5520), {}, None, 8, id="ex87"),
        pytest.param(ChargerTraits(min_power=5600), {}, None, 9, id="ex87 rounded up"),
        pytest.param(FIXED, {}, None, 6, id="the loadpoint's own"),
        pytest.param(FIXED, {}, "car", 6, id="the vehicle's is smaller"),
        pytest.param(FINE, {"min_current": 8.5}, "car", 8.5, id="the charger's is larger"),
        pytest.param(
            ChargerTraits(min_power=1380, phase_switching=True), {}, None, 6, id="by power on one phase"
        ),
    ],
)
def test_effective_min_current(
    charger: ChargerTraits, reading: dict[str, Any], vehicle: str | None, least: float
) -> None:
    bench = Bench(charger, vehicles=(SMALL,))
    lp = bench.put(vehicle=vehicle, reading=reading, min_current=6)
    bench.cycle(0)
    assert effective.min_current(lp, V) == least


@pytest.mark.parametrize(
    ("charged", "capacity", "fast"),
    [
        pytest.param(5.0, 52, True, id="ex88"),
        pytest.param(9.175, 52, True, id="ex88 just not"),
        pytest.param(9.177, 52, False, id="ex88 reached"),
        pytest.param(5.0, 0, False, id="without capacity nothing can be told"),
    ],
)
def test_min_soc_by_energy_while_the_soc_is_unknown(charged: float, capacity: float, fast: bool) -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car", capacity=capacity),))
    lp = bench.put(vehicle="car", status=C, offered=6)
    bench.site.vehicles["car"].settings.min_soc = 15
    lp.memory.accounting.total = charged
    bench.cycle(100)
    assert (lp.memory.why.reason is Reason.MIN_SOC) is fast
    assert (lp.memory.offered_current == 16) is fast


def test_ex89_ex90_estimate_and_learned_gradient() -> None:
    memory = estimator.start(60)
    assert estimator.feed(memory, 40, 0) == 40
    assert estimator.feed(memory, 40, 1412) == pytest.approx(42.0, abs=0.001)
    assert estimator.feed(memory, 52, 8000) == 52
    assert memory.step == pytest.approx(666.7, abs=0.05)
    capacity = estimator.virtual_capacity(memory)
    assert capacity == pytest.approx(66_667, abs=0.5)
    assert estimator.remaining_energy(capacity, 52, 80) == pytest.approx(18.67, abs=0.005)


@pytest.mark.parametrize(
    ("capacity", "soc", "target", "power", "seconds"),
    [
        pytest.param(60, 35, 80, 11_000, 10_396, id="ex91"),
        pytest.param(77, 70, 100, 22_000, 7347, id="ex92"),
        pytest.param(60, 80, 35, 11_000, 0, id="there already"),
        pytest.param(60, 35, 80, 0, 0, id="mend 26: no power, no number"),
    ],
)
def test_remaining_duration(capacity: float, soc: float, target: float, power: float, seconds: float) -> None:
    virtual = estimator.nominal_capacity(capacity)
    assert estimator.remaining_duration(virtual, soc, target, power) == seconds


def test_ex93_missing_energy_at_full_power() -> None:
    """The goal here is the energy limit of the session: there are no plans yet."""
    bench = Bench()
    lp = bench.put(mode=Mode.NOW, status=C, offered=16, limit_energy=14)
    lp.memory.accounting.total = 2
    bench.cycle(0)
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert state.charge_remaining_energy == 12_000
    assert state.charge_remaining_duration == pytest.approx(3913, abs=0.5)


@pytest.mark.parametrize(
    ("minutes", "active", "next_start"),
    [
        pytest.param(20, False, 60, id="ex94"),
        pytest.param(60, True, None, id="ex94 from the first second"),
        pytest.param(150, True, None, id="ex94 the last slot"),
        pytest.param(180, False, None, id="ex94 no rates any more"),
    ],
)
def test_cheap_hours(minutes: float, active: bool, next_start: float | None) -> None:
    found = limit_activity(prices(0.31, 0.22, 0.20), 0.22, START + timedelta(minutes=minutes), above=False)
    assert found.active is active
    assert found.next_start == (None if next_start is None else START + timedelta(minutes=next_start))


def test_ex95_session_figures() -> None:
    ledger = Accounting(green_share=1, price_now=0.08)
    ledger.update(1.0)
    ledger.green_share, ledger.price_now = 0.4, 0.224
    ledger.update(1.5)
    assert ledger.total == 1.5
    assert ledger.solar_percentage == pytest.approx(80)
    assert ledger.price == pytest.approx(0.192)
    assert ledger.price_per_kwh == pytest.approx(0.128)


def test_ex96_statistics_weigh_by_what_is_known() -> None:
    figures = statistics(StatisticsSums(solar_known=15, solar=10 * 80 + 5 * 50, priced=10, price=10 * 0.12))
    assert figures.charged_kwh == 15
    assert figures.solar_percentage == pytest.approx(70)
    assert figures.avg_price == pytest.approx(0.12)
    assert statistics(StatisticsSums()).avg_co2 == 0
