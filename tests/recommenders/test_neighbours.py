"""The compiled walk over neighbours: without a cache directory, and entered by several threads."""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
from scipy import sparse

from recsys.compute.compiled import compiled_for_all_cores
from recsys.recommenders import neighbours


def test_compiles_where_no_directory_can_be_written(monkeypatch):
    compile_for_good = numba.njit

    def refuse_to_cache(*, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return compile_for_good(**options)

    def double(numbers):
        for row in numba.prange(len(numbers)):
            numbers[row] *= 2
        return numbers

    with monkeypatch.context() as patched:
        patched.setattr(numba, "njit", refuse_to_cache)
        doubled = compiled_for_all_cores(double)
    assert doubled(np.array([21.0])) == 42.0


def test_two_threads_at_once_get_the_same_as_one():
    random = np.random.default_rng(0)
    similarities = random.random((200, 200))
    ratings = sparse.csr_array(random.integers(0, 6, (200, 50)).astype(float))

    def means(_):
        order = neighbours.nearest_first(similarities)
        return neighbours.neighbour_means(
            similarities, order, np.arange(200), ratings, k=9, min_k=2, otherwise=3.0
        )

    alone = means(0)
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(means, range(8)):
            np.testing.assert_array_equal(together, alone)
