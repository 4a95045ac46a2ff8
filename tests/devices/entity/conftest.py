"""What the tests of entity devices share."""

from collections.abc import Callable
from datetime import datetime

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util


@pytest.fixture
def now() -> datetime:
    return dt_util.utcnow()


@pytest.fixture
def show(hass: HomeAssistant) -> Callable[..., None]:
    """Set a state: show("sensor.x", "12", unit="W", min=6)."""

    def _show(entity_id: str, state: object, unit: str | None = None, **attributes: object) -> None:
        if unit is not None:
            attributes["unit_of_measurement"] = unit
        hass.states.async_set(entity_id, str(state), attributes)

    return _show
