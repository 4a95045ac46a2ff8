"""The journal: what happened lately and why, kept in memory for whoever asks.

It holds what the integration logs, as far as Home Assistant's log level lets that through, and each change
that the site decided or met, whatever the level. It lives as long as the process: a reload is often what
one looks for an explanation of.
"""

from collections import deque
from collections.abc import Callable, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
import logging
import re
from threading import RLock
from typing import Final, override

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

LINES: Final = 10_000
"""Lines that are kept; the lines of a traceback count one by one."""

LONGEST: Final = 4_000
"""Characters that are kept of one entry: what is longer loses its middle."""

_READ: Final = 16_000
"""Characters that are looked through for secrets: enough that none is cut in what is kept of them."""


class Level(IntEnum):
    """How serious it is."""

    TRACE = 5
    DEBUG = logging.DEBUG
    INFO = logging.INFO
    WARN = logging.WARNING
    ERROR = logging.ERROR
    FATAL = logging.CRITICAL


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, which may have several lines. `at` has the offset of the home."""

    at: datetime
    area: str
    level: Level
    text: str

    @property
    def loadpoint(self) -> int | None:
        """Return the loadpoint that it is about, from 1."""
        number = self.area.removeprefix("lp-")
        return int(number) if number != self.area and number.isdecimal() else None

    @override
    def __str__(self) -> str:
        """Return how it is shown; it ends with a line break."""
        return f"[{self.area:<6}] {self.level.name} {self.at:%Y/%m/%d %H:%M:%S} {self.text}\n"


type Reader = Callable[[Entry], None]


class Journal:
    """The newest entries. May be written from any thread."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with nothing."""
        self._hass = hass
        # reentrant: what is written may be the last word of an object that goes while this is held
        self._lock = RLock()
        self._entries: deque[Entry] = deque()
        self._lines = 0
        self._readers: list[tuple[Level, Reader]] = []

    def write(self, area: str, level: Level, text: str) -> None:
        """Add an entry of now, without its secrets."""
        entry = Entry(
            dt_util.now(), area, level, _shortened(masked(_shortened(text.rstrip(), _READ)), LONGEST)
        )
        with self._lock:
            self._entries.append(entry)
            self._lines += _lines(entry)
            while self._lines > LINES:
                self._lines -= _lines(self._entries.popleft())
        if any(level >= least for least, _ in self._readers) and not self._hass.loop.is_closed():
            self._hass.loop.call_soon_threadsafe(self._tell, entry)

    def select(
        self, areas: AbstractSet[str] = frozenset(), least: Level = Level.TRACE, count: int = 0
    ) -> list[str]:
        """Return entries, oldest first: of these areas (none: of all), as serious, the last `count` (0: all)."""
        found = [e for e in self._snapshot() if e.level >= least and (not areas or e.area in areas)]
        return [str(e) for e in (found[-count:] if count > 0 else found)]

    def areas(self) -> list[str]:
        """Return the areas that have entries, sorted."""
        return sorted({e.area for e in self._snapshot()})

    @callback
    def subscribe(self, reader: Reader, least: Level = Level.WARN) -> CALLBACK_TYPE:
        """Have the reader called in the event loop with each new entry that is as serious; return how to end."""
        subscription = (least, reader)
        self._readers = [*self._readers, subscription]  # other threads look through it

        def unsubscribe() -> None:
            self._readers = [r for r in self._readers if r is not subscription]

        return unsubscribe

    def _snapshot(self) -> list[Entry]:
        with self._lock:
            return list(self._entries)

    @callback
    def _tell(self, entry: Entry) -> None:
        for least, reader in self._readers:
            if entry.level >= least:
                reader(entry)


def _lines(entry: Entry) -> int:
    return entry.text.count("\n") + 1


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]} … {text[-half:]}"  # of a traceback the end tells most


# Secrets

_NAMES: Final = (
    r"password|passwd|passphrase|pwd|token|secret|api[_-]?key|authsig|credentials?"  # or their ends
)
_MASKS: Final = (
    (re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), "***"),  # a JSON web token
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 ***"),
    (re.compile(r"(?i)(\bauthorization\b[\"']?\s*[:=]\s*[\"']?)(?!(?:bearer|basic) )[^\s\"',;}]+"), r"\1***"),
    (re.compile(r"(://[^/\s:@]{0,200}):[^/\s]{1,200}@"), r"\1:***@"),
    (re.compile(r"(\bauth=)[^;\s&\"']+"), r"\1***"),
    (
        re.compile(
            rf"(?i)((?:{_NAMES})[\"']?\s*[:=]\s*)"
            r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[\"']?[^\s&,;}\"']+)"
        ),
        r"\1***",
    ),
)


def masked(text: str) -> str:
    """Return a text without the tokens and passwords in it."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


# What is logged

_ROOT: Final = f"{__package__}"
_AREAS: Final = {
    "build": "site",
    "clock": "site",
    "coordinator": "site",
    "core": "site",
    "runner": "site",
    "equipment": "device",
    "devices": "device",
    "backup": "db",
    "store": "db",
    "rest": "httpd",
    "tariffs": "tariff",
}
_ELSEWHERE: Final = "main"


class _Handler(logging.Handler):
    """Writes into the journal what the integration logs. Nothing may go wrong here, nor be logged."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
            part = record.name.removeprefix(_ROOT).lstrip(".").partition(".")[0]
            self._journal.write(_AREAS.get(part, _ELSEWHERE), _level(record.levelno), text)
        except Exception:  # noqa: BLE001, S110 - the message has its place in the log; there is none for this
            pass


def _level(number: int) -> Level:
    return next((level for level in reversed(Level) if number >= level), Level.TRACE)


_JOURNAL: Final[HassKey[Journal]] = HassKey(f"{DOMAIN}_journal")


@callback
def async_setup_journal(hass: HomeAssistant) -> None:
    """Begin the journal, once per process, and end it with Home Assistant."""
    journal = hass.data[_JOURNAL] = Journal(hass)
    handler = _Handler(journal)
    logger = logging.getLogger(_ROOT)
    logger.addHandler(handler)

    @callback
    def end(_event: Event) -> None:
        logger.removeHandler(handler)

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, end)


def of(hass: HomeAssistant) -> Journal:
    """Return the journal."""
    return hass.data[_JOURNAL]
