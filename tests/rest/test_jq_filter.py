"""The filter of the state: results, refusals, and programs that mean no good."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import json
import os
from pathlib import Path
import signal
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
import pytest

from custom_components.evcc.rest import jq_filter, jq_worker
from custom_components.evcc.rest.refusals import Refused
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant

from .home import RestHome

STATE = {
    "loadpoints": [{"mode": "pv", "title": "Wörk ☀"}, {"mode": "now", "title": "Garage"}],
    "statistics": {"30d": {"avgPrice": 0.213}},
    "greenShareHome": 0.25,
    "pvPower": 11.0,
    "result": {"mode": "inner"},
}
DOCUMENT = json.dumps(STATE).encode()
TOO_GREEDY = "jq: query failed: takes too much memory, or calls itself too often"
TOO_SLOW = "jq: query failed: takes longer than 2 s"
HALF_A_SECOND = patch.object(jq_filter, "RUN_SECONDS", 0.5)


def process_of(hass: HomeAssistant) -> asyncio.subprocess.Process:
    """Return the process that runs the filters."""
    worker = hass.data[jq_filter._KEY]._worker
    assert worker is not None
    return worker.process


async def ends(process: asyncio.subprocess.Process) -> None:
    """Return once a process is no more."""
    async with asyncio.timeout(20):
        await process.wait()


def seen_by_the_system(pid: int) -> tuple[str, bytes, dict[int, str]]:
    """Return a process's folder, its environment, and what its descriptors lead to."""
    process = Path(f"/proc/{pid}")
    if not process.exists():
        pytest.skip("no /proc here")
    files = {int(fd.name): str(fd.readlink()) for fd in (process / "fd").iterdir()}
    files = {fd: name.partition(":")[0].removeprefix(f"/proc/{pid}/") for fd, name in files.items()}
    return str((process / "cwd").readlink()), (process / "environ").read_bytes().strip(b"\0"), files


async def refusal(hass: HomeAssistant, program: str) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        await jq_filter.run(hass, program, DOCUMENT)
    return refused.value.status, refused.value.text


@pytest.fixture
async def stopping(hass: HomeAssistant) -> AsyncIterator[None]:
    """Let Home Assistant stop at the end of the test, which has to end the process."""
    yield
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()


pytestmark = pytest.mark.usefixtures("stopping")


@pytest.mark.parametrize(
    ("program", "result"),
    [
        (".", STATE),
        (".loadpoints[0].mode", "pv"),
        (".result.loadpoints[0].mode", "pv"),
        ("  .loadpoints[1].mode  ", "now"),
        (".nosuchkey", None),
        (".nosuchkey.deeper[3]?", None),
        ('.statistics["30d"].avgPrice', 0.213),
        (".pvPower", 11),
        (".loadpoints[0].title", "Wörk ☀"),
        ('"ä😀\\u0000\\"\\n"', 'ä😀\0"\n'),
        ("[.loadpoints[].mode]", ["pv", "now"]),
        ("# why\n.loadpoints|length # so", 2),
        ("[nan, infinite - infinite]", [None, None]),
        ("100000000000000000000", 100000000000000000000),
        ("first(range(10))", 0),
        ("[limit(3; repeat(1))]", [1, 1, 1]),
        ('getpath(["loadpoints", 1, "mode"])', "now"),
        ("[env, $ENV, $ENV.PATH]", [{}, {}, None]),
        ("input_filename", None),
        ("$__loc__", {"file": "<top-level>", "line": 1}),
        ('try error("x") catch .', "x"),
        ("get_search_list", []),
        ("debug | stderr | .greenShareHome", 0.25),
        ("0 | gmtime | mktime", 0),
    ],
)
async def test_one_result_is_returned_as_json(hass: HomeAssistant, program: str, result: Any) -> None:
    assert json.loads(await jq_filter.run(hass, program, DOCUMENT)) == result


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("", 'jq: query failed: missing query (try ".")'),
        ("  ", 'jq: query failed: missing query (try ".")'),
        (".result", 'jq: query failed: missing query (try ".")'),
        ("# nothing", 'jq: query failed: Top-level program not given (try ".")'),
        (".loadpoints[", "syntax error, unexpected end of file at <top-level>, line 1, column 12"),
        (".a\0", "syntax error, unexpected character U+0000"),
        (".loadpoints[]", "jq: too many results"),
        ("range(1e12)", "jq: too many results"),
        ("empty", "jq: empty result"),
        ("first(empty)", "jq: empty result"),
        ("halt", "jq: empty result"),
        ('"x" | halt_error(3)', "jq: empty result"),
        ("inputs", "jq: empty result"),
        ("input", "jq: query failed: input(s)/0 is not allowed"),
        ("foo", "jq: query failed: foo/0 is not defined at <top-level>, line 1, column 1"),
        ("$x", "jq: query failed: $x is not defined at <top-level>, line 1, column 1"),
        (".pvPower.x", 'jq: query failed: Cannot index number with string ("x")'),
        ('error("why")', "jq: query failed: why"),
        ("error({a: 1})", 'jq: query failed: {"a": 1}'),
        ("error(null)", "jq: query failed: null"),
        ('"x" * 100000 | error', f"jq: query failed: {'x' * 300}"),
        ('import "a" as a; .', "jq: query failed: module not found: a"),
        ('include "a"; .', "jq: query failed: module not found: a"),
        ("." + " " * 5000 + "| .", "jq: query failed: program longer than 4096 bytes"),
        ("[range(300000)]", "jq: query failed: result longer than 1048576 bytes"),
        ('"x" * 5000000', "jq: query failed: result longer than 1048576 bytes"),
        ("reduce range(5000) as $i (0; [.])", "jq: query failed: result nested too deeply"),
        (
            '"["*20000 | fromjson | 1',
            "jq: query failed: Exceeds depth limit for parsing at line 1, column 10001",
        ),
    ],
)
async def test_what_is_refused_says_why(hass: HomeAssistant, program: str, text: str) -> None:
    status, found = await refusal(hass, program)
    assert status == 400
    assert found == text or (len(text) > 60 and found.startswith(text))
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11", "the next one is served"


