"""Blocks of one large computation, a thread to each, all cores busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

Block = TypeVar("Block")
Result = TypeVar("Result")

_lock = Lock()
_limits: list[Any] = []
"""What ends the limit, one per computation under way; only the first one's says anything."""


def thread_count() -> int:
    """Return how many blocks are worked on at once: numba's threads, NUMBA_NUM_THREADS or cores."""
    import numba  # noqa: PLC0415 - takes long to import

    threads: int = numba.get_num_threads()
    return threads


def map_blocks(work: Callable[[Block], Result], blocks: Sequence[Block]) -> Iterator[Result]:
    """Yield what `work` makes of each block, in their order, `thread_count()` at a time.

    Meanwhile linear algebra has one thread per block: its own threads, which wait busily for the
    next product, would keep the others from a core each time that work goes on elsewhere. At most
    one result per thread is kept until it is asked for.

    >>> list(map_blocks(len, ["ab", "c", ""]))
    [2, 1, 0]
    """
    threads = min(thread_count(), len(blocks))
    if threads <= 1:
        yield from map(work, blocks)
        return
    under_way: deque[Future[Result]] = deque()
    with _one_thread_each(), ThreadPoolExecutor(threads) as pool:
        for block in blocks:
            under_way.append(pool.submit(work, block))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Limit linear algebra in this process until the last one who asked for it is done."""
    with _lock:
        _limits.append(threadpool_limits(1, user_api="blas") if not _limits else None)
    try:
        yield
    finally:
        with _lock:
            ended = _limits.pop() if len(_limits) > 1 else _limits.pop(0)
            if ended is not None:
                ended.restore_original_limits()
