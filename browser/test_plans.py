"""A plan for the night in the demo home: set with the mouse, shown by the calendar, told by the REST API."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, expect

from browser.chromium import PHONE, visit
from scripts.hass_process import DOMAIN, ROOT, HassProcess

TEXTS = json.loads((ROOT / "custom_components/evcc/translations/en.json").read_text(encoding="utf-8"))
TARGET = TEXTS["entity"]["number"]["plan_soc"]["name"]
NEAR = timedelta(minutes=3)


def entity(hass: HassProcess, domain: str, key: str, device: str | None = None) -> dict[str, Any]:
    """Return the first entity of that kind, or that of a device."""
    entities: list[dict[str, Any]] = hass.client.command("config/entity_registry/list")
    return next(
        e
        for e in entities
        if e["platform"] == DOMAIN and e["translation_key"] == key
        if e["entity_id"].startswith(f"{domain}.") and device in (None, e["device_id"])
    )


def slide(row: Locator, share: float) -> None:
    """Click on a slider's track, at this share of its length."""
    box = row.locator("ha-slider").bounding_box()
    assert box is not None
    row.page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def charging(hass: HassProcess, calendar: str) -> list[dict[str, Any]]:
    """Return the planned charging of the next two days, as the calendar panel gets it."""
    now = datetime.now(UTC)
    begin, end = (f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in (now - timedelta(hours=1), now + timedelta(days=2)))
    events: list[dict[str, Any]] = hass.client.request(
        "GET", f"/api/calendars/{calendar}?start={begin}&end={end}"
    )
    return [e for e in events if "-due-" not in e["uid"]]


def runs(slots: list[dict[str, Any]]) -> list[tuple[datetime, datetime]]:
    """Return slots that follow each other as one."""
    found: list[tuple[datetime, datetime]] = []
    for slot in slots:
        begin, end = (datetime.fromisoformat(slot[key]) for key in ("start", "end"))
        if found and found[-1][1] == begin:
            begin = found.pop()[0]
        found.append((begin, end))
    return found


def near(one: datetime, other: datetime) -> bool:
    """Return whether times are the same: what runs already is shown from the quarter of an hour on."""
    now = datetime.now(UTC)
    return abs(one - other) <= NEAR or (max(one, other) <= now + NEAR and abs(one - other).seconds <= 900)


def assert_previewed(hass: HassProcess, soc: int, ready: datetime, planned: list[dict[str, Any]]) -> None:
    """See that the REST API previews the hours that the calendar shows."""
    path = f"/api/loadpoints/1/plan/static/preview/soc/{soc}/{ready:%Y-%m-%dT%H:%M:%SZ}"
    told = hass.client.request("GET", path)
    hours = runs(told.get("result", told)["plan"])
    events = [
        (datetime.fromisoformat(e["start"]["dateTime"]), datetime.fromisoformat(e["end"]["dateTime"]))
        for e in planned
    ]
    assert len(events) == len(hours)
    assert all(near(a, b) for pair in zip(events, hours, strict=True) for a, b in zip(*pair, strict=True))


def test_a_plan_for_the_night(chromium: Browser, hass: HassProcess, picture: Path) -> None:
    target, calendar = entity(hass, "number", "plan_soc"), entity(hass, "calendar", "planned_charging")
    number = target["entity_id"]
    mode = entity(hass, "select", "mode")["entity_id"]
    hass.client.call(
        "select", "select_option", entity_id=mode, option="off"
    )  # else the sun charges meanwhile
    hass.client.call("number", "set_value", entity_id=number, value=0)
    with visit(chromium, hass.client) as shown:
        shown.open(f"/config/devices/device/{target['device_id']}", "hui-number-entity-row")
        row = shown.page.locator("hui-number-entity-row").filter(has_text=TARGET)
        slide(row, 0.9)
        hass.wait_until("the plan", lambda: float(hass.client.states()[number]) > 0, 10)
        soc = round(float(hass.client.states()[number]))
        assert 85 <= soc <= 95
        expect(row).to_contain_text(f"{soc}%")

        times = entity(hass, "datetime", "plan_time", target["device_id"])["entity_id"]
        ready = datetime.fromisoformat(hass.client.states()[times])
        assert timedelta(0) < ready - datetime.now(UTC) <= timedelta(days=1)
        planned = charging(hass, calendar["entity_id"])
        assert planned
        assert all(f"Goal: {soc} %" in e["description"] for e in planned)

        assert_previewed(hass, soc, ready, planned)
        assert shown.errors == []
    with visit(chromium, hass.client, PHONE, dark=True) as shown:  # which begins with a list
        shown.open("/calendar", "ha-full-calendar")
        expect(
            shown.page.locator("ha-full-calendar").get_by_text(planned[0]["summary"]).first
        ).to_be_visible()
        shown.picture(picture)
        assert (shown.errors, shown.outside) == ([], [])
    hass.client.call("number", "set_value", entity_id=number, value=0)
    hass.wait_until("the end of the plan", lambda: float(hass.client.states()[number]) == 0, 10)
