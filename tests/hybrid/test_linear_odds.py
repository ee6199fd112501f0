"""The hybrid's logistic regressions: scikit-learn's of the logarithms, one per kind of pair."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_info

from recsys.hybrid.examples import Examples
from recsys.hybrid.linear_odds import Columns, LinearOdds

COLUMNS = Columns(is_new=0, nominal=[3])
USED = np.arange(4)


def pairs(seed: int, n: int = 6000) -> tuple[Examples, np.ndarray]:
    """Return pairs and their probabilities; new ones depend on the second feature alone.

    The first says what is new; the third is known of those bought before, half the time; the
    fourth is a name.
    """
    random = np.random.default_rng(seed)
    is_new = random.random(n) < 0.5
    second, third = random.lognormal(size=(2, n))
    third[is_new | (random.random(n) < 0.5)] = np.nan
    names = random.integers(0, 5, n)
    log_odds = np.where(
        is_new, -2 + np.log(second), -1 + 0.5 * np.nan_to_num(np.log(third)) - 0.2 * np.log(second)
    )
    features = np.column_stack([is_new, second, third, names]).astype(np.float32)
    probability = expit(log_odds)
    return Examples(features, random.random(n) < probability, np.ones(n)), probability


def test_each_kind_of_pair_has_scikit_learns_regression_of_its_logarithms():
    examples, _ = pairs(1)
    weighed = Examples(
        examples.features, examples.is_bought, np.where(examples.is_bought, 1.0, 2.0)
    )
    found = LinearOdds.of(weighed, USED, COLUMNS, regularization=10.0)
    asked = pairs(2)[0].features
    zeros = np.zeros(len(asked))
    said = found.averaged(zeros, asked, 1.0)
    for kind in (0, 1):
        learned, wanted = examples.features[:, 0] == kind, asked[:, 0] == kind

        def terms(features):
            columns = []
            for position in (0, 1, 2):
                values = features[:, position].astype(float)
                logarithm = np.nan_to_num(np.log(np.maximum(values, 1e-3)))
                columns += [logarithm, logarithm**2, ~np.isnan(values)]
            return np.column_stack(columns)

        x = terms(examples.features[learned])
        mean, deviation = x.mean(axis=0), x.std(axis=0)
        deviation[deviation == 0] = 1
        regression = LogisticRegression(C=0.1, tol=1e-8, max_iter=10_000)
        regression.fit(
            np.clip((x - mean) / deviation, -10, 10),
            weighed.is_bought[learned],
            weighed.weight[learned],
        )
        scaled = (terms(asked[wanted]) - mean) / deviation
        expected = regression.decision_function(np.clip(scaled, -10, 10))
        assert said[wanted] == pytest.approx(expected, abs=0.01)
        assert np.std(expected) > 0.3


def test_what_is_kept_says_what_scikit_learn_s_pipeline_says(monkeypatch):
    """Of every kind of value; in double precision, which differs by no more than a logarithm's."""
    pipelines, fit = [], Pipeline.fit

    def kept(self, *given, **named):
        pipelines.append(self)
        return fit(self, *given, **named)

    monkeypatch.setattr(Pipeline, "fit", kept)
    examples, _ = pairs(1)
    found = LinearOdds.of(examples, USED, COLUMNS, regularization=10.0)
    asked = pairs(2)[0].features
    asked[:8, 1:3] = np.array([np.nan, 0, -1, np.inf, -np.inf, 1e-9, 1e38, 2])[:, None]
    said = found.averaged(np.zeros(len(asked)), asked, 1.0)
    for kind, pipeline in enumerate(pipelines):
        wanted = asked[:, 0] == kind
        expected = pipeline.decision_function(asked[wanted][:, :3].astype(np.float64))
        assert np.abs(said[wanted] - expected).max() < 1e-6


def test_probabilities_are_nearly_those_that_the_pairs_were_drawn_by():
    examples, _ = pairs(1, 20_000)
    unseen, probability = pairs(2, 20_000)
    found = LinearOdds.of(examples, USED, COLUMNS, regularization=10.0)
    said = expit(found.averaged(np.zeros(len(unseen)), unseen.features, 1.0))
    bought = unseen.is_bought
    least, nothing = log_loss(bought, probability), log_loss(bought, np.full(20_000, bought.mean()))
    assert log_loss(bought, said) - least < 0.02 * (nothing - least)


