"""Charges, tax and formulas on top of a market price."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.evcc.core.rates import Slot
from custom_components.evcc.tariffs.charges import charges
from custom_components.evcc.tariffs.model import SourceError
from homeassistant.core import HomeAssistant

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = {"price": 0.10, "hours": "0-5"}


async def value(hass: HomeAssistant, local: str, price: float, **data: Any) -> float:
    start = datetime.fromisoformat(local).replace(tzinfo=BERLIN).astimezone(UTC)
    made = charges(hass, data, BERLIN)
    assert made is not None
    (slot,) = await made.async_apply([Slot(start, start + timedelta(minutes=15), price)])
    return slot.value


@pytest.mark.parametrize(
    ("local", "data", "expected"),
    [
        ("2026-01-07T02:00", {"charges": 0.15, "tax": 0.19, "charges_zones": [NIGHT]}, 0.2142),
        ("2026-01-07T12:00", {"charges": 0.15, "tax": 0.19, "charges_zones": [NIGHT]}, 0.2737),
        ("2026-01-07T12:00", {"charges": 0.15}, 0.23),
        ("2026-01-07T12:00", {"tax": 0.25}, 0.10),
        ("2026-01-07T12:00", {"formula": "{{ max(price - 1, 0) }}"}, 0.0),
        ("2026-01-07T12:00", {"charges": 1, "tax": 1, "formula": "{{ price * 2 }}"}, 0.16),
        ("2026-01-07T02:00", {"charges_zones": [NIGHT], "formula": "{{ price + charges }}"}, 0.18),
        ("2026-07-07T14:00", {"formula": "{{ ts.hour }}"}, 14.0),
    ],
)
async def test_what_is_put_on_top_of_8_cents(
    hass: HomeAssistant, local: str, data: dict[str, Any], expected: float
) -> None:
    assert await value(hass, local, 0.08, **data) == pytest.approx(expected)


async def test_of_the_zones_the_last_configured_one_counts(hass: HomeAssistant) -> None:
    lines = [{"price": 0.3, "hours": "1-3"}, {"price": 0.1, "hours": "0-5"}]
    assert await value(hass, "2026-01-07T02:00", 0.0, charges_zones=lines) == 0.1


@pytest.mark.parametrize(
    "formula", ["{{ price +", "{{ nothing.there }}", "five", "{{ 1 / 0 }}", "{{ float('nan') }}"]
)
async def test_a_formula_that_fails_is_an_error_not_a_price(hass: HomeAssistant, formula: str) -> None:
    with pytest.raises(SourceError, match="formula_failed"):
        await value(hass, "2026-01-07T12:00", 0.08, formula=formula)


async def test_nothing_on_top(hass: HomeAssistant) -> None:
    assert charges(hass, {"charges": 0, "tax": None, "formula": " "}, BERLIN) is None


async def test_a_week_of_quarters(hass: HomeAssistant) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = charges(hass, {"formula": "{{ price + charges }}", "charges": 1}, BERLIN)
    assert made is not None
    quarter = timedelta(minutes=15)
    slots = [Slot(start + i * quarter, start + (i + 1) * quarter, i) for i in range(672)]
    assert [s.value for s in await made.async_apply(slots)] == [i + 1 for i in range(672)]
