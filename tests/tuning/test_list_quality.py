"""NDCG of lists whose hits can be counted on fingers; the SQL's is compared in tests/dbt."""

from math import log2

import numpy as np
import pytest

from recsys.recommenders.base import Recommender
from recsys.tuning.list_quality import list_ndcg

from .conftest import past_fold


class ByNumber(Recommender):
    """Scores a product by its number: p29 first, p00 last; p10 to p19 tie at 15."""

    name = "by_number"

    def _check_parameters(self):
        pass

    def _fit(self, interactions, products):
        numbers = [int(product[1:]) for product in interactions.product_ids.to_pylist()]
        self.scores_ = np.array([15.0 if 10 <= number < 20 else number for number in numbers])

    def _score(self, customers):
        return np.tile(self.scores_, (len(customers), 1))


def ndcg(fold, k=10, candidates_per_customer=100):
    fitted = ByNumber().fit(fold.interactions)
    places = np.arange(len(fold.customers))
    return list_ndcg(fitted, fold, places, k=k, candidates_per_customer=candidates_per_customer)


def test_new_products_only():
    """c00 bought p00, p03, ... p27; its list is 29, 28, 26, 25, 23, 22, 20, then tied ones."""
    fold = past_fold({"c00": ["p29", "p26", "p01"], "c03": ["p02"]})
    best = 1 + 1 / log2(3) + 1 / 2
    assert ndcg(fold) == pytest.approx([(1 + 1 / log2(4)) / best, 0])


def test_bought_products_only():
    fold = past_fold({"c00": ["p24"]}, takes_new=False, takes_bought=True)
    assert ndcg(fold) == pytest.approx([1 / log2(3)])


def test_any_product():
    fold = past_fold({"c00": ["p27", "p26"]}, takes_bought=True)
    best = 1 + 1 / log2(3)
    assert ndcg(fold) == pytest.approx([(1 / log2(4) + 1 / log2(5)) / best])


def test_what_was_only_rated_is_nothing_to_buy_again():
    fold = past_fold(
        {"c00": ["p24"]}, takes_new=False, takes_bought=True, only_rated=[("c00", "p27")]
    )
    assert ndcg(fold) == pytest.approx([1])


def test_ties_go_by_the_fold_s_order():
    """Of c00's tied new products (p10, p11, p13, ...) the fold says which is eighth."""
    assert ndcg(past_fold({"c00": ["p16"]}, first_of_ties="p16")) == pytest.approx([1 / log2(9)])


def test_a_list_is_as_long_as_asked():
    fold = past_fold({"c00": ["p28"]})
    assert ndcg(fold, k=1) == pytest.approx([0])
    assert ndcg(fold, k=2) == pytest.approx([1 / log2(3)])


def test_only_so_many_candidates_are_ranked():
    assert ndcg(past_fold({"c00": ["p26"]}), candidates_per_customer=2) == pytest.approx([0])
