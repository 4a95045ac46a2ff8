"""A headless Chromium whose pages are logged in to a Home Assistant."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import re
import shutil
import time
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from scripts.hass_process import HassClient

FLAGS = [
    "--no-sandbox",  # which a container's root cannot have
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Nothing but this machine resolves: a page that needs the internet shows at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

# Messages of the frontend itself, which wants the internet or measures itself.
OF_THE_FRONTEND = re.compile(r"net::ERR_NAME_NOT_RESOLVED|ResizeObserver loop")


def find_chromium() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Collect errors of the console, uncaught ones, and requests that leave this machine."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self._request(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not OF_THE_FRONTEND.search(message.text):
            self.errors.append(f"{message.text} ({message.location})")

    def _request(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.outside.append(url)

    def open(self, path: str, wait_for: str) -> None:
        """Open a path of the frontend and wait until a selector, which pierces shadow roots, is visible."""
        self.page.goto(self.url + path, wait_until="domcontentloaded")
        self.page.locator(wait_for).first.wait_for(state="visible")

    def picture(self, path: Path) -> None:
        """Take a picture once fonts and layout have settled."""
        self.page.evaluate(
            "() => document.fonts.ready.then(() => new Promise(done =>"
            " requestAnimationFrame(() => requestAnimationFrame(done))))"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)


def _stored(client: HassClient, language: str) -> str:
    """Return a script that logs in: what the frontend keeps of a user who stays logged in."""
    tokens = {
        "access_token": client.token,
        "token_type": "Bearer",
        "expires_in": 31_536_000,
        "hassUrl": client.url,
        "clientId": f"{client.url}/",
        "expires": int(time.time() * 1000) + 31_536_000_000,
        "refresh_token": "",
    }
    items = {"hassTokens": tokens, "dockedSidebar": "auto", "selectedLanguage": language}
    return "".join(
        f"localStorage.setItem({json.dumps(name)}, {json.dumps(json.dumps(value))});"
        for name, value in items.items()
    )


def _context(browser: Browser, size: dict[str, Any], dark: bool, language: str) -> BrowserContext:
    return browser.new_context(
        **size,
        color_scheme="dark" if dark else "light",  # the default theme follows it
        locale={"en": "en-GB", "de": "de-DE"}.get(language, language),
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        service_workers="block",  # one would answer from its cache
    )


@contextmanager
def visit(
    browser: Browser,
    client: HassClient,
    size: dict[str, Any] = DESKTOP,
    *,
    dark: bool = False,
    language: str = "en",
) -> Generator[Visit]:
    """Provide a page in a fresh context, logged in."""
    context = _context(browser, size, dark, language)
    context.set_default_timeout(15_000)
    context.add_init_script(_stored(client, language))
    try:
        shown = Visit(context.new_page(), client.url)
        shown.watch()
        yield shown
    finally:
        context.close()
