"""What may be searched is legal, and holds the defaults: those are the first trial."""

import pytest

from recsys.errors import InvalidParameterError
from recsys.recommenders import RECOMMENDERS, recommender_class
from recsys.recommenders.search_space import Choice, Range, is_active, search_space

TUNABLE = [name for name in RECOMMENDERS if name != "rating_blend"]  # it is made of tuned ones


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
