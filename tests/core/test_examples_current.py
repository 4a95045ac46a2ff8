"""Worked examples 15 to 38: what pv and minpv offer on fixed phases."""

from typing import Any

import pytest

from custom_components.evcc.core.config import BatteryConfig, ChargerTraits, VehicleConfig
from custom_components.evcc.core.model import Feature, Mode
from custom_components.evcc.core.ports import BatteryReading, VehicleReading

from .plant import Bench, Done
from .wiring import FINE, FIXED, A, B, C

DISABLING = "disable"
ENABLING = "enable"


@pytest.mark.parametrize(
    ("state", "site", "expected"),
    [
        pytest.param({"status": C, "offered": 8}, -1500, Done(current=10), id="ex15"),
        pytest.param({"status": C, "offered": 14}, -3000, Done(current=16), id="ex17"),
        pytest.param({"status": C, "offered": 10}, 2000, Done(current=7), id="ex18"),
        pytest.param({"status": C, "offered": 6}, 900, Done(pv="disable 180"), id="ex19"),
        pytest.param(
            {"status": C, "offered": 6, "pv": (DISABLING, 150)}, 900, Done(pv="disable 30"), id="ex20"
        ),
        pytest.param({"status": C, "offered": 6, "pv": (DISABLING, 180)}, 900, Done(enable=False), id="ex21"),
        pytest.param({"status": C, "offered": 6, "pv": (DISABLING, 150)}, -100, Done(), id="ex22"),
        pytest.param(
            {"status": C, "offered": 6, "pv": (DISABLING, 150), "disable_threshold": 500},
            400,
            Done(),
            id="ex23",
        ),
        pytest.param({}, -4000, Done(), id="ex25"),
        pytest.param({"pv": (ENABLING, 30)}, -4000, Done(), id="ex25 and a running timer is reset"),
        pytest.param({}, -4200, Done(pv="enable 60"), id="ex26"),
        pytest.param({"pv": (ENABLING, 60)}, -9000, Done(current=6, enable=True), id="ex27"),
        pytest.param(
            {"pv": (ENABLING, 100), "enable_threshold": -1500},
            -1600,
            Done(current=6, enable=True),
            id="ex30",
        ),
        pytest.param({"mode": Mode.MINPV}, -9000, Done(current=13, enable=True), id="ex31"),
    ],
)
def test_pv_current(state: dict[str, Any], site: float, expected: Done) -> None:
    bench = Bench()
    bench.put(**state)
    assert bench.turn(site) == expected


@pytest.mark.parametrize(
    ("charger", "state", "site", "expected"),
    [
        pytest.param(FINE, {"status": C, "offered": 8}, -1500, Done(current=10.174), id="ex16"),
        pytest.param(
            ChargerTraits(has_currents=True),
            {"status": C, "offered": 16, "power": 7000, "reading": {"currents": (10.2, 10.1, 10.1)}},
            -1380,
            Done(current=14),
            id="ex36",
        ),
        pytest.param(
            ChargerTraits(physical_phases=1, features=frozenset({Feature.INTEGRATED_DEVICE})),
            {"status": C, "offered": 10, "power": 800},
            -1400,
            Done(current=9),
            id="ex37",
        ),
    ],
)
def test_pv_current_by_charger(
    charger: ChargerTraits, state: dict[str, Any], site: float, expected: Done
) -> None:
    bench = Bench(charger)
    bench.put(**state)
    assert bench.turn(site) == expected


def test_ex24_climater_keeps_the_minimum() -> None:
    bench = Bench(vehicles=(VehicleConfig(name="car"),))
    bench.world["vehicles"] = {"car": VehicleReading(climater=True)}
    bench.put(status=C, offered=6, vehicle="car", pv=(DISABLING, 150))
    assert bench.turn(900) == Done()


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        pytest.param(-4200, Done(current=6, enable=True), id="ex28"),
        pytest.param(-1000, Done(), id="ex29"),
    ],
)
def test_just_connected(site: float, expected: Done) -> None:
    bench = Bench()
    bench.put(status=A)
    bench.sockets[0].status = B
    assert bench.turn(site) == expected


def test_ex29_later_starts_need_the_full_delay() -> None:
    bench = Bench()
    bench.put(status=A)
    bench.sockets[0].status = B
    assert bench.turn(-1000) == Done()
    assert bench.turn(-4200) == Done(pv="enable 60")
    assert bench.turn(-4200) == Done(pv="enable 30")
    assert bench.turn(-4200) == Done(current=6, enable=True)


def test_ex27_next_turn_takes_the_rest() -> None:
    bench = Bench()
    bench.put(pv=(ENABLING, 60), follows=True)
    assert bench.turn(surplus=9000) == Done(current=6, enable=True)
    assert bench.turn(surplus=9000) == Done(current=13)


def test_ex32_minpv_leaves_the_timer_alone() -> None:
    bench = Bench()
    lp = bench.put(mode=Mode.MINPV, status=C, offered=6, pv=(DISABLING, 100))
    since = lp.memory.pv_timer.since
    bench.turn(2500)
    assert not bench.outcome.chargers
    assert lp.memory.pv_timer.since == since


@pytest.mark.parametrize(
    ("state", "soc", "site", "expected"),
    [
        pytest.param({}, 95, 1500, Done(current=6, enable=True), id="ex33"),
        pytest.param({"status": C, "offered": 7}, 85, 1800, Done(current=6), id="ex34"),
        pytest.param({}, 85, 1800, Done(), id="ex35"),
    ],
)
def test_buffer_and_start(state: dict[str, Any], soc: float, site: float, expected: Done) -> None:
    bench = Bench(batteries=(BatteryConfig(name="battery"),))
    bench.site.settings.buffer_soc, bench.site.settings.buffer_start_soc = 80, 90
    bench.world["batteries"] = (BatteryReading(power=0, soc=soc),)
    bench.put(**state)
    assert bench.turn(site) == expected


def test_ex38_delays_do_not_grow_with_the_number_of_loadpoints() -> None:
    """Deviates: the reference serves one loadpoint a tick and enables after 90 s; here it is 60 s (13.1)."""
    bench = Bench(FIXED, FIXED, FIXED)
    bench.put(0)
    assert bench.turn(-4200) == Done(pv="enable 60")
    assert bench.turn(-4200) == Done(pv="enable 30")
    assert bench.turn(-4200) == Done(current=6, enable=True)
