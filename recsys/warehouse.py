"""The built database, read-only: what the command line, the API and the exports ask of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from recsys.errors import DatabaseError, UnknownCustomerError, UnknownProductError
from recsys.opening import open_read_only
from recsys.records import Customer, Health, Product, Run, record

SCHEMA = "marts"

Row = dict[str, Any]


class ListType(StrEnum):
    """A customer's lists."""

    discover = "discover"
    buy_again = "buy_again"
    next_basket = "next_basket"


class JudgedList(StrEnum):
    """What is judged: a customer's lists, and what stands on a product's page."""

    discover = "discover"
    buy_again = "buy_again"
    next_basket = "next_basket"
    product_page = "product_page"


class Verdict(StrEnum):
    """How one recommender compares with another; inside the noise it is a tie."""

    better = "better"
    worse = "worse"
    tie = "tie"


class Method(StrEnum):
    """Ways of being similar: by what a product is, or by who buys it."""

    content = "content"
    collaborative = "collaborative"


class Warehouse:
    """A built DuckDB file, opened read-only; threads may share it, as every call has its cursor.

    It shows the build that was there when it was opened, also while the next one runs. Plain
    `dbt build` can't write to the file while it is open: close it, or use it in a `with` block.

    Raises
    ------
    DatabaseError
        The file is missing, is being written, or wasn't built by this package.

    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._connection = open_read_only(self.path)
        try:
            self._require_marts()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def recommendations(
        self, customer_id: str, list_type: str | None = None, k: int | None = None
    ) -> pa.Table:
        """Return a customer's lists, best first, with titles; none for one without candidates."""
        self.customer(customer_id)
        return self.query(
            """
            select
                list_type, rank, product_id, title, category, brand, price, score, probability,
                recommender, reason, reason_product_id, run_id, generated_at
            from marts.recommendation_details
            where
                customer_id = $customer_id
                and ($list_type is null or list_type = $list_type)
                and ($k is null or rank <= $k)
            order by list_position($list_types, list_type), rank
            """,
            customer_id=customer_id,
            list_type=list_type,
            k=k,
            list_types=list(ListType),
        )

    def recent_purchases(self, customer_id: str, limit: int = 10) -> pa.Table:
        """Return a customer's last products, one row each, newest first; returns don't count."""
        return self.query(
            """
            select
                purchases.product_id,
                any_value(products.title) as title,
                any_value(products.category) as category,
                max(purchases.purchased_at) as last_purchased_at,
                count(distinct purchases.order_id) as orders
            from marts.purchases as purchases
            left join marts.products as products on purchases.product_id = products.product_id
            where purchases.customer_id = $customer_id and not coalesce(purchases.is_return, false)
            group by purchases.product_id
            order by last_purchased_at desc, purchases.product_id
            limit $limit
            """,
            customer_id=customer_id,
            limit=limit,
        )

    def similar_products(
        self, product_id: str, method: str | None = None, k: int | None = None
    ) -> pa.Table:
        """Return the products most like this one, by method and rank, and what they share.

        A size or colour that counts as another product (`recommend_as`) is like what that is like.
        """
        return self.query(
            """
            select
                alike.method, alike.rank, alike.similar_product_id, products.title,
                products.category, products.brand, products.price, alike.similarity,
                alike.reason
            from marts.similar_products as alike
            left join marts.products as products
                on alike.similar_product_id = products.product_id
            where
                alike.product_id = $counted_as
                and ($method is null or alike.method = $method)
                and ($k is null or alike.rank <= $k)
            order by alike.method, alike.rank
            """,
            counted_as=self._counted_as(product_id),
            method=method,
            k=k,
        )

    def _counted_as(self, product_id: str) -> str:
        """Return the product whose size or colour this one is, or itself."""
        self.product(product_id)
        [row] = self.query(
            "select coalesce(recommend_as, product_id) as counted_as from marts.products "
            "where product_id = $product_id",
            product_id=product_id,
        ).to_pylist()
        return str(row["counted_as"])

    def bought_together(self, product_id: str, k: int | None = None) -> pa.Table:
        """Return what shares baskets with this product, ranked by the careful end of the lift.

        A size or colour counts as what it is recommended as, like in `similar_products`.
        """
        return self.query(
            """
            select
                pairs.rank, pairs.other_product_id, products.title, products.category,
                pairs.baskets, pairs.support, pairs.confidence, pairs.lift, pairs.lift_low
            from marts.bought_together as pairs
            left join marts.products as products on pairs.other_product_id = products.product_id
            where pairs.product_id = $counted_as and ($k is null or pairs.rank <= $k)
            order by pairs.rank
            """,
            counted_as=self._counted_as(product_id),
            k=k,
        )

    def model_metrics(
        self,
        recommender: str | None = None,
        list_type: str | None = None,
        metric: str | None = None,
        k: int | None = None,
        segment_type: str = "all",
    ) -> pa.Table:
        """Return the judged folds' metrics, newest fold first; each None means any value.

        Beside each stands how it compares with who serves the list, or with popularity on a
        product's page: difference, interval and verdict, null for that one itself.
        """
        return self.query(
            """
            select
                metrics.fold, metrics.recommender, metrics.list_type, metrics.segment_type,
                metrics.segment, metrics.metric, metrics.k, metrics.value, metrics.ci_low,
                metrics.ci_high, metrics.customers, comparisons.baseline, comparisons.difference,
                comparisons.ci_low as difference_low, comparisons.ci_high as difference_high,
                comparisons.verdict
            from marts.model_metrics as metrics
            left join marts.champions as champions on metrics.list_type = champions.list_type
            left join marts.model_comparisons as comparisons
                on
                    metrics.fold = comparisons.fold
                    and metrics.recommender = comparisons.recommender
                    and metrics.list_type = comparisons.list_type
                    and metrics.segment_type = comparisons.segment_type
                    and metrics.segment = comparisons.segment
                    and metrics.metric = comparisons.metric
                    and metrics.k = comparisons.k
                    and comparisons.baseline = coalesce(champions.recommender, 'popularity')
            where
                ($recommender is null or metrics.recommender = $recommender)
                and ($list_type is null or metrics.list_type = $list_type)
                and ($metric is null or metrics.metric = $metric)
                and ($k is null or metrics.k = $k)
                and metrics.segment_type = $segment_type
            order by
                metrics.fold desc, list_position($list_types, metrics.list_type), metrics.metric,
                metrics.k, metrics.segment, metrics.value desc nulls last, metrics.recommender
            """,
            recommender=recommender,
            list_type=list_type,
            metric=metric,
            k=k,
            segment_type=segment_type,
            list_types=list(JudgedList),
        )

    def evaluation_coverage(self) -> pa.Table:
        """Return whom the metrics are over and who and what was left out, newest fold first."""
        return self.query(
            """
            select
                fold, list_type, customers_with_history, customers_judged,
                customers_nothing_to_find, customers_not_sampled, customers_without_history,
                held_out, in_catalogue, share_outside
            from marts.evaluation_coverage
            order by fold desc, list_position($list_types, list_type)
            """,
            list_types=list(JudgedList),
        )

    def champions(self) -> pa.Table:
        """Return the recommender that serves each list, and why it was chosen."""
        return self.query(
            """
            select
                list_type, recommender, metric, k, value, baseline, difference, ci_low, ci_high,
                verdict, why
            from marts.champions
            order by list_position($list_types, list_type)
            """,
            list_types=list(ListType),
        )

    def input_audit(self) -> pa.Table:
        """Return how many lines of each source were accepted or rejected, and why."""
        return self.query(
            """
            select source, outcome, reason, rows
            from marts.input_audit
            order by source, outcome, rows desc, reason
            """
        )

    def missing_inputs(self) -> pa.Table:
        """Return what the shop's files don't have, and what the build goes without for it."""
        return self.query("select aspect, consequence from marts.input_support where not is_given")

    def run_history(self, limit: int = 5) -> list[Run]:
        """Return the last completed runs, newest first.

        Runs are only ever added, at the end of the table. The clock, which says when they
        finished, may have been set back between two of them.
        """
        rows = self.query(
            """
            select * exclude (run_number)
            from (select *, row_number() over () as run_number from marts.run_history)
            order by run_number desc
            limit $limit
            """,
            limit=limit,
        )
        return [record(Run, row) for row in rows.to_pylist()]

    def last_run(self) -> Run | None:
        """Return the newest completed run, or None before the first."""
        return next(iter(self.run_history(1)), None)

    def unfinished_build(self) -> datetime | None:
        """Return when the last build began if it didn't finish, as after a crash; UTC.

        Each table is of one build, but not all of them of the same then.
        """
        is_told = self._row(
            """
            select 1 from duckdb_tables()
            where database_name = current_database()
                and schema_name = 'staging' and table_name = 'stg_build'
            """
        )
        if is_told is None:  # a copy without the layers below the marts
            return None
        row = self._row(
            """
            select started_at from staging.stg_build
            where run_id not in (select run_id from marts.run_history)
            """
        )
        return None if row is None else row["started_at"]

    def health(self) -> Health:
        """Return what a monitor asks: is there a run, is it whole, and are there lists in it."""
        run = self.last_run()
        is_whole = self.unfinished_build() is None
        counts = self._row(
            """
            select
                (select count(*) from marts.customers) as customers,
                (select count(*) from marts.recommendations) as recommendations
            """
        )
        assert counts is not None  # noqa: S101 - two counts are always one row
        return Health(
            status=("ok" if is_whole else "incomplete") if counts["recommendations"] else "empty",
            database=str(self.path),
            run_id=run.run_id if run else None,
            finished_at=run.finished_at if run else None,
            **counts,
        )

    def customer(self, customer_id: str) -> Customer:
        """Return one customer.

        Raises
        ------
        UnknownCustomerError
            Naming up to three ids that look alike.

        """
        row = self._row("select * from marts.customers where customer_id = $id", id=customer_id)
        if row is None:
            raise UnknownCustomerError(self._unknown("customer", customer_id))
        return record(Customer, row)

    def product(self, product_id: str) -> Product:
        """Return one product.

        Raises
        ------
        UnknownProductError
            Naming up to three ids that look alike.

        """
        row = self._row("select * from marts.products where product_id = $id", id=product_id)
        if row is None:
            raise UnknownProductError(self._unknown("product", product_id))
        return record(Product, row)

    def tables(self) -> list[str]:
        """Return the names of the public tables and views."""
        rows = self.query(
            """
            select table_name
            from information_schema.tables
            where table_schema = $schema
            order by table_name
            """,
            schema=SCHEMA,
        )
        return [str(name) for name in rows["table_name"].to_pylist()]

    def query(self, sql: str, **parameters: object) -> pa.Table:
        """Run one query with its `$name` parameters bound, and return the rows."""
        with self._connection.cursor() as cursor:
            try:
                return cursor.sql(sql, params=parameters or None).to_arrow_table()
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                raise DatabaseError(_outdated(self.path, error)) from error

    def copy(self, table: str, to: Path, options: str) -> int:
        """Write a public table to a file with DuckDB's COPY, and return its number of rows."""
        target = str(to).replace("'", "''")
        name = table.replace('"', '""')
        with self._connection.cursor() as cursor:
            done = cursor.execute(f"copy {SCHEMA}.\"{name}\" to '{target}' ({options})").fetchall()
        return int(done[0][0])

    def _row(self, sql: str, **parameters: object) -> Row | None:
        rows: Sequence[Row] = self.query(sql, **parameters).to_pylist()
        return rows[0] if rows else None

    def _require_marts(self) -> None:
        if "recommendations" not in self.tables():
            raise DatabaseError(
                f"{self.path} holds no finished build (there is no {SCHEMA}.recommendations): "
                "run `recsys build`, or name another file with --database"
            )

    def _unknown(self, kind: str, wanted: str) -> str:
        table, column = f"{SCHEMA}.{kind}s", f"{kind}_id"
        near = self.query(
            f"""
            select {column} as id
            from {table}
            where
                ltrim({column}, '0') = ltrim($wanted, '0')
                or jaro_winkler_similarity(lower({column}), lower($wanted)) >= 0.8
            order by
                ltrim({column}, '0') = ltrim($wanted, '0') desc,
                jaro_winkler_similarity(lower({column}), lower($wanted)) desc,
                {column}
            limit 3
            """,  # noqa: S608 - both names are literals of this class
            wanted=wanted[:100],
        )["id"].to_pylist()
        alike = f" Ids like it: {', '.join(map(repr, near))}." if near else ""
        return (
            f"no {kind} {wanted!r} in this database.{alike} "
            f"List them with: from {table} select {column} order by {column}"
        )


def _outdated(path: Path, error: Exception) -> str:
    return (
        f"{path} lacks what this version of recsys reads ({str(error).splitlines()[0]}): "
        "rebuild it with `recsys build`"
    )
