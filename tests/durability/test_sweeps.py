"""The sweeps of `sweeps.py`, with fewer attempts; docs/publishing.md has the whole ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SWEEPS = Path(__file__).with_name("sweeps.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks processes and mounts disks"),
]


def swept(*arguments: str) -> dict[str, int]:
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(SWEEPS), *arguments], capture_output=True, text=True, check=False
    )
    if "may not mount" in ran.stderr:
        pytest.skip("this user may not mount a tmpfs")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts: dict[str, int] = json.loads(ran.stdout.splitlines()[-1])
    assert not [what for what in counts if what.startswith("WRONG")], ran.stdout
    return counts


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root mounts")
def test_a_full_disk_is_never_a_success_and_loses_nothing():
    counts = swept("disk", "--sizes", "10")
    assert set(counts) == {"built", "refused"}, "a refusal names the disk"


def test_killed_builds_tear_no_file_and_leave_no_process():
    swept("kills", "--kill", "10", "--terminate", "5")


def test_of_two_writers_nobody_s_result_is_lost():
    swept("writers", "--rounds", "1")
