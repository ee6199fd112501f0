"""How inner loops are compiled."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import numba

_one_at_a_time = Lock()  # one of numba's threading layers aborts when entered by two threads


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for one core, to be called from other compiled functions."""
    return _compile(function, nogil=True)


def compiled_for_all_cores(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile so that `numba.prange` uses all cores; threads take turns in such functions."""
    inner = _compile(function, nogil=True, parallel=True)

    def locked(*arguments: Any) -> Any:
        with _one_at_a_time:
            return inner(*arguments)

    return locked


def _compile(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Keep the result on disk if there is a directory to write to."""
    options |= {"error_model": "numpy"}
    try:
        done: Callable[..., Any] = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's directory nor the user's cache is writable
        done = numba.njit(**options)(function)
    return done
