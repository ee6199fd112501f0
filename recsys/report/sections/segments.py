"""For whom the lists are good."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import clean, colour, data
from recsys.report.source import LIST_NAMES, Row, Source

TYPES = {"activity": "by orders", "history": "by history", "rfm": "by RFM segment"}
ORDER = {
    name: at
    for at, name in enumerate(
        [
            *("new", "light", "medium", "heavy", "cold", "cool", "warm"),
            *("champions", "loyal", "promising", "needs attention", "cannot lose", "at risk"),
            *("hibernating", "no purchases"),
        ]
    )
}
FEWEST = 30
"""Segments with fewer customers aren't spoken of: their values are chance."""


def blocks(source: Source) -> list[Block]:
    """Return one plot per list: what serves it, beside the simple recommender."""
    found = source.metrics("ndcg", 10, tuple(TYPES))
    made: list[Block] = []
    for name in source.lists():
        serving, baseline = source.champions[name], source.baselines[name]
        rows = [row for row in found if row["list_type"] == name]
        own = [row for row in rows if row["recommender"] == serving]
        own.sort(key=lambda row: (list(TYPES).index(row["segment_type"]), _place(row["segment"])))
        simple = {
            (row["segment_type"], row["segment"]): row["value"]
            for row in rows
            if row["recommender"] == baseline and baseline != serving
        }
        if own:
            made.append(_figure(name, serving, baseline, own, simple))
    return made


def _place(segment: str) -> tuple[int, str]:
    return ORDER.get(segment, len(ORDER)), segment


def _figure(
    name: str, serving: str, baseline: str, own: list[Row], simple: dict[tuple[str, str], float]
) -> Figure:
    legend = [("champion", f"{numbers.words(serving)}, with 95 % intervals")]
    if simple:
        legend.append(("other", numbers.words(baseline)))
    return Figure(
        title=LIST_NAMES[name],
        reading=_reading(own, simple, baseline),
        draw=lambda width: _dots(own, simple, baseline, width),
        table=Table(
            headings=["segment", "customers", "NDCG@10", "95 % interval", numbers.words(baseline)],
            rows=[
                [
                    f"{row['segment']} ({TYPES[row['segment_type']]})",
                    numbers.count(row["customers"]),
                    numbers.metric(row["value"]),
                    numbers.interval(row["ci_low"], row["ci_high"]),
                    numbers.metric(simple.get((row["segment_type"], row["segment"]))),
                ]
                for row in own
            ],
            numbers=frozenset({1, 2, 3, 4}),
        ),
        size="third",
        legend=legend,
    )


def _reading(own: list[Row], simple: dict[tuple[str, str], float], baseline: str) -> str:
    large = [row for row in own if (row["customers"] or 0) >= FEWEST]
    if not large:
        return f"Every segment has fewer than {FEWEST} customers: too few to compare them."
    best = max(large, key=lambda row: row["value"])
    worst = min(large, key=lambda row: row["value"])
    said = (
        f"Best for “{best['segment']}” ({numbers.metric(best['value'], 3)}), weakest for "
        f"“{worst['segment']}” ({numbers.metric(worst['value'], 3)})"
    )
    compared = [row for row in large if (row["segment_type"], row["segment"]) in simple]
    ahead = sum(row["value"] > simple[row["segment_type"], row["segment"]] for row in compared)
    if compared:
        said += (
            f"; ahead of {numbers.words(baseline)} in {ahead} of {len(compared)} segments of "
            f"{FEWEST} customers or more"
        )
    return said + "."


def _dots(own: list[Row], simple: dict[tuple[str, str], float], baseline: str, width: int) -> Any:
    values = [
        {
            "type": TYPES[row["segment_type"]],
            "name": clean(row["segment"], 18),
            "value": row["value"],
            "simple": simple.get((row["segment_type"], row["segment"])),
            "low": row["value"] if row["ci_low"] is None else row["ci_low"],
            "high": row["value"] if row["ci_high"] is None else row["ci_high"],
            "tip": f"{row['segment']}: {numbers.metric(row['value'])} "
            f"({numbers.interval(row['ci_low'], row['ci_high'])}), "
            f"{numbers.counted(row['customers'] or 0, 'customer', 'customers')}",
            "simple_tip": f"{row['segment']}, {numbers.words(baseline)}: "
            f"{numbers.metric(simple.get((row['segment_type'], row['segment'])))}",
        }
        for row in own
    ]
    base: Any = alt.Chart().encode(y=alt.Y("name:N", sort=None, title=None))
    layers = [
        base.mark_rule(
            strokeWidth=2.5, opacity=0.55, strokeCap="round", color=colour("champion")
        ).encode(
            x=alt.X("low:Q", title="NDCG@10", axis=alt.Axis(tickCount=4)),
            x2="high:Q",
            description=alt.Description("tip:N"),
        ),
        base.mark_point(filled=True, opacity=1, size=70, color=colour("champion")).encode(
            x="value:Q", description=alt.Description("tip:N")
        ),
    ]
    if any(row["simple"] is not None for row in values):
        layers.append(
            base.mark_tick(thickness=3, height=13, opacity=1, color=colour("other")).encode(
                x="simple:Q", description=alt.Description("simple_tip:N")
            )
        )
    return (
        alt.layer(*layers)
        .properties(width=width - 122, height=alt.Step(22))
        .facet(
            data=data(values),
            row=alt.Row(
                "type:N",
                sort=list(TYPES.values()),
                header=alt.Header(labelAngle=0, labelOrient="top", labelAnchor="start", title=None),
            ),
            spacing=8,
        )
        .resolve_scale(y="independent")
    )


SECTION = Section(
    anchor="segments",
    title="For whom it works",
    question="NDCG@10 of what serves each list, by kind of customer.",
    needs=("marts.model_metrics", "marts.champions"),
    blocks=blocks,
    empty="No past fold was judged, so there are no metrics by segment.",
    short="Segments",
)
