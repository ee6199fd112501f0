"""`recsys build` where nothing has changed, and what `recsys status` says of it."""

import json
import shutil
import sys
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from typer.testing import CliRunner

from recsys.cli import app
from recsys.pipeline import last_published as module
from recsys.pipeline.build import BuildResult
from recsys.pipeline.fingerprint import fingerprint
from recsys.pipeline.fit import Fit
from recsys.pipeline.kept_fit import KeptFit
from recsys.pipeline.last_published import last_published, remember_published, since_last_build
from recsys.settings.project import dbt_project_folder
from recsys.storage.file_state import state_of
from recsys.storage.last_build import remember
from recsys.storage.work_folder import fit_folder, work_folder

SHOP = """
name: mine
purchases:
  path: orders.csv
  columns: {customer_id: c, product_id: p, purchased_at: d}
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "orders.csv").write_text("c,p,d\nann,tea,2024-05-01\n")
    (tmp_path / "shop.yml").write_text(SHOP)
    return tmp_path / "shop.yml"


@pytest.fixture
def database(built, shop, monkeypatch):
    """Return a database that was built from the shop."""
    monkeypatch.setenv("RECSYS_DATABASE", str(built))
    monkeypatch.setenv("RECSYS_SHOP", str(shop))
    monkeypatch.setenv("COLUMNS", "120")
    work_folder(built).mkdir(parents=True)
    made_of = fingerprint(shop, {}, dbt_project_folder(), work_folder(built))
    remember_published(built, state_of(built), "run-2", made_of, ("test unique: 1 row",))
    remember(work_folder(built), str(shop), {})
    built.with_name("shop.report.html").write_text("it is there")
    return built


@pytest.fixture
def build(database, monkeypatch):
    """Return a function that runs `recsys build`: its output, and whether it builds."""
    calls = []

    def run_build(*arguments, **options):
        calls.append(options)
        return BuildResult(database, "run-3", 1.0, 7, (), database.with_name("dbt.log"))

    monkeypatch.setattr(sys.modules["recsys.cli.build"], "run_build", run_build)
    monkeypatch.setattr(sys.modules["recsys.cli.build"], "write_report_of", lambda path: None)

    def run(*arguments):
        calls.clear()
        result = CliRunner().invoke(app, ["build", *arguments])
        assert result.exit_code == 0, result.output
        return result.output, bool(calls)

    return run


def status(*arguments):
    result = CliRunner().invoke(app, ["status", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_nothing_is_built_where_nothing_has_changed(build, database):
    output, builds = build()
    assert not builds
    assert output.splitlines()[0] == "warning: test unique: 1 row"
    assert f"{database} is up to date: nothing has changed since run run-2, finished 20" in output
    assert "recsys build --full" in output


def test_all_is_built_where_that_is_asked_for(build):
    output, builds = build("--full")
    assert builds
    assert "Changed" not in output


def test_what_has_changed_is_said(build, shop):
    shop.with_name("orders.csv").write_text("c,p,d\nbob,tea,2024-05-01\n")
    output, builds = build("--set", "list_length=5", "--engine", "spark")
    assert builds
    lines = output.splitlines()
    assert lines[0].startswith("Changed since run run-2, finished 20")
    assert lines[1:4] == [
        "  inputs: purchases: orders.csv is changed",
        "  settings: list_length: its default → 5",
        "  settings: serving_engine: its default → spark",
    ]


def write_a_table(database):
    with duckdb.connect(database) as connection:
        connection.execute("create table main.mine as select 1 as one")


def put_another_in_its_place(database):
    shutil.copy(database, database.with_name("other.duckdb"))
    database.with_name("other.duckdb").replace(database)


def leave_a_log(database):
    with duckdb.connect(database) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("create table main.mine as select 1 as one")


@pytest.mark.parametrize("change", [write_a_table, put_another_in_its_place, leave_a_log])
def test_a_database_that_is_not_what_was_published_is_built(build, database, change):
    """As after `recsys rollback`, `recsys tune` and plain dbt."""
    change(database)
    output, builds = build()
    assert builds
    assert "  database: shop.duckdb was rolled back, replaced or written to" in output
    assert "shop.duckdb was rolled back, replaced or written to since run run-2" in status()


def test_a_database_that_is_gone_is_built(build, database):
    database.unlink()
    output, builds = build()
    assert builds
    assert "  database: shop.duckdb isn't there" in output


def test_a_database_that_was_moved_with_its_work_folder_is_still_known(build, database, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    database.rename(moved / "shop.duckdb")
    (database.parent / ".recsys").rename(moved / ".recsys")
    (moved / "link.duckdb").symlink_to(moved / "shop.duckdb")
    (moved / "shop.report.html").touch()
    (moved / "link.report.html").touch()
    for name in ("shop.duckdb", "link.duckdb"):
        assert not build("--database", str(moved / name))[1]


def test_a_missing_report_is_written(build, database, monkeypatch):
    written = []
    monkeypatch.setattr(sys.modules["recsys.cli.build"], "write_report_of", written.append)
    build()
    assert written == []
    database.with_name("shop.report.html").unlink()
    build()
    assert written == [database]


def test_what_cannot_be_read_is_left_to_the_build(build, shop):
    shop.with_name("orders.csv").unlink()
    output, builds = build()
    assert builds
    assert "Changed" not in output
    assert "purchases.path: no file matches 'orders.csv'" in " ".join(status().split())


@pytest.mark.parametrize("text", ["", '{"run_id": "run-2"}', "{", None])
def test_a_record_that_cannot_be_read_is_none(build, database, text):
    file = work_folder(database) / "published.json"
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    assert last_published(database) is None
    assert build()[1]
    assert "made of" not in status()
    assert json.loads(status("--json"))["made_of"] is None


def test_a_build_of_some_tables_leaves_no_record(database):
    remember_published(database, state_of(database), "run-3", None, ())
    assert last_published(database) is None


def test_a_shop_without_dates_is_built_once_a_day(database, shop, monkeypatch):
    made_of = fingerprint(shop, {}, dbt_project_folder(), work_folder(database))
    day = module.today()
    remember_published(database, state_of(database), "run-3", made_of.on_day(day), ())
    since = since_last_build(database, shop, {})
    assert since is not None
    assert since.changes == ()
    monkeypatch.setattr(module, "today", lambda: day + timedelta(days=1))
    since = since_last_build(database, shop, {})
    assert since is not None
    assert [change.kind for change in since.changes] == ["day"]


def test_status_shows_what_the_build_was_made_of(database, shop):
    shop.write_text(SHOP + "settings: {list_length: 7}\n")
    lines = [line.split() for line in status().splitlines()]
    at = lines.index(["What", "the", "build", "was", "made", "of"])
    table = [" ".join(line) for line in lines[at + 1 : at + 7]]
    assert "inputs purchases (1 file, 0.0 MB) unchanged" in table
    assert "shop file mine unchanged" in table
    assert "settings none given list_length: its default → 7" in table
    assert any(line.startswith("version recsys 0.1.0, code ") for line in table)
    said = json.loads(status("--json"))["made_of"]
    size = shop.with_name("orders.csv").stat().st_size
    assert said["inputs"] == {"purchases": {"files": 1, "bytes": size}}
    assert said["changes"] == [{"kind": "settings", "text": "list_length: its default → 7"}]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ((7, None, False), "fits anew from 2024-06-08 on"),
        ((7, "drift: 1 alarm", False), "drift: 1 alarm"),
        ((7, None, True), "pinned_fit pins it; without that: fits anew from 2024-06-08 on"),
        ((7, "drift: 1 alarm", True), "pinned_fit pins it; without that: drift: 1 alarm"),
        ((0, None, True), "pinned_fit pins it; without that: each build fits"),
    ],
)
def test_status_shows_how_old_the_fit_is(database, shop, monkeypatch, said, due):
    """Seven days after the last that it knew: a build of 8 June fits anew."""
    monkeypatch.setenv("COLUMNS", "200")
    days, ended, is_pinned = said
    made_of = fingerprint(shop, {}, dbt_project_folder(), work_folder(database))
    fit = Fit(run_id="run-fitted", fitted_at=datetime.now(UTC), as_of="2024-06-01", made_of=made_of)
    kept = KeptFit(fit=fit, days=days, database=None, ended=ended, is_pinned=is_pinned)
    fit_folder(database).mkdir()
    (fit_folder(database) / "fit.json").write_text(kept.model_dump_json())
    lines = [" ".join(line.split()) for line in status().splitlines()]
    assert f"fit run run-fitt, knew all until 2024-06-01 {due}" in lines
    assert json.loads(status("--json"))["made_of"]["fit"] == {
        "run_id": "run-fitted",
        "as_of": "2024-06-01",
        "due_on": "2024-06-08" if days else "2024-06-01",
        "ended": ended,
        "is_pinned": is_pinned,
    }
