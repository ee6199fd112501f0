"""An export that is killed at any moment, and two at once: a manifest never lies."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import duckdb
import pytest

from recsys.errors import RecsysError
from recsys.export import FORMATS, export, folder
from recsys.reading.warehouse import Warehouse

TABLES = ["champions", "model_metrics", "recommendations"]
"""Each has a column run_id."""


class KilledError(BaseException):
    """Stands for a process that ends at once."""


@pytest.fixture
def later(built, tmp_path) -> Path:
    """Return the database of the next run."""
    path = tmp_path / "later.duckdb"
    path.write_bytes(built.read_bytes())
    with duckdb.connect(path) as writer:
        for table in [*TABLES, "run_history"]:
            writer.execute(f"update marts.{table} set run_id = 'run-3' where run_id = 'run-2'")  # noqa: S608
    return path


def runs_of_files(to: Path) -> dict[str, set[str]]:
    found = {}
    for path in to.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = {row["run_id"] for row in csv.DictReader(file)}
    return found


def manifest_of(to: Path) -> dict | None:
    path = to / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else None


@pytest.mark.parametrize("first", [True, False])
def test_a_kill_at_any_moment_is_seen_and_put_right(built, later, tmp_path, monkeypatch, first):
    """Stop before each change to the folder in turn, and clean nothing up, as after kill -9."""
    moment = stopped = 0
    while True:
        to = tmp_path / f"out {moment}"
        if not first:
            with Warehouse(built) as warehouse:
                export(warehouse, to, "csv", TABLES)
        with Warehouse(later) as warehouse, monkeypatch.context() as patch:
            work = partial(export, warehouse, to, "csv", TABLES[:2])
            if not kill_at(moment, patch, work):
                break
        stopped += 1
        manifest = manifest_of(to)
        if manifest is not None:  # what it lists is there, and all that is there is of its run
            runs = runs_of_files(to)
            assert {done["file"] for done in manifest["tables"]} == set(runs)
            assert set().union(*runs.values()) == {manifest["run_id"]}
        with Warehouse(later) as warehouse:
            export(warehouse, to, "csv", TABLES[:1])
        assert sorted(path.name for path in to.iterdir()) in (
            ["champions.csv", "manifest.json"],
            ["champions.csv", "manifest.json", "model_metrics.csv"],  # all but the end was done
        )
        assert set().union(*runs_of_files(to).values()) == {"run-3"}
        assert {done["file"] for done in manifest_of(to)["tables"]} == set(runs_of_files(to))
        moment += 1
    assert stopped >= 5


def kill_at(moment: int, patch: pytest.MonkeyPatch, work) -> bool:
    """Do the work until its n-th change; tell whether it was stopped."""
    left = [moment]

    def counted(whole):
        def change(*arguments, **named):
            if left[0] == 0:
                raise KilledError
            left[0] -= 1
            return whole(*arguments, **named)

        return change

    patch.setattr(folder, "_put_away", lambda work, lock, is_whole: os.close(lock))
    for name in ("replace", "unlink"):
        patch.setattr(Path, name, counted(getattr(Path, name)))
    try:
        work()
    except KilledError:
        return True
    return False


KILLED = """
import os, signal, sys
from pathlib import Path
from recsys.export import export
from recsys.reading.warehouse import Warehouse
whole = Path.replace
def replace(path, target):
    if path.name == "model_metrics.csv":
        os.kill(os.getpid(), getattr(signal, sys.argv[3]))
    return whole(path, target)
Path.replace = replace
with Warehouse(sys.argv[1]) as warehouse:
    export(warehouse, Path(sys.argv[2]), "csv", ["champions", "model_metrics"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_killed_process_leaves_nothing_for_ever(built, later, tmp_path):
    to = tmp_path / "out"
    (to / ".unfinished-x1").mkdir(parents=True)  # of an earlier version
    with Warehouse(built) as warehouse:
        export(warehouse, to, "csv", TABLES)
    assert sorted(path.name for path in to.glob(".*")) == []
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", KILLED, str(later), str(to), "SIGKILL"], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert manifest_of(to) is None
    with Warehouse(built) as warehouse:  # back to the run before
        export(warehouse, to, "csv", ["recommendations"])
    assert sorted(path.name for path in to.iterdir()) == ["manifest.json", "recommendations.csv"]


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from recsys.export import export, workbook
from recsys.export.tables import Table
from recsys.reading.warehouse import Warehouse

query, texts = Table.query, []
def killed(table, *rest):
    if table.name == "recommendations" and sys.argv[3] != "xlsx":
        os.kill(os.getpid(), signal.SIGKILL)
    return query(table, *rest)
Table.query = killed
write = workbook.write_text
def written(*arguments):
    texts.append(arguments)
    if len(texts) > 200:
        os.kill(os.getpid(), signal.SIGKILL)
    write(*arguments)
workbook.write_text = written
with Warehouse(sys.argv[1]) as warehouse:
    export(warehouse, Path(sys.argv[2]), sys.argv[3], ["champions", "recommendations"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_process_killed_while_it_writes_changes_nothing(built, later, tmp_path, file_format):
    if file_format == "hyper":
        pytest.importorskip("pantab", reason="pantab writes Hyper files")
    to = tmp_path / "out"
    with Warehouse(built) as warehouse:
        export(warehouse, to, file_format, ["champions", "recommendations"])
    before = {path.name: path.read_bytes() for path in to.iterdir()}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", KILLED_WHILE_WRITING, str(later), str(to), file_format], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert {path.name: path.read_bytes() for path in to.iterdir() if path.is_file()} == before
    left = [path for path in (to / ".unfinished" / "new").iterdir() if path.stat().st_size]
    assert left  # it had begun
    with Warehouse(later) as warehouse:
        export(warehouse, to, file_format, ["champions", "recommendations"])
    assert {path.name for path in to.iterdir()} == set(before)
    assert manifest_of(to)["run_id"] == "run-3"


def test_two_exports_to_one_folder_take_turns(built, later, tmp_path):
    to = tmp_path / "out"
    to.mkdir()
    failed = []

    def write(path: Path) -> None:
        try:
            with Warehouse(path) as warehouse:
                for _ in range(3):
                    export(warehouse, to, "csv", TABLES)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=write, args=[path]) for path in (built, later)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.01)
    assert failed == []
    assert set().union(*runs_of_files(to).values()) == {manifest_of(to)["run_id"]}
    assert len(list(to.iterdir())) == len(TABLES) + 1


def test_who_waits_too_long_is_refused(built, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "PATIENCE_SECONDS", 0.1)
    to = tmp_path / "out"
    to.mkdir()
    with (
        folder.unfinished_folder(to),
        Warehouse(built) as warehouse,
        pytest.raises(RecsysError, match=r"another export writes to .*out"),
    ):
        export(warehouse, to, "csv", TABLES)
    with Warehouse(built) as warehouse:
        assert len(export(warehouse, to, "csv", TABLES)) == 3
