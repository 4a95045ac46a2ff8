"""Actions: what they do, what they answer, how they refuse."""

import ast
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
import json
from pathlib import Path
from string import Formatter
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

import custom_components.evcc
from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.model import BatteryMode
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.services import ACTIONS
from custom_components.evcc.store import Problem
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.util.yaml import load_yaml_dict

from .entities_home import CELLAR, GARAGE, GRID, NOON, entity_id, runtime_of, start

FOLDER = Path(custom_components.evcc.__file__).parent


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it always be the same sunny day."""
    freezer.move_to(NOON)


async def call(hass: HomeAssistant, action: str, **data: Any) -> None:
    await hass.services.async_call(DOMAIN, action, data, blocking=True)


async def ask(hass: HomeAssistant, action: str, **data: Any) -> Any:
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


def device(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> str:
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, key), entry.entry_id)
    assert found is not None
    return found.id


# Who is meant


async def test_targets(hass: HomeAssistant) -> None:
    entry = await start(hass)
    garage, boiler = (lp.settings for lp in runtime_of(entry).site.loadpoints)
    targets: list[dict[str, Any]] = [
        {"loadpoint": 1},
        {"device_id": device(hass, entry, "garage")},
        {"device_id": [device(hass, entry, "garage"), device(hass, entry, "grid")]},
        {"entity_id": entity_id(hass, "sensor", "garage_reason")},
        {"entity_id": [entity_id(hass, "select", "garage_mode")]},
    ]
    for energy, target in enumerate(targets, 1):
        await call(hass, "set_limit_energy", energy=energy, **target)
        assert (garage.limit_energy, boiler.limit_energy) == (energy, 0), target
    both = [device(hass, entry, "garage"), device(hass, entry, "boiler")]
    await call(hass, "set_limit_energy", energy=9, device_id=both)
    assert (garage.limit_energy, boiler.limit_energy) == (9, 9)


async def test_the_only_loadpoint_need_not_be_named(hass: HomeAssistant) -> None:
    entry = await start(hass, GRID, GARAGE)
    await call(hass, "set_limit_soc", soc=80)
    assert runtime_of(entry).site.loadpoints[0].settings.limit_soc == 80


async def test_targets_that_do_not_fit(hass: HomeAssistant) -> None:
    entry = await start(hass)
    hass.states.async_set("light.lamp", "on")
    cases: list[tuple[str, dict[str, Any]]] = [
        ("loadpoint_missing", {}),
        ("loadpoint_unknown", {"loadpoint": 0}),
        ("loadpoint_unknown", {"loadpoint": 3}),
        ("target_without_loadpoint", {"device_id": device(hass, entry, "grid")}),
        ("target_without_loadpoint", {"entity_id": entity_id(hass, "sensor", "site_home_power")}),
        ("target_without_loadpoint", {"entity_id": "light.lamp"}),
        ("target_without_loadpoint", {"device_id": "unknown"}),
    ]
    for key, target in cases:
        with pytest.raises(ServiceValidationError) as refused:
            await call(hass, "set_limit_energy", energy=5, **target)
        assert refused.value.translation_key == key, target


async def test_without_a_running_site(hass: HomeAssistant) -> None:
    entry = await start(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass, "get_state")
    assert refused.value.translation_key == "service_config_entry_not_loaded"


# Loadpoints and vehicles


async def test_vehicles(hass: HomeAssistant) -> None:
    entry = await start(hass)
    memory = runtime_of(entry).site.loadpoints[0].memory
    for word, name in (
        ("second", "second"),
        ("Blue car", "blue"),
        (device(hass, entry, "second"), "second"),
    ):
        await call(hass, "set_vehicle", loadpoint=1, vehicle=word)
        assert memory.vehicle == name
    await call(hass, "remove_vehicle", loadpoint=1)
    assert memory.vehicle is None
    await call(hass, "detect_vehicle", loadpoint=1)
    assert memory.detection_since is not None

    with pytest.raises(ServiceValidationError, match="There is no vehicle Red car: choose one of Blue car"):
        await call(hass, "set_vehicle", loadpoint=1, vehicle="Red car")
    for action in ("remove_vehicle", "detect_vehicle"):
        with pytest.raises(ServiceValidationError, match="Boiler has no vehicles"):
            await call(hass, action, loadpoint=2)


async def test_limits_of_a_session(hass: HomeAssistant) -> None:
    entry = await start(hass)
    settings = runtime_of(entry).site.loadpoints[0].settings
    await call(hass, "set_limit_soc", loadpoint=1, soc=75)
    await call(hass, "set_limit_energy", loadpoint=1, energy=12.5)
    assert (settings.limit_soc, settings.limit_energy) == (75, 12.5)
    with pytest.raises(
        ServiceValidationError, match=r"120\.0 is not possible for limitSoc: .* between 0 and 100"
    ):
        await call(hass, "set_limit_soc", loadpoint=1, soc=120)
    with pytest.raises(ServiceValidationError, match="whole number"):
        await call(hass, "set_limit_soc", loadpoint=1, soc=12.5)


@pytest.mark.parametrize(
    ("what", "name"),
    [("smart_cost_limit", "smart_cost_limit"), ("feed_in_priority_limit", "smart_feed_in_priority_limit")],
)
async def test_price_limits_of_one_and_of_all(hass: HomeAssistant, what: str, name: str) -> None:
    entry = await start(hass)

    def limits() -> list[float | None]:
        return [getattr(lp.settings, name) for lp in runtime_of(entry).site.loadpoints]

    await call(hass, f"set_{what}", limit=-0.01)
    assert limits() == [-0.01, -0.01]
    await call(hass, f"set_{what}", limit=0, loadpoint=1)
    assert limits() == [0, -0.01]
    await call(hass, f"remove_{what}", loadpoint=2)
    assert limits() == [0, None]
    await call(hass, f"remove_{what}")
    assert limits() == [None, None]


async def test_any_setting(hass: HomeAssistant) -> None:
    entry = await start(hass)
    site = runtime_of(entry).site
    await call(hass, "change_setting", loadpoint=1, setting="enableDelay", value=90)
    await call(hass, "change_setting", vehicle="Blue car", setting="minSoc", value="25")
    await call(hass, "change_setting", setting="residualPower", value=100)
    await call(hass, "change_setting", setting="batteryGridChargeLimit", value=0.1)
    assert site.loadpoints[0].settings.enable_delay == 90
    assert site.vehicles["blue"].settings.min_soc == 25
    assert site.settings.residual_power == 100
    await call(hass, "change_setting", setting="batteryGridChargeLimit")
    assert site.settings.battery_grid_charge_limit is None

    for data, key in (
        ({"setting": "nonsense", "value": 1}, "unknown_setting"),
        ({"setting": "residualPower"}, "value_missing"),
        ({"setting": "residualPower", "value": "much"}, "value_not_number"),
        ({"setting": "batteryDischargeControl", "value": "perhaps"}, "value_not_boolean"),
        ({"setting": "mode", "value": "turbo", "loadpoint": 1}, "value_not_offered"),
        ({"setting": "phasesConfigured", "value": 0, "loadpoint": 2}, "phases_not_switchable"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await call(hass, "change_setting", **data)
        assert refused.value.translation_key == key
        assert key not in str(refused.value)  # there is a text


# Home battery


async def test_battery_mode(hass: HomeAssistant) -> None:
    entry = await start(hass)
    memory = runtime_of(entry).site.memory
    await call(hass, "set_battery_mode", mode="hold")
    assert memory.battery_mode_external is BatteryMode.HOLD
    assert memory.external_until is not None
    await call(hass, "clear_battery_mode")
    assert memory.battery_mode_external is BatteryMode.UNKNOWN
    with pytest.raises(vol.Invalid):
        await call(hass, "set_battery_mode", mode="unknown")


async def test_battery_mode_without_control(hass: HomeAssistant) -> None:
    await start(hass, GRID, {**CELLAR, "data": {**CELLAR["data"], "controllable": False}}, GARAGE)
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "set_battery_mode", mode="hold")
    assert refused.value.translation_key == "battery_not_controllable"


# Sessions and state


def session(session_id: int, month: int, **values: Any) -> SessionRecord:
    created = datetime(2026, month, 10, 12, tzinfo=UTC)
    return SessionRecord(
        id=session_id,
        created=created,
        finished=created.replace(hour=14),
        loadpoint="Garage",
        loadpoint_name="garage",
        vehicle="Blue car",
        charged_energy=10.0,
        solar_percentage=50.0,
        **values,
    )


async def test_sessions(hass: HomeAssistant) -> None:
    entry = await start(hass)
    store = runtime_of(entry).sessions
    await store.async_write([session(1, 4), session(2, 5), session(3, 6)])

    async def ids(**data: Any) -> list[int]:
        return [s["id"] for s in (await ask(hass, "get_sessions", **data))["sessions"]]

    assert await ids() == [3, 2, 1]
    assert await ids(limit=2) == [3, 2]
    assert await ids(year=2026, month=5) == [2]
    assert await ids(month=4) == [1]
    assert await ids(year=2025) == []
    found = (await ask(hass, "get_sessions", limit=1))["sessions"][0]
    json.dumps(found)
    assert found["created"] == "2026-06-10T12:00:00+00:00"
    assert found["charged_energy"] == 10.0

    await call(hass, "update_session", session_id=2, vehicle="Red car", loadpoint="Carport")
    changed = await store.async_get(2)
    assert changed is not None
    assert (changed.vehicle, changed.loadpoint) == ("Red car", "Carport")
    await call(hass, "delete_session", session_id=3)
    assert await ids() == [2, 1]
    for action in ("update_session", "delete_session"):
        with pytest.raises(ServiceValidationError, match="There is no charging session 3"):
            await call(hass, action, session_id=3)
    with pytest.raises(vol.Invalid):
        await ask(hass, "get_sessions", month=13)


async def test_statistics(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await runtime_of(entry).sessions.async_write([session(1, 6), session(2, 1)])
    found = await ask(hass, "get_statistics")
    assert set(found) == {"30d", "365d", "thisYear", "total"}
    assert found["30d"] == {
        "solar_percentage": 50.0,
        "charged_kwh": 10.0,
        "avg_price": 0.0,
        "avg_co2": 0.0,
    }
    assert found["total"]["charged_kwh"] == 20.0


async def test_deleting_corrects_the_statistics(hass: HomeAssistant) -> None:
    entry = await start(hass)
    runtime = runtime_of(entry)
    await runtime.sessions.async_write([session(1, 6)])
    await runtime.async_refresh_statistics()
    assert asdict(runtime.statistics["30d"])["charged_kwh"] == 10.0
    await call(hass, "delete_session", session_id=1)
    assert runtime.statistics["30d"].charged_kwh == 0


async def test_sessions_that_cannot_be_used(hass: HomeAssistant) -> None:
    entry = await start(hass)
    runtime_of(entry).sessions._barred = Problem.FOREIGN
    for action in ("get_sessions", "get_statistics"):
        with pytest.raises(HomeAssistantError, match="charging sessions cannot be used right now: foreign"):
            await ask(hass, action)


async def test_state(hass: HomeAssistant) -> None:
    await start(hass)
    found = await ask(hass, "get_state")
    json.dumps(found)
    assert found["title"] == "Home"
    assert found["loadpoints"][0]["why"]["reason"] == "mode_off"
    assert found["at"] == "2026-06-15T10:00:00+00:00"


async def test_only_administrators_change_the_past(
    hass: HomeAssistant, hass_read_only_user: MockUser
) -> None:
    entry = await start(hass)
    await runtime_of(entry).sessions.async_write([session(1, 6)])
    for action in ("update_session", "delete_session"):
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN,
                action,
                {"session_id": 1},
                blocking=True,
                context=Context(user_id=hass_read_only_user.id),
            )
    assert await runtime_of(entry).sessions.async_get(1) is not None


# Texts


def texts(language: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "translations" / f"{language}.json").read_text("utf-8"))
    return content


def refusals() -> Iterator[tuple[str, set[str]]]:
    """Yield the key and placeholders of each SettingError and refusal in the code."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="SettingError" | "refusal"), args=[ast.Constant(value=str(key))]
                ):
                    yield key, {k.arg for k in node.keywords if k.arg is not None}


