"""What takes a database's place is written afresh, verified, and loses nobody's work."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psutil
import pytest

from recsys.errors import DatabaseError, RecsysError
from recsys.pipeline.build_environment import made_work_folder
from recsys.pipeline.publishing import published
from recsys.storage import ownership
from recsys.storage.connections import MEMORY_LIMIT
from recsys.storage.work_folder import (
    kept_folder,
    past_folder,
    serving_folder,
    unpublished,
    work_folder,
)

resource = pytest.importorskip("resource", reason="of POSIX limits")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX locks and limits")

NEEDLE = "customer-who-asked-to-be-forgotten"
WRITE = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute("create table late as select 1 as one")
"""
KILLED = "import os, sys, duckdb; c = duckdb.connect(sys.argv[1]); c.execute('create table late as select 1 as one'); os._exit(0)"  # fmt: skip # noqa: E501


def run(code: str, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def ask(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def write(copy: Path, sql: str) -> None:
    with duckdb.connect(copy) as connection:
        connection.execute(sql)


@contextmanager
def files_of_at_most(size: int):
    """Let no file of this process or its children grow further, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as made (storage_version 'v1.2.0')")
        connection.execute("use made; pragma force_compression = 'uncompressed'")
        connection.execute(
            f"""
            create schema marts;
            create table marts.customers as
            select case i when 5000 then '{NEEDLE}' else 'customer ' || i end as customer_id
            from range(10000) as customers (i);
            create table marts.run_history as select 'run-1' as run_id;
            """  # noqa: S608 - our own word
        )
    return path


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr("recsys.pipeline.publishing.PATIENCE_SECONDS", 0.3)


def test_the_bytes_of_a_removed_customer_are_nowhere(database, tmp_path):
    delete = f"delete from marts.customers where customer_id = '{NEEDLE}'"  # noqa: S608 - ours
    kept = tmp_path / "kept.duckdb"
    kept.write_bytes(database.read_bytes())
    write(kept, delete)
    assert NEEDLE.encode() in kept.read_bytes(), "DuckDB only notes that a row is deleted"
    kept.unlink()
    with published(database) as build:
        write(build.copy, delete)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or NEEDLE.encode() not in path.read_bytes(), path


def test_everything_a_database_holds_is_in_the_new_file_whatever_its_name(database, tmp_path):
    with published(database) as build:
        write(
            build.copy,
            """
            create schema before_marts;
            create table marts.products (
                product_id bigint primary key, title varchar not null check (title <> ''),
                twice bigint generated always as (product_id * 2) virtual
            );
            insert into marts.products select 10 - i, 'title' from range(10) as products (i);
            create table marts.sold (product_id bigint references marts.products (product_id));
            insert into marts.sold values (7);
            comment on table marts.products is 'Grain: a product.';
            comment on column marts.products.title is 'As the shop calls it.';
            create view marts.titles as select product_id, title from "work"."marts"."products";
            comment on view marts.titles is 'Grain: a product, too.';
            comment on column marts.titles.title is 'The same.';
            create view before_marts.of_a_view as select * from work.marts.titles;
            create sequence numbers start 7;
            create macro marts.doubled(x) as x * 2;
            create index by_title on marts.products (title);
            """,
        )
    moved = database.rename(tmp_path / "another name.db")
    with duckdb.connect(moved) as connection:
        rows = connection.execute("select product_id, title, twice from marts.products").fetchall()
        assert rows == [(10 - i, "title", 20 - 2 * i) for i in range(10)], "in their order"
        assert connection.execute("select count(*) from before_marts.of_a_view").fetchall() == [
            (10,)
        ]
        assert connection.execute("select nextval('numbers'), marts.doubled(4)").fetchall() == [
            (7, 8)
        ]
        for refused in ("(7, 'twice')", "(100, '')", "(100, null)"):
            with pytest.raises(duckdb.ConstraintException):
                connection.execute(f"insert into marts.products values {refused}")  # noqa: S608
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into marts.sold values (99)")
        comments = connection.execute("""
            select comment from duckdb_tables() where comment is not null
            union all select comment from duckdb_views() where comment is not null
            union all select comment from duckdb_columns() where comment is not null
        """).fetchall()
        assert sorted(comments) == [
            ("As the shop calls it.",),
            ("Grain: a product, too.",),
            ("Grain: a product.",),
            ("The same.",),
        ]
        assert connection.execute("select index_name from duckdb_indexes()").fetchall() == [
            ("by_title",)
        ]


def test_the_format_is_one_that_duckdb_1_reads(database):
    with published(database):
        pass
    assert 64 <= int.from_bytes(database.read_bytes()[12:20], "little") <= 68


def test_the_memory_that_copying_may_use_is_that_of_the_build():
    profile = Path(__file__).parents[2] / "dbt_project" / "profiles.yml"
    assert f"'RECSYS_MEMORY_LIMIT', '{MEMORY_LIMIT}'" in profile.read_text("utf-8")


def test_what_is_published_can_be_chosen(database):
    sql = """
        create schema staging; create table staging.lines as select 1 as line;
        create view marts.all_customers as select * from marts.customers;
    """
    with published(database) as build:
        write(build.copy, sql)
        build.choice = lambda schema, name: schema == "marts"
    assert ask(
        database,
        "select table_schema || '.' || table_name from information_schema.tables order by all",
    ) == [("marts.all_customers",), ("marts.customers",), ("marts.run_history",)]
    assert ask(database, "select count(*) from marts.all_customers") == [(10000,)]
    assert not ask(database, "from duckdb_schemas() where schema_name = 'staging'")


def test_a_view_of_what_isn_t_chosen_is_refused(database):
    before = database.read_bytes()
    with (  # noqa: PT012 - the failure comes at the end of the block
        pytest.raises(RecsysError, match=r"staging|lines"),
        published(database) as build,
    ):
        write(
            build.copy,
            "create schema staging; create table staging.lines as select 1 as line; "
            "create view marts.lines as select * from staging.lines",
        )
        build.choice = lambda schema, name: schema == "marts"
    assert database.read_bytes() == before


def test_a_disk_that_is_full_at_the_end_is_no_success(database):
    before = database.read_bytes()
    for share in (0.0, 0.2, 0.5, 0.9, 0.99):
        with (  # noqa: PT012 - the failure comes at the end of the block
            pytest.raises(RecsysError, match=r"File too large.*MiB are free on the disk of"),
            files_of_at_most(2**40),
            published(database) as build,
        ):
            write(build.copy, "insert into marts.run_history values ('run-2')")
            resource.setrlimit(
                resource.RLIMIT_FSIZE, (int(share * len(before)), resource.RLIM_INFINITY)
            )
        assert database.read_bytes() == before
        assert [path.name for path in database.parent.iterdir() if path.is_file()] == [
            "shop.duckdb"
        ]
    with published(database) as build:
        write(build.copy, "insert into marts.run_history values ('run-2')")
    assert ask(database, "select run_id from marts.run_history") == [("run-1",), ("run-2",)]


def test_a_disk_that_is_full_at_the_start_is_named(database):
    before = database.read_bytes()
    with (
        files_of_at_most(len(before) // 2),
        pytest.raises(RecsysError, match=r"can't copy .*MiB are free on the disk of .*Make room"),
        published(database),
    ):
        pytest.fail("nothing can be built")
    assert database.read_bytes() == before


def test_what_a_failed_checkpoint_left_in_the_log_is_published(database):
    """DuckDB says nothing when closing can't write the log into the file."""
    with published(database) as build:
        run(KILLED, build.copy)
        assert build.copy.with_name("work.duckdb.wal").exists()
    assert ask(database, "select one from late") == [(1,)]
    assert not database.with_name("shop.duckdb.wal").exists()


def test_a_file_that_isn_t_what_was_built_is_not_published(database, monkeypatch):
    before = database.read_bytes()
    monkeypatch.setattr("recsys.pipeline.fresh_file._flush", lambda path: write(path, "delete from marts.customers where customer_id = 'customer 1'"))  # fmt: skip # noqa: E501
    with pytest.raises(RecsysError, match=r"rows of marts.customers written: 9999; built: 10000"), published(database):  # fmt: skip # noqa: E501
        pass
    assert database.read_bytes() == before


def test_writers_are_refused_whatever_this_process_opens_and_closes(database):
    with published(database):
        duckdb.connect(database, read_only=True).close()
        database.read_bytes()
        ran = run(WRITE, database)
        assert ran.returncode == 1
        assert "Conflicting lock" in ran.stderr
    assert run(WRITE, database).returncode == 0


def test_readers_in_this_process_keep_their_lock(database):
    with duckdb.connect(database, read_only=True) as reader:
        with pytest.raises(ZeroDivisionError), published(database):
            raise ZeroDivisionError
        assert "Conflicting lock" in run(WRITE, database).stderr
        assert reader.execute("select count(*) from marts.customers").fetchall() == [(10000,)]


def test_two_names_of_a_file_are_one(database, tmp_path):
    other = tmp_path / "elsewhere" / "other.duckdb"
    other.parent.mkdir()
    other.hardlink_to(database)
    work_folder(other).mkdir(parents=True)
    with published(database) as build:
        assert "Conflicting lock" in run(WRITE, other).stderr
        if sys.platform == "linux":
            with pytest.raises(DatabaseError, match="under another of its names"), published(other):
                pytest.fail("it's being built")
    assert "has other names (hard links)" in build.warnings[0]


def test_a_database_that_others_made_meanwhile_stays(tmp_path):
    database = tmp_path / "new.duckdb"
    work_folder(database).mkdir(parents=True)
    with (  # noqa: PT012 - the failure comes at the end of the block
        pytest.raises(RecsysError, match=r"another program made .*would be lost"),
        published(database) as build,
    ):
        write(build.copy, "create table one as select 1 as one")
        assert run(WRITE, database).returncode == 0
    assert ask(database, "show tables") == [("late",)]


def test_a_database_that_was_replaced_meanwhile_stays(database, tmp_path):
    other = tmp_path / "restored.duckdb"
    write(other, "create table restored as select 1 as one")
    with pytest.raises(RecsysError, match="was changed or replaced while"), published(database):
        other.replace(database)
    assert ask(database, "show tables") == [("restored",)]


def test_without_the_process_that_holds_it_nothing_is_published(database):
    before = database.read_bytes()
    with (  # noqa: PT012 - the failure comes at the end of the block
        pytest.raises(RecsysError, match="not held against writers"),
        published(database),
    ):
        [keeper] = [
            child
            for child in psutil.Process().children()
            if "recsys.pipeline.keeper" in " ".join(child.cmdline())
        ]
        keeper.send_signal(signal.SIGKILL)
        keeper.wait()
    assert database.read_bytes() == before


def test_a_process_that_can_t_hold_it_says_why(database, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(RecsysError, match=r"can't be copied: .*exit code 1"), published(database):
        pytest.fail("nothing is held")


def test_nothing_is_left_running_or_lying_about(database):
    with published(database) as build:
        assert build.copy == unpublished(database)
    names = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert [name for name in names if "recsys.pipeline.keeper" in name] == []
    assert not build.copy.parent.exists()


def test_past_folds_that_a_search_built_go_with_the_build_they_are_of(database):
    """Customers who are no longer in the shop's files are in them."""
    past_folder(database).mkdir(parents=True)
    (past_folder(database) / "run-1.duckdb").write_text(NEEDLE)
    with pytest.raises(ZeroDivisionError), published(database):
        raise ZeroDivisionError
    assert past_folder(database).exists()
    with published(database):
        pass
    assert not past_folder(database).exists()


def test_the_log_of_a_deleted_database_is_not_the_next_one_s(database, tmp_path):
    run(KILLED, database)
    database.unlink()
    with published(database) as build:
        write(build.copy, "create table one as select 1 as one")
    assert ask(database, "show tables") == [("one",)]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives away")
def test_owner_group_and_mode_stay(database):
    os.chown(database, 65534, 65533)
    database.chmod(0o640)
    with published(database) as build:
        pass
    found = database.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65534, 65533, 0o640)
    assert build.warnings == []


@pytest.mark.parametrize(("mode", "expected"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755)])
def test_who_may_not_read_the_database_may_not_read_its_copies(database, mode, expected):
    """Nor what blocks of customers read and serve, nor the log: all lie in the work folder."""
    database.chmod(mode)
    work_folder(database).mkdir(parents=True)
    work_folder(database).chmod(0o755)
    assert made_work_folder(database).stat().st_mode & 0o777 == expected
    database.chmod(0o644)
    assert made_work_folder(database).stat().st_mode & 0o777 == expected  # never wider


@pytest.mark.parametrize("database", ["building/shop.duckdb", "building.duckdb", "a/b/building"])
def test_folders_that_serving_empties_are_in_the_work_folder(tmp_path, database):
    """Whatever the user calls a database or its folder."""
    work = work_folder(tmp_path / database)
    assert serving_folder(tmp_path / database) == work / "serving"
    assert kept_folder(work / "serving") == work / "kept"
    copy = unpublished(tmp_path / database)
    assert serving_folder(copy) == copy.parent / "serving"
    assert kept_folder(serving_folder(copy)) == work / "kept"


def test_what_can_t_be_kept_is_said(database, monkeypatch):
    refusals = []

    def refuse(path, owner, group):
        refusals.append((owner, group))
        raise PermissionError

    class Old:
        st_uid, st_gid = 12345, 54321

    new = database.with_name("new.duckdb")
    new.touch()
    monkeypatch.setattr("os.chown", refuse)
    stat = Path.stat
    monkeypatch.setattr(Path, "stat", lambda path, **how: Old() if path == database else stat(path))
    said = ownership.keep_owner(database, new)
    assert refusals == [(-1, 54321), (12345, -1)]
    assert "the group of" in said[0]
    assert "the owner of" in said[1]
