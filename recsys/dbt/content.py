"""What the dbt Python models that read texts call: relations in, the rows of one table out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from recsys.compute import dbt_log
from recsys.data.interactions import Interactions
from recsys.ranking.similarity import SIMILAR_SCHEMA, collaborative_similar_products
from recsys.ranking.top_k import blocks, top_k
from recsys.recommenders.content import Content
from recsys.recommenders.fitted_models import FittedModels
from recsys.recommenders.weighting import transformed
from recsys.settings.content import content_parameters
from recsys.storage.relations import SERVING, Relation, fold_names, listable_products, where

SIMILAR_PRODUCTS_PER_METHOD = 10

NEW_PRODUCTS = "new_products"
"""File of the model that lists products without a sale."""

LEARNED_COLUMNS = "customer_id, product_id, rating, weight"

LONGEST_LIST = 20
"""The longest list that is judged; what is served is shorter."""

NEW_PRODUCT_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("customer_id", pa.string()),
        ("rank", pa.int32()),
        ("product_id", pa.string()),
        ("score", pa.float64()),
        ("reason_product_id", pa.string()),
    ]
)

VECTOR_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("product_id", pa.string()),
        ("terms", pa.list_(pa.int32())),
        ("weights", pa.list_(pa.float32())),
    ]
)


def similar_products(
    *,
    folds: Relation,
    training_rows: Relation,
    counting_unit: Relation,
    products: Relation,
    unlearned: Relation,
    settings: Relation,
) -> pa.RecordBatchReader:
    """Return the most similar catalogue products of each, by text and by who bought them.

    Where nobody says who bought, `training_rows` are of orders instead of customers.

    There are rows for the folds that are judged and for `serving`; in `serving` also for products
    that are out of stock. Products that aren't in training (no sale, too few buyers, not sold
    lately) are compared by text alone.
    """
    schema = pa.schema([("fold", pa.string()), ("method", pa.string()), *SIMILAR_SCHEMA])
    parameters = content_parameters(settings)
    counts_orders = (True,) in counting_unit.project("counts_orders").fetchall()
    unit = "order" if counts_orders else "customer"
    others = unlearned.filter("purpose = 'serve'").project(
        "* exclude (purpose, is_described, is_available)"
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for fold in fold_names(folds.filter("purpose <> 'train'")):
            read = _read(fold, training_rows, products, others)
            if read is None:
                continue
            interactions, texts, is_other = read
            content = Content(**parameters).fit(interactions, texts)
            ids, k = listable_products(training_rows, fold), SIMILAR_PRODUCTS_PER_METHOD
            for method, found in (
                ("content", content.similar_products(k=k, among=ids)),
                (
                    "collaborative",
                    collaborative_similar_products(interactions, k=k, among=ids, unit=unit),
                ),
            ):
                names = [pa.array([name] * len(found), pa.string()) for name in (fold, method)]
                table = pa.Table.from_arrays([*names, *found.columns], schema=schema)
                yield from table.to_batches()
            dbt_log.log(
                f"similar products: fold {fold}: {int((~is_other).sum()):,} products, and "
                f"{int(is_other.sum()):,} that nothing is learned of"
            )

    return pa.RecordBatchReader.from_batches(schema, batches())


def text_vectors(
    *, folds: Relation, training_rows: Relation, products: Relation
) -> pa.RecordBatchReader:
    """Return each judged fold's TF-IDF vectors, with the default fields and weights of `Content`.

    Documents are the products that somebody bought before the cut-off.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for fold in fold_names(folds.filter("purpose = 'judge'")):
            # only whether products were bought matters here
            rows = where(training_rows, fold=fold)
            bought = rows.project("'' as customer_id, product_id")
            table = bought.distinct().to_arrow_table()
            if table.num_rows == 0:
                continue
            texts = where(products, fold=fold).project("* exclude (fold)").to_arrow_table()
            interactions = Interactions.from_table(table)
            vectors = Content().text_vectors(interactions, texts).vectors
            ends = pa.array(vectors.indptr, pa.int32())
            columns = [
                pa.array([fold] * len(interactions.product_ids), pa.string()),
                interactions.product_ids,
                pa.ListArray.from_arrays(ends, pa.array(vectors.indices, pa.int32())),
                pa.ListArray.from_arrays(ends, pa.array(vectors.data, pa.float32())),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=VECTOR_SCHEMA)

    return pa.RecordBatchReader.from_batches(VECTOR_SCHEMA, batches())


