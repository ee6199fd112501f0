"""Search by the quality of lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from recsys.errors import NothingToLearnError
from recsys.recommenders import recommender_class, recommender_from_parameters
from recsys.tuning.list_quality import list_ndcg
from recsys.tuning.past_folds import PastFold
from recsys.tuning.search import Search
from recsys.tuning.trials import Metric

K = 10
STEPS_PER_FOLD = 4
"""Parts of a fold's customers, at random: after each, a trial may be given up."""


class ListSearch(Search):
    """Maximises NDCG@10 of one list type over the customers of all past folds."""

    def __init__(
        self,
        recommender: str,
        folds: list[PastFold],
        *,
        list_type: str,
        candidates_per_customer: int,
        **how: Any,
    ) -> None:
        self.folds = folds
        self.candidates_per_customer = max(candidates_per_customer, K)
        super().__init__(
            recommender,
            recommender_class(recommender),
            steps=STEPS_PER_FOLD * len(folds),
            data=[*(fold.fingerprint for fold in folds), str(self.candidates_per_customer)],
            with_bought=any(fold.takes_bought for fold in folds),
            metric=Metric.ndcg,
            list_type=list_type,
            k=K,
            folds=tuple(fold.fold for fold in folds),
            known_until=max(fold.label_until for fold in folds),
            **how,
        )

    def _values(self, parameters: Mapping[str, Any]) -> Iterator[float]:
        """Yield the mean NDCG of the customers looked at so far, step by step."""
        total, customers = 0.0, 0
        refused: NothingToLearnError | None = None
        for fold in self.folds:
            made = recommender_from_parameters(self.recommender, {**self.base, **parameters})
            try:
                fitted = made.fit(fold.interactions, fold.products)
            except NothingToLearnError as error:
                refused = error  # a build leaves the fold out, too
                continue
            shuffled = np.random.default_rng(0).permutation(len(fold.customers))
            for part in np.array_split(shuffled, STEPS_PER_FOLD):
                values = list_ndcg(
                    fitted,
                    fold,
                    np.sort(part),
                    k=K,
                    candidates_per_customer=self.candidates_per_customer,
                )
                total += float(values.sum())
                customers += len(values)
                yield total / max(customers, 1)
        if refused is not None and not customers:
            raise refused
