"""What the dbt model of today's interactions calls: all recommenders are fitted on one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from recsys.compute import workers
from recsys.data.interactions import Interactions
from recsys.recommenders.fitted_models import FittedModels
from recsys.storage.relations import SERVING, Relation, where

KEYED_COLUMNS = "customer_key, product_key, cast(tie_order as integer) as tie_order, rating, weight"
WINDOW_COLUMNS = "earlier_weight, recent_orders"
TIME_COLUMN = "last_at"
TODAYS_COLUMNS = f"{KEYED_COLUMNS}, {WINDOW_COLUMNS}, {TIME_COLUMN}"
"""All of them: recommenders fitted for today share their interactions."""

FILE_SCHEMA = pa.schema([("fold", pa.string()), ("file", pa.string())])


def serving_interactions(*, training_rows: Relation, session: Any) -> pa.RecordBatchReader:
    """Write today's interactions as matrices, in the folder of what is fitted for today.

    Memory: the rows pass through a Parquet file, so that only the worker that makes the matrices
    holds them. Without a folder, as where dbt's profile lacks the plugin, and without rows there
    is no file.

    Parameters
    ----------
    training_rows
        See `recsys.dbt.models.candidates`; those of `serving` count.
    session
        dbt's connection.

    Returns
    -------
    pa.RecordBatchReader
        fold, file: `serving` and the file's name, or nothing.

    """
    models = FittedModels.of(session)
    rows: list[dict[str, str]] = []
    if models is not None:
        models.forget_interactions()
        today = where(training_rows, fold=SERVING)
        models.folder.mkdir(parents=True, exist_ok=True)
        file = models.folder / f"training-rows-{uuid4().hex}.parquet"
        try:
            today.project(TODAYS_COLUMNS).write_parquet(str(file))
            name = workers.result_of(workers.submit(_written, models, file))
        finally:
            file.unlink(missing_ok=True)
        rows = [{"fold": SERVING, "file": name}] if name else []
    return pa.RecordBatchReader.from_batches(
        FILE_SCHEMA, [pa.RecordBatch.from_pylist(rows, schema=FILE_SCHEMA)]
    )


def file_of(serving: Relation | None, models: FittedModels | None) -> str | None:
    """Return the name of the file that `serving_interactions` wrote; None where it isn't there."""
    if serving is None or models is None:
        return None
    names = [name for (name,) in serving.project("file").fetchall()]
    return next((name for name in names if models.has(name)), None)


def _written(models: FittedModels, file: Path) -> str | None:
    table = pq.read_table(file)
    return models.save_interactions(Interactions.from_keys(table)) if table.num_rows else None
