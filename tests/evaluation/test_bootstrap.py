"""Bootstrap intervals against theory, SciPy, and what resampling by hand gives."""

import numpy as np
import pytest
from scipy import stats

from recsys.errors import InvalidParameterError
from recsys.evaluation.bootstrap import intervals, resample_means, simultaneous_differences


@pytest.fixture
def values() -> np.ndarray:
    generator = np.random.default_rng(7)
    shared = generator.normal(size=(400, 1))
    return shared + generator.normal(scale=0.2, size=(400, 4)) + np.array([0.0, 0.1, 0.1, 0.0])


def test_means_are_the_means(values):
    np.testing.assert_allclose(resample_means(values).value, values.mean(axis=0))


def test_an_interval_is_close_to_the_one_scipy_bootstraps(values):
    ours = intervals(resample_means(values[:, :1], resamples=4000))
    theirs = stats.bootstrap(
        (values[:, 0],),
        np.mean,
        n_resamples=4000,
        method="percentile",
        rng=np.random.default_rng(3),
    ).confidence_interval
    width = theirs.high - theirs.low
    assert abs(ours.low[0] - theirs.low) < 0.05 * width
    assert abs(ours.high[0] - theirs.high) < 0.05 * width


def test_differences_are_paired_and_so_narrower_than_the_means(values):
    resampled = resample_means(values)
    means = intervals(resampled)
    [found] = simultaneous_differences(resampled, recommenders=4, baselines=[0])
    assert (found.high - found.low)[1, 0] < 0.5 * (means.high - means.low)[1]


def test_the_baseline_differs_from_itself_by_nothing(values):
    [found] = simultaneous_differences(resample_means(values), recommenders=4, baselines=[2])
    assert (found.value[2], found.low[2], found.high[2]) == (0, 0, 0)


def test_one_comparison_is_as_wide_as_a_normal_interval(values):
    resampled = resample_means(values[:, :2], resamples=4000)
    [found] = simultaneous_differences(resampled, recommenders=2, baselines=[0])
    paired = values[:, 1] - values[:, 0]
    reach = 1.96 * paired.std(ddof=1) / np.sqrt(400)
    assert (found.high - found.value)[1, 0] == pytest.approx(reach, rel=0.06)


def test_many_comparisons_are_wider_than_one():
    values = np.random.default_rng(5).normal(size=(300, 21))
    [alone] = simultaneous_differences(resample_means(values[:, :2]), 2, baselines=[0])
    [together] = simultaneous_differences(resample_means(values), 21, baselines=[0])
    assert (together.high - together.low)[1, 0] > 1.2 * (alone.high - alone.low)[1, 0]


def test_all_intervals_hold_at_once_as_often_as_promised():
    # nothing differs in truth: some interval misses 0 in about 5 % of samples
    generator = np.random.default_rng(11)
    missed = 0
    for seed in range(200):
        resampled = resample_means(
            generator.normal(size=(150, 8)), resamples=300, random_state=seed
        )
        [found] = simultaneous_differences(resampled, 8, baselines=[0])
        missed += bool((found.low[1:] > 0).any() or (found.high[1:] < 0).any())
    assert 2 <= missed <= 22  # 10 expected


def test_metrics_of_one_recommender_are_families_of_their_own(values):
    # two recommenders with two metrics each: the second metric changes nothing for the first
    [both] = simultaneous_differences(resample_means(values), recommenders=2, baselines=[0])
    [first] = simultaneous_differences(resample_means(values[:, [0, 2]]), 2, baselines=[0])
    np.testing.assert_allclose(both.low[:, 0], first.low[:, 0])


def test_a_family_holds_at_once_over_its_metrics_and_baselines():
    # nothing differs in truth: of 3 metrics against 2 baselines some interval misses 0 in about 5 %
    generator = np.random.default_rng(12)
    missed = 0
    for seed in range(200):
        resampled = resample_means(
            generator.normal(size=(150, 4 * 3)), resamples=300, random_state=seed
        )
        found = simultaneous_differences(resampled, 4, [0, 1], np.zeros(3, int))
        missed += any((one.low > 0).any() or (one.high < 0).any() for one in found)
    assert 2 <= missed <= 22  # 10 expected


def test_more_baselines_and_metrics_of_a_family_widen_its_intervals():
    values = np.random.default_rng(6).normal(size=(300, 6 * 2))
    resampled = resample_means(values)
    [alone] = simultaneous_differences(resampled, 6, [0], np.array([0, 1]))
    [family] = simultaneous_differences(resampled, 6, [0], np.array([0, 0]))
    first, second = simultaneous_differences(resampled, 6, [0, 1], np.array([0, 0]))
    widths = [(found.high - found.low)[2:, 0] for found in (alone, family, first)]
    assert (widths[0] < widths[1]).all()
    assert (widths[1] < widths[2]).all()
    np.testing.assert_allclose(first.value[1], -second.value[0])
    np.testing.assert_allclose(first.low[1], -second.high[0])


def test_a_customer_is_drawn_with_all_its_rows():
    values = np.array([[1.0], [1.0], [0.0], [1.0]])
    resampled = resample_means(values, np.array([0, 0, 1, 2]), resamples=2000)
    assert resampled.value[0] == 3 / 4
    # 0 twice and 1 once: (2 * 2 + 0) / (2 * 2 + 1); no resample splits customer 0
    possible = {(2 * a + c) / (2 * a + b + c) for a, b, c in _counts_of_three()}
    assert {round(draw, 9) for draw in resampled.draws[:, 0]} == {round(p, 9) for p in possible}


def _counts_of_three() -> list[tuple[int, int, int]]:
    return [(a, b, 3 - a - b) for a in range(4) for b in range(4 - a)]


def test_rows_without_a_value_are_left_out():
    values = np.array([[1.0, np.nan], [3.0, 4.0], [np.nan, 6.0]])
    assert resample_means(values).value.tolist() == [2.0, 5.0]


def test_the_same_seed_gives_the_same_draws(values):
    first, second = (resample_means(values, random_state=3) for _ in range(2))
    np.testing.assert_array_equal(first.draws, second.draws)


def test_one_customer_has_intervals_of_no_width():
    [found] = simultaneous_differences(resample_means(np.array([[0.2, 0.5]])), 2, baselines=[0])
    assert found.low[1, 0] == found.high[1, 0] == pytest.approx(0.3)


def test_wrong_parameters_are_refused(values):
    with pytest.raises(InvalidParameterError, match=r"confidence is 1\.5"):
        intervals(resample_means(values), confidence=1.5)
    with pytest.raises(InvalidParameterError, match="resamples is 1"):
        resample_means(values, resamples=1)
