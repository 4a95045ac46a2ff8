"""The page about tariffs tells what there is."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
import yaml

from custom_components.evcc.flows.tariff import SOURCES
from custom_components.evcc.tariffs.catalogue import INTEGRATIONS
from custom_components.evcc.tariffs.homeassistant import HomeAssistantSource
from custom_components.evcc.tariffs.model import Usage
from custom_components.evcc.tariffs.shapes import LISTS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template

from .sources import BERLIN, HOUR, MIDNIGHT, NOW, entity
from .table import ANY, PAGE, table, written
from .test_charges import value


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_table_is_that_of_the_sources(page: str) -> None:
    assert page == written(page), "run: python -m tests.tariffs.table --write"


def test_every_integration_is_in_it() -> None:
    told = table()
    assert all((f"`{line.domain}`" if line.domain else ANY) in told for line in INTEGRATIONS.values())


def test_every_list_that_is_found_is_named(page: str) -> None:
    assert all(f"`{key}`" in page for keys in LISTS for key in keys)


def test_every_other_source_is_explained(page: str) -> None:
    names = {
        "fixed": "**Fixed price**",
        "zones": "**Price zones**",
        "energy_charts": "**Energy-Charts**",
        "awattar": "**aWATTar**",
        "entity": "**An entity of your own**",
    }
    assert names.keys() == {word for words in SOURCES.values() for word in words}
    assert all(name in page for name in names.values())


async def test_the_sensor_of_ones_own(hass: HomeAssistant, page: str, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(NOW)
    (sensor,) = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])["template"][0]["sensor"]
    rates = Template(sensor["attributes"]["rates"], hass).async_render()
    unit = {"unit_of_measurement": sensor["unit_of_measurement"]}
    data = {"entity_id": entity(hass, "template", "mine", "0.25", {"rates": rates, **unit})}
    slots = await HomeAssistantSource(hass, Usage.GRID, data, BERLIN).async_read(NOW)
    assert [(s.start, s.end, s.value) for s in slots] == [
        (MIDNIGHT, MIDNIGHT + 6 * HOUR, 0.21),
        (MIDNIGHT + 6 * HOUR, MIDNIGHT + 24 * HOUR, 0.31),
    ]


@pytest.mark.parametrize(
    ("price", "local", "data", "expected"),
    [
        (0.08, "12:00", {"charges": 0.15, "tax": 0.19}, 0.2737),
        (-0.04, "12:00", {"charges": 0.15, "tax": 0.19}, 0.1309),
        (
            -0.4,
            "12:00",
            {"charges": 0.15, "tax": 0.19, "formula": "{{ max((price + charges) * (1 + tax), 0) }}"},
            0,
        ),
        (0.08, "03:00", {"formula": "{{ (price + (0.05 if ts.hour < 6 else 0.12)) * 1.19 }}"}, 0.1547),
        (0.08, "12:00", {"formula": "{{ (price + (0.05 if ts.hour < 6 else 0.12)) * 1.19 }}"}, 0.238),
        (
            0.1,
            "12:00",
            {"charges": 0.15, "tax": 0.2, "formula": "{{ (price * 1.03 + charges) * (1 + tax) }}"},
            0.3036,
        ),
        (0.1, "12:00", {"formula": "{{ price * 11.2 }}"}, 1.12),
    ],
)
async def test_the_worked_figures_and_formulas(
    hass: HomeAssistant, page: str, price: float, local: str, data: dict[str, Any], expected: float
) -> None:
    assert data.get("formula", "(price + charges) × (1 + tax)") in page
    assert await value(hass, f"2026-01-07T{local}", price, **data) == pytest.approx(expected)
