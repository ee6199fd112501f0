"""The same input gives the same tables, however often and with however many hands."""

# ruff: noqa: S608 - the names come from the database
import sys

import duckdb
import pytest

AGAINST_EARLIER_RUNS = {
    "marts.drift",
    *(
        f"intermediate.{model}"
        for model in (
            *("int_drift", "int_earlier_measures", "int_list_overlaps", "int_measure_expectations"),
            *("int_run_measures", "int_list_measures", "int_share_distances", "int_shop_measures"),
        )
    ),
}
"""What compares a run with those before it, or with the clock: tests/dbt/test_drift.py."""
OF_THE_RUN = {
    *("run_id", "generated_at", "started_at", "finished_at", "seconds", "since_run_id"),
    *("previous_run_id", "fit_run_id"),
}


def contents(database):
    """Return the rows of every table, in order, without what tells runs apart."""
    with duckdb.connect(database, read_only=True) as connection:
        columns = connection.execute("""
            select schema_name || '.' || table_name, list(column_name order by column_index)
            from duckdb_columns() where not internal and database_name = current_database()
            group by all order by all
        """).fetchall()
        found = {}
        for table, names in columns:
            if table in AGAINST_EARLIER_RUNS:
                continue
            kept = ", ".join(f'"{name}"' for name in names if name not in OF_THE_RUN)
            if not kept:
                continue  # stg_build is of the run altogether
            found[table] = connection.execute(f"select {kept} from {table} order by all").fetchall()
    return found


@pytest.fixture(scope="module")
def second(builder, tiny_database, tiny_shop, tiny_variables):
    """Return the tiny shop built again onto its own database; midway the build was killed."""
    killed = None if sys.platform == "win32" else ("finished", "int_hybrid_models")
    return builder.build(tiny_shop, onto=tiny_database, variables=tiny_variables, killed=killed)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills processes as POSIX does")
@pytest.mark.parametrize(
    "killed",
    [
        ("finished", "stg_settings"),
        ("finished", "not_null_int_customers_customer_id"),
        ("started", "int_training_rows"),
        ("started", "int_served_blocks"),
        ("finished", "int_served_blocks"),
        ("finished", "int_served_recommendations"),
        ("started", "run_history"),
        ("finished", "run_history"),
    ],
    ids=" ".join,
)
def test_a_build_that_was_killed_and_gone_on_with_is_that_of_one_go(
    builder, tiny_database, tiny_shop, tiny_variables, killed
):
    database = builder.build(tiny_shop, variables=tiny_variables, killed=killed)
    assert_same(contents(tiny_database), contents(database))
    with duckdb.connect(database, read_only=True) as connection:
        [[run]] = connection.execute("select run_id from marts.run_history").fetchall()
        assert connection.execute("select run_id from staging.stg_build").fetchall() == [(run,)]
        lists = connection.execute("select distinct run_id from marts.recommendations")
        assert lists.fetchall() == [(run,)]


KEPT = {
    "marts.run_history",
    "marts.champions_history",
    "marts.model_metrics_history",
    "intermediate.int_list_runs",
    "intermediate.int_list_periods",
    "intermediate.int_popular_at_runs",
    "intermediate.int_served_customers",
}
"""Tables that each build adds rows to."""


def assert_same(one, other):
    assert one.keys() == other.keys()
    assert len(one) > 40
    for table, rows in one.items():
        assert rows == other[table], table


def test_a_second_build_changes_no_row_and_adds_a_run(tiny_database, second):
    before, after = contents(tiny_database), contents(second)
    of_first, of_both = (
        {table: found.pop(table) for table in sorted(KEPT)} for found in (before, after)
    )
    assert of_both["marts.run_history"] == of_first["marts.run_history"] * 2
    for table, rows in of_first.items():
        assert rows, table
        assert len(of_both[table]) == 2 * len(rows), table
    # the same lists were served before: none has changed, of anybody
    assert before.pop("marts.list_changes") == []
    for row in after.pop("marts.list_changes"):
        assert row[-4:] == (row[-3], row[-3], 0, 1)
    assert_same(before, after)


def test_rows_that_stay_are_of_the_first_run(second):
    with duckdb.connect(second, read_only=True) as connection:
        ask = connection.execute
        runs = [run for (run,) in ask("select run_id from marts.run_history").fetchall()]
        assert ask("""
            select distinct run_id, ended_run_id from marts.recommendations_history
        """).fetchall() == [(runs[0], None)]
        assert ask("""
            select distinct run_id, since_run_id, promised_probability from marts.recommendations
        """).fetchall() == [(runs[1], runs[0], None)]
        assert ask("""
            select run_id, since_run_id from marts.champions_history where list_type = 'discover'
        """).fetchall() == [(run, runs[0]) for run in runs]


def test_two_builds_of_one_shop_drift_in_nothing(second):
    """The lists and shares of the first were still there when the second was measured."""
    with duckdb.connect(second, read_only=True) as connection:
        rows = connection.execute("""
            select measure, part, value, expected, verdict from marts.drift
            where run_id = (select arg_max(run_id, started_at) from marts.run_history)
        """).fetchall()
    assert {verdict for *_, verdict in rows} == {"too few runs"}  # no alarm, and nothing watched
    overlaps = [row[2] for row in rows if row[0] in ("list_overlap", "list_rank_overlap")]
    assert overlaps == [1] * 6
    distances = [row[2] for row in rows if row[0].startswith(("bought_", "catalogue_", "listed_"))]
    assert distances == [0] * 10
    compared = {row[0] for row in rows if row[3] is not None}
    assert compared >= {"lines", "customers", "coverage", "champion_metric", "rejected_share"}


def test_marts_hold_the_last_run_only(second):
    with duckdb.connect(second, read_only=True) as connection:
        runs = connection.execute("""
            select run_id, started_at <= finished_at from marts.run_history order by started_at
        """).fetchall()
        assert len({run for run, _ in runs}) == 2
        assert all(in_order for _, in_order in runs)
        tables = connection.execute("""
            select table_name from duckdb_columns()
            where schema_name = 'marts' and column_name = 'run_id'
                and not ends_with(table_name, '_history')
                and table_name <> 'drift'
        """).fetchall()
        assert len(tables) >= 5
        # the tiny shop is too small for probabilities, nobody has tuned it, and it has no rules
        # and no experiment
        learned = {"feature_importances", "probability_calibration"}
        brought = {"recommendation_outcomes", "outcome_metrics"}  # nothing was bought meanwhile
        without = {"rules", "rule_effects", "experiment_arms", "uplift"}
        empty = learned | brought | without | {"tuned_parameters", "tuning_trials"}
        for (table,) in tables:
            rows = connection.execute(f"select distinct run_id from marts.{table}").fetchall()
            assert rows == ([] if table in empty else [(runs[-1][0],)]), table


@pytest.mark.slow  # a whole build
def test_workers_and_threads_change_no_row(builder, tiny_database, tiny_shop, tiny_variables):
    """The first build used no worker processes and two threads."""
    database = builder.build(tiny_shop, jobs=2, threads=1, variables=tiny_variables)
    assert_same(contents(tiny_database), contents(database))
