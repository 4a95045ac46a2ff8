"""All devices of a site: read together before a cycle, told together what to do after it.

No device holds up another one: each has its time limit, and one that has not answered yet is not asked
again. What goes wrong with a device is part of its reading or result, never an exception.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import Any, Final, Protocol

from homeassistant.util.async_ import create_eager_task

from .core.config import SiteConfig
from .core.model import BatteryMode, Failure
from .core.ports import (
    Battery,
    BatteryCommand,
    BatteryControl,
    BatteryReading,
    BatteryResult,
    Charger,
    ChargerCommand,
    ChargerReading,
    ChargerResult,
    DeviceError,
    DeviceTimeout,
    Meter,
    MeterReading,
    NotAvailable,
    PhaseSwitcher,
    Readings,
    Resurrector,
    Vehicle,
    VehicleReading,
)

_LOGGER = logging.getLogger(__name__)

READ_TIMEOUT: Final = 10.0  # s
COMMAND_TIMEOUT: Final = 20.0  # s for all that one device is told after a cycle
ABANDON: Final = 60.0  # s after which a read that never ended is given up and a new one tried

# What a device in order may answer, too.
_CALM: Final = frozenset({None, Failure.NOT_AVAILABLE, Failure.ASLEEP, Failure.MUST_RETRY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The devices of a site, in the order of its configuration."""

    grid: Meter | None = None
    pv: tuple[Meter, ...] = ()
    batteries: tuple[Battery, ...] = ()
    aux: tuple[Meter, ...] = ()
    consumers: tuple[Meter, ...] = ()
    chargers: tuple[Charger, ...] = ()
    vehicles: Mapping[str, Vehicle] = field(default_factory=dict)
    circuits: Mapping[str, Meter] = field(default_factory=dict)


class _Reading(Protocol):
    """What every reading has."""

    @property
    def failure(self) -> Failure | None: ...


class Reader[R: _Reading]:
    """Reads one device, never twice at a time and never for longer than READ_TIMEOUT."""

    def __init__(
        self,
        title: str,
        read: Callable[[datetime], Coroutine[Any, Any, R]],
        failed: Callable[[Failure], R],
    ) -> None:
        """`failed` makes a reading that says why there is none."""
        self.title = title
        self._read = read
        self._failed = failed
        self._running: asyncio.Task[R] | None = None
        self._since = 0.0
        self._lost = False
        self._bugs: set[str] = set()
        self.reading = failed(Failure.UNAVAILABLE)

    async def async_refresh(self, now: datetime, limit: float) -> None:
        """Read the device within `limit` s; `reading` tells how that went."""
        loop = asyncio.get_running_loop()
        if self._running is not None and not self._running.done():
            if loop.time() - self._since > ABANDON:
                self._running.cancel()
            self.reading = self._lose(Failure.TIMEOUT)
            return
        self._since = loop.time()
        self._running = task = create_eager_task(self._guarded(now), name=f"evcc read {self.title}")
        if not task.done():
            await asyncio.wait((task,), timeout=limit)
        answered = task.done() and not task.cancelled()
        self.reading = task.result() if answered else self._lose(Failure.TIMEOUT)

    async def _guarded(self, now: datetime) -> R:
        try:
            reading = await self._read(now)
        except DeviceError as err:
            return self._lose(err.failure)
        except Exception as err:
            # a bug in one driver must not take the other devices along
            if (kind := repr(err)) not in self._bugs:
                self._bugs.add(kind)
                _LOGGER.exception("Error while reading %s", self.title)
            return self._lose(Failure.UNAVAILABLE)
        if self._lost:
            self._lost = False
            _LOGGER.info("%s answers again", self.title)
        return reading

    def _lose(self, failure: Failure) -> R:
        """Return a reading without values; devices that answer tell of their other troubles themselves."""
        if not self._lost and failure not in _CALM:
            self._lost = True
            _LOGGER.info("%s cannot be read: %s", self.title, failure)
        return self._failed(failure)

    @property
    def available(self) -> bool:
        """Whether the last reading was in order."""
        return self.reading.failure in _CALM

    def cancel(self) -> None:
        """Give up a read that is still running."""
        if self._running is not None:
            self._running.cancel()


