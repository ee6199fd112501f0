"""Intervals for every mean of the customers' metrics, and for differences between recommenders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.bootstrap import Intervals, intervals, resample_means, simultaneous_differences

GROUP = ["fold", "list_type"]
METRIC_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("list_type", pa.string()),
        ("recommender", pa.string()),
        ("customer_id", pa.string()),
        ("metric", pa.string()),
        ("k", pa.int32()),
        ("value", pa.float64()),
    ]
)
"""One row per fold, list, recommender, customer, metric and k."""

INTERVAL_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("list_type", pa.string()),
        ("segment_type", pa.string()),
        ("segment", pa.string()),
        ("metric", pa.string()),
        ("k", pa.int32()),
        ("recommender", pa.string()),
        ("baseline", pa.string()),
        ("value", pa.float64()),
        ("ci_low", pa.float64()),
        ("ci_high", pa.float64()),
        ("customers", pa.int64()),
    ]
)
"""A mean where `baseline` is null, else the mean difference from that recommender."""


def metric_intervals(
    customer_metrics: pa.Table,
    segments: pa.Table,
    baselines: list[str],
    *,
    resamples: int = 1000,
    random_state: int = 0,
) -> Iterator[pa.Table]:
    """Yield tables of `INTERVAL_SCHEMA`, one per fold, list and segment.

    Parameters
    ----------
    customer_metrics
        A table of `METRIC_SCHEMA`.
    segments
        fold, customer_id, segment_type, segment: which customers belong to which segment.
    baselines
        Recommenders that every other one is compared with; the intervals of the differences from
        one of them are simultaneous over the recommenders of a list, segment, metric and k.
    resamples, random_state
        See `resample_means`: all recommenders of a segment are resampled with the same customers.

    """
    for fold, list_type in _distinct(customer_metrics, GROUP):
        rows = _where(customer_metrics, fold=fold, list_type=list_type)
        names = sorted(rows["recommender"].unique().to_pylist())
        keys = _every(names, _distinct(rows, ["metric", "k"]), rows.schema)
        customer_ids, values = _pivot(rows, keys)
        of_fold = _where(segments, fold=fold)
        for segment_type, segment in _distinct(of_fold, ["segment_type", "segment"]):
            members = _where(of_fold, segment_type=segment_type, segment=segment)["customer_id"]
            chosen = pc.is_in(customer_ids, value_set=members.combine_chunks()).to_numpy(
                zero_copy_only=False
            )
            if not chosen.any():
                continue
            resampled = resample_means(
                values[chosen], resamples=resamples, random_state=random_state
            )
            found: list[tuple[str | None, Intervals]] = [(None, intervals(resampled))]
            found += [
                (name, simultaneous_differences(resampled, len(names), names.index(name)))
                for name in baselines
                if name in names
            ]
            known = (~np.isnan(values[chosen])).sum(axis=0)
            for baseline, interval in found:
                constants = {
                    "fold": fold,
                    "list_type": list_type,
                    "segment_type": segment_type,
                    "segment": segment,
                    "baseline": baseline,
                }
                fewest = known
                if baseline is not None:
                    of_baseline = known.reshape(len(names), -1)[names.index(baseline)]
                    fewest = np.minimum(known, np.tile(of_baseline, len(names)))
                # one customer has no spread: that is no certainty
                low, high = (
                    np.where(fewest > 1, end.ravel(), np.nan)
                    for end in (interval.low, interval.high)
                )
                table = keys
                for name, value in constants.items():
                    table = table.append_column(name, pa.array([value] * len(keys), pa.string()))
                for name, numbers in (
                    ("value", interval.value),
                    ("ci_low", low),
                    ("ci_high", high),
                    ("customers", known),
                ):
                    table = table.append_column(name, pa.array(numbers.ravel(), from_pandas=True))
                table = table.filter(pc.is_valid(table["value"]))
                yield table.select(INTERVAL_SCHEMA.names).cast(INTERVAL_SCHEMA)


def _every(recommenders: list[str], measures: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Return a row per recommender, metric and k, whether or not the recommender has it."""
    rows = [(name, metric, k) for name in recommenders for metric, k in measures]
    fields = [schema.field(name) for name in ("recommender", "metric", "k")]
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _pivot(rows: pa.Table, keys: pa.Table) -> tuple[pa.Array, NDArray[np.float64]]:
    """Return the customers, in order of id, and their (customers, keys) values."""
    customer_ids = rows["customer_id"].unique().sort()
    numbered = keys.append_column("column", pa.array(range(len(keys))))
    joined = rows.join(numbered, ["recommender", "metric", "k"])
    row = pc.index_in(joined["customer_id"], value_set=customer_ids).to_numpy()
    values = np.full((len(customer_ids), len(keys)), np.nan)
    values[row, joined["column"].to_numpy()] = joined["value"].to_numpy()
    return customer_ids, values


def _where(table: pa.Table, **wanted: str) -> pa.Table:
    for name, value in wanted.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def _distinct(table: pa.Table, names: list[str]) -> list[tuple[Any, ...]]:
    rows = table.select(names).group_by(names).aggregate([]).to_pylist()
    return sorted(tuple(row[name] for name in names) for row in rows)
