"""Circuits: their load, their limits, meters that fall silent, several levels."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, CircuitConfig, LoadpointConfig
from custom_components.evcc.core.model import Failure, Mode, Reason
from custom_components.evcc.core.parts import Circuit
from custom_components.evcc.core.ports import ExternalLimit, MeterReading
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench, Done
from .wiring import FIXED, SINGLE, SWITCHABLE, A, B, C

MEASURED = ChargerTraits(has_currents=True)


def wired(
    *circuits: CircuitConfig, chargers: tuple[tuple[ChargerTraits, str], ...] = ((FIXED, "main"),)
) -> Bench:
    points = [
        LoadpointConfig(name=f"lp{i}", charger=traits, circuit=on)
        for i, (traits, on) in enumerate(chargers, 1)
    ]
    return Bench(*points, circuits=circuits)


def main(**limits: Any) -> CircuitConfig:
    return CircuitConfig(name="main", title="House", **limits)


def named(bench: Bench, name: str) -> Circuit:
    return next(c for c in bench.site.circuits if c.config.name == name)


def test_without_meter_loadpoints_and_children_are_added_up() -> None:
    chargers = ((FIXED, "main"), (MEASURED, "child"), (FIXED, "child"))
    bench = wired(main(), CircuitConfig(name="child", parent="main"), chargers=chargers)
    bench.put(0, mode=Mode.NOW, status=C, offered=16)
    bench.put(1, mode=Mode.NOW, status=C, offered=16, power=6000, reading={"currents": (8.5, 9, 8.7)})
    bench.put(2, mode=Mode.NOW, status=B, offered=16, enabled=True)
    bench.cycle(0)
    loads = {c.config.name: (c.power, c.current) for c in bench.site.circuits}
    assert loads == {"main": (17_040, 25), "child": (6000, 9)}


@pytest.mark.parametrize(
    ("currents", "powers", "current"),
    [
        pytest.param((10, 12, 8), None, 12, id="unsigned"),
        pytest.param((10, 12, 8), (2300, -2760, 1840), 10, id="signed by the powers"),
        pytest.param((10, 12, 8), (-1, -1, -1), -8, id="all export"),
        pytest.param((-10, 5, 0), (-1, 1, 0), 5, id="signed already"),
    ],
)
def test_largest_signed_phase_counts(currents: Any, powers: Any, current: float) -> None:
    bench = wired(main(metered=True, max_current=50))
    bench.world["circuits"] = {"main": MeterReading(power=1, currents=currents, powers=powers)}
    bench.cycle(0)
    assert named(bench, "main").current == current


@pytest.mark.parametrize(
    ("timeout", "silent", "blocks"),
    [
        pytest.param(60, 60, False, id="trusted for its time-out"),
        pytest.param(60, 90, True, id="then it blocks"),
        pytest.param(30, 60, True, id="a shorter one"),
        pytest.param(0, 3600, False, id="0: for ever"),
    ],
)
def test_silent_meter(timeout: float, silent: float, blocks: bool) -> None:
    bench = wired(main(metered=True, max_power=20_000, timeout=timeout))
    m = bench.put(mode=Mode.NOW, status=C, offered=16).memory
    bench.world["circuits"] = {"main": MeterReading(power=12_000)}
    bench.cycle(0)
    bench.world["circuits"] = {"main": MeterReading(failure=Failure.TIMEOUT)}
    for _ in range(int(silent / 30)):
        bench.cycle(0)
    assert named(bench, "main").failed is blocks
    assert m.enabled is not blocks
    shown = snapshot(bench.site, bench.now).circuits[0]
    assert shown.power == (None if blocks else 12_000)
    if blocks:
        assert (m.why.reason, m.why.device) == (Reason.CIRCUIT_LIMITED, "House")


@pytest.mark.parametrize("timeout", [60, 0])
def test_meter_that_never_answered(timeout: float) -> None:
    bench = wired(main(metered=True, max_power=20_000, timeout=timeout))
    bench.put(mode=Mode.NOW)
    assert bench.turn(0) == (Done() if timeout else Done(current=16, enable=True))


def test_currents_are_needed_for_a_current_limit_only() -> None:
    for limit, enable in (({"max_power": 20_000}, True), ({"max_current": 40}, None)):
        bench = wired(main(metered=True, **limit))
        bench.put(mode=Mode.NOW)
        bench.world["circuits"] = {"main": MeterReading(power=100)}
        assert bench.turn(0).enable is enable


def test_silent_parent_blocks_all_below() -> None:
    bench = wired(
        main(metered=True), CircuitConfig(name="child", parent="main"), chargers=((FIXED, "child"),)
    )
    bench.put(mode=Mode.NOW)
    assert bench.turn(0) == Done()


@pytest.mark.parametrize(
    ("limits", "loads", "current"),
    [
        pytest.param((20_000, 8000), (0, 0), 11, id="child"),
        pytest.param((8000, 20_000), (0, 0), 11, id="parent"),
        pytest.param((20_000, 8000), (0, 3000), 7, id="child with load"),
        pytest.param((9000, 8000), (4000, 0), 7, id="parent with load"),
    ],
)
def test_two_levels(limits: tuple[float, float], loads: tuple[float, float], current: float) -> None:
    bench = wired(
        main(metered=True, max_power=limits[0]),
        CircuitConfig(name="child", parent="main", metered=True, max_power=limits[1]),
        chargers=((FIXED, "child"),),
    )
    bench.put(mode=Mode.NOW)
    bench.world["circuits"] = {"main": MeterReading(power=loads[0]), "child": MeterReading(power=loads[1])}
    assert bench.turn(0) == Done(current=current, enable=True)


def test_overload_reduces_even_without_a_wish_for_more() -> None:
    bench = wired(main(metered=True, max_power=10_000))
    bench.put(mode=Mode.NOW, status=C, offered=16)
    bench.world["circuits"] = {"main": MeterReading(power=12_500)}
    assert bench.turn(0) == Done(current=12)  # 8540 W of 11040 W are left


def test_one_reduction_cures_one_overload() -> None:
    chargers = ((FIXED, "main"), (FIXED, "main"))
    bench = wired(main(metered=True, max_power=18_000), chargers=chargers)
    for index in (0, 1):
        bench.put(index, mode=Mode.NOW, status=C, offered=14)
    bench.world["circuits"] = {"main": MeterReading(power=19_320)}
    bench.cycle(0)
    assert [(c.loadpoint, c.current, c.reduces) for c in bench.outcome.chargers] == [(0, 12, True)]


def test_what_was_given_up_is_not_lent_again_before_it_is_measured() -> None:
    chargers = ((FIXED, "main"), (FIXED, "main"))
    bench = wired(main(metered=True, max_power=11_040), chargers=chargers)
    bench.put(0, mode=Mode.OFF, status=C, offered=16)
    bench.put(1, mode=Mode.NOW)
    bench.world["circuits"] = {"main": MeterReading(power=11_040)}
    bench.cycle(0)
    assert (bench.done(0), bench.done(1)) == (Done(enable=False), Done())


def test_vehicle_that_was_just_allowed_to_start_has_its_room() -> None:
    chargers = ((FIXED, "main"), (FIXED, "main"))
    bench = wired(main(metered=True, max_power=11_040), chargers=chargers)
    bench.put(0, mode=Mode.NOW)
    bench.put(1, mode=Mode.OFF)
    bench.world["circuits"] = {"main": MeterReading(power=0)}
    bench.cycle(0)
    assert bench.done(0) == Done(current=16, enable=True)
    bench.site.loadpoints[1].settings.mode = Mode.NOW
    bench.site.memory.rotation = 1  # the other one is first now
    assert bench.turn(0, 1) == Done()


def test_current_that_is_too_much_on_the_configured_phases_is_reduced_with_the_switch() -> None:
    bench = wired(main(metered=True, max_power=7000), chargers=((SWITCHABLE, "main"),))
    bench.put(mode=Mode.NOW, status=C, offered=16, phases=1, phases_configured=3)
    bench.world["circuits"] = {"main": MeterReading(power=3680)}
    assert bench.turn(0) == Done(phases=3, current=10)


def test_external_limit_is_shown_with_the_root() -> None:
    bench = wired(main(max_power=9000), CircuitConfig(name="child", parent="main", max_power=5000))
    bench.world["external"] = ExternalLimit(consumption=4200)
    bench.cycle(0)
    assert [(c.name, c.max_power) for c in snapshot(bench.site, bench.now).circuits] == [
        ("main", 4200),
        ("child", 5000),
    ]


def test_current_caps_the_change_to_three_phases() -> None:
    """One phase could take all that the circuit has: there is no point in three."""
    bench = wired(main(metered=True, max_current=5, max_power=0), chargers=((SWITCHABLE, "main"),))
    bench.put(status=B, phases=1)
    bench.world["circuits"] = {"main": MeterReading(power=0, currents=(0, 0, 0))}
    assert bench.turn(-5000).phases is None


def test_minimum_of_feed_in_priority_is_bounded_too() -> None:
    bench = wired(main(metered=True, max_power=1000), chargers=((SINGLE, "main"),))
    m = bench.put(mode=Mode.MINPV).memory
    bench.world["circuits"] = {"main": MeterReading(power=0)}
    assert bench.turn(0) == Done()
    assert (m.why.reason, m.why.limit, m.why.actual) == (Reason.CIRCUIT_LIMITED, 4, 6)


def test_vehicle_that_takes_nothing_waits_longer_each_time() -> None:
    """Loadpoints that want nothing must not push out for ever those that do."""
    bench = wired(main(metered=True, max_power=5000))
    m = bench.put(mode=Mode.NOW, status=B, offered=6, enabled=True).memory
    for wait in (60, 120, 240, 480, 900, 900):
        bench.world["circuits"] = {"main": MeterReading(power=6000)}
        bench.cycle(0)
        assert (m.enabled, m.circuit_wait) == (False, wait)
        bench.world["circuits"] = {"main": MeterReading(power=0)}
        bench.now += timedelta(seconds=wait - 30)
        bench.cycle(0)
        assert m.enabled


def test_wait_after_a_circuit_is_over_for_the_next_vehicle() -> None:
    bench = wired(main(metered=True, max_power=5000))
    m = bench.put(mode=Mode.NOW, status=C, offered=6).memory
    bench.world["circuits"] = {"main": MeterReading(power=6000)}
    bench.cycle(0)
    assert m.circuit_off == bench.now - timedelta(seconds=30)
    for status in (A, B, B):
        bench.sockets[0].status, bench.sockets[0].power = status, 0
        bench.world["circuits"] = {"main": MeterReading(power=0)}
        bench.cycle(0)
    assert m.enabled
