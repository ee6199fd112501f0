"""Runs of some tables, of no rows, and dbt's other commands: none of them passes for a build."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest

from recsys.reading.warehouse import Warehouse
from recsys.settings.project import dbt_project_folder

PROJECT = dbt_project_folder()


@pytest.fixture(scope="module")
def dbt(tmp_path_factory, tiny_database, tiny_shop):
    """Return a function that runs dbt on a copy of the tiny shop's database."""
    folder = tmp_path_factory.mktemp("partial")
    database = shutil.copy(tiny_database, folder / "shop.duckdb")
    environment = os.environ | {
        "RECSYS_DATABASE": str(database),
        "RECSYS_SHOP": str(tiny_shop / "shop.yml"),
        "RECSYS_JOBS": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }

    def run(*arguments: str):
        ran = subprocess.run(  # noqa: S603 - our own arguments
            [sys.executable, "-m", "dbt.cli.main", *arguments],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    run.database = database
    return run


HISTORIES = (
    *("run_history", "champions_history", "model_metrics_history", "recommendations_history"),
    "outcome_metrics",
)


def runs_of(database) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute("select run_id from marts.run_history").fetchall()


def histories_of(database) -> list[list[tuple]]:
    with duckdb.connect(database, read_only=True) as connection:
        return [
            connection.execute(f"from marts.{name} order by all").fetchall() for name in HISTORIES
        ]


@pytest.mark.parametrize(
    "selected",
    [
        "run_history champions_history model_metrics_history",
        pytest.param("marts", marks=pytest.mark.slow),
        pytest.param("recommendations run_history", marks=pytest.mark.slow),
    ],
)
def test_a_run_of_some_tables_is_no_build(dbt, selected):
    before = histories_of(dbt.database)
    assert len(before[0]) == 1
    assert "Completed successfully" in dbt("run", "--select", *selected.split())
    assert histories_of(dbt.database) == before


@pytest.mark.slow
def test_a_build_of_no_rows_succeeds_and_is_no_build(dbt):
    """Tests included. What is there says that nothing is."""
    before = runs_of(dbt.database)
    dbt("build", "--empty", "--exclude-resource-type", "unit_test")
    assert runs_of(dbt.database) == before
    with Warehouse(dbt.database) as warehouse:
        assert warehouse.health().status == "empty"
        assert warehouse.unfinished_build() is not None
        tables = [
            t for t in warehouse.tables() if t not in ("run_history", "drift", "input_support")
        ]
        counts = {name: warehouse.query(f"from marts.{name}").num_rows for name in tables}
    assert {name for name, rows in counts.items() if rows} <= {"cleaning_report"}


@pytest.mark.slow
def test_what_only_reads_the_project_succeeds(dbt):
    for command in (["compile"], ["docs", "generate"], ["ls"]):
        dbt(*command)
