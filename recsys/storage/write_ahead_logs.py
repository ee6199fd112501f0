"""What DuckDB writes beside a database until the file itself has it all."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".wal", ".wal.checkpoint", ".wal.recovery")


def logs_of(database: Path) -> list[Path]:
    """Return the logs that are there: of a program that writes to the database or was killed."""
    return [log for log in map(database.with_name, log_names(database)) if log.exists()]


def log_names(database: Path) -> list[str]:
    """Return the names that a database's logs can have.

    >>> log_names(Path("data/shop.duckdb"))[0]
    'shop.duckdb.wal'
    """
    return [f"{database.name}{suffix}" for suffix in SUFFIXES]


def remove_logs(database: Path) -> None:
    """Remove the logs of a database whose place another takes: DuckDB would add them to that."""
    for log in logs_of(database):
        log.unlink(missing_ok=True)
