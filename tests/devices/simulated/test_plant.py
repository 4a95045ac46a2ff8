"""The steps of the plant, one by one."""

import pytest

from custom_components.evcc.core.model import BatteryMode, Failure, Status
from custom_components.evcc.core.ports import BatteryCommand, ChargerCommand
from custom_components.evcc.devices.simulated.plant import Plant
from custom_components.evcc.devices.simulated.series import Series

from .plants import battery, car, charge, plant, plug, socket, use

HOUR = 3600.0


def charging(current: float = 16.0, *, phases: int = 3, spec: dict[str, float] | None = None) -> Plant:
    p = plant(cars=(car(**(spec or {})),), sockets=(socket(plug(), phases=phases, phase_switching=False),))
    p.step(0)
    charge(p, current)
    p.step(30)
    return p


# ---------------------------------------------------------------------- charge power


def test_a_charger_starts_disabled_at_six_amperes_on_all_phases() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug()),))
    p.step(0)
    assert (p.sockets[0].enabled, p.sockets[0].limit, p.sockets[0].phases) == (False, 6.0, 3)
    p.carry_out([ChargerCommand(0, enable=True)], [])
    p.step(30)
    assert p.sockets[0].power == 3 * 6 * 230


def test_commands_act_in_the_next_step_only() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug()),))
    p.step(0)
    charge(p, 10)
    assert (p.sockets[0].power, p.grid) == (0, 0)
    assert p.readings().chargers[0].enabled is True
    p.step(30)
    assert (p.sockets[0].power, p.grid) == (6900, 6900)


@pytest.mark.parametrize(
    ("current", "phases", "spec", "power"),
    [
        pytest.param(16, 3, {}, 11040, id="three phases"),
        pytest.param(16, 1, {}, 3680, id="one-phase charger"),
        pytest.param(16, 3, {"phases": 1}, 3680, id="one-phase car"),
        pytest.param(16, 3, {"phases": 2}, 7360, id="two-phase car"),
        pytest.param(32, 3, {"max_current": 20}, 13800, id="the car takes no more"),
        pytest.param(6, 3, {}, 4140, id="six amperes are enough"),
        pytest.param(5, 3, {}, 0, id="less than six amperes are nothing"),
        pytest.param(16, 3, {"soc": 100}, 0, id="full"),
        pytest.param(16, 3, {"soc": 80, "max_soc": 80}, 0, id="as full as the car wants"),
        pytest.param(16, 3, {"soc": 79.9, "max_soc": 80}, 11040, id="not yet as full as the car wants"),
    ],
)
def test_charge_power(current: float, phases: int, spec: dict[str, float], power: float) -> None:
    p = charging(current, phases=phases, spec=spec)
    assert p.sockets[0].power == power
    assert p.sockets[0].status is (Status.C if power else Status.B)


def test_nothing_flows_without_a_car_or_with_a_disabled_charger() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug(start=60)),))
    p.step(0)
    charge(p)
    p.step(30)
    assert (p.sockets[0].power, p.sockets[0].status) == (0, Status.A)
    p.step(60)
    assert (p.sockets[0].power, p.sockets[0].status) == (11040, Status.C)
    p.carry_out([ChargerCommand(0, enable=False)], [])
    p.step(90)
    assert (p.sockets[0].power, p.sockets[0].status) == (0, Status.B)


def test_a_guest_takes_up_to_32_amperes_on_three_phases_for_ever() -> None:
    p = plant(sockets=(socket(plug(None)),))
    p.step(0)
    charge(p, 40)
    p.step(HOUR)
    assert p.sockets[0].power == 3 * 32 * 230
    p.step(100 * HOUR)
    assert p.sockets[0].power == 3 * 32 * 230
    assert p.readings().chargers[0].identifier == ""


@pytest.mark.parametrize(
    ("step", "wanted", "limit"),
    [
        pytest.param(1.0, 9.99, 9.0, id="whole amperes"),
        pytest.param(1.0, 9.9999995, 10.0, id="a hair below is the ampere itself"),
        pytest.param(1.0, 9.99999, 9.0, id="more than a hair"),
        pytest.param(0.1, 6.28, 6.2, id="tenths"),
        pytest.param(0.1, 0.1 * 63, 6.3, id="a tenth without an exact binary form"),
        pytest.param(0.01, 7.129, 7.12, id="hundredths"),
    ],
)
def test_set_points_are_rounded_down(step: float, wanted: float, limit: float) -> None:
    p = plant(sockets=(socket(plug(None), current_step=step),))
    p.step(0)
    charge(p, wanted)
    assert p.sockets[0].limit == limit


