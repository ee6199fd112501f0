"""Errors for ids that aren't in the database, with ids that look alike."""

from __future__ import annotations

import math

from recsys.errors import UnknownCustomerError, UnknownProductError
from recsys.reading.built_file import SCHEMA, BuiltFile


def unknown_id(
    build: BuiltFile, kind: str, wanted: str, most_compared: float = math.inf
) -> UnknownCustomerError | UnknownProductError:
    """Return the error for an id that isn't there, with up to three that look alike.

    Parameters
    ----------
    build
        The database.
    kind
        `customer` or `product`.
    wanted
        The id.
    most_compared
        Similar ids are looked for only if the table has at most so many rows.

    """
    table, column = f"{SCHEMA}.{kind}s", f"{kind}_id"
    [rows] = build.query(f"select count(*) as rows from {table}")["rows"].to_pylist()  # noqa: S608
    if kind == "customer" and not rows:
        return UnknownCustomerError(
            f"no customer {wanted!r}: this shop's lines don't say who bought. What is popular "
            "is in marts.popular_products, what goes with a product in marts.bought_together"
        )
    is_compared = rows <= most_compared and is_text(wanted)
    near = ids_like(build, kind, wanted) if is_compared else []
    alike = f" Ids like it: {', '.join(map(repr, near))}." if near else ""
    error = UnknownCustomerError if kind == "customer" else UnknownProductError
    return error(
        f"no {kind} {wanted!r} in this database.{alike} "
        f"List them with: from {table} select {column} order by {column}"
    )


def is_text(wanted: str) -> bool:
    """Tell whether an id can be in a table; a command line may hold bytes that are no UTF-8."""
    try:
        wanted.encode()
    except UnicodeEncodeError:
        return False
    return True


def ids_like(build: BuiltFile, kind: str, wanted: str) -> list[str]:
    """Return up to three ids of customers or products that look like another id."""
    table, column = f"{SCHEMA}.{kind}s", f"{kind}_id"
    found = build.query(
        f"""
        select {column} as id
        from {table}
        where
            ltrim({column}, '0') = ltrim($wanted, '0')
            or jaro_winkler_similarity(lower({column}), lower($wanted)) >= 0.8
        order by
            ltrim({column}, '0') = ltrim($wanted, '0') desc,
            jaro_winkler_similarity(lower({column}), lower($wanted)) desc,
            {column}
        limit 3
        """,  # noqa: S608 - both names are literals of this module
        wanted=wanted[:100],
    )
    return [str(one) for one in found["id"].to_pylist()]
