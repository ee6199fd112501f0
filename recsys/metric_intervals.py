"""Intervals for every mean of the customers' metrics, and for differences between recommenders."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.bootstrap import Resampled, intervals, resample_means, simultaneous_differences

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
"""A mean where `baseline` is null, else the mean difference from that recommender; where `fold` is
null, over all judged folds but the last."""

THREADS = 2
"""Segments bounded at the same time."""

FEWEST_CUSTOMERS = 6
"""Fewer prove nothing: that all five of five are better off has, by chance alone, a probability of
2 / 2**5, more than 5 %."""


def metric_intervals(
    customer_metrics: pa.Table,
    segments: pa.Table,
    baselines: list[str],
    *,
    resamples: int = 1000,
    random_state: int = 0,
) -> Iterator[pa.Table]:
    """Yield tables of `INTERVAL_SCHEMA`, one per fold, list and segment.

    Everyone's means are also given with null as fold, over what choices are made on: all folds but
    the last, or the only one. A customer judged in several of them is drawn with all its folds,
    because the folds of one customer resemble each other.

    Parameters
    ----------
    customer_metrics
        A table of `METRIC_SCHEMA`. Folds are named so that the last is the last by name.
    segments
        fold, customer_id, segment_type, segment: which customers belong to which segment.
    baselines
        Recommenders that every other one is compared with; the intervals of the differences are
        simultaneous over the recommenders, baselines and ks of a fold, list, segment and metric.
    resamples, random_state
        See `resample_means`: all recommenders of a segment are resampled with the same customers.

    """
    for (list_type,) in _distinct(customer_metrics, ["list_type"]):
        rows = _where(customer_metrics, list_type=list_type)
        keys = _every(rows)
        folds = {
            fold: _pivot(_where(rows, fold=fold), keys) for (fold,) in _distinct(rows, ["fold"])
        }

        def bounded(
            sample: _Sample, keys: pa.Table = keys, resamples: int = resamples
        ) -> list[pa.Table]:
            resampled = resample_means(
                sample.values, sample.customers, resamples=resamples, random_state=random_state
            )
            return list(_bounded(keys, sample, resampled, baselines))

        samples = list(_samples(folds, segments))
        with ThreadPoolExecutor(THREADS) as threads:  # NumPy leaves the interpreter to others
            found = list(threads.map(bounded, samples))
        for sample, tables in zip(samples, found, strict=True):
            for table in tables:
                for fold in sample.folds:
                    labels = {
                        "fold": fold,
                        "list_type": list_type,
                        "segment_type": sample.segment_type,
                        "segment": sample.segment,
                    }
                    labelled = table
                    for name, value in labels.items():
                        constant = pa.array([value] * len(table), pa.string())
                        labelled = labelled.append_column(name, constant)
                    yield labelled.select(INTERVAL_SCHEMA.names).cast(INTERVAL_SCHEMA)


class _Sample(NamedTuple):
    """Customers that are resampled together."""

    folds: list[str | None]
    """As what the result is given: one fold, and null for what choices are made on."""
    segment_type: str
    segment: str
    customers: NDArray[np.int64]
    """(rows,): which customer, from 0, a row is of; one judged in several folds has several."""
    values: NDArray[np.float64]
    """(rows, keys)."""


Pivoted = tuple[pa.Array, NDArray[np.float64]]
"""Customers and their (customers, keys) values."""


def _samples(folds: dict[str, Pivoted], segments: pa.Table) -> Iterator[_Sample]:
    for fold, (customer_ids, values) in folds.items():
        of_fold = _where(segments, fold=fold)
        for segment_type, segment in _distinct(of_fold, ["segment_type", "segment"]):
            is_member = _are_members(customer_ids, of_fold, segment_type, segment)
            if is_member.any():
                labels = [fold, None] if segment_type == "all" and len(folds) == 1 else [fold]
                members = values[is_member]
                yield _Sample(labels, segment_type, segment, np.arange(len(members)), members)
    if len(folds) > 1:
        *chosen_on, _ = folds
        ids, blocks = [], []
        for fold in chosen_on:
            customer_ids, values = folds[fold]
            is_member = _are_members(customer_ids, _where(segments, fold=fold), "all", "all")
            ids.append(customer_ids.filter(pa.array(is_member)))
            blocks.append(values[is_member])
        customers = pa.concat_arrays(ids).dictionary_encode().indices.to_numpy().astype(np.int64)
        if len(customers):
            yield _Sample([None], "all", "all", customers, np.concatenate(blocks))


def _are_members(
    customer_ids: pa.Array, segments: pa.Table, segment_type: str, segment: str
) -> NDArray[np.bool_]:
    members = _where(segments, segment_type=segment_type, segment=segment)["customer_id"]
    is_in = pc.is_in(customer_ids, value_set=members.combine_chunks())
    return np.asarray(is_in.to_numpy(zero_copy_only=False), bool)


def _bounded(
    keys: pa.Table, sample: _Sample, resampled: Resampled, baselines: list[str]
) -> Iterator[pa.Table]:
    """Yield the means with their intervals, then the differences from each baseline."""
    names = keys["recommender"].unique().to_pylist()
    compared = [name for name in baselines if name in names]
    measures = keys["metric"].combine_chunks()[: len(keys) // len(names)]
    differences = simultaneous_differences(
        resampled,
        len(names),
        [names.index(name) for name in compared],
        measures.dictionary_encode().indices.to_numpy(),
    )
    customers = _customers_known(sample)
    found = [(None, intervals(resampled)), *zip(compared, differences, strict=True)]
    for baseline, interval in found:
        fewest = customers
        if baseline is not None:
            of_baseline = customers.reshape(len(names), -1)[names.index(baseline)]
            fewest = np.minimum(customers, np.tile(of_baseline, len(names)))
        low, high = (
            np.where(fewest >= FEWEST_CUSTOMERS, end.ravel(), np.nan)
            for end in (interval.low, interval.high)
        )
        table = keys.append_column("baseline", pa.array([baseline] * len(keys), pa.string()))
        for name, numbers in (
            ("value", interval.value),
            ("ci_low", low),
            ("ci_high", high),
            ("customers", customers),
        ):
            table = table.append_column(name, pa.array(numbers.ravel(), from_pandas=True))
        yield table.filter(pc.is_valid(table["value"]))


def _customers_known(sample: _Sample) -> NDArray[np.int64]:
    """Return how many customers have a value, per key."""
    known = np.zeros((int(sample.customers.max()) + 1, sample.values.shape[1]), bool)
    np.logical_or.at(known, sample.customers, ~np.isnan(sample.values))
    return np.asarray(known.sum(axis=0), np.int64)


def _every(rows: pa.Table) -> pa.Table:
    """Return a row per recommender, metric and k, whether or not the recommender has it."""
    names = sorted(rows["recommender"].unique().to_pylist())
    measures = _distinct(rows, ["metric", "k"])
    found = [(name, metric, k) for name in names for metric, k in measures]
    fields = [rows.schema.field(name) for name in ("recommender", "metric", "k")]
    columns = zip(*found, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _pivot(rows: pa.Table, keys: pa.Table) -> Pivoted:
    """Return the customers, in order of id, and their (customers, keys) values."""
    customer_ids = rows["customer_id"].combine_chunks().unique().sort()
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
