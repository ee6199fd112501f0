"""SQL in a shop file: one value of one row, computed from that row alone.

DuckDB's own parser reads the expression, and every node of its tree must be of a kind listed here:
a subquery, a window, a star or a parameter isn't. Functions must be scalar ones that always give
the same for the same values, so that nothing of the machine, the session or another file can be
read, and no second statement can hide in the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from recsys.storage.connections import connect
from recsys.storage.names import nearest, text

LEGAL = {
    *("BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION"),
    *("CONSTANT", "FUNCTION", "LAMBDA", "LAMBDA_REF", "OPERATOR", "TYPE"),
}
REFUSED = {
    "SUBQUERY": "a subquery; only the row's own columns can be used",
    "WINDOW": "a window function; only the row itself can be used, not the rows around it",
    "STAR": "a star; name one column",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "a column's position; use its name",
    "DEFAULT": "DEFAULT",
}
SAFE_MACROS = {
    *("date_add", "days_in_month", "fdiv", "if", "map_contains_entry", "map_contains_value"),
    *("nullif", "split_part"),
}
# These compute with the clock's zone or the calendar, but from what they are given.
OF_TIMES = {
    *("+", "-", "age", "century", "date_diff", "date_part", "date_sub", "date_trunc", "datediff"),
    *("datepart", "datesub", "datetrunc", "day", "dayname", "dayofmonth", "dayofweek"),
    *("dayofyear", "decade", "era", "hour", "isodow", "isoyear", "julian", "last_day"),
    *("make_timestamptz", "microsecond", "millennium", "millisecond", "minute", "month"),
    *("monthname", "quarter", "second", "strftime", "time_bucket", "timezone", "timezone_hour"),
    *("timezone_minute", "week", "weekday", "weekofyear", "year", "yearweek"),
    *("range", "generate_series"),
}
NOT_OF_VALUES = ("__internal", "json_serialize", "json_deserialize", "json_execute", "pg_", "icu_")
INSIDE = {"aggregate", "combine", "finalize", "index_key", "invoke", "alias", "create_sort_key"}


class ExpressionError(ValueError):
    """An expression that can't be one value of one row; the message says why."""


def check_expression(expression: str, columns: Iterable[str]) -> None:
    r"""Refuse what isn't an expression over these columns of one row.

    Parameters
    ----------
    expression
        SQL, to be put between parentheses and a line's end: `({expression}\n)`.
    columns
        The columns of the table that it's computed over.

    Raises
    ------
    ExpressionError
        It doesn't parse, is more than one expression, or does anything but compute.

    """
    names = [column.casefold() for column in columns]
    for found in _nodes(_parsed(expression)):
        _check_node(found, names, list(columns))


def columns_of(expression: str) -> set[str]:
    """Return the columns that an expression reads, in lower case.

    Raises
    ------
    ExpressionError
        It doesn't parse.

    """
    return {
        node["column_names"][0].casefold()
        for node in _nodes(_parsed(expression))
        if node["class"] == "COLUMN_REF"
    }


def depends_on_today(expression: str) -> bool:
    """Tell whether an expression gives something else on another day: `age` of one moment does.

    >>> depends_on_today("age(born_at)"), depends_on_today("age(ordered_at, born_at)")
    (True, False)
    >>> depends_on_today("Order Date")
    False
    """
    try:
        nodes = list(_nodes(_parsed(expression)))
    except ExpressionError:  # the name of a column
        return False
    return any(
        node["class"] == "FUNCTION"
        and node["function_name"].casefold() == "age"
        and len(node["arguments"]) == 1
        for node in nodes
    )


def _parsed(expression: str) -> dict[str, Any]:
    """Return the tree of a text that is one expression."""
    if "\0" in expression or not expression.strip():
        raise ExpressionError("it is empty or holds a NUL character")
    query = f"select ({expression}\n)"
    with connect() as connection:
        [(serialized,)] = connection.execute(f"select json_serialize_sql({text(query)})").fetchall()
    parsed = json.loads(serialized)
    if parsed["error"]:
        said = parsed["error_message"]
        if parsed.get("error_type") == "not implemented":
            said = "it holds another statement"
        raise ExpressionError(said)
    if len(parsed["statements"]) != 1:
        raise ExpressionError("it holds more than one statement")
    node = parsed["statements"][0]["node"]
    if not _is_bare(node):
        raise ExpressionError("it holds more than one expression")
    tree: dict[str, Any] = node["select_list"][0]
    return tree


def _is_bare(node: dict[str, Any]) -> bool:
    clauses = [*("modifiers", "where_clause", "group_expressions", "group_sets")]
    clauses += ["having", "sample", "qualify"]
    return (
        node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(node[clause] for clause in clauses)
        and not node["cte_map"]["map"]
    )


def _nodes(tree: Any, bound: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """Go through a tree's expressions; names that a lambda binds are no columns inside it."""
    if isinstance(tree, list):
        for child in tree:
            yield from _nodes(child, bound)
    elif isinstance(tree, dict):
        if tree.get("class") == "LAMBDA":
            parameters = {
                name.casefold()
                for node in _nodes(tree["lhs"])
                if node["class"] == "COLUMN_REF"
                for name in node["column_names"]
            }
            yield from _nodes(tree["expr"], bound | parameters)
            return
        if "class" in tree:
            is_bound = tree["class"] == "COLUMN_REF" and tree["column_names"][0].casefold() in bound
            if not is_bound:
                yield tree
        for child in tree.values():
            yield from _nodes(child, bound)


def _check_node(node: dict[str, Any], names: list[str], columns: list[str]) -> None:
    kind = node["class"]
    if kind not in LEGAL:
        raise ExpressionError(f"it holds {REFUSED.get(kind, kind.lower())}")
    if kind == "COLUMN_REF":
        name = node["column_names"][0]
        if name.casefold() not in names:
            raise ExpressionError(f"there is no column '{name}'{nearest(name, columns)}")
    if kind == "FUNCTION":
        name = node["function_name"].casefold()
        if name == "row" and not node["arguments"]:
            raise ExpressionError("it is empty")
        if node["schema"] or node["catalog"] or name not in _legal_functions():
            raise ExpressionError(f"it calls {name}(), {_why_not(name)}")


def _why_not(name: str) -> str:
    with connect() as connection:
        kinds = {
            kind
            for (kind,) in connection.execute(
                "select function_type from duckdb_functions() where function_name = ?", [name]
            ).fetchall()
        }
    if "aggregate" in kinds:
        return "which is over many rows; only the row itself can be used"
    if not kinds:
        return "which DuckDB doesn't know"
    return "which doesn't compute with the row's values alone"


@lru_cache
def _legal_functions() -> frozenset[str]:
    """Return the functions that compute one value from values."""
    with connect() as connection:
        found = connection.execute("""
            select function_name, function_type, stability from duckdb_functions()
            where database_name = 'system' and function_type in ('scalar', 'macro')
        """).fetchall()
    return frozenset(
        name
        for name, kind, stability in found
        if not name.startswith(NOT_OF_VALUES)
        and name not in INSIDE
        and (
            name in OF_TIMES | SAFE_MACROS
            or (kind == "scalar" and stability == "CONSISTENT")
            or (kind == "macro" and name.startswith(("list_", "array_")))
        )
    )
