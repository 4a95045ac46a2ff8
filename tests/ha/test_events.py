"""What happens at a loadpoint reaches its event entity, and only its own."""

from custom_components.evcc.coordinator import event_signal
from custom_components.evcc.core.events import Event, EventKind
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send

from .entities_home import BLUE, BOILER, GARAGE, GRID, entity_id, start


async def test_events_of_a_loadpoint(hass: HomeAssistant) -> None:
    entry = await start(hass, GRID, GARAGE, BOILER, BLUE)
    garage, boiler = entity_id(hass, "event", "garage_activity"), entity_id(hass, "event", "boiler_activity")
    before = hass.states.get(boiler)
    async_dispatcher_send(
        hass, event_signal(entry), Event(EventKind.SOC, "garage", vehicle="blue", value=50.0)
    )
    await hass.async_block_till_done()
    state = hass.states.get(garage)
    assert state is not None
    assert state.state != STATE_UNKNOWN
    assert (state.attributes["event_type"], state.attributes["vehicle"], state.attributes["level"]) == (
        "soc",
        "Blue car",
        50.0,
    )
    assert hass.states.get(boiler) == before
