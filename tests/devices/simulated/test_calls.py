"""REST calls of a scenario: which path changes what, and how the others are refused."""

from typing import Any

import pytest

from custom_components.evcc.core.model import BatteryMode, Mode
from custom_components.evcc.core.site import Site
from custom_components.evcc.devices.simulated.calls import RefusedCallError, carry_out
from custom_components.evcc.devices.simulated.run import Run
from custom_components.evcc.devices.simulated.scenario import read

from .documents import garage


def site(**more: Any) -> Site:
    scenario = read(
        garage(
            batteries=[
                {"name": "b", "capacity": 10, "soc": 50, "maxChargePower": 3000, "maxDischargePower": 3000}
            ],
            loadpoints=[{"title": "Garage"}, {"title": "Carport"}],
            **more,
        )
    )
    run = Run(scenario)
    next(iter(run))
    return run.site


NOW = read(garage()).start


@pytest.mark.parametrize(
    ("path", "attribute", "value"),
    [
        ("/residualpower/-150", "settings.residual_power", -150),
        ("/prioritysoc/50", "settings.priority_soc", 50),
        ("/buffersoc/70", "settings.buffer_soc", 70),
        ("/bufferstartsoc/80", "settings.buffer_start_soc", 80),
        ("/batterydischargecontrol/true", "settings.battery_discharge_control", True),
        ("/batterygridchargelimit/-0.1", "settings.battery_grid_charge_limit", -0.1),
        ("/batterymode/hold", "memory.battery_mode_external", BatteryMode.HOLD),
    ],
)
def test_site_paths(path: str, attribute: str, value: Any) -> None:
    s = site()
    carry_out(s, "POST", path, NOW)
    part, name = attribute.split(".")
    assert getattr(getattr(s, part), name) == value


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("mode/now", "mode", Mode.NOW),
        ("priority/3", "priority", 3),
        ("phases/1", "phases_configured", 1),
        ("mincurrent/8.5", "min_current", 8.5),
        ("maxcurrent/20", "max_current", 20),
        ("limitsoc/80", "limit_soc", 80),
        ("limitenergy/12.5", "limit_energy", 12.5),
        ("mintemp/40", "min_soc", 40),
        ("smartcostlimit/0.2", "smart_cost_limit", 0.2),
        ("smartfeedinprioritylimit/-0.2", "smart_feed_in_priority_limit", -0.2),
        ("batteryboost/true", "battery_boost", True),
        ("batteryboostlimit/30", "battery_boost_limit", 30),
        ("enable/threshold/-1000", "enable_threshold", -1000),
        ("enable/delay/90", "enable_delay", 90),
        ("disable/threshold/200", "disable_threshold", 200),
        ("disable/delay/300", "disable_delay", 300),
    ],
)
def test_loadpoint_paths(path: str, name: str, value: Any) -> None:
    s = site()
    carry_out(s, "POST", f"/loadpoints/2/{path}", NOW)
    assert getattr(s.loadpoints[1].settings, name) == value
    assert getattr(s.loadpoints[0].settings, name) != value


@pytest.mark.parametrize(("path", "name"), [("minsoc/20", "min_soc"), ("limitsoc/80", "limit_soc")])
def test_vehicle_paths(path: str, name: str) -> None:
    s = site()
    carry_out(s, "POST", f"/vehicles/blue/{path}", NOW)
    assert getattr(s.vehicles["blue"].settings, name) == int(path.split("/")[1])


def test_vehicle_names_may_be_escaped() -> None:
    s = site(vehicles=[{"name": "my car", "capacity": 60, "soc": 40}], connections=[])
    carry_out(s, "POST", "/vehicles/my%20car/minsoc/20", NOW)
    assert s.vehicles["my car"].settings.min_soc == 20


def test_limits_of_all_loadpoints() -> None:
    s = site()
    carry_out(s, "POST", "/smartcostlimit/0.15", NOW)
    assert [lp.settings.smart_cost_limit for lp in s.loadpoints] == [0.15, 0.15]
    carry_out(s, "DELETE", "/loadpoints/1/smartcostlimit", NOW)
    assert [lp.settings.smart_cost_limit for lp in s.loadpoints] == [None, 0.15]
    carry_out(s, "DELETE", "/smartcostlimit", NOW)
    assert [lp.settings.smart_cost_limit for lp in s.loadpoints] == [None, None]


def test_vehicle_selection() -> None:
    s = site()
    assert s.loadpoints[0].memory.vehicle == "blue"
    carry_out(s, "DELETE", "/loadpoints/1/vehicle", NOW)
    assert s.loadpoints[0].memory.vehicle is None
    carry_out(s, "POST", "/loadpoints/1/vehicle/blue", NOW)
    assert s.loadpoints[0].memory.vehicle == "blue"
    carry_out(s, "PATCH", "/loadpoints/1/vehicle", NOW)
    assert s.loadpoints[0].memory.detection_since is not None


def test_external_battery_mode_ends() -> None:
    s = site()
    carry_out(s, "POST", "/batterymode/charge", NOW)
    carry_out(s, "DELETE", "/batterymode", NOW)
    assert s.memory.battery_mode_external is BatteryMode.UNKNOWN


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere", 404),
        ("POST", "/loadpoints/3/mode/now", 404),
        ("POST", "/loadpoints/0/mode/now", 404),
        ("POST", "/loadpoints/1/mode/PV", 404),
        ("POST", "/loadpoints/1/limitsoc/80.5", 404),
        ("POST", "/prioritysoc/-5", 404),
        ("POST", "/loadpoints/1/mode/eco", 400),
        ("POST", "/prioritysoc/1.2.3", 400),
        ("POST", "/batterydischargecontrol/fee", 400),
        ("POST", "/batterymode/eco", 400),
        ("POST", "/loadpoints/1/mincurrent/20", 400),
        ("POST", "/vehicles/nope/minsoc/20", 400),
        ("POST", "/loadpoints/1/vehicle/nope", 400),
        ("GET", "/prioritysoc/5", 405),
        ("PUT", "/loadpoints/1/vehicle", 405),
    ],
)
def test_refused(method: str, path: str, status: int) -> None:
    with pytest.raises(RefusedCallError) as caught:
        carry_out(site(), method, path, NOW)
    assert caught.value.status == status
    assert str(caught.value)
