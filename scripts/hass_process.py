"""A Home Assistant process on this machine, and a client of its REST and websocket interfaces.

Used by scripts/develop, by the browser tests and by whatever else needs the real thing. Needs the packages
of .venv and nothing from the network.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
import http.client
import json
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import time
from typing import IO, Any, Self
from urllib.parse import urlencode

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
DOMAIN = "evcc"

# Name and password of the only user.
DEMO = "demo"

# What Home Assistant ends with when it was asked to restart.
RESTART = 100

# How long a process may take to end before it is killed. Home Assistant waits for its integrations.
STOP_SECONDS = 30

CONFIGURATION = """\
homeassistant:
  name: Demo
  latitude: 52.52
  longitude: 13.405
  elevation: 34
  unit_system: metric
  currency: EUR
  country: DE
  time_zone: Europe/Berlin

energy:
history:
logbook:
recorder:
  commit_interval: 1
sun:

input_boolean:
input_number:
input_select:
template:

logger:
  default: warning
  logs:
    custom_components.evcc: info
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""

# Settings of the web server. In configuration.yaml they would only be taken on trial, and reverted with a
# restart after five minutes; the stored form is final.
HTTP_SETTINGS = {
    "server_host": [HOST],
    "cors_allowed_origins": [],
    "login_attempts_threshold": -1,
    "ip_ban_enabled": False,
    "ssl_profile": "modern",
    "use_x_frame_options": True,
    "created_at": "2026-01-01T00:00:00+00:00",
    "error": None,
    "error_message": None,
}

# All steps of the onboarding but the user. "core_config" would set up integrations that need packages and
# the internet.
ONBOARDING = {"done": ["core_config", "analytics", "integration"]}


class HassError(Exception):
    """Home Assistant ended, did not answer in time, or refused."""


def is_free(port: int) -> bool:
    """Return whether a server can listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _store(folder: Path, key: str, version: tuple[int, int], data: Mapping[str, Any]) -> None:
    """Write one file of Home Assistant's storage."""
    major, minor = version
    content = {"version": major, "minor_version": minor, "key": key, "data": data}
    (folder / key).write_text(json.dumps(content, indent=2), encoding="utf-8")


class HassClient:
    """Talks to a running Home Assistant as its user."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.token: str | None = None
        self._client_id = f"{self.url}/"

    def request(self, method: str, path: str, body: Any = None, *, form: bool = False) -> Any:
        """Call the REST interface; return what its JSON says, None for an empty answer."""
        status, text = self._send(method, path, body, form=form)
        if status >= HTTPStatus.BAD_REQUEST:
            raise HassError(f"{method} {path} answered {status}: {text[:500]}")
        return json.loads(text) if text else None

    def _send(self, method: str, path: str, body: Any, *, form: bool = False) -> tuple[int, str]:
        headers = {}
        data = None
        if form:
            data = urlencode(body)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def is_up(self) -> bool:
        """Return whether the web server answers."""
        try:
            return self._send("GET", "/manifest.json", None)[0] == HTTPStatus.OK
        except OSError, http.client.HTTPException:
            return False

    def is_running(self) -> bool:
        """Return whether all integrations are set up; the web server answers before that."""
        state: str = self.request("GET", "/api/config")["state"]
        return state == "RUNNING"

    def enter(self, token_file: Path) -> None:
        """Become the demo user, who is created in a new instance; keep a long-lived token in the file."""
        if token_file.exists():
            self.token = token_file.read_text(encoding="utf-8").strip()
            if self._send("GET", "/api/config", None)[0] == HTTPStatus.OK:
                return
            self.token = None
        code = self._log_in() if self._has_user() else self._create_user()
        grant = {"grant_type": "authorization_code", "code": code, "client_id": self._client_id}
        self.token = self.request("POST", "/auth/token", grant, form=True)["access_token"]
        # A name may be used once: an instance whose token file was lost has one of this name.
        name = f"develop {time.time():.0f}"
        self.token = self.command("auth/long_lived_access_token", client_name=name, lifespan=3650)
        token_file.touch(mode=0o600)
        token_file.write_text(f"{self.token}\n", encoding="utf-8")

    def _has_user(self) -> bool:
        # The path vanishes once the onboarding is over.
        status, text = self._send("GET", "/api/onboarding", None)
        if status == HTTPStatus.NOT_FOUND:
            return True
        return any(step["step"] == "user" and step["done"] for step in json.loads(text))

    def _create_user(self) -> str:
        user = {"name": DEMO.title(), "username": DEMO, "password": DEMO, "language": "en"}
        code: str = self.request("POST", "/api/onboarding/users", {**user, "client_id": self._client_id})[
            "auth_code"
        ]
        return code

    def _log_in(self) -> str:
        start = {"handler": ["homeassistant", None], "redirect_uri": f"{self.url}/?auth_callback=1"}
        flow = self.request("POST", "/auth/login_flow", {**start, "client_id": self._client_id})
        user = {"username": DEMO, "password": DEMO, "client_id": self._client_id}
        result = self.request("POST", f"/auth/login_flow/{flow['flow_id']}", user)
        if result["type"] != "create_entry":
            raise HassError(f"the instance has users, but none called {DEMO} with the password {DEMO}")
        code: str = result["result"]
        return code

    def command(self, kind: str, **fields: Any) -> Any:
        """Send one websocket command and return its result."""
        # In a thread: the browser tests hold a running event loop in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, self._command({"id": 1, "type": kind, **fields})).result()

    async def _command(self, message: dict[str, Any]) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as connection,
        ):
            await connection.receive_json()  # auth_required
            await connection.send_json({"type": "auth", "access_token": self.token})
            answer = await connection.receive_json()
            if answer["type"] != "auth_ok":
                raise HassError(f"the websocket turned us down: {answer}")
            await connection.send_json(message)
            while (answer := await connection.receive_json())["type"] != "result":
                pass
        if not answer["success"]:
            raise HassError(f"{message['type']}: {answer['error']}")
        return answer["result"]

    def call(self, domain: str, service: str, **data: Any) -> Any:
        """Call an action; return the states that it changed."""
        return self.request("POST", f"/api/services/{domain}/{service}", data)

    def entries(self) -> list[dict[str, Any]]:
        """Return the config entries of this integration."""
        found: list[dict[str, Any]] = self.request("GET", f"/api/config/config_entries/entry?domain={DOMAIN}")
        return found

    def states(self) -> dict[str, str]:
        """Return the states of this integration's entities, by entity id."""
        registry = self.command("config/entity_registry/list")
        ours = {entity["entity_id"] for entity in registry if entity["platform"] == DOMAIN}
        states = self.request("GET", "/api/states")
        return {state["entity_id"]: state["state"] for state in states if state["entity_id"] in ours}

    def add_demo(self, wishes: Mapping[str, Any]) -> dict[str, Any]:
        """Add the demo home by the config flow and return its entry.

        The wishes go into the fields of their names, wherever a form has them; all else is left at its default.
        """
        flows = "/api/config/config_entries/flow"
        step = self.request("POST", flows, {"handler": DOMAIN, "show_advanced_options": False})
        while step["type"] in ("menu", "form"):
            if step.get("errors"):
                raise HassError(f"step {step['step_id']} of the config flow answered {step['errors']}")
            if step["type"] == "menu":
                answer = {"next_step_id": "demo"}
            else:
                answer = _defaults(step["data_schema"] or [], wishes)
            step = self.request("POST", f"{flows}/{step['flow_id']}", answer)
        if step["type"] != "create_entry":
            raise HassError(f"the config flow ended with {step['type']}: {step.get('reason')}")
        entry: dict[str, Any] = step["result"]
        return entry


