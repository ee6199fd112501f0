"""What the dbt Python models of the learned hybrid call: relations in, the rows of a table out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import NamedTuple

import pyarrow as pa

from recsys.compute import dbt_log, workers
from recsys.compute.block_threads import map_blocks
from recsys.dbt.models import Parameters
from recsys.dbt.tuning import parameters_for
from recsys.errors import InvalidTableError
from recsys.hybrid.examples import Examples
from recsys.hybrid.feature_table import (
    columns_of,
    earlier_and_later,
    feature_matrix,
    feature_names,
    read_examples,
    too_few_bought,
    unknown_promotions,
    with_enough_bought,
)
from recsys.hybrid.linear_odds import Columns
from recsys.hybrid.model_bytes import from_bytes, to_bytes
from recsys.hybrid.purchase_model import PurchaseModel
from recsys.recommenders import require_parameters
from recsys.storage.relations import Relation, learning_folds, where

MODEL_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("learned_from", pa.list_(pa.string())),
        ("why_not", pa.string()),
        ("pairs", pa.int64()),
        ("bought_pairs", pa.int64()),
        ("trees", pa.int32()),
        (
            "importances",
            pa.list_(pa.struct([("feature", pa.string()), ("importance", pa.float64())])),
        ),
        ("model", pa.binary()),
    ]
)

SCORE_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("customer_key", pa.int32()),
        ("product_key", pa.int32()),
        ("is_new", pa.bool_()),
        ("probability", pa.float64()),
    ]
)

PAIRS_PER_BATCH = 100_000


class _Learning(NamedTuple):
    fold: str
    learned_from: list[str]
    pairs: int
    bought_pairs: int
    learned: Future[_Learned] | None
    why_not: str | None


class _Learned(NamedTuple):
    trees: int
    importances: list[float]
    model: bytes


def hybrid_models(
    *,
    folds: Relation,
    training_folds: Relation,
    features: Relation,
    calendars: Relation,
    settings: Relation,
    tuned: Relation | None = None,
    parameters: Parameters = None,
) -> pa.RecordBatchReader:
    """Learn one `PurchaseModel` per fold that is judged or served, from its latest training folds.

    Its parameters are those given, else those tuned, else its defaults.

    A fold with too little before it has a row that says why, and no model. What a fold doesn't know
    of promotions, its model doesn't learn from folds that do: `calendars` has fold, knows_past,
    knows_next.

    Raises:
        RecsysError: a parameter isn't legal.

    """
    [(wanted, seed)] = settings.project("hybrid_training_folds, hybrid_seed").fetchall()
    names = feature_names(features)
    columns = columns_of(names)
    known = {fold: said for fold, *said in calendars.fetchall()}
    examples: dict[str, Examples] = {}
    chosen = {"random_state": seed} | parameters_for("hybrid", tuned, parameters)
    require_parameters("hybrid", PurchaseModel, chosen)
    unfitted = PurchaseModel(**chosen)

    def learn(fold: str, past: list[str]) -> _Learning:
        if not past:
            return _Learning(fold, [], 0, 0, None, "no past fold to learn from")
        for name in past:
            if name not in examples:
                examples[name] = read_examples(features, name, names)
        of_past = {name: examples[name] for name in past}
        training = with_enough_bought(of_past)
        read = training or of_past
        before, later = known[fold]
        unknown = unknown_promotions(names, before=before, later=later)
        parts = [part.without(unknown) for part in read.values()]
        pairs = sum(len(part) for part in parts)
        bought = sum(int(part.is_bought.sum()) for part in parts)
        why_not = None if training else too_few_bought(of_past)
        learned = None if why_not else workers.submit(_learn, unfitted, parts, columns)
        return _Learning(fold, list(read), pairs, bought, learned, why_not)

    def batches() -> Iterator[pa.RecordBatch]:
        started = [
            learn(fold, past) for fold, past in learning_folds(folds, training_folds, wanted)
        ]
        examples.clear()
        for learning in started:
            yield _row(learning, names)

    return pa.RecordBatchReader.from_batches(MODEL_SCHEMA, batches())


def hybrid_scores(*, models: Relation, features: Relation) -> pa.RecordBatchReader:
    """Return the probability of every pair of the folds that have a model."""
    fitted = models.filter("model is not null").order("fold").project("fold, model").fetchall()

    names = feature_names(features)

    def pairs() -> Iterator[tuple[PurchaseModel, pa.RecordBatch]]:
        for fold, data in fitted:
            model = from_bytes(data)
            for batch in where(features, fold=fold).to_arrow_reader(PAIRS_PER_BATCH):
                yield model, batch

    def scored(part: tuple[PurchaseModel, pa.RecordBatch]) -> pa.RecordBatch:
        model, batch = part
        probabilities = model.predict(feature_matrix(batch, names))
        columns = [*batch.select(SCORE_SCHEMA.names[:-1]).columns, pa.array(probabilities)]
        return pa.RecordBatch.from_arrays(columns, schema=SCORE_SCHEMA)

    # threads of this process: what predicts leaves Python's lock to others, and copies nothing
    return pa.RecordBatchReader.from_batches(SCORE_SCHEMA, map_blocks(scored, pairs()))


def _learn(unfitted: PurchaseModel, parts: list[Examples], columns: Columns) -> _Learned:
    model = unfitted.fit(*earlier_and_later(parts), columns=columns)
    return _Learned(model.trees_, model.importances_.tolist(), to_bytes(model))


def _row(learning: _Learning, names: list[str]) -> pa.RecordBatch:
    learned, why_not = None, learning.why_not
    if learning.learned is not None:
        try:
            learned = workers.result_of(learning.learned)
        except InvalidTableError as error:
            why_not = str(error)
    if learned is None:
        dbt_log.log(f"hybrid: fold {learning.fold}: falls back to rank fusion: {why_not}")
    else:
        dbt_log.log(
            f"hybrid: fold {learning.fold}: learned {learned.trees:,} trees from "
            f"{learning.pairs:,} pairs of folds {', '.join(learning.learned_from)}, "
            f"{learning.bought_pairs:,} of them bought"
        )
    row = {
        "fold": learning.fold,
        "learned_from": learning.learned_from,
        "why_not": why_not,
        "pairs": learning.pairs,
        "bought_pairs": learning.bought_pairs,
        "trees": learned and learned.trees,
        "importances": learned
        and [
            {"feature": name, "importance": importance}
            for name, importance in zip(names, learned.importances, strict=True)
        ],
        "model": learned and learned.model,
    }
    return pa.RecordBatch.from_pylist([row], schema=MODEL_SCHEMA)
