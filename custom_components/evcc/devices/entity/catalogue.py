"""Integrations whose entities are known: which one fills which role, and the words that go with it.

Entities are recognised by their domain and translation key, or by their unique id where they have none:
both survive renames and other languages. What a product has no entity for is not guessed: the table
may have left it out on purpose.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Final

from .facts import Facts
from .roles import Kind


@dataclass(frozen=True, slots=True)
class Match:
    """Recognises one entity. `key` is its translation key, `unique` a pattern that ends its unique id."""

    domain: str
    key: str = ""
    unique: str = ""

    def fits(self, facts: Facts) -> bool:
        """Tell whether an entity is the one that is meant."""
        if facts.domain != self.domain:
            return False
        if self.key:
            return facts.translation_key == self.key
        return re.search(f"(?:{self.unique})$", facts.unique_id) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One integration as one kind of device. `constants` are stored as they are; in texts {device_id} is filled in."""

    platforms: tuple[str, ...]
    kind: Kind
    roles: Mapping[str, Match]
    constants: Mapping[str, Any] = field(default_factory=dict)


def _sensor(key: str = "", unique: str = "") -> Match:
    return Match("sensor", key, unique)


def _lines(prefix: str, pattern: str) -> dict[str, Match]:
    return {f"{prefix}_l{n}": _sensor(pattern.format(n=n)) for n in (1, 2, 3)}


def _unique_lines(prefix: str, pattern: str) -> dict[str, Match]:
    return {f"{prefix}_l{n}": _sensor(unique=pattern.format(n=n)) for n in (1, 2, 3)}


_INVERTED: Final = {"power_invert": True}

