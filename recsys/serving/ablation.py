"""Reasons put to the test: blocks of customers without the evidence of one reason each."""

# ruff: noqa: S608 - names are the project's own
from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from recsys.serving.block_files import BlockFiles
from recsys.serving.evidence import OF_OFFERS, OF_POPULARITY, OF_PROFILE, POPULARITY, PROMOTIONS
from recsys.serving.plan import BlockPlan
from recsys.serving.slices import KEY, CustomerSlices
from recsys.storage.names import file_text

CHECKED = "int_reason_checks"
"""What comes of it: a row per reason put to the test."""
LISTS = "int_block_recommendations"
"""The table of lists with reasons that blocks serve."""
SCORES = "int_block_scores"
"""The table of a block's scores by the recommenders that serve."""

NO_SCORES = """(
    select
        cast(null as integer) as customer_key,
        cast(null as integer) as product_key,
        cast(null as varchar) as recommender,
        cast(null as double) as score
)"""

CHOSEN_SCHEMA = pa.schema(
    [
        ("block", pa.int32()),
        ("customer_key", pa.int32()),
        ("product_key", pa.int32()),
        ("list_type", pa.string()),
        ("reason_kind", pa.string()),
    ]
)


class Row(NamedTuple):
    """A served product with its reason."""

    customer_key: int
    product_key: int
    list_type: str
    reason_kind: str