def _defaults(fields: list[dict[str, Any]], wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in a form: what is wished, then what it suggests; a section is a form of its own."""
    answer: dict[str, Any] = {}
    for field in fields:
        name = field["name"]
        if field.get("type") == "expandable":
            answer[name] = _defaults(field["schema"], wishes)
        elif name in wishes:
            answer[name] = wishes[name]
        elif "default" in field:
            answer[name] = field["default"]
    return answer


class HassProcess:
    """A Home Assistant with its configuration folder; as a context manager, started and stopped."""

    def __init__(self, config: Path, port: int | None = None) -> None:
        self.config = config
        self.client = HassClient(port or free_port())
        self.console = config / "console.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start, log in and wait until all is set up."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, log in and wait until all is set up."""
        self.seed()
        if self.console.exists():  # of the run before, or of one that still goes on
            self.console.replace(self.console.with_suffix(".log.1"))
        self._log = self.console.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "homeassistant", "--config", str(self.config), "--skip-pip"],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for this program, which then ends Home Assistant in order.
            start_new_session=True,
        )
        self.wait_until("its web server", self.client.is_up, 120)
        self.client.enter(self.config / "token")
        self.wait_until("the end of its start", self.client.is_running, 120)
        if self.client.request("GET", "/api/config")["recovery_mode"]:
            raise HassError(f"Home Assistant cannot use its configuration:\n{self.errors()}")

    def seed(self) -> None:
        """Write the configuration folder; what its user has changed stays."""
        storage = self.config / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        configuration = self.config / "configuration.yaml"
        if not configuration.exists():
            configuration.write_text(CONFIGURATION, encoding="utf-8")
        stable = {**HTTP_SETTINGS, "server_port": self.client.port}
        _store(storage, "http", (2, 2), {"stable": stable, "pending": None, "yaml_migration_done": True})
        if not (storage / "onboarding").exists():
            _store(storage, "onboarding", (4, 1), ONBOARDING)
        link = self.config / "custom_components"
        if link.is_symlink():
            link.unlink()  # it may lead to where this project was before
        link.symlink_to(ROOT / "custom_components", target_is_directory=True)

    def wait_until(self, what: str, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until the condition holds; an error if Home Assistant ends meanwhile, or takes too long."""
        deadline = time.monotonic() + seconds
        while not condition():
            if (code := self.poll()) is not None:
                raise HassError(
                    f"Home Assistant ended with code {code}; the end of {self.console}:\n{self.tail()}"
                )
            if time.monotonic() > deadline:
                raise HassError(
                    f"waited {seconds:.0f} s for {what}; the end of {self.console}:\n{self.tail()}"
                )
            time.sleep(0.1)

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.poll() if self._process else None

    def wait(self) -> int:
        """Wait until Home Assistant ends by itself and return its exit code."""
        if self._process is None:
            raise HassError("Home Assistant was not started")
        return self._process.wait()

    def stop(self) -> None:
        """End Home Assistant in order; kill it when it does not end."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._log:
            self._log.close()

    def kill(self) -> None:
        """End Home Assistant as a power cut does: without a chance to do anything."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._log:
            self._log.close()

    def tail(self, lines: int = 30) -> str:
        """Return the last lines of what Home Assistant wrote."""
        return "\n".join(self.console.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def errors(self, lines: int = 10) -> str:
        """Return the last errors that Home Assistant logged, without their tracebacks."""
        log = self.console.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([line for line in log if " ERROR " in line][-lines:])
