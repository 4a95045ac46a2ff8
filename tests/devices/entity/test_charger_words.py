"""What a charger tells in words: whose card was read, and why it waits."""

from datetime import datetime

import pytest

from custom_components.evcc.core.model import StatusReason
from custom_components.evcc.devices.entity.charger import build_charger
from homeassistant.core import HomeAssistant

BASE = {"enable": "switch.x", "current": "number.x"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("04AB", "04AB"), (" 04AB ", "04AB"), ("unknown", ""), ("none", ""), ("0", ""), ("unavailable", None)],
)
async def test_identifier(hass: HomeAssistant, now: datetime, state: str, expected: str | None) -> None:
    hass.states.async_set("sensor.card", state)
    charger, _ = build_charger(hass, {**BASE, "identifier": "sensor.card"}, "Garage")
    assert (await charger.async_read(now)).identifier == expected


@pytest.mark.parametrize(
    ("data", "state", "expected"),
    [
        ({"status": "sensor.s"}, "awaiting_authorization", StatusReason.WAITING_FOR_AUTHORIZATION),
        ({"status": "sensor.s"}, "need_auth", StatusReason.WAITING_FOR_AUTHORIZATION),
        ({"status": "sensor.s"}, "Authorized", StatusReason.UNKNOWN),
        ({"status": "sensor.s"}, "de_authorizing", StatusReason.UNKNOWN),
        ({"status": "sensor.s"}, "charging", StatusReason.UNKNOWN),
        ({"status_reason": "sensor.s"}, "disconnect_required", StatusReason.DISCONNECT_REQUIRED),
        (
            {"status_reason": "sensor.s", "reason_authorization": "Karte"},
            "karte",
            StatusReason.WAITING_FOR_AUTHORIZATION,
        ),
        ({"status_reason": "sensor.s", "reason_disconnect": "13"}, "13", StatusReason.DISCONNECT_REQUIRED),
        ({"status_reason": "sensor.s"}, "unavailable", None),
        ({}, "x", None),
    ],
)
async def test_status_reason(
    hass: HomeAssistant, now: datetime, data: dict[str, str], state: str, expected: StatusReason | None
) -> None:
    hass.states.async_set("sensor.s", state)
    charger, _ = build_charger(hass, {**BASE, **data}, "Garage")
    assert (await charger.async_read(now)).status_reason == expected
