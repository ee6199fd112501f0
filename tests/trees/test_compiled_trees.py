"""Compiled trees say what scikit-learn's say of the bins' numbers, to the last digit."""

import pickle

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from recsys.compute.native_threads import one_openmp_thread
from recsys.trees.compiled_trees import CompiledTrees
from recsys.trees.feature_blocks import PAIRS_PER_BLOCK, feature_blocks
from recsys.trees.quantile_bins import QuantileBins

PAIRS = PAIRS_PER_BLOCK + 77
"""More than a block, and no whole number of them."""


def drawn(seed: int, pairs: int = PAIRS) -> np.ndarray:
    """Return features: always known, half missing, small numbers, constant, known or not, huge."""
    random = np.random.default_rng(seed)
    half = random.normal(size=pairs)
    half[random.random(pairs) < 0.5] = np.nan
    known_or_not = np.where(random.random(pairs) < 0.3, 1.0, np.nan)
    huge = random.choice([-np.inf, -1e30, 0.0, 1e30, np.inf], pairs)
    few = np.floor(random.lognormal(size=pairs))
    columns = [random.normal(size=pairs), half, few, np.ones(pairs), known_or_not, huge]
    return np.column_stack(columns).astype(np.float32)


def grown(read: list[int], **parameters) -> tuple[CompiledTrees, np.ndarray, object]:
    """Return compiled trees, what scikit-learn's own read of unseen pairs, and those."""
    features = drawn(1)
    random = np.random.default_rng(2)
    score = features[:, 0] + np.nan_to_num(features[:, 1], nan=-1) + np.isnan(features[:, 4])
    is_bought = score + random.normal(size=PAIRS) > 1
    bins = QuantileBins.of(features)
    parameters = {"max_iter": 30, "min_samples_leaf": 5, "early_stopping": False} | parameters
    trees = HistGradientBoostingClassifier(random_state=0, **parameters)
    with one_openmp_thread():
        trees.fit(bins.numbered(features)[:, read], is_bought, random.uniform(1, 3, PAIRS))
    edges = [bins.edges[position] for position in read]
    return CompiledTrees.of(trees, np.array(read), edges), bins, trees


