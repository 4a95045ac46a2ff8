"""What no file of the project may hold: places of one machine, and hosts that packages come from."""

from collections.abc import Iterator
from pathlib import Path
import re

from .files import Finding, project_files, read

# Each with what to do. Where packages come from is the business of the machine, which may have a mirror.
FORBIDDEN = {
    re.compile(r"(?<![\w.~-])/(work|root|home/\w+)/"): "a path of one machine: use a relative one",
    re.compile(
        r"\b(pypi\.org/simple|files\.pythonhosted\.org|registry\.(npmjs|yarnpkg)\.\w+|deb\.debian\.org"
        r"|snapshot\.debian\.org|archive\.ubuntu\.com|\w+\.pkg\.dev|proxy\.golang\.org)\b"
    ): "a host that packages come from: leave it to the settings of the machine",
}
THIS = Path(__file__).resolve()


def check_words() -> Iterator[Finding]:
    """See that no file names a place that only one machine has."""
    for path in project_files():
        if path == THIS:
            continue
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue  # an image
        for pattern, advice in FORBIDDEN.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield Finding(path, line, f"{match.group()!r} is {advice}")
