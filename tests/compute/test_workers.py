"""What runs without workers has as many threads as it would have in one."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import sklearn.ensemble  # noqa: F401 - brings OpenMP
from threadpoolctl import threadpool_info, threadpool_limits

from recsys.compute import workers


def openmp_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "openmp"}


def test_without_workers_openmp_has_one_thread(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", "1")
    with threadpool_limits(3, "openmp"):
        assert workers.result_of(workers.submit(openmp_threads)) == {1}
        assert openmp_threads() == {3}


def test_starting_workers_leaves_the_environment_as_it_is(monkeypatch):
    """All of it is read by dbt, in other threads, and fails if a variable is gone meanwhile."""
    before, seen = dict(os.environ), []

    def executor(*arguments, **options):
        seen.append((dict(os.environ), list(sys.warnoptions)))
        return ThreadPoolExecutor(1)

    monkeypatch.setenv("RECSYS_JOBS", "2")
    monkeypatch.setattr(workers, "get_reusable_executor", executor)
    monkeypatch.setattr(workers, "_used", [])
    assert workers.result_of(workers.submit(abs, -1)) == 1
    [(environment, options)] = seen
    assert environment == before | {"RECSYS_JOBS": "2"}
    assert workers.QUIET_TRACKER in options
    assert workers.QUIET_TRACKER not in sys.warnoptions
