"""Sessions: energy and duration, what they were made of, and what is written when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.evcc.core.config import ChargerTraits
from custom_components.evcc.core.model import Feature, Mode
from custom_components.evcc.core.rates import Tariffs
from custom_components.evcc.core.session import Accounting, SessionRecord
from custom_components.evcc.core.snapshot import snapshot

from .plant import Bench
from .wiring import FIXED, START, TICK, A, B, C, prices

COUNTER = ChargerTraits(has_energy=True)
OWN = ChargerTraits(has_session_energy=True)
HEATING = frozenset({Feature.HEATING, Feature.INTEGRATED_DEVICE})


def charged(charger: ChargerTraits, *steps: tuple[Any, float, dict[str, Any]]) -> tuple[Bench, list[float]]:
    """Return the energy after each step of (status, W, further reading), kWh."""
    bench = Bench(charger)
    m = bench.put(mode=Mode.NOW, status=A, reading=steps[0][2]).memory
    found = []
    for status, power, more in steps:
        bench.sockets[0].status, bench.sockets[0].power, bench.sockets[0].more = status, power, more
        bench.cycle(0)
        found.append(round(m.accounting.total, 6))
    return bench, found


def by_counter(*values: float | None) -> list[tuple[Any, float, dict[str, Any]]]:
    return [(C, 6000, {"energy": v}) for v in values]


@pytest.mark.parametrize(
    ("charger", "steps", "energies"),
    [
        pytest.param(
            FIXED,
            [(C, 6000, {}), (C, 6000, {}), (C, 12_000, {}), (B, 0, {}), (B, 0, {})],
            [0, 0.05, 0.15, 0.15, 0.15],
            id="power over time, backwards",
        ),
        pytest.param(FIXED, [(C, 6000, {}), (A, 0, {}), (C, 6000, {})], [0, 0, 0], id="each connection anew"),
        pytest.param(
            FIXED,
            [(C, 6000, {}), (C, 6000, {}), (B, 0, {}), (C, 6000, {}), (C, 6000, {})],
            [0, 0.05, 0.05, 0.05, 0.1],
            id="segments of one connection",
        ),
        pytest.param(COUNTER, by_counter(100.0, 100.1, 100.3), [0, 0.1, 0.3], id="lifetime counter"),
        pytest.param(
            COUNTER,
            by_counter(None, 100.1, 100.3),
            [0, 0.05, 0.25],
            id="first reading late: power until then",
        ),
        pytest.param(COUNTER, by_counter(0.0, 100.1, 100.3), [0, 0.05, 0.25], id="0 is no reading"),
        pytest.param(COUNTER, by_counter(100.0, None, 100.3), [0, 0, 0.3], id="a reading is missing"),
        pytest.param(COUNTER, by_counter(100.0, 0.0, 100.3), [0, 0, 0.3], id="0 in between"),
        pytest.param(
            COUNTER, by_counter(100.0, 100.5, 2.0, 2.2), [0, 0.5, 0.5, 0.7], id="the meter was replaced"
        ),
        pytest.param(
            OWN,
            [(A, 0, {"session_energy": 7.0})]
            + [(C, 6000, {"session_energy": e}) for e in (7.0, 7.4, None, 7.5)],
            [0, 0, 0.4, 0.4, 0.5],
            id="counter of the charger: what it counted before is not ours",
        ),
        pytest.param(
            OWN,
            [
                (C, 6000, {"session_energy": 7.0}),
                (A, 0, {"session_energy": 7.0}),
                (C, 6000, {"session_energy": 0.3}),
                (C, 6000, {"session_energy": 0.5}),
            ],
            [0, 0, 0, 0.5],
            id="counter of the charger: all of the next session is",
        ),
    ],
)
def test_energy(charger: ChargerTraits, steps: Any, energies: list[float]) -> None:
    assert charged(charger, *steps)[1] == energies


def test_implausible_energy_is_ignored() -> None:
    _, energies = charged(OWN, *[(C, 6000, {"session_energy": e}) for e in (0.0, 1.0, 1002.0, 1.5)])
    assert energies == [0, 1, 1, 1.5]


def test_failed_power_reading_adds_nothing() -> None:
    bench, _ = charged(FIXED, (C, 6000, {}))
    bench.sockets[0].power = None
    bench.cycle(0)
    bench.sockets[0].power = 6000
    bench.cycle(0)
    assert bench.site.loadpoints[0].charged_energy == pytest.approx(0.05)


def test_duration_counts_charging_only() -> None:
    bench, _ = charged(FIXED, (B, 0, {}), (C, 6000, {}), (C, 6000, {}), (B, 0, {}), (B, 0, {}), (C, 6000, {}))
    state = snapshot(bench.site, bench.now).loadpoints[0]
    assert state.charge_duration == 90
    assert state.session_started == START + TICK


def test_clock_that_goes_back_adds_nothing() -> None:
    ledger = Accounting()
    ledger.start(START, None)
    ledger.feed(START - TICK, 6000, None, metered=False)
    assert ledger.integrated == 0
    assert ledger.duration_at(START - TICK) == 0
    ledger.stop(START - TICK)
    assert ledger.duration == 0


def test_nothing_runs_nothing_counts() -> None:
    ledger = Accounting()
    ledger.feed(START, 6000, 5.0, metered=True)
    ledger.update(-1.0)
    ledger.update(0.0)
    ledger.stop(START)
    figures = (
        ledger.integrated,
        ledger.total,
        ledger.solar_percentage,
        ledger.price_per_kwh,
        ledger.co2_per_kwh,
    )
    assert figures == (0, 0, 0, None, None)


def test_record_over_several_segments() -> None:
    bench = Bench(COUNTER)
    bench.tariffs = Tariffs(grid=prices(*[0.3] * 12, *[0.1] * 36), co2=prices(*[400] * 24))
    bench.site.memory.next_session = 17
    bench.put(mode=Mode.NOW, status=A, reading={"energy": 50.0})
    written = []
    steps = [(B, 50.0), (C, 50.0), (C, 50.1), (B, 50.1), (C, 50.1), (B, 50.3), (A, 50.3), (B, 50.3)]
    for status, energy in steps:
        bench.sockets[0].status, bench.sockets[0].more = status, {"energy": energy}
        written.append([(s.id, round(s.charged_energy, 3), s.finished) for s in bench.cycle(1000).sessions])
    assert written == [
        [],
        [(17, 0, None)],
        [],
        [(17, 0.1, START + 3 * TICK)],
        [(17, 0.1, START + 3 * TICK)],
        [(17, 0.3, START + 5 * TICK)],
        [],
        [],
    ]
    assert bench.site.memory.next_session == 18


def test_figures_of_a_record() -> None:
    bench = Bench(COUNTER)
    bench.tariffs = Tariffs(grid=prices(*[0.3] * 12, *[0.1] * 36), co2=prices(*[400] * 24, 500))
    bench.put(mode=Mode.NOW, status=A, reading={"energy": 50.0})
    for status, energy in ((C, 50.0), (C, 52.0), (B, 52.0)):
        bench.sockets[0].status, bench.sockets[0].more = status, {"energy": energy}
        (*_, record) = bench.cycle(1000).sessions or [SessionRecord()]
    assert record == SessionRecord(
        id=1,
        created=START,
        finished=START + 2 * TICK,
        loadpoint="lp1",
        loadpoint_name="lp1",
        meter_start=50.0,
        meter_stop=52.0,
        charged_energy=2.0,
        charge_duration=60.0,
        solar_percentage=0.0,
        price=pytest.approx(0.6),
        price_per_kwh=pytest.approx(0.3),
        co2_per_kwh=pytest.approx(400),
        reference_price_per_kwh=pytest.approx(0.2),
        reference_co2_per_kwh=pytest.approx(400),
    )


def test_records_given_out_are_copies() -> None:
    bench, _ = charged(FIXED, (B, 0, {}), (C, 6000, {}))
    (record,) = bench.outcome.sessions
    assert record is not bench.site.loadpoints[0].memory.session


def heated(
    start: datetime, zone: str, charger: ChargerTraits, *readings: dict[str, Any]
) -> tuple[Bench, Any]:
    bench = Bench(charger, timezone=zone)
    bench.now = start
    m = bench.put(mode=Mode.NOW, status=A, power=6000, reading=readings[0]).memory
    for more in readings:
        bench.sockets[0].status, bench.sockets[0].power, bench.sockets[0].more = C, 6000, more
        bench.cycle(0)
    return bench, m


@pytest.mark.parametrize(
    ("zone", "start", "renewed"),
    [
        pytest.param("UTC", datetime(2026, 6, 1, 23, 59, tzinfo=UTC), True, id="UTC"),
        pytest.param("Europe/Berlin", datetime(2026, 6, 1, 23, 59, tzinfo=UTC), False, id="not in Berlin"),
        pytest.param("Europe/Berlin", datetime(2026, 6, 1, 21, 59, tzinfo=UTC), True, id="Berlin in summer"),
        pytest.param("Europe/Berlin", datetime(2026, 12, 1, 22, 59, tzinfo=UTC), True, id="Berlin in winter"),
        pytest.param(
            "Europe/Berlin", datetime(2026, 3, 28, 22, 59, tzinfo=UTC), True, id="night of summer time"
        ),
        pytest.param("Europe/Berlin", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), True, id="night after"),
        pytest.param(
            "Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), True, id="end of summer time"
        ),
    ],
)
def test_heating_session_ends_at_local_midnight(zone: str, start: datetime, renewed: bool) -> None:
    bench, m = heated(start, zone, ChargerTraits(features=HEATING), {}, {}, {})
    written = [s.id for s in bench.outcome.sessions]
    ended = [s for s in bench.outcome.sessions if s.finished is not None]
    bench.cycle(0)
    assert m.session.id == (2 if renewed else 1)
    assert bench.site.memory.next_session == (3 if renewed else 2)
    if renewed:
        assert written == [1, 2]
        assert [(s.id, round(s.charged_energy, 3), s.charge_duration) for s in ended] == [(1, 0.1, 60)]
        assert m.session.created == start + timedelta(minutes=1)
        assert m.accounting.total == pytest.approx(0.05)


def test_heating_session_with_the_charger_s_own_counter_starts_at_zero() -> None:
    own = ChargerTraits(features=HEATING, has_session_energy=True)
    readings = [{"session_energy": e} for e in (5.0, 5.5, 6.0, 6.25)]
    _, m = heated(datetime(2026, 6, 1, 23, 59, tzinfo=UTC), "UTC", own, *readings)
    assert m.accounting.total == pytest.approx(0.25)


def test_session_of_a_car_does_not_end_at_midnight() -> None:
    _, m = heated(datetime(2026, 6, 1, 23, 59, tzinfo=UTC), "UTC", FIXED, {}, {}, {}, {})
    assert m.session.id == 1


def test_temperature_is_no_state_of_charge_of_a_session() -> None:
    bench = Bench(ChargerTraits(features=HEATING))
    m = bench.put(mode=Mode.NOW, status=A, reading={"soc": 48.0}).memory
    for status in (C, C, B):
        bench.sockets[0].status = status
        bench.cycle(0)
    assert m.session is not None
    assert (m.soc, m.session.soc_start, m.session.soc_end) == (48, None, None)
