"""Loadpoints: a charger, its place in the order, its circuit and the vehicle that usually charges there."""

from typing import ClassVar, Final, override

from homeassistant.helpers.selector import BooleanSelector

from ..const import (
    CONF_CIRCUIT,
    CONF_NUMBER,
    CONF_VEHICLE,
    SOURCE_ENTITY,
    SOURCE_SIMULATED,
    SUBENTRY_CIRCUIT,
    SUBENTRY_LOADPOINT,
    SUBENTRY_VEHICLE,
)
from ..core.model import Feature
from ..devices.entity.roles import Kind
from .base import DeviceFlow
from .forms import Detail, features_detail, integer, number, option_details, phases_detail, subentry_details

ENTITY_KEYS: Final = ("phases_physical", "current_step")

FEATURES: Final = (
    Feature.COARSE_CURRENT,
    Feature.INTEGRATED_DEVICE,
    Feature.SWITCH_DEVICE,
    Feature.HEATING,
    Feature.CONTINUOUS,
    Feature.WELCOME_CHARGE,
)
"""Traits of chargers."""

_SIMULATED: Final = (
    phases_detail(1, 3, default=3),
    Detail(key="phase_switching", selector=BooleanSelector(), required=True, default=True),
    Detail(key="current_step", selector=number(0.01, 1, 0.01, "A"), required=True, default=1),
)


class LoadpointFlow(DeviceFlow):
    """Add or change a loadpoint."""

    sources: ClassVar = (SOURCE_ENTITY, SOURCE_SIMULATED)
    elsewhere: ClassVar = frozenset(ENTITY_KEYS)

    @property
    @override
    def kind(self) -> Kind:
        return Kind.CHARGER

    @override
    def details(self) -> list[Detail]:
        taken = {s.data[CONF_NUMBER] for s in self.others(SUBENTRY_LOADPOINT)}
        free = next(n for n in range(1, len(taken) + 2) if n not in taken)
        return [
            Detail(key=CONF_NUMBER, selector=integer(1, 99), required=True, default=free),
            *subentry_details(CONF_CIRCUIT, self.others(SUBENTRY_CIRCUIT)),
            *subentry_details(CONF_VEHICLE, self.others(SUBENTRY_VEHICLE)),
            *(option_details(Kind.CHARGER, ENTITY_KEYS) if self.by_entities else _SIMULATED),
            features_detail(FEATURES, "charger_feature"),
        ]

    @override
    def complaints(self) -> dict[str, str]:
        taken = {s.data[CONF_NUMBER] for s in self.others(SUBENTRY_LOADPOINT)}
        return {CONF_NUMBER: "number_taken"} if self.values.get(CONF_NUMBER) in taken else {}
