"""Proposals for the roles of a device: known products, names and units."""

from collections.abc import Callable
from dataclasses import dataclass, field
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.devices.entity.catalogue import CATALOGUE, Product
from custom_components.evcc.devices.entity.guess import HINTS, async_guess
from custom_components.evcc.devices.entity.roles import Kind, Option, OptionType, options, roles
import homeassistant.components
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr, entity_registry as er


@dataclass
class House:
    """Devices and entities of one integration, made as short as possible."""

    hass: HomeAssistant
    show: Callable[..., None]
    platform: str = "acme"
    entry: MockConfigEntry = field(init=False)

    def __post_init__(self) -> None:
        self.entry = MockConfigEntry(domain=self.platform)
        self.entry.add_to_hass(self.hass)

    def device(self, name: str, via: str | None = None) -> str:
        registry = dr.async_get(self.hass)
        extra = {"via_device_id": via} if via else {}
        device = registry.async_get_or_create(
            config_entry_id=self.entry.entry_id, identifiers={(self.platform, name)}, name=name, **extra
        )
        return device.id

    def entity(
        self,
        device_id: str,
        entity_id: str,
        state: object = "1",
        unit: str | None = None,
        key: str | None = None,
        unique: str | None = None,
        **attributes: Any,
    ) -> None:
        domain, _, object_id = entity_id.partition(".")
        er.async_get(self.hass).async_get_or_create(
            domain,
            self.platform,
            unique or f"{entity_id}_unique",
            suggested_object_id=object_id,
            config_entry=self.entry,
            device_id=device_id,
            translation_key=key,
            original_device_class=attributes.get("device_class"),
            unit_of_measurement=unit,
        )
        if state is not None:
            self.show(entity_id, state, unit, **attributes)


@pytest.fixture
def house(hass: HomeAssistant, show: Callable[..., None]) -> House:
    return House(hass, show)


def test_an_unknown_wallbox(hass: HomeAssistant, house: House) -> None:
    box = house.device("My Box")
    house.entity(box, "sensor.my_box_status", "Charging", options=["Disconnected", "Connected", "Charging"])
    house.entity(box, "sensor.my_box_wifi_status", "connected")
    house.entity(box, "switch.my_box_charging", "on")
    house.entity(box, "switch.my_box_led", "on")
    house.entity(box, "number.my_box_max_charging_current", 16, "A", min=6, max=32, step=1)
    house.entity(box, "number.my_box_led_brightness", 16, "%", min=0, max=100)
    house.entity(box, "number.my_box_fallback_current", 6, "A", min=6, max=32)
    house.entity(box, "sensor.my_box_power", 1.4, "kW", device_class="power")
    house.entity(box, "sensor.my_box_power_l1", 1.4, "kW", device_class="power")
    house.entity(box, "sensor.my_box_session_energy", 1, "kWh", device_class="energy")
    house.entity(
        box, "sensor.my_box_total_energy", 99, "kWh", device_class="energy", state_class="total_increasing"
    )
    for n in (1, 2, 3):
        house.entity(box, f"sensor.my_box_current_l{n}", n, "A", device_class="current")
        house.entity(box, f"sensor.my_box_voltage_phase_{n}", 230, "V", device_class="voltage")
    house.entity(
        box, "select.my_box_phases", "Three phases", options=["Auto", "Single phase", "Three phases"]
    )
    house.entity(box, "sensor.my_box_rfid_card", "04AB")
    house.entity(box, "sensor.my_box_temperature", 30, "°C", device_class="temperature")
    assert async_guess(hass, Kind.CHARGER, box) == {
        "status": "sensor.my_box_status",
        "enable": "switch.my_box_charging",
        "current": "number.my_box_max_charging_current",
        "power": "sensor.my_box_power",
        "energy": "sensor.my_box_total_energy",
        "session_energy": "sensor.my_box_session_energy",
        **{f"current_l{n}": f"sensor.my_box_current_l{n}" for n in (1, 2, 3)},
        **{f"voltage_l{n}": f"sensor.my_box_voltage_phase_{n}" for n in (1, 2, 3)},
        "phases": "select.my_box_phases",
        "phases_1p": "Single phase",
        "phases_3p": "Three phases",
        "identifier": "sensor.my_box_rfid_card",
    }


