"""What planned charging comes to: energy, and money where the prices are known."""

from collections.abc import Sequence

from . import planner
from .rates import Slot, Tariff, TariffKind


def energy(slots: Sequence[Slot], power: float) -> float:
    """Return the kWh that `power` W make in these slots."""
    return planner.covered(slots).total_seconds() * power / 3_600_000.0


def mean_price(slots: Sequence[Slot] | None, tariff: Tariff | None) -> float | None:
    """Return the mean price of a kWh in the slots; None where any of it is unknown, or is no price.

    A plan beyond what is known consists of slots of value 0, which must not look like free energy.
    """
    if not slots or tariff is None or tariff.kind in (TariffKind.CO2, TariffKind.SOLAR):
        return None
    for slot in slots:
        rate = tariff.slot(slot.start)
        if rate is None or rate.end < slot.end or rate.value != slot.value:
            return None
    return planner.average(slots)


def cost(slots: Sequence[Slot] | None, power: float, price: float | None) -> float | None:
    """Return what the slots cost at their mean price; None where that is unknown."""
    return None if price is None or not slots else price * energy(slots, power)
