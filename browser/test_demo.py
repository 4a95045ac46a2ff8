"""The demo home as its user sees it: the page of a loadpoint's device."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect
import pytest

from browser.chromium import DESKTOP, PHONE, visit
from scripts.hass_process import DOMAIN, ROOT, HassProcess

TEXTS = json.loads((ROOT / "custom_components/evcc/translations/en.json").read_text(encoding="utf-8"))
MODES = TEXTS["entity"]["select"]["mode"]


def mode_of_first_loadpoint(hass: HassProcess) -> dict[str, Any]:
    """Return the registry entry of the select that sets the charge mode."""
    entities: list[dict[str, Any]] = hass.client.command("config/entity_registry/list")
    return next(
        entity
        for entity in entities
        if entity["platform"] == DOMAIN
        and entity["translation_key"] == "mode"
        and entity["entity_id"].startswith("select.")
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_mode_can_be_changed_on_the_page_of_the_device(
    chromium: Browser, hass: HassProcess, size: dict[str, Any], dark: bool, picture: Path
) -> None:
    select = mode_of_first_loadpoint(hass)
    mode = select["entity_id"]
    wanted = "off" if hass.client.states()[mode] == "now" else "now"
    with visit(chromium, hass.client, size, dark=dark) as shown:
        shown.open(f"/config/devices/device/{select['device_id']}", "hui-select-entity-row")
        shown.picture(picture)
        field = shown.page.locator("hui-select-entity-row").get_by_text(MODES["name"], exact=True)
        expect(field).to_be_visible()
        field.click()
        shown.page.get_by_role("menuitem", name=MODES["state"][wanted], exact=True).click()

        hass.wait_until(f"mode {wanted}", lambda: hass.client.states()[mode] == wanted, 10)
        overflow = shown.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, "the page scrolls sideways"
        assert shown.errors == []
        assert shown.outside == []
