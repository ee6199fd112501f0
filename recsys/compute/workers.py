"""Worker processes that all recommenders of a build share, so that two can fit at once.

Surprise holds Python's global lock while it fits: threads alone would use one core.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

import joblib  # noqa: F401 - before its parts: threads importing them in two orders break it
from joblib.externals.loky import get_reusable_executor

from recsys.compute.native_threads import one_openmp_thread
from recsys.compute.orphans import end_with
from recsys.errors import WORKER_DIED, InvalidParameterError, RecsysError

Result = TypeVar("Result")

# a worker that has grown or waited long is replaced, and nothing is lost: nobody has to know
warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given")

ONE_THREAD_EACH = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RECSYS_JOBS": "1",
}
"""With a worker per core, threads or workers of its own would only get in each other's way."""

QUIET_TRACKER = "ignore:resource_tracker:UserWarning"


def worker_count() -> int:
    """Return how many processes to use: `RECSYS_JOBS`, or the number of cores up to 2.

    0 and 1 mean none: everything runs in this process.
    """
    wanted = os.environ.get("RECSYS_JOBS", "")
    if not wanted:
        return min(2, _cores())
    if not wanted.isascii() or not wanted.isdigit():
        raise InvalidParameterError(
            f"RECSYS_JOBS is {wanted!r}; use a whole number of processes, 0 or 1 for none"
        )
    return int(wanted)


def submit(function: Callable[..., Result], *arguments: Any) -> Future[Result]:
    """Start `function` in a worker and return its future; pass that to `result_of`.

    Without workers it runs here, before this returns, with one thread of OpenMP as in a worker:
    several that share a core with other work wait for each other most of the time. Arguments and
    result are pickled.
    """
    if worker_count() <= 1:
        done: Future[Result] = Future()
        try:
            with one_openmp_thread():
                done.set_result(function(*arguments))
        except Exception as error:
            done.set_exception(error)
        return done
    with _death_explained():
        return _in_keeper(partial(_submit, function, *arguments))


def _submit(function: Callable[..., Result], *arguments: Any) -> Future[Result]:
    with _quiet_tracker():
        executor = get_reusable_executor(
            worker_count(),
            timeout=180,
            env=ONE_THREAD_EACH,
            initializer=end_with,
            initargs=(os.getpid(),),
        )
        _used.append(executor)
        started: Future[Result] = executor.submit(function, *arguments)
    return started


@contextmanager
def _quiet_tracker() -> Iterator[None]:
    """Let the process that removes semaphores after a killed build do so without a warning.

    By Python's options, which processes are started with. The environment must stay as it is: dbt
    reads all of it whenever it logs, from other threads, and fails if a variable is gone meanwhile.
    """
    sys.warnoptions.append(QUIET_TRACKER)
    try:
        yield
    finally:
        sys.warnoptions.remove(QUIET_TRACKER)


_used: deque[Any] = deque(maxlen=1)


def stop() -> None:
    """End the workers at once, with what they compute."""
    for executor in _used:
        executor.shutdown(wait=False, kill_workers=True)


_calls: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()


@cache
def _keeper() -> threading.Thread:
    thread = threading.Thread(target=_keep, name="recsys-workers", daemon=True)
    thread.start()
    return thread


def _keep() -> None:
    while True:
        call, done = _calls.get()
        try:
            done.set_result(call())
        except BaseException as error:
            done.set_exception(error)


def _in_keeper(call: Callable[[], Result]) -> Result:
    """Call in the one thread that starts workers, and that lives as long as this process.

    Workers end with the thread that started them (`recsys.compute.orphans`); dbt's threads end
    before.
    """
    _keeper()
    done: Future[Result] = Future()
    _calls.put((call, done))
    return done.result()


def result_of(future: Future[Result]) -> Result:
    """Wait for a submitted function; raises what it raised, or RecsysError if its process died."""
    with _death_explained():
        return future.result()


@contextmanager
def _death_explained() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise RecsysError(
            f"{WORKER_DIED}, most likely because memory ran out; set the environment "
            "variable RECSYS_JOBS=1 to fit one recommender at a time, or make the catalogue "
            "smaller (min_customers_per_product)"
        ) from error


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
