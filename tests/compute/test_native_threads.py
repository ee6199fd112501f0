"""Limits hold until the last who asked is done, whichever threads they are in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import scipy.linalg  # noqa: F401 - the BLAS it brings is one of those limited
import sklearn.ensemble  # noqa: F401 - brings OpenMP
from threadpoolctl import threadpool_info

from recsys.compute.native_threads import one_blas_thread, one_openmp_thread


def threads_of(user_api: str) -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == user_api}


@pytest.fixture(autouse=True)
def several():
    if 1 in threads_of("blas"):
        pytest.skip("linear algebra has one thread in any case")
    yield
    assert 1 not in threads_of("blas")


def test_the_first_to_come_may_go_first_and_its_thread_may_end():
    first, second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    firsts, seconds = ExitStack(), ExitStack()
    first.submit(firsts.enter_context, one_blas_thread()).result()
    second.submit(seconds.enter_context, one_blas_thread()).result()
    first.submit(firsts.close).result()
    first.shutdown()
    assert threads_of("blas") == {1}
    second.submit(seconds.close).result()
    assert 1 not in threads_of("blas")
    with one_blas_thread():  # by a third thread, with those of before at rest or gone
        assert threads_of("blas") == {1}
    second.shutdown()


def test_openmp_is_limited_for_its_own_thread_and_leaves_blas_alone():
    found = {}

    def other() -> None:
        found["openmp"] = threads_of("openmp")

    with one_blas_thread():
        with one_openmp_thread():
            assert threads_of("openmp") == {1}
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        assert threads_of("blas") == {1}
    assert 1 not in found["openmp"]
    assert 1 not in threads_of("openmp")
