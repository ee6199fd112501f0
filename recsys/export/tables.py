"""What an export reads: a table with its columns, their meanings, and the order of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import pyarrow as pa

from recsys.reading.built_file import SCHEMA
from recsys.storage.names import quoted

BATCH_ROWS = 10_000
Kind = Literal["text", "integer", "real", "boolean", "date", "moment"]
KINDS: dict[str, tuple[Kind, str]] = {
    "VARCHAR": ("text", "{}"),
    "TINYINT": ("integer", "cast({} as bigint)"),
    "SMALLINT": ("integer", "cast({} as bigint)"),
    "INTEGER": ("integer", "cast({} as bigint)"),
    "BIGINT": ("integer", "{}"),
    "UTINYINT": ("integer", "cast({} as bigint)"),
    "USMALLINT": ("integer", "cast({} as bigint)"),
    "UINTEGER": ("integer", "cast({} as bigint)"),
    "FLOAT": ("real", "cast({} as double)"),
    "DOUBLE": ("real", "{}"),
    "BOOLEAN": ("boolean", "{}"),
    "DATE": ("date", "{}"),
    "TIMESTAMP": ("moment", "{}"),
    "TIMESTAMP WITH TIME ZONE": ("moment", "timezone('UTC', {})"),
}
"""What a column is to a file that knows few types, and its values in SQL; else it is a text."""


@dataclass(frozen=True)
class Field:
    """A column: its name, its type in DuckDB, and what it means."""

    name: str
    data_type: str
    description: str = ""

    @property
    def kind(self) -> Kind:
        """Return what the column is to a file that knows few types."""
        if self.data_type.startswith("DECIMAL"):
            return "real"
        return KINDS.get(self.data_type, ("text", ""))[0]

    @property
    def plain(self) -> str:
        """Return the SQL expression of the values, of one type for each kind."""
        name = quoted(self.name)
        if self.data_type.startswith("DECIMAL"):
            return f"cast({name} as double) as {name}"
        pattern = KINDS.get(self.data_type, ("text", "cast({} as varchar)"))[1]
        return f"{pattern.format(name)} as {name}"


@dataclass(frozen=True)
class Table:
    """A table of the export, wherever its rows lie."""

    name: str
    relation: str
    """As SQL names it."""
    fields: tuple[Field, ...]
    description: str = ""
    is_sorted: bool = False
    """Whether its rows come in order without being sorted."""

    def query(self, expressions: Sequence[str] | None = None) -> str:
        """Return the query of the rows, sorted by what tells them apart; None: as they are.

        Tables begin with their keys, so the columns from left to right are the order, as far as the
        rank where there is one. The run's id is left out: where it differs, times tell more.
        """
        columns = ", ".join(expressions or [quoted(field.name) for field in self.fields])
        query = f"select {columns} from {self.relation} as exported"  # noqa: S608 - quoted names
        if self.is_sorted:
            return query
        names = [field.name for field in self.fields]
        key = names[: names.index("rank") + 1] if "rank" in names else names
        order = [quoted(name) for name in key if name != "run_id"] or [quoted(key[0])]
        return f"{query} order by {', '.join(f'exported.{name}' for name in order)}"

    def count(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Return the number of rows."""
        [(rows,)] = cursor.execute(f"select count(*) from {self.relation}").fetchall()  # noqa: S608
        return int(rows)

    def batches(self, cursor: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
        """Return the sorted rows in batches, each column of its kind's type.

        The cursor can't be used for anything else until the batches are read.
        """
        query = self.query([field.plain for field in self.fields])
        return cursor.sql(query).to_arrow_reader(BATCH_ROWS)

    def rows(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[object, ...]]]:
        """Yield the sorted rows in batches, as tuples of Python's values."""
        for batch in self.batches(cursor):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def public_table(cursor: duckdb.DuckDBPyConnection, name: str) -> Table:
    """Return a public table or view with the descriptions that lie in the database."""
    columns = cursor.execute(
        "select column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where database_name = current_database() and schema_name = $schema "
        "and table_name = $name order by column_index",
        {"schema": SCHEMA, "name": name},
    ).fetchall()
    described = cursor.execute(
        "select comment from duckdb_tables() where database_name = current_database() "
        "and schema_name = $schema and table_name = $name "
        "union all select comment from duckdb_views() where database_name = current_database() "
        "and schema_name = $schema and view_name = $name",
        {"schema": SCHEMA, "name": name},
    ).fetchall()
    return Table(
        name,
        f"{SCHEMA}.{quoted(name)}",
        tuple(Field(*column) for column in columns),
        description=next((str(comment) for (comment,) in described if comment), ""),
    )
