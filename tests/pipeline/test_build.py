import gc
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from recsys.cli import main
from recsys.errors import DatabaseError, InvalidParameterError, RecsysError, ShopFileError
from recsys.pipeline import build as build_module
from recsys.pipeline.build import build
from recsys.pipeline.build_environment import environment
from recsys.pipeline.build_events import BuildEvent, NodeFinished, NodeStarted, Said
from recsys.pipeline.build_failure import core_message
from recsys.pipeline.fingerprint import who_is_forgotten
from recsys.pipeline.forgetting import forget_customers
from recsys.pipeline.last_published import last_published
from recsys.storage.forgotten import read_list
from recsys.storage.last_build import LastBuild, last_build
from recsys.storage.work_folder import unpublished, work_folder

# dbt leaves its log file and an event loop per Python model to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FILES = {
    "dbt_project.yml": """
name: tiny
version: "1.0.0"
profile: tiny
models: {tiny: {+materialized: table, +tags: [published]}}
""",
    "profiles.yml": """
tiny:
  target: dev
  outputs: {dev: {type: duckdb, path: "{{ env_var('RECSYS_DATABASE') }}", threads: 2}}
""",
    "models/numbers.sql": "select 1 as id union all select {{ var('second', 2) }}",
    "models/fitted.py": """
def model(dbt, session):
    from dbt.adapters.events.logging import AdapterLogger
    AdapterLogger("recsys").info("svd: fold 2017-12-04 fitted in 8 s (100 % of 3)")
    return dbt.ref("numbers")
""",
    "models/models.yml": """
models:
  - name: numbers
    columns:
      - name: id
        data_tests:
          - unique
          - accepted_values:
              name: assert_only_one
              arguments: {values: [1]}
              config: {severity: warn}
unit_tests:
  - name: never_run_by_a_build
    model: numbers
    given: []
    expect: {rows: [{id: 7}]}
""",
}
FAILS = """
def model(dbt, session):
    from recsys.errors import InvalidTableError
    numbers = dbt.ref("numbers")
    if True:
        raise InvalidTableError("column 'x' is missing: name it in the shop file")
    return numbers
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setattr(build_module, "dbt_project_folder", lambda: folder)
    monkeypatch.setattr(build_module, "refuse_settings", lambda *_: None)
    monkeypatch.delenv("RECSYS_SHOP", raising=False)
    yield folder
    gc.collect()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "data" / "shop.duckdb"


def files(folder: Path) -> set[str]:
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if "__pycache__" not in name}


def test_a_build_reports_every_step_and_lets_go(project, database, monkeypatch):
    monkeypatch.setenv("RECSYS_DATABASE", "as it was")
    here = Path.cwd()
    events: list[BuildEvent] = []
    result = build(None, database, variables={"second": 3}, progress=events.append)

    assert {event.name for event in events if isinstance(event, NodeStarted)} >= {"numbers"}
    ends = [event for event in events if isinstance(event, NodeFinished)]
    assert [(end.index, end.total) for end in ends] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert Said("svd: fold 2017-12-04 fitted in 8 s (100 % of 3)") in events
    assert [node.name for node in result.warnings] == ["assert_only_one"]
    assert result.finished == 4
    assert len(result.run_id) == 36
    assert "[debug]" not in result.log.read_text(encoding="utf-8")
    told = (work_folder(database) / "logs" / "build.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in told.splitlines()]
    assert (lines[0]["event"], lines[-1]["event"]) == ("build_started", "build_finished")
    nodes = [line["node"] for line in lines if line["event"] == "node_finished"]
    assert nodes == [end.name for end in ends]
    assert {line["run_id"] for line in lines[1:]} == {result.run_id}
    assert files(project) == set(FILES), "nothing may be written into an installed package"
    assert os.environ["RECSYS_DATABASE"] == "as it was"
    assert "RECSYS_SHOP" not in os.environ
    assert Path.cwd() == here
    with duckdb.connect(database) as connection:
        rows = connection.execute("select id from fitted order by id").fetchall()
    assert rows == [(1,), (3,)]


def test_the_log_has_all_sql_if_the_environment_says_so(project, database, monkeypatch):
    monkeypatch.setenv("DBT_LOG_LEVEL_FILE", "debug")
    log = build(None, database, select=("numbers",)).log.read_text(encoding="utf-8")
    assert "[debug]" in log
    assert "create" in log


def test_a_failure_names_the_step_the_message_and_the_log(project, database):
    (project / "models/broken.py").write_text(FAILS)
    (project / "models/after.sql").write_text("select * from {{ ref('broken') }}")
    with pytest.raises(RecsysError) as caught:
        build(None, database)
    message = str(caught.value)
    assert "model broken: column 'x' is missing: name it in the shop file" in message
    assert "1 that depend on it were not built" in message
    assert str(database.parent / ".recsys" / "shop" / "logs" / "dbt.log") in message
    assert "Traceback" not in message
    copy = unpublished(database)
    assert f"what it made until then: {copy}\n{database} was not made" in message
    assert not database.exists()
    with duckdb.connect(copy) as connection:
        assert connection.execute("select count(*) from numbers").fetchall()[0][0] > 0


def test_a_failed_build_changes_nothing_and_the_next_one_starts_from_what_is_published(
    project, database
):
    build(None, database)
    before = database.read_bytes()
    (project / "models/broken.py").write_text(FAILS)
    with pytest.raises(RecsysError, match=f"{database} is as it was"):
        build(None, database, variables={"second": 7})
    assert database.read_bytes() == before
    (project / "models/broken.py").unlink()
    with duckdb.connect(database) as connection:
        connection.execute("create table mine as select 1 as one")
    build(None, database, variables={"second": 7})
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("select one from mine").fetchall() == [(1,)]
        assert connection.execute("select max(id) from numbers").fetchall() == [(7,)]
    assert not unpublished(database).exists()


READERS = {"numbers", "fitted", "shown"}


def tables(database: Path) -> set[str]:
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
    return {name for (name,) in names}


def test_working_tables_are_not_published_unless_a_setting_keeps_them(
    project, database, monkeypatch
):
    setting = "keep_working_tables"
    monkeypatch.setattr(build_module, "refuse_settings", lambda *_: None)
    of_readers = ", ".join(f"{name}: {{+tags: [published]}}" for name in READERS)
    (project / "dbt_project.yml").write_text(
        FILES["dbt_project.yml"].replace(
            "+tags: [published]", f"{of_readers}, inner: {{+schema: inner}}"
        )
    )
    (project / "models/inner").mkdir()
    (project / "models/inner/lines.sql").write_text("select 1 as line")
    (project / "models/shown.sql").write_text("select * from {{ ref('lines') }}")
    build(None, database)
    assert tables(database) == READERS
    build(None, database, variables={setting: True})
    assert tables(database) == READERS | {"lines"}
    build(None, database)
    assert tables(database) == READERS
    assert not unpublished(database).exists()


def test_what_a_build_was_told_is_written_down_beside_the_database(
    project, database, monkeypatch, tmp_path
):
    """For searches, which build past folds from the same shop."""
    work = work_folder(database)
    assert last_build(work) is None
    build(None, database)
    assert last_build(work) == LastBuild(None, {})
    (tmp_path / "my.yml").write_text("name: mine")
    monkeypatch.chdir(tmp_path)
    build("my.yml", database, variables={"second": date(2024, 2, 29)})
    assert last_build(work) == LastBuild(str(tmp_path / "my.yml"), {"second": "2024-02-29"})
    (work / "last_build.json").write_text("cut sh")
    assert last_build(work) is None


def test_a_list_of_the_forgotten_of_before_is_completed_and_said(project, database):
    build(None, database)
    forget_customers(database, ["ann"])
    file = work_folder(database) / "forgotten.json"
    older = file.read_text("utf-8")
    forget_customers(database, ["bob"])
    file.write_text(older, "utf-8")
    [note] = build(None, database).notes
    assert note.startswith("forgotten.json lacked 1 of the customers who were forgotten")
    assert len(read_list(file.parent).customers) == 2
    # it isn't another list than the build was made with
    assert last_published(database).made_of.forgotten == who_is_forgotten(file.parent)
    assert build(None, database).notes == ()


def test_a_build_writes_down_what_it_was_made_of(project, database):
    """A build that fails leaves what is known of the last; one of some tables makes it unknown."""
    result = build(None, database, variables={"second": 3})
    known = last_published(database)
    assert known is not None
    assert known.run_id == result.run_id
    assert known.is_at(database)
    assert known.warnings == ("test assert_only_one: Got 1 result, configured to warn if != 0",)
    assert known.made_of.settings["second"] == "3"
    assert set(known.made_of.inputs) == {"purchases", "products", "customers", "promotions"}
    (project / "models/broken.py").write_text(FAILS)
    with pytest.raises(RecsysError):
        build(None, database)
    assert last_published(database) == known
    build(None, database, select=["numbers"])
    assert last_published(database) is None


def test_readers_read_the_last_build_until_the_next_is_published(project, database):
    build(None, database)
    seen = []

    def read(event: BuildEvent) -> None:
        if isinstance(event, NodeFinished) and event.name == "numbers":
            with duckdb.connect(database, read_only=True) as other:
                seen.extend(other.execute("select max(id) from numbers").fetchall())

    with duckdb.connect(database, read_only=True) as reader:
        build(None, database, variables={"second": 7}, progress=read)
        assert reader.execute("select max(id) from numbers").fetchall() == seen == [(2,)]
    with duckdb.connect(database, read_only=True) as reader:
        assert reader.execute("select max(id) from numbers").fetchall() == [(7,)]


def test_what_a_killed_writer_left_in_the_log_is_in_the_next_build(project, database):
    build(None, database)
    killed = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute('create table late as select 1 as one'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", killed, str(database)], check=False)  # noqa: S603
    assert database.with_name("shop.duckdb.wal").exists()
    build(None, database)
    assert not database.with_name("shop.duckdb.wal").exists()
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("select one from late").fetchall() == [(1,)]


def test_one_build_of_a_database_at_a_time(project, database, monkeypatch):
    monkeypatch.setattr("recsys.pipeline.publishing.PATIENCE_SECONDS", 0.1)
    holding = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); "
        "sys.stdin.read()"
    )
    (work_folder(database)).mkdir(parents=True)
    command = [sys.executable, "-c", holding, str(work_folder(database) / "lock.duckdb")]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(DatabaseError, match=f"{database} is in use by process {process.pid}"):
            build(None, database)
        process.communicate("")
    build(None, database)


def test_a_link_to_a_database_stays_a_link(project, database, tmp_path):
    build(None, database)
    link = tmp_path / "link.duckdb"
    link.symlink_to(database)
    build(None, link, variables={"second": 7})
    assert link.is_symlink()
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("select max(id) from numbers").fetchall() == [(7,)]


def test_an_empty_file_is_a_place_for_a_database(project, database):
    database.parent.mkdir(parents=True)
    database.touch()
    build(None, database)
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("select max(id) from numbers").fetchall() == [(2,)]


def test_a_file_that_is_no_database_stays_what_it_is(project, database):
    database.parent.mkdir(parents=True)
    database.write_text("c,p,t\n")
    with pytest.raises(DatabaseError, match="isn't a DuckDB database"):
        build(None, database)
    assert database.read_text() == "c,p,t\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bits")
def test_who_may_read_the_database_may_read_the_next_one(project, database):
    build(None, database)
    database.chmod(0o640)
    build(None, database)
    assert database.stat().st_mode & 0o777 == 0o640


def test_an_old_file_may_be_owned_by_others(project, database, monkeypatch):
    build(None, database)
    monkeypatch.setattr(
        "recsys.pipeline.publishing.keep_owner", lambda old, new: ["the owner was root"]
    )
    assert build(None, database).notes == ("the owner was root",)


def test_the_copy_is_called_the_same_whatever_the_database_is_called(project, tmp_path):
    """Names that dbt can't quote, or that DuckDB has for itself."""
    for name in ('it\'s "here".duckdb', "system.duckdb"):
        build(None, tmp_path / name)
        with duckdb.connect(tmp_path / name, read_only=True) as connection:
            assert connection.execute("select max(id) from numbers").fetchall() == [(2,)]


