"""The shop's files as views with our column names, in a catalog of their own.

The views live in an in-memory database of their own that is attached to dbt's connection: they
are sources to dbt, and nothing of them (absolute paths, for one) is left in the built file.
"""

# ruff: noqa: S608 - the shop file's expressions are SQL by design; all else is quoted
from __future__ import annotations

from pathlib import Path

import duckdb

from recsys.errors import ShopFileError
from recsys.shop.file import TABLES, Shop, Table, nearest

CATALOG = "recsys_inputs"
FILE, ROW = "recsys_file", "recsys_row"
"""Names that no column of theirs is likely to have."""
PARQUET = {".parquet", ".pq"}
DELIMITED = {".csv", ".tsv", ".txt"}
JSON = {".json", ".jsonl", ".ndjson"}
DATABASE = {".duckdb", ".db", ".ddb"}


def attach_shop(
    connection: duckdb.DuckDBPyConnection, shop: Shop, settings: dict[str, object]
) -> None:
    """Attach a catalog with the views purchases, ratings, products, customers and settings.

    A table the shop doesn't have is an empty view of the same columns.

    Raises:
        ShopFileError: a file is missing or unreadable, or a column or expression doesn't fit it.

    """
    try:
        # An attempt that failed may have left its own behind: dbt tries again and hides the reason.
        for database in (CATALOG, *(f"{CATALOG}_{name}" for name in TABLES)):
            connection.execute(f"detach database if exists {database}")
        connection.execute(f"attach ':memory:' as {CATALOG}")
    except duckdb.Error as error:
        raise ShopFileError(
            f"the database can't be called {CATALOG}: give the file another name ({error})"
        ) from None
    for name, table in shop.tables().items():
        query = _empty(name) if table is None else _mapped(connection, shop, name, table)
        connection.execute(f"create view {CATALOG}.main.{name} as {query}")
    _require_rows(connection, shop)
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


def _require_rows(connection: duckdb.DuckDBPyConnection, shop: Shop) -> None:
    """Refuse a shop of empty files: an export that failed shall not empty every list."""
    given = {name: getattr(shop, name) for name in ("purchases", "ratings") if getattr(shop, name)}
    for name, table in given.items():
        try:
            if connection.execute(f"select 1 from {CATALOG}.main.{name} limit 1").fetchall():
                return
        except duckdb.Error as error:
            raise _unreadable(name, table, error) from None
    paths = " and ".join(
        f"'{table.path}'" + (f" where {table.where}" if table.where else "")
        for table in given.values()
    )
    raise ShopFileError(f"{' and '.join(given)}: no rows in {paths}")


def _mapped(connection: duckdb.DuckDBPyConnection, shop: Shop, name: str, table: Table) -> str:
    relation = _reader(connection, shop, name, table)
    try:
        theirs = [row[0] for row in connection.execute(f"describe from {relation}").fetchall()]
    except duckdb.Error as error:
        raise _unreadable(name, table, error) from None
    named = {c.lower(): c for c in theirs if c not in {FILE, ROW}}

    def expression(place: str, source: str) -> str:
        if source.lower() in named:
            return _quoted(named[source.lower()])
        try:
            # Beside a column, so that max(x) is refused: it isn't one value per row.
            connection.execute(f"select {FILE}, ({source}\n) from {relation} limit 0").fetchall()
        except duckdb.Error as error:
            hint = (
                nearest(source, list(named.values()))
                if source.isidentifier()
                else (f": {_first_line(error)} (columns: {', '.join(named.values())})")
            )
            raise ShopFileError(
                f"{name}.{place}: '{source}' is neither a column of '{table.path}' nor a "
                f"SQL expression over its columns{hint}"
            ) from None
        return f"({source}\n)"

    ours = table.required + table.optional
    folder = _text(f"{shop.folder.as_posix()}/")
    parts = [f"replace({FILE}, {folder}, '') as file", f"{ROW} as row_number"]
    for column in ours:
        source = table.columns.get(column)
        value = expression(f"columns.{column}", source) if source else "null::varchar"
        parts.append(f"{value} as {column}")
    if table.takes_other_columns:
        structs = []
        for column, source in table.columns.items():
            if column not in ours:
                value = f"cast({expression(f'columns.{column}', source)} as varchar)"
                structs.append(f"{{'attribute': {_text(column)}, 'value': {value}}}")
        listed = ", ".join(structs)
        parts.append(f"[{listed}]::struct(attribute varchar, value varchar)[] as attributes")
    where = f" where ({expression('where', table.where)})" if table.where else ""
    return f"select {', '.join(parts)} from {relation}{where}"


