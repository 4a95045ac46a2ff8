"""A REST call of a scenario on its way to the site, and how one is refused."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ...core.site import Site

NUMBER: Final = r"[0-9.]+"
NAME: Final = r"[^/]+"
LOADPOINT: Final = r"/loadpoints/(?P<loadpoint>[0-9]+)"
VEHICLE: Final = rf"/vehicles/(?P<vehicle>{NAME})"

BAD_REQUEST: Final = 400
NOT_FOUND: Final = 404
WRONG_METHOD: Final = 405


class RefusedCallError(Exception):
    """A call that the coordinator does not take. `status` is the HTTP status of the answer."""

    def __init__(self, status: int, text: str) -> None:
        """Keep the status beside the text."""
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call on its way: `target` is loadpoint (from 0) or vehicle, `values` the other parts of its path."""

    site: Site
    now: datetime
    target: int | str | None = None
    values: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def value(self) -> str | None:
        """The one thing to set; None: to clear."""
        return self.values.get("value")

    @property
    def index(self) -> int:
        """The loadpoint, from 0."""
        if not isinstance(self.target, int):
            raise TypeError("the path names no loadpoint")
        return self.target

    @property
    def vehicle(self) -> str:
        """The vehicle's name."""
        if not isinstance(self.target, str):
            raise TypeError("the path names no vehicle")
        return self.target
