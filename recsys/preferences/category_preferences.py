"""In which categories will a customer buy next? Calibrated probabilities from past windows."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import expit, logit

from recsys.compute.native_threads import one_blas_thread, one_openmp_thread
from recsys.data.arrow_tables import ArrowTable, column_of, read_table
from recsys.data.profiles import Profiles
from recsys.errors import InvalidTableError, NotFittedError
from recsys.preferences.columns import (
    Floats,
    base_rates,
    bounded,
    by_category,
    customer_hashes,
    numbers,
)
from recsys.preferences.regression import Estimator, Model, without_estimator
from recsys.settings.parameters import Count, Positive, PositiveShare, check_parameters
from recsys.trees.compiled_trees import CompiledTrees
from recsys.trees.quantile_bins import QuantileBins

NOT_FEATURES = {
    *("customer_id", "customer_hash", "category", "fold", "is_bought", "sample_weight"),
    "has_history",
}

MOST_CATEGORIES = 250
"""What scikit-learn's trees can tell apart; further ones count as unknown."""

REGULARIZATIONS = (1024.0, 256.0, 64.0, 16.0, 4.0, 1.0)
"""From what leaves little but the base rate to what believes a few customers."""


class _Rows(NamedTuple):
    """Past windows as the estimators read them."""

    matrix: Any
    bought: NDArray[np.bool_]
    weight: Floats
    base_rate: Floats
    group: NDArray[np.intp]


class _Grouped(NamedTuple):
    """The models of all groups, and what each says of the customers that it never saw."""

    models: list[Model]
    out_of_group: Floats
    regularization: float
    loss: float


