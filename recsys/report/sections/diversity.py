"""What varied lists cost: re-ranking settings tried on the judged fold."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour
from recsys.report.source import LIST_NAMES, Row, Source

CURVE = "diversity"
"""The setting whose values make a curve; the others are points."""


def blocks(source: Source) -> list[Block]:
    """Return, per list, categories gained against NDCG lost."""
    rows = source.rows(
        """
        select
            list_type, setting, value, ndcg, ndcg_difference, ci_low, ci_high, distinct_titles,
            repeated_title_share, distinct_categories, products
        from marts.reranking_effects
        where
            fold = (select max(fold) from marts.reranking_effects)
            and setting <> 'objective'
        order by list_type, setting <> 'current', setting <> 'none', setting, ndcg desc, value
        """
    )
    return [
        _figure(name, of_list)
        for name in source.lists()
        if (of_list := [row for row in rows if row["list_type"] == name])
    ]


def _figure(name: str, rows: list[Row]) -> Figure:
    return Figure(
        title=LIST_NAMES[name],
        reading=_reading(rows),
        draw=lambda width: _plane(rows, width),
        table=Table(
            headings=[
                *("setting", "NDCG difference", "95 % interval", "titles", "repeated titles"),
                *("categories", "products in lists"),
            ],
            rows=[
                [
                    _name(row),
                    numbers.difference(row["ndcg_difference"]),
                    numbers.interval(row["ci_low"], row["ci_high"]),
                    _mean(row["distinct_titles"]),
                    numbers.percent(row["repeated_title_share"], 1),
                    _mean(row["distinct_categories"]),
                    numbers.count(row["products"]),
                ]
                for row in rows
            ],
            numbers=frozenset(range(1, 7)),
            note="Each setting is tried with the others as they are. Differences are to the "
            "champion's order without re-ranking; repeated titles: share of lists with one.",
        ),
        size="third",
        legend=[
            ("champion", "the settings in force"),
            ("second", "diversity, from none to strong"),
            ("other", "other settings"),
        ],
    )


def _reading(rows: list[Row]) -> str:
    now = next((row for row in rows if row["setting"] == "current"), None)
    plain = next((row for row in rows if row["setting"] == "none"), None)
    if now is None or plain is None:
        return "The settings in force weren't tried."
    return (
        f"As they are set, lists have {_mean(now['distinct_titles'])} titles of "
        f"{_mean(now['distinct_categories'])} categories, against "
        f"{_mean(plain['distinct_titles'])} of {_mean(plain['distinct_categories'])} without "
        f"re-ranking; NDCG differs by {numbers.difference(now['ndcg_difference'])}."
    )


def _mean(value: float | None) -> str:
    return numbers.metric(value, 1)


def _name(row: Row) -> str:
    match row["setting"]:
        case "current":
            return "in force"
        case "none":
            return "no re-ranking"
    return f"{numbers.words(row['setting'])}: {numbers.words(row['value'])}"


def _plane(rows: list[Row], width: int) -> Any:
    values = [
        {
            "gain": row["distinct_categories"],
            "loss": row["ndcg_difference"],
            "low": row["ndcg_difference"] if row["ci_low"] is None else row["ci_low"],
            "high": row["ndcg_difference"] if row["ci_high"] is None else row["ci_high"],
            "curve": row["setting"] == CURVE,
            "strength": float(row["value"]) if row["setting"] == CURVE else 0,
            "colour": colour(_colour(row["setting"])),
            "size": 130 if row["setting"] == "current" else 55,
            "tip": f"{clean(_name(row))}: {_mean(row['distinct_categories'])} categories, "
            f"{_mean(row['distinct_titles'])} titles, NDCG "
            f"{numbers.difference(row['ndcg_difference'])}",
        }
        # the settings in force are drawn last, on top
        for row in reversed(rows)
        if row["distinct_categories"] is not None
    ]
    base = chart(values).encode(
        x=alt.X(
            "gain:Q",
            title="categories in a list",
            scale=alt.Scale(zero=False, nice=True),
            axis=alt.Axis(tickCount=5),
        ),
        color=alt.Color("colour:N", scale=None),
    )
    height = alt.Y("loss:Q", title="NDCG difference", axis=alt.Axis(tickCount=5))
    line = (
        base.transform_filter("datum.curve")
        .mark_line(strokeWidth=2, opacity=0.7)
        .encode(y=height, order="strength:Q")
    )
    intervals = base.mark_rule(opacity=0.35, strokeWidth=2).encode(
        y=alt.Y("low:Q", title="NDCG difference"), y2="high:Q"
    )
    dots = base.mark_point(filled=True, opacity=1).encode(
        y=height,
        size=alt.Size("size:Q", scale=None),
        description=alt.Description("tip:N"),
    )
    return (intervals + line + dots).properties(width=width - 80, height=230)


def _colour(setting: str) -> str:
    return {"current": "champion", CURVE: "second"}.get(setting, "other")


SECTION = Section(
    anchor="diversity",
    title="What varied lists cost",
    question="Settings of re-ranking, tried on the judged fold: more categories in a list against "
    "a lower NDCG.",
    needs=("marts.reranking_effects", "marts.champions"),
    blocks=blocks,
    empty="No past fold was judged, so the cost of varied lists isn't known.",
    short="Diversity",
)
