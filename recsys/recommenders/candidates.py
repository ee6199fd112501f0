"""Fit a recommender on folds and yield its candidates table, one row per ranked product."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from recsys.compute import workers
from recsys.data.arrow_tables import ArrowTable, column_of, ids_as_text, read_table
from recsys.data.interactions import Interactions
from recsys.errors import REFUSALS, InvalidTableError
from recsys.ranking.top_k import Candidates
from recsys.recommenders.base import Recommender
from recsys.recommenders.candidate_rows import FOLD_CANDIDATES_SCHEMA, candidate_batches
from recsys.recommenders.fitted_models import FittedModels
from recsys.settings.parameters import Count, require


@dataclass(frozen=True, kw_only=True)
class FoldData:
    """What a recommender may know in one fold."""

    fold: str
    """The cut-off's date, or `serving`."""
    interactions: ArrowTable | str
    """See `Interactions.from_table`: customer_id, product_id and rating or weight or both. With a
    column customer_key it is a table for `Interactions.from_keys`: all ids are integer keys. Or
    the name of the file in `keep_in` that holds them."""
    customers: Any = None
    """Whom to rank for: ids, or a table with customer_id; None means all in the interactions."""
    products: ArrowTable | None = None
    """product_id and text columns, for recommenders that read them."""
    catalogue: Any = None
    """Further products to rank, such as those without sales: ids, or a table with product_id."""
    among: Any = None
    """The only products that may be listed, as those in stock: ids, or a table with product_id;
    None allows all that were bought or rated and the further ones."""
    keep_in: FittedModels | None = None
    """Where the fitted recommender is kept for later; it ranks for nobody then."""


def candidates_per_fold(
    recommender: Recommender,
    folds: Iterable[FoldData],
    per_customer: int = 100,
    log: Callable[[str], object] | None = None,
    *,
    skip_refused: bool = False,
    schema: pa.Schema = FOLD_CANDIDATES_SCHEMA,
    read_as_needed: int | None = None,
) -> pa.RecordBatchReader:
    """Fit the recommender on each fold and return its candidates as `schema`.

    Nothing is fitted before the first batch is read. Then folds are handed to worker processes
    (see `recsys.compute.workers`; environment variable RECSYS_JOBS), as many at once as there are
    workers, and their rows come in the order of the folds: by customer, new products first, best
    first.

    Parameters
    ----------
    recommender
        Its parameters count; it isn't fitted itself.
    folds
        Taken from the iterable at once: the stream won't disturb the connection they come from. See
        `read_as_needed`.
    per_customer
        At most this many new and this many seen products per customer.
    log
        Called with a line of progress per fold.
    skip_refused
        A fold that the recommender refuses, as too large or without what it learns from, has no
        rows; the log says so.
    schema
        `FOLD_CANDIDATES_SCHEMA`, or `KEYED_SCHEMA` for folds of integer keys.
    read_as_needed
        How many folds there are, if they are to be taken one by one while the rows are read, which
        takes less memory. Whoever reads the rows must not use the connection they come from.

    Raises
    ------
    RecsysError
        While reading: what building, fitting or ranking a fold raised; or a worker died.

    >>> fold = FoldData(fold="serving", interactions=pa.table({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "product_id": ["tea", "jam", "tea"], "rating": [5, 3, 4],
    ... }))
    >>> from recsys.recommenders.nmf import NMF
    >>> rows = candidates_per_fold(NMF(), [fold]).read_all().drop_columns("score")
    >>> rows.to_pylist()[-1]
    {'fold': 'serving', 'customer_id': 'bob', 'product_id': 'tea', 'is_new': False}

    """
    require("per_customer", per_customer, Count)
    wanted = _Wanted(per_customer, skip_refused, schema)
    if read_as_needed is None:
        taken = deque(folds)
        read_as_needed = len(taken)
        # what is handed over is forgotten: a large shop's folds would fill the memory
        folds = (taken.popleft() for _ in range(read_as_needed))
    batches = _batches(recommender, iter(folds), read_as_needed, wanted, log or _no_log)
    return pa.RecordBatchReader.from_batches(schema, batches)


class _Wanted(NamedTuple):
    """What is asked of all folds."""

    per_customer: int
    skip_refused: bool
    schema: pa.Schema


class _Lists(NamedTuple):
    """Which lists are asked for; None means everybody, or everything."""

    customers: pa.Array | None
    per_customer: int
    among: pa.Array | None
    keep_in: FittedModels | None


class _Size(NamedTuple):
    """What a fold's interactions count."""

    pairs: int
    customers: int
    products: int


