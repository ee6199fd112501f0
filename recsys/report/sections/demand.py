"""What will be bought, and how near such numbers came to what was bought."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour
from recsys.report.source import Row, Source

MOST = 15
"""Categories, or products where the shop has no categories, that are shown."""
LEAST_BUYERS = 10
"""Fewer buyers, expected and actual, make no point of the plot: it is logarithmic."""


def blocks(source: Source) -> list[Block]:
    """Return the demand to be expected, and that of the judged fold against what was bought."""
    expected = _expected(source)
    judged = _judged(source)
    found: list[Block] = []
    if expected:
        found.append(_coming(expected))
    if judged:
        found.append(_past(judged, _metrics(source)))
    return found


def _expected(source: Source) -> list[Row]:
    return source.rows(
        """
        select
            coalesce(products.title, demand.category) as name, demand.level,
            demand.expected_buyers, demand.buyers_low, demand.buyers_high,
            demand.expected_quantity, demand.expected_revenue, demand.expected_margin,
            demand.window_from, demand.window_until
        from marts.expected_demand as demand
        left join marts.products as products on demand.product_id = products.product_id
        where demand.level = (select min(level) from marts.expected_demand)
        order by demand.expected_buyers desc, name
        limit $most
        """,
        most=MOST,
    )


def _judged(source: Source) -> list[Row]:
    return source.rows(
        """
        select
            coalesce(products.title, judged.category) as name, judged.level,
            judged.expected_buyers, judged.buyers_low, judged.buyers_high, judged.actual_buyers
        from marts.demand_backtest as judged
        left join marts.products as products on judged.product_id = products.product_id
        where
            judged.fold = (select max(fold) from marts.demand_backtest)
            and judged.level = (select min(level) from marts.demand_backtest)
            and greatest(judged.expected_buyers, judged.actual_buyers) >= $least
        order by judged.actual_buyers desc, name
        limit 400
        """,
        least=LEAST_BUYERS,
    )


def _metrics(source: Source) -> list[Row]:
    return source.rows(
        """
        select level, items_of, items, expected, actual, within_tenth_share, interval_coverage, wape
        from marts.demand_metrics
        where fold = (select max(fold) from marts.demand_metrics) and measure = 'buyers'
        order by level, items_of
        """
    )


def _coming(rows: list[Row]) -> Figure:
    first, what = rows[0], "categories" if rows[0]["level"] == "category" else "products"
    return Figure(
        title="Expected buyers",
        reading=f"From {numbers.day(first['window_from'])} to {numbers.day(first['window_until'])} "
        f"{numbers.counted(first['expected_buyers'], 'buyer is', 'buyers are')} expected of "
        f"{clean(first['name'])}, the most of all {what}.",
        draw=lambda width: _bars(rows, width),
        table=Table(
            headings=["", "buyers", "95 % interval", "units", "revenue", "margin"],
            rows=[
                [
                    str(row["name"]),
                    numbers.count(row["expected_buyers"]),
                    numbers.interval(row["buyers_low"], row["buyers_high"], 0),
                    numbers.count(row["expected_quantity"]),
                    numbers.count(row["expected_revenue"]),
                    numbers.count(row["expected_margin"]),
                ]
                for row in rows
            ],
            numbers=frozenset(range(1, 6)),
            note="Of everyone: customers with a history, new ones, and orders that name nobody. "
            "Units, revenue and margin are in marts.expected_demand with intervals, for every "
            "product, too.",
        ),
        size="half",
        legend=[("champion", "expected buyers, with the 95 % interval")],
    )


def _bars(rows: list[Row], width: int) -> Any:
    values = [
        {
            "name": f"{place:02d} {clean(row['name'], 28)}",
            "buyers": row["expected_buyers"],
            "low": row["expected_buyers"] if row["buyers_low"] is None else row["buyers_low"],
            "high": row["expected_buyers"] if row["buyers_high"] is None else row["buyers_high"],
            "tip": f"{clean(row['name'])}: {numbers.count(row['expected_buyers'])} buyers",
        }
        for place, row in enumerate(rows)
    ]
    names = alt.Y(
        "name:N",
        title=None,
        sort=None,
        # the place keeps names apart that are the same once they are cut
        axis=alt.Axis(labelExpr="slice(datum.label, 3)"),
    )
    base = chart(values).encode(y=names)
    dots = base.mark_point(filled=True, opacity=1, size=70, color=colour("champion")).encode(
        x=alt.X("buyers:Q", title="buyers", axis=alt.Axis(tickCount=4)),
        description=alt.Description("tip:N"),
    )
    rules = base.mark_rule(strokeWidth=2, opacity=0.6, color=colour("champion")).encode(
        x=alt.X("low:Q", title="buyers"), x2="high:Q"
    )
    return (rules + dots).properties(width=max(120, width - 260), height=alt.Step(20))


def _past(rows: list[Row], metrics: list[Row]) -> Figure:
    return Figure(
        title="Expected and actual buyers of the judged fold",
        reading=_reading(metrics),
        draw=lambda width: _points(rows, width),
        table=Table(
            headings=["", "expected", "95 % interval", "actual"],
            rows=[
                [
                    str(row["name"]),
                    numbers.count(row["expected_buyers"]),
                    numbers.interval(row["buyers_low"], row["buyers_high"], 0),
                    numbers.count(row["actual_buyers"]),
                ]
                for row in rows[:MOST]
            ],
            numbers=frozenset(range(1, 4)),
            note="Expected by what was known before the fold's cut-off; all are in "
            "marts.demand_backtest.",
        ),
        size="half",
        legend=[
            ("champion", "within the 95 % interval"),
            ("bad", "outside of it"),
            ("muted", "where expectations are exact"),
        ],
    )


def _reading(metrics: list[Row]) -> str:
    shown = [row for row in metrics if row["level"] == min(row["level"] for row in metrics)]
    what = "categories" if shown and shown[0]["level"] == "category" else "products"
    many = next((row for row in shown if row["items_of"] != "all"), None)
    every = next((row for row in shown if row["items_of"] == "all"), None)
    if every is None:
        return "How near they were isn't known."
    said = f"In {numbers.percent(every['interval_coverage'])} of the {what} the actual number of "
    said += "buyers was within the 95 % interval"
    if many is None:
        return f"{said}."
    return (
        f"{said}; of the {numbers.count(many['items'])} with 100 buyers or more, "
        f"{numbers.percent(many['within_tenth_share'])} were expected to within a tenth, and all "
        f"together {numbers.count(many['expected'])} of {numbers.count(many['actual'])}."
    )


def _points(rows: list[Row], width: int) -> Any:
    values = [
        {
            "expected": max(row["expected_buyers"], 1),
            "actual": max(row["actual_buyers"], 1),
            "colour": colour("bad" if _is_outside(row) else "champion"),
            "tip": f"{clean(row['name'])}: {numbers.count(row['expected_buyers'])} expected, "
            f"{numbers.count(row['actual_buyers'])} bought",
        }
        for row in rows
    ]
    ends = [value[name] for value in values for name in ("expected", "actual")]
    low, high = min(ends) / 1.2, max(ends) * 1.2
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    ticks = [10**power for power in range(10) if low <= 10**power <= high]
    axis = alt.Axis(values=ticks, format=",.0f")
    diagonal = (
        chart([{"at": low, "to": low}, {"at": high, "to": high}])
        .mark_line(color=colour("muted"), strokeDash=[4, 4], strokeWidth=1.5)
        .encode(x=alt.X("at:Q", scale=scale), y=alt.Y("to:Q", scale=scale))
    )
    points = (
        chart(values)
        .mark_point(filled=True, opacity=0.8, size=45)
        .encode(
            x=alt.X("expected:Q", scale=scale, title="expected buyers", axis=axis),
            y=alt.Y("actual:Q", scale=scale, title="actual buyers", axis=axis),
            color=alt.Color("colour:N", scale=None),
            description=alt.Description("tip:N"),
        )
    )
    return (diagonal + points).properties(width=width - 80, height=300)


def _is_outside(row: Row) -> bool:
    low, high = row["buyers_low"], row["buyers_high"]
    return low is not None and high is not None and not low <= row["actual_buyers"] <= high


SECTION = Section(
    anchor="demand",
    title="What will be bought?",
    question="Buyers of the next label window, and how near such numbers came in the judged fold.",
    needs=(
        *("marts.expected_demand", "marts.demand_backtest", "marts.demand_metrics"),
        "marts.products",
    ),
    blocks=blocks,
    empty="Nothing is sold in this shop that could be expected.",
    short="Demand",
)
