"""Table of the charging sessions and its way from one version of the schema to the next."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final, override

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    TypeDecorator,
    text,
)

from ..core.session import SessionRecord


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes, kept as UTC in text of fixed width: it sorts and compares as time does."""

    impl = DateTime
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


SESSIONS: Final = Table(
    "sessions",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("created", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
    Column("loadpoint", String, nullable=False),
    Column("loadpoint_name", String, nullable=False),
    Column("identifier", String, nullable=False),
    Column("vehicle", String, nullable=False),
    Column("odometer", Float),
    Column("meter_start", Float),
    Column("meter_stop", Float),
    Column("charged_energy", Float, nullable=False),
    Column("charge_duration", Float, nullable=False),
    Column("soc_start", Float),
    Column("soc_end", Float),
    Column("added_range", Float),
    Column("solar_percentage", Float),
    Column("price", Float),
    Column("price_per_kwh", Float),
    Column("co2_per_kwh", Float),
    Column("reference_price_per_kwh", Float),
    Column("reference_co2_per_kwh", Float),
)
"""The table as of the newest version; units are those of `SessionRecord`."""


def to_row(record: SessionRecord) -> dict[str, Any]:
    """Return the columns of a record."""
    return {f.name: getattr(record, f.name) for f in fields(record)}


def to_record(row: RowMapping) -> SessionRecord:
    """Return the record that a row holds."""
    return SessionRecord(**row)


def _create(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE sessions ("
            "id INTEGER PRIMARY KEY, created DATETIME NOT NULL, finished DATETIME,"
            " loadpoint VARCHAR NOT NULL, loadpoint_name VARCHAR NOT NULL,"
            " identifier VARCHAR NOT NULL, vehicle VARCHAR NOT NULL, odometer FLOAT,"
            " meter_start FLOAT, meter_stop FLOAT,"
            " charged_energy FLOAT NOT NULL, charge_duration FLOAT NOT NULL,"
            " soc_start FLOAT, soc_end FLOAT, added_range FLOAT, solar_percentage FLOAT,"
            " price FLOAT, price_per_kwh FLOAT, co2_per_kwh FLOAT,"
            " reference_price_per_kwh FLOAT, reference_co2_per_kwh FLOAT)"
        )
    )
    connection.execute(text("CREATE INDEX sessions_created ON sessions (created, id)"))
    connection.execute(text("CREATE INDEX sessions_finished ON sessions (finished)"))


type Migration = Callable[[Connection], None]

MIGRATIONS: Final[list[Migration]] = [_create]
"""Step n leads from version n to n + 1. Steps are never changed, only added: files of every age exist."""


class WrongVersionError(Exception):
    """The file has a version that no step leads on from. 0: it has tables, but never was ours."""

    def __init__(self, version: int) -> None:
        """Keep the version found."""
        super().__init__(f"version {version}")
        self.version = version


def migrate(connection: Connection) -> None:
    """Bring the file up to date, all steps in one transaction; raise WrongVersionError if it cannot be."""
    version = connection.execute(text("PRAGMA user_version")).scalar_one()
    tables = connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
    if version > len(MIGRATIONS) or (version == 0 and tables):
        raise WrongVersionError(version)
    for step in MIGRATIONS[version:]:
        step(connection)
    if version < len(MIGRATIONS):
        connection.execute(text(f"PRAGMA user_version = {len(MIGRATIONS)}"))
