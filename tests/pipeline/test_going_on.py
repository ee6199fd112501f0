"""A build that was killed is gone on with: what it has made isn't made again, nor twice."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from recsys.errors import RecsysError
from recsys.pipeline import build as build_module
from recsys.pipeline.build import build
from recsys.pipeline.build_events import NodeFinished, NodeStarted, WentOn
from recsys.pipeline.build_failure import has_ended_early
from recsys.pipeline.fingerprint import Fingerprint
from recsys.pipeline.journal import Begun, Journal, Step
from recsys.pipeline.remains import remains_of
from recsys.serving.block_files import BlockFiles
from recsys.settings.project import dbt_project_folder
from recsys.storage.file_state import state_of
from recsys.storage.work_folder import serving_folder, unpublished, work_folder

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SHOP = Path(__file__).parents[1] / "tiny_shop" / "shop.yml"
MACROS = ("mark_finished", "run_columns", "is_complete_run", "generate_schema_name")
FILES = {
    "dbt_project.yml": """
name: small
version: "1.0.0"
profile: small
vars: {label: none}
models:
  small:
    +materialized: table
    +post-hook: "{{ mark_finished() }}"
    +schema: intermediate
    marts: {+schema: marts, +tags: [published]}
""",
    "profiles.yml": """
small:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{ env_var('RECSYS_DATABASE') }}"
      threads: 1
      plugins:
        - {module: recsys.dbt.plugin, config: {shop: "{{ env_var('RECSYS_SHOP') }}"}}
""",
    "models/int_first.sql": "select i as id, uuid()::varchar as drawn from range(100) as ids (i)",
    "models/int_second.py": """
def model(dbt, session):
    dbt.config(materialized="table")
    return dbt.ref("int_first")
""",
    "models/marts/lists.sql": "select * from {{ ref('int_second') }}",
    "models/marts/details.sql": """
{{ config(materialized='view') }}
select * from {{ ref('lists') }}
""",
    "models/marts/run_history.sql": """
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}
-- depends_on: {{ ref('details') }}
select
    {{ run_id() }} as run_id,
    {{ build_started_at() }} as started_at,
    {{ build_seconds() }} as seconds
where {{ is_complete_run() }}
""",
    "models/models.yml": """
models:
  - name: int_first
    columns: [{name: id, data_tests: [unique]}]
  - name: lists
    columns: [{name: id, data_tests: [not_null]}]
""",
}
CHILD = """
import os, signal, sys
from pathlib import Path
from recsys.pipeline import build as module
from recsys.pipeline.build_events import NodeFinished, NodeStarted
from recsys.pipeline.journal import Journal

project, shop, database, when, name = sys.argv[1:]
module.dbt_project_folder = lambda: Path(project)
module.refuse_settings = lambda *_: None
add = Journal.add

def kill_at(event_kind):
    def progress(event):
        if isinstance(event, event_kind) and event.name == name:
            os.kill(os.getpid(), signal.SIGKILL)
    return progress

def add_or_die(journal, step):
    if step.name == name:
        os.kill(os.getpid(), signal.SIGKILL)
    add(journal, step)

if when == "finished, not written down":
    Journal.add = add_or_die
