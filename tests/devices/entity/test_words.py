"""The dictionary of status words."""

import pytest

from custom_components.evcc.devices.entity.words import letter, normalised, status_map

A = (
    "A|disconnected|Not connected|no_ev_connected|unplugged|EV Disconnected|charger_free|not_plugged_in|Ready|Idle"
    "|Available|standby|Locked|NOT_CONNECTED|connect_cable|booting|No car|vehicle_unplugged|notReadyForCharging"
)
B = (
    "B|b2|awaiting_start|completed|ready_to_charge|awaiting_authorization|authenticating|de_authorizing|Paused"
    "|awaiting_load_balancing|awaiting_smart_start|paused_due_to_equalizer|start_charging|stop_charging|erratic_ev"
    "|Scheduled|Waiting|Waiting for car demand|Waiting in queue by Power Boost|Locked, car connected"
    "|connected_requesting|connected_finished|connected|negotiating|charging_finished|waiting_car|Preparing"
    "|SuspendedEV|SuspendedEVSE|Finishing|EV Connected|Waiting for EV|EV Ready to charge|Authorizing|Authorized"
    "|suspended|paused_by_scheduler|need_auth|sleeping|disabled|plugged_in|pending_approval|finished|delay_waiting"
    "|ev_waiting|lb_waiting|plugged_waiting|charged|waiting_for_sun|low_soc|switching_to_3_phase|charger_insert"
    "|charger_wait|charger_pause|charger_complete|charger_end|CHARGING_PAUSED|CHARGING_FINISHED|CHARGING_CANCELLED"
    "|stopped|no_power|starting|ready_for_charging|conserving|charging_interrupted|readyForCharging|done"
    "|chargePurposeReachedAndConservation|charge_ended|Charging Non Charging"
)
C = (
    "C|c2|D|charging|Charging|Discharging|connected_charging|charging_reduced|plugged_charging|charger_charging"
    "|charging_limit|Charging Normal|Charging Simplified|Solar Charging|Partial Solar Charging|vent_required"
    "|charge_in_progress|CHARGINGACTIVE|CHARGING_ACTIVE|CHARGING_IN_PROGRESS|CHARGING|boosting|Diverting"
)
E = "E|F|error|Fault|Faulted|error_no_power|charger_hw_fault|failure|invalid|charging_error"


@pytest.mark.parametrize(
    ("word", "expected"),
    [(word, name) for name, words in zip("ABCE", (A, B, C, E), strict=True) for word in words.split("|")],
)
def test_knows_the_words_of_popular_products(word: str, expected: str) -> None:
    assert letter(word, {}) == expected


@pytest.mark.parametrize("word", ["purple", "", "42", "charger"])
def test_does_not_guess(word: str) -> None:
    assert letter(word, {}) is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (" Not  plugged-in ", "not_plugged_in"),
        ("readyForCharging", "ready_for_charging"),
        ("NOT_CONNECTED", "not_connected"),
        ("Lädt", "lädt"),
    ],
)
def test_normalises(word: str, expected: str) -> None:
    assert normalised(word) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(None, {}, id="nothing"),
        pytest.param("", {}, id="an empty field"),
        pytest.param({"Lädt": "c", "1": "A"}, {"lädt": "C", "1": "A"}, id="a mapping"),
        pytest.param("Lädt = C\n\n bereit: b \n", {"lädt": "C", "bereit": "B"}, id="lines"),
        pytest.param("Ventilation=D\nDefekt=F", {"ventilation": "C", "defekt": "E"}, id="D is C, F is E"),
        pytest.param("Modus: Auto = A", {"modus_auto": "A"}, id="the last sign separates"),
    ],
)
def test_reads_the_map_of_the_user(stored: object, expected: dict[str, str]) -> None:
    assert status_map(stored) == expected


@pytest.mark.parametrize("stored", ["charging", "charging = X", "= A", {"charging": ""}])
def test_refuses_a_map_that_makes_no_sense(stored: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        status_map(stored)


def test_the_user_has_the_last_word() -> None:
    assert letter("charging", {"charging": "B"}) == "B"
