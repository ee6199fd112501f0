"""NumPy's numbers are numbers; truth values and texts aren't."""

import numpy as np
import pytest

from recsys.errors import InvalidParameterError
from recsys.recommenders.als import ALS
from recsys.recommenders.ease import EASE


def test_numbers_of_numpy_are_numbers():
    assert ALS(n_factors=np.int64(8)).n_factors == 8
    assert EASE(regularization=np.float32(0.5)).regularization == 0.5


@pytest.mark.parametrize("value", [True, np.True_, "8", 8.0, np.float64(8), None])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(InvalidParameterError, match=r"n_factors is .*; use a whole number"):
        ALS(n_factors=value)


@pytest.mark.parametrize("value", [True, np.True_, "8", None, np.nan, np.float32(-1)])
def test_what_is_no_number_in_the_range_is_refused(value):
    with pytest.raises(InvalidParameterError, match=r"regularization is .*; use a number"):
        EASE(regularization=value)
