"""Whether reasons are true: what scores lose without the evidence."""

from __future__ import annotations

from recsys.report import numbers
from recsys.report.blocks import Block, Section, Table
from recsys.report.source import Source


def blocks(source: Source) -> list[Block]:
    """Return, for each kind of reason, the share of scores that fall without its evidence."""
    rows = source.rows(
        """
        select reason_kind, rows, share, ci_low, ci_high, mean_fall
        from marts.reason_faithfulness
        order by rows desc, reason_kind
        """
    )
    if not rows:
        return []
    return [
        Table(
            headings=["reason", "tested", "scores that fall", "95 % interval", "mean fall"],
            rows=[
                [
                    numbers.words(row["reason_kind"]),
                    numbers.count(row["rows"]),
                    numbers.percent(row["share"], 1),
                    f"{numbers.percent(row['ci_low'], 1)} to {numbers.percent(row['ci_high'], 1)}",
                    numbers.percent(row["mean_fall"], 0),
                ]
                for row in rows
            ],
            caption="Reasons put to the test",
            numbers=frozenset(range(1, 5)),
            note="Of a sample of recommendations the evidence is taken away: the purchases of the "
            "product itself or of the one that the reason names, the profile, or how many buy the "
            "product. The score is computed again.",
        )
    ]


SECTION = Section(
    anchor="reasons",
    title="Are the reasons true?",
    question="A reason is true where the product would score less without what it says.",
    needs=("marts.reason_faithfulness",),
    blocks=blocks,
    empty="No reasons were put to the test (setting faithfulness_rows).",
    short="Reasons",
)
