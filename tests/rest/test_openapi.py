"""The OpenAPI document is valid, and it is the published contract but for the repairs that it lists."""

from collections.abc import Iterator, Mapping
from pathlib import Path
import re
from typing import Any, Final

from aiohttp.test_utils import TestClient
import pytest
import yaml

from custom_components.evcc.rest import openapi, table

from .home import RestHome

CONTRACT: Final[Mapping[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8")
)
OURS: Final = openapi.document(table.ROUTES, "1", enveloped=True)

METHODS: Final = {"get", "put", "post", "delete", "patch"}
WORDING: Final = {"description", "example", "examples", "summary", "title", "format"}
"""Keys of a schema that tell people something; `format` is kept where it has a meaning."""
FORMATS: Final = ("date-time", "binary")

MISSING: Final = "missing"
ERROR: Final = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"type": "string"}},
            "additionalProperties": False,
        }
    }
}
TEXT: Final = {"text/plain": {"schema": {"type": "string"}}}
FIGURE: Final = {"type": "number", "nullable": True}
SECONDS: Final = {"type": "integer", "minimum": 0}
GOALS: Final = [{"type": "number", "minimum": 0, "maximum": 100}, {"type": "number", "minimum": 0}]
TARIFFS: Final = ["grid", "feedin", "co2", "planner"]

# End of the place where the document differs from the contract, what the contract says, what is served.
REPAIRS: Final[Mapping[tuple[str, str], tuple[Any, Any]]] = {
    ("", "path hourMinuteTime.schema.pattern"): (
        "[0-1][0-9]:[0-5][0-9]",
        "^([0-1][0-9]|2[0-3]):[0-5][0-9]$",
    ),
    ("", "time.pattern"): ("[0-1][0-9]:[0-5][0-9]", "^([0-1][0-9]|2[0-3]):[0-5][0-9]$"),
    ("", "path name.schema.pattern"): ("[a-zA-Z0-9_.:-]+", "^[a-zA-Z0-9_.:-]+$"),
    ("", "path delay.schema.minimum"): (MISSING, 0),
    ("", "path threshold.schema.minimum"): (0, MISSING),
    ("POST /residualpower/{power}", "path power.schema.minimum"): (0, MISSING),
    ("", "items.properties.price.minimum"): (0, MISSING),
    ("", "items.properties.value"): (MISSING, {"type": "number"}),
    ("GET /tariff/{type}", "path type.schema.enum"): (TARIFFS, [*TARIFFS, "solar"]),
    ("GET /tariff/{type}", "responses.404.content"): (MISSING, TEXT | ERROR),
    ("", "path goal.schema.oneOf"): (GOALS, MISSING),
    ("", "path goal.schema.anyOf"): (MISSING, GOALS),
    ("", "planId.minimum"): (1, 0),
    ("", "properties.plan.nullable"): (MISSING, True),
    ("POST /vehicles/{name}/plan/repeating", "properties.plans.nullable"): (MISSING, True),
    ("", "properties.precondition"): (MISSING, SECONDS),
    ("", "query precondition"): (MISSING, {"name": "precondition", "in": "query", "schema": SECONDS}),
    ("GET /system/log", "query level.required"): (True, MISSING),
    ("GET /auth/status", "content.text/plain"): (
        {"schema": {"type": "string", "enum": ["true", "false"]}},
        MISSING,
    ),
    ("GET /auth/status", "content.application/json"): (MISSING, {"schema": {"type": "boolean"}}),
    ("POST /auth/login", "responses.401.content"): (MISSING, TEXT),
    ("PUT /auth/password", "responses.400.content"): (MISSING, TEXT),
    ("PUT /auth/password", "responses.201"): (MISSING, {}),
    ("POST /loadpoints/{id}/phases/{phases}", "responses.400.content"): (MISSING, TEXT | ERROR),
    ("POST /settings/telemetry/{enable}", "responses.400.content"): (MISSING, TEXT | ERROR),
    ("PUT /session/{id}", "properties.loadpoint.maxLength"): (MISSING, 200),
    ("PUT /session/{id}", "properties.loadpoint.nullable"): (MISSING, True),
    ("PUT /session/{id}", "properties.vehicle.maxLength"): (MISSING, 200),
    ("PUT /session/{id}", "properties.vehicle.nullable"): (MISSING, True),
    ("PUT /session/{id}", "properties.vehicle.minLength"): (1, MISSING),
    ("PUT /session/{id}", "properties.vehicle.pattern"): ("[a-zA-Z0-9_.:-]+", MISSING),
    ("GET /sessions", "properties.vehicle.minLength"): (1, MISSING),
    ("GET /sessions", "properties.vehicle.pattern"): ("[a-zA-Z0-9_.:-]+", MISSING),
    ("GET /sessions", "properties.identifier"): (MISSING, {"type": "string"}),
    ("GET /sessions", "properties.solarPercentage.nullable"): (MISSING, True),
    ("GET /sessions", "properties.price.nullable"): (MISSING, True),
    ("GET /sessions", "properties.pricePerKWh.nullable"): (MISSING, True),
    ("GET /sessions", "properties.co2PerKWh.nullable"): (MISSING, True),
    ("GET /sessions", "properties.socStart"): (MISSING, FIGURE),
    ("GET /sessions", "properties.socEnd"): (MISSING, FIGURE),
    ("GET /sessions", "properties.addedRange"): (MISSING, FIGURE),
    ("GET /sessions", "properties.referencePricePerKWh"): (MISSING, FIGURE),
    ("GET /sessions", "properties.referenceCo2PerKWh"): (MISSING, FIGURE),
}

