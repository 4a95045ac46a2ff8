"""One surplus for several loadpoints: claims, order, extra cycles, equal shares."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, VehicleConfig
from custom_components.evcc.core.model import Mode, Status
from custom_components.evcc.core.sharing import order

from .plant import Bench, Done
from .wiring import FIXED, SINGLE, START, SWITCHABLE, TICK, B, C, V

METERLESS = ChargerTraits(has_power=False)
AMPERE = 3 * V


@pytest.mark.parametrize(
    ("state", "previous", "site", "change"),
    [
        pytest.param({"offered": 8}, None, -1500, 2 * AMPERE, id="follows: the commanded step"),
        pytest.param({"offered": 8, "power": 5300}, None, -1500, 2 * AMPERE, id="nearly follows: the same"),
        pytest.param({"offered": 10}, None, 2100, -4 * AMPERE, id="reduced"),
        pytest.param({"offered": 16, "power": 3450}, 690, 0, 16 * AMPERE - 3450, id="ramps up: all of it"),
        pytest.param({"offered": 16, "power": 3450}, 3450, 0, 0, id="limits itself: nothing"),
        pytest.param(
            {"offered": 16, "power": 6900},
            6900,
            6900,
            6 * AMPERE - 6900,
            id="limits itself and is reduced below",
        ),
    ],
)
def test_change_while_charging(
    state: dict[str, Any], previous: float | None, site: float, change: float
) -> None:
    bench = Bench()
    lp = bench.put(status=C, **state)
    if previous is not None:
        lp.memory.charge_power = previous
    bench.cycle(site)
    assert lp.change == pytest.approx(change)


def test_limits_itself_only_well_after_the_start() -> None:
    bench = Bench()
    lp = bench.put(mode=Mode.NOW, status=C, offered=16, power=3450)
    lp.memory.charger_switched = bench.now - TICK
    bench.cycle(0)
    assert lp.change == 16 * AMPERE - 3450


def test_equal_that_was_just_enabled_keeps_its_claim_before_its_turn() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0)
    m = bench.put(1, status=B, offered=6, enabled=True).memory
    m.charger_switched, m.standing = bench.now - TICK, 4140
    m.standing_until = bench.now + TICK
    assert bench.turn(-5000) == Done()
    assert bench.site.loadpoints[0].memory.why.have == 860


def test_turn_that_decides_nothing_changes_nothing() -> None:
    bench = Bench(FIXED, FIXED)
    first = bench.put(0, status=C, offered=8)
    bench.put(1, mode=Mode.OFF)
    bench.cycle(-1500)
    assert first.change == 1380
    bench.sockets[0].status = None
    bench.put(1)
    bench.cycle(-5000)
    assert first.change == 0
    assert bench.site.loadpoints[1].memory.why.have == 5000


def test_off_comes_first_also_where_nothing_was_drawn() -> None:
    bench = Bench()
    bench.put(mode=Mode.OFF, status=B, offered=6, enabled=True)
    assert [c.reduces for c in bench.cycle(0).chargers] == [True]


def test_off_gives_back_what_was_drawn() -> None:
    bench = Bench()
    lp = bench.put(mode=Mode.OFF, status=C, offered=10, power=6000)
    bench.cycle(0)
    assert lp.change == -6000


def test_without_meter_the_offer_counts_as_drawn() -> None:
    bench = Bench(METERLESS)
    lp = bench.put(status=C, offered=8)
    bench.sockets[0].power = None
    assert bench.turn(-1500) == Done(current=10)
    assert (lp.power, lp.change) == (8 * AMPERE, 2 * AMPERE)


def test_new_phases_count() -> None:
    bench = Bench(SWITCHABLE)
    lp = bench.put(status=C, offered=16, phases=1, phase=("scale3p", 60))
    assert bench.turn(-900) == Done(phases=3, current=6)
    assert lp.change == 6 * 3 * V - 16 * V


@pytest.mark.parametrize(
    ("seconds", "claimed"), [pytest.param(30, 4140, id="30 s"), pytest.param(60, 0, id="60 s")]
)
def test_enabled_vehicle_claims_for_a_minute(seconds: float, claimed: float) -> None:
    bench = Bench()
    lp = bench.put(mode=Mode.MINPV, status=B)
    bench.cycle(0)
    assert lp.change == 4140
    bench.now = START + timedelta(seconds=seconds)
    bench.cycle(0)
    assert lp.change == claimed
    assert lp.memory.standing == claimed


def test_extra_cycle_does_not_give_the_same_surplus_again() -> None:
    bench = Bench()
    bench.put(status=C, offered=8)
    assert bench.turn(-1500) == Done(current=10)
    bench.now = START + timedelta(seconds=5)
    assert bench.turn(-1500, regular=False) == Done()  # the vehicle has not followed yet
    bench.now = START + TICK
    bench.sockets[0].power = 6900
    assert bench.turn(-120) == Done()


def test_extra_cycle_goes_by_the_offer_and_not_by_currents_that_lag() -> None:
    bench = Bench(ChargerTraits(has_currents=True))
    bench.put(status=C, offered=8, power=5520, reading={"currents": (8, 8, 8)})
    assert bench.turn(-5520) == Done(current=16)
    bench.now = START + timedelta(seconds=5)
    assert bench.turn(-5520, regular=False) == Done()


def test_extra_cycle_believes_a_charger_without_meter_no_sooner() -> None:
    bench = Bench(METERLESS)
    lp = bench.put(status=C, offered=8)
    assert bench.turn(-1500) == Done(current=10)
    bench.now = START + timedelta(seconds=5)
    assert bench.turn(-1500, regular=False) == Done()
    assert lp.power == 10 * AMPERE  # what it was allowed counts as drawn
    bench.now = START + TICK
    assert bench.turn(-120) == Done()


def test_after_half_an_interval_a_raise_is_not_claimed_any_more() -> None:
    bench = Bench()
    bench.put(status=C, offered=8)
    bench.turn(-1500)
    bench.now = START + timedelta(seconds=15)
    assert bench.turn(-1500, regular=False) == Done(current=12)


def test_extra_cycle_shares_with_others_as_if_they_had_followed() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, status=C, offered=8)
    bench.put(1, mode=Mode.OFF)
    bench.cycle(-1500)
    other = bench.put(1, mode=Mode.PV, status=C, offered=8, power=5520)
    bench.now = START + timedelta(seconds=5)
    assert bench.turn(-1500, 1, regular=False) == Done()
    assert other.memory.offered_current == 8


def test_extra_cycle_lets_a_higher_priority_take_what_a_lower_one_was_just_allowed() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, priority=1)
    low = bench.put(1, status=C, offered=6)
    bench.site.loadpoints[0].memory.status = Status.B
    bench.site.loadpoints[0].settings.mode = Mode.OFF
    bench.cycle(-2760)
    assert low.memory.offered_current == 10
    bench.site.loadpoints[0].settings.mode = Mode.PV
    bench.now = START + timedelta(seconds=5)
    bench.cycle(-2760, regular=False)
    assert low.flexible == 6900
    assert bench.site.loadpoints[0].memory.why.have == 6900  # 2760 to spare and 4140 drawn


@pytest.mark.parametrize(
    ("priorities", "rotation", "groups"),
    [
        pytest.param((0, 0, 0), 0, [[0, 1, 2]], id="equals"),
        pytest.param((0, 0, 0), 1, [[1, 2, 0]], id="equals rotated"),
        pytest.param((0, 0, 0), 5, [[2, 0, 1]], id="and again"),
        pytest.param((0, 2, 1), 1, [[1], [2], [0]], id="by priority"),
        pytest.param((1, 0, 1), 1, [[2, 0], [1]], id="equals among others"),
    ],
)
def test_order(priorities: tuple[int, ...], rotation: int, groups: list[list[int]]) -> None:
    bench = Bench(*[FIXED] * len(priorities))
    for index, priority in enumerate(priorities):
        bench.put(index, priority=priority)
    found = order(bench.site.loadpoints, rotation)
    assert [[lp.index for lp in group] for group in found] == groups


def test_one_loadpoint_needs_no_order() -> None:
    assert order(Bench().site.loadpoints, 7)[0][0].index == 0


def test_priority_of_the_vehicle_counts() -> None:
    bench = Bench(FIXED, FIXED, vehicles=(VehicleConfig(name="car", on_priority=3),))
    bench.put(0, priority=2)
    bench.put(1, vehicle="car")
    assert [[lp.index for lp in group] for group in order(bench.site.loadpoints, 0)] == [[1], [0]]


def test_fast_charging_is_a_deficit_for_the_others_in_the_same_cycle() -> None:
    bench = Bench(FIXED, FIXED)
    bench.put(0, mode=Mode.NOW, priority=1)
    bench.put(1, status=C, offered=16)
    bench.cycle(-1000)
    assert bench.done(0) == Done(current=16, enable=True)
    assert bench.done(1) == Done(current=6, pv="disable 180")


def test_lower_priority_is_not_added() -> None:
    """What it draws is flexible, what it is about to draw it has to give way with."""
    bench = Bench(SINGLE, SINGLE)
    bench.put(0, priority=1)
    bench.put(1, mode=Mode.NOW)
    bench.cycle(-2000)
    bench.cycle(-2000)
    assert bench.site.loadpoints[1].memory.standing == 16 * V
    assert bench.site.loadpoints[0].memory.why.have == 2000


@pytest.mark.parametrize(
    ("share", "other", "offered", "mode", "expected"),
    [
        pytest.param(False, Mode.PV, 12, Mode.PV, Done(), id="not by default"),
        pytest.param(
            True, Mode.PV, 12, Mode.PV, Done(pv="enable 60"), id="what the other draws above its minimum"
        ),
        pytest.param(True, Mode.PV, 11, Mode.PV, Done(), id="that is not enough"),
        pytest.param(True, Mode.MINPV, 12, Mode.PV, Done(), id="but not of minpv"),
        pytest.param(True, Mode.PV, 12, Mode.MINPV, Done(current=6, enable=True), id="minpv starts anyway"),
    ],
)
def test_equal_share(share: bool, other: Mode, offered: float, mode: Mode, expected: Done) -> None:
    bench = Bench(FIXED, FIXED, equal_share=share)
    bench.put(0, mode=other, status=C, offered=offered)
    bench.put(1, mode=mode)
    assert bench.turn(0, 1) == expected


def test_equal_share_leaves_a_charging_one_alone() -> None:
    bench = Bench(FIXED, FIXED, equal_share=True)
    bench.put(0, status=C, offered=16)
    bench.put(1, status=C, offered=6)
    assert bench.turn(0, 1) == Done()
