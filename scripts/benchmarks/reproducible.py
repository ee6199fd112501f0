"""Whether two builds of the same input give the same tables."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.builds import run_build
from recsys.storage.connections import connect
from recsys.storage.names import text

# what tells one run from another, and nothing else
OF_THE_RUN = {
    *("run_id", "generated_at", "started_at", "finished_at", "seconds", "since_run_id"),
    *("previous_run_id", "fit_run_id"),
}


def main(values: list[None]) -> None:
    """Rows that differ between two builds of the default shop, table by table."""
    del values
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first.duckdb", Path(folder) / "second.duckdb"
        for database in (first, second):
            run_build(database, "--set", "keep_working_tables=true")
        different = differences(first, second)
    for table, rows in different.items():
        print(f"{table}: {rows:,} rows differ")
    print("the two builds are the same" if not any(different.values()) else "THE BUILDS DIFFER")
    if any(different.values()):
        raise SystemExit(1)


def differences(first: Path, second: Path) -> dict[str, int]:
    """Return, per table, the rows, or the columns, that only one of the two databases has."""
    found = {}
    with connect() as connection:
        for name, file in (("one", first), ("two", second)):
            connection.execute(f"attach {text(str(file))} as {name} (type duckdb, read_only)")
        tables = connection.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name in ('one', 'two') group by all order by all
            """
        ).fetchall()
        for schema, table in tables:
            columns, others = (
                connection.execute(
                    "select column_name, data_type from duckdb_columns() where database_name = ? "
                    "and schema_name = ? and table_name = ? order by column_index",
                    [database, schema, table],
                ).fetchall()
                for database in ("one", "two")
            )
            if columns != others:  # a table or a column that only one has
                found[f"{schema}.{table}"] = len({*columns} ^ {*others})
                continue
            kept = ", ".join(f'"{name}"' for name, _ in columns if name not in OF_THE_RUN)
            if not kept:
                continue
            one = f"select {kept} from one.{schema}.{table}"  # noqa: S608
            two = f"select {kept} from two.{schema}.{table}"  # noqa: S608
            only = f"(({one}) except all ({two})) union all (({two}) except all ({one}))"
            found[f"{schema}.{table}"] = connection.execute(
                f"select count(*) from ({only})"  # noqa: S608
            ).fetchall()[0][0]
    return found
