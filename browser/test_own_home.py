"""One's own home, set up through the forms: sun and clouds, and a power cut in the middle of charging."""

from collections.abc import Generator
from pathlib import Path
import time
from typing import Any

import pytest

from browser.own_home import Forms, Wallbox, configuration
from scripts.hass_process import HassProcess

INTERVAL = 10
DELAY = 10
REASON = "sensor.garage_reason"
MODE = "select.garage_charge_mode"


class House:
    """The running house, its wallbox and what it looked like over time."""

    def __init__(self, hass: HassProcess, box: Wallbox) -> None:
        self.hass = hass
        self.box = box
        self.began = time.monotonic()
        self.rows: list[tuple[int, str, str, str, str, str]] = []

    def state(self, entity_id: str) -> dict[str, Any]:
        """Return one state with its attributes."""
        found: dict[str, Any] = self.hass.client.request("GET", f"/api/states/{entity_id}")
        return found

    def note(self) -> None:
        """Keep a row of the table."""
        reason = self.state(REASON)
        a = reason["attributes"]
        numbers = f"need {a.get('need') or 0:.0f} have {a.get('have') or 0:.0f}"
        row = (self.box.get("pv"), self.box.get("power"), self.box.get("enable"), reason["state"], numbers)
        if not self.rows or self.rows[-1][1:5] != row[:4]:
            self.rows.append((int(time.monotonic() - self.began), *row))

    def wait_for(self, reason: str, seconds: float = 60) -> None:
        """Wait until the reason sensor says so, noting what it says meanwhile."""
        deadline = time.monotonic() + seconds
        while self.state(REASON)["state"] != reason:
            self.note()
            if time.monotonic() > deadline:
                pytest.fail(f"no {reason} within {seconds} s: {self.rows}")
            time.sleep(0.5)
        self.note()

    def table(self) -> str:
        """Return the rows for people."""
        head = ("s", "pv W", "charging W", "enabled", "reason", "numbers")
        return "\n".join(" | ".join(str(cell) for cell in row) for row in [head, *self.rows])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    """Set up a house with PV, grid meter and wallbox by the forms."""
    folder = tmp_path_factory.mktemp("home")
    with Wallbox(folder / "box") as box:
        config = folder / "config"
        config.mkdir()
        (config / "configuration.yaml").write_text(configuration(box), encoding="utf-8")
        with HassProcess(config) as hass:
            box.client = hass.client
            hass.wait_until("the sensors of the house", lambda: ready(hass), 60)
            forms = Forms(hass.client)
            forms.add_home(title="My home", interval=INTERVAL)
            shown = forms.add("meter", title="Grid", usage="grid", source="entity", power="sensor.house_grid")
            assert "sensor.house_grid" in shown[-1]
            forms.add("meter", title="Roof", usage="pv", source="entity", power="sensor.house_pv")
            shown = forms.add(
                "loadpoint",
                title="Garage",
                source="entity",
                status="sensor.box_status",
                enable="switch.box_charging",
                current="number.box_limit",
                power="sensor.box_power",
            )
            assert "connected → B" in shown[-1]
            hass.wait_until("the loadpoint", lambda: loaded(hass) and REASON in hass.client.states(), 60)
            home = House(hass, box)
            for key in ("enableDelay", "disableDelay"):
                hass.client.call("evcc", "change_setting", loadpoint=1, setting=key, value=DELAY)
            hass.client.call("select", "select_option", entity_id=MODE, option="pv")
            yield home


def test_sun_starts_charging_and_a_cloud_stops_it(house: House, picture: Path) -> None:
    house.wait_for("waiting_for_surplus")
    assert house.box.get("enable") == "off"
    house.box.set("pv", "6000")
    house.wait_for("waiting_to_enable")
    assert house.state(REASON)["attributes"]["until"] is not None
    house.wait_for("follows_surplus")
    assert house.box.get("enable") == "on"
    house.wait_for("follows_surplus")
    house.box.set("pv", "800")
    house.wait_for("waiting_to_disable")
    assert (house.box.get("enable"), house.box.get("current")) == ("on", "6")
    house.wait_for("waiting_for_surplus")
    assert house.box.get("enable") == "off"
    picture.parent.mkdir(exist_ok=True)
    (picture.parent / "sun_and_cloud.txt").write_text(house.table(), encoding="utf-8")


def test_a_power_cut_while_charging_changes_nothing(house: House) -> None:
    house.box.set("pv", "9000")
    house.wait_for("follows_surplus")
    house.hass.wait_until("a session", lambda: house.box.get("current") != "6", 60)
    house.hass.client.call("evcc", "set_limit_energy", loadpoint=1, energy=33)
    time.sleep(INTERVAL * 2)
    before = remembered(house)
    commands = house.box.commands

    house.hass.kill()
    house.hass.start()
    house.wait_for("follows_surplus")
    time.sleep(INTERVAL * 2)

    assert house.box.commands == commands
    assert remembered(house) == before


def loaded(hass: HassProcess) -> bool:
    """Return whether the integration is there: its entities are, a moment before it takes commands."""
    entries = hass.client.request("GET", "/api/config/config_entries/entry?domain=evcc")
    return [entry["state"] for entry in entries] == ["loaded"]


def ready(hass: HassProcess) -> bool:
    """Return whether the house's own entities have values."""
    names = ("sensor.house_grid", "switch.box_charging", "number.box_limit", "sensor.box_status")
    states = {s["entity_id"]: s["state"] for s in hass.client.request("GET", "/api/states")}
    return all(states.get(name) not in (None, "unknown", "unavailable") for name in names)


def remembered(house: House) -> dict[str, Any]:
    """Return what has to survive: mode, limit, and the session with its number."""
    entity = "sensor.garage_session_energy"
    sessions = house.hass.client.request("POST", "/api/services/evcc/get_sessions?return_response", {})[
        "service_response"
    ]["sessions"]
    return {
        "mode": house.state(MODE)["state"],
        "limit": house.state("number.garage_energy_limit")["state"],
        "sessions": [(s["id"], s["created"]) for s in sessions],
        "energy grows": float(house.state(entity)["state"]) > 0,
    }
