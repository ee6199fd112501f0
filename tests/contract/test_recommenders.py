"""What every recommender must do: a class per recommender inherits the tests."""

from abc import ABC, abstractmethod
from dataclasses import fields, replace
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.errors import (
    InvalidParameterError,
    NotFittedError,
    UnknownCustomerError,
    UnknownProductError,
)
from recsys.recommenders import RECOMMENDERS, recommender_class, recommender_from_parameters
from recsys.recommenders.als import ALS
from recsys.recommenders.base import CANDIDATE_SCHEMA, LIST_SCHEMA, Recommender
from recsys.recommenders.baseline import BaselineOnly
from recsys.recommenders.content import Content
from recsys.recommenders.ease import EASE
from recsys.recommenders.item_knn import ItemKNN
from recsys.recommenders.knn import KNNBasic
from recsys.recommenders.knn_baseline import KNNBaseline
from recsys.recommenders.knn_means import KNNWithMeans
from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
from recsys.recommenders.nmf import NMF
from recsys.recommenders.rating_blend import RatingBlend
from recsys.recommenders.ridge import Ridge
from recsys.recommenders.svd import SVD
from recsys.recommenders.svdpp import SVDpp
from recsys.recommenders.user_knn import UserKNN

N_CUSTOMERS, N_PRODUCTS = 24, 16
COLD_PRODUCT = "never bought"


def checkerboard_table() -> pa.Table:
    """Two groups of customers who love their own group's products and dislike the others'.

    Every customer lacks two products of the own group and most of the other: the answer to
    "what next" is the two. `weight` and `rating` say the same, and so it was a window ago.
    """
    rows = []
    for customer in range(N_CUSTOMERS):
        for product in range(N_PRODUCTS):
            own = customer % 2 == product % 2
            held_out = own and product // 2 in own_gaps(customer)
            tried = own or (customer + product) % 6 == 1
            if tried and not held_out:
                rows.append(
                    (f"c{customer:02}", f"p{product:02}", *((5.0, 8.0) if own else (1.0, 0.1)))
                )
    names = ["customer_id", "product_id", "rating", "weight"]
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    recent = pa.compute.cast(pa.compute.equal(table["rating"], 5), pa.int8())
    return table.append_column("earlier_weight", table["weight"]).append_column(
        "recent_orders", recent
    )