def test_flags_instead_of_words(hass: HomeAssistant, house: House) -> None:
    box = house.device("Box")
    house.entity(box, "binary_sensor.box_cable", "on", device_class="plug")
    house.entity(box, "binary_sensor.box_cloud_connected", "on", device_class="connectivity")
    house.entity(box, "binary_sensor.box_charging", "off", device_class="battery_charging")
    house.entity(box, "switch.box_force_single_phase", "off")
    house.entity(box, "switch.box_session", "off")
    assert async_guess(hass, Kind.CHARGER, box) == {
        "plugged": "binary_sensor.box_cable",
        "charging": "binary_sensor.box_charging",
        "enable": "switch.box_session",
        "phases": "switch.box_force_single_phase",
        "phases_1p": "on",
        "phases_3p": "off",
    }


def test_a_switch_for_three_phases(hass: HomeAssistant, house: House) -> None:
    box = house.device("Box")
    house.entity(box, "switch.box_three_phase", "off")
    guessed = async_guess(hass, Kind.CHARGER, box)
    assert guessed == {"phases": "switch.box_three_phase", "phases_1p": "off", "phases_3p": "on"}


def test_a_socket(hass: HomeAssistant, house: House) -> None:
    plug = house.device("Garage Plug")
    house.entity(plug, "switch.garage_plug", "on")
    house.entity(plug, "sensor.garage_plug_power", 3, "W", device_class="power")
    guessed = async_guess(hass, Kind.CHARGER, plug)
    assert guessed == {"enable": "switch.garage_plug", "power": "sensor.garage_plug_power"}


def test_equal_candidates_are_no_proposal(hass: HomeAssistant, house: House) -> None:
    strip = house.device("Strip")
    for n in ("left", "right"):
        house.entity(strip, f"switch.strip_{n}", "on")
        house.entity(strip, f"sensor.strip_{n}_power", 3, "W", device_class="power")
    assert async_guess(hass, Kind.CHARGER, strip) == {}


def test_a_meter_with_one_power_for_both_directions(hass: HomeAssistant, house: House) -> None:
    meter = house.device("Meter")
    house.entity(meter, "sensor.meter_active_power", 1, "W", device_class="power")
    house.entity(meter, "sensor.meter_export_power", 1, "W", device_class="power")
    house.entity(meter, "sensor.meter_energy_import", 1, "kWh", state_class="total_increasing")
    house.entity(meter, "sensor.meter_energy_export", 1, "kWh", state_class="total_increasing")
    house.entity(meter, "sensor.meter_energy_today", 1, "kWh", state_class="total_increasing")
    for n, letter in enumerate("abc", 1):
        house.entity(meter, f"sensor.meter_phase_{letter}_current", 1, "A")
        house.entity(meter, f"sensor.meter_l{n}_power", 1, "W")
    assert async_guess(hass, Kind.GRID, meter) == {
        "power": "sensor.meter_active_power",
        "energy": "sensor.meter_energy_import",
        "return_energy": "sensor.meter_energy_export",
        **{f"power_l{n}": f"sensor.meter_l{n}_power" for n in (1, 2, 3)},
        **{f"current_l{n}": f"sensor.meter_phase_{letter}_current" for n, letter in enumerate("abc", 1)},
    }


def test_a_meter_with_a_pair(hass: HomeAssistant, house: House) -> None:
    meter = house.device("P1")
    house.entity(meter, "sensor.p1_power_consumption", 1, "W", device_class="power")
    house.entity(meter, "sensor.p1_power_returned", 1, "W", device_class="power")
    guessed = async_guess(hass, Kind.GRID, meter)
    assert guessed == {"power": "sensor.p1_power_consumption", "power_export": "sensor.p1_power_returned"}


def test_a_battery_behind_an_inverter(hass: HomeAssistant, house: House) -> None:
    inverter = house.device("Inverter")
    battery = house.device("Battery", via=inverter)
    house.entity(inverter, "sensor.inverter_pv_power", 1, "W", device_class="power")
    house.entity(battery, "sensor.battery_battery_power", 1, "W", device_class="power")
    house.entity(battery, "sensor.battery_state_of_charge", 50, "%", device_class="battery")
    house.entity(battery, "sensor.battery_state_of_health", 99, "%")
    house.entity(
        battery, "select.battery_working_mode", "auto", options=["auto", "standby", "force_charge", "other"]
    )
    assert async_guess(hass, Kind.PV, inverter) == {"power": "sensor.inverter_pv_power"}
    assert async_guess(hass, Kind.BATTERY, inverter) == {
        "power": "sensor.battery_battery_power",
        "soc": "sensor.battery_state_of_charge",
        "mode": "select.battery_working_mode",
        "mode_normal": "auto",
        "mode_hold": "standby",
        "mode_charge": "force_charge",
    }


