"""Blocks of one large computation, a thread to each, all cores busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

from recsys.compute.native_threads import one_blas_thread

Block = TypeVar("Block")
Result = TypeVar("Result")


def thread_count() -> int:
    """Return how many blocks are worked on at once: numba's threads, NUMBA_NUM_THREADS or cores."""
    import numba  # noqa: PLC0415 - takes long to import

    threads: int = numba.get_num_threads()
    return threads


def map_blocks(work: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
    """Yield what `work` makes of each block, in their order, `thread_count()` at a time.

    Meanwhile linear algebra has one thread per block: its own threads, which wait busily for the
    next product, would keep the others from a core each time that work goes on elsewhere. At most
    one result per thread is kept until it is asked for, and blocks are taken as they are needed, by
    the thread that asks.

    >>> list(map_blocks(len, ["ab", "c", ""]))
    [2, 1, 0]
    """
    waiting = iter(blocks)
    first = list(islice(waiting, thread_count()))
    threads, blocks = len(first), chain(first, waiting)
    if threads <= 1:
        yield from map(work, blocks)
        return
    under_way: deque[Future[Result]] = deque()
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        for block in blocks:
            under_way.append(pool.submit(work, block))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
