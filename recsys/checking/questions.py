"""Asking a database that was built for a check."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb

EXAMPLES = 3
"""Rejected lines shown of each reason."""

Rows = list[dict[str, Any]]


def ask(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> Rows:
    """Return a query's rows by column."""
    result = connection.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def ask_one(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> dict[str, Any]:
    """Return the only row of a query."""
    [row] = ask(connection, sql, *parameters)
    return row


def example_rows(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Return some rejected lines of each source and reason: where they stand, what they say."""
    rows = ask(
        connection,
        f"""
        select source, reason, file, row_number, row_json from marts.rejected_rows
        qualify row_number() over (
            partition by source, reason order by file, row_number
        ) <= {EXAMPLES}
        order by source, reason, file, row_number
        """,  # noqa: S608 - a constant
    )
    for row in rows:
        row["values"] = telling(row["reason"], row.pop("row_json"))
    return rows


def telling(reason: str, row_json: str | None) -> dict[str, Any]:
    """Return what of a line the reason speaks of; the whole line where it names no column.

    >>> telling("unreadable_purchased_at", '{"customer_id": "7", "purchased_at": "soon"}')
    {'purchased_at': 'soon'}
    >>> telling("duplicate_line", '{"customer_id": "7", "amount": null}')
    {'customer_id': '7'}
    >>> telling("unreadable_starts", '{"starts": null, "week": "7"}')
    {'week': '7'}

    """
    try:
        values = json.loads(row_json or "{}")
    except ValueError:
        return {"line": row_json}
    if not isinstance(values, dict):
        return {"line": row_json}
    words = re.sub(r"^(missing|unreadable|zero|negative|duplicate)_", "", reason)
    # what can't be read may stand in another column: the start of a promotion in its week
    if words in values and (values[words] is not None or not reason.startswith("unreadable_")):
        return {words: values[words]}
    return {name: value for name, value in values.items() if value not in (None, "")}
