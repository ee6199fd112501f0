"""What may be searched is legal, and holds the defaults: those are the first trial."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.errors import InvalidParameterError
from recsys.recommenders import RECOMMENDERS, recommender_class
from recsys.recommenders.search_space import Choice, Range, is_active, search_space

TUNABLE = [name for name in RECOMMENDERS if name != "rating_blend"]  # it is made of tuned ones
MARKED = {"ease": {"repeat_weight"}, "item_knn": {"repeat_weight"}, "user_knn": {"own_share"}}


@pytest.mark.parametrize("name", TUNABLE)
def test_the_defaults_can_come_out_of_a_search(name):
    made = recommender_class(name)()
    space = search_space(type(made))
    assert space
    assert [key for key, said in space.items() if getattr(made, key) not in said] == []


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_the_recommender_takes_all_that_can_come_out_of_a_search(name):
    made = recommender_class(name)
    for parameter, said in search_space(made).items():
        for value in said.grid(5):
            assert value in said
            made(**{parameter: value})


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_a_parameter_that_another_decides_on_comes_after_it(name):
    space = search_space(recommender_class(name))
    for place, said in enumerate(space.values()):
        if said.only_if is not None:
            assert said.only_if[0] in list(space)[:place]
            assert said.only_if[1] in space[said.only_if[0]]


@pytest.mark.parametrize("name", RECOMMENDERS)
def test_what_is_marked_so_changes_no_list_of_new_products(name):
    generator = np.random.default_rng(3)
    pairs = np.argwhere(generator.random((40, 30)) < 0.3)
    interactions = Interactions.from_table(
        pa.table(
            {
                "customer_id": [f"c{customer}" for customer, _ in pairs],
                "product_id": [f"p{product}" for _, product in pairs],
                "weight": generator.uniform(0.5, 3, len(pairs)),
            }
        )
    )
    made = recommender_class(name)
    marked = search_space(made).keys() - search_space(made, with_bought=False).keys()
    assert marked == MARKED.get(name, set())
    for parameter in marked:
        # without anything of the neighbours new products have no order at all
        values = [value for value in search_space(made)[parameter].grid(4) if value != 1.0]
        for new_only in (True, False):
            lists = [
                made(**{parameter: value})
                .fit(interactions)
                .recommend(k=5, new_only=new_only)["product_id"]
                .to_pylist()
                for value in values
            ]
            assert all(one == lists[0] for one in lists) == new_only


def test_studies_are_named_by_a_repr_without_the_mark():
    assert repr(Choice((1, 2), ranks_bought_only=True)) == "Choice(values=(1, 2), only_if=None)"
    marked = Range(low=1, high=2, ranks_bought_only=True)
    assert repr(marked) == "Range(low=1, high=2, log=False, only_if=None)"


def test_inherited_parameters_are_searched_too():
    assert {"k", "similarity", "als_epochs"} <= set(search_space(recommender_class("knn_baseline")))


def test_a_whole_range_holds_whole_numbers_only():
    whole = Range(low=1, high=10)
    assert (1 in whole, 10 in whole, 11 in whole, 1.5 in whole, True in whole) == (
        (True, True, False, False, False)
    )
    assert 1.5 in Range(low=1.0, high=2.0)
    assert "a" not in Range(low=1.0, high=2.0)


def test_a_log_range_is_cut_by_equal_factors():
    assert Range(low=1, high=100, log=True).grid(3) == (1, 10, 100)
    assert Range(low=0.0, high=1.0).grid(3) == (0.0, 0.5, 1.0)


@pytest.mark.parametrize(("low", "high", "log"), [(2, 2, False), (3, 1, False), (0, 1, True)])
def test_a_range_that_can_t_be_searched_is_refused(low, high, log):
    with pytest.raises(InvalidParameterError, match=f"a range from {low} to {high}"):
        Range(low=low, high=high, log=log)


def test_what_decides_may_be_any_value():
    assert is_active(Choice((1,), only_if=("is_on", True)), {"is_on": True})
    assert is_active(Choice((1,)), {})
