"""What the shop's rules cost: each tried alone on the judged fold."""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour
from recsys.report.source import LIST_NAMES, Row, Source

DRAWN = 15
"""So many rules are drawn: those that change the NDCG most. The table has all."""
TOGETHER = "all active rules"


def blocks(source: Source) -> list[Block]:
    """Return, per list, what each rule changes; nothing without rules."""
    rows = source.rows(
        """
        select
            list_type, rule, action, is_all_active, is_active, changed_share, ndcg_difference,
            ndcg_ci_low, ndcg_ci_high, revenue_difference, revenue_ci_low, revenue_ci_high
        from marts.rule_effects
        where fold = (select max(fold) from marts.rule_effects)
        order by list_type, is_all_active desc, abs(ndcg_difference) desc, rule
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
        draw=lambda width: _dots(rows[:DRAWN], width),
        table=Table(
            headings=[
                *("rule", "action", "lists changed", "NDCG difference", "95 % interval"),
                *("expected revenue per customer", "95 % interval"),
            ],
            rows=[
                [
                    _name(row),
                    numbers.words(row["action"] or ""),
                    numbers.percent(row["changed_share"]),
                    numbers.difference(row["ndcg_difference"]),
                    numbers.interval(row["ndcg_ci_low"], row["ndcg_ci_high"]),
                    _money(row["revenue_difference"]),
                    numbers.interval(row["revenue_ci_low"], row["revenue_ci_high"], 3),
                ]
                for row in rows
            ],
            numbers=frozenset(range(2, 7)),
            note="Each rule alone, whatever its dates, against the same lists without rules.",
        ),
        size="third",
        legend=[("champion", "a rule, with its 95 % interval"), ("second", TOGETHER)],
    )


def _reading(rows: list[Row]) -> str:
    alone = [row for row in rows if not row["is_all_active"]]
    touching = [row for row in alone if row["changed_share"]]
    if not touching:
        return "No rule changes these lists."
    said = (
        f"{len(touching)} of {numbers.counted(len(alone), 'rule', 'rules')} "
        f"{'changes' if len(touching) == 1 else 'change'} these lists"
    )
    dearest = min(touching, key=lambda row: (row["ndcg_difference"], row["rule"]))
    if dearest["ndcg_difference"] < 0:
        said += (
            f"; “{clean(dearest['rule'], 40)}” costs most, with an NDCG that differs by "
            f"{numbers.difference(dearest['ndcg_difference'])}"
        )
    together = next((row for row in rows if row["is_all_active"]), None)
    if together is not None:
        said += (
            f". All that are active today, together: "
            f"{numbers.difference(together['ndcg_difference'])}"
        )
        if together["revenue_difference"] is not None:
            said += f", and expected revenue per customer {_money(together['revenue_difference'])}"
    return said + "."


def _money(value: float | None) -> str:
    return numbers.NOTHING if value is None else numbers.signed(f"{abs(value):,.3f}", value)


def _name(row: Row) -> str:
    return str(row["rule"]) + ("" if row["is_active"] else " (not active today)")


def _dots(rows: list[Row], width: int) -> Any:
    values = [
        {
            # rules may have one name to the eye
            "place": at,
            "name": clean(row["rule"], 20),
            "value": row["ndcg_difference"],
            "low": row["ndcg_difference"] if row["ndcg_ci_low"] is None else row["ndcg_ci_low"],
            "high": row["ndcg_difference"] if row["ndcg_ci_high"] is None else row["ndcg_ci_high"],
            "colour": colour("second" if row["is_all_active"] else "champion"),
            "tip": f"{clean(_name(row))}: NDCG {numbers.difference(row['ndcg_difference'])} "
            f"({numbers.interval(row['ndcg_ci_low'], row['ndcg_ci_high'])}), expected revenue "
            f"{_money(row['revenue_difference'])}, "
            f"{numbers.percent(row['changed_share'])} of lists changed",
        }
        for at, row in enumerate(rows)
    ]
    names = {row["place"]: row["name"] for row in values}
    label = f"{json.dumps(list(names.values()))}[datum.value]"
    base = chart(values).encode(
        y=alt.Y("place:O", sort=None, title=None, axis=alt.Axis(labelExpr=label)),
        color=alt.Color("colour:N", scale=None),
    )
    zero = (
        chart([{"zero": 0}])
        .mark_rule(opacity=0.6, color=colour("muted"))
        .encode(x=alt.X("zero:Q", title="NDCG difference"))
    )
    intervals = base.mark_rule(strokeWidth=2.5, opacity=0.55, strokeCap="round").encode(
        x=alt.X("low:Q", title="NDCG difference", axis=alt.Axis(tickCount=3)),
        x2="high:Q",
        description=alt.Description("tip:N"),
    )
    dots = base.mark_point(filled=True, opacity=1, size=70).encode(
        x=alt.X("value:Q", title="NDCG difference"), description=alt.Description("tip:N")
    )
    return (zero + intervals + dots).properties(width=width - 170, height=alt.Step(22))


SECTION = Section(
    anchor="rules",
    title="What rules cost",
    question="Each rule tried alone on the judged fold: what it changes in the lists, in NDCG and "
    "in expected revenue.",
    needs=("marts.rule_effects", "marts.champions"),
    blocks=blocks,
    empty="The shop has no rules, or no past fold was judged.",
    short="Rules",
    only_where_any=True,
)
