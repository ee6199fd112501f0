"""Which paths can be a database's: a file, by a name under which its tables can be asked for."""

from __future__ import annotations

import stat
from pathlib import Path

from recsys.errors import DatabaseError

SCHEMAS = frozenset(
    ("staging", "intermediate", "recommenders", "marts", "tuning", "information_schema")
)
"""Schemas of a built database, and the one in which clients look tables up."""

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def refuse_special_file(path: Path) -> None:
    """Raise DatabaseError if there is something at `path` that is no ordinary file.

    >>> refuse_special_file(Path("/"))
    Traceback (most recent call last):
        ...
    recsys.errors.DatabaseError: / is a folder, and a database is a file: name one with --database
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):  # nothing is there
        return
    except OSError as error:
        raise DatabaseError(f"{path} can't be a database ({error.strerror})") from error
    for is_kind, called in KINDS:
        if is_kind(mode):
            raise DatabaseError(
                f"{path} is {called}, and a database is a file: name one with --database"
            )


def catalog_name(path: Path) -> str:
    """Return what DuckDB calls the database in a file: the file's name up to the first dot.

    >>> catalog_name(Path("data/my.shop.duckdb"))
    'my'
    """
    return path.name.lstrip(".").partition(".")[0]


def refuse_name(path: Path) -> None:
    """Raise DatabaseError if a file of this path couldn't be asked for its tables.

    >>> refuse_name(Path("marts.duckdb"))
    Traceback (most recent call last):
        ...
    recsys.errors.DatabaseError: marts.duckdb can't be asked: DuckDB calls a database ...
    >>> refuse_name(Path("what?.duckdb"))
    Traceback (most recent call last):
        ...
    recsys.errors.DatabaseError: what?.duckdb can't be a database: DuckDB and dbt read paths ...
    """
    if any(mark in str(path) for mark in "?#\0"):
        raise DatabaseError(
            f"{path} can't be a database: DuckDB and dbt read paths as addresses, which end at "
            "? and #; choose another name for the file or its folder"
        )
    name = catalog_name(path)
    if name.casefold() in SCHEMAS:
        raise DatabaseError(
            f"{path} can't be asked: DuckDB calls a database by its file's name up to the first "
            f"dot, and {name!r} is a schema in it, so that {name}.customers could be either; "
            "choose another name for the file"
        )
