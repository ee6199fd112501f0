"""How good every recommender was on the shop's own past."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour
from recsys.report.source import LIST_NAMES, Row, Source

METRIC, K = "ndcg", 10
OTHERS = ("recall", "precision", "hit_rate", "coverage", "novelty", "diversity", "revenue")
"""Metrics that stand beside NDCG in the table of numbers."""


def blocks(source: Source) -> list[Block]:
    """Return one plot per list, and the errors of predicted ratings."""
    found = source.metrics(METRIC, K)
    others = {
        (metric, row["list_type"], row["recommender"]): row["value"]
        for metric in OTHERS
        for row in source.metrics(metric, K)
    }
    made: list[Block] = []
    for name in source.lists():
        rows = [row for row in found if row["list_type"] == name]
        if rows:
            made.append(_figure(source, name, rows, others))
    pages = [row for row in source.metrics("hit_rate", K) if row["list_type"] == "product_page"]
    if pages:
        made.append(_pages(pages))
    return made + _ratings(source)


def _figure(
    source: Source, name: str, rows: list[Row], others: dict[tuple[str, str, str], float]
) -> Figure:
    serving = source.champions[name]
    shown = [
        metric for metric in OTHERS if any((metric, name, r["recommender"]) in others for r in rows)
    ]
    table = Table(
        headings=["recommender", f"NDCG@{K}", "95 % interval", *map(numbers.words, shown)],
        rows=[
            [
                numbers.words(row["recommender"]),
                numbers.metric(row["value"]),
                numbers.interval(row["ci_low"], row["ci_high"]),
                *(
                    _other(metric, others.get((metric, name, row["recommender"])))
                    for metric in shown
                ),
            ]
            for row in rows
        ],
        numbers=frozenset(range(1, 3 + len(shown))),
        note=f"Judged on {numbers.counted(rows[0]['customers'], 'customer', 'customers')}, "
        f"fold {source.fold}.",
    )
    return Figure(
        title=LIST_NAMES[name],
        reading=numbers.sentence(_reading(rows, serving)),
        draw=lambda width: _dots(rows, serving, f"NDCG@{K}", width),
        table=table,
        size="third",
        legend=[("champion", "serves the list"), ("other", "others, with 95 % intervals")],
    )


def _reading(rows: list[Row], serving: str) -> str:
    best = rows[0]
    own = next((row for row in rows if row["recommender"] == serving), None)
    said = (
        f"{numbers.words(best['recommender'])} has the highest value, "
        f"{numbers.metric(best['value'], 3)}"
    )
    if own is None:
        return f"{said}; {numbers.words(serving)}, which serves, wasn't judged."
    if own is best:
        second = next((row for row in rows if row is not own), None)
        if second is None:
            return f"{said}, and it serves the list."
        return (
            f"{said}, and it serves the list; next is {numbers.words(second['recommender'])} "
            f"with {numbers.metric(second['value'], 3)}."
        )
    return (
        f"{said}; {numbers.words(serving)} serves the list, with {numbers.metric(own['value'], 3)}."
    )


def _dots(rows: list[Row], marked: str, title: str, width: int) -> Any:
    """Draw a dot with its interval per recommender, the best on top."""
    values = [
        {
            "name": clean(numbers.words(row["recommender"]), 24),
            "value": row["value"],
            "low": row["value"] if row["ci_low"] is None else row["ci_low"],
            "high": row["value"] if row["ci_high"] is None else row["ci_high"],
            "colour": colour("champion" if row["recommender"] == marked else "other"),
            "size": 110 if row["recommender"] == marked else 60,
            "tip": f"{numbers.words(row['recommender'])}: {numbers.metric(row['value'])} "
            f"({numbers.interval(row['ci_low'], row['ci_high'])})",
        }
        for row in rows
    ]
    base = chart(values).encode(
        y=alt.Y("name:N", sort=None, title=None),
        color=alt.Color("colour:N", scale=None),
        description=alt.Description("tip:N"),
    )
    rule = base.mark_rule(strokeWidth=2.5, opacity=0.55, strokeCap="round").encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(tickCount=4), scale=alt.Scale(zero=True)),
        x2="high:Q",
    )
    dots = base.mark_point(filled=True, opacity=1).encode(
        x="value:Q", size=alt.Size("size:Q", scale=None)
    )
    return (rule + dots).properties(width=width - 130, height=alt.Step(25))


def _other(metric: str, value: float | None) -> str:
    match metric:
        case "revenue" | "novelty":
            return numbers.metric(value, 2)
        case "coverage" | "hit_rate":
            return numbers.percent(value)
    return numbers.metric(value, 3)


def _pages(rows: list[Row]) -> Figure:
    best = rows[0]
    return Figure(
        title="Product pages",
        reading=f"What {numbers.words(best['recommender'])} shows on a product's page was in the "
        f"same basket for {numbers.percent(best['value'])} of what was bought with something else.",
        draw=lambda width: _dots(rows, best["recommender"], f"hit rate@{K}", width),
        table=Table(
            headings=["recommender", f"hit rate@{K}", "95 % interval"],
            rows=[
                [
                    numbers.words(row["recommender"]),
                    numbers.percent(row["value"], 1),
                    numbers.interval(row["ci_low"], row["ci_high"]),
                ]
                for row in rows
            ],
            numbers=frozenset({1, 2}),
        ),
        size="third",
        legend=[("champion", "the best"), ("other", "others, with 95 % intervals")],
    )


def _ratings(source: Source) -> list[Block]:
    if source.fold is None or not source.has("marts.rating_metrics"):
        return []
    rows = source.rows(
        """
        select recommender, metric, how, value, ci_low, ci_high, ratings
        from marts.rating_metrics
        where fold = (select max(fold) from marts.rating_metrics where fold <> 'serving')
        order by metric desc, how, value, recommender
        """
    )
    if not rows:
        return []
    return [
        Table(
            headings=["model", "error", "value", "95 % interval", "hidden ratings", "hidden by"],
            rows=[
                [
                    numbers.words(row["recommender"]),
                    row["metric"].upper(),
                    numbers.metric(row["value"], 3),
                    numbers.interval(row["ci_low"], row["ci_high"], 3),
                    numbers.count(row["ratings"]),
                    numbers.words(row["how"]),
                ]
                for row in rows
            ],
            caption="How far predicted ratings were from hidden ones",
            numbers=frozenset({2, 3, 4}),
            size="two-thirds",
            note="In rating points; lower is better.",
        )
    ]


SECTION = Section(
    anchor="leaderboard",
    title="Leaderboard",
    question="How well each recommender would have predicted what customers bought next: NDCG@10 "
    "is 1 for a perfect list and 0 for a list without a hit.",
    needs=("marts.model_metrics", "marts.champions"),
    blocks=blocks,
    empty="No past fold was judged: the shop's data span too little time, or no line says who "
    "bought.",
)
