"""Wiring that contradicts itself is refused."""

from typing import Any

import pytest

from custom_components.evcc.core.config import (
    BatteryConfig,
    CircuitConfig,
    ConfigError,
    LoadpointConfig,
    SiteConfig,
    VehicleConfig,
)
from custom_components.evcc.core.ports import (
    ChargerCommand,
    DeviceError,
    DeviceTimeout,
    Failure,
    NotAvailable,
)
from custom_components.evcc.core.site import Site


def circuits(**parents: str | None) -> tuple[CircuitConfig, ...]:
    return tuple(CircuitConfig(name=n, parent=p) for n, p in parents.items())


@pytest.mark.parametrize(
    ("config", "key", "names"),
    [
        pytest.param(
            {"circuits": circuits(a=None) * 2}, "circuit_duplicate", ("a", "a"), id="the same name twice"
        ),
        pytest.param({"circuits": circuits(a=None, b=None)}, "circuit_one_root", ("a", "b"), id="two roots"),
        pytest.param({"circuits": circuits(a="b", b="a")}, "circuit_one_root", (), id="no root"),
        pytest.param({"circuits": circuits(r=None, a="b", b="a")}, "circuit_cycle", ("a",), id="a cycle"),
        pytest.param({"circuits": circuits(r=None, a="a")}, "circuit_cycle", ("a",), id="its own parent"),
        pytest.param(
            {"circuits": circuits(r=None, a="x")}, "circuit_unknown", ("x", "a"), id="no such parent"
        ),
        pytest.param(
            {"loadpoints": (LoadpointConfig(name="lp1", circuit="x"),)},
            "circuit_unknown",
            ("x", "lp1"),
            id="loadpoint on no circuit",
        ),
        pytest.param(
            {"loadpoints": (LoadpointConfig(name="lp1", title="Garage", default_vehicle="x"),)},
            "vehicle_unknown",
            ("x", "Garage"),
            id="no such vehicle",
        ),
    ],
)
def test_refused(config: dict[str, Any], key: str, names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        Site(SiteConfig(**config))
    assert (caught.value.key, caught.value.names) == (key, names)
    assert key in str(caught.value)


def test_accepted() -> None:
    config = SiteConfig(
        circuits=circuits(leaf="middle", root=None, middle="root", other="root"),
        loadpoints=(LoadpointConfig(name="lp1", circuit="leaf", default_vehicle="car"),),
        vehicles=(VehicleConfig(name="car"),),
    )
    site = Site(config)
    assert site.root is not None
    assert [c.config.name for c in site.root.children] == ["middle", "other"]
    assert site.loadpoints[0].circuit is site.circuits[0]


@pytest.mark.parametrize(
    ("batteries", "controllable"),
    [
        pytest.param((), False, id="none"),
        pytest.param((BatteryConfig(name="a"),), False, id="only read"),
        pytest.param(
            (BatteryConfig(name="a"), BatteryConfig(name="b", controllable=True)), True, id="one of two"
        ),
    ],
)
def test_controllable_battery(batteries: tuple[BatteryConfig, ...], controllable: bool) -> None:
    assert SiteConfig(batteries=batteries).controllable_battery is controllable


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        pytest.param(DeviceError("gone"), Failure.UNAVAILABLE, id="in general"),
        pytest.param(DeviceError("odd", Failure.INVALID), Failure.INVALID, id="told"),
        pytest.param(DeviceTimeout(), Failure.TIMEOUT, id="of its kind"),
        pytest.param(NotAvailable(), Failure.NOT_AVAILABLE, id="does not exist"),
    ],
)
def test_errors_of_devices_say_what_failed(error: DeviceError, failure: Failure) -> None:
    assert error.failure is failure


@pytest.mark.parametrize(
    ("told", "empty"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"enable": False}, False, id="off"),
        pytest.param({"current": 0.0}, False, id="current"),
        pytest.param({"phases": 1}, False, id="phases"),
        pytest.param({"wake_charger": True}, False, id="wake the charger"),
        pytest.param({"wake_vehicle": "car"}, False, id="wake the vehicle"),
        pytest.param({"reduces": True}, True, id="an order alone is none"),
    ],
)
def test_empty_command(told: dict[str, Any], empty: bool) -> None:
    assert ChargerCommand(0, **told).empty is empty
