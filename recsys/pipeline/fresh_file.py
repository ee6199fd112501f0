"""Writing a database afresh: what was deleted from the one it is copied from isn't in its bytes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from recsys.errors import RecsysError
from recsys.storage.connections import connect, limit_memory
from recsys.storage.write_ahead_logs import logs_of, remove_logs

STORAGE = "v1.2.0"
"""The oldest DuckDB that opens the file; DuckDB 2's own format opens in no 1.x driver."""
RUNS = ("marts", "run_history")

Choice = Callable[[str, str], bool]
"""Tells by schema and name whether a table or view goes into the file."""


def write_afresh(source: Path, target: Path, choice: Choice | None = None) -> None:
    """Copy what is in a database into a new file, to the disk itself, and verify it.

    Tables, their rows in order, constraints, views and comments are as they were; the views don't
    depend on the file's name. What a log beside `source` holds is copied, too.

    Parameters
    ----------
    source
        A database that nobody writes to.
    target
        The file to make; one that is there is replaced.
    choice
        Which tables and views; None: everything there is.

    Raises
    ------
    duckdb.Error, OSError
        The file can't be written, as on a full disk.
    RecsysError
        What is in the file isn't what was to be written.

    """
    target.unlink(missing_ok=True)
    remove_logs(target)
    with _both(source, target, writing=True) as connection:
        if choice is None:
            connection.execute("copy from database source to fresh")
        else:
            _copy_chosen(connection, choice)
        connection.execute("checkpoint fresh")  # closing would do it, and say nothing if it failed
    if logs_of(target):
        raise RecsysError(f"DuckDB left {logs_of(target)[0]} beside the file")
    _flush(target)
    with _both(source, target, writing=False) as connection:
        _verify(connection, choice)


@contextlib.contextmanager
def _both(source: Path, target: Path, *, writing: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    # without a log: until it has its place, a file that was begun is worth nothing
    how = f"storage_version '{STORAGE}', recovery_mode 'no_wal_writes'" if writing else "read_only"
    with connect() as connection:
        limit_memory(connection)
        connection.execute("set temp_directory = ?", [str(target.parent / "spill")])
        connection.execute(f"attach {_quoted(source)} as source (read_only)")
        connection.execute(f"attach {_quoted(target)} as fresh ({how})")
        yield connection


def _copy_chosen(connection: duckdb.DuckDBPyConnection, choice: Choice) -> None:
    connection.execute("copy from database source to fresh (schema)")
    for kind in ("view", "table"):
        for schema, name in _names(connection, "fresh", kind):
            if not choice(schema, name):
                connection.execute(f"drop {kind} fresh.{_name(schema, name)}")
    for schema, name in _names(connection, "fresh", "table"):
        table = _name(schema, name)
        connection.execute(f"insert into fresh.{table} select * from source.{table}")  # noqa: S608
    holding = {
        schema for kind in ("view", "table") for schema, _ in _names(connection, "fresh", kind)
    }
    for (schema,) in connection.execute(
        "select schema_name from duckdb_schemas() where database_name = 'fresh' and not internal"
    ).fetchall():
        if schema not in holding and schema != "main":
            connection.execute(f"drop schema fresh.{_name(schema)} cascade")


def _verify(connection: duckdb.DuckDBPyConnection, choice: Choice | None) -> None:
    for kind in ("table", "view"):
        wanted = [
            name for name in _names(connection, "source", kind) if not choice or choice(*name)
        ]
        if sorted(wanted) != sorted(_names(connection, "fresh", kind)):
            raise RecsysError(f"the {kind}s written are not those that were built")
        if kind == "table":
            for schema, name in wanted:
                _same(connection, _name(schema, name), "count(*)", f"rows of {schema}.{name}")
            if RUNS in wanted:
                _same(connection, _name(*RUNS), "list(run_id order by run_id)", "completed runs")
        elif choice:
            for schema, name in wanted:
                if _is_readable(connection, schema, name):
                    connection.execute("use fresh")
                    # raises where a view reads what wasn't chosen
                    connection.execute(f"describe {_name(schema, name)}")


def _is_readable(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Tell whether a view can be read in what was built: a user's may have lost its table."""
    connection.execute("use source")
    try:
        connection.execute(f"describe {_name(schema, name)}")
    except duckdb.Error:
        return False
    return True


def _same(connection: duckdb.DuckDBPyConnection, table: str, what: str, called: str) -> None:
    ask = "select {what} from {database}.{table}"
    built, written = (
        connection.execute(ask.format(what=what, database=database, table=table)).fetchall()
        for database in ("source", "fresh")
    )
    if built != written:
        raise RecsysError(f"{called} written: {written[0][0]}; built: {built[0][0]}")


def _names(
    connection: duckdb.DuckDBPyConnection, database: str, kind: str
) -> list[tuple[str, str]]:
    """Return schema and name of all tables or views, in the order in which they were made."""
    return connection.execute(
        f"""
        select schema_name, {kind}_name
        from duckdb_{kind}s()
        where database_name = ? and not internal
        order by {kind}_oid
        """,  # noqa: S608 - one of two words
        [database],
    ).fetchall()


def _flush(path: Path) -> None:
    """Wait until the file is on the disk; some disks say only then that they are full."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _name(*parts: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
