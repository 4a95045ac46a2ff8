"""Controls: what is set at an entity reaches the core, comes back as state and survives a reload."""

from dataclasses import fields
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.evcc import binary_sensor, button, number, select, sensor, switch
from custom_components.evcc.const import DOMAIN
from custom_components.evcc.core.model import BatteryMode, Boost, Mode
from custom_components.evcc.core.settings import SCOPES, TABLE, Scope
from custom_components.evcc.core.state import LoadpointState, SiteState, VehicleState
from custom_components.evcc.entity import SettingDescription, target
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations

from .entities_home import NOON, entity_id, exists, runtime_of, show, show_loadpoint, start, state


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Let it always be the same sunny day."""
    freezer.move_to(NOON)


async def enable(hass: HomeAssistant, *unique_ids: tuple[str, str]) -> None:
    """Switch entities on that are off by default."""
    registry = er.async_get(hass)
    for platform, unique_id in unique_ids:
        registry.async_update_entity(entity_id(hass, platform, unique_id), disabled_by=None)
    assert await hass.config_entries.async_reload("site")
    await hass.async_block_till_done()


async def set_number(hass: HomeAssistant, unique_id: str, value: float) -> None:
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": entity_id(hass, "number", unique_id), "value": value},
        blocking=True,
    )


async def choose(hass: HomeAssistant, unique_id: str, option: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id(hass, "select", unique_id), "option": option},
        blocking=True,
    )


async def turn(hass: HomeAssistant, unique_id: str, to: str) -> None:
    await hass.services.async_call(
        "switch", f"turn_{to}", {"entity_id": entity_id(hass, "switch", unique_id)}, blocking=True
    )


async def press(hass: HomeAssistant, unique_id: str) -> None:
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id(hass, "button", unique_id)}, blocking=True
    )


def settings_of(entry: Any, scope: Scope) -> Any:
    """Return the settings object of the core that the controls of these tests belong to."""
    site = runtime_of(entry).site
    match scope:
        case Scope.SITE:
            return site.settings
        case Scope.LOADPOINT:
            return site.loadpoints[0].settings
        case Scope.VEHICLE:
            return site.vehicles["blue"].settings


NUMBERS = [
    ("site", Scope.SITE, "residual_power", -150.0),
    ("site", Scope.SITE, "priority_soc", 30.0),
    ("site", Scope.SITE, "buffer_soc", 40.0),
    ("site", Scope.SITE, "buffer_start_soc", 80.0),
    ("site", Scope.SITE, "battery_grid_charge_limit", -0.05),
    ("garage", Scope.LOADPOINT, "limit_soc", 82),
    ("garage", Scope.LOADPOINT, "limit_energy", 7.5),
    ("garage", Scope.LOADPOINT, "min_soc", 20),
    ("garage", Scope.LOADPOINT, "priority", 3),
    ("garage", Scope.LOADPOINT, "min_current", 8.0),
    ("garage", Scope.LOADPOINT, "max_current", 20.0),
    ("garage", Scope.LOADPOINT, "smart_cost_limit", 0.123),
    ("garage", Scope.LOADPOINT, "battery_boost_limit", 30),
    ("garage", Scope.LOADPOINT, "enable_threshold", -500.0),
    ("garage", Scope.LOADPOINT, "enable_delay", 90.0),
    ("garage", Scope.LOADPOINT, "disable_threshold", 200.0),
    ("garage", Scope.LOADPOINT, "disable_delay", 240.0),
    ("garage", Scope.LOADPOINT, "soc_poll_interval", 1800.0),
    ("blue", Scope.VEHICLE, "min_soc", 15),
    ("blue", Scope.VEHICLE, "limit_soc", 85),
]


async def test_numbers(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await enable(hass, *(("number", f"{owner}_{name}") for owner, _, name, _ in NUMBERS))
    for owner, scope, name, value in NUMBERS:
        await set_number(hass, f"{owner}_{name}", value)
        assert getattr(settings_of(entry, scope), name) == value, name
        assert float(state(hass, "number", f"{owner}_{name}")) == value, name

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    for owner, scope, name, value in NUMBERS:
        assert getattr(settings_of(entry, scope), name) == value, name
        assert float(state(hass, "number", f"{owner}_{name}")) == value, name


CHOICES = [
    ("garage_mode", Scope.LOADPOINT, "mode", {"pv": "pv", "minpv": "minpv", "now": "now", "off": "off"}),
    ("garage_default_mode", Scope.LOADPOINT, "default_mode", {"pv": "pv", "none": None, "now": "now"}),
    ("garage_phases_configured", Scope.LOADPOINT, "phases_configured", {"1": 1, "auto": 0, "3": 3}),
    (
        "garage_soc_poll_mode",
        Scope.LOADPOINT,
        "soc_poll_mode",
        {"connected": "connected", "charging": "charging", "always": "always"},
    ),
    ("blue_mode", Scope.VEHICLE, "mode", {"minpv": "minpv", "none": None, "off": "off"}),
]


async def test_choices(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await enable(hass, ("select", "garage_default_mode"), ("select", "garage_soc_poll_mode"))
    for unique_id, scope, name, options in CHOICES:
        for option, value in options.items():
            await choose(hass, unique_id, option)
            assert getattr(settings_of(entry, scope), name) == value, (unique_id, option)
            assert state(hass, "select", unique_id) == option
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    for unique_id, _, _, options in CHOICES:
        assert state(hass, "select", unique_id) == list(options)[-1]


async def test_options(hass: HomeAssistant) -> None:
    entry = await start(hass)

    def options(unique_id: str) -> list[str]:
        found = hass.states.get(entity_id(hass, "select", unique_id))
        assert found is not None
        return list(found.attributes["options"])

    assert options("garage_mode") == ["off", "pv", "minpv", "now"]
    assert options("blue_mode") == ["none", "off", "pv", "minpv", "now"]
    assert options("garage_phases_configured") == ["auto", "1", "3"]
    assert options("garage_vehicle") == ["none", "Blue car", "Blue car (2)"]
    await show_loadpoint(hass, entry, charger_phases_1p3p=False)
    assert options("garage_phases_configured") == ["1", "3"]


async def test_a_mode_acts_at_once(hass: HomeAssistant) -> None:
    entry = await start(hass)
    before = runtime_of(entry).coordinator.data.cycles
    await choose(hass, "garage_mode", "now")
    assert runtime_of(entry).coordinator.data.cycles == before + 1
    assert state(hass, "sensor", "garage_reason") == "mode_now"
    assert runtime_of(entry).site.loadpoints[0].settings.mode is Mode.NOW


async def test_vehicle(hass: HomeAssistant) -> None:
    entry = await start(hass)
    lp = runtime_of(entry).site.loadpoints[0]
    assert state(hass, "select", "garage_vehicle") == "Blue car"
    await choose(hass, "garage_vehicle", "Blue car (2)")
    assert lp.memory.vehicle == "second"
    assert state(hass, "select", "garage_vehicle") == "Blue car (2)"
    await choose(hass, "garage_vehicle", "none")
    assert lp.memory.vehicle is None
    assert state(hass, "select", "garage_vehicle") == "none"
    await press(hass, "garage_detect_vehicle")
    assert lp.memory.detection_since is not None


async def test_external_battery_mode(hass: HomeAssistant) -> None:
    entry = await start(hass)
    memory = runtime_of(entry).site.memory
    for option, mode in (
        ("hold", BatteryMode.HOLD),
        ("charge", BatteryMode.CHARGE),
        ("auto", BatteryMode.UNKNOWN),
    ):
        await choose(hass, "site_battery_mode_external", option)
        assert memory.battery_mode_external is mode
        assert state(hass, "select", "site_battery_mode_external") == option


async def test_switches(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await enable(hass, ("switch", "garage_soc_estimate"))
    for unique_id, scope, name in (
        ("site_battery_discharge_control", Scope.SITE, "battery_discharge_control"),
        ("garage_soc_estimate", Scope.LOADPOINT, "soc_estimate"),
    ):
        for to in ("off", "on"):
            await turn(hass, unique_id, to)
            assert getattr(settings_of(entry, scope), name) is (to == "on")
            assert state(hass, "switch", unique_id) == to
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "switch", "site_battery_discharge_control") == "on"


async def test_boost(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await choose(hass, "garage_mode", "pv")
    await turn(hass, "garage_battery_boost", "on")
    assert runtime_of(entry).site.loadpoints[0].memory.boost is not Boost.OFF
    assert state(hass, "switch", "garage_battery_boost") == "on"
    await show_loadpoint(hass, entry, battery_boost=Boost.HOLD)
    assert state(hass, "switch", "garage_battery_boost") == "on"
    await turn(hass, "garage_battery_boost", "off")
    assert state(hass, "switch", "garage_battery_boost") == "off"


async def test_limits_can_be_taken_away(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show(hass, entry, smart_feed_in_priority_available=True)
    for unique_id, scope, name in (
        ("garage_{}smart_cost_limit", Scope.LOADPOINT, "smart_cost_limit"),
        ("garage_{}smart_feed_in_priority_limit", Scope.LOADPOINT, "smart_feed_in_priority_limit"),
        ("site_{}battery_grid_charge_limit", Scope.SITE, "battery_grid_charge_limit"),
    ):
        assert state(hass, "number", unique_id.format("")) == STATE_UNKNOWN
        await set_number(hass, unique_id.format(""), 0.0)
        assert getattr(settings_of(entry, scope), name) == 0
        await press(hass, unique_id.format("remove_"))
        assert getattr(settings_of(entry, scope), name) is None
        assert state(hass, "number", unique_id.format("")) == STATE_UNKNOWN


async def test_the_unit_of_price_limits(hass: HomeAssistant) -> None:
    entry = await start(hass)
    await show(hass, entry, smart_feed_in_priority_available=True)

    def unit(unique_id: str) -> str:
        found = hass.states.get(entity_id(hass, "number", unique_id))
        assert found is not None
        return str(found.attributes["unit_of_measurement"])

    assert unit("garage_smart_cost_limit") == "EUR/kWh"
    await show(hass, entry, smart_cost_type="co2")
    assert unit("garage_smart_cost_limit") == "g/kWh"
    assert unit("site_battery_grid_charge_limit") == "g/kWh"
    assert unit("garage_smart_feed_in_priority_limit") == "EUR/kWh"


async def test_a_range_includes_what_came_in_by_another_way(hass: HomeAssistant) -> None:
    entry = await start(hass)

    def limits(unique_id: str) -> tuple[float, float]:
        found = hass.states.get(entity_id(hass, "number", unique_id))
        assert found is not None
        return found.attributes["min"], found.attributes["max"]

    assert limits("garage_min_current") == limits("garage_max_current") == (6, 32)
    runtime = runtime_of(entry)
    await runtime.async_change(Scope.LOADPOINT, 0, "maxCurrent", 63)
    await runtime.async_change(Scope.LOADPOINT, 0, "minCurrent", 4.5)
    await hass.async_block_till_done()
    assert limits("garage_min_current") == (4.5, 32)
    assert limits("garage_max_current") == (6, 63)


async def test_a_heating_device_has_temperatures(hass: HomeAssistant) -> None:
    entry = await start(hass)
    assert not exists(hass, "select", "boiler_vehicle")
    assert not exists(hass, "button", "boiler_detect_vehicle")
    assert not exists(hass, "binary_sensor", "boiler_connected")
    assert not exists(hass, "number", "boiler_soc_poll_interval")
    for name in ("limit_soc", "min_soc"):
        found = hass.states.get(entity_id(hass, "number", f"boiler_{name}"))
        assert found is not None
        assert found.attributes["unit_of_measurement"] == "°C"
    await set_number(hass, "boiler_limit_soc", 60)
    assert runtime_of(entry).site.loadpoints[1].settings.limit_soc == 60
    await show_loadpoint(hass, entry, 1, vehicle_soc=48.26)
    assert state(hass, "sensor", "boiler_vehicle_soc") == "48.26"


@pytest.mark.parametrize(
    ("language", "boost", "order"),
    [
        (
            "en",
            "Battery boost needs the mode solar or min + solar, not off",
            (
                "prioritySoc does not fit: home first up to (90.0 %), support charging above (50.0 %) and "
                "start charging above (0.0 %) have to be in ascending order"
            ),
        ),
        (
            "de",
            "Der Batterie-Boost braucht den Modus PV oder Min + PV, nicht off",
            (
                "prioritySoc passt nicht: Haus zuerst bis (90.0 %), Laden stützen ab (50.0 %) und "
                "Laden starten ab (0.0 %) müssen aufsteigen"
            ),
        ),
    ],
)
async def test_refusals_are_told_in_the_users_language(
    hass: HomeAssistant, language: str, boost: str, order: str
) -> None:
    entry = await start(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await turn(hass, "garage_battery_boost", "on")
    texts = await async_get_translations(hass, language, "exceptions", [DOMAIN])
    assert _text(texts, refused.value) == boost
    assert state(hass, "switch", "garage_battery_boost") == "off"

    await set_number(hass, "site_buffer_soc", 50)
    with pytest.raises(ServiceValidationError) as refused:
        await set_number(hass, "site_priority_soc", 90)
    assert _text(texts, refused.value) == order
    assert runtime_of(entry).site.settings.priority_soc == 0

    with pytest.raises(ServiceValidationError, match=r"must not be above the maximum"):
        await set_number(hass, "garage_min_current", 17)
    with pytest.raises(ServiceValidationError) as refused:
        await set_number(hass, "blue_min_soc", 12.5)
    assert refused.value.translation_key == "value_not_integer"


def _text(texts: dict[str, str], error: ServiceValidationError) -> str:
    """Return what a person reads."""
    message = texts[f"component.{DOMAIN}.exceptions.{error.translation_key}.message"]
    return message.format(**(error.translation_placeholders or {}))


async def test_a_button_of_something_that_has_gone_does_nothing(hass: HomeAssistant) -> None:
    entry = await start(hass)
    entity = hass.data["button"].get_entity(entity_id(hass, "button", "garage_detect_vehicle"))
    vehicle = hass.data["select"].get_entity(entity_id(hass, "select", "garage_vehicle"))
    await show(hass, entry, loadpoints=())
    assert entity is not None
    assert vehicle is not None
    assert vehicle.current_option is None
    await entity.async_press()
    await vehicle.async_select_option("none")
    assert runtime_of(entry).site.loadpoints[0].memory.vehicle == "blue"


def test_how_the_core_addresses_parts(hass: HomeAssistant) -> None:
    assert target(None) is None


def test_every_setting_of_the_core_has_an_entity() -> None:
    described = {
        (d.setting.scope, d.setting.name)
        for module in (number, select, switch)
        for table in vars(module).values()
        if isinstance(table, tuple)
        for d in table
        if isinstance(d, SettingDescription)
    }
    assert described == {(s.scope, s.name) for s in TABLE}


def test_every_setting_is_in_the_snapshot() -> None:
    parts = {Scope.SITE: SiteState, Scope.LOADPOINT: LoadpointState, Scope.VEHICLE: VehicleState}
    for scope, part in parts.items():
        assert {f.name for f in fields(SCOPES[scope])} <= {f.name for f in fields(part)}


def test_all_platforms_limit_their_updates() -> None:
    assert {m.PARALLEL_UPDATES for m in (sensor, binary_sensor)} == {0}
    assert {m.PARALLEL_UPDATES for m in (number, select, switch, button)} == {1}
