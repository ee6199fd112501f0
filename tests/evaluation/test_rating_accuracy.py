"""Held-out ratings: the same split for everybody, and no peeking."""

import numpy as np
import pyarrow as pa
import pytest
import surprise

from recsys.data.interactions import Interactions
from recsys.errors import InvalidParameterError, InvalidTableError
from recsys.evaluation.rating_accuracy import (
    PREDICTION_SCHEMA,
    SPLIT_SCHEMA,
    cross_validated_predictions,
    held_out_predictions,
    time_split_predictions,
)
from recsys.recommenders.baseline import BaselineOnly
from recsys.recommenders.content import Content
from recsys.recommenders.knn import KNNBasic
from recsys.recommenders.knn_baseline import KNNBaseline
from recsys.recommenders.knn_means import KNNWithMeans
from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
from recsys.recommenders.nmf import NMF
from recsys.recommenders.surprise_bridge import fit_surprise, rated_part
from recsys.recommenders.svd import SVD
from recsys.recommenders.svdpp import SVDpp


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


def pairs_of(interactions: Interactions) -> list[tuple[str, str]]:
    rows, columns = interactions.ratings.tocoo().coords
    ids = interactions.customer_ids.take(rows), interactions.product_ids.take(columns)
    return list(zip(*(column.to_pylist() for column in ids), strict=True))


def test_every_rating_is_held_out_in_one_of_splits_of_equal_size():
    interactions = Interactions.from_table(rated())
    pairs = cross_validated_predictions(NMF(), interactions)
    assert pairs.schema.equals(SPLIT_SCHEMA)
    ids = zip(pairs["customer_id"].to_pylist(), pairs["product_id"].to_pylist(), strict=True)
    assert list(ids) == pairs_of(interactions)
    np.testing.assert_array_equal(pairs["rating"].to_numpy(), interactions.ratings.data)
    sizes = np.bincount(pairs["split"].to_numpy())
    assert len(sizes) == 6
    assert sizes[0] == 0
    assert sizes[1:].max() - sizes[1:].min() <= 1
    again = cross_validated_predictions(SVD(), interactions, random_state=0)
    assert again["split"].equals(pairs["split"])
    other = cross_validated_predictions(NMF(), interactions, random_state=1)
    assert not other["split"].equals(pairs["split"])


@pytest.mark.parametrize("model", [BaselineOnly(), KNNWithMeans(k=4), KNNBaseline(k=4)])
def test_each_split_is_predicted_as_surprise_itself_would(model):
    """Fed with the same split by id, its own data set and `test`: ids and scale arrive unharmed."""
    pairs = cross_validated_predictions(model, Interactions.from_table(rated()), folds=3)
    pairs = pairs.to_pandas()
    name, parameters = model._algorithm()
    for split in (1, 2, 3):
        rest, held_out = pairs[pairs["split"] != split], pairs[pairs["split"] == split]
        columns = ["customer_id", "product_id", "rating"]
        data = surprise.Dataset.load_from_df(rest[columns], surprise.Reader(rating_scale=(1, 5)))
        algorithm = getattr(surprise, name)(**parameters).fit(data.build_full_trainset())
        expected = [
            algorithm.predict(*row).est for row in held_out[columns].itertuples(index=False)
        ]
        np.testing.assert_allclose(held_out["predicted_rating"], expected, rtol=0, atol=1e-9)


def test_workers_change_nothing(monkeypatch):
    interactions = Interactions.from_table(rated())
    alone = cross_validated_predictions(SVD(), interactions, folds=2)
    monkeypatch.setenv("RECSYS_JOBS", "2")
    assert cross_validated_predictions(SVD(), interactions, folds=2).equals(alone)


def later_table() -> pa.Table:
    """Ann and tea are known below, dan and jam aren't."""
    return pa.table(
        {
            "customer_id": ["dan", "ann", "dan", "ann", "zoe"],
            "product_id": ["tea", "jam", "jam", "oil", "tea"],
            "rating": [1.0, 2.0, 3.0, 4.0, None],
        }
    )


def known_table() -> pa.Table:
    return pa.table(
        {
            "customer_id": ["ann", "bob", "bob", "cat", "cat"],
            "product_id": ["tea", "tea", "oil", "oil", "rye"],
            "rating": [5.0, 3.0, 2.0, 4.0, 4.0],
        }
    )


@pytest.mark.parametrize(
    "model",
    [SVD(), SVDpp(), NMF(), KNNBasic(), KNNWithMeans(), KNNBaseline(), BaselineOnly()],
    ids=lambda model: model.name,
)
def test_later_ratings_are_predicted_from_all_that_came_before(model):
    known = Interactions.from_table(known_table())
    pairs = time_split_predictions(model, known, later_table())
    assert pairs.schema.equals(PREDICTION_SCHEMA)
    ids = ["customer_id", "product_id"]
    pairs = pairs.sort_by([(column, "ascending") for column in ids])
    asked = later_table().filter(later_table()["rating"].is_valid())
    assert pairs.select([*ids, "rating"]) == asked.sort_by([(id_, "ascending") for id_ in ids])
    part = rated_part(known.ratings)
    algorithm = fit_surprise(*model._algorithm(), part)
    row, [tea, oil] = known.customer_index(["ann"])[0], known.product_index(["tea", "oil"])
    by_surprise = [(row, "jam"), (row, oil), ("dan", "jam"), ("dan", tea)]
    expected = [algorithm.predict(*pair, clip=True).est for pair in by_surprise]
    np.testing.assert_allclose(pairs["predicted_rating"].to_numpy(), expected, rtol=0, atol=1e-9)


def test_an_unknown_product_without_any_score_gets_the_mean():
    known = Interactions.from_table(known_table())
    pairs = time_split_predictions(MeanImputedSVD(n_factors=1), known, later_table())
    of_jam = pairs.filter(pa.compute.equal(pairs["product_id"], "jam"))
    assert of_jam["predicted_rating"].to_pylist() == pytest.approx([3.6, 3.6], abs=1e-12)


def test_what_cannot_be_cross_validated_is_refused():
    interactions = Interactions.from_table(known_table())
    with pytest.raises(InvalidTableError, match="5 ratings are too few for 6 splits"):
        cross_validated_predictions(NMF(), interactions, folds=6)
    with pytest.raises(InvalidParameterError, match="folds is 1; use a whole number of at least 2"):
        cross_validated_predictions(NMF(), interactions, folds=1)
    with pytest.raises(InvalidParameterError, match="use one of svd, nmf, knn, svdpp"):
        cross_validated_predictions(Content(), interactions)
    with pytest.raises(InvalidParameterError, match="content ranks without predicting ratings"):
        time_split_predictions(Content(), interactions, later_table())
    with pytest.raises(InvalidTableError, match="the table is empty"):
        time_split_predictions(NMF(), interactions, later_table()[:0])
    stars = later_table().rename_columns({"rating": "stars"})
    with pytest.raises(InvalidTableError, match="later ratings has no column 'rating'"):
        time_split_predictions(NMF(), interactions, stars)
