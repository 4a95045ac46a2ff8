"""What faults do to readings and commands; the plant itself is never affected."""

import pytest

from custom_components.evcc.core.model import BatteryMode, Failure, Status
from custom_components.evcc.core.ports import BatteryCommand, ChargerCommand, Readings
from custom_components.evcc.devices.simulated.faults import Device, Fault, FaultKind, Group
from custom_components.evcc.devices.simulated.plant import Plant
from custom_components.evcc.devices.simulated.series import Series

from .plants import battery, car, charge, plant, plug, socket

GRID: Device = (Group.GRID, 0)
PV: Device = (Group.PV, 0)
BATTERY: Device = (Group.BATTERY, 0)
CHARGER: Device = (Group.CHARGER, 0)
VEHICLE: Device = (Group.VEHICLE, 0)
ALL = (GRID, PV, BATTERY, CHARGER, VEHICLE)


def fault(kind: FaultKind, *devices: Device, start: float = 60, end: float = 120) -> Fault:
    return Fault(start=start, end=end, kind=kind, devices=devices or ALL)


def house(*faults: Fault) -> Plant:
    """A car charges with 16 A; the household takes 100 W more in each step of 30 s."""
    p = plant(
        home=Series(30, [100.0 * i for i in range(20)]),
        pv=(2000.0,),
        batteries=(battery(),),
        cars=(car(),),
        sockets=(socket(plug()),),
        faults=faults,
    )
    p.step(0)
    p.readings()
    charge(p)
    return p


def read(p: Plant, at: float) -> Readings:
    p.step(at)
    return p.readings()


@pytest.mark.parametrize(
    ("kind", "failure"),
    [(FaultKind.UNAVAILABLE, Failure.UNAVAILABLE), (FaultKind.TIMEOUT, Failure.TIMEOUT)],
)
def test_unreachable_devices_tell_nothing(kind: FaultKind, failure: Failure) -> None:
    p = house(fault(kind))
    read(p, 30)
    r = read(p, 60)
    assert r.grid is not None
    assert (r.grid.power, r.grid.energy, r.grid.failure) == (None, None, failure)
    assert (r.pv[0].power, r.pv[0].failure) == (None, failure)
    assert (r.batteries[0].power, r.batteries[0].soc, r.batteries[0].failure) == (None, None, failure)
    charger = r.chargers[0]
    assert (charger.status, charger.enabled, charger.power) == (None, None, None)
    assert (charger.failure, charger.enabled_failure, charger.power_failure) == (failure,) * 3
    assert charger.identifier is None
    assert (r.vehicles["blue"].soc, r.vehicles["blue"].failure) == (None, failure)


def test_faults_begin_at_and_end_before_their_times() -> None:
    p = house(fault(FaultKind.UNAVAILABLE, GRID))
    seen = []
    for at in (30, 60, 90, 120):
        grid = read(p, at).grid
        assert grid is not None
        seen.append(grid.power is None)
    assert seen == [False, True, True, False]


def test_only_the_named_device_fails() -> None:
    p = house(fault(FaultKind.UNAVAILABLE, PV))
    r = read(p, 60)
    assert r.pv[0].power is None
    assert r.grid is not None
    assert r.grid.power is not None
    assert r.chargers[0].status is Status.C


def test_missing_numbers_leave_words_and_flags() -> None:
    p = house(fault(FaultKind.NAN))
    read(p, 30)
    r = read(p, 60)
    assert r.grid is not None
    assert (r.grid.power, r.grid.energy, r.grid.failure) == (None, None, Failure.INVALID)
    assert (r.batteries[0].soc, r.batteries[0].failure) == (None, Failure.INVALID)
    charger = r.chargers[0]
    assert (charger.status, charger.enabled, charger.identifier) == (Status.C, True, "blue")
    assert (charger.power, charger.currents, charger.energy) == (None, None, None)
    assert (charger.power_failure, charger.failure, charger.enabled_failure) == (Failure.INVALID, None, None)
    assert r.vehicles["blue"].failure is Failure.INVALID


