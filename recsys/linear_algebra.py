"""How many threads the linear algebra library has: one for all of the process, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_lock = Lock()
_limits: list[Any] = []
"""Of those under way and those who ended before them, in the order in which they were set."""
_under_way = 0


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit BLAS to one thread until the last one who asked for it is done.

    The limit is the process's: of two that each set and restored it, the first to end would end the
    other's, and the last would restore what the first had set.
    """
    # scipy brings a BLAS of its own: loaded while a limit holds, it would have none
    import scipy.linalg  # noqa: F401, PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only where models are fitted

    global _under_way  # noqa: PLW0603 - the process has one number of threads
    with _lock:
        _under_way += 1
        _limits.append(threadpool_limits(1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            _under_way -= 1
            while not _under_way and _limits:
                _limits.pop().restore_original_limits()
