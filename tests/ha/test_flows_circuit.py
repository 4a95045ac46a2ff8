"""Adding and changing circuits: they form one tree."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from .flow_helpers import Walk, entry, home, setup_entry

__all__ = ["entry", "setup_entry"]

NONE = {"source": "none"}


def tree(hass: HomeAssistant) -> MockConfigEntry:
    """Return a home with a main circuit, one below it, and one whose parent was removed."""
    return home(
        hass,
        ("circuit", "main", "House", {"source": "none", "max_current": 35}),
        ("circuit", "low", "Garage", {"source": "none", "max_current": 25, "parent": "main"}),
        ("circuit", "lost", "Barn", {"source": "none", "max_current": 16, "parent": "gone"}),
    )


async def test_main_circuit(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    walk = await Walk.add(hass, entry, "circuit")
    await walk.enter({"title": "House", **NONE}, "user", {"max_current": "limit_missing"})
    await walk.enter({"title": "House", **NONE, "max_power": 0}, "user", {"max_current": "limit_missing"})
    subentry = await walk.finish({"title": "House", **NONE, "max_current": 63})

    assert (subentry.title, subentry.unique_id) == ("House", None)
    assert subentry.data == {"source": "none", "max_current": 63}


async def test_circuit_with_meter_below_another(hass: HomeAssistant) -> None:
    entry = tree(hass)
    hass.states.async_set("sensor.power", "1000", {"unit_of_measurement": "W"})
    walk = await Walk.add(hass, entry, "circuit")
    await walk.enter({"title": "Yard", "source": "entity", "max_power": 5000, "parent": "low"}, "device")
    await walk.enter({}, "entities")
    await walk.enter({}, "entities", {"power": "field_required"})
    await walk.enter({"power": "sensor.power"}, "check")
    subentry = await walk.save()

    assert subentry.data == {
        "source": "entity",
        "max_power": 5000,
        "parent": "low",
        "power": "sensor.power",
        "power_invert": False,
    }


async def test_there_is_one_main_circuit(hass: HomeAssistant) -> None:
    entry = tree(hass)
    walk = await Walk.add(hass, entry, "circuit")
    user_input = {"title": "Yard", **NONE, "max_current": 16}
    await walk.enter(user_input, "user", {"parent": "circuit_one_root"})
    await walk.finish({**user_input, "parent": "main"})


async def test_circuit_below_itself(hass: HomeAssistant) -> None:
    entry = tree(hass)
    walk = await Walk.change(hass, entry, "main")
    assert walk.suggested == {"title": "House", "source": "none", "max_current": 35}
    user_input = {"title": "House", **NONE, "max_current": 40}
    await walk.enter({**user_input, "parent": "low"}, "user", {"parent": "circuit_cycle"})
    await walk.abort(user_input, "reconfigure_successful")

    assert entry.subentries["main"].data == {"source": "none", "max_current": 40}


async def test_circuit_whose_parent_is_gone_finds_another_place(hass: HomeAssistant) -> None:
    entry = tree(hass)
    walk = await Walk.change(hass, entry, "lost")
    assert "parent" not in walk.suggested
    await walk.abort({"title": "Barn", **NONE, "max_current": 16, "parent": "low"}, "reconfigure_successful")

    assert entry.subentries["lost"].data["parent"] == "low"


async def test_new_main_circuit_after_the_old_one_is_gone(hass: HomeAssistant) -> None:
    entry = home(hass, ("circuit", "lost", "Barn", {"source": "none", "max_current": 16, "parent": "gone"}))
    walk = await Walk.add(hass, entry, "circuit")
    main = await walk.finish({"title": "House", **NONE, "max_current": 35})
    walk = await Walk.change(hass, entry, "lost")
    await walk.abort(
        {"title": "Barn", **NONE, "max_current": 16, "parent": main.subentry_id}, "reconfigure_successful"
    )
