"""Bins by quantile: numpy's own quantiles, ties, missing values, new values."""

import numpy as np

from recsys.trees.quantile_bins import MOST_BINS, QuantileBins


def test_bins_hold_equal_numbers_of_rows():
    values = np.random.default_rng(0).normal(size=(MOST_BINS * 40, 1))
    found = QuantileBins.of(values).numbered(values).ravel()
    assert np.bincount(found.astype(int)).tolist() == [40] * MOST_BINS
    assert (np.diff(found[np.argsort(values.ravel())]) >= 0).all()


def test_few_values_keep_a_bin_each_whatever_their_number():
    values = np.repeat([[7.0], [1.0], [4.0]], [1, 900, 3], axis=0)
    found = QuantileBins.of(values).numbered(values).ravel()
    assert found.tolist() == [2.0] + [0.0] * 900 + [1.0] * 3


def test_what_is_missing_stays_missing_and_what_is_new_goes_to_the_nearest_bin():
    bins = QuantileBins.of(np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan]]))
    found = bins.numbered(np.array([[-9.0, 5.0], [1.5, np.nan], [99.0, 5.0], [np.nan, 0.0]]))
    np.testing.assert_array_equal(found, [[0, 0], [1, np.nan], [1, 0], [np.nan, 0]])


def test_no_rows_no_edges():
    bins = QuantileBins.of(np.empty((0, 2)))
    assert bins.numbered(np.array([[1.0, np.nan]])).tolist()[0][0] == 0
