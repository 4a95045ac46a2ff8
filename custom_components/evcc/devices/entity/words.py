"""What the status words of chargers and vehicles mean, for integrations that nobody described yet.

A letter is A (no vehicle), B (connected, not charging), C (charging) or E (the device is in a fault state).
What a user wrote into the status map always wins over this dictionary.
"""

from collections.abc import Mapping
import re
from typing import Any, Final

LETTERS: Final = ("A", "B", "C", "E")

AMBIGUOUS: Final = frozenset({"ready", "idle", "available", "standby", "locked", "not_ready_for_charging"})
"""Words that some devices use with and others without a vehicle; taken as A until someone says otherwise."""

_EXACT: Final[Mapping[str, frozenset[str]]] = {
    "A": AMBIGUOUS.union(
        [
            "a",
            "a1",
            "a2",
            "disconnected",
            "not_connected",
            "no_vehicle",
            "no_vehicle_connected",
            "no_car",
            "unplugged",
            "free",
        ],
        ["not_plugged", "not_plugged_in", "no_ev_connected", "ev_disconnected", "vehicle_not_connected"],
        ["charger_free", "booting", "updating", "updating_firmware", "connect_cable"],
    ),
    "B": frozenset().union(
        [
            "b",
            "b1",
            "b2",
            "connected",
            "plugged",
            "plugged_in",
            "plugged_waiting",
            "vehicle_connected",
            "ev_connected",
            "reserved",
        ],
        [
            "ready_to_charge",
            "ready_for_charging",
            "ev_ready_to_charge",
            "starting",
            "start_charging",
            "negotiating",
        ],
        [
            "stopped",
            "stop_charging",
            "charged",
            "full",
            "fully_charged",
            "completed",
            "complete",
            "done",
            "conserving",
        ],
        [
            "sleeping",
            "disabled",
            "not_charging",
            "charging_non_charging",
            "not_in_charge",
            "no_power",
            "low_soc",
            "erratic_ev",
        ],
        ["need_auth", "de_authorizing", "pending_approval", "delay_waiting", "ev_waiting", "lb_waiting"],
        ["charge_point_ready_waiting_for_power", "locked_car_connected"],
        ["charger_insert", "charger_wait", "charger_pause", "charger_complete", "charger_end"],
        ["charge_purpose_reached_and_conservation"],
    ),
    "C": frozenset().union(
        [
            "c",
            "c1",
            "c2",
            "d",
            "charging",
            "connected_charging",
            "plugged_charging",
            "charger_charging",
            "charge_in_progress",
        ],
        ["charging_active", "chargingactive", "boosting", "diverting", "discharging", "vent_required"],
        ["solar_charging", "partial_solar_charging"],
    ),
    "E": frozenset(["e", "f", "error", "fault", "faulted", "failure", "failed", "invalid", "crashed"]),
}

# The first pattern that fits decides: "charging_finished" must not be taken for charging.
_PATTERNS: Final = tuple(
    (letter, re.compile(pattern))
    for letter, pattern in (
        ("E", r"error|fault|failure|err_|.*_(fault|error)$"),
        ("A", r"(no|not)_(vehicle|car|ev|cable)|.*(disconnected|unplugged)"),
        ("B", r"charg.*_(completed?|finished|stopped|paused|ended|done|interrupted|cancell?ed|suspended)"),
        (
            "B",
            r"a?waiting|wait_|suspended|paused|scheduled|prepar|finish|complete|authori[sz]|authenti|load_balancing",
        ),
        ("B", r"connected_|ready_to_|switching_to_|lb_"),
        ("C", r"charging_"),
    )
)


def normalised(word: str) -> str:
    """Return a word in small letters with underscores between its parts: "readyForCharging", "Not plugged in"."""
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.strip())
    return re.sub(r"\W+", "_", word.casefold()).strip("_")


def letter(word: str, mapping: Mapping[str, str]) -> str | None:
    """Return A, B, C or E for a status word; None if neither the mapping nor the dictionary knows it.

    `mapping` comes from `status_map`.
    """
    word = normalised(word)
    if word in mapping:
        return mapping[word]
    for result, words in _EXACT.items():
        if word in words:
            return result
    return next((result for result, pattern in _PATTERNS if pattern.match(word)), None)


def status_map(stored: Any) -> dict[str, str]:
    """Return normalised word -> letter from a mapping or from lines of "word = letter".

    D counts as C, F as E. Raises ValueError with the line or word that cannot be understood.
    """
    result: dict[str, str] = {}
    for word, value in _pairs(stored):
        found = {"D": "C", "F": "E"}.get(value.strip().upper(), value.strip().upper())
        if found not in LETTERS or not normalised(word):
            raise ValueError(f"{word} = {value}")
        result[normalised(word)] = found
    return result


def _pairs(stored: Any) -> list[tuple[str, str]]:
    if not stored:
        return []
    if isinstance(stored, Mapping):
        return [(str(word), str(value)) for word, value in stored.items()]
    pairs = []
    for line in str(stored).splitlines():
        if not line.strip():
            continue
        word, sign, value = line.rpartition("=")
        if not sign:
            word, sign, value = line.rpartition(":")
        if not sign:
            raise ValueError(line.strip())
        pairs.append((word, value))
    return pairs