kind = NodeStarted if when == "started" else NodeFinished
module.build(shop, Path(database), progress=kill_at(kind))
"""


class Small:
    """A dbt project of a few models, its shop and its database."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.shop = folder / "shop" / "shop.yml"
        self.database = folder / "work" / "shop.duckdb"
        self.database.parent.mkdir()
        shutil.copytree(SHOP.parent, self.shop.parent)
        real = dbt_project_folder() / "macros"
        macros = {f"macros/{name}.sql": (real / f"{name}.sql").read_text() for name in MACROS}
        for name, text in {**FILES, **macros}.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.project / name).parent.mkdir(parents=True, exist_ok=True)
        (self.project / name).write_text(text)

    def build(self, **options):
        """Build it; return the result and what was run."""
        events = []
        result = build(self.shop, self.database, progress=events.append, **options)
        self.went_on = [event for event in events if isinstance(event, WentOn)]
        self.ends = [event for event in events if isinstance(event, NodeFinished)]
        return result, [event.name for event in events if isinstance(event, NodeStarted)]

    def kill(self, when: str, name: str) -> None:
        """Let another process build it that is killed when a step has started or finished."""
        arguments = [self.project, self.shop, self.database, when, name]
        ran = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", CHILD, *map(str, arguments)],
            env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            check=False,
        )
        assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()

    def ask(self, sql: str, database: Path | None = None) -> list[tuple]:
        with duckdb.connect(database or self.database, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def drawn(self) -> list[tuple]:
        """Return what the killed build has drawn by chance."""
        return self.ask("from intermediate.int_first", unpublished(self.database))


@pytest.fixture
def small(tmp_path, monkeypatch):
    made = Small(tmp_path)
    monkeypatch.setattr(build_module, "dbt_project_folder", lambda: made.project)
    monkeypatch.setattr(build_module, "refuse_settings", lambda *_: None)
    yield made
    gc.collect()


ALL = [
    *("int_first", "unique_int_first_id", "int_second", "lists", "not_null_lists_id"),
    *("details", "run_history"),
]


@pytest.mark.parametrize(
    ("when", "name", "again"),
    [
        pytest.param("finished", "int_first", ALL[1:], marks=pytest.mark.slow),
        pytest.param("started", "int_second", ALL[2:], marks=pytest.mark.slow),
        # in one transaction with its rows it is written down that a model is finished
        ("finished, not written down", "lists", ALL[4:]),
        pytest.param("finished, not written down", "run_history", [], marks=pytest.mark.slow),
    ],
)
def test_it_goes_on_where_it_was_killed(small, when, name, again):
    small.kill(when, name)
    drawn = small.drawn()
    begun = Journal(unpublished(small.database)).begun()
    assert begun is not None
    result, run = small.build()
    assert run == again
    assert small.ask("from marts.lists") == drawn
    assert small.ask("from marts.details") == drawn
    [(run_id, started_at, seconds)] = small.ask("from marts.run_history")
    assert run_id == begun.run_id == result.run_id
    assert started_at == begun.started_at.replace(tzinfo=None, microsecond=0)
    assert 0 <= seconds < 60
    assert result.finished == len(ALL)
    [went_on] = small.went_on
    assert (went_on.run_id, went_on.started_at) == (run_id, begun.started_at)
    assert went_on.steps == set(ALL) - set(again)
    assert [(end.index, end.total) for end in small.ends] == [
        (len(ALL) - len(again) + n, len(ALL)) for n in range(1, len(again) + 1)
    ]
    tables = small.ask("select table_name from duckdb_tables()")
    assert sorted(tables) == [("lists",), ("run_history",)]
    assert not unpublished(small.database).parent.exists()


@pytest.mark.slow
def test_the_time_between_the_end_and_the_going_on_does_not_count(small):
    small.kill("finished", "int_first")
    journal = Journal(unpublished(small.database))
    begun = journal.begun()
    earlier = begun.started_at.timestamp() - 7200
    journal.begin(begun.model_copy(update={"started_at": begun.started_at.fromtimestamp(earlier)}))
    os.utime(unpublished(small.database).with_name("steps.jsonl"), (earlier + 5, earlier + 5))
    small.build()
    [(seconds,)] = small.ask("select seconds from marts.run_history")
    assert 5 <= seconds < 65


@pytest.mark.slow
def test_working_tables_are_published_without_what_a_build_notes_for_itself(small):
    small.build(variables={"keep_working_tables": True})
    tables = small.ask("select schema_name, table_name from duckdb_tables() order by all")
    assert tables == [
        ("intermediate", "int_first"),
        ("intermediate", "int_second"),
        ("marts", "lists"),
        ("marts", "run_history"),
    ]


@pytest.mark.slow
def test_a_killed_build_on_a_published_one_leaves_its_history_whole(small):
    first, _ = small.build()
    small.write("models/marts/lists.sql", "select *, 1 as more from {{ ref('int_second') }}")
    small.kill("finished, not written down", "run_history")
    second, run = small.build()
    assert run == []
    assert small.ask("select run_id from marts.run_history") == [(first.run_id,), (second.run_id,)]


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"full": True}, {"variables": {"label": "other"}}])
def test_all_is_made_anew_where_that_is_asked_for(small, options):
    small.kill("finished", "int_second")
    drawn = small.drawn()
    assert small.build(**options)[1] == ALL
    assert small.ask("from marts.lists") != drawn


FAILS = "select error('no room' || id) as id from {{ ref('int_second') }}"


@pytest.mark.slow
def test_what_failed_is_gone_on_with_once(small):
    """Whatever the first has left may be why the second fails."""
    small.write("models/marts/lists.sql", FAILS)
    with pytest.raises(RecsysError, match="the next build goes on from there"):
        small.build()
    with pytest.raises(RecsysError) as caught:
        small.build()
    assert "goes on" not in str(caught.value)
    with pytest.raises(RecsysError, match="the next build goes on from there"):
        small.build()


@pytest.mark.slow
def test_a_build_that_lacks_room_is_gone_on_with_as_often_as_it_takes(small):
    """Room isn't part of what a build is made of."""
    small.write("models/marts/lists.sql", FAILS.replace("no room", "No space left on device"))
    for _ in range(3):
        with pytest.raises(RecsysError, match="the next build goes on from there"):
            small.build()


@pytest.mark.parametrize(
    ("message", "is_early"),
    [
        ("Out of Memory Error: could not allocate block of size 256.0 KiB", True),
        ("IO Error: Could not write file: No space left on device", True),
        ("recsys.errors.RecsysError: a worker process died, most likely because", True),
        ("Conversion Error: no number", False),
    ],
)
def test_want_of_room_is_told_from_other_failures(message, is_early):
    ended = NodeFinished("a", "model", "error", 1.0, message, 1, 1)
    assert has_ended_early(None, [ended]) == is_early


def test_a_user_who_stops_a_build_has_ended_it_early():
    error = RuntimeError("dbt ended")
    error.__cause__ = KeyboardInterrupt()
    assert has_ended_early(error)
    assert not has_ended_early(RuntimeError("dbt ended"))


