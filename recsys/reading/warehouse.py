"""The built database, read-only: what the command line, the API and the exports ask of it."""

import math
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from recsys.errors import DatabaseError, UnknownCustomerError, UnknownProductError
from recsys.reading.ranked_tables import (
    BOUGHT_TOGETHER,
    RECOMMENDATIONS,
    SIMILAR_PRODUCTS,
    ListType,
    Method,
    RankedTable,
)
from recsys.reading.records import Customer, Health, Product, Run, in_utc, record
from recsys.storage.names import text
from recsys.storage.opening import open_read_only

__all__ = ["JudgedList", "ListType", "Method", "Verdict", "Warehouse"]

SCHEMA = "marts"
OUTDATED = (duckdb.CatalogException, duckdb.BinderException)
"""What DuckDB raises where a table or a column isn't there."""

Row = dict[str, Any]


class JudgedList(StrEnum):
    """Lists that are evaluated: those of a customer, and the product page."""

    discover = "discover"
    buy_again = "buy_again"
    next_basket = "next_basket"
    product_page = "product_page"


class Verdict(StrEnum):
    """How one recommender compares with another; a difference that isn't significant is a tie."""

    better = "better"
    worse = "worse"
    tie = "tie"


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
        self._file = open_read_only(self.path)
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
        self._file.close()

    def recommendations(
        self, customer_id: str, list_type: str | None = None, k: int | None = None
    ) -> pa.Table:
        """Return a customer's lists, best first, with titles; none for one without candidates."""
        self.customer(customer_id)
        return self._ranked(RECOMMENDATIONS, customer_id, list_type, k)

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
        return self._ranked(SIMILAR_PRODUCTS, self._counted_as(product_id), method, k)

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
        return self._ranked(BOUGHT_TOGETHER, self._counted_as(product_id), None, k)

    def _ranked(self, table: RankedTable, key: str, wanted: str | None, k: int | None) -> pa.Table:
        return self.query(table.query, id=key, wanted=wanted, k=k, groups=list(table.groups))

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
        return None if row is None else in_utc(row["started_at"])

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
        has_lists = counts["recommendations"] or (
            # without customers there are no personal lists
            not counts["customers"]
            and self._row("select 1 from marts.popular_products limit 1") is not None
        )
        return Health(
            status=("ok" if is_whole else "incomplete") if has_lists else "empty",
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
        row = None
        if _is_text(customer_id):
            row = self._row("select * from marts.customers where customer_id = $id", id=customer_id)
        if row is None:
            raise self.unknown("customer", customer_id)
        return record(Customer, row)

    def product(self, product_id: str) -> Product:
        """Return one product.

        Raises
        ------
        UnknownProductError
            Naming up to three ids that look alike.

        """
        row = None
        if _is_text(product_id):
            row = self._row("select * from marts.products where product_id = $id", id=product_id)
        if row is None:
            raise self.unknown("product", product_id)
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
        with self._file.cursor() as cursor:
            try:
                return cursor.sql(sql, params=parameters or None).to_arrow_table()
            except OUTDATED as error:
                raise outdated(self.path, error) from error

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor for one thread; close it before the warehouse."""
        return self._file.cursor()

    def copy(self, query: str, to: Path, options: str) -> int:
        """Write a query's rows to a file with DuckDB's COPY, and return their number."""
        with self._file.cursor() as cursor:
            done = cursor.execute(f"copy ({query}) to {text(str(to))} ({options})").fetchall()
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

    def unknown(
        self, kind: str, wanted: str, most_compared: float = math.inf
    ) -> UnknownCustomerError | UnknownProductError:
        """Return the error for an id that isn't there, with up to three that look alike.

        They are looked for if the table has at most `most_compared` rows.
        """
        table, column = f"{SCHEMA}.{kind}s", f"{kind}_id"
        [rows] = self.query(f"select count(*) as rows from {table}")["rows"].to_pylist()  # noqa: S608
        if kind == "customer" and not rows:
            return UnknownCustomerError(
                f"no customer {wanted!r}: this shop's lines don't say who bought. What is popular "
                "is in marts.popular_products, what goes with a product in marts.bought_together"
            )
        is_compared = rows <= most_compared and _is_text(wanted)
        near = self._alike(table, column, wanted) if is_compared else []
        alike = f" Ids like it: {', '.join(map(repr, near))}." if near else ""
        error = UnknownCustomerError if kind == "customer" else UnknownProductError
        return error(
            f"no {kind} {wanted!r} in this database.{alike} "
            f"List them with: from {table} select {column} order by {column}"
        )

    def _alike(self, table: str, column: str, wanted: str) -> list[str]:
        found = self.query(
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
        )
        return [str(one) for one in found["id"].to_pylist()]


def _is_text(wanted: str) -> bool:
    """Tell whether an id can be in a table; a command line may hold bytes that are no UTF-8."""
    try:
        wanted.encode()
    except UnicodeEncodeError:
        return False
    return True


def outdated(path: Path, error: Exception) -> DatabaseError:
    """Return what it means that a table or a column isn't there."""
    return DatabaseError(
        f"{path} lacks what this version of recsys reads ({str(error).splitlines()[0]}): "
        "rebuild it with `recsys build`"
    )
