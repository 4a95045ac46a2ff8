"""What the tests of the core build their sites from: times, statuses, chargers, tariffs."""

from datetime import UTC, datetime, timedelta

from custom_components.evcc.core.config import ChargerTraits, LoadpointConfig, SiteConfig, VehicleConfig
from custom_components.evcc.core.model import Status
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs

A, B, C = Status.A, Status.B, Status.C
V = 230.0
START = datetime(2026, 6, 1, 10, tzinfo=UTC)
TICK = timedelta(seconds=30)

FIXED = ChargerTraits()  # three phases, whole amperes, a power meter
FINE = ChargerTraits(milliamp=True)
SINGLE = ChargerTraits(physical_phases=1)
SWITCHABLE = ChargerTraits(phase_switching=True)


def prices(*values: float, start: datetime = START, kind: TariffKind = TariffKind.PRICE_FORECAST) -> Tariff:
    """Return a tariff of one value an hour."""
    hour = timedelta(hours=1)
    return Tariff(kind, [Slot(start + i * hour, start + (i + 1) * hour, v) for i, v in enumerate(values)])


def now_costs(value: float) -> Tariffs:
    """Return tariffs with that consumption price for a day from the start."""
    return Tariffs(grid=prices(*[value] * 24))


def small_site() -> SiteConfig:
    """Return two loadpoints and two vehicles, without any meter."""
    return SiteConfig(
        loadpoints=(
            LoadpointConfig(name="lp1", title="Garage"),
            LoadpointConfig(name="lp2", title="Carport"),
        ),
        vehicles=(
            VehicleConfig(name="car1", title="Golf", capacity=50),
            VehicleConfig(name="car2", title="", capacity=40),
        ),
    )
