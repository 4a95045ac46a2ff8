"""What all checks use: the files, their syntax trees, and what a finding is."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
import subprocess
from typing import Any, override

ROOT = Path(__file__).resolve().parent.parent.parent
COMPONENT = ROOT / "custom_components" / "evcc"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, where, and what to do about it."""

    path: Path
    line: int
    text: str

    @override
    def __str__(self) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.text}"


@cache
def project_files() -> tuple[Path, ...]:
    """Return the files of the project: those of git, and new ones that it does not ignore."""
    # In a container the folder may belong to another user, which git would refuse.
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(git, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(sorted(ROOT / name for name in listed if name and (ROOT / name).is_file()))


def python_files(*folders: Path) -> Iterator[Path]:
    """Yield the Python files of the project below the folders."""
    for path in project_files():
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders):
            yield path


@cache
def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(read(path), str(path))


@cache
def read_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(read(path))


def line_of(path: Path, text: str) -> int:
    """Return the number of the first line that holds the text, 1 if none does."""
    return next((number for number, line in enumerate(read(path).splitlines(), 1) if text in line), 1)


def constant(node: ast.expr | None) -> str | None:
    """Return the value of a string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
