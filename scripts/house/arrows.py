"""Arrows point one way: who may import whom."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import sys

from homeassistant.const import Platform

from .files import COMPONENT, Finding, python_files, tree

PACKAGE = "custom_components.evcc"

# What a part may import of the integration. A part is a module or package directly below it.
MAY_IMPORT = {
    "core": {"core"},
    "devices": {"devices", "core", "const"},
    "tariffs": {"tariffs", "core", "const"},
    "store": {"store", "core", "const"},
}

# Who may import a part, besides itself: those that join core and the outside world.
IMPORTED_BY = {
    "devices": {"__init__", "build", "simulation", "coordinator", "config_flow", "flows"},
}

# What those who show or command may not import: they read the snapshot and call commands.
PLATFORMS = {platform.value for platform in Platform}
SURFACES = {"rest", "services", "services_plans", "entity", "diagnostics", "system_health"} | PLATFORMS
NOT_FOR_SURFACES = {"devices", "store"}

# The brain is pure: the standard library without what waits, talks, remembers or tells the time.
NOT_FOR_CORE = {
    "asyncio",
    "concurrent",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}
CLOCKS = {"now", "today", "utcnow"}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, by its absolute name."""

    path: Path
    line: int
    module: str

    @property
    def part(self) -> str | None:
        """The part of this integration, None for what is outside."""
        if self.module != PACKAGE and not self.module.startswith(f"{PACKAGE}."):
            return None
        return self.module.removeprefix(PACKAGE).lstrip(".").partition(".")[0] or "__init__"


def part_of(path: Path) -> str:
    """Return the part that a file belongs to."""
    return path.relative_to(COMPONENT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[Import]:
    """Yield what a file imports. `from . import x` counts as x, if x is a module."""
    package = [*PACKAGE.split("."), *path.relative_to(COMPONENT).parts[:-1]]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                is_part = module == PACKAGE and _is_module(COMPONENT / alias.name)
                yield Import(path, node.lineno, f"{module}.{alias.name}" if is_part else module)


def _is_module(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").exists()


def check_arrows() -> Iterator[Finding]:
    """See that no part imports what it may not know."""
    for path in python_files(COMPONENT):
        source = part_of(path)
        for item in dict.fromkeys(imports(path)):
            if item.part and (why := _forbidden(source, item.part)):
                yield Finding(path, item.line, f"{source} imports {item.part}: {why}")


def _forbidden(source: str, target: str) -> str | None:
    if source in MAY_IMPORT and target not in MAY_IMPORT[source]:
        allowed = ", ".join(sorted(MAY_IMPORT[source]))
        return f"it may know {allowed} only; pass in what it needs"
    if source != target and source not in IMPORTED_BY.get(target, {source}):
        allowed = ", ".join(sorted(IMPORTED_BY[target]))
        return f"only {allowed} may; ask for a protocol of core/ports.py instead"
    if source in SURFACES and target in NOT_FOR_SURFACES:
        return "read the snapshot, or call a command of the site or loadpoint"
    return None


def check_relative_imports() -> Iterator[Finding]:
    """See that the integration imports itself relatively, as Home Assistant's own do."""
    for path in python_files(COMPONENT):
        for node in ast.walk(tree(path)):
            match node:
                case ast.Import(names=aliases):
                    names = [alias.name for alias in aliases]
                case ast.ImportFrom(module=str(module), level=0):
                    names = [module]
                case _:
                    continue
            if any(name.startswith("custom_components") for name in names):
                yield Finding(path, node.lineno, "absolute import of this integration: make it relative")


def check_pure_core() -> Iterator[Finding]:
    """See that the core imports only what is pure of the standard library, and asks no clock."""
    for path in python_files(COMPONENT / "core"):
        for item in imports(path):
            top = item.module.partition(".")[0]
            if item.part is None and (top not in sys.stdlib_module_names or top in NOT_FOR_CORE):
                yield Finding(
                    path, item.line, f"core imports {top}: keep it pure, let the caller pass in what it needs"
                )
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and (what := _impure_call(node.func)):
                yield Finding(path, node.lineno, f"core calls {what}: let the caller pass in the result")


def _impure_call(function: ast.expr) -> str | None:
    match function:
        case ast.Name(id="open" | "print" | "input" as name):
            return f"{name}()"
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name) if (
            name in CLOCKS and owner in ("date", "datetime", "dt")
        ):
            return f"{owner}.{name}()"
        case _:
            return None
