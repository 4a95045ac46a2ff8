"""Energy by where it came from."""

from dataclasses import dataclass


@dataclass(slots=True)
class Sources:
    """Energy by source, kWh."""

    solar: float = 0.0
    battery: float = 0.0
    grid: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.solar + self.battery + self.grid

    def add(self, solar: float, battery: float, grid: float, share: float = 1.0) -> None:
        """Add a `share` of some energies."""
        self.solar += solar * share
        self.battery += battery * share
        self.grid += grid * share

    def figures(self) -> dict[str, float]:
        """Return the figures for a document."""
        return {
            "total": round(self.total, 3),
            "solar": round(self.solar, 3),
            "battery": round(self.battery, 3),
            "grid": round(self.grid, 3),
        }


@dataclass(slots=True)
class Bill:
    """Energy and what it cost: the grid's at its price, all other at what the grid would have paid for it."""

    energy: Sources
    cost: float = 0.0
    priced: bool = False  # whether any price was known

    @classmethod
    def empty(cls) -> Bill:
        """Return a bill of nothing."""
        return cls(Sources())

    def book(self, energy: Sources, price: float | None, feed_in: float | None) -> None:
        """Add energy at the prices of its time, per kWh."""
        self.energy.add(energy.solar, energy.battery, energy.grid)
        if price is not None:
            self.cost += energy.grid * price + (energy.total - energy.grid) * (feed_in or 0.0)
            self.priced = True

    def merge(self, other: Bill) -> None:
        """Add another bill."""
        self.energy.add(other.energy.solar, other.energy.battery, other.energy.grid)
        self.cost += other.cost
        self.priced = self.priced or other.priced

    def figures(self) -> dict[str, float | None]:
        """Return energies (kWh), cost and mean price per kWh for a document; null: cannot be told."""
        total = self.energy.total
        return {
            "energy": round(total, 3),
            **{key: value for key, value in self.energy.figures().items() if key != "total"},
            "cost": round(self.cost, 4) if self.priced else None,
            "price": round(self.cost / total, 4) if self.priced and total > 0 else None,
        }
