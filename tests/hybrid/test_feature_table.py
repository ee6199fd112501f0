"""Features of the hybrid: what they are called, which are of promotions, what unknown ones do."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from recsys.hybrid.examples import Examples
from recsys.hybrid.feature_table import KEYS, unknown_promotions
from recsys.hybrid.feature_words import WORDS
from recsys.hybrid.purchase_model import PurchaseModel

MODELS = Path(__file__).parents[2] / "dbt_project" / "models" / "hybrid" / "_hybrid.yml"


def features() -> list[str]:
    """Return the features that are documented, without those of recommenders."""
    models = yaml.safe_load(MODELS.read_text(encoding="utf-8"))["models"]
    [table] = [model for model in models if model["name"] == "int_hybrid_features"]
    return [
        column["name"]
        for column in table["columns"]
        if column["name"] not in KEYS and not column["name"].endswith(("_rank", "_score"))
    ]


def test_every_feature_is_called_something():
    assert [name for name in features() if name not in WORDS] == []


@pytest.mark.parametrize(
    ("before", "later", "unknown"),
    [
        (True, True, []),
        (True, False, ["next_week", "next_window", "promoted_discount"]),
        (False, True, ["one_week", "eight_weeks"]),
    ],
)
def test_which_features_say_what_is_promoted(before, later, unknown):
    names = features()
    found = {names[place] for place in unknown_promotions(names, before=before, later=later)}
    said = [name for name in names if re.search("promoted|mailer_days|display_days", name)]
    assert found == {name for name in said if name.endswith(tuple(unknown))}
    assert bool(found) == bool(unknown)


def test_features_that_nobody_knows_change_nothing():
    """A shop that has no promotions gets the probabilities that it would get without them."""
    generator = np.random.default_rng(0)
    signal = generator.random((6000, 3), np.float32)
    bought = generator.random(6000) < signal[:, 0] ** 2
    unknown = np.full((6000, 25), np.nan, np.float32)

    def predicted(values):
        half = Examples(values, bought, np.ones(6000)).halves()
        model = PurchaseModel(max_trees=20, min_pairs_per_leaf=20).fit(*half)
        return model.predict(values)

    both = np.asfortranarray(np.hstack([signal, unknown]))
    np.testing.assert_array_equal(predicted(signal), predicted(both))


def test_a_feature_that_is_taken_away_is_unknown_and_the_others_stay():
    given = Examples(np.ones((2, 3), np.float32), np.array([True, False]), np.ones(2))
    taken = given.without([1])
    assert np.isnan(taken.features[:, 1]).all()
    np.testing.assert_array_equal(taken.features[:, [0, 2]], given.features[:, [0, 2]])
    assert not np.isnan(given.features).any()
    assert given.without([]) is given