REFUSALS: Final = {"400", "401", "403", "404", "408", "413", "429", "500", "501", "503"}
"""Statuses with which something is refused; the contract leaves most of them out."""


def operations(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the operations by method and path, with the parameters that they share with others."""
    return {
        f"{method.upper()} {path}": {
            **operation,
            "parameters": [*item.get("parameters", []), *operation.get("parameters", [])],
        }
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def resolved(document: Mapping[str, Any], node: Any) -> Any:
    """Return a part of a document with its references filled in, without what is only there for people."""
    if isinstance(node, list):
        return [resolved(document, item) for item in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        found: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return resolved(document, found)
    if "anyOf" in node and (form := resolved(document, node["anyOf"][0])).get("type") == "object":
        return form  # that of the contract; others stand beside it
    return {key: resolved(document, value) for key, value in node.items() if not _wording(key, value)}


def _wording(key: str, value: Any) -> bool:
    if key == "format" and value in FORMATS:
        return False
    return key in WORDING and (key == "examples" or not isinstance(value, Mapping))  # else: a property


def differing(contract: Any, ours: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two schemas differ, and how."""
    if isinstance(contract, dict) and isinstance(ours, dict):
        for key in sorted({*contract, *ours}):
            pair = contract.get(key, MISSING), ours.get(key, MISSING)
            yield from differing(*pair, f"{at}.{key}".removeprefix("."))
    elif isinstance(contract, list) and isinstance(ours, list) and len(contract) == len(ours):
        for i, pair in enumerate(zip(contract, ours, strict=True)):
            yield from differing(*pair, f"{at}[{i}]")
    elif contract != ours:
        yield at, contract, ours


def comparable(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a client has to know of an operation: parameters by place and name, body, responses."""
    plain = resolved(document, operation)
    return {
        "parameters": {f"{p['in']} {p['name']}": p for p in plain["parameters"]},
        "body": plain.get("requestBody", {}),
        "responses": plain["responses"],
    }


def without_refusals(contract: Mapping[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Leave out the statuses of refusals that the contract says nothing about."""
    known = contract["responses"]
    kept = {s: r for s, r in ours["responses"].items() if s in known or s not in REFUSALS}
    return {**ours, "responses": kept}


def differences_of(name: str) -> list[tuple[str, Any, Any]]:
    """Return in what an operation differs from the contract."""
    contract = comparable(CONTRACT, operations(CONTRACT)[name])
    ours = comparable(OURS, operations(OURS)[name])
    return list(differing(contract, without_refusals(contract, ours)))


def repair_of(name: str, place: str, contract: Any, ours: Any) -> tuple[str, str] | None:
    """Return the repair that allows a difference."""
    for (operation, end), values in REPAIRS.items():
        if operation in ("", name) and place.endswith(end) and values == (contract, ours):
            return operation, end
    return None


def nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object within a document."""
    if isinstance(node, Mapping):
        yield node
    for child in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from nodes(child)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    used = {node["$ref"] for node in nodes(OURS) if "$ref" in node}
    assert used == {f"#/components/schemas/{name}" for name in OURS["components"]["schemas"]}
    assert all(set(node) == {"$ref"} for node in nodes(OURS) if "$ref" in node)


def test_every_operation_declares_the_parameters_of_its_path() -> None:
    for name, operation in operations(OURS).items():
        parameters = operation["parameters"]
        declared = [p["name"] for p in parameters if p["in"] == "path"]
        assert declared == re.findall(r"\{(\w+)\}", name), name
        assert all(p["required"] for p in parameters if p["in"] == "path"), name
        assert len({(p["in"], p["name"]) for p in parameters}) == len(parameters), name


def test_every_operation_has_a_name_of_its_own_and_describes_its_answers() -> None:
    served = operations(OURS)
    assert len({operation["operationId"] for operation in served.values()}) == len(served)
    for operation in served.values():
        assert operation["summary"]
        assert {"200", "202", "204"} & operation["responses"].keys()
        assert all(response["description"] for response in operation["responses"].values())


def test_the_contract_has_51_operations_and_all_are_served() -> None:
    served = operations(OURS)
    assert len(operations(CONTRACT)) == 51
    assert operations(CONTRACT).keys() <= served.keys()
    beyond = {name for name, operation in served.items() if operation.get("x-beyond-contract")}
    assert beyond == served.keys() - operations(CONTRACT).keys()


@pytest.mark.parametrize("name", operations(CONTRACT))
def test_an_operation_is_that_of_the_contract_but_for_the_repairs(name: str) -> None:
    assert [d for d in differences_of(name) if repair_of(name, *d) is None] == []


def test_every_repair_is_needed() -> None:
    found = {repair_of(name, *d) for name in operations(CONTRACT) for d in differences_of(name)}
    assert set(REPAIRS) - found == set()


def result_of(path: str, method: str, *, enveloped: bool) -> Mapping[str, Any]:
    document = openapi.document(table.ROUTES, "1", enveloped=enveloped)
    answer: Mapping[str, Any] = document["paths"][path][method]["responses"]["200"]
    schema: Mapping[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def test_a_filter_may_return_anything() -> None:
    contract, filtered = result_of("/state", "get", enveloped=True)["anyOf"]
    assert contract["properties"].keys() == {"result"}
    assert filtered.keys() == {"description"}


def test_repeating_plans_are_a_list_for_newer_clients_and_both_for_older_ones() -> None:
    path = "/vehicles/{name}/plan/repeating"
    forms = OURS["components"]["schemas"]["RepeatingPlansOrList"]
    plans = {"type": "array", "items": {"$ref": "#/components/schemas/RepeatingPlan"}}
    assert forms["anyOf"] == [{"$ref": "#/components/schemas/RepeatingPlans"}, plans]
    ref = {"$ref": "#/components/schemas/RepeatingPlansOrList"}
    assert OURS["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"] == ref
    assert result_of(path, "post", enveloped=True)["properties"] == {"result": ref}
    assert result_of(path, "post", enveloped=False) == plans


def test_every_refusal_says_so_in_the_form_of_the_contract() -> None:
    for name, operation in operations(OURS).items():
        for status, response in resolved(OURS, operation["responses"]).items():
            content = response.get("content", {})
            if status in REFUSALS and "application/json" in content:
                assert content["application/json"] == ERROR["application/json"], (name, status)


@pytest.mark.parametrize(
    ("home_options", "wrapped"), [({"envelope": True}, True), ({"envelope": False}, False)]
)
async def test_the_document_is_served_as_the_answers_are(
    home: RestHome, stranger: TestClient[Any, Any], wrapped: bool
) -> None:
    response = await stranger.get("/api/evcc/openapi.json")
    assert (response.status, response.content_type) == (200, "application/json")
    document = await response.json()
    assert document["paths"].keys() == OURS["paths"].keys()
    answer = document["paths"]["/prioritysoc/{soc}"]["post"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    assert (schema.get("properties", {}).keys() == {"result"}) is wrapped


@pytest.mark.parametrize("home_options", [{"open_local": False}])
async def test_strangers_do_not_get_the_document(home: RestHome, stranger: TestClient[Any, Any]) -> None:
    response = await stranger.get("/api/evcc/openapi.json")
    assert response.status == 401
