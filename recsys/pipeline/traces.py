"""Customers are removed from every table of a database, and what still names them is looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from recsys.pipeline.customer_columns import Column, columns_of, customers_in
from recsys.pipeline.named_in_settings import take_out_of_settings
from recsys.pipeline.nested_customers import without_customers
from recsys.storage.names import quoted, text

JSON = re.compile(r"(^|_)json$", re.IGNORECASE)
"""Names of texts that are JSON objects, such as lines that were rejected."""
WITHIN_JSON = ("customer_id", "merged_into")
UNREADABLE = ("text", "problem")
"""Where a line that couldn't be read stands in its JSON."""
SIGNS = r"""[][{}:,;|="'\\\s]+"""
"""What stands between the words of such a line."""
IDS, KEYS = "(select id from forgotten_ids)", "(select key from forgotten_keys)"
IDS_PER_PATTERN = 500
"""A pattern of many more would be too large to be compiled."""
AUDIENCES = "marts.product_audiences"


class Removed(NamedTuple):
    """How many rows of a table are gone, or have lost what named a customer."""

    table: str
    rows: int


class Mention(NamedTuple):
    """A text that still has a customer's id in it, in so many rows."""

    table: str
    column: str
    rows: int


def with_merged(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    """Return the ids and all that are merged with them: they are one person."""
    places = [
        place
        for place, names in _names_of(columns_of(connection)).items()
        if {"customer_id", "merged_into"} <= names
    ]
    found, waiting = set(ids), list(ids)
    while waiting:
        new = {
            customer_id
            for place in places
            for (customer_id,) in connection.execute(
                f"select merged_into from {place} where list_contains($ids, customer_id) "  # noqa: S608 - quoted
                f"union select customer_id from {place} where list_contains($ids, merged_into)",
                {"ids": waiting},
            ).fetchall()
            if customer_id is not None
        }
        waiting = sorted(new - found)
        found |= new
    return found


def remove_customers(
    connection: duckdb.DuckDBPyConnection, ids: Sequence[str]
) -> tuple[list[Removed], set[str]]:
    """Remove customers from every table of the database that is in use.

    Their bytes stay in the file until it is written afresh.

    Returns
    -------
    (removed, found)
        How many rows of which table, and which of the ids were there.

    """
    columns = columns_of(connection)
    _name(connection, ids)
    found = _found(connection, columns)
    _find_keys(connection, columns)
    gone: dict[str, int] = {}
    for (place, called), conditions in _conditions(columns).items():
        where = " or ".join(conditions)
        [(rows,)] = connection.execute(f"delete from {place} where {where}").fetchall()  # noqa: S608 - quoted
        gone[called] = rows
    for column in columns:
        rows = _shorten_lists(connection, column, ids) + _empty_json(connection, column)
        gone[column.called] = gone.get(column.called, 0) + rows
    for called, rows in take_out_of_settings(connection, columns, set(ids)).items():
        gone[called] = gone.get(called, 0) + rows
    if gone.get(AUDIENCES):
        _close_ranks(connection)
    return [Removed(table, rows) for table, rows in gone.items() if rows], found


def found_customers(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    """Return which of the ids stand in a column of customers."""
    _name(connection, ids)
    return _found(connection, columns_of(connection))


def _name(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> None:
    connection.execute("create or replace temp table forgotten_ids (id varchar)")
    connection.execute("insert into forgotten_ids select unnest(?::varchar[])", [list(ids)])


def mentions(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[Mention]:
    """Return texts that have one of the ids as a word: what a person has to look at.

    Only ids that tell are looked for: `7` may be a count, and `1029743` another thing's number.
    """
    telling = list(map(pattern_of, filter(is_telling, ids)))
    patterns = [
        rf"(^|[^\pL\pN_])({'|'.join(telling[start : start + IDS_PER_PATTERN])})($|[^\pL\pN_])"
        for start in range(0, len(telling), IDS_PER_PATTERN)
    ]
    found = []
    for column in columns_of(connection) if patterns else ():
        if column.holds_text:
            text_of = f"cast({quoted(column.name)} as varchar)"
            matches = " or ".join([f"regexp_matches({text_of}, ?)"] * len(patterns))
            query = f"select count(*) from {column.place} where {matches}"  # noqa: S608 - quoted
            [(rows,)] = connection.execute(query, patterns).fetchall()
            if rows:
                found.append(Mention(column.called, column.name, rows))
    return found


def is_telling(customer_id: str) -> bool:
    """Tell whether an id, seen in a text, is hardly anything else.

    >>> is_telling("7"), is_telling("20240531"), is_telling("c-4711"), is_telling("ann")
    (False, False, True, False)
    """
    has_letter = any(sign.isalpha() for sign in customer_id)
    has_other = any(not sign.isalpha() for sign in customer_id)
    return has_letter and has_other and len(customer_id) >= 4


def pattern_of(word: str) -> str:
    r"""Return the pattern that finds a text and nothing else.

    >>> pattern_of("a.b-ü")
    'a\\.b\\-ü'
    """
    return re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", word)


def _found(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> set[str]:
    return {
        customer_id
        for column in columns
        for value, is_key in customers_in(quoted(column.name), column.name, column.kind)
        if not is_key
        for (customer_id,) in connection.execute(
            "select id from forgotten_ids where id in "  # noqa: S608 - quoted
            f"(select cast({value} as varchar) from {column.place})"
        ).fetchall()
    }


def _find_keys(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> None:
    """Write down which integers stand for the customers: tables with both say so."""
    connection.execute("create or replace temp table forgotten_keys (key bigint)")
    for place, names in _names_of(columns).items():
        if {"customer_id", "customer_key"} <= names:
            connection.execute(
                f"insert into forgotten_keys select distinct customer_key from {place} "  # noqa: S608 - quoted
                "where customer_id in (select id from forgotten_ids) and customer_key is not null"
            )


def _names_of(columns: Sequence[Column]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for column in columns:
        names.setdefault(column.place, set()).add(column.name)
    return names


def _conditions(columns: Sequence[Column]) -> dict[tuple[str, str], list[str]]:
    """Return, per table, how its rows of these customers are told."""
    conditions: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        for value, is_key in customers_in(quoted(column.name), column.name, column.kind):
            kind, listed = ("bigint", KEYS) if is_key else ("varchar", IDS)
            condition = f"try_cast({value} as {kind}) in {listed}"
            conditions.setdefault((column.place, column.called), []).append(condition)
    return conditions


def _shorten_lists(
    connection: duckdb.DuckDBPyConnection, column: Column, ids: Sequence[str]
) -> int:
    """Take customers out of a column's lists and maps; return in how many rows they were."""
    name = quoted(column.name)
    shorter = without_customers(name, column.name, column.kind)
    if shorter is None:
        return 0
    keys = [key for (key,) in connection.execute("select key from forgotten_keys").fetchall()]
    given = {"ids": list(ids), "keys": keys}
    [(rows,)] = connection.execute(
        f"update {column.place} set {name} = {shorter} where {shorter} is distinct from {name}",  # noqa: S608 - quoted
        {parameter: listed for parameter, listed in given.items() if f"${parameter}" in shorter},
    ).fetchall()
    return int(rows)


def _empty_json(connection: duckdb.DuckDBPyConnection, column: Column) -> int:
    """Empty the JSON of lines that name customers; return how many there were."""
    if not JSON.search(column.name) or not column.holds_text or column.is_nested:
        return 0
    name = quoted(column.name)
    named = " or ".join(f"{_cleaned(f'{name} ->> {text(key)}')} in {IDS}" for key in WITHIN_JSON)
    said = " || ' ' || ".join(f"coalesce({name} ->> {text(key)}, '')" for key in UNREADABLE)
    [(rows,)] = connection.execute(
        f"""
        update {column.place} set {name} = '{{}}' where rowid in (
            select rowid from {column.place} where json_valid({name}) and ({named})
            union all
            select words.line from (
                select rowid as line, unnest(regexp_split_to_array({said}, {text(SIGNS)})) as word
                from {column.place}
                where json_valid({name}) and {name} ->> 'text' is not null
            ) as words
            where words.word in {IDS}
        )
        """  # noqa: S608 - quoted
    ).fetchall()
    return int(rows)


def _cleaned(value: str) -> str:
    """Return an id as staging cleans most: without blanks, a spreadsheet's guards and `.0`."""
    return f"""nfc_normalize(regexp_replace(trim({value}), '^(="|''|=)|"$|[.]0+$', '', 'g'))"""


def _close_ranks(connection: duckdb.DuckDBPyConnection) -> None:
    """Let those behind the ones who left an audience move up."""
    connection.execute(
        f"""
        update {AUDIENCES} as audiences set rank = moved.rank
        from (
            select rowid as line, row_number() over (partition by product_id order by rank) as rank
            from {AUDIENCES}
        ) as moved
        where audiences.rowid = moved.line and audiences.rank <> moved.rank
        """  # noqa: S608 - ours
    )
