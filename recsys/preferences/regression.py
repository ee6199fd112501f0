"""What a logistic regression learned, as arrays: nothing of scikit-learn is kept."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, Self

from recsys.preferences.columns import Floats
from recsys.trees.compiled_trees import CompiledTrees


class Estimator(Protocol):
    """A logistic regression of scikit-learn's."""

    coef_: Floats
    """(1, columns)"""
    intercept_: Floats
    """(1,)"""


class Regression(NamedTuple):
    """Coefficients."""

    coefficients: Floats
    """(columns,)"""
    intercept: float

    @classmethod
    def of(cls, fitted: Estimator) -> Self:
        """Take over what was learned."""
        return cls(fitted.coef_[0], float(fitted.intercept_[0]))

    def log_odds(self, matrix: Any) -> Floats:
        """Return the (rows,) log odds of (rows, columns)."""
        found: Floats = matrix @ self.coefficients + self.intercept
        return found


Model = Estimator | Regression | CompiledTrees | None
"""Of a group; None where there was nothing to tell apart."""


def without_estimator(model: Model) -> Any:
    """Return what predicts: arrays, or None."""
    if model is None or isinstance(model, CompiledTrees | Regression):
        return model
    return Regression.of(model)
