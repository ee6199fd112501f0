"""Earlier builds are kept as long as a setting says, and one of them can be put back at once."""

# ruff: noqa: S608 - words of ours
import json
import os
import subprocess
import sys

import duckdb
import pytest
from typer.testing import CliRunner

from recsys.cli import app
from recsys.errors import DatabaseError, RecsysError
from recsys.pipeline.kept_builds import builds_folder, builds_of
from recsys.pipeline.publishing import published
from recsys.pipeline.rollback import roll_back
from recsys.reading.compared import list_changes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX files")


def fill(copy, run, products):
    """Make a run that serves one customer these products, and another the first of them."""
    with duckdb.connect(copy) as connection:
        connection.execute(
            f"""
            create schema if not exists marts;
            create or replace table marts.recommendations as
            select 'discover' as list_type, 'ann' as customer_id, n as rank, product_id
            from (select unnest({products}) as product_id, generate_subscripts({products}, 1) as n)
            union all
            select 'discover', 'bob', 1, '{products[0]}';
            create table if not exists marts.run_history (
                run_id varchar, finished_at timestamp, as_of date, customers bigint,
                ndcg_at_10_discover double
            );
            insert into marts.run_history values ('{run}', now(), '2024-05-30', 2, 0.25);
            """
        )


def publish(database, run, products, keep_builds=2):
    with published(database) as publication:
        fill(publication.copy, run, products)
        publication.keep_builds = keep_builds
    moment = publish.clock = publish.clock + 60
    os.utime(database, (moment, moment))


publish.clock = 1_700_000_000


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.duckdb"
    for run, products in [("run-a", ["tea", "jam"]), ("run-b", ["tea", "oil"]), ("run-c", ["rye"])]:
        publish(path, run, products)
    return path


def runs(database):
    return [build.run_id for build in builds_of(database)]


def published_run(database):
    return next(build.run_id for build in builds_of(database) if build.is_current)


def test_as_many_are_kept_as_asked_for_and_the_oldest_goes_first(database):
    assert runs(database) == ["run-c", "run-b", "run-a"]
    publish(database, "run-d", ["jam"])
    assert runs(database) == ["run-d", "run-c", "run-b"]
    publish(database, "run-e", ["jam"], keep_builds=0)
    assert runs(database) == ["run-e"]
    assert not builds_folder(database).exists()


def test_what_a_user_writes_into_a_build_makes_it_no_newer(database):
    assert roll_back(database).published.run_id == "run-b"
    with duckdb.connect(database) as connection:
        connection.execute("create table main.mine as select 1 as one")
    assert runs(database) == ["run-c", "run-b", "run-a"]
    assert roll_back(database).published.run_id == "run-a"


def test_the_one_before_is_put_back_then_the_one_before_that(database):
    assert roll_back(database).published.run_id == "run-b"
    assert published_run(database) == "run-b"
    assert runs(database) == ["run-c", "run-b", "run-a"]  # none is lost
    done = roll_back(database)
    assert (done.published.run_id, done.replaced.run_id) == ("run-a", "run-b")
    with pytest.raises(RecsysError, match="older than the published one; name one of run-c, run-b"):
        roll_back(database)
    assert roll_back(database, "run-c").published.run_id == "run-c"
    assert runs(database) == ["run-c", "run-b", "run-a"]


def test_the_next_build_goes_on_from_what_was_put_back(database):
    roll_back(database)
    publish(database, "run-d", ["jam"])
    with duckdb.connect(database, read_only=True) as connection:
        history = connection.execute("select run_id from marts.run_history").fetchall()
    assert [run for (run,) in history] == ["run-a", "run-b", "run-d"]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("run-", "several builds begin with 'run-'; use one of run-b, run-a"),
        ("nothing", "no build that is kept begins with 'nothing'; use one of run-b, run-a"),
        ("", "no build that is kept begins with ''; use one of run-b, run-a"),
        ("run-c", "run run-c is what is published"),
    ],
)
def test_a_run_that_cannot_be_meant_is_refused_and_nothing_changes(database, run, said):
    with pytest.raises(RecsysError, match=said):
        roll_back(database, run)
    assert published_run(database) == "run-c"


def test_without_an_earlier_build_it_says_which_setting_keeps_them(tmp_path):
    path = tmp_path / "new.duckdb"
    publish(path, "run-a", ["tea"])
    with pytest.raises(RecsysError, match="kept: the setting keep_builds says how many are"):
        roll_back(path)


def test_who_writes_to_the_database_is_not_overtaken(database, monkeypatch):
    monkeypatch.setattr("recsys.pipeline.rollback.PATIENCE_SECONDS", 0.2)
    code = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        writer.stdout.readline()
        with pytest.raises(DatabaseError, match="in use by process"):
            roll_back(database)
        writer.stdin.close()
    assert published_run(database) == "run-c"


def test_readers_go_on_with_what_they_have_open(database):
    code = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); print(flush=True); "
        "sys.stdin.read(); print(c.execute('select max(run_id) from marts.run_history').fetchall())"
    )
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        reader.stdout.readline()
        roll_back(database)
        assert b"run-c" in reader.communicate(b"")[0]
    assert published_run(database) == "run-b"


def test_a_build_killed_between_keeping_and_publishing_leaves_one_file_not_two(database):
    """The kept name leads to the published file then: what a user writes there would change it."""
    killed = builds_folder(database) / "2099-01-01T00-00-00.000000.duckdb"
    killed.hardlink_to(database)
    publish(database, "run-d", ["jam"])
    assert runs(database) == ["run-d", "run-c", "run-b"]


def test_the_difference_of_lists_is_counted_by_place(database):
    """Ann had tea and oil and has rye; bob had tea and has rye: no product of three is kept."""
    builds = {build.run_id: build.file for build in builds_of(database)}
    assert list_changes(builds["run-b"], builds["run-c"]) == [
        {
            "list_type": "discover",
            "customers_before": 2,
            "customers_after": 2,
            "customers_changed": 2,
            "kept_share": 0.0,
        }
    ]
    # ann keeps tea of tea and jam, bob keeps tea
    [row] = list_changes(builds["run-a"], builds["run-b"])
    assert (row["customers_changed"], row["kept_share"]) == (1, pytest.approx(2 / 3))


def test_the_commands_list_them_and_say_what_changes(database, monkeypatch):
    # the package has a command of this module's name
    commands = sys.modules["recsys.cli.builds"]
    monkeypatch.setattr(commands, "write_report_of", lambda path: None)
    invoke = CliRunner().invoke
    listed = json.loads(invoke(app, ["builds", "--database", str(database), "--json"]).stdout)
    assert [(one["run"]["run_id"], one["is_current"]) for one in listed] == [
        ("run-c", True),
        ("run-b", False),
        ("run-a", False),
    ]
    shown = invoke(app, ["builds", "--database", str(database)]).stdout
    assert "run-c*" in shown
    assert "0.2500" in shown
    done = invoke(app, ["rollback", "run-a", "--database", str(database)]).stdout
    assert "Published again: run run-a, as of 2024-05-30" in done
    assert "What was published is kept: recsys rollback run-c" in done
