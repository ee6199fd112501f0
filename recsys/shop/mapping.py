"""The columns and expressions of a shop file as a query over its files."""

# ruff: noqa: S608 - the shop file's expressions are SQL by design; all else is quoted
from __future__ import annotations

import re

import duckdb

from recsys.errors import ShopFileError
from recsys.shop.expressions import ExpressionError, check_expression
from recsys.shop.file import Table
from recsys.shop.format import Format
from recsys.shop.lines import whole_line
from recsys.shop.part import FILE, ROW
from recsys.shop.readers import Relation
from recsys.storage.names import quoted, text

PURCHASES = "purchases"
NUMBERS = {
    *("quantity", "unit_price", "amount", "discount", "list_price", "rating"),
    *("price", "cost", "margin", "stock"),
}
TIMES = {"purchased_at", "rated_at", "shown_at", "clicked_at"}
FIRST_LINES = 1000
"""An expression that can be computed of none of these can't be computed."""
NO_TYPE = '"NULL"'  # what DuckDB calls the type of a bare null


def mapped_query(
    connection: duckdb.DuckDBPyConnection, relation: Relation, name: str, table: Table
) -> str:
    """Return the query of an input's files with the columns that the shop file maps.

    Parameters
    ----------
    connection
        Where the files can be read.
    relation
        The files.
    name
        The input's name, such as `purchases`.
    table
        What the shop file says of it.

    Raises
    ------
    ShopFileError
        A column isn't there, or an expression or condition doesn't fit the files.

    """
    sources = {f"columns.{column}": source for column, source in table.columns.items()}
    if table.where:
        sources["where"] = table.where
    values = _values(connection, relation, table, name, sources)
    parts = [f"{FILE} as file", f"{ROW} as row_number"]
    for column in table.required + table.optional:
        value, kind = values.pop(f"columns.{column}", ("null", NO_TYPE))
        if kind == "VARCHAR":
            value = _read_as_written(column, value, table.format)
        elif kind == NO_TYPE:
            value = f"{value}::varchar"
        parts.append(f"{value} as {column}")
    if name == PURCHASES:
        parts.append(f"{whole_line(relation)} as line")
    condition = values.pop("where", None)
    if table.takes_other_columns:
        structs = ", ".join(
            f"{{'attribute': {text(place.removeprefix('columns.'))}, "
            f"'value': cast({value} as varchar)}}"
            for place, (value, _) in values.items()
        )
        parts.append(f"[{structs}]::struct(attribute varchar, value varchar)[] as attributes")
    if condition is not None and condition[1] != "BOOLEAN":
        raise ShopFileError(
            f"{name}.where: '{table.where}' is no condition but {condition[1]}: write what must "
            "hold, such as Store = 'Berlin'"
        )
    if condition is not None:
        _require_answers(connection, relation, condition[0], f"{name}.where", table)
    where = f" where ({condition[0]})" if condition else ""
    return f"select {', '.join(parts)} from {relation.sql}{where}"


def _values(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    table: Table,
    name: str,
    sources: dict[str, str],
) -> dict[str, tuple[str, str]]:
    """Return each column, or expression over the columns, as SQL with its type."""
    names = list(relation.columns)
    named = {column.strip().casefold(): column for column in reversed(names)}
    named |= {column.casefold(): column for column in reversed(names)}
    values = {}
    for place, source in sources.items():
        column = named.get(source.casefold()) or named.get(source.strip().casefold())
        if column is not None and column.casefold() in relation.ambiguous:
            raise ShopFileError(
                f"{name}.{place}: '{table.path}' has several columns called '{column}': rename "
                "all but one, or name the columns in `format: {header: […]}`"
            )
        if column is not None and place.removeprefix("columns.") in table.required:
            _require_everywhere(relation, column, f"{name}.{place}")
        if column is None:
            try:
                check_expression(source, names)
            except ExpressionError as error:
                raise _no_value(f"{name}.{place}", source, table, names, error) from None
        if column is not None:
            values[place] = quoted(column)
        elif place == "where":
            values[place] = f"({source}\n)"
        else:
            # what can't be computed of a line is missing there, and cleaning says so
            values[place] = f"try({source}\n)"
            failure = _failure(connection, relation, f"({source}\n)", place)
            if failure is not None:
                raise ShopFileError(
                    f"{name}.{place}: '{source}' can't be computed of '{table.path}': "
                    f"{_first_line(failure)}. Correct the expression; try_cast gives nothing where "
                    "a value doesn't fit"
                )
    try:
        kinds = _types(connection, relation, list(values.values()))
    except duckdb.Error:
        for place, value in values.items():  # which one is it?
            try:
                _types(connection, relation, [value])
            except duckdb.Error as error:
                source = sources[place]
                raise _no_value(f"{name}.{place}", source, table, names, error) from None
        raise
    return dict(zip(values, zip(values.values(), kinds, strict=True), strict=True))


