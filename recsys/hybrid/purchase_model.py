"""How likely a customer buys a product: gradient boosting, its probabilities calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

from recsys.errors import InvalidTableError, NotFittedError
from recsys.hybrid.calibration import Calibration
from recsys.hybrid.examples import Examples, Floats
from recsys.hybrid.forests import Forest, best_size, gains, mean_log_odds
from recsys.hybrid.linear_odds import Columns, LinearOdds
from recsys.recommenders.search_space import Range
from recsys.settings.parameters import (
    Amount,
    Count,
    Positive,
    PositiveShare,
    Share,
    check_parameters,
)
from recsys.trees.compiled_trees import CompiledTrees
from recsys.trees.contributions import Contributions, contributions
from recsys.trees.feature_blocks import feature_blocks
from recsys.trees.quantile_bins import QuantileBins

IMPORTANCE_PAIRS = 1_250
"""About so many pairs tell, for each forest, how much each feature matters."""

SCREENING_PAIRS = 40_000
SCREENING_TREES = 30
"""So many trees of about so many pairs tell which features a forest reads."""

SHARE_PAIRS = 10_000
"""Pairs that weren't bought are divided among forests only where each has so many."""

LEAST_KNOWN = 1 / 4000
"""A feature known of a smaller share of the pairs is left out."""


