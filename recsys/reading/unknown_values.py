"""Errors for categories and brands that no product has, with those that look alike."""

from __future__ import annotations

from recsys.errors import UnknownValueError
from recsys.reading.built_file import BuiltFile
from recsys.reading.filters import Filters


def require_known(build: BuiltFile, filters: Filters) -> None:
    """Refuse categories and brands that the build doesn't hold: a slip would give no products.

    Raises
    ------
    UnknownValueError
        Naming up to three that look alike.

    """
    for column, values in (("category", filters.categories), ("brand", filters.brands)):
        for value in sorted(values):
            if not _is_there(build, column, value):
                raise _error(build, column, value)


def _is_there(build: BuiltFile, column: str, value: str) -> bool:
    tables = ("products", "popular_products") if column == "category" else ("products",)
    return any(
        build.row(f"select 1 from marts.{table} where {column} = $value limit 1", value=value)  # noqa: S608
        for table in tables
    )


def _error(build: BuiltFile, column: str, value: str) -> UnknownValueError:
    found = build.query(
        f"""
        select {column} as name
        from marts.products
        where jaro_winkler_similarity(lower({column}), lower($value)) >= 0.8
        group by {column}
        order by max(jaro_winkler_similarity(lower({column}), lower($value))) desc, {column}
        limit 3
        """,  # noqa: S608 - the columns are literals of this module
        value=value[:100],
    )
    near = [str(one) for one in found["name"].to_pylist()]
    alike = f" Like it: {', '.join(map(repr, near))}." if near else ""
    return UnknownValueError(
        f"no product has the {column} {value!r}.{alike} "
        f"List them with: from marts.products select distinct {column}"
    )
