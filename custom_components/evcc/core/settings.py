"""Every value a person can change while the site runs, declared once.

Each setting is one line of one of the three classes below: its Python name, type and default, and its
REST name, range, step and unit. Entities, actions, REST, storage and diagnostics are made from or
checked against `TABLE`; a new setting is one line here plus its use. Cross-checks between settings and
effects of a change live in `core.commands`.
"""

# ruff: noqa: RUF009  (_setting is a field specifier: it returns dataclasses.field)

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from math import isfinite
from typing import Any, Final

from .model import Mode, PollMode


class Scope(StrEnum):
    """What a setting belongs to."""

    SITE = "site"
    LOADPOINT = "loadpoint"
    VEHICLE = "vehicle"


class Kind(StrEnum):
    """How a value is written and checked."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. `low`, `high` bound what is accepted; `step` is what an entity offers."""

    name: str  # attribute of the settings object
    key: str  # REST and state name
    scope: Scope
    kind: Kind
    default: Any
    low: float | None
    high: float | None
    step: float
    unit: str  # "W", "A", "%", "s", "kWh", "price" (currency/kWh or g/kWh), ""
    choices: tuple[str, ...]
    nullable: bool  # None switches the function off
    persisted: bool
    wakes: bool  # a change asks for a cycle at once


def _setting(
    key: str,
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float = 1.0,
    unit: str = "",
    choices: tuple[str, ...] = (),
    nullable: bool = False,
    persisted: bool = True,
    wakes: bool = False,
) -> Any:
    meta = {
        "key": key,
        "low": low,
        "high": high,
        "step": step,
        "unit": unit,
        "choices": choices,
        "nullable": nullable,
        "persisted": persisted,
        "wakes": wakes,
    }
    return field(default=default, metadata=meta)


MODES: Final = tuple(str(m) for m in Mode)


@dataclass(slots=True)
class SiteSettings:
    """Settings of the site."""

    residual_power: float = _setting("residualPower", 0.0, low=-100_000, high=100_000, step=10, unit="W")
    priority_soc: float = _setting("prioritySoc", 0.0, low=0, high=100, unit="%")
    buffer_soc: float = _setting("bufferSoc", 0.0, low=0, high=100, unit="%")
    buffer_start_soc: float = _setting("bufferStartSoc", 0.0, low=0, high=100, unit="%")
    battery_discharge_control: bool = _setting("batteryDischargeControl", False)
    battery_grid_charge_limit: float | None = _setting(
        "batteryGridChargeLimit", None, low=-10_000, high=10_000, step=0.001, unit="price", nullable=True
    )


@dataclass(slots=True)
class LoadpointSettings:
    """Settings of one loadpoint. Delays in s, thresholds in W, currents in A per phase."""

    mode: Mode = _setting("mode", Mode.OFF, choices=MODES, wakes=True)
    default_mode: Mode | None = _setting("defaultMode", None, choices=MODES, nullable=True)
    priority: int = _setting("priority", 0, low=0, high=100)
    phases_configured: int = _setting("phasesConfigured", 0, choices=("0", "1", "3"), wakes=True)
    min_current: float = _setting("minCurrent", 6.0, low=0.01, high=1_000, step=0.1, unit="A")
    max_current: float = _setting("maxCurrent", 16.0, low=0.01, high=1_000, step=0.1, unit="A")
    limit_soc: int = _setting("limitSoc", 0, low=0, high=100, unit="%", wakes=True)
    limit_energy: float = _setting("limitEnergy", 0.0, low=0, high=10_000, step=0.1, unit="kWh", wakes=True)
    min_soc: int = _setting("minSoc", 0, low=0, high=100, unit="%", wakes=True)
    smart_cost_limit: float | None = _setting(
        "smartCostLimit", None, low=-10_000, high=10_000, step=0.001, unit="price", nullable=True
    )
    smart_feed_in_priority_limit: float | None = _setting(
        "smartFeedInPriorityLimit", None, low=-10_000, high=10_000, step=0.001, unit="price", nullable=True
    )
    battery_boost: bool = _setting("batteryBoost", False, persisted=False, wakes=True)
    battery_boost_limit: int = _setting("batteryBoostLimit", 100, low=0, high=100, unit="%")
    enable_threshold: float = _setting(
        "enableThreshold", 0.0, low=-1e6, high=1e6, step=10, unit="W", wakes=True
    )
    enable_delay: float = _setting("enableDelay", 60.0, low=0, high=86_400, unit="s")
    disable_threshold: float = _setting(
        "disableThreshold", 0.0, low=-1e6, high=1e6, step=10, unit="W", wakes=True
    )
    disable_delay: float = _setting("disableDelay", 180.0, low=0, high=86_400, unit="s")
    soc_poll_mode: PollMode = _setting(
        "socPollMode", PollMode.CHARGING, choices=tuple(str(m) for m in PollMode), wakes=True
    )
    soc_poll_interval: float = _setting(
        "socPollInterval", 3600.0, low=60, high=86_400, step=60, unit="s", wakes=True
    )
    soc_estimate: bool = _setting("socEstimate", True)


