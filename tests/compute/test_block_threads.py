"""Blocks come in order, errors as raised, and linear algebra gets its threads back."""

import threading

import numba
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from recsys.compute.block_threads import map_blocks


@pytest.fixture(autouse=True)
def two_threads():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one core")
    before = numba.get_num_threads()
    numba.set_num_threads(2)
    np.ones((2, 2)) @ np.ones((2, 2))
    if blas_threads() == {1}:
        pytest.skip("linear algebra has one thread in any case")
    yield
    numba.set_num_threads(before)


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_results_come_in_order_from_two_threads_with_one_of_linear_algebra_each():
    both = threading.Barrier(2, timeout=60)

    def work(number: int) -> tuple[int, set[int], str]:
        both.wait()  # passes only where two are at work
        return number, blas_threads(), threading.current_thread().name

    found = list(map_blocks(work, range(6)))
    assert [number for number, *_ in found] == list(range(6))
    assert all(threads == {1} for _, threads, _ in found)
    assert len({name for *_, name in found}) == 2
    assert 1 not in blas_threads()


def test_an_error_and_a_reader_who_leaves_give_the_threads_back():
    def work(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        list(map_blocks(work, [1, 1, 0, 1]))
    assert 1 not in blas_threads()
    left = map_blocks(work, [1] * 10)
    assert next(left) == 1
    assert blas_threads() == {1}
    left.close()
    assert 1 not in blas_threads()


def test_of_two_at_once_the_last_gives_the_threads_back():
    first, second = (map_blocks(float, range(10)) for _ in range(2))
    next(first), next(second)
    first.close()
    assert blas_threads() == {1}
    assert list(second) == [float(number) for number in range(1, 10)]
    assert 1 not in blas_threads()


def test_blocks_are_taken_as_they_are_needed():
    taken = []

    def blocks():
        for number in range(100):
            taken.append(number)
            yield number

    found = map_blocks(float, blocks())
    assert next(found) == 0
    assert len(taken) == 3  # one that is done and two under way
    assert list(found) == list(range(1, 100))


def test_of_no_blocks_there_are_no_results():
    assert list(map_blocks(float, iter([]))) == []
