"""The route table holds the whole contract, each operation once, and agrees with the calls of scenarios."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any, Final

import pytest
import yaml

from custom_components.evcc.core.settings import Scope, find
from custom_components.evcc.devices.simulated import calls
from custom_components.evcc.rest import table
from custom_components.evcc.rest.refusals import _TEXTS
from custom_components.evcc.rest.route import Route

CONTRACT: Final = yaml.safe_load(Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS: Final = [
    (method.upper(), path, operation)
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
    if method != "parameters"
]
CORE: Final = Path(calls.__file__).parents[2] / "core"

# What a path parameter may be, by the shapes of the scenarios' calls.
SAMPLES: Final = {
    calls.NUMBER: "1.5",
    calls._SIGNED: "-1.5",
    calls._INTEGER: "1",
    calls._BOOLEAN: "true",
}
UNREACHABLE: Final = {
    "loadpoint_unknown",  # no path
    "unknown_setting",  # the table names them
    "plan_unreadable",  # of the store
}


def routes_of(method: str, path: str) -> list[Route]:
    return [route for route in table.ROUTES if (route.method, route.path) == (method, path)]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_each_operation_of_the_contract_has_one_route(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    [route] = routes_of(method, path)
    assert route.contract
    assert [route.tag] == operation["tags"]
    assert route.protected == ("security" in operation)


def test_what_is_beyond_the_contract_says_so() -> None:
    published = {(method, path) for method, path, _ in OPERATIONS}
    assert not [r for r in table.ROUTES if r.contract and (r.method, r.path) not in published]


def test_no_operation_is_there_twice() -> None:
    counted = Counter((route.method, re.sub(r"\{\w+\}", "{}", route.path)) for route in table.ROUTES)
    assert not [key for key, count in counted.items() if count > 1]


def test_each_parameter_has_a_shape_and_each_shape_a_parameter() -> None:
    for route in table.ROUTES:
        assert sorted(route.shapes) == sorted(re.findall(r"\{(\w+)\}", route.path)), route.path


def test_stems() -> None:
    assert table.stems() == sorted(
        {
            "/auth/login",
            "/auth/logout",
            "/auth/password",
            "/auth/status",
            "/batterydischargecontrol",
            "/batterygridchargelimit",
            "/batterymode",
            "/buffersoc",
            "/bufferstartsoc",
            "/evcc/openapi.json",
            "/health",
            "/loadpoints",
            "/prioritysoc",
            "/residualpower",
            "/session",
            "/sessions",
            "/settings/telemetry",
            "/smartcostlimit",
            "/smartfeedinprioritylimit",
            "/state",
            "/system/log",
            "/system/shutdown",
            "/tariff",
            "/vehicles",
        }
    )


def samples() -> Iterator[tuple[str, str, Scope, str]]:
    """Yield a call of each setting that scenarios can set: method, path, and which one it is."""
    for scope, prefix, settings in (
        (Scope.SITE, "", calls._SITE),
        (Scope.LOADPOINT, "/loadpoints/1", calls._LOADPOINT),
        (Scope.VEHICLE, "/vehicles/car", calls._VEHICLE),
    ):
        for path, shape, key in settings:
            sample = "pv" if key == "mode" else SAMPLES[shape]
            yield "POST", f"{prefix}/{path}/{sample}", scope, key
            if key in calls._CLEARED:
                yield "DELETE", f"{prefix}/{path}", scope, key


@pytest.mark.parametrize(("method", "path", "scope", "key"), samples(), ids=str)
def test_scenarios_set_settings_by_the_same_paths(method: str, path: str, scope: Scope, key: str) -> None:
    assert [1 for allowed, pattern, _ in calls._TABLE if allowed == method and pattern.fullmatch(path)] == [1]
    route, _ = table.find(path).routes[method]
    variables = route.handle.__closure__ or ()
    assert find(scope, key).name in [cell.cell_contents for cell in variables]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/batterymode/hold"),
        ("DELETE", "/batterymode"),
        ("POST", "/loadpoints/1/vehicle/car"),
        ("DELETE", "/loadpoints/1/vehicle"),
        ("PATCH", "/loadpoints/1/vehicle"),
        ("POST", "/smartcostlimit/-0.1"),
        ("DELETE", "/smartcostlimit"),
        ("POST", "/smartfeedinprioritylimit/0.1"),
        ("DELETE", "/smartfeedinprioritylimit"),
    ],
)
def test_scenarios_call_by_the_same_paths(method: str, path: str) -> None:
    assert [1 for allowed, pattern, _ in calls._TABLE if allowed == method and pattern.fullmatch(path)] == [1]
    assert method in table.find(path).routes


@pytest.mark.parametrize(
    "path", ["", "/", "/loadpoints", "/loadpoints/1", "/loadpoints/x/plan", "/nothing", "plan"]
)
def test_nothing_there(path: str) -> None:
    assert not table.find(path).routes


def test_all_that_the_core_refuses_has_the_words_of_the_api() -> None:
    found: set[str] = set()
    for file in CORE.glob("*.py"):
        found |= set(re.findall(r'SettingError\(\s*"(\w+)"', file.read_text(encoding="utf-8")))
    assert len(found) > 15
    assert found - UNREACHABLE <= set(_TEXTS)
