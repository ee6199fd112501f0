"""The hybrid's model in a table says the same when it is read, and can't be made to run code."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys.errors import InvalidTableError
from recsys.hybrid.examples import Examples
from recsys.hybrid.forests import Forest
from recsys.hybrid.linear_odds import Columns
from recsys.hybrid.model_bytes import from_bytes, to_bytes
from recsys.hybrid.purchase_model import PurchaseModel
from recsys.trees.compiled_trees import CompiledTrees

from .test_purchase_model import SMALL, shop

LEARNED = SMALL | {"linear_share": 0.4}


@pytest.fixture(scope="module")
def part() -> Examples:
    return shop(1)[0]


@pytest.fixture(scope="module")
def data(part) -> bytes:
    return to_bytes(PurchaseModel(**LEARNED).fit(part, shop(2)[0], columns=Columns(2, [1])))


def test_it_says_the_same(data, part):
    read = from_bytes(data)
    again = from_bytes(to_bytes(read))
    fitted = PurchaseModel(**LEARNED).fit(part, shop(2)[0], columns=Columns(2, [1]))
    np.testing.assert_array_equal(read.predict(part.features), fitted.predict(part.features))
    np.testing.assert_array_equal(again.predict(part.features), fitted.predict(part.features))
    said, expected = (one.contributions(part.features[:50]) for one in (read, fitted))
    np.testing.assert_array_equal(said.of_features, expected.of_features)


class Bomb:
    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_pickle_as_earlier_versions_wrote_it_says_what_to_build(tmp_path):
    with pytest.raises(InvalidTableError, match="int_hybrid_models\\+"):
        from_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    assert not (tmp_path / "ran").exists()


def changed(data, **trees):
    """Return a model's bytes, with arrays of its first trees changed."""
    model = from_bytes(data)
    forest = model.halves_[0][0]
    splits = forest.trees.splits._replace(
        **{name: trees.pop(name) for name in list(trees) if name in forest.trees.splits._fields}
    )
    model.halves_[0][0] = Forest(forest.read, replace(forest.trees, splits=splits, **trees))
    return to_bytes(model)


def first_trees(data) -> CompiledTrees:
    return from_bytes(data).halves_[0][0].trees


def test_trees_that_read_beyond_their_arrays_are_refused(data):
    """The compiled loops would read what lies behind them in memory."""
    trees = first_trees(data)
    for name, array in [
        ("feature", trees.splits.feature + 10**9),
        ("feature", -1 - trees.splits.feature),
        ("feature", trees.splits.feature.astype(float)),
        ("category_set", trees.splits.category_set + 10**6),
        ("first_splits", trees.first_splits * 1000),
        ("first_splits", trees.first_splits[::-1].copy()),
        ("first_words", trees.first_words + 1),
        ("edge", trees.splits.edge[:-1].copy()),
        ("left_share", trees.left_share[:-1].copy()),
        ("values", trees.values[:, :10].copy()),
        ("leaves", trees.leaves.astype(np.float64)),
        ("if_left", trees.splits.if_left.astype(np.int64)),
    ]:
        with pytest.raises(InvalidTableError, match="can't be read"):
            from_bytes(changed(data, **{name: array}))
    assert from_bytes(changed(data, feature=trees.splits.feature)).trees_ > 0


def test_models_that_read_beyond_their_features_are_refused(data):
    for attribute, value in [
        ("used_", np.array([10**6])),
        ("columns_", Columns(10**6)),
        ("columns_", Columns("a")),
        ("importances_", np.zeros(1)),
        ("calibration_", None),
        ("halves_", "none"),
        ("linear_", [1, 2]),
    ]:
        model = from_bytes(data)
        setattr(model, attribute, value)
        with pytest.raises(InvalidTableError, match="can't be read"):
            from_bytes(to_bytes(model))
    model = from_bytes(data)
    broken = replace(model.linear_[0].regressions[1], mean=np.zeros((3, 1)))
    model.linear_[0] = replace(model.linear_[0], regressions=(None, broken))
    with pytest.raises(InvalidTableError, match="regressions don't fit"):
        from_bytes(to_bytes(model))


def test_another_number_of_features_is_refused(data):
    with pytest.raises(InvalidTableError, match="features, not 1"):
        from_bytes(data).predict(np.zeros((5, 1)))
