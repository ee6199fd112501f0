"""What lists made for revenue or margin gain, and what they cost the others."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, colour
from recsys.report.source import LIST_NAMES, Row, Source

COLOURS = {"probability": "champion", "revenue": "second", "margin": "third"}


def blocks(source: Source) -> list[Block]:
    """Return, per list, what its products were paid for against its NDCG, by objective."""
    rows = source.rows(
        """
        select
            list_type, value, customers, ndcg, ndcg_difference, ci_low, ci_high, hits, hit_revenue,
            hit_revenue_difference, hit_revenue_ci_low, hit_revenue_ci_high, hit_margin,
            expected_revenue, expected_margin
        from marts.reranking_effects
        where
            setting = 'objective'
            and fold = (select max(fold) from marts.reranking_effects)
        order by
            list_type, case value when 'probability' then 1 when 'revenue' then 2 else 3 end
        """
    )
    return [
        _figure(name, of_list)
        for name in source.lists()
        # one objective alone costs nothing
        if len(of_list := [row for row in rows if row["list_type"] == name]) > 1
    ]


def _figure(name: str, rows: list[Row]) -> Figure:
    return Figure(
        title=LIST_NAMES[name],
        reading=_reading(rows),
        draw=lambda width: _plane(rows, width),
        table=Table(
            headings=[
                *("objective", "NDCG", "difference", "95 % interval", "hits", "paid for hits"),
                *("difference", "95 % interval", "kept of it", "expected revenue"),
                "expected margin",
            ],
            rows=[
                [
                    row["value"],
                    numbers.metric(row["ndcg"]),
                    numbers.difference(row["ndcg_difference"]),
                    numbers.interval(row["ci_low"], row["ci_high"]),
                    numbers.metric(row["hits"], 2),
                    numbers.metric(row["hit_revenue"], 2),
                    _signed(row["hit_revenue_difference"]),
                    numbers.interval(row["hit_revenue_ci_low"], row["hit_revenue_ci_high"], 2),
                    numbers.metric(row["hit_margin"], 2),
                    numbers.metric(row["expected_revenue"], 2),
                    numbers.metric(row["expected_margin"], 2),
                ]
                for row in rows
            ],
            numbers=frozenset(range(1, 11)),
            note="Means per list of the judged fold; differences are to the champion's order "
            "without re-ranking. Paid for hits: what customers paid in the label window for "
            "products of their list; kept of it: what the shop earns by them.",
        ),
        size="third",
        legend=[(COLOURS[row["value"]], row["value"]) for row in rows],
    )


def _signed(value: float | None) -> str:
    if value is None:
        return numbers.NOTHING
    return numbers.signed(numbers.metric(abs(value), 2), value)


def _reading(rows: list[Row]) -> str:
    plain = next((row for row in rows if row["value"] == "probability"), None)
    other = next((row for row in rows if row["value"] != "probability"), None)
    if plain is None or other is None:
        return "One objective alone was tried."
    ndcg = numbers.difference(other["ndcg"] - plain["ndcg"])
    if plain["hit_revenue"] is None or other["hit_revenue"] is None:
        return f"Lists made for {other['value']} change NDCG by {ndcg}."
    paid = _signed(other["hit_revenue"] - plain["hit_revenue"])
    return (
        f"Lists made for {other['value']} instead of probability change what customers paid for "
        f"their products by {paid} per list, and NDCG by {ndcg}."
    )


def _plane(rows: list[Row], width: int) -> Any:
    money = "expected_revenue" if any(row["hit_revenue"] is None for row in rows) else "hit_revenue"
    title = "expected revenue per list" if money == "expected_revenue" else "paid per list"
    values = [
        {
            "money": row[money],
            "ndcg": row["ndcg"],
            "colour": colour(COLOURS[row["value"]]),
            "tip": f"{row['value']}: NDCG {numbers.metric(row['ndcg'])}, {title} "
            f"{numbers.metric(row[money], 2)}",
        }
        for row in rows
        if row[money] is not None
    ]
    scale = alt.Scale(zero=False, nice=True, padding=15)
    return (
        chart(values)
        .mark_point(filled=True, opacity=1, size=130)
        .encode(
            x=alt.X("money:Q", title=title, scale=scale, axis=alt.Axis(tickCount=4)),
            y=alt.Y("ndcg:Q", title="NDCG", scale=scale, axis=alt.Axis(tickCount=4)),
            color=alt.Color("colour:N", scale=None),
            description=alt.Description("tip:N"),
        )
        .properties(width=width - 80, height=230)
    )


SECTION = Section(
    anchor="objectives",
    title="What lists made for money cost",
    question="Lists by probability, by revenue and by margin (the setting objective), tried on the "
    "judged fold.",
    needs=("marts.reranking_effects", "marts.champions"),
    blocks=blocks,
    empty="No past fold was judged, or nothing is known of prices, so lists can't be made for "
    "money.",
    short="Objectives",
)