MADE_OF = Fingerprint(taken_at=1, inputs={}, shop={}, settings={}, version={})


@pytest.fixture
def left(tmp_path):
    """Return a function that leaves what a killed build has, and tells whether that fits."""
    database = tmp_path / "shop.duckdb"
    copy = unpublished(database)
    copy.parent.mkdir(parents=True)
    reads = {
        "int_serving_interactions": [],
        "int_served_blocks": ["int_serving_interactions"],
        "int_served_demand": ["int_served_blocks"],
        "int_served_audit": ["int_served_blocks"],
        "recommendations": ["int_served_demand", "int_served_audit"],
    }
    nodes = {
        f"model.recsys.{name}": {
            "name": name,
            "fqn": ["recsys", name],
            "resource_type": "model",
            "depends_on": {"nodes": [f"model.recsys.{other}" for other in others]},
        }
        for name, others in reads.items()
    }
    target = work_folder(database) / "target"
    target.mkdir()
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}))

    def leave(*made: str) -> bool:
        copy.unlink(missing_ok=True)
        with duckdb.connect(copy) as connection:
            connection.execute("create table recsys_finished_models (node varchar)")
            for name in made:
                connection.execute(
                    "insert into recsys_finished_models values (?)", [f"model.recsys.{name}"]
                )
        journal = Journal(copy)
        journal.begin(
            Begun(run_id="r", started_at="2024-01-01T00:00:00Z", made_of=MADE_OF, database=None)
        )
        return remains_of(database, state_of(database), MADE_OF) is not None

    leave.files = BlockFiles(serving_folder(copy))
    return leave


def test_only_a_build_of_the_same_on_the_same_file_is_gone_on_with(tmp_path, left):
    database = tmp_path / "shop.duckdb"
    copy = unpublished(database)
    left.files.fitted.mkdir(parents=True)
    assert left("int_serving_interactions")
    later = MADE_OF.model_copy(update={"taken_at": 2})
    assert remains_of(database, None, later) is not None
    for other in ({"settings": {"list_length": "5"}}, {"version": {"recsys": "9"}}):
        assert remains_of(database, None, MADE_OF.model_copy(update=other)) is None
    database.write_bytes(b"another program made it")
    assert remains_of(database, state_of(database), MADE_OF) is None
    database.unlink()
    (work_folder(database) / "target" / "manifest.json").rename(tmp_path / "manifest.json")
    assert remains_of(database, None, MADE_OF) is None
    (tmp_path / "manifest.json").rename(work_folder(database) / "target" / "manifest.json")
    assert remains_of(database, None, MADE_OF) is not None
    copy.write_bytes(b"no database")
    assert remains_of(database, None, MADE_OF) is None
    assert left("int_serving_interactions")
    copy.with_name("begun.json").write_text("{")
    assert remains_of(database, None, MADE_OF) is None


def test_what_is_fitted_for_today_has_to_be_there_until_customers_are_served(left):
    assert not left()
    assert not left("int_serving_interactions")
    left.files.fitted.mkdir(parents=True)
    assert left("int_serving_interactions")
    left.files.remove_fitted()
    assert not left("int_serving_interactions"), "it was killed before it had served"
    assert left.files.unread() == []


def test_what_is_served_has_to_be_there_until_it_is_read(left):
    for name in ("int_block_demand", "int_block_audit"):
        left.files.served(name, 0).parent.mkdir(parents=True)
    both = ("int_serving_interactions", "int_served_blocks")
    assert left(*both)
    left.files.remove_served("int_block_demand")
    assert not left(*both), "it was killed before what it had read was in its table"
    assert left(*both, "int_served_demand")
    left.files.remove_served("int_block_audit")
    assert not left(*both, "int_served_demand")
    assert left(*both, "int_served_demand", "int_served_audit")


def test_tables_that_a_killed_model_has_begun_are_removed(tmp_path, left):
    assert not left()
    copy = unpublished(tmp_path / "shop.duckdb")
    left.files.fitted.mkdir(parents=True)
    left("int_serving_interactions")
    with duckdb.connect(copy) as connection:
        connection.execute("create table int_served_blocks__dbt_tmp as select 1 as one")
        connection.execute("create view recommendations__dbt_backup as select 1 as one")
    assert remains_of(tmp_path / "shop.duckdb", None, MADE_OF) is not None
    with duckdb.connect(copy) as connection:
        tables = connection.execute("from duckdb_tables() select table_name").fetchall()
        views = connection.execute("from duckdb_views() select view_name where not internal")
        assert (tables, views.fetchall()) == ([("recsys_finished_models",)], [])


def test_a_journal_that_was_cut_short_is_read_as_far_as_it_is_whole(tmp_path):
    journal = Journal(tmp_path / "work.duckdb")
    assert (journal.steps(), journal.begun(), journal.last_written_at()) == ([], None, None)
    step = Step("test.recsys.a", "a", "pass", 1.5)
    journal.add(step)
    with (tmp_path / "steps.jsonl").open("a") as file:
        file.write('["test.recsys.b", "b", "pa')
    assert journal.steps() == [step]
