"""The options of the API, a section of the entry's own."""

from typing import Any

from ..const import CONF_API
from ..coordinator import EvccRuntime


def option(runtime: EvccRuntime, key: str, *, default: Any) -> Any:
    """Return one option of the section "api"."""
    return runtime.entry.options.get(CONF_API, {}).get(key, default)
