"""What a line of the route table says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
import re
from typing import Final

from aiohttp import web

from .call import Call
from .shapes import Shape

type Handler = Callable[[Call], Awaitable[web.StreamResponse]]

_PARAMETER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation. `path` is spelled as in the contract, below `/api`.

    `open`: whoever reaches the server may call it (the login and what belongs to it).
    `protected`: administrators only. Otherwise reading takes GET, writing all the rest.
    `contract`: False for what real clients use beyond the published contract.
    `summary`, `answer`, `body` and `query` are names of the OpenAPI document, see `openapi`.
    """

    method: str
    path: str
    handle: Handler
    tag: str
    summary: str
    answer: str
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    query: tuple[str, ...] = ()
    body: str = ""
    open: bool = False
    protected: bool = False
    contract: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what a path of this route looks like."""
        parts = _PARAMETER.split(self.path)
        text = "".join(
            f"(?P<{part}>{self.shapes[part].pattern})" if i % 2 else re.escape(part)
            for i, part in enumerate(parts)
        )
        return re.compile(text)

    @property
    def stem(self) -> str:
        """Return the path up to its first parameter, without a slash at the end."""
        return self.path.partition("{")[0].rstrip("/")
