"""The shop's files as views with our column names, in a catalog of their own.

The views live in an in-memory database of their own that is attached to dbt's connection: they
are sources to dbt, and nothing of them (absolute paths, for one) is left in the built file.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from recsys.errors import ShopFileError
from recsys.shop.file import TABLES, Shop, Table, nearest

CATALOG = "recsys_inputs"
PARQUET = {".parquet", ".pq"}
DELIMITED = {".csv", ".tsv", ".txt"}
JSON = {".json", ".jsonl", ".ndjson"}
DATABASE = {".duckdb", ".db", ".ddb"}


def attach_shop(connection: duckdb.DuckDBPyConnection, shop: Shop, settings: dict[str, object]) -> None:
    """Attach the catalog `recsys_inputs` with views purchases, ratings, products, customers and settings.

    A table the shop doesn't have is an empty view of the same columns.

    Raises:
        ShopFileError: a file is missing or unreadable, or a column or expression doesn't fit it.
    """
    connection.execute(f"attach ':memory:' as {CATALOG}")
    for name, table in shop.tables().items():
        query = _empty(name) if table is None else _mapped(connection, shop, name, table)
        connection.execute(f"create view {CATALOG}.main.{name} as {query}")
    connection.execute(f"create table {CATALOG}.main.settings (name varchar, value varchar)")
    values = {"shop": shop.name, **settings}
    if shop.as_of is not None:
        values.setdefault("as_of", shop.as_of.isoformat())
    connection.executemany(
        f"insert into {CATALOG}.main.settings values (?, ?)",
        [[key, str(value)] for key, value in values.items()],
    )


def _empty(name: str) -> str:
    model = TABLES[name]
    columns = "".join(f", null::varchar as {c}" for c in model.required + model.optional)
    attributes = ", []::struct(attribute varchar, value varchar)[] as attributes"
    return (
        "select null::varchar as file, null::bigint as row_number"
        f"{columns}{attributes if model.takes_other_columns else ''} where false"
    )


def _mapped(
    connection: duckdb.DuckDBPyConnection, shop: Shop, name: str, table: Table
) -> str:
    relation, line_number = _reader(connection, shop, name, table)
    try:
        theirs = [row[0] for row in connection.execute(f"describe from {relation}").fetchall()]
    except duckdb.Error as error:
        raise ShopFileError(f"{name}: can't read '{table.path}': {_first_line(error)}") from None
    named = {c.lower(): c for c in theirs if c not in {"filename", "file_row_number"}}

    def expression(column: str, source: str) -> str:
        if source.lower() in named:
            return _quoted(named[source.lower()])
        try:
            connection.execute(f"select ({source}\n) from {relation} limit 0").fetchall()
        except duckdb.Error as error:
            hint = nearest(source, list(named.values())) if source.isidentifier() else (
                f": {_first_line(error)} (columns: {', '.join(named.values())})"
            )
            raise ShopFileError(
                f"{name}.columns.{column}: '{source}' is neither a column of '{table.path}' nor a "
                f"SQL expression over its columns{hint}"
            ) from None
        return f"({source}\n)"

    ours = [c for c in table.required + table.optional]
    folder = _text(f"{shop.folder.as_posix()}/")
    parts = [f"replace(filename, {folder}, '') as file", f"{line_number} as row_number"]
    for column in ours:
        source = table.columns.get(column)
        parts.append(f"{expression(column, source) if source else 'null::varchar'} as {column}")
    if table.takes_other_columns:
        structs = ", ".join(
            f"{{'attribute': {_text(c)}, 'value': cast({expression(c, s)} as varchar)}}"
            for c, s in table.columns.items()
            if c not in ours
        )
        parts.append(f"[{structs}]::struct(attribute varchar, value varchar)[] as attributes")
    where = f" where ({expression('where', table.where)})" if table.where else ""
    return f"select {', '.join(parts)} from {relation}{where}"


def _reader(
    connection: duckdb.DuckDBPyConnection, shop: Shop, name: str, table: Table
) -> tuple[str, str]:
    """Return the FROM item that reads the table, and the expression of its line number."""
    path = table.path if Path(table.path).is_absolute() else (shop.folder / table.path).as_posix()
    suffixes = {s.lower() for s in Path(table.path).suffixes}
    if not suffixes & DATABASE and not connection.execute("from glob(?)", [path]).fetchall():
        raise ShopFileError(f"{name}.path: no file matches '{table.path}' (looked in {shop.folder})")
    if suffixes & PARQUET:
        reader = f"read_parquet({_text(path)}, filename=true, file_row_number=true, union_by_name=true)"
        return reader, "file_row_number + 1"
    if suffixes & DELIMITED:
        # Everything as text: a sniffed type would turn the id 00123 into 123.
        reader = f"read_csv({_text(path)}, all_varchar=true, filename=true, union_by_name=true)"
        return reader, "row_number() over ()"
    if suffixes & JSON:
        reader = f"read_json_auto({_text(path)}, filename=true, union_by_name=true)"
        return reader, "row_number() over ()"
    if suffixes & DATABASE:
        return _attached(connection, name, path, table), "row_number() over ()"
    legal = ", ".join(sorted(PARQUET | DELIMITED | JSON | DATABASE))
    raise ShopFileError(f"{name}.path: '{table.path}' has no known file type (legal: {legal})")


def _attached(
    connection: duckdb.DuckDBPyConnection, name: str, path: str, table: Table
) -> str:
    if table.table is None:
        raise ShopFileError(f"{name}.table: say which table of '{table.path}' to read")
    try:
        connection.execute(f"attach {_text(path)} as {CATALOG}_{name} (read_only)")
    except duckdb.Error as error:
        raise ShopFileError(f"{name}.path: can't open '{table.path}': {_first_line(error)}") from None
    parts = ".".join(_quoted(p) for p in table.table.split("."))
    return f"(select *, {_text(table.path)} as filename from {CATALOG}_{name}.{parts})"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
