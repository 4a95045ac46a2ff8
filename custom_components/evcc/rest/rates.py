"""Slots of tariffs and plans as their own operations tell them."""

from collections.abc import Iterable
from typing import Any

from ..core.rates import Slot
from .document.loadpoint import rate


def rates(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Return slots. The contract calls a slot's value `price`, real servers send `value`: clients get both."""
    told = [rate(slot) for slot in slots]
    return [{**one, "price": one["value"]} for one in told]
