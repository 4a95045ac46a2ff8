"""Files and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .files import COMPONENT, ROOT, Finding, python_files, read, tree

FILE_LINES = 400
TEST_FILE_LINES = 600  # tables of cases
FUNCTION_LINES = 60
FUNCTION_LINES_WISHED = 40

# Modules that are one table, with the reason why it is not cut.
TABLES = {
    "custom_components/evcc/devices/entity/catalogue.py": "the known products, side by side",
    "custom_components/evcc/sensor_descriptions.py": "what each sensor shows, by its owner",
}

# Functions that are one table: nothing in them decides.
FUNCTION_TABLES = {
    "custom_components/evcc/core/snapshot.py:loadpoint_state": "one line for each value that is shown",
    "custom_components/evcc/core/snapshot.py:snapshot": "one line for each value that is shown",
}

CODE = (COMPONENT, ROOT / "scripts", ROOT / "browser")
TESTS = ROOT / "tests"


def check_file_length() -> Iterator[Finding]:
    """See that no file outgrows one subject."""
    for path in python_files(*CODE, TESTS):
        name = path.relative_to(ROOT).as_posix()
        limit = TEST_FILE_LINES if path.is_relative_to(TESTS) else FILE_LINES
        lines = len(read(path).splitlines())
        if lines > limit and name not in TABLES:
            yield Finding(
                path,
                limit,
                f"{lines} lines, at most {limit}: cut it by subject (a table: see scripts/house/size.py)",
            )
        if lines <= limit and name in TABLES:
            yield Finding(path, 1, "is short enough: take it out of TABLES in scripts/house/size.py")


def check_function_length() -> Iterator[Finding]:
    """See that no function is too long."""
    yield from _long_functions(FUNCTION_LINES, "cut it into named steps")


def wish_function_length() -> Iterator[Finding]:
    """Name the functions that are longer than they should be, though not too long."""
    yield from _long_functions(FUNCTION_LINES_WISHED, "better below that")


def _long_functions(limit: int, advice: str) -> Iterator[Finding]:
    for path in python_files(*CODE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _length(node)
                name = f"{path.relative_to(ROOT).as_posix()}:{node.name}"
                if lines > limit and name not in FUNCTION_TABLES:
                    yield Finding(
                        path, node.lineno, f"{node.name} has {lines} lines, more than {limit}: {advice}"
                    )


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, without its docstring."""
    first = node.body[0]
    has_docstring = ast.get_docstring(node) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if has_docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def check_tables_exist() -> Iterator[Finding]:
    """See that the list of tables names files that exist."""
    for name in TABLES:
        if not (ROOT / name).exists():
            yield Finding(Path(__file__), 1, f"TABLES names {name}, which does not exist: take it out")
