"""The columns of a database in which customers stand, by their names and types.

A column is of customers if its name says so, at any depth of lists and structs. So tables that
didn't exist when this was written are found, too, and a user's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from recsys.storage.names import quoted, text

ID = re.compile(r"(^|_)customer_ids?$|^merged_into$", re.IGNORECASE)
"""Names of columns that hold customers' ids."""
KEY = re.compile(r"(^|_)customer_keys?$", re.IGNORECASE)
"""Names of columns that hold the integers that stand for customers within one build."""
NAMING_SETTING = "audit_customer_ids"
"""A setting whose value lists ids in one text: a column of its name is no id."""
NESTED = ("list", "array", "struct", "map", "union")


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    schema: str
    table: str
    name: str
    kind: Any
    """DuckDB's type of its values."""

    @property
    def place(self) -> str:
        """Return the table as SQL names it."""
        return f"{quoted(self.schema)}.{quoted(self.table)}"

    @property
    def called(self) -> str:
        """Return the table as people name it."""
        return f"{self.schema}.{self.table}"

    @property
    def is_nested(self) -> bool:
        """Whether it holds lists or structs."""
        return self.kind.id in NESTED

    @property
    def holds_text(self) -> bool:
        """Whether texts are in it, at any depth."""
        return any(name in str(self.kind) for name in ("VARCHAR", "JSON", "ENUM"))


def columns_of(connection: duckdb.DuckDBPyConnection) -> list[Column]:
    """Return the columns of all tables, not of views, of the database that is in use."""
    rows = connection.execute(
        """
        select schema_name, table_name
        from duckdb_tables()
        where database_name = current_database() and not internal and not temporary
        order by table_oid
        """
    ).fetchall()
    found = []
    for schema, table in rows:
        relation = connection.sql(f"from {quoted(schema)}.{quoted(table)} limit 0")
        kinds = zip(relation.columns, relation.types, strict=True)
        found += [Column(schema, table, name, kind) for name, kind in kinds]
    return found


def members(value: str, name: str, kind: Any) -> list[tuple[str, str, str, Any]]:
    """Return the members of a union: tag, expression of the value, what that is called, its type.

    A member that isn't called after customers itself is called as the union is, because many are
    called after their types.

    Parameters
    ----------
    value
        The expression of the union.
    name
        What it is called.
    kind
        DuckDB's type of it.

    """
    return [
        (
            tag,
            f"union_extract({value}, {text(tag)})",
            tag if ID.search(tag) or KEY.search(tag) else name,
            of_member,
        )
        for tag, of_member in kind.children
        if tag  # the first child is the tag itself
    ]


def customers_in(value: str, name: str, kind: Any) -> Iterator[tuple[str, bool]]:
    """Yield the expressions of a value's parts that are one customer, and whether it is a key.

    Parameters
    ----------
    value
        The expression of the value.
    name
        What it is called.
    kind
        DuckDB's type of it.

    """
    if kind.id == "struct":
        for field, of_field in kind.children:
            yield from customers_in(f"{value}.{quoted(field)}", field, of_field)
    elif kind.id == "union":
        for _, member, called, of_member in members(value, name, kind):
            yield from customers_in(member, called, of_member)
    elif kind.id not in NESTED and (ID.search(name) or KEY.search(name)) and name != NAMING_SETTING:
        yield value, bool(KEY.search(name))
