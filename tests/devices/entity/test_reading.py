"""Reading one state: every way in which it can be no value, units, age, renames."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

import pytest

from custom_components.evcc.core.model import Failure
from custom_components.evcc.devices.entity import refs
from custom_components.evcc.devices.entity.reading import (
    NOT_CONFIGURED,
    Complaints,
    Fault,
    Freshness,
    Problem,
    Reader,
    failure_of,
    known,
    three,
)
from custom_components.evcc.devices.entity.roles import Kind, Quantity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

POWER = {"power": "sensor.power"}


@pytest.mark.parametrize(
    ("state", "unit", "quantity", "expected"),
    [
        pytest.param("1234.5", "W", Quantity.POWER, 1234.5, id="W"),
        pytest.param("-1.5", "kW", Quantity.POWER, -1500, id="kW"),
        pytest.param("0.002", "MW", Quantity.POWER, 2000, id="MW"),
        pytest.param("7", None, Quantity.POWER, 7, id="no unit is the right unit"),
        pytest.param("7", "", Quantity.POWER, 7, id="an empty unit too"),
        pytest.param("1500", "Wh", Quantity.ENERGY, 1.5, id="Wh"),
        pytest.param("1.5", "kWh", Quantity.ENERGY, 1.5, id="kWh"),
        pytest.param("2", "MWh", Quantity.ENERGY, 2000, id="MWh"),
        pytest.param("16000", "mA", Quantity.CURRENT, 16, id="mA"),
        pytest.param("16", "A", Quantity.SETPOINT, 16, id="A"),
        pytest.param("0.23", "kV", Quantity.VOLTAGE, 230, id="kV"),
        pytest.param("100", "mi", Quantity.DISTANCE, 160.9344, id="mi"),
        pytest.param("12000", "m", Quantity.DISTANCE, 12, id="m"),
        pytest.param("2", "min", Quantity.DURATION, 120, id="min"),
        pytest.param("80", "%", Quantity.SOC, 80, id="%"),
        pytest.param("55", "°C", Quantity.LEVEL, 55, id="temperature of a heater"),
        pytest.param("122", "°F", Quantity.LEVEL, 50, id="in Fahrenheit"),
        pytest.param("55", "%", Quantity.LEVEL, 55, id="level in %"),
        pytest.param("3", "phases", Quantity.COUNT, 3, id="a count has any unit"),
    ],
)
def test_converts_from_the_unit_of_the_state(
    hass: HomeAssistant,
    show: Callable[..., None],
    now: datetime,
    state: str,
    unit: str | None,
    quantity: Quantity,
    expected: float,
) -> None:
    show("sensor.power", state, unit)
    assert Reader(hass, POWER).number("power", quantity, now) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("state", "attributes", "quantity", "failure", "text"),
    [
        ("unavailable", {}, Quantity.POWER, Failure.UNAVAILABLE, "sensor.power is unavailable"),
        ("unknown", {}, Quantity.POWER, Failure.UNAVAILABLE, "sensor.power has no value yet"),
        ("None", {}, Quantity.POWER, Failure.UNAVAILABLE, "sensor.power has no value yet"),
        ("", {}, Quantity.POWER, Failure.UNAVAILABLE, "sensor.power has no value yet"),
        ("5", {"restored": True}, Quantity.POWER, Failure.UNAVAILABLE, "sensor.power is unavailable"),
        ("off", {}, Quantity.POWER, Failure.INVALID, "sensor.power: 'off' is not a number"),
        ("1,5", {}, Quantity.POWER, Failure.INVALID, "sensor.power: '1,5' is not a number"),
        ("1_000", {}, Quantity.POWER, Failure.INVALID, "sensor.power: '1_000' is not a number"),
        ("nan", {}, Quantity.POWER, Failure.INVALID, "sensor.power: 'nan' is not a number"),
        ("inf", {}, Quantity.POWER, Failure.INVALID, "sensor.power: 'inf' is not a number"),
        ("-Infinity", {}, Quantity.POWER, Failure.INVALID, "sensor.power: '-Infinity' is not a number"),
        (
            "5",
            {"unit_of_measurement": "kWh"},
            Quantity.POWER,
            Failure.INVALID,
            "sensor.power is in 'kWh', which cannot be converted to W",
        ),
        (
            "5",
            {"unit_of_measurement": "W"},
            Quantity.SOC,
            Failure.INVALID,
            "sensor.power is in 'W', which cannot be converted to %",
        ),
        (
            "101",
            {"unit_of_measurement": "%"},
            Quantity.SOC,
            Failure.INVALID,
            "sensor.power: 101 is out of range",
        ),
    ],
)
def test_a_state_without_value_is_a_problem(
    hass: HomeAssistant,
    now: datetime,
    state: str,
    attributes: dict[str, Any],
    quantity: Quantity,
    failure: Failure,
    text: str,
) -> None:
    hass.states.async_set("sensor.power", state, attributes)
    value = Reader(hass, POWER).number("power", quantity, now)
    assert failure_of(value) is failure
    assert str(value) == text
    assert known(value) is None


def test_an_entity_that_does_not_exist(hass: HomeAssistant, now: datetime) -> None:
    value = Reader(hass, POWER).number("power", Quantity.POWER, now)
    assert failure_of(value) is Failure.UNAVAILABLE
    assert str(value) == "sensor.power does not exist"


def test_a_role_without_entity(hass: HomeAssistant, now: datetime) -> None:
    reader = Reader(hass, {"energy": ""})
    assert reader.number("energy", Quantity.ENERGY, now) is NOT_CONFIGURED
    assert failure_of(NOT_CONFIGURED) is Failure.NOT_AVAILABLE
    assert str(NOT_CONFIGURED) == "no entity is configured"
    assert reader.raw("energy") is None
    assert not reader.has("energy")


def test_an_entity_that_vanishes(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    reader = Reader(hass, POWER)
    show("sensor.power", 5)
    assert reader.number("power", Quantity.POWER, now) == 5
    hass.states.async_remove("sensor.power")
    assert failure_of(reader.number("power", Quantity.POWER, now)) is Failure.UNAVAILABLE


def test_follows_a_rename(hass: HomeAssistant, show: Callable[..., None], now: datetime) -> None:
    registry = er.async_get(hass)
    reader = Reader(hass, POWER)
    assert reader.entity_id("power") == "sensor.power"
    entry = registry.async_get_or_create(
        "sensor", "test", "1", object_id_base="power", suggested_object_id="power"
    )
    assert reader.entity_id("power") == "sensor.power"
    registry.async_update_entity("sensor.power", new_entity_id="sensor.renamed")
    show("sensor.renamed", 7)
    assert reader.number("power", Quantity.POWER, now) == 7

    registry.async_remove("sensor.renamed")
    assert reader.entity_id("power") == "sensor.power", "back to what was configured"
    by_id = Reader(hass, {"power": entry.id})
    assert by_id.entity_id("power") is None
    assert str(by_id.number("power", Quantity.POWER, now)) == f"{entry.id} does not exist"


def test_stores_registry_ids_and_shows_entity_ids(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    entry = registry.async_get_or_create("sensor", "test", "1", suggested_object_id="power")
    data = {"power": "sensor.power", "energy": "sensor.yaml", "max_age": 30}
    stored = refs.to_store(hass, Kind.PV, data)
    assert stored == {"power": entry.id, "energy": "sensor.yaml", "max_age": 30}
    assert refs.entity_ids(hass, Kind.PV, stored) == ["sensor.power", "sensor.yaml"]
    assert refs.to_form(hass, Kind.PV, stored) == data
    registry.async_remove("sensor.power")
    assert refs.entity_ids(hass, Kind.PV, stored) == ["sensor.yaml"]
    assert refs.to_form(hass, Kind.PV, stored)["power"] == entry.id


def test_a_stale_value_is_a_problem_only_with_a_limit(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    show("sensor.power", 5, "W")
    later = now + timedelta(hours=5)
    assert Reader(hass, POWER).number("power", Quantity.POWER, later) == 5
    value = Reader(hass, {**POWER, "max_age": 60}).number("power", Quantity.POWER, later)
    assert failure_of(value) is Failure.STALE
    assert str(value).startswith("sensor.power has not reported for 180")


def test_what_may_stay_as_it_is_never_gets_stale(
    hass: HomeAssistant, show: Callable[..., None], now: datetime
) -> None:
    show("sensor.status", "charging")
    show("sensor.energy", 5, "kWh")
    reader = Reader(hass, {"status": "sensor.status", "energy": "sensor.energy", "max_age": 60})
    later = now + timedelta(hours=5)
    assert reader.letter("status", later) == "C"
    assert reader.number("energy", Quantity.ENERGY, later) == 5


class TestFreshness:
    """Ages in seconds from an arbitrary start."""

    START = datetime(2026, 1, 1, tzinfo=UTC)

    def at(self, seconds: float) -> datetime:
        return self.START + timedelta(seconds=seconds)

    def test_without_limit_nothing_is_stale(self) -> None:
        assert Freshness().age_if_stale(self.at(0), self.at(1e6)) is None

    def test_the_limit_holds_for_an_entity_that_nothing_is_known_of(self) -> None:
        freshness = Freshness(30)
        assert freshness.age_if_stale(self.at(0), self.at(30)) is None
        assert freshness.age_if_stale(self.at(0), self.at(31)) == 31

    def test_a_slow_entity_gets_three_times_its_interval(self) -> None:
        freshness = Freshness(30)
        for n in range(5):
            assert freshness.age_if_stale(self.at(60 * n), self.at(60 * n + 10)) is None
        assert freshness.interval == 60
        assert freshness.age_if_stale(self.at(240), self.at(240 + 180)) is None
        assert freshness.age_if_stale(self.at(240), self.at(240 + 181)) == 181

    def test_a_fast_entity_keeps_the_limit(self) -> None:
        freshness = Freshness(30)
        for n in range(5):
            freshness.age_if_stale(self.at(n), self.at(n))
        assert freshness.limit == 30

    def test_the_interval_follows_slowly(self) -> None:
        freshness = Freshness(30, interval=10)
        freshness.age_if_stale(self.at(0), self.at(0))
        freshness.age_if_stale(self.at(50), self.at(50))
        assert freshness.interval == 20

    def test_an_outage_does_not_raise_the_limit_for_long(self) -> None:
        freshness = Freshness(30, interval=10)
        freshness.age_if_stale(self.at(0), self.at(0))
        freshness.age_if_stale(self.at(7200), self.at(7200))
        assert freshness.interval == 10 + 0.25 * (120 - 10)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0)),
        ((1.0, NOT_CONFIGURED, NOT_CONFIGURED), (1.0, 0.0, 0.0)),
        ((NOT_CONFIGURED, 2.0, 3.0), NOT_CONFIGURED),
        ((1.0, Problem(Fault.UNKNOWN), 3.0), Problem(Fault.UNKNOWN)),
        ((1.0, 2.0, Problem(Fault.UNKNOWN)), Problem(Fault.UNKNOWN)),
    ],
)
def test_three_phases(values: tuple[float | Problem, ...], expected: object) -> None:
    assert three(values) == expected


@pytest.mark.parametrize(
    ("entity_id", "state", "letters", "expected"),
    [
        ("binary_sensor.x", "on", "", True),
        ("binary_sensor.x", "off", "", False),
        ("climate.x", "off", "", False),
        ("climate.x", "heat", "", True),
        ("sensor.x", "heating", "", True),
        ("sensor.x", "inactive", "", False),
        ("sensor.x", "connected", "BC", True),
        ("sensor.x", "disconnected", "BC", False),
        ("sensor.x", "charging", "C", True),
        ("sensor.x", "suspended", "C", False),
        ("sensor.x", "connected", "", Failure.INVALID),
        ("sensor.x", "error", "BC", Failure.INVALID),
        ("sensor.x", "purple", "BC", Failure.INVALID),
        ("sensor.x", "unavailable", "BC", Failure.UNAVAILABLE),
    ],
)
def test_flags(
    hass: HomeAssistant, now: datetime, entity_id: str, state: str, letters: str, expected: bool | Failure
) -> None:
    hass.states.async_set(entity_id, state)
    value = Reader(hass, {"plugged": entity_id}).flag("plugged", now, letters=letters)
    assert (failure_of(value) or value) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("Charging", "C"),
        ("Ladebereit", "B"),
        ("fault", Failure.FAULT),
        ("purple", Failure.INVALID),
        ("unavailable", Failure.UNAVAILABLE),
    ],
)
def test_letters(hass: HomeAssistant, now: datetime, state: str, expected: str) -> None:
    hass.states.async_set("sensor.status", state)
    reader = Reader(hass, {"status": "sensor.status", "status_map": "Ladebereit = B"})
    value = reader.letter("status", now)
    assert (failure_of(value) or value) == expected


def test_names_the_unknown_word(hass: HomeAssistant, now: datetime) -> None:
    hass.states.async_set("sensor.status", "purple")
    value = Reader(hass, {"status": "sensor.status"}).letter("status", now)
    assert str(value) == "sensor.status: the meaning of 'purple' is not known"


def test_knows_which_words_need_an_answer(hass: HomeAssistant) -> None:
    reader = Reader(hass, {"status_map": {"idle": "B"}})
    assert reader.is_guess("Ready")
    assert not reader.is_guess("idle")
    assert not reader.is_guess("charging")


def test_a_broken_map_is_refused(hass: HomeAssistant) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Reader(hass, {"status_map": "nonsense"})


def test_complains_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    complaints = Complaints("Garage")
    gone = Problem(Fault.ENTITY_GONE, {"entity": "sensor.x"})
    assert complaints.note(1.0, NOT_CONFIGURED) is None
    assert complaints.note(1.0, gone) == "sensor.x does not exist"
    complaints.note(gone)
    for age in ("100", "130"):
        complaints.note(Problem(Fault.STALE, {"entity": "sensor.x", "age": age}))
    complaints.note(1.0)
    complaints.note(1.0)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "Garage: sensor.x does not exist"),
        ("WARNING", "Garage: sensor.x has not reported for 100 s"),
        ("INFO", "Garage: all values are there again"),
    ]
