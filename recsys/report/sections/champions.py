"""Which recommender serves each list, and why."""

from __future__ import annotations

from typing import Literal

from recsys.report import numbers
from recsys.report.blocks import Block, Card, Cards, Section
from recsys.report.source import LIST_NAMES, Row, Source


def blocks(source: Source) -> list[Block]:
    """Return a card for each list."""
    rows = {row["list_type"]: row for row in source.rows("select * from marts.champions")}
    return [Cards([_card(rows[name]) for name in source.lists()])] if rows else []


def _card(row: Row) -> Card:
    metric = f"{row['metric'].upper()}@{row['k']}"
    facts = [(metric, numbers.metric(row["value"]))]
    if row["verdict"] is not None:
        before = (row["value"] or 0) - (row["difference"] or 0)
        facts.append((f"{numbers.words(row['baseline'])} would have", numbers.metric(before)))
        facts.append(("difference", numbers.difference(row["difference"])))
        facts.append(("95 % interval", numbers.interval(row["ci_low"], row["ci_high"])))
    return Card(
        heading=LIST_NAMES[row["list_type"]],
        name=numbers.words(row["recommender"]),
        value=_gain(row),
        facts=facts,
        why=f"Why: {row['why']}.",
        mark=_mark(row["verdict"]),
    )


def _gain(row: Row) -> str:
    if row["value"] is None:
        return "not judged"
    before = row["value"] - (row["difference"] or 0)
    if row["verdict"] is None:
        return "the simple recommender itself"
    if row["verdict"] == "tie" or not before:
        return f"as good as {numbers.words(row['baseline'])}"
    gained = numbers.change(row["difference"] / before)
    beside = "over" if row["verdict"] == "better" else "against"
    return f"{gained} {beside} {numbers.words(row['baseline'])}"


def _mark(verdict: str | None) -> Literal["good", "neutral", "bad"]:
    match verdict:
        case "better":
            return "good"
        case "worse":
            return "bad"
    return "neutral"


SECTION = Section(
    anchor="champions",
    title="Who serves, and why",
    question="The recommender behind each list that customers get today.",
    needs=("marts.champions",),
    blocks=blocks,
    empty="No list is served: no line of this shop says who bought.",
    short="Who serves",
)
