"""The table of sources in docs/tariffs.md: which there are, how each is read, and what the tests read of it.

`python -m tests.tariffs.table` prints it, `--write` puts it into the page.
"""

from collections.abc import Iterator
from pathlib import Path
import sys

from custom_components.evcc.tariffs.catalogue import INTEGRATIONS
from custom_components.evcc.tariffs.model import Usage
from custom_components.evcc.tariffs.routes import Action, Attributes, Energy, Integration

from .sources import CASES, Case

PAGE = Path(__file__).parents[2] / "docs" / "tariffs.md"
BEGIN, END = "<!-- table of sources -->\n", "<!-- end of the table -->\n"
ANY = "any integration with a solar forecast"
HEAD = """| integration | for | read from | tested with | slots | first value |
| --- | --- | --- | --- | --- | --- |
"""


def table() -> str:
    """Return the table in Markdown."""
    return HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    for example, case in CASES.items():
        line = INTEGRATIONS.get(case.platform)
        name = "entity of your own" if line is None else f"`{line.domain}`" if line.domain else ANY
        note = f" ({line.note.replace('_', ' ')})" if line is not None and line.note else ""
        uses = "any" if line is None else ", ".join(sorted(line.usages))
        how = _custom(case) if line is None else _how(line)
        yield f"| {name}{note} | {uses} | {how} | {example} | {case.slots} | {case.first:g} {_unit(case)} |\n"


def _how(line: Integration) -> str:
    match line.how:
        case Action(name=name):
            return f"action `{line.domain}.{name}`"
        case Attributes(hours=True):
            return "attributes `price_00h` …"
        case Attributes(marker=marker):
            return f"attribute `{marker}`"
        case Energy():
            return "forecast of the energy dashboard"
        case _:
            return "state: the value of now"


def _custom(case: Case) -> str:
    if "attribute" in case.more:
        return "attribute that you name"
    return "state: the value of now" if case.slots == 1 else "attribute that is found"


def _unit(case: Case) -> str:
    return {Usage.CO2: "g/kWh", Usage.SOLAR: "W"}.get(case.usage, f"{case.currency}/kWh")


def written(page: str) -> str:
    """Return the page with the present table in it."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + "\n" + table() + "\n" + END + tail


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(table())
