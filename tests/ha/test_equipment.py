"""Devices are read and told together; none holds up another one."""

import asyncio
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from custom_components.evcc import equipment as module
from custom_components.evcc.core.config import (
    BatteryConfig,
    CircuitConfig,
    LoadpointConfig,
    MeterConfig,
    SiteConfig,
    VehicleConfig,
)
from custom_components.evcc.core.model import BatteryMode, Failure
from custom_components.evcc.core.ports import (
    BatteryCommand,
    BatteryResult,
    ChargerCommand,
    ChargerResult,
    DeviceError,
    DeviceRejected,
    NotAvailable,
)
from custom_components.evcc.equipment import Equipment, Ports

from .fakes import Battery, Charger, FullCharger, Meter, PlainBattery, Vehicle

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def equipment(*chargers: Charger, circuit: bool = False, **ports: object) -> Equipment:
    """Return equipment with a grid meter and these chargers, all on one circuit if there is one."""
    given = Ports(chargers=chargers, **ports)  # type: ignore[arg-type]
    config = SiteConfig(
        grid=MeterConfig(name="grid", title="Grid") if given.grid else None,
        pv=tuple(MeterConfig(name=f"pv{i}") for i, _ in enumerate(given.pv)),
        batteries=tuple(BatteryConfig(name=f"b{i}") for i, _ in enumerate(given.batteries)),
        vehicles=tuple(VehicleConfig(name=n) for n in given.vehicles),
        circuits=(CircuitConfig(name="main", title="Main"),) if circuit else (),
        loadpoints=tuple(LoadpointConfig(name=c.name, circuit="main" if circuit else None) for c in chargers),
    )
    return Equipment(given, config)


# Reading


async def test_everything_is_read_in_its_place() -> None:
    devices = equipment(
        Charger("a"),
        Charger("b"),
        circuit=True,
        grid=Meter(1.0),
        pv=(Meter(2.0), Meter(3.0)),
        batteries=(Battery(),),
        vehicles={"car": Vehicle()},
        circuits={"main": Meter(4.0)},
    )
    readings = await devices.async_read(NOW)
    assert readings.grid is not None
    assert [readings.grid.power, *(r.power for r in readings.pv)] == [1.0, 2.0, 3.0]
    assert (readings.batteries[0].soc, readings.vehicles["car"].soc) == (50.0, 50.0)
    assert readings.circuits["main"].power == 4.0
    assert len(readings.chargers) == 2
    assert devices.missing == []


async def test_a_slow_device_does_not_hold_up_the_others() -> None:
    slow, grid = Meter(1.0, trouble=0.2), Meter(500.0)
    devices = equipment(grid=grid, pv=(slow,))
    loop = asyncio.get_running_loop()
    before = loop.time()
    readings = await devices.async_read(NOW, 0.05)
    assert loop.time() - before < 0.15
    assert readings.grid is not None
    assert readings.grid.power == 500.0
    assert readings.pv[0].failure is Failure.TIMEOUT
    assert devices.missing == ["pv0"]
    devices.close()
    await asyncio.sleep(0)


async def test_a_read_that_goes_on_is_not_begun_twice() -> None:
    slow = Meter(7.0, trouble=0.1)
    devices = equipment(pv=(slow,))
    await devices.async_read(NOW, 0.01)
    readings = await devices.async_read(NOW, 0.01)
    assert readings.pv[0].failure is Failure.TIMEOUT
    assert len(slow.reads) == 1
    await asyncio.sleep(0.15)
    slow.trouble = None
    readings = await devices.async_read(NOW, 0.01)
    assert readings.pv[0].power == 7.0
    assert len(slow.reads) == 2


async def test_a_read_that_never_ends_is_given_up() -> None:
    stuck = Meter(7.0, trouble=3600.0)
    devices = equipment(pv=(stuck,))
    await devices.async_read(NOW, 0.01)
    with patch.object(module, "ABANDON", 0.0):
        await devices.async_read(NOW, 0.01)
    await asyncio.sleep(0)
    stuck.trouble = None
    assert (await devices.async_read(NOW, 0.01)).pv[0].power == 7.0