@dataclass(slots=True)
class VehicleSettings:
    """Settings of one vehicle; they follow it from loadpoint to loadpoint."""

    mode: Mode | None = _setting("mode", None, choices=MODES, nullable=True)
    min_soc: int = _setting("minSoc", 0, low=0, high=100, unit="%")
    limit_soc: int = _setting("limitSoc", 0, low=0, high=100, unit="%")


type AnySettings = SiteSettings | LoadpointSettings | VehicleSettings

SCOPES: Final[dict[Scope, type[SiteSettings | LoadpointSettings | VehicleSettings]]] = {
    Scope.SITE: SiteSettings,
    Scope.LOADPOINT: LoadpointSettings,
    Scope.VEHICLE: VehicleSettings,
}


def _kind(default: Any, choices: tuple[str, ...]) -> Kind:
    if choices:
        return Kind.CHOICE
    if isinstance(default, bool):
        return Kind.BOOLEAN
    if isinstance(default, int):
        return Kind.INTEGER
    return Kind.NUMBER


def _declared() -> Iterator[Setting]:
    for scope, cls in SCOPES.items():
        for f in fields(cls):
            kind = _kind(f.default, f.metadata["choices"])
            yield Setting(name=f.name, scope=scope, kind=kind, default=f.default, **f.metadata)


TABLE: Final[tuple[Setting, ...]] = tuple(_declared())
_BY_KEY: Final = {(s.scope, s.key): s for s in TABLE} | {(s.scope, s.name): s for s in TABLE}


class SettingError(ValueError):
    """A value that a setting cannot take. `key` is a translation key, `placeholders` go into its text."""

    def __init__(self, key: str, **placeholders: object) -> None:
        """Keep the parts for translation; the message is for logs."""
        self.key = key
        self.placeholders = {k: str(v) for k, v in placeholders.items()}
        super().__init__(f"{key}: {self.placeholders}")


def find(scope: Scope, key: str) -> Setting:
    """Return the setting of that REST key or attribute name; SettingError if there is none."""
    try:
        return _BY_KEY[scope, key]
    except KeyError:
        raise SettingError("unknown_setting", setting=key, scope=scope) from None


def parse(setting: Setting, value: Any) -> Any:
    """Return `value` in the setting's own type, or raise SettingError. Text is accepted as REST sends it."""
    if value is None or (setting.nullable and value == ""):
        if setting.nullable:
            return None
        raise SettingError("value_missing", setting=setting.key)
    match setting.kind:
        case Kind.CHOICE:
            return _parse_choice(setting, value)
        case Kind.BOOLEAN:
            return _parse_boolean(setting, value)
        case _:
            return _parse_number(setting, value)


def _parse_choice(setting: Setting, value: Any) -> Any:
    word = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).lower()
    if word not in setting.choices:
        raise SettingError(
            "value_not_offered", setting=setting.key, value=value, choices=", ".join(setting.choices)
        )
    if setting.name == "phases_configured":
        return int(word)
    return PollMode(word) if setting.name == "soc_poll_mode" else Mode(word)


def _parse_boolean(setting: Setting, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    # The words that Go's ParseBool takes: clients of the original send them.
    word = str(value)
    if word in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if word in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise SettingError("value_not_boolean", setting=setting.key, value=value)


def _parse_number(setting: Setting, value: Any) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as err:
        raise SettingError("value_not_number", setting=setting.key, value=value) from err
    if isinstance(value, bool) or not isfinite(number):
        raise SettingError("value_not_number", setting=setting.key, value=value)
    if (setting.low is not None and number < setting.low) or (
        setting.high is not None and number > setting.high
    ):
        raise SettingError(
            "value_out_of_range", setting=setting.key, value=value, low=setting.low, high=setting.high
        )
    if setting.kind is Kind.INTEGER:
        if not number.is_integer():
            raise SettingError("value_not_integer", setting=setting.key, value=value)
        return int(number)
    return number


def dump(settings: AnySettings) -> dict[str, Any]:
    """Return what is to be stored of a settings object, under REST names."""
    scope = next(s for s, cls in SCOPES.items() if isinstance(settings, cls))
    return {s.key: getattr(settings, s.name) for s in TABLE if s.scope is scope and s.persisted}


def restore(settings: AnySettings, stored: dict[str, Any]) -> list[SettingError]:
    """Take over stored values; return the errors of those that cannot be, which keep their present value."""
    scope = next(s for s, cls in SCOPES.items() if isinstance(settings, cls))
    errors = []
    for key, value in stored.items():
        try:
            setting = find(scope, key)
            setattr(settings, setting.name, parse(setting, value))
        except SettingError as err:
            errors.append(err)
    return errors
