"""`dbt build` in the project's folder, without our command: the same tables, the same messages."""

import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parents[2] / "dbt_project"


@pytest.fixture(scope="module")
def dbt(tmp_path_factory):
    """Return a function that runs dbt as a user does, and writes nothing into the project."""
    folder = tmp_path_factory.mktemp("plain")

    def run(*arguments: str, **environment: object) -> subprocess.CompletedProcess:
        settings = {
            "RECSYS_JOBS": "1",
            "DBT_TARGET_PATH": folder / "target",
            "DBT_LOG_PATH": folder / "logs",
            "DBT_USE_COLORS": "false",
            **environment,
        }
        return subprocess.run(  # noqa: S603 - the dbt of this environment
            [Path(sys.executable).with_name("dbt"), *arguments],
            cwd=PROJECT,
            env=os.environ | {name: str(value) for name, value in settings.items()},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def rows(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_variables_name_the_database_and_the_shop(
    dbt, tiny_shop, published_file, query, tmp_path
):
    """In a time zone far away, onto a published file. All unit tests of the models run along."""
    database = Path(shutil.copy(published_file, tmp_path / "shop.duckdb"))
    past = tmp_path / ".recsys" / "shop" / "past"
    past.mkdir(parents=True)
    (past / "run-1.duckdb").write_text("customers of then")
    serving = tmp_path / ".recsys" / "shop" / "serving"
    for left in ("rows/999/int_customers.parquet", "fitted/interactions-1.joblib", "served/x/y"):
        (serving / left).parent.mkdir(parents=True)  # by a build that was killed
        (serving / left).write_text("customers of then")
    ran = dbt(
        "build",
        RECSYS_DATABASE=database,
        RECSYS_SHOP=tiny_shop / "shop.yml",
        TZ="Pacific/Auckland",
    )
    assert ran.returncode == 0, ran.stdout
    assert not serving.exists()
    assert not past.exists()
    # in so small a shop the hybrid is hardly certain to be better, and others are certain to be
    # better than what serves in its place
    assert "Completed with 2 warnings" in ran.stdout
    assert re.search(r"[1-9]\d* unit tests", ran.stdout)
    assert "assert_champions_beat_popularity_and_habit" in ran.stdout
    assert "assert_no_recommender_beats_the_champion" in ran.stdout
    for sql in (
        "from marts.purchases order by all",
        "select * exclude (run_id, generated_at) from marts.recommendations order by all",
        "select * exclude (run_id) from marts.model_metrics order by all",
    ):
        # a sum's last digits depend on which thread comes first
        for one, other in zip(rows(database, sql), query(sql), strict=True):
            assert one == tuple(
                pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
                for value in other
            )
    # the lists are those of the run before: none has ended
    assert rows(
        database,
        "select (select count(*) from intermediate.int_list_runs), "
        "(select count(*) from intermediate.int_ended_recommendations), "
        "(select count(distinct run_id) from marts.champions_history)",
    ) == [(2, 0, 2)]
    [_, (started, finished, now)] = rows(
        database,
        "select started_at, finished_at, now() at time zone 'UTC' from marts.run_history "
        "order by rowid",
    )
    assert started <= finished <= now


def test_variables_on_the_command_line_win(dbt, tiny_shop, tmp_path):
    """Over the environment, which names a shop that isn't there, and over the shop's settings."""
    database, shop = tmp_path / "shop.duckdb", tmp_path / "my shop.yml"
    shop.write_text(f"""
name: far away
purchases:
  path: {tiny_shop / "purchases.csv"}
  columns:
    customer_id: CustomerNo
    product_id: SKU
    purchased_at: to_timestamp(epoch(try_cast(Day as timestamp)))
settings: {{min_customers_per_product: 3, min_baskets_together: 3}}
""")
    ran = dbt(
        *("run", "--select", "+stg_purchases", "--vars"),
        f"{{shop: '{shop}', min_customers_per_product: 7}}",
        RECSYS_DATABASE=database,
        RECSYS_SHOP=tmp_path / "nowhere.yml",
        TZ="Pacific/Auckland",
    )
    assert ran.returncode == 0, ran.stdout
    settings = rows(
        database,
        "select shop, min_customers_per_product, min_baskets_together, list_length "
        "from staging.stg_settings",
    )
    # from the command line, from the shop file, from the project
    assert settings == [("far away", 7, 3, 10)]
    # a point in time is the same day everywhere
    first_day = rows(database, "select min(purchased_at) from staging.stg_purchases")
    assert first_day == [(datetime(2024, 1, 2),)]


def test_a_wrong_shop_file_is_explained(dbt, tmp_path):
    (tmp_path / "shop.yml").write_text("""
name: wrong
purchases:
  path: nowhere.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
""")
    ran = dbt("build", RECSYS_DATABASE=tmp_path / "x.duckdb", RECSYS_SHOP=tmp_path / "shop.yml")
    assert ran.returncode != 0
    said = "purchases.path: no file matches 'nowhere.csv' (looked in "
    assert ran.stdout.count(said) == 1
    assert "Traceback" not in ran.stdout + ran.stderr
    # no empty database is left behind
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yml"]


def test_a_wrong_shop_file_leaves_a_database_as_it_was(dbt, tiny_shop, tmp_path):
    database = tmp_path / "x.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create table theirs as select 1 as one")
    (tmp_path / "shop.yml").write_text(f"""
name: wrong
purchases:
  path: {tiny_shop / "purchases.csv"}
  columns: {{customer_id: Nobody, product_id: SKU, purchased_at: Day}}
""")
    ran = dbt("build", RECSYS_DATABASE=database, RECSYS_SHOP=tmp_path / "shop.yml")
    assert ran.returncode != 0
    assert "Nobody" in ran.stdout
    assert rows(database, "from theirs") == [(1,)]
