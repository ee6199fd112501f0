"""Budgets, pruning and going on, over a store in memory and recommenders that are quick to fit."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from recsys.errors import InvalidParameterError, RecsysError
from recsys.recommenders import recommender_from_parameters
from recsys.recommenders.ease import EASE
from recsys.tuning.list_search import STEPS_PER_FOLD, ListSearch
from recsys.tuning.trials import Metric, Outcome, Sampler, State, best_of
from recsys.tuning.tune import (
    Budget,
    StudyEnded,
    StudySkipped,
    StudyStarted,
    TrialKept,
    searches,
    tune,
)

from .conftest import past_fold


class Memory:
    """Keeps trials in a list."""

    def __init__(self, trials=(), before=None):
        self.trials, self.before = list(trials), before

    def of_study(self, study_id):
        return [trial for trial in self.trials if trial.study.study_id == study_id]

    def best_before(self, study) -> Mapping | None:
        return self.before

    def append(self, trial):
        self.trials.append(trial)


def made(fold, *names, sampler="tpe", seed=0, metric="ndcg", list_type="discover", given=None):
    return searches(
        names or ["ease"],
        [fold],
        metric=Metric(metric),
        list_type=list_type,
        candidates_per_customer=20,
        sampler=Sampler(sampler),
        seed=seed,
        given=given,
    )


def run(wanted, store, clock=None, **budget):
    more = {} if clock is None else {"clock": clock}
    return list(tune(wanted, store, Budget(**budget), run_id="run", **more))


def told(trials):
    return [(trial.number, trial.outcome) for trial in trials]


@pytest.mark.parametrize(
    ("name", "metric", "sampler"),
    [
        ("item_knn", "ndcg", "tpe"),
        ("item_knn", "ndcg", "random"),
        ("item_knn", "ndcg", "grid"),
        ("svd", "rmse", "random"),
        ("knn", "rmse", "grid"),
    ],
)
@pytest.mark.parametrize("stopped_after", [1, 7])
def test_going_on_equals_never_having_stopped(fold, name, metric, sampler, stopped_after):
    whole, parts = Memory(), Memory()
    run(made(fold, name, metric=metric, sampler=sampler), whole, trials=9)
    run(made(fold, name, metric=metric, sampler=sampler), parts, trials=stopped_after)
    run(made(fold, name, metric=metric, sampler=sampler), parts, trials=9)
    assert len(whole.trials) == 9
    assert told(parts.trials) == told(whole.trials)


def test_a_killed_run_loses_the_trial_under_way_only(fold, monkeypatch):
    whole, store = Memory(), Memory()
    run(made(fold), whole, trials=8)
    fits = []

    def dies_in_the_fifth(self, *given):
        fits.append(1)
        if len(fits) == 5:
            raise KeyboardInterrupt
        return fit(self, *given)

    fit = EASE._fit
    with monkeypatch.context() as patch:
        patch.setattr(EASE, "_fit", dies_in_the_fifth)
        with pytest.raises(KeyboardInterrupt):
            run(made(fold), store, trials=8)
    assert told(store.trials) == told(whole.trials)[:4]
    events = run(made(fold), store, trials=8)
    assert told(store.trials) == told(whole.trials)
    assert isinstance(events[0], StudyStarted)
    assert events[0].kept == 4
    assert events[-1].ran == 4


def test_other_data_begins_anew_with_what_was_best(fold):
    store = Memory()
    run(made(fold), store, trials=3)
    other = past_fold({"c00": ["p29", "p28"], "c01": ["p27"]})
    store.before = {**store.trials[0].outcome.parameters, "regularization": 77.0}
    events = run(made(other), store, trials=3)
    assert events[0].kept == 0
    assert events[1].trial.is_default
    assert events[2].trial.outcome.parameters == store.before
    assert len(store.trials) == 6


@pytest.mark.parametrize(
    "before",
    [
        {"regularization": 1e9},
        {"gone": 1},
        {"regularization": 300.0, "transform": "sqrt", "profile_half_life": None},
    ],
)
def test_what_was_best_before_is_left_out_if_it_makes_no_sense(fold, before):
    store, usual = Memory(before=before), Memory()
    run(made(fold), store, trials=3)
    run(made(fold), usual, trials=3)
    assert told(store.trials) == told(usual.trials)


def test_what_settings_say_holds_in_every_trial_and_makes_another_study(fold):
    def search(**given):
        others = {"ease": {"regularization": 1.0}}
        [found] = made(fold, "item_knn", given={"item_knn": given, **others})
        return found

    assert search(weighting="bm25").base == {"weighting": "bm25"}
    assert search(weighting="bm25").defaults["weighting"] == "bm25"
    assert search(weighting="bm25").study.study_id != search().study.study_id


def test_the_defaults_come_first_and_are_measured_to_the_end(fold):
    store = Memory()
    run(made(fold, "item_knn"), store, trials=2)
    usual = recommender_from_parameters("item_knn")
    for parameter, value in store.trials[0].outcome.parameters.items():
        assert getattr(usual, parameter) == value
    assert store.trials[0].outcome.state == State.complete
    assert not store.trials[1].is_default


@pytest.mark.parametrize(
    ("name", "unseen"),
    [("item_knn", "repeat_weight"), ("ease", "repeat_weight"), ("user_knn", "own_share")],
)
@pytest.mark.parametrize("sampler", ["tpe", "grid"])
def test_what_a_list_of_new_products_can_t_show_isn_t_searched_by_it(fold, name, unseen, sampler):
    store = Memory()
    [search] = made(fold, name, sampler=sampler)
    run([search], store, trials=8)
    assert len(store.trials) == 8
    assert all(unseen not in trial.outcome.parameters for trial in store.trials)
    assert unseen not in search.space
    [other] = made(past_fold(takes_bought=True), name, sampler=sampler, list_type="next_basket")
    assert unseen in other.space
    assert unseen in other.next_trial([], None).parameters


def test_what_was_best_before_counts_without_what_the_list_can_t_show(fold):
    """A study from when everything was searched has such parameters, chosen by chance."""
    best = {
        name: getattr(recommender_from_parameters("item_knn"), name)
        for name in ("k", "transform", "weighting", "shrinkage")
    }
    store = Memory(before={**best, "k": 77, "repeat_weight": 30.0})
    run(made(fold, "item_knn"), store, trials=2)
    assert store.trials[1].outcome.parameters == {**best, "k": 77}


def test_a_seed_is_another_search(fold):
    one, same, other = Memory(), Memory(), Memory()
    run(made(fold, seed=1), one, trials=4)
    run(made(fold, seed=1), same, trials=4)
    run(made(fold, seed=2), other, trials=4)
    assert told(one.trials) == told(same.trials)
    assert told(one.trials)[1:] != told(other.trials)[1:]


class Planned(ListSearch):
    """A search whose trials have planned values after each step."""

    plan = ()

    def _values(self, parameters):
        yield from self.plan


def planned(fold, store, plan):
    [search] = made(fold)
    search.__class__ = Planned
    search.plan = plan
    number = len(store.trials)
    run([search], store, trials=number + 1)
    return store.trials[number].outcome


def test_a_trial_worse_than_the_median_is_given_up(fold):
    """After the first step those before had .5, .4, .3, .2 and .1: the median is .3."""
    store = Memory()
    for value in (0.5, 0.4, 0.3, 0.2, 0.1):
        outcome = planned(fold, store, [value] * STEPS_PER_FOLD)
        assert outcome.state == State.complete
    worse = planned(fold, store, [0.29, 0.9, 0.9, 0.9])
    assert (worse.state, worse.value, worse.steps) == (State.pruned, None, (0.29,))
    better = planned(fold, store, [0.31, 0.9, 0.9, 0.1])
    assert (better.state, better.value) == (State.complete, 0.1)
    assert len(better.steps) == STEPS_PER_FOLD
    # of complete ones, after one step the median is .305, and .35 after two
    later = planned(fold, store, [0.31, 0.2, 0.9, 0.9])
    assert (later.state, later.steps) == (State.pruned, (0.31, 0.2))


def test_a_value_is_the_mean_over_all_customers(fold):
    [search] = made(fold)
    values = list(search._values({}))
    assert len(values) == STEPS_PER_FOLD
    twice = made(fold)[0]
    twice.folds = [fold, fold]
    assert list(twice._values({}))[-1] == pytest.approx(values[-1])


def test_the_same_parameters_aren_t_fitted_twice(fold, monkeypatch):
    [search] = made(fold, "content")
    store = Memory()
    monkeypatch.setattr(Planned, "plan", [0.5] * STEPS_PER_FOLD)
    search.__class__ = Planned
    run([search], store, trials=25)
    asked = []
    monkeypatch.setattr(Planned, "_values", lambda self, given: asked.append(given) or iter([0.9]))
    run([search], store, trials=60)
    known = [trial.outcome.parameters for trial in store.trials[:25]]
    assert asked
    assert all(parameters not in known for parameters in asked)


def test_minutes_are_shared_and_a_trial_under_way_is_finished(fold):
    """Each trial takes a minute of the clock, which is looked at before and after it."""
    now = [0.0]

    class Slow(Planned):
        plan = (0.1, 0.2, 0.3, 0.4)

        def _values(self, parameters):
            now[0] += 60
            return super()._values(parameters)

    wanted = made(fold, "ease", "user_knn")
    for search in wanted:
        search.__class__ = Slow
    events = run(wanted, Memory(), minutes=5, clock=lambda: now[0])
    ran = [event.ran for event in events if isinstance(event, StudyEnded)]
    assert ran == [3, 2]


def test_without_time_left_every_study_gets_its_default_trial(fold):
    ticks = iter(range(0, 100_000, 1_000))
    events = run(made(fold, "ease", "item_knn"), Memory(), minutes=1, clock=lambda: next(ticks))
    assert [event.ran for event in events if isinstance(event, StudyEnded)] == [1, 1]


def test_a_grid_ends_when_it_has_been_searched(fold):
    """Of n_factors, 2 to 200 by equal factors: 2, 20, which is the default, and 200."""
    store = Memory()
    events = run(made(fold, "mean_imputed_svd", sampler="grid"), store, trials=9)
    tried = [trial.outcome.parameters["n_factors"] for trial in store.trials]
    assert tried[0] == 20
    assert sorted(tried) == [2, 20, 200]
    assert isinstance(events[-1], StudyEnded)


def test_parameters_that_are_refused_fail_alone(fold, monkeypatch):
    store = Memory()

    def refuses(self, parameters):
        if parameters["transform"] != "sqrt":
            raise RecsysError("too much")
        yield from [0.1] * STEPS_PER_FOLD

    monkeypatch.setattr(ListSearch, "_values", refuses)
    run(made(fold), store, trials=12)
    for trial in store.trials:
        fails = trial.outcome.parameters["transform"] != "sqrt"
        assert trial.outcome.state == (State.failed if fails else State.complete)
        assert trial.outcome.message == ("too much" if fails else None)
    assert {trial.outcome.state for trial in store.trials} == {State.failed, State.complete}


def test_who_fails_with_the_defaults_is_left_out(fold):
    store = Memory()
    wanted = made(replace(fold, products=fold.products.select([])), "content", "ease")
    events = run(wanted, store, trials=3)
    assert isinstance(events[1], StudySkipped)
    assert "product_id" in events[1].why
    assert [trial.study.recommender for trial in store.trials] == ["ease"] * 3


def test_the_best_is_the_earliest_of_equal_ones(fold):
    store = Memory()
    run(made(fold), store, trials=1)
    first = store.trials[0]

    def trial(number, value, metric=Metric.ndcg):
        outcome = Outcome(parameters={}, state=State.complete, value=value)
        return replace(
            first, number=number, outcome=outcome, study=replace(first.study, metric=metric)
        )

    assert best_of([trial(0, 0.1), trial(1, 0.3), trial(2, 0.3)]).number == 1
    assert best_of([trial(n, value, Metric.rmse) for n, value in enumerate([0.9, 0.8])]).number == 1
    assert best_of([]) is None


@pytest.mark.parametrize(
    ("names", "metric", "message"),
    [
        (["svdd"], "ndcg", "did you mean 'svd'"),
        (["rating_blend"], "ndcg", "rating_blend has no parameters to tune; leave it out"),
        (["ease"], "rmse", "ease isn't searched by rmse; choose the metric ndcg, or one of svd"),
    ],
)
def test_a_wrong_wish_is_refused(fold, names, metric, message):
    with pytest.raises(InvalidParameterError, match=message):
        made(fold, *names, metric=metric)


@pytest.mark.parametrize("budget", [{}, {"trials": 0}, {"minutes": 0}, {"minutes": -1}])
def test_a_budget_that_makes_no_sense_is_refused(budget):
    with pytest.raises(InvalidParameterError):
        Budget(**budget)


def test_events_come_trial_by_trial(fold):
    store = Memory()
    events = tune(made(fold), store, Budget(trials=3), run_id="run")
    assert isinstance(next(events), StudyStarted)
    assert store.trials == []
    kept = next(events)
    assert isinstance(kept, TrialKept)
    assert store.trials == [kept.trial]


def test_a_fold_without_a_window_to_learn_from_is_passed_over_as_a_build_does(fold):
    known = fold.interactions
    training = replace(known, earlier_weights=known.weights, recent=known.seen)
    whole = replace(fold, interactions=training)
    options = {
        "metric": Metric.ndcg,
        "list_type": "discover",
        "candidates_per_customer": 20,
        "sampler": Sampler.random,
        "seed": 0,
    }

    def values(*folds):
        store = Memory()
        run(searches(["ridge"], list(folds), **options), store, trials=2)
        return [(trial.outcome.value, trial.outcome.message) for trial in store.trials]

    alone = values(whole)
    assert all(value is not None for value, _ in alone)
    assert values(fold, whole) == alone
    for value, message in values(fold):
        assert value is None
        assert message.startswith("ridge learns what follows what")
