"""Days of the tiny shop, built one after the other by dbt, from a file of the version before.

One purchase comes after the day that the tiny shop is looked at: customer T4 buys 0001, which is in
two of the customer's lists, on 1 June 2024.
"""

# ruff: noqa: S608 - names of our own tables

import importlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recsys.pipeline.rollback import roll_back

from .conftest import leftovers_ignored

pytestmark = pytest.mark.slow

BEFORE = Path(__file__).with_name("before_history.sql")
SCRIPTS = Path(__file__).parents[2] / "scripts"
RUNS = "select run_id from marts.run_history order by rowid"


@pytest.fixture(scope="module")
def days(tmp_path_factory, published_file: Path, tiny_shop: Path) -> Any:
    """Return the measurement of days, and two days played on the file of the version before."""
    folder = tmp_path_factory.mktemp("days")
    database = folder / "played.duckdb"
    shutil.copy(published_file, database)
    with duckdb.connect(database) as connection:
        connection.execute(BEFORE.read_text(encoding="utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        patch.setenv("RECSYS_JOBS", "1")
        month = importlib.import_module("benchmarks.month")

        def play(*ends: str) -> Any:
            with leftovers_ignored():
                return month.play(
                    tiny_shop / "shop.yml",
                    folder,
                    [date.fromisoformat(end) for end in ends],
                    {"keep_builds": 2},
                )

        yield month, play, play("2024-05-31", "2024-06-02"), published_file


def ask(database: Path) -> Callable[[str], list[tuple]]:
    def answered(sql: str) -> list[tuple]:
        with duckdb.connect(database, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return answered


def test_outcomes_are_those_of_each_day_s_lists(days):
    month, _, played, _ = days
    differing, rows = month.differences(played)
    assert (differing, rows) == (0, 2)
    found = ask(played.database)(
        "select customer_id, list_type, product_id, purchased_at::date::varchar "
        "from marts.recommendation_outcomes order by 2"
    )
    assert found == [
        ("T4", "buy_again", "0001", "2024-06-01"),
        ("T4", "next_basket", "0001", "2024-06-01"),
    ]


def test_history_is_the_lists_of_all_days_and_of_the_version_before(days):
    """Each day's lists are rows of history that began with it or before and hadn't ended."""
    _, _, played, published = days
    runs = [run for (run,) in ask(played.database)(RUNS)]
    copies = [f"'{played.copies}/{day}.parquet'" for day in ("2024-05-31", "2024-06-02")]
    with duckdb.connect(played.database, read_only=True) as connection:
        connection.execute(f"attach '{published}' as version_before (read_only)")
        lists = ["version_before.marts.recommendations", *copies]
        assert len(runs) == len(lists) == 3
        assert connection.execute(
            "select run_id, served_from::date::varchar from intermediate.int_list_runs order by 1"
        ).fetchall() == sorted(zip(runs, ["2024-05-31", "2024-06-01", "2024-06-03"], strict=True))
        connection.execute(
            "create temp table numbered as select run_id, run_number as number "
            "from intermediate.int_list_runs"
        )
        columns = "customer_id, list_type, rank, product_id, recommender"
        for number, listed in enumerate(lists, start=1):
            of_run = f"""
                select {columns} from marts.recommendations_history as history
                inner join numbered as began on history.run_id = began.run_id
                left join numbered as ended on history.ended_run_id = ended.run_id
                where began.number <= {number} and coalesce(ended.number > {number}, true)
            """
            for one, other in (
                (of_run, f"select {columns} from {listed}"),
                (f"select {columns} from {listed}", of_run),
            ):
                query = f"select count(*) from (({one}) except all ({other}))"
                assert connection.execute(query).fetchall() == [(0,)]


def test_complete_builds_alone_have_champions_and_metrics_in_history(days):
    """The version before wrote none down."""
    _, _, played, _ = days
    runs = [run for (run,) in ask(played.database)(RUNS)]
    for table in ("champions_history", "model_metrics_history"):
        found = ask(played.database)(f"select distinct run_id from marts.{table} order by 1")
        assert found == sorted((run,) for run in runs[1:])


def test_a_build_after_a_rollback_goes_on_from_what_was_put_back(days):
    """Last of all, as it changes the file: the rolled back run is in no history any more."""
    month, play, played, _ = days
    before = [run for (run,) in ask(played.database)(RUNS)]
    roll_back(played.database)
    assert [run for (run,) in ask(played.database)(RUNS)] == before[:2]
    again = play("2024-06-02")
    after = [run for (run,) in ask(again.database)(RUNS)]
    assert after[:2] == before[:2]
    assert before[2] not in after
    assert ask(again.database)(
        "select run_id from intermediate.int_list_runs order by run_number"
    ) == [(run,) for run in after]
    assert month.differences(again) == (0, 2)
