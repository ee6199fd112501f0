"""What moved a probability most, as a text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recsys.hybrid.examples import Floats
from recsys.hybrid.feature_table import IS_NEW, NOMINAL
from recsys.hybrid.feature_words import in_words
from recsys.trees.contributions import Contributions

SHOWN = 5
"""So many features are named."""

LEAST_FACTOR = 1.05
"""What changes the odds by less moves nothing."""


def moved_by(found: Contributions, features: Floats, names: Sequence[str]) -> list[str]:
    """Return, of each of the (pairs, features), the features that moved the odds most.

    Each is written as the feature in words, its value, and the factor on the odds of buying; those
    that moved most come first, and a factor below 1 speaks against it.

    >>> known = np.array([[19.0, np.nan]])
    >>> said = Contributions(np.zeros(1), np.log([[0.5, 3.0]]))
    >>> moved_by(said, known, ["own_days_since_last", "ease_rank"])
    ['rank by ease: none (odds x3.0); days since it was last bought: 19 (odds x0.50)']
    """
    order = np.argsort(-np.abs(found.of_features), axis=1, kind="stable")[:, :SHOWN]
    return [
        "; ".join(
            f"{_described(names[at], values[at])} (odds x{_factor(moved[at])})"
            for at in first
            if abs(moved[at]) >= np.log(LEAST_FACTOR)
        )
        for first, moved, values in zip(order, found.of_features, features, strict=True)
    ]


def _factor(log_odds: float) -> str:
    """Return the factor on the odds, in two digits."""
    factor = np.exp(log_odds)
    if factor >= 10:
        return f"{factor:,.0f}"
    return f"{factor:.1f}" if factor >= 1 else f"{factor:#.2g}"


def _described(name: str, value: np.floating) -> str:
    if name == IS_NEW:
        return f"{in_words(name)}: {'yes' if value > 0 else 'no'}"
    if name in NOMINAL:  # the number means nothing to anyone
        return in_words(name)
    return f"{in_words(name)}: {_value(value)}"


def _value(value: np.floating) -> str:
    if np.isnan(value):
        return "none"
    if value == np.round(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