def _no_meter(failure: Failure) -> MeterReading:
    return MeterReading(failure=failure)


def _no_battery(failure: Failure) -> BatteryReading:
    return BatteryReading(failure=failure)


def _no_charger(failure: Failure) -> ChargerReading:
    return ChargerReading(failure=failure, enabled_failure=failure, power_failure=failure)


def _no_vehicle(failure: Failure) -> VehicleReading:
    return VehicleReading(failure=failure)


class Equipment:
    """The devices of a site with all that goes wrong with them."""

    def __init__(self, ports: Ports, config: SiteConfig) -> None:
        """Take the devices; `config` names them and tells who shares a circuit."""
        self.ports = ports
        self._config = config

        def meters(ports: Sequence[Meter], configs: Iterable[Any]) -> list[Reader[MeterReading]]:
            return [
                Reader(c.title or c.name, p.async_read, _no_meter)
                for p, c in zip(ports, configs, strict=True)
            ]

        self._grid = meters((ports.grid,), (config.grid,))[0] if ports.grid is not None else None
        self._pv = meters(ports.pv, config.pv)
        self._aux = meters(ports.aux, config.aux)
        self._consumers = meters(ports.consumers, config.consumers)
        self._batteries = [
            Reader(c.title or c.name, p.async_read, _no_battery)
            for p, c in zip(ports.batteries, config.batteries, strict=True)
        ]
        self._chargers = [
            Reader(c.title or c.name, p.async_read, _no_charger)
            for p, c in zip(ports.chargers, config.loadpoints, strict=True)
        ]
        titles = {v.name: v.title or v.name for v in config.vehicles}
        titles |= {c.name: c.title or c.name for c in config.circuits}
        self._vehicles = {n: Reader(titles[n], p.async_read, _no_vehicle) for n, p in ports.vehicles.items()}
        self._circuits = {n: Reader(titles[n], p.async_read, _no_meter) for n, p in ports.circuits.items()}
        self._complained: set[tuple[str, str]] = set()

    # Reading

    def _essential(self) -> list[Reader[Any]]:
        meters = [*self._pv, *self._aux, *self._consumers, *self._circuits.values()]
        grid = [self._grid] if self._grid else []
        return [*grid, *meters, *self._batteries, *self._chargers]

    async def async_read(self, now: datetime, limit: float = READ_TIMEOUT) -> Readings:
        """Read everything at once and return it; what has not answered after `limit` s is left out."""
        readers = [*self._essential(), *self._vehicles.values()]
        await asyncio.gather(*(r.async_refresh(now, limit) for r in readers))
        return Readings(
            grid=self._grid.reading if self._grid else None,
            pv=tuple(r.reading for r in self._pv),
            batteries=tuple(r.reading for r in self._batteries),
            aux=tuple(r.reading for r in self._aux),
            consumers=tuple(r.reading for r in self._consumers),
            chargers=tuple(r.reading for r in self._chargers),
            vehicles={n: r.reading for n, r in self._vehicles.items()},
            circuits={n: r.reading for n, r in self._circuits.items()},
        )

    @property
    def missing(self) -> list[str]:
        """Titles of the devices that did not answer last time; vehicles do not count, they come and go."""
        return [r.title for r in self._essential() if not r.available]

    # Telling

    async def async_tell(
        self, chargers: Sequence[ChargerCommand], batteries: Sequence[BatteryCommand]
    ) -> list[ChargerResult | BatteryResult]:
        """Carry out all commands at the same time and return how they ended.

        Where circuits have limits, what one loadpoint gets may be what another one gives up: there the
        reductions come first.
        """
        first = [c for c in chargers if c.reduces or not self._shares(c)]
        then = [c for c in chargers if c not in first]
        results: list[ChargerResult | BatteryResult] = await asyncio.gather(
            *(self._async_tell_charger(c) for c in first), *(self._async_tell_battery(b) for b in batteries)
        )
        return results + await asyncio.gather(*(self._async_tell_charger(c) for c in then))

    def _shares(self, command: ChargerCommand) -> bool:
        return self._config.loadpoints[command.loadpoint].circuit is not None

    async def _async_tell_charger(self, command: ChargerCommand) -> ChargerResult:
        """Phases, current, enable: a step that fails cancels those after it, which fail the same way."""
        charger = self.ports.chargers[command.loadpoint]
        title = self._chargers[command.loadpoint].title
        steps: dict[str, Callable[[], Awaitable[None]]] = {}
        if command.enable is not False:
            # only on the way up: switching off comes before anything that could go wrong
            if (phases := command.phases) is not None:
                steps["phases"] = lambda: _switch_phases(charger, phases)
            if (current := command.current) is not None:
                steps["current"] = lambda: charger.async_set_current(current)
        if (enable := command.enable) is not None:
            steps["enable"] = lambda: charger.async_enable(enable)

        failures: dict[str, Failure] = {}
        message = None
        deadline = asyncio.get_running_loop().time() + COMMAND_TIMEOUT
        for step, call in steps.items():
            if (error := await self._async_try(title, step, call, deadline)) is not None:
                failures = dict.fromkeys(list(steps)[list(steps).index(step) :], error.failure)
                message = str(error) or None
                break
        if command.wake_charger:
            await self._async_try(title, "wake", lambda: _wake(charger), deadline)
        if (name := command.wake_vehicle) is not None:
            vehicle = self.ports.vehicles.get(name)
            await self._async_try(title, "wake vehicle", lambda: _wake(vehicle), deadline)
        return ChargerResult(command.loadpoint, message=message, **failures)

    async def _async_tell_battery(self, command: BatteryCommand) -> BatteryResult:
        battery = self.ports.batteries[command.battery]
        title = self._batteries[command.battery].title
        deadline = asyncio.get_running_loop().time() + COMMAND_TIMEOUT
        error = await self._async_try(title, "mode", lambda: _set_mode(battery, command.mode), deadline)
        return BatteryResult(command.battery, command.mode, None if error is None else error.failure)

    async def _async_try(
        self, title: str, step: str, call: Callable[[], Awaitable[None]], deadline: float
    ) -> DeviceError | None:
        """Do one step; return what went wrong, and say so in the log once until it works again."""
        try:
            async with asyncio.timeout_at(deadline):
                await call()
        except TimeoutError:
            error: DeviceError = DeviceTimeout("no answer in time")
        except DeviceError as err:
            error = err
        except Exception as err:
            _LOGGER.exception("Error while telling %s: %s", title, step)
            error = DeviceError(repr(err))
        else:
            self._complained.discard((title, step))
            return None
        if (title, step) not in self._complained and error.failure is not Failure.NOT_AVAILABLE:
            self._complained.add((title, step))
            _LOGGER.warning("%s does not take a command (%s): %s %s", title, step, error.failure, error)
        return error

    def close(self) -> None:
        """Give up reads that are still running."""
        for reader in (*self._essential(), *self._vehicles.values()):
            reader.cancel()


async def _switch_phases(charger: Charger, phases: int) -> None:
    if not isinstance(charger, PhaseSwitcher):
        raise NotAvailable("cannot switch phases")
    await charger.async_switch_phases(phases)


async def _wake(device: object) -> None:
    if not isinstance(device, Resurrector):
        raise NotAvailable("cannot be woken up")
    await device.async_wake_up()


async def _set_mode(battery: Battery, mode: BatteryMode) -> None:
    if not isinstance(battery, BatteryControl):
        raise NotAvailable("takes no mode")
    await battery.async_set_mode(mode)
