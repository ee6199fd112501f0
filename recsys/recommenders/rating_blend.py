"""RatingBlend: several rating models as one, weighted by what they foretell of held-out ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.optimize import nnls

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.errors import REFUSALS, InvalidParameterError, RecsysError
from recsys.recommenders import RECOMMENDERS, recommender_class, recommender_from_parameters
from recsys.recommenders.base import Recommender, require_ratings
from recsys.settings.parameters import Seed


@dataclass(kw_only=True)
class RatingBlend(Recommender):
    """Weighted sum of the ratings that several models predict.

    A share of the ratings is held out, every member is fitted on the rest, and the weights are
    those, 0 or more, with the least squares of errors on what was held out (non-negative least
    squares, all around the mean rating). Then every member is fitted once more, on all ratings. A
    score is the mean rating plus the weighted sum of how far the members' predictions are from it:
    a predicted rating, not clipped to the scale. A member without a prediction counts as if it
    predicted the mean.

    Source: Breiman, *Stacked regressions* (1996), with one hold-out instead of cross-validation.

    Notes
    -----
    Fitting takes twice the time of all members. A member that refuses the size of the catalogue is
    left out, with a notice. `weights_` has a weight for each of `members_`, the fitted ones. Where
    the held-out ratings can't tell (all alike, or none), all weigh the same.

    >>> import pyarrow as pa
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea", "jam"],
    ...     "rating": [5, 1, 5, 5, 4, 2],
    ... })
    >>> blend = RatingBlend(members=["baseline", {"recommender": "svd", "n_epochs": 50}])
    >>> blend.fit(Interactions.from_table(ratings)).recommend(["cat"])["product_id"].to_pylist()
    ['rye']

    """

    name = "rating_blend"
    predicts_ratings = True

    members: Sequence[str | Mapping[str, Any]] = (
        {"recommender": "svd", "n_factors": 150, "n_epochs": 100, "regularization": 0.1},
        {"recommender": "knn_baseline", "similarity": "pearson_baseline", "user_based": False},
        {"recommender": "knn_baseline", "similarity": "pearson_baseline", "k": 60},
    )
    """Rating models: each a name, or a mapping of `recommender`, its name, and parameters.

    On MovieLens-100k the default's RMSE is .904, that of its best member .908.
    """
    holdout_share: Annotated[float, Field(gt=0, le=0.9)] = 0.1
    """Share of the ratings to learn the weights from."""
    random_state: Seed = 0
    """Seed of what is held out."""

    def _check_parameters(self) -> None:
        legal = [
            name
            for name in RECOMMENDERS
            if name != self.name and recommender_class(name).predicts_ratings
        ]
        if isinstance(self.members, str) or not isinstance(self.members, Sequence):
            problem = repr(self.members)
        elif not self.members:
            problem = "empty"
        else:
            names = [
                member.get("recommender") if isinstance(member, Mapping) else member
                for member in self.members
            ]
            unknown = [name for name in names if name not in legal]
            if not unknown:
                self._unfitted()  # refuses parameters that a member doesn't have
                return
            problem = f"a list with {unknown[0]!r}"
        raise InvalidParameterError(
            f"members is {problem}; use a list of names or of mappings such as "
            f"{{'recommender': 'svd', 'n_factors': 50}}, of {', '.join(legal)}"
        )

    def _unfitted(self) -> list[Recommender]:
        made = []
        for member in self.members:
            parameters = {"recommender": member} if isinstance(member, str) else dict(member)
            made.append(recommender_from_parameters(parameters.pop("recommender"), parameters))
        return made

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        require_ratings(self.name, interactions)
        self.members_ = []
        refusals: list[RecsysError] = []
        for model in self._unfitted():
            try:
                self.members_.append(model.fit(interactions, products))
            except REFUSALS as error:
                refusals.append(error)
        if not self.members_:
            said = "; ".join(map(str, refusals))
            raise type(refusals[0])(f"rating_blend has no member left: {said}")
        self.notice_ = f"left out: {'; '.join(map(str, refusals))}" if refusals else ""
        self.mean_ = float(interactions.ratings.data.mean())
        self.weights_ = self._learned_weights(interactions, products)

    def _learned_weights(
        self, interactions: Interactions, products: ArrowTable | None
    ) -> NDArray[np.float64]:
        """Return a weight per fitted member, from ratings that copies of them don't see."""
        equal = np.full(len(self.members_), 1 / len(self.members_))
        ratings = interactions.ratings
        held_out = round(self.holdout_share * ratings.nnz)
        if held_out in {0, ratings.nnz}:
            return equal
        mask = np.zeros(ratings.nnz, bool)
        mask[np.random.default_rng(self.random_state).permutation(ratings.nnz)[:held_out]] = True
        rows, columns = (index[mask] for index in ratings.tocoo().coords)
        known = interactions.without_ratings(mask)
        mean = known.ratings.data.mean()
        try:
            copies = [replace(model).fit(known, products) for model in self.members_]
        except REFUSALS:  # what is left of few ratings may be all alike
            return equal
        predicted = np.stack([model.score_pairs(rows, columns) for model in copies], axis=1)
        deviations = np.where(np.isnan(predicted), 0, predicted - mean)
        weights: NDArray[np.float64] = nnls(deviations, ratings.data[mask] - mean)[0]
        return weights if weights.any() else equal

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del fitted
        self.members_ = [model.with_histories(interactions) for model in self.members_]

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        scores = np.full((len(customers), self._fitted().n_products), self.mean_)
        for model, weight in zip(self.members_, self.weights_, strict=True):
            if weight > 0:
                predicted = model.score(customers)
                scores += weight * np.where(np.isnan(predicted), 0, predicted - self.mean_)
        return scores
