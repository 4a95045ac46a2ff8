"""The home of the REST cases: two loadpoints, two vehicles, a battery and tariffs that are known ahead.

Carport (1) is a simulated charger that switches phases, with the online `vehicle_1`; Garage (2) one that
does not, with `db:12` that nobody can ask. It is as the head of `cases.yaml` describes it.
"""

from collections.abc import Mapping
import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.coordinator import EvccRuntime
from custom_components.evcc.core.model import BatteryMode
from custom_components.evcc.core.rates import Slot, Tariff, TariffKind, Tariffs
from custom_components.evcc.core.session import SessionRecord
from custom_components.evcc.core.state import SiteState
from custom_components.evcc.devices.simulated.live import LivePlant
from custom_components.evcc.store.sessions import SessionStore
from homeassistant.core import HomeAssistant

VEHICLE: Final = "vehicle_1"
VEHICLE_TITLE: Final = "blauer e-Golf"
OFFLINE: Final = "db:12"
OFFLINE_TITLE: Final = "weißes Model 3"

API: Final[Mapping[str, Any]] = {"open_local": True, "envelope": True, "listen": False}
"""Options of the API unless a test asks for others: open to the local network, with the envelope."""

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)

BATTERY: Final = "battery"


def _part(kind: str, subentry_id: str, title: str, **data: Any) -> dict[str, Any]:
    return {
        "subentry_type": kind,
        "subentry_id": subentry_id,
        "title": title,
        "data": {"source": "simulated", **data},
        "unique_id": None,
    }


PARTS: Final = (
    _part("meter", "grid", "Netz", usage="grid"),
    _part("meter", "pv", "Dach", usage="pv", peak_power=9000.0),
    _part(
        "meter",
        BATTERY,
        "Hausbatterie",
        usage="battery",
        capacity=10.0,
        soc=60.0,
        max_charge_power=5000.0,
        max_discharge_power=5000.0,
        controllable=True,
    ),
    _part(
        "loadpoint",
        "carport",
        "Carport",
        number=1,
        phases=3,
        phase_switching=True,
        current_step=0.1,
        settings={"mode": "pv"},
    ),
    _part(
        "loadpoint",
        "garage",
        "Garage",
        number=2,
        phases=3,
        phase_switching=False,
        current_step=1.0,
        vehicle=OFFLINE,
        settings={"mode": "pv", "phasesConfigured": 3},
    ),
    _part(
        "vehicle",
        VEHICLE,
        VEHICLE_TITLE,
        capacity=44.0,
        soc=54.0,
        phases=2,
        max_current=16.0,
        home_loadpoint=1,
    ),
    _part("vehicle", OFFLINE, OFFLINE_TITLE, source="offline", capacity=75.0, phases=3),
)

SESSIONS: Final = (
    SessionRecord(
        id=1,
        created=datetime.fromisoformat("2025-02-14T18:02:11+01:00"),
        finished=datetime.fromisoformat("2025-02-14T21:32:11+01:00"),
        loadpoint="Carport",
        loadpoint_name="carport",
        identifier="e-golf",
        vehicle=VEHICLE_TITLE,
        odometer=23_456.0,
        meter_start=1000.0,
        meter_stop=1012.513,
        charged_energy=12.513,
        charge_duration=12_600.0,
        solar_percentage=40.0,
        price=2.5,
        price_per_kwh=0.2,
        co2_per_kwh=210.0,
    ),
    SessionRecord(
        id=2,
        created=datetime.fromisoformat("2025-03-20T12:00:00+01:00"),
        finished=datetime.fromisoformat("2025-03-20T13:00:00+01:00"),
        loadpoint="Garage",
        loadpoint_name="garage",
        charged_energy=5.2,
        charge_duration=3_600.0,
    ),
    SessionRecord(
        id=3,
        created=datetime.fromisoformat("2025-03-21T12:00:00+01:00"),
        finished=datetime.fromisoformat("2025-03-21T12:01:00+01:00"),
        loadpoint="Garage",
        loadpoint_name="garage",
        charged_energy=0.03,
        charge_duration=60.0,
    ),
)
"""What was charged before; the last one is too little to be listed."""


