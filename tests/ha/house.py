"""A small house made of entities, for tests of the running integration.

One wallbox (switch, set-point, status, power, counter), a grid meter, a solar roof and a car. The house
behaves: what the wallbox is allowed to draw shows on its meters after the next step.
"""

from collections.abc import Mapping
import copy
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed_exact

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.coordinator import EvccRuntime
from custom_components.evcc.core.settings import Scope
from custom_components.evcc.core.state import LoadpointState
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.setup import async_setup_component

GARAGE = "garage"
CAR = "car"
ENABLE = "input_boolean.wallbox_enable"
CURRENT = "input_number.wallbox_current"
DEMAND = ("input_boolean", "input_number")

METER = {"source": "entity"}
GRID: Mapping[str, Any] = {**METER, "usage": "grid", "power": "sensor.grid_power"}
PV: Mapping[str, Any] = {**METER, "usage": "pv", "power": "sensor.pv_power"}
WALLBOX: Mapping[str, Any] = {
    "source": "entity",
    "number": 1,
    "status": "sensor.wallbox_status",
    "enable": ENABLE,
    "current": CURRENT,
    "power": "sensor.wallbox_power",
    "energy": "sensor.wallbox_energy",
    "phases_physical": "3",
}


def subentry(kind: str, subentry_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a subentry whose title is its id, in capitals."""
    return {
        "subentry_type": kind,
        "subentry_id": subentry_id,
        "title": subentry_id.capitalize(),
        "data": dict(data),
        "unique_id": None,
    }


BASICS = (
    subentry("meter", "grid", GRID),
    subentry("meter", "pv", PV),
    subentry("loadpoint", GARAGE, WALLBOX),
    subentry("vehicle", CAR, {"source": "offline", "capacity": 50.0, "phases": 3}),
)


class House:
    """The house, its entry, and a record of everything that the wallbox was told."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Nothing is there before `build`."""
        self.hass = hass
        self.freezer = freezer
        self.entry = MockConfigEntry(domain=DOMAIN)
        self.calls: list[tuple[str, Any]] = []
        self.pv = 0.0  # W
        self.home = 500.0
        self.status = "A"
        self.energy = 1000.0  # kWh
        self.missing: set[str] = set()  # entities that are unavailable

    async def build(self, *more: dict[str, Any], **options: Any) -> None:
        """Make entities and entry, without setting it up."""
        helpers = {
            "input_boolean": {"wallbox_enable": {"initial": False}},
            "input_number": {"wallbox_current": {"min": 6, "max": 32, "step": 1, "initial": 6}},
        }
        for domain, config in helpers.items():
            assert await async_setup_component(self.hass, domain, {domain: config})
        self.hass.bus.async_listen(EVENT_CALL_SERVICE, self._note)
        self.show()
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            data={"demo": False},
            options={"interval": 30, "voltage": 230, "on_stop": "keep", **options},
            subentries_data=copy.deepcopy([*BASICS, *more]),
        )
        self.entry.add_to_hass(self.hass)

    async def set_up(self) -> None:
        """Set the entry up; the first cycle runs if the devices answer."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    @callback
    def _note(self, event: Event) -> None:
        if event.data["domain"] in DEMAND:
            data = event.data["service_data"]
            self.calls.append((event.data["service"], data.get("value")))

    def take_calls(self) -> list[tuple[str, Any]]:
        """Return what the wallbox was told since the last time."""
        calls, self.calls = self.calls, []
        return calls

    @property
    def runtime(self) -> EvccRuntime:
        """Return the running site."""
        return self.entry.runtime_data

    @property
    def garage(self) -> LoadpointState:
        """Return the last snapshot of the loadpoint."""
        return self.runtime.coordinator.data.loadpoints[0]

    @property
    def enabled(self) -> bool:
        """Whether the wallbox may charge."""
        return self.hass.states.is_state(ENABLE, "on")

    @property
    def power(self) -> float:
        """W that the car draws."""
        if self.status == "A" or not self.enabled:
            return 0.0
        state = self.hass.states.get(CURRENT)
        assert state is not None
        return float(state.state) * 230.0 * 3

    def show(self) -> None:
        """Let all sensors show what is."""
        drawn = self.power
        if self.status != "A":
            self.status = "C" if drawn > 0 else "B"
        watts = {"unit_of_measurement": "W"}
        values: dict[str, tuple[object, Mapping[str, Any]]] = {
            "sensor.grid_power": (self.home + drawn - self.pv, watts),
            "sensor.pv_power": (self.pv, watts),
            "sensor.wallbox_status": (self.status, {}),
            "sensor.wallbox_power": (drawn, watts),
            "sensor.wallbox_energy": (round(self.energy, 4), {"unit_of_measurement": "kWh"}),
        }
        for entity_id, (value, attributes) in values.items():
            shown = "unavailable" if entity_id in self.missing else str(value)
            self.hass.states.async_set(entity_id, shown, attributes)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass in one step."""
        self.energy += self.power / 1000.0 * seconds / 3600.0
        self.show()
        self.freezer.tick(seconds)
        async_fire_time_changed_exact(self.hass)
        await self.hass.async_block_till_done()

    async def run(self, cycles: int = 1) -> None:
        """Let as many intervals pass."""
        for _ in range(cycles):
            await self.pass_time(30)

    async def set_mode(self, mode: str) -> None:
        """Choose the mode, which has a cycle at once."""
        await self.runtime.async_change(Scope.LOADPOINT, 0, "mode", mode)
        await self.hass.async_block_till_done()
