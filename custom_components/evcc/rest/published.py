"""The state as the API tells it: built and serialised once per snapshot, then served from memory.

A snapshot is asked for far more often than it changes: by every page that is open, by other programs and
by scripts that poll.
"""

from collections.abc import Mapping
from typing import Any, Final
import zlib

import orjson
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError, get_url

from ..coordinator import EvccRuntime
from .document import Forecasts, Sources, build
from .refusals import Refused

LEVEL: Final = 4
"""of zlib's nine efforts. Forecasts of two days make 60 kB, which are 7 kB after a fifth of a millisecond: too
little to be worth a thread. More effort takes twice the time for a tenth less."""

_GZIP: Final = 31  # window bits that make zlib write gzip


class Published:
    """What is kept of one site. `builds` counts the documents made."""

    def __init__(self, runtime: EvccRuntime) -> None:
        """Build nothing yet: it may never be asked for."""
        self._runtime = runtime
        self._forecasts = Forecasts()
        self._made_of: tuple[object, object, object] = (None, None, None)
        self._generation = 0
        self._documents: dict[bool, dict[str, Any]] = {}
        self._bodies: dict[tuple[bool, bool], bytes] = {}
        self._compressed: dict[bool, bytes] = {}
        self.builds = 0

    @property
    def generation(self) -> int:
        """Return a number that becomes another one whenever the document would be built anew."""
        runtime = self._runtime
        snapshot, statistics, fault = self._made_of
        present = runtime.coordinator.data
        if (
            snapshot is not present
            or statistics is not runtime.statistics
            or fault is not runtime.runner.fault
        ):
            self._made_of = present, runtime.statistics, runtime.runner.fault
            self._generation += 1
            self._documents, self._bodies, self._compressed = {}, {}, {}
        return self._generation

    def document(self, modern: bool) -> Mapping[str, Any]:
        """Return the document, bare, of JSON values. Nobody may change it."""
        self.generation  # noqa: B018 - forgets what is outdated
        if (found := self._documents.get(modern)) is None:
            found = self._documents[modern] = self._build(modern)
        return found

    def bare(self, modern: bool) -> bytes:
        """Return the document as JSON with a line feed."""
        return self._body(modern, enveloped=False)

    def body(self, modern: bool) -> bytes:
        """Return the document as it is sent: older clients are given an envelope."""
        return self._body(modern, enveloped=not modern)

    def compressed(self, modern: bool) -> bytes:
        """Return `body` in gzip."""
        self.generation  # noqa: B018 - forgets what is outdated
        if (found := self._compressed.get(modern)) is None:
            press = zlib.compressobj(LEVEL, wbits=_GZIP)
            found = self._compressed[modern] = press.compress(self.body(modern)) + press.flush()
        return found

    def _body(self, modern: bool, *, enveloped: bool) -> bytes:
        document = self.document(modern)
        key = modern, enveloped
        if (found := self._bodies.get(key)) is None:
            value = {"result": document} if enveloped else document
            found = self._bodies[key] = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
        return found

    def _build(self, modern: bool) -> dict[str, Any]:
        runtime = self._runtime
        state = runtime.coordinator.data
        if state is None:
            raise Refused(503, "evcc is not running")
        self.builds += 1
        sources = Sources(
            state=state,
            config=runtime.site.config,
            statistics=runtime.statistics,
            tariffs=runtime.tariffs(state.at),
            network=network(runtime.hass, modern=modern),
            failed=runtime.runner.fault is not None,
        )
        return build(sources, self._forecasts, modern=modern)


def of(runtime: EvccRuntime) -> Published:
    """Return what is kept of a site that runs."""
    found = runtime.published
    if not isinstance(found, Published):
        found = runtime.published = Published(runtime)
    return found


def network(hass: HomeAssistant, *, modern: bool) -> dict[str, Any]:
    """Return under which address Home Assistant is reached; an empty host where it does not know."""
    port = 8123 if hass.config.api is None else hass.config.api.port
    try:
        url = URL(get_url(hass, allow_cloud=False, prefer_external=False))
    except NoURLAvailableError:
        return {"schema": "http", "host": "", "port": port}
    found = {"schema": url.scheme, "host": url.host or "", "port": url.port or port}
    if modern:
        found["internalUrl"] = hass.config.internal_url or ""
        found["externalUrl"] = hass.config.external_url or ""
    return found
