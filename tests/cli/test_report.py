"""`recsys report`, and the report at the end of a build, which never fails it."""

import sys

import duckdb
import pytest

import recsys.report
from recsys.cli import main
from recsys.pipeline.build import BuildResult
from recsys.report.page import MARK


@pytest.fixture
def run(built, monkeypatch, capsys):
    """Return a function that runs the command and gives its exit code, stdout and stderr."""
    monkeypatch.setenv("RECSYS_DATABASE", str(built))
    with duckdb.connect(built) as connection:  # as this version builds it
        connection.execute("alter table marts.products add column department varchar")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["recsys", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def build(run, built, monkeypatch):
    """Return a function that runs a build whose models are there already."""
    done = BuildResult(built, "run-2", 1.0, 7, (), built.with_name("dbt.log"))
    monkeypatch.setattr(sys.modules["recsys.cli.build"], "run_build", lambda *args, **options: done)
    return lambda *arguments: run("build", *arguments)


def test_it_lies_beside_the_database(run, built):
    code, out, err = run("report")
    to = built.with_name("shop.report.html")
    assert (code, err) == (0, "")
    assert out == f"Report: {to} (0.1 MB)\n"
    assert to.read_text(encoding="utf-8").startswith(MARK)


def test_another_file_and_database(run, built, tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_DATABASE", str(tmp_path / "none.duckdb"))
    to = tmp_path / "here" / "look.html"
    code, _, err = run("report", "--to", str(to), "--database", str(built))
    assert (code, err) == (0, "")
    assert to.is_file()


def test_no_database(run, tmp_path, monkeypatch):
    monkeypatch.setenv("RECSYS_DATABASE", str(tmp_path / "none.duckdb"))
    code, out, err = run("report")
    assert (code, out) == (1, "")
    assert err.startswith("recsys: ")
    assert "none.duckdb" in err


def test_an_older_file_is_to_be_rebuilt(run, built):
    with duckdb.connect(built) as connection:
        connection.execute("alter table marts.products drop column department")
    code, _, err = run("report")
    assert code == 1
    assert "rebuild it with `recsys build`" in err
    assert not built.with_name("shop.report.html").exists()


def test_another_file_of_the_name_is_an_error(run, built):
    to = built.with_name("shop.report.html")
    to.write_text("my notes")
    code, _, err = run("report")
    assert code == 1
    assert "another file is there, which isn't a report" in err
    assert to.read_text() == "my notes"


def test_a_build_ends_with_its_report(build, built):
    code, out, err = build()
    assert (code, err) == (0, "")
    to = built.with_name("shop.report.html")
    assert out.splitlines()[-1] == f"Report: {to} (0.1 MB)"
    assert to.is_file()


def test_a_setting_switches_it_off(build, built):
    with duckdb.connect(built) as connection:
        connection.execute("update marts.run_history set parameters = '{\"write_report\": false}'")
    code, out, _ = build()
    assert code == 0
    assert "eport" not in out
    assert not built.with_name("shop.report.html").exists()


@pytest.mark.parametrize("error", [ValueError("no such chart"), OSError(28, "No space left")])
def test_a_report_that_fails_is_a_warning(build, built, monkeypatch, error):
    def fail(*arguments: object) -> int:
        raise error

    monkeypatch.setattr(recsys.report, "write_report", fail)
    code, out, err = build()
    assert (code, err) == (0, "")
    assert "Built in 1 s" in out
    said = " ".join(out.split())
    assert "warning: there is no report of this build: No" in said.replace(": no", ": No")


def test_a_report_that_cannot_be_replaced_is_a_warning(build, built):
    to = built.with_name("shop.report.html")
    to.write_text("my notes")
    code, out, _ = build()
    assert code == 0
    assert "warning: there is no report of this build" in out
    assert to.read_text() == "my notes"
