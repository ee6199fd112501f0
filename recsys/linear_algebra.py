"""How many threads the linear algebra library has: one for all of the process, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_lock = Lock()
_limits: list[Any] = []
"""One per block of code under way; the first one knows what was before, the others are None."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit BLAS to one thread until the last one who asked for it is done.

    The limit is the process's: of two that each set and restored it, the first to end would end the
    other's, and the last would restore what the first had set.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only where models are fitted

    with _lock:
        _limits.append(None if _limits else threadpool_limits(1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            # all but the first are alike
            ended = _limits.pop()
            if ended is not None:
                ended.restore_original_limits()