def test_every_refusal_has_a_text_with_its_numbers() -> None:
    found = list(refusals())
    assert len(found) > 20
    for language in ("en", "de"):
        messages = texts(language)["exceptions"]
        for key, given in found:
            assert key in messages, key
            used = {name for _, name, _, _ in Formatter().parse(messages[key]["message"]) if name}
            assert used <= given, key


def config_errors() -> Iterator[str]:
    for node in ast.walk(ast.parse((FOLDER / "core" / "config.py").read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="ConfigError"), args=[ast.Constant(value=str(key)), *_]):
                yield key


def test_every_error_of_the_wiring_has_a_text() -> None:
    for language in ("en", "de"):
        messages = texts(language)["exceptions"]
        for key in config_errors():
            used = {name for _, name, _, _ in Formatter().parse(messages[key]["message"]) if name}
            assert used <= {"names"}, key


async def test_actions_are_described_as_they_are(hass: HomeAssistant) -> None:
    described = await hass.async_add_executor_job(load_yaml_dict, str(FOLDER / "services.yaml"))
    assert set(described) == {a.name for a in ACTIONS}
    targets = {"entity_id", "device_id", "area_id", "floor_id", "label_id"}
    icons = json.loads((FOLDER / "icons.json").read_text("utf-8"))["services"]
    for action in ACTIONS:
        content = described[action.name] or {}
        fields = {str(f): isinstance(f, vol.Required) for f in action.fields if str(f) not in targets}
        assert {f: c.get("required", False) for f, c in content.get("fields", {}).items()} == fields
        assert ("target" in content) is bool(targets & {str(f) for f in action.fields})
        assert action.name in icons
