"""The flow of the site: demo home, one's own home, options, changes."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evcc.const import DOMAIN
from custom_components.evcc.flows.demo import demo_subentries, demo_title
from homeassistant.components.http import ApiConfig
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult, FlowType
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from .flow_helpers import LANGUAGES, Data, check_texts, home, setup_entry, texts

__all__ = ["setup_entry"]

OPTIONS = {"interval": 30, "voltage": 230, "on_stop": "keep"}
API = {
    "envelope": True,
    "open_local": False,
    "listen": False,
    "listen_port": 7070,
    "listen_host": "0.0.0.0",
}


async def start(hass: HomeAssistant, choice: str) -> ConfigFlowResult:
    """Open the form behind one of the two choices."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.MENU
    assert result["menu_options"] == ["demo", "home"]
    for language in LANGUAGES:
        check_texts(texts(language)["config"], result)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": choice})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, choice)
    for language in LANGUAGES:
        check_texts(texts(language)["config"], result)
    return result


async def submit(hass: HomeAssistant, result: ConfigFlowResult, user_input: Data) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(result["flow_id"], dict(user_input))


async def test_demo_home_brings_everything_with_it(hass: HomeAssistant) -> None:
    result = await submit(hass, await start(hass, "demo"), {"speed": 60})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert (entry.title, entry.data) == ("Demo home", {"demo": True, "speed": 60})
    assert (entry.version, entry.minor_version) == (1, 1)
    titles = [(s.subentry_type, s.title) for s in entry.subentries.values()]
    assert titles == [
        ("meter", "Grid"),
        ("meter", "Solar roof"),
        ("meter", "Battery"),
        ("loadpoint", "Garage"),
        ("loadpoint", "Carport"),
        ("vehicle", "Blue car"),
        ("vehicle", "White car"),
    ]
    assert all(s.data["source"] == "simulated" for s in entry.subentries.values())
    assert [s.data["number"] for s in entry.get_subentries_of_type("loadpoint")] == [1, 2]
    assert "next_flow" not in result


async def test_demo_home_runs_in_real_time_unless_told_otherwise(hass: HomeAssistant) -> None:
    result = await submit(hass, await start(hass, "demo"), {})

    assert result["result"].data == {"demo": True, "speed": 1}


async def test_demo_home_speaks_the_language_of_home_assistant(hass: HomeAssistant) -> None:
    hass.config.language = "de"

    result = await submit(hass, await start(hass, "demo"), {"speed": 1})

    assert result["result"].title == "Demo-Haus"
    assert "Weißes Auto" in [s.title for s in result["result"].subentries.values()]


@pytest.mark.parametrize(
    ("language", "title"),
    [("de-CH", "Demo-Haus"), ("DE", "Demo-Haus"), ("en-GB", "Demo home"), ("fr", "Demo home")],
)
def test_titles_exist_in_any_language(language: str, title: str) -> None:
    assert demo_title(language) == title
    titles = {s["title"] for s in demo_subentries(language)}
    assert ("Carport" in titles, len(titles)) == (True, len(demo_subentries("en")))


async def test_wrong_speed_is_refused_and_can_be_corrected(hass: HomeAssistant) -> None:
    form = await start(hass, "demo")
    with pytest.raises(InvalidData):
        await submit(hass, form, {"speed": 0})

    result = await submit(hass, form, {"speed": 10})

    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_own_home_goes_on_with_its_first_meter(hass: HomeAssistant) -> None:
    form = await start(hass, "home")
    suggested = {m.schema: m.description for m in form["data_schema"].schema if m.description}
    assert suggested == {"title": {"suggested_value": hass.config.location_name}}

    result = await submit(hass, form, {"title": " Villa ", "interval": 15, "voltage": 240, "on_stop": "off"})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert (entry.title, entry.data) == ("Villa", {"demo": False})
    assert entry.options == {"interval": 15, "voltage": 240, "on_stop": "off"}
    assert not entry.subentries
    kind, flow_id = result["next_flow"]
    assert kind is FlowType.CONFIG_SUBENTRIES_FLOW
    (flow,) = hass.config_entries.subentries.async_progress()
    assert (flow["flow_id"], flow["handler"]) == (flow_id, (entry.entry_id, "meter"))


async def test_home_needs_a_name(hass: HomeAssistant) -> None:
    form = await start(hass, "home")

    result = await submit(hass, form, {"title": "  ", **OPTIONS, "interval": 20})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"title": "title_missing"})
    suggested = {
        m.schema: m.description["suggested_value"] for m in result["data_schema"].schema if m.description
    }
    assert suggested["interval"] == 20

    result = await submit(hass, form, {"title": "Home", **OPTIONS})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_there_is_one_home_only(hass: HomeAssistant) -> None:
    home(hass)

    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "single_instance_allowed")


async def test_reconfigure_renames_a_home(hass: HomeAssistant) -> None:
    entry = home(hass)
    result = await entry.start_reconfigure_flow(hass)
    assert [m.schema for m in result["data_schema"].schema] == ["title"]

    result = await submit(hass, result, {"title": ""})
    assert result["errors"] == {"title": "title_missing"}
    result = await submit(hass, result, {"title": "Villa"})

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (entry.title, entry.data) == ("Villa", {"demo": False})