def test_phases_can_be_switched_where_the_charger_can() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug()),))
    p.step(0)
    charge(p, 16, phases=1)
    p.step(30)
    assert p.sockets[0].power == 3680
    reading = p.readings().chargers[0]
    assert reading.currents == (16, 0, 0)
    assert (reading.phases, reading.offered_current) == (None, None)


@pytest.mark.parametrize(
    ("spec", "currents"),
    [({}, (10, 10, 10)), ({"phases": 2}, (10, 10, 0)), ({"phases": 1}, (10, 0, 0))],
)
def test_currents_flow_in_the_first_phases(spec: dict[str, float], currents: tuple[float, ...]) -> None:
    assert charging(10, spec=spec).readings().chargers[0].currents == currents


# ---------------------------------------------------------------------- energy


def test_energy_comes_from_the_power_of_the_step_before() -> None:
    p = charging(spec={"efficiency": 0.9})
    assert p.cars["blue"].soc == 50
    p.step(30 + HOUR)
    assert p.cars["blue"].soc == pytest.approx(50 + 11.04 * 0.9 / 50 * 100)
    assert p.sockets[0].energy == pytest.approx(11.04)
    assert p.sockets[0].session_energy == pytest.approx(11.04)
    assert p.imported == pytest.approx(11.04)


def test_a_car_never_gets_more_than_full() -> None:
    p = charging(spec={"soc": 99})
    p.step(HOUR)
    assert (p.cars["blue"].soc, p.sockets[0].power) == (100, 0)


def test_meters_count_import_export_and_production() -> None:
    p = plant(home=Series(HOUR, [1000, 3000]), pv=(2000.0, 500.0))
    for hour in range(3):
        p.step(hour * HOUR)
    readings = p.readings()
    assert readings.grid is not None
    assert (readings.grid.power, readings.grid.energy, readings.grid.return_energy) == (500, 0.5, 1.5)
    assert [m.energy for m in readings.pv] == [4.0, 1.0]
    assert [m.power for m in readings.pv] == [2000, 500]


def test_the_first_step_moves_no_energy() -> None:
    p = plant(home=1000)
    p.step(0)
    assert (p.grid, p.imported) == (1000, 0)


# ---------------------------------------------------------------------- battery


@pytest.mark.parametrize(
    ("mode", "home", "power"),
    [
        pytest.param(None, 3000, 3000, id="before the first command as in normal"),
        pytest.param(BatteryMode.NORMAL, 9000, 4000, id="discharge limit"),
        pytest.param(BatteryMode.NORMAL, -9000, -5000, id="charge limit"),
        pytest.param(BatteryMode.HOLD, 3000, 0, id="hold does not discharge"),
        pytest.param(BatteryMode.HOLD, -3000, -3000, id="hold charges"),
        pytest.param(BatteryMode.HOLDCHARGE, 3000, 3000, id="holdcharge discharges"),
        pytest.param(BatteryMode.HOLDCHARGE, -3000, 0, id="holdcharge does not charge"),
        pytest.param(BatteryMode.CHARGE, 3000, -5000, id="charge takes all it can"),
    ],
)
def test_battery_modes(mode: BatteryMode | None, home: float, power: float) -> None:
    p = plant(home=max(home, 0), pv=(max(-home, 0),), batteries=(battery(),))
    p.step(0)
    if mode is not None:
        use(p, mode)
        p.step(30)
    assert p.batteries[0].power == power
    assert p.grid == home - power


