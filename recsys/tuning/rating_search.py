"""Search by the error of predicted ratings, cross-validated with Surprise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from recsys.errors import DivergedError, InvalidParameterError, NothingToLearnError
from recsys.recommenders import RECOMMENDERS, recommender_class, recommender_from_parameters
from recsys.recommenders.base import require_ratings
from recsys.recommenders.surprise_bridge import has_diverged, rated_part
from recsys.recommenders.surprise_models import SurpriseModel
from recsys.tuning.fingerprint import fingerprint
from recsys.tuning.past_folds import PastFold
from recsys.tuning.search import Search
from recsys.tuning.trials import Metric

SPLITS = 3
"""Of the ratings, at random, the same for every trial: each is predicted from the others."""


class RatingSearch(Search):
    """Minimises the RMSE of ratings known at the latest past fold's cut-off, cross-validated.

    Raises
    ------
    InvalidParameterError
        The recommender isn't one of Surprise's.
    InvalidTableError
        There is no fold, or the last has too few ratings.

    """

    def __init__(self, recommender: str, folds: list[PastFold], **how: Any) -> None:
        searched = recommender_class(recommender)
        if not issubclass(searched, SurpriseModel):
            legal = [name for name in RECOMMENDERS if _is_of_surprise(name)]
            raise InvalidParameterError(
                f"{recommender} isn't searched by rmse; choose the metric ndcg, or one of "
                f"{', '.join(legal)}"
            )
        refusal = f"{recommender} can't be searched by rmse"
        if not folds:
            raise NothingToLearnError(f"{refusal}: no past fold has anything to learn from")
        fold = max(folds, key=lambda fold: fold.cutoff_at)
        known = fold.interactions
        require_ratings(recommender, known)
        if known.ratings.nnz < SPLITS:
            raise NothingToLearnError(
                f"{refusal}: {known.ratings.nnz:,} ratings are too few for {SPLITS} splits"
            )
        self._known = known.ratings
        super().__init__(
            recommender,
            searched,
            steps=SPLITS,
            data=[fingerprint(known.customer_ids, known.product_ids, known.ratings)],
            metric=Metric.rmse,
            folds=(fold.fold,),
            known_until=fold.cutoff_at,
            **how,
        )

    def _values(self, parameters: Mapping[str, Any]) -> Iterator[float]:
        """Yield the mean RMSE of the splits predicted so far."""
        import surprise  # noqa: PLC0415
        from surprise.model_selection import KFold  # noqa: PLC0415

        made: Any = recommender_from_parameters(self.recommender, {**self.base, **parameters})
        made._check_size(rated_part(self._known))
        algorithm, options = made._algorithm()
        errors = []
        for known, hidden in KFold(SPLITS, random_state=0).split(self._ratings):
            fitted = getattr(surprise, algorithm)(**options).fit(known)
            learned = [vars(fitted).get(numbers) for numbers in ("bu", "bi", "pu", "qi", "yj")]
            # Surprise takes NaN for the best rating there is
            if has_diverged(numbers for numbers in learned if numbers is not None):
                raise DivergedError("it diverged")
            errors.append(surprise.accuracy.rmse(fitted.test(hidden), verbose=False))
            yield float(np.mean(errors))

    @cached_property
    def _ratings(self) -> Any:
        """The ratings as Surprise's data set; ids are rows and columns."""
        from surprise import Dataset, Reader  # noqa: PLC0415

        ratings = self._known.tocoo()
        columns = {"user": ratings.row, "item": ratings.col, "rating": ratings.data}
        scale = (float(ratings.data.min()), float(ratings.data.max()))
        return Dataset.load_from_df(pa.table(columns).to_pandas(), Reader(rating_scale=scale))


def _is_of_surprise(name: str) -> bool:
    return issubclass(recommender_class(name), SurpriseModel)
