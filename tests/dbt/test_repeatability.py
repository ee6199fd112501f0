"""The same input gives the same tables, however often and with however many hands."""

# ruff: noqa: S608 - the names come from the database
import duckdb
import pytest

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


def test_marts_hold_the_last_run_only(second):
    with duckdb.connect(second, read_only=True) as connection:
        runs = connection.execute("""
            select run_id, started_at <= finished_at from marts.run_history order by started_at
        """).fetchall()
        assert len({run for run, _ in runs}) == 2
        assert all(in_order for _, in_order in runs)
        tables = connection.execute("""
            select table_name from duckdb_columns()
            where schema_name = 'marts' and column_name = 'run_id' and table_name <> 'run_history'
        """).fetchall()
        assert len(tables) >= 5
        # the tiny shop is too small for probabilities, has no rules and no experiment, and nobody has tuned it
        learned = {"feature_importances", "probability_calibration"}
        empty = learned | {"rules", "rule_effects", "tuned_parameters", "tuning_trials"}
        for (table,) in tables:
            rows = connection.execute(f"select distinct run_id from marts.{table}").fetchall()
            assert rows == ([] if table in empty else [(runs[-1][0],)]), table


def test_workers_and_threads_change_no_row(builder, tiny_database, tiny_shop, tiny_variables):
    """The first build used no worker processes and two threads."""
    database = builder.build(tiny_shop, jobs=2, threads=1, variables=tiny_variables)
    assert_same(contents(tiny_database), contents(database))
