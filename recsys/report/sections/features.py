"""What the hybrid's predictions rest on."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.hybrid.feature_words import in_words
from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour, percent_axis
from recsys.report.source import Row, Source

SHOWN = 15


def blocks(source: Source) -> list[Block]:
    """Return the most important features of the hybrid that serves today."""
    rows = source.rows(
        """
        with latest as (
            select arg_max(fold, if(fold = 'serving', '9999', fold)) as fold
            from marts.feature_importances
        )
        select features.feature, features.importance, features.fold
        from marts.feature_importances as features
        semi join latest on features.fold = latest.fold
        where features.importance > 0
        order by features.importance desc, features.feature
        limit 40
        """
    )
    return [_figure(rows)] if rows else []


def _figure(rows: list[Row]) -> Figure:
    first = rows[0]
    total = sum(row["importance"] for row in rows)
    top = sum(row["importance"] for row in rows[:3]) / total
    return Figure(
        title="Features by importance",
        reading=f"“{in_words(first['feature'])}” matters most; the first three features make "
        f"up {numbers.percent(top)} of the importance of the {len(rows)} most important.",
        draw=lambda width: _bars(rows[:SHOWN], width),
        table=Table(
            headings=["feature", "name in the tables", "importance"],
            rows=[
                [in_words(row["feature"]), row["feature"], f"{row['importance']:.6f}"]
                for row in rows
            ],
            numbers=frozenset({2}),
            note="Importance: by how much log loss grows when a feature's values are shuffled. "
            "Features that say the same hide each other.",
        ),
        size="full",
    )


def _bars(rows: list[Row], width: int) -> Any:
    largest = rows[0]["importance"]
    values = [
        {
            "name": clean(in_words(row["feature"]), 26 if width < 400 else 40),
            "value": row["importance"] / largest,
            "tip": f"{in_words(row['feature'])}: {row['importance']:.5f}",
        }
        for row in rows
    ]
    return (
        chart(values)
        .mark_bar(color=colour("champion"), cornerRadiusEnd=3, height=14)
        .encode(
            x=alt.X(
                "value:Q",
                title="importance, relative to the first",
                axis=percent_axis(),
            ),
            y=alt.Y("name:N", sort=None, title=None),
            description=alt.Description("tip:N"),
        )
        .properties(width=width - (180 if width < 400 else 260), height=alt.Step(23))
    )


SECTION = Section(
    anchor="features",
    title="What predictions rest on",
    question="Which facts about a customer and a product the hybrid uses most.",
    needs=("marts.feature_importances",),
    blocks=blocks,
    empty="The hybrid learned nothing in this build: too little was bought to learn from.",
    short="Features",
)
