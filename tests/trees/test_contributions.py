"""Contributions of features are the Shapley values of their definition, computed the long way."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from recsys.trees.compiled_trees import CompiledTrees
from recsys.trees.contributions import contributions
from recsys.trees.quantile_bins import QuantileBins

from .test_compiled_trees import KINDS, drawn, grown

ROWS = 12


def expected(nodes: np.ndarray, row: np.ndarray, known: frozenset[int], node: int = 0) -> float:
    """Return what a tree says on average where only some of a row's bin numbers are known."""
    one = nodes[node]
    if one["is_leaf"]:
        return float(one["value"])
    sides = int(one["left"]), int(one["right"])
    if one["feature_idx"] in known:
        number = row[one["feature_idx"]]
        goes_left = (
            one["missing_go_to_left"] if np.isnan(number) else number <= one["num_threshold"]
        )
        return expected(nodes, row, known, sides[0] if goes_left else sides[1])
    counts = [int(nodes[side]["count"]) for side in sides]
    means = [expected(nodes, row, known, side) for side in sides]
    return float(np.average(means, weights=counts))


def shapley(trees: object, row: np.ndarray) -> tuple[float, list[float]]:
    """Return the mean of a classifier's log odds and each feature's Shapley value (1953)."""
    features = range(len(row))

    def value(known: tuple[int, ...]) -> float:
        said = [expected(tree.nodes, row, frozenset(known)) for [tree] in trees._predictors]
        return float(trees._baseline_prediction[0, 0]) + sum(said)

    values = {
        known: value(known)
        for size in range(len(row) + 1)
        for known in combinations(features, size)
    }
    found = []
    for feature in features:
        total = 0.0
        for known, said in values.items():
            if feature not in known:
                orders = factorial(len(known)) * factorial(len(row) - len(known) - 1)
                more = values[tuple(sorted((*known, feature)))] - said
                total += orders / factorial(len(row)) * more
        found.append(total)
    return values[()], found


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_shapley_values(kind):
    read, parameters = KINDS[kind]
    compiled, bins, trees = grown(read, **{"max_iter": 4} | parameters)
    rows = drawn(3, ROWS)
    found = contributions(compiled, rows)
    numbers = bins.numbered(rows)[:, read]
    for row in range(ROWS):
        base, of_features = shapley(trees, numbers[row])
        assert found.base[row] == pytest.approx(base, abs=1e-12)
        assert found.of_features[row, read] == pytest.approx(of_features, abs=1e-12)
    others = [feature for feature in range(rows.shape[1]) if feature not in read]
    assert not found.of_features[:, others].any()


def test_with_the_base_they_sum_up_to_what_the_trees_say():
    """Of more than one block, with values that are missing or infinite."""
    compiled, _, _ = grown(*KINDS["many words"][:1], **KINDS["many words"][1])
    rows = drawn(5)
    found = contributions(compiled, rows)
    summed = found.base + found.of_features.sum(axis=1)
    assert summed == pytest.approx(compiled.log_odds(rows), abs=1e-10)


def test_they_sum_up_where_categories_part_the_pairs():
    random = np.random.default_rng(5)
    features = np.column_stack([random.normal(size=3000), random.choice([0, 3, 255], 3000)])
    features[random.random(3000) < 0.1, 1] = np.nan
    bins = QuantileBins.of(features)
    numbers = bins.numbered(features)
    numbers[:, 1] = features[:, 1]
    is_bought = (features[:, 1] == 3) ^ (features[:, 0] > 0.5)
    trees = HistGradientBoostingClassifier(
        categorical_features=[1], max_iter=20, early_stopping=False, random_state=0
    ).fit(numbers, is_bought)
    compiled = CompiledTrees.of(trees, np.arange(2), [bins.edges[0], np.empty(0)])
    found = contributions(compiled, features[:200])
    summed = found.base + found.of_features.sum(axis=1)
    assert summed == pytest.approx(compiled.log_odds(features[:200]), abs=1e-10)
    assert np.ptp(found.of_features[:, 1]) > 1


def test_of_no_pairs_there_are_none():
    compiled, _, _ = grown(*KINDS["one tree"][:1])
    assert contributions(compiled, drawn(3)[:0]).of_features.shape == (0, 6)
