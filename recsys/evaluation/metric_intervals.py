"""Intervals for every mean of the customers' metrics, and for differences between recommenders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.evaluation.bootstrap import (
    Resampled,
    intervals,
    resample_means,
    simultaneous_differences,
)
from recsys.evaluation.coded_columns import CodedColumns, present, renumbered

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
    the last, or the only one; of several, those that have all recommenders of the latest. A
    customer judged in several of them is drawn with all its folds, because the folds of one
    customer resemble each other.

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
    rows = CodedColumns.of(customer_metrics)
    members = CodedColumns.of(segments).coded_as("customer_id", rows.values["customer_id"])
    for list_type in rows.present("list_type"):
        of_list = rows.where("list_type", list_type)
        keys = _Keys.of(of_list)
        table = keys.table(of_list)
        folds = {
            fold: _pivot(of_list.where("fold", fold), keys) for fold in of_list.present("fold")
        }
        for sample in _samples(folds, members, len(keys.recommenders)):
            resampled = resample_means(
                sample.values, sample.customers, resamples=resamples, random_state=random_state
            )
            for found in _bounded(table, sample, resampled, baselines):
                for fold in sample.folds:
                    labels = {
                        "fold": fold,
                        "list_type": list_type,
                        "segment_type": sample.segment_type,
                        "segment": sample.segment,
                    }
                    labelled = found
                    for name, value in labels.items():
                        constant = pa.array([value] * len(found), pa.string())
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


Pivoted = tuple[NDArray[np.intp], NDArray[np.float64]]
"""Codes of customers, and their (customers, keys) values."""


def _samples(
    folds: dict[str, Pivoted], segments: CodedColumns, recommenders: int
) -> Iterator[_Sample]:
    for fold, (customers, values) in folds.items():
        of_fold = segments.where("fold", fold)
        for segment_type in of_fold.present("segment_type"):
            of_type = of_fold.where("segment_type", segment_type)
            for segment in of_type.present("segment"):
                members = of_type.where("segment", segment).codes["customer_id"]
                of_members = values[np.isin(customers, members)]
                if len(of_members):
                    labels = [fold, None] if segment_type == "all" and len(folds) == 1 else [fold]
                    drawn = np.arange(len(of_members))
                    yield _Sample(labels, segment_type, segment, drawn, of_members)
    if len(folds) > 1:
        *earlier, _ = folds
        chosen_on, is_chosen_from = _with_the_same_recommenders(folds, earlier, recommenders)
        everyone = segments.where("segment_type", "all")
        found, blocks = [], []
        for fold in chosen_on:
            customers, values = folds[fold]
            is_member = np.isin(customers, everyone.where("fold", fold).codes["customer_id"])
            found.append(customers[is_member])
            blocks.append(np.where(is_chosen_from, values[is_member], np.nan))
        _, drawn = np.unique(np.concatenate(found), return_inverse=True)
        if len(drawn):
            yield _Sample([None], "all", "all", drawn, np.concatenate(blocks))


def _with_the_same_recommenders(
    folds: dict[str, Pivoted], earlier: list[str], recommenders: int
) -> tuple[list[str], NDArray[np.bool_]]:
    """Return the folds that have all recommenders of the latest one, and which keys are of these.

    The mean of one recommender over some folds says nothing beside another's over others.
    """
    has = {
        fold: ~np.isnan(folds[fold][1]).all(axis=0).reshape(recommenders, -1).any(axis=1)
        for fold in earlier
    }
    latest = has[earlier[-1]]
    chosen_on = [fold for fold in earlier if (has[fold] >= latest).all()]
    measures = folds[earlier[-1]][1].shape[1] // recommenders
    return chosen_on, np.repeat(latest, measures)


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


class _Keys(NamedTuple):
    """What a list is measured by: each recommender's metrics at each k, one column for each."""

    recommenders: NDArray[np.intp]
    """Their codes."""
    measures: NDArray[np.intp]
    """Of each metric and k, the code that `_measure` gives them."""

    @classmethod
    def of(cls, rows: CodedColumns) -> _Keys:
        """Return a key for everything, whether or not a recommender has it."""
        return cls(present(rows.codes["recommender"]), present(_measure(rows)))

    def table(self, rows: CodedColumns) -> pa.Table:
        """Return recommender, metric and k, a row per key."""
        measures = [divmod(measure, len(rows.values["k"])) for measure in self.measures.tolist()]
        found = [
            (rows.values["recommender"][name], rows.values["metric"][metric], rows.values["k"][k])
            for name in self.recommenders
            for metric, k in measures
        ]
        fields = [METRIC_SCHEMA.field(name) for name in ("recommender", "metric", "k")]
        columns = zip(fields, zip(*found, strict=True), strict=True)
        arrays = [pa.array(column, field.type) for field, column in columns]
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _measure(rows: CodedColumns) -> NDArray[np.int32]:
    return rows.codes["metric"] * np.int32(len(rows.values["k"])) + rows.codes["k"]


def _pivot(rows: CodedColumns, keys: _Keys) -> Pivoted:
    """Return the customers, in order of id, and their (customers, keys) values."""
    customers = present(rows.codes["customer_id"])
    shape = (len(customers), len(keys.recommenders), len(keys.measures))
    values = np.full(shape, np.nan)
    places = (
        renumbered(rows.codes["customer_id"], customers),
        renumbered(rows.codes["recommender"], keys.recommenders),
        renumbered(_measure(rows), keys.measures),
    )
    values[places] = rows.numbers["value"]
    return customers, values.reshape(len(customers), -1)
