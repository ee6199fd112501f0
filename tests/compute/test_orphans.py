"""Workers end with the process that started them, whatever ended that."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

WORKING = """
import math, os, threading, time
os.environ["RECSYS_JOBS"] = "2"
from recsys.compute import workers

# dbt's threads ask for workers and end long before the build does
asks = threading.Thread(target=lambda: workers.result_of(workers.submit(time.sleep, 0)))
asks.start(), asks.join()
pids = {workers.result_of(workers.submit(os.getpid)) for _ in range(4)}
workers.submit(math.factorial, 3_000_000)  # C code that lets no other thread of Python run
print(*pids, flush=True)
time.sleep(600)
"""
WATCHING = """
import os, subprocess, sys, time
watch = f"from recsys.compute.orphans import _end_after; _end_after({os.getpid()})"
print(subprocess.Popen([sys.executable, "-c", watch]).pid, flush=True)
time.sleep(600)
"""


def is_over(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("program", [WORKING, WATCHING])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_is_left(program, how):
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().strip()
        started = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(how)
        parent.wait()
    assert started
    deadline = time.monotonic() + 60  # a wide one: it says that they end, not how fast
    while left := [process for process in started if not is_over(process)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
