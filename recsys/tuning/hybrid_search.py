"""Search for the hybrid's parameters by the log loss of its probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from recsys.compute.native_threads import one_blas_thread, one_openmp_thread
from recsys.errors import DatabaseError
from recsys.hybrid.examples import Examples
from recsys.hybrid.feature_table import (
    columns_of,
    earlier_and_later,
    feature_names,
    read_examples,
    too_few_bought,
    with_enough_bought,
)
from recsys.hybrid.linear_odds import Columns
from recsys.hybrid.purchase_model import PurchaseModel
from recsys.storage.relations import Relation
from recsys.tuning.fingerprint import fingerprint
from recsys.tuning.search import Search
from recsys.tuning.trials import Metric, Sampler

HYBRID = "hybrid"
SHARES = (4, 1)
"""A trial learns from every fourth pair first, after which it may be given up, then from all."""


@dataclass(frozen=True, kw_only=True)
class PastExamples:
    """Pairs of the folds before the judged ones, and whether they were bought."""

    folds: tuple[str, ...]
    """In order of time."""
    label_until: datetime
    """When the last one's label window ended, UTC."""
    parts: Sequence[Examples]
    """Of each fold."""
    columns: Columns
    """Which features aren't ordinary numbers."""

    @cached_property
    def fingerprint(self) -> str:
        """Names everything here: equal data has the same."""
        arrays = [
            array for part in self.parts for array in (part.features, part.is_bought, part.weight)
        ]
        return fingerprint(f"{self.folds} {self.label_until} {self.columns}", *arrays)


def read_past_examples(folds: Relation, features: Relation) -> PastExamples:
    """Read what the hybrid may be tuned on: `int_tuning_folds` and `int_hybrid_features`.

    Raises
    ------
    DatabaseError
        There is no fold before the judged ones, or too little was bought in all of them.

    """
    rows = folds.order("cutoff_at").project("fold, label_until").fetchall()
    if not rows:
        raise DatabaseError(
            "there is no fold before the judged ones to tune the hybrid on: the shop needs "
            "purchases with dates, more of them than two label windows (label_window_days)"
        )
    names = feature_names(features)
    examples = {fold: read_examples(features, fold, names) for fold, _ in rows}
    training = with_enough_bought(examples)
    if not training:
        raise DatabaseError(f"the hybrid can't be tuned: {too_few_bought(examples)}")
    until = max(label_until for fold, label_until in rows if fold in training)
    return PastExamples(
        folds=tuple(training),
        label_until=until,
        parts=list(training.values()),
        columns=columns_of(names),
    )


class HybridSearch(Search):
    """Minimises the log loss of the probabilities that a `PurchaseModel` gives pairs.

    Half of its forests learn from the folds before the latest past one, the others from that one;
    each is measured on what the others learned from.
    """

    def __init__(
        self,
        examples: PastExamples,
        *,
        sampler: Sampler,
        seed: int,
        base: Mapping[str, Any] | None = None,
    ) -> None:
        self.examples = examples
        super().__init__(
            HYBRID,
            PurchaseModel,
            base=base or {},
            sampler=sampler,
            seed=seed,
            steps=len(SHARES),
            data=[examples.fingerprint],
            metric=Metric.log_loss,
            folds=examples.folds,
            known_until=examples.label_until,
        )

    def _values(self, parameters: Mapping[str, Any]) -> Iterator[float]:
        for share in SHARES:
            earlier, later = earlier_and_later([one.every(share) for one in self.examples.parts])
            model = PurchaseModel(**{**self.base, **parameters})
            # one thread, as a build's workers have: trees meet after every split, and threads that
            # wait for one without a core spin where others could work
            with one_blas_thread(), one_openmp_thread():
                loss = model.fit(earlier, later, columns=self.examples.columns).loss_
            yield loss
