"""Whether a probability of 10 % means that one in ten buys."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, colour, percent_axis
from recsys.report.source import Row, Source

TICKS = [step * 10.0**power for power in range(-6, 0) for step in (1, 3)] + [1.0]
"""Of the logarithmic axes."""
PAIRS = {"discover": "New products", "buy_again": "Products bought before"}


def blocks(source: Source) -> list[Block]:
    """Return a plot of predicted against actual shares for new products, and for the others."""
    rows = source.rows(
        """
        select
            list_type, bin, pairs, mean_probability, share_bought, expected_purchases,
            actual_purchases
        from marts.probability_calibration
        where fold = $fold and pairs > 0
        order by list_type, bin
        """,
        fold=source.fold,
    )
    return [
        _figure(title, of_list)
        for name, title in PAIRS.items()
        if (of_list := [row for row in rows if row["list_type"] == name])
    ]


def _figure(title: str, rows: list[Row]) -> Figure:
    expected = sum(row["expected_purchases"] for row in rows)
    actual = sum(row["actual_purchases"] for row in rows)
    return Figure(
        title=title,
        reading=_reading(expected, actual, rows),
        draw=lambda width: _points(rows, width),
        table=Table(
            headings=["tenth", "pairs", "predicted", "bought", "expected", "actual"],
            rows=[
                [
                    str(row["bin"]),
                    numbers.count(row["pairs"]),
                    numbers.percent(row["mean_probability"], 2),
                    numbers.percent(row["share_bought"], 2),
                    numbers.count(row["expected_purchases"]),
                    numbers.count(row["actual_purchases"]),
                ]
                for row in rows
            ],
            numbers=frozenset(range(6)),
            note="Pairs of a customer and a product, in tenths by their probability.",
        ),
        size="half",
        legend=[("champion", "a tenth of all pairs"), ("muted", "where predictions are exact")],
    )


def _reading(expected: float, actual: float, rows: list[Row]) -> str:
    said = (
        f"{numbers.counted(expected, 'purchase was', 'purchases were')} expected and "
        f"{numbers.count(actual)} happened"
    )
    if actual:
        off = expected / actual - 1
        said += f", so {numbers.percent(abs(off))} too {'many' if off > 0 else 'few'} were expected"
    top = rows[-1]
    return (
        f"{said}; of the tenth with the highest probabilities, "
        f"{numbers.percent(top['mean_probability'])} were to be bought and "
        f"{numbers.percent(top['share_bought'])} were."
    )


def _points(rows: list[Row], width: int) -> Any:
    shares = [s for row in rows for s in (row["mean_probability"], row["share_bought"]) if s > 0]
    low, high = max(min(shares, default=0.001), 1e-5) / 1.4, min(max(shares, default=1) * 1.4, 1)
    values = [
        {
            "predicted": max(row["mean_probability"], low),
            "bought": max(row["share_bought"], low),
            "tip": f"predicted {numbers.percent(row['mean_probability'], 2)}, bought "
            f"{numbers.percent(row['share_bought'], 2)}",
        }
        for row in rows
    ]
    axis = percent_axis(values=[at for at in TICKS if low <= at <= high])
    scale = alt.Scale(type="log", domain=[low, high])
    diagonal = (
        chart([{"at": low, "to": low}, {"at": high, "to": high}])
        .mark_line(color=colour("muted"), strokeDash=[4, 4], strokeWidth=1.5)
        .encode(x=alt.X("at:Q", scale=scale), y=alt.Y("to:Q", scale=scale))
    )
    points = (
        chart(values)
        .mark_line(color=colour("champion"), strokeWidth=2)
        .encode(
            x=alt.X("predicted:Q", scale=scale, title="predicted probability", axis=axis),
            y=alt.Y("bought:Q", scale=scale, title="share bought", axis=axis),
        )
    )
    dots = points.mark_point(filled=True, opacity=1, size=80, color=colour("champion")).encode(
        description=alt.Description("tip:N")
    )
    return (diagonal + points + dots).properties(width=width - 75, height=250)


SECTION = Section(
    anchor="calibration",
    title="Can the probabilities be believed?",
    question="Predicted against what happened in the judged fold; both axes are logarithmic.",
    needs=("marts.probability_calibration",),
    blocks=blocks,
    empty="There are no probabilities to check: the hybrid had too little to learn from, or no "
    "past fold was judged.",
    short="Probabilities",
)
