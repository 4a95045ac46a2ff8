"""Who is there and what the charger waits for: texts of chargers, brought into the words of the core."""

from collections.abc import Mapping
from datetime import datetime
import re
from typing import Any, Final

from ...core.model import StatusReason
from .reading import Fault, Problem, Reader
from .words import normalised

_AUTHORIZATION: Final = re.compile(r"(?<!de_)authori[sz](?!ed)|authenti|need_auth|rfid|pending_approval")
_DISCONNECT: Final = re.compile(r"disconnect_re|replug")
_NOBODY: Final = frozenset({"", "none", "null", "0", "no_card", "unknown"})


def identifier(reader: Reader, now: datetime) -> str | None:
    """Return what the charger read of a card or vehicle; "" for nothing, None if it cannot tell."""
    text = reader.text("identifier", now)
    if isinstance(text, Problem):
        return "" if text.fault is Fault.UNKNOWN else None
    return "" if normalised(text) in _NOBODY else text


def status_reason(reader: Reader, data: Mapping[str, Any], now: datetime) -> StatusReason | None:
    """Return why a charger waits, from role `status_reason`, else from its status word."""
    text = reader.text("status_reason" if data.get("status_reason") else "status", now)
    if isinstance(text, Problem):
        return None
    word = normalised(text)
    if word == normalised(str(data.get("reason_authorization") or "-")):
        return StatusReason.WAITING_FOR_AUTHORIZATION
    if word == normalised(str(data.get("reason_disconnect") or "-")):
        return StatusReason.DISCONNECT_REQUIRED
    if _AUTHORIZATION.search(word):
        return StatusReason.WAITING_FOR_AUTHORIZATION
    return StatusReason.DISCONNECT_REQUIRED if _DISCONNECT.search(word) else StatusReason.UNKNOWN
