"""Charging sessions in the SQLite file `evcc.db` of the configuration folder, which backups include.

All access happens in one thread of its own. Writing never raises: what cannot be written now waits in
memory and is tried again. Reading and changing raise StoreError while the file cannot be used.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
import logging
from pathlib import Path
import sqlite3
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, create_engine, delete, event, func, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ..core.session import IMPLAUSIBLE_ENERGY, SessionRecord, Statistics, StatisticsSums, statistics
from . import Problem, StoreError
from .tables import SESSIONS, WrongVersionError, migrate, to_record, to_row

_LOGGER = logging.getLogger(__name__)

FILE: Final = "evcc.db"
RETRY: Final = timedelta(seconds=60)
"""Pause after a failed write."""

_BUSY: Final = 5.0  # s to wait for another program that has locked the file
_C: Final = SESSIONS.c


class SessionStore:
    """The sessions of all loadpoints."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self.path = path
        self.set_aside: Path | None = None  # where the corrupt file went
        self._barred: Problem | None = None  # the file must not be used
        self._failed = False  # the last access failed
        self._engine: Engine | None = None  # None: not prepared
        self._executor: ThreadPoolExecutor | None = None
        self._pending: dict[int, SessionRecord] = {}
        self._retry_at = 0.0  # loop time; 0 unless a write failed
        self._held = False
        self._lock = asyncio.Lock()

    # Opening and closing

    async def async_open(self) -> None:
        """Open or create the file and bring its schema up to date; trouble is told by `problem`."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evcc-sessions")
        try:
            await self._async_run(lambda _: None)
        except StoreError as err:
            _LOGGER.warning("Charging sessions are not available: %s", err)

    async def async_close(self) -> None:
        """Write what is pending, as far as that is possible, and end the thread."""
        if (executor := self._executor) is None:
            return
        await self.async_release()
        if self._pending:
            _LOGGER.error("%d charging sessions could not be stored and are lost", len(self._pending))
        self._executor = None
        # joining a thread blocks, and this one may be waiting for a lock on the file
        await asyncio.get_running_loop().run_in_executor(None, executor.shutdown)

    @property
    def closed(self) -> bool:
        """Whether it has not been opened yet or was closed."""
        return self._executor is None

    @property
    def usable(self) -> bool:
        """Whether the file may be used at all; it may nevertheless be locked or full right now."""
        return self._barred is None

    @property
    def problem(self) -> Problem | None:
        """What is wrong with the file, if anything."""
        if self._barred is not None:
            return self._barred
        if self._failed or self._retry_at:  # a full disk can still be read
            return Problem.UNWRITABLE
        return Problem.CORRUPT if self.set_aside else None

    # Writing

    async def async_write(self, records: Iterable[SessionRecord]) -> None:
        """Insert or replace records by their id; never raises. Without records: retry if that is due."""
        fresh = {r.id: replace(r) for r in records if r.id and r.created is not None}
        if self.usable:
            self._pending.update(fresh)
        if self._pending and (fresh or asyncio.get_running_loop().time() >= self._retry_at):
            await self._async_flush()

    @property
    def retry_due(self) -> bool:
        """Whether something waits in memory whose time to be tried again has come."""
        return bool(self._pending) and asyncio.get_running_loop().time() >= self._retry_at

    async def async_hold(self) -> None:
        """Do not touch the file until `async_release`: it is being copied. What is written waits in memory."""
        async with self._lock:
            self._held = True

    async def async_release(self) -> None:
        """Write again, beginning with what has been waiting."""
        self._held = False
        await self._async_flush()

    async def _async_flush(self) -> None:
        async with self._lock:
            batch = list(self._pending.values())
            if self._held or not batch:
                return
            try:
                await self._async_run(lambda connection: _upsert(connection, batch))
            except StoreError as err:
                if self._retry_at == 0.0:
                    _LOGGER.warning("Charging sessions cannot be written, will be tried again: %s", err)
                self._retry_at = asyncio.get_running_loop().time() + RETRY.total_seconds()
                return
            self._retry_at = 0.0
            for record in batch:
                if self._pending.get(record.id) is record:  # else: newer figures came meanwhile
                    del self._pending[record.id]

    async def async_update(
        self, session_id: int, *, vehicle: str | None = None, loadpoint: str | None = None
    ) -> bool:
        """Change the titles of vehicle or loadpoint, None: leave; return whether that session exists."""
        values = {k: v for k, v in (("vehicle", vehicle), ("loadpoint", loadpoint)) if v is not None}

        def job(connection: Connection) -> int:
            statement = update(SESSIONS).where(_C.id == session_id)
            if not values:
                return len(connection.execute(select(_C.id).where(_C.id == session_id)).all())
            return connection.execute(statement.values(**values)).rowcount

        return await self._async_change(job)

    async def async_delete(self, session_id: int) -> bool:
        """Delete a session for good; return whether there was one."""
        statement = delete(SESSIONS).where(_C.id == session_id)
        return await self._async_change(lambda connection: connection.execute(statement).rowcount)

    async def _async_change(self, job: Callable[[Connection], int]) -> bool:
        """Run a job that returns how many rows it concerned; return whether there were any."""
        if self._held:
            raise StoreError("a backup is being made")
        await self._async_flush()
        return await self._async_run(job) > 0

    async def async_repair(
        self, loadpoint_name: str, counter: float | None, running: int | None = None
    ) -> int:
        """Complete sessions of a loadpoint that a crash or power cut left open; return how many.

        Such a session ended where the next one of that loadpoint began, the newest at `counter` kWh, the
        present lifetime reading. The session `running` goes on and is left alone. Finish times stay unknown.
        """

        def job(connection: Connection) -> int:
            return _repair(connection, loadpoint_name, counter, running)

        return await self._async_run(job)

    # Reading

    async def async_get(self, session_id: int) -> SessionRecord | None:
        """Return a session."""
        found = await self._async_select(select(SESSIONS).where(_C.id == session_id))
        return found[0] if found else None

    async def async_list(
        self,
        *,
        year: int | None = None,
        month: int | None = None,
        tz: tzinfo = UTC,
        least: float = 0.0,
        limit: int | None = None,
    ) -> list[SessionRecord]:
        """Return sessions, newest first, at most `limit`: those of at least `least` kWh begun in that time.

        Years and months are those of `tz`. A month without a year is ignored.
        """
        return await self._async_select(_filtered(year, month, tz, least).limit(limit))

    async def async_iterate(
        self,
        *,
        year: int | None = None,
        month: int | None = None,
        tz: tzinfo = UTC,
        least: float = 0.0,
        chunk: int = 1000,
    ) -> AsyncIterator[SessionRecord]:
        """Iterate over sessions, newest first, holding no more than `chunk` of them in memory."""
        query = _filtered(year, month, tz, least).limit(chunk)
        found = await self._async_select(query)
        while found:
            for record in found:
                yield record
            last = found[-1]
            # the first condition is implied by the others, but the index needs it
            after = (_C.created <= last.created) & ((_C.created < last.created) | (_C.id < last.id))
            found = await self._async_select(query.where(after)) if len(found) == chunk else []

    async def async_max_id(self) -> int:
        """Return the largest id in use, 0 if there is none or the file cannot be read."""
        try:
            stored = await self._async_run(
                lambda connection: connection.execute(select(func.max(_C.id))).scalar()
            )
        except StoreError as err:
            _LOGGER.warning("The last charging session is not known: %s", err)
            stored = None
        return max(stored or 0, *self._pending, 0)

    async def async_statistics(self, now: datetime, tz: tzinfo) -> dict[str, Statistics]:
        """Return the figures of the last 30 and 365 days, of this year in `tz`, and of all time."""
        starts = {
            "30d": now - timedelta(days=30),
            "365d": now - timedelta(days=365),
            "thisYear": datetime(now.astimezone(tz).year, 1, 1, tzinfo=tz),
            "total": datetime.min.replace(tzinfo=UTC),
        }

        def job(connection: Connection) -> dict[str, Statistics]:
            return {name: statistics(_sums(connection, start)) for name, start in starts.items()}

        await self._async_flush()
        return await self._async_run(job)

    # The thread

    async def _async_select(self, query: Select[Any]) -> list[SessionRecord]:
        await self._async_flush()
        return await self._async_run(
            lambda connection: [to_record(row) for row in connection.execute(query).mappings()]
        )

    async def _async_run[R](self, job: Callable[[Connection], R]) -> R:
        """Run `job` in a transaction of its own in the thread; raise StoreError if that does not work."""
        if self._executor is None or not self.usable:
            raise StoreError("closed" if self.usable else str(self.problem))
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._executor, self._work, job)
        except WrongVersionError as err:
            self._barred = Problem.NEWER if err.version else Problem.FOREIGN
            raise StoreError(f"{self.path.name} has {err}") from err
        except (SQLAlchemyError, OSError) as err:
            self._failed = True
            raise StoreError(str(getattr(err, "orig", err))) from err
        self._failed = False
        return result

    def _work[R](self, job: Callable[[Connection], R]) -> R:
        try:
            return self._transaction(job)
        except DatabaseError as err:
            if not _is_corrupt(err):
                raise
        self._engine = None
        self.set_aside = _set_aside(self.path)
        _LOGGER.error("%s is damaged, it is now %s; a new one is begun", self.path.name, self.set_aside.name)
        return self._transaction(job)

    def _transaction[R](self, job: Callable[[Connection], R]) -> R:
        if (engine := self._engine) is None:
            engine = _engine(self.path)
            with engine.begin() as connection:
                migrate(connection)
                # finds damage while there still is a choice, not at the end of a session
                found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
            if found != "ok":
                raise DatabaseError(None, None, _Damaged(found))
            self._engine = engine
        with engine.begin() as connection:
            return job(connection)


class _Damaged(sqlite3.DatabaseError):
    """The file opens but its content is damaged."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _engine(path: Path) -> Engine:
    """Return an engine that holds no connection between two transactions."""
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": _BUSY, "autocommit": False}
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    """Choose durability over speed: there are a few writes a day, and a session cannot be had again.

    A write-ahead log would lose the latest commits in a power cut unless every one is synced, and
    spreads the data over files that a backup copies one after the other. With a rollback journal the one
    file is whole whenever nothing is being written, and EXTRA also syncs the folder after the journal
    has gone, so that what is committed stays committed.
    """
    connection.autocommit = True  # neither can be changed within a transaction
    connection.execute("PRAGMA journal_mode=DELETE").close()
    connection.execute("PRAGMA synchronous=EXTRA").close()
    connection.autocommit = False