CHARGERS: Final = (
    # The switch of the charger is a stored setting that wears out its memory: pause and resume do not.
    Product(
        platforms=("easee",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("easee_status"),
            "power": _sensor("power"),
            "energy": _sensor("lifetime_energy"),
            "session_energy": _sensor("session_energy"),
            "current_read": _sensor("dynamic_charger_limit"),
        },
        constants={
            "enable_action": [
                {
                    "action": "easee.action_command",
                    "data": {
                        "device_id": "{device_id}",
                        "action_command": "{{ 'resume' if enable else 'pause' }}",
                    },
                }
            ],
            "current_action": [
                {
                    "action": "easee.set_charger_dynamic_limit",
                    "data": {"device_id": "{device_id}", "current": "{{ current }}"},
                }
            ],
            "phases_physical": "3",
        },
    ),
    Product(
        platforms=("wallbox",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("status_description"),
            "enable": Match("switch", "pause_resume"),
            "current": Match("number", "maximum_charging_current"),
            "power": _sensor("charging_power"),
            "session_energy": _sensor("added_energy"),
        },
        constants={"status_map": {"Ready": "A", "Locked": "A"}},
    ),
    Product(
        platforms=("zaptec",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("charger_operation_mode"),
            "enable": Match("switch", "charger_operation_mode"),
            "current": Match("number", "available_current"),
            "power": _sensor("total_charge_power"),
            "energy": _sensor("signed_meter_value"),
            **_lines("current", "current_phase{n}"),
            **_lines("voltage", "voltage_phase{n}"),
        },
    ),
    Product(
        platforms=("goecharger_api2", "goecharger_mqtt"),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor(unique=r"[_-]car"),
            "enable": Match("select", unique=r"[_-]frc"),
            "current": Match("number", unique=r"[_-]amp"),
            "phases": Match("select", unique=r"[_-]psm"),
            "power": _sensor(unique=r"[_-]nrg_11"),
            "energy": _sensor(unique=r"[_-]eto"),
            "session_energy": _sensor(unique=r"[_-]wh"),
            **{f"current_l{n}": _sensor(unique=rf"[_-]nrg_{3 + n}") for n in (1, 2, 3)},
            **{f"voltage_l{n}": _sensor(unique=rf"[_-]nrg_{n - 1}") for n in (1, 2, 3)},
        },
        constants={
            "status_map": {"1": "A", "2": "C", "3": "B", "4": "B", "5": "E"},
            "enable_on": "2",
            "enable_off": "1",
            "phases_1p": "1",
            "phases_3p": "2",
            "phases_physical": "3",
        },
    ),
    Product(
        platforms=("peblar",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("cp_state"),
            "enable": Match("switch", "charge"),
            "current": Match("number", "charge_current_limit"),
            "phases": Match("switch", "force_single_phase"),
            "power": _sensor(unique="power_total"),
            "energy": _sensor("energy_total"),
            "session_energy": _sensor("energy_session"),
            **_lines("current", "current_phase_{n}"),
            **_lines("voltage", "voltage_phase_{n}"),
        },
        constants={"phases_1p": "on", "phases_3p": "off"},
    ),
    Product(
        platforms=("lektrico",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("state"),
            "current": Match("number", "dynamic_limit"),
            "phases": Match("switch", "force_single_phase"),
            "power": _sensor(unique="_power"),
            "energy": _sensor("lifetime_energy"),
            "session_energy": _sensor(unique="(?<!lifetime)_energy"),
            **_lines("current", "current_l{n}"),
            **_lines("voltage", "voltage_l{n}"),
        },
        constants={"status_map": {"available": "A", "locked": "A"}, "phases_1p": "on", "phases_3p": "off"},
    ),
    Product(
        platforms=("v2c",),
        kind=Kind.CHARGER,
        roles={
            "plugged": Match("binary_sensor", "connected"),
            "charging": Match("binary_sensor", "charging"),
            "enable": Match("switch", "paused"),
            "current": Match("number", "intensity"),
            "phases": Match("select", "charge_mode"),
            "power": _sensor("charge_power"),
            "session_energy": _sensor("charge_energy"),
        },
        constants={"enable_on": "off", "phases_1p": "monophasic", "phases_3p": "threephasic"},
    ),
    Product(
        platforms=("nrgkick",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("status"),
            "enable": Match("switch", "charging_enabled"),
            "current": Match("number", "current_set"),
            "phases": Match("number", "phase_count"),
            "power": _sensor("total_active_power"),
            "energy": _sensor("total_charged_energy"),
            "session_energy": _sensor("charged_energy"),
            **_lines("current", "l{n}_current"),
            **_lines("voltage", "l{n}_voltage"),
        },
        constants={"status_map": {"standby": "A", "wakeup": "A"}},
    ),
    Product(
        platforms=("openevse",),
        kind=Kind.CHARGER,
        roles={
            "status": _sensor("status"),
            "plugged": Match("binary_sensor", "vehicle"),
            "enable": Match("select", "override_state"),
            "current": Match("number", "charge_rate"),
            "power": _sensor("charging_power"),
            "energy": _sensor("usage_total"),
            "session_energy": _sensor("usage_session"),
        },
        constants={"enable_on": "active", "enable_off": "disabled"},
    ),
)

