"""Run Home Assistant with this integration and its demo home, for development and for trying it out.

Prints `READY <address>` once the first control cycle is done, and runs until Ctrl-C or SIGTERM.
"""

import argparse
from pathlib import Path
import shutil
import signal
import sys
from typing import Any, NoReturn

from scripts.hass_process import DEMO, RESTART, ROOT, HassError, HassProcess, is_free


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="scripts/develop", description=__doc__)
    parser.add_argument("--port", type=int, default=8123, help="of the web server (default: %(default)s)")
    parser.add_argument(
        "--config", type=Path, default=ROOT / ".dev", help="folder of the instance (default: .dev)"
    )
    parser.add_argument("--empty", action="store_true", help="without the demo home")
    parser.add_argument("--fresh", action="store_true", help="throw the folder of the instance away first")
    parser.add_argument("--speed", type=int, help="how many times faster than the clock the demo home lives")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def require_free(port: int) -> None:
    """Refuse a port that is taken."""
    if not is_free(port):
        raise HassError(f"port {port} is taken: end what listens there, or choose another with --port")


def discard(config: Path) -> None:
    """Remove the folder of an instance, and only such a folder."""
    if not config.exists():
        return
    if not (config / ".storage").is_dir():
        raise HassError(f"{config} is not the folder of a Home Assistant instance: remove it yourself")
    shutil.rmtree(config)


def has_cycled(hass: HassProcess) -> bool:
    """Return whether the first control cycle has been published: until then our sensors know nothing."""
    states = hass.client.states()
    return any(
        entity_id.startswith("sensor.") and state not in ("unknown", "unavailable")
        for entity_id, state in states.items()
    )


def prepare(hass: HassProcess, options: argparse.Namespace) -> None:
    """Add the demo home where it is wanted and missing; wait for its first cycle."""
    has_entry = bool(hass.client.entries())
    if not has_entry and not options.empty:
        wishes: dict[str, Any] = {} if options.speed is None else {"speed": options.speed}
        try:
            hass.client.add_demo(wishes)
        except HassError as error:
            raise HassError(f"{error}\n{hass.errors()}") from error
        has_entry = True
    elif options.speed is not None:
        say("--speed is chosen when the demo home is created: use --fresh with it")
    if has_entry:
        hass.wait_until("the first control cycle", lambda: has_cycled(hass), 60)


def run(hass: HassProcess, options: argparse.Namespace) -> int:
    """Run Home Assistant, again after each restart that a user asks for; return an exit code."""
    code = RESTART
    while code == RESTART:
        with hass:
            prepare(hass, options)
            say(f"Log in as {DEMO}, password {DEMO}. Log: {hass.console}  Token: {hass.config / 'token'}")
            say(f"READY {hass.client.url}")
            code = hass.wait()
    say(f"Home Assistant ended with code {code}; the end of {hass.console}:\n{hass.tail()}")
    return 1


def interrupt(*_: object) -> NoReturn:
    """Unwind, whichever way we were told to end; once is enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Run until told to end."""
    options = parse()
    config = options.config.resolve()
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        require_free(options.port)
        if options.fresh:
            discard(config)
        return run(HassProcess(config, options.port), options)
    except HassError as error:
        print(f"develop: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("Home Assistant has ended.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
