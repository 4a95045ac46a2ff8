"""Worked examples 59 to 66: what circuits admit."""

from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits, CircuitConfig, LoadpointConfig
from custom_components.evcc.core.model import Mode, Reason
from custom_components.evcc.core.ports import ExternalLimit, MeterReading

from .plant import Bench, Done
from .wiring import FINE, FIXED, SWITCHABLE, B, C

TEN = {"mode": Mode.NOW, "status": C, "offered": 10}
FULL = {"mode": Mode.NOW, "status": C, "offered": 16}
IDLE = {"mode": Mode.NOW, "status": B}


def wired(charger: ChargerTraits, *circuits: CircuitConfig, **readings: Any) -> Bench:
    """Return a site whose loadpoint is on the first circuit; readings are the powers or currents of circuits."""
    point = LoadpointConfig(name="lp1", charger=charger, circuit=circuits[0].name)
    bench = Bench(point, circuits=circuits)
    bench.world["circuits"] = {name: MeterReading(**values) for name, values in readings.items()}
    return bench


def circuit(name: str = "main", **limits: Any) -> CircuitConfig:
    return CircuitConfig(name=name, **{"metered": True} | limits)


@pytest.mark.parametrize(
    ("charger", "limit", "reading", "external", "state", "expected"),
    [
        pytest.param(
            FIXED,
            circuit(max_power=11_000),
            {"power": 9500},
            None,
            TEN,
            Done(current=12),
            id="ex59",
        ),
        pytest.param(
            FIXED,
            circuit(max_current=20),
            {"power": 0, "currents": (24, 20, 20)},
            None,
            FULL,
            Done(current=12),
            id="ex60",
        ),
        pytest.param(
            FIXED,
            circuit(max_current=20),
            {"power": 0, "currents": (32, 20, 20)},
            None,
            FULL,
            Done(enable=False),
            id="ex61",
        ),
        pytest.param(
            FIXED,
            circuit(metered=False),
            {},
            ExternalLimit(consumption=4200),
            FULL,
            Done(current=6),
            id="ex62",
        ),
        pytest.param(
            FIXED,
            circuit(max_power=11_000),
            {"power": 3000},
            ExternalLimit(consumption=4200),
            IDLE,
            Done(),
            id="ex63",
        ),
        pytest.param(
            SWITCHABLE,
            circuit(max_power=7000),
            {"power": 3200},
            None,
            IDLE,
            Done(phases=1, current=16, enable=True),
            id="ex65",
        ),
        pytest.param(
            FIXED,
            circuit(max_power=11_000),
            {"power": 3000},
            ExternalLimit(consumption=0),
            IDLE,
            Done(current=11, enable=True),
            id="an external limit of 0 is none",
        ),
    ],
)
def test_circuit(
    charger: ChargerTraits,
    limit: CircuitConfig,
    reading: dict[str, Any],
    external: ExternalLimit | None,
    state: dict[str, Any],
    expected: Done,
) -> None:
    bench = wired(charger, limit, main=reading)
    bench.world["external"] = external
    bench.put(**state)
    assert bench.turn(0) == expected


def test_ex61_and_stays_off_for_a_minute() -> None:
    """Deviates (mend 40): the reference may switch on again in the next turn."""
    bench = wired(FIXED, circuit(max_current=20), main={"power": 0, "currents": (32, 0, 0)})
    m = bench.put(**FULL).memory
    assert bench.turn(0) == Done(enable=False)
    bench.sockets[0].status, bench.sockets[0].power = B, 0
    bench.world["circuits"] = {"main": MeterReading(power=0, currents=(0, 0, 0))}
    assert bench.turn(0) == Done()
    assert m.why.reason is Reason.CIRCUIT_WAIT
    assert bench.turn(0) == Done(current=16, enable=True)


def test_ex64_the_tightest_of_the_chain_counts() -> None:
    bench = wired(
        FINE,
        circuit("child", parent="root", max_power=11_000),
        circuit("root", max_current=32),
        child={"power": 9500},
        root={"power": 0, "currents": (28.5, 0, 0)},
    )
    bench.put(**TEN)
    assert bench.turn(0) == Done(current=12.174)


def test_ex66_overload_switches_to_one_phase() -> None:
    bench = wired(SWITCHABLE, circuit(max_power=9000), main={"power": 17_000})
    bench.put(status=C, offered=16, phases=3, phase=("scale1p", 200))
    assert bench.turn(-500) == Done(phases=1, current=13)