def _is_corrupt(err: DatabaseError) -> bool:
    code = getattr(err.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _set_aside(path: Path) -> Path:
    """Rename the file and return its new path. A journal is gone by now: SQLite rolled it back."""
    target = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    return path.rename(target)


def _upsert(connection: Connection, records: list[SessionRecord]) -> None:
    statement = insert(SESSIONS)
    statement = statement.on_conflict_do_update(
        index_elements=[_C.id], set_={c.name: c for c in statement.excluded if not c.primary_key}
    )
    connection.execute(statement, [to_row(r) for r in records])


def _filtered(year: int | None, month: int | None, tz: tzinfo, least: float) -> Select[Any]:
    query = select(SESSIONS).where(_C.charged_energy >= least).order_by(_C.created.desc(), _C.id.desc())
    if year is None:
        return query
    try:
        start = datetime(year, 1 if month is None else month, 1, tzinfo=tz)
        end = datetime(year + (month in (None, 12)), 1 if month is None else month % 12 + 1, 1, tzinfo=tz)
    except ValueError:  # there is no such month
        return query.where(_C.id < 0)
    return query.where(_C.created >= start, _C.created < end)


def _sums(connection: Connection, start: datetime) -> StatisticsSums:
    energy = _C.charged_energy

    def total(value: Any, known: Any) -> Any:
        return func.coalesce(func.sum(value).filter(known.is_not(None)), 0.0)

    query = select(
        total(energy, _C.solar_percentage).label("solar_known"),
        total(energy * _C.solar_percentage, _C.solar_percentage).label("solar"),
        total(energy, _C.price_per_kwh).label("priced"),
        total(energy * _C.price_per_kwh, _C.price_per_kwh).label("price"),
        total(energy, _C.co2_per_kwh).label("co2_known"),
        total(energy * _C.co2_per_kwh, _C.co2_per_kwh).label("co2"),
    ).where(_C.finished >= start, energy > 0)
    return StatisticsSums(**connection.execute(query).mappings().one())


def _repair(connection: Connection, name: str, counter: float | None, running: int | None) -> int:
    following = _C.id.label("id"), _C.meter_start, _C.meter_stop, _C.finished
    rows = connection.execute(select(*following).where(_C.loadpoint_name == name).order_by(_C.id)).all()
    repaired = 0
    ends = [row.meter_start for row in rows[1:]] + [counter]
    for row, end in zip(rows, ends, strict=False):  # without rows there is one end too many
        # what has an end already was completed at an earlier start
        if row.finished is not None or row.meter_stop is not None or row.id == running:
            continue
        if row.meter_start is None or end is None or not 0 <= end - row.meter_start <= IMPLAUSIBLE_ENERGY:
            continue
        values = {"meter_stop": end, "charged_energy": end - row.meter_start}
        connection.execute(update(SESSIONS).where(_C.id == row.id).values(**values))
        repaired += 1
    return repaired
