"""The RMSE is Surprise's, of what Surprise fits with our parameters."""

import numpy as np
import pyarrow as pa
import pytest
from surprise import SVD, Dataset, KNNBasic, Reader
from surprise.model_selection import KFold, cross_validate

from recsys.data.interactions import Interactions
from recsys.errors import InvalidTableError, NothingToLearnError
from recsys.recommenders.search_space import Range
from recsys.tuning.rating_search import SPLITS, RatingSearch
from recsys.tuning.trials import Sampler, State, Trial

from .conftest import past_fold


def search(fold, name, sampler="random", seed=0, **base):
    return RatingSearch(name, [fold], base=base, sampler=Sampler(sampler), seed=seed)


def surprise_rmse(fold, algorithm):
    ratings = fold.interactions.ratings.tocoo()
    frame = pa.table({"u": ratings.row, "i": ratings.col, "r": ratings.data}).to_pandas()
    data = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5)))
    found = cross_validate(algorithm, data, ["rmse"], KFold(SPLITS, random_state=0))
    return float(np.mean(found["test_rmse"]))


def test_it_is_surprise_s_cross_validated_error(fold):
    outcome = search(fold, "svd").measure(0, [], {"n_factors": 7, "n_epochs": 9})
    theirs = surprise_rmse(fold, SVD(n_factors=7, n_epochs=9, random_state=0))
    assert outcome.value == pytest.approx(theirs, abs=1e-12)
    assert outcome.steps[-1] == outcome.value
    assert len(outcome.steps) == SPLITS


def test_neighbours_too(fold):
    outcome = search(fold, "knn", user_based=False).measure(0, [], {"k": 5, "similarity": "cosine"})
    options = {"name": "cosine", "user_based": False}
    theirs = surprise_rmse(fold, KNNBasic(k=5, sim_options=options, verbose=False))
    assert outcome.value == pytest.approx(theirs, abs=1e-12)


def test_what_is_drawn_is_what_is_measured(fold):
    drawing = search(fold, "svd", seed=5)
    outcome = drawing.measure(3, [])
    again = search(fold, "svd").measure(0, [], outcome.parameters)
    assert outcome.value == again.value
    assert outcome.parameters.keys() == drawing.space.keys()
    assert all(value in drawing.space[name] for name, value in outcome.parameters.items())


def test_what_changes_nothing_is_left_out(fold):
    for number in range(6):
        parameters = search(fold, "baseline").measure(number, []).parameters
        other = "sgd" if parameters["baselines"] == "als" else "als"
        assert not any(name.startswith(f"{other}_") for name in parameters)


def test_too_many_customers_fail_before_memory_does(fold):
    outcome = search(fold, "knn", max_customers_user_based=39).measure(0, [], {"k": 5})
    assert outcome.state == State.failed
    assert "over the limit of 39 customers" in outcome.message


def test_draws_reach_both_ends_alike(fold):
    drawing = search(fold, "svd")
    drawing.space = {
        "whole": Range(low=1, high=4),
        "by factors": Range(low=0.01, high=1.0, log=True),
    }
    drawing.defaults = {"whole": 1, "by factors": 1.0}
    drawn = [drawing.ask(number, [])[1] for number in range(1_000)]
    whole = [parameters["whole"] for parameters in drawn]
    assert np.bincount(whole, minlength=5)[1:] == pytest.approx([250] * 4, rel=0.15)
    logs = np.array([parameters["by factors"] for parameters in drawn])
    assert np.mean(logs < 0.1) == pytest.approx(0.5, abs=0.04)
    assert min(logs) >= 0.01
    assert max(logs) <= 1


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_a_hopeless_trial_is_given_up_after_a_split(fold, sampler):
    """Of five trials the first split came to .5; .6 is worse, whatever comes after."""
    searching = search(fold, "svd", sampler)
    past: list[Trial] = []
    for number, errors in enumerate([[0.5, 0.5, 0.5]] * 5 + [[0.6, 0.1, 0.1], [0.4, 0.45, 0.45]]):
        searching._values = lambda parameters, errors=errors: iter(errors)
        outcome = searching.measure(number, past)
        past.append(Trial(study=searching.study, number=number, outcome=outcome))
    given_up, better = past[-2].outcome, past[-1].outcome
    assert (given_up.state, given_up.value, given_up.steps) == (State.pruned, None, (0.6,))
    assert (better.state, better.value) == (State.complete, 0.45)


def test_without_ratings_there_is_nothing_to_search():
    bought = pa.table({"customer_id": ["a", "b"], "product_id": ["p", "p"]})
    fold = past_fold()
    object.__setattr__(fold, "interactions", Interactions.from_table(bought))
    with pytest.raises(InvalidTableError, match="svd learns from ratings"):
        search(fold, "svd")
    with pytest.raises(NothingToLearnError, match="no past fold has anything to learn from"):
        RatingSearch("svd", [], base={}, sampler=Sampler.random, seed=0)
    two = pa.table({"customer_id": ["a", "b"], "product_id": ["p", "p"], "rating": [1, 2]})
    object.__setattr__(fold, "interactions", Interactions.from_table(two))
    with pytest.raises(NothingToLearnError, match="2 ratings are too few for 3 splits"):
        search(fold, "svd")


def test_what_diverged_isn_t_the_best_for_saying_the_highest_rating():
    """Surprise takes NaN for the end of the scale, which nearly all ratings are."""
    random = np.random.default_rng(0)
    pairs = random.permutation(200 * 100)[:4000]
    ratings = np.where(random.random(4000) < 0.97, 5, 4)
    table = {"customer_id": pairs // 100, "product_id": pairs % 100, "rating": ratings}
    fold = past_fold()
    object.__setattr__(fold, "interactions", Interactions.from_table(pa.table(table)))
    wild = {"n_factors": 200, "n_epochs": 20, "learning_rate": 0.05, "initial_std": 0.5}
    with np.errstate(all="ignore"):
        outcome = search(fold, "svd", regularization=0.02).measure(0, [], wild)
    assert outcome.state is State.failed
    assert outcome.message == "it diverged"


def test_ratings_known_at_the_cut_off_are_all_it_rests_on(fold):
    assert search(fold, "svd").study.known_until == fold.cutoff_at
    assert search(fold, "svd").study.folds == ("2017-11-06",)
