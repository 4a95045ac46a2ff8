"""Adding and changing vehicles."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .flow_helpers import Walk, entry, home, setup_entry

__all__ = ["entry", "setup_entry"]

SOC = {"unit_of_measurement": "%", "device_class": "battery"}


async def test_vehicle_of_a_device(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    other = MockConfigEntry(domain="maker")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("maker", "1")}
    )
    soc = er.async_get(hass).async_get_or_create(
        "sensor", "maker", "soc", suggested_object_id="car_soc", device_id=device.id, config_entry=other,
        original_device_class="battery", unit_of_measurement="%",
    )  # fmt: skip
    hass.states.async_set("sensor.car_soc", "61", SOC)
    walk = await Walk.add(hass, entry, "vehicle")
    await walk.enter({"title": "Blue car", "source": "entity"}, "device")
    await walk.enter({"device": device.id}, "entities")
    assert walk.suggested == {"soc": "sensor.car_soc"}

    await walk.enter(walk.suggested, "details")
    await walk.enter(
        {"phases": "3", "on_identify": {"on_min_current": 10, "on_max_current": 8}},
        "details",
        {"on_identify": "current_range"},
    )
    await walk.enter(
        {
            "capacity": 60,
            "phases": "3",
            "icon": "van",
            "identifiers": ["04AB*", "key"],
            "features": ["streaming", "coarse_current"],
            "on_identify": {"on_mode": "pv", "on_priority": 2, "on_max_current": 16},
        },
        "check",
    )
    subentry = await walk.save()

    assert subentry.data == {
        "source": "entity",
        "soc": soc.id,
        "capacity": 60,
        "phases": 3,
        "icon": "van",
        "identifiers": ["04AB*", "key"],
        "features": ["Streaming", "CoarseCurrent"],
        "on_mode": "pv",
        "on_priority": 2,
        "on_max_current": 16,
    }


async def test_vehicle_that_cannot_be_asked(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "vehicle")
    await walk.enter({"title": "Scooter", "source": "offline"}, "details")
    subentry = await walk.finish({"capacity": 2})

    assert subentry.data == {"source": "offline", "capacity": 2, "phases": 0}


async def test_simulated_vehicle(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "vehicle")
    await walk.enter({"title": "Car", "source": "simulated"}, "details")
    subentry = await walk.finish({"phases": "1", "home_loadpoint": 2, "icon": "car"})

    assert subentry.data == {
        "source": "simulated",
        "capacity": 60,
        "phases": 1,
        "soc": 50,
        "max_current": 16,
        "home_loadpoint": 2,
        "icon": "car",
    }


async def test_change_of_a_vehicle(hass: HomeAssistant) -> None:
    data = {"source": "entity", "soc": "sensor.soc", "phases": 3, "on_mode": "now", "identifiers": ["x"]}
    entry = home(hass, ("vehicle", "v", "Car", data))
    hass.states.async_set("sensor.soc", "50", SOC)
    walk = await Walk.change(hass, entry, "v")
    await walk.enter({"title": "Blue car", "source": "entity"}, "entities")
    await walk.enter({"soc": "sensor.soc"}, "details")
    assert walk.suggested == {"phases": "3", "on_mode": "now", "identifiers": ["x"]}
    await walk.enter({"phases": "1", "on_identify": {}}, "check")
    await walk.abort({"next_step_id": "save"}, "reconfigure_successful")

    assert entry.subentries["v"].title == "Blue car"
    assert entry.subentries["v"].data == {"source": "entity", "soc": "sensor.soc", "phases": 1}


async def test_change_to_a_vehicle_that_cannot_be_asked(hass: HomeAssistant) -> None:
    entry = home(
        hass, ("vehicle", "v", "Car", {"source": "entity", "soc": "sensor.soc", "phases": 3, "capacity": 50})
    )
    walk = await Walk.change(hass, entry, "v")
    await walk.enter({"title": "Car", "source": "offline"}, "details")
    await walk.abort(walk.suggested, "reconfigure_successful")

    assert entry.subentries["v"].data == {"source": "offline", "phases": 3, "capacity": 50}