def test_features_that_say_nearly_the_same_are_told_apart_by_more_digits():
    """In single precision the solver finds that they are one, and warns; warnings are errors."""
    examples, _ = pairs(1)
    random = np.random.default_rng(1)
    second = examples.features[:, 1:2]
    nearly = second * (1 + 1e-5 * random.random((len(examples), 20)))
    alike = examples.with_features(np.hstack([examples.features, nearly]).astype(np.float32))
    found = LinearOdds.of(alike, np.arange(24), COLUMNS, regularization=1e-3)
    said = found.averaged(np.zeros(len(alike)), alike.features, 1.0)
    alone = LinearOdds.of(examples, USED, COLUMNS, regularization=1e-3)
    expected = alone.averaged(np.zeros(len(alike)), examples.features, 1.0)
    loss = log_loss(examples.is_bought, expit(said))
    assert loss == pytest.approx(log_loss(examples.is_bought, expit(expected)), abs=0.01)


def test_they_have_their_share_of_the_log_odds():
    examples, _ = pairs(1)
    found = LinearOdds.of(examples, USED, COLUMNS, regularization=10.0)
    given = np.linspace(-3, 3, len(examples))
    alone = found.averaged(given, examples.features, 1.0)
    assert found.averaged(given, examples.features, 0.25) == pytest.approx(
        0.75 * given + 0.25 * alone, abs=1e-9
    )


def test_a_name_is_no_number():
    examples, _ = pairs(1)
    renamed = examples.features.copy()
    renamed[:, 3] = 4 - renamed[:, 3]
    found = LinearOdds.of(examples, USED, COLUMNS, regularization=10.0)
    zeros = np.zeros(len(examples))
    assert np.array_equal(
        found.averaged(zeros, examples.features, 1.0), found.averaged(zeros, renamed, 1.0)
    )


@pytest.mark.parametrize("bought", [False, True])
def test_where_pairs_of_a_kind_can_t_be_told_apart_they_say_nothing_of_it(bought):
    examples, _ = pairs(1)
    is_new = examples.features[:, 0] == 1
    examples.is_bought[is_new] = bought
    given = np.linspace(-3, 3, len(examples))
    found = LinearOdds.of(examples, USED, COLUMNS, regularization=10.0)
    averaged = found.averaged(given, examples.features, 0.5)
    assert np.array_equal(averaged[is_new], given[is_new])
    assert not np.allclose(averaged[~is_new], given[~is_new])


def test_without_a_column_of_new_pairs_there_is_one_regression():
    examples, _ = pairs(1)
    found = LinearOdds.of(examples, np.array([1, 2]), Columns(), regularization=10.0)
    assert [regression is None for regression in found.regressions] == [False, True]
    assert np.isfinite(found.averaged(np.zeros(len(examples)), examples.features, 0.5)).all()


def test_the_number_of_threads_can_t_change_a_sum(monkeypatch):
    """Linear algebra has one thread while they are fitted."""
    allowed = []

    fit = LogisticRegression.fit

    def watched(self, *given, **named):
        pools = threadpool_info()
        allowed.extend(pool["num_threads"] for pool in pools if pool["user_api"] == "blas")
        return fit(self, *given, **named)

    monkeypatch.setattr(LogisticRegression, "fit", watched)
    LinearOdds.of(pairs(1)[0], USED, COLUMNS, regularization=10.0)
    assert set(allowed) == {1}


@pytest.mark.parametrize("asked", [2.0, 1000.0, np.inf])
def test_what_few_pairs_had_makes_nothing_certain(asked):
    """Eight of 8,000 pairs have a quantity of 2, and all were bought; the others' is 1."""
    random = np.random.default_rng(1)
    features = np.column_stack([random.random(8000), np.ones(8000)]).astype(np.float32)
    features[:8, 1] = 2
    is_bought = random.random(8000) < 0.4
    is_bought[:8] = True
    examples = Examples(features, is_bought, np.ones(8000))
    found = LinearOdds.of(examples, np.array([0, 1]), Columns(), regularization=10.0)
    rare = np.array([[0.5, asked]], np.float32)
    [said] = expit(found.averaged(np.zeros(1), rare, 1.0))
    assert 0.4 < said < 0.98  # of the eight, 9 / 10 by Laplace's rule
