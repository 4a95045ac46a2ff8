"""Runs jq programs: the program of the process that `jq_filter` starts.

libjq holds the interpreter while it runs, never looks at a clock, and aborts its process when memory runs
out. What it runs comes from clients. Here it can do neither Home Assistant nor its machine any harm.

A request on standard input: `REQUEST` (bytes of program and document, 0 for the document of before), then
both. An answer on standard output: `ANSWER` (a sign, whether it is the last answer,
bytes of text), then the text.
"""

from collections.abc import Callable, Iterator
import contextlib
from functools import lru_cache
import importlib
import json
import os
from pathlib import Path
import signal
import struct
import sys
from typing import Any, Final

try:
    import resource
except ImportError:  # not on every system; then the clocks are the only limits
    resource = None  # type: ignore[assignment]

REQUEST: Final = struct.Struct(">II")
ANSWER: Final = struct.Struct(">c?I")

RESULT: Final = b"+"  # the text is JSON, or nothing: the library is loaded
REFUSED: Final = b"-"  # the text is a sentence

MAX_RESULT: Final = 1024 * 1024
"""bytes: the whole state has 60 kB."""

IDLE_SECONDS: Final = 60
RUN_SECONDS: Final = 4  # longer than the other side waits: for when nobody is left to wait
_MEMORY: Final = 128 * 1024 * 1024
"""bytes of address space. At rest it takes 21 MB, the whole state 5 MB more."""

_GROWN: Final = 40 * 1024 * 1024  # bytes in memory that are not worth keeping; at rest 12 MB
_TEXT: Final = 300  # characters of a message: a program may make them as long as it likes

_JSON: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))

type Compile = Callable[[str], Any]


class Refusal(Exception):  # noqa: N818 - an answer like others
    """What is answered instead of a result."""


def run(compile_program: Compile, program: str, document: str) -> bytes:
    """Return the JSON of the only result."""
    try:
        results: Iterator[Any] = iter(compile_program(program).input_text(document))
    except ValueError as err:
        raise Refusal(_compiling(str(err))) from err
    try:
        found = [result for result, _ in zip(results, range(2), strict=False)]
    except ValueError as err:
        raise Refusal(_running(str(err))) from err
    if len(found) != 1:
        raise Refusal("jq: too many results" if found else "jq: empty result")
    return _encode(found[0])


def _compiling(message: str) -> str:
    """Return the first line of the library's report. Faults of the syntax go without a prefix."""
    line = message.partition("\n")[0].removeprefix("jq: error: ").removesuffix(":")
    return line[:_TEXT] if line.startswith("syntax error") else _running(line)


def _running(message: str) -> str:
    if message == "break":  # what the library says when there is no input left
        message = "input(s)/0 is not allowed"
    return f"jq: query failed: {message[:_TEXT]}"


def _encode(value: Any) -> bytes:
    """Return a value as JSON; stop as soon as it gets too long."""
    text = bytearray()
    try:
        for part in _JSON.iterencode(value):
            text += part.encode(errors="replace")
            if len(text) > MAX_RESULT:
                raise Refusal(f"jq: query failed: result longer than {MAX_RESULT} bytes")
    except RecursionError:
        raise Refusal("jq: query failed: result nested too deeply") from None
    return bytes(text)


def _limit() -> int:
    """Give up all that a filter does not need; return a descriptor that tells the memory used, or -1."""
    os.environ.clear()  # a program can read it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the one that started us
    with contextlib.suppress(OSError):
        os.nice(5)
    with contextlib.suppress(OSError):  # if memory runs out, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    used = -1
    with contextlib.suppress(OSError):
        used = os.open("/proc/self/statm", os.O_RDONLY)
    if resource is not None:
        for kind, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CORE, 0),
            # no file can be opened any more: a program could import those that end in .jq or .json
            (resource.RLIMIT_NOFILE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))
    return used


def _read(count: int) -> bytes:
    """Return so many bytes of standard input; end when there will be no more."""
    parts = bytearray()
    while len(parts) < count:
        part = os.read(0, count - len(parts))
        if not part:
            sys.exit()
        parts += part
    return bytes(parts)


def _answer(sign: bytes, text: bytes = b"", *, last: bool = False) -> None:
    left = memoryview(ANSWER.pack(sign, last, len(text)) + text)
    while left:
        left = left[os.write(1, left) :]


def _serve(compile_program: Compile, used: int) -> None:
    document = "null"
    last = False
    while not last:
        # The default action of the signal ends the process, also within the library.
        signal.alarm(IDLE_SECONDS)
        sizes = REQUEST.unpack(_read(REQUEST.size))
        signal.alarm(RUN_SECONDS)
        program = _read(sizes[0]).decode()
        if sizes[1]:
            document = _read(sizes[1]).decode()
        sign = RESULT
        try:
            text = run(compile_program, program, document)
        except Refusal as refusal:
            sign, text = REFUSED, str(refusal).encode(errors="replace")
        last = _has_grown(used)
        _answer(sign, text, last=last)


def _has_grown(used: int) -> bool:
    """Return whether a program has left so much memory behind that a new process is the better one."""
    return used >= 0 and int(os.pread(used, 80, 0).split()[1]) * os.sysconf("SC_PAGESIZE") > _GROWN


def main() -> None:
    """Serve until standard input ends, nobody asks for a while, or too much memory is held."""
    sys.path.append(sys.argv[1])  # where the library lies
    library = importlib.import_module("jq")
    used = _limit()
    _answer(RESULT)
    _serve(lru_cache(16)(library.compile), used)


if __name__ == "__main__":
    main()
