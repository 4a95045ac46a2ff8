"""From the simulated subentries of an entry to the one virtual plant that they are parts of."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentry

from .const import (
    CONF_NUMBER,
    CONF_SOURCE,
    CONF_USAGE,
    SOURCE_SIMULATED,
    SUBENTRY_LOADPOINT,
    SUBENTRY_METER,
    SUBENTRY_VEHICLE,
    USAGE_BATTERY,
    USAGE_GRID,
    USAGE_PV,
)
from .coordinator import EvccConfigEntry
from .devices.simulated.live import BatterySpec, LiveCharger, LivePlant, LivePv, LiveSpec, LiveVehicle


def build_plant(
    entry: EvccConfigEntry, timezone: str, voltage: float, running: LivePlant | None
) -> LivePlant | None:
    """Return the plant, None if nothing is simulated. Its devices are named by subentry id.

    The `running` one goes on if nothing has changed about it.
    """
    parts = [s for s in entry.subentries.values() if s.data.get(CONF_SOURCE) == SOURCE_SIMULATED]
    if not parts:
        return None
    meters = [s for s in parts if s.subentry_type == SUBENTRY_METER]
    chargers = [s for s in parts if s.subentry_type == SUBENTRY_LOADPOINT]
    cars = [s for s in parts if s.subentry_type == SUBENTRY_VEHICLE]
    numbers = {int(s.data[CONF_NUMBER]): s.subentry_id for s in chargers}
    spec = LiveSpec(
        timezone=timezone,
        voltage=voltage,
        grid=any(s.data[CONF_USAGE] == USAGE_GRID for s in meters),
        pv=tuple(_pv(s) for s in meters if s.data[CONF_USAGE] == USAGE_PV),
        batteries=tuple(_battery(s) for s in meters if s.data[CONF_USAGE] == USAGE_BATTERY),
        chargers=tuple(_charger(s) for s in chargers),
        vehicles=tuple(_vehicle(s, numbers) for s in cars),
    )
    return running if running is not None and running.spec == spec else LivePlant(spec)


def _pv(sub: ConfigSubentry) -> LivePv:
    return LivePv(name=sub.subentry_id, peak_power=float(sub.data["peak_power"]))


def _battery(sub: ConfigSubentry) -> BatterySpec:
    data = sub.data
    return BatterySpec(
        name=sub.subentry_id,
        capacity=float(data["capacity"]),
        soc=float(data["soc"]),
        max_charge_power=float(data["max_charge_power"]),
        max_discharge_power=float(data["max_discharge_power"]),
        controllable=bool(data["controllable"]),
    )


def _charger(sub: ConfigSubentry) -> LiveCharger:
    data = sub.data
    return LiveCharger(
        name=sub.subentry_id,
        phases=int(data["phases"]),
        # one phase leaves nothing to switch to
        phase_switching=bool(data["phase_switching"]) and int(data["phases"]) == 3,
        current_step=float(data["current_step"]),
    )


def _vehicle(sub: ConfigSubentry, numbers: Mapping[int, str]) -> LiveVehicle:
    data: Mapping[str, Any] = sub.data
    return LiveVehicle(
        name=sub.subentry_id,
        title=sub.title,
        capacity=float(data["capacity"]),
        soc=float(data["soc"]),
        phases=int(data["phases"]),
        max_current=float(data["max_current"]),
        charger=numbers.get(int(data["home_loadpoint"])),
    )
