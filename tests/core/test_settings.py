"""Settings: what each kind of value accepts, and what is kept of what was stored."""

from typing import Any

import pytest

from custom_components.evcc.core.model import Mode, PollMode
from custom_components.evcc.core.settings import (
    TABLE,
    Kind,
    LoadpointSettings,
    Scope,
    SettingError,
    SiteSettings,
    VehicleSettings,
    dump,
    find,
    parse,
    restore,
)

SITE, LOADPOINT, VEHICLE = Scope.SITE, Scope.LOADPOINT, Scope.VEHICLE


@pytest.mark.parametrize(
    ("scope", "key", "value", "expected"),
    [
        pytest.param(SITE, "residualPower", "-150.5", -150.5, id="number as text"),
        pytest.param(SITE, "residual_power", 100, 100.0, id="number by attribute name"),
        pytest.param(SITE, "batteryGridChargeLimit", "-0.02", -0.02, id="negative price"),
        pytest.param(SITE, "batteryGridChargeLimit", None, None, id="no price"),
        pytest.param(SITE, "batteryGridChargeLimit", "", None, id="no price as text"),
        pytest.param(LOADPOINT, "priority", "3", 3, id="integer as text"),
        pytest.param(LOADPOINT, "priority", 3.0, 3, id="integer as float"),
        pytest.param(LOADPOINT, "limitSoc", 100, 100, id="upper bound"),
        pytest.param(LOADPOINT, "minCurrent", 0.01, 0.01, id="lower bound"),
        pytest.param(LOADPOINT, "batteryBoost", "t", True, id="boolean word"),
        pytest.param(LOADPOINT, "batteryBoost", "FALSE", False, id="boolean capitals"),
        pytest.param(LOADPOINT, "batteryBoost", 1, True, id="boolean number"),
        pytest.param(LOADPOINT, "batteryBoost", False, False, id="boolean"),
        pytest.param(LOADPOINT, "mode", "MinPV", Mode.MINPV, id="choice in any case"),
        pytest.param(LOADPOINT, "mode", Mode.NOW, Mode.NOW, id="choice"),
        pytest.param(LOADPOINT, "defaultMode", "", None, id="no choice"),
        pytest.param(LOADPOINT, "phasesConfigured", 3, 3, id="number of a choice"),
        pytest.param(LOADPOINT, "phasesConfigured", 1.0, 1, id="float of a choice"),
        pytest.param(LOADPOINT, "phasesConfigured", "0", 0, id="text of a choice"),
        pytest.param(LOADPOINT, "socPollMode", "always", PollMode.ALWAYS, id="poll mode"),
        pytest.param(VEHICLE, "mode", None, None, id="vehicle without mode"),
        pytest.param(VEHICLE, "minSoc", "20", 20, id="vehicle"),
    ],
)
def test_parse(scope: Scope, key: str, value: Any, expected: Any) -> None:
    parsed = parse(find(scope, key), value)
    assert parsed == expected
    assert type(parsed) is type(expected)


@pytest.mark.parametrize(
    ("scope", "key", "value", "error"),
    [
        pytest.param(SITE, "residualPower", "much", "value_not_number", id="no number"),
        pytest.param(SITE, "residualPower", "nan", "value_not_number", id="not a number"),
        pytest.param(SITE, "residualPower", float("inf"), "value_not_number", id="infinite"),
        pytest.param(SITE, "residualPower", True, "value_not_number", id="boolean for a number"),
        pytest.param(SITE, "residualPower", [1], "value_not_number", id="list for a number"),
        pytest.param(SITE, "residualPower", None, "value_missing", id="nothing for a number"),
        pytest.param(SITE, "residualPower", "", "value_not_number", id="empty text for a number"),
        pytest.param(SITE, "prioritySoc", -1, "value_out_of_range", id="below"),
        pytest.param(SITE, "prioritySoc", 101, "value_out_of_range", id="above"),
        pytest.param(LOADPOINT, "priority", 1.5, "value_not_integer", id="fraction for an integer"),
        pytest.param(LOADPOINT, "batteryBoost", "yes", "value_not_boolean", id="no boolean"),
        pytest.param(LOADPOINT, "batteryBoost", 2, "value_not_boolean", id="number for a boolean"),
        pytest.param(LOADPOINT, "mode", "turbo", "value_not_offered", id="unknown choice"),
        pytest.param(LOADPOINT, "mode", "", "value_not_offered", id="undefined mode"),
        pytest.param(LOADPOINT, "mode", None, "value_missing", id="nothing for a choice"),
        pytest.param(LOADPOINT, "phasesConfigured", 2, "value_not_offered", id="two phases"),
        pytest.param(LOADPOINT, "phasesConfigured", 1.5, "value_not_offered", id="one and a half"),
        pytest.param(LOADPOINT, "phasesConfigured", True, "value_not_offered", id="boolean for a choice"),
    ],
)
def test_parse_refuses(scope: Scope, key: str, value: Any, error: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse(find(scope, key), value)
    assert caught.value.key == error
    assert caught.value.placeholders["setting"] == find(scope, key).key


@pytest.mark.parametrize(
    ("scope", "key"), [(SITE, "mode"), (LOADPOINT, "prioritySoc"), (VEHICLE, ""), (SITE, "residualpower")]
)
def test_unknown_setting(scope: Scope, key: str) -> None:
    with pytest.raises(SettingError, match="unknown_setting"):
        find(scope, key)


def test_error_keeps_the_parts_of_its_text() -> None:
    error = SettingError("value_out_of_range", setting="minSoc", low=0)
    assert error.placeholders == {"setting": "minSoc", "low": "0"}
    assert "value_out_of_range" in str(error)


def test_defaults_pass_their_own_checks() -> None:
    for setting in TABLE:
        assert parse(setting, setting.default) == setting.default, setting.key


def test_every_setting_has_what_entities_need() -> None:
    for setting in TABLE:
        assert bool(setting.choices) is (setting.kind is Kind.CHOICE), setting.key
        bounded = setting.low is not None and setting.high is not None
        assert bounded is (setting.kind in (Kind.NUMBER, Kind.INTEGER)), setting.key
        assert setting.step > 0, setting.key


def test_dump_and_restore() -> None:
    before = LoadpointSettings(mode=Mode.PV, min_current=6.5, smart_cost_limit=-0.1, battery_boost=True)
    stored = dump(before)
    assert stored["minCurrent"] == 6.5
    assert "batteryBoost" not in stored
    after = LoadpointSettings()
    assert restore(after, stored) == []
    before.battery_boost = False
    assert after == before


@pytest.mark.parametrize("settings", [SiteSettings(), LoadpointSettings(), VehicleSettings()])
def test_restore_keeps_present_values_where_stored_ones_cannot_be(settings: Any) -> None:
    before = dump(settings)
    errors = restore(settings, {"nonsense": 1, next(iter(before)): "nonsense"})
    assert errors[0].key == "unknown_setting"
    assert len(errors) == 2
    assert dump(settings) == before
