# ruff: noqa: S608 - names of our own tables
"""However customers are cut into blocks, and wherever blocks run, the same is served."""

import importlib.util
import os
import shutil
import threading
from pathlib import Path

import duckdb
import psutil
import pytest

from recsys.serving import merged_rows

OF_THE_RUN = {
    *("run_id", "generated_at", "started_at", "finished_at", "seconds", "parameters"),
    *("since_run_id", "fit_run_id"),
}


def differing(one: Path, other: Path) -> dict[str, int]:
    """Return, for each public table, how many rows are in one of the databases only."""
    found = {}
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'one' and schema_name = 'marts'"
        ).fetchall():
            described = connection.execute(f"describe one.marts.{table}").fetchall()
            columns = ", ".join(
                # sums of the same numbers in another order
                f'round("{name}", 9)' if kind == "DOUBLE" else f'"{name}"'
                for name, kind, *_ in described
                if name not in OF_THE_RUN
            )
            [(found[table],)] = connection.execute(
                f"""
                select count(*) from (
                    (select {columns} from one.marts.{table}
                    except all select {columns} from other.marts.{table})
                    union all
                    (select {columns} from other.marts.{table}
                    except all select {columns} from one.marts.{table})
                )
                """
            ).fetchall()
    return found


def test_blocks_of_three_customers_serve_what_one_block_does(
    builder, tiny_shop, tiny_database, monkeypatch
):
    monkeypatch.setattr(merged_rows, "FILES_AT_ONCE", 2)
    found = differing(
        tiny_database, builder.run(tiny_shop, variables={"serving_block_customers": 3})
    )
    public = {"recommendations", "customer_preferences", "predicted_ratings", "product_audiences"}
    public |= {"products", "replenishment"}
    assert public <= set(found)
    assert not any(found.values()), found


needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs Java and pip install 'recsys[spark]'",
)
SPARK = {"serving_block_customers": 3, "serving_engine": "spark"}


@pytest.fixture
def cluster(monkeypatch):
    """Two executors in processes of their own, unless the environment names a cluster."""
    master = "--master local-cluster[2,1,2048] --conf spark.ui.enabled=false pyspark-shell"
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", os.environ.get("PYSPARK_SUBMIT_ARGS", master))


@pytest.mark.slow
@needs_spark
def test_executors_of_spark_serve_what_this_process_does(
    builder, tiny_shop, tiny_database, cluster
):
    found = differing(tiny_database, builder.build(tiny_shop, variables=SPARK))
    assert not any(found.values()), found


@pytest.mark.slow
@needs_spark
def test_an_executor_that_is_killed_midway_changes_nothing(
    builder, tiny_shop, tiny_database, cluster
):
    """One is killed as soon as the first block is served; Spark starts another one."""
    killed, is_over = [], threading.Event()

    def kill() -> None:
        while not is_over.wait(0.05):
            folder = builder.database.parent
            if any(folder.rglob("served/int_block_recommendations/*.parquet")):
                executors = [
                    process
                    for process in psutil.Process().children(recursive=True)
                    if "CoarseGrainedExecutorBackend" in " ".join(process.cmdline())
                ]
                min(executors, key=lambda executor: executor.create_time()).kill()
                killed.append(True)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        database = builder.build(tiny_shop, variables=SPARK)
    finally:
        is_over.set()
        killer.join()
    assert killed == [True]
    found = differing(tiny_database, database)
    assert not any(found.values()), found