def test_a_vehicle(hass: HomeAssistant, house: House) -> None:
    car = house.device("Car")
    house.entity(car, "sensor.car_battery_level", 50, "%", device_class="battery")
    house.entity(car, "sensor.car_12v_battery", 90, "%", device_class="battery")
    house.entity(car, "sensor.car_electric_range", 200, "km", device_class="distance")
    house.entity(car, "sensor.car_odometer", 20_000, "km", device_class="distance")
    house.entity(car, "number.car_charge_limit", 80, "%", min=50, max=100)
    house.entity(car, "binary_sensor.car_plug", "on", device_class="plug")
    house.entity(car, "binary_sensor.car_charging", "on", device_class="battery_charging")
    house.entity(car, "climate.car_climate", "off")
    house.entity(car, "button.car_wake_up", "unknown")
    assert async_guess(hass, Kind.VEHICLE, car) == {
        "soc": "sensor.car_battery_level",
        "range": "sensor.car_electric_range",
        "odometer": "sensor.car_odometer",
        "limit_soc": "number.car_charge_limit",
        "plugged": "binary_sensor.car_plug",
        "charging": "binary_sensor.car_charging",
        "climater": "climate.car_climate",
        "wake": "button.car_wake_up",
    }


def test_without_a_device_names_have_to_speak(hass: HomeAssistant, show: Callable[..., None]) -> None:
    show("sensor.grid_power", 1, "W", device_class="power")
    show("sensor.kitchen", 1, "W", device_class="power", friendly_name="Kitchen")
    er.async_get(hass).async_get_or_create("sensor", DOMAIN, "1", suggested_object_id="grid_net")
    show("sensor.grid_net", 1, "W", device_class="power")
    assert async_guess(hass, Kind.GRID) == {"power": "sensor.grid_power"}
    assert async_guess(hass, Kind.VEHICLE) == {}


def test_ignores_disabled_and_own_entities(hass: HomeAssistant, house: House) -> None:
    meter = house.device("Meter")
    house.entity(meter, "sensor.meter_power", 1, "W")
    er.async_get(hass).async_update_entity("sensor.meter_power", disabled_by=er.RegistryEntryDisabler.USER)
    own = House(hass, house.show, DOMAIN)
    house.show("sensor.evcc_grid_power", 1, "W")
    site = own.device("Site")
    own.entity(site, "sensor.evcc_grid_power", 1, "W")
    assert async_guess(hass, Kind.GRID, meter) == {}
    assert async_guess(hass, Kind.GRID, site) == {}


def test_knows_entities_that_are_not_there_yet(hass: HomeAssistant, house: House) -> None:
    meter = house.device("Meter")
    house.entity(meter, "sensor.meter_power", None, "W", device_class="power")
    assert async_guess(hass, Kind.GRID, meter) == {"power": "sensor.meter_power"}


def test_an_unknown_device(hass: HomeAssistant) -> None:
    assert async_guess(hass, Kind.GRID, "no such device") == {}


def test_a_known_charger_in_any_language(hass: HomeAssistant, show: Callable[..., None]) -> None:
    house = House(hass, show, "v2c")
    box = house.device("Trydan")
    house.entity(box, "binary_sensor.trydan_verbunden", "on", key="connected")
    house.entity(box, "binary_sensor.trydan_ladt", "on", key="charging")
    house.entity(box, "switch.trydan_pause", "on", key="paused")
    house.entity(box, "number.trydan_intensitat", 16, "A", key="intensity", min=6, max=32)
    house.entity(box, "number.trydan_maximum", 16, "A", key="max_intensity", min=6, max=32)
    assert async_guess(hass, Kind.CHARGER, box) == {
        "plugged": "binary_sensor.trydan_verbunden",
        "charging": "binary_sensor.trydan_ladt",
        "enable": "switch.trydan_pause",
        "current": "number.trydan_intensitat",
        "enable_on": "off",
        "phases_1p": "monophasic",
        "phases_3p": "threephasic",
    }
    assert async_guess(hass, Kind.VEHICLE, box)["plugged"] == "binary_sensor.trydan_verbunden"


