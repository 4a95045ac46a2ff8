"""Sessions survive crashes, full disks, damaged and foreign files, and add up to the right figures."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text

from custom_components.evcc.core.session import SessionRecord, Statistics
from custom_components.evcc.store import Problem, StoreError, sessions as sessions_module, tables
from custom_components.evcc.store.sessions import FILE, SessionStore

upsert = sessions_module._upsert
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

FULL = SessionRecord(
    id=7,
    created=NOON,
    finished=NOON + timedelta(hours=2),
    loadpoint="Garage",
    loadpoint_name="lp1",
    identifier="04A1",
    vehicle="blue; \"car\" 'x'",
    odometer=1234.5,
    meter_start=100.0,
    meter_stop=110.0,
    charged_energy=10.0,
    charge_duration=7200.5,
    soc_start=20.0,
    soc_end=40.0,
    added_range=60.0,
    solar_percentage=50.0,
    price=2.5,
    price_per_kwh=0.25,
    co2_per_kwh=120.0,
    reference_price_per_kwh=0.3,
    reference_co2_per_kwh=300.0,
)


def session(number: int, begun: datetime, **values: object) -> SessionRecord:
    return replace(
        SessionRecord(id=number, created=begun, loadpoint="Garage", loadpoint_name="lp1"),
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SessionStore]:
    store = SessionStore(path)
    await store.async_open()
    yield store
    await store.async_close()


def raw(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@pytest.fixture
def full_disk() -> Iterator[None]:
    def fail(connection: Connection, records: list[SessionRecord]) -> None:
        # a file that may not grow is as good as a full disk
        connection.execute(text("PRAGMA max_page_count = 1"))
        connection.execute(text("CREATE TABLE more AS SELECT hex(randomblob(20000)) AS content"))

    with patch.object(sessions_module, "_upsert", fail):
        yield


# Writing and reading


async def test_a_record_comes_back_as_it_was(store: SessionStore) -> None:
    await store.async_write([FULL])
    assert await store.async_get(7) == FULL
    assert await store.async_list() == [FULL]


async def test_unknown_values_stay_unknown(store: SessionStore) -> None:
    record = session(1, NOON)
    await store.async_write([record])
    assert await store.async_get(1) == record
    assert await store.async_get(2) is None


async def test_writing_again_replaces(store: SessionStore) -> None:
    record = session(1, NOON)
    await store.async_write([record])
    await store.async_write([replace(record, charged_energy=3.0, vehicle="white")])
    assert [(r.charged_energy, r.vehicle) for r in await store.async_list()] == [(3.0, "white")]


async def test_a_period_without_charging_leaves_no_record(store: SessionStore) -> None:
    await store.async_write([SessionRecord(loadpoint="Garage"), SessionRecord(id=3, loadpoint="Garage")])
    assert await store.async_list() == []


async def test_later_changes_of_a_handed_over_record_do_not_matter(store: SessionStore) -> None:
    record = session(1, NOON)
    await store.async_write([record])
    record.vehicle = "changed"
    assert (await store.async_list())[0].vehicle == ""


async def test_records_survive_closing(path: Path, store: SessionStore) -> None:
    await store.async_write([FULL])
    await store.async_close()
    again = SessionStore(path)
    await again.async_open()
    assert await again.async_list() == [FULL]
    await again.async_close()


async def test_closed_store_refuses_to_read_and_forgives_writing_and_closing(path: Path) -> None:
    store = SessionStore(path)
    assert store.closed
    with pytest.raises(StoreError):
        await store.async_list()
    await store.async_close()
    assert read(path) is None


async def test_largest_id(store: SessionStore) -> None:
    assert await store.async_max_id() == 0
    await store.async_write([session(3, NOON), session(12, NOON)])
    assert await store.async_max_id() == 12


async def test_titles_can_be_corrected(store: SessionStore) -> None:
    await store.async_write([FULL])
    assert await store.async_update(7, vehicle="white")
    assert await store.async_update(7, loadpoint="Carport")
    assert await store.async_update(7)
    assert not await store.async_update(8, vehicle="white")
    assert not await store.async_update(8)
    assert await store.async_get(7) == replace(FULL, vehicle="white", loadpoint="Carport")


async def test_a_deleted_session_is_gone(store: SessionStore) -> None:
    await store.async_write([FULL])
    assert await store.async_delete(7)
    assert not await store.async_delete(7)
    assert await store.async_list() == []


# Filters


@pytest.mark.parametrize(
    ("year", "month", "zone", "expected"),
    [
        pytest.param(None, None, UTC, [3, 2, 1], id="all, newest first"),
        pytest.param(None, 2, UTC, [3, 2, 1], id="a month without a year is ignored"),
        pytest.param(2026, None, UTC, [3, 2], id="a year"),
        pytest.param(2026, 2, UTC, [2], id="a month"),
        pytest.param(2026, 3, UTC, [3], id="next month"),
        pytest.param(2026, 3, BERLIN, [3, 2], id="a month of the local time"),
        pytest.param(2025, 12, UTC, [1], id="december ends with the year"),
        pytest.param(2026, 1, BERLIN, [1], id="new year's eve in UTC is new year in Berlin"),
        pytest.param(2026, 13, UTC, [], id="no such month"),
        pytest.param(2026, 0, UTC, [], id="month 0 is none"),
        pytest.param(20260, 1, UTC, [], id="no such year"),
        pytest.param(9999, None, UTC, [], id="the last year of all"),
    ],
)
async def test_filters(
    store: SessionStore, year: int | None, month: int | None, zone: ZoneInfo, expected: list[int]
) -> None:
    await store.async_write(
        [
            session(1, datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
            session(2, datetime(2026, 2, 28, 23, 30, tzinfo=UTC)),
            session(3, datetime(2026, 3, 15, 12, tzinfo=UTC)),
        ]
    )
    found = await store.async_list(year=year, month=month, tz=zone)
    assert [r.id for r in found] == expected
    streamed = [r.id async for r in store.async_iterate(year=year, month=month, tz=zone, chunk=2)]
    assert streamed == expected


async def test_least_energy_and_limit(store: SessionStore) -> None:
    await store.async_write(
        [session(n, NOON + timedelta(hours=n), charged_energy=n / 100) for n in range(1, 11)]
    )
    assert [r.id for r in await store.async_list(least=0.05)] == [10, 9, 8, 7, 6, 5]
    assert [r.id for r in await store.async_list(limit=2)] == [10, 9]


async def test_streaming_yields_each_once_even_with_equal_times(store: SessionStore) -> None:
    await store.async_write([session(n, NOON) for n in range(1, 12)])
    assert [r.id async for r in store.async_iterate(chunk=3)] == list(range(11, 0, -1))
    assert [r.id async for r in store.async_iterate(chunk=11)] == list(range(11, 0, -1))


# Statistics


async def test_statistics_weigh_by_energy_and_leave_out_what_is_unknown(store: SessionStore) -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    begun = now - timedelta(days=400)

    def ended(number: int, ago: float, energy: float, **values: float) -> SessionRecord:
        return session(number, begun, finished=now - timedelta(days=ago), charged_energy=energy, **values)

    await store.async_write(
        [
            ended(1, 1, 10, solar_percentage=100.0, price_per_kwh=0.1, co2_per_kwh=100.0),
            ended(2, 29, 30, solar_percentage=0.0, price_per_kwh=0.3),
            ended(3, 100, 40, price_per_kwh=0.5),  # solar share not known
            ended(4, 200, 20, solar_percentage=50.0),  # before new year
            ended(5, 399, 100, solar_percentage=10.0),
            ended(6, 1, 0, solar_percentage=100.0),  # nothing charged
            session(7, begun, charged_energy=50.0, solar_percentage=100.0),  # not finished
        ]
    )
    found = await store.async_statistics(now, UTC)
    assert list(found) == ["30d", "365d", "thisYear", "total"]
    month = Statistics(solar_percentage=25.0, charged_kwh=40.0, avg_price=0.25, avg_co2=100.0)
    assert found["30d"] == month
    assert found["thisYear"] == Statistics(
        solar_percentage=25.0, charged_kwh=40.0, avg_price=pytest.approx(0.375), avg_co2=100.0
    )
    assert found["365d"].charged_kwh == 60.0
    assert found["365d"].solar_percentage == pytest.approx((1000 + 1000) / 60)
    assert found["total"].charged_kwh == 160.0


async def test_statistics_of_nothing_are_zero(store: SessionStore) -> None:
    found = await store.async_statistics(NOON, UTC)
    assert set(found.values()) == {Statistics()}


@pytest.mark.parametrize(
    ("finished", "counts"),
    [
        pytest.param(datetime(2025, 12, 31, 22, 59, tzinfo=UTC), False, id="still the old year"),
        pytest.param(datetime(2025, 12, 31, 23, 0, tzinfo=UTC), True, id="midnight in Berlin"),
    ],
)
async def test_this_year_begins_at_local_midnight(
    store: SessionStore, finished: datetime, counts: bool
) -> None:
    record = session(1, finished, finished=finished, charged_energy=1.0, solar_percentage=0.0)
    await store.async_write([record])
    found = await store.async_statistics(NOON, BERLIN)
    assert found["thisYear"].charged_kwh == (1.0 if counts else 0.0)


# Repair after a power cut


async def test_open_sessions_end_where_the_next_one_begins(store: SessionStore) -> None:
    await store.async_write(
        [
            session(1, NOON, meter_start=100.0),
            session(2, NOON, meter_start=112.5, loadpoint_name="other"),
            session(3, NOON, meter_start=120.0),
        ]
    )
    assert await store.async_repair("lp1", 125.0) == 2
    first, third = await store.async_get(1), await store.async_get(3)
    assert first is not None
    assert third is not None
    assert (first.meter_stop, first.charged_energy, first.finished) == (120.0, 20.0, None)
    assert (third.meter_stop, third.charged_energy, third.finished) == (125.0, 5.0, None)
    assert (await store.async_get(2)) == session(2, NOON, meter_start=112.5, loadpoint_name="other")


async def test_what_was_repaired_does_not_grow_at_the_next_start(store: SessionStore) -> None:
    await store.async_write([session(1, NOON, meter_start=100.0)])
    assert await store.async_repair("lp1", 110.0) == 1
    assert await store.async_repair("lp1", 150.0) == 0


@pytest.mark.parametrize(
    ("record", "counter"),
    [
        pytest.param(session(1, NOON, meter_start=100.0), None, id="no counter now"),
        pytest.param(session(1, NOON), 110.0, id="no counter then"),
        pytest.param(session(1, NOON, meter_start=100.0), 50.0, id="the meter was replaced"),
        pytest.param(session(1, NOON, meter_start=100.0), 9000.0, id="the counter jumped"),
        pytest.param(session(1, NOON, meter_start=100.0, finished=NOON), 110.0, id="it has ended"),
    ],
)
async def test_repair_leaves_alone(store: SessionStore, record: SessionRecord, counter: float | None) -> None:
    await store.async_write([record])
    assert await store.async_repair("lp1", counter) == 0
    assert await store.async_get(1) == record


async def test_the_running_session_is_no_crash(store: SessionStore) -> None:
    """Mend 22: a restart continues it."""
    await store.async_write([session(1, NOON, meter_start=100.0)])
    assert await store.async_repair("lp1", 110.0, running=1) == 0


# Trouble


@pytest.mark.usefixtures("full_disk")
async def test_full_disk_keeps_records_and_says_so_once(
    store: SessionStore, caplog: pytest.LogCaptureFixture
) -> None:
    await store.async_write([session(1, NOON)])
    await store.async_write([session(2, NOON)])
    assert store.problem is Problem.UNWRITABLE
    assert caplog.text.count("will be tried again: database or disk is full") == 1
    assert not store.retry_due
    assert await store.async_max_id() == 2


@pytest.mark.usefixtures("full_disk")
async def test_what_could_not_be_written_is_written_later(store: SessionStore) -> None:
    await store.async_write([session(1, NOON)])
    with patch.object(sessions_module, "_upsert", upsert):
        await store.async_write([session(1, NOON, charged_energy=2.0)])
        assert store.problem is None
    assert raw(store.path, "SELECT id, charged_energy FROM sessions") == [(1, 2.0)]


@pytest.mark.usefixtures("full_disk")
async def test_retry_is_due_after_a_pause(store: SessionStore) -> None:
    await store.async_write([session(1, NOON)])
    assert not store.retry_due
    await store.async_write([])  # not yet
    store._retry_at = 0.0
    assert store.retry_due
    with patch.object(sessions_module, "_upsert", upsert):
        await store.async_write([])
    assert not store.retry_due
    assert await store.async_max_id() == 1


async def test_a_locked_file_neither_raises_nor_loses(path: Path, store: SessionStore) -> None:
    other = sqlite3.connect(path)
    try:
        other.execute("BEGIN EXCLUSIVE")
        with patch.object(sessions_module, "_BUSY", 0.0):
            store._engine = None
            await store.async_write([FULL])
            assert store.problem is Problem.UNWRITABLE
            with pytest.raises(StoreError, match="locked"):
                await store.async_list()
    finally:
        other.close()
    assert await store.async_list() == [FULL]
    assert store.problem is None


async def test_figures_that_came_during_a_write_are_written_too(store: SessionStore) -> None:
    newer = session(1, NOON, charged_energy=5.0)

    def slow(connection: Connection, records: list[SessionRecord]) -> None:
        upsert(connection, records)
        store._pending[1] = newer

    with patch.object(sessions_module, "_upsert", slow):
        await store.async_write([session(1, NOON)])
    assert await store.async_get(1) == newer


@pytest.mark.usefixtures("full_disk")
async def test_losing_sessions_at_the_end_is_reported(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SessionStore(path)
    await store.async_open()
    await store.async_write([FULL])
    await store.async_close()
    assert "1 charging sessions could not be stored" in caplog.text


async def test_a_folder_that_cannot_be_written_is_no_reason_to_raise(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "nowhere" / FILE)
    await store.async_open()
    assert store.problem is Problem.UNWRITABLE
    await store.async_write([FULL])
    assert await store.async_max_id() == 7
    (tmp_path / "nowhere").mkdir()
    assert await store.async_list() == [FULL]
    assert store.problem is None
    await store.async_close()


async def test_nothing_is_written_while_a_backup_is_made(store: SessionStore) -> None:
    await store.async_hold()
    await store.async_write([FULL])
    assert raw(store.path, "SELECT id FROM sessions") == []
    assert await store.async_list() == []
    assert await store.async_max_id() == 7
    with pytest.raises(StoreError):
        await store.async_delete(7)
    await store.async_release()
    assert await store.async_list() == [FULL]


async def test_closing_does_not_wait_for_a_backup(path: Path, store: SessionStore) -> None:
    await store.async_hold()
    await store.async_write([FULL])
    await store.async_close()
    assert raw(path, "SELECT id FROM sessions") == [(7,)]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"this is no database, but long enough to look at" * 50, id="no database"),
        pytest.param(None, id="a page is damaged"),
    ],
)
async def test_a_corrupt_file_is_set_aside(
    path: Path, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    if damage is None:
        whole = SessionStore(path)
        await whole.async_open()
        await whole.async_write([session(n, NOON, vehicle="x" * 200) for n in range(200)])
        await whole.async_close()
        content = bytearray(read(path) or b"")
        content[5 * 4096 : 9 * 4096] = b"\x55" * (4 * 4096)
        damage = bytes(content)
    write(path, damage)
    store = SessionStore(path)
    await store.async_open()
    assert store.problem is Problem.CORRUPT
    assert store.set_aside is not None
    assert store.set_aside.name.startswith(f"{FILE}.corrupt-")
    assert read(store.set_aside) == damage
    await store.async_write([FULL])
    assert await store.async_list() == [FULL]
    assert store.problem is Problem.CORRUPT  # until the next start
    await store.async_close()
    assert "is damaged" in caplog.text


async def test_damage_that_shows_later_loses_nothing_new(path: Path, store: SessionStore) -> None:
    write(path, b"\x55" * 20_000)
    await store.async_write([FULL])
    assert store.problem is Problem.CORRUPT
    assert await store.async_list() == [FULL]


async def test_a_damaged_file_that_cannot_be_renamed(path: Path) -> None:
    write(path, b"\x55" * 20_000)
    store = SessionStore(path)
    with patch.object(Path, "rename", side_effect=PermissionError("read-only")):
        await store.async_open()
    assert store.problem is Problem.UNWRITABLE
    await store.async_close()


# Versions


async def test_a_newer_file_is_not_touched(path: Path) -> None:
    raw(path, "CREATE TABLE sessions (something NEW)")
    raw(path, "PRAGMA user_version = 99")
    before = read(path)
    store = SessionStore(path)
    await store.async_open()
    assert store.problem is Problem.NEWER
    assert not store.usable
    await store.async_write([FULL])
    assert not store.retry_due
    assert await store.async_max_id() == 0
    with pytest.raises(StoreError):
        await store.async_list()
    await store.async_close()
    assert read(path) == before


async def test_a_file_of_another_program_is_not_touched(path: Path) -> None:
    raw(path, "CREATE TABLE sessions (id INTEGER PRIMARY KEY)")
    before = read(path)
    store = SessionStore(path)
    await store.async_open()
    assert store.problem is Problem.FOREIGN
    await store.async_close()
    assert read(path) == before


async def test_the_schema_of_version_1_is_that_of_the_queries(path: Path, store: SessionStore) -> None:
    columns = [row[1] for row in raw(path, "PRAGMA table_info(sessions)")]
    assert columns == [c.name for c in tables.SESSIONS.c]
    assert raw(path, "PRAGMA user_version") == [(len(tables.MIGRATIONS),)]


async def test_migration_keeps_what_is_there(path: Path, store: SessionStore) -> None:
    await store.async_write([FULL])
    await store.async_close()

    def add_column(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE sessions ADD COLUMN note VARCHAR"))

    with patch.object(tables, "MIGRATIONS", [*tables.MIGRATIONS, add_column]):
        again = SessionStore(path)
        await again.async_open()
        assert await again.async_list() == [FULL]
        await again.async_close()
    assert raw(path, "PRAGMA user_version") == [(2,)]
    assert raw(path, "SELECT note FROM sessions") == [(None,)]


async def test_a_migration_that_fails_changes_nothing(path: Path, store: SessionStore) -> None:
    await store.async_write([FULL])
    await store.async_close()

    def half(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE sessions RENAME TO moved"))
        connection.execute(text("SELECT * FROM nothing"))

    with patch.object(tables, "MIGRATIONS", [*tables.MIGRATIONS, half]):
        again = SessionStore(path)
        await again.async_open()
        assert again.problem is Problem.UNWRITABLE
        await again.async_close()
    assert raw(path, "PRAGMA user_version") == [(1,)]
    assert raw(path, "SELECT id FROM sessions") == [(7,)]


async def test_what_is_committed_survives_a_power_cut(path: Path, store: SessionStore) -> None:
    settings: dict[str, object] = {}

    def look(connection: Connection) -> None:
        for name in ("journal_mode", "synchronous"):
            settings[name] = connection.execute(text(f"PRAGMA {name}")).scalar()

    await store._async_run(look)
    assert settings == {"journal_mode": "delete", "synchronous": 3}  # 3 is EXTRA
    await store.async_write([FULL])
    assert [f.name for f in path.parent.iterdir()] == [FILE]


async def test_a_hundred_thousand_sessions_are_no_burden(path: Path, store: SessionStore) -> None:
    raw(
        path,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        " INSERT INTO sessions (id, created, finished, loadpoint, loadpoint_name, identifier, vehicle,"
        " charged_energy, charge_duration, solar_percentage) SELECT i,"
        " strftime('%Y-%m-%d %H:%M:%S.000000', 1500000000 + i * 3000, 'unixepoch'),"
        " strftime('%Y-%m-%d %H:%M:%S.000000', 1500002000 + i * 3000, 'unixepoch'),"
        " 'Garage', 'lp1', '', '', 10, 3600, 50 FROM n",
    )
    found = await store.async_statistics(NOON, UTC)
    assert found["total"] == Statistics(solar_percentage=50.0, charged_kwh=1e6)
    count = 0
    async for _ in store.async_iterate(chunk=5000):
        count += 1
        if count == 20_000:
            break
    assert count == 20_000
    assert len(await store.async_list(limit=10)) == 10
