"""Every worked example, mended oddity and pitfall has its test: the numbers are collected from names and tables."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
import re

import pytest

UNTESTABLE = {
    "pitfall": {15},  # truncated or not, thresholds decide alike: whole-ampere minimums are whole
    "plan": {44, 45},  # of the sun's forecast, not of plans
}


def names() -> Iterator[str]:
    """Yield the names of all tests and table rows of this package, in lower case with spaces as underscores."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = import_module(f"{__package__}.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                yield name
                for mark in getattr(test, "pytestmark", ()):
                    if mark.name == "parametrize":
                        rows = (getattr(row, "id", None) for row in mark.args[1])
                        yield from (f"test_{row}".lower().replace(" ", "_") for row in rows if row)


def numbers(kind: str) -> set[int]:
    pattern = re.compile(rf"(?<=_){kind}(\d+)(?![a-z0-9])")
    return {int(number) for name in names() for number in pattern.findall(name)}


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        pytest.param("ex", 96, id="worked examples"),
        pytest.param("m", 7, id="worked examples of sharing"),
        pytest.param("mend_", 49, id="mended oddities"),
        pytest.param("plan", 53, id="worked examples of plans"),
        pytest.param("pitfall_", 50, id="pitfalls"),
    ],
)
def test_every_one_is_tested(kind: str, count: int) -> None:
    wanted = set(range(1, count + 1)) - UNTESTABLE.get(kind.strip("_"), set())
    assert sorted(wanted - numbers(kind)) == []
