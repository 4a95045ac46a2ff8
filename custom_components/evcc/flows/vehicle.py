"""Vehicles: what they can do, how they are recognised, what happens when they are."""

from typing import ClassVar, Final, override

from homeassistant.helpers.selector import TextSelector, TextSelectorConfig

from ..const import CONF_SOURCE, SOURCE_ENTITY, SOURCE_SIMULATED
from ..core.model import Feature, Mode
from ..devices.entity.roles import Kind
from .base import DeviceFlow
from .forms import Detail, choice, features_detail, integer, number, phases_detail

SOURCE_OFFLINE: Final = "offline"
"""A vehicle that nobody can ask: only its constants are known."""

CONF_CAPACITY: Final = "capacity"
CONF_ICON: Final = "icon"
CONF_IDENTIFIERS: Final = "identifiers"

FEATURES: Final = (
    Feature.COARSE_CURRENT,
    Feature.STREAMING,
    Feature.CLIMATER_DISABLED,
    Feature.AUTODETECT_DISABLED,
    Feature.WAKE_UP_DISABLED,
)
"""Traits of vehicles; offline is a source of its own."""

ICONS: Final = ("car", "van", "bus", "taxi", "shuttle", "motorcycle", "moped", "scooter", "bike", "tractor")

ON_IDENTIFY: Final = "on_identify"
_MODES: Final = tuple(str(mode) for mode in Mode)

_COMMON: Final = (
    Detail(key=CONF_CAPACITY, selector=number(0, 1000, 0.1, "kWh")),
    phases_detail(0, 1, 2, 3, default=0),
    Detail(key=CONF_ICON, selector=choice(ICONS, "vehicle_icon")),
    Detail(key=CONF_IDENTIFIERS, selector=TextSelector(TextSelectorConfig(multiple=True))),
    features_detail(FEATURES, "vehicle_feature"),
    Detail(key="on_mode", selector=choice(_MODES, "mode"), group=ON_IDENTIFY),
    Detail(key="on_priority", selector=integer(0, 100), group=ON_IDENTIFY),
    Detail(key="on_min_current", selector=number(0, 100, 0.1, "A"), group=ON_IDENTIFY),
    Detail(key="on_max_current", selector=number(0, 100, 0.1, "A"), group=ON_IDENTIFY),
    Detail(key="on_max_power", selector=number(0, 1_000_000, 100, "W"), group=ON_IDENTIFY),
)
_SIMULATED: Final = (
    Detail(key="soc", selector=number(0, 100, 1, "%"), required=True, default=50),
    Detail(key="max_current", selector=number(6, 32, 1, "A"), required=True, default=16),
    Detail(key="home_loadpoint", selector=integer(1, 99), required=True, default=1),
)
_SIMULATED_CAPACITY: Final = Detail(
    key=CONF_CAPACITY, selector=number(1, 1000, 0.1, "kWh"), required=True, default=60
)


class VehicleFlow(DeviceFlow):
    """Add or change a vehicle."""

    sources: ClassVar = (SOURCE_ENTITY, SOURCE_OFFLINE, SOURCE_SIMULATED)

    @property
    @override
    def kind(self) -> Kind:
        return Kind.VEHICLE

    @override
    def details(self) -> list[Detail]:
        if self.values[CONF_SOURCE] != SOURCE_SIMULATED:
            return list(_COMMON)
        return [_SIMULATED_CAPACITY, phases_detail(1, 2, 3, default=3), *_SIMULATED, *_COMMON[2:]]

    @override
    def complaints(self) -> dict[str, str]:
        low, high = self.values.get("on_min_current"), self.values.get("on_max_current")
        return {ON_IDENTIFY: "current_range"} if low and high and low > high else {}
