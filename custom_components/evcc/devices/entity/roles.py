"""What can be told about a device that is made of entities: one table per kind, in the order of a form.

A `Role` is filled with one entity (its id or registry id), an `Option` with a constant. Keys are flat: they
are the keys of the stored data. Forms, probes, guesses and the devices themselves are made from this table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from homeassistant.helpers.selector import EntityFilterSelectorConfig


class Kind(StrEnum):
    """What the entities together stand for."""

    GRID = "grid"
    PV = "pv"
    BATTERY = "battery"
    AUX = "aux"
    CONSUMER = "consumer"
    CIRCUIT = "circuit"
    CHARGER = "charger"
    VEHICLE = "vehicle"


class Group(StrEnum):
    """Section of the form that a field belongs to."""

    BASIC = "basic"
    PHASES = "phases"
    MORE = "more"


class Quantity(StrEnum):
    """What the state of an entity means; numbers are converted to the unit behind them."""

    POWER = "power"  # W
    ENERGY = "energy"  # kWh
    CURRENT = "current"  # A
    VOLTAGE = "voltage"  # V
    SOC = "soc"  # %
    LEVEL = "level"  # %, or °C of a heating device
    DISTANCE = "distance"  # km
    DURATION = "duration"  # s
    COUNT = "count"  # no unit: number of phases
    STATUS = "status"  # a word that stands for A, B, C or a fault
    FLAG = "flag"  # yes or no
    TEXT = "text"  # taken as it is
    TOGGLE = "toggle"  # written: one of two states
    SETPOINT = "setpoint"  # written: a number of amperes
    CHOICE = "choice"  # written: one of several words
    PRESS = "press"  # written: something that happens once


class OptionType(StrEnum):
    """How a constant is asked for and stored."""

    FLAG = "flag"  # bool
    NUMBER = "number"  # float
    WORD = "word"  # str: a state or option of the entity of role `of`
    MAP = "map"  # dict word -> letter, or lines "word = letter"
    CHOICE = "choice"  # str out of `choices`
    ACTION = "action"  # list: a sequence of actions in the syntax of scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A place for one entity. `filters` is what a selector may offer: any of them has to match."""

    key: str
    quantity: Quantity
    filters: tuple[EntityFilterSelectorConfig, ...]
    group: Group = Group.BASIC
    required: bool = False
    write: bool = False

    @property
    def domains(self) -> frozenset[str]:
        """Every domain that is accepted; units and device classes only narrow what is offered."""
        return frozenset(d for f in self.filters for d in f["domain"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A place for a constant. `of` is the role that it is about: without that role it means nothing."""

    key: str
    type: OptionType
    group: Group = Group.BASIC
    of: str = ""
    default: bool | float | str | None = None  # None: empty, nothing is assumed
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()


type Field = Role | Option

NUMERIC: Final = ("sensor", "input_number", "number")
WORDS: Final = ("sensor", "select", "input_select", "input_text", "text")
FLAGS: Final = ("binary_sensor", "input_boolean", "switch")
SWITCHES: Final = ("switch", "input_boolean", "light", "fan", "humidifier")
LISTS: Final = ("select", "input_select")
NUMBERS: Final = ("number", "input_number")
BUTTONS: Final = ("button", "input_button", "script", "scene")

UNITS: Final[Mapping[Quantity, tuple[str, ...]]] = {
    Quantity.POWER: ("mW", "W", "kW", "MW", "GW"),
    Quantity.ENERGY: ("mWh", "Wh", "kWh", "MWh", "GWh", "J", "kJ", "MJ", "GJ"),
    Quantity.CURRENT: ("mA", "A"),
    Quantity.VOLTAGE: ("mV", "V"),
    Quantity.SOC: ("%",),
    Quantity.LEVEL: ("%", "°C", "°F"),
    Quantity.DISTANCE: ("m", "km", "mi"),
    Quantity.DURATION: ("s", "min", "h", "d"),
}

DEVICE_CLASSES: Final[Mapping[Quantity, tuple[str, ...]]] = {
    Quantity.POWER: ("power",),
    Quantity.ENERGY: ("energy",),
    Quantity.CURRENT: ("current",),
    Quantity.VOLTAGE: ("voltage",),
    Quantity.SOC: ("battery",),
    Quantity.LEVEL: ("battery", "temperature"),
    Quantity.DISTANCE: ("distance",),
    Quantity.DURATION: ("duration",),
}


def _domains(*domains: str) -> tuple[EntityFilterSelectorConfig, ...]:
    return (EntityFilterSelectorConfig(domain=list(domains)),)


def _numeric(quantity: Quantity) -> tuple[EntityFilterSelectorConfig, ...]:
    """Offer sensors of the right class or unit; helpers have no class, so any number."""
    if quantity not in UNITS:
        return _domains(*NUMERIC)
    sensors = ["sensor"]
    return (
        EntityFilterSelectorConfig(domain=sensors, device_class=list(DEVICE_CLASSES[quantity])),
        EntityFilterSelectorConfig(domain=sensors, unit_of_measurement=list(UNITS[quantity])),
        EntityFilterSelectorConfig(domain=["input_number", "number"]),
    )


def _number(
    key: str,
    quantity: Quantity,
    *,
    group: Group = Group.BASIC,
    required: bool = False,
    plus: tuple[str, ...] = (),
) -> Role:
    filters = _numeric(quantity)
    if plus:
        filters = (*filters, *_domains(*plus))
    return Role(key=key, quantity=quantity, filters=filters, group=group, required=required)


def _read(key: str, quantity: Quantity, domains: tuple[str, ...], group: Group = Group.BASIC) -> Role:
    return Role(key=key, quantity=quantity, filters=_domains(*domains), group=group)


def _write(key: str, quantity: Quantity, domains: tuple[str, ...], group: Group = Group.BASIC) -> Role:
    return Role(key=key, quantity=quantity, filters=_domains(*domains), group=group, write=True)


def _lines(prefix: str, quantity: Quantity) -> tuple[Role, ...]:
    return tuple(_number(f"{prefix}_l{n}", quantity, group=Group.PHASES) for n in (1, 2, 3))


def _word(key: str, of: str, group: Group = Group.BASIC) -> Option:
    return Option(key=key, type=OptionType.WORD, group=group, of=of)


def _action(key: str, group: Group = Group.MORE) -> Option:
    return Option(key=key, type=OptionType.ACTION, group=group)


def _constant(
    key: str, maximum: float, unit: str, *, step: float = 1.0, default: float | None = None, of: str = ""
) -> Option:
    return Option(
        key=key,
        type=OptionType.NUMBER,
        group=Group.MORE,
        of=of,
        default=default,
        maximum=maximum,
        step=step,
        unit=unit,
    )


_INVERT: Final = Option(key="power_invert", type=OptionType.FLAG, default=False, of="power")
_STATUS_MAP: Final = Option(key="status_map", type=OptionType.MAP, of="status")
# Many entities report only changes, so their age says nothing: no limit unless asked for. It concerns powers,
# currents, voltages and states of charge.
_MAX_AGE: Final = _constant("max_age", 86_400, "s", default=0.0)


def _meter(*, export: bool = False, counts_back: bool = False, required: bool = True) -> tuple[Field, ...]:
    """Fields of a meter; `export`: a second entity may hold what flows the other way."""
    return (
        _number("power", Quantity.POWER, required=required),
        _INVERT,
        *((_number("power_export", Quantity.POWER),) if export else ()),
        _number("energy", Quantity.ENERGY),
        *((_number("return_energy", Quantity.ENERGY),) if counts_back else ()),
        *_lines("power", Quantity.POWER),
        *(_lines("power_export", Quantity.POWER) if export else ()),
        *_lines("current", Quantity.CURRENT),
    )


_BATTERY: Final[tuple[Field, ...]] = (
    _number("power", Quantity.POWER, required=True),
    _INVERT,
    _number("power_export", Quantity.POWER),  # charging, where `power` is only discharging
    _number("soc", Quantity.SOC, required=True),
    _number("energy", Quantity.ENERGY),
    _number("return_energy", Quantity.ENERGY),
    _constant("capacity", 1_000, "kWh", step=0.1),
    _constant("min_soc", 100, "%"),
    _constant("max_soc", 100, "%"),
    _constant("max_charge_power", 1_000_000, "W"),
    _constant("max_discharge_power", 1_000_000, "W"),
    _write(
        "mode",
        Quantity.CHOICE,
        (*LISTS, *NUMBERS, "switch", "input_boolean", "input_text", "text"),
        Group.MORE,
    ),
    _word("mode_normal", "mode", Group.MORE),
    _word("mode_hold", "mode", Group.MORE),
    _word("mode_charge", "mode", Group.MORE),
    _word("mode_holdcharge", "mode", Group.MORE),
    _action("mode_action"),
    _MAX_AGE,
)

_CHARGER: Final[tuple[Field, ...]] = (
    _read("status", Quantity.STATUS, (*WORDS, "binary_sensor")),
    _STATUS_MAP,
    _read("plugged", Quantity.FLAG, (*FLAGS, "sensor")),
    _read("charging", Quantity.FLAG, (*FLAGS, "sensor")),
    _write("enable", Quantity.TOGGLE, (*SWITCHES, "lock", *LISTS, *NUMBERS, "climate", *BUTTONS)),
    _word("enable_on", "enable"),
    _word("enable_off", "enable"),
    _write("enable_off_button", Quantity.PRESS, BUTTONS),
    _write("current", Quantity.SETPOINT, (*NUMBERS, *LISTS)),
    _number("power", Quantity.POWER),
    _number("energy", Quantity.ENERGY),
    _number("session_energy", Quantity.ENERGY),
    _write("phases", Quantity.CHOICE, (*LISTS, "switch", "input_boolean", *NUMBERS, *BUTTONS), Group.PHASES),
    _word("phases_1p", "phases", Group.PHASES),
    _word("phases_3p", "phases", Group.PHASES),
    _write("phases_3p_button", Quantity.PRESS, BUTTONS, Group.PHASES),
    _number(
        "phases_read", Quantity.COUNT, group=Group.PHASES, plus=("select", "input_select", "binary_sensor")
    ),
    Option(
        key="phases_physical",
        type=OptionType.CHOICE,
        group=Group.PHASES,
        default="0",
        choices=("0", "1", "3"),
    ),
    *_lines("current", Quantity.CURRENT),
    *_lines("voltage", Quantity.VOLTAGE),
    _number("current_read", Quantity.CURRENT, group=Group.MORE),
    _constant("current_step", 1, "A", step=0.01),
    _constant("standby_power", 1_000, "W", default=10.0),
    _read("identifier", Quantity.TEXT, (*WORDS, "binary_sensor"), Group.MORE),
    _read("status_reason", Quantity.TEXT, (*WORDS, "binary_sensor"), Group.MORE),
    _word("reason_authorization", "status_reason", Group.MORE),
    _word("reason_disconnect", "status_reason", Group.MORE),
    _number("soc", Quantity.LEVEL, group=Group.MORE),
    _number("limit_soc", Quantity.LEVEL, group=Group.MORE),
    _number("connected_for", Quantity.DURATION, group=Group.MORE),
    _write("wake", Quantity.PRESS, BUTTONS, Group.MORE),
    _action("enable_action"),
    _action("current_action"),
    _action("phases_action"),
    _MAX_AGE,
)

_VEHICLE: Final[tuple[Field, ...]] = (
    _number("soc", Quantity.SOC, required=True),
    _number("range", Quantity.DISTANCE),
    _number("odometer", Quantity.DISTANCE),
    _number("limit_soc", Quantity.SOC, plus=LISTS),
    _read("plugged", Quantity.FLAG, (*FLAGS, "sensor")),
    _read("charging", Quantity.FLAG, (*FLAGS, "sensor")),
    _read("status", Quantity.STATUS, (*WORDS, "binary_sensor")),
    _STATUS_MAP,
    _read("climater", Quantity.FLAG, (*FLAGS, "climate", "sensor"), Group.MORE),
    _write("wake", Quantity.PRESS, BUTTONS, Group.MORE),
    _action("wake_action"),
    _MAX_AGE,
)

FIELDS: Final[Mapping[Kind, tuple[Field, ...]]] = {
    Kind.GRID: (*_meter(export=True, counts_back=True, required=False), _MAX_AGE),
    Kind.PV: (*_meter(), _constant("max_ac_power", 1_000_000, "W"), _MAX_AGE),
    Kind.BATTERY: _BATTERY,
    Kind.AUX: (*_meter(), _MAX_AGE),
    Kind.CONSUMER: (*_meter(), _MAX_AGE),
    Kind.CIRCUIT: (*_meter(export=True, required=False), _MAX_AGE),
    Kind.CHARGER: _CHARGER,
    Kind.VEHICLE: _VEHICLE,
}
"""Everything that can be filled in, by kind, in the order of the form."""

ALTERNATIVES: Final[Mapping[Kind, tuple[tuple[str, ...], ...]]] = {
    Kind.GRID: (("power", "power_l1"),),
    Kind.CIRCUIT: (("power", "power_l1", "current_l1"),),
    Kind.CHARGER: (("enable", "enable_action", "current", "current_action"),),
}
"""Of each tuple at least one field has to be filled; the first is the usual one."""


def roles(kind: Kind) -> Iterator[Role]:
    """Iterate over the places for entities of a kind."""
    return (f for f in FIELDS[kind] if isinstance(f, Role))


def options(kind: Kind) -> Iterator[Option]:
    """Iterate over the constants of a kind."""
    return (f for f in FIELDS[kind] if isinstance(f, Option))


def missing(kind: Kind, data: Mapping[str, Any]) -> list[str]:
    """Return the keys that still have to be filled; of alternatives the usual one. Empty: complete."""
    keys = [role.key for role in roles(kind) if role.required and not data.get(role.key)]
    return keys + [
        alternatives[0]
        for alternatives in ALTERNATIVES.get(kind, ())
        if not any(data.get(key) for key in alternatives)
    ]
