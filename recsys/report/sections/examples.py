"""The judged fold's customers: how many hits their lists had, and the best and worst of them."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import judged, numbers
from recsys.report.blocks import Block, Example, Examples, Figure, Line, Section, Table
from recsys.report.charts import chart, clean, colour, percent_axis
from recsys.report.source import LIST_NAMES, Row, Source

EACH = 2
FEWEST_RELEVANT = 3
"""Customers with fewer products to find make no good examples."""
SHOWN = 8
SHOWN_LISTS = ("next_basket", "discover", "buy_again")
"""Whose customers are shown; `buy_again` only where neither of the others is there."""


def blocks(source: Source) -> list[Block]:
    """Return how hits are spread, and examples of the lists."""
    if source.fold is None:
        return []
    made: list[Block] = []
    for name in source.lists():
        rows = judged.hits(source, name)
        if rows:
            made.append(_spread(name, rows, source))
    lists = [name for name in SHOWN_LISTS if name in source.lists()]
    for name in lists[:2]:
        found = judged.extremes(source, name, EACH, FEWEST_RELEVANT)
        if found:
            made.append(
                Examples(
                    title=f"{LIST_NAMES[name]}: best and worst predicted customers",
                    examples=[_example(source, name, row) for row in found],
                )
            )
    return made


def _spread(name: str, rows: list[Row], source: Source) -> Figure:
    everyone = sum(row["customers"] for row in rows)
    without = sum(row["customers"] for row in rows if row["hits"] == 0)
    several = sum(row["customers"] for row in rows if row["hits"] >= 3)
    return Figure(
        title=f"{LIST_NAMES[name]}: hits per customer",
        reading=f"{numbers.percent(1 - without / everyone)} of judged customers bought at least "
        f"one of the ten products, and {numbers.percent(several / everyone)} three or more.",
        draw=lambda width: _bars(rows, everyone, width),
        table=Table(
            headings=["hits among ten", "customers", "share"],
            rows=[
                [
                    str(row["hits"]),
                    numbers.count(row["customers"]),
                    numbers.percent(row["customers"] / everyone, 1),
                ]
                for row in rows
            ],
            numbers=frozenset({0, 1, 2}),
            note=f"Lists of {numbers.words(source.champions[name])} in fold {source.fold}.",
        ),
        size="third",
    )


def _bars(rows: list[Row], everyone: int, width: int) -> Any:
    values = [
        {
            "hits": row["hits"],
            "share": row["customers"] / everyone,
            "colour": colour("champion" if row["hits"] else "other"),
            "tip": f"{numbers.counted(row['hits'], 'hit', 'hits')}: "
            f"{numbers.counted(row['customers'], 'customer', 'customers')}",
        }
        for row in rows
    ]
    return (
        chart(values)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("hits:O", title="hits among ten products", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title="share of customers", axis=percent_axis()),
            color=alt.Color("colour:N", scale=None),
            description=alt.Description("tip:N"),
        )
        .properties(width=width - 70, height=190)
    )


def _example(source: Source, name: str, row: Row) -> Example:
    customer = row["customer_id"]
    before = judged.known(source, customer, SHOWN)
    after = judged.missed(source, name, customer, SHOWN)
    return Example(
        heading=f"Customer {clean(customer, 40)}",
        summary=f"{'Among the best' if row['is_best'] else 'Among the worst'}: "
        f"{row['hits']} of {numbers.counted(row['relevant'], 'product', 'products')} found, "
        f"NDCG@10 {numbers.metric(row['ndcg'], 2)}",
        columns=[
            (
                "Bought before, most often first",
                [
                    Line(
                        clean(one["title"], 70),
                        numbers.counted(one["orders"], "order", "orders"),
                    )
                    for one in before
                ],
                _others(before, "nothing is known"),
            ),
            (
                "The list then",
                [
                    Line(
                        clean(one["title"], 70),
                        clean(one["category"] or "", 40),
                        is_hit=one["is_hit"],
                    )
                    for one in judged.listed(source, name, customer)
                ],
                "",
            ),
            (
                "Bought, but not in the list",
                [Line(clean(one["title"], 70), clean(one["category"] or "", 40)) for one in after],
                _others(after, "nothing: all of it was in the list"),
            ),
        ],
    )


def _others(rows: list[Row], nothing: str) -> str:
    if not rows:
        return nothing
    others = rows[0]["others"]
    return f"and {numbers.counted(others, 'other product', 'other products')}" if others > 0 else ""


SECTION = Section(
    anchor="examples",
    title="Customers, one by one",
    question="What was known before the cut-off, what the list said (before re-ranking), and "
    "what was bought then.",
    needs=("marts.champions", "marts.products", "marts.purchases", *judged.NEEDED),
    blocks=blocks,
    empty="No past fold was judged, so no list can be held against what was bought.",
    short="Examples",
)