def _require_everywhere(relation: Relation, column: str, place: str) -> None:
    """Refuse a required column that some of several files don't have."""
    for file, columns in relation.columns_of.items():
        if column.casefold() not in {name.casefold() for name in columns}:
            raise ShopFileError(
                f"{place}: '{file}' has no column '{column}', which other files of the path have "
                f"(columns: {', '.join(columns)}): rename it there, or leave the file out "
                "of the path"
            )


def _require_answers(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    condition: str,
    place: str,
    table: Table,
) -> None:
    """Refuse a condition that some line can't answer: whether it belongs here, nobody knows."""
    try:
        connection.execute(f"select count(*) from {relation.sql} where {condition}").fetchall()
    except duckdb.Error as error:
        raise ShopFileError(
            f"{place}: '{table.where}' can't be computed of every line of '{table.path}': "
            f"{_first_line(error)}. Write a condition that every line can answer; try_cast gives "
            "nothing where a value doesn't fit"
        ) from None


def _failure(
    connection: duckdb.DuckDBPyConnection, relation: Relation, value: str, place: str
) -> duckdb.Error | None:
    """Return why an expression can't be computed of any line: a pattern that is none.

    A customer is looked for in all lines: whose id is missing isn't anonymous without a word.
    """
    is_customer = place == "columns.customer_id"
    query = f"select count({value})" if is_customer else f"select {value}"
    limit = "" if is_customer else "limit 1"
    try:
        connection.execute(f"{query} from {relation.sql} {limit}").fetchall()
    except duckdb.BinderException:
        return None  # said when the types are asked for
    except duckdb.ConversionException as error:
        return error if is_customer else None
    except duckdb.Error as error:
        return error if is_customer or _computes_nothing(connection, relation, value) else None
    return None


def _computes_nothing(
    connection: duckdb.DuckDBPyConnection, relation: Relation, value: str
) -> bool:
    lines = f"(select * from {relation.sql} limit {FIRST_LINES})"
    try:
        [(computed,)] = connection.execute(f"select count(try({value})) from {lines}").fetchall()
    except duckdb.Error:
        return True
    return not computed


def _types(
    connection: duckdb.DuckDBPyConnection, relation: Relation, values: list[str]
) -> list[str]:
    listed = ", ".join(f"{value} as v{number}" for number, value in enumerate(values))
    described = connection.execute(f"describe select {listed} from {relation.sql}").fetchall()
    return [kind for _, kind, *_ in described]


def _no_value(
    place: str, source: str, table: Table, names: list[str], error: Exception
) -> ShopFileError:
    said = _first_line(error)
    listed = "" if "(legal: " in said else f" (columns: {', '.join(names)})"
    return ShopFileError(
        f"{place}: '{source}' is neither a column of '{table.path}' nor a SQL expression over its "
        f"columns: {said}{listed}"
    )


def _read_as_written(column: str, value: str, given: Format) -> str:
    """Return a text as staging reads it, where the shop file says how it's written."""
    if column in NUMBERS and given.decimal == ",":
        return f"replace(replace({value}, '.', ''), ',', '.')"
    if column in TIMES and given.date_formats:
        formats = ", ".join(text(one) for one in given.date_formats)
        return f"coalesce(try_strptime({value}, [{formats}])::varchar, {value})"
    return value


def _first_line(error: Exception) -> str:
    """Return the first line of what DuckDB says, without its advice to load native code."""
    said = str(error).strip().split("\n")[0].rstrip(".")
    needed = re.search(r'(\w+ with name "?\w+"?) is not in the catalog.* the (\w+) extension', said)
    if needed is None:
        return said
    return f"{needed[1]} is of DuckDB's extension {needed[2]}, and extensions are never loaded"