@pytest.mark.parametrize(
    ("error", "failure", "missing"),
    [
        pytest.param(DeviceError("gone"), Failure.UNAVAILABLE, True, id="gone"),
        pytest.param(DeviceRejected("no"), Failure.REFUSED, True, id="refused"),
        pytest.param(NotAvailable(), Failure.NOT_AVAILABLE, False, id="does not exist"),
        pytest.param(RuntimeError("bug"), Failure.UNAVAILABLE, True, id="a bug"),
    ],
)
async def test_errors_become_readings(error: Exception, failure: Failure, missing: bool) -> None:
    devices = equipment(Charger("a", read_trouble=error), grid=Meter(1.0))
    readings = await devices.async_read(NOW)
    charger = readings.chargers[0]
    assert (charger.failure, charger.enabled_failure, charger.power_failure) == (failure,) * 3
    assert readings.grid is not None
    assert readings.grid.power == 1.0
    assert devices.missing == (["a"] if missing else [])


async def test_losing_a_device_and_having_it_back_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    grid = Meter(1.0, trouble=DeviceError("gone"))
    devices = equipment(grid=grid)
    for _ in range(3):
        await devices.async_read(NOW)
    grid.trouble = None
    for _ in range(3):
        await devices.async_read(NOW)
    assert caplog.text.count("Grid cannot be read: unavailable") == 1
    assert caplog.text.count("Grid answers again") == 1


async def test_the_same_bug_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    devices = equipment(grid=Meter(trouble=ZeroDivisionError("x")))
    for _ in range(3):
        await devices.async_read(NOW)
    assert caplog.text.count("Error while reading Grid") == 1


async def test_a_lost_vehicle_is_not_missing() -> None:
    class Away(Vehicle):
        async def async_read(self, now: datetime) -> None:  # type: ignore[override]
            raise DeviceError("asleep", Failure.UNAVAILABLE)

    devices = equipment(vehicles={"car": Away()})
    readings = await devices.async_read(NOW)
    assert readings.vehicles["car"].failure is Failure.UNAVAILABLE
    assert devices.missing == []


# Telling


async def test_steps_come_in_order() -> None:
    charger = FullCharger()
    devices = equipment(charger)
    (result,) = await devices.async_tell([ChargerCommand(0, phases=1, current=10.0, enable=True)], [])
    assert charger.log == ["charger: 1p", "charger: 10 A", "charger: on"]
    assert result == ChargerResult(0)


async def test_switching_off_is_the_only_step() -> None:
    charger = FullCharger()
    devices = equipment(charger)
    await devices.async_tell([ChargerCommand(0, phases=1, current=6.0, enable=False)], [])
    assert charger.log == ["charger: off"]


@pytest.mark.parametrize(
    ("step", "log", "result"),
    [
        pytest.param(
            "phases",
            ["charger: 3p"],
            ChargerResult(0, Failure.REFUSED, Failure.REFUSED, Failure.REFUSED, "no"),
            id="phases",
        ),
        pytest.param(
            "current",
            ["charger: 3p", "charger: 16 A"],
            ChargerResult(0, None, Failure.REFUSED, Failure.REFUSED, "no"),
            id="current",
        ),
        pytest.param(
            "enable",
            ["charger: 3p", "charger: 16 A", "charger: on"],
            ChargerResult(0, None, None, Failure.REFUSED, "no"),
            id="enable",
        ),
    ],
)
async def test_a_failing_step_drops_the_rest(step: str, log: list[str], result: ChargerResult) -> None:
    charger = FullCharger(troubles={step: DeviceRejected("no")})
    devices = equipment(charger)
    command = ChargerCommand(0, phases=3, current=16.0, enable=True)
    assert await devices.async_tell([command], []) == [result]
    assert charger.log == log


async def test_what_a_charger_lacks_is_not_available() -> None:
    devices = equipment(Charger())
    (result,) = await devices.async_tell([ChargerCommand(0, phases=1, wake_charger=True)], [])
    assert isinstance(result, ChargerResult)
    assert result.phases is Failure.NOT_AVAILABLE


