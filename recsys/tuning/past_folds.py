"""What may be known when tuning: the folds before the judged ones, read from a built database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.data.interactions import Interactions
from recsys.errors import DatabaseError, InvalidParameterError
from recsys.storage.relations import Relation, where
from recsys.tuning.fingerprint import fingerprint

HAND_OVER = "build the shop first: recsys build"


@dataclass(frozen=True, kw_only=True)
class PastFold:
    """One fold: what was known at its cut-off, and for one list type what was bought after it."""

    fold: str
    cutoff_at: datetime
    label_until: datetime
    interactions: Interactions
    """Of equal scores the product of the first column comes first."""
    products: pa.Table
    """product_id and text columns, by product_id."""
    only_rated: NDArray[np.int64]
    """Cells, customer * n_products + product, rated but never bought; ascending."""
    customers: NDArray[np.int64]
    """Rows of the interactions whose customers have a relevant product, ascending."""
    relevant: NDArray[np.int64]
    """Cells of relevant products, ascending."""
    takes_new: bool
    """Whether the list takes products that are new to the customer."""
    takes_bought: bool
    """Whether it takes products that the customer had bought."""

    @cached_property
    def n_relevant(self) -> NDArray[np.int64]:
        """The number of relevant products of each of `customers`, at least 1."""
        rows = self.relevant // self.interactions.n_products
        counts: NDArray[np.int64] = np.bincount(rows, minlength=self.interactions.n_customers)
        return counts[self.customers]

    @cached_property
    def fingerprint(self) -> str:
        """A fingerprint of all data; the order of its rows doesn't matter."""
        interactions = self.interactions
        return fingerprint(
            f"{self.fold} {self.cutoff_at} {self.label_until} {self.takes_new} {self.takes_bought}",
            interactions.customer_ids,
            interactions.product_ids,
            interactions.weights,
            interactions.ratings,
            interactions.last_at,
            interactions.earlier_weights,
            interactions.recent,
            interactions.seen,
            self.only_rated,
            self.relevant,
            self.products,
        )


@dataclass(frozen=True, kw_only=True)
class TuningSettings:
    """The settings of the last build that a search goes by."""

    candidates_per_customer: int
    tuning_trials: int
    tuning_minutes: float
    tuning_recommenders: tuple[str, ...]
    tuning_metric: str
    tuning_list_type: str
    tuning_sampler: str
    tuning_seed: int


def tuning_settings(settings: Relation) -> TuningSettings:
    """Read the one row of `stg_settings`."""
    names = list(TuningSettings.__dataclass_fields__)
    [row] = settings.project(", ".join(names)).fetchall()
    values = dict(zip(names, row, strict=True))
    listed = (values.pop("tuning_recommenders") or "").split(",")
    return TuningSettings(
        tuning_recommenders=tuple(name.strip() for name in listed if name.strip()), **values
    )


@dataclass(frozen=True, kw_only=True)
class PastRelations:
    """The tables of a built database that past folds are made of."""

    folds: Relation
    targets: Relation
    list_types: Relation
    training_rows: Relation
    texts: Relation

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> PastRelations:
        """Find them in an open database; DatabaseError says what to do if they aren't there."""
        try:
            return cls(
                folds=connection.table("intermediate.int_tuning_folds"),
                targets=connection.table("intermediate.int_tuning_targets"),
                list_types=connection.table("intermediate.int_list_types"),
                training_rows=connection.table("intermediate.int_training_rows"),
                texts=connection.table("intermediate.int_product_texts"),
            )
        except duckdb.CatalogException as error:
            raise DatabaseError(f"the database can't be tuned on yet: {HAND_OVER}") from error


def read_past_folds(relations: PastRelations, list_type: str) -> list[PastFold]:
    """Return the past folds in order of their cut-offs, for lists of this type.

    Raises
    ------
    InvalidParameterError
        The shop has no such lists.
    DatabaseError
        There is no fold before the judged ones, or nobody in it has a relevant product.

    """
    rows = relations.list_types.project("list_type, takes_new, takes_bought").fetchall()
    takes = {name: (new, bought) for name, new, bought in rows}
    if list_type not in takes:
        raise InvalidParameterError(
            f"this shop has no lists of type '{list_type}'; there are {', '.join(sorted(takes))}"
        )
    folds = relations.folds.order("cutoff_at").project("fold, cutoff_at, label_until").fetchall()
    if not folds:
        raise DatabaseError(
            "there is no fold before the judged ones to tune on: the shop needs purchases with "
            "dates, more of them than two label windows (label_window_days), and the setting "
            "hybrid_training_folds at 1 or more"
        )
    wanted = _List(list_type, *takes[list_type])
    found = [_read(relations, _Window(*fold), wanted) for fold in folds]
    return [fold for fold in found if fold is not None]


class _Window(NamedTuple):
    fold: str
    cutoff_at: datetime
    label_until: datetime


class _List(NamedTuple):
    list_type: str
    takes_new: bool
    takes_bought: bool


def _read(relations: PastRelations, window: _Window, wanted: _List) -> PastFold | None:
    fold = window.fold
    rows = where(relations.training_rows, fold=fold).to_arrow_table()
    if rows.num_rows == 0:
        return None
    interactions = Interactions.from_table(rows, tie_order="tie_order")
    targets = where(relations.targets, fold=fold, list_type=wanted.list_type)
    relevant = _cells(targets.project("customer_id, product_id").to_arrow_table(), interactions)
    texts = where(relations.texts, fold=fold).project("* exclude (fold)")
    return PastFold(
        fold=fold,
        cutoff_at=window.cutoff_at,
        label_until=window.label_until,
        interactions=interactions,
        products=texts.order("product_id").to_arrow_table(),
        only_rated=_cells(rows.filter(rows["first_at"].is_null()), interactions),
        customers=np.unique(relevant // interactions.n_products),
        relevant=relevant,
        takes_new=wanted.takes_new,
        takes_bought=wanted.takes_bought,
    )


def _cells(pairs: pa.Table, interactions: Interactions) -> NDArray[np.int64]:
    """Return the pairs as ascending customer * n_products + product."""
    rows = interactions.customer_index(pairs["customer_id"].combine_chunks())
    columns = interactions.product_index(pairs["product_id"].combine_chunks())
    return np.sort(rows.astype(np.int64) * interactions.n_products + columns)


def folds_with_hits(folds: Iterable[PastFold]) -> list[PastFold]:
    """Leave out folds in which nobody has anything to find; refuse if that leaves none."""
    kept = [fold for fold in folds if len(fold.customers)]
    if not kept:
        raise DatabaseError(
            "nobody bought anything in the label window of the folds before the judged ones that "
            "these lists could have held: choose another list type, or a longer label window"
        )
    return kept