METERS: Final = (
    Product(
        platforms=("homewizard",),
        kind=Kind.GRID,
        roles={
            "power": _sensor(unique="active_power_w"),
            "energy": _sensor("total_energy_import_kwh"),
            "return_energy": _sensor("total_energy_export_kwh"),
            **_unique_lines("power", "active_power_l{n}_w"),
            **_unique_lines("current", "active_current_l{n}_a"),
        },
    ),
    Product(
        platforms=("dsmr",),
        kind=Kind.GRID,
        roles={
            "power": _sensor("current_electricity_usage"),
            "power_export": _sensor("current_electricity_delivery"),
            "energy": _sensor("electricity_imported_total"),
            "return_energy": _sensor("electricity_exported_total"),
            **_lines("power", "instantaneous_active_power_l{n}_positive"),
            **_lines("power_export", "instantaneous_active_power_l{n}_negative"),
            **_lines("current", "instantaneous_current_l{n}"),
        },
    ),
    Product(
        platforms=("fronius",),
        kind=Kind.GRID,
        roles={
            "power": _sensor("power_grid"),
            "energy": _sensor("energy_real_consumed"),
            "return_energy": _sensor("energy_real_produced"),
            **_lines("power", "power_real_phase_{n}"),
        },
    ),
    Product(platforms=("fronius",), kind=Kind.PV, roles={"power": _sensor("power_photovoltaics")}),
    Product(
        platforms=("fronius",),
        kind=Kind.BATTERY,
        roles={"power": _sensor("power_battery"), "soc": _sensor("state_of_charge")},
    ),
    Product(
        platforms=("huawei_solar",),
        kind=Kind.GRID,
        roles={"power": _sensor(unique="power_meter_active_power")},
        constants=_INVERTED,
    ),
    Product(platforms=("huawei_solar",), kind=Kind.PV, roles={"power": _sensor(unique="_input_power")}),
    Product(
        platforms=("huawei_solar",),
        kind=Kind.BATTERY,
        roles={
            "power": _sensor(unique="storage_charge_discharge_power"),
            "soc": _sensor(unique="storage_state_of_capacity"),
        },
        constants=_INVERTED,
    ),
    Product(
        platforms=("goodwe",),
        kind=Kind.GRID,
        roles={"power": _sensor(unique="goodwe-active_power-[^-]+")},
        constants=_INVERTED,
    ),
    Product(platforms=("goodwe",), kind=Kind.PV, roles={"power": _sensor(unique="goodwe-ppv-[^-]+")}),
    Product(
        platforms=("goodwe",),
        kind=Kind.BATTERY,
        roles={
            "power": _sensor(unique="goodwe-pbattery1-[^-]+"),
            "soc": _sensor(unique="goodwe-battery_soc-[^-]+"),
        },
    ),
    Product(
        platforms=("powerwall",),
        kind=Kind.GRID,
        roles={
            "power": _sensor("site_instant_power"),
            "energy": _sensor("site_import"),
            "return_energy": _sensor("site_export"),
        },
    ),
    Product(
        platforms=("powerwall",),
        kind=Kind.PV,
        roles={"power": _sensor("solar_instant_power"), "energy": _sensor("solar_export")},
    ),
    Product(
        platforms=("powerwall",),
        kind=Kind.BATTERY,
        roles={
            "power": _sensor("battery_instant_power"),
            "soc": _sensor("charge"),
            "energy": _sensor("battery_export"),
            "return_energy": _sensor("battery_import"),
        },
    ),
    Product(
        platforms=("tesla_fleet", "teslemetry", "tessie"),
        kind=Kind.GRID,
        roles={"power": _sensor("grid_power")},
    ),
    Product(
        platforms=("tesla_fleet", "teslemetry", "tessie"),
        kind=Kind.PV,
        roles={"power": _sensor("solar_power")},
    ),
    Product(
        platforms=("tesla_fleet", "teslemetry", "tessie"),
        kind=Kind.BATTERY,
        roles={"power": _sensor("battery_power"), "soc": _sensor("percentage_charged")},
    ),
    Product(
        platforms=("homewizard",),
        kind=Kind.BATTERY,
        roles={
            "power": _sensor("battery_group_power_w"),
            "soc": _sensor("state_of_charge_pct"),
            "mode": Match("select", "battery_group_mode"),
        },
        constants={
            "power_invert": True,
            "mode_normal": "zero",
            "mode_hold": "zero_charge_only",
            "mode_charge": "to_full",
            "mode_holdcharge": "zero_discharge_only",
        },
    ),
)