@pytest.mark.parametrize(
    ("soc", "mode", "home", "power"),
    [
        pytest.param(10, BatteryMode.NORMAL, 2000, 0, id="empty"),
        pytest.param(10, BatteryMode.NORMAL, -2000, -2000, id="empty, charging"),
        pytest.param(90, BatteryMode.NORMAL, -2000, 0, id="full"),
        pytest.param(90, BatteryMode.CHARGE, 0, 0, id="full, told to charge"),
        pytest.param(90, BatteryMode.NORMAL, 2000, 2000, id="full, discharging"),
        pytest.param(5, BatteryMode.NORMAL, 2000, 0, id="below the minimum"),
        pytest.param(95, BatteryMode.NORMAL, -2000, 0, id="above the maximum"),
    ],
)
def test_battery_stops_at_its_soc_limits(soc: float, mode: BatteryMode, home: float, power: float) -> None:
    p = plant(home=max(home, 0), pv=(max(-home, 0),), batteries=(battery(soc=soc, min_soc=10, max_soc=90),))
    p.step(0)
    use(p, mode)
    p.step(30)
    assert p.batteries[0].power == power
    assert p.batteries[0].soc == pytest.approx(soc, abs=0.3)


def test_a_start_outside_the_limits_stays_until_power_flows() -> None:
    p = plant(
        home=Series(HOUR, [2000, 0]), pv=(Series(HOUR, [0, 1000]),), batteries=(battery(soc=5, min_soc=10),)
    )
    for hour in (0, 0.5, 1):
        p.step(hour * HOUR)
        assert p.batteries[0].soc == 5
    p.step(1.5 * HOUR)
    assert p.batteries[0].soc == 10  # 0.5 kWh came in: 10 %
    p.step(2 * HOUR)
    assert p.batteries[0].soc == 15


def test_battery_efficiency_counts_both_ways() -> None:
    p = plant(
        home=Series(HOUR, [0, 900]),
        pv=(Series(HOUR, [1000, 0]),),
        batteries=(battery(efficiency=0.9),),
    )
    for hour in range(3):
        p.step(hour * HOUR)
    assert p.batteries[0].soc == pytest.approx(50 + 9 - 10)
    reading = p.readings().batteries[0]
    assert (reading.energy, reading.return_energy) == (pytest.approx(0.9), pytest.approx(1.0))


def test_battery_soc_is_clamped_within_a_step() -> None:
    p = plant(home=4000, batteries=(battery(soc=12, min_soc=10),))
    p.step(0)
    p.step(HOUR)
    assert p.batteries[0].soc == 10
    assert p.batteries[0].discharged == 4  # what the clamp cuts off within a cycle is neglected


def test_batteries_share_by_capacity_and_do_not_stand_in_for_each_other() -> None:
    p = plant(home=3000, batteries=(battery("a", capacity=10), battery("b", capacity=5, soc=0)))
    p.step(0)
    assert [b.power for b in p.batteries] == [2000, 0]
    assert p.grid == 1000


# ---------------------------------------------------------------------- connections


def test_connections_begin_at_and_end_before_their_times() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug(start=60, end=120)),))
    seen = []
    for at in range(0, 180, 30):
        p.step(at)
        seen.append(str(p.sockets[0].status))
    assert seen == ["A", "A", "B", "B", "A", "A"]


def test_the_soc_includes_the_energy_of_the_last_stretch() -> None:
    p = charging()
    p.step(30 + HOUR)
    before = p.cars["blue"].soc
    assert before == pytest.approx(50 + 11.04 * 2)


def test_what_was_driven_leaves_the_soc_when_the_connection_begins() -> None:
    p = plant(cars=(car(soc=50),), sockets=(socket(plug(start=60, consumes=10)),))
    p.step(30)
    assert p.cars["blue"].soc == 50
    p.step(60)
    assert p.cars["blue"].soc == 30


def test_driving_never_empties_below_zero() -> None:
    p = plant(cars=(car(soc=10),), sockets=(socket(plug(consumes=10)),))
    p.step(0)
    assert p.cars["blue"].soc == 0


def test_a_socket_stays_empty_for_one_step_between_two_cars() -> None:
    p = plant(
        cars=(car(), car("white")),
        sockets=(socket(plug(end=60), plug("white", start=60)),),
    )
    seen = []
    for at in (0, 30, 60, 90):
        p.step(at)
        seen.append(p.readings().chargers[0].identifier if p.sockets[0].connected else None)
    assert seen == ["blue", "blue", None, "white"]


