"""How many threads native libraries have: BLAS those of the process, OpenMP those of a thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

_lock = Lock()
_under_way = 0
_keeper: ThreadPoolExecutor | None = None
"""Sets the limit of BLAS and takes it back: both have to be done by the same thread."""
_limit: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread until the last one who asked for it is done.

    Sums come out the same then, to the last digit, whatever the number of cores.

    The limit is the process's: of two that each set and restored it, the first to end would end the
    other's. Since 3.8 threadpoolctl heeds but the thread that set a limit first, until that thread
    restores it or ends; so a thread of its own does both, whoever comes first and goes last.
    """
    global _under_way, _keeper, _limit  # noqa: PLW0603 - the process has one number of threads
    # scipy brings a BLAS of its own: loaded while a limit holds, it would have none
    import scipy.linalg  # noqa: F401, PLC0415
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415 - only where models are fitted

    with _lock:
        if not _under_way:
            _keeper = ThreadPoolExecutor(1, thread_name_prefix="blas-limit")
            blas = ThreadpoolController().select(user_api="blas")
            _limit = _keeper.submit(blas.limit, limits=1).result()
        _under_way += 1
    try:
        yield
    finally:
        with _lock:
            _under_way -= 1
            if not _under_way and _keeper is not None:
                _keeper.submit(_limit.restore_original_limits).result()
                _keeper.shutdown()
                _keeper = None


@contextmanager
def one_openmp_thread() -> Iterator[None]:
    """Limit OpenMP to one thread for what the calling thread does, and nothing else.

    `threadpool_limits(1, "openmp")` would put BLAS back as well when it ends.
    """
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415 - only where models are fitted

    with ThreadpoolController().select(user_api="openmp").limit(limits=1):
        yield