def sample(rows: Iterable[Row], most: int) -> list[Row]:
    """Return at most `most` rows, at most one of a customer, of each kind as many as there can be.

    Parameters
    ----------
    rows
        In the order in which they are taken.
    most
        Rows to take: each kind has the same share, and those that have fewer leave theirs to the
        others.

    >>> kinds = ["popular", "habit", "habit", "habit"]
    >>> rows = [Row(customer, 7, "discover", kind) for customer, kind in enumerate(kinds)]
    >>> [(row.customer_key, row.reason_kind) for row in sample(rows, 3)]
    [(0, 'popular'), (1, 'habit'), (2, 'habit')]
    >>> sample([*rows, Row(0, 8, "discover", "rated")], 2)[0].reason_kind
    'popular'

    """
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(row.reason_kind, []).append(row)
    taken: dict[int, Row] = {}
    # the rarest first: a customer's row of another kind can be replaced more easily
    kinds = sorted(by_kind, key=lambda kind: (len(by_kind[kind]), kind))
    for done, kind in enumerate(kinds):
        share = -(-(most - len(taken)) // (len(kinds) - done))
        free = {row.customer_key: row for row in reversed(by_kind[kind])}
        found = [free[key] for key in reversed(free) if key not in taken][:share]
        taken |= {row.customer_key: row for row in found}
    return sorted(taken.values())


class Ablation:
    """A sample of today's reasons, and the blocks of customers who lack the evidence of theirs.

    The evidence of a reason that names another product is the customer's purchases and ratings of
    that product, of one from the customer's own history those of the product itself, of the
    profile the attributes. That of popularity is how many buy the product: its counts become the
    medians of all products. Counts of nought would be those of a product that is never listed.
    That of an offer is what is promoted from the cut-off on: the product isn't any more.
    """

    def __init__(self, cursor: Any, slices: CustomerSlices, files: BlockFiles) -> None:
        """Begin without any row.

        Parameters
        ----------
        cursor
            A connection to the shop's database.
        slices
            The tables that blocks read.
        files
            Where the rows of blocks are, and what was served.

        """
        self._cursor = cursor
        self._slices = slices
        self._files = files
        self._customers = slices.place("int_customers")
        self._products = slices.place("int_products")

    def shared(self, plan: BlockPlan) -> tuple[str, ...]:
        """Return the tables that these blocks share, of those that a plan reads."""
        own = self.rows(plan)
        read = [name for _, name in (*plan.inputs, *plan.filled)]
        return tuple(name for name in read if name not in own)

    def rows(self, plan: BlockPlan) -> tuple[str, ...]:
        """Return the tables that these blocks have rows of their own in."""
        own = (*self._slices.sliced, *POPULARITY, PROMOTIONS)
        return tuple(name for _, name in plan.inputs if name in own)

    def choose(self, lists: Sequence[Path], most: int, size: int, first_block: int) -> list[int]:
        """Choose the rows; return the numbers of the blocks of their customers.

        Parameters
        ----------
        lists
            Files of the lists served.
        most
            Rows to choose, one of a customer.
        size
            Customers of a block.
        first_block
            Number of the first of these blocks.

        """
        files = f"read_parquet([{', '.join(map(file_text, lists))}])"
        found = self._cursor.execute(
            f"""
            with served as (
                select
                    customer_key, product_key, list_type, reason_kind,
                    -- a hash of the ids decides, not chance
                    md5_number_lower(concat_ws(
                        chr(31), 'reason', customer_id, product_id, list_type
                    )) as place
                from {files}
                inner join {self._customers} using (customer_id)
                inner join {self._products} using (product_id)
                where recommender <> 'rule'  -- no score put it there
            ),
            first as (
                select reason_kind, unnest(arg_min(
                    struct_pack(customer_key, product_key, list_type, place), place, {max(most, 1)}
                )) as chosen
                from served
                group by reason_kind
            )
            select chosen.customer_key, chosen.product_key, chosen.list_type, reason_kind
            from first
            order by chosen.place
            """
        ).fetchall()
        [(customers,)] = self._cursor.execute(
            f"select count(distinct customer_id) from {files}"
        ).fetchall()
        chosen = sample(map(Row._make, found), min(most, customers))
        # what is said of products is said to a whole block: reasons by it have blocks of their own
        of_products = ((OF_POPULARITY,), OF_OFFERS)
        of_customers = {row.reason_kind for row in chosen}.difference(*of_products)
        parts = [
            part[start : start + size]
            for kinds in (of_customers, *of_products)
            for part in [[row for row in chosen if row.reason_kind in kinds]]
            for start in range(0, len(part), size)
        ]
        self._write_chosen(files, parts, first_block)
        return list(range(first_block, first_block + len(parts)))

    def _write_chosen(self, served: str, parts: Sequence[Sequence[Row]], first_block: int) -> None:
        """Keep the rows in a table of their own, with the product whose rows are taken away."""
        numbered = [(block, *row) for block, part in enumerate(parts, first_block) for row in part]
        columns = zip(*numbered, strict=True) if numbered else [()] * len(CHOSEN_SCHEMA)
        self._cursor.register(
            "chosen",
            pa.Table.from_arrays(
                [
                    pa.array(column, kind.type)
                    for column, kind in zip(columns, CHOSEN_SCHEMA, strict=True)
                ],
                schema=CHOSEN_SCHEMA,
            ),
        )
        self._cursor.execute(
            f"""
            create or replace temp table reasons_checked as
            select
                chosen.*,
                customers.customer_id,
                products.product_id,
                served.recommender,
                served.score,
                case
                    when chosen.reason_kind in {(OF_POPULARITY, OF_PROFILE, *OF_OFFERS)} then null
                    when served.reason_product_id is null then chosen.product_key
                    else named.product_key
                end as evidence_key
            from chosen
            inner join {self._customers} as customers using (customer_key)
            inner join {self._products} as products using (product_key)
            inner join {served} as served
                on customers.customer_id = served.customer_id
                and products.product_id = served.product_id
                and chosen.list_type = served.list_type
            left join {self._products} as named on served.reason_product_id = named.product_id
            """
        )
        self._cursor.unregister("chosen")

    def write_rows(self, block: int) -> None:
        """Write the rows of a block's customers without the evidence."""
        of_block = f"(from reasons_checked where block = {block})"
        for name in self._slices.sliced:
            columns = self._slices.columns(name)
            query = f"""
                select slice.* from read_parquet({file_text(self._files.sorted(name))}) as slice
                inner join {of_block} as checked using ({KEY})
                where true
            """
            if "product_key" in columns:
                query += " and slice.product_key is distinct from checked.evidence_key"
            elif "attribute" in columns:
                query += f" and checked.reason_kind <> '{OF_PROFILE}'"
            self._slices.write(query, self._files.rows(block, name))
        # all of them, so that it doesn't matter how customers are cut into blocks
        popular = f"""(
            select product_key from reasons_checked
            where reason_kind = '{OF_POPULARITY}'
            and exists (from {of_block} where reason_kind = '{OF_POPULARITY}')
        )"""
        for name, counts in POPULARITY.items():
            ordinary = ", ".join(
                f"case when product_key in {popular} then quantile_disc({count}, 0.5) over () "
                f"else {count} end as {count}"
                for count in counts
            )
            shared = f"read_parquet({file_text(self._files.shared(name))})"
            query = f"select * replace ({ordinary}) from {shared} where fold = 'serving'"
            self._slices.write(query, self._files.rows(block, name))
        self._write_promotions(of_block, block)

    def _write_promotions(self, of_block: str, block: int) -> None:
        """Write what is promoted, without the products whose offers are a block's reasons."""
        columns = self._slices.columns(PROMOTIONS)
        nothing = {name: "0" for name in sorted(columns) if "_days_next_" in name}
        nothing["promoted_discount"] = "null"
        offered = f"""(
            select product_key from reasons_checked
            where reason_kind in {OF_OFFERS}
            and exists (from {of_block} where reason_kind in {OF_OFFERS})
        )"""
        changed = ", ".join(
            f"case when product_key in {offered} then {value} else {name} end as {name}"
            for name, value in nothing.items()
        )
        shared = f"read_parquet({file_text(self._files.shared(PROMOTIONS))})"
        query = f"select * replace ({changed}) from {shared}"
        self._slices.write(query, self._files.rows(block, PROMOTIONS))

    def write_checks(self, blocks: Iterable[int]) -> int:
        """Write what the scores came to without the evidence; return the rows."""
        files = [self._files.served(SCORES, block) for block in blocks]
        scores = f"read_parquet([{', '.join(map(file_text, files))}])" if files else NO_SCORES
        query = f"""
            select
                checked.customer_id, checked.list_type, checked.product_id, checked.reason_kind,
                checked.recommender, checked.score, scores.score as score_without
            from reasons_checked as checked
            left join {scores} as scores
                on checked.customer_key = scores.customer_key
                and checked.product_key = scores.product_key
                and checked.recommender = scores.recommender
            order by checked.customer_id
        """
        return self._slices.write(query, self._files.served(CHECKED, 0))