@dataclass(kw_only=True)
class CategoryPreferences:
    """Probability that a customer buys in a category within the label window.

    Customers are cut into `groups` by a hash of their id. Each group is predicted by a model that
    was trained on the other groups only, so that measured quality holds for new customers. One
    sigmoid over the predictions of all groups calibrates them (Platt, *Probabilistic outputs for
    support vector machines*, 1999).

    With `from_history` the model is gradient boosting over numbers, profile and category, whose
    missing values need no filling. Without, it is a logistic regression over the profile, each of
    its values by category, and the base rate: with a few hundred profiles it measured better than
    boosting, which remembers who has which profile. How far it may leave the base rate is chosen
    by how well the groups are predicted (Stone, *Cross-validatory choice and assessment of
    statistical predictions*, 1974). The same rows give the same probabilities, whatever the
    number of cores.

    >>> rows = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob"], "category": ["tea", "jam"] * 2,
    ...     "base_rate": [0.5, 0.25] * 2, "is_bought": [False] * 4,
    ... })
    >>> nobody = pa.table({"customer_id": [], "attribute": [], "value": []})
    >>> CategoryPreferences().fit(rows, nobody).predict(rows).tolist()  # one outcome: base rates
    [0.5, 0.25, 0.5, 0.25]
    """

    from_history: bool = True
    """Whether the columns of numbers may be read; if not, only the profile is."""
    groups: Annotated[int, Field(ge=2, le=100)] = 3
    """How many models there are, each for the customers it never saw."""
    max_iter: Count = 60
    """Trees."""
    learning_rate: PositiveShare = 0.1
    """What each tree's step is multiplied by."""
    max_leaf_nodes: Annotated[int, Field(ge=2)] = 15
    """Leaves of a tree."""
    min_samples_leaf: Count = 200
    """Fewest rows of a leaf; but never more than a hundredth of the rows, nor fewer than 5."""
    regularization: Positive | None = None
    """Weight of the squared coefficients of the logistic regression. None: of `REGULARIZATIONS`,
    down to the first that is worse, the one by which the groups are predicted best."""

    def __post_init__(self) -> None:
        check_parameters(self)

    def fit(self, rows: ArrowTable, attributes: ArrowTable) -> Self:
        """Learn from past windows and return self.

        Parameters
        ----------
        rows
            One row per customer, category and past window: customer_id, category, base_rate
            (above 0 and below 1), is_bought; optionally sample_weight, and customer_hash (64 bits
            without sign), which decides the group where ids may change; every other column of
            numbers is a feature, null where it isn't known.
        attributes
            customer_id, attribute, value: the profiles.

        Raises
        ------
        InvalidTableError
            A column is missing, customer_hash has nulls, or there are no rows.

        """
        table = read_table(rows, "the table of past windows")
        if table.num_rows == 0:
            raise InvalidTableError("the table of past windows is empty; hand in at least one row")
        bought = numbers(column_of(table, "is_bought", "the table of past windows")) > 0
        weight = np.ones(len(table))
        if "sample_weight" in table.column_names:
            weight = numbers(table["sample_weight"])
        self.profiles_ = Profiles(attributes)
        categories = pc.unique(column_of(table, "category")).cast(pa.string()).sort()
        self.categories_ = categories[:MOST_CATEGORIES]
        self.features_ = [
            field.name
            for field in table.schema
            if field.name not in NOT_FEATURES
            and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type))
        ]
        if self.from_history:
            self.bins_ = QuantileBins.of(self._features(table))
        matrix = self._matrix(table)
        rows_read = _Rows(matrix, bought, weight, base_rates(table), self._group(table))
        best = self._grouped(rows_read, self.regularization or REGULARIZATIONS[0])
        weaker = () if self.from_history or self.regularization else REGULARIZATIONS[1:]
        for regularization in weaker:
            tried = self._grouped(rows_read, regularization, best.models)
            if tried.loss >= best.loss:
                break
            best = tried
        self.models_ = [without_estimator(model) for model in best.models]
        self.regularization_ = best.regularization
        self.slope_, self.intercept_ = _sigmoid(logit(best.out_of_group), bought, weight)
        return self

    def _grouped(self, rows: _Rows, regularization: float, start: Sequence[Model] = ()) -> _Grouped:
        """Fit a model per group, on all others; from where `start` ended, if it is given."""
        from sklearn.metrics import log_loss  # noqa: PLC0415

        models: list[Model] = []
        out_of_group = np.empty(len(rows.bought))
        for number in range(self.groups):
            training, held = rows.group != number, rows.group == number
            model = self._estimator(
                rows, training, regularization, start[number] if start else None
            )
            models.append(model)
            out_of_group[held] = self._raw(model, rows.base_rate[held], rows.matrix[held])
        loss = log_loss(rows.bought, out_of_group, sample_weight=rows.weight, labels=[False, True])
        return _Grouped(models, out_of_group, regularization, float(loss))

    def predict(self, rows: ArrowTable) -> Floats:
        """Return the (rows,) probabilities of buying in the category within the label window.

        Raises
        ------
        InvalidTableError
            A column that was fitted is missing.
        NotFittedError
            There was no `fit`.

        """
        if not hasattr(self, "slope_"):
            raise NotFittedError("this CategoryPreferences isn't fitted; call fit first")
        table = read_table(rows, "the table of customers and categories")
        matrix, group, base_rate = self._matrix(table), self._group(table), base_rates(table)
        raw = np.empty(len(table))
        for number, model in enumerate(self.models_):
            held = group == number
            raw[held] = self._raw(model, base_rate[held], matrix[held])
        if all(model is None for model in self.models_):
            return raw
        calibrated: Floats = expit(self.slope_ * logit(raw) + self.intercept_)
        return bounded(calibrated)

    def with_profiles(self, attributes: ArrowTable) -> Self:
        """Return a copy that knows these profiles alone (see `fit`); nothing is learned."""
        changed = copy(self)
        changed.profiles_ = self.profiles_.of(attributes)
        return changed

    def _group(self, table: pa.Table) -> NDArray[np.intp]:
        return (customer_hashes(table) % np.uint64(self.groups)).astype(np.intp)

    def _matrix(self, table: pa.Table) -> Any:
        """Return the rows as the estimator reads them: dense with numbers, else sparse."""
        codes = self.profiles_.codes(column_of(table, "customer_id"))
        names = column_of(table, "category").cast(pa.string()).combine_chunks()
        category = pc.fill_null(pc.index_in(names, value_set=self.categories_), -1).to_numpy()
        if not self.from_history:
            base_rate = base_rates(table)
            return by_category(category, len(self.categories_), codes, self.profiles_, base_rate)
        columns = [np.where(category < 0, np.nan, category), *codes.T, *self._features(table).T]
        matrix = np.empty((len(table), len(columns)), order="F")
        for place, column in enumerate(columns):
            matrix[:, place] = column
        return matrix

    def _features(self, table: pa.Table) -> Floats:
        """Return the (rows, features) numbers."""
        columns = [numbers(column_of(table, name)) for name in self.features_]
        return np.column_stack([np.empty((len(table), 0)), *columns])

    def _estimator(
        self,
        rows: _Rows,
        training: NDArray[np.bool_],
        regularization: float,
        start: Model,
    ) -> Model:
        """Return a model of these rows; None where there is nothing to tell apart."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        bought, x, weight = rows.bought[training], rows.matrix[training], rows.weight[training]
        if not bought.any() or bought.all():
            return None
        if self.from_history:
            return self._trees(x, bought, weight)
        fresh = LogisticRegression(max_iter=1000, warm_start=True)
        estimator: Any = fresh if start is None else deepcopy(start)
        estimator.set_params(C=1 / regularization)
        # sums don't depend on the number of threads
        with one_blas_thread(), one_openmp_thread():
            estimator.fit(x, bought, sample_weight=weight)
        fitted: Estimator = estimator
        return fitted

    def _trees(self, x: Floats, bought: NDArray[np.bool_], weight: Floats) -> CompiledTrees:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

        names = 1 + len(self.profiles_.names)
        estimator = HistGradientBoostingClassifier(
            max_iter=self.max_iter,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=min(self.min_samples_leaf, max(5, len(bought) // 100)),
            categorical_features=list(range(names)),
            early_stopping=False,
            random_state=0,
        )
        x[:, names:] = self.bins_.numbered(x[:, names:])
        x[:, np.isnan(x).all(axis=0)] = 0  # scikit-learn can't bin what nobody has
        # sums don't depend on the number of threads
        with one_blas_thread(), one_openmp_thread():
            estimator.fit(x, bought, sample_weight=weight)
        edges = [np.empty(0)] * names + self.bins_.edges
        return CompiledTrees.of(estimator, np.arange(len(edges)), edges)

    def _raw(self, model: Model, base_rate: Floats, matrix: Any) -> Floats:
        if len(base_rate) == 0:
            return np.empty(0)
        if model is None:
            return base_rate
        predicting = without_estimator(model)
        return bounded(expit(predicting.log_odds(matrix)))


def _sigmoid(log_odds: Floats, bought: NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Return slope and intercept that calibrate; 1 and 0 where nothing can be learned of it."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    if not bought.any() or bought.all():
        return 1.0, 0.0
    with one_blas_thread(), one_openmp_thread():
        model = LogisticRegression(C=1.0, max_iter=1000)
        model.fit(log_odds[:, None], bought, sample_weight=weight)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    return (slope, intercept) if slope > 0 else (1.0, 0.0)  # ranks are never turned round
