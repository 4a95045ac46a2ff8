"""What is mended in reading the house and in serving all loadpoints: mends 1 to 8 with their pitfalls."""

from typing import Any

import pytest

from custom_components.evcc.core.config import BatteryConfig, LoadpointConfig, MeterConfig, VehicleConfig
from custom_components.evcc.core.model import Failure, Mode
from custom_components.evcc.core.ports import BatteryReading, MeterReading
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FIXED, SWITCHABLE, A, B, C

LOST = MeterReading(failure=Failure.UNAVAILABLE)


def test_mend_01_pitfall_02_all_loadpoints_are_served_in_every_cycle() -> None:
    bench = Bench(FIXED, FIXED, FIXED)
    for index in range(3):
        bench.put(index, mode=Mode.NOW, status=A)
        bench.sockets[index].status = B
    bench.cycle(0)
    assert [lp.memory.status for lp in bench.site.loadpoints] == [B, B, B]
    assert [c.enable for c in bench.outcome.chargers] == [True, True, True]


def test_mend_01_pitfall_01_two_do_not_claim_the_same_surplus() -> None:
    bench = Bench(FIXED, FIXED)
    for index in range(2):
        bench.put(index, pv=("enable", 60))
    bench.cycle(-4500)
    assert [(c.loadpoint, c.enable) for c in bench.outcome.chargers] == [(0, True)]


def test_pitfall_03_extra_cycle_does_not_advance_the_rotation() -> None:
    bench = Bench(FIXED, FIXED)
    bench.cycle(0, regular=False)
    assert bench.site.memory.rotation == 0
    bench.cycle(0)
    assert bench.site.memory.rotation == 1


def test_equals_take_turns_at_being_first() -> None:
    bench = Bench(FIXED, FIXED)
    for index in range(2):
        bench.put(index, pv=("enable", 60))
    bench.site.memory.rotation = 1
    bench.cycle(-4500)
    assert [(c.loadpoint, c.enable) for c in bench.outcome.chargers] == [(1, True)]


def test_mend_02_change_of_mode_inside_a_turn_counts_in_this_turn() -> None:
    point = LoadpointConfig(name="lp1", default_vehicle="car")
    bench = Bench(point, vehicles=(VehicleConfig(name="car"),))
    bench.site.vehicles["car"].settings.mode = Mode.NOW
    bench.put(status=A, vehicle="car")
    bench.sockets[0].status = B
    assert bench.turn(0) == Done(current=16, enable=True, pv="elapsed")


@pytest.mark.parametrize(
    ("config", "good", "lost", "sites"),
    [
        pytest.param(
            {"batteries": (BatteryConfig(name="x"),)},
            {"batteries": (BatteryReading(power=-2500, soc=50),)},
            {"batteries": (BatteryReading(failure=Failure.TIMEOUT),)},
            [-4000, -4000, -4000, -1500],
            id="battery",
        ),
        pytest.param(
            {"aux": (MeterConfig(name="x"),)},
            {"aux": (MeterReading(power=500),)},
            {"aux": (LOST,)},
            [-2000, -2000, -2000, -1500],
            id="aux",
        ),
        pytest.param(
            {"grid": None, "pv": (MeterConfig(name="x"),)},
            {"grid": None, "pv": (MeterReading(power=3000),)},
            {"grid": None, "pv": (LOST,)},
            [-3000, -3000, -3000, 0],
            id="pv",
        ),
    ],
)
def test_mend_03_pitfall_05_lost_meter_counts_on_for_a_minute(
    config: dict[str, Any], good: dict[str, Any], lost: dict[str, Any], sites: list[float]
) -> None:
    bench = Bench(**config)
    found = []
    for world in (good, lost, lost, lost):
        bench.run({"grid": MeterReading(power=-1500)} | world)
        found.append(bench.site.power.site)
    assert found == sites


def test_mend_03_first_reading_of_all_counts_as_zero_and_says_why() -> None:
    bench = Bench(batteries=(BatteryConfig(name="x"),))
    bench.run({"grid": MeterReading(power=-1500), "batteries": (BatteryReading(failure=Failure.TIMEOUT),)})
    assert bench.site.power.site == -1500
    battery = snapshot(bench.site, bench.now).battery
    assert battery is not None
    assert (battery.devices[0].power, battery.devices[0].failure) == (None, Failure.TIMEOUT)


def test_mend_04_lost_charge_power_counts_on_for_a_minute_everywhere() -> None:
    bench = Bench(FIXED, FIXED)
    low = bench.put(1, status=C, offered=10)
    bench.sockets[1].power = None
    found = []
    for _ in range(3):
        bench.run({"grid": MeterReading(power=8000)})
        found.append((low.power, low.flexible, bench.site.power.home))
    assert found == [(6900, 6900, 1100), (6900, 6900, 1100), (0, 0, 8000)]


def grid_lost_for(bench: Bench, cycles: int) -> None:
    for _ in range(cycles):
        bench.run({"grid": LOST})


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        pytest.param(0, Done(pv="enable 30"), id="no gap"),
        pytest.param(2, Done(current=6, enable=True), id="gap of three intervals"),
        pytest.param(3, Done(pv="enable 60"), id="longer: anew"),
    ],
)
def test_mend_05_pitfall_04_unseen_time_does_not_count(lost: int, expected: Done) -> None:
    bench = Bench()
    bench.put()
    assert bench.turn(-4200) == Done(pv="enable 60")
    grid_lost_for(bench, lost)
    assert bench.turn(-4200) == expected


def test_mend_05_marker_to_decide_at_once_stays() -> None:
    bench = Bench()
    bench.put(pv=("elapsed", 0))
    grid_lost_for(bench, 10)
    assert bench.turn(-4200) == Done(current=6, enable=True)


def test_mend_05_phase_timer_does_not_count_unseen_time_either() -> None:
    bench = Bench(SWITCHABLE)
    bench.put(status=C, offered=6, phases=3, phase=("scale1p", 100))
    grid_lost_for(bench, 3)
    bench.site.loadpoints[0].memory.pv_timer.reset()
    assert bench.turn(700).phase == "scale1p 180"


def test_mend_08_pitfall_29_priority_lifts_the_residual_power_of_an_idle_battery_too() -> None:
    bench = Bench(batteries=(BatteryConfig(name="x"),))
    bench.site.settings.priority_soc = 50
    bench.run({"grid": MeterReading(power=-1500), "batteries": (BatteryReading(power=0, soc=40),)})
    assert bench.site.power.site == -1400
    assert bench.site.power.adjustment == -100


def test_battery_that_never_told_its_soc_has_priority() -> None:
    bench = Bench(batteries=(BatteryConfig(name="x"),))
    bench.site.settings.priority_soc = 50
    bench.site.settings.buffer_soc = 60
    bench.run({"grid": MeterReading(power=-1500), "batteries": (BatteryReading(power=-2000),)})
    assert bench.site.power.site == -1400
    assert not bench.site.power.buffered