class _Ranked(NamedTuple):
    """What a worker sends back: compact, without ids."""

    candidates: Candidates
    size: _Size
    seconds: float
    notice: str


class _Started(NamedTuple):
    fold: str
    customer_ids: pa.Array
    product_ids: pa.Array
    ranked: Future[_Ranked]


def _batches(
    recommender: Recommender,
    folds: Iterator[FoldData],
    count: int,
    wanted: _Wanted,
    log: Callable[[str], object],
) -> Iterator[pa.RecordBatch]:
    under_way = deque[_Started]()
    # without workers, starting a fold is computing it
    at_once = workers.worker_count() if workers.worker_count() > 1 else 0

    def start(at_least: int) -> None:
        while len(under_way) < at_least and (fold := next(folds, None)) is not None:
            under_way.append(_start(recommender, fold, wanted.per_customer))

    try:
        start(at_once)
        for number in range(1, count + 1):
            start(1)
            started = under_way.popleft()
            try:
                ranked = workers.result_of(started.ranked)
            except REFUSALS as error:
                if not wanted.skip_refused:
                    raise
                log(f"{recommender.name}: fold {started.fold}: no rows: {error}")
                continue
            start(at_once)
            log(
                f"{recommender.name}: fold {started.fold}: fitted {ranked.size.pairs:,} pairs of "
                f"{ranked.size.customers:,} customers and {ranked.size.products:,} "
                f"products, ranked for {len(np.unique(ranked.candidates.customers)):,} customers, "
                f"in {ranked.seconds:.1f} s ({number} of {count})"
            )
            if ranked.notice:
                log(f"{recommender.name}: fold {started.fold}: {ranked.notice}")
            yield from candidate_batches(
                started.fold,
                started.customer_ids,
                started.product_ids,
                ranked.candidates,
                wanted.schema,
            )
    finally:
        for started in under_way:  # after an error, or when the reader is given up
            started.ranked.cancel()


def _start(recommender: Recommender, fold: FoldData, per_customer: int) -> _Started:
    products = None if fold.products is None else read_table(fold.products, "products")
    lists = _Lists(
        _ids(fold.customers, "customer_id"),
        per_customer,
        _ids(fold.among, "product_id"),
        fold.keep_in,
    )
    if isinstance(fold.interactions, str):
        nobody = pa.array([], pa.int32())
        kept = workers.submit(_rank, recommender, fold.interactions, products, lists)
        return _Started(fold.fold, nobody, nobody, kept)
    table = read_table(fold.interactions)
    if "customer_key" in table.column_names:
        interactions = Interactions.from_keys(table)
    else:
        interactions = Interactions.from_table(table, catalogue=_ids(fold.catalogue, "product_id"))
    return _Started(
        fold.fold,
        interactions.customer_ids,
        interactions.product_ids,
        workers.submit(_rank, recommender, interactions, products, lists),
    )


def _rank(
    recommender: Recommender,
    given: Interactions | str,
    products: pa.Table | None,
    lists: _Lists,
) -> _Ranked:
    start = time.perf_counter()
    if isinstance(given, Interactions):
        file, interactions = None, given
    else:
        file, interactions = given, _of_file(given, lists.keep_in)
    fitted = replace(recommender).fit(interactions, products)
    size = _Size(interactions.seen.nnz, interactions.n_customers, interactions.n_products)
    nothing = Candidates(
        np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), np.empty(0, np.bool_)
    )
    if lists.keep_in is not None:
        lists.keep_in.save_recommender(fitted, lists.among, file)
        return _Ranked(nothing, size, time.perf_counter() - start, fitted.notice_)
    blocks = [
        nothing,
        *fitted.candidate_indices(lists.customers, lists.per_customer, among=lists.among),
    ]
    candidates = Candidates._make(map(np.concatenate, zip(*blocks, strict=True)))
    return _Ranked(candidates, size, time.perf_counter() - start, fitted.notice_)


def _of_file(name: str, models: FittedModels | None) -> Interactions:
    if models is None:
        raise InvalidTableError(f"interactions are named, {name}, and no folder that holds them")
    found: Interactions = models.load(name)
    return found


def _ids(given: Any, column: str) -> pa.Array | None:
    if given is None:
        return None
    if isinstance(given, pa.Array) and pa.types.is_integer(given.type):
        return given  # keys
    if isinstance(given, Sequence | np.ndarray | pa.Array | pa.ChunkedArray):
        return ids_as_text(given, f"ids in '{column}'")
    return ids_as_text(column_of(read_table(given), column), f"ids in '{column}'")


def _no_log(line: str) -> None:
    """Say nothing."""