@dataclass(kw_only=True)
class PurchaseModel:
    """Gradient boosted trees whose output is the probability of buying within a label window.

    The trees minimise log loss (Friedman 2001; scikit-learn's histogram-based implementation).
    A forest reads the features that a few trees of a sample of its half gain most from: half of a
    hundred features, in half the time, measured a little better than all.
    Several forests are averaged on log odds: half of them learn from the earlier pairs, the others
    from the later ones, so that each is checked on pairs it hasn't seen and none is grown twice.
    These choose how many trees are used, and calibrate (`Calibration`). Forests of one half share
    all pairs that were bought and divide the others among them: averaged, two that were grown in
    half the time rank better than one.

    Logistic regressions of the same features (`LinearOdds`) have a share of the log odds: what they
    can say is less, and holds in other seasons than those learned from. Together they rank better
    than either.
    """

    learning_rate: Annotated[PositiveShare, Range(low=0.02, high=0.2, log=True)] = 0.05
    max_trees: Count = 200
    """Trees of a forest."""
    forests_per_half: Count = 2
    max_leaf_nodes: Annotated[int, Field(ge=2), Range(low=7, high=127, log=True)] = 31
    min_pairs_per_leaf: Annotated[Count, Range(low=20, high=1000, log=True)] = 200
    """A leaf has at least so many pairs; fewer in a small table, a thousandth but 20."""
    max_features: Annotated[PositiveShare, Range(low=0.1, high=1.0)] = 0.25
    """Share of the features that each split chooses from."""
    l2_regularization: Annotated[Amount, Range(low=0.1, high=100.0, log=True)] = 5.0
    most_features: Annotated[Count, Range(low=20, high=100)] = 45
    """How many features a forest reads."""
    linear_share: Share = 0.4
    """Share in the log odds that the logistic regressions have."""
    linear_regularization: Positive = 10.0
    """Weight of their squared coefficients."""
    random_state: Annotated[int, Field(ge=0)] = 0

    def __post_init__(self) -> None:
        check_parameters(self)

    def fit(self, earlier: Examples, later: Examples, *, columns: Columns | None = None) -> Self:
        """Learn from both; each is what the models of the other are checked and calibrated on.

        `columns` says which features tell new products from others, and which are names.

        Raises
        ------
        InvalidTableError
            One of them has no pair that was bought, or none that wasn't; or what was learned from
            one says nothing about the other.

        """
        for name, examples in (("earlier", earlier), ("later", later)):
            bought = int(examples.is_bought.sum())
            if bought in (0, len(examples)):
                raise InvalidTableError(
                    f"{bought:,} of {len(examples):,} {name} pairs were bought; a model learns "
                    "from some that were and some that weren't"
                )
        is_known = np.stack([_is_often_known(part) for part in (earlier, later)])
        self.used_ = np.flatnonzero(is_known.all(axis=0))
        bins = QuantileBins.of(
            np.concatenate([part.features[:, self.used_] for part in (earlier, later)])
        )
        halves = [self._forests(part, bins, half) for half, part in enumerate((earlier, later))]
        unseen = (later, earlier)
        self.columns_ = columns or Columns()
        self.linear_ = [self._linear(part, self.columns_) for part in (earlier, later)]
        self.trees_, log_odds = best_size(halves, unseen)
        self.halves_ = [
            [Forest(one.read, one.trees.first(self.trees_)) for one in forests]
            for forests in halves
        ]
        of_halves = zip(self.linear_, log_odds, unseen, strict=True)
        averaged = np.concatenate(
            [self._averaged(linear, said, part.features) for linear, said, part in of_halves]
        )
        is_bought = np.concatenate([part.is_bought for part in unseen])
        weight = np.concatenate([part.weight for part in unseen])
        is_new = np.concatenate([self.columns_.of_new_products(part.features) for part in unseen])
        self.calibration_ = Calibration.of(averaged, is_new, is_bought, weight)
        if self.calibration_.ranks_by_chance:
            raise InvalidTableError(
                f"what was learned from {len(earlier):,} earlier pairs ranks {len(later):,} later "
                "ones no better than chance; more purchases are needed"
            )
        self.loss_ = log_loss(
            is_bought, self.calibration_.probabilities(averaged, is_new), sample_weight=weight
        )
        """Log loss of the probabilities of all pairs, each said by models that haven't seen it."""
        samples = [part.stratified(IMPORTANCE_PAIRS) for part in unseen]
        of_forests = [
            forest.importances(sample, self.random_state)
            for forests, sample in zip(halves, samples, strict=True)
            for forest in forests
        ]
        self.importances_ = np.mean(of_forests, axis=0)
        return self

    def predict(self, features: Floats) -> NDArray[np.float64]:
        """Return the (pairs,) probabilities of buying."""
        if not hasattr(self, "halves_"):
            raise NotFittedError("this PurchaseModel isn't fitted; call fit first")
        if features.shape[1] != len(self.importances_):
            raise InvalidTableError(
                f"the model knows {len(self.importances_)} features, not {features.shape[1]}"
            )
        if len(features) == 0:
            return np.empty(0)
        log_odds = np.empty(len(features))
        for pairs, block in feature_blocks(features):
            of_halves = [
                self._averaged(linear, mean_log_odds(forests, block), block)
                for forests, linear in zip(self.halves_, self.linear_, strict=True)
            ]
            log_odds[pairs] = np.mean(of_halves, axis=0)
        return self.calibration_.probabilities(log_odds, self.columns_.of_new_products(features))

    def contributions(self, features: Floats) -> Contributions:
        """Return what makes up the calibrated log odds of (pairs, features).

        The base is those of an average pair that the models learned from. Probabilities are kept
        from 0 and 1 afterwards: `recsys.hybrid.calibration.LEAST`.
        """
        if not hasattr(self, "halves_"):
            raise NotFittedError("this PurchaseModel isn't fitted; call fit first")
        nothing = Contributions(np.zeros(len(features)), np.zeros(features.shape))
        log_odds = nothing
        for forests, linear in zip(self.halves_, self.linear_, strict=True):
            of_half = nothing
            for forest in forests:
                of_half = of_half.plus(contributions(forest.trees, features), 1 / len(forests))
            if linear is not None:
                of_half = linear.contributions(of_half, features, self.linear_share)
            log_odds = log_odds.plus(of_half, 1 / len(self.halves_))
        slope, intercept = self.calibration_.line_of(self.columns_.of_new_products(features))
        calibrated = log_odds.times(slope)
        return Contributions(calibrated.base + intercept, calibrated.of_features)

    def _forests(self, examples: Examples, bins: QuantileBins, half: int) -> list[Forest]:
        binned = examples.with_features(bins.numbered(examples.features[:, self.used_]))
        read = self._features_to_read(binned, self.random_state + half)
        chosen = binned.with_features(binned.features[:, read])
        edges = [bins.edges[position] for position in read]
        shares = min(self.forests_per_half, int((~examples.is_bought).sum()) // SHARE_PAIRS) or 1
        forests = []
        for number in range(self.forests_per_half):
            seed = self.random_state + 2 * number + half
            grown = self._grow(chosen.share(number % shares, shares), self.max_trees, seed)
            positions = self.used_[read]
            forests.append(Forest(positions, CompiledTrees.of(grown, positions, edges)))
        return forests

    def _features_to_read(self, examples: Examples, seed: int) -> NDArray[np.intp]:
        features = examples.features.shape[1]
        if features <= self.most_features:
            return np.arange(features)
        sample = examples.every(-(-len(examples) // SCREENING_PAIRS))
        gained = gains(self._grow(sample, SCREENING_TREES, seed), features)
        return np.sort(np.argsort(-gained, kind="stable")[: self.most_features])

    def _grow(self, examples: Examples, trees: int, seed: int) -> HistGradientBoostingClassifier:
        smallest_leaf = max(20, min(self.min_pairs_per_leaf, len(examples) // 1000))
        return HistGradientBoostingClassifier(
            learning_rate=self.learning_rate,
            max_iter=trees,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=smallest_leaf,
            max_features=self.max_features,
            l2_regularization=self.l2_regularization,
            early_stopping=False,
            random_state=seed,
        ).fit(examples.features, examples.is_bought, examples.weight)

    def _linear(self, examples: Examples, columns: Columns) -> LinearOdds | None:
        if self.linear_share == 0:
            return None
        return LinearOdds.of(examples, self.used_, columns, self.linear_regularization)

    def _averaged(self, linear: LinearOdds | None, log_odds: Floats, features: Floats) -> Floats:
        if linear is None:
            return log_odds
        return linear.averaged(log_odds, features, self.linear_share)


def _is_often_known(examples: Examples) -> NDArray[np.bool_]:
    """Return, per feature, whether it is known of enough pairs to be cut into bins.

    Bins are made from a sample of the pairs, and none can be made of a feature that is missing in
    all of it.
    """
    known = (~np.isnan(examples.features)).sum(axis=0)
    often: NDArray[np.bool_] = known >= max(1, len(examples) * LEAST_KNOWN)
    return often
