"""One SQLite file of all exported tables, with their descriptions in tables of their own.

Python's own SQLite writes it. DuckDB's extension would have to be downloaded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from recsys.export.tables import Field, Table
from recsys.storage.names import quoted

TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "moment": "TIMESTAMP",
}
DESCRIPTIONS = """
create table table_descriptions (table_name text primary key, description text);
create table column_descriptions (
    table_name text, position integer, column_name text, description text,
    primary key (table_name, column_name)
);
"""


def write_sqlite(
    cursor: duckdb.DuckDBPyConnection, tables: Sequence[Table], path: Path
) -> list[int]:
    """Write the tables to a new file and return the number of rows of each.

    Times are texts, as SQLite's functions take them; booleans are 0 and 1. Ids by which a table is
    read first have an index.

    Raises
    ------
    sqlite3.Error
        The file can't be written.

    """
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        # nobody else sees the file before it is whole and on the disk
        file.execute("pragma journal_mode = off")
        file.execute("pragma synchronous = off")
        file.executescript(DESCRIPTIONS)
        counts = []
        for table in tables:
            file.execute("begin")
            _write_table(cursor, table, file)
            _describe(table, file)
            file.execute("commit")
            counted = file.execute(f"select count(*) from {quoted(table.name)}")  # noqa: S608
            counts.append(int(counted.fetchone()[0]))
        return counts


def _write_table(cursor: duckdb.DuckDBPyConnection, table: Table, file: sqlite3.Connection) -> None:
    columns = ", ".join(f"{quoted(field.name)} {TYPES[field.kind]}" for field in table.fields)
    file.execute(f"create table {quoted(table.name)} ({columns})")
    places = ", ".join("?" * len(table.fields))
    insert = f"insert into {quoted(table.name)} values ({places})"  # noqa: S608 - quoted names
    for batch in table.batches(cursor):
        values = [
            _values(field, column)
            for field, column in zip(table.fields, batch.columns, strict=True)
        ]
        file.executemany(insert, zip(*values, strict=True))
    key = table.fields[0].name
    if key.endswith("_id"):
        index = quoted(f"{table.name}_by_{key}")
        file.execute(f"create index {index} on {quoted(table.name)} ({quoted(key)})")


def _values(field: Field, column: pa.Array) -> list[object]:
    if field.kind in ("date", "moment"):
        texts = column.cast(pa.string())
        if field.kind == "moment":
            texts = pc.replace_substring_regex(texts, r"\.0+$", "")
        return list(texts.to_pylist())
    return list(column.to_pylist())


def _describe(table: Table, file: sqlite3.Connection) -> None:
    file.execute("insert into table_descriptions values (?, ?)", (table.name, table.description))
    file.executemany(
        "insert into column_descriptions values (?, ?, ?, ?)",
        [
            (table.name, at, field.name, field.description)
            for at, field in enumerate(table.fields, start=1)
        ],
    )