def price(start: datetime) -> float:
    """Return what energy from the grid costs in the quarter that begins then: cheap at night, never equal."""
    return round(0.20 + 0.01 * abs(start.hour - 3) + 0.001 * (start.minute // 15), 4)


def _slots(now: datetime, length: timedelta, hours: float) -> list[tuple[datetime, datetime]]:
    begin = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    count = round((hours + 2) * HOUR / length)
    return [(begin + i * length, begin + (i + 1) * length) for i in range(count)]


def known_tariffs(now: datetime) -> Tariffs:
    """Return prices for 48 hours in quarters, emissions in hours, and a fixed price for what is fed in."""
    quarters, hours = _slots(now, QUARTER, 48), _slots(now, HOUR, 48)
    begin = quarters[0][0]
    return Tariffs(
        grid=Tariff(TariffKind.PRICE_FORECAST, [Slot(a, b, price(a)) for a, b in quarters]),
        feedin=Tariff(TariffKind.PRICE_STATIC, [Slot(begin, begin + timedelta(days=7), 0.08)]),
        co2=Tariff(TariffKind.CO2, [Slot(a, b, 150.0 + 10.0 * a.hour) for a, b in hours]),
    )


class KnownTariffs:
    """The tariffs as a running site asks for them: one object an hour."""

    def __init__(self) -> None:
        self._hour: datetime | None = None
        self._tariffs = Tariffs()

    def __call__(self, now: datetime) -> Tariffs:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._tariffs = hour, known_tariffs(now)
        return self._tariffs


@dataclass(slots=True)
class RestHome:
    """The home at work."""

    hass: HomeAssistant
    entry: MockConfigEntry

    @property
    def runtime(self) -> EvccRuntime:
        """The running site, also after a reload."""
        runtime: EvccRuntime = self.entry.runtime_data
        return runtime

    @property
    def state(self) -> SiteState:
        """The last snapshot."""
        return self.runtime.coordinator.data

    def plug_in(self, number: int) -> None:
        """Connect a car that tells nothing about itself to a charger (from 1); seen by the next cycle."""
        plant = self.runtime.plant
        assert plant is not None
        plant._plant.sockets[number - 1].connect(None)

    def unplug(self, number: int) -> None:
        """Disconnect what is plugged in; a car of the home comes back by itself."""
        plant = self.runtime.plant
        assert plant is not None
        plant._plant.sockets[number - 1].disconnect()

    async def cycle(self) -> None:
        """Have a control cycle at once."""
        await self.runtime.runner.async_wake()
        await self.hass.async_block_till_done()


async def build_home(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    api: Mapping[str, Any],
    *,
    without: frozenset[str] = frozenset(),
) -> RestHome:
    """Set the home up, connected on both sides, without the parts whose subentry ids are `without`."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    await hass.config.async_update(currency="EUR", language="en")
    tariffs = KnownTariffs()
    monkeypatch.setattr(LivePlant, "tariffs", lambda _, now: tariffs(now))
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Zuhause",
        data={"demo": False},
        options={"interval": 30, "voltage": 230, "on_stop": "keep", "api": dict(api)},
        subentries_data=copy.deepcopy([p for p in PARTS if p["subentry_id"] not in without]),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    home = RestHome(hass, entry)
    home.plug_in(2)
    if BATTERY not in without:  # it has been told something before
        await home.runtime.async_set_battery_mode(BatteryMode.NORMAL)
        await home.cycle()
        await home.runtime.async_set_battery_mode(BatteryMode.UNKNOWN)
    await home.cycle()
    return home


async def store_sessions(path: Path) -> None:
    """Write a file with what was charged before."""
    store = SessionStore(path)
    await store.async_open()
    await store.async_write(SESSIONS)
    await store.async_close()
