"""Held-out ratings: the same split for everybody, and no peeking."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.errors import InvalidParameterError, InvalidTableError
from recsys.interactions import Interactions
from recsys.rating_accuracy import held_out_predictions
from recsys.recommenders.content import Content
from recsys.recommenders.knn import KNNBasic
from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
from recsys.recommenders.nmf import NMF
from recsys.recommenders.svd import SVD


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", "1")


def rated(seed=0, n=200):
    random = np.random.default_rng(seed)
    cells = random.choice(30 * 20, n, replace=False)
    return pa.table(
        {
            "customer_id": cells // 20,
            "product_id": cells % 20,
            "rating": pa.array(random.integers(1, 6, n).astype(float), mask=random.random(n) < 0.1),
        }
    )


@pytest.mark.parametrize("model", [SVD(), NMF(), KNNBasic(), MeanImputedSVD(n_factors=3)])
def test_predictions_are_those_of_a_fit_on_the_rest(model):
    table = rated()
    pairs = held_out_predictions(model, Interactions.from_table(table), random_state=3)
    whole = table.to_pandas().astype({"customer_id": str, "product_id": str})
    assert pairs.num_rows == round(0.2 * whole["rating"].notna().sum())
    rest = whole.merge(pairs.to_pandas(), on=["customer_id", "product_id"], how="left")
    held_out = rest["predicted_rating"].notna()
    assert (rest["rating_x"] == rest["rating_y"])[held_out].all()
    rest.loc[held_out, "rating_x"] = np.nan
    left = Interactions.from_table(rest.rename(columns={"rating_x": "rating"}))
    scores = type(model).score(model.fit(left), np.arange(left.n_customers))
    expected = scores[
        left.customer_index(pairs["customer_id"]), left.product_index(pairs["product_id"])
    ]
    expected = np.where(np.isnan(expected), left.ratings.data.mean(), expected)
    np.testing.assert_allclose(
        pairs["predicted_rating"].to_numpy(), np.clip(expected, 1, 5), atol=1e-9
    )


def test_the_split_depends_on_the_seed_alone():
    table = rated()
    shuffled = Interactions.from_table(table.take(np.random.default_rng(0).permutation(200)))
    ids = ["customer_id", "product_id"]
    first = held_out_predictions(NMF(), Interactions.from_table(table))
    assert first.equals(held_out_predictions(NMF(), shuffled))
    assert first.select(ids).equals(held_out_predictions(SVD(), shuffled).select(ids))
    other = held_out_predictions(NMF(), shuffled, random_state=1)
    assert not first.select(ids).equals(other.select(ids))


def test_predictions_stay_on_the_scale():
    wild = SVD(n_epochs=300, learning_rate=0.1, regularization=0.0, initial_std=1.0, n_factors=3)
    predicted = held_out_predictions(wild, Interactions.from_table(rated()))["predicted_rating"]
    assert predicted.to_numpy().min() == 1.0
    assert predicted.to_numpy().max() == 5.0


def test_the_interactions_stay_whole():
    interactions = Interactions.from_table(rated())
    before = interactions.ratings.toarray()
    held_out_predictions(NMF(), interactions)
    np.testing.assert_array_equal(interactions.ratings.toarray(), before)


def test_what_cannot_be_judged_is_refused():
    interactions = Interactions.from_table(rated())
    with pytest.raises(InvalidParameterError, match="content ranks without predicting ratings"):
        held_out_predictions(Content(), interactions)
    with pytest.raises(InvalidParameterError, match="share is 1"):
        held_out_predictions(NMF(), interactions, share=1)
    one = Interactions.from_table(pa.table({"customer_id": [1], "product_id": [1], "rating": [1]}))
    with pytest.raises(InvalidTableError, match="1 ratings are too few"):
        held_out_predictions(NMF(), one)