def test_a_disk_that_fills_up_during_a_build_is_named(project, database, monkeypatch):
    build(None, database)
    before = database.read_bytes()
    (project / "models/broken.sql").write_text(
        "select error('Could not write file: No space left on device') as one"
    )
    with pytest.raises(
        RecsysError, match=r"(?s)No space left .*MiB are free on the disk of .*Make room"
    ):
        build(None, database)
    assert database.read_bytes() == before


def test_a_project_that_can_t_be_read_is_said_in_one_line(project, database):
    (project / "models/broken.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(RecsysError, match="depends on a node named 'nowhere'"):
        build(None, database)


def test_a_selection_of_nothing_is_an_error(project, database):
    with pytest.raises(RecsysError, match="no node matches 'nowhere'"):
        build(None, database, select=["nowhere"])


def test_a_database_in_use_names_who_uses_it(project, built, held, monkeypatch):
    monkeypatch.setattr("recsys.pipeline.publishing.PATIENCE_SECONDS", 0.1)
    with pytest.raises(DatabaseError, match=f"in use by process {held}"):
        build(None, built)


def test_a_shop_file_that_isn_t_there(project, database):
    with pytest.raises(ShopFileError, match=r"no shop file at .*none\.yml"):
        build(Path("none.yml"), database)


def test_a_shop_file_s_path_reaches_dbt_whole(project, database, tmp_path, monkeypatch):
    (tmp_path / "my.yml").write_text("name: mine")
    (project / "models/told.sql").write_text("select '{{ env_var(\"RECSYS_SHOP\") }}' as shop")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECSYS_SHOP", "my.yml")
    build(None, database, select=["told"])
    with duckdb.connect(database) as connection:
        assert connection.execute("select shop from told").fetchall() == [
            (str(tmp_path / "my.yml"),)
        ]
    assert os.environ["RECSYS_SHOP"] == "my.yml"


PLUGIN = """
from dbt.adapters.duckdb.plugins import BasePlugin
from recsys.errors import ShopFileError

class Plugin(BasePlugin):
    def configure_connection(self, conn):
        conn.execute("attach ':memory:' as inputs")
        raise ShopFileError("purchases.path: no file matches 'orders/*.csv'")
"""


def test_what_the_shop_file_s_plugin_raises_comes_through(project, database, monkeypatch):
    (project / "raising_plugin.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(project)
    profile = FILES["profiles.yml"].replace("threads: 2", "plugins: [{module: raising_plugin}]")
    (project / "profiles.yml").write_text(profile)
    with pytest.raises(ShopFileError, match="no file matches"):
        build(None, database)


def test_a_user_without_a_temporary_folder_has_one_beside_the_database(database, monkeypatch):
    def nowhere() -> str:
        raise FileNotFoundError

    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    with environment(database, None):
        assert os.environ["TMPDIR"] == str(database.parent)
    assert os.environ["TMPDIR"] == "/nowhere"


def test_a_work_folder_of_another_user_is_named(project, database, monkeypatch):
    work_folder(database).mkdir(parents=True)
    monkeypatch.setattr("os.access", lambda path, how: Path(path).name != ".recsys")
    with pytest.raises(RecsysError, match=r"can't write to .*\.recsys, where another user's build"):
        build(None, database)


def test_a_folder_that_is_a_file(project, tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(RecsysError, match="can't write beside"):
        build(None, tmp_path / "taken" / "shop.duckdb")


def test_the_command_prints_plain_lines_when_piped(project, database, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["recsys", "build", "--database", str(database)])
    with pytest.raises(SystemExit, match="0"):
        main()
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[1/4] numbers" in out
    assert "    svd: fold 2017-12-04 fitted in 8 s (100 % of 3)" in out
    assert "warning: test assert_only_one: Got 1 result" in out
    assert "4 steps, 1 warning." in out


@pytest.mark.parametrize(
    ("message", "core"),
    [
        ("Got 1 result, configured to fail if != 0", "Got 1 result, configured to fail if != 0"),
        (
            "Python model failed:\n  Traceback (most recent\n    File x\n  KeyError: 'a'",
            "KeyError: 'a'",
        ),
        (
            "Compilation Error\n  Model 'model.tiny.z' depends on 'nope'",
            "Model 'model.tiny.z' depends on 'nope'",
        ),
    ],
)
def test_the_core_of_a_message(message, core):
    assert core_message(message) == core


def test_a_setting_that_does_not_exist_is_refused_with_the_nearest_one(tmp_path):
    with pytest.raises(InvalidParameterError, match="'list_lenght'; did you mean 'list_length'"):
        build(None, tmp_path / "shop.duckdb", variables={"list_lenght": 3})


def test_a_setting_out_of_range_is_refused_with_what_is_legal(tmp_path):
    shop = Path(__file__).parents[1] / "tiny_shop" / "shop.yml"
    with pytest.raises(RecsysError, match="setting list_length is 0; use a whole number from 1"):
        build(shop, tmp_path / "shop.duckdb", variables={"list_length": 0}, select=["stg_settings"])


def test_a_date_among_the_settings_reaches_dbt_as_text(project, database):
    build(None, database, variables={"second": date(2024, 5, 30)})
    with duckdb.connect(database, read_only=True) as connection:
        # the model writes it into its SQL without quotes, where it is a subtraction
        found = connection.execute("select max(id) from numbers").fetchall()
    assert found == [(2024 - 5 - 30,)]


def test_databases_beside_each_other_have_work_folders_of_their_own(tmp_path):
    names = ["shop.duckdb", "shop.db", "shop.backup.duckdb", "other.duckdb"]
    assert len({work_folder(tmp_path / name) for name in names}) == 4


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"recommenders": "svd, als2"}, "setting recommenders is svd, als2; use some of .*, als,"),
        ({"recommenders": "svd", "pinned_champion": "als"}, "pinned_champion is als; name it in"),
    ],
)
def test_recommenders_that_do_not_exist_or_are_pinned_but_not_built_are_refused(
    tmp_path, variables, message
):
    shop = Path(__file__).parents[1] / "tiny_shop" / "shop.yml"
    with pytest.raises(RecsysError, match=message):
        build(shop, tmp_path / "shop.duckdb", variables=variables, select=["stg_settings"])
