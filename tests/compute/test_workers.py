"""What runs without workers has as many threads as it would have in one."""

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
