"""A worker process ends when the process that started it does, whatever ended that."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

SECONDS_BETWEEN_LOOKS = 1.0
PR_SET_PDEATHSIG = 1  # of Linux's prctl


def end_with(parent: int) -> None:
    """End this process as soon as `parent`, which started it, has ended.

    Linux kills it at once, also while C code holds Python's global lock, as a fit of Surprise's
    does. The kernel takes the thread that started the process for its parent, so that thread has to
    live as long as the parent does. Elsewhere, and where Linux can't be told, a thread looks.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if sys.platform != "win32" and os.getppid() != parent:
        os._exit(1)  # it ended before it could be watched
    threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: int) -> None:
    if sys.platform == "win32":
        _wait_for_windows(parent)
    else:
        while os.getppid() == parent:  # an orphan gets another parent
            time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def _wait_for_windows(parent: int) -> None:
    if sys.platform == "win32":
        synchronize, infinite = 0x00100000, 0xFFFFFFFF
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, parent)
        if handle:
            ctypes.windll.kernel32.WaitForSingleObject(handle, infinite)
