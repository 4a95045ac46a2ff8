"""What comes on top of a market price: network charges, tax, or a formula of one's own."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import math
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import TemplateError
from homeassistant.helpers.template import Template

from ..core.rates import Slot
from .fixed import Zone, zones
from .model import SourceError

CONF_CHARGES: Final = "charges"  # currency/kWh
CONF_TAX: Final = "tax"  # a fraction: 0.19
CONF_FORMULA: Final = "formula"
CONF_CHARGES_ZONES: Final = "charges_zones"

_AT_ONCE: Final = 50
"""Formulas worked out before other tasks get their turn: one takes some 20 µs."""


@dataclass(frozen=True, slots=True)
class Charges:
    """`(price + charges) * (1 + tax)`, or a formula, which then does all of it by itself."""

    base: float
    tax: float
    zones: tuple[Zone, ...]
    formula: Template | None
    zone: ZoneInfo

    async def async_apply(self, slots: Iterable[Slot]) -> tuple[Slot, ...]:
        """Return the slots with what one pays in the end; SourceError if the formula cannot be worked out."""
        found = []
        for i, slot in enumerate(slots):
            if self.formula is not None and i % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            found.append(Slot(slot.start, slot.end, self._value(slot)))
        return tuple(found)

    def _value(self, slot: Slot) -> float:
        charges = self._charges(slot)
        if self.formula is None:
            return (slot.value + charges) * (1.0 + self.tax)
        local = slot.start.astimezone(self.zone)
        variables = {"price": slot.value, "charges": charges, "tax": self.tax, "ts": local}
        try:
            value = float(self.formula.async_render(variables, parse_result=False))
        except (TemplateError, ValueError) as err:
            raise SourceError("formula_failed", error=str(err)) from err
        if not math.isfinite(value):
            raise SourceError("formula_failed", error=str(value))
        return value

    def _charges(self, slot: Slot) -> float:
        """Return the charges at the start of a slot: of the last zone that holds then, else the base."""
        if not self.zones:
            return self.base
        local = slot.start.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return next((z.price for z in reversed(self.zones) if z.covers(local.date(), minute)), self.base)


def charges(hass: HomeAssistant, data: Mapping[str, Any], zone: ZoneInfo) -> Charges | None:
    """Return what a subentry says is to be put on top, None if nothing is. SourceError for wrong zones."""
    text = (data.get(CONF_FORMULA) or "").strip()
    lines = data.get(CONF_CHARGES_ZONES) or ()
    base, tax = float(data.get(CONF_CHARGES) or 0.0), float(data.get(CONF_TAX) or 0.0)
    if not (text or lines or base or tax):
        return None
    return Charges(base, tax, zones(lines), Template(text, hass) if text else None, zone)
