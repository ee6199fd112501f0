"""What every recommender is: parameters, `fit`, scores, and lists cut from the scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.compute.block_threads import map_blocks
from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.errors import InvalidTableError, NotFittedError, NothingToLearnError
from recsys.ranking.top_k import (
    Candidates,
    blocks,
    blocks_at_once,
    only,
    top_candidates,
    top_k,
    top_unseen,
)
from recsys.settings.parameters import Count, check_parameters, require

CANDIDATE_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("score", pa.float64()),
        ("is_new", pa.bool_()),
    ]
)
"""One row per customer and candidate; higher scores are better."""

LIST_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("rank", pa.int32()),
        ("product_id", pa.string()),
        ("score", pa.float64()),
        ("is_new", pa.bool_()),
    ]
)
"""One row per customer and rank, best first, rank from 1."""


@dataclass(kw_only=True)
class Recommender(ABC):
    """Base of all recommenders: a subclass brings its fields, `_fit` and `_score`.

    Parameters are keyword-only fields, checked when the recommender is made. What `fit` learns
    ends in an underscore, and a second `fit` forgets the first.
    """

    name: ClassVar[str]
    """What tables call it."""
    needs_products: ClassVar[bool] = False
    """Whether `fit` needs the table of products."""
    needs_window: ClassVar[bool] = False
    """Whether `fit` needs `earlier_weights` and `recent` of the interactions."""

    takes_strangers: ClassVar[bool] = False
    """Whether `with_histories` takes customers who weren't fitted: scores rest on their history."""

    predicts_ratings: ClassVar[bool] = False
    """Whether a score is a predicted rating, on the scale of the ratings fitted."""

    @property
    def needs_times(self) -> bool:
        """Whether fitting it as it is needs to know when each product was last met."""
        return False

    def __post_init__(self) -> None:
        check_parameters(self)
        self._check_parameters()

    def fit(self, interactions: Interactions, products: ArrowTable | None = None) -> Self:
        """Learn from interactions and return self.

        Parameters
        ----------
        interactions
            Who bought and rated what. It isn't changed.
        products
            One row per product with `product_id` and text columns; only some recommenders
            (`needs_products`) look at it.

        Raises
        ------
        InvalidTableError
            There is nothing to learn from: no ratings for a rating model, no products for a
            content model.

        """
        if self.needs_products and products is None:
            raise InvalidTableError(
                f"{self.name} learns from product texts; call fit(interactions, products) with a "
                "table of product_id and text columns"
            )
        for learned in [attribute for attribute in vars(self) if attribute.endswith("_")]:
            delattr(self, learned)
        self.notice_ = ""  # what whoever fits should know
        self._fit(interactions, products)
        self.interactions_ = interactions
        return self

    def score(self, customers: NDArray[np.integer[Any]]) -> NDArray[np.floating[Any]]:
        """Return the (len(customers), n_products) scores of these rows of the interactions.

        Higher is better; NaN where there is no score. Seen products are scored too. Memory grows
        with the number of customers: `recommend` and `candidates` go block by block.
        """
        self._fitted()
        self.prepare_scores()
        return self._score(np.asarray(customers, dtype=np.intp))

    def score_pairs(
        self, customers: NDArray[np.integer[Any]], products: NDArray[np.integer[Any]]
    ) -> NDArray[np.floating[Any]]:
        """Return the scores at these rows and columns of the interactions, one each.

        NaN where there is no score. Memory is flat in the number of pairs.
        """
        interactions = self._fitted()
        order = np.argsort(customers, kind="stable")
        rows, columns = customers[order], products[order]
        scores = np.empty(len(rows))
        for block in blocks(np.unique(rows), interactions.n_products):
            start, end = np.searchsorted(rows, [block[0], block[-1] + 1])
            here = np.searchsorted(block, rows[start:end])
            scores[order[start:end]] = self.score(block)[here, columns[start:end]]
        return scores

    def recommend(
        self,
        customer_ids: Iterable[Any] | None = None,
        k: int = 10,
        *,
        new_only: bool = True,
        among: Iterable[Any] | None = None,
    ) -> pa.Table:
        """Return at most `k` products per customer, best first, as a table of `LIST_SCHEMA`.

        Parameters
        ----------
        customer_ids
            Whom to recommend to, in this order; None means everybody fitted.
        k
            Products per customer. There are fewer where fewer have a score.
        new_only
            Leave out what the customer bought or rated.
        among
            Ids of the only products that may be listed, as those in stock; None allows all.

        Raises
        ------
        UnknownCustomerError
            A customer wasn't in the interactions.
        UnknownProductError
            A product of `among` wasn't.

        """
        require("k", k, Count)
        interactions = self._fitted()
        listable = self._listable(among)
        self.prepare_scores()
        tables = [LIST_SCHEMA.empty_table()]

        def of_block(block: NDArray[np.intp]) -> pa.Table:
            seen = interactions.seen[block]
            all_scores = only(self._score(block), listable)
            products, scores = top_unseen(all_scores, k, seen) if new_only else top_k(all_scores, k)
            listed = products >= 0
            rank = np.broadcast_to(np.arange(1, products.shape[1] + 1), products.shape)
            if new_only:
                is_new = np.ones(products.shape, np.bool_)
            else:
                is_new = ~np.take_along_axis(seen.toarray(), products, axis=1)  # -1: not listed
            columns = [
                interactions.customer_ids.take(pa.array(np.repeat(block, listed.sum(axis=1)))),
                rank[listed].astype(np.int32),
                interactions.product_ids.take(pa.array(products[listed])),
                scores[listed].astype(np.float64),
                is_new[listed],
            ]
            return pa.Table.from_arrays(columns, schema=LIST_SCHEMA)

        rows = self._customers(customer_ids)
        tables += map_blocks(of_block, blocks_at_once(rows, interactions.n_products))
        return pa.concat_tables(tables).combine_chunks()

    def candidates(
        self,
        customer_ids: Iterable[Any] | None = None,
        per_customer: int = 100,
        *,
        among: Iterable[Any] | None = None,
    ) -> pa.RecordBatchReader:
        """Return a stream of `CANDIDATE_SCHEMA`: the best new and the best seen products.

        Each customer gets at most `per_customer` products never seen and as many seen ones, of
        those whose ids are in `among` (None allows all). The stream is computed block by block as
        it is read, so memory is flat.

        Raises
        ------
        UnknownCustomerError
            A customer wasn't in the interactions.
        UnknownProductError
            A product of `among` wasn't.

        """
        interactions = self._fitted()
        batches = (
            pa.RecordBatch.from_arrays(
                [
                    interactions.customer_ids.take(pa.array(found.customers)),
                    interactions.product_ids.take(pa.array(found.products)),
                    found.scores,
                    found.is_new,
                ],
                schema=CANDIDATE_SCHEMA,
            )
            for found in self.candidate_indices(customer_ids, per_customer, among=among)
        )
        return pa.RecordBatchReader.from_batches(CANDIDATE_SCHEMA, batches)

    def candidate_indices(
        self,
        customer_ids: Iterable[Any] | None = None,
        per_customer: int = 100,
        *,
        among: Iterable[Any] | None = None,
    ) -> Iterator[Candidates]:
        """Return `candidates` as blocks of row and column indices of the interactions."""
        require("per_customer", per_customer, Count)
        interactions = self._fitted()
        customers = self._customers(customer_ids)
        self.prepare_scores()
        return top_candidates(
            self._score, interactions.seen, customers, per_customer, self._listable(among)
        )

    def _listable(self, among: Iterable[Any] | None) -> NDArray[np.bool_] | None:
        if among is None:
            return None
        interactions = self._fitted()
        listable = np.zeros(interactions.n_products, np.bool_)
        listable[interactions.product_index(among)] = True
        return None if listable.all() else listable

    def _customers(self, customer_ids: Iterable[Any] | None) -> NDArray[np.intp]:
        interactions = self._fitted()
        if customer_ids is None:
            return np.arange(interactions.n_customers, dtype=np.intp)
        return interactions.customer_index(customer_ids)

    def _fitted(self) -> Interactions:
        interactions: Interactions | None = getattr(self, "interactions_", None)
        if interactions is None:
            raise NotFittedError(f"this {type(self).__name__} isn't fitted; call fit first")
        return interactions

    def _check_parameters(self) -> None:  # noqa: B027 - most need nothing
        """Raise InvalidParameterError for what annotations can't say."""

    @abstractmethod
    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        """Learn; set attributes that end in an underscore."""

    def prepare_scores(self) -> None:  # noqa: B027 - most need nothing
        """Make what only scores need, once, before blocks are scored in threads."""

    def with_histories(self, interactions: Interactions) -> Self:
        """Return a copy that scores customers by other histories; nothing is learned anew.

        With the histories that it learned from, scores are the same. What was learned of a customer
        by many passes (factors of Surprise's models, raters' similarities) stays as it was. A
        recommender that has no `_take_histories` is returned as it is.

        Parameters
        ----------
        interactions
            Rows of customers that were fitted, any number of them, with the columns that were
            fitted (`Interactions.of_products`). Where `takes_strangers`, also of others.

        Raises
        ------
        UnknownCustomerError
            A customer wasn't fitted.

        """
        if not self.reads_histories():
            return self
        self.prepare_scores()  # of what was fitted: a copy would make it of the other histories
        changed = copy(self)
        places = self._fitted().customer_places if self.takes_strangers else self._customers
        changed._take_histories(interactions, places(interactions.customer_ids))
        changed.interactions_ = interactions
        return changed

    def reads_histories(self) -> bool:
        """Tell whether `with_histories` changes anything."""
        return type(self)._take_histories is not Recommender._take_histories

    def _take_histories(  # noqa: B027 - see with_histories
        self, interactions: Interactions, fitted: NDArray[np.intp]
    ) -> None:
        """Replace what was learned of single customers; `fitted` are the rows that they had.

        It is -1 for who wasn't fitted. `interactions_` still has what was fitted.
        """

    @abstractmethod
    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        """Return the (len(customers), n_products) scores, NaN where there is none."""


def require_ratings(name: str, interactions: Interactions) -> None:
    """Refuse interactions without a single rating, for recommenders that learn from ratings."""
    if interactions.ratings.nnz == 0:
        raise NothingToLearnError(
            f"{name} learns from ratings and none of the {interactions.seen.nnz:,} pairs has one; "
            "fill the rating column, or name yours: Interactions.from_table(..., rating='stars')"
        )
