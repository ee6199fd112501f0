"""A blend weighs its members by what they foretell of ratings they didn't see."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import lsq_linear

from recsys.data.interactions import Interactions
from recsys.errors import CatalogueTooLargeError, InvalidParameterError, InvalidTableError
from recsys.recommenders.baseline import BaselineOnly
from recsys.recommenders.knn import KNNBasic
from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
from recsys.recommenders.rating_blend import RatingBlend

MEMBERS = ["baseline", {"recommender": "knn", "k": 3}, {"recommender": "svd", "n_epochs": 5}]


def rated(n_customers=40, n_products=25, seed=0, noise=0.5):
    """Ratings that are a customer's bias plus a product's, plus noise."""
    random = np.random.default_rng(seed)
    customers, products = np.nonzero(random.random((n_customers, n_products)) < 0.4)
    biases = random.normal(size=n_customers)[customers] + random.normal(size=n_products)[products]
    return Interactions.from_table(
        pa.table(
            {
                "customer_id": customers,
                "product_id": products,
                "rating": 3 + biases + noise * random.normal(size=len(customers)),
            }
        )
    )


def test_scores_are_the_mean_plus_the_weighted_deviations_of_members_fitted_on_everything():
    interactions = rated()
    everyone = np.arange(interactions.n_customers)
    blend = RatingBlend(members=["baseline", {"recommender": "knn", "k": 3}]).fit(interactions)
    mean = interactions.ratings.data.mean()
    baseline, knn = (
        model.fit(interactions).score(everyone) - mean for model in (BaselineOnly(), KNNBasic(k=3))
    )
    first, second = blend.weights_
    np.testing.assert_allclose(
        blend.score(everyone), mean + first * baseline + second * knn, atol=1e-9
    )


def test_weights_have_the_least_squares_on_the_ratings_held_out():
    interactions = rated()
    blend = RatingBlend(members=MEMBERS, holdout_share=0.25, random_state=4).fit(interactions)
    ratings = interactions.ratings
    order = np.random.default_rng(4).permutation(ratings.nnz)
    held_out = np.isin(np.arange(ratings.nnz), order[: round(0.25 * ratings.nnz)])
    rows, columns = (index[held_out] for index in ratings.tocoo().coords)
    known = interactions.without_ratings(held_out)
    mean = known.ratings.data.mean()
    deviations = np.column_stack(
        [model.fit(known).score(rows)[np.arange(len(rows)), columns] for model in blend._unfitted()]
    )
    solved = lsq_linear(
        deviations - mean, ratings.data[held_out] - mean, bounds=(0, np.inf), tol=1e-14
    )
    np.testing.assert_allclose(blend.weights_, solved.x, atol=1e-6)


def test_the_member_that_is_right_gets_the_weight():
    """Ratings are sums of biases, which `baseline` knows but for shrinkage; neighbours don't."""
    blend = RatingBlend(members=["knn", "baseline"]).fit(rated(noise=0.0))
    assert blend.weights_[1] > 5 * blend.weights_[0]


def test_a_member_without_a_prediction_counts_as_the_mean():
    interactions = Interactions.from_table(
        pa.table(
            {"customer_id": list("aabbc"), "product_id": list("xyxyx"), "rating": [5, 1, 4, 2, 4]}
        ),
        catalogue=["unrated"],
    )
    assert np.isnan(MeanImputedSVD().fit(interactions).score(np.array([0]))[0, 2])
    blend = RatingBlend(members=["mean_imputed_svd"]).fit(interactions)
    assert blend.score(np.array([0]))[0, 2] == pytest.approx(16 / 5)


@pytest.mark.parametrize("ratings", [[3, 3, 3, 3], [5, 1, 4, 2]])
def test_where_nothing_can_be_learned_all_weigh_the_same(ratings):
    """All alike, and too few to hold a tenth of them out."""
    table = pa.table(
        {"customer_id": list("aabb"), "product_id": list("xyxy"), "rating": ratings},
    )
    blend = RatingBlend(members=["baseline", "svd"]).fit(Interactions.from_table(table))
    assert blend.weights_.tolist() == [0.5, 0.5]


def test_a_member_that_refuses_the_catalogue_is_left_out_with_a_notice():
    small = {"recommender": "knn", "user_based": False, "max_products_item_based": 5}
    blend = RatingBlend(members=[small, "baseline"]).fit(rated())
    assert [model.name for model in blend.members_] == ["baseline"]
    assert len(blend.weights_) == 1
    assert "left out: knn compares all pairs of 25 rated products" in blend.notice_
    with pytest.raises(CatalogueTooLargeError, match="no member left: knn compares"):
        RatingBlend(members=[small]).fit(rated())


def test_a_table_without_ratings_is_refused():
    table = pa.table({"customer_id": ["a"], "product_id": ["x"]})
    with pytest.raises(InvalidTableError, match="rating_blend learns from ratings"):
        RatingBlend().fit(Interactions.from_table(table))


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([], "members is empty; use a list"),
        ("svd", "members is 'svd'; use a list"),
        (["ease"], "members is a list with 'ease'; use .* of svd, nmf"),
        (["rating_blend"], "a list with 'rating_blend'"),
        ([{"n_factors": 5}], "a list with None"),
        ([3], "a list with 3"),
        ([{"recommender": "svd", "n_factor": 5}], "svd has no parameter 'n_factor'"),
        ([{"recommender": "svd", "n_factors": 0}], "n_factors is 0"),
    ],
)
def test_members_that_are_no_rating_models_are_refused(members, problem):
    with pytest.raises(InvalidParameterError, match=problem):
        RatingBlend(members=members)


def test_members_that_alike_ratings_refuse_are_left_out():
    table = pa.table(
        {"customer_id": [*"aabbc"], "product_id": [*"xyxyx"], "rating": [5, 5, 5, 5, 4]}
    )
    members = ["baseline", {"recommender": "knn_baseline", "similarity": "pearson_baseline"}]
    alike = Interactions.from_table(table.slice(0, 4))
    for interactions in (alike, Interactions.from_table(table)):
        blend = RatingBlend(members=members).fit(interactions)
        assert np.isfinite(blend.score(np.arange(interactions.n_customers))).all()
    blend = RatingBlend(members=members).fit(alike)
    assert "divides by zero" in blend.notice_