def new_product_lists(
    *,
    training_rows: Relation,
    customers: Relation,
    settings: Relation,
    products: Relation,
    new_products: Relation,
    session: Any = None,
) -> pa.RecordBatchReader:
    """Return, per fold and customer, the products without a sale that read most like theirs.

    Score and order are Content's; the reason is the purchase that says most for the product.
    Nothing where `recommend_new_products` is 0. The model of `serving` is kept in a file, from
    which blocks of customers read it.
    """
    models = None if session is None else FittedModels.of(session)
    if models is not None and models.in_block:
        return _new_lists_of_block(models, training_rows, customers, new_products)
    if models is not None:
        models.forget(NEW_PRODUCTS)
    places = settings.project("recommend_new_products").fetchall()[0][0]
    parameters = content_parameters(settings)

    def batches() -> Iterator[pa.RecordBatch]:
        names = fold_names(new_products) if places else []
        for fold in names:
            read = _read(fold, training_rows, products, new_products)
            if read is None:
                continue
            interactions, texts, is_new = read
            content = Content(**parameters).fit(interactions, texts)
            if models is not None and fold == SERVING:
                models.save(NEW_PRODUCTS, (content, np.flatnonzero(is_new)))
            listed = 0
            for table in _lists_of_fold(content, np.flatnonzero(is_new), fold, customers):
                listed += len(table)
                yield from table.to_batches()
            dbt_log.log(f"new products: fold {fold}: {listed:,} candidates")

    return pa.RecordBatchReader.from_batches(NEW_PRODUCT_SCHEMA, batches())


def _new_lists_of_block(
    models: FittedModels, training_rows: Relation, customers: Relation, new_products: Relation
) -> pa.RecordBatchReader:
    found = models.load(NEW_PRODUCTS)
    tables: Iterator[pa.Table] = iter(())
    if found is not None:
        content, columns = found
        if models.other_histories or models.refreshed() is not None:
            known = content.interactions_.product_ids
            rows = where(training_rows, fold=SERVING).project(LEARNED_COLUMNS).to_arrow_table()
            rows = rows.filter(pc.is_in(rows["product_id"], value_set=known))
            if rows.num_rows == 0:
                columns = columns[:0]
            else:
                content = content.with_histories(content.interactions_.of_products(rows))
            # what has been sold since the fit isn't new any more
            unsold = where(new_products, fold=SERVING).project("product_id").to_arrow_table()
            is_unsold = pc.is_in(known.take(pa.array(columns)), unsold["product_id"])
            columns = columns[is_unsold.to_numpy(zero_copy_only=False)]
        if len(columns):
            tables = _lists_of_fold(content, columns, SERVING, customers)
    batches = (batch for table in tables for batch in table.to_batches())
    return pa.RecordBatchReader.from_batches(NEW_PRODUCT_SCHEMA, batches)


def _lists_of_fold(
    content: Content, columns: NDArray[np.intp], fold: str, customers: Relation
) -> Iterator[pa.Table]:
    interactions = content.interactions_
    ids = where(customers, fold=fold).order("customer_id").project("customer_id")
    places = interactions.customer_places(ids.to_arrow_table()["customer_id"].combine_chunks())
    # who bought but what nothing is known of has no history here
    for block in blocks(places[places >= 0], interactions.n_products):
        yield _new_lists(content, block, columns, fold)


def _new_lists(
    content: Content, customers: NDArray[np.intp], columns: NDArray[np.intp], fold: str
) -> pa.Table:
    interactions = content.interactions_
    scores = content.score(customers)[:, columns]
    scores[~(scores > 0)] = np.nan  # nothing they bought reads like it
    places, values = top_k(scores, LONGEST_LIST)
    listed = places >= 0
    products = columns[places[listed]]
    buyers = np.repeat(customers, listed.sum(axis=1))
    ranks = np.broadcast_to(np.arange(1, places.shape[1] + 1), places.shape)[listed]
    # contributions of purchases to the product's score, the largest first
    weights = transformed(interactions.weights[buyers], content.transform)
    gifts = weights.multiply(content.shares_.T.tocsr()[products])
    reasons = sparse.csr_array(gifts).argmax(axis=1)
    return pa.Table.from_arrays(
        [
            pa.array([fold] * len(buyers), pa.string()),
            interactions.customer_ids.take(pa.array(buyers)),
            ranks.astype(np.int32),
            interactions.product_ids.take(pa.array(products)),
            values[listed].astype(np.float64),
            interactions.product_ids.take(pa.array(np.asarray(reasons).ravel())),
        ],
        schema=NEW_PRODUCT_SCHEMA,
    )


def _read(
    fold: str, training_rows: Relation, products: Relation, others: Relation
) -> tuple[Interactions, pa.Table, NDArray[np.bool_]] | None:
    """Return a fold's interactions, all texts, and where `others` are; None without a row."""
    rows = where(training_rows, fold=fold).project(LEARNED_COLUMNS)
    table = rows.to_arrow_table()
    if table.num_rows == 0:
        return None
    known = where(products, fold=fold).project("* exclude (fold)").to_arrow_table()
    beside = (
        where(others, fold=fold)
        .project("* exclude (fold, product_key)")
        .order("product_id")
        .to_arrow_table()
    )
    interactions = Interactions.from_table(table, catalogue=beside["product_id"])
    texts = pa.concat_tables([known, beside], promote_options="default")
    bought = np.bincount(interactions.seen.indices, minlength=interactions.n_products) > 0
    return interactions, texts, ~bought