EVERY = list(range(6))
KINDS = {
    "many trees": (EVERY, {}),
    "some features, in another order": ([4, 1, 5], {}),
    "one tree": (EVERY, {"max_iter": 1}),
    "two leaves": (EVERY, {"max_leaf_nodes": 2}),
    "one leaf": (EVERY, {"min_samples_leaf": PAIRS}),
    "a word to the last bit": (EVERY, {"max_leaf_nodes": 32}),
    "a leaf more than a word": (EVERY, {"max_leaf_nodes": 33, "min_samples_leaf": 1}),
    "many words": (EVERY, {"max_leaf_nodes": 127, "min_samples_leaf": 1}),
    "missing or not is all there is": ([4], {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_they_say_what_scikit_learn_says(kind):
    read, parameters = KINDS[kind]
    compiled, bins, trees = grown(read, **parameters)
    unseen = drawn(3)
    expected = trees.decision_function(bins.numbered(unseen)[:, read])
    assert np.array_equal(compiled.log_odds(unseen), expected)
    assert np.std(expected) > 0.1 or kind == "one leaf"


def test_every_kind_of_split_and_of_word_was_there():
    read, parameters = KINDS["many words"]
    compiled, *_ = grown(read, **parameters)
    assert set(compiled.splits.missing_goes_left.tolist()) == {True, False}
    assert np.isinf(compiled.splits.edge).any()  # known or not
    assert np.diff(compiled.first_words).max() == 4  # of 32 leaves each


def test_of_one_tree_with_two_leaves_the_log_odds_are_known():
    """Three of four are bought up to 1 and one of four above; a step of 1 is Newton's."""
    features = np.repeat([[1.0], [2.0]], [4, 4], axis=0).astype(np.float32)
    is_bought = np.array([True, True, True, False, True, False, False, False])
    bins = QuantileBins.of(features)
    trees = HistGradientBoostingClassifier(
        learning_rate=1.0, max_iter=1, min_samples_leaf=1, early_stopping=False
    ).fit(bins.numbered(features), is_bought)
    said = CompiledTrees.of(trees, np.array([0]), bins.edges).log_odds(
        np.array([[-5.0], [1.0], [1.25], [2.0], [np.inf]], np.float32)
    )
    # half are bought: gradients of 1 / 2, second derivatives of 1 / 4, so (3 - 1) * .5 / (4 * .25)
    assert said == pytest.approx([1, 1, -1, -1, -1], abs=1e-6)


@pytest.mark.parametrize("kind", ["many trees", "many words"])
def test_the_first_trees_say_what_scikit_learn_s_first_trees_say(kind):
    read, parameters = KINDS[kind]
    compiled, bins, trees = grown(read, **parameters)
    unseen = drawn(3)
    every_size = np.array(list(trees.staged_decision_function(bins.numbered(unseen)[:, read])))
    sizes = [1, 7, 30]
    expected = every_size[[size - 1 for size in sizes]]
    assert np.array_equal(compiled.staged(unseen, sizes), expected)
    assert len(compiled) == 30
    for size, of_size in zip(sizes, expected, strict=True):
        first = compiled.first(size)
        assert len(first) == size
        assert np.array_equal(first.log_odds(unseen), of_size)
    assert len(pickle.dumps(compiled.first(1))) < len(pickle.dumps(compiled)) / 10


@pytest.mark.parametrize("pairs", [0, 1, PAIRS_PER_BLOCK, 2 * PAIRS_PER_BLOCK + 1])
def test_blocks_are_all_pairs_in_order_however_they_lie_in_memory(pairs):
    compiled, *_ = grown(EVERY)
    features = drawn(4, pairs)
    blocks = list(feature_blocks(features))
    assert [block.flags.f_contiguous for _, block in blocks] == [True] * len(blocks)
    together = np.concatenate([features[:0], *(block for _, block in blocks)])
    assert np.array_equal(together, features, equal_nan=True)
    assert all(np.array_equal(features[which], block, equal_nan=True) for which, block in blocks)
    said = compiled.log_odds(features)
    assert said.shape == (pairs,)
    assert np.array_equal(said, compiled.log_odds(np.asfortranarray(features)))
    assert np.array_equal(said, compiled.log_odds(features.astype(np.float64)))


@pytest.mark.parametrize("missing", [True, False])
def test_categories_go_where_scikit_learn_sends_them(missing):
    """Also those that it has never seen, however large, and what is missing; after a number."""
    random = np.random.default_rng(5)

    def drawn_with(categories: list[int], pairs: int = 3000) -> np.ndarray:
        features = np.column_stack(
            [
                random.normal(size=pairs),
                random.choice(categories, pairs),
                random.integers(0, 2, pairs),
            ]
        )
        if missing:
            features[random.random(pairs) < 0.1, 1] = np.nan
        return features

    features = drawn_with([0, 2, 3, 31, 32, 77, 249])
    score = np.isin(features[:, 1], [2, 32, 77]) + features[:, 0] + np.isnan(features[:, 1])
    is_bought = score + random.normal(size=len(features)) > 0.5
    bins = QuantileBins.of(features[:, :1])

    def binned(features: np.ndarray) -> np.ndarray:
        return np.column_stack([bins.numbered(features[:, :1]), features[:, 1:]])

    trees = HistGradientBoostingClassifier(
        categorical_features=[1, 2], max_iter=20, early_stopping=False, random_state=0
    )
    with one_openmp_thread():
        trees.fit(binned(features), is_bought)
    no_edges = np.empty(0)
    compiled = CompiledTrees.of(trees, np.arange(3), [bins.edges[0], no_edges, no_edges])
    asked = drawn_with([0, 1, 2, 3, 31, 32, 77, 249, 255])
    expected = trees.decision_function(binned(asked))
    assert np.array_equal(compiled.log_odds(asked), expected)
    assert (compiled.splits.category_set >= 0).sum() > 20
    strange = asked.copy()
    strange[:4, 1] = [-1, 256, 1e30, np.inf]
    asked[:4, 1] = np.nan
    assert np.array_equal(compiled.log_odds(strange), compiled.log_odds(asked))


@pytest.mark.parametrize("category", [-1, 256])
def test_a_category_that_is_no_small_number_is_refused(category):
    features = np.repeat([[0.0], [1.0], [category]], 30, axis=0)
    trees = HistGradientBoostingClassifier(categorical_features=[0], max_iter=1)
    with one_openmp_thread():
        trees.fit(features, features[:, 0] == category)
    with pytest.raises(ValueError, match=f"category {category} can't be compiled; number categor"):
        CompiledTrees.of(trees, np.array([0]), [np.empty(0)])
