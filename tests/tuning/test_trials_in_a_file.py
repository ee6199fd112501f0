"""A trial that was kept is in the file; one that can't be kept is an error."""

import os
import re
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DatabaseError
from recsys.storage import opening
from recsys.tuning.database import trials_in
from recsys.tuning.trials import Metric, Outcome, State, Study, Trial

resource = pytest.importorskip("resource", reason="of POSIX limits")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="of limits and open files")

MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "create_tuning_trials.sql"
STUDY = Study(
    study_id="s1",
    recommender="ease",
    metric=Metric.ndcg,
    list_type="discover",
    k=10,
    folds=("2017-11-06",),
    known_until=datetime(2017, 12, 4),
)


def trial(number: int, message: str | None = None) -> Trial:
    outcome = Outcome(parameters={}, state=State.complete, value=0.5, message=message)
    return Trial(study=STUDY, number=number, outcome=outcome)


def numbers(database: Path) -> list[int]:
    with duckdb.connect(database, read_only=True) as connection:
        rows = connection.execute("select trial_number from tuning.trials order by all").fetchall()
    return [number for (number,) in rows]


def made(path: Path) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute(
            re.sub(r"\{[#%].*?[#%]\}", "", MACRO.read_text("utf-8"), flags=re.DOTALL)
        )
    return path


@pytest.fixture
def database(tmp_path):
    return made(tmp_path / "shop.duckdb")


def test_a_trial_is_in_the_file_itself_once_it_is_kept(database):
    trials_in(database).append(trial(0))
    assert [path.name for path in database.parent.iterdir()] == ["shop.duckdb"]
    assert numbers(database) == [0]


def test_a_trial_that_a_full_disk_doesn_t_take_is_an_error_and_the_others_stay(database):
    trials = trials_in(database)
    trials.append(trial(0))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (database.stat().st_size, before[1]))
    try:
        with pytest.raises(DatabaseError, match=r"can't be written to .*MiB are free on the disk"):
            trials.append(trial(1, os.urandom(2_000_000).hex()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert 0 in numbers(database)
    kept = len(numbers(database))
    trials.append(trial(100))
    assert numbers(database)[-1] == 100
    assert len(numbers(database)) == kept + 1


def test_a_trial_goes_into_the_file_that_a_build_has_just_put_there(
    database, tmp_path, monkeypatch
):
    """The build ends between our opening of the old file and our lock on it."""
    following = made(tmp_path / "next.duckdb")
    connect = duckdb.connect

    def connect_late(path, **how):
        opened = connect(path, **how)
        if following.exists():
            following.replace(database)
        return opened

    monkeypatch.setattr(opening.duckdb, "connect", connect_late)
    trials_in(database).append(trial(0))
    monkeypatch.undo()
    assert numbers(database) == [0]
