"""What survives a restart: settings and memory as JSON, charging sessions in SQLite."""

from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with a stored file. Values double as translation keys."""

    NEWER = "newer"  # written by a newer release: left alone, nothing is read or written
    FOREIGN = "foreign"  # not ours: left alone, nothing is read or written
    CORRUPT = "corrupt"  # was unreadable: set aside under another name, begun anew
    UNREADABLE = "unreadable"  # cannot be opened: left alone, nothing is written
    UNWRITABLE = "unwritable"  # disk full, locked, read-only: kept in memory and tried again


class StoreError(Exception):
    """Stored sessions cannot be read or changed now."""
