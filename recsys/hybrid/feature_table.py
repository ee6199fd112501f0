"""Pairs of customers and products to learn from, out of the table of features."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.hybrid.examples import Examples
from recsys.hybrid.linear_odds import Columns
from recsys.storage.relations import Relation, where

KEYS = [
    "fold",
    "customer_key",
    "product_key",
    "customer_hash",
    "is_new",
    "is_bought",
    "training_weight",
]
"""Columns of the table of features that aren't features."""

IS_NEW = "pair_is_new"
"""The feature that is 1 for products never bought, 0 for others."""

NOMINAL = ("product_department", "product_category")
"""Features whose numbers are names."""

PROMOTED_BEFORE = re.compile(r"\w+_days_(?:one_week|eight_weeks)")
"""Features that say what was promoted before the cut-off."""

PROMOTED_NEXT = re.compile(r"\w+_days_next_(?:week|window)|\w+_promoted_discount")
"""Features that say what will be promoted in the label window, as far as that is known."""

FEWEST_BOUGHT = 200
"""A fold with fewer bought pairs is left out of training: its estimates would be too unsure."""


def feature_names(features: Relation) -> list[str]:
    """Return the columns of the table that are features."""
    return [name for name in features.columns if name not in KEYS]


def columns_of(names: Sequence[str]) -> Columns:
    """Return which of the features mean something else than the more, the more."""
    return Columns(
        names.index(IS_NEW) if IS_NEW in names else None,
        [names.index(name) for name in NOMINAL if name in names],
    )


def unknown_promotions(names: Sequence[str], *, before: bool, later: bool) -> list[int]:
    """Return the positions of features of promotions that a fold doesn't know.

    Parameters
    ----------
    names
        All features.
    before
        Whether it knows promotions from before its cut-off.
    later
        Whether it knows promotions of its label window.

    """
    unknown = [
        pattern
        for pattern, is_known in ((PROMOTED_BEFORE, before), (PROMOTED_NEXT, later))
        if not is_known
    ]
    return [
        position
        for position, name in enumerate(names)
        if any(pattern.fullmatch(name) for pattern in unknown)
    ]


def pair_numbers(pairs: pa.Table | pa.RecordBatch) -> NDArray[np.int64]:
    """Return (pairs,) a number for each customer_key and product_key, another for any other."""
    customers, products = (
        pairs.column(name).to_numpy(zero_copy_only=False).astype(np.int64)
        for name in ("customer_key", "product_key")
    )
    numbers: NDArray[np.int64] = customers << 32 | products
    return numbers


def without_next_promotions(
    features: NDArray[np.float32], names: Sequence[str]
) -> NDArray[np.float32]:
    """Return (rows, names) features of the same pairs if nothing were promoted in the label window.

    Days of promotions become 0 where they are known, and discounts of promotions unknown.
    """
    changed = features.copy(order="F")
    for position, name in enumerate(names):
        if PROMOTED_NEXT.fullmatch(name):
            column = changed[:, position]
            known = ~np.isnan(column) & ("_days_" in name)
            changed[:, position] = np.where(known, np.float32(0), np.float32(np.nan))
    return changed


def read_examples(features: Relation, fold: str, names: list[str]) -> Examples:
    """Return the pairs of a fold that may be learned from."""
    table = (
        where(features, fold=fold)
        .filter("training_weight is not null")
        # sums within the trees depend on the order; halves of it are halves of the customers
        .order("customer_hash, customer_key, product_key")
        .to_arrow_table()
    )
    return Examples(
        feature_matrix(table, names),
        table["is_bought"].to_numpy(zero_copy_only=False).astype(bool),
        table["training_weight"].to_numpy().astype(np.float64),
    )


def feature_matrix(table: pa.Table | pa.RecordBatch, names: list[str]) -> NDArray[np.float32]:
    """Return (rows, names) float32, NaN for null; each column's values side by side."""
    matrix = np.empty((table.num_rows, len(names)), np.float32, order="F")
    for position, name in enumerate(names):
        matrix[:, position] = table.column(name).to_numpy(zero_copy_only=False)
    return matrix


def earlier_and_later(parts: Sequence[Examples]) -> tuple[Examples, Examples]:
    """Return folds, in order of time, as the two parts that a `PurchaseModel` learns from.

    The latest fold against those before it; one alone by halves of its customers.
    """
    if len(parts) > 1:
        return Examples.concatenated(parts[:-1]), parts[-1]
    return parts[0].halves()


def with_enough_bought(examples: Mapping[str, Examples]) -> dict[str, Examples]:
    """Return the folds that a model is trained on: those in which enough was bought."""
    return {name: part for name, part in examples.items() if _bought(part) >= FEWEST_BOUGHT}


def too_few_bought(examples: Mapping[str, Examples]) -> str:
    """Return the message that no fold can be trained on, with the count of the best one."""
    name = max(examples, key=lambda fold: _bought(examples[fold]))
    return (
        f"only {_bought(examples[name]):,} of the candidates of fold {name} were bought, of at "
        f"least {FEWEST_BOUGHT:,} to learn from"
    )


def _bought(examples: Examples) -> int:
    return int(examples.is_bought.sum())
