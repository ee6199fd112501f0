"""A fitted recommender scores customers by other histories, without learning anew."""

import numpy as np
import pyarrow as pa
import pytest
from implicit.cpu.als import user_factor

from recsys.data.interactions import Interactions
from recsys.errors import UnknownCustomerError, UnknownProductError
from recsys.recommenders import RECOMMENDERS, recommender_class
from recsys.recommenders.als import ALS
from recsys.recommenders.base import Recommender
from recsys.recommenders.content import Content
from recsys.recommenders.ease import EASE
from recsys.recommenders.item_knn import ItemKNN
from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
from recsys.recommenders.ridge import Ridge
from recsys.recommenders.user_knn import UserKNN

CUSTOMERS, PRODUCTS = 14, 9
VARIANTS = [
    ("ease", {"popularity_discount": 0.5, "profile_half_life": 2.0}),
    ("ease", {"activity_discount": 0.5, "repeat_weight": 1.0}),
    ("user_knn", {"weighting": "tfidf", "max_pool": 6}),
    ("user_knn", {"weighting": "bm25", "shrinkage": 1.0}),
    *((name, {}) for name in RECOMMENDERS),
]


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(7)
    pairs = sorted(
        {(int(c), int(p)) for c, p in random.integers(0, [CUSTOMERS, PRODUCTS], (70, 2))}
    )
    return pa.table(
        {
            "customer_key": [100 + c for c, _ in pairs],
            "product_key": [10 * p for _, p in pairs],
            "tie_order": [p for _, p in pairs],
            "rating": [1.0 + (c * p) % 5 for c, p in pairs],
            "weight": [0.5 + (c + p) % 3 for c, p in pairs],
            "last_at": pa.array([3600 * (c + p * p) for c, p in pairs], pa.timestamp("s")),
            "earlier_weight": [float((c + p) % 3) for c, p in pairs],
            "recent_orders": [c % 2 for c, _ in pairs],
        }
    )


@pytest.fixture(scope="module")
def interactions(table):
    return Interactions.from_keys(table)


def fitted(name, parameters, interactions):
    texts = ["green tea", "black tea", "plum jam", "jam"] * 2 + ["oil"]
    products = pa.table({"product_key": [10 * p for p in range(PRODUCTS)], "title": texts})
    return recommender_class(name)(**parameters).fit(interactions, products)


def of_customers(table, *keys):
    return table.filter(pa.compute.is_in(table["customer_key"], pa.array(keys)))


@pytest.mark.parametrize(("name", "parameters"), VARIANTS)
def test_with_the_histories_learned_from_scores_are_the_same(name, parameters, table, interactions):
    model = fitted(name, parameters, interactions)
    before = model.score(np.array([3, 8]))
    again = model.with_histories(interactions.of_products(of_customers(table, 103, 108)))
    np.testing.assert_allclose(again.score(np.array([0, 1])), before, rtol=1e-5, atol=1e-6)
    assert again.interactions_.customer_ids.to_pylist() == [103, 108]
    np.testing.assert_array_equal(model.score(np.array([3, 8])), before)  # left as it was


def without(table, customer, product):
    """Return the customer's rows but one."""
    mine = of_customers(table, customer)
    return mine.filter(pa.compute.not_equal(mine["product_key"], product))


@pytest.mark.parametrize("model", [EASE(), EASE(popularity_discount=1), ItemKNN(), Content()])
def test_a_purchase_that_is_taken_away_takes_its_share_of_a_score(model, table, interactions):
    """These scores are sums over purchases: what is left of one purchase is what it says."""
    model = fitted(model.name, {}, interactions)
    mine = of_customers(table, 104)["product_key"].to_pylist()
    alone = [
        model.with_histories(
            interactions.of_products(
                table.filter(
                    pa.compute.and_(
                        pa.compute.equal(table["customer_key"], 104),
                        pa.compute.equal(table["product_key"], product),
                    )
                )
            )
        ).score(np.array([0]))
        for product in mine
    ]
    rest = model.with_histories(interactions.of_products(without(table, 104, mine[0])))
    expected = np.nansum(alone[1:], axis=0)
    np.testing.assert_allclose(np.nan_to_num(rest.score(np.array([0]))), expected, atol=1e-5)