def test_stale_readings_repeat_the_cycle_before() -> None:
    p = house(fault(FaultKind.STALE))
    before = read(p, 30)
    for at in (60, 90):
        during = read(p, at)
        assert (during.grid, during.pv, during.batteries) == (before.grid, before.pv, before.batteries)
        assert (during.chargers, during.vehicles) == (before.chargers, before.vehicles)
    after = read(p, 120)
    assert after.grid is not None
    assert before.grid is not None
    assert after.grid.power != before.grid.power


def test_a_stale_device_takes_commands() -> None:
    p = house(fault(FaultKind.STALE))
    read(p, 30)
    read(p, 60)
    (result,) = p.carry_out([ChargerCommand(0, enable=False)], [])
    assert result.enable is None
    r = read(p, 90)
    assert (p.sockets[0].power, r.chargers[0].status) == (0, Status.C)


def test_a_stale_device_repeats_a_failed_reading_too() -> None:
    p = house(fault(FaultKind.NAN, GRID, start=30, end=60), fault(FaultKind.STALE, GRID))
    read(p, 30)
    grid = read(p, 60).grid
    assert grid is not None
    assert grid.failure is Failure.INVALID


def test_stale_from_the_start_shows_the_first_reading() -> None:
    p = house(fault(FaultKind.STALE, GRID, start=0))
    first, later = read(p, 0).grid, read(p, 30).grid
    assert first is not None
    assert first.power is not None
    assert later == first


def test_faults_of_one_device_add_up() -> None:
    p = house(
        fault(FaultKind.STALE, CHARGER),
        fault(FaultKind.NAN, CHARGER),
        fault(FaultKind.TIMEOUT, CHARGER, start=90),
    )
    read(p, 30)
    p.carry_out([ChargerCommand(0, enable=False)], [])
    charger = read(p, 60).chargers[0]
    assert (charger.status, charger.enabled, charger.power) == (Status.C, True, None)
    assert read(p, 90).chargers[0].failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        (FaultKind.UNAVAILABLE, Failure.UNAVAILABLE),
        (FaultKind.TIMEOUT, Failure.TIMEOUT),
        (FaultKind.REFUSE, Failure.REFUSED),
        (FaultKind.IGNORE, None),
    ],
)
def test_commands_that_come_to_nothing(kind: FaultKind, failure: Failure | None) -> None:
    p = house(fault(kind))
    read(p, 30)
    read(p, 60)
    charger, home = p.carry_out(
        [ChargerCommand(0, phases=1, current=8, enable=True)], [BatteryCommand(0, BatteryMode.HOLD)]
    )
    assert (charger.phases, charger.current, charger.enable) == (failure,) * 3
    assert home.failure is failure
    assert (p.sockets[0].phases, p.sockets[0].limit, p.sockets[0].enabled) == (3, 16, True)
    assert p.batteries[0].mode is BatteryMode.NORMAL
    assert p.batteries[0].commanded is BatteryMode.HOLD


@pytest.mark.parametrize("kind", [FaultKind.REFUSE, FaultKind.IGNORE])
def test_reads_work_while_commands_do_not(kind: FaultKind) -> None:
    clean, faulty = house(), house(fault(kind))
    for at in (30, 60, 90):
        assert read(faulty, at) == read(clean, at)


def test_the_plant_is_never_affected() -> None:
    clean, faulty = house(), house(*(fault(kind) for kind in FaultKind))
    for at in (30, 60, 90, 120):
        read(clean, at)
        read(faulty, at)
        assert faulty.grid == clean.grid
    assert faulty.cars["blue"].soc == clean.cars["blue"].soc


def test_an_offline_car_has_nothing_to_fail() -> None:
    p = plant(cars=(car(online=False),), faults=(fault(FaultKind.UNAVAILABLE, VEHICLE, start=0),))
    assert read(p, 0).vehicles["blue"].failure is Failure.NOT_AVAILABLE


def test_a_charger_without_a_meter_has_no_numbers_to_lose() -> None:
    p = plant(sockets=(socket(meter=False),), faults=(fault(FaultKind.NAN, CHARGER, start=0),))
    assert read(p, 0).chargers[0].power_failure is Failure.NOT_AVAILABLE


def test_a_fault_of_a_grid_meter_that_is_not_there() -> None:
    p = plant(grid=False, faults=(fault(FaultKind.NAN, GRID, start=0),))
    assert read(p, 0).grid is None