def test_a_known_charger_that_is_written_by_actions(hass: HomeAssistant, show: Callable[..., None]) -> None:
    house = House(hass, show, "easee")
    box = house.device("Box")
    house.entity(box, "sensor.box_status", "charging", key="easee_status")
    house.entity(box, "switch.box_enabled", "on", key="is_enabled")
    guessed = async_guess(hass, Kind.CHARGER, box)
    assert guessed["status"] == "sensor.box_status"
    assert "enable" not in guessed
    assert guessed["current_action"][0]["data"] == {"device_id": box, "current": "{{ current }}"}


def test_roles_of_a_known_product_on_other_devices(hass: HomeAssistant, show: Callable[..., None]) -> None:
    house = House(hass, show, "fronius")
    solar_net, meter = house.device("SolarNet"), house.device("Meter")
    house.entity(solar_net, "sensor.netz", 1, "W", key="power_grid")
    house.entity(meter, "sensor.bezug", 1, "Wh", key="energy_real_consumed")
    for n in (1, 2):
        inverter = house.device(f"Inverter {n}")
        house.entity(inverter, f"sensor.abgabe_{n}", 1, "Wh", key="energy_real_produced")
    assert async_guess(hass, Kind.GRID, solar_net) == {"power": "sensor.netz", "energy": "sensor.bezug"}


def test_a_known_product_by_unique_ids(hass: HomeAssistant, show: Callable[..., None]) -> None:
    house = House(hass, show, "huawei_solar")
    meter = house.device("Meter")
    house.entity(meter, "sensor.leistung", 1, "W", unique="HV123_power_meter_active_power")
    house.entity(meter, "sensor.andere", 1, "W", unique="HV123_power_meter_active_power_a")
    assert async_guess(hass, Kind.GRID, meter) == {"power": "sensor.leistung", "power_invert": True}


def test_what_a_known_integration_has_besides_is_guessed(
    hass: HomeAssistant, show: Callable[..., None]
) -> None:
    house = House(hass, show, "fronius")
    ohmpilot = house.device("Ohmpilot")
    house.entity(ohmpilot, "sensor.ohmpilot_power", 1, "W", device_class="power")
    assert async_guess(hass, Kind.CONSUMER, ohmpilot) == {"power": "sensor.ohmpilot_power"}
    assert async_guess(hass, Kind.PV, ohmpilot) == {"power": "sensor.ohmpilot_power"}


@pytest.mark.parametrize("kind", HINTS)
def test_hints_are_about_roles(kind: Kind) -> None:
    keys = {role.key for role in roles(kind)}
    # The tables of meters are shared: not every kind has a way back.
    assert set(HINTS[kind]) - keys <= {
        key for key in HINTS[Kind.GRID] if "export" in key or "return" in key
    } | {key for key in HINTS[Kind.GRID] if key.endswith(("l1", "l2", "l3"))}


def _id(product: Product) -> str:
    return f"{product.platforms[0]}-{product.kind}"


@pytest.mark.parametrize("product", CATALOGUE, ids=_id)
def test_products_fill_roles_that_exist(product: Product) -> None:
    by_key = {role.key: role for role in roles(product.kind)}
    for key, match in product.roles.items():
        assert match.domain in by_key[key].domains
        assert bool(match.key) != bool(match.unique)


@pytest.mark.parametrize("product", CATALOGUE, ids=_id)
async def test_constants_of_products_are_options(hass: HomeAssistant, product: Product) -> None:
    by_key: dict[str, Option] = {option.key: option for option in options(product.kind)}
    for key, value in product.constants.items():
        assert key in by_key
        if by_key[key].type is OptionType.ACTION:
            cv.SCRIPT_SCHEMA(value)


@pytest.mark.parametrize("product", CATALOGUE, ids=_id)
def test_translation_keys_exist_in_home_assistant(product: Product) -> None:
    components = Path(homeassistant.components.__file__).parent
    known = [components / platform / "strings.json" for platform in product.platforms]
    known = [path for path in known if path.exists()]
    for path in known:
        entities = json.loads(path.read_text())["entity"] if path.exists() else {}
        for match in product.roles.values():
            if match.key:
                assert match.key in entities[match.domain], f"{path.parent.name}: {match}"
    assert known or importlib.util.find_spec(f"homeassistant.components.{product.platforms[0]}") is None
