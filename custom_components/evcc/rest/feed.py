"""What listeners are told: the whole state once, then what has changed, the same bytes for all of them.

A message is one object. Values of loadpoints have keys like `loadpoints.0.mode`, all others those of the
state; an object or list comes whole. A key that is gone comes with null.
"""

from asyncio import TimerHandle
from collections.abc import Callable, Mapping
from functools import partial
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .. import journal
from ..const import DOMAIN
from ..coordinator import EvccRuntime
from ..journal import Entry, Level
from . import answers, published

_LOGGER = logging.getLogger(__name__)

LONGEST_SILENCE: Final = 25.0
"""s after which something is said though nothing has changed: clients give a silent server up after 50 s."""
SIGN_OF_LIFE: Final = "interval"  # a value that does not change, so nobody mistakes it for news
_PLACES: Final = 3  # decimals of numbers in lists, as the original sends them here only

type Listener = Callable[[bytes], None]


def flatten(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state with all keys on one level. What is inside the values is shared, not copied."""
    flat = {key: _rounded(value) for key, value in document.items() if key != "loadpoints"}
    for i, loadpoint in enumerate(document.get("loadpoints", ())):
        for key, value in loadpoint.items():
            flat[f"loadpoints.{i}.{key}"] = _rounded(value)
    return flat


def _rounded(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], float):
        return [round(x, _PLACES) if isinstance(x, float) else x for x in value]
    return value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is new or another, and null for what is gone."""
    missing = object()
    changed: dict[str, Any] = {}
    for key, value in after.items():
        old = before.get(key, missing)
        if old is not value and old != value:  # identity first: forecasts are long and seldom new
            changed[key] = value
    for key in before.keys() - after.keys():
        changed[key] = None
    return changed


def encode(message: Mapping[str, Any]) -> bytes:
    """Return a message as JSON on one line."""
    return answers.encode(message).rstrip()


class Feed:
    """Tells one shape of the state. Nothing is computed while nobody listens or nothing runs."""

    def __init__(self, hass: HomeAssistant, *, modern: bool) -> None:
        """Choose the shape; there is nothing to tell yet."""
        self._hass = hass
        self._modern = modern
        self._runtime: EvccRuntime | None = None
        self._listeners: dict[object, Listener] = {}
        self._document: Mapping[str, Any] = {}
        self._state: dict[str, Any] = {}  # the document as it was told, flat
        self._complete: bytes | None = None  # the same as a message, once somebody needed it
        self._ends: list[CALLBACK_TYPE] = []
        self._timer: TimerHandle | None = None
        self._faulty = False

    @property
    def listeners(self) -> int:
        """Return how many listen."""
        return len(self._listeners)

    @callback
    def follow(self, runtime: EvccRuntime | None) -> None:
        """Go on with this site, which is told whole to whoever has listened to the one before; None: pause."""
        self._end()
        self._runtime = runtime
        if self._listeners and runtime is not None:
            self._begin(runtime)
            self._tell(self._whole())

    @callback
    def listen(self, listener: Listener) -> CALLBACK_TYPE:
        """Tell a listener the whole state at once and all changes from then on; return what ends it."""
        if not self._ends and self._runtime is not None:
            self._begin(self._runtime)
        key = object()
        self._listeners[key] = listener
        if self._runtime is not None:
            listener(self._whole())

        @callback
        def leave() -> None:
            self._listeners.pop(key, None)
            if not self._listeners:
                self._end()

        return leave

    def _begin(self, runtime: EvccRuntime) -> None:
        self._look(runtime)
        self._ends = [
            runtime.coordinator.async_add_listener(partial(self._look_and_tell, runtime)),
            journal.of(self._hass).subscribe(self._log),
        ]
        self._wait()

    def _end(self) -> None:
        for end in self._ends:
            end()
        self._ends = []
        self._document, self._state, self._complete = {}, {}, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _whole(self) -> bytes:
        if self._complete is None:
            self._complete = encode(self._state)
        return self._complete

    def _look(self, runtime: EvccRuntime) -> dict[str, Any]:
        """Take the present state over; return what has changed since the last look.

        Never fails: set-up and the entities depend on whoever calls.
        """
        try:
            document = published.of(runtime).document(self._modern)
            if document is self._document:
                return {}
            before, self._state = self._state, flatten(document)
        except Exception:
            if not self._faulty:
                _LOGGER.exception("The state cannot be told; please report this")
            self._faulty = True
            return {}
        self._document = document
        changed = changes(before, self._state)
        if changed:
            self._complete = None
        return changed

    @callback
    def _look_and_tell(self, runtime: EvccRuntime) -> None:
        if message := self._look(runtime):
            self._tell(encode(message))

    def _tell(self, message: bytes) -> None:
        for listener in list(self._listeners.values()):  # one may leave meanwhile
            listener(message)
        self._wait()

    def _wait(self) -> None:
        """Wait for the next message, but not too long."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._hass.loop.call_later(LONGEST_SILENCE, self._live) if self._ends else None

    @callback
    def _live(self) -> None:
        self._tell(encode({SIGN_OF_LIFE: self._state.get(SIGN_OF_LIFE)}))

    @callback
    def _log(self, entry: Entry) -> None:
        self._tell(encode({"log": logged(entry)}))


def logged(entry: Entry) -> dict[str, Any]:
    """Return an entry of the journal as clients show it: two levels, and the loadpoint from 1 if there is one."""
    told: dict[str, Any] = {
        "message": entry.text,
        "level": "error" if entry.level >= Level.ERROR else "warn",
    }
    if entry.loadpoint is not None:
        told["lp"] = entry.loadpoint
    return told


FEEDS: Final[HassKey[dict[bool, Feed]]] = HassKey(f"{DOMAIN}_feeds")  # True: the modern shape


@callback
def async_setup_feeds(hass: HomeAssistant) -> None:
    """Prepare both shapes, once per process: listeners of Home Assistant's websocket outlive a reload."""
    hass.data[FEEDS] = {modern: Feed(hass, modern=modern) for modern in (False, True)}


@callback
def async_follow(hass: HomeAssistant, runtime: EvccRuntime | None) -> None:
    """Tell of this site from now on; None while there is none."""
    for feed in hass.data[FEEDS].values():
        feed.follow(runtime)