async def test_an_error_of_the_program_costs_no_process(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    for program in (".[", "empty", "halt", ".loadpoints[]", "error(1)", '"x" * 3000000'):
        await refusal(hass, program)
    assert process_of(hass) is process


@pytest.mark.parametrize("folder", [True, False], ids=["searched", "given"])
@pytest.mark.parametrize("ending", ["json", "jq"])
async def test_no_file_can_be_read(hass: HomeAssistant, tmp_path: Path, folder: bool, ending: str) -> None:
    (tmp_path / f"secret.{ending}").write_text(
        "1" if ending == "json" else "def secret: 1;", encoding="utf-8"
    )
    name, search = ("secret", f' {{search: "{tmp_path}"}}') if folder else (f"{tmp_path}/secret", "")
    what = "as $x" if ending == "json" else "as x"
    status, text = await refusal(hass, f'import "{name}" {what}{search}; 1')
    assert status == 400
    assert "module not found" in text or "No such file" in text or "Too many open files" in text, text


GREEDY = [
    "[range(1e9)]",
    "def f: [f]; f",
    "def f: 1 + f; f",
    "try (def f: [f]; f) catch 1",
    '"x" * 300000000',
    'reduce range(40) as $i ("a"; . + .) | length',
    "reduce range(40) as $i (0; [., .])",
]
SLOW = ["def f: f; f", "[limit(1e9; repeat(1))]", "last(range(1e12))", "1 | until(false; .)"]


@pytest.mark.parametrize("program", GREEDY + SLOW[:1])
async def test_a_program_that_takes_all_it_can_get_costs_only_its_process(
    hass: HomeAssistant, program: str
) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    status, text = await refusal(hass, program)
    assert status == 400
    assert text in (TOO_GREEDY, TOO_SLOW)
    await ends(process)
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"


@pytest.mark.parametrize("program", SLOW)
async def test_a_program_that_never_ends_is_ended(hass: HomeAssistant, program: str) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    with HALF_A_SECOND:
        assert await refusal(hass, program) == (400, "jq: query failed: takes longer than 0.5 s")
    await ends(process)
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"


@pytest.mark.parametrize(
    "program", ['"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" | test("(a+)+$")', '"a" | test("(")']
)
async def test_a_regular_expression_cannot_run_for_ever(hass: HomeAssistant, program: str) -> None:
    status, text = await refusal(hass, program)
    assert (status, text.partition(":")[0]) == (400, "jq")


async def test_what_a_program_leaves_in_memory_goes_with_its_process(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    greedy = "reduce range(700000) as $i (0; [.]) | 1"
    with contextlib.suppress(Refused):  # a slow machine
        assert await jq_filter.run(hass, greedy, DOCUMENT) == b"1"
    await ends(process)


async def test_the_document_travels_once_and_each_time_it_changes(hass: HomeAssistant) -> None:
    sizes: list[int] = []
    pack = jq_worker.REQUEST.pack

    class Watched:
        def pack(self, program: int, document: int) -> bytes:
            sizes.append(document)
            return pack(program, document)

    with patch.object(jq_filter, "REQUEST", Watched()):
        for document in (b"1", b"1", b"23", b"23", b"1"):
            assert await jq_filter.run(hass, ".", document) == document
    assert sizes == [1, 0, 2, 0, 1]


async def test_each_answer_belongs_to_its_question(hass: HomeAssistant) -> None:
    answers = await asyncio.gather(
        *(jq_filter.run(hass, f".n + {n}", json.dumps({"n": n % 3 * 1000}).encode()) for n in range(30))
    )
    assert answers == [str(n % 3 * 1000 + n).encode() for n in range(30)]


async def test_it_starts_with_the_first_filter_and_ends_with_home_assistant(hass: HomeAssistant) -> None:
    assert jq_filter._KEY not in hass.data
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await ends(process)
    assert await refusal(hass, ".") == (503, "jq: not available while evcc stops")


async def test_it_ends_when_the_one_that_started_it_is_gone(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0


async def test_it_ends_by_itself_when_nobody_asks(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    process.send_signal(signal.SIGALRM)  # what its clock sends
    assert await process.wait() == -signal.SIGALRM
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"


async def test_one_that_is_about_to_end_is_not_asked(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    with patch.object(jq_filter, "_FRESH_SECONDS", 0):
        assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"
    assert process_of(hass) is not process
    await ends(process)


async def test_a_request_that_is_given_up_leaves_no_answer_to_the_next(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    task = hass.async_create_task(jq_filter.run(hass, "last(range(1e12))", DOCUMENT))
    await asyncio.sleep(0.1)
    task.cancel()
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"


@HALF_A_SECOND
async def test_a_crowd_is_turned_away(hass: HomeAssistant) -> None:
    slow = hass.async_create_task(jq_filter.run(hass, "last(range(1e12))", DOCUMENT))
    await asyncio.sleep(0)
    found = await asyncio.gather(
        *(jq_filter.run(hass, ".pvPower", DOCUMENT) for _ in range(200)), return_exceptions=True
    )
    turned_away = [r for r in found if isinstance(r, Refused)]
    assert {(r.status, r.text) for r in turned_away} == {(503, "jq: too many filters at once")}
    assert len(turned_away) == 200 - jq_filter.MAX_WAITING
    assert [r for r in found if not isinstance(r, Refused)] == [b"11"] * jq_filter.MAX_WAITING
    with pytest.raises(Refused, match="takes longer"):
        await slow


@HALF_A_SECOND
async def test_nobody_waits_for_ever(hass: HomeAssistant) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    slow = hass.async_create_task(jq_filter.run(hass, "last(range(1e12))", DOCUMENT))
    await asyncio.sleep(0)
    with patch.object(jq_filter, "_WAIT_SECONDS", 0.01):
        assert await refusal(hass, ".") == (503, "jq: too many filters at once")
    with pytest.raises(Refused, match="takes longer"):
        await slow


@pytest.mark.parametrize(
    "broken",
    [
        patch("asyncio.create_subprocess_exec", side_effect=PermissionError("no")),
        patch("asyncio.create_subprocess_exec", side_effect=BlockingIOError("no")),
        patch.object(jq_filter.sys, "executable", "/bin/true"),
        patch.object(jq_filter.sys, "executable", "/nosuchfile"),
        patch.object(jq_filter, "find_spec", return_value=None),
    ],
    ids=["not-permitted", "too-many", "ends-at-once", "no-python", "no-library"],
)
async def test_without_a_process_it_says_so_and_warns_once(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, broken: Any
) -> None:
    with broken:
        for _ in range(3):
            assert await refusal(hass, ".") == (503, "jq: not available, no process can be started")
    warnings = [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    assert len(warnings) == 1
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"


async def test_it_gets_nothing_of_ours(hass: HomeAssistant) -> None:
    with patch.dict(os.environ, {"SECRET": "x"}):
        await jq_filter.run(hass, ".", DOCUMENT)
    assert seen_by_the_system(process_of(hass).pid) == (
        "/",
        b"",
        {0: "pipe", 1: "pipe", 2: "/dev/null", 3: "statm"},
    )


async def test_it_ends_with_the_site(hass: HomeAssistant, home: RestHome) -> None:
    await jq_filter.run(hass, ".", DOCUMENT)
    process = process_of(hass)
    await hass.config_entries.async_reload(home.entry.entry_id)
    await ends(process)
    assert await jq_filter.run(hass, ".pvPower", DOCUMENT) == b"11"


@pytest.mark.parametrize(
    ("program", "status", "result"),
    [
        (".loadpoints[0].mode", 200, "pv"),
        (".result.loadpoints[0].title", 200, "Carport"),
        (".loadpoints | length", 200, 2),
        (".nosuchkey", 200, None),
        (".loadpoints[]", 400, {"error": "jq: too many results"}),
        ("empty", 400, {"error": "jq: empty result"}),
        (".result", 400, {"error": 'jq: query failed: missing query (try ".")'}),
        ('"ä😀"', 200, "ä😀"),
    ],
)
async def test_the_state_is_filtered_and_answered_bare(
    client: TestClient[Any, Any], program: str, status: int, result: Any
) -> None:
    response = await client.get("/api/state", params={"jq": program})
    assert (response.status, await response.json()) == (status, result)


async def test_many_clients_filter_at_once(client: TestClient[Any, Any]) -> None:
    async def ask(n: int) -> tuple[int, Any]:
        response = await client.get("/api/state", params={"jq": f".loadpoints|length + {n}"})
        return response.status, await response.json()

    found = await asyncio.gather(*(ask(n) for n in range(200)))
    assert {status for status, _ in found} <= {200, 503}
    assert all(text == n + 2 for n, (status, text) in enumerate(found) if status == 200)
