"""What becomes of a database when the disk fills up, when builds are killed and when others write.

    python tests/durability/sweeps.py disk --sizes 40
    python tests/durability/sweeps.py kills --kill 50 --terminate 20
    python tests/durability/sweeps.py writers --rounds 3

Prints a line of JSON per attempt and one of the counts. Linux only; `disk` needs to mount a tmpfs.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement
from pathlib import Path

import psutil
from attempts import Attempt, disk, is_there, is_whole, logs_beside, start
from small_project import write_project

MIB = 2**20


class Bench:
    """Folders for a sweep, and a database that was built before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = write_project(folder / "project")
        self.outputs = folder / "outputs"
        self.outputs.mkdir()
        self.built = folder / "built" / "shop.duckdb"
        self.built.parent.mkdir()
        self.start("build", "first", self.built).wait()
        self.labels = 0

    def start(self, kind: str, label: str, database: Path) -> Attempt:
        return start(kind, label, database, self.project, self.outputs)

    def label(self) -> str:
        self.labels += 1
        return f"run-{self.labels}"

    def place(self, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder


def judged(attempt: Attempt, before: bytes | None) -> str:
    """Return what came of an attempt to build: `built`, `refused`, or what is wrong."""
    code, database = attempt.wait(), attempt.database
    if "Traceback" in attempt.said:
        return "WRONG: traceback"
    if code == 0:
        return _judged_success(attempt)
    if not database.exists():
        return "refused" if before is None else "WRONG: the database is gone"
    if before is None:
        return "WRONG: a file was left where there was none"
    if logs_beside(database) or database.read_bytes() != before:
        return "WRONG: the database was changed"
    return "refused"


def _judged_success(attempt: Attempt) -> str:
    if logs_beside(attempt.database):
        return "WRONG: ended with 0 and left a log"
    is_right = is_there(attempt) and is_whole(attempt.database)
    return "built" if is_right else "WRONG: false success"


def disk_sweep(bench: Bench, sizes: int) -> Iterator[dict]:
    """Build on disks from nothing to enough, for the first time and over an old file."""
    old = bench.built.read_bytes()
    most = 5 * len(old)
    for is_first in (True, False):
        for step in range(sizes):
            room = (step + 1) * most // sizes
            if not is_first and room <= len(old):
                room = len(old) + (step + 1) * MIB // sizes  # full to the last byte at first
            with disk(bench.folder / "disk", room) as place:
                database = place / "shop.duckdb"
                if not is_first:
                    database.write_bytes(old)
                attempt = bench.start("build", bench.label(), database)
                what = judged(attempt, None if is_first else old)
                if what == "refused" and "free on the disk" not in attempt.said:
                    what = "unclear"
                said = "" if what == "built" else attempt.said[-600:]
                yield {"first": is_first, "room": room, "what": what, "said": said}


def kill_sweep(bench: Bench, kills: int, terminations: int) -> Iterator[dict]:
    """Kill builds at any moment, half of them while they publish; the next build tidies up."""
    chance = random.Random(0)  # noqa: S311
    started = time.monotonic()
    bench.start("build", bench.label(), bench.place("timed") / "shop.duckdb").wait()
    takes = time.monotonic() - started
    signals = [signal.SIGKILL] * kills + [signal.SIGTERM] * terminations
    number = 0
    while number < len(signals):
        place = bench.place("killed")
        database = place / "shop.duckdb"
        is_first = number % 4 >= 2
        if not is_first:
            shutil.copy(bench.built, database)
        before = None if is_first else database.read_bytes()
        started = time.monotonic()
        attempt = bench.start("build", bench.label(), database)
        if number % 2:
            fresh = place / ".recsys" / "shop" / "building" / "published.duckdb"
            while not fresh.exists() and attempt.is_running():
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.5))
        else:
            time.sleep(takes * chance.random())
        if not attempt.is_running():
            takes = min(takes, time.monotonic() - started)
            continue  # it was quicker: another one is killed
        family = psutil.Process(attempt.pid).children(recursive=True)
        attempt.send(signals[number])
        what = _judged_killed(attempt, before)
        _, alive = psutil.wait_procs(family, timeout=5)
        if alive:
            what = f"WRONG: {len(alive)} processes left"
        if number % 10 == 1 and not what.startswith("WRONG"):
            following = bench.start("build", bench.label(), database)
            again = judged(following, database.read_bytes() if database.exists() else None)
            left = [path for path in place.rglob("*.duckdb*") if path.parent != place]
            if again != "built" or [path for path in left if path.name != "lock.duckdb"]:
                what = f"WRONG: the next build: {again}, left {left}"
        after = round(time.monotonic() - started, 2)
        yield {"signal": signals[number].name, "after": after, "first": is_first, "what": what}
        number += 1


def _judged_killed(attempt: Attempt, before: bytes | None) -> str:
    """Return `as it was`, `published` if it was killed later than that, or what is wrong."""
    database = attempt.database
    if attempt.wait() == 0:
        return judged(attempt, before)
    now = database.read_bytes() if database.exists() else None
    if logs_beside(database):
        return "WRONG: a log was left"
    if now == before:
        return "as it was"
    if now is None:
        return "WRONG: gone"
    return "published" if is_there(attempt) and is_whole(database) else "WRONG: torn"


def writer_sweep(bench: Bench, rounds: int) -> Iterator[dict]:
    """Let two write to one file at once, by one name of it or two."""
    chance = random.Random(1)  # noqa: S311
    for kinds in combinations_with_replacement(("build", "tune", "dbt"), 2):
        for names in ("same", "symbolic link", "hard link", "no file yet"):
            if names == "no file yet" and "tune" in kinds:
                continue
            for _ in range(rounds):
                place = bench.place("shared")
                database = place / "shop.duckdb"
                other = database
                if names != "no file yet":
                    shutil.copy(bench.built, database)
                if names == "symbolic link":
                    other = place / "link.duckdb"
                    other.symlink_to(database)
                if names == "hard link":
                    other = place / "hard.duckdb"
                    other.hardlink_to(database)
                order = chance.sample(kinds, 2)
                first = bench.start(order[0], bench.label(), database)
                time.sleep(chance.uniform(0, 2.5))
                second = bench.start(order[1], bench.label(), other)
                codes = first.wait(), second.wait()
                wrong = [
                    attempt.kind
                    for attempt in (first, second)
                    if attempt.code == 0 and not is_there(attempt)
                ]
                said = [a.said[-400:] for a in (first, second) if "Traceback" in a.said]
                what = f"WRONG: lost {wrong}" if wrong else "kept"
                if all(codes):
                    what = "both refused"
                yield {"writers": order, "names": names, "codes": codes, "what": what, "said": said}


def main() -> None:
    """Run a sweep; the exit code is 1 if anything went wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sweep", choices=("disk", "kills", "writers"))
    parser.add_argument("--sizes", type=int, default=40)
    parser.add_argument("--kill", type=int, default=50)
    parser.add_argument("--terminate", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        match given.sweep:
            case "disk":
                results = disk_sweep(bench, given.sizes)
            case "kills":
                results = kill_sweep(bench, given.kill, given.terminate)
            case _:
                results = writer_sweep(bench, given.rounds)
        counts: Counter[str] = Counter()
        for result in results:
            counts[result["what"]] += 1
            print(json.dumps(result), flush=True)
        print(json.dumps(counts))
    sys.exit(any(what.startswith("WRONG") for what in counts))


if __name__ == "__main__":
    main()
