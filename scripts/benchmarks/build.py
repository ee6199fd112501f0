"""How long the default build takes, and how much memory."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.builds import run_build

MOST_SECONDS = 300
MOST_GIBIBYTES = 6


def main(numbers: list[int]) -> None:
    """Time and peak memory of the default build (3 runs, or as many as given)."""
    [runs] = numbers or [3]
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, runs + 1):
            taken.append(run_build(Path(folder) / f"run_{number}.duckdb"))
            last = taken[-1]
            print(f"run {number}: {last.seconds:.0f} s, peak {last.peak_bytes / 2**30:.2f} GiB")
    seconds = statistics.median(t.seconds for t in taken)
    peak = max(t.peak_bytes for t in taken) / 2**30
    print(
        f"median {seconds:.0f} s (target: at most {MOST_SECONDS} s), "
        f"highest peak {peak:.2f} GiB (at most {MOST_GIBIBYTES} GiB)"
    )
    print("longest models of the last run (two run at a time):")
    for step_seconds, name in taken[-1].steps[:8]:
        print(f"  {step_seconds:6.1f} s  {name}")
    if seconds > MOST_SECONDS or peak > MOST_GIBIBYTES:
        raise SystemExit("missed: the default build takes more than it should")