async def test_a_charger_that_does_not_answer_is_given_up_and_the_others_are_served() -> None:
    stuck, fine = Charger("stuck", troubles={"enable": 3600.0}), Charger("fine")
    devices = equipment(stuck, fine)
    with patch.object(module, "COMMAND_TIMEOUT", 0.05):
        results = await devices.async_tell(
            [ChargerCommand(0, enable=True), ChargerCommand(1, enable=True)], []
        )
    assert results == [
        ChargerResult(0, enable=Failure.TIMEOUT, message="no answer in time"),
        ChargerResult(1),
    ]
    assert fine.enabled


async def test_a_bug_of_a_driver_is_a_failed_command(caplog: pytest.LogCaptureFixture) -> None:
    devices = equipment(Charger(troubles={"enable": RuntimeError("bug")}))
    (result,) = await devices.async_tell([ChargerCommand(0, enable=True)], [])
    assert isinstance(result, ChargerResult)
    assert result.enable is Failure.UNAVAILABLE
    assert "Error while telling charger: enable" in caplog.text


async def test_a_refusing_charger_is_complained_about_once_until_it_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    charger = Charger(troubles={"enable": DeviceRejected("no")})
    devices = equipment(charger)
    complaint = "charger does not take a command (enable): refused no"
    for _ in range(3):
        await devices.async_tell([ChargerCommand(0, enable=True)], [])
    assert caplog.text.count(complaint) == 1
    charger.troubles = {}
    await devices.async_tell([ChargerCommand(0, enable=True)], [])
    charger.troubles = {"enable": DeviceRejected("no")}
    await devices.async_tell([ChargerCommand(0, enable=True)], [])
    assert caplog.text.count(complaint) == 2


@pytest.mark.parametrize(
    ("circuit", "log"),
    [
        pytest.param(True, ["slow: off", "slow: done", "other: 16 A"], id="shared circuit: one by one"),
        pytest.param(False, ["other: 16 A", "slow: off", "slow: done"], id="no circuit: at the same time"),
    ],
)
async def test_reductions_come_first_where_they_matter(circuit: bool, log: list[str]) -> None:
    said: list[str] = []

    class Slow(Charger):
        async def async_enable(self, on: bool) -> None:
            await super().async_enable(on)
            self.log.append("slow: done")

    slow, other = Slow("slow", said, troubles={"enable": 0.02}), Charger("other", said)
    devices = equipment(other, slow, circuit=circuit)
    commands = [ChargerCommand(0, current=16.0), ChargerCommand(1, enable=False, reduces=True)]
    results = await devices.async_tell(commands, [])
    assert said == log
    assert {r.loadpoint for r in results if isinstance(r, ChargerResult)} == {0, 1}


async def test_waking_up() -> None:
    charger, car = FullCharger(), Vehicle()
    devices = equipment(charger, vehicles={"car": car})
    await devices.async_tell([ChargerCommand(0, wake_charger=True, wake_vehicle="car")], [])
    assert (charger.log, car.woken) == (["charger: wake"], 1)


async def test_waking_a_vehicle_that_nobody_can_reach_is_no_error() -> None:
    devices = equipment(Charger())
    assert await devices.async_tell([ChargerCommand(0, wake_vehicle="gone")], []) == [ChargerResult(0)]


async def test_batteries_take_modes_or_say_why_not() -> None:
    good, bad = Battery(), Battery(trouble=DeviceRejected("no"))
    devices = equipment(batteries=(good, PlainBattery(), bad))
    results = await devices.async_tell([], [BatteryCommand(i, BatteryMode.HOLD) for i in range(3)])
    assert results == [
        BatteryResult(0, BatteryMode.HOLD),
        BatteryResult(1, BatteryMode.HOLD, Failure.NOT_AVAILABLE),
        BatteryResult(2, BatteryMode.HOLD, Failure.REFUSED),
    ]
    assert good.modes == [BatteryMode.HOLD]
