"""Plants for the tests: built in a line, run by commands made up on the spot."""

from typing import Any

from custom_components.evcc.core.model import BatteryMode
from custom_components.evcc.core.ports import BatteryCommand, ChargerCommand
from custom_components.evcc.devices.simulated.faults import Fault
from custom_components.evcc.devices.simulated.plant import Plant
from custom_components.evcc.devices.simulated.series import Constant, Source
from custom_components.evcc.devices.simulated.specs import (
    BatterySpec,
    CarSpec,
    Connection,
    PlantSpec,
    PvSpec,
    SocketSpec,
)


def source(value: float | Source) -> Source:
    return Constant(value) if isinstance(value, int | float) else value


def car(name: str = "blue", **more: Any) -> CarSpec:
    return CarSpec(**{"name": name, "capacity": 50.0, "soc": 50.0, "efficiency": 1.0, **more})


def battery(name: str = "battery", **more: Any) -> BatterySpec:
    return BatterySpec(
        **{
            "name": name,
            "capacity": 10.0,
            "soc": 50.0,
            "max_charge_power": 5000.0,
            "max_discharge_power": 4000.0,
            **more,
        }
    )


def plug(name: str | None = "blue", start: float = 0, **more: Any) -> Connection:
    return Connection(car=name, start=start, **more)


def socket(*connections: Connection, **more: Any) -> SocketSpec:
    return SocketSpec(connections=connections, **more)


def plant(
    *,
    home: float | Source = 0.0,
    pv: tuple[float | Source, ...] = (),
    faults: tuple[Fault, ...] = (),
    **more: Any,
) -> Plant:
    systems = tuple(PvSpec(name=f"pv{i}", power=source(p)) for i, p in enumerate(pv))
    return Plant(PlantSpec(home=source(home), pv=systems, **more), faults)


def charge(p: Plant, current: float = 16.0, phases: int | None = None, index: int = 0) -> None:
    """Tell a charger to charge."""
    results = p.carry_out([ChargerCommand(index, phases=phases, current=current, enable=True)], [])
    assert (results[0].phases, results[0].current, results[0].enable) == (None, None, None)


def use(p: Plant, mode: BatteryMode, index: int = 0) -> None:
    """Tell a battery its mode."""
    p.carry_out([], [BatteryCommand(index, mode)])
