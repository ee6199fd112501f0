"""What came in, what was rejected, and what cleaning changed."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour, percent_axis
from recsys.report.source import Row, Source

REJECTED_SHOWN = 15
RULES_SHOWN = 40
LONGEST_LINE = 300


def blocks(source: Source) -> list[Block]:
    """Return the lines by source, rejected lines, cleaning rules, and what isn't there."""
    audit = source.rows(
        """
        select source, outcome, reason, rows from marts.input_audit
        where rows > 0
        order by source, outcome, rows desc, reason
        """
    )
    made: list[Block] = []
    if audit:
        made.append(_lines(audit))
    made += _rejected(source) if source.has("marts.rejected_rows") else []
    made += _cleaning(source) if source.has("marts.cleaning_report") else []
    made += _missing(source) if source.has("marts.input_support") else []
    return made


def _lines(audit: list[Row]) -> Figure:
    totals: dict[str, dict[str, int]] = {}
    for row in audit:
        of_source = totals.setdefault(row["source"], {"accepted": 0, "rejected": 0})
        of_source[row["outcome"]] += row["rows"]
    rejected = sum(of_source["rejected"] for of_source in totals.values())
    read = rejected + sum(of_source["accepted"] for of_source in totals.values())
    most = max((row for row in audit if row["reason"]), key=lambda r: r["rows"], default=None)
    reading = f"All {numbers.count(read)} lines could be used."
    if most is not None:
        reading = (
            f"{numbers.count(rejected)} of {numbers.count(read)} lines were rejected "
            f"({numbers.percent(rejected / read)}), most often for "
            f"“{numbers.words(most['reason'])}” ({numbers.count(most['rows'])})."
        )
    return Figure(
        title="Lines read",
        reading=reading,
        draw=lambda width: _shares(totals, width),
        table=Table(
            headings=["source", "outcome", "reason", "lines"],
            rows=[
                [
                    row["source"],
                    row["outcome"],
                    numbers.words(row["reason"] or ""),
                    numbers.count(row["rows"]),
                ]
                for row in audit
            ],
            numbers=frozenset({3}),
        ),
        legend=[("champion", "accepted"), ("bad", "rejected")],
    )


def _shares(totals: dict[str, dict[str, int]], width: int) -> Any:
    values = [
        {
            "source": clean(source, 16),
            "share": rows / sum(of_source.values()),
            "colour": colour("champion" if outcome == "accepted" else "bad"),
            "order": outcome,
            "tip": f"{source}: {numbers.count(rows)} {outcome}",
        }
        for source, of_source in totals.items()
        for outcome, rows in of_source.items()
        if rows
    ]
    return (
        chart(values)
        .mark_bar(height=18)
        .encode(
            x=alt.X("share:Q", title="share of lines", axis=percent_axis()),
            y=alt.Y("source:N", sort=None, title=None),
            color=alt.Color("colour:N", scale=None),
            order=alt.Order("order:N"),
            description=alt.Description("tip:N"),
        )
        .properties(width=width - 110, height=alt.Step(30))
    )


def _rejected(source: Source) -> list[Block]:
    """Return the first lines of every reason, so that a common one hides no other."""
    rows = source.rows(
        """
        select source, reason, file, row_number, left(row_json, $longest) as line
        from marts.rejected_rows
        qualify row_number() over (partition by source, reason order by file, row_number) <= 2
        order by source, reason, file, row_number
        limit $shown
        """,
        shown=REJECTED_SHOWN,
        longest=LONGEST_LINE,
    )
    if not rows:
        return []
    return [
        Table(
            headings=["source", "reason", "file", "row", "the line"],
            rows=[
                [
                    row["source"],
                    numbers.words(row["reason"]),
                    row["file"],
                    numbers.count(row["row_number"]),
                    row["line"],
                ]
                for row in rows
            ],
            caption="Rejected lines, examples",
            numbers=frozenset({3}),
            note="At most two per reason; all of them are in marts.rejected_rows.",
        )
    ]


def _cleaning(source: Source) -> list[Block]:
    rows = source.rows(
        """
        select source, rule, effect, rows, setting, example
        from marts.cleaning_report
        where rows > 0 and effect <> 'rejected'
        order by rows desc, source, rule
        limit $shown
        """,
        shown=RULES_SHOWN,
    )
    if not rows:
        return []
    return [
        Table(
            headings=["source", "rule", "effect", "lines", "setting", "first of them"],
            rows=[
                [
                    row["source"],
                    numbers.words(row["rule"]),
                    row["effect"],
                    numbers.count(row["rows"]),
                    row["setting"] or "",
                    row["example"] or "",
                ]
                for row in rows
            ],
            caption="What cleaning did to accepted lines",
            numbers=frozenset({3}),
            note="Flagged lines count for less, changed ones are read otherwise than written.",
        )
    ]


def _missing(source: Source) -> list[Block]:
    rows = source.rows(
        "select aspect, consequence from marts.input_support where not is_given order by aspect"
    )
    if not rows:
        return []
    return [
        Table(
            headings=["not in the files", "so"],
            rows=[[row["aspect"], row["consequence"] or ""] for row in rows],
            caption="What the shop's files don't have, and what follows",
        )
    ]


SECTION = Section(
    anchor="inputs",
    title="What came in",
    question="Lines read from the shop's files, lines rejected, and what cleaning changed.",
    needs=("marts.input_audit",),
    blocks=blocks,
    empty="No line was read.",
    short="Data",
)