VEHICLES: Final = (
    Product(
        platforms=("tesla_fleet", "teslemetry"),
        kind=Kind.VEHICLE,
        roles={
            "soc": _sensor("charge_state_battery_level"),
            "range": _sensor("charge_state_battery_range"),
            "odometer": _sensor("vehicle_state_odometer"),
            "limit_soc": Match("number", "charge_state_charge_limit_soc"),
            "plugged": Match("binary_sensor", "charge_state_conn_charge_cable"),
            "status": _sensor("charge_state_charging_state"),
            "climater": Match("binary_sensor", "climate_state_is_preconditioning"),
            "wake": Match("button", "wake"),
        },
    ),
    Product(
        platforms=("tessie",),
        kind=Kind.VEHICLE,
        roles={
            "soc": _sensor("charge_state_usable_battery_level"),
            "range": _sensor("charge_state_battery_range"),
            "odometer": _sensor("vehicle_state_odometer"),
            "limit_soc": Match("number", "charge_state_charge_limit_soc"),
            "plugged": Match("binary_sensor", "charge_state_conn_charge_cable"),
            "status": _sensor("charge_state_charging_state"),
            "wake": Match("button", "wake"),
        },
    ),
    Product(
        platforms=("volvo",),
        kind=Kind.VEHICLE,
        roles={
            "soc": _sensor("battery_charge_level"),
            "range": _sensor("distance_to_empty_battery"),
            "odometer": _sensor("odometer"),
            "limit_soc": _sensor("target_battery_charge_level"),
            "plugged": _sensor("charger_connection_status"),
            "status": _sensor("charging_status"),
        },
        constants={"status_map": {"idle": "B", "scheduled": "B", "done": "B"}},
    ),
    Product(
        platforms=("renault",),
        kind=Kind.VEHICLE,
        roles={
            "soc": _sensor(unique="battery_level"),
            "range": _sensor("battery_autonomy"),
            "odometer": _sensor("mileage"),
            "limit_soc": Match("number", "charge_limit_target"),
            "plugged": Match("binary_sensor", unique="plugged_in"),
            "status": _sensor("charge_state"),
            "climater": Match("binary_sensor", "hvac_status"),
        },
    ),
    Product(
        platforms=("kia_uvo",),
        kind=Kind.VEHICLE,
        roles={
            "soc": _sensor("ev_battery_percentage"),
            "range": _sensor("ev_driving_range"),
            "odometer": _sensor("odometer"),
            "limit_soc": Match("number", "ev_charge_limits_ac"),
            "plugged": Match("binary_sensor", "ev_battery_is_plugged_in"),
            "charging": Match("binary_sensor", "ev_battery_is_charging"),
        },
    ),
    Product(
        platforms=("myskoda",),
        kind=Kind.VEHICLE,
        roles={
            "soc": _sensor("battery_percentage"),
            "range": _sensor("electric_range"),
            "odometer": _sensor("mileage"),
            "limit_soc": Match("number", "charge_limit"),
            "plugged": Match("binary_sensor", "charger_connected"),
            "status": _sensor("charging_state"),
            "wake": Match("button", "wakeup"),
        },
    ),
)

CATALOGUE: Final = (*CHARGERS, *METERS, *VEHICLES)


def from_catalogue(
    kind: Kind, device_id: str, own: Iterable[Facts], related: Iterable[Facts]
) -> dict[str, Any] | None:
    """Return the fields of a known product, None for an unknown one.

    `own` are the entities of the chosen device, `related` those its integration set up together with it;
    the latter count where the device itself has nothing. Several of a kind are none.
    """
    own, related = list(own), list(related)
    platforms = {facts.platform for facts in own}
    for product in CATALOGUE:
        if product.kind is not kind or not platforms.intersection(product.platforms):
            continue
        found = {}
        for key, match in product.roles.items():
            entity_id = _only(match, product, own) or _only(match, product, related)
            if entity_id is not None:
                found[key] = entity_id
        if found:
            return {**found, **_filled(dict(product.constants), device_id)}
    return None


def _only(match: Match, product: Product, entities: Iterable[Facts]) -> str | None:
    fitting = [f.entity_id for f in entities if f.platform in product.platforms and match.fits(f)]
    return fitting[0] if len(fitting) == 1 else None


def _filled(value: Any, device_id: str) -> Any:
    """Put the id of the device into the actions of a product."""
    if isinstance(value, dict):
        return {key: _filled(item, device_id) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, device_id) for item in value]
    return value.replace("{device_id}", device_id) if isinstance(value, str) else value