def own_gaps(customer: int) -> set[int]:
    return {customer // 2 % 8, (customer // 2 + 3) % 8}


def held_out(customer: int) -> set[str]:
    return {f"p{2 * position + customer % 2:02}" for position in own_gaps(customer)}


def products_table() -> pa.Table:
    groups = ["even cream", "odd bread"]
    ids = [f"p{product:02}" for product in range(N_PRODUCTS)]
    return pa.table(
        {
            "product_id": [*ids, COLD_PRODUCT],
            "title": [f"{groups[product % 2]} {product} oz" for product in range(N_PRODUCTS)]
            + [None],
            "brand": [f"brand {product % 2}" for product in range(N_PRODUCTS)] + [None],
        }
    )


def tie_table() -> pa.Table:
    """`pen` and `cup` were bought by nobody in common with `ann`, by one customer each, alike."""
    return pa.table(
        {
            "customer_id": ["ann", "bob", "bob", "bob", "cat", "cat", "cat"],
            "product_id": ["tea", "tea", "pen", "hat", "tea", "cup", "hat"],
            "rating": [4.0] * 7,
            "weight": [1.0] * 7,
            "earlier_weight": [1.0] * 7,
            "recent_orders": [1] * 7,
        }
    )


class RecommenderContract(ABC):
    catalogue: ClassVar[list[str]] = [COLD_PRODUCT]

    @abstractmethod
    def make(self) -> Recommender:
        """Return a recommender that is to learn the checkerboard."""

    @pytest.fixture
    def interactions(self) -> Interactions:
        return Interactions.from_table(checkerboard_table(), catalogue=self.catalogue)

    @pytest.fixture
    def fitted(self, interactions) -> Recommender:
        return self.make().fit(interactions, products_table())

    def test_the_checkerboard_is_completed_with_the_own_group(self, fitted):
        for customer in range(N_CUSTOMERS):
            listed = fitted.recommend([f"c{customer:02}"], k=2)["product_id"].to_pylist()
            assert set(listed) == held_out(customer)

    def test_scores_have_a_row_per_customer_and_a_column_per_product(self, fitted, interactions):
        scores = fitted.score(np.array([3, 0, 3]))
        assert scores.shape == (3, interactions.n_products)
        assert scores.dtype in (np.float32, np.float64)
        np.testing.assert_array_equal(scores[0], scores[2])

    def test_bought_products_are_left_out_unless_asked_for(self, fitted, interactions):
        lists = fitted.recommend(k=100)
        rows = interactions.customer_index(lists["customer_id"])
        columns = interactions.product_index(lists["product_id"])
        seen = interactions.seen.toarray()
        assert not seen[rows, columns].any()
        assert all(lists["is_new"].to_pylist())
        everything = fitted.recommend(k=100, new_only=False)
        rows = interactions.customer_index(everything["customer_id"])
        columns = interactions.product_index(everything["product_id"])
        np.testing.assert_array_equal(everything["is_new"].to_numpy(), ~seen[rows, columns])
        assert not everything["is_new"].to_numpy().all()

    def test_only_products_among_those_wanted_are_listed_in_their_order(self, fitted):
        among = [f"p{product:02}" for product in range(0, N_PRODUCTS, 3)]
        for new_only in (True, False):
            everything = fitted.recommend(k=100, new_only=new_only)
            kept = everything.filter(pa.compute.is_in(everything["product_id"], pa.array(among)))
            found = fitted.recommend(k=100, new_only=new_only, among=among)
            assert 0 < found.num_rows < everything.num_rows
            for column in ("customer_id", "product_id", "score", "is_new"):
                assert found[column].equals(kept[column])
        candidates = fitted.candidates(per_customer=100, among=among).read_all()
        assert candidates.num_rows == found.num_rows  # the new and the others
        with pytest.raises(UnknownProductError, match="nobody's"):
            fitted.recommend(among=["nobody's"])

    def test_k_or_fewer_with_ranks_from_one_and_falling_scores(self, fitted):
        for k in (1, 3, 1000):
            lists = fitted.recommend(k=k)
            assert lists.schema.equals(LIST_SCHEMA)
            for customer in set(lists["customer_id"].to_pylist()):
                mine = lists.filter(pa.compute.equal(lists["customer_id"], customer))
                assert 0 < mine.num_rows <= k
                assert mine["rank"].to_pylist() == list(range(1, mine.num_rows + 1))
                assert (np.diff(mine["score"].to_numpy()) <= 0).all()

    def test_customers_come_in_the_order_asked_for(self, fitted):
        lists = fitted.recommend(["c05", "c01"], k=1)
        assert lists["customer_id"].to_pylist() == ["c05", "c01"]
        assert fitted.recommend([], k=1).num_rows == 0

    def test_an_unknown_customer_is_named(self, fitted):
        with pytest.raises(UnknownCustomerError, match=r"customer 'nobody' isn't among the 24"):
            fitted.recommend(["c01", "nobody"])
        with pytest.raises(UnknownCustomerError):
            fitted.candidates(["nobody"])

    def test_a_product_that_nobody_bought_is_survived(self, fitted, interactions):
        [column] = interactions.product_index([COLD_PRODUCT])
        scores = fitted.score(np.arange(interactions.n_customers))[:, column]
        assert np.isfinite(scores).all() or np.isnan(scores).all()

    def test_the_same_seed_gives_the_same_lists_whatever_the_order_of_rows(self, fitted):
        table = checkerboard_table()
        shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
        products = products_table().take(np.random.default_rng(1).permutation(N_PRODUCTS + 1))
        again = Interactions.from_table(shuffled, catalogue=self.catalogue)
        refitted = self.make().fit(again, products)
        assert refitted.recommend(k=100, new_only=False).equals(
            fitted.recommend(k=100, new_only=False)
        )

    def test_a_second_fit_forgets_the_first(self, fitted):
        fitted.leftover_ = "from the first fit"
        table = checkerboard_table()
        some = table.filter(pa.compute.less(table["customer_id"], "c12"))
        smaller = Interactions.from_table(some)
        fitted.fit(smaller, products_table())
        fresh = self.make().fit(smaller, products_table())
        assert set(vars(fitted)) == set(vars(fresh))
        assert fitted.recommend(k=9).equals(fresh.recommend(k=9))
        with pytest.raises(UnknownCustomerError):
            fitted.recommend(["c20"])

    def test_a_failed_fit_leaves_nothing_behind(self, fitted):
        with pytest.raises((AttributeError, TypeError)):
            fitted.fit(None, products_table())
        with pytest.raises(NotFittedError):
            fitted.recommend()

    def test_equal_scores_are_listed_by_popularity_then_id(self):
        products = pa.table({"product_id": ["tea", "pen", "cup", "hat"], "title": ["warm"] * 4})
        model = replace(self.make())
        model.fit(Interactions.from_table(tie_table()), products)
        lists = model.recommend(["ann"], k=3)
        scores = dict(zip(lists["product_id"].to_pylist(), lists["score"].to_pylist(), strict=True))
        order = sorted(scores, key=lambda name: (-scores[name], name != "hat", name))
        assert lists["product_id"].to_pylist() == order

    def test_nothing_works_before_fit(self):
        model = self.make()
        for attempt in (model.recommend, model.candidates, lambda: model.score(np.array([0]))):
            with pytest.raises(NotFittedError, match="isn't fitted; call fit first"):
                attempt()

    def test_candidates_are_the_best_new_and_the_best_seen(self, fitted, monkeypatch):
        monkeypatch.setattr("recsys.ranking.top_k.BLOCK_BYTES", 8 * (N_PRODUCTS + 1) * 5)
        reader = fitted.candidates(per_customer=3)
        assert reader.schema.equals(CANDIDATE_SCHEMA)
        candidates = reader.read_all()
        counts = candidates.group_by(["customer_id", "is_new"]).aggregate([("score", "count")])
        assert counts.num_rows == 2 * N_CUSTOMERS
        assert set(counts["score_count"].to_pylist()) == {3}
        new = candidates.filter(candidates["is_new"])
        assert new.equals(fitted.recommend(k=3).select(CANDIDATE_SCHEMA.names))

    def test_inputs_are_left_as_they_were(self, interactions):
        matrices = (interactions.ratings, interactions.weights, interactions.seen)
        before = [(m.data.copy(), m.indices.copy(), m.indptr.copy()) for m in matrices]
        self.make().fit(interactions, products_table()).recommend()
        for matrix, (data, indices, starts) in zip(matrices, before, strict=True):
            np.testing.assert_array_equal(matrix.data, data)
            np.testing.assert_array_equal(matrix.indices, indices)
            np.testing.assert_array_equal(matrix.indptr, starts)

    def test_it_is_found_by_its_name_and_remade_from_its_parameters(self):
        model = self.make()
        parameters = {field.name: getattr(model, field.name) for field in fields(model)}
        assert recommender_class(model.name) is type(model)
        assert recommender_from_parameters(model.name, parameters) == model

    def test_every_parameter_refuses_nonsense_by_name(self):
        for field in fields(self.make()):
            with pytest.raises(InvalidParameterError, match=rf"^{field.name} is .*use "):
                replace(self.make(), **{field.name: -1.5})

    def test_legal_k_only(self, fitted):
        with pytest.raises(InvalidParameterError, match="k is 0; use a whole number of at least 1"):
            fitted.recommend(k=0)
        with pytest.raises(InvalidParameterError, match="per_customer is -1"):
            fitted.candidates(per_customer=-1)


class TestSVD(RecommenderContract):
    def make(self):
        return SVD(n_factors=4, n_epochs=120, learning_rate=0.05)


class TestNMF(RecommenderContract):
    def make(self):
        return NMF(n_factors=2)


class TestKNNBasicAmongCustomers(RecommenderContract):
    def make(self):
        return KNNBasic(k=5)


class TestKNNBasicAmongProducts(RecommenderContract):
    def make(self):
        return KNNBasic(k=5, user_based=False, min_support=2)


class TestSVDpp(RecommenderContract):
    def make(self):
        return SVDpp(n_factors=4, n_epochs=120, learning_rate=0.05)


class TestKNNWithMeans(RecommenderContract):
    def make(self):
        return KNNWithMeans(k=5)


class TestKNNBaselineAmongCustomers(RecommenderContract):
    def make(self):
        return KNNBaseline(k=5)


class TestKNNBaselineAmongProducts(RecommenderContract):
    def make(self):
        return KNNBaseline(k=5, user_based=False, min_support=2, baselines="sgd")


class TestBaselineOnly(RecommenderContract):
    def make(self):
        return BaselineOnly()

    def test_the_checkerboard_is_completed_with_the_own_group(self, fitted, interactions):
        """It can't: biases know no groups. It gives everybody the same order instead."""
        everything = fitted.score(np.arange(interactions.n_customers))
        order = np.argsort(-everything, axis=1, kind="stable")
        np.testing.assert_array_equal(order, np.broadcast_to(order[0], order.shape))


class TestRatingBlend(RecommenderContract):
    def make(self):
        svd = {"recommender": "svd", "n_factors": 4, "n_epochs": 120, "learning_rate": 0.05}
        return RatingBlend(members=[svd, {"recommender": "knn", "k": 5}, "baseline"])


class TestMeanImputedSVD(RecommenderContract):
    def make(self):
        return MeanImputedSVD(n_factors=2)


class TestEASEBetweenProducts(RecommenderContract):
    def make(self):
        return EASE(regularization=1)


class TestEASEBetweenCustomers(RecommenderContract):
    """With more products than customers."""

    catalogue: ClassVar[list[str]] = [
        COLD_PRODUCT,
        *(f"{COLD_PRODUCT} {n}" for n in range(N_CUSTOMERS)),
    ]

    def make(self):
        return EASE(regularization=1)


class TestRidgeBetweenProducts(RecommenderContract):
    def make(self):
        return Ridge(regularization=1)


class TestRidgeBetweenCustomers(RecommenderContract):
    """With more products than customers."""

    catalogue: ClassVar[list[str]] = TestEASEBetweenCustomers.catalogue

    def make(self):
        return Ridge(regularization=1)


class TestItemKNN(RecommenderContract):
    def make(self):
        return ItemKNN(k=5)


class TestUserKNN(RecommenderContract):
    def make(self):
        return UserKNN(k=5)


class TestALS(RecommenderContract):
    def make(self):
        return ALS(n_factors=2, regularization=0.1)


class TestContent(RecommenderContract):
    def make(self):
        return Content()


def test_every_listed_recommender_is_held_to_the_contract():
    held = {subclass().make().name for subclass in RecommenderContract.__subclasses__()}
    assert held == set(RECOMMENDERS)
