"""Units as sensors write them: `EUR/kWh`, `ct/kWh`, `öre/kWh`, `£/MWh`, `p/kWh`, `gCO2eq/kWh`, `kW`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..core.rates import TariffKind
from .model import SourceError

_POWERS: Final = {"": 1.0, "W": 1.0, "kW": 1000.0}
_ENERGIES: Final = {"kwh": 1.0, "mwh": 0.001, "wh": 1000.0}
_CENTS: Final = frozenset({"ct", "c", "¢", "cent", "cents", "öre", "øre", "ore", "p"})
_SIGNS: Final = {"€": "EUR", "£": "GBP", "p": "GBP", "zł": "PLN", "kč": "CZK"}
"""Signs that belong to one currency. `$` and `kr` belong to several."""
_NO_MONEY: Final = frozenset({"g", "kg", "w", "kw", "%", "mg"})
_LONGEST_SIGN: Final = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` makes currency/kWh, g/kWh or W of a number; `currency`: ISO code where the unit tells it."""

    factor: float
    currency: str | None = None


def unit(kind: TariffKind, attributes: Mapping[str, Any], *, attribute: bool) -> Unit:
    """Return the unit of an entity's state, or of the rates in an `attribute` of it.

    The unit of a forecast of the sun is not told: its sensor shows the energy of a day, its attributes
    hold powers.
    """
    text = str(attributes.get("unit_of_measurement") or "").strip()
    if kind is TariffKind.CO2:
        per_energy = 0.001 if text.lower().endswith("/mwh") else 1.0
        return Unit((1000.0 if text.startswith("kg") else 1.0) * per_energy)
    if kind is not TariffKind.SOLAR:
        return price_unit(attributes)
    if attribute:
        return Unit(1.0)
    if text not in _POWERS:
        raise SourceError("unit_unknown", unit=text)
    return Unit(_POWERS[text])


def is_emission(attributes: Mapping[str, Any]) -> bool:
    """Whether an entity's unit is one of emissions: g or kg, of whatever, for an energy."""
    mass, slash, energy = str(attributes.get("unit_of_measurement") or "").partition("/")
    weighs = mass.strip() in ("g", "kg") or mass.strip().lower().startswith(("gco", "kgco"))
    return bool(slash) and weighs and energy.strip().lower() in _ENERGIES


def price_unit(attributes: Mapping[str, Any]) -> Unit:
    """Return the unit of an entity's prices; without any they are in currency/kWh.

    Attributes `unit` (kWh), `price_in_cents` and `currency` say it better than the unit of measurement.
    SourceError `unit_unknown` for one that is no price.
    """
    text = str(attributes.get("unit_of_measurement") or "").strip()
    sign, slash, energy = (part.strip() for part in text.partition("/"))
    told = attributes.get("unit")
    if isinstance(told, str) and told.lower() in _ENERGIES:
        energy = told
    elif not slash:
        energy = "kWh"
    money = sign.lower()
    cents = money in _CENTS or attributes.get("price_in_cents") is True
    named = attributes.get("currency") or (sign if _is_code(sign) else _SIGNS.get(money))
    known = cents or named or not text or (slash and money not in _NO_MONEY and len(money) <= _LONGEST_SIGN)
    if not known or energy.lower() not in _ENERGIES:
        raise SourceError("unit_unknown", unit=text)
    factor = _ENERGIES[energy.lower()] * (0.01 if cents else 1.0)
    return Unit(factor, named if _is_code(named) else None)


def _is_code(text: object) -> bool:
    """Whether it is written as ISO codes are."""
    return isinstance(text, str) and len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
