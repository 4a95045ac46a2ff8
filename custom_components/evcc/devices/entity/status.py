"""From status words, plug and charging flags to the IEC 61851 status."""

from datetime import datetime

from ...core.model import Status
from .reading import NOT_CONFIGURED, Fault, Problem, Reader


def connection(reader: Reader, now: datetime) -> Status | Problem:
    """Return A, B or C from roles `status`, `plugged` and `charging`, whichever are filled.

    A word for charging always counts. Whether a vehicle is connected is better known by a plug
    sensor than by words like "idle". Without a word and a charging flag C is never returned.
    """
    plugged = reader.flag("plugged", now, letters="BC")
    if reader.has("status"):
        letter = reader.letter("status", now)
        if not isinstance(letter, Problem):
            return _with_plug(letter, plugged)
        if letter.fault is not Fault.UNKNOWN_WORD or plugged is not False:
            return letter
        return Status.A
    charging = reader.flag("charging", now, letters="C")
    if charging is True:
        return Status.C
    if plugged is False:
        return Status.A
    if isinstance(charging, Problem) and charging is not NOT_CONFIGURED:
        return charging
    if plugged is True or (plugged is NOT_CONFIGURED and charging is False):
        return Status.B
    return plugged if isinstance(plugged, Problem) else NOT_CONFIGURED


def _with_plug(letter: str, plugged: bool | Problem) -> Status:
    if letter == "C" or isinstance(plugged, Problem):
        return Status(letter)
    return Status.B if plugged else Status.A
