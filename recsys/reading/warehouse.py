"""The built database, read-only: what the command line, the API and the exports ask of it."""

from __future__ import annotations

import pyarrow as pa

from recsys.reading.ranked_tables import (
    BOUGHT_TOGETHER,
    RECOMMENDATIONS,
    SIMILAR_PRODUCTS,
    ListType,
    Method,
    RankedTable,
)
from recsys.reading.records import Customer, Product, record
from recsys.reading.reports import JudgedList, Reports, Verdict
from recsys.reading.unknown_ids import is_text, unknown_id

__all__ = ["JudgedList", "ListType", "Method", "Verdict", "Warehouse"]

GROUPS = "experiment_groups"
"""The view that says which arm of an experiment a customer is in."""
CONTROL = "control"
"""The arm for which no lists are made."""


class Warehouse(Reports):
    """A built DuckDB file, opened read-only; threads may share it, as every call has its cursor.

    It shows the build that was there when it was opened, also while the next one runs. Plain
    `dbt build` can't write to the file while it is open: close it, or use it in a `with` block.

    Raises
    ------
    DatabaseError
        The file is missing, is being written, or wasn't built by this package.

    """

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

    def customer(self, customer_id: str) -> Customer:
        """Return one customer.

        Raises
        ------
        UnknownCustomerError
            Naming up to three ids that look alike.

        """
        row = None
        if is_text(customer_id):
            row = self.row("select * from marts.customers where customer_id = $id", id=customer_id)
        if row is None:
            raise unknown_id(self, "customer", customer_id)
        return record(Customer, row)

    def arm(self, customer_id: str) -> str | None:
        """Return the arm of the experiment that a customer is in; None where none runs."""
        if GROUPS not in self.tables():  # an earlier version built the file
            return None
        row = self.row(
            f"select arm from marts.{GROUPS} where customer_id = $id",  # noqa: S608
            id=customer_id,
        )
        return None if row is None else str(row["arm"])

    def product(self, product_id: str) -> Product:
        """Return one product.

        Raises
        ------
        UnknownProductError
            Naming up to three ids that look alike.

        """
        row = None
        if is_text(product_id):
            row = self.row("select * from marts.products where product_id = $id", id=product_id)
        if row is None:
            raise unknown_id(self, "product", product_id)
        return record(Product, row)
