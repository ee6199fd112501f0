"""What sells together: categories as a matrix, products as pairs."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import HALF, chart, clean, colour
from recsys.report.source import Row, Source

CATEGORIES = 14
"""Categories of the matrix: those in most orders."""
ON_A_PHONE = 8
PAIRS = 15
MOST_LINES = 2_000_000
"""Of more purchase lines, a part of the orders stands for all."""
FEWEST_ORDERS = 20
"""A pair of categories needs so many orders, or its lift is chance."""


def blocks(source: Source) -> list[Block]:
    """Return the matrix of categories and the strongest pairs of products."""
    made: list[Block] = []
    if source.has("marts.purchases"):
        lines = source.row("select count(*) as lines from marts.purchases")["lines"]
        every = max(1, -(-lines // MOST_LINES))
        rows = _categories(source, every)
        if any(row["first"] != row["second"] for row in rows):
            made.append(_matrix(rows, every))
    return made + _pairs(source)


def _categories(source: Source, every: int) -> list[Row]:
    """Return how much oftener than by chance two of the largest categories share an order.

    One order in `every`, drawn by lot, stands for all: what is held in memory stays small.
    """
    return source.rows(
        """
        with lines as (
            select distinct
                purchases.order_id, coalesce(products.category, products.department) as category
            from marts.purchases as purchases
            inner join marts.products as products on purchases.product_id = products.product_id
            where
                purchases.order_id is not null
                and hash(purchases.order_id) % $every = 0
                and coalesce(products.category, products.department) is not null
                and not coalesce(purchases.is_return, false)
        ),
        total as (select count(distinct order_id) as orders from lines),
        largest as (
            select category, count(*) as orders
            from lines
            group by category
            order by orders desc, category
            limit $categories
        ),
        kept as (
            select lines.order_id, lines.category from lines semi join largest
                on lines.category = largest.category
        ),
        pairs as (
            select one.category as first, other.category as second, count(*) as orders
            from kept as one
            inner join kept as other on one.order_id = other.order_id
            group by first, second
        )
        select
            pairs.first, pairs.second, pairs.orders,
            pairs.orders * total.orders / (one.orders * other.orders) as lift
        from pairs
        inner join largest as one on pairs.first = one.category
        inner join largest as other on pairs.second = other.category
        cross join total
        order by one.orders desc, pairs.first, other.orders desc, pairs.second
        """,
        categories=CATEGORIES,
        every=every,
    )


def _matrix(rows: list[Row], every: int) -> Figure:
    apart = [row for row in rows if row["first"] < row["second"] and row["orders"] >= FEWEST_ORDERS]
    reading = "No two of the largest categories share enough orders to compare them."
    if apart:
        best, least = max(apart, key=_lift), min(apart, key=_lift)
        reading = (
            f"“{clean(best['first'], 40)}” and “{clean(best['second'], 40)}” share an order "
            f"{best['lift']:.1f} times as often as by chance; "
            f"“{clean(least['first'], 40)}” and “{clean(least['second'], 40)}” "
            f"{least['lift']:.1f} times."
        )
    strongest = sorted(apart, key=_lift, reverse=True)[:20]
    return Figure(
        title="Categories in the same order",
        reading=reading,
        draw=lambda width: _squares(rows, width),
        table=Table(
            headings=["category", "category", "orders with both", "times as often as by chance"],
            rows=[
                [
                    clean(row["first"], 60),
                    clean(row["second"], 60),
                    numbers.count(row["orders"]),
                    f"{row['lift']:.2f}",
                ]
                for row in strongest
            ],
            numbers=frozenset({2, 3}),
            note="" if every == 1 else f"Of one order in {every}, drawn by lot.",
        ),
        legend=[("champion", "the darker, the more often than by chance")],
    )


def _lift(row: Row) -> float:
    return float(row["lift"])


def _squares(rows: list[Row], width: int) -> Any:
    names = list(dict.fromkeys(row["first"] for row in rows))
    names = names[: ON_A_PHONE if width < HALF else CATEGORIES]
    labels = {name: _unique(name, at, width) for at, name in enumerate(names)}
    apart = [row["lift"] for row in rows if row["first"] != row["second"]]
    highest = max(apart, default=1.0)
    values = [
        {
            "first": labels[row["first"]],
            "second": labels[row["second"]],
            "shade": 0.05 + 0.55 * min(row["lift"] / highest, 1) ** 2,
            "lift": f"{row['lift']:.1f}",
            "ink": colour("ink"),
            "tip": f"{row['first']} and {row['second']}: {row['lift']:.2f} times as often as by "
            f"chance, {numbers.count(row['orders'])} orders",
        }
        for row in rows
        if row["first"] in labels and row["second"] in labels and row["first"] != row["second"]
    ]
    order = list(labels.values())
    margin = 122 if width < HALF else 240
    step = (width - margin) / max(len(names), 1)
    base = chart(values).encode(
        x=alt.X(
            "second:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelAngle=-45, orient="bottom", labelColor=colour("ink")),
        ),
        y=alt.Y("first:N", sort=order, title=None),
        description=alt.Description("tip:N"),
    )
    squares = base.mark_rect(color=colour("champion"), cornerRadius=3).encode(
        opacity=alt.Opacity("shade:Q", scale=None)
    )
    texts = base.mark_text(fontSize=10 if width < HALF else 11, opacity=0.9).encode(text="lift:N")
    return (squares + texts).properties(width=alt.Step(step), height=alt.Step(min(step, 34)))


def _unique(name: str, at: int, width: int) -> str:
    """Return a label that no other category has, although it is cut."""
    label = clean(name, 15 if width < HALF else 28)
    return label if label == name else f"{label}{chr(0x200B) * at}"


def _pairs(source: Source) -> list[Block]:
    rows = source.rows(
        """
        select
            coalesce(one.title, pairs.product_id) as first,
            coalesce(other.title, pairs.other_product_id) as second,
            pairs.baskets, pairs.confidence, pairs.lift
        from marts.bought_together as pairs
        left join marts.products as one on pairs.product_id = one.product_id
        left join marts.products as other on pairs.other_product_id = other.product_id
        where
            pairs.baskets >= (
                select quantile_cont(baskets, .9) from marts.bought_together
            )
            -- sizes and flavours of one thing say nothing new
            and coalesce(one.title, pairs.product_id)
            <> coalesce(other.title, pairs.other_product_id)
        -- titles once: by the product that foretells the other best
        qualify row_number() over (
            partition by least(first, second), greatest(first, second)
            order by pairs.confidence desc, pairs.product_id, pairs.other_product_id
        ) = 1
        order by pairs.lift_low desc nulls last, pairs.product_id, pairs.other_product_id
        limit $pairs
        """,
        pairs=PAIRS,
    )
    if not rows:
        return []
    return [
        Table(
            headings=["who bought", "also bought", "baskets", "of its baskets", "times chance"],
            rows=[
                [
                    clean(row["first"], 80),
                    clean(row["second"], 80),
                    numbers.count(row["baskets"]),
                    numbers.percent(row["confidence"]),
                    f"{row['lift']:,.1f}",
                ]
                for row in rows
            ],
            caption="Strongest pairs of products",
            numbers=frozenset({2, 3, 4}),
            note="Of the tenth of all pairs that share most baskets; pairs of one title are left "
            "out.",
        )
    ]


SECTION = Section(
    anchor="together",
    title="What sells together",
    question="Orders that hold two categories, and the products most tied to each other.",
    needs=("marts.bought_together", "marts.products"),
    blocks=blocks,
    empty="No two products share enough baskets.",
    short="Together",
)