def test_seen_is_what_the_history_says(table, interactions):
    model = fitted("ease", {}, interactions)
    gone = of_customers(table, 104)["product_key"][0].as_py()
    changed = model.with_histories(interactions.of_products(without(table, 104, gone)))
    [found] = changed.candidate_indices(pa.array([104], pa.int32()), 100)
    assert found.is_new[found.products == gone // 10].tolist() == [True]


def test_factors_are_those_that_implicit_solves_for(table, interactions):
    """The change is that between two solutions, each compared with the package's own."""
    model = ALS(n_factors=3).fit(interactions)
    rest = interactions.of_products(without(table, 104, 0))
    changed = model.with_histories(rest)
    factors = model.product_factors_.astype(np.float64)

    def solved(rows, row):
        confidence = model._confidence(rows)
        squares = factors.T @ factors
        return user_factor(factors, squares, confidence, row, model.regularization, 3)

    expected = model.customer_factors_[4] + solved(rest, 0) - solved(interactions, 4)
    np.testing.assert_allclose(changed.customer_factors_[0], expected, rtol=1e-5)


def test_neighbours_are_sought_anew(interactions):
    """Who buys just what 104 buys has 104 as neighbour, and what 104 bought as scores."""
    model = UserKNN(k=1, own_share=0).fit(interactions)
    like = interactions.weights[[4]].toarray()[0]
    bought = np.flatnonzero(like)
    history = {
        "customer_key": [109] * len(bought),
        "product_key": 10 * bought,
        "weight": like[bought],
    }
    changed = model.with_histories(interactions.of_products(pa.table(history)))
    np.testing.assert_allclose(changed.score(np.array([0]))[0], np.sqrt(like))


def test_a_product_that_nothing_was_learned_of_is_refused(interactions):
    with pytest.raises(UnknownProductError, match="product '11'"):
        interactions.of_products(pa.table({"customer_key": [104], "product_key": [11]}))


def test_a_customer_who_has_nothing_left_has_no_scores(table, interactions):
    """As one whose purchases all weigh nothing any more."""
    mine = of_customers(table, 104)
    nothing = mine.set_column(
        mine.column_names.index("weight"), "weight", pa.array([0.0] * mine.num_rows)
    )
    rows = interactions.of_products(nothing)
    for model in (EASE(), Ridge(), ItemKNN(), UserKNN(), ALS(n_factors=2)):
        changed = model.fit(interactions).with_histories(rows)
        assert np.isnan(changed.score(np.array([0]))).all()
    changed = MeanImputedSVD().fit(interactions).with_histories(rows)
    assert not np.isnan(changed.score(np.array([0]))).any()  # ratings are left


def test_a_recommender_of_one_s_own_needs_no_other_histories(interactions):
    """It scores customers as it learned them."""

    class Own(Recommender):
        name = "own"

        def _fit(self, interactions, products):
            self.counts_ = interactions.seen.sum(axis=0)

        def _score(self, customers):
            return np.tile(self.counts_.astype(float), (len(customers), 1))

    model = Own().fit(interactions)
    assert (
        model.with_histories(
            interactions.of_products(
                pa.table(
                    {
                        "customer_key": [104],
                        "product_key": [10],
                    }
                )
            )
        )
        is model
    )


@pytest.mark.parametrize(
    "model",
    [EASE(), Ridge(), ItemKNN(), UserKNN(own_share=1.0), Content(), MeanImputedSVD()],
    ids=lambda model: model.name,
)
def test_a_stranger_is_scored_as_who_has_the_same_history(model, table, interactions):
    """These scores rest on the customer's own history: whose it is makes no difference."""
    model = fitted(model.name, {"own_share": 1.0} if model.name == "user_knn" else {}, interactions)
    assert model.takes_strangers
    mine = of_customers(table, 104)
    same = mine.set_column(0, "customer_key", pa.array([999] * mine.num_rows))
    of_stranger = model.with_histories(interactions.of_products(same))
    assert of_stranger.interactions_.customer_ids.to_pylist() == [999]
    np.testing.assert_allclose(
        of_stranger.score(np.array([0])), model.score(np.array([4])), rtol=1e-5, atol=1e-6
    )


def test_a_stranger_s_factors_are_the_solution_of_their_history(table, interactions):
    """Beside who was fitted, who moves from theirs; compared with the package's own solution."""
    model = ALS(n_factors=3).fit(interactions)
    mine = of_customers(table, 104)
    same = mine.set_column(0, "customer_key", pa.array([999] * mine.num_rows))
    rows = interactions.of_products(pa.concat_tables([mine, same], promote_options="permissive"))
    changed = model.with_histories(rows)
    factors = model.product_factors_.astype(np.float64)
    confidence = model._confidence(rows)
    expected = user_factor(factors, factors.T @ factors, confidence, 1, model.regularization, 3)
    np.testing.assert_allclose(changed.customer_factors_[1], expected, rtol=1e-5)
    np.testing.assert_allclose(changed.customer_factors_[0], model.customer_factors_[4], rtol=1e-5)


def test_a_stranger_s_neighbours_are_those_of_the_fit(interactions):
    """Who has 104's history has 104 as neighbour; nobody is left out as the stranger's self."""
    model = UserKNN(k=1, own_share=0).fit(interactions)
    like = interactions.weights[[4]].toarray()[0]
    bought = np.flatnonzero(like)
    history = {
        "customer_key": [999] * len(bought),
        "product_key": 10 * bought,
        "weight": like[bought],
    }
    changed = model.with_histories(interactions.of_products(pa.table(history)))
    np.testing.assert_allclose(changed.score(np.array([0]))[0], np.sqrt(like))


def test_models_of_customers_refuse_strangers(interactions):
    model = fitted("svd", {}, interactions)
    stranger = interactions.of_products(pa.table({"customer_key": [999], "product_key": [10]}))
    with pytest.raises(UnknownCustomerError, match="customer '999'"):
        model.with_histories(stranger)