async def test_reconfigure_changes_the_speed_of_a_demo_home(hass: HomeAssistant) -> None:
    entry = home(hass)
    hass.config_entries.async_update_entry(entry, data={"demo": True, "speed": 1})
    result = await entry.start_reconfigure_flow(hass)
    for language in LANGUAGES:
        check_texts(texts(language)["config"], result)

    result = await submit(hass, result, {"title": "Demo", "speed": 600})

    assert result["type"] is FlowResultType.ABORT
    assert entry.data == {"demo": True, "speed": 600}


async def test_options_of_a_home(hass: HomeAssistant) -> None:
    entry = home(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "init")
    fields = {
        m.schema: m.description["suggested_value"]
        for m in result["data_schema"].schema
        if m.schema not in ("api", "plan_calendar")
    }
    assert fields == OPTIONS

    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(result["flow_id"], {**OPTIONS, "interval": 5})
    changed = {"interval": 60, "voltage": 220, "on_stop": "minimum"}
    result = await hass.config_entries.options.async_configure(result["flow_id"], changed)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == changed


async def test_options_of_a_demo_home_change_its_speed_with_one_reload(hass: HomeAssistant) -> None:
    entry = home(hass)
    hass.config_entries.async_update_entry(entry, data={"demo": True, "speed": 1})
    updates = []

    async def updated(hass: HomeAssistant, entry: object) -> None:
        updates.append(entry)

    entry.add_update_listener(updated)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    for language in LANGUAGES:
        check_texts(texts(language)["options"], result)

    await hass.config_entries.options.async_configure(
        result["flow_id"], {"interval": 20, "voltage": 230, "on_stop": "keep", "speed": 30}
    )
    await hass.async_block_till_done()

    assert entry.data == {"demo": True, "speed": 30}
    assert entry.options == {"interval": 20, "voltage": 230, "on_stop": "keep"}
    assert len(updates) == 1


async def options_of(hass: HomeAssistant, entry: MockConfigEntry, **api: object) -> ConfigFlowResult:
    """Send the form of options with these in the section of the API."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(result["flow_id"], {**OPTIONS, "api": api})


async def test_own_home_is_not_asked_about_the_api_at_first(hass: HomeAssistant) -> None:
    form = await start(hass, "home")

    assert "api" not in form["data_schema"].schema


async def test_api_is_closed_and_without_a_port_unless_told_otherwise(hass: HomeAssistant) -> None:
    entry = home(hass)

    result = await options_of(hass, entry)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {**OPTIONS, "api": API}


@pytest.mark.parametrize("host", ["127.0.0.1", "::", "evcc.local", "nas"])
async def test_options_of_the_api_are_kept_in_a_section(hass: HomeAssistant, host: str) -> None:
    entry = home(hass)
    wanted = {**API, "envelope": False, "listen": True, "listen_port": 7071, "listen_host": host}

    await options_of(hass, entry, **wanted)

    assert entry.options == {**OPTIONS, "api": wanted}
    form = await hass.config_entries.options.async_init(entry.entry_id)
    section = form["data_schema"].schema["api"]
    shown = {m.schema: m.description["suggested_value"] for m in section.schema.schema}
    assert (shown, section.options) == (wanted, {"collapsed": True})


async def test_who_leaves_the_section_out_leaves_the_api_as_it_is(hass: HomeAssistant) -> None:
    entry = home(hass)
    await options_of(hass, entry, **{**API, "open_local": True})

    result = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(result["flow_id"], {**OPTIONS, "interval": 20})

    assert entry.options == {**OPTIONS, "interval": 20, "api": {**API, "open_local": True}}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"listen_host": ""}, "host_invalid"),
        ({"listen_host": "192.168.1"}, "host_invalid"),
        ({"listen_host": "http://nas"}, "host_invalid"),
        ({"listen_host": "-nas"}, "host_invalid"),
        ({"listen_host": "a" * 64}, "host_invalid"),
        ({"listen_port": 8123}, "port_of_home_assistant"),
    ],
)
async def test_where_the_api_cannot_listen_is_refused(
    hass: HomeAssistant, wrong: dict[str, object], error: str
) -> None:
    entry = home(hass)
    hass.config.api = ApiConfig("127.0.0.1", "127.0.0.1", 8123, False)

    result = await options_of(hass, entry, listen=True, **wrong)

    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": error})
    for language in LANGUAGES:
        check_texts(texts(language)["options"], result)
    section = result["data_schema"].schema["api"]
    assert section.options == {"collapsed": False}
    shown = {m.schema: m.description["suggested_value"] for m in section.schema.schema}
    assert shown == {**API, "listen": True, **wrong}
    result = await options_of(hass, entry, listen=False, **wrong)
    assert result["type"] is FlowResultType.CREATE_ENTRY  # nobody listens there


@pytest.mark.parametrize("port", [0, 65536])
async def test_a_port_that_cannot_exist_is_refused(hass: HomeAssistant, port: int) -> None:
    with pytest.raises(InvalidData):
        await options_of(hass, home(hass), listen_port=port)