def test_a_connection_that_ends_while_it_waits_does_not_happen() -> None:
    p = plant(
        cars=(car(), car("white", soc=50), car("red")),
        sockets=(socket(plug(end=60), plug("white", start=60, end=90, consumes=10), plug("red", start=90)),),
    )
    for at in (0, 60, 90):
        p.step(at)
    assert p.sockets[0].identifier == "red"
    assert p.cars["white"].soc == 50


def test_a_connection_between_two_steps_is_never_seen() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug(start=5, end=25)),))
    for at in (0, 30, 60):
        p.step(at)
        assert not p.sockets[0].connected


def test_a_car_can_move_to_another_socket_at_once() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug(end=60)), socket(plug(start=60))))
    p.step(0)
    p.step(60)
    assert [s.connected for s in p.sockets] == [False, True]


def test_a_connection_from_before_the_start_holds_from_the_start() -> None:
    p = plant(cars=(car(), car("white")), sockets=(socket(plug(start=-90, end=0), plug("white", start=0)),))
    p.step(0)
    assert p.sockets[0].identifier == "white"


def test_session_energy_starts_anew_with_each_connection() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug(end=HOUR), plug(start=2 * HOUR)),))
    p.step(0)
    charge(p)
    for at in (30, HOUR - 30):
        p.step(at)
    assert p.sockets[0].session_energy > 10
    p.step(HOUR)
    assert p.sockets[0].session_energy == 0
    p.step(2 * HOUR)
    assert p.sockets[0].session_energy == 0
    assert p.sockets[0].energy > 10


# ---------------------------------------------------------------------- what can be asked


def test_a_charger_without_a_meter_tells_no_power() -> None:
    p = plant(cars=(car(),), sockets=(socket(plug(), meter=False),))
    p.step(0)
    charge(p)
    p.step(30)
    reading = p.readings().chargers[0]
    assert (reading.power, reading.currents, reading.energy) == (None, None, None)
    assert (reading.status, reading.identifier) == (Status.C, "blue")


def test_a_meter_without_currents() -> None:
    p = plant(sockets=(socket(currents=False),))
    p.step(0)
    reading = p.readings().chargers[0]
    assert (reading.power, reading.currents) == (0, None)


def test_an_offline_car_tells_nothing() -> None:
    p = plant(cars=(car(online=False),))
    p.step(0)
    reading = p.readings().vehicles["blue"]
    assert (reading.soc, reading.failure) == (None, Failure.NOT_AVAILABLE)


def test_no_grid_meter() -> None:
    p = plant(home=500, grid=False)
    p.step(0)
    assert p.readings().grid is None
    assert p.grid == 500


# ---------------------------------------------------------------------- commands that cannot be


def test_a_charger_without_phase_switching_drops_the_rest() -> None:
    p = plant(sockets=(socket(plug(None), phase_switching=False),))
    p.step(0)
    (result,) = p.carry_out([ChargerCommand(0, phases=1, current=16, enable=True)], [])
    assert (result.phases, result.current, result.enable) == (Failure.NOT_AVAILABLE,) * 3
    assert (p.sockets[0].phases, p.sockets[0].enabled) == (3, False)


def test_switching_off_ignores_phases_and_current() -> None:
    p = plant(sockets=(socket(plug(None), phase_switching=False),))
    p.step(0)
    charge(p, 16)
    (result,) = p.carry_out([ChargerCommand(0, phases=1, current=8, enable=False)], [])
    assert (result.phases, result.current, result.enable) == (None, None, None)
    assert (p.sockets[0].limit, p.sockets[0].enabled) == (16, False)


def test_a_battery_without_control_takes_no_mode() -> None:
    p = plant(batteries=(battery(controllable=False),))
    p.step(0)
    (result,) = p.carry_out([], [BatteryCommand(0, BatteryMode.HOLD)])
    assert result.failure is Failure.NOT_AVAILABLE
    assert p.batteries[0].mode is BatteryMode.NORMAL


# ---------------------------------------------------------------------- series


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 1), (299.9, 1), (300, 2), (899, 3), (900, 3), (1e9, 3)],
)
def test_series_hold_their_last_value(at: float, value: float) -> None:
    assert Series(300, [1, 2, 3]).at(at) == value


def test_series_with_a_step_that_has_no_exact_binary_form() -> None:
    values = [float(i) for i in range(1000)]
    series = Series(0.1, values)
    assert [series.at(i / 10) for i in range(1000)] == values
