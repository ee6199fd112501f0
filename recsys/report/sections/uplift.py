"""What the lists of an experiment's arms brought, against each other."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table, Words
from recsys.report.charts import chart, colour
from recsys.report.source import Row, Source

NAMES = {
    "revenue": "revenue per customer",
    "orders": "orders per customer",
    "buyers": "share of customers who bought",
}
COLOURS = {"better": "good", "worse": "bad"}
UNEVEN = 0.01
"""A p-value below this says that an arm lacks customers, as in marts.uplift."""


def blocks(source: Source) -> list[Block]:
    """Return each comparison of two arms; nothing without an experiment."""
    rows = source.rows("select * from marts.uplift")
    if not rows:
        return []
    drawn = [row for row in rows if row["relative_low"] is not None]
    said = dict.fromkeys(str(row["summary"]) for row in rows)  # before it begins all say so
    words = Words([_heading(rows[0]), *said, *_balance(rows[0])])
    return [words, _figure(rows, drawn) if drawn else _table(rows)]


def _heading(row: Row) -> str:
    return (
        f"Experiment {row['experiment']}: {numbers.counted(row['days'], 'day', 'days')} from "
        f"{numbers.day(row['from_day'])}."
    )


def _balance(row: Row) -> list[str]:
    if row["sample_ratio_p"] is None:
        return []
    fits = "don't have" if row["sample_ratio_p"] < UNEVEN else "have"
    return [
        f"The arms {fits} as many customers as their shares say "
        f"(p = {row['sample_ratio_p']:.2g} by a sequential test)."
    ]


def _figure(rows: list[Row], drawn: list[Row]) -> Figure:
    found = [row for row in drawn if row["verdict"] in COLOURS]
    return Figure(
        title="Relative difference between arms",
        reading=f"{len(found)} of {numbers.counted(len(rows), 'comparison', 'comparisons')} "
        f"{'shows' if len(found) == 1 else 'show'} a difference. The intervals hold however often "
        "they are looked at.",
        draw=lambda width: _dots(drawn, width),
        table=_table(rows),
        legend=[("good", "better"), ("bad", "worse"), ("other", "no difference found yet")],
    )


def _table(rows: list[Row]) -> Table:
    return Table(
        headings=[
            *("arms", "per customer", "mean", "mean of the other", "difference"),
            *("95 % interval", "smallest effect it would find", "verdict"),
        ],
        rows=[
            [
                _arms(row),
                NAMES[row["metric"]],
                numbers.metric(row["value"]),
                numbers.metric(row["baseline_value"]),
                numbers.difference(row["difference"]),
                numbers.interval(row["ci_low"], row["ci_high"]),
                numbers.metric(row["smallest_effect"]),
                row["verdict"],
            ]
            for row in rows
        ],
        numbers=frozenset(range(2, 7)),
        note="Differences are less what purchases before the experiment explain, so they aren't "
        "those of the means. All customers of an arm count, whether they saw a list or not.",
    )


def _arms(row: Row) -> str:
    return f"{row['arm']} against {row['baseline']}"


def _dots(rows: list[Row], width: int) -> Any:
    values = [
        {
            "name": f"{_arms(row)}: {NAMES[row['metric']]}",
            "value": row["relative_difference"],
            "low": row["relative_low"],
            "high": row["relative_high"],
            "colour": colour(COLOURS.get(row["verdict"], "other")),
            "tip": f"{_arms(row)}, {NAMES[row['metric']]}: "
            f"{numbers.change(row['relative_difference'])} "
            f"({numbers.change(row['relative_low'])} to {numbers.change(row['relative_high'])})",
        }
        for row in rows
    ]
    base = chart(values).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=width // 2)),
        color=alt.Color("colour:N", scale=None),
    )
    axis = alt.Axis(format="+.0%", tickCount=6)
    across = alt.X("value:Q", title="relative difference", axis=axis)
    dots = base.mark_point(filled=True, opacity=1, size=70).encode(
        x=across, description=alt.Description("tip:N")
    )
    rules = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        x=alt.X("low:Q", title="relative difference"), x2="high:Q"
    )
    zero = chart([{"at": 0}]).mark_rule(color=colour("muted")).encode(x="at:Q")
    return (zero + rules + dots).properties(width=max(120, width // 2), height=alt.Step(24))


SECTION = Section(
    anchor="uplift",
    title="What do the lists bring?",
    question="Customers with lists against those of the control group, or two recommenders "
    "against each other.",
    needs=("marts.uplift",),
    blocks=blocks,
    empty="No experiment runs.",
    short="Experiment",
    only_where_any=True,
)
