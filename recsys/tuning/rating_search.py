"""Search by the error of predicted ratings, with Surprise's RandomizedSearchCV and GridSearchCV."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa

from recsys.errors import (
    DivergedError,
    InvalidParameterError,
    NothingToLearnError,
    RecsysError,
)
from recsys.recommenders import RECOMMENDERS, recommender_class, recommender_from_parameters
from recsys.recommenders.base import require_ratings
from recsys.recommenders.search_space import Choice, Dimension, Range
from recsys.recommenders.surprise_bridge import SurpriseModel, has_diverged, rated_part
from recsys.tuning.fingerprint import fingerprint
from recsys.tuning.past_folds import PastFold
from recsys.tuning.search import Search
from recsys.tuning.trials import Metric, Outcome, Sampler, State, Study, Trial

SPLITS = 3
"""Of the ratings, at random, the same for every trial: each is predicted from the others."""


class RatingSearch(Search):
    """Minimises the RMSE of ratings known at the latest past fold's cut-off, cross-validated.

    Surprise proposes, fits and measures: at random, or all of a grid. Parameters that change
    nothing (`only_if`) are drawn all the same, and left out of the outcome.

    Raises
    ------
    InvalidParameterError
        The recommender isn't one of Surprise's.
    InvalidTableError
        There is no fold, or the last has too few ratings.

    """

    def __init__(
        self,
        recommender: str,
        folds: list[PastFold],
        *,
        base: Mapping[str, Any],
        sampler: Sampler,
        seed: int,
    ) -> None:
        is_grid = sampler is Sampler.grid
        super().__init__(recommender, base, sampler if is_grid else Sampler.random, seed)
        if not issubclass(recommender_class(recommender), SurpriseModel):
            raise InvalidParameterError(
                f"{recommender} isn't searched by rmse; choose the metric ndcg, or one of "
                f"{', '.join(rating_recommenders())}"
            )
        if not folds:
            raise NothingToLearnError(
                f"{recommender} can't be searched by rmse: no past fold has anything to learn from"
            )
        self.fold = max(folds, key=lambda fold: fold.cutoff_at)
        require_ratings(recommender, self.fold.interactions)
        ratings = self.fold.interactions.ratings.nnz
        if ratings < SPLITS:
            raise NothingToLearnError(
                f"{recommender} can't be searched by rmse: {ratings:,} ratings are too few for "
                f"{SPLITS} splits"
            )

    @cached_property
    def study(self) -> Study:
        """What its trials have in common."""
        return self._study(
            Metric.rmse,
            list_type=None,
            k=None,
            folds=(self.fold.fold,),
            known_until=self.fold.cutoff_at,
            fingerprints=[
                fingerprint(
                    self.fold.interactions.customer_ids,
                    self.fold.interactions.product_ids,
                    self.fold.interactions.ratings,
                )
            ],
        )

    def measure(
        self, number: int, past: list[Trial], fixed: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Run a trial: a search of one combination, so that each can be kept at once."""
        from surprise.model_selection import (  # noqa: PLC0415
            GridSearchCV,
            KFold,
            RandomizedSearchCV,
        )

        del past
        given = {"measures": ["rmse"], "cv": KFold(SPLITS, random_state=0)}
        algorithm = partial(surprise_algorithm, self.recommender, self.base)
        if fixed is not None:
            search = GridSearchCV(
                algorithm, {name: [value] for name, value in fixed.items()}, **given
            )
        else:
            drawn = {name: _distribution(dimension) for name, dimension in self.space.items()}
            search = RandomizedSearchCV(
                algorithm, drawn, n_iter=1, random_state=self.trial_seed(number), **given
            )
        [chosen] = search.param_combinations
        parameters = self._active({name: _plain(value) for name, value in chosen.items()})
        try:
            part = rated_part(self.fold.interactions.ratings)
            made = recommender_from_parameters(self.recommender, {**self.base, **parameters})
            made._check_size(part)  # type: ignore[attr-defined]
            search.fit(self._ratings)
            value = float(search.best_score["rmse"])
        except (RecsysError, ZeroDivisionError) as error:
            return Outcome(parameters=parameters, state=State.failed, message=str(error))
        if not np.isfinite(value):
            return Outcome(parameters=parameters, state=State.failed, message="it diverged")
        steps = [float(search.cv_results[f"split{split}_test_rmse"][0]) for split in range(SPLITS)]
        return Outcome(parameters=parameters, state=State.complete, value=value, steps=tuple(steps))

    @cached_property
    def _ratings(self) -> Any:
        """The fold's ratings as Surprise's data set; ids are rows and columns."""
        from surprise import Dataset, Reader  # noqa: PLC0415

        ratings = self.fold.interactions.ratings.tocoo()
        columns = {"user": ratings.row, "item": ratings.col, "rating": ratings.data}
        scale = (float(ratings.data.min()), float(ratings.data.max()))
        return Dataset.load_from_df(pa.table(columns).to_pandas(), Reader(rating_scale=scale))


def rating_recommenders() -> list[str]:
    """Return the names of the recommenders that Surprise fits."""
    return [name for name in RECOMMENDERS if issubclass(recommender_class(name), SurpriseModel)]


def surprise_algorithm(name: str, base: Mapping[str, Any], **parameters: Any) -> Any:
    """Return Surprise's own unfitted algorithm for a recommender with these parameters."""
    import surprise  # noqa: PLC0415

    made = recommender_from_parameters(
        name, {**base, **{key: _plain(value) for key, value in parameters.items()}}
    )
    algorithm, options = made._algorithm()  # type: ignore[attr-defined]
    unfitted = getattr(surprise, algorithm)(**options)
    fit = unfitted.fit

    def fit_or_say(trainset: Any) -> Any:
        """Refuse what diverged: Surprise takes NaN for the best rating there is."""
        fitted = fit(trainset)
        learned = [vars(fitted).get(numbers) for numbers in ("bu", "bi", "pu", "qi", "yj")]
        if has_diverged(numbers for numbers in learned if numbers is not None):
            raise DivergedError("it diverged")
        return fitted

    unfitted.fit = fit_or_say
    return unfitted


class _Draws:
    """A range as RandomizedSearchCV takes distributions: whatever has `rvs`."""

    def __init__(self, dimension: Range) -> None:
        self._range = dimension

    def rvs(self, random_state: np.random.RandomState) -> float:
        """Draw a value: all alike, or with `log` all factors."""
        # every whole number gets as much room as the next, the first and the last too
        margin = 0.5 if self._range.is_whole else 0.0
        low, high = self._range.low - margin, self._range.high + margin
        if self._range.log:
            drawn = float(np.exp(random_state.uniform(np.log(low), np.log(high))))
        else:
            drawn = float(random_state.uniform(low, high))
        return self._range.rounded(drawn)


def _distribution(dimension: Dimension) -> list[Any] | _Draws:
    return list(dimension.values) if isinstance(dimension, Choice) else _Draws(dimension)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
