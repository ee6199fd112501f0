"""The same input gives the same tables, however often and with however many hands."""

# ruff: noqa: S608 - the names come from the database
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
OF_THE_RUN = {"run_id", "generated_at", "started_at", "finished_at", "seconds"}


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
    """Return the tiny shop built again onto its own database."""
    return builder.build(tiny_shop, onto=tiny_database, variables=tiny_variables)


def assert_same(one, other):
    assert one.keys() == other.keys()
    assert len(one) > 40
    for table, rows in one.items():
        assert rows == other[table], table


def test_a_second_build_changes_no_row_and_adds_a_run(tiny_database, second):
    before, after = contents(tiny_database), contents(second)
    first_run = before.pop("marts.run_history")
    assert after.pop("marts.run_history") == first_run * 2
    assert_same(before, after)


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
                and table_name not in ('run_history', 'drift')
        """).fetchall()
        assert len(tables) >= 5
        # the tiny shop is too small for probabilities, has no rules, and nobody has tuned it
        learned = {"feature_importances", "probability_calibration"}
        empty = learned | {"rules", "rule_effects", "tuned_parameters", "tuning_trials"}
        for (table,) in tables:
            rows = connection.execute(f"select distinct run_id from marts.{table}").fetchall()
            assert rows == ([] if table in empty else [(runs[-1][0],)]), table


def test_workers_and_threads_change_no_row(builder, tiny_database, tiny_shop, tiny_variables):
    """The first build used no worker processes and two threads."""
    database = builder.build(tiny_shop, jobs=2, threads=1, variables=tiny_variables)
    assert_same(contents(tiny_database), contents(database))
