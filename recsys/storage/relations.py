"""Relations that dbt hands over, cut by their columns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import and_
from typing import Any

import duckdb
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression

Relation = duckdb.DuckDBPyRelation

SERVING = "serving"
"""The fold that knows everything, whose lists are served."""


def where(relation: Relation, **values: str) -> Relation:
    """Return the rows whose columns have these values.

    >>> pairs = duckdb.sql("select * from (values ('serving', 1), ('o''clock', 2)) as t (fold, n)")
    >>> where(pairs, fold="o'clock").fetchall()
    [("o'clock", 2)]
    """
    equal = [ColumnExpression(name) == ConstantExpression(value) for name, value in values.items()]
    return relation.filter(reduce(and_, equal))


def read_apart(session: Any, *relations: Relation) -> list[Relation]:
    """Return the same relations of a connection of their own to the same database.

    They can be read while `session` writes what is made of them. Their tables must be committed.

    >>> session = duckdb.connect()
    >>> [apart] = read_apart(session, session.sql("select 1 as n"))
    >>> apart.fetchall()
    [(1,)]
    """
    cursor = session.cursor()
    return [cursor.sql(relation.sql_query()) for relation in relations]


def fold_names(relation: Relation) -> list[str]:
    """Return the folds that a relation has rows of, in their order."""
    rows = relation.project("fold").distinct().order("fold").fetchall()
    return [fold for (fold,) in rows]


def learning_folds(
    folds: Relation, training_folds: Relation, latest: int | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Yield each fold that is judged or served, and its training folds, the earliest first.

    Parameters
    ----------
    folds
        fold, purpose, cutoff_at.
    training_folds
        fold, training_fold, recency_rank: from which past folds a fold may learn, 1 the latest.
    latest
        Take at most so many of them, the latest; all where None.

    """
    allowed: dict[str, list[str]] = {}
    ranked = training_folds.order("fold, recency_rank desc")
    for fold, training_fold, rank in ranked.project("fold, training_fold, recency_rank").fetchall():
        if latest is None or rank <= latest:
            allowed.setdefault(fold, []).append(training_fold)
    learning = folds.filter("purpose <> 'train'").order("cutoff_at")
    for (fold,) in learning.project("fold").fetchall():
        yield fold, allowed.get(fold, [])


def listable_products(training_rows: Relation, fold: str, column: str = "product_id") -> pa.Array:
    """Return the ids of the products that a fold learns from and may list, in their order.

    They are those of a column: `product_id`, or `product_key`.
    """
    listable = where(training_rows, fold=fold).filter("in_catalogue").project(column)
    ids: pa.Array = listable.distinct().order(column).to_arrow_table()[column]
    return ids.combine_chunks()
