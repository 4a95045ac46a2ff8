"""Circuits: cables and fuses that several loadpoints share, one below the other."""

from typing import ClassVar, Final, override

from ..const import SOURCE_ENTITY, SUBENTRY_CIRCUIT
from ..devices.entity.roles import Kind
from .base import DeviceFlow
from .forms import Detail, number, subentry_details

SOURCE_NONE: Final = "none"
"""A circuit without meter: what its loadpoints and lower circuits draw is added up."""

CONF_PARENT: Final = "parent"
CONF_MAX_POWER: Final = "max_power"
CONF_MAX_CURRENT: Final = "max_current"


class CircuitFlow(DeviceFlow):
    """Add or change a circuit. All of them together form one tree."""

    sources: ClassVar = (SOURCE_NONE, SOURCE_ENTITY)

    @property
    @override
    def kind(self) -> Kind:
        return Kind.CIRCUIT

    @override
    def basics(self) -> list[Detail]:
        return [
            *subentry_details(CONF_PARENT, self.others(SUBENTRY_CIRCUIT)),
            Detail(key=CONF_MAX_CURRENT, selector=number(0, 10_000, 1, "A")),
            Detail(key=CONF_MAX_POWER, selector=number(0, 10_000_000, 100, "W")),
        ]

    @override
    def details(self) -> list[Detail]:
        return []

    @override
    def complaints_of_basics(self) -> dict[str, str]:
        if not (self.values.get(CONF_MAX_CURRENT) or self.values.get(CONF_MAX_POWER)):
            return {CONF_MAX_CURRENT: "limit_missing"}
        parents = {s.subentry_id: s.data.get(CONF_PARENT) for s in self.others(SUBENTRY_CIRCUIT)}
        parent = self.values.get(CONF_PARENT)
        if parent is None:
            # What was below a circuit that is gone is not a main circuit: it waits for another place.
            return {CONF_PARENT: "circuit_one_root"} if None in parents.values() else {}
        above = {self.own_id}
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parents.get(parent)
        return {CONF_PARENT: "circuit_cycle"} if parent is not None else {}