def _reader(connection: duckdb.DuckDBPyConnection, shop: Shop, name: str, table: Table) -> str:
    """Return the FROM item that reads the table, with columns for each row's file and number."""
    path = table.path if Path(table.path).is_absolute() else (shop.folder / table.path).as_posix()
    suffixes = {s.lower() for s in Path(table.path).suffixes}
    if suffixes & DATABASE:
        return _numbered(_attached(connection, name, path, table), several=False)
    files = connection.execute("from glob(?)", [path]).fetchall()
    if not files:
        raise ShopFileError(
            f"{name}.path: no file matches '{table.path}' (looked in {shop.folder})"
        )
    if not any(Path(file).stat().st_size for (file,) in files):
        raise ShopFileError(f"{name}.path: '{table.path}' is empty")
    options = f"{_text(path)}, filename='{FILE}', union_by_name=true"
    if suffixes & PARQUET:
        rows = f"read_parquet({options}, file_row_number=true)"
        return f"(select * exclude (file_row_number), file_row_number + 1 as {ROW} from {rows})"
    if suffixes & DELIMITED:
        # Everything as text: a sniffed type would turn the id 00123 into 123. Without the header
        # option a single row too long makes DuckDB skip the rows before it, without padding one
        # too short makes it see a single column; padding rules out reading in parallel.
        options += ", all_varchar=true, header=true, null_padding=true, parallel=false"
        reader = f"read_csv({options})"
    elif suffixes & JSON:
        reader = _json_reader(connection, options)
    else:
        legal = ", ".join(sorted(PARQUET | DELIMITED | JSON | DATABASE))
        raise ShopFileError(f"{name}.path: '{table.path}' has no known file type (legal: {legal})")
    return _numbered(reader, several=len(files) > 1)


def _json_reader(connection: duckdb.DuckDBPyConnection, options: str) -> str:
    """Read JSON with the types DuckDB finds, but ids as text, as they are written.

    It makes lower-case UUIDs of upper-case ones, and puts quotes around the texts of a column
    that holds numbers, too.
    """
    reader = f"read_json_auto({options})"
    try:
        found = connection.execute(f"describe from {reader}").fetchall()
    except duckdb.Error:
        return reader  # said by who reads it next
    types = {name: "VARCHAR" if of in {"UUID", "JSON"} else of for name, of, *_ in found}
    if types == {name: of for name, of, *_ in found}:
        return reader
    columns = ", ".join(f"{_text(n)}: {_text(t)}" for n, t in types.items() if n != FILE)
    return f"read_json({options}, columns={{{columns}}})"


def _numbered(relation: str, several: bool) -> str:
    numbered = f"(select *, row_number() over () as {ROW} from {relation})"
    if not several:
        return numbered
    in_file = f"{ROW} - min({ROW}) over (partition by {FILE}) + 1"
    return f"(select * replace ({in_file} as {ROW}) from {numbered})"


def _attached(connection: duckdb.DuckDBPyConnection, name: str, path: str, table: Table) -> str:
    if table.table is None:
        raise ShopFileError(f"{name}.table: say which table of '{table.path}' to read")
    parts = ".".join(_quoted(p) for p in table.table.split("."))
    opened = connection.execute("select path, database_name from duckdb_databases()").fetchall()
    for known, database in opened:  # a file can be attached once only
        if known and Path(known).resolve() == Path(path).resolve():
            return f"(select *, {_text(table.path)} as {FILE} from {_quoted(database)}.{parts})"
    try:
        connection.execute(f"attach {_text(path)} as {CATALOG}_{name} (read_only)")
    except duckdb.Error as error:
        raise ShopFileError(
            f"{name}.path: can't open '{table.path}': {_first_line(error)}"
        ) from None
    return f"(select *, {_text(table.path)} as {FILE} from {CATALOG}_{name}.{parts})"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _unreadable(name: str, table: Table, error: duckdb.Error) -> ShopFileError:
    return ShopFileError(f"{name}: can't read '{table.path}': {_short(error)}")


def _short(error: Exception) -> str:
    """Return what DuckDB says, without its advice on options that a shop file doesn't have."""
    lines = str(error).strip().split("\n\n")[0].split("\n")
    return " ".join(line.strip() for line in lines[:3])
