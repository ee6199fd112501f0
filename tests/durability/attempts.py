"""Runs writers of a database as processes of their own, quickly: what they import is shared.

Linux only: processes are forked from one that has imported dbt.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dbt.adapters.duckdb
import dbt.cli.main
import duckdb

import recsys.pipeline.build
from recsys.cli import main
from recsys.tuning.database import trials_in
from recsys.tuning.trials import Metric, Outcome, State, Study, Trial

SHOP = Path(__file__).parents[1] / "tiny_shop" / "shop.yml"


@dataclass
class Attempt:
    """A process that writes to a database; `label` is what it leaves there."""

    kind: str
    label: str
    database: Path
    pid: int
    output: Path
    code: int | None = None

    def wait(self) -> int:
        """Return its exit code, negative for a signal."""
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def is_running(self) -> bool:
        """Tell whether it hasn't ended yet."""
        if self.code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is None

    def send(self, sent: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.is_running():
            os.kill(self.pid, sent)

    @property
    def said(self) -> str:
        """What it printed."""
        return self.output.read_text(encoding="utf-8", errors="replace")


def start(kind: str, label: str, database: Path, project: Path, outputs: Path) -> Attempt:
    """Start `build`, `dbt` (plain) or `tune` (the writing of trials) on a database."""
    output = outputs / f"{label}.txt"
    pid = os.fork()
    if pid == 0:
        with output.open("w") as opened:
            os.dup2(opened.fileno(), 1)
            os.dup2(opened.fileno(), 2)
        code = 1
        try:
            os.environ["SMALL_SHOP"] = str(SHOP)
            code = WRITERS[kind](label, database, project)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return Attempt(kind, label, database, pid, output)


def _build(label: str, database: Path, project: Path) -> int:
    recsys.pipeline.build.dbt_project_folder = lambda: project
    for name in ("recsys.pipeline.build", "recsys.cli.build"):
        sys.modules[name].refuse_settings = lambda *_: None  # type: ignore[attr-defined]
    sys.argv = ["recsys", "build", "--database", str(database), "--set", f"label={label}"]
    main()
    return 0


def _dbt(label: str, database: Path, project: Path) -> int:
    os.environ["RECSYS_DATABASE"] = str(database)
    work = project.parent / f"dbt-{label}"
    arguments = ["build", "--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    outcome = dbt.cli.main.dbtRunner().invoke([*arguments, "--vars", f"label: {label}"])
    return 0 if outcome.success else 1


def _tune(label: str, database: Path, project: Path) -> int:
    trials = trials_in(database)
    study = Study(
        study_id=label,
        recommender="ease",
        metric=Metric.ndcg,
        list_type="discover",
        k=10,
        folds=("2024-01-01",),
        known_until=datetime(2024, 1, 1),
    )
    outcome = Outcome(parameters={}, state=State.complete, value=0.5)
    for number in range(TRIALS):
        trials.append(Trial(study=study, number=number, outcome=outcome, run_id=label))
        time.sleep(0.01)
    return 0


TRIALS = 5
WRITERS: dict[str, Callable[[str, Path, Path], int]] = {
    "build": _build,
    "dbt": _dbt,
    "tune": _tune,
}


def is_there(attempt: Attempt) -> bool:
    """Tell whether the whole result of an attempt is in its database, by the name it used."""
    with duckdb.connect(attempt.database, read_only=True) as connection:
        if attempt.kind == "tune":
            found = connection.execute(
                "select count(*) from tuning.trials where study_id = ?", [attempt.label]
            ).fetchall()
            return found == [(TRIALS,)]
        found = connection.execute(
            "select count(*) from marts.run_history where run_id = ?", [attempt.label]
        ).fetchall()
        return found == [(1,)]


def is_whole(database: Path) -> bool:
    """Tell whether every table is of the last run: read from end to end, whatever its label."""
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(
            """
            with runs as (select run_id as label from marts.run_history order by rowid desc limit 1)
            select
                (select count(*) = 60000 and bool_and(note = md5(label || customer_id))
                    from marts.recommendations),
                (select count(*) = 100000 and bool_and(number = hash(product_id || label))
                    from marts.products)
            from runs
            """
        ).fetchall() == [(True, True)]


@contextlib.contextmanager
def disk(folder: Path, bytes_: int) -> Iterator[Path]:
    """Mount an empty disk of so many bytes for a block; OSError where that isn't allowed."""
    folder.mkdir(exist_ok=True)
    if os.system(f"mount -t tmpfs -o size={bytes_} tmpfs {folder} 2>/dev/null"):  # noqa: S605
        raise OSError("this user may not mount a tmpfs")
    try:
        yield folder
    finally:
        os.system(f"umount -l {folder}")  # noqa: S605


def logs_beside(database: Path) -> list[Path]:
    """Return what DuckDB left beside a database."""
    return list(database.parent.glob(f"{database.name}.*"))
