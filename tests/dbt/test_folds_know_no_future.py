# ruff: noqa: S608 - names of our own tables
"""The past of a shop is the same whether or not its later rows exist yet.

The tiny shop is built twice: with all of its rows, two folds judged, and as it was one label window
earlier. The earlier of the two judged folds is in both. Whatever is made for it, by SQL or by a
model, must be the same in both: nothing that came later may have reached it.
"""

from pathlib import Path

import duckdb
import pytest

FOLD = "2024-04-04"
EARLIER = "2024-05-02"
KEYS = {"customer_key", "buyer_key", "order_key"}
"""Numbers of a build: a customer who comes later shifts them. Customers are told by their ids."""
SCHEMAS = ("intermediate", "recommenders", "marts")
OF_THE_BUILD = {"run_id", "generated_at", "as_of"}
OF_THE_FUTURE = {
    "int_folds",
    "int_customer_folds",
    "champions",
    "int_champions",
    "int_champion_ranking",
    "int_ranked_candidates",
    "int_short_lists",
    "int_popular_fillers",
    "int_champion_candidates",
    "int_reranked_candidates",
    "int_reranked_lists",
    "int_reranking_trials",
    "int_reranking_effects",
    "reranking_effects",
    "int_basket_lists",
    "int_basket_metrics",
    "int_basket_intervals",
    "basket_metrics",
}
"""When a label window ends, and who serves today."""


@pytest.fixture(scope="module")
def both(builder, tiny_shop):
    """Return a connection with the databases `later` and `earlier`."""
    later = builder.run(tiny_shop, variables={"judged_folds": 2})
    earlier = builder.run(tiny_shop, variables={"as_of": EARLIER})
    with duckdb.connect() as connection:
        attach(connection, later=later, earlier=earlier)
        yield connection


def attach(connection: duckdb.DuckDBPyConnection, **databases: Path) -> None:
    for name, path in databases.items():
        connection.execute(f"attach '{path}' as {name} (read_only)")


def differing(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows of the fold are in one of the databases only, by table."""
    tables = connection.execute(
        """
        select schema_name || '.' || table_name, list(column_name order by column_index)
        from duckdb_columns() where database_name = 'later' and schema_name in $schemas
        group by all having list_contains(list(column_name), 'fold')
        """,
        {"schemas": SCHEMAS},
    ).fetchall()
    found = {}
    for table, names in tables:
        columns = {f'made."{name}"' for name in names if name not in KEYS | OF_THE_BUILD}
        customers = ""
        if "customer_key" in names:
            columns |= {"customers.customer_id"}
            customers = (
                "left join {}.intermediate.int_customers as customers "
                "on made.customer_key = customers.customer_key"
            )
        rows = {
            database: f"select {', '.join(sorted(columns))} from {database}.{table} as made "
            f"{customers.format(database)} where fold = '{FOLD}'"
            for database in ("later", "earlier")
        }
        [(count,)] = connection.execute(
            f"select count(*) from ((({rows['later']}) except all ({rows['earlier']})) "
            f"union all (({rows['earlier']}) except all ({rows['later']})))"
        ).fetchall()
        found[table.rpartition(".")[2]] = count
    return found


def test_no_table_of_a_past_fold_knows_what_came_later(both):
    found = differing(both)
    assert {name for name, rows in found.items() if rows} <= OF_THE_FUTURE
    made = {f"rec_{name}" for name in ("popularity", "svd", "content", "hybrid", "buy_again")}
    assert made | {"int_text_vectors", "int_hybrid_features", "model_metrics"} <= set(found)
    for table in ("recommenders.rec_popularity", "intermediate.int_text_vectors"):
        [(rows,)] = both.execute(
            f"select count(*) from later.{table} where fold = '{FOLD}'"
        ).fetchall()
        assert rows > 0


def test_a_leak_would_be_seen(both, tmp_path):
    """What is popular today is planted into the past, in a copy of a model's table."""
    [(path,)] = both.execute(
        "select path from duckdb_databases() where database_name = 'later'"
    ).fetchall()
    leaky = tmp_path / "leaky.duckdb"
    leaky.write_bytes(Path(path).read_bytes())
    with duckdb.connect(leaky) as connection:
        connection.execute(
            """
            update recommenders.rec_popularity as past set score = today.recent_customers
            from intermediate.int_fold_products as today
            where today.fold = 'serving' and past.product_key = today.product_key
            """
        )
    [(earlier,)] = both.execute(
        "select path from duckdb_databases() where database_name = 'earlier'"
    ).fetchall()
    with duckdb.connect() as connection:
        attach(connection, later=leaky, earlier=Path(earlier))
        assert differing(connection)["rec_popularity"] > 0
