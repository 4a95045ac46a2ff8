"""Sends a request as it is written and takes the answer apart."""

from dataclasses import dataclass
import json
from typing import Any

from aiohttp import hdrs
from aiohttp.test_utils import TestClient
from yarl import URL


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `value` is what a JSON body holds."""

    status: int
    kind: str
    text: str

    @property
    def value(self) -> Any:
        assert self.kind == "application/json"
        return json.loads(self.text)

    @property
    def result(self) -> Any:
        """What is in the envelope."""
        assert self.status == 200, self.text
        assert list(self.value) == ["result"]
        return self.value["result"]

    @property
    def error(self) -> str:
        """Why it was refused."""
        assert list(self.value) == ["error"]
        return str(self.value["error"])


async def ask(client: TestClient[Any, Any], method: str, path: str, **options: Any) -> Answer:
    """Send a request below `/api`; the path goes out as it is written here."""
    async with client.request(method, URL(f"/api{path}", encoded=True), **options) as response:
        kind = response.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0]
        return Answer(response.status, kind, await response.text())


NO_PATH = Answer(404, "text/plain", "404 page not found\n")
NO_METHOD = Answer(405, "", "")
