"""Filters the state with jq, in a process of its own: a program of a client may never end, or take all memory.

The process is started with the first filter, serves one at a time, and ends when nobody asks for a minute,
when the site is unloaded, or with Home Assistant. One that misbehaves is killed; the next filter gets another.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
import contextlib
from importlib.util import find_spec
import logging
from pathlib import Path
import sys
from typing import Final, Self

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from . import jq_worker
from .jq_worker import ANSWER, IDLE_SECONDS, MAX_RESULT, REQUEST, RESULT
from .refusals import Refused

_LOGGER = logging.getLogger(__name__)

MAX_PROGRAM: Final = 4096  # bytes
MAX_WAITING: Final = 32
RUN_SECONDS: Final = 2.0
_START_SECONDS: Final = 10.0  # a slow machine that is busy with its own start
_WAIT_SECONDS: Final = 10.0  # longer than clients wait
_FRESH_SECONDS: Final = IDLE_SECONDS - 10  # one that has waited for longer may be about to end


class _Worker:
    """The process, and what it knows already."""

    def __init__(self, process: Process) -> None:
        """Take over a process that was just started."""
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101 - both are pipes
        self.process = process
        self._input = process.stdin
        self._output = process.stdout
        self._document = b""
        self._used_at = asyncio.get_running_loop().time()
        self._is_alive = True

    @classmethod
    async def start(cls, library: str) -> Self:
        """Return a process that is ready; OSError or TimeoutError if there cannot be one."""
        process = await asyncio.create_subprocess_exec(
            # nothing of the environment and the site: it starts faster, and knows nothing
            *(sys.executable, "-I", "-S", str(Path(jq_worker.__file__)), library),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            env={},
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker._read()  # that it is ready
        except BaseException:
            worker.kill()
            raise
        return worker

    @property
    def is_fresh(self) -> bool:
        """Return whether it is there and going to stay for a moment."""
        age = asyncio.get_running_loop().time() - self._used_at
        return self._is_alive and self.process.returncode is None and age < _FRESH_SECONDS

    async def ask(self, program: bytes, document: bytes) -> tuple[bytes, bytes]:
        """Return sign and text of the answer; the document travels only when it is another one."""
        news = b"" if document == self._document else document
        self._input.write(REQUEST.pack(len(program), len(news)) + program + news)
        answer = await self._read()
        self._document = document
        self._used_at = asyncio.get_running_loop().time()
        return answer

    async def _read(self) -> tuple[bytes, bytes]:
        sign, last, size = ANSWER.unpack(await self._output.readexactly(ANSWER.size))
        if size > MAX_RESULT:
            raise OSError(f"answer of {size} bytes")
        text = await self._output.readexactly(size)
        if last:
            self.kill()
        return sign, text

    def kill(self) -> None:
        """End it at once; it has nothing to lose."""
        self._is_alive = False
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


class _Filter:
    """The queue in front of the process."""

    def __init__(self, hass: HomeAssistant) -> None:
        """End with the site, or with Home Assistant."""
        self._hass = hass
        self._worker: _Worker | None = None
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._closed = asyncio.Event()
        self._has_warned = False
        self._forget = hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._async_stop)
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            entry.async_on_unload(self._unload)

    async def answer(self, program: bytes, document: bytes) -> bytes:
        """Return the JSON of the result, or Refused."""
        if self._waiting >= MAX_WAITING:
            raise Refused(503, "jq: too many filters at once")
        self._waiting += 1
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._lock.acquire()
        except TimeoutError:
            raise Refused(503, "jq: too many filters at once") from None
        finally:
            self._waiting -= 1
        try:
            sign, text = await self._exchange(await self._started(), program, document)
        finally:
            self._lock.release()
        if sign != RESULT:
            raise Refused(400, text.decode())
        return text

    @staticmethod
    async def _exchange(worker: _Worker, program: bytes, document: bytes) -> tuple[bytes, bytes]:
        try:
            async with asyncio.timeout(RUN_SECONDS):
                return await worker.ask(program, document)
        except TimeoutError:
            worker.kill()
            raise Refused(400, f"jq: query failed: takes longer than {RUN_SECONDS:g} s") from None
        except (OSError, EOFError) as err:
            worker.kill()
            raise Refused(400, "jq: query failed: takes too much memory, or calls itself too often") from err
        except BaseException:  # the request was given up: the answer would be taken for that of the next
            worker.kill()
            raise

    async def _started(self) -> _Worker:
        """Return the process, a new one if needed."""
        if self._worker is not None:
            if self._worker.is_fresh:
                return self._worker
            self._worker.kill()
            self._worker = None
        if self._closed.is_set():
            raise Refused(503, "jq: not available while evcc stops")
        try:
            library = await self._hass.async_add_executor_job(_find_library)
            worker = await _Worker.start(library)
        except (OSError, EOFError, TimeoutError, ImportError) as err:
            if not self._has_warned:
                self._has_warned = True
                _LOGGER.warning("The state cannot be filtered, as no process for jq can be started: %r", err)
            raise Refused(503, "jq: not available, no process can be started") from err
        self._worker = worker
        if self._closed.is_set():  # meanwhile
            worker.kill()
        return worker

    async def _async_stop(self, _event: Event) -> None:
        self._closed.set()
        if self._worker is not None:
            self._worker.kill()
            await self._worker.process.wait()

    @callback
    def _unload(self) -> None:
        """End with the site; the next one has a filter of its own."""
        self._hass.data.pop(_KEY, None)
        self._forget()
        self._closed.set()
        if self._worker is not None:
            self._worker.kill()


_KEY: Final[HassKey[_Filter]] = HassKey(f"{DOMAIN}_jq")


def _find_library() -> str:
    """Return the folder of the jq library, which is not loaded here. It looks at files."""
    spec = find_spec("jq")
    if spec is None or spec.origin is None:
        raise ImportError("package jq not found")
    return str(Path(spec.origin).parent)


async def run(hass: HomeAssistant, program: str, document: bytes) -> bytes:
    """Return the JSON of the only result of a program on a JSON document.

    The document is the state without envelope, so `.result` at the beginning is left out. Refused with
    status 400 if the program is wrong, with 503 if it cannot be run now.
    """
    text = program.strip().removeprefix(".result").encode(errors="replace")
    if not text.strip():
        raise Refused(400, 'jq: query failed: missing query (try ".")')
    if len(text) > MAX_PROGRAM:
        raise Refused(400, f"jq: query failed: program longer than {MAX_PROGRAM} bytes")
    if b"\0" in text:  # the library would take it for the end
        raise Refused(400, "syntax error, unexpected character U+0000")
    if (queue := hass.data.get(_KEY)) is None:
        queue = hass.data[_KEY] = _Filter(hass)
    return await queue.answer(text, document)
