"""The tables that forms are made of."""

import pytest

from custom_components.evcc.devices.entity.roles import (
    ALTERNATIVES,
    FIELDS,
    Kind,
    OptionType,
    Role,
    missing,
    options,
    roles,
)
from homeassistant.helpers.selector import EntitySelector


@pytest.mark.parametrize("kind", Kind)
def test_keys_are_unique(kind: Kind) -> None:
    keys = [field.key for field in FIELDS[kind]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("kind", Kind)
def test_options_belong_to_roles_that_exist(kind: Kind) -> None:
    known = {role.key for role in roles(kind)}
    assert {option.of for option in options(kind) if option.of} <= known


@pytest.mark.parametrize("kind", Kind)
def test_filters_are_what_an_entity_selector_takes(kind: Kind) -> None:
    for role in roles(kind):
        assert role.domains
        EntitySelector({"filter": list(role.filters)})


@pytest.mark.parametrize("kind", Kind)
def test_numbers_have_a_range_and_choices_have_choices(kind: Kind) -> None:
    for option in options(kind):
        if option.type is OptionType.NUMBER:
            assert option.minimum < option.maximum
        assert bool(option.choices) == (option.type is OptionType.CHOICE)


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        pytest.param(Kind.PV, {}, ["power"], id="a meter needs a power"),
        pytest.param(Kind.PV, {"power": "sensor.pv"}, [], id="and nothing else"),
        pytest.param(Kind.GRID, {}, ["power"], id="a grid meter too"),
        pytest.param(Kind.GRID, {"power_l1": "sensor.l1"}, [], id="but three phases will do"),
        pytest.param(Kind.CIRCUIT, {"current_l1": "sensor.l1"}, [], id="a circuit is content with currents"),
        pytest.param(Kind.BATTERY, {"power": "sensor.p"}, ["soc"], id="a battery needs its state of charge"),
        pytest.param(Kind.CHARGER, {"status": "sensor.s"}, ["enable"], id="a charger has to be controllable"),
        pytest.param(Kind.CHARGER, {"current": "number.a"}, [], id="by its current for example"),
        pytest.param(Kind.VEHICLE, {"range": "sensor.r"}, ["soc"], id="a vehicle needs its state of charge"),
    ],
)
def test_says_what_is_missing(kind: Kind, data: dict[str, str], expected: list[str]) -> None:
    assert missing(kind, data) == expected


@pytest.mark.parametrize("kind", ALTERNATIVES)
def test_alternatives_exist(kind: Kind) -> None:
    keys = {field.key for field in FIELDS[kind]}
    assert all(set(alternatives) <= keys for alternatives in ALTERNATIVES[kind])


def test_only_written_roles_are_marked_so() -> None:
    written = {f.key for fields in FIELDS.values() for f in fields if isinstance(f, Role) and f.write}
    assert written == {"mode", "enable", "enable_off_button", "current", "phases", "phases_3p_button", "wake"}
