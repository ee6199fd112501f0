"""Sums of probabilities are what is bought, of new products and of those bought before."""

import numpy as np
import pytest
from scipy.special import expit

from recsys.hybrid.calibration import LEAST, LEAST_BOUGHT, Calibration


def said(seed=0, pairs=40_000, shift=-1.5, new_share=0.5):
    """Log odds that are right for products bought before, and too high for new ones."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-2, 1, pairs)
    is_new = random.random(pairs) < new_share
    probability = expit(log_odds + np.where(is_new, shift, 0))
    return log_odds, is_new, random.random(pairs) < probability, probability


def test_each_kind_adds_up_to_what_was_bought():
    log_odds, is_new, is_bought, _ = said()
    weight = np.where(is_bought, 1.0, 3.0)
    calibration = Calibration.of(log_odds, is_new, is_bought, weight)
    found = calibration.probabilities(log_odds, is_new)
    for kind in (is_new, ~is_new):
        expected, actual = (found * weight)[kind].sum(), weight[kind & is_bought].sum()
        assert expected == pytest.approx(actual, rel=1e-3)


def test_the_truth_is_found():
    log_odds, is_new, is_bought, _ = said()
    calibration = Calibration.of(log_odds, is_new, is_bought, np.ones(len(log_odds)))
    new_log_odds, new_kinds, _, truth = said(seed=1)
    assert np.abs(calibration.probabilities(new_log_odds, new_kinds) - truth).mean() < 0.005


def test_within_a_kind_the_ranking_stays():
    log_odds, is_new, is_bought, _ = said()
    calibration = Calibration.of(log_odds, is_new, is_bought, np.ones(len(log_odds)))
    found = calibration.probabilities(log_odds, is_new)
    for kind in (is_new, ~is_new):
        assert (np.diff(found[kind][np.argsort(log_odds[kind])]) >= 0).all()


def test_of_a_kind_that_is_hardly_bought_all_pairs_speak():
    log_odds, is_new, is_bought, _ = said(pairs=4_000, new_share=0.05, shift=-1)
    assert 0 < is_bought[is_new].sum() < LEAST_BOUGHT < is_bought[~is_new].sum()
    calibration = Calibration.of(log_odds, is_new, is_bought, np.ones(len(log_odds)))
    nobody_new = np.zeros(len(log_odds), bool)
    of_all = Calibration.of(log_odds, nobody_new, is_bought, np.ones(len(log_odds)))
    assert np.allclose(
        calibration.probabilities(log_odds[is_new], is_new[is_new]),
        of_all.probabilities(log_odds[is_new], nobody_new[is_new]),
    )
    assert not np.allclose(
        calibration.probabilities(log_odds[~is_new], is_new[~is_new]),
        of_all.probabilities(log_odds[~is_new], nobody_new[~is_new]),
    )


def test_a_kind_that_is_ranked_upside_down_is_calibrated_with_all():
    log_odds, is_new, is_bought, _ = said(new_share=0.2, shift=0)
    turned = np.where(is_new, -4 - log_odds, log_odds)
    calibration = Calibration.of(turned, is_new, is_bought, np.ones(len(turned)))
    assert not calibration.ranks_by_chance
    found = calibration.probabilities(turned, is_new)
    assert (np.diff(found[is_new][np.argsort(turned[is_new])]) >= 0).all()


def test_what_ranks_upside_down_altogether_says_so():
    log_odds, is_new, is_bought, _ = said(shift=0)
    calibration = Calibration.of(-log_odds, is_new, is_bought, np.ones(len(log_odds)))
    assert calibration.ranks_by_chance


def test_nothing_is_certain():
    log_odds, is_new, is_bought, _ = said()
    calibration = Calibration.of(log_odds, is_new, is_bought, np.ones(len(log_odds)))
    found = calibration.probabilities(np.array([-1e3, 1e3, -1e3, 1e3]), np.array([1, 1, 0, 0]) > 0)
    assert found.tolist() == [LEAST, 1 - LEAST, LEAST, 1 - LEAST]
