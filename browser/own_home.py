"""A house of ordinary Home Assistant entities, with a wallbox that outlives Home Assistant.

The wallbox is a folder of small files. Its sensors are pushed into Home Assistant twice a second, as a device
does that comes and goes; its switch and number are template entities whose shell commands write the files, and each
leaves a line in a log: what Home Assistant commanded can be counted, also across a power cut.
"""

from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from scripts.hass_process import CONFIGURATION, DOMAIN, HassClient, HassError

VOLTAGE = 230
PHASES = 3

ENTITIES = """
shell_command:
  box_current: "sh {box}/tell current {{{{ value | int }}}}"
  box_enable: "sh {box}/tell enable {{{{ value }}}}"

"""

TEMPLATES = """
template:
  - sensor:
      - name: house grid
        unit_of_measurement: W
        device_class: power
        state: "{{ 400 + states('sensor.box_power') | float - states('sensor.house_pv') | float }}"
        availability: "{{ has_value('sensor.box_power') and has_value('sensor.house_pv') }}"
  - number:
      - name: box limit
        unit_of_measurement: A
        min: 6
        max: 16
        step: 1
        state: "{{ states('sensor.box_current') | float }}"
        availability: "{{ has_value('sensor.box_current') }}"
        set_value:
          - action: shell_command.box_current
            data: {value: "{{ value }}"}
  - switch:
      - name: box charging
        state: "{{ is_state('sensor.box_enable', 'on') }}"
        availability: "{{ has_value('sensor.box_enable') }}"
        turn_on:
          - action: shell_command.box_enable
            data: {value: "on"}
        turn_off:
          - action: shell_command.box_enable
            data: {value: "off"}
"""

TELL = """#!/bin/sh
printf '%s' "$2" > "{box}/$1.new" && mv "{box}/$1.new" "{box}/$1"
printf '%s %s\\n' "$1" "$2" >> "{box}/log"
"""


class Wallbox:
    """A wallbox in a folder, with a car plugged in that charges as soon as it may."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._end = Event()
        self.client: HassClient | None = None  # where to push the sensors
        self._thread = Thread(target=self._work, daemon=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tell").write_text(TELL.format(box=folder), encoding="utf-8")
        (folder / "log").write_text("", encoding="utf-8")
        for name, value in {"enable": "off", "current": "6", "pv": "0"}.items():
            self.set(name, value)
        self._follow()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def set(self, name: str, value: str) -> None:
        """Write one of the files at once, so that nobody reads half of it."""
        new = self.folder / f"{name}.write"
        new.write_text(value, encoding="utf-8")
        new.replace(self.folder / name)

    def get(self, name: str) -> str:
        """Read one of the files."""
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def commands(self) -> list[str]:
        """All commands that it was given."""
        return self.get("log").splitlines()

    def _follow(self) -> None:
        on = self.get("enable") == "on"
        self.set("power", str(int(self.get("current")) * VOLTAGE * PHASES if on else 0))
        self.set("status", "charging" if on else "connected")

    def _push(self, client: HassClient) -> None:
        power = {"unit_of_measurement": "W", "device_class": "power"}
        sensors: dict[str, dict[str, str]] = {
            "box_status": {},
            "box_enable": {},
            "box_current": {"unit_of_measurement": "A", "device_class": "current"},
            "box_power": power,
            "house_pv": power,
        }
        for name, attributes in sensors.items():
            state = {"state": self.get(name.split("_")[1]), "attributes": attributes}
            client.request("POST", f"/api/states/sensor.{name}", state)

    def _work(self) -> None:
        while not self._end.wait(0.5):
            self._follow()
            # While Home Assistant is down nobody listens; the next push tells everything.
            if self.client is not None:
                with suppress(OSError, HTTPException, HassError):
                    self._push(self.client)


def configuration(box: Wallbox) -> str:
    """Return the configuration.yaml of the house."""
    base = CONFIGURATION.replace("template:\n", "")
    return base + ENTITIES.format(box=box.folder) + TEMPLATES


def _fill(fields: list[dict[str, Any]], wishes: dict[str, Any]) -> dict[str, Any]:
    """Fill in a form as a person does who leaves alone what is suggested."""
    answer: dict[str, Any] = {}
    for field in fields:
        name = field["name"]
        suggested = (field.get("description") or {}).get("suggested_value")
        if field.get("type") == "expandable":
            answer[name] = _fill(field["schema"], wishes)
        elif name in wishes:
            answer[name] = wishes[name]
        elif suggested is not None:
            answer[name] = suggested
        elif "default" in field:
            answer[name] = field["default"]
    return answer


class Forms:
    """Goes through the flows of the user interface, by the endpoints that it uses itself."""

    def __init__(self, client: HassClient) -> None:
        self._client = client
        self.entry_id = ""

    def add_home(self, **wishes: Any) -> None:
        """Add the integration as one's own home."""
        step = self._walk("/api/config/config_entries/flow", {"handler": DOMAIN}, "home", wishes)
        self.entry_id = step["result"]["entry_id"]

    def add(self, kind: str, **wishes: Any) -> list[str]:
        """Add a meter, loadpoint, vehicle or circuit; return the tables of values that were shown."""
        handler = {"handler": [self.entry_id, kind]}
        shown: list[str] = []
        self._walk("/api/config/config_entries/subentries/flow", handler, "save", wishes, shown)
        return shown

    def _walk(
        self,
        url: str,
        start: dict[str, Any],
        choice: str,
        wishes: dict[str, Any],
        shown: list[str] | None = None,
    ) -> dict[str, Any]:
        step: dict[str, Any] = self._client.request("POST", url, start)
        while step["type"] in ("menu", "form"):
            assert not step.get("errors"), step
            if shown is not None and "table" in (step.get("description_placeholders") or {}):
                shown.append(step["description_placeholders"]["table"])
            answer = (
                {"next_step_id": choice}
                if step["type"] == "menu"
                else _fill(step["data_schema"] or [], wishes)
            )
            step = self._client.request("POST", f"{url}/{step['flow_id']}", answer)
        assert step["type"] == "create_entry", step
        return step
